import QueryEngine
import QuerySyntax

extension Parameter where Value == String {
    /// The name of a file: a bare word, or quoted.
    static var path: Parameter { path("FILE", .file) }

    /// The name of a script's file, or of an investigation.
    static var script: Parameter { path("SCRIPT", .investigation, .file) }

    private static func path(_ usage: String, _ expectations: Expectation...) -> Parameter {
        Parameter(usage, grammar: "word | string") { (parser: inout Parser) throws(Diagnostic) -> String in
            for expectation in expectations { parser.expect(expectation) }
            switch parser.byte() {
            case 34, 39: return try parser.takeText(usage)
            default: return try parser.takeWord("the name of a file").0
            }
        }
    }

    static func word(_ usage: String, _ expectation: Expectation) -> Parameter {
        Parameter(usage, grammar: "word") { (parser: inout Parser) throws(Diagnostic) -> String in
            parser.expect(expectation)
            return try parser.takeWord(usage.lowercased()).0
        }
    }

    /// A query as text, parsed again when it runs; empty if it is missing.
    static var query: Parameter {
        Parameter("[QUERY]", grammar: "[ pipeline ]") { (parser: inout Parser) throws(Diagnostic) -> String in
            guard !parser.atEnd() else { return "" }
            return parser.source[try parser.pipeline(Stages.all, isNested: true).range]
        }
    }
}

extension Parameter where Value == [String] {
    static var paths: Parameter {
        let path = Parameter<String>.path
        return Parameter("FILE …", grammar: "{ word | string }") {
            (parser: inout Parser) throws(Diagnostic) -> [String] in
            var paths: [String] = []
            repeat { paths.append(try path.parse(&parser)) } while !parser.atEnd()
            return paths
        }
    }

    /// The rest of the line, word by word.
    static func words(_ usage: String, _ expectation: Expectation? = nil) -> Parameter {
        Parameter("[\(usage)]", grammar: "{ word }") {
            (parser: inout Parser) throws(Diagnostic) -> [String] in
            var words: [String] = []
            if let expectation { parser.expect(expectation) }
            while !parser.atEnd() { words.append(try parser.takeWord(usage.lowercased()).0) }
            return words
        }
    }

    /// The name of a setting and its value.
    static var setting: Parameter {
        Parameter("[NAME [VALUE]]", grammar: "[ word, { word } ]") {
            (parser: inout Parser) throws(Diagnostic) -> [String] in
            parser.expect(.word(Setting.all.map(\.name), notes: Setting.all.map(\.summary)))
            guard !parser.atEnd() else { return [] }
            let name = try parser.takeWord("the name of a setting").0
            parser.expect(.word(Setting.all.first { $0.name == name }?.words ?? []))
            var words = [name]
            while !parser.atEnd() { words.append(try parser.takeWord("a value").0) }
            return words
        }
    }
}

extension Parameter where Value == String? {
    /// `| STAGES` as text. The `|` is optional.
    static var stages: Parameter {
        Parameter("[| STAGES]", grammar: "[ '|', pipeline ]") {
            (parser: inout Parser) throws(Diagnostic) -> String? in
            parser.expect(.keyword("|"))
            guard !parser.atEnd() else { return nil }
            if parser.byte() == UInt8(ascii: "|") { parser.take(1, .pipe) }
            return parser.source[try parser.pipeline(Stages.all, isNested: true).range]
        }
    }
}
