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
    var wording = Wording("")
    /// The whole query as text, from the log lines on, the names that `let` has bound written out.
    package var text: String {
        get { wording.text }
        set { wording = Wording(newValue) }
    }
    /// Stages and nested pipelines, as a `Resolution` counts them.
    let size: Int
    let depth: Int
    /// What stands behind its rows, as far as that is known.
    package private(set) var origin: RowOrigin?
    package private(set) var lastGrouping: GroupStep?
    /// Whether the rows end in a file (`write`), so that nothing is shown.
    package private(set) var isSaved = false

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// Resolves a pipeline over log lines.
    package init(_ pipeline: Pipeline<any Stage>, in environment: Environment) {
        self.init(environment.resolution(of: pipeline))
        if pipeline.isBroken { rest = [] }
    }

    /// Resolves stages from a given point.
    init(stages: [Pipeline<any Stage>.Step], from start: Resolution) {
        var resolution = start
        resolution.resolve(stages)
        self.init(resolution)
    }

    init(_ resolution: Resolution) {
        scan = resolution.scan
        steps = resolution.frozen?.steps ?? resolution.steps
        rest = resolution.frozen?.rest ?? []
        schema = resolution.schema.shown
        available = resolution.schema
        layout = resolution.scanLayout
        environment = resolution.environment
        diagnostics = resolution.diagnostics
        scansAgain = resolution.scansAgain
        readsLines = resolution.readsLines
        readsListing = resolution.readsListing
        origin = resolution.origin
        lastGrouping = resolution.lastGrouping
        isSaved = resolution.isSaved
        size = resolution.size
        depth = resolution.depth
        if let groups = resolution.pendingGroups {
            diagnostics.append(Resolution.needsAggregate(groups.stage, groups.stage.range))
        }
        if let (presence, range) = resolution.excluded, !hasErrors {
            diagnostics.append(Query.noLine(presence, range))
        }
        fuseLimits()
    }

    /// A `head` right behind a reduction lets the reduction keep less.
    private mutating func fuseLimits() {
        for index in steps.indices.dropFirst() {
            guard case .each(let transform) = steps[index], let limit = transform.limit,
                case .reduce(let reduction) = steps[index - 1],
                let limited = Query.limited(reduction, limit)
            else { continue }
            steps[index - 1] = .reduce(limited)
        }
    }

    private static func limited(_ reduction: any Reduction, _ limit: Int) -> (any Reduction)? {
        reduction.limited(to: limit)
    }

    /// The same, where steps that keep whole rows keep only what is read later: of a sorted log, the lines.
    func pruned() -> Query {
        var pruned = self
        var wanted = Set(schema.columns.map(\.slot))
        for index in steps.indices.reversed() {
            switch steps[index] {
            case .each(let transform):
                let kept = transform.keeping?(wanted) ?? transform
                pruned.steps[index] = .each(kept)
                wanted = kept.beginsRows ? kept.needs : wanted.union(kept.needs)
            case .reduce(let reduction):
                let kept = Query.keeping(reduction, wanted) ?? reduction
                pruned.steps[index] = .reduce(kept)
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
    private static func noLine(_ presence: LinePresence, _ range: SourceRange) -> Diagnostic {
        let names = Fields.all.filter { presence.fields.contains($0.slot) }.map { field in
            presence.words[field.slot].map { "\(field.name)=\($0)" } ?? field.name
        }
        let what: String
        if let event = presence.events?.sorted().first {
            what = "no line with event=\(event) has \(names.joined(separator: " and "))"
        } else {
            what = "no line has \(names.count == 2 ? "both " : "")\(names.joined(separator: " and "))"
        }
        return Diagnostic(
            what, at: range,
            hint: "'from' and 'size' stand on the queue manager's lines, 'to' and 'status' on deliveries'",
            notes: ["start with `deliveries |`, whose rows have the fields of the whole message"])
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

extension Environment {
    /// Resolves a pipeline up to its end, which other pipelines may go on from.
    func resolution(of pipeline: Pipeline<any Stage>) -> Resolution {
        var resolution =
            if let start = pipeline.start, let answer = answers[start.text] {
                Resolution(answer: answer, environment: self)
            } else {
                resolution(from: pipeline.start)
            }
        resolution.resolve(pipeline.stages)
        return resolution
    }

    /// What the first stage of a pipeline gets that starts from a name: log lines where it has none.
    func resolution(from start: Name?) -> Resolution {
        var chain: [(name: String, pipeline: Pipeline<any Stage>)] = []
        var next = start?.text
        var known: Resolution?
        while let name = next, known == nil, let definition = bindings[name] {
            if definition.isBroken {
                known = Resolution(lines: self)
                known?.schema.isBroken = true
            } else {
                known = bindings.resolution(of: name)
                if known == nil { chain.append((name, definition.pipeline)) }
                next = definition.pipeline.start?.text
            }
        }
        var resolution: Resolution
        if let known {
            resolution = known.branch()
        } else {
            var environment = self
            environment.restarts = Restarts()
            resolution = Resolution(lines: environment)
            resolution.resolve(prelude)
        }
        for (name, pipeline) in chain.reversed() {
            resolution.resolve(pipeline.stages)
            bindings.keep(resolution, of: name)
            resolution = resolution.branch()
        }
        return resolution
    }
}

extension Fields {
    /// Events that no shape gives: the rest.
    static func isEventWithoutShape(_ event: String) -> Bool {
        !LineShapes.all.contains { $0.events.contains(event) }
    }
}
