/// What must be known of several logs to read them in the order of time: where each ends, and whether lines stand in
/// two of them.
///
/// A plain log tells its end at once. A compressed one must be read for it, unless its name says that it is a rotation
/// before another log, and its time stamp does not say that it was still written long after that one began.
///
/// Few plain logs are compared in pairs, where they overlap. Of many, each is read once for the lines of all others.
final class Survey {
    private let files: [LogFile]
    private let usesInstants: Bool
    /// The place of the rotation after each log.
    private let successors: [Int?]
    /// Of logs that were read: the last stamp, and how often each line is in it that others begin or end with.
    private var read: [Int: (last: Stamp?, met: [UInt64: Int])] = [:]
    private var spans: [ClosedRange<Int64>?] = []
    private var pairs: [[Int]: Bool] = [:]
    /// Earlier logs that have lines in common with each log; empty where there are few logs.
    private var sharers: [[Int]] = []

    /// More logs than that are many.
    private static let few = 64

    /// The zones of stamps that do not tell one are at most so far off; microseconds.
    private static let zones: Int64 = 14 * 3_600_000_000

    /// `files` are in the order of their first stamps.
    init(_ files: [LogFile], usesInstants: Bool) {
        self.files = files
        self.usesInstants = usesInstants
        var rotations: [String: [Int]] = [:]
        var successors = [Int?](repeating: nil, count: files.count)
        for (place, file) in files.enumerated().reversed() {
            var later = rotations.removeValue(forKey: file.rotation.log) ?? []
            while let other = later.last, !file.rotation.isBefore(files[other].rotation) {
                later.removeLast()
            }
            successors[place] = later.last
            later.append(place)
            rotations[file.rotation.log] = later
        }
        self.successors = successors
    }

    /// Reads the logs that must be, side by side. False where that was cancelled.
    func run(isCancelled: @escaping @Sendable () -> Bool) -> Bool {
        let lines = Set(files.flatMap { ($0.firstLines + $0.lastLines).map(\.hash) })
        let files = files
        read(files.indices.filter(mustBeRead)) { files[$0].survey(for: lines, shouldStop: isCancelled) }
        spans = files.indices.map(span)
        guard files.count > Survey.few else { return !isCancelled() }
        let intervals = intervals
        read(crowded.filter { files[$0].isPlain && !files[$0].isKnown }) { place in
            let (first, last) = (
                files[place].firstTime?.wallClock ?? .max, files[place].lastTime?.wallClock ?? .min
            )
            let own = intervals.filter { $0.upperBound > first && $0.lowerBound <= last }
            let parts = Set(own.map { TimePlace($0).part(of: files[place]) })
            let met = parts.map { files[place].survey(for: lines, in: $0, shouldStop: isCancelled).met }
            return (nil, met.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: max) })
        }
        sharers = link()
        return !isCancelled()
    }

    private func read(
        _ places: [Int], _ survey: @escaping @Sendable (Int) -> (last: Stamp?, met: [UInt64: Int])
    ) {
        read.merge(zip(places, Threads.map(places, survey))) { $1 }
    }

    var passages: [Passage] {
        if spans.isEmpty { spans = files.indices.map(span) }
        return Passage.passages(
            of: files, span: { [spans] in spans[$0] },
            sharers: { [sharers] in sharers.isEmpty ? Array($1) : sharers[$0].filter($1.contains) },
            shared: shares)
    }

    /// From the first to the last stamp; what cannot be known ends never.
    private func span(_ place: Int) -> ClosedRange<Int64>? {
        let file = files[place]
        guard let first = file.firstTime.map(time) else { return nil }
        let last = (file.lastStamp ?? read[place]?.last).map { time(file.years.time(of: $0)) }
        return first...max(first, last ?? next(place).map { time($0) } ?? .max)
    }

    private func mustBeRead(_ place: Int) -> Bool {
        let file = files[place]
        guard file.file.isRegular, !file.isPlain, file.firstStamp != nil else { return false }
        let later = files.indices.dropFirst(place + 1)
        guard let end = next(place).map(time) else {
            return later.first.map { files[$0].firstStamp != nil } ?? false
        }
        return later.lazy.prefix { [files] other in
            files[other].firstTime.map(self.time).map { $0 <= end } ?? false
        }
        .contains { !file.rotation.isBefore(files[$0].rotation) && mayShare(place, $0) }
    }

    /// The first stamp of the rotation that surely comes behind a compressed one.
    private func next(_ place: Int) -> Value? {
        let file = files[place]
        guard !file.isPlain, let modified = file.modified else { return nil }
        let next = successors[place].map { files[$0] }
        guard let time = next?.firstTime, Int64(modified) * 1_000_000 <= time.wallClock + Survey.zones else {
            return nil
        }
        return time
    }

    // MARK: Many logs

    /// The logs during which the same host has written another one.
    private var crowded: [Int] {
        var crowded: Set<Int> = []
        // The log of each host that ends last so far. It overlaps with whatever an earlier one overlaps with.
        var latest: [[UInt8]: (place: Int, end: Int64)] = [:]
        for (place, span) in spans.enumerated() {
            guard let span else { continue }
            for host in files[place].firstHosts {
                if let before = latest[host], before.end >= span.lowerBound {
                    crowded.formUnion([before.place, place])
                }
                if span.upperBound > latest[host]?.end ?? .min { latest[host] = (place, span.upperBound) }
            }
        }
        return crowded.sorted()
    }

    /// Times, on the wall clock, of the lines that logs begin and end with. Times near each other are one interval.
    private var intervals: [Range<Int64>] {
        let times = files.flatMap { file in
            (file.firstLines + file.lastLines).map { file.years.time(of: $0.stamp).wallClock }
        }
        var intervals: [Range<Int64>] = []
        for time in times.sorted() {
            if let last = intervals.last, time <= last.upperBound + 2 * TimePlace.tolerance {
                intervals[intervals.count - 1] = last.lowerBound..<time + 1
            } else {
                intervals.append(time..<time + 1)
            }
        }
        return intervals
    }

    private func link() -> [[Int]] {
        var owners: [UInt64: [Int]] = [:]
        for (place, file) in files.enumerated() {
            for hash in Set((file.firstLines + file.lastLines).map(\.hash)) {
                owners[hash, default: []].append(place)
            }
        }
        var sharers = [Set<Int>](repeating: [], count: files.count)
        for (place, file) in files.enumerated() {
            for hash in read[place].map({ Set($0.met.keys) }) ?? Set(file.firstLines.map(\.hash)) {
                // For lines that very many logs have, some of these logs are enough.
                for other in owners[hash, default: []].prefix(Survey.few) where other != place {
                    sharers[max(place, other)].insert(min(place, other))
                }
            }
        }
        return sharers.map { $0.sorted() }
    }

    // MARK: Two logs

    /// Whether lines that the second one begins with stand in the first one, or those that the first one ends with in
    /// the second one.
    private func shares(_ place: Int, _ other: Int) -> Bool {
        if let answer = pairs[[place, other]] { return answer }
        let isSuccessor = Passage.follows(files[other], spans[other], files[place], spans[place])
        let answer =
            mayShare(place, other)
            && (sharers.isEmpty || sharers[other].contains(place))
            && (holds(place, files[other].firstLines, of: other, isSuccessor)
                || holds(other, files[place].lastLines, of: place, isSuccessor))
        pairs[[place, other]] = answer
        return answer
    }

    /// Whether this log has at least half of some lines of another log, as far as this one goes.
    ///
    /// If one of them begins when the other one ends, a rotation may have cut a burst of equal lines in two. Then equal
    /// lines are copies only if each is once in both logs, or if they have several stamps.
    private func holds(
        _ place: Int, _ lines: [LogFile.KnownLine], of other: Int, _ isSuccessor: Bool
    ) -> Bool {
        guard let span = spans[place] else { return false }
        let years = files[other].years
        let known = lines.map { ($0.hash, years.time(of: $0.stamp)) }.filter { span.contains(time($0.1)) }
        let counts = Dictionary(known.map { ($0.0, 1) }, uniquingKeysWith: +)
        let met = met(Set(counts.keys), known.map(\.1), in: place)
        guard !counts.isEmpty, met.count * 2 >= counts.count else { return false }
        let times = Set(known.filter { met[$0.0] != nil }.map { time($0.1) })
        return !isSuccessor || times.count > 1 || met.allSatisfy { $0.value == 1 && counts[$0.key] == 1 }
    }

    /// How often each of the lines, of those times, is in a log; none where it was not to be read for that.
    private func met(_ lines: Set<UInt64>, _ times: [Value], in place: Int) -> [UInt64: Int] {
        if let read = read[place] { return read.met.filter { lines.contains($0.key) } }
        if files[place].isKnown {
            let known = files[place].firstLines.map(\.hash).filter(lines.contains)
            return Dictionary(known.map { ($0, 1) }, uniquingKeysWith: +)
        }
        let walls = times.map(\.wallClock)
        guard files[place].isPlain, let first = walls.min(), let last = walls.max() else { return [:] }
        let part = TimePlace(first..<last + 1).part(of: files[place])
        return files[place].survey(for: lines, in: part) { false }.met
    }

    /// What two hosts have written does not stand in both logs.
    private func mayShare(_ place: Int, _ other: Int) -> Bool {
        !files[place].firstHosts.isDisjoint(with: files[other].firstHosts)
    }

    private func time(_ value: Value) -> Int64 { value.moment(isInstant: usesInstants) }
}
