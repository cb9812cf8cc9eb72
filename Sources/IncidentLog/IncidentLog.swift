/// A maillog that tells the incident of December 2012: two ordinary weeks, then backscatter. The same size and
/// seed give the same bytes on every machine.
package struct IncidentLog: Sendable {
    /// About how long the log is, in bytes.
    package let size: Int
    package let seed: UInt64

    package init(size: Int, seed: UInt64 = 20_121_226) {
        self.size = size
        self.seed = seed
    }

    /// The size of the log that is among the examples.
    package static let exampleSize = 5_000_000

    /// The rotated files, in order; the number is the week that `write` speaks of.
    package static let names = [
        "maillog-20121216", "maillog-20121223", "maillog-20121230", "maillog-20130106",
    ]

    /// Makes the log piece by piece, each some whole lines of one week.
    package func write(_ receive: (_ week: Int, UnsafeRawBufferPointer) -> Void) {
        Simulation(bytes: size, seed: seed).run(receive)
    }
}

extension IncidentLog {
    /// `700MB`, `2GB` or a number of bytes.
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
