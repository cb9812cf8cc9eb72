/// SplitMix64 pseudo-random generator. The same seed gives the same log on every host.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// Mixes the bits of a number. Also derives a stable host from its index.
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Returns a number in `0 ..< bound`, uniformly distributed.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Returns true with a probability of `perMille` in 1000.
    mutating func chance(perMille: Int) -> Bool { below(1000) < perMille }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    /// Returns a number in `0 ..< bound`, small numbers far more often: a few clients cause most of the traffic.
    mutating func skewed(_ bound: Int) -> Int {
        let first = below(bound)
        return first == 0 ? 0 : below(first)
    }
}
