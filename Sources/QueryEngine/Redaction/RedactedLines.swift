import MailLog

/// Redacts log lines: values of fields by the type of the field, the rest as free text. A field and the same text in
/// its line have the same pseudonym.
final class RedactedLines: Sendable {
    /// Decoders that no thread is using.
    private let idle = Mutex<[Parts]>([])

    /// Returns the redacted line; nil if the text is no log line.
    func redact(_ line: ArraySlice<UInt8>, _ redaction: Redaction) -> [UInt8]? {
        let parts = idle.withLock { $0.popLast() } ?? Parts()
        defer { idle.withLock { $0.append(parts) } }
        return parts.redact(line, redaction)
    }
}

/// Decoder for the values of fields in a line. Used by one thread at a time.
private final class Parts: @unchecked Sendable {
    private let fields: [(slot: Int, kind: TextKind)]
    private let message = Field.text.slot
    private let host = Field.host.slot
    private let decoder: LineDecoder
    private let slots: UnsafeMutablePointer<Value>

    init() {
        let texts = Fields.all.filter { field in
            if case .text = field.type, case .shape = field.origin { true } else { false }
        }
        fields = texts.map { field in
            guard case .text(let kind) = field.type else { preconditionFailure("'\(field.name)' is a text") }
            return (field.slot, kind)
        }
        decoder = LineDecoder(
            demand: FieldSet(texts + [Field.text, Field.host, Field.queueID]), early: FieldSet())
        slots = .allocate(capacity: Fields.all.count)
        slots.initialize(repeating: .missing, count: Fields.all.count)
    }

    deinit { slots.deallocate() }

    func redact(_ line: ArraySlice<UInt8>, _ redaction: Redaction) -> [UInt8]? {
        let bytes = Array(line) + [10]
        return bytes.withBytes { buffer -> [UInt8]? in
            let line = buffer.dropLast(1)
            let record = Record(slots: slots)
            guard decoder.decodeEnvelope(line, years: YearWindow(start: 0), into: record) else { return nil }
            decoder.decodeBody(into: record)

            var output: [UInt8] = []
            var position = 0
            func copy(to end: Int) {
                output += bytes[position..<end]
                position = end
            }
            func redactText(to end: Int) {
                if position < end { output += RedactedText(bytes[position..<end], redaction).bytes }
                position = end
            }
            // Stamp and host of the log are kept. The tag is redacted as text.
            if let host = range(of: host, in: line) { copy(to: host.upperBound) }
            if let message = range(of: message, in: line) {
                redactText(to: max(position, message.lowerBound))
            }
            for (range, kind) in values(of: line) where range.lowerBound >= position {
                redactText(to: range.lowerBound)
                output += redaction.text(bytes[range], kind) ?? Array(bytes[range])
                position = range.upperBound
            }
            redactText(to: line.count)
            return output
        }
    }

    /// Ranges of values from left to right. Of values with the same start, the longest comes first.
    private func values(of line: Bytes) -> [(range: Range<Int>, kind: TextKind)] {
        fields.compactMap { slot, kind in range(of: slot, in: line).map { ($0, kind) } }
            .sorted { ($0.0.lowerBound, -$0.0.count) < ($1.0.lowerBound, -$1.0.count) }
    }

    /// Returns the range of a field in the line; nil if it is missing or derived.
    private func range(of slot: Int, in line: Bytes) -> Range<Int>? {
        let value = slots[slot]
        guard value.kind == .text, !value.bytes.isEmpty, line.holds(value.bytes) else { return nil }
        let start = value.bytes.base - line.base
        return start..<start + value.bytes.count
    }
}
