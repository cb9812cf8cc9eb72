import MailLog
import Testing

@Suite("The table of messages")
struct MessageTableTests {
    @Test("leaves no message behind when it is gone", arguments: [true, false])
    func isFreed(finishes: Bool) {
        weak var host: MessageHost?
        weak var message: Message?
        do {
            let decoded = Decoded()
            let reader = MailEventReader()
            let table = MessageTable(MessageTable.Plan(), memory: .max) { _ in true }
            for line in realLog {
                decoded.withDecoded(Array(line.utf8)) { _, record in
                    guard let event = reader.event(of: record) else { return }
                    message = table.take(record, event) ?? message
                    host = table.host(of: record)
                }
            }
            #expect(host != nil && message != nil)
            if finishes { table.finish() }
        }
        #expect(host == nil && message == nil)
    }
}
