import MailLog

/// Literals that every text which a regular expression matches must contain, read off its source, so that
/// most lines can be passed over without running it.
///
/// The reading is one-sided: whatever is not plainly understood makes the answer weaker, up to `unknown`, never
/// wrong. It is meant for sources that PCRE2 has accepted.
package enum Necessary: Equatable, Sendable {
    case unknown
    /// A match contains at least one of these, of which there are 1 to 8, none empty; in lower case, and in any
    /// case in the text, when the pattern ignores case. If `isExact`, a text that contains one also matches.
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

/// More literals than this cost more to look for than they save.
private let mostLiterals = 8

/// What is known about the texts that a part of a pattern matches.
private struct Part {
    /// All the texts that it can match, if they are few; assertions count as the empty text.
    var texts: [[UInt8]]?
    /// One of these stands in each text that it matches.
    var required: [[UInt8]]?

    static let anything = Part(texts: nil, required: nil)
    static let empty = Part(texts: [[]], required: nil)

    static func text(_ bytes: [UInt8]) -> Part { Part(texts: [bytes], required: nil) }

    /// The literals that it makes necessary.
    var literals: [[UInt8]]? { better(texts.flatMap(usable), required) }
}

/// The texts without those that contain another of them; nil if one is empty, because then any text will do.
private func usable(_ texts: [[UInt8]]) -> [[UInt8]]? {
    var literals: [[UInt8]] = []
    for text in texts.sorted(by: { $0.count < $1.count }) {
        if text.isEmpty { return nil }
        let isCovered = literals.contains { literal in
            text.indices.contains { text[$0...].starts(with: literal) }
        }
        if !isCovered { literals.append(text) }
    }
    // The source's own order reads better in an explanation.
    let kept = texts.filter(literals.contains)
    return kept.isEmpty ? nil : kept.removingDuplicates()
}

/// The set that passes over more lines: long literals, and few.
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

/// Reads the part of PCRE2's syntax that people use on logs. Every function returns nil where it meets anything
/// else, and then nothing at all is known about the pattern.
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

    /// One item after the other. `run` are the texts that the items since the last unknown one can match.
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
                // What was read so far ends with the first of the repetitions; what follows begins at the last.
                best = better(best, usable(run))
                run = part.texts ?? [[]]
                isWhole = false
            }
        }
        if isWhole { return Part(texts: run, required: best) }
        return Part(texts: nil, required: better(best, usable(run)))
    }

    private enum Count { case once, optional, any, several }

    private mutating func quantifier() -> Count? {
        let count: Count
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
        // Lazy or possessive: the same texts.
        if !take("?") { _ = take("+") }
        return count
    }

    /// {3}, {3,} or {3,5}. Any other brace is left alone, because what it means depends on PCRE2's version.
    private mutating func braces() -> Count? {
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
            // One character, as a quantifier sees it.
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
        // Their case partners are not all ASCII: U+212A is a K, U+017F an s.
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

    /// After the backslash.
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

    /// After the bracket. A class of a few plain characters is as good as an alternation of them.
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
                // [:alpha:] and the like.
                if next == UInt8(ascii: ":") || next == UInt8(ascii: ".") || next == UInt8(ascii: "=") {
                    return nil
                }
                append(.text([byte]), to: &members)
            case UInt8(ascii: "\\"):
                // \b is a backspace here.
                guard next != UInt8(ascii: "b"), next != UInt8(ascii: "B"), next != UInt8(ascii: "R"),
                    let part = escape()
                else { return nil }
                append(part, to: &members)
            case UInt8(ascii: "-"):
                // A range, unless it stands first or last; a range is more than a few.
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
