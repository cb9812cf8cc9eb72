import Foundation
import MailLog
import Testing

@Suite("Reading logs in chunks")
struct ChunkReaderTests {
    /// Lines short and long, empty lines, lines over several blocks, an unterminated end.
    static let text: [UInt8] = {
        var text: [UInt8] = []
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for number in 0..<40_000 {
            text += Array("Nov 23 16:39:34 mx1 postfix/smtp[1]: line \(number) ".utf8)
            text += (0..<random(120)).map { _ in UInt8(33 + random(90)) }
            if number == 20_000 { text += [UInt8](repeating: 120, count: 3_500_000) }
            text.append(10)
            if random(500) == 0 { text.append(10) }
        }
        text += Array("Nov 23 16:39:35 mx1 postfix/smtp[1]: the end".utf8)
        return text
    }()

    static let directory = TemporaryDirectory()

    static let forms: [String] =
        ["plain", "gzip", "members", "pipe", "gzip pipe"]
        + ["xz", "bzip2", "zstd", "xz pipe"].filter { form in
            // Where a packer is not installed, there is nothing to read.
            FileManager.default.isExecutableFile(atPath: "/usr/bin/\(form.prefix { $0 != " " })")
        }

    /// A log set of one file in that form.
    static func logs(_ form: String, _ text: [UInt8] = text) throws -> LogSet {
        // Tests run side by side, and two of them must not share a pipe.
        let path = directory.path("log-\(UInt64.random(in: 0 ... .max))")
        var bytes = text
        if form.hasPrefix("gzip") { bytes = try gzip(text) }
        for packer in ["xz", "bzip2", "zstd"] where form.hasPrefix(packer) {
            bytes = try packed(
                text, [packer, "-1"], packer == "bzip2" ? "bz2" : packer == "zstd" ? "zst" : "xz")
        }
        if form == "members" {
            let half = text.count / 2
            bytes = try gzip(Array(text[..<half])) + gzip([]) + gzip(Array(text[half...]))
        }
        guard form.hasSuffix("pipe") else {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return LogSet(paths: [path], options: LogOptions())
        }
        unlink(path)
        guard mkfifo(path, 0o600) == 0 else { throw POSIXError(.EIO) }
        let data = Data(bytes)
        let thread = Thread {
            guard let file = FileHandle(forWritingAtPath: path) else { return }
            try? file.write(contentsOf: data)
            try? file.close()
        }
        thread.start()
        return LogSet(paths: [path], options: LogOptions())
    }

    static func gzip(_ bytes: [UInt8]) throws -> [UInt8] { try packed(bytes, ["gzip", "-n"], "gz") }

    static func packed(_ bytes: [UInt8], _ command: [String], _ ending: String) throws -> [UInt8] {
        let path = directory.path("packed-\(UInt64.random(in: 0 ... .max))")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command + [path]
        try process.run()
        process.waitUntilExit()
        return try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(path).\(ending)")))
    }

    struct Piece {
        let order: UInt64
        let sequence: Int
        let line: Int
        let bytes: [UInt8]
        /// What stands in memory in front of them.
        let before: [UInt8]
    }

    static func read(_ reader: ChunkReader, threads: Int = 1) -> [Piece] {
        nonisolated(unsafe) var pieces: [Piece] = []
        let lock = NSLock()
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            let block = Block()
            while let chunk = reader.next(into: block) {
                let bytes = Array(UnsafeBufferPointer(start: chunk.bytes.base, count: chunk.bytes.count))
                let before = UnsafeBufferPointer(start: chunk.bytes.base - chunk.before, count: chunk.before)
                let piece = Piece(
                    order: chunk.order, sequence: chunk.sequence, line: chunk.firstLine, bytes: bytes,
                    before: Array(before))
                lock.withLock { pieces.append(piece) }
            }
        }
        return pieces
    }

    @Test(arguments: forms)
    func givesEveryByteOnce(_ form: String) throws {
        for (ordered, threads) in [(true, 1), (false, 1), (true, 3), (false, 3)] {
            let logs = try ChunkReaderTests.logs(form)
            let reader = logs.reader(ordered: ordered, numbered: false)
            let pieces = ChunkReaderTests.read(reader, threads: threads)
            let sorted = pieces.sorted { ordered ? $0.sequence < $1.sequence : $0.order < $1.order }
            #expect(sorted.flatMap(\.bytes) == ChunkReaderTests.text)
            if ordered { #expect(sorted.map(\.sequence) == Array(0..<sorted.count)) }
            #expect(sorted.dropLast().allSatisfy { $0.bytes.last ?? 10 == 10 })
            #expect(reader.problems().isEmpty)
        }
    }

    @Test("in front of a chunk stands what the log has there", arguments: forms)
    func looksBack(_ form: String) throws {
        let logs = try ChunkReaderTests.logs(form)
        let pieces = ChunkReaderTests.read(logs.reader(ordered: false, numbered: false), threads: 2)
        for piece in pieces where !piece.bytes.isEmpty {
            let place = Int(piece.order & 0xFFFF_FFFF_FFFF)
            #expect(piece.before.count >= min(place, Chunk.lookback))
            #expect(ChunkReaderTests.text[..<place].suffix(piece.before.count).elementsEqual(piece.before))
        }
    }

    @Test("lines are numbered from 1", arguments: forms)
    func numbers(_ form: String) throws {
        let logs = try ChunkReaderTests.logs(form)
        let pieces = ChunkReaderTests.read(logs.reader(ordered: false, numbered: true), threads: 2)
        var line = 1
        for piece in pieces.sorted(by: { $0.order < $1.order }) where !piece.bytes.isEmpty {
            #expect(piece.line == line)
            line += piece.bytes.count { $0 == 10 }
        }
    }

    @Test("a line that is too long is cut, said, and costs only itself", arguments: forms)
    func longLine(_ form: String) throws {
        let before = Array("Nov 23 16:39:34 mx1 a: before\n".utf8)
        let after = Array("Nov 23 16:39:34 mx1 a: after\n".utf8)
        let limit = 16 << 20
        for extra in [0, 1, 70_000] {
            let long = [UInt8](repeating: 120, count: limit + extra) + [10]
            let logs = try ChunkReaderTests.logs(form, before + long + after)
            let reader = logs.reader(ordered: true, numbered: false)
            let bytes = ChunkReaderTests.read(reader).flatMap(\.bytes)
            let wanted = extra == 0 ? before + long + after : before + long.prefix(limit) + after
            #expect(bytes == wanted)
            #expect(reader.problems().count == (extra == 0 ? 0 : 1))
            // The line behind it is the third. (A pipe is read once.)
            let again = try ChunkReaderTests.logs(form, before + long + after)
            let pieces = ChunkReaderTests.read(again.reader(ordered: true, numbered: true))
            let last = try #require(pieces.last { !$0.bytes.isEmpty })
            #expect(last.line + last.bytes.count { $0 == 10 } == 4)
        }
    }

    @Test("a damaged gzip file gives what it holds, and says so")
    func damaged() throws {
        let whole = try ChunkReaderTests.gzip(ChunkReaderTests.text)
        let path = ChunkReaderTests.directory.path("cut.gz")
        try Data(whole.prefix(whole.count / 2)).write(to: URL(fileURLWithPath: path))
        let reader = LogSet(paths: [path], options: LogOptions()).reader(ordered: true, numbered: false)
        let bytes = ChunkReaderTests.read(reader).flatMap(\.bytes)
        #expect(bytes.count > 100_000)
        #expect(ChunkReaderTests.text.starts(with: bytes))
        #expect(
            reader.problems().map(\.message) == ["\(path) is cut off: its compressed data ends too early"])
        #expect(reader.problems().map(\.isDamage) == [true])
    }

    /// A byte of the member, and the bits of it that are turned over. Byte 3 tells what else is in the header: a
    /// field of up to 64 KB, a name, a comment, a sum.
    static let damages: [(place: Int, bits: UInt8)] = [
        (0, 0xFF), (3, 0xFF), (3, 2), (3, 4), (3, 8), (3, 16), (12, 0xFF), (2000, 0xFF), (-1, 0xFF),
        (-6, 0xFF),
    ]

    @Test("a damaged member costs only itself", arguments: damages)
    func damagedMember(_ place: Int, _ bits: UInt8) throws {
        let parts = (0..<3).map { part in
            (0..<2000).flatMap { Array("Nov 23 16:39:34 mx1 a[\($0 * 7919)]: part \(part)\n".utf8) }
        }
        var members = try parts.map { try ChunkReaderTests.gzip($0) }
        members[1][place < 0 ? members[1].count + place : place] ^= bits
        let path = ChunkReaderTests.directory.path("member\(place)-\(bits).gz")
        try Data(members.joined()).write(to: URL(fileURLWithPath: path))
        let reader = LogSet(paths: [path], options: LogOptions()).reader(ordered: true, numbered: false)
        let bytes = ChunkReaderTests.read(reader).flatMap(\.bytes)
        let isFirstWhole = bytes.starts(with: parts[0])
        let isLastWhole = bytes.suffix(parts[2].count + 1).elementsEqual([10] + parts[2])
        #expect(isFirstWhole && isLastWhole)
        #expect(reader.problems().map(\.isDamage) == [true])
    }

    @Test("a stream that a program cannot unpack gives what it holds, and says so")
    func damagedStream() throws {
        guard ChunkReaderTests.forms.contains("xz") else { return }
        let path = ChunkReaderTests.directory.path("cut.xz")
        let whole = try ChunkReaderTests.packed(ChunkReaderTests.text, ["xz", "-1"], "xz")
        try Data(whole.prefix(whole.count / 2)).write(to: URL(fileURLWithPath: path))
        let reader = LogSet(paths: [path], options: LogOptions()).reader(ordered: true, numbered: false)
        let bytes = ChunkReaderTests.read(reader).flatMap(\.bytes)
        #expect(bytes.count > 100_000 && ChunkReaderTests.text.starts(with: bytes))
        #expect(
            reader.problems().map(\.message) == [
                "\(path) is damaged: xz could not unpack all of it; the rest is missing"
            ])
    }

    @Test("logs come in the order of time, whatever they are called")
    func order() throws {
        let texts = [
            ("b-20130106", "Jan  3 00:00:00 mx1 a: third\n"),
            ("c-20121230", "Dec 29 00:00:00 mx1 a: second\n"),
            ("a-20121223", "Dec 22 00:00:00 mx1 a: first\n"),
        ]
        let paths = texts.map { ChunkReaderTests.directory.path($0.0) }
        for (path, text) in zip(paths, texts) {
            try Data(text.1.utf8).write(to: URL(fileURLWithPath: path))
        }
        for paths in [paths, paths.reversed()] {
            let logs = LogSet(paths: paths, options: LogOptions())
            let bytes = ChunkReaderTests.read(logs.reader(ordered: true, numbered: false)).flatMap(\.bytes)
            let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.suffix(6) }
            #expect(words == [" first", "second", " third"])
        }
    }

    @Test("what cannot be read is said, and the rest is read")
    func problems() throws {
        let good = ChunkReaderTests.directory.path("good")
        try Data("Nov 23 16:39:34 mx1 a: b\n".utf8).write(to: URL(fileURLWithPath: good))
        let binary = ChunkReaderTests.directory.path("binary")
        try Data([0x7F, 0x45, 0x4C, 0x46, 0, 0, 10, 0]).write(to: URL(fileURLWithPath: binary))
        let empty = ChunkReaderTests.directory.path("empty")
        try Data().write(to: URL(fileURLWithPath: empty))
        let missing = ChunkReaderTests.directory.path("missing")
        let logs = LogSet(paths: [missing, good, binary, empty, good], options: LogOptions())
        #expect(
            logs.problems.map(\.message) == [
                "\(missing) cannot be opened: No such file or directory",
                "\(binary) looks like a binary file, not a log; skipped",
                "\(good) was given twice; it is read once",
            ])
        #expect(logs.problems.map(\.isDamage) == [true, true, false])
        #expect(logs.files.map(\.path) == [good, empty])
    }
}

/// A directory that lasts as long as the tests.
final class TemporaryDirectory: Sendable {
    private let root: String

    init() {
        var template = Array("/tmp/mlq-tests-XXXXXX".utf8CString)
        root = String(cString: mkdtemp(&template))
        atexitRemove(root)
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }
}

private nonisolated(unsafe) var removals: [String] = []

private func atexitRemove(_ path: String) {
    removals.append(path)
    if removals.count == 1 {
        atexit { for path in removals { try? FileManager.default.removeItem(atPath: path) } }
    }
}
