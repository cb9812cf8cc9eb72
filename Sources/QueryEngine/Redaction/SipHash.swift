/// SipHash-2-4 (Aumasson and Bernstein, 2012). Without the key, nobody can compute or invert it.
struct SipHash: Sendable {
    let key: (UInt64, UInt64)

    func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var v = SIMD4<UInt64>(
            key.0 ^ 0x736f_6d65_7073_6575, key.1 ^ 0x646f_7261_6e64_6f6d,
            key.0 ^ 0x6c79_6765_6e65_7261, key.1 ^ 0x7465_6462_7974_6573)
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << (count % 8 * 8)
            count += 1
            if count % 8 == 0 {
                SipHash.add(word, &v)
                word = 0
            }
        }
        SipHash.add(word | count << 56, &v)
        v[2] ^= 0xFF
        for _ in 0..<4 { SipHash.round(&v) }
        return v[0] ^ v[1] ^ v[2] ^ v[3]
    }

    private static func add(_ word: UInt64, _ v: inout SIMD4<UInt64>) {
        v[3] ^= word
        round(&v)
        round(&v)
        v[0] ^= word
    }

    private static func round(_ v: inout SIMD4<UInt64>) {
        v[0] &+= v[1]
        v[1] = turned(v[1], 13) ^ v[0]
        v[0] = turned(v[0], 32)
        v[2] &+= v[3]
        v[3] = turned(v[3], 16) ^ v[2]
        v[0] &+= v[3]
        v[3] = turned(v[3], 21) ^ v[0]
        v[2] &+= v[1]
        v[1] = turned(v[1], 17) ^ v[2]
        v[2] = turned(v[2], 32)
    }

    private static func turned(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        word << bits | word >> (64 - bits)
    }
}
