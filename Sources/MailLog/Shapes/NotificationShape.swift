/// Notification that was created for a message, with the queue id of the notification (`bounce/`):
///
///     {sender|postmaster} {non-delivery notification|delay notification|delivery status notification}: QID
package struct NotificationShape: LineShape {
    package static let events: [LineEvent] = [.notification]
    package let processes = ["bounce", "defer", "trace"]
    package let marker: String? = " notification: "
    package let summary = "a bounce, delay or delivery status notification is created"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/bounce[9740]: AB485F8A0B1: sender non-delivery notification: B42F5F8A2E2",
        "Nov 23 16:39:36 mx1 postfix/bounce[9793]: 84B73F8A0CD: sender delivery status notification: 88459F8A64C",
        "Nov 23 16:39:36 mx1 postfix/bounce[9793]: 84B73F8A0CD: sender delay notification: 88459F8A64C",
    ]

    package init() {}

    package var fields: [Field] { [.newQueueID, .link] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        guard line.queueID != nil, pairs.skip("sender ") || pairs.skip("postmaster ") else { return false }
        let kind: StaticString
        if pairs.skip("non-delivery notification: ") {
            kind = "notification"
        } else if pairs.skip("delay notification: ") {
            kind = "delay_notification"
        } else if pairs.skip("delivery status notification: ") {
            kind = "dsn_notification"
        } else {
            return false
        }
        cells.event(.notification)
        cells.set(.newQueueID, pairs.rest)
        cells.set(.link, Bytes(kind))
        return true
    }
}
