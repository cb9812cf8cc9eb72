/// The cells of one line: a register file with one slot for each field, filled only where a query demands it.
/// A view; the slots belong to the worker that decodes.
package struct Record {
    package let slots: UnsafeMutablePointer<Value>

    @inlinable @inline(__always)
    package init(slots: UnsafeMutablePointer<Value>) { self.slots = slots }

    @inlinable
    package subscript(field: Field) -> Value {
        @inline(__always) get { slots[field.slot] }
        @inline(__always) nonmutating set { slots[field.slot] = newValue }
    }
}
