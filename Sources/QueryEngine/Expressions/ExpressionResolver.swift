import MailLog
import QuerySyntax

/// Resolves expressions: names become slots, types are checked.
extension Resolution {
    package mutating func expression(_ expression: Expression) throws(Diagnostic) -> Typed {
        switch expression {
        case .number(let text, let range):
            guard let (value, type) = Literals.number(text) else {
                throw Diagnostic(
                    "'\(text)' is not a number", at: range,
                    hint: "numbers: 10, 1.5, 30s, 1h30m, 10MB; quote text")
            }
            return .constant(value, type, range: range)
        case .string(let text, _, let range), .search(.string(let text, _, let range)):
            return .constant(Literals.text(text), .text(.plain), range: range)
        case .constant(.true, let range): return .constant(.bool(true), .bool, range: range)
        case .constant(.false, let range): return .constant(.bool(false), .bool, range: range)
        case .constant(.null, let range): return .constant(.missing, .any, range: range)
        case .field(let name): return try field(name)
        case .parameter(let name): return try parameter(name)
        case .call(let name, let arguments, let range): return try call(name, arguments, range)
        case .negation(let inner, let range): return try negation(inner, range)
        case .arithmetic(let first, let terms): return try arithmetic(first, terms)
        case .not, .comparison, .membership, .and, .or, .search:
            return Typed(condition: try condition(expression))
        case .word(let text, let range):
            throw Diagnostic("'\(text)' is not an expression", at: range, hint: "quote text")
        case .regex(_, _, let range):
            throw Diagnostic("a regex is not a value", at: range, hint: "write `field ~ /…/`")
        }
    }

    // MARK: Operands

    private func field(_ name: Name) throws(Diagnostic) -> Typed {
        guard let column = schema.column(name.text) else {
            if schema.isOpen || schema.isBroken {
                return .constant(.missing, .any, range: name.range)
            }
            if environment.language.functions[name.text] != nil {
                throw Diagnostic(
                    "'\(name.text)' is a function", at: name.range, hint: "call it: \(name.text)(…)")
            }
            throw unknown(name)
        }
        return Typed(column: column, range: name.range)
    }

    package mutating func parameter(_ name: Name) throws(Diagnostic) -> Typed {
        guard let value = environment.parameters[name.text] else {
            throw unknownParameter(name)
        }
        switch value {
        case .string(let text, _, _), .word(let text, _):
            if case .word = value, let (number, type) = Literals.number(text) {
                return .constant(number, type, range: name.range)
            }
            return .constant(Literals.text(text), .text(.plain), range: name.range)
        default: return try expression(value)
        }
    }

    func unknownParameter(_ name: Name) -> Diagnostic {
        let near = Spelling.nearest(to: name.text, among: environment.parameters.keys.sorted())
        return Diagnostic(
            "no parameter '\(name.text)'", at: name.range,
            hint: near.map { "did you mean '{\($0)}'?" } ?? "declare it: param \(name.text) = …")
    }

    private mutating func negation(_ inner: Expression, _ range: SourceRange) throws(Diagnostic) -> Typed {
        let operand = try expression(inner)
        guard operand.type.isNumeric else {
            throw Diagnostic("'-' needs a number, not \(operand.type.article)", at: range)
        }
        if let value = operand.constant {
            return .constant(Arithmetic.negate(value), operand.type, range: range)
        }
        return Typed(operand.type, of: [operand], range: range) { operands in
            let operand = operands[0]
            return { Arithmetic.negate(operand($0)) }
        }
    }

    /// Evaluates the chain in a loop. Leading constants are folded.
    private mutating func arithmetic(
        _ first: Expression, _ terms: [Expression.Term]
    ) throws(Diagnostic) -> Typed {
        var operands = [try expression(first)]
        var operations: [Arithmetic.Operation] = []
        var type = operands[0].type
        var range = operands[0].range
        for term in terms {
            let right = try expression(term.value)
            let whole = range.through(right.range)
            guard let (result, operation) = Arithmetic.operation(term.sign.text, type, right.type) else {
                throw Diagnostic(
                    "'\(term.sign.text)' does not take \(type.article) and \(right.type.article)", at: whole,
                    hint: type.isText && term.sign.text == "+" ? "join text with concat(a, b)" : nil)
            }
            (type, range) = (result, whole)
            if operations.isEmpty, let left = operands[0].constant, let right = right.constant {
                operands[0] = .constant(operation(left, right), type, range: range)
            } else {
                operands.append(right)
                operations.append(operation)
            }
        }
        if operations.isEmpty { return operands[0] }
        return Typed(type, of: operands, range: range) { [operations] operands in
            let (first, second, operation) = (operands[0], operands[1], operations[0])
            if operations.count == 1 { return { row in operation(first(row), second(row)) } }
            let rest = Array(zip(operations, operands.dropFirst()))
            return { row in rest.reduce(first(row)) { $1.0($0, $1.1(row)) } }
        }
    }

    // MARK: Calls

    private mutating func call(
        _ name: Name, _ arguments: [Expression.Argument], _ range: SourceRange
    ) throws(Diagnostic) -> Typed {
        guard let form = environment.language.functions[name.text] else {
            if environment.language.aggregates[name.text] != nil {
                throw Diagnostic(
                    "'\(name.text)' is an aggregate: it needs groups of rows", at: name.range,
                    hint: "use it in `stats` or after `groupby`")
            }
            throw environment.language.functions.unknown(name)
        }
        let function = try form.parseProduct(name)
        let call = try self.call(name, arguments, function.arguments, range, usage: form.callUsage)
        return try function.resolve(call, &self)
    }

    /// Resolves and checks the arguments of a function or an aggregate.
    mutating func call(
        _ name: Name, _ arguments: [Expression.Argument], _ rules: [ArgumentRule], _ range: SourceRange,
        usage: String
    ) throws(Diagnostic) -> Call {
        let required = rules.count(where: { !$0.isOptional })
        let most = rules.last?.repeats == true ? Int.max : rules.count
        guard arguments.count >= required, arguments.count <= most else {
            throw Diagnostic(
                "'\(name.text)' takes \(rules.isEmpty ? "no arguments" : "other arguments")", at: range,
                hint: "usage: \(usage)")
        }
        var resolved: [Typed] = []
        var patterns: [Int: Pattern] = [:]
        for (index, argument) in arguments.enumerated() {
            let rule = rules[min(index, rules.count - 1)]
            let value: Typed
            switch (rule.accepts, argument.value) {
            case (.pattern, .search(.regex(let text, _, let range))),
                (.pattern, .search(.string(let text, ignoresCase: true, let range))):
                patterns[index] = try pattern(argument.value)
                value = .constant(Literals.text(text), .text(.plain), range: range)
            case (.word, .field(let word)):
                value = .constant(Literals.text(word.text), .text(.plain), range: word.range)
            case (.condition, _): value = Typed(condition: try condition(argument.value))
            default: value = try expression(argument.value)
            }
            if let problem = rule.problem(with: value) {
                throw Diagnostic(
                    "argument '\(rule.name)' of '\(name.text)' \(problem)", at: argument.value.range,
                    hint: "usage: \(usage)")
            }
            resolved.append(value)
        }
        return Call(name: name, arguments: resolved, patterns: patterns, range: range)
    }
}

extension Form where Product: Sendable {
    /// Returns the product of a form that is not parsed: a function or an aggregate.
    func parseProduct(_ name: Name) throws(Diagnostic) -> Product {
        var parser = try Parser(Source(name: "", text: ""))
        return try parse(&parser, name)
    }
}

extension ArgumentRule {
    /// Returns why a value does not fit the argument; nil if it fits.
    fileprivate func problem(with value: Typed) -> String? {
        let fits: (Bool, String) =
            switch accepts {
            case .any: (true, "")
            case .text: (value.type.isText, "must be text")
            case .number: (value.type.isNumeric, "must be a number")
            case .duration: (value.type == .duration || value.type.isNumeric, "must be a duration")
            case .time: (value.type.isTime || value.type == .any, "must be a time")
            case .condition: (value.type == .bool, "must be a condition")
            case .list: (value.type.isList, "must be a list")
            case .constantText, .word:
                (value.type.isText && value.constant?.kind == .text, "must be a quoted text")
            case .pattern:
                (value.type.isText && value.constant?.kind == .text, "must be a quoted text or a regex")
            case .constantCount:
                (
                    value.constant.map { $0.kind == .integer || $0.kind == .double } ?? false,
                    "must be a number"
                )
            }
        return fits.0 ? nil : "\(fits.1), not \(value.type.article)"
    }
}

extension ValueType {
    package var isList: Bool { if case .list = self { true } else { self == .any } }

    /// The type with its article: "a size", "an address".
    package var article: String {
        let vowel = name.first.map { "aeio".contains($0) } ?? false
        return self == .bool || self == .any ? name : "\(vowel ? "an" : "a") \(name)"
    }
}

extension Typed {
    package init(column: Schema.Column, range: SourceRange) {
        let slot = column.slot
        self.init(column.type, range: range, needs: [slot], column: slot) { { $0.slots[slot] } }
    }

    /// A condition as a value: true or false, never missing.
    init(condition: Condition) {
        let make = condition.make
        self.init(
            .bool, range: condition.range, needs: condition.needs, isSequential: condition.isSequential
        ) {
            let test = make()
            return { .bool(test($0)) }
        }
    }
}
