import MailLog
import QuerySyntax

/// `trace WHAT`: prints all lines of matching messages, message by message.
struct TraceStage: Stage {
    static let form = Form<any Stage>(
        "trace", summary: "print all lines of the messages that match a queue id, an address or a text",
        details: """
            An address and a message-id may contain the wild cards * and ?.

            Prints, per message: the smtpd session, queue events, delivery attempts and connections of smtp. \
            Bounces, forwards and hops to filters and other hosts are messages of their own. A blank row separates \
            messages. `+++ not finished +++` marks a message whose end is not in the log.

            Notes
            - Must be the first stage; only filters on time, host or file may precede it.
            - The logs are read several times.
            - With --follow, the logs are read once, and lines are printed in the order of the log. Earlier lines of \
            a message are printed together with the first match.
            - Memory with --follow: at most a quarter of --memory, for the lines of unfinished messages. The least \
            recently seen messages are dropped first. A warning is printed if their lines are needed later.
            """,
        examples: [
            "trace 90442C9CB29 | count by process", "trace sally@uk.psi.com | head 5",
            "filter time in 2012-12-25..2012-12-26 | trace /maint-admin@ml/ | filter event=active | head 3",
        ],
        Parameter<Expression>(
            "QUEUE_ID | ADDRESS | \"TEXT\" | /REGEX/", grammar: "word | string | regex | parameter"
        ) {
            (parser: inout Parser) throws(Diagnostic) -> Expression in
            parser.skipSpace()
            switch parser.byte() {
            case 34, 39: return try parser.takeString()
            case 47: return try parser.takeRegex()
            case 123: return .parameter(try parser.takeParameter())
            default:
                let (text, range) = try parser.takeWord("a queue id, an address, a text or a regex")
                return .word(text, range)
            }
        }
    ) { (name, what) throws(Diagnostic) in TraceStage(name: name, what: what) }

    let name: Name
    let what: Expression

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        try resolution.beginMail(by: name)
        if resolution.environment.follows {
            resolution.append(
                .each(
                    LiveTrace(
                        start: try start(resolution), layout: resolution.layout, title: name.text,
                        what: TraceStage.text(of: what)
                    ).transform(resolution.allSlots)))
            resolution.schema.rowName = "a line of 'trace'"
            return
        }
        let plan = Trace.Plan(
            start: try start(resolution), scope: resolution.scan, wanted: [],
            environment: resolution.environment)
        resolution.scan = []
        resolution.readsLines = false
        resolution.scansAgain = true
        resolution.timeRange = nil
        resolution.schema.rowName = "a line of 'trace'"
        resolution.append(
            .each(
                TraceStep(
                    plan: plan, title: name.text, layout: resolution.layout, wanted: resolution.allSlots,
                    what: TraceStage.text(of: what)
                ).transform))
    }

    private static func text(of what: Expression) -> String {
        switch what {
        case .word(let text, _), .string(let text, _, _): text
        case .regex(let text, _, _): "/\(text)/"
        default: "that"
        }
    }

    /// Returns how to find the first matching lines.
    private func start(_ resolution: Resolution) throws(Diagnostic) -> Trace.Plan.Start {
        var what = what
        if case .parameter(let name) = what, let value = resolution.environment.parameters[name.text] {
            what = value
        }
        var lines = Resolution(lines: resolution.environment)
        guard case .word(let word, let range) = what else {
            return .lines(try lines.condition(.search(what)))
        }
        let isBracketed = word.count > 2 && word.hasPrefix("<") && word.hasSuffix(">")
        let text = isBracketed ? String(word.dropFirst().dropLast()) : word
        if QueueID.matches(text) { return .queueID(Array(text.utf8)) }
        let fields = ["from", "to", "orig_to", "message_id", "resent_message_id", "sasl_username"]
        return .lines(
            try lines.condition(
                .or(
                    fields.map { field in
                        .comparison(
                            .equal, .field(Name(field, range)), .word(text, range), operatorRange: range)
                    })))
    }
}

/// Step that emits the lines.
private struct TraceStep: Sendable {
    var plan: Trace.Plan
    let title: String
    let layout: Layout
    var wanted: Set<Int>
    let what: String

    var transform: Transform {
        var plan = plan
        plan.wanted = wanted.filter { $0 < Fields.all.count }
        var transform = Transform(title, needs: [], inOrder: true) { [plan] next, worker in
            let atEnd = {
                let stories = Trace(plan, run: worker.run).tell()
                guard worker.run.failure == nil else { return }
                if stories.isEmpty { return worker.run.noteNoMessage(what) }
                _ = TraceStep.pass(stories, RowBuffer(layout), next, worker)
            }
            return RowOperator(next, atEnd: atEnd) { _ in true }
        }
        transform.beginsRows = true
        transform.keeping = { slots in
            var step = self
            step.wanted = slots
            return step.transform
        }
        return transform
    }

    private static func pass(
        _ stories: [Trace.Story], _ buffer: RowBuffer, _ next: any RowConsumer, _ worker: Worker
    ) -> Bool {
        var last: UInt64 = 0
        func mark(_ text: StaticString?) -> Bool {
            buffer.clear()
            if let text {
                buffer.slots[Field.raw.slot] = .text(Bytes(text))
                buffer.slots[Field.text.slot] = .text(Bytes(text))
            }
            return next.consume(buffer.row(order: last, worker: worker))
        }
        for (index, story) in stories.enumerated() {
            if index > 0, !mark(nil) { return false }
            for line in story.lines {
                worker.arena.reset()
                last = line.order
                guard next.consume(RowCodec.row(line.record, in: buffer, worker: worker)) else {
                    return false
                }
            }
            if !story.message.hasEnd, !mark("+++ not finished +++") { return false }
        }
        return true
    }
}
