/// Lines of rspamd: the result of a message, and the start of its scan:
///
///     <TASK>; task; rspamd_task_write_log: id: <MID>, [qid: <QID>, ][ip: A, ][user: U, ][[smtp_]from: <S>, ]
///         (default: F (no action): [1.2/15.0] [SYMBOL(0.5){…},…]), len: N, time: Nms, …[, rcpts: <R,R>, …]
///     <TASK>; task; rspamd_message_parse: loaded message; id: <MID>; queue-id: <QID>; size: N; …
package struct RspamdShape: LineShape {
    package static let events: [LineEvent] = [.rspamd, .rspamdBegin]
    package let processes = ["rspamd"]
    package let marker: String? = nil
    package let summary = "rspamd scans a message: score, verdict, ids"
    package let samples = [
        "Nov 23 16:39:34 mx1 rspamd[900]: <b1c2d3>; task; rspamd_task_write_log: id: <m1@a.example>, qid: <AB485F8A0B1>, ip: 192.0.2.7, user: bob@example.org, from: <s@a.example>, (default: F (no action): [-1.20/15.00] [DMARC_POLICY_ALLOW(-0.50){a.example;none;}]), len: 2811, time: 112.2ms, dns req: 12, digest: <0f>, rcpts: <alice@example.org>, mime_rcpts: <alice@example.org>",
        "Nov 23 16:39:34 mx1 rspamd[900]: <b1c2d4>; task; rspamd_task_write_log: id: <m2@a.example>, qid: <AB485F8A0B2>, ip: 2001:db8::7, from: <>, (default: T (reject): [23.10/15.00] [BAYES_SPAM(5.10){100.00%;}]), len: 811, time: 12.0ms, dns req: 3",
        "Nov 23 16:39:34 mx1 rspamd[900]: <b1c2d5>; csession; rspamd_task_write_log: id: <m3@a.example>, ip: 192.0.2.7, from: <s@a.example>, (default: T (add header): [6.10/15.00] []), len: 811, time: 12.0ms, dns req: 3, digest: <0f>, rcpts: <alice@example.org,bob@example.org>",
        "Nov 23 16:39:34 mx1 rspamd[900]: <b1c2d3>; proxy; rspamd_message_parse: loaded message; id: <m1@a.example>; queue-id: <AB485F8A0B1>; size: 2811; checksum: <0f>",
    ]

    package init() {}

    package var fields: [Field] {
        [.messageID, .queueID, .clientIP, .user, .from, .to, .verdict, .score, .size]
    }

    package func markers(of event: LineEvent) -> [String]? {
        event == .rspamd ? ["rspamd_task_write_log: "] : ["; queue-id: <"]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        _ = pairs.upTo("rspamd_task_write_log: ", "rspamd_message_parse: loaded message; ")
        if pairs.skip("rspamd_message_parse: loaded message; ") {
            guard pairs.skip("id: <") else { return false }
            let id = pairs.upTo(">; queue-id: <")
            guard pairs.skip(">; queue-id: <") else { return false }
            cells.event(.rspamdBegin)
            cells.set(.messageID, id)
            setQueueID(pairs.upTo(">"), cells)
            if pairs.skip(">; size: ") { cells.setInteger(.size, pairs.upTo(";")) }
            return true
        }
        guard pairs.skip("rspamd_task_write_log: id: <") else { return false }
        let id = pairs.upTo(">, ")
        guard pairs.skip(">, ") else { return false }
        cells.event(.rspamd)
        cells.set(.messageID, id)
        if pairs.skip("qid: <") {
            setQueueID(pairs.upTo(">"), cells)
            _ = pairs.skip(">, ")
        }
        if pairs.skip("ip: ") {
            cells.set(.clientIP, pairs.upTo(", "))
            _ = pairs.skip(", ")
        }
        if pairs.skip("user: ") {
            cells.set(.user, pairs.upTo(", "))
            _ = pairs.skip(", ")
        }
        _ = pairs.skip("smtp_")
        if pairs.skip("from: <"), let sender = pairs.address(before: { $0.stands(", ", at: $1) }) {
            cells.set(.from, sender)
        }
        // (default: F (no action): [1.2/15.0] […]), len: …
        _ = pairs.upTo(" (")
        _ = pairs.upTo(": ")
        _ = pairs.upTo(" (")
        if pairs.skip(" (") { cells.set(.verdict, pairs.upTo("): [")) }
        if pairs.skip("): [") { cells.setNumber(.score, pairs.upTo("/", "]")) }
        _ = pairs.upTo("), len: ")
        if pairs.skip("), len: ") { cells.setInteger(.size, pairs.upTo(",")) }
        _ = pairs.upTo(", rcpts: <")
        if pairs.skip(", rcpts: <") { cells.set(.to, pairs.upTo(",", ">")) }
        return true
    }

    private func setQueueID(_ id: Bytes, _ cells: Cells) {
        if id != "undef" { cells.set(.queueID, id) }
    }
}
