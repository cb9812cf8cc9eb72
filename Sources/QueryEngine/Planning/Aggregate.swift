import MailLog
import QuerySyntax

/// A summary of many rows: `count()`, `sum(x)`, `p95(x)`. A new aggregate is one file with a `Form` and one line
/// in `Aggregates.all`; it is then also a stage of that name where `isStage` says so.
package struct Aggregate: Sendable {
    package let arguments: [ArgumentRule]
    /// Whether `NAME FIELD [if EXPR] [by KEYS]` is a stage too.
    package let isStage: Bool
    package let resolve: @Sendable (Call, inout Resolution) throws(Diagnostic) -> ResolvedAggregate
}

/// An aggregate over typed inputs, ready to run.
package struct ResolvedAggregate: Sendable {
    package var type: ValueType
    /// What is evaluated on each row and handed to the accumulator.
    package var inputs: [Typed]
    /// The value of a bin without rows: 0 for counts and sums, else missing.
    package var empty: Value
    /// Whether its values are counts that are yet to be divided by their sum over all groups.
    var isShare = false
    /// Whether twice the rows make it twice as much, so that it can be told per day.
    var isExtensive: Bool
    /// Whether it asks which row comes before another one.
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

/// The state of one aggregate for all groups of one thread, held as columns: group `g` is element `g`.
///
/// An accumulator must not depend on the order in which rows come or on how they are dealt to threads: what is
/// "first" goes by the row's `order`, sums are exact, sets are sorted when they are shown.
package protocol Accumulator: AnyObject, SendableMetatype {
    /// There are now so many groups; new ones begin empty.
    func grow(to groups: Int)
    /// Adds a row. `inputs` holds the values of the aggregate's inputs; texts in it must be copied to be kept.
    func add(_ inputs: UnsafePointer<Value>, order: UInt64, to group: Int)
    /// Takes over the groups of `other`, which has the same type; its group `g` is group `groups[g]` here.
    /// `other` must stay as it is: an answer in progress may be asked for again.
    /// `goesOn` is asked now and then; where it says no, the rest is left out.
    func merge(_ other: Self, into groups: [Int], while goesOn: () -> Bool)
    /// The value of a group; texts and lists may live in `arena` or in the accumulator.
    func result(of group: Int, arena: Arena) -> Value
    /// Bytes of memory held, roughly.
    var footprint: Int { get }
}

/// An accumulator of any kind. Its functions are closures, so that each is compiled for the kind that it is of: a
/// generic class would look its types up for every row.
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
    /// The declaration of an aggregate.
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
