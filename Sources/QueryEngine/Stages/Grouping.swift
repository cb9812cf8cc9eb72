import MailLog
import QuerySyntax

/// Clauses after an aggregate: a condition on the rows, keys, and a bin of time.
struct Grouping: Sendable {
    var condition: Expression?
    var keys: [Key] = []
}

extension Parameter where Value == Grouping {
    /// `[if EXPR] [by KEYS] [per D]`, in any order.
    static var grouping: Parameter {
        Parameter(
            "[if EXPR] [by KEYS] [per D]",
            grammar: "{ 'if', expression | 'by', keys | 'per', duration }"
        ) { (parser: inout Parser) throws(Diagnostic) -> Grouping in
            var grouping = Grouping()
            while true {
                if parser.takeKeyword("by") != nil {
                    grouping.keys += try parser.keys()
                } else if parser.takeKeyword("per") != nil {
                    grouping.keys.append(.per(try parser.takeDurationWord()))
                } else if parser.takeKeyword("if") != nil {
                    grouping.condition = try parser.expression()
                } else {
                    return grouping
                }
            }
        }
    }
}

extension Parameter where Value == [Key] {
    static var keys: Parameter {
        Parameter("KEYS", grammar: "keys") {
            (parser: inout Parser) throws(Diagnostic) -> [Key] in try parser.keys()
        }
    }
}

extension Parser {
    /// `field, EXPR as name, per 1h`
    mutating func keys() throws(Diagnostic) -> [Key] {
        try list { (parser: inout Parser) throws(Diagnostic) -> Key in
            if parser.takeKeyword("per") != nil { return .per(try parser.takeDurationWord()) }
            let expression = try parser.expression()
            if parser.takeKeyword("as") != nil {
                return .expression(expression, try parser.takeName("a name", role: .name))
            }
            if case .field(let name) = expression { return .field(name) }
            let text = parser.source[expression.range]
            return .expression(expression, Name(text, expression.range))
        }
    }
}

extension Resolution {
    /// Returns the keys with their names and types. A bin of time comes first.
    mutating func resolve(_ keys: [Key]) throws(Diagnostic) -> [(name: String, value: Typed)] {
        var resolved: [(name: String, value: Typed)] = []
        for key in keys {
            switch key {
            case .field(let name):
                let value = try expression(.field(name))
                resolved.append((schema.column(name.text)?.name ?? name.text, value))
            case .expression(let expression, let name):
                resolved.append((name.text, try self.expression(expression)))
            case .per(let duration):
                resolved.insert(("time", try bin(duration)), at: 0)
            }
        }
        var names: Set<String> = []
        for key in resolved where !names.insert(key.name).inserted {
            throw Diagnostic(
                "two keys are called '\(key.name)'", at: key.value.range, hint: "name one with `as`")
        }
        return resolved
    }

    /// Returns the start of the bin that contains the time of a row (`per 1h`), on the wall clock. Bins start at
    /// midnight, weeks on Monday.
    mutating func bin(_ word: Name) throws(Diagnostic) -> Typed {
        guard let column = schema.column("time"), column.type.isTime else {
            throw Diagnostic("'per' needs a time, and \(schema.rowName) has none", at: word.range)
        }
        let units: [String: TimeBin] = [
            "minute": .minute, "hour": .hour, "day": .day, "week": .week, "month": .month,
        ]
        let bin: TimeBin
        if let unit = units[word.text] {
            bin = unit
        } else {
            guard let span = Literals.duration(word.text), span > 0 else {
                throw Diagnostic(
                    "'\(word.text)' is not a duration", at: word.range,
                    hint: "write 5m, 1h, 1d, or minute, hour, day, week, month")
            }
            bin = TimeBins.named(span)
        }
        let slot = column.slot
        return Typed(.time(bin), range: word.range, needs: [slot]) {
            { row in TimeBins.start(of: row[slot], bin) }
        }
    }
}
