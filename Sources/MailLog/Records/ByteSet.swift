/// One to eight bytes, all of which are compared at once.
struct ByteSet: Sendable {
    private let word: UInt64
    let largest: UInt8

    init(_ bytes: [UInt8]) {
        precondition((1...8).contains(bytes.count))
        largest = bytes.reduce(0, max)
        word = (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[$1 % bytes.count]) }
    }

    init(_ text: String) { self.init(Array(text.utf8)) }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let differing = word ^ (UInt64(byte) &* ones)
        return (differing &- ones) & ~differing & 0x8080_8080_8080_8080 != 0
    }
}
