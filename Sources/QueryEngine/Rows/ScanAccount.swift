import MailLog

/// Counts of a scan.
package struct ScanAccount: Sendable {
    package var bytes = 0
    package var lines = 0
    /// Lines that passed the conditions of the scan.
    package var passed = 0
    package var unrecognised = 0
    /// File and byte offset of the first line without a recognised prelude.
    package var firstUnrecognised: (file: Int, offset: Int)?
    /// Bytes of each file that were skipped by their sampled stamps. For several passes, the maximum.
    package private(set) var skipped: [Int: Int] = [:]
    /// Order of the times of lines, by run. Empty for merged logs, and if the scan ended early.
    package private(set) var clock: [ClockRun] = []
    private var isWhole = true { didSet { if !isWhole { clock = [] } } }

    mutating func addUnrecognised(in file: Int, at offset: Int) {
        unrecognised += 1
        note((file, offset))
    }

    /// `isWhole` is false if the scan ended early.
    mutating func add(_ other: ScanAccount, isWhole: Bool = true) {
        bytes += other.bytes
        lines += other.lines
        passed += other.passed
        unrecognised += other.unrecognised
        clock += other.clock
        skipped.merge(other.skipped, uniquingKeysWith: max)
        self.isWhole = self.isWhole && other.isWhole && isWhole
        if let first = other.firstUnrecognised { note(first) }
    }

    func skipping(_ skipped: [Int: Int]) -> ScanAccount {
        var account = self
        account.skipped.merge(skipped, uniquingKeysWith: max)
        return account
    }

    private mutating func note(_ line: (file: Int, offset: Int)) {
        if firstUnrecognised.map({ line < $0 }) ?? true { firstUnrecognised = line }
    }

    mutating func note(_ run: ClockRun) { clock.append(run) }
}

/// Order of the times of lines in adjacent bytes of one log.
package struct ClockRun: Sendable {
    let file: Int
    let start: Int
    private(set) var end: Int
    private(set) var lines: Int
    /// Offsets are relative to `start`.
    private(set) var steps = ClockSteps()

    /// `steps` is of the chunk's lines, with addresses as offsets.
    init(of chunk: Chunk, _ steps: ClockSteps, lines: Int) {
        file = chunk.fileIndex
        start = chunk.fileOffset
        end = start + chunk.bytes.count
        self.lines = lines
        self.steps.append(steps, at: -Int(bitPattern: chunk.bytes.base))
    }

    /// Merges adjacent runs. Drops runs whose lines are in an earlier run.
    static func joined(_ runs: [ClockRun]) -> [ClockRun] {
        var joined: [ClockRun] = []
        for run in runs.sorted(by: { ($0.file, $0.start) < ($1.file, $1.start) }) {
            guard let last = joined.last, last.file == run.file, last.end >= run.start else {
                joined.append(run)
                continue
            }
            if last.end == run.start {
                joined[joined.count - 1].steps.append(run.steps, at: run.start - last.start)
                joined[joined.count - 1].end = run.end
                joined[joined.count - 1].lines += run.lines
            }
        }
        return joined
    }
}
