import Synchronization

/// What must be known of several logs to read them in the order of time: where each ends, and whether lines stand in
/// two of them.
///
/// A plain log tells its end at once. A compressed one must be read for it, unless its name says that it is a rotation
/// before another log, and its time stamp does not say that it was still written long after that one began.
final class Survey {
    private let files: [LogFile]
    private let usesInstants: Bool
    /// Where it was read: its last stamp, and which lines it holds of those that others begin or end with.
    private var read: [Int: (last: Stamp?, met: Set<UInt64>)] = [:]
    private var spans: [Int: ClosedRange<Int64>?] = [:]
    private var pairs: [[Int]: Bool] = [:]

    /// The zones of stamps that do not tell one are at most so far off; microseconds.
    private static let zones: Int64 = 14 * 3_600_000_000

    /// `files` are in the order of their first stamps.
    init(_ files: [LogFile], usesInstants: Bool) {
        self.files = files
        self.usesInstants = usesInstants
    }

    /// Reads the compressed logs that must be, side by side. False where that was cancelled.
    func run(isCancelled: @escaping @Sendable () -> Bool) -> Bool {
        let places = files.indices.filter(mustBeRead)
        let lines = Set(files.flatMap { ($0.firstLines + $0.lastLines).map(\.hash) })
        let files = files
        let found = Mutex<[Int: (last: Stamp?, met: Set<UInt64>)]>([:])
        let next = Atomic(0)
        Threads.run(min(places.count, 4)) { _ in
            while true {
                let turn = next.add(1, ordering: .relaxed).oldValue
                guard turn < places.count, !isCancelled() else { return }
                let result = files[places[turn]].survey(for: lines, shouldStop: isCancelled)
                found.withLock { $0[places[turn]] = result }
            }
        }
        read = found.withLock { $0 }
        return !isCancelled()
    }

    var passages: [Passage] { Passage.passages(of: files, span: span, shared: shares) }

    /// From the first to the last stamp; what cannot be known ends never.
    private func span(_ place: Int) -> ClosedRange<Int64>? {
        if let span = spans[place] { return span }
        let file = files[place]
        var span: ClosedRange<Int64>?
        if let first = file.firstTime.map(time) {
            let last = (file.lastStamp ?? read[place]?.last).map { time(file.years.time(of: $0)) }
            span = first...max(first, last ?? next(place).map { time($0) } ?? .max)
        }
        spans[place] = span
        return span
    }

    private func mustBeRead(_ place: Int) -> Bool {
        let file = files[place]
        guard file.file.isRegular, !file.isPlain, file.firstStamp != nil else { return false }
        let later = files.indices.dropFirst(place + 1)
        let end = next(place).map(time)
        return later.contains { other in
            guard let first = files[other].firstTime.map(time) else { return false }
            if let end {
                return first <= end && !file.rotation.isBefore(files[other].rotation)
                    && mayShare(place, other)
            }
            return true
        }
    }

    /// The first stamp of the rotation that surely comes behind a compressed one.
    private func next(_ place: Int) -> Value? {
        let file = files[place]
        guard !file.isPlain, let modified = file.modified else { return nil }
        let next = files[(place + 1)...].first { file.rotation.isBefore($0.rotation) }
        guard let time = next?.firstTime, Int64(modified) * 1_000_000 <= time.wallClock + Survey.zones else {
            return nil
        }
        return time
    }

    /// Whether lines that the second one begins with stand in the first one, or those that the first one ends with in
    /// the second one.
    private func shares(_ place: Int, _ other: Int) -> Bool {
        if let answer = pairs[[place, other]] { return answer }
        let answer =
            mayShare(place, other)
            && (holds(place, files[other].firstLines, of: other)
                || holds(other, files[place].lastLines, of: place))
        pairs[[place, other]] = answer
        return answer
    }

    /// Whether at least half of some lines of another log, as far as this one goes, stand in this one.
    private func holds(_ place: Int, _ lines: [LogFile.KnownLine], of other: Int) -> Bool {
        guard let span = span(place) else { return false }
        let years = files[other].years
        let known = lines.map { ($0.hash, years.time(of: $0.stamp)) }.filter { span.contains(time($0.1)) }
        let hashes = Set(known.map(\.0))
        return !hashes.isEmpty && met(hashes, known.map(\.1), in: place).count * 2 >= hashes.count
    }

    /// Which of the lines, of those times, stand in a log; none where it was not to be read for that.
    private func met(_ lines: Set<UInt64>, _ times: [Value], in place: Int) -> Set<UInt64> {
        if let read = read[place] { return read.met.intersection(lines) }
        let walls = times.map(\.wallClock)
        guard files[place].isPlain, let first = walls.min(), let last = walls.max() else { return [] }
        let part = files[place].part(holding: first..<last + 1)
        return files[place].survey(for: lines, in: part) { false }.met
    }

    /// What two hosts have written does not stand in both logs.
    private func mayShare(_ place: Int, _ other: Int) -> Bool {
        !files[place].firstHosts.isDisjoint(with: files[other].firstHosts)
    }

    private func time(_ value: Value) -> Int64 { value.moment(isInstant: usesInstants) }
}
