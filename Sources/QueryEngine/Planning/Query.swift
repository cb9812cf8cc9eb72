import MailLog
import QuerySyntax

/// A resolved pipeline: conditions of the scan, steps, columns of the answer.
package struct Query: Sendable {
    package var scan: [Condition]
    package var steps: [Step]
    package var schema: Schema
    /// All columns that a later stage could name, also those that are not shown.
    package private(set) var available: Schema
    /// Layout of the rows of log lines.
    package var layout: Layout
    /// Stages that are resolved at run time, because the columns before them are not known earlier.
    package var rest: [Pipeline<any Stage>.Step] = []
    package var environment: Environment
    package var diagnostics: [Diagnostic] = []
    /// Whether the steps get log lines. `trace` reads the logs itself.
    package private(set) var readsLines = true
    /// Whether the lines are a queue listing instead of a log (`queue`).
    package private(set) var readsListing = false
    /// Whether the logs are read a second time (`join`, `in NAME`), so that a pipe must be kept.
    package private(set) var scansAgain = false
    var wording = Wording("")
    /// Text of the whole query from the log lines on, with names of `let` replaced.
    package var text: String {
        get { wording.text }
        set { wording = Wording(newValue) }
    }
    /// Number of stages and nested pipelines, as counted by `Resolution`.
    let size: Int
    let depth: Int
    /// Way back from a row to its input; nil if unknown.
    package private(set) var origin: RowOrigin?
    package private(set) var lastGrouping: GroupStep?
    /// Whether the rows are saved in a file (`write`) and not shown.
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

    /// Passes the limit of a `head` to a reduction before it.
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

    /// Returns a query whose steps keep only slots that are read later.
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

    /// Reports a filter that no line can pass, and names the stage to start with.
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
            hint: "'from' and 'size' are on lines of the queue manager, 'to' and 'status' on deliveries",
            notes: ["start with `deliveries |`, whose rows have the fields of the whole message"])
    }

    // MARK: What the scan has to do

    /// Slots of log lines that are read up to the first reduction.
    package var lineNeeds: Set<Int> {
        needs(of: steps[...]).union(scan.reduce(into: Set<Int>()) { $0.formUnion($1.needs) })
    }

    /// Returns the input slots that these steps, and the rest of the query, read.
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

    /// Whether no step gathers rows: each row is emitted when its line arrives.
    package var isStreaming: Bool { steps.allSatisfy { if case .each = $0 { true } else { false } } }

    /// Whether the answer consists of log lines.
    package var givesLines: Bool { schema.isLines }

    /// Whether the query depends on the year of lines.
    package var needsTime: Bool {
        times != nil || lineNeeds.contains { $0 < Fields.all.count && Fields.ofTime.contains($0) }
    }

    /// Times of the lines that can pass, in microseconds of the wall clock; nil if unknown.
    package var times: Range<Int64>? { scan.isEmpty ? nil : Condition(all: scan).times }

    /// Texts that a passing line contains.
    package var raw: RawCondition { scan.isEmpty ? .anything : Condition(all: scan).raw }
}

extension Environment {
    /// Resolves a pipeline for others that continue from it.
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

    /// Returns the start of a pipeline: the rows of the name, or log lines without a name.
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
