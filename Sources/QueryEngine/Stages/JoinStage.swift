import MailLog
import QuerySyntax

/// `join (PIPELINE) on F`: adds columns of a second pipeline.
struct JoinStage: Stage {
    static let form = Form<any Stage>(
        "join", summary: "add the columns of a second pipeline",
        details: """
            Combines each row with all rows of the second pipeline that have the same values in the named fields. A \
            row without a match is kept, with missing values. Other columns must not exist on both sides. The rows \
            of the second pipeline must fit into --memory.
            """,
        examples: [
            """
            filter event=delivery | select queue_id, to, status \
            | join (filter event=active | dedup queue_id | select queue_id, from, size) on queue_id | head 3
            """
        ],
        .pipeline, Parameter<[Name]>.fields.required(after: "on")
    ) { (name, pipeline, fields) throws(Diagnostic) in
        JoinStage(name: name, pipeline: pipeline, fields: fields)
    }

    let name: Name
    let pipeline: Pipeline<any Stage>
    let fields: [Name]

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let query = try resolution.inner(pipeline, for: name)
        let environment = resolution.environment
        try resolution.join(query.schema, on: fields, stage: name, side: "the pipeline in parentheses") {
            run in
            environment.rows(query, run: run)
        }
    }
}

extension Parameter where Value == Pipeline<any Stage> {
    static var pipeline: Parameter {
        Parameter("(PIPELINE)", grammar: "'(', pipeline, ')'") {
            (parser: inout Parser) throws(Diagnostic) -> Pipeline<any Stage> in
            let opening = try parser.open()
            let pipeline: Pipeline<any Stage> = try parser.pipeline(Stages.all, isNested: true)
            _ = try parser.close(opening)
            return pipeline
        }
    }
}

extension Resolution {
    /// Resolves an inner pipeline, whose rows this one uses. The inner pipeline reads the logs once more.
    mutating func inner(_ pipeline: Pipeline<any Stage>, for stage: Name) throws(Diagnostic) -> Query {
        if environment.follows {
            throw Diagnostic(
                "'\(stage.text)' reads the log twice, so it cannot be used with --follow", at: stage.range)
        }
        let query = Query(pipeline, in: environment)
        diagnostics += query.diagnostics.filter { $0.severity != .error }
        var errors = query.diagnostics.filter { $0.severity == .error }
        if !errors.isEmpty {
            let first = errors.removeFirst()
            diagnostics += errors
            throw first
        }
        try count(query, at: stage.range)
        guard !query.schema.isOpen else {
            throw Diagnostic(
                "the columns of this pipeline are known only at run time", at: pipeline.range,
                hint: "end it with `select` and the columns that you need")
        }
        scansAgain = true
        return query
    }

    /// Adds the columns of a table. The table is made when the query runs; rows match by equal values.
    mutating func join(
        _ right: Schema, on fields: [Name], stage: Name, side: String,
        table make: @escaping @Sendable (RunState) -> RowTable
    ) throws(Diagnostic) {
        var leftKeys: [Schema.Column] = []
        var rightKeys: [Schema.Column] = []
        for field in fields {
            let left = try column(field)
            guard let key = right.column(left.name) ?? right.column(field.text) else {
                throw Diagnostic(
                    "\(side) has no column '\(field.text)'", at: field.range,
                    notes: ["its columns: \(right.columns.map(\.name).joined(separator: ", "))"])
            }
            guard left.type.isComparable(with: key.type) else {
                throw Diagnostic(
                    "'\(field.text)' is \(left.type.article) here and \(key.type.article) in \(side)",
                    at: field.range)
            }
            leftKeys.append(left)
            rightKeys.append(key)
        }
        let keyNames = Set(rightKeys.map(\.name))
        let others = right.columns.filter { !keyNames.contains($0.name) }
        if let twice = others.first(where: { schema.column($0.name) != nil }) {
            throw Diagnostic(
                "both sides have a column '\(twice.name)'", at: stage.range,
                hint: right.isLines
                    ? "end the right side with `select \(fields[0].text), …`"
                    : "rename or drop it on one side")
        }
        let key = JoinKey(leftKeys, rightKeys)
        let targets = others.map { (name: $0.name, slot: addColumn($0.name, $0.type).slot) }
        let names = rightKeys.map(\.name)
        let index = OncePerRun<JoinIndex>()
        each(stage.text, needs: Set(leftKeys.map(\.slot))) { next, worker in
            let index = index.value(for: worker.run) {
                JoinIndex(make(worker.run), key, names, worker.run)
            }
            let cells = targets.compactMap { target in
                index.table.column(target.name).map { (column: $0, slot: target.slot) }
            }
            var bytes: [UInt8] = []
            return RowOperator(next) { row in
                let hasKey = key.write(key.slots.lazy.map { row[$0] }, to: &bytes)
                var match = hasKey ? index.row(bytes) : -1
                if match < 0 {
                    for cell in cells { row[cell.slot] = .missing }
                    return next.consume(row)
                }
                while match >= 0 {
                    for cell in cells { row[cell.slot] = index.table[match, cell.column] }
                    if !next.consume(row) { return false }
                    match = index.row(after: match)
                }
                return true
            }
        }
    }
}

extension ValueType {
    /// Whether values of both types may be equal.
    func isComparable(with other: ValueType) -> Bool {
        if self == .any || other == .any || self == other { return true }
        if isText && other.isText || isTime && other.isTime { return true }
        return isNumeric && other.isNumeric && (self == .duration) == (other == .duration)
    }
}

/// Key of a row on either side: bytes that are equal if the values are.
private struct JoinKey: Sendable {
    let slots: [Int]
    private let ignoresCase: [Bool]

    init(_ left: [Schema.Column], _ right: [Schema.Column]) {
        slots = left.map(\.slot)
        ignoresCase = zip(left, right).map { $0.type.ignoresCase || $1.type.ignoresCase }
    }

    /// Writes the key. False if a value is missing: a missing value matches no row.
    func write(_ values: some Sequence<Value>, to bytes: inout [UInt8]) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        for (index, value) in values.enumerated() {
            if value.isMissing { return false }
            KeyCodec.append(JoinKey.plain(value), ignoresCase: ignoresCase[index], to: &bytes)
        }
        return true
    }

    /// Converts equal values of different kinds to one kind.
    private static func plain(_ value: Value) -> Value {
        switch value.kind {
        case .double: Int(exactly: value.number).map { .integer($0) } ?? value
        case .time: .time(value.wallClock)
        default: value
        }
    }
}

/// Index of the rows of the right side.
private final class JoinIndex: @unchecked Sendable {
    // Unchecked: written only by `init`, then read by all threads.
    let table: RowTable
    private var groups = GroupTable()
    /// First row of each key.
    private var first: [Int] = []
    /// For each row, the next row of its key, or -1.
    private var following: [Int]

    init(_ table: RowTable, _ key: JoinKey, _ names: [String], _ run: RunState) {
        self.table = table
        following = Array(repeating: -1, count: table.count)
        let columns = names.compactMap(table.column)
        guard columns.count == names.count else { return }
        var bytes: [UInt8] = []
        // Backwards, so that the chain of a key is in order.
        for row in stride(from: table.count - 1, through: 0, by: -1) {
            guard key.write(columns.lazy.map({ table[row, $0] }), to: &bytes) else { continue }
            let group = groups.group(bytes)
            if group < first.count {
                following[row] = first[group]
                first[group] = row
            } else {
                first.append(row)
                guard
                    table.footprint + groups.footprint + 8 * (following.count + first.capacity) <= run.memory
                else {
                    run.failForMemory("'join' has more rows in parentheses", "filter them first")
                    return
                }
            }
        }
    }

    /// Returns the first row of a key, or -1.
    func row(_ key: [UInt8]) -> Int {
        let group = key.withUnsafeBufferPointer { groups.find(Bytes($0.baseAddress!, count: $0.count)) }
        return group < 0 ? -1 : first[group]
    }

    /// Returns the next row of the same key, or -1.
    func row(after row: Int) -> Int { following[row] }
}
