/// Parts of a journald or docker record that make a syslog line.
struct JournalRecord {
    private var values: [Int: [UInt8]] = [:]

    var isEmpty: Bool { values.isEmpty }

    private enum Key {
        static let names: [StaticString] = [
            "MESSAGE", "SYSLOG_IDENTIFIER", "_COMM", "SYSLOG_PID", "_PID", "_HOSTNAME",
            "__REALTIME_TIMESTAMP", "PRIORITY",
            "log", "time",
        ]
    }

    private subscript(name: StaticString) -> [UInt8]? {
        Key.names.firstIndex { Bytes($0) == name }.flatMap { values[$0] }
    }

    mutating func set(_ name: Bytes, _ value: Bytes) {
        guard let key = Key.names.firstIndex(where: { name == $0 }), values[key] == nil else { return }
        values[key] = Array(UnsafeBufferPointer(start: value.base, count: value.count))
    }

    /// Appends the line, if the record has one, and clears the record.
    mutating func flush(into output: inout [UInt8]) {
        guard !values.isEmpty else { return }
        defer { values.removeAll(keepingCapacity: true) }
        if let log = self["log"] {
            if let time = self["time"] { output += time + [0x20] }
            append(log, to: &output)
            return
        }
        guard let message = self["MESSAGE"] else { return }
        if let priority = self["PRIORITY"], priority.count == 1, priority[0] &- 48 < 5 {
            output += "<\(16 + Int(priority[0] - 48))>".utf8
        }
        if let time = self["__REALTIME_TIMESTAMP"], let stamp = JournalRecord.stamp(time) {
            output += stamp
            if let host = self["_HOSTNAME"] { output += host + [0x20] }
        }
        output += self["SYSLOG_IDENTIFIER"] ?? self["_COMM"] ?? Array("unknown".utf8)
        if let pid = self["SYSLOG_PID"] ?? self["_PID"] { output += "[".utf8 + pid + "]".utf8 }
        output += ": ".utf8
        append(message, to: &output)
    }

    /// Appends a text with blanks in place of newlines.
    private func append(_ text: [UInt8], to output: inout [UInt8]) {
        var text = text[...]
        while let last = text.last, last == 10 || last == 13 { text.removeLast() }
        output += text.map { $0 == 10 || $0 == 13 ? 0x20 : $0 }
        output.append(10)
    }

    /// Appends microseconds since 1970 as `2026-11-23T16:39:34.123456Z `.
    private static func stamp(_ text: [UInt8]) -> [UInt8]? {
        guard text.count <= 18, let moment = Int(String(decoding: text, as: UTF8.self)), moment >= 0 else {
            return nil
        }
        let date = Calendar.civil(fromDays: moment / 86_400_000_000)
        let second = moment / 1_000_000 % 86_400
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let day = "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))"
        let clock = "\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
        return Array("\(day)T\(clock).\(digits(moment % 1_000_000, 6))Z ".utf8)
    }

    // MARK: JSON

    /// Reads a JSON object; false if it is not an object or not a log record.
    mutating func readJSON(_ line: Bytes) -> Bool {
        values.removeAll(keepingCapacity: true)
        var reader = JSONReader(line)
        guard
            reader.readObject({ key, reader in
                let isWanted = Key.names.contains {
                    Bytes($0).count == key.count && Bytes($0).elements(equal: key)
                }
                guard isWanted else { return reader.skip() }
                guard let value = reader.text() else { return reader.skip() }
                key.withUnsafeBufferPointer { name in
                    value.withUnsafeBufferPointer { value in
                        let empty = Bytes("")
                        set(
                            name.baseAddress.map { Bytes($0, count: name.count) } ?? empty,
                            value.baseAddress.map { Bytes($0, count: value.count) } ?? empty)
                    }
                }
                return true
            }), self["MESSAGE"] != nil || self["log"] != nil
        else {
            values.removeAll(keepingCapacity: true)
            return false
        }
        return true
    }
}

/// Reader for the JSON of records: texts, numbers, lists, and texts as lists of bytes.
struct JSONReader {
    private let bytes: Bytes
    private var position = 0
    private static let depth = 64

    init(_ bytes: Bytes) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 9 || byte == 13 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func readObject(_ member: (_ key: [UInt8], _ reader: inout JSONReader) -> Bool) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            skipBlanks()
            guard let key = string(), take(UInt8(ascii: ":")), member(key, &self) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// Reads a list, element by element.
    mutating func readList(_ element: (_ reader: inout JSONReader) -> Bool) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        repeat { if !element(&self) { return false } } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    /// Reads `true` or `false`; nil, without reading, for any other value.
    mutating func truth() -> Bool? {
        skipBlanks()
        for (word, value) in [("true" as StaticString, true), ("false", false)]
        where bytes.stands(word, at: position) {
            position += word.utf8CodeUnitCount
            return value
        }
        return nil
    }

    /// Reads a value as text: a string, a number or a list of bytes. Nil, without reading, for any other value.
    mutating func text() -> [UInt8]? {
        skipBlanks()
        let start = position
        switch next {
        case UInt8(ascii: "\""):
            if let text = string() { return text }
        case UInt8(ascii: "["):
            if let text = list(depth: 0) { return text }
        case .some(let byte) where byte.isDigit:
            while let byte = next, byte.isDigit { position += 1 }
            return Array(UnsafeBufferPointer(start: bytes.base + start, count: position - start))
        default: break
        }
        position = start
        return nil
    }

    /// Reads bytes such as `[83,65]`. Of a field with several values, the first counts.
    private mutating func list(depth: Int) -> [UInt8]? {
        guard depth < Self.depth, take(UInt8(ascii: "[")) else { return nil }
        var text: [UInt8] = []
        skipBlanks()
        if next == UInt8(ascii: "\"") || next == UInt8(ascii: "[") {
            let first = next == UInt8(ascii: "[") ? list(depth: depth + 1) : string()
            while take(UInt8(ascii: ",")) { if !skip() { return nil } }
            return take(UInt8(ascii: "]")) ? first : nil
        }
        if take(UInt8(ascii: "]")) { return text }
        repeat {
            skipBlanks()
            var value = 0
            var digits = 0
            while let byte = next, byte.isDigit, digits < 4 {
                value = value * 10 + Int(byte - 48)
                digits += 1
                position += 1
            }
            guard digits > 0, value < 256 else { return nil }
            text.append(UInt8(value))
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? text : nil
    }

    private mutating func string() -> [UInt8]? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return nil }
                position += 1
                switch escaped {
                case UInt8(ascii: "n"): text.append(10)
                case UInt8(ascii: "t"): text.append(9)
                case UInt8(ascii: "r"): text.append(13)
                case UInt8(ascii: "b"): text.append(8)
                case UInt8(ascii: "f"): text.append(12)
                case UInt8(ascii: "u"):
                    guard let scalar = scalar() else { return nil }
                    text += String(Character(scalar)).utf8
                default: text.append(escaped)
                }
            default: text.append(byte)
            }
        }
        return nil
    }

    /// Reads the four hexadecimal digits after `\u`, and the second half of a surrogate pair.
    private mutating func scalar() -> Unicode.Scalar? {
        guard let first = hexadecimal() else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        guard bytes.stands("\\u", at: position) else { return "\u{FFFD}" }
        let start = position
        position += 2
        guard let second = hexadecimal(), (0xDC00..<0xE000).contains(second) else {
            position = start
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func hexadecimal() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[position].asciiLowercased
            guard byte.isDigit || (97...102).contains(byte) else { return nil }
            value = value << 4 | UInt32(byte.isDigit ? byte - 48 : byte - 87)
            position += 1
        }
        return value
    }

    /// Skips a value of any kind.
    mutating func skip() -> Bool { skip(depth: 0) }

    private mutating func skip(depth: Int) -> Bool {
        skipBlanks()
        guard depth < Self.depth, let byte = next else { return false }
        switch byte {
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "{"):
            return readObject { _, reader in reader.skip(depth: depth + 1) }
        case UInt8(ascii: "["):
            position += 1
            if take(UInt8(ascii: "]")) { return true }
            repeat { if !skip(depth: depth + 1) { return false } } while take(UInt8(ascii: ","))
            return take(UInt8(ascii: "]"))
        default:
            let start = position
            while let byte = next, byte.isDigit || byte.isLetter || "+-.".utf8.contains(byte) {
                position += 1
            }
            return position > start
        }
    }
}

extension Bytes {
    fileprivate func elements(equal other: [UInt8]) -> Bool {
        other.indices.allSatisfy { self[$0] == other[$0] }
    }
}
