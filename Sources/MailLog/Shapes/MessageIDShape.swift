/// Message-ID of a message (`cleanup/cleanup_message.c`): `message-id=<X@Y>`. The text is copied from the header: it
/// may lack the brackets, be empty, or contain blanks.
package struct MessageIDShape: LineShape {
    package static let events: [LineEvent] = [.messageID, .resentMessageID]
    package let processes = ["cleanup"]
    package let marker: String? = "message-id="
    package let summary = "the Message-ID of a message"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: AB485F8A0B1: message-id=<m1795451974662@client.example>",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: DCEBFF8A024: message-id=no-brackets-1795451974903",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9735]: DCEBFF8A024: resent-message-id=<a@b.example>",
    ]

    package init() {}

    package var fields: [Field] { [.messageID, .resentMessageID] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard line.queueID != nil else { return false }
        if body.stands("message-id=", at: 0) {
            cells.event(.messageID)
            cells.set(.messageID, body.dropFirst(11).withoutBrackets)
        } else if body.stands("resent-message-id=", at: 0) {
            cells.event(.resentMessageID)
            cells.set(.resentMessageID, body.dropFirst(18).withoutBrackets)
        } else {
            return false
        }
        return true
    }
}
