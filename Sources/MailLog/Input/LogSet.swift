import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a command says about its logs.
package struct LogOptions: Sendable {
    /// The year of the first stamp that has none.
    package var year: Int?
    /// The present, in microseconds of the wall clock.
    package var now: Int64 = 0
    /// Whether a pipe is to be read more than once, so that it must be copied to a temporary file.
    package var spools = false

    package init(year: Int? = nil, now: Int64 = 0, spools: Bool = false) {
        self.year = year
        self.now = now
        self.spools = spools
    }
}

/// The logs of a command, in the order of time, whatever their names and the order in which they were given.
package final class LogSet: Sendable {
    /// In order of their first stamps; logs without any come last.
    package let files: [LogFile]
    package let problems: [InputProblem]
    private let range = Mutex<(first: Int64, last: Int64)??>(nil)

    package init(paths: [String], options: LogOptions) {
        var files: [LogFile] = []
        var problems: [InputProblem] = []
        var seen: Set<OpenFile.Identity> = []

        func add(_ path: String, isGiven: Bool) {
            let name = path == "-" ? "standard input" : path
            func report(_ what: String, isDamage: Bool) {
                problems.append(InputProblem(path: path, message: "\(name) \(what)", isDamage: isDamage))
            }
            do {
                var file = try OpenFile(path)
                if file.isDirectory {
                    guard isGiven else { return }
                    let names = LogSet.names(in: path)
                    if names.isEmpty { report("is a directory without files", isDamage: true) }
                    for name in names {
                        add(path.hasSuffix("/") ? path + name : "\(path)/\(name)", isGiven: false)
                    }
                    return
                }
                guard seen.insert(file.identity).inserted else {
                    if isGiven { report("was given twice; it is read once", isDamage: false) }
                    return
                }
                if !file.isRegular, options.spools { file = try OpenFile(spooling: file) }
                files.append(try LogFile(path, file))
            } catch let failure as OpenFile.Failure {
                report("cannot be opened: \(failure.text)", isDamage: true)
            } catch let failure as LogFile.Failure {
                report(failure.message, isDamage: true)
            } catch {
                report("cannot be opened", isDamage: true)
            }
        }
        for path in paths { add(path, isGiven: true) }

        YearEvidence.settle(&files, options: options)
        self.files = files.sorted { a, b in
            switch (a.firstTime?.wallClock, b.firstTime?.wallClock) {
            case (let first?, let second?) where first != second: first < second
            case (.some, nil): true
            case (nil, .some): false
            default: a.path < b.path
            }
        }
        self.problems = problems
    }

    /// `isCancelled` is asked while waiting for a pipe.
    package func reader(
        ordered: Bool, numbered: Bool, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) -> ChunkReader {
        ChunkReader(files, ordered: ordered, numbered: numbered, isCancelled: isCancelled)
    }

    /// The first and the last stamp, in microseconds of the wall clock; nil where no line has any.
    package var timeRange: (first: Int64, last: Int64)? {
        range.withLock { range in
            if let range { return range }
            var times = files.flatMap { [$0.firstTime, $0.lastTime] }.compactMap { $0?.wallClock }
            // Of compressed files only the latest is read for this.
            if let latest = files.last(where: { $0.firstTime != nil }), latest.lastTime == nil,
                let stamp = latest.findLastStamp()
            {
                times.append(latest.years.time(of: stamp).wallClock)
            }
            let found = times.min().flatMap { first in times.max().map { (first, $0) } }
            range = .some(found)
            return found
        }
    }

    /// The files of a directory that look like mail logs, or all if none does.
    private static func names(in directory: String) -> [String] {
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
                String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix("."), !name.hasSuffix("~") { names.append(name) }
        }
        let logs = names.filter { $0.hasPrefix("mail") }
        return (logs.isEmpty ? names : logs).sorted()
    }
}
