import MailLog
import QuerySyntax

/// `extract "a <x> b" [on F]` or `extract /(?<x>…)/ [on F]`: columns out of a text.
struct ExtractStage: Stage {
    static let form = Form<any Stage>(
        "extract", aliases: ["parse", "rex"], summary: "make columns out of parts of a text",
        details: """
            In a quoted template, <name> stands for the text up to what follows it, or to the end; <_> is left \
            out. In a regex, each named group (?<name>…) is a column. A row that does not match keeps its row, \
            with nothing in the columns. Without `on`, the text of the log line is looked at.
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
                    "a template does not ignore case", at: range, hint: "use a regex: /…/i")
            }
            let template = try Template(text, at: range)
            let slots = try columns(template.names, of: source, &resolution)
            let slot = source.slot
            resolution.append(
                .each(
                    Transform("extract", needs: [slot]) { next, _ in
                        TemplateOperator(template, from: slot, to: slots, next)
                    }))
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
        let slot = source.slot
        resolution.append(
            .each(
                Transform("extract", needs: [slot]) { next, worker in
                    RegexOperator(regex, groups, from: slot, next, worker)
                }))
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

/// Literal texts with gaps between them. Each gap is as short as it can be; since the first place where a literal
/// stands leaves the most room for the next, there is never a reason to go back.
private struct Template: Sendable {
    /// What stands before the gap of the same number; the last one stands behind all gaps.
    private(set) var literals: [[UInt8]] = [[]]
    /// The names of the gaps; nil where the text is left out.
    private(set) var gaps: [String?] = []

    var names: [String] { gaps.compactMap { $0 } }

    init(_ text: String, at range: SourceRange) throws(Diagnostic) {
        let bytes = Array(text.utf8)
        var place = 0
        while place < bytes.count {
            guard bytes[place] == 60, let name = Template.name(bytes, after: place) else {
                literals[gaps.count].append(bytes[place])
                place += 1
                continue
            }
            if !gaps.isEmpty, literals[gaps.count].isEmpty {
                throw Diagnostic(
                    "nothing stands between <\(gaps[gaps.count - 1] ?? "_")> and <\(name)>", at: range,
                    hint: "put the text that separates them between them")
            }
            gaps.append(name == "_" ? nil : name)
            literals.append([])
            place += name.utf8.count + 2
        }
        guard !names.isEmpty else {
            throw Diagnostic(
                "the template has no <name>", at: range, hint: "write \"connect from <name>[<address>]\"")
        }
    }

    private static func name(_ bytes: [UInt8], after place: Int) -> String? {
        var end = place + 1
        while end < bytes.count, Parser.continuesWord(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == 62, end > place + 1, Parser.startsWord(bytes[place + 1]) else {
            return nil
        }
        return String(decoding: bytes[place + 1..<end], as: UTF8.self)
    }
}

private final class TemplateOperator: RowConsumer {
    private let literals: [Bytes]
    private let memory = Arena(blockSize: 256)
    private let source: Int
    /// The slot of each gap, -1 where it is left out.
    private let slots: [Int]
    private var found: [Range<Int>]
    private let next: any RowConsumer

    init(_ template: Template, from source: Int, to slots: [Int], _ next: any RowConsumer) {
        literals = template.literals.map { [memory] in memory.text($0).bytes }
        self.source = source
        var rest = slots[...]
        self.slots = template.gaps.map { $0 == nil ? -1 : rest.removeFirst() }
        found = Array(repeating: 0..<0, count: template.gaps.count)
        self.next = next
    }

    func consume(_ row: Row) -> Bool {
        let value = row[source]
        let matches = value.kind == .text && match(value.bytes)
        for (place, slot) in slots.enumerated() where slot >= 0 {
            row[slot] = matches ? .text(value.bytes[found[place]]) : .missing
        }
        return next.consume(row)
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

    func finish() { next.finish() }
}

private final class RegexOperator: RowConsumer {
    private let regex: Pattern
    private let groups: [(group: Int, slot: Int)]
    private let source: Int
    private let next: any RowConsumer
    private let worker: Worker

    init(
        _ regex: Pattern, _ groups: [(Int, Int)], from source: Int, _ next: any RowConsumer, _ worker: Worker
    ) {
        self.regex = regex
        self.groups = groups.map { (group: $0.0, slot: $0.1) }
        self.source = source
        self.next = next
        self.worker = worker
    }

    func consume(_ row: Row) -> Bool {
        let value = row[source]
        let matches = value.kind == .text && regex.testGroups(value.bytes, worker)
        for (group, slot) in groups {
            let place = matches ? worker.patterns.range(of: group) : nil
            row[slot] = place.map { .text(value.bytes[$0]) } ?? .missing
        }
        return next.consume(row)
    }

    func finish() { next.finish() }
}
