import SystemText

/// Declaration of a stage, an aggregate, a function or a command: name, parameters, summary and examples. Parsing,
/// help, completion, suggestions, the grammar and the tests of examples derive from it.
package struct Form<Product>: Sendable {
    package let name: String
    package let aliases: [String]
    /// One line for lists of forms.
    package let summary: String
    /// Text for the help page.
    package let details: String
    /// Queries that run on the example logs.
    package let examples: [String]
    package let parameters: [Shape]
    /// For a family of names such as `p1` … `p99`: whether a word is one of them.
    package let family: (@Sendable (String) -> Bool)?
    package let parse: @Sendable (inout Parser, Name) throws(Diagnostic) -> Product

    /// A parameter without its type.
    package struct Shape: Sendable {
        /// For usage lines: `N`, `[by KEYS]`.
        package let usage: String
        /// For the grammar: an EBNF term.
        package let grammar: String
    }

    package init<each P>(
        _ name: String, aliases: [String] = [], family: (@Sendable (String) -> Bool)? = nil,
        summary: String, details: String = "", examples: [String] = [], _ parameter: repeat Parameter<each P>,
        build: @escaping @Sendable (Name, repeat each P) throws(Diagnostic) -> Product
    ) {
        self.name = name
        self.aliases = aliases
        self.summary = summary
        self.details = details
        self.examples = examples
        self.family = family
        var shapes: [Shape] = []
        for one in repeat each parameter {
            shapes.append(Shape(usage: one.usage, grammar: one.grammar))
        }
        parameters = shapes
        parse = { (parser: inout Parser, name: Name) throws(Diagnostic) -> Product in
            try build(name, repeat try (each parameter).parse(&parser))
        }
    }

    /// Declares a function or an aggregate, whose arguments are expressions in parentheses.
    package init(
        call name: String, aliases: [String] = [], family: (@Sendable (String) -> Bool)? = nil,
        summary: String, details: String = "", examples: [String] = [], arguments: [String],
        product: Product
    ) where Product: Sendable {
        self.name = name
        self.aliases = aliases
        self.family = family
        self.summary = summary
        self.details = details
        self.examples = examples
        parameters = arguments.map { Shape(usage: $0, grammar: "expression") }
        parse = { (_: inout Parser, _: Name) throws(Diagnostic) -> Product in product }
    }

    /// Returns the canonical name of a word: the name for an alias, the word itself for a member of a family.
    package func canonical(_ word: String) -> String {
        family?(word.lowercased()) == true ? word.lowercased() : name
    }

    /// `percentile(x, n)`
    package var callUsage: String { "\(name)(\(parameters.map(\.usage).joined(separator: ", ")))" }

    /// `top N [KEYS] [by AGGREGATE]`
    package var usage: String { ([name] + parameters.map(\.usage)).joined(separator: " ") }
}

/// Parameter of a form: its notation and its parser.
package struct Parameter<Value>: Sendable {
    package let usage: String
    package let grammar: String
    package let parse: @Sendable (inout Parser) throws(Diagnostic) -> Value

    package init(
        _ usage: String, grammar: String,
        parse: @escaping @Sendable (inout Parser) throws(Diagnostic) -> Value
    ) {
        self.usage = usage
        self.grammar = grammar
        self.parse = parse
    }

    /// The parameter after a keyword; optional together with the keyword.
    package func after(_ keyword: String) -> Parameter<Value?> {
        let parse = parse
        return Parameter<Value?>(
            "[\(keyword) \(usage)]", grammar: "[ '\(keyword)', \(grammar) ]"
        ) { (parser: inout Parser) throws(Diagnostic) -> Value? in
            guard parser.takeKeyword(keyword) != nil else { return nil }
            return try parse(&parser)
        }
    }

    /// The parameter after a required keyword.
    package func required(after keyword: String) -> Parameter<Value> {
        let parse = parse
        return Parameter(
            "\(keyword) \(usage)", grammar: "'\(keyword)', \(grammar)"
        ) { (parser: inout Parser) throws(Diagnostic) -> Value in
            guard parser.takeKeyword(keyword) != nil else {
                throw Diagnostic("expected '\(keyword)', found \(parser.found())", at: parser.here())
            }
            return try parse(&parser)
        }
    }

    /// The parameter, optional before the end of the stage or a clause word.
    package var optional: Parameter<Value?> {
        let parse = parse
        return Parameter<Value?>("[\(usage)]", grammar: "[ \(grammar) ]") {
            (parser: inout Parser) throws(Diagnostic) -> Value? in
            parser.foresee(parse)
            if parser.atEndOfStage() || parser.clauseFollows() { return nil }
            return try parse(&parser)
        }
    }
}

extension Parser {
    /// Whether a clause word (`by`, `per`, `if`, `on` …) follows.
    package mutating func clauseFollows() -> Bool {
        skipSpace()
        guard let word = peekWord()?.lowercased() else { return false }
        return ["by", "per", "if", "on", "else", "in", "with"].contains(word)
            && !(word == "if" && byte(SystemText.bytes(word).count) == 40)
    }
}

/// Parameters that several forms share.
extension Parameter where Value == Expression {
    package static var expression: Parameter {
        Parameter("EXPR", grammar: "expression") {
            (parser: inout Parser) throws(Diagnostic) -> Expression in try parser.expression()
        }
    }
}

extension Parameter where Value == Name {
    package static var field: Parameter {
        Parameter("FIELD", grammar: "name") {
            (parser: inout Parser) throws(Diagnostic) -> Name in try parser.takeName("a field")
        }
    }
}

extension Parameter where Value == [Name] {
    package static var fields: Parameter {
        Parameter("FIELD, …", grammar: "name, { ',', name }") {
            (parser: inout Parser) throws(Diagnostic) -> [Name] in
            try parser.list { (parser: inout Parser) throws(Diagnostic) in try parser.takeName("a field") }
        }
    }
}

extension Parameter where Value == Int {
    package static var count: Parameter {
        Parameter("N", grammar: "count") {
            (parser: inout Parser) throws(Diagnostic) -> Int in try parser.takeCount()
        }
    }
}

extension Parameter where Value == String {
    package static func text(_ usage: String) -> Parameter {
        Parameter("\"\(usage)\"", grammar: "string") {
            (parser: inout Parser) throws(Diagnostic) -> String in try parser.takeText(usage)
        }
    }

    /// The quoted name of a file.
    package static var file: Parameter {
        Parameter("\"FILE\"", grammar: "string") {
            (parser: inout Parser) throws(Diagnostic) -> String in
            parser.expect(.file)
            return try parser.takeText("FILE")
        }
    }
}

extension Parameter where Value == TimeRange {
    package static var range: Parameter {
        Parameter("A..B", grammar: "range") {
            (parser: inout Parser) throws(Diagnostic) -> TimeRange in
            parser.expect(.range)
            return try parser.timeRange()
        }
    }
}

extension Parser {
    package mutating func list<T>(
        _ element: (inout Parser) throws(Diagnostic) -> T
    ) throws(Diagnostic) -> [T] {
        var elements = [try element(&self)]
        while takeSymbol(",", .comma) != nil { elements.append(try element(&self)) }
        return elements
    }

    /// Takes a number of rows.
    package mutating func takeCount() throws(Diagnostic) -> Int {
        skipSpace()
        guard let next = byte(), next &- 48 < 10 else {
            throw Diagnostic("expected a number, found \(found())", at: here())
        }
        guard case .number(let text, let range) = takeNumber() else { return 0 }
        guard let count = Int(text.filter { $0 != "_" }), count >= 0 else {
            throw Diagnostic("'\(text)' is not a whole number", at: range)
        }
        return count
    }

    /// Whether a number follows.
    package mutating func numberFollows() -> Bool {
        skipSpace()
        return byte().map { $0 &- 48 < 10 } == true
    }

    package mutating func takeText(_ what: String) throws(Diagnostic) -> String {
        skipSpace()
        guard byte() == 34 || byte() == 39 else {
            throw Diagnostic("expected a quoted \(what), found \(found())", at: here(), hint: "quote it")
        }
        guard case .string(let text, _, _) = try takeString() else { return "" }
        return text
    }

    /// Takes a duration as a bare word (`30s`, `1h`, `1d`), which the planner resolves.
    package mutating func takeDurationWord() throws(Diagnostic) -> Name {
        expect(.duration)
        let (text, range) = try takeWord("a duration such as 1h")
        return Name(text, range)
    }
}
