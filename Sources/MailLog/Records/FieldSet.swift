/// A set of fields of a line, as bits; what a query demands of the decoder.
package struct FieldSet: Hashable, Sendable {
    @usableFromInline var words: SIMD4<UInt64> = .zero

    package init() {}

    package init(_ fields: some Sequence<Field>) { for field in fields { insert(field.slot) } }

    @inlinable @inline(__always)
    package func contains(_ slot: Int) -> Bool { words[slot >> 6] & (1 << UInt64(slot & 63)) != 0 }

    package mutating func insert(_ slot: Int) { words[slot >> 6] |= 1 << UInt64(slot & 63) }

    package mutating func formUnion(_ other: FieldSet) { words |= other.words }

    package func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.formUnion(other)
        return result
    }

    package func intersection(_ other: FieldSet) -> FieldSet {
        var result = self
        result.words &= other.words
        return result
    }

    package func isSubset(of other: FieldSet) -> Bool { words & other.words == words }

    package var isEmpty: Bool { words == .zero }

    /// The slots in ascending order.
    package var slots: [Int] { (0..<256).filter(contains) }
}
