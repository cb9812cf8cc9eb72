/// An answer of the list software to a forged sender, while it waits in the queue.
struct Reply {
    var id: String
    var recipient: String
    var destination: Destination
    var size: Int
    var born: Int
    var lastAttempt: Int
}

/// The answers in the order of their last attempt, as the queue manager goes round them.
struct ReplyQueue {
    private var replies: [Reply] = []
    private var head = 0

    /// Whether the first may be tried again: not before `minimal_backoff_time` is over.
    func isDue(_ time: Int) -> Bool { head < replies.count && replies[head].lastAttempt + 240 <= time }

    mutating func append(_ reply: Reply) { replies.append(reply) }

    mutating func takeFirst() -> Reply {
        let reply = replies[head]
        head += 1
        if head > 4096, head * 2 > replies.count {
            replies.removeFirst(head)
            head = 0
        }
        return reply
    }
}
