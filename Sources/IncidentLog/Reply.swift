/// Deferred answer of the list software to a forged sender.
struct Reply {
    var id: String
    var recipient: String
    var destination: Destination
    var size: Int
    var born: Int
    var lastAttempt: Int
}

/// Deferred answers in the order of their last delivery attempt, which is the order of their retries.
struct ReplyQueue {
    private var replies: [Reply] = []
    private var head = 0

    /// Whether the first answer is due for a retry, 240 seconds after its last delivery attempt
    /// (`minimal_backoff_time`).
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
