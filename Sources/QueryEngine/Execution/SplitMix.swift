/// Mixes the bits of a number (SplitMix64). The result is the same on every machine and in every run.
enum SplitMix {
    static func hash(_ number: UInt64, seed: UInt64 = 0) -> UInt64 {
        var bits = number &+ (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
