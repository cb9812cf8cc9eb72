/// End of a session (`smtpd/smtpd.c`). From Postfix 3.0, the line counts the commands of the client:
///
///     disconnect from N[A][ ehlo=1][ mail=1][ rcpt=0/1]… commands=3/4[ notes=bare_lf]
package struct DisconnectShape: LineShape {
    package static let events = ["disconnect"]
    package let processes = ["smtpd", "qmqpd"]
    package let marker: String? = "disconnect from "
    package let summary = "a client disconnects: number of commands in the session"
    package let samples = [
        "Nov 23 16:40:11 mx1 mx1-out/smtpd[10616]: disconnect from localhost[127.0.0.1]:58950 ehlo=1 mail=1 rcpt=0/1 rset=1 commands=3/4 notes=bare_lf",
        "Nov 23 16:39:35 mx1 postfix/smtpd[9750]: disconnect from localhost[127.0.0.1] commands=0/0",
        "Nov 23 16:39:35 mx1 postfix/smtpd[9750]: disconnect from localhost[127.0.0.1] helo=1 starttls=1 auth=0/1 data=1 bdat=1 noop=1 vrfy=1 etrn=1 quit=1 unknown=0/1 commands=8/10",
    ]

    private let client = ClientSlots()
    private let commands = Field("commands").slot
    private let notes = Field("notes").slot
    private let accepted = Field("cmd_ok").slot
    private let total = Field("cmd_total").slot
    private let each = Fields.sessionCommands.map { name in
        (
            key: Value.text(Bytes(lasting: name)), ok: Field(name + "_ok").slot,
            total: Field(name + "_total").slot
        )
    }

    package init() {}

    package var slots: [Int] {
        client.all + [commands, notes, accepted, total] + each.flatMap { [$0.ok, $0.total] }
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.body.stands("disconnect from ", at: 0), !line.hasSeverityWord else { return false }
        cells.event("disconnect")
        var pairs = Pairs(line.body, from: 16)
        client.fill(pairs.upTo(" "), into: cells)
        while pairs.skip(" "), !pairs.isAtEnd {
            let pair = pairs.upTo(" ")
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let (key, value) = (pair.prefix(equals), pair.dropFirst(equals + 1))
            if key == "commands" {
                cells.set(commands, value)
                fill(value, accepted, total, cells)
            } else if key == "notes" {
                cells.set(notes, value)
            } else if let command = each.first(where: { $0.key.bytes == key }) {
                fill(value, command.ok, command.total, cells)
            }
        }
        return true
    }

    /// Splits `accepted/total`, such as `3/4`. A single number means that all commands were accepted.
    private func fill(_ value: Bytes, _ ok: Int, _ total: Int, _ cells: Cells) {
        let slash = value.firstIndex(of: UInt8(ascii: "/"))
        cells.setInteger(ok, value.prefix(slash ?? value.count))
        cells.setInteger(total, slash.map { value.dropFirst($0 + 1) } ?? value)
    }
}
