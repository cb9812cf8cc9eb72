import SystemText

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads logs to their ends and then goes on with what is written to them, whatever becomes of the files:
///
///     renamed, another created      the old one is read to its end, as long as anybody writes it, then the new one
///     copied and truncated          read again from its beginning
///     not there yet                 read from its beginning when it comes
///     new in a directory            the same, unless it is a rotation of one that is read
///     a rotation of another log     read to its end; its name will be another file's
///
/// Renaming loses no line, even where a log is rotated several times between two looks, because the names that it
/// gets are known from the directory; but a file may be deleted before it is seen. Of what is truncated, lines that
/// were written since the last look are lost, and nothing else; a look takes place within a few milliseconds of each.
package final class FileFollower {
    /// The names, by the `fileIndex` of the chunks.
    package private(set) var paths: [String]
    package private(set) var problems: [InputProblem] = []

    /// What has not been read for the first time yet, in the order of time.
    private var initial: ArraySlice<Initial>
    private var logs: [FollowedLog] = []
    private let directories: [FollowedDirectory]
    private let watch = DirectoryWatch()
    private let now: () -> Int64
    private let zone: Zone?
    private var arrival: UInt64 = 0
    /// The log that is looked at next.
    private var cursor = 0
    private let shouldStop: @Sendable () -> Bool

    private enum Initial {
        case growing(FollowedLog, GrowingFile)
        case stream(Int, ByteStream, YearWindow)
    }

    /// `awaited` are names of which there is no file yet, `directories` stand for what is in them and what comes;
    /// `now` gives the microseconds of the wall clock.
    package init(
        _ set: LogSet, awaited: [String], directories: [LogDirectory], now: @escaping () -> Int64,
        shouldStop: @escaping @Sendable () -> Bool
    ) {
        self.now = now
        zone = set.zone
        self.shouldStop = shouldStop
        paths = set.files.map(\.path) + awaited
        self.directories = directories.map { FollowedDirectory($0, seen: set.paths + awaited) }
        var initial: [Initial] = []
        for (index, log) in set.files.enumerated() {
            guard log.packing == .plain else {
                initial.append(.stream(index, log.stream(shouldStop: shouldStop), log.years))
                continue
            }
            let name = log.rotation
            let followed = FollowedLog(
                log.path, index, isPipe: !log.file.isRegular,
                isRotation: paths.contains { name.isBefore(Rotation($0)) })
            let file = GrowingFile(log.file, index: index, years: log.years, head: log.head)
            followed.begin(with: file)
            logs.append(followed)
            initial.append(.growing(followed, file))
        }
        for (place, path) in awaited.enumerated() {
            logs.append(FollowedLog(path, set.files.count + place))
        }
        self.initial = initial[...]
        for log in logs where !log.isPipe { watch(log) }
        for directory in directories { watch.add(directory: String(directory.path.dropLast())) }
    }

    private func watch(_ log: FollowedLog) {
        watch.add(directory: log.directory)
        watch.add(file: log.path)
    }

    /// Takes up the logs that have come to the directories; false where there are none.
    private func findLogs() -> Bool {
        var isFound = false
        for directory in directories {
            for new in directory.newLogs(besides: logs.filter { !$0.isPipe }.map(\.path))
            where !logs.contains(where: { $0.isReading(new.file) }) {
                isFound = true
                let log = FollowedLog(new.path, paths.count)
                log.begin(with: GrowingFile(new.file, index: paths.count, years: nil))
                paths.append(new.path)
                logs.append(log)
                watch(log)
            }
        }
        return isFound
    }

    /// Whether nothing more can come: no file is followed, and every pipe has ended.
    package var isOver: Bool {
        initial.isEmpty && directories.isEmpty && logs.allSatisfy { $0.isPipe && $0.isOver }
    }

    /// Whether what was there at the start has been read.
    package var hasCaughtUp: Bool { initial.isEmpty }

    /// The next lines, in the memory of `block`; nil where none have come yet.
    package func next(into block: Block) -> Chunk? {
        guard let chunk = read(into: block) else { return nil }
        arrival += UInt64(chunk.bytes.count)
        return chunk
    }

    /// Waits for more, at most so many milliseconds.
    package func wait(_ milliseconds: Int32) {
        watch.wait(milliseconds, pipes: logs.filter { $0.isPipe && !$0.isOver }.map(\.descriptor))
        passOnRenamings()
    }

    private func passOnRenamings() {
        for renaming in watch.takeRenamings() {
            for log in logs { log.take(renaming) }
        }
    }

    /// The renamings up to now, for a log that has just opened its newest file.
    private func noteRenamings() {
        watch.readEvents()
        passOnRenamings()
    }

    /// What stands behind the last newlines, now that no further one is waited for.
    package func last(into block: Block) -> Chunk? {
        for log in logs {
            for file in log.files {
                if let chunk = file.last(into: block, years: recent, arrival: arrival) {
                    arrival += UInt64(chunk.bytes.count)
                    return chunk
                }
            }
        }
        return nil
    }

    /// Stamps that come now are of the last twelve months.
    private var recent: YearWindow {
        var window = YearWindow(end: now() + 2 * 86_400_000_000)
        window.zone = zone
        return window
    }

    private func read(into block: Block) -> Chunk? {
        while let first = initial.first {
            switch first {
            case .growing(_, let file):
                if let chunk = file.next(into: block, years: recent, arrival: arrival) { return chunk }
                // A log that is still written goes on into the next year; one that is not keeps its own.
                if let years = file.years, years.contains(now()) { file.years = nil }
            case .stream(let index, let stream, let years):
                if !shouldStop(), let place = stream.next(into: block, numbered: true) {
                    return Chunk(
                        bytes: Bytes(UnsafePointer(block.base + place.before), count: place.count),
                        before: place.before, fileIndex: index, fileOffset: place.offset,
                        firstLine: place.line, years: years, sequence: 0, arrival: arrival)
                }
                note(index, stream.trouble, stream.cutLines)
            }
            initial.removeFirst()
        }
        repeat {
            for _ in logs.indices {
                let log = logs[cursor]
                if let chunk = log.next(into: block, years: recent, arrival: arrival, noteRenamings) {
                    return chunk
                }
                cursor = (cursor + 1) % logs.count
            }
        } while findLogs()
        return nil
    }

    private func note(_ index: Int, _ trouble: String?, _ cutLines: Int) {
        if let trouble {
            problems.append(InputProblem(path: paths[index], what: trouble, isDamage: true))
        }
        if cutLines > 0 {
            problems.append(
                InputProblem(
                    path: paths[index], what: "has lines that are too long; their ends are left out",
                    isDamage: true))
        }
    }

    /// The log is not wanted any more: what went wrong with its files is said.
    package func close() {
        for log in logs { for file in log.files { note(log.index, file.trouble, file.cutLines) } }
        for directory in directories { problems += directory.problems.values.sorted { $0.path < $1.path } }
    }
}

/// A log by its name, with the files that have had that name, from the oldest on.
private final class FollowedLog {
    let path: String
    let index: Int
    let isPipe: Bool
    /// Whether the name is that of a rotation of another log that is followed.
    private let isRotation: Bool
    private(set) var files: [GrowingFile] = []
    /// Names that files have now which had this one before, from the oldest file on.
    private var oldNames: [String] = []
    /// All files that were ever read, so that an old one is not taken for one that was missed.
    private var known: Set<OpenFile.Identity> = []
    private var mustLook = true
    /// When the oldest file last grew, in seconds of the system's clock.
    private var lastGrowth = 0

    /// Seconds after which nobody is taken to write to a file that was renamed.
    private static let patience = 60
    /// Renamed files that are kept open; with more, the oldest is let go. So often names may change while one looks.
    private static let limit = 200

    init(_ path: String, _ index: Int, isPipe: Bool = false, isRotation: Bool = false) {
        self.path = path
        self.index = index
        self.isPipe = isPipe
        self.isRotation = isRotation
    }

    var descriptor: Int32 { files.first?.file.descriptor ?? -1 }
    var isOver: Bool { files.allSatisfy(\.isOver) }

    var directory: String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private var name: String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    func isReading(_ file: OpenFile) -> Bool { files.contains { $0.file.identity == file.identity } }

    func begin(with file: GrowingFile) {
        files = [file]
        known.insert(file.file.identity)
    }

    func take(_ renaming: DirectoryWatch.Renaming) {
        guard renaming.directory == directory, renaming.from == name || oldNames.contains(renaming.from)
        else {
            return
        }
        mustLook = true
        // Whatever had the new name before is gone.
        oldNames.removeAll { $0 == renaming.to }
        if let place = oldNames.firstIndex(of: renaming.from) {
            if renaming.to == name { oldNames.remove(at: place) } else { oldNames[place] = renaming.to }
        } else {
            oldNames.append(renaming.to)
            if oldNames.count > FollowedLog.limit { oldNames.removeFirst() }
        }
    }

    /// The next lines of the oldest file that has any.
    func next(
        into block: Block, years: YearWindow, arrival: UInt64, _ noteRenamings: () -> Void
    ) -> Chunk? {
        repeat {
            for (place, file) in files.enumerated() {
                if let chunk = file.next(into: block, years: years, arrival: arrival) {
                    if place == 0 { lastGrowth = time(nil) }
                    return chunk
                }
            }
            if files.count > 1,
                time(nil) - lastGrowth > FollowedLog.patience || files.count > FollowedLog.limit
            {
                lastGrowth = time(nil)
                // Nobody ends its last line any more.
                let chunk = files[0].last(into: block, years: years, arrival: arrival)
                files.removeFirst()
                if let chunk { return chunk }
            }
        } while !isPipe && !isRotation && findFiles(noteRenamings)
        return nil
    }

    /// Whether there are files that were not known: the one that has the name now, and others that have had it in
    /// between.
    private func findFiles(_ noteRenamings: () -> Void) -> Bool {
        var status = stat()
        let isThere = stat(SystemText.path(path), &status) == 0
        if isThere, let last = files.last, last.file.isSame(as: status), !mustLook { return false }
        if lastGrowth == 0 { lastGrowth = time(nil) }
        var found: [OpenFile] = []
        for _ in 0..<FollowedLog.limit {
            // Only what is open is surely the same file: the number of one that is gone is given out again.
            let current = regularFile(path).flatMap { file in
                isReading(file) ? nil : file
            }
            // Whatever was renamed before that one was made is known now, so that no older file comes after it.
            noteRenamings()
            mustLook = false
            found = oldNames.compactMap { regularFile("\(directory)/\($0)") }
                .filter { $0.identity == current?.identity || !known.contains($0.identity) }
            // It may have been renamed itself since.
            if let current, !found.contains(where: { $0.identity == current.identity }) {
                found.append(current)
            }
            // Names that were given to other files while they were opened would miss one, and find it too late.
            noteRenamings()
            if !mustLook { break }
        }
        for file in found {
            known.insert(file.identity)
            files.append(GrowingFile(file, index: index, years: nil))
        }
        return !found.isEmpty
    }

    private func regularFile(_ path: String) -> OpenFile? {
        guard let file = try? OpenFile(path), file.isRegular else { return nil }
        return file
    }
}
