import MailLog

/// Processes by their tags and numbers, and the times at which they are of interest. A number comes back, so that of
/// a day with many deliveries few lines remain.
struct ProcessTimes: Sendable {
    private var entries: [(tag: [UInt8], numbers: [Int: [Range<Int64>]])] = []

    /// From the first to the last moment; nil of no process.
    private(set) var span: Range<Int64>?

    /// `times` are in microseconds of the wall clock.
    mutating func insert(_ tag: Bytes, _ number: Int, _ times: Range<Int64>) {
        let place = place(of: tag) ?? entries.count
        if place == entries.count { entries.append((Array(tag), [:])) }
        entries[place].numbers[number, default: []].append(times)
        let all = span ?? times
        span = min(all.lowerBound, times.lowerBound)..<max(all.upperBound, times.upperBound)
    }

    /// To be called when the last one is in: makes one of times that overlap.
    mutating func merge() {
        for place in entries.indices {
            entries[place].numbers = entries[place].numbers.mapValues { times in
                times.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, next in
                    if let last = merged.last, next.lowerBound <= last.upperBound {
                        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
                    } else {
                        merged.append(next)
                    }
                }
            }
        }
    }

    func contains(_ tag: Bytes, _ number: Int, at moment: Int64) -> Bool {
        guard let place = place(of: tag), let times = entries[place].numbers[number] else { return false }
        // The first that ends behind the moment.
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle].upperBound <= moment { low = middle + 1 } else { high = middle }
        }
        return low < times.count && times[low].contains(moment)
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
