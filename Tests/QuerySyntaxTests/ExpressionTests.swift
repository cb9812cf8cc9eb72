import QuerySyntax
import Testing

@Suite("Expressions")
struct ExpressionTests {
    /// What was written, and how it is read, with every operator before its operands.
    static let readings: [(text: String, reading: String)] = [
        ("status=sent", "(= status 'sent')"),
        ("status = sent", "(= status 'sent')"),
        ("status == sent", "(= status 'sent')"),
        ("status isnt sent", "(!= status 'sent')"),
        ("from=<>", "(= from '<>')"),
        ("to=sally@uk.psi.com", "(= to 'sally@uk.psi.com')"),
        ("dsn=4.7.1 delay>1h30m", "(and (= dsn '4.7.1') (> delay '1h30m'))"),
        ("a=1 and b=2 or c=3 and d=4", "(or (and (= a '1') (= b '2')) (and (= c '3') (= d '4')))"),
        ("not a=1 and b=2", "(and (not (= a '1')) (= b '2'))"),
        ("not (a=1 or b=2)", "(not (or (= a '1') (= b '2')))"),
        ("a=1 && b=2 || c=3", "(or (and (= a '1') (= b '2')) (= c '3'))"),
        ("a + b * c - d > 3", "(> (- (+ a (* b c)) d) '3')"),
        ("(a + b) * c", "(* (+ a b) c)"),
        ("a - -b", "(- a (neg b))"),
        ("a / b", "(/ a b)"),
        ("a/b", "(/ a b)"),
        ("a /b/", "(and a (search /b/))"),
        ("a ~ /x\\/y/", "(~ a /x/y/)"),
        ("a ~ /x[/]y/i", "error"),
        ("a ~ \"x\"", "(~ a \"x\")"),
        ("a !~ x", "(!~ a 'x')"),
        ("a not matches /x/", "(!~ a /x/)"),
        ("a contains \"x y\"i", "(contains a \"x y\"i)"),
        ("a not startswith 'x'", "(not startswith a \"x\")"),
        ("a in (x, \"y\", 3)", "(in a ['x' \"y\" '3'])"),
        ("a not in (x)", "(not-in a ['x'])"),
        ("a in 10s..1m", "(in a 10s..1m)"),
        ("a in 12-25..", "(in a 12-25..)"),
        ("a in ..5", "(in a ..5)"),
        ("a in 10.0.0.0/8", "(in a '10.0.0.0/8')"),
        ("a in @list.txt", "(in a @list.txt)"),
        ("a in {days}", "(in a {days})"),
        ("a = {day}", "(= a {day})"),
        ("a = (b)", "(= a b)"),
        ("a = `b c`", "(= a b c)"),
        ("`odd name` = 1", "(= odd name '1')"),
        ("missing(a)", "(missing a)"),
        ("if(a=1, \"x\", b)", "(if (= a '1') (search \"x\") b)"),
        ("lower(a) = x", "(= (lower a) 'x')"),
        ("\"some text\"", "(search \"some text\")"),
        ("true", "true"),
        ("a = x # a comment", "(= a 'x')"),
        ("a = \"q\\\"\\x41\\n\"", "(= a \"q\"A\n\")"),
        // What is no expression.
        ("a =", "error"), ("a = x y z or w", "error"), ("(a = 1", "error"), ("a = 1)", "error"),
        ("= 1", "error"),
        ("a = \"x", "error"), ("a = x(y)", "error"), ("a between 1", "error"), ("a like x", "error"),
        ("$1 = 2", "error"),
        ("a = null", "error"), ("a = /x/", "error"), ("a = x + 1", "error"), ("!a", "error"),
        ("a in ()", "error"),
        ("`a", "error"), ("a = {day", "error"), ("\"\\q\"", "error"),
    ]

    @Test(arguments: readings.indices)
    func isRead(_ index: Int) {
        let (text, reading) = ExpressionTests.readings[index]
        #expect(ExpressionTests.read(text) == reading, "\(text)")
    }

    @Test("nesting is bounded, whatever is nested", arguments: ["(", "not ", "-", "f(", "not (", "1 + ("])
    func nesting(_ piece: String) {
        #expect(ExpressionTests.read(String(repeating: piece, count: 20_000) + "a") == "error")
        #expect(
            ExpressionTests.read(String(repeating: "(", count: 20) + "a" + String(repeating: ")", count: 20))
                == "a")
    }

    static func read(_ text: String) -> String {
        do throws(Diagnostic) {
            var parser = try Parser(Source(name: "test", text: text))
            let expression = try parser.expression()
            return parser.atEnd() ? shown(expression) : "error"
        } catch {
            #expect(error.range.lower <= text.utf8.count && !error.message.isEmpty)
            return "error"
        }
    }

    static func shown(_ expression: Expression) -> String {
        func list(_ name: String, _ parts: [Expression]) -> String {
            "(\(([name] + parts.map(shown)).joined(separator: " ")))"
        }
        switch expression {
        case .number(let text, _): return text
        case .string(let text, let ignoresCase, _): return "\"\(text)\"\(ignoresCase ? "i" : "")"
        case .regex(let text, let ignoresCase, _): return "/\(text)/\(ignoresCase ? "i" : "")"
        case .constant(let constant, _): return constant.rawValue
        case .word(let text, _): return "'\(text)'"
        case .field(let name): return name.text
        case .parameter(let name): return "{\(name.text)}"
        case .call(let name, let arguments, _): return list(name.text, arguments.map(\.value))
        case .negation(let inner, _): return list("neg", [inner])
        case .not(let inner, _): return list("not", [inner])
        case .arithmetic(let first, let terms):
            return terms.reduce(shown(first)) { "(\($1.sign.text) \($0) \(shown($1.value)))" }
        case .comparison(let comparison, let left, let right, _):
            return list(comparison.rawValue, [left, right])
        case .and(let parts): return list("and", parts)
        case .or(let parts): return list("or", parts)
        case .search(let inner): return list("search", [inner])
        case .membership(let left, let negated, let members, _):
            let text: String
            switch members {
            case .list(let values, _): text = "[\(values.map(shown).joined(separator: " "))]"
            case .range(let range): text = "\(bound(range.lower))..\(bound(range.upper))"
            case .file(let path, _): text = "@\(path)"
            case .word(let word, _): text = "'\(word)'"
            case .parameter(let name): text = "{\(name.text)}"
            }
            return "(\(negated ? "not-in" : "in") \(shown(left)) \(text))"
        }
    }

    private static func bound(_ expression: Expression?) -> String {
        switch expression {
        case .word(let text, _): text
        case .some(let other): shown(other)
        case nil: ""
        }
    }
}
