import MailLog

/// A value as anybody would write it down.
enum Plain: Hashable, Comparable {
    case number(Int)
    case text(String)
    /// Last in every order.
    case missing

    var shown: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        case .missing: ""
        }
    }

    /// Microseconds as seconds.
    var shownAsSeconds: String {
        guard case .number(let micros) = self else { return "" }
        var text = String(micros / 1_000_000)
        var fraction = String(micros % 1_000_000 + 1_000_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        if !fraction.isEmpty { text += "." + fraction }
        return text
    }
}

/// The language, in the slowest and most obvious way: every field of every line in a dictionary, every stage a
/// loop over all rows. It shares nothing with the engine but the decoding of lines.
struct ReferenceEvaluator {
    typealias Row = [String: Plain]

    indirect enum Test {
        case equal(String, String)
        case notEqual(String, String)
        case longer(String, Int)
        case contains(String, String)
        case oneOf(String, [String])
        case missing(String)
        case line(String)
        case not(Test)
        case both(Test, Test)
        case either(Test, Test)
    }

    enum Aggregate { case count, sum, min, max, dcount, first, last, median, p95, values }

    struct Query {
        var filters: [Test] = []
        /// Keys, aggregate and its field; no grouping gives the selected columns.
        var grouping: (keys: [String], aggregate: Aggregate, field: String, condition: Test?)?
        var columns: [String] = []
        var sortDescending = false
        var sort: String?
        var head: Int?
        var tail: Int?
    }

    /// Fields that are equal whatever their case.
    static let foldedFields: Set<String> = ["from", "to", "host"]
    static let durations: Set<String> = ["delay"]

    let rows: [Row]

    init(_ lines: [String]) {
        rows = lines.indices.map { place in
            ReferenceEvaluator.decode(lines[place], behind: lines[max(0, place - 200)..<place])
        }
    }

    /// The fields of a line; some others stand in front of it.
    static func decode(_ line: String, behind others: ArraySlice<String> = []) -> Row {
        let decoder = LineDecoder(demand: FieldSet(Fields.all), early: FieldSet())
        let slots = UnsafeMutablePointer<Value>.allocate(capacity: Fields.all.count)
        slots.initialize(repeating: .missing, count: Fields.all.count)
        defer { slots.deallocate() }
        let record = Record(slots: slots)
        let before = Array(others.map { $0 + "\n" }.joined().utf8)
        let bytes = before + Array(line.utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return [:] }
            let start = Int64(Calendar.daysFromCivil(year: 2026, month: 1, day: 1)) * 86_400_000_000
            _ = decoder.decodeEnvelope(
                Bytes(base + before.count, count: buffer.count - before.count), before: before.count,
                years: YearWindow(start: start), into: record)
            decoder.decodeBody(into: record)
            var row: Row = ["bytes": .number(line.utf8.count + 1)]
            for field in Fields.all {
                let value = slots[field.slot]
                switch value.kind {
                case .text: row[field.name] = .text(value.bytes.string)
                case .missing: break
                default: row[field.name] = .number(value.integer)
                }
            }
            return row
        }
    }

    // MARK: Stages

    func run(_ query: Query) -> [[String]] {
        var rows = self.rows
        for filter in query.filters { rows = rows.filter { holds(filter, $0) } }
        guard let grouping = query.grouping else {
            if let sort = query.sort { rows = sorted(rows, by: sort, descending: query.sortDescending) }
            if let head = query.head { rows = Array(rows.prefix(head)) }
            if let tail = query.tail { rows = Array(rows.suffix(tail)) }
            return rows.map { row in query.columns.map { shown($0, row[$0] ?? .missing) } }
        }
        var groups: [(key: [Plain], rows: [Row])] = []
        for row in rows {
            let key = grouping.keys.map { folded($0, row[$0] ?? .missing) }
            if let place = groups.firstIndex(where: { $0.key == key }) {
                groups[place].rows.append(row)
            } else {
                groups.append((key, [row]))
            }
        }
        if grouping.keys.isEmpty, groups.isEmpty { groups = [([], [])] }
        var answers = groups.map { group -> (key: [Plain], value: [Plain], text: String) in
            var rows = group.rows
            if let condition = grouping.condition { rows = rows.filter { holds(condition, $0) } }
            let value = summary(grouping.aggregate, grouping.field, rows)
            return (group.key, value.order, value.text)
        }
        answers.sort { a, b in
            if a.value != b.value { return before(b.value, a.value) && a.value != [] || b.value == [] }
            return a.key.lexicographicallyPrecedes(b.key)
        }
        if let head = query.head { answers = Array(answers.prefix(head)) }
        if let tail = query.tail { answers = Array(answers.suffix(tail)) }
        return answers.map { answer in
            zip(grouping.keys, answer.key).map { shown($0, $1) } + [answer.text]
        }
    }

    /// Lists and single values by their elements; nothing (missing) is last.
    private func before(_ a: [Plain], _ b: [Plain]) -> Bool { a.lexicographicallyPrecedes(b) }

    private func sorted(_ rows: [Row], by field: String, descending: Bool) -> [Row] {
        rows.enumerated().sorted { a, b in
            let x = folded(field, a.element[field] ?? .missing)
            let y = folded(field, b.element[field] ?? .missing)
            if x == y { return a.offset < b.offset }
            if x == .missing || y == .missing { return y == .missing }
            return descending ? x > y : x < y
        }.map(\.element)
    }

    private func shown(_ field: String, _ value: Plain) -> String {
        if field == "from" || field == "to", value == .text("") { return "<>" }
        return ReferenceEvaluator.durations.contains(field) ? value.shownAsSeconds : value.shown
    }

    private func folded(_ field: String, _ value: Plain) -> Plain {
        guard ReferenceEvaluator.foldedFields.contains(field), case .text(let text) = value else {
            return value
        }
        return .text(text.lowercased())
    }

    // MARK: Conditions

    func holds(_ test: Test, _ row: Row) -> Bool {
        switch test {
        case .equal(let field, let word):
            row[field].map { folded(field, $0) == folded(field, .text(word)) } ?? false
        case .notEqual(let field, let word):
            row[field].map { folded(field, $0) != folded(field, .text(word)) } ?? false
        case .longer(let field, let micros):
            if case .number(let number)? = row[field] { number > micros } else { false }
        case .contains(let field, let part):
            if case .text(let text)? = row[field] {
                (ReferenceEvaluator.foldedFields.contains(field) ? text.lowercased() : text).contains(part)
            } else {
                false
            }
        case .oneOf(let field, let words): words.contains { holds(.equal(field, $0), row) }
        case .missing(let field): row[field] == nil
        case .line(let part): if case .text(let line)? = row["raw"] { line.contains(part) } else { false }
        case .not(let inner): !holds(inner, row)
        case .both(let a, let b): holds(a, row) && holds(b, row)
        case .either(let a, let b): holds(a, row) || holds(b, row)
        }
    }

    // MARK: Aggregates

    /// The text of the result, and what it is ordered by: nothing where it is missing.
    private func summary(_ aggregate: Aggregate, _ field: String, _ rows: [Row]) -> (
        text: String, order: [Plain]
    ) {
        let values = rows.compactMap { $0[field] }
        let numbers = values.compactMap { value -> Int? in
            if case .number(let number) = value { number } else { nil }
        }.sorted()
        func single(_ value: Plain?) -> (String, [Plain]) {
            guard let value else { return ("", []) }
            return (shown(field, value), [value])
        }
        switch aggregate {
        case .count: return (String(rows.count), [.number(rows.count)])
        case .sum: return single(.number(numbers.reduce(0, +)))
        case .min: return single(numbers.first.map(Plain.number))
        case .max: return single(numbers.last.map(Plain.number))
        case .dcount:
            let count = Set(values.map { folded(field, $0) }).count
            return (String(count), [.number(count)])
        case .first: return single(values.first)
        case .last: return single(values.last)
        case .median:
            guard !numbers.isEmpty else { return ("", []) }
            let middle = numbers.count / 2
            if !numbers.count.isMultiple(of: 2) { return single(.number(numbers[middle])) }
            return single(.number(numbers[middle - 1] + (numbers[middle] - numbers[middle - 1]) / 2))
        case .p95:
            guard !numbers.isEmpty else { return ("", []) }
            return single(.number(numbers[(numbers.count * 95 + 99) / 100 - 1]))
        case .values:
            let distinct = Set(values.map { folded(field, $0) }).sorted()
            return distinct.isEmpty
                ? ("", []) : (distinct.map { shown(field, $0) }.joined(separator: ";"), distinct)
        }
    }
}
