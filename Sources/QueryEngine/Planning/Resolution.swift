import MailLog
import QuerySyntax

/// A pipeline on its way from syntax to steps: the schema at this point, the steps so far, what was found
/// wrong.
package struct Resolution: Sendable {
    package var schema: Schema
    package private(set) var layout: Layout
    /// The layout of the rows that the scan makes.
    let scanLayout: Layout
    package var steps: [Step] = []
    /// Conditions on log lines that stand before everything else; the scan tests them.
    package var scan: [Condition] = []
    package var diagnostics: [Diagnostic] = []
    package private(set) var environment: Environment
    /// The keys of a `groupby` that waits for its aggregate.
    package var pendingGroups: (keys: [Key], stage: Name)?
    /// The interval that filters on `time` or a time bin leave, in wall-clock microseconds; `fill` covers it.
    package var timeRange: Range<Int64>?
    /// Whether the logs are read a second time for this query.
    package var scansAgain = false
    /// Where rows of messages have just begun: how many steps there are as long as only filters stand behind,
    /// and the slots of their columns. A filter there need not wait for the rows.
    package var mail: (steps: Int, host: Int, queueID: Int?)?
    /// Whether the steps get the lines of the logs; a stage may read them by itself.
    package var readsLines = true
    /// Whether the lines are those of a queue listing, which have no prelude.
    package var readsListing = false
    /// The bin of time among the keys of the groups that are being resolved, for `rate`.
    package var groupBin: TimeBin?
    /// How the last groups were keyed and what they count, for stages that go on from them.
    package var lastGrouping: GroupStep?
    /// What stands behind a row, as far as that is known.
    package var origin: RowOrigin?
    /// The stages so far as they were written.
    private var texts: [String] = []
    /// Stages so far, those of named and inner pipelines counted each time that they are used.
    private(set) var size = 0
    /// How deep inner pipelines are nested.
    private(set) var depth = 0
    /// The steps up to one whose columns become known only at run time, and the stages after it.
    private(set) var frozen: (steps: [Step], rest: [Pipeline<any Stage>.Step])?
    /// Whether the last stage saves the rows in a file.
    private(set) var isSaved = false
    /// What lines that pass the first `count` conditions of the scan may be.
    private var checked = (count: 0, presence: [LinePresence()])
    /// Whether the conditions of this pipeline, with those that it starts from, exclude every line.
    private(set) var excluded: (presence: LinePresence, range: SourceRange)?

    /// Bounds the depth of the stack at run time, where each stage calls the next one, and the number of passes over
    /// the logs.
    static let maximumSize = 2000
    /// The same where a row waits for the pass of an inner pipeline: in debug builds a level takes 45 KB, and the
    /// smallest stack of a thread has 2 MB.
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

    /// Goes through stages; up to five errors are collected.
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
                // What comes after a stage that is wrong may be wrong for that reason.
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

    /// Reports a `groupby` that no aggregate follows.
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

    /// Counts the stages of a pipeline that is run for this one. Where it is a name with an error, that was reported.
    mutating func count(_ inner: Query, at range: SourceRange) throws(Diagnostic) {
        if inner.schema.isBroken { schema.isBroken = true }
        size += inner.size
        depth = max(depth, inner.depth + 1)
        guard depth > Resolution.maximumDepth else { return }
        throw Diagnostic(
            "pipelines are nested more than \(Resolution.maximumDepth) levels deep", at: range,
            hint: "save the rows of one with `write` and read them with `lookup`")
    }

    /// Notes a filter that no line can pass, once where it is written.
    private mutating func checkScan() {
        if scan.count < checked.count { checked = (0, [LinePresence()]) }
        guard scan.count > checked.count else { return }
        let presence = scan[checked.count...].reduce(checked.presence) { LinePresence.and($0, $1.presence) }
        checked = (scan.count, presence)
        guard !presence.contains(where: \.isPossible), let first = presence.first else { return }
        excluded = (first, scan[0].range.through(scan[scan.count - 1].range))
    }

    /// What a pipeline goes on from that starts with the name of this one. Warnings were reported with the name.
    func branch() -> Resolution {
        var branch = self
        branch.diagnostics.removeAll { $0.severity != .error }
        branch.layout = layout.branch()
        branch.environment.restarts = Restarts()
        return branch
    }

    /// The stages so far as text, the values of parameters filled in.
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

    /// Adds or replaces a column whose values a new slot gets.
    package mutating func addColumn(_ name: String, _ type: ValueType) -> Schema.Column {
        let column = Schema.Column(name: name, type: type, slot: newSlot())
        schema.put(column)
        schema.isLines = false
        return column
    }

    package mutating func append(_ step: Step) { steps.append(step) }

    /// Leaves the rows that were; the columns are new and lie in slots from 0 on.
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

    /// The slots of all columns: what a stage needs that keeps whole rows.
    package var allSlots: Set<Int> { Set(schema.columns.map(\.slot)) }

    // MARK: Warnings

    package mutating func warn(_ message: String, at range: SourceRange, hint: String? = nil) {
        diagnostics.append(Diagnostic(message, at: range, hint: hint, severity: .warning))
    }
}
