/// Start of a session: `connect from N[A]` (`smtpd/smtpd.c`).
package struct ConnectShape: LineShape {
    package static let events: [LineEvent] = [.connect]
    package let processes = ["smtpd", "qmqpd"]
    package let marker: String? = "connect from "
    package let summary = "a client connects"
    package let samples = [
        "Nov 23 16:40:11 mx1 mx1-out/smtpd[10616]: connect from localhost[127.0.0.1]:58940"
    ]

    package init() {}

    package var fields: [Field] { Peer.clientFields }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.body.stands("connect from ", at: 0), !line.hasSeverityWord else { return false }
        cells.event(.connect)
        cells.setClient(line.body.dropFirst(13))
        return true
    }
}
