import MailLog

func with<Result>(_ text: [UInt8], _ body: (Bytes) throws -> Result) rethrows -> Result {
    // One byte more than the text, so that an empty one has an address too.
    try (text + [0]).withUnsafeBufferPointer { try body(Bytes($0.baseAddress!, count: text.count)) }
}

func with<Result>(_ text: String, _ body: (Bytes) throws -> Result) rethrows -> Result {
    try with(Array(text.utf8), body)
}

/// The same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
