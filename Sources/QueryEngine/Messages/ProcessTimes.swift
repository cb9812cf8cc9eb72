import MailLog

/// Processes, by tag and pid, with the time ranges in which their lines matter. The time ranges are needed because pids
/// are reused: without them, a busy day would select many unrelated lines.
struct ProcessTimes: Sendable {
    private let entries: [(tag: [UInt8], numbers: [Int: MomentSet])]

    /// Union of the time ranges of all processes.
    let moments: MomentSet

    /// Creates the set. `times` are in microseconds of the wall clock.
    init(_ processes: [(tag: [UInt8], number: Int, times: Range<Int64>)]) {
        moments = MomentSet(processes.map(\.times))
        entries = Dictionary(grouping: processes, by: \.tag).map { tag, ofTag in
            (tag, Dictionary(grouping: ofTag, by: \.number).mapValues { MomentSet($0.map(\.times)) })
        }
        .sorted { $0.tag.lexicographicallyPrecedes($1.tag) }
    }

    func contains(_ tag: Bytes, _ number: Int, at moment: Int64) -> Bool {
        place(of: tag).flatMap { entries[$0].numbers[number] }?.contains(moment) ?? false
    }

    /// Texts to search for: `postfix/smtp[1041]`, or only `postfix/smtp[` if there are too many processes. Nil if even
    /// these are too many.
    var literals: [RawLiteral]? {
        let whole = entries.flatMap { entry in
            entry.numbers.keys.sorted().map { RawLiteral(entry.tag + Array("[\($0)]".utf8)) }
        }
        let shortest = [whole, entries.map { RawLiteral($0.tag + Array("[".utf8)) }]
        return shortest.first { $0.count <= RawCondition.maximumLiterals }
    }

    private func place(of tag: Bytes) -> Int? {
        entries.firstIndex { entry in
            entry.tag.withBytes { $0 == tag }
        }
    }
}

/// Set of wall-clock times in microseconds, as ranges.
struct MomentSet: Sendable {
    /// Sorted and disjoint ranges.
    private var ranges: [Range<Int64>] = []

    init(_ all: [Range<Int64>]) {
        for next in all.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last, next.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
            } else {
                ranges.append(next)
            }
        }
    }

    /// Span of all ranges; nil if there are none.
    var span: Range<Int64>? {
        guard let first = ranges.first, let last = ranges.last else { return nil }
        return first.lowerBound..<last.upperBound
    }

    func contains(_ moment: Int64) -> Bool {
        var hint = 0
        return contains(moment, hint: &hint)
    }

    /// Faster variant for ascending times. `hint` is the index of the range of the previous time.
    func contains(_ moment: Int64, hint: inout Int) -> Bool {
        if hint < ranges.count, ranges[hint].upperBound > moment,
            hint == 0 || ranges[hint - 1].upperBound <= moment
        {
            return ranges[hint].lowerBound <= moment
        }
        // Binary search for the first range that ends after the moment.
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= moment { low = middle + 1 } else { high = middle }
        }
        hint = low
        return low < ranges.count && ranges[low].lowerBound <= moment
    }
}
