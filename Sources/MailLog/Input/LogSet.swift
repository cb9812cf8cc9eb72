/// Options that apply to all logs.
package struct LogOptions: Sendable {
    /// Year of the first stamp that has none.
    package var year: Int?
    /// Zone in which times are shown, and zone of stamps without an offset.
    package var zone: Zone?
    /// Present time, in microseconds of the wall clock.
    package var now: Int64 = 0
    /// Whether pipes are read more than once and must be copied to temporary files.
    package var spools = false
    /// Copies of pipes from earlier log sets.
    package var pipes = SpooledPipes()
    /// Whether logs may be created later.
    package var follows = false
    /// Whether no line is skipped because of its time (`--full-scan`).
    package var readsAll = false

    package init(
        year: Int? = nil, zone: Zone? = nil, now: Int64 = 0, spools: Bool = false, readsAll: Bool = false
    ) {
        self.readsAll = readsAll
        self.year = year
        self.zone = zone
        self.now = now
        self.spools = spools
    }
}

/// Logs of a command, ordered by time.
///
/// Opening them reads their beginnings and ends. Slower work is done when it is needed: the search for copies before
/// reading, the search for evidence of years before times matter.
package final class LogSet: Sendable {
    private let opened: [LogFile]
    private let openingProblems: [InputProblem]
    private let options: LogOptions
    private let found = Mutex(Found())

    private struct Found {
        /// Without copies, in the given order.
        var files: [LogFile]?
        /// With years, ordered by time: without and with evidence from message ids.
        var undated: [LogFile]?
        var dated: [LogFile]?
        /// Logs with years, grouped for merging.
        var passages: [Passage]?
        var coverage: Coverage??
        var problems: [InputProblem] = []
    }

    package init(paths: [String], options: LogOptions) {
        var files: [LogFile] = []
        var problems: [InputProblem] = []
        var seen: Set<OpenFile.Identity> = []
        var isFull = false

        func add(_ path: String, isGiven: Bool) {
            func report(_ what: String, isDamage: Bool) {
                problems.append(InputProblem(path: path, what: what, isDamage: isDamage))
            }
            do {
                if let directory = LogDirectory(path) {
                    guard isGiven else { return }
                    let logs = try directory.readLogs()
                    if logs.isEmpty { report(directory.emptiness, isDamage: !options.follows) }
                    for log in logs { add(log, isGiven: false) }
                    return
                }
                guard files.count < Chunk.fileLimit else {
                    if !isFull {
                        report("is one log too many: \(Chunk.fileLimit) can be read at once", isDamage: true)
                    }
                    isFull = true
                    return
                }
                var file = try OpenFile(path, acceptsPipes: isGiven, staysOpen: options.follows)
                guard seen.insert(file.identity).inserted else {
                    if isGiven { report("was given twice; it is read once", isDamage: false) }
                    return
                }
                if !file.isRegular, !options.follows {
                    file = try options.pipes.copy(of: file, path, isNeeded: options.spools)
                }
                files.append(try LogFile(path, file))
            } catch let failure as OpenFile.Failure where !isGiven && failure.kind != nil {
                report("is skipped: \(failure.text), not a file", isDamage: false)
            } catch { problems.append(InputProblem(path: path, error)) }
        }
        for path in paths { add(path, isGiven: true) }

        opened = files
        openingProblems = problems
        self.options = options
    }

    /// Paths of all opened logs, including copies.
    var paths: [String] { opened.map(\.path) }

    /// Logs ordered by their first stamps. Logs without stamps come last.
    package var files: [LogFile] { files(dated: true) }

    /// Logs ordered by their first stamps. Years may be wrong unless `dated`.
    package func files(dated: Bool) -> [LogFile] { found.withLock { files(dated: dated, &$0) } }

    /// Problems found so far.
    package var problems: [InputProblem] { openingProblems + found.withLock { $0.problems } }

    /// Number of the line at an offset of an unpacked log; nil for a pipe.
    package func line(in file: Int, at offset: Int) -> Int? {
        let files = files(dated: false)
        guard files.indices.contains(file), files[file].file.isRegular else { return nil }
        let stream = files[file].stream { false }
        let block = Block()
        while let lines = stream.next(into: block, numbered: true) {
            guard offset < lines.offset + lines.bytes.count else { continue }
            return lines.line + lines.bytes.prefix(max(0, offset - lines.offset)).lineCount
        }
        return nil
    }

    /// Finds an earlier copy of the lines from an offset on, as in a log that was appended to itself. Returns the
    /// number of its first line and the number of equal lines; nil if fewer than two lines are equal.
    package func repetition(in file: Int, at offset: Int) -> (line: Int, count: Int)? {
        let files = files(dated: false)
        guard files.indices.contains(file), files[file].file.isRegular else { return nil }
        let log = files[file]
        // Most logs repeat nothing, so the search begins with two lines.
        var wanted: [(count: Int, hash: UInt64)] = []
        log.readLines(from: offset) { position, line in
            if position >= offset { wanted.append((line.count, LogFile.hash(line))) }
            return wanted.count < 2
        }
        guard wanted.count == 2 else { return nil }
        var (number, start, isFirst) = (0, 0, false)
        var found: (line: Int, position: Int)?
        log.readLines(from: 0) { position, line in
            guard position < offset else { return false }
            func isWanted(_ index: Int) -> Bool {
                line.count == wanted[index].count && LogFile.hash(line) == wanted[index].hash
            }
            if isFirst, isWanted(1) {
                found = (number, start)
                return false
            }
            isFirst = isWanted(0)
            (number, start) = (number + 1, position)
            return true
        }
        guard let found else { return nil }
        var later: [UInt64] = []
        log.readLines(from: offset) { position, line in
            if position >= offset { later.append(LogFile.hash(line)) }
            return later.count < LogSet.repetitionLimit
        }
        var count = 0
        log.readLines(from: found.position) { position, line in
            guard position >= found.position else { return true }
            guard position < offset, count < later.count else { return false }
            let isSame = LogFile.hash(line) == later[count]
            count += isSame ? 1 : 0
            return isSame
        }
        return count > 1 ? (found.line, count) : nil
    }

    private static let repetitionLimit = 1 << 20

    private func files(
        dated: Bool, _ found: inout Found, _ isCancelled: @escaping @Sendable () -> Bool = { false }
    ) -> [LogFile] {
        let whole = found.files ?? withoutCopies(&found)
        let dated = dated || whole.count > 1
        if let files = dated ? found.dated : found.undated { return files }
        var files = whole
        found.problems += YearEvidence.settle(
            &files, options: options, searching: dated, shouldStop: isCancelled)
        let isReadWhole = options.readsAll || TimeSearch.isCheap(files)
        for index in files.indices {
            files[index].years.zone = zone
            files[index].isReadWhole = isReadWhole
        }
        let isInstant = tellZones(files)
        files.sort { a, b in
            switch (a.firstTime?.moment(isInstant: isInstant), b.firstTime?.moment(isInstant: isInstant)) {
            case (let first?, let second?) where first != second: first < second
            case (.some, nil): true
            case (nil, .some): false
            // If rotations begin in the same second, the oldest one comes first.
            default: (a.rotation.log, a.rotation.age, a.path) < (b.rotation.log, b.rotation.age, b.path)
            }
        }
        if dated { found.dated = files } else { found.undated = files }
        return files
    }

    private func withoutCopies(_ found: inout Found) -> [LogFile] {
        var files = opened
        let copies = LogSet.copies(in: files)
        for (copy, whole) in copies.map({ (files[$0.copy], files[$0.whole]) }) {
            found.problems.append(
                InputProblem(
                    path: copy.path,
                    message: "\(copy.name) has only lines of \(whole.name); they are read once",
                    isDamage: false, kind: "copy"))
        }
        let isCopy = Set(copies.map(\.copy))
        files = files.indices.filter { !isCopy.contains($0) }.map { files[$0] }
        found.files = files
        return files
    }

    /// Opens a reader. Unless `merged`, logs that overlap are read one by one if they share no lines; `merged` defaults
    /// to `ordered`. Parts without lines of `times` (wall clock) are skipped. `isCancelled` is polled during waits for
    /// pipes and compressed logs.
    package func reader(
        ordered: Bool, merged: Bool? = nil, numbered: Bool, dated: Bool = true,
        during times: Range<Int64>? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) -> ChunkReader {
        let (files, passages) = found.withLock { state -> ([LogFile], [Passage]) in
            let passages = self.passages(dated: dated, &state, isCancelled)
            return (self.files(dated: dated, &state), passages)
        }
        return ChunkReader(
            files, passages: merged ?? ordered ? passages : passages.flatMap(\.apart),
            usesInstants: tellZones(files), parts: files.map { $0.part(holding: times) },
            ordered: ordered, numbered: numbered, isCancelled: isCancelled)
    }

    private func passages(
        dated: Bool, _ found: inout Found, _ isCancelled: @escaping @Sendable () -> Bool
    ) -> [Passage] {
        if let passages = found.passages { return passages }
        var files = files(dated: dated, &found, isCancelled)
        guard files.count > 1 else { return files.indices.map { Passage(files: $0..<$0 + 1, lanes: [[$0]]) } }
        let survey = Survey(files, usesInstants: tellZones(files))
        let isWhole = survey.run(isCancelled: isCancelled)
        let passages = survey.passages
        // An incomplete survey is good enough for this answer, and is not kept.
        guard isWhole else { return passages }
        for passage in passages where passage.isMerged {
            for (lane, indices) in passage.lanes.enumerated() {
                let others = passage.lanes.indices.lazy.filter { $0 != lane }.flatMap { passage.lanes[$0] }
                let names = others.prefix(LogSet.namedLogs).sorted().map { files[$0].name }
                let more = passage.files.count - indices.count - names.count
                for index in indices { files[index].merged = names + (more > 0 ? ["and \(more) more"] : []) }
            }
            found.problems.append(LogSet.overlap(passage, files))
        }
        found.dated = files
        found.passages = passages
        return passages
    }

    /// Maximum number of names in a list of merged logs.
    private static let namedLogs = 100

    private static func overlap(_ passage: Passage, _ files: [LogFile]) -> InputProblem {
        let names = passage.lanes.map { files[$0[0]].name }
        let others = names.count == 2 ? names[1] : "\(names.count - 1) other logs"
        return InputProblem(
            path: files[passage.files.lowerBound].path,
            message: "\(names[0]) and \(others) overlap in time and are merged line by line"
                + (passage.sharesLines ? "; lines that are in several are read once" : ""),
            isDamage: false, kind: "overlap")
    }

    /// Zone in which times are shown; nil for the zone of each stamp.
    package var zone: Zone? { options.zone }

    /// Whether the zone of every log is known.
    private func tellZones(_ files: [LogFile]) -> Bool {
        zone != nil || files.allSatisfy { $0.firstStamp.map { $0.offset != Value.unknownOffset } ?? true }
    }

    /// Times that the lines cover; nil if no line has a stamp.
    package var coverage: Coverage? {
        found.withLock { state in
            if let coverage = state.coverage { return coverage }
            let files = files(dated: true, &state)
            let latest = Dictionary(
                files.indices.lazy.filter { files[$0].firstStamp != nil }.map {
                    (files[$0].rotation.log, $0)
                },
                uniquingKeysWith: max)
            let hours = Threads.map(files.indices) { index in
                let file = files[index]
                return file.stampHours(
                    readingAll: file.isReadWhole || !file.isPlain && latest[file.rotation.log] == index)
            }
            let coverage = Coverage(
                of: hours, isExact: files.allSatisfy { $0.isReadWhole && $0.file.isRegular })
            for (file, hours) in zip(files, hours) {
                if let coverage, let strays = hours.strays(outside: coverage) {
                    state.problems.append(LogSet.problem(file, strays, coverage))
                }
            }
            if !Waiting.isOver { state.coverage = .some(coverage) }
            return coverage
        }
    }

    private static func problem(_ file: LogFile, _ strays: StampHours.Hour, _ coverage: Coverage)
        -> InputProblem
    {
        let (first, last) = (Calendar.text(strays.first), Calendar.text(strays.last))
        let stamps =
            strays.count == 1
            ? "a stray stamp (\(first))"
            : "\(coverage.isExact ? "\(strays.count) " : "")stray stamps (\(first) to \(last))"
        return InputProblem(
            path: file.path,
            message: "\(file.name) has \(stamps); `start` is \(Calendar.text(coverage.first)) and `end` is "
                + Calendar.text(coverage.last), isDamage: false, kind: "strays")
    }

    /// Finds files whose lines are all in another file: copies, and logs beside their compressed selves. Of equal
    /// files, the first by name is kept.
    ///
    /// Files are sorted by content. If a file is the beginning of others, one of those follows it.
    private static func copies(in files: [LogFile]) -> [(copy: Int, whole: Int)] {
        let order = files.indices.filter { files[$0].isComparable }.sorted { a, b in
            let order = files[a].order(before: files[b])
            return order != 0 ? order < 0 : files[a].path > files[b].path
        }
        var wholes: [Int: Int] = [:]
        for (index, next) in zip(order, order.dropFirst()).reversed()
        where files[index].isBeginning(of: files[next]) { wholes[index] = wholes[next] ?? next }
        return wholes.map { (copy: $0.key, whole: $0.value) }.sorted {
            files[$0.copy].path < files[$1.copy].path
        }
    }
}
