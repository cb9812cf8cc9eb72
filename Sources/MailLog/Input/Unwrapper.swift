/// Converts journald records (`journalctl -o json` and `-o export`) and docker's log files to syslog lines. Other lines
/// are unchanged.
///
///     {"__REALTIME_TIMESTAMP":"1795451974123456","SYSLOG_IDENTIFIER":"postfix/smtpd","_PID":"9733","MESSAGE":"text",…}
///     2026-11-23T16:39:34.123456Z mx1 postfix/smtpd[9733]: text
struct Unwrapper {
    /// Bytes that have not been converted, from `start` on.
    private var input: [UInt8] = []
    private var start = 0
    /// The incomplete record of `-o export`.
    private var record = JournalRecord()

    /// Whether some bytes wait for the end of their record.
    var isWaiting: Bool { start < input.count || !record.isEmpty }

    /// Whether the first line of a log is a record.
    static func isWrapped(_ head: Bytes) -> Bool {
        if head.hasPrefix("__CURSOR=") || head.hasPrefix("__REALTIME_TIMESTAMP=") { return true }
        guard head.hasPrefix("{") else { return false }
        let line = head.prefix(head.firstIndex(of: 10) ?? head.count)
        return ["\"MESSAGE\"", "\"__REALTIME_TIMESTAMP\"", "\"log\""].contains { (text: StaticString) in
            line.contains(text)
        }
    }

    /// Appends the lines that these bytes complete; with `isLast`, all that is left.
    mutating func unwrap(_ bytes: Bytes, isLast: Bool, into output: inout [UInt8]) {
        if start > 0 {
            input.removeSubrange(..<start)
            start = 0
        }
        input.append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
        let held = input
        held.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let bytes = Bytes(base, count: buffer.count)
            while start < bytes.count, takeLine(bytes.dropFirst(start), isLast: isLast, into: &output) {}
        }
        if isLast { record.flush(into: &output) }
    }

    /// Reads one line, or a field of bytes; false if it is incomplete.
    private mutating func takeLine(_ bytes: Bytes, isLast: Bool, into output: inout [UInt8]) -> Bool {
        guard
            let end = bytes.firstIndex(of: 10)
                ?? (isLast || bytes.count > ChunkReader.lineLimit ? bytes.count : nil)
        else { return false }
        let line = bytes.prefix(end)
        if line.hasPrefix("{") {
            record.flush(into: &output)
            if !record.readJSON(line) { copy(line, to: &output) }
            record.flush(into: &output)
        } else if line.isEmpty {
            record.flush(into: &output)
        } else if let equals = line.firstIndex(of: UInt8(ascii: "=")), isName(line.prefix(equals)) {
            record.set(line.prefix(equals), line.dropFirst(equals + 1))
        } else if isName(line), bytes.count >= end + 9 || !isLast {
            // NAME, newline, length in eight bytes (little-endian), the bytes, newline.
            guard bytes.count >= end + 9 else { return false }
            let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[end + 1 + $1]) << (UInt64($1) * 8) }
            guard length <= UInt64(ChunkReader.lineLimit) else {
                copy(line, to: &output)
                start += end + 1
                return true
            }
            let last = end + 9 + Int(length)
            guard bytes.count > last || isLast else { return false }
            record.set(line, bytes[end + 9..<min(last, bytes.count)])
            start += min(last + 1, bytes.count)
            return true
        } else {
            record.flush(into: &output)
            copy(line, to: &output)
        }
        start += min(end + 1, bytes.count)
        return true
    }

    private func copy(_ line: Bytes, to output: inout [UInt8]) {
        output.append(contentsOf: UnsafeBufferPointer(start: line.base, count: line.count))
        output.append(10)
    }

    /// Whether a name consists of capitals, digits and `_`, as journald's field names do.
    private func isName(_ text: Bytes) -> Bool {
        guard text.count > 0, text.count <= 64 else { return false }
        for index in 0..<text.count {
            let byte = text[index]
            guard byte &- 65 < 26 || byte.isDigit || byte == UInt8(ascii: "_") else { return false }
        }
        return true
    }
}
