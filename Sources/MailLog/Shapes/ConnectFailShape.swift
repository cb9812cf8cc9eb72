/// Failed connection to a server (`smtp/smtp_connect.c`): `connect to H[A]:P: ERROR`. The line has no queue id. It
/// belongs to the next delivery lines of the same process.
package struct ConnectFailShape: LineShape {
    package static let events: [LineEvent] = [.connectFail]
    package let processes = ["smtp", "lmtp"]
    package let marker: String? = "connect to "
    package let summary = "a connection to a server fails: relay and error"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtp[9741]: connect to 127.0.0.1[127.0.0.1]:1: Connection refused",
        "Nov 23 16:39:34 mx1 postfix/lmtp[9741]: connect to mx1[/run/lmtp.sock]: No such file or directory",
    ]

    package init() {}

    package var fields: [Field] { Peer.relayFields + [.detail] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        guard !line.hasSeverityWord, pairs.skip("connect to ") else { return false }
        let server = pairs.upTo(": ")
        guard pairs.skip(": ") else { return false }
        cells.event(.connectFail)
        cells.setRelay(server)
        cells.set(.detail, pairs.rest)
        return true
    }
}
