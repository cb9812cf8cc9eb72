import Glibc
import MailLog
import QuerySyntax

/// `approx_dcount(x)`: estimates the number of different values, with a few kilobytes per group.
///
/// Source: P. Flajolet and others, "HyperLogLog", 2007, with linear counting for small numbers.
enum ApproximateCountAggregate {
    static let form = Aggregate.form(
        "approx_dcount", [ArgumentRule("x", .any)],
        summary: "the approximate number of different values of x; the standard error is 1.6 percent",
        details: "Exact up to 256 values. Takes at most 4 kB of memory per group.",
        examples: ["stats approx_dcount(queue_id) by day"]
    ) { (call, _) throws(Diagnostic) in
        ResolvedAggregate(
            .integer, of: call.arguments, empty: .integer(0),
            state: Sketch(ignoresCase: call[0].type.ignoresCase))
    }
}

private struct Sketch: GroupState {
    private static let bits: UInt64 = 12
    private static let exactLimit = 256

    let ignoresCase: Bool
    /// Hashes of the values, up to `exactLimit`; then the registers are used.
    var hashes: Set<UInt64> = []
    var registers: [UInt8] = []

    mutating func add(_ inputs: UnsafePointer<Value>, order: UInt64) -> Int {
        if inputs[0].isMissing { return 0 }
        var key: [UInt8] = []
        KeyCodec.append(inputs[0], ignoresCase: ignoresCase, to: &key)
        return insert(Sketch.hash(key))
    }

    mutating func merge(_ other: Sketch) -> Int {
        var held = 0
        for hash in other.hashes { held += insert(hash) }
        guard !other.registers.isEmpty else { return held }
        held += openRegisters()
        for index in registers.indices { registers[index] = max(registers[index], other.registers[index]) }
        return held
    }

    private mutating func insert(_ hash: UInt64) -> Int {
        if registers.isEmpty {
            let isNew = hashes.insert(hash).inserted
            guard hashes.count > Sketch.exactLimit else { return isNew ? 16 : 0 }
            return openRegisters()
        }
        let index = Int(hash >> (64 - Sketch.bits))
        let rank = UInt8(
            truncatingIfNeeded: (hash << Sketch.bits | 1 << (Sketch.bits - 1)).leadingZeroBitCount + 1)
        if rank > registers[index] { registers[index] = rank }
        return 0
    }

    private mutating func openRegisters() -> Int {
        guard registers.isEmpty else { return 0 }
        registers = [UInt8](repeating: 0, count: 1 << Sketch.bits)
        let few = hashes
        hashes = []
        for hash in few { _ = insert(hash) }
        return registers.count - few.count * 16
    }

    func result(_ arena: Arena) -> Value {
        guard !registers.isEmpty else { return .integer(hashes.count) }
        let count = Double(registers.count)
        let harmonic = registers.reduce(0.0) { $0 + Double(sign: .plus, exponent: -Int($1), significand: 1) }
        let estimate = 0.7213 / (1 + 1.079 / count) * count * count / harmonic
        let empty = registers.count { $0 == 0 }
        if estimate <= 2.5 * count, empty > 0 {
            return .integer(Int((count * log(count / Double(empty))).rounded()))
        }
        return .integer(Int(estimate.rounded()))
    }

    /// FNV-1a, then the finaliser of MurmurHash3. Without a random seed, so that each run gives the same estimate.
    private static func hash(_ key: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 33
    }
}
