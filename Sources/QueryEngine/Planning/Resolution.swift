import MailLog
import QuerySyntax

/// State of resolving a pipeline: schema, steps and diagnostics so far.
package struct Resolution: Sendable {
    package var schema: Schema
    package private(set) var layout: Layout
    /// Layout of the rows of the scan.
    let scanLayout: Layout
    package var steps: [Step] = []
    /// Conditions on log lines before all other stages. The scan tests them.
    package var scan: [Condition] = []
    package var diagnostics: [Diagnostic] = []
    package private(set) var environment: Environment
    /// Keys of a `groupby` without its aggregate so far.
    package var pendingGroups: (keys: [Key], stage: Name)?
    /// Interval of the filters on `time` or a time bin, in microseconds of the wall clock. `fill` covers it.
    package var timeRange: Range<Int64>?
    /// Whether the logs are read a second time.
    package var scansAgain = false
    /// Set after rows of messages begin, while only filters follow: the number of steps, and the slots of columns. Such
    /// a filter can be tested before the rows are made.
    package var mail: (steps: Int, host: Int, queueID: Int?)?
    /// Whether the steps get log lines. A stage may read the logs itself.
    package var readsLines = true
    /// Whether the lines are a queue listing, which has no prelude.
    package var readsListing = false
    /// Time bin among the keys of the current groups, for `rate`.
    package var groupBin: TimeBin?
    /// Keys and counts of the last groups, for later stages.
    package var lastGrouping: GroupStep?
    /// Way back from a row to its input; nil if unknown.
    package var origin: RowOrigin?
    /// Texts of the stages so far.
    private var texts: [String] = []
    /// Number of stages so far. Stages of named and nested pipelines count at each use.
    private(set) var size = 0
    /// Depth of nested pipelines.
    private(set) var depth = 0
    /// Steps up to a step whose columns are known only at run time, and the stages after it.
    private(set) var frozen: (steps: [Step], rest: [Pipeline<any Stage>.Step])?
    /// Whether the last stage saves the rows in a file.
    private(set) var isSaved = false
    /// Requirements of the first `count` conditions of the scan.
    private var checked = (count: 0, presence: [LinePresence()])
    /// Requirements that no line meets, with the range of the filter.
    private(set) var excluded: (presence: LinePresence, range: SourceRange)?

    /// Limits the number of passes over the logs, and the depth of the stack at run time, where each operator calls the
    /// next.
    static let maximumSize = 2000
    /// Limits the stack at run time: a row waits for the pass of a nested pipeline. In debug builds a level takes 45
    /// KB, and the smallest stack has 2 MB.
    static let maximumDepth = 20

    package init(lines environment: Environment) {
        self.init(schema: .lines, environment: environment)
        origin = .line
    }

    package init(schema: Schema, environment: Environment) {
        self.schema = schema
        self.environment = environment
        layout = Layout((schema.columns.map(\.slot).max() ?? -1) + 1)
        scanLayout = layout
    }

    // MARK: Stages

    /// Resolves stages. Collects up to five errors.
    mutating func resolve(_ stages: [Pipeline<any Stage>.Step]) {
        for step in stages {
            guard let stage = step.stage else {
                schema.isBroken = true
                pendingGroups = nil
                continue
            }
            if let groups = pendingGroups, !stage.isAggregate {
                diagnostics.append(Resolution.needsAggregate(groups.stage, step.range))
                pendingGroups = nil
            }
            do throws(Diagnostic) {
                if environment.follows, let reason = stage.reasonNotToFollow {
                    throw Diagnostic("a stage that \(reason) cannot be followed", at: step.range)
                }
                size += 1
                try stage.resolve(&self)
                try checkSize(step.range)
                texts.append(step.text)
            } catch {
                // Errors after a broken stage may be caused by it.
                if !schema.isBroken { diagnostics.append(error) }
                if !stage.keepsColumns { schema.isBroken = true }
                pendingGroups = nil
                if diagnostics.count(where: { $0.severity == .error }) >= maximumErrors { break }
                if size > Resolution.maximumSize { break }
            }
            if frozen != nil {
                frozen?.rest.append(step)
            } else if case .reshape? = steps.last {
                frozen = (steps, [])
            }
            isSaved = stage.savesRows
        }
        checkScan()
    }

    /// Returns the error for a `groupby` without an aggregate.
    static func needsAggregate(_ groupby: Name, _ range: SourceRange) -> Diagnostic {
        Diagnostic(
            "'groupby' needs an aggregate next", at: range,
            hint: "such as `groupby … | count` or `| sum bytes`")
    }

    private func checkSize(_ range: SourceRange) throws(Diagnostic) {
        guard size > Resolution.maximumSize else { return }
        throw Diagnostic(
            "the query has more than \(Digits.grouped(Resolution.maximumSize)) stages", at: range,
            hint: "those of named and inner pipelines count each time that they are used")
    }

    /// Counts the stages of a nested pipeline. Errors of a named pipeline were reported with the name.
    mutating func count(_ inner: Query, at range: SourceRange) throws(Diagnostic) {
        if inner.schema.isBroken { schema.isBroken = true }
        size += inner.size
        depth = max(depth, inner.depth + 1)
        guard depth > Resolution.maximumDepth else { return }
        throw Diagnostic(
            "pipelines are nested more than \(Resolution.maximumDepth) levels deep", at: range,
            hint: "save the rows of one with `write` and read them with `lookup`")
    }

    /// Reports a filter that no line can pass, once.
    private mutating func checkScan() {
        if scan.count < checked.count { checked = (0, [LinePresence()]) }
        guard scan.count > checked.count else { return }
        let presence = scan[checked.count...].reduce(checked.presence) { LinePresence.and($0, $1.presence) }
        checked = (scan.count, presence)
        guard !presence.contains(where: \.isPossible), let first = presence.first else { return }
        excluded = (first, scan[0].range.through(scan[scan.count - 1].range))
    }

    /// Returns the start for a pipeline that begins with the name of this one. Warnings were reported with the name.
    func branch() -> Resolution {
        var branch = self
        branch.diagnostics.removeAll { $0.severity != .error }
        branch.layout = layout.branch()
        branch.environment.restarts = Restarts()
        return branch
    }

    /// Text of the stages so far, with values of parameters.
    var text: String {
        texts.map { "\(environment.filled($0)) | " }.joined()
    }

    // MARK: Names

    package func column(_ name: Name) throws(Diagnostic) -> Schema.Column {
        if let column = schema.column(name.text) { return column }
        throw unknown(name)
    }

    package func unknown(_ name: Name) -> Diagnostic {
        if let remover = schema.removed[name.text] {
            return Diagnostic(
                "field '\(name.text)' was removed by '\(remover.text)'", at: name.range,
                notes: ["fields of \(schema.rowName): \(available)"])
        }
        var candidates = schema.columns.map(\.name)
        if schema.isLines { candidates += Fields.all.flatMap(\.aliases) }
        let near = Spelling.nearest(to: name.text, among: candidates)
        return Diagnostic(
            "unknown field '\(name.text)'", at: name.range, hint: near.map { "did you mean '\($0)'?" },
            notes: ["fields of \(schema.rowName): \(available)"])
    }

    private var available: String {
        if schema.isLines {
            return "time, host, process, event, queue_id, from, to, relay, status, …   (mlq help fields)"
        }
        let names = schema.columns.prefix(12).map(\.name).joined(separator: ", ")
        return schema.columns.count > 12 ? names + ", …" : names
    }

    // MARK: Steps

    package mutating func newSlot() -> Int { layout.newSlot() }

    /// Adds or replaces a column, with a new slot.
    package mutating func addColumn(_ name: String, _ type: ValueType) -> Schema.Column {
        let column = Schema.Column(name: name, type: type, slot: newSlot())
        schema.put(column)
        schema.isLines = false
        return column
    }

    package mutating func append(_ step: Step) { steps.append(step) }

    /// Starts new rows. The columns have the slots 0, 1, …
    package mutating func beginRows(
        _ columns: [(name: String, type: ValueType, empty: Value)], rowName: String, by stage: Name
    ) -> Layout {
        var removed: [String: Name] = [:]
        for column in schema.columns { removed[column.name] = stage }
        let previous = schema
        schema = Schema(
            columns: columns.enumerated().map {
                Schema.Column(name: $1.name, type: $1.type, slot: $0, empty: $1.empty)
            },
            rowName: rowName)
        schema.isBroken = previous.isBroken
        for column in columns { removed[column.name] = nil }
        schema.removed = removed
        layout = Layout(columns.count)
        origin = nil
        return layout
    }

    /// Slots of all columns, for stages that keep whole rows.
    package var allSlots: Set<Int> { Set(schema.columns.map(\.slot)) }

    // MARK: Warnings

    package mutating func warn(_ message: String, at range: SourceRange, hint: String? = nil) {
        diagnostics.append(Diagnostic(message, at: range, hint: hint, severity: .warning))
    }
}
