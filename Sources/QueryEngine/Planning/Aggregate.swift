import MailLog
import QuerySyntax

/// Summary of many rows: `count()`, `sum(x)`, `p95(x)`. A new aggregate is one file with a `Form` and one line in
/// `Aggregates.all`. With `isStage`, it is also a stage of that name.
package struct Aggregate: Sendable {
    package let arguments: [ArgumentRule]
    /// Whether `NAME FIELD [if EXPR] [by KEYS]` is a stage.
    package let isStage: Bool
    package let resolve: @Sendable (Call, inout Resolution) throws(Diagnostic) -> ResolvedAggregate
}

/// An aggregate with resolved inputs.
package struct ResolvedAggregate: Sendable {
    package var type: ValueType
    /// Expressions that are evaluated on each row for the accumulator.
    package var inputs: [Typed]
    /// Value of a bin without rows: 0 for counts and sums, else missing.
    package var empty: Value
    /// Whether its counts must still be divided by their sum over all groups.
    var isShare = false
    /// Whether its value grows in proportion to the rows, so that a value per day makes sense.
    var isExtensive: Bool
    /// Whether its value depends on the order of rows.
    var usesOrder: Bool
    /// Makes the accumulator of one thread.
    package var make: @Sendable () -> AnyAccumulator

    package init<A: Accumulator>(
        _ type: ValueType, of inputs: [Typed], empty: Value = .missing, isExtensive: Bool = false,
        usesOrder: Bool = false,
        make: @escaping @Sendable () -> A
    ) {
        self.type = type
        self.inputs = inputs
        self.empty = empty
        self.isExtensive = isExtensive
        self.usesOrder = usesOrder
        self.make = { AnyAccumulator(make()) }
    }
}

/// State of one aggregate for all groups of one thread, by group number.
///
/// The result must not depend on the order in which rows arrive, or on their distribution over threads. `first` uses
/// the row's `order`, sums are exact, sets are sorted for output.
package protocol Accumulator: AnyObject, SendableMetatype {
    /// Sets the number of groups. New groups are empty.
    func grow(to groups: Int)
    /// Adds a row. `inputs` has the values of the aggregate's inputs. Texts must be copied to be kept.
    func add(_ inputs: UnsafePointer<Value>, order: UInt64, to group: Int)
    /// Merges the groups of `other`: its group `g` is group `groups[g]` here. `other` stays valid, because `result` may
    /// be called again. Stops when `goesOn` returns false.
    func merge(_ other: Self, into groups: [Int], while goesOn: () -> Bool)
    /// Returns the value of a group. Texts and lists are in `arena` or in the accumulator.
    func result(of group: Int, arena: Arena) -> Value
    /// Estimated bytes held.
    var footprint: Int { get }
}

/// Type-erased accumulator. Its functions are closures, specialised for the type. A generic class would look its types
/// up for every row.
package final class AnyAccumulator {
    let grow: (Int) -> Void
    let add: (UnsafePointer<Value>, UInt64, Int) -> Void
    let merge: (AnyAccumulator, [Int], () -> Bool) -> Void
    let result: (Int, Arena) -> Value
    private let size: () -> Int
    private let accumulator: AnyObject

    init<A: Accumulator>(_ accumulator: A) {
        self.accumulator = accumulator
        grow = { accumulator.grow(to: $0) }
        add = { accumulator.add($0, order: $1, to: $2) }
        merge = { accumulator.merge(unsafeDowncast($0.accumulator, to: A.self), into: $1, while: $2) }
        result = { accumulator.result(of: $0, arena: $1) }
        size = { accumulator.footprint }
    }

    var footprint: Int { size() }
}

extension Aggregate {
    /// Declares an aggregate.
    package static func form(
        _ name: String, aliases: [String] = [], family: (@Sendable (String) -> Bool)? = nil,
        _ arguments: [ArgumentRule], isStage: Bool = false, summary: String, details: String = "",
        examples: [String],
        resolve: @escaping @Sendable (Call, inout Resolution) throws(Diagnostic) -> ResolvedAggregate
    ) -> Form<Aggregate> {
        Form(
            call: name, aliases: aliases, family: family, summary: summary, details: details,
            examples: examples, arguments: arguments.map(\.usage),
            product: Aggregate(arguments: arguments, isStage: isStage, resolve: resolve))
    }
}
