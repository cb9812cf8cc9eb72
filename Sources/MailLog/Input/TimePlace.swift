/// Where in a log the lines of an interval may stand, so that the rest of it need not be read.
///
/// A plain file is sampled: stamps are read at even distances. What lies before a run of samples that are all too
/// early, or behind one where all are too late, is left out; so lines that are out of order are found as long as
/// they are less than `tolerance` off. Where longer passages are in another order (`cat maillog*` puts the newest
/// log first), the samples show it, and all is read. Of a compressed file the first stamp is known, and that nothing
/// in it can be younger than the file; that nothing is older than its first line is believed of rotations, which are
/// compressed as they were written, but not of files with other names, which somebody may have put together.
///
/// Samples cannot prove the order of the lines between them: a clock that was days behind at boot is not seen. So a
/// few logs are read whole (`isCheap`), and the account of an answer reports the bytes that were skipped.
struct TimePlace {
    /// Clocks are set back an hour in autumn, and lines are a little out of order; microseconds.
    static let tolerance: Int64 = 2 * 3_600_000_000
    private static let day: Int64 = 86_400_000_000
    private static let maximumSamples = 1024
    private static let sampleSize = 8 << 10
    /// Files up to this size are read sooner than they are sampled.
    private static let smallSize = 64 << 10

    /// Plain bytes that are read whole, which takes some 20 ms.
    private static let cheapSize = 32 << 20
    /// Unpacking a byte takes as long as reading so many plain ones.
    private static let unpackingCost = 16

    private let from: Int64
    private let to: Int64

    /// Whether logs are read whole so fast that skipping is not worth an answer without lines that are out of order.
    static func isCheap(_ logs: [LogFile]) -> Bool {
        logs.reduce(0) { $0 + ($1.isPlain ? $1.size : $1.size * unpackingCost) } <= cheapSize
    }

    /// `times` are microseconds of the wall clock.
    init(_ times: Range<Int64>) {
        let (lower, upper) = (times.lowerBound, times.upperBound)
        from = lower < .min + TimePlace.tolerance ? .min : lower - TimePlace.tolerance
        to = upper > .max - TimePlace.tolerance ? .max : upper + TimePlace.tolerance
    }

    /// The bytes that must be read; of a file that is read from its beginning, all or none.
    func part(of log: LogFile) -> Range<Int> {
        let whole = 0..<max(1, log.size)
        guard log.file.isRegular, let first = log.firstTime?.wallClock else { return whole }
        guard log.isPlain else {
            let written = max(log.modified ?? 0, log.file.modified)
            let last = Int64(written) * 1_000_000 + TimePlace.day
            // A file that is older than its first line says nothing.
            let isTooEarly = first <= last && last < from
            return isTooEarly || first >= to && log.rotation.isOld ? 0..<0 : whole
        }
        guard log.size > TimePlace.smallSize else { return whole }
        let samples = samples(of: log)
        for (sample, next) in zip(samples, samples.dropFirst())
        where next.time < sample.time - TimePlace.tolerance { return whole }
        let early = samples.prefix { $0.time < from }
        if early.count == samples.count { return 0..<0 }
        let late = samples.reversed().prefix { $0.time >= to }
        let block = ChunkReader.blockSize
        let start = (early.last?.offset ?? 0) / block * block
        let end = late.last.map { ($0.offset + block - 1) / block * block } ?? log.size
        return start < end ? start..<min(end, log.size) : 0..<0
    }

    /// Stamps from the first line to the last one, with the places of their lines.
    private func samples(of log: LogFile) -> [(offset: Int, time: Int64)] {
        var samples: [(offset: Int, time: Int64)] = []
        TimePlace.sample(log) { offset, lines in
            for (index, line) in lines.lines {
                guard let envelope = Envelope.parse(line) else { continue }
                samples.append((offset + index, log.years.time(of: envelope.stamp).wallClock))
                break
            }
        }
        if let last = log.lastTime { samples.append((log.size, last.wallClock)) }
        return samples
    }

    /// Reads whole lines at even distances of a plain log.
    static func sample(_ log: LogFile, _ take: (_ offset: Int, _ lines: Bytes) -> Void) {
        let count = min(max(log.size / ChunkReader.blockSize, 16), maximumSamples)
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: sampleSize)
        defer { buffer.deallocate() }
        for index in 0..<count {
            let offset = log.size / count * index
            let got = try? log.file.read(buffer, count: sampleSize, at: offset)
            let bytes = Bytes(UnsafePointer(buffer), count: got ?? 0)
            // Elsewhere than at the beginning, a sample begins somewhere in a line.
            let start = index == 0 ? 0 : bytes.lineEnd(after: 0) + 1
            guard let end = bytes.lastIndex(of: 10), start < end else { continue }
            take(offset + start, bytes[start..<end + 1])
        }
    }
}
