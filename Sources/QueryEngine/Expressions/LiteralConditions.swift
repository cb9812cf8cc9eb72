import MailLog
import QuerySyntax
import SystemText

/// Comparisons of an expression with a literal.
extension Resolution {
    /// Text of a value, without the angle brackets of a pasted address.
    struct Literal {
        var text: String
        var isQuoted: Bool
        var ignoresCase = false
    }

    func word(_ expression: Expression) throws(Diagnostic) -> Literal {
        switch expression {
        case .word(var text, _):
            if text.hasPrefix("<"), text.hasSuffix(">") { text = String(text.dropFirst().dropLast()) }
            return Literal(text: text, isQuoted: false)
        case .string(let text, let ignoresCase, _):
            return Literal(text: text, isQuoted: true, ignoresCase: ignoresCase)
        case .parameter(let name):
            guard let value = environment.parameters[name.text] else { throw unknownParameter(name) }
            return try word(value)
        case .number(let text, _): return Literal(text: text, isQuoted: false)
        default:
            throw Diagnostic("expected a value", at: expression.range)
        }
    }

    mutating func warnOfFieldName(_ literal: Literal, _ right: Expression, _ type: ValueType) {
        guard !literal.isQuoted, case .word(let word, let range) = right, schema.column(word) != nil else {
            return
        }
        if case .text(.oneOf(let words)) = type, words.contains(word) { return }
        if case .text(.plain) = type, schema.isLines, ["local", "error", "queue", "client"].contains(word) {
            return
        }
        warn(
            "'\(word)' is taken as text, though a field has that name", at: range,
            hint: "the field is (\(word)); quote the text to silence this")
    }

    func value(
        _ literal: Literal, as type: ValueType, _ range: SourceRange
    ) throws(Diagnostic) -> Value {
        let text = literal.text
        switch type {
        case .integer:
            if let value = Literals.integer(text) { return .integer(value) }
            if let value = Double(text), value.isFinite { return .double(value) }
        case .number: if let value = Double(text), value.isFinite { return .double(value) }
        case .size: if let value = Literals.size(text) { return .integer(value) }
        case .duration: if let value = Literals.duration(text) { return .duration(value) }
        case .bool:
            if let value = Bool(text.lowercased()) { return .bool(value) }
        case .text(.oneOf(let words)):
            if words.contains(text) { return Literals.text(text) }
            if words.contains(text.lowercased()) { return Literals.text(text.lowercased()) }
            let near = Spelling.nearest(to: text, among: words)
            throw Diagnostic(
                "'\(text)' is not one of its values", at: range, hint: near.map { "did you mean '\($0)'?" },
                notes: ["values: \(words.joined(separator: ", "))"])
        case .text: return Literals.text(text)
        case .list(let element): return try value(literal, as: element, range)
        case .any:
            if !literal.isQuoted, let (value, _) = Literals.number(text) { return value }
            return Literals.text(text)
        case .time: break
        }
        let examples: [ValueType: String] = [
            .integer: "10", .number: "1.5", .size: "10MB", .duration: "30s, 5m or 1h30m",
            .bool: "true or false",
        ]
        throw Diagnostic(
            "'\(text)' is not \(type.article)", at: range, hint: examples[type].map { "write it as \($0)" })
    }

    func constantComparison(
        _ comparison: Expression.Comparison, _ value: Typed, _ constant: Value, _ range: SourceRange
    ) -> Condition {
        let ignoresCase = value.type.ignoresCase
        if value.type.isList {
            // A list equals a value that it contains.
            return Condition(value, range) { value, _ in
                if value.isMissing { return false }
                let elements = value.kind == .list ? Array(value.elements) : [value]
                let found = elements.contains { Ordering.equal($0, constant, ignoresCase: true) }
                return found == (comparison != .notEqual)
            }
        }
        if constant.kind == .text, comparison == .equal || comparison == .notEqual, !ignoresCase,
            value.type.isText, value.type != .any
        {
            let wanted = comparison == .equal
            return Condition(value, range) { value, _ in
                value.kind == .text && value.bytes.isSame(as: constant.bytes) == wanted
            }
        }
        let test = comparison.test
        // A text of unknown type compares with a number if it is one.
        let readsNumbers = value.type == .any && constant.kind != .text
        return Condition(value, range) { value, _ in
            if value.isMissing { return false }
            guard readsNumbers, value.kind == .text else {
                return test(Ordering.compare(value, constant, ignoresCase: ignoresCase))
            }
            guard let number = Literals.number(value.bytes.string)?.0 else { return comparison == .notEqual }
            return test(Ordering.compare(number, constant))
        }
    }

    /// Adds what `field = value` requires of a line: it has the field, and its bytes contain the value.
    func describe(
        _ condition: inout Condition, _ left: Expression, _ comparison: Expression.Comparison,
        _ literal: Literal, _ type: ValueType
    ) {
        guard let field = lineField(left) else { return }
        condition.presence = [presence(of: field)]
        guard comparison == .equal, type.isText else { return }
        if case .text(.oneOf) = type, case .shape = field.origin {
            condition.presence[0].words[field.slot] = literal.text
        }
        if field == .event {
            condition.presence = [LinePresence(fields: [], events: [literal.text])]
            if let event = LineEvent(rawValue: literal.text), let markers = LineShapes.markers(of: event),
                !markers.isEmpty, markers.count <= RawCondition.maximumLiterals
            {
                condition.raw = .anyOf(markers.map { RawLiteral(SystemText.bytes($0)) })
            }
            return
        }
        let texts = field.rawTexts(of: literal.text)
        if !texts.isEmpty {
            condition.raw = .anyOf(
                texts.map { RawLiteral(SystemText.bytes($0), ignoresCase: type.ignoresCase) })
        }
    }

    /// Returns the field of a line that an expression names; nil for other expressions and rows.
    func lineField(_ expression: Expression) -> Field? {
        guard schema.isLines, case .field(let name) = expression else { return nil }
        return Field.named(name.text)
    }

    func presence(of field: Field) -> LinePresence {
        if case .shape = field.root.origin { return LinePresence(fields: [field.root.slot], events: nil) }
        return LinePresence()
    }
}
