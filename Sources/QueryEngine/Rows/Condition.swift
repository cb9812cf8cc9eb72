import MailLog
import QuerySyntax

/// A condition on rows, with what is known about the log lines that pass it.
package struct Condition: Sendable {
    package var make: @Sendable () -> (Row) -> Bool
    package var needs: Set<Int>
    package var isSequential = false
    package var range: SourceRange
    /// Texts of which the bytes of a passing line contain at least one.
    package var raw: RawCondition = .anything
    /// Whether each line that contains such a text passes.
    package var isRawExact = false
    /// Alternatives for the fields and events of a passing line.
    package var presence: [LinePresence] = [LinePresence()]
    /// Range of the times of passing lines, in microseconds of the wall clock; nil if unknown.
    package var times: Range<Int64>?

    package init(
        range: SourceRange, needs: Set<Int>, isSequential: Bool = false,
        make: @escaping @Sendable () -> (Row) -> Bool
    ) {
        self.range = range
        self.needs = needs
        self.isSequential = isSequential
        self.make = make
    }

    /// Tests the value of an expression. `makeTest` makes the test of one thread.
    init(_ value: Typed, _ range: SourceRange, makeTest: @escaping @Sendable () -> (Value, Row) -> Bool) {
        let (column, make) = (value.column, value.make)
        self.init(range: range, needs: value.needs, isSequential: value.isSequential) {
            let test = makeTest()
            if let column { return { test($0[column], $0) } }
            let evaluate = make()
            return { test(evaluate($0), $0) }
        }
    }

    init(_ value: Typed, _ range: SourceRange, test: @escaping @Sendable (Value, Row) -> Bool) {
        self.init(value, range) { test }
    }
}

extension Condition {
    package init(all conditions: [Condition]) {
        if conditions.count == 1 {
            self = conditions[0]
            isRawExact = false
            return
        }
        let makers = conditions.map(\.make)
        let isSequential = conditions.contains(where: \.isSequential)
        self.init(
            range: conditions[0].range.through(conditions[conditions.count - 1].range),
            needs: conditions.reduce(into: []) { $0.formUnion($1.needs) }, isSequential: isSequential
        ) {
            let tests = makers.map { $0() }
            // `prev` and its like must see every row, so all tests run.
            if isSequential { return { row in tests.reduce(true) { $1(row) && $0 } } }
            guard tests.count == 2 else { return { row in tests.allSatisfy { $0(row) } } }
            let first = tests[0]
            let second = tests[1]
            return { first($0) && second($0) }
        }
        raw = conditions.dropFirst().reduce(conditions[0].raw) { $0.and($1.raw) }
        presence = conditions.dropFirst().reduce(conditions[0].presence) { LinePresence.and($0, $1.presence) }
        let limits = conditions.compactMap(\.times)
        times = limits.dropFirst().reduce(limits.first) { $0?.clamped(to: $1) }
    }
}

/// Fields that a line must have, and events of which it must be one.
package struct LinePresence: Sendable, Hashable {
    package var fields: Set<Int> = []
    package var events: Set<String>?
    /// Values of fields of a closed set, by slot.
    package var words: [Int: String] = [:]

    /// Combines alternatives that must both hold. With more than 64 combinations, returns `mine`, which is necessary
    /// too.
    static func and(_ mine: [LinePresence], _ others: [LinePresence]) -> [LinePresence] {
        if mine == [LinePresence()] { return others }
        guard mine.count * others.count <= 64 else { return mine }
        return mine.flatMap { mine in others.map { mine.and($0) } }
    }

    func and(_ other: LinePresence) -> LinePresence {
        var both = self
        both.fields.formUnion(other.fields)
        both.words.merge(other.words) { mine, _ in mine }
        if let theirs = other.events { both.events = both.events?.intersection(theirs) ?? theirs }
        return both
    }

    private static func hasNoShape(_ event: String) -> Bool { LineEvent(rawValue: event) ?? .other == .other }

    var isPossible: Bool {
        if fields.isEmpty, events?.contains(where: Self.hasNoShape) ?? true { return true }
        return LineShapes.all.contains { shape in
            if let events, events.isDisjoint(with: shape.events.map(\.name)) { return false }
            return fields.isSubset(of: shape.slots)
                && words.allSatisfy { slot, word in shape.gives(word, for: Fields.all[slot]) }
        }
    }
}

/// A necessary condition on the bytes of a line. Lines that fail it are skipped undecoded.
package enum RawCondition: Sendable, Hashable {
    case anything
    case anyOf([RawLiteral])

    /// Searching for more literals costs more than it saves.
    static let maximumLiterals = 8

    /// Returns the condition that is likely to skip more lines. Either is necessary.
    func and(_ other: RawCondition) -> RawCondition { other.selectivity > selectivity ? other : self }

    func or(_ other: RawCondition) -> RawCondition {
        guard case .anyOf(let mine) = self, case .anyOf(let theirs) = other,
            mine.count + theirs.count <= RawCondition.maximumLiterals
        else { return .anything }
        return .anyOf(mine + theirs.filter { !mine.contains($0) })
    }

    /// Few and long literals skip most.
    private var selectivity: Int {
        guard case .anyOf(let literals) = self else { return 0 }
        return max(1, (literals.map(\.bytes.count).min() ?? 0) * 4 - literals.count * 3)
    }
}

package struct RawLiteral: Sendable, Hashable {
    package var bytes: [UInt8]
    package var ignoresCase: Bool

    package init(_ bytes: some Sequence<UInt8>, ignoresCase: Bool = false) {
        self.bytes = Array(bytes)
        self.ignoresCase = ignoresCase
    }
}
