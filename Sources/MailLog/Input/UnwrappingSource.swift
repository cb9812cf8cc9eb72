/// Syslog lines out of what wraps them: journald's records (`journalctl -o json` and `-o export`) and
/// docker's log files. A line that is none of these stays as it is.
///
///     {"__REALTIME_TIMESTAMP":"1795451974123456","SYSLOG_IDENTIFIER":"postfix/smtpd","_PID":"9733","MESSAGE":"text",…}
///     2026-11-23T16:39:34.123456Z mx1 postfix/smtpd[9733]: text
final class UnwrappingSource: ByteSource {
    private let source: any ByteSource
    private var input: [UInt8] = []
    private var inputStart = 0
    private var output: [UInt8] = []
    private var outputStart = 0
    private var isOver = false
    /// The record of `-o export` that is being read.
    private var record = JournalRecord()

    init(_ source: any ByteSource) { self.source = source }

    /// Whether the first line of a log is wrapped.
    static func isWrapped(_ head: Bytes) -> Bool {
        if head.hasPrefix("__CURSOR=") || head.hasPrefix("__REALTIME_TIMESTAMP=") { return true }
        guard head.hasPrefix("{") else { return false }
        let line = head.prefix(head.firstIndex(of: 10) ?? head.count)
        return ["\"MESSAGE\"", "\"__REALTIME_TIMESTAMP\"", "\"log\""].contains { (text: StaticString) in
            line.contains(text)
        }
    }

    var consumed: Int { source.consumed }
    var trouble: String? { source.trouble }
    var isReady: Bool { outputStart < output.count || inputStart < input.count || source.isReady }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        while outputStart == output.count {
            output.removeAll(keepingCapacity: true)
            outputStart = 0
            if isOver { return 0 }
            convert()
        }
        let step = min(count, output.count - outputStart)
        output.withUnsafeBufferPointer {
            if let base = $0.baseAddress { buffer.update(from: base + outputStart, count: step) }
        }
        outputStart += step
        return step
    }

    /// Reads on and converts what is whole; at the end, all that is left.
    private func convert() {
        let step = 64 << 10
        if inputStart > 0 {
            input.removeSubrange(..<inputStart)
            inputStart = 0
        }
        let size = input.count
        input.append(contentsOf: repeatElement(0, count: step))
        let got = input.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { source.read($0 + size, count: step) } ?? 0
        }
        input.removeLast(step - got)
        isOver = got == 0
        input.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let bytes = Bytes(base, count: buffer.count)
            while inputStart < bytes.count, takeLine(bytes.dropFirst(inputStart)) {}
        }
        if isOver { record.flush(into: &output) }
    }

    /// Takes one line, or a field of bytes; false when it is not all there.
    private func takeLine(_ bytes: Bytes) -> Bool {
        guard
            let end = bytes.firstIndex(of: 10)
                ?? (isOver || bytes.count > ChunkReader.lineLimit ? bytes.count : nil)
        else { return false }
        let line = bytes.prefix(end)
        if line.hasPrefix("{") {
            record.flush(into: &output)
            if !record.readJSON(line) { copy(line) }
            record.flush(into: &output)
        } else if line.isEmpty {
            record.flush(into: &output)
        } else if let equals = line.firstIndex(of: UInt8(ascii: "=")), isName(line.prefix(equals)) {
            record.set(line.prefix(equals), line.dropFirst(equals + 1))
        } else if isName(line), bytes.count >= end + 9 || !isOver {
            // NAME, newline, eight bytes of length from the lowest on, the bytes, newline.
            guard bytes.count >= end + 9 else { return false }
            let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[end + 1 + $1]) << (UInt64($1) * 8) }
            guard length <= UInt64(ChunkReader.lineLimit) else {
                copy(line)
                inputStart += end + 1
                return true
            }
            let last = end + 9 + Int(length)
            guard bytes.count > last || isOver else { return false }
            record.set(line, bytes[end + 9..<min(last, bytes.count)])
            inputStart += min(last + 1, bytes.count)
            return true
        } else {
            record.flush(into: &output)
            copy(line)
        }
        inputStart += min(end + 1, bytes.count)
        return true
    }

    private func copy(_ line: Bytes) {
        output.append(contentsOf: UnsafeBufferPointer(start: line.base, count: line.count))
        output.append(10)
    }

    /// Capitals, digits and `_`, as journald names fields.
    private func isName(_ text: Bytes) -> Bool {
        guard text.count > 0, text.count <= 64 else { return false }
        for index in 0..<text.count {
            let byte = text[index]
            guard byte &- 65 < 26 || byte.isDigit || byte == UInt8(ascii: "_") else { return false }
        }
        return true
    }
}
