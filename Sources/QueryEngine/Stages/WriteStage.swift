import MailLog
import QuerySyntax

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `write "file.csv"`: rows into a file, or into several whose names hold the values of fields.
struct WriteStage: Stage {
    static let form = Form<any Stage>(
        "write", aliases: ["save"], summary: "save the rows in a file",
        details: """
            The name's ending says how: csv, tsv, json, jsonl, md, or log for log lines as they are. {field} in \
            the name splits the rows by that field's value. A file that exists is left alone, unless --force is \
            given. At the end of a query, nothing else is shown; stages behind get the rows all the same.
            """,
        Parameter<String>.file.located
    ) { (name, file) throws(Diagnostic) in WriteStage(name: name, file: file) }

    let name: Name
    let file: Name

    func resolve(_ resolution: inout Resolution) throws(Diagnostic) {
        let template = try FileName(file, resolution)
        let format = try format(resolution.schema)
        let schema = resolution.schema
        let needs = Set(format.columns(schema).columns.map(\.slot)).union(template.columns.map(\.slot))
        let environment = resolution.environment
        resolution.append(
            .each(
                Transform("write \(file.text)", needs: needs, inOrder: true) { next, worker in
                    WriteOperator(template, format, schema, environment, next, worker)
                }))
    }

    private func format(_ schema: Schema) throws(Diagnostic) -> OutputFormat {
        let base = file.text[
            (file.text.lastIndex(of: "/").map(file.text.index(after:)) ?? file.text.startIndex)...]
        let ending = base.lastIndex(of: ".").map { base[base.index(after: $0)...].lowercased() } ?? ""
        if ending == "log" || ending == "txt" {
            guard schema.isLines else {
                throw Diagnostic(
                    "a .\(ending) file holds log lines, and \(schema.rowName) is none", at: file.range,
                    hint: "write a .csv, .tsv, .json, .jsonl or .md file")
            }
            return .raw
        }
        guard ending != "table", ending != "raw", let format = OutputFormats.named(ending) else {
            throw Diagnostic(
                ending.isEmpty
                    ? "the file's name has no ending that says how to write it"
                    : "no format is known for a .\(ending) file", at: file.range,
                hint: "endings: .csv .tsv .json .jsonl .md .log")
        }
        return format
    }
}

/// The name of a file with the values of fields in it.
private struct FileName: Sendable {
    private enum Part: Sendable {
        case text(String)
        case value(Schema.Column)
    }

    private var parts: [Part] = []

    var columns: [Schema.Column] {
        parts.compactMap { if case .value(let column) = $0 { column } else { nil } }
    }

    init(_ file: Name, _ resolution: Resolution) throws(Diagnostic) {
        var rest = file.text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw Diagnostic("'{' in the file's name is not closed", at: file.range)
            }
            let name = String(rest[rest.index(after: open)..<close])
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            if let column = resolution.schema.column(name) {
                parts.append(.value(column))
            } else {
                parts.append(.text(try FileName.parameter(Name(name, file.range), resolution)))
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard !file.text.isEmpty, !file.text.hasSuffix("/"), !file.text.utf8.contains(0) else {
            throw Diagnostic("this names no file", at: file.range)
        }
    }

    private static func parameter(_ name: Name, _ resolution: Resolution) throws(Diagnostic) -> String {
        switch resolution.environment.parameters[name.text] {
        case .word(let text, _), .string(let text, _, _): return text
        default: throw resolution.unknown(name)
        }
    }

    /// The name for a row. What a value cannot be in a file's name, it is not: it never leaves the directory.
    func path(_ row: Row, _ redaction: Redaction?) -> [UInt8] {
        var path: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): path.append(contentsOf: text.utf8)
            case .value(let column):
                var value: [UInt8] = []
                let cell = redaction?.cell(column, row, row.worker.arena) ?? row[column.slot]
                ValueText.append(cell, column.type, to: &value)
                if value.isEmpty { value = Array("none".utf8) }
                // A name has at most 255 bytes; what other parts add is up to the user.
                for byte in value.prefix(120) {
                    let isPlain =
                        byte.isLetter || byte.isDigit || byte >= 0x80
                        || [43, 45, 46, 58, 61, 64, 95].contains(byte)
                    let isHidden = byte == 46 && (path.isEmpty || path.last == 47)
                    path.append(isPlain && !isHidden ? byte : 95)
                }
            }
        }
        return path
    }
}

private final class WriteOperator: RowConsumer {
    private let name: FileName
    private let format: OutputFormat
    private let schema: Schema
    private let environment: Environment
    private let next: any RowConsumer
    private let worker: Worker
    private var files: [[UInt8]: WrittenFile] = [:]
    /// The file of the row before: rows of one day come together.
    private var last: (path: [UInt8], file: WrittenFile)?
    private let isSplit: Bool
    private var rows = 0
    private var openFiles: [WrittenFile] = []

    /// Files that are open at once; others are opened again for each block of rows.
    private static let openLimit = 100
    /// More files than that are a slip in the name.
    private static let fileLimit = 10_000

    init(
        _ name: FileName, _ format: OutputFormat, _ schema: Schema, _ environment: Environment,
        _ next: any RowConsumer, _ worker: Worker
    ) {
        self.name = name
        self.format = format
        self.schema = schema
        self.environment = environment
        self.next = next
        self.worker = worker
        isSplit = !name.columns.isEmpty
        // A name that is taken is known before the first row.
        if !isSplit {
            let buffer = RowBuffer(width: 1)
            _ = file(name.path(buffer.row(order: 0, worker: worker), nil))
        }
    }

    func consume(_ row: Row) -> Bool {
        guard let file = isSplit ? file(name.path(row, environment.redaction)) : last?.file else {
            return false
        }
        rows += 1
        file.writer.append(row, into: &file.text)
        if file.text.count >= 64 * 1024, !flush(file) { return false }
        return next.consume(row)
    }

    private func file(_ path: [UInt8]) -> WrittenFile? {
        if let last, last.path == path { return last.file }
        var file = files[path]
        if file == nil {
            guard files.count < WriteOperator.fileLimit else {
                worker.run.fail(
                    RunFailure(
                        "'write' would make more than \(WriteOperator.fileLimit) files; "
                            + "split by a field with fewer values", status: 2))
                return nil
            }
            let made = WrittenFile(path, format.make(schema, environment.output))
            if let failure = made.create(force: environment.force, logs: environment.files) {
                worker.run.fail(failure)
                return nil
            }
            noteOpen(made)
            made.writer.begin(into: &made.text)
            files[path] = made
            file = made
        }
        last = file.map { (path, $0) }
        return file
    }

    private func noteOpen(_ file: WrittenFile) {
        openFiles.append(file)
        if openFiles.count > WriteOperator.openLimit { openFiles.removeFirst().close() }
    }

    private func flush(_ file: WrittenFile) -> Bool {
        if !file.isOpen { noteOpen(file) }
        if let failure = file.flush() {
            worker.run.fail(failure)
            return false
        }
        return true
    }

    func finish() {
        if worker.run.failure == nil {
            for file in files.values {
                file.writer.end(into: &file.text)
                guard flush(file) else { break }
            }
        }
        for file in files.values {
            file.close()
            // Half an answer must not pass for one.
            if worker.run.failure != nil, !environment.force { file.remove() }
        }
        if worker.run.failure == nil {
            let count = "\(rows) row\(rows == 1 ? "" : "s")"
            if isSplit {
                worker.run.note("wrote \(count) to \(files.count) file\(files.count == 1 ? "" : "s")")
            } else if let last {
                worker.run.note("wrote \(count) to \(last.file.name)")
            }
        }
        next.finish()
    }
}

/// A file that `write` makes, with the bytes that wait to be written.
private final class WrittenFile {
    let writer: any RowWriter
    var text: [UInt8] = []
    private let path: [CChar]
    private var descriptor: Int32 = -1

    init(_ path: [UInt8], _ writer: any RowWriter) {
        self.path = path.map { CChar(bitPattern: $0) } + [0]
        self.writer = writer
    }

    deinit { close() }

    var isOpen: Bool { descriptor >= 0 }

    /// The path for messages.
    var name: String {
        var shown: [UInt8] = []
        ValueText.lend(path.dropLast().map { UInt8(bitPattern: $0) }) { DisplayText.append($0, to: &shown) }
        return String(decoding: shown, as: UTF8.self)
    }

    /// Makes the file, or empties the one that is there with `force`.
    func create(force: Bool, logs: () -> [LogFile]) -> RunFailure? {
        var status = stat()
        if force, stat(path, &status) == 0, logs().contains(where: { $0.file.isSame(as: status) }) {
            return RunFailure("\(name) is a log that is being read; it is left alone", status: 2)
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL), 0o644)
        if descriptor >= 0 { return nil }
        if errno == EEXIST {
            return RunFailure("\(name) exists; choose another name, or give --force to replace it", status: 2)
        }
        return RunFailure("cannot write \(name): \(String(cString: strerror(errno)))", status: 2)
    }

    /// Writes what waits.
    func flush() -> RunFailure? {
        if !isOpen { descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC) }
        let problem = text.withUnsafeBytes { bytes -> Int32? in
            var done = 0
            while done < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                if count < 0 { return errno }
                done += count
            }
            return nil
        }
        text.removeAll(keepingCapacity: true)
        return problem.map {
            RunFailure(
                "cannot write \(name): \(String(cString: strerror($0))); what it holds is not complete")
        }
    }

    func remove() { unlink(path) }

    func close() {
        guard descriptor >= 0 else { return }
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
        descriptor = -1
    }
}
