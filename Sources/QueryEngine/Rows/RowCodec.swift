import MailLog

/// Encodes a row as bytes, for kept rows and temporary files: its order (u64), then slot (u16) and value of each slot
/// that has a value, the value as `KeyCodec` writes it.
enum RowCodec {
    static func encode(_ row: Row, _ slots: some Collection<Int>, into bytes: inout [UInt8]) {
        withUnsafeBytes(of: row.order) { bytes.append(contentsOf: $0) }
        for slot in slots where !row[slot].isMissing {
            withUnsafeBytes(of: UInt16(truncatingIfNeeded: slot)) { bytes.append(contentsOf: $0) }
            KeyCodec.append(row[slot], ignoresCase: false, to: &bytes)
        }
    }

    static func encoded(_ row: Row, _ slots: some Collection<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(row, slots, into: &bytes)
        return bytes
    }

    static func order(of record: [UInt8]) -> UInt64 {
        record.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    }

    /// Decodes a row into the buffer. Texts and lists are copied into the worker's arena.
    static func row(
        _ record: some Collection<UInt8>, in buffer: RowBuffer, worker: Worker
    ) -> Row {
        let bytes = worker.arena.text(record).bytes
        buffer.clear()
        let base = UnsafeRawPointer(bytes.base)
        var offset = 8
        while offset < bytes.count {
            let slot = Int(base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
            offset += 2
            buffer.slots[slot] = KeyCodec.next(bytes, at: &offset, arena: worker.arena)
        }
        return buffer.row(order: base.loadUnaligned(as: UInt64.self), worker: worker)
    }
}
