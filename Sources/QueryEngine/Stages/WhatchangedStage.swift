import MailLog
import QuerySyntax

/// `whatchanged [at TIME | RANGE with RANGE]`: finds since when more is logged, and explains the growth.
struct WhatchangedStage: Stage {
    /// Intervals to compare.
    enum Period: Sendable {
        case found
        case at(TimeRange)
        case ranges(TimeRange, TimeRange)
    }

    static let form = Form<any Stage>(
        "whatchanged", aliases: ["why"],
        summary: "find since when more is logged, and what explains it",
        details: """
            Without a time, `whatchanged` finds the moment itself: the bin after which Page's cumulative sum (CUSUM) \
            of the excess lines never returned to 0. Then it explains the growth by process, status, reason, sender, \
            recipient, relay, client network, login and slow deliveries (method: Adtributor, NSDI 2014).

            what       meaning of the row
            moment     the start of the growth
            cause      a condition that explains a part of the growth
            within     a narrower condition; it explains at least 30 % of the row above
            unchanged  a common process that did not grow

            Columns
            - `before`, `after`: lines per day
            - `share`: share of the growth
            - `first`: time of the first such line
            - `query`: a query for these lines

            Notes
            - If one queue id or one login has the same messages as a condition, the condition names the id or login.
            - If a line lacks a field of its message, such as the sender, the value comes from another line of the \
            message.
            - Of a log with more than \(LineSample.capacity) lines, only one message in 2, 4, 8 … is read. A note \
            then states the error.
            - Only filters and `deliveries` may precede it. After `deliveries`, rows are counted instead of lines.
            """,
        examples: [
            "whatchanged", "filter process=smtp | whatchanged at 2012-12-26",
            "deliveries | whatchanged | filter what in (moment, cause, within)",
            "whatchanged 2012-12-16..2012-12-22 with 2012-12-27..2012-12-29 | filter what=cause",
        ],
        Parameter<Period>(
            "[at TIME | RANGE with RANGE]", grammar: "[ 'at', bound | range, 'with', range ]"
        ) { (parser: inout Parser) throws(Diagnostic) -> Period in
            if parser.takeKeyword("at") != nil { return .at(try parser.timeRange()) }
            if parser.atEndOfStage() { return .found }
            let first = try parser.timeRange()
            guard parser.takeKeyword("with") != nil else {
                throw Diagnostic("expected 'with', found \(parser.found())", at: parser.here())
            }
            return .ranges(first, try parser.timeRange())
        }
    ) { (name, period) throws(Diagnostic) in WhatchangedStage(name: name, period: period) }

    let name: Name
    let period: Period

    var reasonNotToFollow: String? { "looks for a change in a complete log" }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let source: WhatchangedSource
        if resolution.schema.isLines, resolution.steps.isEmpty {
            source = .lines
        } else if let mail = resolution.mail, mail.steps == resolution.steps.count,
            resolution.schema.column("attempt") != nil
        {
            source = .deliveries
        } else {
            throw Diagnostic(
                "'whatchanged' looks at log lines or deliveries", at: name.range,
                hint: "only filters and `deliveries` may precede it")
        }
        var ranges: [Range<Int64>]?
        switch period {
        case .found: break
        case .at(let time):
            let moment = try resolution.interval(time).start
            ranges = [.min..<moment, moment..<Int64.max]
        case .ranges(let first, let second):
            ranges = []
            for range in [first, second] {
                let interval = try resolution.interval(range)
                ranges?.append(interval.start..<max(interval.end, interval.start + 1))
            }
            ranges?.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        }
        let columns = resolution.schema
        let slots = Dimension.all.map { columns.column($0.field.name)?.slot ?? -1 }
        guard let time = columns.column("time")?.slot else {
            preconditionFailure("lines and deliveries have a time")
        }
        let roles = ["moment"] + Explanation.Step.Role.allCases.map(\.rawValue)
        let layout = resolution.beginRows(
            [
                ("what", .text(.oneOf(roles))), ("condition", .text(.prose)), ("before", .number),
                ("after", .number), ("share", .number), ("first", .time(.instant)), ("query", .text(.query)),
            ], by: name)
        resolution.timeRange = nil
        let beginning = resolution.text
        resolution.append(
            .reduce(
                Whatchanged(
                    source: source, beginning: beginning, slots: slots, time: time, ranges: ranges,
                    layout: layout)))
    }
}

/// Kind of the input rows.
private enum WhatchangedSource: String {
    case lines, deliveries
}

private struct Whatchanged: Reduction {
    let source: WhatchangedSource
    /// Text of the stages before `whatchanged`. The queries in the output begin with it.
    let beginning: String
    let slots: [Int]
    let time: Int
    /// Intervals before and after; nil if `whatchanged` must find the moment.
    let ranges: [Range<Int64>]?
    let layout: Layout

    var title: String { "sample the messages, find the moment, explain the growth" }
    var needs: Set<Int> { Set(slots.filter { $0 >= 0 } + [time]) }

    func makePart(_ worker: Worker) -> WhatchangedPart { WhatchangedPart(self, worker.run) }
}

private final class WhatchangedPart: ReductionPart {
    private let plan: Whatchanged
    private let sample: LineSample

    init(_ plan: Whatchanged, _ run: RunState) {
        self.plan = plan
        sample = LineSample(plan.slots, time: plan.time, memory: run.memory)
    }

    func consume(_ row: Row) -> Bool {
        sample.add(row)
        return true
    }

    var sieve: ((Row) -> Bool)? { { [sample] row in sample.mayHold(row) } }

    func merge(_ other: WhatchangedPart) { sample.merge(other.sample) }

    func emit(into next: any RowConsumer, worker: Worker) {
        let stray = sample.dropStrayLines()
        if stray > 0 {
            worker.run.note(
                "\(Digits.grouped(stray)) sampled line\(stray == 1 ? " has a stamp" : "s have stamps") far from all "
                    + "others, and \(stray == 1 ? "is" : "are") skipped; `files` shows the stamps of each log"
            )
        }
        sample.complete()
        guard !worker.run.shouldGiveUp else { return }
        guard let first = sample.times.min(), let last = sample.times.max(),
            let (before, after) = intervals(first..<last + 1)
        else {
            worker.run.note("nothing stands out: no common value is logged more than usual for long enough")
            return
        }
        guard before.lowerBound < before.upperBound, after.lowerBound < after.upperBound else {
            worker.run.note("nothing to compare: one of the intervals has no lines")
            return
        }
        let explanation = Explanation(sample, before: before, after: after)
        let causes = explanation.causes { worker.run.shouldGiveUp }
        guard !worker.run.shouldGiveUp else { return }
        guard !causes.isEmpty else {
            worker.run.note(
                "nothing stands out: nothing is logged much more in \(text(after)) than in \(text(before))")
            return
        }
        worker.run.note(
            "before is \(text(before)), after \(text(after)); numbers are \(plan.source.rawValue) a day")
        if sample.level > 0 {
            worker.run.note(
                "numbers are estimates from one message in \(1 << sample.level): the error of n lines is about "
                    + "\(1 << sample.level) times the square root of n / \(1 << sample.level), and larger if few "
                    + "messages have most of the lines")
        }
        let writer = FindingWriter(plan, sample, explanation, next, worker)
        guard writer.write(moment: before, after) else { return }
        for step in causes + explanation.unchanged() {
            guard writer.write(step) else { return }
        }
    }

    private func text(_ range: Range<Int64>) -> String {
        "\(QueryText.time(range.lowerBound))..\(QueryText.time(range.upperBound - 1))"
    }

    /// Returns the intervals to compare, limited to the time of the lines.
    private func intervals(_ covered: Range<Int64>) -> (Range<Int64>, Range<Int64>)? {
        if let ranges = plan.ranges {
            return (ranges[0].clamped(to: covered), ranges[1].clamped(to: covered))
        }
        guard let onset = Onset.find(sample), covered.lowerBound < onset.start else { return nil }
        return (covered.lowerBound..<onset.start, onset.start..<onset.end)
    }
}

/// Writer of findings as rows.
private final class FindingWriter {
    private let beginning: String
    private let sample: LineSample
    private let explanation: Explanation
    private let worker: Worker
    private let emitter: RowEmitter

    init(
        _ plan: Whatchanged, _ sample: LineSample, _ explanation: Explanation, _ next: any RowConsumer,
        _ worker: Worker
    ) {
        beginning = plan.beginning
        self.sample = sample
        self.explanation = explanation
        self.worker = worker
        emitter = RowEmitter(plan.layout, next, worker)
    }

    func write(moment before: Range<Int64>, _ after: Range<Int64>) -> Bool {
        let condition =
            "time in \(QueryText.time(after.lowerBound))..\(QueryText.time(after.upperBound - 1))"
        let lines = { [sample] (range: Range<Int64>) in
            sample.times.indices.filter { range.contains(sample.times[$0]) }
        }
        let whole = Explanation.Step(
            role: .cause, values: [], before: lines(before), after: lines(after))
        return write(
            "moment", condition, "\(beginning)filter \(condition)", whole, first: after.lowerBound)
    }

    func write(_ step: Explanation.Step) -> Bool {
        let conditions = step.values.map { value in
            Dimension.all[sample.dimension(of: value)].condition(sample.value(value, arena: worker.arena))
        }
        return write(
            step.role.rawValue, conditions.last ?? "", query(step, conditions), step,
            first: (step.before + step.after).map { sample.times[$0] }.min())
    }

    /// Returns the query of a step. A value that another line of the message contains is found by queue id.
    private func query(_ step: Explanation.Step, _ conditions: [String]) -> String {
        var names: [String] = []
        var filters: [String] = []
        for (value, condition) in zip(step.values, conditions) {
            let bit = UInt32(1) << UInt32(sample.dimension(of: value))
            if (step.before + step.after).contains(where: { sample.borrowed[$0] & bit != 0 }) {
                let name = "mail\(names.count + 1)"
                names.append("let \(name) = \(beginning)filter \(condition) | count by queue_id; ")
                filters.append("queue_id in \(name)")
            } else {
                filters.append(condition)
            }
        }
        return names.joined() + "\(beginning)filter \(filters.joined(separator: " and "))"
    }

    private func write(
        _ what: String, _ condition: String, _ query: String, _ step: Explanation.Step, first: Int64?
    ) -> Bool {
        let rates = explanation.rates(step)
        return emitter.emit { arena in
            [
                arena.text(what), arena.text(condition), .double(rates.before), .double(rates.after),
                .double(explanation.share(step)), first.map { .time($0) } ?? .missing, arena.text(query),
            ]
        }
    }
}
