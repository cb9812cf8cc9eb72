/// Logs that are merged line by line, because their stamps overlap. Rotations of one log are in one lane:
///
///     mx1/maillog.1 ────── mx1/maillog ──────          a lane
///         mx2/maillog.1 ────────── mx2/maillog ──      another lane
///
/// A log may follow another in its lane if it begins when the other has ended. Rotations of one log may overlap by two
/// seconds, because daemons make their stamps before syslog writes the lines. Lines that are in two logs (`mail.info`
/// beside `mail.log`) are read once.
struct Passage {
    /// Indices of the logs, which are ordered by their first stamps.
    var files: Range<Int>
    var lanes: [[Int]]
    /// Whether two of the logs may share lines.
    var sharesLines = false

    var isMerged: Bool { lanes.count > 1 }

    /// The same logs one by one, if that returns the same lines.
    var apart: [Passage] {
        sharesLines ? [self] : files.map { Passage(files: $0..<$0 + 1, lanes: [[$0]]) }
    }

    private static let rotationOverlap: Int64 = 2_000_000

    /// Maximum number of lanes, and of logs in a lane, to try for a log. A new lane returns the same lines.
    private static let tries = 64

    /// Whether a log begins when another one has ended, except for the overlap of rotations.
    static func follows(
        _ file: LogFile, _ span: ClosedRange<Int64>?, _ other: LogFile, _ otherSpan: ClosedRange<Int64>?
    ) -> Bool {
        guard let first = span?.lowerBound, let end = otherSpan?.upperBound, end >= first else { return true }
        return end <= first + (other.rotation.isBefore(file.rotation) ? rotationOverlap : 0)
    }

    /// Groups logs, which are ordered by their first stamps, into passages:
    ///
    /// * `span`: first and last stamp of a log; nil if it has none
    /// * `sharers`: earlier logs in the range that may share lines with a log
    /// * `shared`: whether two logs share lines
    static func passages(
        of files: [LogFile], span: (Int) -> ClosedRange<Int64>?, sharers: (Int, Range<Int>) -> [Int],
        shared: (Int, Int) -> Bool
    ) -> [Passage] {
        var passages: [Passage] = []
        /// Last stamp of the last passage, and of each of its lanes up to each log.
        var end = Int64.min
        var ends: [[Int64]] = []
        /// Index of the lane that a log's newest rotation is in, by the log's name.
        var lanes: [String: Int] = [:]
        for (index, file) in files.enumerated() {
            let ownSpan = span(index)
            let first = ownSpan?.lowerBound
            let last = ownSpan?.upperBound ?? .min
            /// Whether the log can follow another one in a lane.
            func follows(_ other: Int) -> Bool {
                guard let first, let end = span(other)?.upperBound, end >= first else { return true }
                return Passage.follows(file, ownSpan, files[other], span(other)) && !shared(other, index)
            }
            guard let passage = passages.indices.last, let first, end >= first,
                end > first + rotationOverlap || !passages[passage].files.reversed().allSatisfy(follows)
            else {
                passages.append(Passage(files: index..<index + 1, lanes: [[index]]))
                (end, ends, lanes) = (last, [[last]], [file.rotation.log: 0])
                continue
            }
            if !passages[passage].sharesLines {
                passages[passage].sharesLines = sharers(index, passages[passage].files).contains {
                    shared($0, index)
                }
            }
            passages[passage].files = passages[passage].files.lowerBound..<index + 1
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
            passages[passage].lanes[lane].append(index)
            ends[lane].append(max(last, ends[lane].last ?? .min))
            lanes[file.rotation.log] = lane
            end = max(end, last)
        }
        return passages
    }
}
