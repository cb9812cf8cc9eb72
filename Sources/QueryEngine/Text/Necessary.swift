import MailLog

/// Literals that each match of a regular expression contains. Most lines can be skipped without running the expression.
///
/// The analysis is conservative: it ignores unknown syntax, up to `unknown`. The expression must be valid for PCRE2.
package enum Necessary: Equatable, Sendable {
    case unknown
    /// A match contains at least one of these 1 to 8 literals. If the expression ignores case, they are lower-case and
    /// occur in any case. If `isExact`, each text that contains one is a match.
    case anyOf([[UInt8]], isExact: Bool)

    package init(of source: [UInt8], ignoresCase: Bool) {
        var reader = PatternReader(source, ignoresCase: ignoresCase)
        guard let whole = reader.alternation(depth: 0), reader.isAtEnd else {
            self = .unknown
            return
        }
        if let texts = whole.texts, let literals = usable(texts) {
            self = .anyOf(literals, isExact: !reader.hasAssertion)
        } else if let literals = whole.required {
            self = .anyOf(literals, isExact: false)
        } else {
            self = .unknown
        }
    }
}

/// Searching for more literals costs more than it saves.
private let mostLiterals = 8

/// Texts that a part of the expression matches.
private struct Part {
    /// All texts that it matches; nil if unknown or too many. Assertions match the empty text.
    var texts: [[UInt8]]?
    /// Each text that it matches contains one of these.
    var required: [[UInt8]]?

    static let anything = Part(texts: nil, required: nil)
    static let empty = Part(texts: [[]], required: nil)

    static func text(_ bytes: [UInt8]) -> Part { Part(texts: [bytes], required: nil) }

    var literals: [[UInt8]]? { better(texts.flatMap(usable), required) }
}

/// Removes texts that contain another one. Returns nil if one is empty: every text contains it.
private func usable(_ texts: [[UInt8]]) -> [[UInt8]]? {
    var literals: [[UInt8]] = []
    for text in texts.sorted(by: { $0.count < $1.count }) {
        if text.isEmpty { return nil }
        let isCovered = literals.contains { literal in
            text.indices.contains { text[$0...].starts(with: literal) }
        }
        if !isCovered { literals.append(text) }
    }
    // Keeps the order of the source for `explain`.
    let kept = texts.filter(literals.contains)
    return kept.isEmpty ? nil : kept.removingDuplicates()
}

/// Returns the literals that skip more lines: few and long ones.
private func better(_ a: [[UInt8]]?, _ b: [[UInt8]]?) -> [[UInt8]]? {
    guard let a else { return b }
    guard let b else { return a }
    func worth(_ literals: [[UInt8]]) -> Int { (literals.map(\.count).min() ?? 0) - literals.count }
    return worth(b) > worth(a) ? b : a
}

private func product(_ a: [[UInt8]], _ b: [[UInt8]]) -> [[UInt8]]? {
    guard a.count * b.count <= mostLiterals else { return nil }
    return a.flatMap { left in b.map { left + $0 } }
}

extension Array where Element: Equatable {
    fileprivate func removingDuplicates() -> [Element] {
        reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

/// Parser for the common part of PCRE2's syntax. All functions return nil for other syntax. The necessary literals are
/// then unknown.
private struct PatternReader {
    let source: [UInt8]
    let ignoresCase: Bool
    var index = 0
    var hasAssertion = false

    init(_ source: [UInt8], ignoresCase: Bool) {
        self.source = source
        self.ignoresCase = ignoresCase
    }

    var isAtEnd: Bool { index == source.count }
    private var next: UInt8? { index < source.count ? source[index] : nil }

    private mutating func take(_ byte: Character) -> Bool {
        guard next == byte.asciiValue else { return false }
        index += 1
        return true
    }

    private mutating func take() -> UInt8? {
        guard let byte = next else { return nil }
        index += 1
        return byte
    }

    /// branch | branch | …
    mutating func alternation(depth: Int) -> Part? {
        guard depth < 100, var whole = sequence(depth: depth) else { return nil }
        while take("|") {
            guard let branch = sequence(depth: depth) else { return nil }
            let literals = both(whole.literals, branch.literals)
            whole = Part(texts: both(whole.texts, branch.texts), required: literals)
        }
        return whole
    }

    private func both(_ a: [[UInt8]]?, _ b: [[UInt8]]?) -> [[UInt8]]? {
        guard let a, let b else { return nil }
        let all = (a + b).removingDuplicates()
        return all.count <= mostLiterals ? all : nil
    }

    /// Parses consecutive items. `run` holds the texts of the items after the last unknown one.
    private mutating func sequence(depth: Int) -> Part? {
        var run: [[UInt8]] = [[]]
        var isWhole = true
        var best: [[UInt8]]?
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            guard let item = item(depth: depth), let count = quantifier() else { return nil }
            var part = item
            var repeats = false
            switch count {
            case .once: break
            case .optional:
                part = Part(texts: item.texts.flatMap { both($0, [[]]) }, required: nil)
            case .any:
                part = .anything
            case .several:
                repeats = true
            }
            best = better(best, part.required)
            if let texts = part.texts, let longer = product(run, texts) {
                run = longer
            } else {
                best = better(best, usable(run))
                run = part.texts ?? [[]]
                isWhole = false
            }
            if repeats {
                // The texts before end with the first repetition. The texts after begin with the last one.
                best = better(best, usable(run))
                run = part.texts ?? [[]]
                isWhole = false
            }
        }
        if isWhole { return Part(texts: run, required: best) }
        return Part(texts: nil, required: better(best, usable(run)))
    }

    private enum Repetition { case once, optional, any, several }

    private mutating func quantifier() -> Repetition? {
        let count: Repetition
        switch next {
        case UInt8(ascii: "?"):
            index += 1
            count = .optional
        case UInt8(ascii: "*"):
            index += 1
            count = .any
        case UInt8(ascii: "+"):
            index += 1
            count = .several
        case UInt8(ascii: "{"):
            guard let braces = braces() else { return nil }
            count = braces
        default:
            return .once
        }
        // Lazy and possessive quantifiers match the same texts.
        if !take("?") { _ = take("+") }
        return count
    }

    /// {3}, {3,} or {3,5}. Other braces depend on the version of PCRE2.
    private mutating func braces() -> Repetition? {
        guard take("{"), let least = digits() else { return nil }
        var isFixed = true
        if take(",") {
            isFixed = false
            _ = digits()
        }
        guard take("}") else { return nil }
        if least == 0 { return .any }
        return isFixed && least == 1 ? .once : .several
    }

    private mutating func digits() -> Int? {
        var value: Int?
        while let byte = next, byte.isDigit {
            value = min((value ?? 0) * 10 + Int(byte - 48), 100_000)
            index += 1
        }
        return value
    }

    private mutating func item(depth: Int) -> Part? {
        guard let byte = take() else { return nil }
        switch byte {
        case UInt8(ascii: "("): return group(depth: depth)
        case UInt8(ascii: "["): return characterClass()
        case UInt8(ascii: "\\"): return escape()
        case UInt8(ascii: "."): return .anything
        case UInt8(ascii: "^"), UInt8(ascii: "$"): return assertion()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"): return nil
        case 0..<0x80: return literal(byte)
        default:
            // A quantifier applies to the whole character.
            var character = [byte]
            while let more = next, more & 0xC0 == 0x80 {
                character.append(more)
                index += 1
            }
            return ignoresCase ? .anything : .text(character)
        }
    }

    private mutating func assertion() -> Part {
        hasAssertion = true
        return .empty
    }

    private func literal(_ byte: UInt8) -> Part {
        guard ignoresCase else { return .text([byte]) }
        let lower = byte.asciiLowercased
        // K and s have case variants outside ASCII: U+212A, U+017F.
        if lower == UInt8(ascii: "k") || lower == UInt8(ascii: "s") { return .anything }
        return .text([lower])
    }

    /// ( ), (?: ), (?<name> ), (?'name' ) or (?P<name> ).
    private mutating func group(depth: Int) -> Part? {
        if next == UInt8(ascii: "*") { return nil }
        if take("?"), !take(":") {
            _ = take("P")
            let quote: Character
            if take("<") {
                quote = ">"
            } else if take("'") {
                quote = "'"
            } else {
                return nil
            }
            var length = 0
            while let byte = next, byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") {
                index += 1
                length += 1
            }
            guard length > 0, take(quote) else { return nil }
        }
        guard let inside = alternation(depth: depth + 1), take(")") else { return nil }
        return inside
    }

    private mutating func escape() -> Part? {
        guard let byte = take() else { return nil }
        switch byte {
        case UInt8(ascii: "d"), UInt8(ascii: "D"), UInt8(ascii: "w"), UInt8(ascii: "W"), UInt8(ascii: "s"),
            UInt8(ascii: "S"), UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "v"), UInt8(ascii: "V"),
            UInt8(ascii: "R"):
            return .anything
        case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "z"), UInt8(ascii: "Z"):
            return assertion()
        case UInt8(ascii: "t"): return .text([9])
        case _ where byte.isLetter || byte.isDigit || byte >= 0x80: return nil
        default: return .text([byte])
        }
    }

    /// Parses after the bracket. A class of a few plain characters is like an alternation.
    private mutating func characterClass() -> Part? {
        let isNegated = take("^")
        var members: [[UInt8]]? = isNegated ? nil : []
        var isFirst = true
        while true {
            guard let byte = take() else { return nil }
            if byte == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            switch byte {
            case UInt8(ascii: "["):
                // Classes such as [:alpha:].
                if next == UInt8(ascii: ":") || next == UInt8(ascii: ".") || next == UInt8(ascii: "=") {
                    return nil
                }
                append(.text([byte]), to: &members)
            case UInt8(ascii: "\\"):
                // In a class, \b is a backspace.
                guard next != UInt8(ascii: "b"), next != UInt8(ascii: "B"), next != UInt8(ascii: "R"),
                    let part = escape()
                else { return nil }
                append(part, to: &members)
            case UInt8(ascii: "-"):
                // A range, except as first or last character. Ranges have too many characters.
                if next != UInt8(ascii: "]") { members = nil }
                append(.text([byte]), to: &members)
            case 0..<0x80:
                append(literal(byte), to: &members)
            default:
                members = nil
            }
        }
        return Part(texts: members.map { $0.removingDuplicates() }, required: nil)
    }

    private func append(_ part: Part, to members: inout [[UInt8]]?) {
        guard let texts = part.texts, let all = members else {
            members = nil
            return
        }
        members = all.count < mostLiterals ? all + texts : nil
    }
}
