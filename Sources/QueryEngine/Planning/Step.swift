import MailLog

/// What runs: ways of running are few even where stages are many.
package enum Step: Sendable {
    /// Row by row, in any thread; or in order in one thread, where `inOrder` says that it looks at neighbours.
    case each(Transform)
    /// All rows to fewer: a part per thread, merged, then emitted.
    case reduce(any Reduction)
    /// As `reduce`, but its columns are known only at the end (`pivot`): what follows is resolved then.
    case reshape(any Reshaping)
}

/// A step that passes rows on one by one.
package struct Transform: Sendable {
    /// For `explain`.
    package var title: String
    package var needs: Set<Int>
    package var inOrder: Bool
    /// `head N`: the number of rows that it lets through, so that a reduction before it need not emit more.
    package var limit: Int?
    /// A bin filler, which `nofill` takes back.
    package var isFill = false
    /// Whether its rows are new ones, in slots of their own: what is read behind it says nothing of what it needs.
    package var beginsRows = false
    /// What it needs of rows of each kind, where that is not always all of `needs`.
    var rowSlots: RowSlots?
    /// The same, filling only these slots of the rows that it begins.
    package var keeping: (@Sendable (Set<Int>) -> Transform)?
    /// Makes the operator of one thread.
    package var make: @Sendable (any RowConsumer, Worker) -> any RowConsumer

    package init(
        _ title: String, needs: Set<Int>, inOrder: Bool = false, limit: Int? = nil,
        make: @escaping @Sendable (any RowConsumer, Worker) -> any RowConsumer
    ) {
        self.title = title
        self.needs = needs
        self.inOrder = inOrder
        self.limit = limit
        self.make = make
    }
}

extension Transform {
    /// A step that holds rows for a while. It is told which slots to hold: those of the columns that are read later.
    /// What nothing demands of a line may be anything.
    static func holding(
        _ title: String, needs: Set<Int>, columns: Set<Int>,
        make: @escaping @Sendable (Set<Int>, any RowConsumer, Worker) -> any RowConsumer
    ) -> Transform {
        @Sendable func keeping(_ slots: Set<Int>) -> Transform {
            let held = columns.intersection(slots)
            var transform = Transform(title, needs: needs, inOrder: true) { make(held, $0, $1) }
            transform.keeping = { keeping($0) }
            return transform
        }
        return keeping(columns)
    }
}

/// A step that gathers rows: groups, a sort, the last N.
package protocol Reduction: Sendable {
    associatedtype Part: ReductionPart
    var title: String { get }
    var needs: Set<Int> { get }
    /// Whether the answer depends on which rows there are, but not on their order.
    var ignoresOrder: Bool { get }
    /// The same, emitting only the first `count` rows; nil where that saves nothing.
    func limited(to count: Int) -> Self?
    /// The same, keeping of each row only what these slots hold; nil where rows do not pass through.
    func keeping(_ slots: Set<Int>) -> Self?
    func makePart(_ worker: Worker) -> Part
}

extension Reduction {
    package var ignoresOrder: Bool { false }
    package func limited(to count: Int) -> Self? { nil }
    package func keeping(_ slots: Set<Int>) -> Self? { nil }
}

/// What gathers rows, and is asked for its answer by who made it.
package protocol GatheringPart: RowConsumer {}

extension GatheringPart {
    package func finish() {}
}

/// What one thread has gathered. It wants no more rows when none can change the answer.
package protocol ReductionPart: GatheringPart {
    /// Whether a line may matter of which only the prelude and the queue id have been decoded. Nil where all may.
    var sieve: ((Row) -> Bool)? { get }
    /// Takes over what another thread has gathered; `other` is not used afterwards.
    func merge(_ other: Self)
    /// Passes the answer on, without using it up.
    func emit(into next: any RowConsumer, worker: Worker)
}

extension ReductionPart {
    package var sieve: ((Row) -> Bool)? { nil }
}

/// A reduction whose columns depend on the rows.
package protocol Reshaping: Sendable {
    var title: String { get }
    var needs: Set<Int> { get }
    func makePart(_ worker: Worker) -> any ReshapingPart
}

package protocol ReshapingPart: GatheringPart {
    /// The columns, now that all rows are there; column `i` is in slot `i`.
    func finalSchema() -> Schema
    /// Passes the rows on, in buffers of the layout that the following stages were resolved against.
    func emit(into next: any RowConsumer, layout: Layout, worker: Worker)
}
