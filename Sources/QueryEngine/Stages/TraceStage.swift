import MailLog
import QuerySyntax

/// `trace WHAT`: all lines of the messages that something touches, message by message.
struct TraceStage: Stage {
    static let form = Form<any Stage>(
        "trace", summary: "all lines of the messages that an id, an address or a text touches",
        details: """
            WHAT is a queue id, an address or a message-id (with * and ? as wild cards), a quoted text or a regex. \
            The lines of each message stand together, those of its bounces, forwards and hops to filters and to \
            other hosts in the logs as messages of their own, and with them what smtpd said of the session and \
            smtp of the connection. A blank row stands between messages, and after one whose end the log does \
            not show a row `+++ not finished +++`. It starts a pipeline; the logs are read several times. With \
            --follow they are read once, and lines come as the mail travels, in the order of the log: those before \
            the first that WHAT is in come with it. For that the lines of all messages that have not ended are \
            held, in a quarter of --memory at most; then those of which nothing was heard for longest are let go, \
            which is said when they are missed.
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

    /// How the lines are found with which it begins.
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

/// The step that gives the lines.
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
            TraceOperator(plan, layout, what, next, worker)
        }
        transform.beginsRows = true
        transform.keeping = { slots in
            var step = self
            step.wanted = slots
            return step.transform
        }
        return transform
    }
}

private final class TraceOperator: RowConsumer {
    private let plan: Trace.Plan
    private let layout: Layout
    private let what: String
    private let next: any RowConsumer
    private let worker: Worker

    init(
        _ plan: Trace.Plan, _ layout: Layout, _ what: String, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.plan = plan
        self.layout = layout
        self.what = what
        self.next = next
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool { true }

    func finish() {
        let stories = Trace(plan, run: worker.run).tell()
        if worker.run.failure == nil {
            if stories.isEmpty {
                worker.run.noteNoMessage(what)
            } else {
                _ = pass(stories)
            }
        }
        next.finish()
    }

    private func pass(_ stories: [Trace.Story]) -> Bool {
        let buffer = RowBuffer(layout)
        var last: UInt64 = 0
        func mark(_ text: StaticString?) -> Bool {
            buffer.clear()
            if let text {
                buffer.slots[Field("raw").slot] = .text(Bytes(text))
                buffer.slots[Field("text").slot] = .text(Bytes(text))
            }
            return next.consume(buffer.row(order: last, worker: worker))
        }
        for (place, story) in stories.enumerated() {
            if place > 0, !mark(nil) { return false }
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
