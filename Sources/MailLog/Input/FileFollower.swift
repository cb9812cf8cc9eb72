import Glibc
import SystemText

/// Reads logs to their ends, and then the lines that are added, whatever happens to the files:
///
///     renamed and created again     the old file is read as long as somebody writes to it, then the new one
///     copied and truncated          the copy is read to its end, then the file from its beginning
///     missing                       read from its beginning as soon as it exists
///     new in a directory            the same, unless it is a rotation of a log that is read
///     a rotation of another log     read to its end
///
/// Rotations lose no line, even several of them between two looks: each `FollowedLog` compares its directory with the
/// bytes that it has read. Events only trigger the comparison and give the order of renamings.
package final class FileFollower {
    /// Paths, indexed by the `fileIndex` of the chunks.
    package private(set) var paths: [String]
    package private(set) var problems: [InputProblem] = []

    /// Logs that are being read for the first time, in the order of time.
    private var initial: ArraySlice<Initial>
    private var logs: [FollowedLog] = []
    private let directories: [FollowedDirectory]
    private let watch = DirectoryWatch()
    private let now: () -> Int64
    private let zone: Zone?
    private var arrival: UInt64 = 0
    /// Index of the log to look at next.
    private var cursor = 0
    private let shouldStop: @Sendable () -> Bool

    private enum Initial {
        case growing(FollowedLog, GrowingFile)
        case stream(Int, ByteStream, YearWindow)
    }

    /// `awaited` are paths that do not exist yet. `directories` are watched for new logs. `now` returns microseconds of
    /// the wall clock.
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
            let followed = FollowedLog(log.path, index, isPipe: !log.file.isRegular)
            followed.isRotation = paths.contains { name.isBefore(Rotation($0)) }
            let file = GrowingFile(log.file, index: index, years: log.years, head: log.pipe?.bytes ?? [])
            followed.begin(with: file)
            logs.append(followed)
            initial.append(.growing(followed, file))
        }
        for (index, path) in awaited.enumerated() {
            logs.append(FollowedLog(path, set.files.count + index))
        }
        self.initial = initial[...]
        for log in logs where !log.isPipe {
            watch(log)
            log.noteOldFiles()
        }
        for directory in directories { watch.add(directory: String(directory.path.dropLast())) }
    }

    private func watch(_ log: FollowedLog) {
        for directory in log.directories { watch.add(directory: directory) }
        watch.add(file: log.path)
    }

    /// Adds the new logs of the directories; false if there are none.
    private func findLogs() -> Bool {
        var isFound = false
        for directory in directories {
            for new in directory.newLogs(besides: logs.filter { !$0.isPipe }.map(\.path))
            where !logs.contains(where: { $0.isReading(new.file.identity) }) {
                isFound = true
                let log = FollowedLog(new.path, paths.count)
                // Older logs of this name are its rotations now.
                for old in logs where Rotation(old.path).isBefore(Rotation(new.path)) {
                    old.isRotation = true
                }
                log.begin(with: GrowingFile(new.file, index: paths.count, years: nil))
                paths.append(new.path)
                // Earlier events are about other files of this name.
                noteRenamings()
                logs.append(log)
                watch(log)
                log.noteOldFiles()
            }
        }
        return isFound
    }

    /// Whether nothing more can arrive: no file is followed, and every pipe has ended.
    package var isOver: Bool {
        initial.isEmpty && directories.isEmpty && logs.allSatisfy { $0.isPipe && $0.isOver }
    }

    /// Whether the lines from before the start have been read.
    package var hasCaughtUp: Bool { initial.isEmpty }

    /// Reads the next lines into `block`; nil if there are none yet.
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
        let (renamings, hasOverflowed) = watch.takeRenamings()
        for log in logs {
            for renaming in renamings { log.take(renaming) }
            if hasOverflowed { log.loseEvents() }
        }
    }

    /// Passes on the renamings up to now.
    private func noteRenamings() {
        watch.readEvents()
        passOnRenamings()
    }

    /// What a log asks when it looks for files.
    private func surroundings(of log: FollowedLog) -> FollowedLog.Surroundings {
        FollowedLog.Surroundings(
            noteRenamings: noteRenamings,
            isReadElsewhere: { [self] identity in logs.contains { $0 !== log && $0.isReading(identity) } },
            shouldStop: shouldStop)
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

    /// Year window of lines that arrive now: the last twelve months.
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
                file.goesOn = file.years?.contains(now()) == true
            case .stream(let index, let stream, let years):
                if !shouldStop(), let lines = stream.next(into: block, numbered: true) {
                    return lines.chunk(index, years, arrival: arrival)
                }
                note(index, stream.trouble, stream.cutLines)
            }
            initial.removeFirst()
        }
        repeat {
            for _ in logs.indices {
                let log = logs[cursor]
                if let chunk = log.next(into: block, years: recent, arrival: arrival, surroundings(of: log)) {
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
                    path: paths[index], what: "has lines that are too long; their ends are skipped",
                    isDamage: true))
        }
    }

    /// The log is not wanted any more: what went wrong with its files is said.
    package func close() {
        for log in logs {
            for file in log.files { note(log.index, file.trouble, file.cutLines) }
            problems += log.problems
        }
        for directory in directories { problems += directory.problems.values.sorted { $0.path < $1.path } }
    }
}
