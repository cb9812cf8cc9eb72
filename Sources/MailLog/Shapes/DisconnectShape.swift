/// The end of a session (`smtpd/smtpd.c`), from Postfix 3.0 with the commands of the client:
///
///     disconnect from N[A][ ehlo=1][ mail=1][ rcpt=0/1]… commands=3/4[ notes=bare_lf]
package struct DisconnectShape: LineShape {
    package static let events = ["disconnect"]
    package let processes = ["smtpd", "qmqpd"]
    package let marker: String? = ": disconnect from "
    package let summary = "a client disconnects: how many commands it gave"
    package let samples = [
        "Nov 23 16:40:11 mx1 mx1-out/smtpd[10616]: disconnect from localhost[127.0.0.1]:58950 ehlo=1 mail=1 rcpt=0/1 rset=1 commands=3/4 notes=bare_lf",
        "Nov 23 16:39:35 mx1 postfix/smtpd[9750]: disconnect from localhost[127.0.0.1] commands=0/0",
    ]

    private let client = ClientSlots()
    private let commands = Field("commands").slot
    private let notes = Field("notes").slot

    package init() {}

    package var slots: [Int] { client.all + [commands, notes] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.body.stands("disconnect from ", at: 0), !line.hasSeverityWord else { return false }
        cells.event("disconnect")
        var pairs = Pairs(line.body, from: 16)
        client.fill(pairs.upTo(" "), into: cells)
        guard cells.wants(commands) || cells.wants(notes) else { return true }
        _ = pairs.upTo(" commands=")
        if pairs.skip(" commands=") { cells.set(commands, pairs.upTo(" ")) }
        if pairs.skip(" notes=") { cells.set(notes, pairs.rest) }
        return true
    }
}
