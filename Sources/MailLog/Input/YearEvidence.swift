/// Finds the year of stamps without one. The first available evidence counts: a stamp with a year among the first
/// lines, `--year`, message ids, a date in the file's name, dates of its siblings, gzip's time, the file's time, today.
package enum YearEvidence {
    private static let second: Int64 = 1_000_000
    private static let day: Int64 = 86_400 * second

    /// Total of bytes that are searched for message ids.
    private static let searched = 16 << 20

    /// Sets the years of files and returns problems to report. Without `searching`, message ids are not searched for,
    /// and pipes are not read on. A followed pipe is never read on; its first stamp is the only evidence.
    static func settle(
        _ files: inout [LogFile], options: LogOptions, searching: Bool = true,
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) -> [InputProblem] {
        let isSearched = { (file: LogFile) in searching && (file.pipe == nil || !options.follows) }
        for index in files.indices where files[index].pipe != nil && isSearched(files[index]) {
            try? files[index].readBeginning(isWhole: true, shouldStop: shouldStop)
        }
        var latest: [String: Int64] = [:]
        for file in files {
            guard let date = date(in: file.path) else { continue }
            latest[stem(of: file.path)] = max(latest[stem(of: file.path)] ?? .min, date)
        }
        for index in files.indices where files[index].isYearless {
            let file = files[index]
            if let stamp = file.yearStamp, let first = file.firstStamp {
                files[index].years = YearWindow(first: first, reaching: stamp)
                files[index].yearSource = .stamps
            } else if let date = date(in: file.path) {
                // A rotated log has the date of the day on which it ended. Zones and late writers get one more day.
                files[index].years = YearWindow(end: date + 2 * day)
                files[index].yearSource = .name
            } else if file.path != "-", let date = latest[stem(of: file.path)] {
                files[index].years = YearWindow(start: date - 2 * day)
                files[index].yearSource = .sibling
            } else if let modified = file.modified {
                files[index].years = YearWindow(end: Int64(modified) * second + 2 * day)
                files[index].yearSource = file.isGzipTime ? .gzip : .file
            } else {
                files[index].years = YearWindow(end: options.now + 2 * day)
                files[index].yearSource = .clock
            }
        }
        let births = births(in: files, where: isSearched, shouldStop)
        let problems = births.compactMap { contradiction(options.zone, files[$0.index], $0.birth) }
        guard let year = options.year else {
            follow(births, &files)
            return problems
        }
        shift(&files, to: year)
        return problems
            + births.compactMap { index, birth in
                guard let time = files[index].firstTime, self.year(of: time) != birth.year else { return nil }
                return InputProblem(
                    path: files[index].path,
                    message: "\(files[index].name) is of \(birth.year) by its message ids, "
                        + "but --year makes it \(self.year(of: time))",
                    isDamage: false, kind: "year")
            }
    }

    /// Problem if the zone of a log differs from `--tz`.
    private static func contradiction(
        _ zone: Zone?, _ file: LogFile, _ birth: BirthEvidence
    ) -> InputProblem? {
        guard let zone, case let offset = Int(zone.offset(at: birth.moment)), offset != birth.offset else {
            return nil
        }
        return InputProblem(
            path: file.path,
            message:
                "the clock of \(file.name) is at \(Zone.text(ofOffset: birth.offset)) by its message ids, "
                + "but --tz makes it \(Zone.text(ofOffset: offset))",
            isDamage: false, kind: "zone")
    }

    /// Evidence from message ids of logs without years, by the index of the file.
    private static func births(
        in files: [LogFile], where isSearched: (LogFile) -> Bool,
        _ shouldStop: @escaping @Sendable () -> Bool
    ) -> [(index: Int, birth: BirthEvidence)] {
        var budget = searched
        let yearless = files.indices.filter { isUntold(files[$0]) && isSearched(files[$0]) }
        // Latest file first: its clock often explains the years of the others.
        return yearless.sorted { (start(files[$0]), files[$0].path) > (start(files[$1]), files[$1].path) }
            .compactMap { index in
                BirthEvidence.find(in: files[index], budget: &budget, shouldStop: shouldStop).map {
                    (index, $0)
                }
            }
    }

    /// Sets the years of files by message ids. Files with equally wrong modification times are shifted with them.
    private static func follow(_ births: [(index: Int, birth: BirthEvidence)], _ files: inout [LogFile]) {
        var shifts: Set<Int> = []
        for (index, birth) in births {
            guard let stamp = files[index].firstStamp, let time = files[index].firstTime else { continue }
            if files[index].yearSource?.isTimeStamp == true { shifts.insert(birth.year - year(of: time)) }
            files[index].years = YearWindow(first: stamp, year: birth.year)
            files[index].yearSource = .births
            files[index].offset = birth.offset
        }
        guard shifts.count == 1, let shift = shifts.first, shift != 0 else { return }
        for index in files.indices where files[index].yearSource?.isTimeStamp == true {
            files[index].years = files[index].years.moved(by: shift)
            files[index].yearSource = .others
        }
    }

    /// Whether no stamp of the log has a year.
    private static func isUntold(_ file: LogFile) -> Bool { file.isYearless && file.yearStamp == nil }

    private static func year(of time: Value) -> Int {
        Calendar.civil(fromDays: Int(time.wallClock.floorDivided(by: day))).year
    }

    /// Shifts all files by whole years, so that the earliest begins in a year.
    private static func shift(_ files: inout [LogFile], to year: Int) {
        let yearless = files.indices.filter { isUntold(files[$0]) }
        let first = yearless.min { start(files[$0]) < start(files[$1]) }
        guard let first else { return }
        guard let stamp = files[first].firstStamp else {
            for index in yearless { files[index].years = YearWindow(year: year) }
            return
        }
        let found = files[first].firstTime.map { self.year(of: $0) } ?? year
        for index in yearless {
            if index == first {
                files[index].years = YearWindow(first: stamp, year: year)
            } else {
                files[index].years = files[index].years.moved(by: year - found)
            }
            files[index].yearSource = .option
        }
    }

    private static func start(_ file: LogFile) -> Int64 { file.firstTime?.wallClock ?? .max }

    /// Returns midnight of the day in a name: `maillog-20121223.gz`, `mail.log.2012-12-23`.
    package static func date(in path: String) -> Int64? {
        var digits: [Int] = []
        var separator: UInt8?
        let name = Array(path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed())
        // Runs of digits, with the byte before each.
        var runs: [(digits: [Int], before: UInt8?)] = []
        for byte in name {
            if byte.isDigit {
                digits.append(Int(byte - 48))
                continue
            }
            if !digits.isEmpty { runs.append((digits, separator)) }
            digits = []
            separator = byte
        }
        if !digits.isEmpty { runs.append((digits, separator)) }
        func number(_ digits: ArraySlice<Int>) -> Int { digits.reduce(0) { $0 * 10 + $1 } }
        func midnight(_ year: Int, _ month: Int, _ dayOfMonth: Int) -> Int64? {
            guard (1970...2199).contains(year), (1...12).contains(month),
                (1...Calendar.days(in: month, of: year)).contains(dayOfMonth)
            else { return nil }
            return Int64(Calendar.daysFromCivil(year: year, month: month, day: dayOfMonth)) * day
        }
        for (index, run) in runs.enumerated() {
            let digits = run.digits[...]
            if digits.count == 8 || digits.count == 10 || digits.count == 12 || digits.count == 14 {
                if let found = midnight(
                    number(digits.prefix(4)), number(digits[4..<6]), number(digits[6..<8]))
                {
                    return found
                }
            }
            if digits.count == 10 { return Int64(number(digits)) * second }
            if digits.count == 4, index + 2 < runs.count, runs[index + 1].digits.count == 2,
                runs[index + 2].digits.count >= 2
            {
                let month = number(runs[index + 1].digits[...])
                if let found = midnight(number(digits), month, number(runs[index + 2].digits.prefix(2))) {
                    return found
                }
            }
        }
        return nil
    }

    /// Part of the path that rotations of one log share: directory, and name up to the first digit, `.` or `-`.
    private static func stem(of path: String) -> String {
        let slash =
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) } ?? path.startIndex
        let end = path.utf8[slash...].firstIndex {
            $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        return String(path[..<(end ?? path.endIndex)])
    }
}
