import Glibc

/// A view of bytes that somebody else owns, with the few searches that reading a log line takes.
///
/// This and `Value` are the only public types, because only what is public is inlined across modules.
public struct Bytes: BitwiseCopyable {
    public var base: UnsafePointer<UInt8>
    public var count: Int

    @inlinable @inline(__always)
    public init(_ base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    /// The bytes of a literal, which live as long as the process.
    @inlinable @inline(__always)
    public init(_ literal: StaticString) {
        self.init(literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    @inlinable @inline(__always)
    public subscript(index: Int) -> UInt8 { base[index] }

    @inlinable public var isEmpty: Bool { count == 0 }

    @inlinable @inline(__always)
    public subscript(range: Range<Int>) -> Bytes {
        Bytes(base + range.lowerBound, count: range.upperBound - range.lowerBound)
    }

    /// Whether the other bytes stand in the memory of these.
    @inlinable @inline(__always)
    public func holds(_ other: Bytes) -> Bool {
        UInt(bitPattern: other.base) &- UInt(bitPattern: base) < UInt(bitPattern: count)
    }

    @inlinable @inline(__always)
    public func dropFirst(_ n: Int) -> Bytes { Bytes(base + n, count: count - n) }

    @inlinable @inline(__always)
    public func prefix(_ n: Int) -> Bytes { Bytes(base, count: n < count ? n : count) }

    @inlinable @inline(__always)
    public func dropLast(_ n: Int) -> Bytes { Bytes(base, count: count - n) }

    @inlinable @inline(__always)
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        guard start < count, let found = memchr(base + start, Int32(byte), count - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// The same, for a byte that mostly comes soon.
    @inlinable @inline(__always)
    public func nearIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start + 16 <= count else { return firstIndex(of: byte, from: start) }
        let found = equal(SIMD16(repeating: byte), at: start)
        if found.x != 0 { return start + found.x.trailingZeroBitCount / 8 }
        if found.y != 0 { return start + 8 + found.y.trailingZeroBitCount / 8 }
        return firstIndex(of: byte, from: start + 16)
    }

    @inlinable public func lastIndex(of byte: UInt8) -> Int? {
        let wanted = SIMD16(repeating: byte)
        var index = count
        while index >= 32 {
            let (low, high) = (equal(wanted, at: index - 32), equal(wanted, at: index - 16))
            let either = low | high
            if either.x | either.y != 0 {
                return high.x | high.y != 0
                    ? index - 16 + Bytes.lastByte(of: high) : index - 32 + Bytes.lastByte(of: low)
            }
            index -= 32
        }
        while index > 0 {
            index -= 1
            if base[index] == byte { return index }
        }
        return nil
    }

    /// All bits of each of sixteen bytes that is the one in all places of `wanted`.
    @inlinable @inline(__always)
    func equal(_ wanted: SIMD16<UInt8>, at place: Int) -> SIMD2<UInt64> {
        let bytes = UnsafeRawPointer(base + place).loadUnaligned(as: SIMD16<UInt8>.self)
        return unsafeBitCast(bytes .== wanted, to: SIMD2<UInt64>.self)
    }

    /// The last of sixteen bytes that has bits; there is one.
    @inlinable @inline(__always)
    static func lastByte(of mask: SIMD2<UInt64>) -> Int {
        mask.y != 0 ? 15 - mask.y.leadingZeroBitCount / 8 : 7 - mask.x.leadingZeroBitCount / 8
    }

    @inlinable @inline(__always)
    public func hasPrefix(_ literal: StaticString) -> Bool { hasPrefix(Bytes(literal)) }

    @inlinable @inline(__always)
    public func hasPrefix(_ other: Bytes) -> Bool {
        count >= other.count && memcmp(base, other.base, other.count) == 0
    }

    @inlinable public func hasSuffix(_ literal: StaticString) -> Bool { hasSuffix(Bytes(literal)) }

    @inlinable public func hasSuffix(_ other: Bytes) -> Bool {
        count >= other.count && memcmp(base + (count - other.count), other.base, other.count) == 0
    }

    @inlinable public func range(of literal: StaticString, from start: Int = 0) -> Range<Int>? {
        range(of: Bytes(literal), from: start)
    }

    /// The first place where `other` stands, at or after `start`.
    @inlinable public func range(of other: Bytes, from start: Int = 0) -> Range<Int>? {
        guard other.count > 0 else { return start <= count ? start..<start : nil }
        let first = other.base[0]
        let end = count - other.count + 1
        var index = start
        while index < end, let found = memchr(base + index, Int32(first), end - index) {
            let lower = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if memcmp(base + lower, other.base, other.count) == 0 { return lower..<(lower + other.count) }
            index = lower + 1
        }
        return nil
    }

    @inlinable public func contains(_ literal: StaticString) -> Bool { range(of: literal) != nil }

    /// A whole number in decimal digits, or nil when there is anything else or it does not fit.
    @inlinable public var decimal: Int? {
        guard count > 0, count <= 18 else { return nil }
        var value = 0
        for index in 0..<count {
            let digit = base[index] &- 48
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return value
    }

    @inlinable public static func == (a: Bytes, b: Bytes) -> Bool {
        // The count of `b`, which is often known when this is compiled.
        a.count == b.count && memcmp(a.base, b.base, b.count) == 0
    }

    /// The same, where neither count is known and both are small.
    @inlinable @inline(__always)
    public func isSame(as other: Bytes) -> Bool {
        guard count == other.count else { return false }
        let (a, b) = (UnsafeRawPointer(base), UnsafeRawPointer(other.base))
        guard count >= 8 else {
            guard count >= 4 else { return memcmp(a, b, count) == 0 }
            let last = count - 4
            return a.loadUnaligned(as: UInt32.self) == b.loadUnaligned(as: UInt32.self)
                && a.loadUnaligned(fromByteOffset: last, as: UInt32.self)
                    == b.loadUnaligned(fromByteOffset: last, as: UInt32.self)
        }
        // The last word may overlap with the one before.
        let last = count - 8
        var place = 0
        while place < last {
            if a.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                != b.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            {
                return false
            }
            place += 8
        }
        return a.loadUnaligned(fromByteOffset: last, as: UInt64.self)
            == b.loadUnaligned(fromByteOffset: last, as: UInt64.self)
    }

    @inlinable @inline(__always)
    public static func == (a: Bytes, b: StaticString) -> Bool { a == Bytes(b) }

    @inlinable @inline(__always)
    public static func != (a: Bytes, b: StaticString) -> Bool { !(a == Bytes(b)) }

    /// Byte order, the order in which every answer breaks ties.
    @inlinable public func compare(_ other: Bytes) -> Int {
        let order = memcmp(base, other.base, min(count, other.count))
        return order != 0 ? Int(order) : count - other.count
    }

    /// Equality that ignores the case of ASCII letters.
    @inlinable public func equalsIgnoringCase(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where base[index] != other.base[index] {
            guard base[index].asciiLowercased == other.base[index].asciiLowercased else { return false }
        }
        return true
    }

    /// A multiply-and-fold hash of eight bytes at a time. It may ignore the case of ASCII letters.
    @inlinable public func hash(seed: UInt64, ignoringCase: Bool = false) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: count)
        var index = 0
        let start = UnsafeRawPointer(base)
        while index + 8 <= count {
            let word = start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            hash = Bytes.fold(hash ^ (ignoringCase ? Bytes.lowercased(word) : word))
            index += 8
        }
        var tail: UInt64 = 0
        if index > 0, index < count {
            // The last eight, of which some have been seen.
            tail = start.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            index = count
        }
        while index < count {
            tail = tail << 8 | UInt64(base[index])
            index += 1
        }
        return Bytes.fold(hash ^ (ignoringCase ? Bytes.lowercased(tail) : tail))
    }

    /// Eight bytes with their ASCII letters in lower case.
    @inlinable @inline(__always)
    static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let behindZ = low &+ 0x2525_2525_2525_2525
        return word | ((fromA & ~behindZ & ~word & 0x8080_8080_8080_8080) >> 2)
    }

    @inlinable @inline(__always)
    static func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    /// The text, with what is not UTF-8 replaced; for messages and tests, never for each line.
    public var string: String {
        String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }
}

extension UInt8 {
    @inlinable public var asciiLowercased: UInt8 { self &- 65 < 26 ? self | 0x20 : self }
    @inlinable public var asciiUppercased: UInt8 { self &- 97 < 26 ? self & 0xDF : self }
    @inlinable public var isDigit: Bool { self &- 48 < 10 }
    @inlinable public var isLetter: Bool { (self | 0x20) &- 97 < 26 }
}

extension [UInt8] {
    /// Lends the bytes, which are valid until `body` returns.
    @inlinable @inline(__always)
    public func withBytes<Result>(_ body: (Bytes) -> Result) -> Result {
        withUnsafeBufferPointer { buffer in
            // An empty array may have no address.
            buffer.baseAddress.map { body(Bytes($0, count: buffer.count)) } ?? body(Bytes(""))
        }
    }
}
