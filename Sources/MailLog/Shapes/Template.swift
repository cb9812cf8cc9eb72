/// One template and the event of its lines.
package typealias TemplateLine = (event: LineEvent, text: TemplateText)

/// Text of a template. Fields are interpolated: `"\(.client): \(.detail, "queue|disk") full"`.
package struct TemplateText: ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The text with `<name>` or `<name=word|word>` for each field.
    package let description: String

    package init(stringLiteral text: String) { description = text }

    package init(stringInterpolation: StringInterpolation) { description = stringInterpolation.text }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) { text += literal }

        package mutating func appendInterpolation(_ field: Field) { text += "<\(field.name)>" }

        /// `words` are separated by `|`.
        package mutating func appendInterpolation(_ field: Field, _ words: String) {
            text += "<\(field.name)=\(words)>"
        }
    }
}

/// Template of a log line: the format string of the daemon, with fields for the variable parts:
///
///     warning: \(.client): SASL \(.saslMethod) authentication failed: \(.detail){, sasl_username=\(.saslUsername)}
///
/// - `warning: ` at the start matches any severity word; without it, the line must have none.
/// - `ID: ` matches a queue id or `NOQUEUE`.
/// - `<_>` matches a text that is ignored, and `<_=a|b>` one of two ignored words.
/// - `\(.where, "DATA|BDAT")` matches one of these words.
/// - Text in braces is optional.
///
/// A value ends at the first occurrence of the literal that follows it in the template. If a choice follows that
/// literal, one of its words must follow too. The last value extends to the end of the line.
package struct Template: @unchecked Sendable {
    // Sendable: the texts are allocated once and live as long as the process.
    package let event: LineEvent
    private let needsSeverityWord: Bool
    private let needsQueueID: Bool
    /// Literal at the start of the text; empty if a field comes first.
    private let start: Bytes
    private let parts: [Part]
    private let values: [Target]

    private enum Part {
        case literal(Bytes)
        case choice([Bytes])
        case value
    }

    /// Destination of the value of a `.choice` or a `.value`.
    private enum Target {
        case nowhere
        case client
        case relay
        case field(Field)
    }

    /// Maximum number of fields in a template.
    private static let limit = 20

    /// Expands the optional parts of a text; returns one template for each variant, the longest first.
    static func all(_ line: TemplateLine) -> [Template] {
        expand(Array(line.text.description.utf8)).map { Template(line.event, $0) }
    }

    private static func expand(_ text: [UInt8]) -> [[UInt8]] {
        guard let open = text.firstIndex(of: UInt8(ascii: "{")),
            let close = text[open...].firstIndex(of: UInt8(ascii: "}"))
        else { return [text] }
        let (head, inside, tail) = (text[..<open], text[(open + 1)..<close], text[(close + 1)...])
        return expand([head, inside, tail].flatMap { $0 }) + expand([head, tail].flatMap { $0 })
    }

    private init(_ event: LineEvent, _ text: [UInt8]) {
        self.event = event
        let whole = Bytes(lasting: text)
        var literal = 0
        func take(_ prefix: StaticString) -> Bool {
            guard whole.stands(prefix, at: literal) else { return false }
            literal += prefix.utf8CodeUnitCount
            return true
        }
        needsSeverityWord = take("warning: ")
        needsQueueID = take("ID: ")
        var parts: [Part] = []
        var values: [Target] = []
        var index = literal
        func end() {
            if literal < index { parts.append(.literal(whole[literal..<index])) }
        }
        while index < text.count {
            guard text[index] == UInt8(ascii: "<"),
                let close = whole.firstIndex(of: UInt8(ascii: ">"), from: index),
                text[index + 1] == UInt8(ascii: "_") || text[index + 1].isLetter && text[index + 1] > 96
            else {
                index += 1
                continue
            }
            end()
            let words = text[(index + 1)..<close].split(separator: UInt8(ascii: "="), maxSplits: 1)
            index = close + 1
            literal = index
            values.append(Template.target(String(decoding: words[0], as: UTF8.self)))
            guard words.count > 1 else {
                parts.append(.value)
                continue
            }
            let choices = words[1].split(separator: UInt8(ascii: "|"))
            // Longest first: a word may be the prefix of another word.
            parts.append(.choice(choices.sorted { $0.count > $1.count }.map { Bytes(lasting: Array($0)) }))
        }
        end()
        precondition(values.count <= Template.limit, "a template has too many fields")
        if case .literal(let first)? = parts.first { start = first } else { start = Bytes("") }
        self.parts = parts
        self.values = values
    }

    private static func target(_ name: String) -> Target {
        switch name {
        case "_": return .nowhere
        case "client": return .client
        case "relay": return .relay
        default:
            guard let field = Field.named(name) else { preconditionFailure("no field '\(name)'") }
            return .field(field)
        }
    }

    /// Fields that a line of this template may fill.
    var fields: [Field] {
        values.flatMap { target -> [Field] in
            switch target {
            case .nowhere: []
            case .client: Peer.clientFields
            case .relay: Peer.relayFields
            case .field(let field): [field]
            }
        }
    }

    /// Longest literal, which every matching line contains; nil if the template has no literal.
    var marker: String? {
        let literals = parts.map { part in if case .literal(let text) = part { text.string } else { "" } }
        return literals.max { $0.utf8.count < $1.utf8.count }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the line may match: a quick test that touches no array.
    @inline(__always)
    func mayMatch(_ line: LineText) -> Bool {
        line.hasSeverityWord == needsSeverityWord && (!needsQueueID || line.queueID != nil)
            && line.body.hasPrefix(start)
    }

    /// Fills the cells and returns true if a line that may match does so. On false, no cell is changed.
    func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        return withUnsafeTemporaryAllocation(of: Range<Int>.self, capacity: Template.limit) { found in
            guard locate(in: body, found) else { return false }
            cells.event(event)
            for (index, target) in values.enumerated() { fill(target, body[found[index]], cells) }
            return true
        }
    }

    private func locate(in body: Bytes, _ found: UnsafeMutableBufferPointer<Range<Int>>) -> Bool {
        var position = 0
        var count = 0
        var isOpen = false
        for (index, part) in parts.enumerated() {
            switch part {
            case .value:
                found[count] = position..<body.count
                count += 1
                isOpen = true
            case .literal(let text):
                if isOpen {
                    guard let range = range(of: text, index + 1, in: body, from: position) else {
                        return false
                    }
                    found[count - 1] = found[count - 1].lowerBound..<range.lowerBound
                    position = range.upperBound
                } else {
                    guard body.dropFirst(position).hasPrefix(text) else { return false }
                    position += text.count
                }
                isOpen = false
            case .choice(let words):
                let rest = body.dropFirst(position)
                guard let word = words.first(where: { rest.hasPrefix($0) }) else { return false }
                found[count] = position..<position + word.count
                count += 1
                position += word.count
                isOpen = false
            }
        }
        return isOpen || position == body.count
    }

    /// Returns the range of the literal at or after `start`. If the part with index `next` is a choice, one of its
    /// words must follow the literal.
    private func range(of text: Bytes, _ next: Int, in body: Bytes, from start: Int) -> Range<Int>? {
        guard next < parts.count, case .choice(let words) = parts[next] else {
            return body.range(of: text, from: start)
        }
        var start = start
        while let range = body.range(of: text, from: start) {
            let rest = body.dropFirst(range.upperBound)
            if words.contains(where: { rest.hasPrefix($0) }) { return range }
            start = range.lowerBound + 1
        }
        return nil
    }

    private func fill(_ target: Target, _ text: Bytes, _ cells: Cells) {
        switch target {
        case .nowhere: return
        case .client: cells.setClient(text)
        case .relay: cells.setRelay(text)
        case .field(let field): cells.setValue(field, text)
        }
    }
}

extension Bytes {
    /// A copy that lives as long as the process.
    init(lasting bytes: some Collection<UInt8>) {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        for (index, byte) in bytes.enumerated() { memory[index] = byte }
        self.init(UnsafePointer(memory), count: bytes.count)
    }

    init(lasting text: String) { self.init(lasting: text.utf8) }
}
