import MailLog

/// A value that owns its text or list, so that it can outlive its row.
struct KeptValue {
    /// The value; of a text or list, only its kind.
    private var value: Value
    /// A text or a list as `KeyCodec` writes it; empty for other kinds.
    private var bytes: [UInt8] = []

    init(_ value: Value) {
        self.value = value
        if value.kind == .text || value.kind == .list {
            KeyCodec.append(value, ignoresCase: false, to: &bytes)
        }
    }

    static let missing = KeptValue(.missing)

    var isMissing: Bool { value.isMissing }
    /// Bytes held on the heap, with the header of the array.
    var heldBytes: Int { bytes.isEmpty ? 0 : bytes.capacity + 48 }

    /// Returns a copy that lives as long as the arena's current row.
    func copy(to arena: Arena) -> Value { lend { arena.copy($0) } }

    /// Compares by `Ordering`. Texts that differ only in case are compared by their bytes, so that `min` and `max` do
    /// not depend on the order of rows.
    func compare(_ other: Value, ignoresCase: Bool) -> Int {
        lend { own in
            let order = Ordering.compare(own, other, ignoresCase: ignoresCase)
            return order != 0 || !ignoresCase ? order : Ordering.compare(own, other)
        }
    }

    func compare(_ other: KeptValue, ignoresCase: Bool) -> Int {
        other.lend { compare($0, ignoresCase: ignoresCase) }
    }

    /// Passes the value to `body`; its text or list is valid only until `body` returns.
    @inline(__always)
    private func lend<Result>(_ body: (Value) -> Result) -> Result {
        if bytes.isEmpty { return body(value) }
        return bytes.withBytes { bytes in
            if value.kind == .text { return body(KeyCodec.text(bytes)) }
            return Arena.temporary { arena in
                var offset = 0
                return body(KeyCodec.next(bytes, at: &offset, arena: arena))
            }
        }
    }
}

extension Arena {
    func copy(_ value: Value) -> Value {
        switch value.kind {
        case .text: text(value.bytes)
        case .list: list(value.elements.map(copy))
        default: value
        }
    }
}
