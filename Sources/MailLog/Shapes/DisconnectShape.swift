/// End of a session (`smtpd/smtpd.c`). From Postfix 3.0, the line counts the commands of the client:
///
///     disconnect from N[A][ ehlo=1][ mail=1][ rcpt=0/1]… commands=3/4[ notes=bare_lf]
package struct DisconnectShape: LineShape {
    package static let events: [LineEvent] = [.disconnect]
    package let processes = ["smtpd", "qmqpd"]
    package let marker: String? = "disconnect from "
    package let summary = "a client disconnects: number of commands in the session"
    package let samples = [
        "Nov 23 16:40:11 mx1 mx1-out/smtpd[10616]: disconnect from localhost[127.0.0.1]:58950 ehlo=1 mail=1 rcpt=0/1 rset=1 commands=3/4 notes=bare_lf",
        "Nov 23 16:39:35 mx1 postfix/smtpd[9750]: disconnect from localhost[127.0.0.1] commands=0/0",
        "Nov 23 16:39:35 mx1 postfix/smtpd[9750]: disconnect from localhost[127.0.0.1] helo=1 starttls=1 auth=0/1 data=1 bdat=1 noop=1 vrfy=1 etrn=1 quit=1 unknown=0/1 commands=8/10",
    ]

    private static let commands: [(name: StaticString, accepted: Field, total: Field)] = [
        ("helo", .heloOK, .heloTotal), ("ehlo", .ehloOK, .ehloTotal),
        ("starttls", .starttlsOK, .starttlsTotal), ("auth", .authOK, .authTotal),
        ("mail", .mailOK, .mailTotal), ("rcpt", .rcptOK, .rcptTotal), ("data", .dataOK, .dataTotal),
        ("bdat", .bdatOK, .bdatTotal), ("rset", .rsetOK, .rsetTotal), ("noop", .noopOK, .noopTotal),
        ("vrfy", .vrfyOK, .vrfyTotal), ("etrn", .etrnOK, .etrnTotal), ("quit", .quitOK, .quitTotal),
        ("unknown", .unknownOK, .unknownTotal), ("commands", .cmdOK, .cmdTotal),
    ]

    package init() {}

    package var fields: [Field] {
        Peer.clientFields + [.commands, .notes] + Self.commands.flatMap { [$0.accepted, $0.total] }
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.body.stands("disconnect from ", at: 0), !line.hasSeverityWord else { return false }
        cells.event(.disconnect)
        var pairs = Pairs(line.body, from: 16)
        cells.setClient(pairs.upTo(" "))
        while pairs.skip(" "), !pairs.isAtEnd {
            let pair = pairs.upTo(" ")
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let (key, value) = (pair.prefix(equals), pair.dropFirst(equals + 1))
            if key == "commands" { cells.set(.commands, value) }
            if key == "notes" { cells.set(.notes, value) }
            guard let command = Self.commands.first(where: { key == $0.name }) else { continue }
            // `3/4` is accepted and total; a single number means that all commands were accepted.
            let slash = value.firstIndex(of: UInt8(ascii: "/"))
            cells.setInteger(command.accepted, value.prefix(slash ?? value.count))
            cells.setInteger(command.total, slash.map { value.dropFirst($0 + 1) } ?? value)
        }
        return true
    }
}
