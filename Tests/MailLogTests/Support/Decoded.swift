import Foundation
import MailLog

/// Lines decoded with every field demanded, or some.
final class Decoded {
    private let demand: [Field]
    private let decoder: LineDecoder
    private let slots: UnsafeMutablePointer<Value>
    private let record: Record

    init(_ demand: [Field] = Fields.all) {
        self.demand = demand
        decoder = LineDecoder(demand: FieldSet(demand), early: FieldSet())
        slots = .allocate(capacity: Fields.all.count)
        slots.initialize(repeating: .missing, count: Fields.all.count)
        record = Record(slots: slots)
    }

    deinit { slots.deallocate() }

    /// The fields that a line has of those demanded, as text; times as the wall clock's microseconds.
    func fields(_ line: String, year: Int = 2026) -> [String: String] {
        withDecoded(Array(line.utf8), year: year) { found, _ in
            var fields: [String: String] = ["prelude": String(found)]
            for field in demand where !slots[field.slot].isMissing {
                fields[field.name] = text(slots[field.slot])
            }
            return fields
        }
    }

    /// Decodes a line, which need not be UTF-8, and tells how many fields it has.
    @discardableResult
    func decode(_ line: [UInt8]) -> Int {
        withDecoded(line) { _, _ in demand.count { !slots[$0.slot].isMissing } }
    }

    /// The queue id of a line whose shape is not known yet, and whether it is certain.
    func earlyQueueID(_ line: String) -> (id: String?, isCertain: Bool) {
        (Array(line.utf8) + [10]).withUnsafeBufferPointer { buffer in
            _ = decoder.decodeEnvelope(
                Bytes(buffer.baseAddress!, count: buffer.count - 1), years: YearWindow(start: 0), into: record
            )
            let isCertain = decoder.decodeQueueID(into: record)
            let id = slots[Field.queueID.slot]
            return (id.isMissing ? nil : text(id), isCertain)
        }
    }

    /// Decodes a line for somebody who wants to know whether it has a prelude, and its fields.
    func withDecoded<Result>(_ line: [UInt8], year: Int = 2026, _ look: (Bool, Record) -> Result) -> Result {
        // With its newline, so that an empty line has a place, too.
        (line + [10]).withUnsafeBufferPointer { buffer in
            let start = Int64(Calendar.daysFromCivil(year: year, month: 1, day: 1)) * 86_400_000_000
            let found = decoder.decodeEnvelope(
                Bytes(buffer.baseAddress!, count: line.count), years: YearWindow(start: start), into: record)
            decoder.decodeBody(into: record)
            return look(found, record)
        }
    }

    private func text(_ value: Value) -> String {
        switch value.kind {
        case .text: value.bytes.string
        case .bool: String(value.isTrue)
        case .time: String(value.wallClock)
        case .double: String(value.number)
        default: String(value.integer)
        }
    }
}

/// The lines of a log that a real Postfix wrote.
let realLog: [String] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Data/postfix-3.7.11.maillog").path
    let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: "\n").map(String.init)
}()
