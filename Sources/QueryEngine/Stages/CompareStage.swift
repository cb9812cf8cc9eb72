import MailLog
import QuerySyntax

/// `compare RANGE with RANGE [AGGREGATE] [by KEYS]`: the same groups in two intervals of time.
struct CompareStage: Stage {
    static let form = Form<any Stage>(
        "compare", summary: "compare two intervals of time, by keys",
        details: """
            Columns
            - the keys
            - `before`, `after`: the aggregate in the earlier and in the later range; without AGGREGATE: count()
            - `change`: `after` minus `before`; the row with the largest change comes first
            - `ratio`: `after` divided by `before`
            - `mark`: `new` if the key has rows only in the later range, `gone` if only in the earlier range

            Notes
            - Ranges are cut to the time that the logs cover.
            - If the ranges then differ in length, counts and sums are per day.
            - A note is printed if a range without a start or an end has no lines.
            """,
        examples: [
            "compare 2012-12-16..2012-12-22 with 2012-12-26..2012-12-30 by process, status",
            "filter status=deferred | compare 2012-12-24 with 2012-12-26 by reason | head 5",
            "compare 2012-12-16..2012-12-22 with 2012-12-27..2013-01-02 p95(delay) by relay_name if status=sent",
        ],
        Parameter<TimeRange>.range, Parameter<TimeRange>.range.required(after: "with"),
        Parameter<AggregateItem>.aggregate.optional, Parameter<Grouping>.grouping
    ) { (name, first, second, item, grouping) throws(Diagnostic) in
        CompareStage(name: name, ranges: [first, second], item: item, grouping: grouping)
    }

    let name: Name
    /// Both ranges, in the order of the query.
    let ranges: [TimeRange]
    let item: AggregateItem?
    let grouping: Grouping

    var isAggregate: Bool { true }
    var reasonNotToFollow: String? { "compares two intervals of a complete log" }

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        guard let time = resolution.schema.column("time"), time.type.isTime else {
            throw Diagnostic(
                "'compare' needs a time, and \(resolution.schema.rowName) has none", at: name.range)
        }
        let sides = try sides(&resolution)
        let asked = item ?? count
        let isExtensive = try resolution.resolve(asked).aggregate.isExtensive
        resolution.keep(try resolution.condition(.or(sides.map(\.condition))))
        let counted = [asked.condition, grouping.condition].compactMap(\.self)
        for condition in counted { resolution.keep(try resolution.condition(condition)) }
        let items = [("before", asked), ("after", asked), ("rows before", count), ("rows after", count)]
        try resolution.group(
            by: grouping.keys,
            items.enumerated().map { index, item in
                AggregateItem(
                    name: Name(item.0, name.range), function: item.1.function, arguments: item.1.arguments,
                    condition: sides[index % 2].condition, range: item.1.range)
            }, stage: name, order: .keys)
        resolution.origin?.conditions.insert(
            .fixed { [ranges] source in
                let times = ranges.map { "time in \(source[$0.range])" }.joined(separator: " or ")
                return (["(\(times))"] + counted.map { "(\(source[$0.range]))" }).joined(separator: " ")
            }, at: 0)
        resolution.dropFill()
        resolution.timeRange = nil
        let isPerDay =
            isExtensive && sides[0].length != sides[1].length && sides.allSatisfy { $0.length > 0 }
        if isPerDay {
            resolution.append(
                .note(
                    "the numbers are per day: `before` covers \(Self.text(sides[0].length)), "
                        + "`after` \(Self.text(sides[1].length))"))
        }
        show(days: isPerDay ? sides.map { Double($0.length) / 86_400_000_000 } : [1, 1], &resolution)
    }

    private var count: AggregateItem {
        AggregateItem(name: nil, function: Name("count", name.range), arguments: [], range: name.range)
    }

    /// A range as a condition. `start` and `length` are those of the part that the logs cover, in microseconds.
    private struct Side {
        let condition: Expression
        let start: Int64
        let length: Int64
    }

    /// Returns both ranges, the earlier one first.
    private func sides(_ resolution: inout Resolution) throws(Diagnostic) -> [Side] {
        let covered = resolution.environment.dataRange()
        var sides: [Side] = []
        for range in ranges {
            let interval = try resolution.interval(range)
            let whole = interval.start..<max(interval.end, interval.start + 1)
            let bounds = covered?.bounds(of: whole)
            let start = max(whole.lowerBound, bounds?.first ?? whole.lowerBound)
            let end = min(whole.upperBound, bounds.map { $0.last + 1 } ?? interval.end)
            let isOpen = interval.start == .min || interval.end == .max
            guard start < end || isOpen else {
                let isExact = covered?.isExact != false
                throw Diagnostic(
                    "no \(isExact ? "" : "sampled ")line is in this range", at: range.range,
                    hint: covered.map {
                        "the logs go from \(QueryText.time($0.first)) to \(QueryText.time($0.last))"
                            + (isExact ? "" : "; use --full-scan to read every stamp")
                    })
            }
            let time = Expression.field(Name("time", name.range))
            sides.append(
                Side(
                    condition: .membership(time, negated: false, .range(range), operatorRange: range.range),
                    start: interval.start,
                    length: max(0, end.subtractingReportingOverflow(start).partialValue)))
        }
        sides.sort { $0.start < $1.start }
        if let covered, let index = sides.firstIndex(where: { $0.length == 0 }) {
            let (empty, full) = index == 0 ? ("before", "after") : ("after", "before")
            resolution.append(
                .note(
                    "no line is `\(empty)`, all are `\(full)`: the logs go from \(QueryText.time(covered.first)) to "
                        + "\(QueryText.time(covered.last)); name a moment between (in a script, with -D)"))
        }
        return sides
    }

    private static func text(_ length: Int64) -> String {
        PeopleText.duration(Int(length))
    }

    /// Divides by the days, adds the computed columns, and removes the numbers of rows.
    private func show(days: [Double], _ resolution: inout Resolution) {
        var columns = resolution.schema.columns
        let rows = Array(columns.suffix(2))
        var sides = Array(columns.dropLast(2).suffix(2))
        columns.removeLast(4)
        if days != [1, 1] {
            for index in sides.indices {
                let side = sides[index]
                let perDay = Typed(column: side, range: name.range).perDay(days[index])
                sides[index] = Schema.Column(
                    name: side.name, type: perDay.type, slot: resolution.newSlot(), empty: side.empty)
                resolution.assign([(sides[index].slot, perDay)], title: "\(side.name) per day")
            }
        }
        let values = sides.map { Typed(column: $0, range: name.range) }
        let change = Comparison.change(values)
        let made: [(String, Typed)] = [
            ("change", change), ("ratio", Comparison.ratio(values)),
            ("mark", Comparison.mark(rows.map { Typed(column: $0, range: name.range) })),
        ]
        columns += sides
        for (name, value) in made {
            let slot = resolution.newSlot()
            columns.append(Schema.Column(name: name, type: value.type, slot: slot))
            resolution.assign([(slot, value)], title: name)
        }
        resolution.shape(columns, by: name)
        resolution.schema.removed["rows before"] = nil
        resolution.schema.removed["rows after"] = nil
        resolution.lastGrouping = nil
        guard columns.first?.type.isTime != true else { return }
        let size = Comparison.size(Typed(column: columns[columns.count - 3], range: name.range))
        resolution.append(
            .reduce(resolution.sort(by: [SortReduction.Key(expression: size, descending: true)])))
    }
}

extension Step {
    /// Step that prints a note when the query runs.
    static func note(_ sentence: String) -> Step {
        .each(
            Transform("note", needs: [], inOrder: true) { next, worker in
                worker.run.note(sentence)
                return next
            })
    }
}

/// Columns computed from the values before and after.
private enum Comparison {
    static func change(_ sides: [Typed]) -> Typed {
        let type = sides[1].type.isTime ? ValueType.duration : sides[1].type
        return Typed(type, of: sides, range: sides[0].range) { sides in
            let (before, after) = (sides[0], sides[1])
            return { row in
                let (before, after) = (before(row), after(row))
                guard before.kind == after.kind, !before.isMissing else { return .missing }
                switch before.kind {
                case .integer: return .integer(after.integer &- before.integer)
                case .duration: return .duration(after.integer &- before.integer)
                case .time: return .duration(Int(after.wallClock &- before.wallClock))
                case .double: return .double(after.number - before.number)
                default: return .missing
                }
            }
        }
    }

    static func ratio(_ sides: [Typed]) -> Typed {
        Typed(.number, of: sides, range: sides[0].range) { sides in
            let (before, after) = (sides[0], sides[1])
            return { row in
                let (before, after) = (before(row), after(row))
                guard before.isNumber, after.isNumber, before.number != 0 else { return .missing }
                return .double(after.number / before.number)
            }
        }
    }

    static let marks = ["new", "gone"]

    /// Returns `new` without rows before, `gone` without rows after, and a missing value otherwise.
    static func mark(_ rows: [Typed]) -> Typed {
        let new = Literals.text(marks[0])
        let gone = Literals.text(marks[1])
        return Typed(.text(.oneOf(marks)), of: rows, range: rows[0].range) { rows in
            let (before, after) = (rows[0], rows[1])
            return { row in
                if before(row).integer == 0 { return after(row).integer == 0 ? .missing : new }
                return after(row).integer == 0 ? gone : .missing
            }
        }
    }

    /// Returns the absolute value of a change.
    static func size(_ change: Typed) -> Typed {
        Typed(.number, of: [change], range: change.range) { change in
            let change = change[0]
            return { row in
                let value = change(row)
                return value.isNumber ? .double(value.number.magnitude) : .missing
            }
        }
    }
}

extension Typed {
    /// Divides a count or sum by a number of days. Sizes and durations are rounded to bytes and microseconds.
    func perDay(_ days: Double) -> Typed {
        let isWhole = type == .size || type == .duration
        return Typed(isWhole ? type : .number, of: [self], range: range) { value in
            let value = value[0]
            return { row in
                let value = value(row)
                guard value.isNumber else { return value }
                guard isWhole else { return .double(value.number / days) }
                let rate = (Double(value.integer) / days).rounded()
                return Value(bits: UInt64(bitPattern: Int64(rate)), kind: value.kind)
            }
        }
    }
}
