import Foundation
import Testing

/// `--follow`: a log that is written and rotated while it is read.
@Suite("Following", .serialized)
struct FollowTests {
    /// A directory with a log that a test writes, and mlq that follows it into a file.
    private final class Scene {
        private let scratch: Scratch
        let process = Process()
        private var log: Int32 = -1
        private(set) var lines = 0

        init(
            _ query: String, options: [String] = [], names: [String] = ["maillog"], begins: Bool = true,
            descriptors: Int = 1000, isBlind: Bool = false
        ) throws {
            scratch = try Scratch()
            if begins { open() }
            for stream in ["output", "error"] {
                _ = FileManager.default.createFile(atPath: path(stream), contents: nil)
            }
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                [
                    "-c",
                    "ulimit -n \(descriptors); exec \(isBlind ? Scene.blindfold : "") \"$0\" -F -e \"$@\"",
                ]
                + [Program.directory.appendingPathComponent("mlq").path, query] + options
                + names.map { $0 == "-" ? $0 : path($0) }
            process.environment = Program.environment.merging(["TZ": "UTC"]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle(forWritingAtPath: path("output"))
            process.standardError = FileHandle(forWritingAtPath: path("error"))
        }

        /// Runs a command in a user namespace that has no inotify.
        private static let blindfold =
            #"unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$0" "$@"'"#

        /// Whether the system has such namespaces.
        static let canBlind = (try? Program.shell("\(blindfold) true").status) == 0

        deinit {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            if log >= 0 { close(log) }
        }

        func path(_ name: String) -> String { scratch.path(name) }

        func open() {
            if log >= 0 { close(log) }
            log = Glibc.open(path("maillog"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }

        func write(raw text: String) {
            let bytes = Array(text.utf8)
            _ = Glibc.write(log, bytes, bytes.count)
        }

        /// The end of the next line.
        func write(rest: Substring) {
            write(raw: String(rest))
            lines += 1
        }

        /// The next lines, each with its number.
        func write(_ count: Int) {
            for _ in 0..<count {
                write(raw: Scene.line(lines))
                lines += 1
            }
        }

        static func line(_ number: Int) -> String {
            "Nov 23 16:39:34 mx1 postfix/smtp[\(number)]: A0000\(number % 7): host said \(number)\n"
        }

        static func all(_ count: Int) -> String { (0..<count).map(line).joined() }

        var output: String { (try? String(contentsOfFile: path("output"), encoding: .utf8)) ?? "" }
        var error: String { (try? String(contentsOfFile: path("error"), encoding: .utf8)) ?? "" }

        /// Waits until the output is that long; what is missing shows in what is compared afterwards.
        func wait(bytes: Int, seconds: Double = 20) {
            let deadline = Date().addingTimeInterval(seconds)
            var status = stat()
            while stat(path("output"), &status) == 0, status.st_size < bytes, Date() < deadline {
                usleep(500)
            }
        }

        func wait(_ text: String, seconds: Double = 20) {
            let deadline = Date().addingTimeInterval(seconds)
            while !output.contains(text), Date() < deadline { usleep(2000) }
        }

        /// Starts mlq, and waits until it has the log: what is rotated before has another name.
        func start() throws {
            try process.run()
            wait(bytes: Scene.all(lines).utf8.count)
        }

        /// Stops mlq, so that it sees nothing of what a test does, and lets it go on.
        func whileStopped(_ body: () throws -> Void) rethrows {
            let process = process.processIdentifier
            kill(process, SIGSTOP)
            let state = { (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? "" }
            while !state().contains(") T ") { usleep(500) }
            defer { kill(process, SIGCONT) }
            try body()
        }

        /// Gives the names `STEM1` to `STEM8` to files that have `STEM0` to `STEM7`.
        func shift(_ stem: String, _ ending: String = "") {
            for number in stride(from: 8, through: 1, by: -1) {
                rename(path("\(stem)\(number - 1)\(ending)"), path("\(stem)\(number)\(ending)"))
            }
        }

        /// Ctrl-C, and the exit status.
        func interrupt() -> Int32 {
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    /// What is written and rotated comes out once and in order.
    private func expectAll(
        after lines: Int, _ writeAndRotate: (Scene) throws -> Void
    ) throws {
        let scene = try Scene("filter process=smtp")
        scene.write(lines)
        try scene.start()
        try writeAndRotate(scene)
        scene.write(10)
        let expected = Scene.all(scene.lines)
        scene.wait(bytes: expected.utf8.count)
        usleep(100_000)
        #expect(scene.interrupt() == 0)
        #expect(scene.output == expected)
        #expect(scene.error == "")
    }

    @Test("a hundred rotations by renaming under load lose and double no line")
    func renaming() throws {
        try expectAll(after: 100) { scene in
            for rotation in 1...100 {
                scene.write(40)
                rename(scene.path("maillog"), scene.path("maillog.\(rotation)"))
                // The daemon writes to the old file until it is told.
                scene.write(10)
                scene.open()
                if rotation % 3 == 0 { usleep(5000) }
            }
        }
    }

    @Test("so do rotations that shift the names of the older files")
    func shifting() throws {
        try expectAll(after: 1) { scene in
            for _ in 1...30 {
                scene.write(30)
                for number in stride(from: 30, through: 1, by: -1) {
                    rename(scene.path("maillog.\(number)"), scene.path("maillog.\(number + 1)"))
                }
                rename(scene.path("maillog"), scene.path("maillog.1"))
                scene.open()
                usleep(3000)
            }
        }
    }

    @Test("a hundred rotations by copying and truncating lose and double no line")
    func truncating() throws {
        try expectAll(after: 0) { scene in
            for rotation in 1...100 {
                scene.write(rotation % 2 == 0 ? 40 : 10)
                scene.wait(bytes: Scene.all(scene.lines).utf8.count)
                try FileManager.default.copyItem(
                    atPath: scene.path("maillog"), toPath: scene.path("maillog.\(rotation)"))
                // Often it has outgrown its old size before anybody looks.
                truncate(scene.path("maillog"), 0)
            }
        }
    }

    /// A way to rotate `maillog`, for the nth time.
    private enum Way: String, CaseIterable, CustomTestStringConvertible {
        case numbered = "renamed to .1"
        case dated = "renamed to a date"
        case timed = "renamed to a date and a time"
        case old = "renamed to .old, which is renamed to a date"
        case gzip = "renamed to .1 and packed at once"
        case copied = "copied to .1 and truncated"
        case copiedPacked = "packed to .1.gz and truncated"
        case linked = "a symbolic link to another file"
        case reused = "renamed, and the number of a deleted file is given to the new one"
        case replaced = "linked to .1 and unlinked"

        var testDescription: String { rawValue }

        func rotate(_ scene: Scene, _ number: Int) throws {
            let log = scene.path("maillog")
            let day = String(20_130_100 + number)
            func gzip(_ options: String, _ end: String) throws {
                #expect(try Program.shell("gzip \(options) \(end)").status == 0)
            }
            switch self {
            case .numbered:
                rename(log, scene.path("maillog.0"))
                scene.shift("maillog.")
            case .dated: rename(log, scene.path("maillog-\(day)"))
            case .timed: rename(log, scene.path("maillog-20130106-12000\(number)"))
            case .old:
                rename(scene.path("maillog.old"), scene.path("maillog-\(day)"))
                rename(log, scene.path("maillog.old"))
            case .gzip:
                rename(log, scene.path("maillog.0"))
                try gzip("", scene.path("maillog.0"))
                scene.shift("maillog.", ".gz")
            case .copied, .copiedPacked:
                let copy = scene.path("maillog.0")
                try FileManager.default.copyItem(atPath: log, toPath: copy)
                if self == .copiedPacked { try gzip("", copy) }
                scene.shift("maillog.", self == .copied ? "" : ".gz")
                truncate(log, 0)
                return
            case .linked:
                if number == 0 { rename(log, scene.path("maillog-20130100")) }
                unlink(log)
                symlink("maillog-\(day)1", log)
            case .reused:
                unlink(scene.path("maillog.\(number)"))
                rename(log, scene.path("maillog-\(day)"))
            case .replaced:
                link(log, scene.path("maillog.0"))
                unlink(log)
                scene.shift("maillog.")
            }
            scene.open()
        }
    }

    @Test(
        "what was rotated out of sight comes out once and in order", arguments: Way.allCases, [false, true])
    private func outOfSight(_ way: Way, isBlind: Bool) throws {
        guard !isBlind || Scene.canBlind else { return }
        let scene = try Scene("filter process=smtp", isBlind: isBlind)
        if way == .reused {
            // Rotations from before the start, which are not read, though their numbers come back.
            for number in 0..<7 {
                let text = "\(number) " + Scene.line(number)
                try Data(text.utf8).write(to: URL(fileURLWithPath: scene.path("maillog.\(number)")))
            }
        }
        scene.write(30)
        try scene.start()
        for rotations in [0..<3, 3..<7] {
            scene.whileStopped {
                for number in rotations {
                    scene.write(20)
                    // The daemon is in the middle of a line.
                    let line = Scene.line(scene.lines)
                    scene.write(raw: String(line.prefix(25)))
                    scene.write(rest: line.dropFirst(25))
                    #expect(throws: Never.self) { try way.rotate(scene, number) }
                    scene.write(5)
                }
            }
            scene.wait(bytes: Scene.all(scene.lines).utf8.count)
        }
        scene.write(10)
        scene.wait(bytes: Scene.all(scene.lines).utf8.count)
        usleep(100_000)
        #expect(scene.interrupt() == 0)
        #expect(scene.output == Scene.all(scene.lines))
        #expect(scene.error == "")
    }

    @Test("more rotations than files may be open, and more events than the system keeps, lose nothing")
    func manyRotations() throws {
        let scene = try Scene("filter process=smtp")
        scene.write(10)
        try scene.start()
        let events = try #require(
            Int(try Program.shell("cat /proc/sys/fs/inotify/max_queued_events").output.dropLast()))
        scene.whileStopped {
            // The system merges equal events that follow each other, so they take turns.
            let noise = ["a", "b"].map { Glibc.open(scene.path($0), O_WRONLY | O_CREAT, 0o600) }
            for _ in 0..<min(events, 100_000) / 2 + 10 { for file in noise { pwrite(file, " ", 1, 0) } }
            for file in noise { close(file) }
            for number in 0..<500 {
                scene.write(2)
                rename(scene.path("maillog"), scene.path("maillog-\(20_130_000 + number)"))
                scene.open()
            }
        }
        scene.write(10)
        scene.wait(bytes: Scene.all(scene.lines).utf8.count)
        #expect(scene.interrupt() == 0)
        #expect(scene.output == Scene.all(scene.lines))
        #expect(scene.error == "")
    }

    @Test("files that are deleted before they are seen are reported", arguments: [false, true])
    func deleted(isBlind: Bool) throws {
        guard !isBlind || Scene.canBlind else { return }
        let scene = try Scene("filter process=smtp", isBlind: isBlind)
        scene.write(10)
        try scene.start()
        let before = Scene.all(scene.lines)
        scene.whileStopped {
            for _ in 0..<4 {
                unlink(scene.path("maillog"))
                scene.open()
                scene.write(5)
            }
            // Without events, a log that was there a moment ago is not taken to be rotated twice.
            usleep(100_000)
        }
        let expected = before + (scene.lines - 5..<scene.lines).map(Scene.line).joined()
        scene.wait(bytes: expected.utf8.count)
        usleep(100_000)
        #expect(scene.interrupt() == 3)
        #expect(scene.output == expected)
        let reason =
            isBlind
            ? "was replaced once while mlq was not looking"
            : "3 files were deleted before mlq could open them"
        #expect(scene.error.contains(reason), "\(scene.error)")
    }

    @Test("files with the same lines that come together are read once", arguments: [false, true])
    func copies(isBlind: Bool) throws {
        guard !isBlind || Scene.canBlind else { return }
        let scene = try Scene("filter process=smtp", isBlind: isBlind)
        scene.write(30)
        try scene.start()
        for day in 20_130_101...20_130_103 {
            try scene.whileStopped {
                rename(scene.path("maillog"), scene.path("maillog-\(day - 100)"))
                scene.open()
                scene.write(20)
                // An unknown file with two copies, one of them cut.
                let rotated = scene.path("maillog-\(day)")
                rename(scene.path("maillog"), rotated)
                let shell = try Program.shell(
                    "cp \(rotated) \(rotated)-1; head -n 15 \(rotated) >\(rotated)-2; gzip <\(rotated) >\(rotated)-3.gz"
                )
                #expect(shell.status == 0)
                scene.open()
                scene.write(20)
            }
            scene.wait(bytes: Scene.all(scene.lines).utf8.count)
            // The daemon goes on with the file that it has open.
            scene.write(5)
            scene.wait(bytes: Scene.all(scene.lines).utf8.count)
        }
        usleep(100_000)
        #expect(scene.interrupt() == 0)
        #expect(scene.output == Scene.all(scene.lines))
        #expect(scene.error == "")
    }

    @Test("a packed rotation that is seen before it is whole is read once", arguments: [false, true])
    func packing(isBlind: Bool) throws {
        guard !isBlind || Scene.canBlind else { return }
        let scene = try Scene("filter process=smtp", isBlind: isBlind)
        scene.write(30)
        try scene.start()
        for day in 20_130_101...20_130_104 {
            let packed = scene.path("maillog-\(day).gz")
            try scene.whileStopped {
                scene.write(5000)
                let rotated = scene.path("maillog-\(day)")
                rename(scene.path("maillog"), rotated)
                let shell = try Program.shell(
                    "gzip <\(rotated) >\(packed)-whole; head -c 20000 \(packed)-whole >\(packed); rm \(rotated)"
                )
                #expect(shell.status == 0)
                scene.open()
                scene.write(5)
            }
            usleep(day % 2 == 0 ? 1_500_000 : 100_000)
            let shell = try Program.shell(
                "tail -c +20001 \(packed)-whole >>\(packed); rm \(packed)-whole; touch -d '1 minute ago' \(packed)"
            )
            #expect(shell.status == 0)
            scene.wait(bytes: Scene.all(scene.lines).utf8.count)
            usleep(1_200_000)
        }
        #expect(scene.interrupt() == 0)
        let lines = scene.output.split(separator: "\n").map { "\($0)\n" }
        #expect(lines.count == scene.lines && Set(lines).count == scene.lines)
        #expect(scene.error == "")
    }

    @Test("a log of a directory that comes and is rotated out of sight is read", arguments: [false, true])
    func directoryOutOfSight(isBlind: Bool) throws {
        guard !isBlind || Scene.canBlind else { return }
        let scene = try Scene("filter process=smtp", names: ["logs"], begins: false, isBlind: isBlind)
        try FileManager.default.createDirectory(atPath: scene.path("logs"), withIntermediateDirectories: true)
        func write(_ line: Int, _ name: String) throws {
            try Data(Scene.line(line).utf8).write(to: URL(fileURLWithPath: scene.path("logs/\(name)")))
        }
        try write(0, "mail.log")
        try scene.process.run()
        scene.wait(bytes: Scene.line(0).utf8.count)
        try scene.whileStopped {
            for line in 1..<4 {
                try write(line, "mail.new")
                rename(scene.path("logs/mail.new"), scene.path("logs/mail.new-2013010\(line)"))
            }
            try write(4, "mail.new")
        }
        scene.wait(bytes: Scene.all(5).utf8.count)
        try scene.whileStopped {
            for line in 5..<8 {
                rename(scene.path("logs/mail.new"), scene.path("logs/mail.new-2013010\(line)"))
                try write(line, "mail.new")
            }
        }
        scene.wait(bytes: Scene.all(8).utf8.count)
        #expect(scene.interrupt() == 0)
        let lines = scene.output.split(separator: "\n").map { "\($0)\n" }
        #expect(Set(lines) == Set((0..<8).map(Scene.line)) && lines.count == 8)
        #expect(Array(lines.suffix(3)) == (5..<8).map(Scene.line))
        #expect(scene.error == "")
    }

    @Test("a line is held until its newline comes; new lines come within a tenth of a second")
    func partialLines() throws {
        let scene = try Scene("filter process=smtp")
        try scene.process.run()
        scene.write(1)
        var expected = Scene.all(1)
        scene.wait(bytes: expected.utf8.count)
        let line = Scene.line(1)
        let half = String(line.prefix(30))
        scene.write(raw: half)
        usleep(150_000)
        #expect(scene.output == expected)
        scene.write(raw: String(line.dropFirst(30)))
        expected += line
        scene.wait(bytes: expected.utf8.count)
        #expect(scene.output == expected)
        var delays: [Double] = []
        for number in 2..<32 {
            usleep(3000)
            let start = Date()
            scene.write(raw: Scene.line(number))
            expected += Scene.line(number)
            scene.wait(bytes: expected.utf8.count)
            delays.append(Date().timeIntervalSince(start))
        }
        delays.sort()
        print("follow latency: median \(Int(delays[15] * 1e6)) µs, most \(Int(delays[29] * 1e6)) µs")
        #expect(delays[15] < 0.1)
        // What has no newline yet counts at the end, as in any other file.
        scene.write(raw: String(Scene.line(32).dropLast()))
        usleep(150_000)
        #expect(scene.interrupt() == 0)
        #expect(scene.output == expected + Scene.line(32))
    }

    @Test(
        "several logs, one of which comes later; answers are printed every now and then, the last at the end")
    func severalLogs() throws {
        let scene = try Scene(
            "count by file", options: ["--every", "200ms", "-o", "tsv"], names: ["later", "maillog"])
        scene.write(3)
        try scene.process.run()
        scene.wait("/maillog\t3\n")
        #expect(scene.error.contains("/later does not exist yet"))
        try Data(Scene.all(2).utf8).write(to: URL(fileURLWithPath: scene.path("later")))
        scene.wait("/later\t2\n")
        #expect(scene.interrupt() == 0)
        let frames = scene.output.components(separatedBy: "\n\n")
        #expect(frames.count > 1)
        #expect(frames[0] == "file\tcount\n\(scene.path("maillog"))\t3")
        #expect(frames.last == "file\tcount\n\(scene.path("maillog"))\t3\n\(scene.path("later"))\t2\n")
    }

    @Test("of a directory, new logs are followed too, but no rotations and nothing compressed")
    func directory() throws {
        let scene = try Scene(
            "count by file", options: ["--every", "100ms", "-o", "tsv"], names: ["logs"], begins: false)
        var lines = 0
        func write(_ count: Int, to name: String) throws {
            let text = Data((lines..<lines + count).map(Scene.line).joined().utf8)
            lines += count
            let path = scene.path("logs/\(name)")
            if FileManager.default.fileExists(atPath: path) {
                let handle = try #require(FileHandle(forWritingAtPath: path))
                handle.seekToEndOfFile()
                handle.write(text)
            } else {
                try text.write(to: URL(fileURLWithPath: path))
            }
        }
        func count(_ name: String, _ lines: Int) -> String { "\(scene.path("logs/\(name)"))\t\(lines)\n" }
        try FileManager.default.createDirectory(atPath: scene.path("logs"), withIntermediateDirectories: true)
        try write(3, to: "maillog")
        try write(2, to: "maillog-20261122")
        try write(6, to: "maillog.1")
        try write(1, to: "messages")
        try scene.process.run()
        scene.wait(count("maillog", 3))
        // What comes is a log, if its name is that of one.
        try write(4, to: "mail.err")
        try write(9, to: "secure")
        scene.wait(count("mail.err", 4))
        // It is rotated, by renaming and by copying, and what is old is compressed.
        rename(scene.path("logs/maillog.1"), scene.path("logs/maillog.2"))
        rename(scene.path("logs/maillog"), scene.path("logs/maillog.1"))
        try write(2, to: "maillog")
        rename(scene.path("logs/mail.err"), scene.path("logs/mail.err-20261123"))
        try write(1, to: "mail.err")
        // Two unknown files with the same lines are two logs; of a log that is read, one is a copy.
        scene.wait(count("mail.err", 5))
        try FileManager.default.copyItem(
            atPath: scene.path("logs/mail.err"), toPath: scene.path("logs/mail.err.1"))
        try FileManager.default.copyItem(
            atPath: ShellTests.log, toPath: scene.path("logs/maillog-20261123.gz"))
        scene.wait(count("maillog", 5))
        try write(1, to: "mail.info")
        scene.wait(count("mail.info", 1))
        #expect(scene.interrupt() == 0)
        let last = try #require(scene.output.components(separatedBy: "\n\n").last)
        let expected = [
            ("maillog", 5), ("maillog.1", 6), ("maillog-20261122", 2), ("mail.err", 5), ("mail.info", 1),
        ]
        #expect(
            Set(last.split(separator: "\n").dropFirst().map { $0 + "\n" }) == Set(expected.map(count)))
        #expect(scene.error == "")
    }

    @Test("a directory may be empty at first; a name that ends in * stands for those that begin so")
    func emptyDirectory() throws {
        let scene = try Scene(
            "count by file", options: ["--every", "100ms", "-o", "tsv"], names: ["none/maillog*"],
            begins: false)
        try FileManager.default.createDirectory(atPath: scene.path("none"), withIntermediateDirectories: true)
        try scene.process.run()
        usleep(100_000)
        for name in ["mail.err", "maillog"] {
            try Data(Scene.all(2).utf8).write(to: URL(fileURLWithPath: scene.path("none/\(name)")))
        }
        scene.wait("/maillog\t2\n")
        #expect(scene.interrupt() == 0)
        #expect(!scene.output.contains("mail.err"))
        #expect(scene.error.contains("none/maillog* matches no file"))
    }

    @Test("logs of a directory that cannot be opened are told at the end")
    func unopened() throws {
        let scene = try Scene(
            "count by file", options: ["--every", "100ms", "-o", "tsv"], names: ["logs"], begins: false,
            descriptors: 40)
        try FileManager.default.createDirectory(atPath: scene.path("logs"), withIntermediateDirectories: true)
        func write(_ name: String) throws {
            try Data(Scene.all(1).utf8).write(to: URL(fileURLWithPath: scene.path("logs/\(name)")))
        }
        try write("maillog")
        try scene.process.run()
        scene.wait("/maillog\t1\n")
        for number in 0..<40 { try write("mail.\(number)x") }
        scene.wait("x\t1\n")
        usleep(200_000)
        #expect(scene.interrupt() == 3)
        #expect(scene.error.contains("cannot be opened: Too many open files"))
    }

    /// A line as docker keeps it, and what mlq makes of it.
    private static func docker(_ number: Int) -> (record: String, line: String) {
        let stamp = "2026-11-23T16:39:34.1Z"
        let line = "mx1 postfix/smtp[\(number)]: A0000\(number % 7): host said \(number)"
        return (#"{"log":"\#(line)\n","stream":"stdout","time":"\#(stamp)"}"# + "\n", "\(stamp) \(line)\n")
    }

    @Test("the records of docker are lines, also after a truncation and in halves")
    func docker() throws {
        let scene = try Scene("filter process=smtp")
        let records = (0..<40).map(FollowTests.docker)
        var expected = ""
        func write(_ numbers: Range<Int>) {
            for (record, line) in records[numbers] {
                scene.write(raw: String(record.prefix(50)))
                scene.write(raw: String(record.dropFirst(50)))
                expected += line
            }
            scene.wait(bytes: expected.utf8.count)
        }
        write(0..<10)
        try scene.process.run()
        write(10..<20)
        #expect(scene.output == expected)
        #expect(truncate(scene.path("maillog"), 0) == 0)
        usleep(100_000)
        write(20..<40)
        #expect(scene.output == expected)
        scene.write(raw: String(records[0].record.dropLast()))
        usleep(150_000)
        #expect(scene.interrupt() == 0)
        #expect(scene.output == expected + records[0].line)
        #expect(scene.error.contains("was truncated once without a whole copy beside it"))
    }

    @Test("the records of journald come from a pipe that does not end", arguments: ["json", "export"])
    func journal(_ form: String) throws {
        let scene = try Scene("count by process", options: ["--every", "100ms"], names: ["-"], begins: false)
        let pipe = Pipe()
        scene.process.standardInput = pipe
        func record(_ process: String) -> String {
            let fields = [
                ("__REALTIME_TIMESTAMP", "1795451974123456"), ("_HOSTNAME", "mx1"),
                ("SYSLOG_IDENTIFIER", "postfix/\(process)"), ("MESSAGE", "test"),
            ]
            return form == "json"
                ? "{" + fields.map { #""\#($0)":"\#($1)""# }.joined(separator: ",") + "}\n"
                : fields.map { "\($0)=\($1)\n" }.joined() + "\n"
        }
        try scene.process.run()
        for (count, process) in ["smtp", "qmgr", "smtp", "smtp"].enumerated() {
            let record = record(process)
            try pipe.fileHandleForWriting.write(contentsOf: Data(record.prefix(40).utf8))
            usleep(20_000)
            try pipe.fileHandleForWriting.write(contentsOf: Data(record.dropFirst(40).utf8))
            scene.wait(["smtp\t1\n", "qmgr\t1\n", "smtp\t2\n", "smtp\t3\n"][count])
        }
        #expect(scene.output.hasSuffix("process\tcount\nsmtp\t3\nqmgr\t1\n"))
        try pipe.fileHandleForWriting.close()
        scene.process.waitUntilExit()
        #expect(scene.process.terminationStatus == 0)
        #expect(scene.error == "")
    }

    @Test("rows of messages come out some seconds after their ends though nothing is logged; head ends it")
    func silence() throws {
        let scenes = try ["messages | select queue_id, outcome", "deliveries | select queue_id, status"].map {
            try Scene("\($0) | head 1")
        }
        for scene in scenes {
            try scene.process.run()
            scene.write(
                raw: """
                    Nov 23 16:39:31 mx1 postfix/qmgr[7]: A0000F1: from=<o@o.example>, size=325, nrcpt=1 (queue active)
                    Nov 23 16:39:32 mx1 postfix/local[8]: A0000F1: to=<a@b.example>, relay=local, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (ok)
                    Nov 23 16:39:32 mx1 postfix/qmgr[7]: A0000F1: removed

                    """)
        }
        for scene in scenes {
            scene.process.waitUntilExit()
            #expect(scene.process.terminationStatus == 0)
        }
        #expect(scenes[0].output == "queue_id\toutcome\nA0000F1\tdelivered\n")
        #expect(scenes[1].output == "queue_id\tstatus\nA0000F1\tsent\n")
    }

    @Test(
        "a log that goes on growing gives the rows of one that is there",
        arguments: [
            "filter event=reject", "filter event=reject | context 2", "dedup process", "dedup to keep last",
            "sort -delay, time | head 5", "deliveries | select queue_id, to, status, from",
            "sessions | select client, nqueued", "stats count(), p95(delay) by relay | pivot relay",
        ])
    func sameRows(_ query: String) throws {
        let log = try String(contentsOfFile: ShellTests.log, encoding: .utf8)
        let options = ["--year", "2026", "-o", "tsv", "-e", query, "-"]
        let there = try Program.run(options, input: log)
        let growing = try Program.run(["-F"] + options, input: log)
        #expect(growing.status == 0 && !there.output.isEmpty)
        #expect(growing.output.hasSuffix(there.output), "\(growing.error)")
    }

    @Test(
        "trace gives the lines that it gives of a log that is there",
        arguments: ["4jYBWH4s6vz2NpSK", "DBB03F8A0C3", "alice@example.org", "s@c.example", "/refused/"])
    func sameTrace(_ what: String) throws {
        let log = try String(contentsOfFile: ShellTests.log, encoding: .utf8)
        let options = ["--year", "2026", "-o", "raw", "-e", "trace \(what)", "-"]
        let there = try Program.run(options, input: log).output.split(separator: "\n")
        let growing = try Program.run(["-F"] + options, input: log).output.split(separator: "\n")
        #expect(growing.sorted() == there.filter { $0 != "+++ not finished +++" }.sorted())
    }

    @Test("trace shows a mail as it travels, with what was logged before it was known, and its bounce")
    func trace() throws {
        let scene = try Scene("trace b@b.example")
        let early = """
            Nov 23 16:39:30 mx1 postfix/smtpd[5]: connect from o.example[192.0.2.9]
            Nov 23 16:39:31 mx1 postfix/smtpd[5]: A0000F1: client=o.example[192.0.2.9]
            Nov 23 16:39:31 mx1 postfix/qmgr[7]: A0000F1: from=<o@o.example>, size=325, nrcpt=1 (queue active)
            Nov 23 16:39:32 mx1 postfix/smtp[8]: connect to b.example[192.0.2.2]:25: Connection refused

            """
        let known = """
            Nov 23 16:39:32 mx1 postfix/smtp[8]: A0000F1: to=<b@b.example>, relay=none, delay=1, delays=0/0/1/0, dsn=5.4.1, status=bounced (refused)
            Nov 23 16:39:33 mx1 postfix/smtpd[5]: disconnect from o.example[192.0.2.9] ehlo=1 quit=1 commands=2

            """
        let bounce = """
            Nov 23 16:39:33 mx1 postfix/cleanup[9]: A0000F3: message-id=<20261123163933.A0000F3@mx1>
            Nov 23 16:39:33 mx1 postfix/bounce[9]: A0000F1: sender non-delivery notification: A0000F3
            Nov 23 16:39:33 mx1 postfix/qmgr[7]: A0000F3: from=<>, size=2325, nrcpt=1 (queue active)
            Nov 23 16:39:34 mx1 postfix/qmgr[7]: A0000F1: removed

            """
        let others = """
            Nov 23 16:39:32 mx1 postfix/smtpd[6]: connect from p.example[192.0.2.8]
            Nov 23 16:39:32 mx1 postfix/qmgr[7]: A0000F2: from=<x@o.example>, size=325, nrcpt=1 (queue active)

            """
        scene.write(raw: others + early + others)
        try scene.process.run()
        usleep(300_000)
        #expect(scene.output == "")
        scene.write(raw: known + others)
        scene.wait(bytes: (early + known).utf8.count)
        #expect(scene.output == early + known)
        scene.write(raw: others + bounce)
        scene.wait(bytes: (early + known + bounce).utf8.count)
        #expect(scene.interrupt() == 0)
        #expect(scene.output == early + known + bounce)
        #expect(scene.error == "")
    }

    @Test("what trace holds of open messages is bounded; what is missed of a mail is said")
    func traceMemory() throws {
        let stem = "Nov 23 16:39:32 mx1 postfix/smtp[8]: A000"
        let open = (0..<20_000).map { "\(stem)\(1000 + $0 / 100): host mx.b.example said: 450 later\n" }
        let found =
            "\(stem)1000: to=<b@b.example>, relay=none, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (ok)"
        let log = open.joined() + found + "\n"
        let options = ["-F", "-o", "raw", "-e", "trace b@b.example", "-"]
        let all = try Program.run(options, input: log)
        #expect(all.output.split(separator: "\n").count == 101)
        let late = try Program.run(["--memory", "4MB"] + options, input: log)
        #expect(late.output == found + "\n")
        #expect(late.error.contains("early lines of the message were dropped"), "\(late.error)")
    }

    @Test(
        "what needs the log twice is refused with a reason",
        arguments: [
            ("compare 12-16..12-22 with 12-26..12-30", "compares two intervals"),
            ("whatchanged", "looks for a change"),
            ("queue", "reads a complete listing"),
            (
                "filter event=delivery | join (filter event=active | select queue_id, from) on queue_id",
                "twice"
            ),
        ])
    func refused(_ query: String, _ reason: String) throws {
        let outcome = try Program.run(["-F", "-e", query, "Examples/maillog"])
        #expect(outcome.status == 2)
        #expect(outcome.error.contains(reason), "\(outcome.error)")
    }

    @Test("on a terminal the answer is drawn again in its place; in the shell Ctrl-C gives the prompt back")
    func terminal() throws {
        let scratch = try Scratch()
        let path = try scratch.write(Scene.all(3), to: "maillog")
        let shell = try PseudoTerminal([path])
        try shell.expect("mlq> ")
        shell.enter(":follow filter process=smtp | count")
        try shell.expect("    3")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        handle.seekToEndOfFile()
        handle.write(Data(Scene.line(3).utf8))
        try shell.expect("\u{1B}[2A\r\u{1B}[J")
        try shell.expect("    4")
        shell.type("\u{3}")
        try shell.expect("mlq> ")
        shell.enter("count by process")
        try shell.expect("smtp")
        try shell.expect("mlq> ")
        shell.enter(":quit")
        #expect(try shell.end() == 0)
    }
}
