/// The network of a client: `192.0.2.0/24`, or `2001:db8::/64`.
enum Network {
    static func of(_ address: Value, _ arena: Arena) -> Value {
        let bytes = address.bytes
        var text: [UInt8] = []
        text.reserveCapacity(32)
        if bytes.firstIndex(of: UInt8(ascii: ":")) != nil {
            guard append(network6: bytes, to: &text) else { return .missing }
        } else {
            guard append(network4: bytes, to: &text) else { return .missing }
        }
        return arena.text(text)
    }

    private static func append(network4 address: Bytes, to text: inout [UInt8]) -> Bool {
        var start = 0
        for part in 0..<4 {
            let end = part == 3 ? address.count : address.firstIndex(of: UInt8(ascii: "."), from: start) ?? -1
            guard end > start, let number = address[start..<end].decimal, number < 256 else { return false }
            if part < 3 { text += "\(number).".utf8 }
            start = end + 1
        }
        text += "0/24".utf8
        return true
    }

    /// The first four groups; those at the end that are zero are left to `::`.
    private static func append(network6 address: Bytes, to text: inout [UInt8]) -> Bool {
        var groups: [UInt32] = []
        var gap: Int?
        var index = 0
        while index < address.count {
            if address.stands("::", at: index) {
                guard gap == nil else { return false }
                gap = groups.count
                index += 2
                continue
            }
            if address[index] == UInt8(ascii: ":"), index > 0 { index += 1 }
            var group: UInt32 = 0
            let start = index
            while index < address.count, let digit = hexadecimal(address[index]), index - start < 4 {
                group = group << 4 | digit
                index += 1
            }
            guard index > start, groups.count < 8 else { return false }
            groups.append(group)
            guard index == address.count || address[index] == UInt8(ascii: ":") else { return false }
        }
        if let gap {
            guard groups.count < 8 else { return false }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return false }
        var network = groups.prefix(4)
        while network.last == 0 { network.removeLast() }
        text += network.map { String($0, radix: 16) }.joined(separator: ":").utf8
        text += "::/64".utf8
        return true
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte.asciiLowercased {
        case 48...57: UInt32(byte - 48)
        case 97...102: UInt32(byte.asciiLowercased - 87)
        default: nil
        }
    }
}
