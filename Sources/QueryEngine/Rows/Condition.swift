import MailLog
import QuerySyntax

/// An expression that keeps rows or not, with what is known about lines that it keeps.
package struct Condition: Sendable {
    /// Makes the test of one thread.
    package var make: @Sendable () -> (Row) -> Bool
    package var needs: Set<Int>
    package var isSequential = false
    package var range: SourceRange
    /// What a line's bytes must contain for the condition to hold.
    package var raw: RawCondition = .anything
    /// Whether the condition holds for every line that contains that.
    package var isRawExact = false
    /// What a line must be for the condition to hold; one of these.
    package var presence: [LinePresence] = [LinePresence()]
    /// When a line must be for the condition to hold, in microseconds of the wall clock; nil where that is open.
    package var times: Range<Int64>?

    package init(
        range: SourceRange, needs: Set<Int>, make: @escaping @Sendable () -> (Row) -> Bool
    ) {
        self.range = range
        self.needs = needs
        self.make = make
    }
}

extension Condition {
    /// Several conditions that must all hold.
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
            needs: conditions.reduce(into: []) { $0.formUnion($1.needs) }
        ) {
            let tests = makers.map { $0() }
            // What looks at neighbours must see every row.
            if isSequential { return { row in tests.reduce(true) { $1(row) && $0 } } }
            guard tests.count == 2 else { return { row in tests.allSatisfy { $0(row) } } }
            let first = tests[0]
            let second = tests[1]
            return { first($0) && second($0) }
        }
        self.isSequential = isSequential
        raw = conditions.dropFirst().reduce(conditions[0].raw) { $0.and($1.raw) }
        presence = conditions.dropFirst().reduce(conditions[0].presence) { LinePresence.and($0, $1.presence) }
        let limits = conditions.compactMap(\.times)
        times = limits.dropFirst().reduce(limits.first) { $0?.clamped(to: $1) }
    }
}

/// Fields that a line must have, and the event that it must be.
package struct LinePresence: Sendable, Hashable {
    package var fields: Set<Int> = []
    package var events: Set<String>?
    /// Words that fields of a closed set must be, by their slots.
    package var words: [Int: String] = [:]

    /// Both must hold; where that is too much to tell, the first.
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

    /// Whether some line is like that.
    var isPossible: Bool {
        if fields.isEmpty, events.map({ $0.contains { Fields.isEventWithoutShape($0) } }) ?? true {
            return true
        }
        return LineShapes.all.contains { shape in
            if let events, events.isDisjoint(with: shape.events) { return false }
            return fields.isSubset(of: shape.slots)
                && words.allSatisfy { slot, word in shape.gives(word, for: Fields.all[slot]) }
        }
    }
}

/// A necessary condition on the raw bytes of a line, for skipping lines without looking at their fields.
package enum RawCondition: Sendable, Hashable {
    case anything
    /// The line contains at least one of these.
    case anyOf([RawLiteral])

    /// More literals than these cost more to look for than they save.
    static let maximumLiterals = 8

    /// Both must hold: the one that is likely to skip more is kept.
    func and(_ other: RawCondition) -> RawCondition { other.selectivity > selectivity ? other : self }

    func or(_ other: RawCondition) -> RawCondition {
        guard case .anyOf(let mine) = self, case .anyOf(let theirs) = other,
            mine.count + theirs.count <= RawCondition.maximumLiterals
        else { return .anything }
        return .anyOf(mine + theirs.filter { !mine.contains($0) })
    }

    /// Longer literals and fewer of them skip more.
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
