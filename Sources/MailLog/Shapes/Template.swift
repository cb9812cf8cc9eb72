/// Template of a log line: the format string of the daemon, with fields for the variable parts:
///
///     warning: <client>: SASL <sasl_method> authentication failed: <detail>{, sasl_username=<sasl_username>}
///
/// - `warning: ` at the start matches any severity word; without it, the line must have none.
/// - `ID: ` matches a queue id or `NOQUEUE`.
/// - `<_>` matches a text that is ignored.
/// - `<where=DATA|BDAT>` matches one of these words.
/// - Text in braces is optional.
///
/// A value ends at the first occurrence of the literal that follows it in the template. If a choice follows that
/// literal, one of its words must follow too. The last value extends to the end of the line.
package struct Template: @unchecked Sendable {
    // Sendable: the texts are allocated once and live as long as the process.
    package let event: Bytes
    private let needsSeverityWord: Bool
    private let needsQueueID: Bool
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
        case slot(Int, ValueType)
    }

    private static let clients = ClientSlots()
    private static let relays = RelaySlots()
    /// Maximum number of fields in a template.
    private static let limit = 20

    /// Expands the optional parts of a text; returns one template for each variant, the longest first.
    static func all(_ event: String, _ text: String) -> [Template] {
        let event = Bytes(lasting: event)
        return expand(Array(text.utf8)).map { Template(event, $0) }
    }

    private static func expand(_ text: [UInt8]) -> [[UInt8]] {
        guard let open = text.firstIndex(of: UInt8(ascii: "{")),
            let close = text[open...].firstIndex(of: UInt8(ascii: "}"))
        else { return [text] }
        let (head, inside, tail) = (text[..<open], text[(open + 1)..<close], text[(close + 1)...])
        return expand([head, inside, tail].flatMap { $0 }) + expand([head, tail].flatMap { $0 })
    }

    private init(_ event: Bytes, _ text: [UInt8]) {
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
        var place = literal
        func end() {
            if literal < place { parts.append(.literal(whole[literal..<place])) }
        }
        while place < text.count {
            guard text[place] == UInt8(ascii: "<"),
                let close = whole.firstIndex(of: UInt8(ascii: ">"), from: place),
                text[place + 1] == UInt8(ascii: "_") || text[place + 1].isLetter && text[place + 1] > 96
            else {
                place += 1
                continue
            }
            end()
            let words = text[(place + 1)..<close].split(separator: UInt8(ascii: "="), maxSplits: 1)
            place = close + 1
            literal = place
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
        self.parts = parts
        self.values = values
    }

    private static func target(_ name: String) -> Target {
        switch name {
        case "_": return .nowhere
        case "client": return .client
        case "relay": return .relay
        default:
            let field = Field(name)
            return .slot(field.slot, field.type)
        }
    }

    /// Slots that a line of this template may fill.
    var slots: [Int] {
        values.flatMap { target -> [Int] in
            switch target {
            case .nowhere: []
            case .client: Template.clients.all
            case .relay: Template.relays.all
            case .slot(let slot, _): [slot]
            }
        }
    }

    /// Longest literal, which every matching line contains; nil if the template has no literal.
    var marker: String? {
        let literals = parts.map { part in if case .literal(let text) = part { text.string } else { "" } }
        return literals.max { $0.utf8.count < $1.utf8.count }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Fills the cells and returns true if the line matches. On false, no cell is changed.
    func decode(_ line: LineText, into cells: Cells) -> Bool {
        guard line.hasSeverityWord == needsSeverityWord, !needsQueueID || line.queueID != nil else {
            return false
        }
        let body = line.body
        if case .literal(let start)? = parts.first, !body.hasPrefix(start) { return false }
        return withUnsafeTemporaryAllocation(of: Range<Int>.self, capacity: Template.limit) { found in
            guard locate(in: body, found) else { return false }
            cells[cells.eventSlot] = .text(event)
            for (place, target) in values.enumerated() { fill(target, body[found[place]], cells) }
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
                    guard let place = place(of: text, index + 1, in: body, from: position) else {
                        return false
                    }
                    found[count - 1] = found[count - 1].lowerBound..<place.lowerBound
                    position = place.upperBound
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
    private func place(of text: Bytes, _ next: Int, in body: Bytes, from start: Int) -> Range<Int>? {
        guard next < parts.count, case .choice(let words) = parts[next] else {
            return body.range(of: text, from: start)
        }
        var start = start
        while let place = body.range(of: text, from: start) {
            let rest = body.dropFirst(place.upperBound)
            if words.contains(where: { rest.hasPrefix($0) }) { return place }
            start = place.lowerBound + 1
        }
        return nil
    }

    private func fill(_ target: Target, _ text: Bytes, _ cells: Cells) {
        switch target {
        case .nowhere: return
        case .client: Template.clients.fill(text, into: cells)
        case .relay: Template.relays.fill(text, into: cells)
        case .slot(let slot, let type):
            guard cells.wants(slot) else { return }
            switch type {
            case .integer, .size: cells.setInteger(slot, text)
            case .duration: cells.setSeconds(slot, text)
            case .number: cells.setNumber(slot, text)
            default: cells.set(slot, text)
            }
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
