import IncidentLog

typealias SeededRandom = SplitMix64

extension SeededRandom {
    mutating func bytes(_ count: Int, of alphabet: [UInt8]) -> [UInt8] {
        (0..<count).map { _ in alphabet.randomElement(using: &self)! }
    }
}
