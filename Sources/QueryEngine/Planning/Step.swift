import MailLog

/// A step of execution. Many stages share few kinds of steps.
package enum Step: Sendable {
    /// Row by row: in any thread, or in order in one thread if `inOrder`.
    case each(Transform)
    /// Gathers all rows: one part per thread, then merged, then emitted.
    case reduce(any Reduction)
    /// Like `reduce`, but its columns are known only at the end (`pivot`). Later stages are resolved then.
    case reshape(any Reshaping)
}

/// A step that passes on single rows.
package struct Transform: Sendable {
    /// Text for `explain`.
    package var title: String
    package var needs: Set<Int>
    package var inOrder: Bool
    /// Number of rows that pass (`head N`). A reduction before it need not emit more.
    package var limit: Int?
    /// Whether it fills bins. `nofill` removes such a step.
    package var isFill = false
    /// Whether it makes new rows in slots of their own. Slots that later steps read are then no slots of its input.
    package var beginsRows = false
    /// Slots that it reads by kind of row; nil for `needs` in all rows.
    var rowSlots: RowSlots?
    /// Returns the same step for the given slots of its output rows.
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
    /// Makes a step that holds rows. `make` gets the slots to hold: those of columns that are read later. Other slots
    /// of log lines are undefined.
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

/// A step that gathers rows: groups, sort, `tail`.
package protocol Reduction: Sendable {
    associatedtype Part: ReductionPart
    var title: String { get }
    var needs: Set<Int> { get }
    /// Whether the answer depends on the set of rows but not on their order.
    var ignoresOrder: Bool { get }
    /// Returns a reduction that emits only the first `count` rows; nil if that saves nothing.
    func limited(to count: Int) -> Self?
    /// Returns a reduction that keeps only these slots of each row; nil if rows do not pass through.
    func keeping(_ slots: Set<Int>) -> Self?
    func makePart(_ worker: Worker) -> Part
}

extension Reduction {
    package var ignoresOrder: Bool { false }
    package func limited(to count: Int) -> Self? { nil }
    package func keeping(_ slots: Set<Int>) -> Self? { nil }
}

/// A consumer that gathers rows. Its owner asks for the answer.
package protocol GatheringPart: RowConsumer {}

extension GatheringPart {
    package func finish() {}
}

/// Rows gathered by one thread. `consume` returns false if no further row can change the answer.
package protocol ReductionPart: GatheringPart {
    /// Test for lines of which only the prelude and the queue id are decoded: false if the line cannot matter. nil if
    /// all lines may matter.
    var sieve: ((Row) -> Bool)? { get }
    /// Merges the rows of another thread. `other` is not used afterwards.
    func merge(_ other: Self)
    /// Emits the answer. May be called repeatedly.
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
    /// Returns the columns after the last row. Column `i` is in slot `i`.
    func finalSchema() -> Schema
    /// Emits the rows in buffers of `layout`, against which the later stages were resolved.
    func emit(into next: any RowConsumer, layout: Layout, worker: Worker)
}
