import MailLog
import QuerySyntax

/// A pipeline that has been resolved: what the scan tests, the steps that follow, the columns at the end.
package struct Query: Sendable {
    package var scan: [Condition]
    package var steps: [Step]
    package var schema: Schema
    /// The columns that a stage behind it could name, those included that are not shown.
    package private(set) var available: Schema
    /// The slots of the log lines' rows.
    package var layout: Layout
    /// Where columns become known only at run time: the stages that are resolved then.
    package var rest: [Pipeline<any Stage>.Step] = []
    package var environment: Environment
    package var diagnostics: [Diagnostic] = []
    /// Whether the steps get log lines (`trace` reads them by itself).
    package private(set) var readsLines = true
    /// Whether the lines are not those of a log (`queue`).
    package private(set) var readsListing = false
    /// Whether the logs are read a second time for it (`join`, `in NAME`), so that a pipe must be kept.
    package private(set) var scansAgain = false
    /// The whole query as text, from the log lines on, the names that `let` has bound written out.
    package var text = ""
    /// What stands behind its rows, as far as that is known.
    package private(set) var origin: RowOrigin?
    package private(set) var lastGrouping: GroupStep?
    /// Whether the rows end in a file (`write`), so that nothing is shown.
    package private(set) var isSaved = false

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// Resolves a pipeline over log lines.
    package init(_ pipeline: Pipeline<any Stage>, in environment: Environment) {
        var environment = environment
        environment.restarts = Restarts()
        if let start = pipeline.start, let answer = environment.answers[start.text] {
            self.init(stages: pipeline.stages, from: Resolution(answer: answer, environment: environment))
        } else {
            self.init(
                stages: environment.prelude + Query.expand(pipeline, environment),
                from: Resolution(lines: environment))
        }
        if pipeline.isBroken { rest = [] }
    }

    /// The stages of a pipeline, those of the `let` pipeline that it starts from included.
    private static func expand(
        _ pipeline: Pipeline<any Stage>, _ environment: Environment
    ) -> [Pipeline<any Stage>.Step] {
        guard let start = pipeline.start, let bound = environment.bindings[start.text] else {
            return pipeline.stages
        }
        return expand(bound, environment) + pipeline.stages
    }

    /// Resolves stages from a given point; up to five errors are collected.
    init(stages: [Pipeline<any Stage>.Step], from start: Resolution) {
        var resolution = start
        let firstLayout = resolution.layout
        var frozen: (steps: [Step], place: Int)?
        for (place, step) in stages.enumerated() {
            guard let stage = step.stage else {
                resolution.schema.isBroken = true
                resolution.pendingGroups = nil
                continue
            }
            if let groups = resolution.pendingGroups, !(stage is any AggregateStage) {
                resolution.diagnostics.append(GroupbyStage.needsAggregate(groups.stage, step.range))
                resolution.pendingGroups = nil
            }
            do throws(Diagnostic) {
                if resolution.environment.follows, let reason = stage.reasonNotToFollow {
                    throw Diagnostic("a stage that \(reason) cannot be followed", at: step.range)
                }
                try stage.resolve(&resolution)
                resolution.append(step.text)
            } catch {
                // What comes after a stage that is wrong may be wrong for that reason.
                if !resolution.schema.isBroken { resolution.diagnostics.append(error) }
                if !stage.keepsColumns { resolution.schema.isBroken = true }
                resolution.pendingGroups = nil
                if resolution.diagnostics.count(where: { $0.severity == .error }) >= maximumErrors { break }
            }
            if frozen == nil, case .reshape? = resolution.steps.last {
                frozen = (resolution.steps, place + 1)
            }
        }
        if let groups = resolution.pendingGroups {
            resolution.diagnostics.append(GroupbyStage.needsAggregate(groups.stage, groups.stage.range))
        }
        scan = resolution.scan
        steps = frozen?.steps ?? resolution.steps
        schema = resolution.schema.shown
        available = resolution.schema
        layout = firstLayout
        environment = resolution.environment
        diagnostics = resolution.diagnostics
        scansAgain = resolution.scansAgain
        readsLines = resolution.readsLines
        readsListing = resolution.readsListing
        origin = resolution.origin
        lastGrouping = resolution.lastGrouping
        isSaved = stages.last?.stage is WriteStage
        rest = frozen.map { Array(stages[$0.place...]) } ?? []
        checkScan()
        fuseLimits()
    }

    /// A `head` right behind a reduction lets the reduction keep less.
    private mutating func fuseLimits() {
        for place in steps.indices.dropFirst() {
            guard case .each(let transform) = steps[place], let limit = transform.limit,
                case .reduce(let reduction) = steps[place - 1],
                let limited = Query.limited(reduction, limit)
            else { continue }
            steps[place - 1] = .reduce(limited)
        }
    }

    private static func limited(_ reduction: any Reduction, _ limit: Int) -> (any Reduction)? {
        reduction.limited(to: limit)
    }

    /// The same, where steps that keep whole rows keep only what is read later: of a sorted log, the lines.
    func pruned() -> Query {
        var pruned = self
        var wanted = Set(schema.columns.map(\.slot))
        for place in steps.indices.reversed() {
            switch steps[place] {
            case .each(let transform):
                let kept = transform.keeping?(wanted) ?? transform
                pruned.steps[place] = .each(kept)
                wanted = kept.beginsRows ? kept.needs : wanted.union(kept.needs)
            case .reduce(let reduction):
                let kept = Query.keeping(reduction, wanted) ?? reduction
                pruned.steps[place] = .reduce(kept)
                wanted = kept.needs
            case .reshape(let reshaping): wanted = reshaping.needs
            }
        }
        return pruned
    }

    private static func keeping(_ reduction: any Reduction, _ slots: Set<Int>) -> (any Reduction)? {
        reduction.keeping(slots)
    }

    /// A filter that no line can pass is a mistake: it names the stage to start with.
    private mutating func checkScan() {
        guard !scan.isEmpty, !hasErrors else { return }
        let whole = Condition(all: scan)
        guard !whole.presence.contains(where: \.isPossible), let presence = whole.presence.first else {
            return
        }
        let names = Fields.all.filter { presence.fields.contains($0.slot) }.map { field in
            presence.words[field.slot].map { "\(field.name)=\($0)" } ?? field.name
        }
        let what: String
        if let event = presence.events?.sorted().first {
            what = "no line with event=\(event) has \(names.joined(separator: " and "))"
        } else {
            what = "no line has \(names.count == 2 ? "both " : "")\(names.joined(separator: " and "))"
        }
        let wayOut =
            Stages.all["deliveries"] == nil
            ? "put the lines of a mail side by side: `filter status=deferred | select queue_id, to | "
                + "join (filter event=active | select queue_id, from) on queue_id`"
            : "start with `deliveries |`, whose rows have the fields of the whole message"
        diagnostics.append(
            Diagnostic(
                what, at: whole.range,
                hint:
                    "'from' and 'size' stand on the queue manager's lines, 'to' and 'status' on deliveries'",
                notes: [wayOut]))
    }

    // MARK: What the scan has to do

    /// Slots of log lines that are read by anything up to the first reduction.
    package var lineNeeds: Set<Int> {
        needs(of: steps[...]).union(scan.reduce(into: Set<Int>()) { $0.formUnion($1.needs) })
    }

    /// Slots that these steps, and what comes behind them, read of the rows that come to them.
    func needs(of steps: ArraySlice<Step>) -> Set<Int> {
        var needs: Set<Int> = []
        for step in steps {
            switch step {
            case .each(let transform):
                needs.formUnion(transform.needs)
                if transform.beginsRows { return needs }
            case .reduce(let reduction):
                return needs.union(reduction.needs)
            case .reshape(let reshaping):
                return needs.union(reshaping.needs)
            }
        }
        return needs.union(schema.columns.map(\.slot))
    }

    /// Whether rows come out as lines come in, without a step that gathers them.
    package var isStreaming: Bool { steps.allSatisfy { if case .each = $0 { true } else { false } } }

    /// Whether the answer is the log lines themselves.
    package var givesLines: Bool { schema.isLines }

    /// Whether it matters of which year a line is.
    package var needsTime: Bool {
        times != nil || lineNeeds.contains { $0 < Fields.all.count && Fields.ofTime.contains($0) }
    }

    /// When a line must be, in microseconds of the wall clock; nil where that is open.
    package var times: Range<Int64>? { scan.isEmpty ? nil : Condition(all: scan).times }

    /// Bytes that a line must contain.
    package var raw: RawCondition { scan.isEmpty ? .anything : Condition(all: scan).raw }
}

extension Fields {
    /// Events that no shape gives: the rest.
    static func isEventWithoutShape(_ event: String) -> Bool {
        !LineShapes.all.contains { $0.events.contains(event) }
    }
}
