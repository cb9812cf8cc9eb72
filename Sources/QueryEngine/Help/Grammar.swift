import QuerySyntax

/// Grammar of the language, in the EBNF of ISO 14977. It contains the rules of expressions and statements; the rules of
/// stages come from their forms. `Grammar/mlq.ebnf` is a copy. Tests compare the grammar with the parser.
package enum Grammar {
    package static var text: String {
        var parts = [statements]
        let stages = Stages.all.forms.map { "\(ruleName($0.name))_stage" }
        parts.append("stage = \(wrapped(stages, separator: " | ")) ;")
        for form in Stages.all.forms {
            let words =
                form.family == nil
                ? ([form.name] + form.aliases).map { "'\($0)'" } : [ruleName(form.name) + "_name"]
            let head = words.count == 1 ? words[0] : "( \(words.joined(separator: " | ")) )"
            let terms = [head] + form.parameters.map(\.grammar).filter { !$0.isEmpty }.map(grouped)
            parts.append("\(ruleName(form.name))_stage = \(terms.joined(separator: ", ")) ;")
        }
        parts.append(expressions)
        parts.append(
            "aggregate_name = \(wrapped(names(Aggregates.all), separator: " | ")) ;")
        parts.append("function_name = \(wrapped(names(Functions.all), separator: " | ")) ;")
        parts.append(words)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static let statements = """
        (* Grammar of the mlq query language. This file is generated from the declarations in the source.
           Blanks are allowed between all terms, except between the name of a call and its bracket.
           A newline ends a statement unless a bracket is open, the line ends in an operator, a comma or |,
           or the next line begins with |. A comment goes from # to the end of its line. *)

        script = { [ statement ], ( ';' | newline ) } ;

        statement = 'let', name, '=', pipeline
            | 'param', name, '=', ( string | word )
            | 'title', string
            | 'import', string
            | 'explain', pipeline
            | pipeline ;

        pipeline = ( let_name | stage ), { '|', stage } ;
        """

    private static let expressions = """
        keys = key, { ',', key } ;

        key = 'per', duration | expression, [ 'as', name ] ;

        aggregate = [ name, '=' ], aggregate_name, [ '(', [ 'per', duration | arguments ], ')' ], [ 'if', expression ] ;

        arguments = expression, { ',', expression } ;

        (* Conditions without an operator between them are combined with and, but not next to an or. *)
        expression = together | either ;

        together = inversion, { 'and', inversion | beside } ;

        either = both, 'or', both, { 'or', both } ;

        both = inversion, { 'and', inversion } ;

        inversion = 'not', inversion | sum, [ comparison ] ;

        beside = 'not', inversion
            | ( string | regex | parameter | call | name | '(', expression, ')' ), [ comparison ] ;

        comparison = comparator, value | matcher, ( regex | value ) | [ 'not' ], 'in', members ;

        comparator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'isnt' | 'startswith' | 'endswith' | 'contains'
            | 'not', ( 'startswith' | 'endswith' | 'contains' ) ;

        matcher = '~' | '!~' | 'matches' | 'not', 'matches' ;

        value = word | string | parameter | '(', expression, ')' ;

        members = '(', item, { ',', item }, ')' | '@', ( word | string ) | range ;

        item = word | string | parameter ;

        range = bound, [ '..', [ bound ] ] | '..', bound ;

        bound = word | string | parameter ;

        sum = product, { ( '+' | '-' ), product } ;

        product = operand, { ( '*' | '/' | '%' ), operand } ;

        operand = number | string | regex | constant | parameter | call | name | '-', operand
            | '(', expression, ')' ;

        call = function_name, '(', [ arguments ], ')' ;

        constant = 'true' | 'false' ;
        """

    private static let words = """
        name = ? letters, digits and _, not beginning with a digit; or anything between backticks ? ;

        let_name = ? the name of an earlier let ? ;

        word = ? text up to a blank, a comma, a closing bracket, ; or | ? ;

        string = ? "…" or '…' with \\n \\t \\r \\0 \\" \\' \\\\ \\xNN; an i after it ignores case ? ;

        regex = ? /…/ in the syntax of PCRE2; an i after it ignores case ? ;

        number = ? digits with a fraction, and a unit of time or size: 10, 1.5, 30s, 1h30m, 10MB ? ;

        count = ? digits ? ;

        duration = ? 30s, 5m, 1h, 1d, 1w, or minute, hour, day, week, month ? ;

        parameter = ? the name of a param in braces: {day} ? ;

        pnn_name = ? p and a number: p50, p95, p999 ? ;

        newline = ? the end of a line ? ;
        """

    private static func ruleName(_ name: String) -> String { name.lowercased() }

    private static func names<P>(_ vocabulary: Vocabulary<P>) -> [String] {
        vocabulary.forms.flatMap { form in
            form.family == nil
                ? ([form.name] + form.aliases).map { "'\($0)'" } : ["\(ruleName(form.name))_name"]
        }
    }

    /// Returns a term, in brackets if it has alternatives.
    private static func grouped(_ term: String) -> String {
        var depth = 0
        for character in term {
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            if character == "|", depth == 0 { return "( \(term) )" }
        }
        return term
    }

    private static func wrapped(_ words: [String], separator: String) -> String {
        var lines = [""]
        for (index, word) in words.enumerated() {
            let piece = index == 0 ? word : separator + word
            if lines[lines.count - 1].utf8.count + piece.utf8.count > 90 {
                lines.append("    " + piece.drop { $0 == " " })
            } else {
                lines[lines.count - 1] += piece
            }
        }
        return lines.joined(separator: "\n")
    }
}
