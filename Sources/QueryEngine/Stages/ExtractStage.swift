import MailLog
import QuerySyntax

/// `extract "a <x> b" [on F]` or `extract /(?<x>…)/ [on F]`: makes columns from parts of a text.
struct ExtractStage: Stage {
    static let form = Form<any Stage>(
        "extract", aliases: ["parse", "rex"], summary: "make columns from parts of a text",
        details: """
            In a quoted template, <name> matches any text up to the next literal text of the template, or to the end. \
            <_> matches in the same way but makes no column. In a regex, each named group (?<name>…) makes a \
            column. A row that does not match is kept, with missing values. Without `on`, the field is `text`.
            """,
        examples: [
            "filter process=smtpd | extract \"connect from <name>[<address>]\" | count by address",
            "filter status=deferred | extract /said: (?<code>\\d{3})/ on reason | count by code",
        ],
        Parameter<Expression>("\"a <x> b\" | /(?<x>…)/", grammar: "string | regex") {
            (parser: inout Parser) throws(Diagnostic) -> Expression in
            parser.skipSpace()
            switch parser.byte() {
            case 34, 39: return try parser.takeString()
            case 47: return try parser.takeRegex()
            default:
                throw Diagnostic(
                    "expected a template or a regex, found \(parser.found())", at: parser.here(),
                    hint: "write extract \"from <name> port <port>\" or extract /port (?<port>\\d+)/")
            }
        }, Parameter<Name>.field.after("on")
    ) { (name, pattern, field) throws(Diagnostic) in
        ExtractStage(name: name, pattern: pattern, field: field)
    }

    let name: Name
    let pattern: Expression
    let field: Name?

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let source: Schema.Column
        if let field {
            source = try resolution.column(field)
        } else if let text = resolution.schema.column("text") {
            source = text
        } else {
            throw Diagnostic(
                "\(resolution.schema.rowName) has no 'text' to extract from", at: name.range,
                hint: "name a field: extract … on FIELD")
        }
        guard source.type.isText else {
            throw Diagnostic(
                "'\(source.name)' is \(source.type.article), not a text", at: field?.range ?? name.range)
        }
        switch pattern {
        case .regex: try extract(byRegex: source, &resolution)
        case .string(let text, let ignoresCase, let range):
            if ignoresCase {
                throw Diagnostic(
                    "a template cannot ignore case", at: range, hint: "use a regex: /…/i")
            }
            let template = try Template(text, at: range)
            let slots = try columns(template.names, of: source, &resolution)
            resolution.each("extract", needs: [source.slot]) { next, _ in
                let matcher = TemplateMatcher(template, to: slots)
                return RowOperator(next) { row in
                    matcher.match(row[source.slot], row)
                    return next.consume(row)
                }
            }
        default: break
        }
    }

    private func extract(
        byRegex source: Schema.Column, _ resolution: inout Resolution
    ) throws(Diagnostic) {
        let regex = try resolution.pattern(pattern)
        guard !regex.names.isEmpty else {
            throw Diagnostic(
                "the regex has no named group", at: pattern.range, hint: "name one: (?<name>…)")
        }
        let slots = try columns(regex.names.map(\.name), of: source, &resolution)
        let groups = Array(zip(regex.names.map(\.group), slots))
        resolution.each("extract", needs: [source.slot]) { next, worker in
            RowOperator(next) { row in
                let value = row[source.slot]
                let matches = value.kind == .text && regex.testGroups(value.bytes, worker)
                for (group, slot) in groups {
                    let range = matches ? worker.patterns.range(of: group) : nil
                    row[slot] = range.map { .text(value.bytes[$0]) } ?? .missing
                }
                return next.consume(row)
            }
        }
    }

    private func columns(
        _ names: [String], of source: Schema.Column, _ resolution: inout Resolution
    ) throws(Diagnostic) -> [Int] {
        var slots: [Int] = []
        var taken: Set<String> = []
        for name in names {
            guard taken.insert(name).inserted else {
                throw Diagnostic("two columns are called '\(name)'", at: pattern.range)
            }
            slots.append(resolution.addColumn(name, ValueType.text(.plain).made(of: [source.type])).slot)
        }
        return slots
    }
}

/// Literal texts with gaps between them. A gap ends at the first occurrence of the next literal. Backtracking is not
/// needed, because a later occurrence only leaves less text for the literals after it.
private struct Template: Sendable {
    /// Literal `i` precedes gap `i`; the last literal follows all gaps.
    private(set) var literals: [[UInt8]] = [[]]
    /// Names of the gaps; nil for `<_>`.
    private(set) var gaps: [String?] = []

    var names: [String] { gaps.compactMap { $0 } }

    init(_ text: String, at range: SourceRange) throws(Diagnostic) {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "<"), let name = Template.name(bytes, after: index) else {
                literals[gaps.count].append(bytes[index])
                index += 1
                continue
            }
            if !gaps.isEmpty, literals[gaps.count].isEmpty {
                throw Diagnostic(
                    "no text separates <\(gaps[gaps.count - 1] ?? "_")> and <\(name)>", at: range,
                    hint: "write a separator between them")
            }
            gaps.append(name == "_" ? nil : name)
            literals.append([])
            index += name.utf8.count + 2
        }
        guard !names.isEmpty else {
            throw Diagnostic(
                "the template has no <name>", at: range, hint: "write \"connect from <name>[<address>]\"")
        }
    }

    /// Returns the name between `<` at `bracket` and the next `>`; nil if there is no such name.
    private static func name(_ bytes: [UInt8], after bracket: Int) -> String? {
        let start = bracket + 1
        var end = start
        while end < bytes.count, Parser.continuesWord(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: ">"), end > start, Parser.startsWord(bytes[start])
        else { return nil }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

private final class TemplateMatcher {
    private let literals: [Bytes]
    /// Owns the literals.
    private let memory = Arena(blockSize: 256)
    /// Slot of each gap; -1 for `<_>`.
    private let slots: [Int]
    private var found: [Range<Int>]

    init(_ template: Template, to slots: [Int]) {
        literals = template.literals.map { [memory] in memory.text($0).bytes }
        var rest = slots[...]
        self.slots = template.gaps.map { $0 == nil ? -1 : rest.removeFirst() }
        found = Array(repeating: 0..<0, count: template.gaps.count)
    }

    /// Stores the gaps of a text in the slots of a row; missing values if the text does not match.
    func match(_ value: Value, _ row: Row) {
        let matches = value.kind == .text && match(value.bytes)
        for (gap, slot) in slots.enumerated() where slot >= 0 {
            row[slot] = matches ? .text(value.bytes[found[gap]]) : .missing
        }
    }

    private func match(_ text: Bytes) -> Bool {
        var position = 0
        if !literals[0].isEmpty {
            guard let first = text.range(of: literals[0]) else { return false }
            position = first.upperBound
        }
        for gap in slots.indices {
            let literal = literals[gap + 1]
            if literal.isEmpty {
                found[gap] = position..<text.count
            } else {
                guard let end = text.range(of: literal, from: position) else { return false }
                found[gap] = position..<end.lowerBound
                position = end.upperBound
            }
        }
        return true
    }
}
