/// A grammar in EBNF, read from its text: it recognises pieces of text and makes sentences.
struct EBNF: Sendable {
    indirect enum Node: Sendable {
        case literal(String)
        case rule(String)
        case sequence([Node])
        case choice([Node])
        case optional(Node)
        case repetition(Node)
    }

    private(set) var rules: [String: Node] = [:]
    /// Rules whose right side is a description in words.
    private(set) var lexical: Set<String> = []

    init(_ text: String) {
        var reader = Reader(text)
        while let name = reader.name() {
            reader.take("=")
            if reader.peek == "?" {
                reader.skipDescription()
                lexical.insert(name)
            } else {
                rules[name] = reader.choice()
            }
            reader.take(";")
        }
    }

    private struct Reader {
        private var rest: Substring

        init(_ text: String) { rest = text[...] }

        var peek: Character? {
            mutating get {
                skip()
                return rest.first
            }
        }

        private mutating func skip() {
            while let first = rest.first {
                if first.isWhitespace {
                    rest.removeFirst()
                } else if rest.hasPrefix("(*") {
                    rest = rest[(rest.firstRange(of: "*)")?.upperBound ?? rest.endIndex)...]
                } else {
                    return
                }
            }
        }

        mutating func take(_ character: Character) {
            guard peek == character else { return fail("expected \(character)") }
            rest.removeFirst()
        }

        private func fail(_ message: String) {
            preconditionFailure("\(message) before: \(rest.prefix(60))")
        }

        mutating func name() -> String? {
            guard let first = peek, first.isLetter else { return nil }
            let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            rest = rest.dropFirst(name.count)
            return String(name)
        }

        mutating func skipDescription() {
            take("?")
            rest = rest.drop { $0 != "?" }
            take("?")
        }

        mutating func choice() -> Node {
            var parts = [sequence()]
            while peek == "|" {
                take("|")
                parts.append(sequence())
            }
            return parts.count == 1 ? parts[0] : .choice(parts)
        }

        private mutating func sequence() -> Node {
            var parts = [term()]
            while peek == "," {
                take(",")
                parts.append(term())
            }
            return parts.count == 1 ? parts[0] : .sequence(parts)
        }

        private mutating func term() -> Node {
            switch peek {
            case "'":
                take("'")
                let text = rest.prefix { $0 != "'" }
                rest = rest.dropFirst(text.count + 1)
                return .literal(String(text))
            case "(": return bracketed("(", ")") { $0 }
            case "[": return bracketed("[", "]") { .optional($0) }
            case "{": return bracketed("{", "}") { .repetition($0) }
            default:
                guard let name = name() else {
                    fail("expected a term")
                    return .sequence([])
                }
                return .rule(name)
            }
        }

        private mutating func bracketed(_ open: Character, _ close: Character, _ make: (Node) -> Node) -> Node
        {
            take(open)
            let inner = choice()
            take(close)
            return make(inner)
        }
    }

    // MARK: Recognising

    /// Whether the rule covers all pieces; `matches` says whether a piece is of a lexical rule, or a literal.
    func recognises(
        _ rule: String, count: Int, matches: (_ place: Int, _ literal: String?, _ lexical: String?) -> Bool
    ) -> Bool {
        var memory: [String: Set<Int>] = [:]
        func ends(_ node: Node, _ starts: Set<Int>) -> Set<Int> {
            switch node {
            case .literal(let text):
                return Set(starts.filter { $0 < count && matches($0, text, nil) }.map { $0 + 1 })
            case .rule(let name) where lexical.contains(name):
                return Set(starts.filter { $0 < count && matches($0, nil, name) }.map { $0 + 1 })
            case .rule(let name):
                guard let body = rules[name] else { return [] }
                var result: Set<Int> = []
                for start in starts {
                    let key = "\(name)@\(start)"
                    let found = memory[key] ?? ends(body, [start])
                    memory[key] = found
                    result.formUnion(found)
                }
                return result
            case .sequence(let parts): return parts.reduce(starts) { ends($1, $0) }
            case .choice(let parts): return parts.reduce(into: []) { $0.formUnion(ends($1, starts)) }
            case .optional(let inner): return starts.union(ends(inner, starts))
            case .repetition(let inner):
                var all = starts
                var frontier = starts
                while !frontier.isEmpty {
                    frontier = ends(inner, frontier).subtracting(all)
                    all.formUnion(frontier)
                }
                return all
            }
        }
        return ends(.rule(rule), [0]).contains(count)
    }

    // MARK: Making sentences

    /// A random sentence of the rule: literals as they are, lexical rules as `word` makes them. Behind the name of a
    /// function stands U+0001.
    func sentence<Random: RandomNumberGenerator>(
        of rule: String, using generator: inout Random, word: (String, inout Random) -> String
    ) -> [String] {
        var pieces: [String] = []
        func make(_ node: Node, _ depth: Int) {
            switch node {
            case .literal(let text): pieces.append(text)
            case .rule(let name) where lexical.contains(name): pieces.append(word(name, &generator))
            case .rule(let name):
                if let body = rules[name] { make(body, depth + 1) }
                // The bracket of a call touches its name.
                if name.hasSuffix("_name"), let last = pieces.popLast() { pieces.append(last + "\u{1}") }
            case .sequence(let parts): for part in parts { make(part, depth) }
            case .choice(let parts):
                let simple = depth > 9 ? parts.min { cost($0, 8) < cost($1, 8) } : nil
                make(simple ?? parts[Int.random(in: 0..<parts.count, using: &generator)], depth)
            case .optional(let inner):
                if depth < 9, Bool.random(using: &generator) { make(inner, depth) }
            case .repetition(let inner):
                var left = depth < 9 ? Int.random(in: 0...2, using: &generator) : 0
                while left > 0 {
                    make(inner, depth + 2)
                    left -= 1
                }
            }
        }
        make(.rule(rule), 0)
        return pieces
    }

    /// How long the shortest sentence is, about.
    private func cost(_ node: Node, _ depth: Int) -> Int {
        if depth == 0 { return 100 }
        switch node {
        case .literal: return 1
        case .rule(let name): return rules[name].map { cost($0, depth - 1) + 1 } ?? 1
        case .sequence(let parts): return parts.reduce(0) { $0 + cost($1, depth) }
        case .choice(let parts): return parts.map { cost($0, depth) }.min() ?? 0
        case .optional, .repetition: return 0
        }
    }
}
