import Glibc

/// Text of the system, such as a file's name or an argument: any bytes but NUL, mostly UTF-8.
///
/// A Swift string holds Unicode only, so bytes that are not UTF-8 are carried as private-use scalars, U+10F780 to
/// U+10F7FF:
///
///     63 61 66 e9        c a f U+10F7E9
///
/// The bytes of such a scalar itself are carried in the same way. So each text comes back as it was, and no two texts
/// become one string. `string` is for all texts that come in, `bytes` and `path` are for all that go out.
package enum SystemText {
    private static let carried: ClosedRange<UInt32> = 0x10F780...0x10F7FF
    /// The first byte of carried scalars in UTF-8.
    private static let lead: UInt8 = 0xF4

    package static func string(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(lead) { return text }
        var text = ""
        var rest = bytes[...]
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        func carry(_ count: Int) {
            for byte in rest.prefix(count) {
                text.unicodeScalars.append(Unicode.Scalar(carried.lowerBound - 0x80 + UInt32(byte))!)
            }
        }
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if carried.contains(scalar.value) {
                    carry(encoded.count)
                } else {
                    text.unicodeScalars.append(scalar)
                }
                rest = rest.dropFirst(encoded.count)
            case .error(let length):
                carry(length)
                rest = rest.dropFirst(length)
            case .emptyInput: return text
            }
        }
    }

    /// A text of C.
    package static func string(_ text: UnsafePointer<CChar>) -> String {
        string(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    package static func bytes(_ text: String) -> [UInt8] {
        guard text.utf8.contains(lead) else { return Array(text.utf8) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if let byte = byte(scalar) {
                bytes.append(byte)
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
        return bytes
    }

    /// The byte that a scalar carries; nil for a character.
    package static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        carried.contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : nil
    }

    /// A path for the system, with a NUL at its end. A text with a NUL in it names no file: its path is empty.
    package static func path(_ text: String) -> [CChar] {
        let bytes = bytes(text)
        return bytes.contains(0) ? [0] : bytes.map(CChar.init(bitPattern:)) + [0]
    }
}
