/// One cell of a row: sixteen trivially copyable bytes.
///
///     bits                     extra                kind
///     integer, double, µs,     byte count,          what the rest means
///     or an address            element count,
///                              or zone offset
///
/// Text and lists do not own their memory: they live in the chunk, in the `Arena` of the row, or in the store
/// that a row was copied into. What a value means to people (a size, a day, an address) is not here but in the
/// static `ValueType` of its column.
@frozen public struct Value: BitwiseCopyable, Sendable {
    @frozen public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case missing, bool, integer, double, duration, time, text, list
    }

    public var bits: UInt64
    public var extra: UInt32
    public var kind: Kind

    @inlinable @inline(__always)
    public init(bits: UInt64, extra: UInt32 = 0, kind: Kind) {
        self.bits = bits
        self.extra = extra
        self.kind = kind
    }

    @inlinable public static var missing: Value { Value(bits: 0, kind: .missing) }

    @inlinable public static func bool(_ value: Bool) -> Value { Value(bits: value ? 1 : 0, kind: .bool) }

    @inlinable public static func integer(_ value: Int) -> Value {
        Value(bits: UInt64(bitPattern: Int64(value)), kind: .integer)
    }

    @inlinable public static func double(_ value: Double) -> Value {
        Value(bits: value.bitPattern, kind: .double)
    }

    /// A span of time in microseconds.
    @inlinable public static func duration(_ microseconds: Int) -> Value {
        Value(bits: UInt64(bitPattern: Int64(microseconds)), kind: .duration)
    }

    /// The zone offset of a time whose zone the log does not tell: its microseconds are the wall clock's.
    public static let unknownOffset = Int32.min

    /// A moment: microseconds since 1970 in UTC and the offset of its zone in seconds, or, where the zone is
    /// unknown, microseconds of the wall clock.
    @inlinable public static func time(_ microseconds: Int64, offset: Int32 = unknownOffset) -> Value {
        Value(
            bits: UInt64(bitPattern: microseconds), extra: UInt32(bitPattern: offset), kind: .time)
    }

    @inlinable @inline(__always)
    public static func text(_ bytes: Bytes) -> Value {
        Value(
            bits: UInt64(UInt(bitPattern: bytes.base)), extra: UInt32(truncatingIfNeeded: bytes.count),
            kind: .text)
    }

    @inlinable public static func list(_ elements: UnsafeBufferPointer<Value>) -> Value {
        Value(
            bits: UInt64(UInt(bitPattern: elements.baseAddress)), extra: UInt32(elements.count),
            kind: .list)
    }

    @inlinable public var isMissing: Bool { kind == .missing }

    /// The payload of a boolean, an integer, a duration or a time.
    @inlinable public var integer: Int { Int(truncatingIfNeeded: Int64(bitPattern: bits)) }

    @inlinable public var isTrue: Bool { kind == .bool && bits != 0 }

    /// A number of any kind as a floating-point number; durations count in seconds.
    @inlinable public var number: Double {
        switch kind {
        case .double: Double(bitPattern: bits)
        case .duration: Double(integer) / 1_000_000
        default: Double(integer)
        }
    }

    @inlinable @inline(__always)
    public var bytes: Bytes {
        // A text value is only ever made from a non-null base.
        Bytes(UnsafePointer(bitPattern: UInt(bits)).unsafelyUnwrapped, count: Int(extra))
    }

    @inlinable public var elements: UnsafeBufferPointer<Value> {
        UnsafeBufferPointer(start: UnsafePointer(bitPattern: UInt(bits)), count: Int(extra))
    }

    @inlinable public var offset: Int32 { Int32(bitPattern: extra) }

    /// Microseconds to put times in order by: of UTC where every stamp tells its zone, else of the wall clock.
    func moment(isInstant: Bool) -> Int64 { isInstant ? Int64(bitPattern: bits) : wallClock }

    /// Microseconds of the wall clock where the line was logged.
    @inlinable public var wallClock: Int64 {
        let offset = offset
        return Int64(bitPattern: bits) &+ (offset == Value.unknownOffset ? 0 : Int64(offset) * 1_000_000)
    }
}
