/// Progress of reading: `45% ██████▌       3.4 GB of 7.5 GB  350.0 MB/s  12s left`.
package enum ProgressBar {
    private static let longest = 30
    private static let shortest = 8

    /// Returns the bar for a terminal of `width` columns; the last column stays free. `done` and `total` are bytes;
    /// `total` is nil for a pipe. `elapsed` is in seconds.
    package static func text(done: Int, total: Int?, elapsed: Double, width: Int, isUTF8: Bool) -> String {
        let columns = max(0, width - 1)
        let rate = elapsed > 0 ? Double(done) / elapsed : 0
        guard let total, total > 0 else {
            if done == 0 { return String("reading".prefix(columns)) }
            return joined(["\(PeopleText.size(done)) read", "\(PeopleText.size(rate))/s"], columns)
        }
        let share = min(1, max(0, Double(done) / Double(total)))
        let percent = "\(Int(share * 100))%"
        var facts = ["\(PeopleText.size(done)) of \(PeopleText.size(total))", "\(PeopleText.size(rate))/s"]
        if rate > 0, share < 1 {
            // In whole seconds: nobody can read faster changes.
            let left = min(1e9, (Double(total - done) / rate).rounded(.up))
            facts.append("\(PeopleText.duration(Int(left) * 1_000_000)) left")
        }
        let start = String(repeating: " ", count: 4 - percent.count) + percent
        while true {
            let rest = facts.map { "  " + $0 }.joined()
            let room = columns - start.count - 1 - rest.count
            if room >= shortest {
                return "\(start) \(bar(share, cells: min(longest, room), isUTF8: isUTF8))\(rest)"
            }
            if facts.popLast() == nil { return String(start.prefix(columns)) }
        }
    }

    /// Joins as many facts as fit.
    private static func joined(_ facts: [String], _ columns: Int) -> String {
        facts.reduce("") { line, fact in
            let longer = line.isEmpty ? fact : "\(line)  \(fact)"
            return longer.count <= columns ? longer : line
        }
    }

    private static func bar(_ share: Double, cells: Int, isUTF8: Bool) -> String {
        guard isUTF8 else {
            let full = Int(share * Double(cells))
            return String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
        }
        let eighths = Int(share * Double(cells * 8))
        let (full, part) = eighths.quotientAndRemainder(dividingBy: 8)
        let edge =
            part == 0 ? "" : String("▏▎▍▌▋▊▉"["▏▎▍▌▋▊▉".index("▏▎▍▌▋▊▉".startIndex, offsetBy: part - 1)])
        let line = String(repeating: "█", count: full) + edge
        return line + String(repeating: " ", count: cells - full - (part == 0 ? 0 : 1))
    }
}
