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

    /// The logs of the other lanes.
    func others(than place: Int) -> [Int] { lanes.filter { !$0.contains(place) }.flatMap(\.self).sorted() }

    private static let rotationOverlap: Int64 = 2_000_000

    /// `files` are in the order of their first stamps. Of each, `span` tells the first and the last one, nil where no
    /// line has any; `shared`, whether lines stand in both.
    static func passages(
        of files: [LogFile], span: (Int) -> ClosedRange<Int64>?, shared: (Int, Int) -> Bool
    ) -> [Passage] {
        var passages: [Passage] = []
        for (place, file) in files.enumerated() {
            let first = span(place)?.lowerBound
            /// Whether it can be read behind another one.
            func follows(_ other: Int) -> Bool {
                guard let first, let end = span(other)?.upperBound, end >= first else { return true }
                if shared(other, place) { return false }
                let isNext = files[other].rotation.isBefore(file.rotation)
                return end <= first + (isNext ? rotationOverlap : 0)
            }
            guard let last = passages.indices.last, !passages[last].files.allSatisfy(follows) else {
                passages.append(Passage(files: place..<place + 1, lanes: [[place]]))
                continue
            }
            if passages[last].files.contains(where: { shared($0, place) }) {
                passages[last].sharesLines = true
            }
            passages[last].files = passages[last].files.lowerBound..<place + 1
            let free = passages[last].lanes.indices.filter { passages[last].lanes[$0].allSatisfy(follows) }
            let own = free.first {
                files[passages[last].lanes[$0].last ?? 0].rotation.log == file.rotation.log
            }
            if let lane = own ?? free.first {
                passages[last].lanes[lane].append(place)
            } else {
                passages[last].lanes.append([place])
            }
        }
        return passages
    }
}
