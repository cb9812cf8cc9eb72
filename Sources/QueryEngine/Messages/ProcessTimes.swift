import MailLog

/// Processes by their tags and numbers, and the times at which they are of interest. A number comes back, so that of
/// a day with many deliveries few lines remain.
struct ProcessTimes: Sendable {
    private let entries: [(tag: [UInt8], numbers: [Int: MomentSet])]

    /// The times of all of them put together.
    let moments: MomentSet

    /// `times` are in microseconds of the wall clock.
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

    /// `postfix/smtp[1041]`, as it stands in the line; of many only `postfix/smtp[`.
    var literals: [RawLiteral]? {
        let whole = entries.flatMap { entry in
            entry.numbers.keys.sorted().map { RawLiteral(entry.tag + Array("[\($0)]".utf8)) }
        }
        let shortest = [whole, entries.map { RawLiteral($0.tag + Array("[".utf8)) }]
        return shortest.first { $0.count <= RawCondition.maximumLiterals }
    }

    private func place(of tag: Bytes) -> Int? {
        entries.firstIndex { entry in
            entry.tag.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { Bytes($0, count: buffer.count) == tag } ?? false
            }
        }
    }
}

/// Moments of the wall clock, in microseconds.
struct MomentSet: Sendable {
    /// In order, and apart from each other.
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

    /// From the first to the last one; nil of none.
    var span: Range<Int64>? {
        guard let first = ranges.first, let last = ranges.last else { return nil }
        return first.lowerBound..<last.upperBound
    }

    func contains(_ moment: Int64) -> Bool {
        var hint = 0
        return contains(moment, hint: &hint)
    }

    /// The same, for moments that follow each other: `hint` is where the one before was looked for.
    func contains(_ moment: Int64, hint: inout Int) -> Bool {
        if hint < ranges.count, ranges[hint].upperBound > moment,
            hint == 0 || ranges[hint - 1].upperBound <= moment
        {
            return ranges[hint].lowerBound <= moment
        }
        // The first that ends behind the moment.
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= moment { low = middle + 1 } else { high = middle }
        }
        hint = low
        return low < ranges.count && ranges[low].lowerBound <= moment
    }
}
