import MailLog
import QuerySyntax
import SystemText

/// A file name that contains values of fields: `"out/{day}-{host}.csv"`.
///
/// Different values have different names. A name is printable ASCII and can be decoded:
///
/// - letters, digits and `+ - . : = @ _` of a value are kept; every other byte is `%` and two hexadecimal digits
/// - a leading dash or dot and a trailing dot are encoded too: no option, no hidden file, no `..`
/// - a missing value is `%none`, an empty text `%empty`
/// - commas separate the elements of a list
/// - a value that is too long is cut, and followed by `%+` and a hash of the whole value
struct FileName: Sendable {
    private enum Part: Sendable {
        case text([UInt8])
        /// `mark` is the byte after the value, which the value must not contain; nil if the end is clear without it.
        case value(Schema.Column, mark: UInt8?)
    }

    /// Folder before the first value, with its slash. The user chose it.
    let folder: String
    private var parts: [Part] = []
    private let valueLimit: Int

    var columns: [Schema.Column] {
        parts.compactMap { if case .value(let column, _) = $0 { column } else { nil } }
    }

    init(_ file: Name, _ resolution: Resolution) throws(Diagnostic) {
        guard !file.text.isEmpty, !file.text.hasSuffix("/"), !file.text.utf8.contains(0) else {
            throw Diagnostic("this names no file", at: file.range)
        }
        var parts: [Part] = []
        var text = ""
        var rest = file.text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw Diagnostic("'{' in the file's name is not closed", at: file.range)
            }
            let name = String(rest[rest.index(after: open)..<close])
            text += rest[..<open]
            if let column = resolution.schema.column(name) {
                parts += [.text(SystemText.bytes(text)), .value(column, mark: nil)]
                text = ""
            } else {
                text += try FileName.parameter(Name(name, file.range), resolution)
            }
            rest = rest[rest.index(after: close)...]
        }
        parts.append(.text(SystemText.bytes(text + rest)))
        // Texts and values alternate now.
        guard case .text(let first) = parts[0] else { preconditionFailure("a name begins with a text") }
        let end = (first.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
        folder = SystemText.string(first[..<end])
        parts[0] = .text(Array(first[end...]))
        // The hash takes up to 40 bytes.
        valueLimit = max(40, 200 / max(1, parts.count / 2))
        self.parts = parts
        try markEnds(file)
    }

    private static func parameter(_ name: Name, _ resolution: Resolution) throws(Diagnostic) -> String {
        switch resolution.environment.parameters[name.text] {
        case .word(let text, _), .string(let text, _, _): return text
        default: throw resolution.unknown(name)
        }
    }

    /// Determines `mark` of each value of variable length, except the last one.
    private mutating func markEnds(_ file: Name) throws(Diagnostic) {
        let free = parts.indices.filter {
            if case .value(let column, _) = parts[$0] { !FileName.isFixed(column.type) } else { false }
        }
        for index in free.dropLast() {
            guard case .value(let column, _) = parts[index], case .text(let text) = parts[index + 1] else {
                continue
            }
            var ends: [UInt8] = [UInt8(ascii: "%")]
            if case .list = column.type { ends.append(UInt8(ascii: ",")) }
            guard let mark = text.first, !ends.contains(mark) else {
                throw Diagnostic(
                    "'{\(column.name)}' has no separator after it in the file's name", at: file.range,
                    hint: "write a character such as '-' after it")
            }
            parts[index] = .value(column, mark: mark)
        }
    }

    /// Whether all values have the same number of bytes.
    private static func isFixed(_ type: ValueType) -> Bool {
        switch type {
        case .time(.minute), .time(.hour), .time(.day), .time(.week), .time(.month): true
        default: false
        }
    }

    /// Returns the name for a row, relative to `folder`.
    func path(_ row: Row, _ redaction: Redaction?) -> [UInt8] {
        var path: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): path.append(contentsOf: text)
            case .value(let column, let mark):
                let cell = redaction?.cell(column, row, row.worker.arena) ?? row[column.slot]
                let start = path.count
                FileName.append(cell, column.type, mark: mark, to: &path)
                if path.count - start > valueLimit { shorten(&path, from: start) }
            }
        }
        return path
    }

    private static func append(_ value: Value, _ type: ValueType, mark: UInt8?, to path: inout [UInt8]) {
        if value.isMissing { return path.append(contentsOf: "%none".utf8) }
        if value.kind == .list {
            if value.elements.isEmpty { path.append(UInt8(ascii: ",")) }
            for (index, element) in value.elements.enumerated() {
                if index > 0 { path.append(UInt8(ascii: ",")) }
                append(element, type.element, mark: mark, to: &path)
            }
            return
        }
        var text: [UInt8] = []
        ValueText.append(value, type, to: &text)
        append(text, mark: mark, to: &path)
    }

    static func append(_ text: [UInt8], mark: UInt8? = nil, to path: inout [UInt8]) {
        if text.isEmpty { return path.append(contentsOf: "%empty".utf8) }
        for (index, byte) in text.enumerated() {
            let isFirst = index == 0
            let isPlain: Bool
            switch byte {
            case UInt8(ascii: "."): isPlain = !isFirst && index < text.count - 1
            case UInt8(ascii: "-"): isPlain = !isFirst
            case UInt8(ascii: "+"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"),
                UInt8(ascii: "_"):
                isPlain = true
            default: isPlain = byte.isLetter || byte.isDigit
            }
            if isPlain, byte != mark {
                path.append(byte)
            } else {
                path.append(UInt8(ascii: "%"))
                path.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Cuts a value between two encoded bytes, and appends 128 bits of its hash.
    private func shorten(_ path: inout [UInt8], from start: Int) {
        let value = path[start...]
        let hashes = [(0, 1), (2, 3)].map { SipHash(key: $0).hash(value) }
        var end = start + valueLimit - 34
        while path[end - 1] == UInt8(ascii: "%") || path[end - 2] == UInt8(ascii: "%") { end -= 1 }
        path.removeSubrange(end...)
        path.append(contentsOf: "%+".utf8)
        for hash in hashes {
            let digits = String(hash, radix: 16)
            path.append(contentsOf: (String(repeating: "0", count: 16 - digits.count) + digits).utf8)
        }
    }
}
