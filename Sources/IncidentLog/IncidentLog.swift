/// Generated mail log of the incident of December 2012: ordinary traffic for two weeks, then backscatter. The same size
/// and seed give the same bytes on every host.
package struct IncidentLog: Sendable {
    /// Approximate size of the log in bytes.
    package let size: Int
    package let seed: UInt64

    package init(size: Int, seed: UInt64 = 20_121_226) {
        self.size = size
        self.seed = seed
    }

    /// Size of the example log in bytes.
    package static let exampleSize = 5_000_000

    /// Names of the rotated files; the index is the `week` of `write`.
    package static let names = [
        "maillog-20121216", "maillog-20121223", "maillog-20121230", "maillog-20130106",
    ]

    /// Generates the log in pieces. Each piece contains whole lines of one week.
    package func write(_ receive: (_ week: Int, UnsafeRawBufferPointer) -> Void) {
        Simulation(bytes: size, seed: seed).run(receive)
    }
}

extension IncidentLog {
    /// Parses a size: `700MB`, `2GB` or a number of bytes.
    package static func size(_ text: String) -> Int? {
        let units: [(suffix: String, bytes: Int)] = [
            ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("", 1),
        ]
        for (suffix, bytes) in units where text.hasSuffix(suffix) {
            guard let number = Int(text.dropLast(suffix.count)), number > 0 else { return nil }
            return number.multipliedReportingOverflow(by: bytes).overflow ? nil : number * bytes
        }
        return nil
    }
}
