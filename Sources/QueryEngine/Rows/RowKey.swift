import MailLog

/// Key of a row: the values of some columns as bytes. Keys are equal if the values are.
struct RowKey: Sendable {
    let slots: [Int]
    private let ignoresCase: [Bool]

    /// With `keepsCase`, texts of any type are compared byte by byte, and `values` returns them unchanged.
    init(_ columns: [Schema.Column], keepsCase: Bool = false) {
        slots = columns.map(\.slot)
        ignoresCase = columns.map { !keepsCase && $0.type.ignoresCase }
    }

    /// Passes the key of a row to `body`. The key is built in `scratch`.
    func with<Result>(_ row: Row, _ scratch: inout [UInt8], _ body: (Bytes) -> Result) -> Result {
        scratch.removeAll(keepingCapacity: true)
        for (index, slot) in slots.enumerated() {
            KeyCodec.append(row[slot], ignoresCase: ignoresCase[index], to: &scratch)
        }
        return scratch.withBytes(body)
    }

    /// Returns the group of a row in a table; -1 if the key is new and the table must not grow.
    func group(
        of row: Row, in table: inout GroupTable, _ scratch: inout [UInt8], mayGrow: Bool = true
    ) -> Int {
        with(row, &scratch) { table.group($0, mayGrow: mayGrow) }
    }

    /// Returns the values of a key.
    func values(of key: Bytes, _ arena: Arena) -> [Value] {
        var offset = 0
        return slots.map { _ in KeyCodec.next(key, at: &offset, arena: arena) }
    }
}

extension GroupTable {
    /// Returns the group of a key; -1 if the key is new and the table must not grow.
    mutating func group(_ key: [UInt8], mayGrow: Bool = true) -> Int {
        key.withBytes { group($0, mayGrow: mayGrow) }
    }
}
