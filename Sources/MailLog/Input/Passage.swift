/// Logs that are read together because their stamps overlap: line by line in the order of time. The rotations of one
/// log follow each other in a lane:
///
///     mx1/maillog.1 ────── mx1/maillog ──────          a lane
///         mx2/maillog.1 ────────── mx2/maillog ──      another one
///
/// A log comes behind another one in its lane where it begins no earlier than the other ends. Rotations of one log may
/// overlap by two seconds, for daemons write their stamps before syslog takes the lines; that is no overlap. Where
/// lines of one stand in another too (`mail.info` beside `mail.log`, a copy that was cut), each is read once.
struct Passage {
    /// Places among the logs in the order of their first stamps.
    var files: Range<Int>
    var lanes: [[Int]]
    /// Whether lines may stand in two of the logs.
    var sharesLines = false

    var isMerged: Bool { lanes.count > 1 }

    /// The same logs one by one, where that gives the same lines.
    var apart: [Passage] {
        sharesLines ? [self] : files.map { Passage(files: $0..<$0 + 1, lanes: [[$0]]) }
    }

    private static let rotationOverlap: Int64 = 2_000_000

    /// Lanes, and logs of a lane, that are tried for a log. A lane of its own gives the same lines.
    private static let tries = 64

    /// Whether a log begins no earlier than another one ends, apart from the overlap of rotations.
    static func follows(
        _ file: LogFile, _ span: ClosedRange<Int64>?, _ other: LogFile, _ otherSpan: ClosedRange<Int64>?
    ) -> Bool {
        guard let first = span?.lowerBound, let end = otherSpan?.upperBound, end >= first else { return true }
        return end <= first + (other.rotation.isBefore(file.rotation) ? rotationOverlap : 0)
    }

    /// Puts logs, which are in the order of their first stamps, into passages:
    ///
    /// * `span`: the first and the last stamp of a log; nil if it has none
    /// * `sharers`: earlier logs, of those in the range, that may hold lines of a log
    /// * `shared`: whether two logs hold the same lines
    static func passages(
        of files: [LogFile], span: (Int) -> ClosedRange<Int64>?, sharers: (Int, Range<Int>) -> [Int],
        shared: (Int, Int) -> Bool
    ) -> [Passage] {
        var passages: [Passage] = []
        /// The last stamp of the last passage, and of each of its lanes up to each log.
        var end = Int64.min
        var ends: [[Int64]] = []
        /// The lanes whose last log is a rotation of a log, by its name.
        var lanes: [String: Int] = [:]
        for (place, file) in files.enumerated() {
            let ownSpan = span(place)
            let first = ownSpan?.lowerBound
            let last = ownSpan?.upperBound ?? .min
            /// Whether it can be read behind another one.
            func follows(_ other: Int) -> Bool {
                guard let first, let end = span(other)?.upperBound, end >= first else { return true }
                return Passage.follows(file, ownSpan, files[other], span(other)) && !shared(other, place)
            }
            guard let passage = passages.indices.last, let first, end >= first,
                end > first + rotationOverlap || !passages[passage].files.reversed().allSatisfy(follows)
            else {
                passages.append(Passage(files: place..<place + 1, lanes: [[place]]))
                (end, ends, lanes) = (last, [[last]], [file.rotation.log: 0])
                continue
            }
            if !passages[passage].sharesLines {
                passages[passage].sharesLines = sharers(place, passages[passage].files).contains {
                    shared($0, place)
                }
            }
            passages[passage].files = passages[passage].files.lowerBound..<place + 1
            func isFree(_ lane: Int) -> Bool {
                guard let end = ends[lane].last, end >= first else { return true }
                guard end <= first + rotationOverlap else { return false }
                let logs = passages[passage].lanes[lane]
                let older = logs.count - tries
                return (older <= 0 || ends[lane][older - 1] < first) && logs.suffix(tries).allSatisfy(follows)
            }
            func isOwn(_ lane: Int) -> Bool {
                passages[passage].lanes[lane].last.map { files[$0].rotation.log } == file.rotation.log
            }
            let free = passages[passage].lanes.indices.prefix(tries).filter(isFree)
            let own =
                free.first(where: isOwn)
                ?? lanes[file.rotation.log].flatMap { isOwn($0) && isFree($0) ? $0 : nil }
            let lane = own ?? free.first ?? passages[passage].lanes.count
            if lane == passages[passage].lanes.count {
                passages[passage].lanes.append([])
                ends.append([])
            }
            passages[passage].lanes[lane].append(place)
            ends[lane].append(max(last, ends[lane].last ?? .min))
            lanes[file.rotation.log] = lane
            end = max(end, last)
        }
        return passages
    }
}
