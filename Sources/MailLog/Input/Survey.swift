/// Finds the end of each log, and logs that share lines, before logs are merged.
///
/// The end of a plain log is known. A compressed log is read for it, unless its name makes it a rotation before another
/// log and its modification time agrees.
///
/// Few plain logs are compared in pairs if they overlap. Of many logs, each is searched once for the lines of all
/// others.
final class Survey {
    private let files: [LogFile]
    private let usesInstants: Bool
    /// Index of the next rotation of each log.
    private let successors: [Int?]
    /// Results of reading logs: the last stamp, and the number of occurrences of the first and last lines of other
    /// logs.
    private var read: [Int: (last: Stamp?, met: [UInt64: Int])] = [:]
    private var spans: [ClosedRange<Int64>?] = []
    private var pairs: [[Int]: Bool] = [:]
    /// Earlier logs that share lines with each log; empty if there are few logs.
    private var sharers: [[Int]] = []

    /// Maximum number of logs that are compared in pairs.
    private static let few = 64

    /// Largest offset of a zone from UTC, in microseconds.
    private static let zones: Int64 = 14 * 3_600_000_000

    /// `files` are ordered by their first stamps.
    init(_ files: [LogFile], usesInstants: Bool) {
        self.files = files
        self.usesInstants = usesInstants
        var rotations: [String: [Int]] = [:]
        var successors = [Int?](repeating: nil, count: files.count)
        for (index, file) in files.enumerated().reversed() {
            var later = rotations.removeValue(forKey: file.rotation.log) ?? []
            while let other = later.last, !file.rotation.isBefore(files[other].rotation) {
                later.removeLast()
            }
            successors[index] = later.last
            later.append(index)
            rotations[file.rotation.log] = later
        }
        self.successors = successors
    }

    /// Reads logs as far as necessary, on several threads. False if that was cancelled.
    func run(isCancelled: @escaping @Sendable () -> Bool) -> Bool {
        let lines = Set(files.flatMap { ($0.firstLines + $0.lastLines).map(\.hash) })
        let files = files
        read(files.indices.filter(mustBeRead)) { files[$0].survey(for: lines, shouldStop: isCancelled) }
        spans = files.indices.map(span)
        guard files.count > Survey.few else { return !isCancelled() }
        let intervals = intervals
        read(crowded.filter { files[$0].isPlain && !files[$0].isKnown }) { index in
            let (first, last) = (
                files[index].firstTime?.wallClock ?? .max, files[index].lastTime?.wallClock ?? .min
            )
            let own = intervals.filter { $0.upperBound > first && $0.lowerBound <= last }
            let parts = Set(own.map { TimeSearch($0).part(of: files[index]) })
            let met = parts.map { files[index].survey(for: lines, in: $0, shouldStop: isCancelled).met }
            return (nil, met.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: max) })
        }
        sharers = link()
        return !isCancelled()
    }

    private func read(
        _ indices: [Int], _ survey: @escaping @Sendable (Int) -> (last: Stamp?, met: [UInt64: Int])
    ) {
        read.merge(zip(indices, Threads.map(indices, survey))) { $1 }
    }

    var passages: [Passage] {
        if spans.isEmpty { spans = files.indices.map(span) }
        return Passage.passages(
            of: files, span: { [spans] in spans[$0] },
            sharers: { [sharers] in sharers.isEmpty ? Array($1) : sharers[$0].filter($1.contains) },
            shared: shares)
    }

    /// First and last stamp. An unknown end is in the far future.
    private func span(_ index: Int) -> ClosedRange<Int64>? {
        let file = files[index]
        guard let first = file.firstTime.map(time) else { return nil }
        let last = (file.lastStamp ?? read[index]?.last).map { time(file.years.time(of: $0)) }
        return first...max(first, last ?? next(index).map { time($0) } ?? .max)
    }

    private func mustBeRead(_ index: Int) -> Bool {
        let file = files[index]
        guard file.file.isRegular, !file.isPlain, file.firstStamp != nil else { return false }
        let later = files.indices.dropFirst(index + 1)
        guard let end = next(index).map(time) else {
            return later.first.map { files[$0].firstStamp != nil } ?? false
        }
        return later.lazy.prefix { [files] other in
            files[other].firstTime.map(self.time).map { $0 <= end } ?? false
        }
        .contains { !file.rotation.isBefore(files[$0].rotation) && mayShare(index, $0) }
    }

    /// First stamp of the next rotation, if it certainly follows a compressed log.
    private func next(_ index: Int) -> Value? {
        let file = files[index]
        guard !file.isPlain, let modified = file.modified else { return nil }
        let next = successors[index].map { files[$0] }
        guard let time = next?.firstTime, Int64(modified) * 1_000_000 <= time.wallClock + Survey.zones else {
            return nil
        }
        return time
    }

    // MARK: Many logs

    /// Logs that overlap with another log of the same host.
    private var crowded: [Int] {
        var crowded: Set<Int> = []
        // For each host, the log that ends last so far. It overlaps with everything that an earlier log overlaps with.
        var latest: [[UInt8]: (index: Int, end: Int64)] = [:]
        for (index, span) in spans.enumerated() {
            guard let span else { continue }
            for host in files[index].firstHosts {
                if let before = latest[host], before.end >= span.lowerBound {
                    crowded.formUnion([before.index, index])
                }
                if span.upperBound > latest[host]?.end ?? .min { latest[host] = (index, span.upperBound) }
            }
        }
        return crowded.sorted()
    }

    /// Times, on the wall clock, of the first and last lines of logs. Nearby times are one interval.
    private var intervals: [Range<Int64>] {
        let times = files.flatMap { file in
            (file.firstLines + file.lastLines).map { file.years.time(of: $0.stamp).wallClock }
        }
        var intervals: [Range<Int64>] = []
        for time in times.sorted() {
            if let last = intervals.last, time <= last.upperBound + 2 * TimeSearch.tolerance {
                intervals[intervals.count - 1] = last.lowerBound..<time + 1
            } else {
                intervals.append(time..<time + 1)
            }
        }
        return intervals
    }

    private func link() -> [[Int]] {
        var owners: [UInt64: [Int]] = [:]
        for (index, file) in files.enumerated() {
            for hash in Set((file.firstLines + file.lastLines).map(\.hash)) {
                owners[hash, default: []].append(index)
            }
        }
        var sharers = [Set<Int>](repeating: [], count: files.count)
        for (index, file) in files.enumerated() {
            for hash in read[index].map({ Set($0.met.keys) }) ?? Set(file.firstLines.map(\.hash)) {
                // For lines that very many logs share, some of these logs are enough.
                for other in owners[hash, default: []].prefix(Survey.few) where other != index {
                    sharers[max(index, other)].insert(min(index, other))
                }
            }
        }
        return sharers.map { $0.sorted() }
    }

    // MARK: Two logs

    /// Whether a log contains first lines of a later one, or the later one contains last lines of the first.
    private func shares(_ index: Int, _ other: Int) -> Bool {
        if let answer = pairs[[index, other]] { return answer }
        let isSuccessor = Passage.follows(files[other], spans[other], files[index], spans[index])
        let answer =
            mayShare(index, other)
            && (sharers.isEmpty || sharers[other].contains(index))
            && (holds(index, files[other].firstLines, of: other, isSuccessor)
                || holds(other, files[index].lastLines, of: index, isSuccessor))
        pairs[[index, other]] = answer
        return answer
    }

    /// Whether a log contains at least half of some lines of another log that are within its span.
    ///
    /// If one of the logs begins when the other ends, a rotation may have split a burst of equal lines. Then equal
    /// lines are copies only if each occurs once in both logs, or if they have several stamps.
    private func holds(
        _ index: Int, _ lines: [LogFile.KnownLine], of other: Int, _ isSuccessor: Bool
    ) -> Bool {
        guard let span = spans[index] else { return false }
        let years = files[other].years
        let known = lines.map { ($0.hash, years.time(of: $0.stamp)) }.filter { span.contains(time($0.1)) }
        let counts = Dictionary(known.map { ($0.0, 1) }, uniquingKeysWith: +)
        let met = met(Set(counts.keys), known.map(\.1), in: index)
        guard !counts.isEmpty, met.count * 2 >= counts.count else { return false }
        let times = Set(known.filter { met[$0.0] != nil }.map { time($0.1) })
        return !isSuccessor || times.count > 1 || met.allSatisfy { $0.value == 1 && counts[$0.key] == 1 }
    }

    /// Number of occurrences of each line in a log; empty if the log was not read for them.
    private func met(_ lines: Set<UInt64>, _ times: [Value], in index: Int) -> [UInt64: Int] {
        if let read = read[index] { return read.met.filter { lines.contains($0.key) } }
        if files[index].isKnown {
            let known = files[index].firstLines.map(\.hash).filter(lines.contains)
            return Dictionary(known.map { ($0, 1) }, uniquingKeysWith: +)
        }
        let walls = times.map(\.wallClock)
        guard files[index].isPlain, let first = walls.min(), let last = walls.max() else { return [:] }
        let part = TimeSearch(first..<last + 1).part(of: files[index])
        return files[index].survey(for: lines, in: part) { false }.met
    }

    /// Logs of different hosts share no lines.
    private func mayShare(_ index: Int, _ other: Int) -> Bool {
        !files[index].firstHosts.isDisjoint(with: files[other].firstHosts)
    }

    private func time(_ value: Value) -> Int64 { value.moment(isInstant: usesInstants) }
}
