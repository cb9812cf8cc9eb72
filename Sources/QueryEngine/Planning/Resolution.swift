import MailLog
import QuerySyntax

/// A pipeline on its way from syntax to steps: the schema at this point, the steps so far, what was found
/// wrong.
package struct Resolution: Sendable {
    package var schema: Schema
    package private(set) var layout: Layout
    package var steps: [Step] = []
    /// Conditions on log lines that stand before everything else; the scan tests them.
    package var scan: [Condition] = []
    package var diagnostics: [Diagnostic] = []
    package let environment: Environment
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
    /// The stages so far as they were written, the values of parameters put in.
    private(set) var texts: [String] = []

    package init(lines environment: Environment) {
        self.init(schema: .lines, environment: environment)
        origin = .line
    }

    package init(schema: Schema, environment: Environment) {
        self.schema = schema
        self.environment = environment
        layout = Layout((schema.columns.map(\.slot).max() ?? -1) + 1)
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
        if let place = schema.columns.firstIndex(where: { $0.name == name }) {
            schema.columns[place] = column
        } else {
            schema.columns.append(column)
        }
        schema.isLines = false
        return column
    }

    package mutating func append(_ step: Step) { steps.append(step) }

    mutating func append(_ text: String) {
        var text = text
        for (name, value) in environment.parameters {
            guard case .word(let word, _) = value else { continue }
            text = text.split(separator: "{\(name)}", omittingEmptySubsequences: false).joined(
                separator: word)
        }
        texts.append(text)
    }

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
