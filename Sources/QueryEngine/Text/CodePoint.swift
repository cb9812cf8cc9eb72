import MailLog

/// One UTF-8 character, or one byte that is not UTF-8.
struct CodePoint {
    /// nil for a byte outside of valid UTF-8.
    let scalar: Unicode.Scalar?
    /// In bytes, at least 1.
    let length: Int

    /// Decodes at `index`. Overlong forms, surrogates and numbers above U+10FFFF are invalid.
    init(in text: Bytes, at index: Int) {
        let lead = text[index]
        guard lead >= 0x80 else {
            self.init(scalar: Unicode.Scalar(lead), length: 1)
            return
        }
        guard let (scalar, length) = Self.sequence(in: text, at: index) else {
            self.init(scalar: nil, length: 1)
            return
        }
        self.init(scalar: scalar, length: length)
    }

    private static func sequence(in text: Bytes, at index: Int) -> (Unicode.Scalar, length: Int)? {
        let lead = text[index]
        let length: Int
        var value: UInt32
        let least: UInt32
        switch lead {
        case 0xC2...0xDF: (length, value, least) = (2, UInt32(lead & 0x1F), 0x80)
        case 0xE0...0xEF: (length, value, least) = (3, UInt32(lead & 0x0F), 0x800)
        case 0xF0...0xF4: (length, value, least) = (4, UInt32(lead & 0x07), 0x1_0000)
        default: return nil
        }
        guard length <= text.count - index else { return nil }
        for offset in 1..<length {
            let byte = text[index + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, length)
    }

    private init(scalar: Unicode.Scalar?, length: Int) {
        self.scalar = scalar
        self.length = length
    }
}
