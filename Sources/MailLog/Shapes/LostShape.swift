/// Session that ended early (`smtpd/smtpd.c`). The line has a queue id only from Postfix 3.10:
///
///     {lost connection|timeout|too many errors} after WHERE[ (N bytes)] from N[A]
package struct LostShape: LineShape {
    package static let events: [LineEvent] = [.lost]
    package let processes = ["smtpd", "qmqpd"]
    package let marker: String? = " after "
    package let summary = "a session ends early: lost connection, timeout or too many errors"
    package let samples = [
        "Nov 23 16:39:36 mx1 postfix/smtpd[9733]: lost connection after DATA (14 bytes) from localhost[127.0.0.1]:4711",
        "Nov 23 16:39:36 mx1 postfix/smtpd[9733]: NOQUEUE: timeout after END-OF-MESSAGE from localhost[127.0.0.1]",
    ]

    package init() {}

    package var fields: [Field] { [.detail, .where] + Peer.clientFields }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        let kind: StaticString
        if pairs.skip("lost connection after ") {
            kind = "lost connection"
        } else if pairs.skip("timeout after ") {
            kind = "timeout"
        } else if pairs.skip("too many errors after ") {
            kind = "too many errors"
        } else {
            return false
        }
        let command = pairs.upTo(" (", " from ")
        _ = pairs.upTo(" from ")
        guard pairs.skip(" from ") else { return false }
        cells.event(.lost)
        cells.set(.detail, Bytes(kind))
        cells.set(.where, command)
        cells.setClient(pairs.rest)
        return true
    }
}
