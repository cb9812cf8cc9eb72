import MailLog
import QuerySyntax
import SystemText

/// `write "file.csv"`: writes rows to a file, or to several files whose names contain values of fields.
struct WriteStage: Stage {
    static let form = Form<any Stage>(
        "write", aliases: ["save"], summary: "write the rows to a file",
        details: """
            The suffix of the name selects the format: csv, tsv, json, jsonl, md, or log for unchanged log lines. As \
            the last stage, `write` prints no rows. Later stages get all rows.

            Split rows into several files: `write "out/{day}.csv"`
            - {field} in the name writes the rows of each value of the field to a file of its own.
            - A directory name after the first {field} is created. Directories before it must exist: \
            `write "d/x-{process}/n.csv"` needs the directory d.
            - Letters, digits and + - . : = @ _ of a value stay. Other bytes become % and two hexadecimal digits. A \
            missing value becomes %none. So each value has a file of its own.

            Notes
            - An existing file is an error; --force replaces it. The error names the first of several such files.
            - --force replaces only files that this run writes. Other files of an earlier run are not removed.
            - A file is renamed to its name when it is complete. After an error or an interrupt, no file is left.
            - With --follow, rows are appended to the file as they arrive.
            - --no-header, --safe-csv, --redact and --tz apply to files too.
            """,
        Parameter<String>.file.located
    ) { (name, file) throws(Diagnostic) in WriteStage(name: name, file: file) }

    let name: Name
    let file: Name

    var savesRows: Bool { true }

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
                    "a .\(ending) file contains log lines, and \(schema.rowName) is not a log line",
                    at: file.range,
                    hint: "write a .csv, .tsv, .json, .jsonl or .md file")
            }
            return .raw
        }
        guard ending != "table", ending != "raw", let format = OutputFormats.named(ending) else {
            throw Diagnostic(
                ending.isEmpty
                    ? "the name of the file has no suffix for its format"
                    : "unknown format '.\(ending)'", at: file.range,
                hint: "use .csv, .tsv, .json, .jsonl, .md or .log")
        }
        return format
    }
}

private final class WriteOperator: RowConsumer {
    private let name: FileName
    private let format: OutputFormat
    private let schema: Schema
    private let environment: Environment
    /// Whether files have their final names from the beginning, for rows that arrive during the whole run.
    private var grows: Bool { environment.follows }
    private let next: any RowConsumer
    private let worker: Worker
    private var staged: StagedFiles?
    private var files: [[UInt8]: WrittenFile] = [:]
    /// File of the previous row. Rows of one day usually come together.
    private var last: (path: [UInt8], file: WrittenFile)?
    private let isSplit: Bool
    private var rows = 0
    /// Bytes to write, of all files.
    private var waiting = 0
    private var passesOn = true

    /// Maximum number of files. More are probably a mistake in the name.
    private static let fileLimit = 10_000
    /// Bytes after which a file is flushed.
    private static let piece = 64 << 10
    /// Bytes of all files after which all files are flushed.
    private var mostWaiting: Int { min(16 << 20, worker.run.memory / 4) }

    /// File that `write` makes, and the bytes to write.
    private final class WrittenFile {
        let file: StagedFiles.File
        let writer: any RowWriter
        var text: [UInt8] = []
        var heldBytes: Int { text.count + writer.heldBytes }

        init(_ file: StagedFiles.File, _ writer: any RowWriter) {
            self.file = file
            self.writer = writer
        }
    }

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
        // Reports an existing file before the first row.
        if !isSplit, worker.run.writesFiles {
            let buffer = RowBuffer(width: 1)
            guarded { () throws(RunFailure) in
                _ = try file(name.path(buffer.row(order: 0, worker: worker), nil))
            }
        }
    }

    func consume(_ row: Row) -> Bool {
        guard worker.run.writesFiles else { return next.consume(row) }
        let isWritten = guarded { () throws(RunFailure) in
            let path = isSplit ? name.path(row, environment.redaction) : last?.path ?? []
            let file = try file(path)
            let before = file.heldBytes
            file.writer.append(row, into: &file.text)
            waiting += file.heldBytes - before
            if grows || file.text.count >= WriteOperator.piece { try flush(file) }
            if waiting >= mostWaiting { try freeMemory() }
        }
        guard isWritten else { return false }
        rows += 1
        // The file gets all rows, even if the next stage wants no more.
        if passesOn { passesOn = next.consume(row) }
        return passesOn || !grows
    }

    /// Runs `body`, and makes its error the failure of the run. False if the run has failed.
    @discardableResult
    private func guarded(_ body: () throws(RunFailure) -> Void) -> Bool {
        do throws(RunFailure) { try body() } catch {
            worker.run.fail(error)
            return false
        }
        return worker.run.failure == nil
    }

    private func file(_ path: [UInt8]) throws(RunFailure) -> WrittenFile {
        if let last, last.path == path { return last.file }
        var file = files[path]
        if file == nil { file = try make(path) }
        guard let file else { preconditionFailure("a file is made or the run fails") }
        last = (path, file)
        return file
    }

    private func make(_ path: [UInt8]) throws(RunFailure) -> WrittenFile {
        guard files.count < WriteOperator.fileLimit else {
            throw RunFailure(
                "'write' makes more than \(WriteOperator.fileLimit) files; "
                    + "split by a field with fewer values", status: 2)
        }
        if staged == nil { staged = try StagedFiles(in: name.folder) }
        guard let staged else { preconditionFailure("the folder is open or the run fails") }
        let made = WrittenFile(
            try staged.add(path, mayReplace: environment.force, logs: environment.files),
            format.make(schema, environment.output))
        made.writer.begin(into: &made.text)
        waiting += made.heldBytes
        files[path] = made
        if grows {
            try staged.append([], to: made.file)
            try staged.name([made.file], mayReplace: environment.force)
        }
        return made
    }

    /// Writes all files. Tables get the widths of the rows so far. Charts stay, up to half of the memory.
    private func freeMemory() throws(RunFailure) {
        for file in files.values {
            waiting -= file.heldBytes
            file.writer.release(into: &file.text)
            waiting += file.heldBytes
            try flush(file)
        }
        if waiting > worker.run.memory / 2 {
            worker.run.failForMemory("the chart has more rows", "draw fewer with `top` or `head`")
        }
    }

    private func flush(_ file: WrittenFile) throws(RunFailure) {
        waiting -= file.text.count
        if grows {
            try staged?.appendInPlace(file.text, to: file.file)
        } else {
            try staged?.append(file.text, to: file.file)
        }
        file.text.removeAll(keepingCapacity: false)
    }

    func finish() {
        if worker.run.writesFiles { end() }
        next.finish()
    }

    /// Gives the files their names, unless rows are missing.
    private func end() {
        // Removes temporary files that were not renamed.
        defer { staged = nil }
        let names = files.keys.map { $0 }.sorted { $0.lexicographicallyPrecedes($1) }
        guard worker.run.failure == nil else { return }
        let count = "\(names.count) file\(names.count == 1 ? "" : "s")"
        let what = isSplit ? count : names.first.flatMap { staged?.shown($0) } ?? count
        if worker.run.shouldStop, !grows {
            let verb = names.count == 1 ? "is" : "are"
            return worker.run.note("not all rows were read; \(what) \(verb) not written")
        }
        let isWhole = guarded { () throws(RunFailure) in
            for name in names {
                guard let file = files[name] else { continue }
                file.writer.end(into: &file.text)
                try flush(file)
            }
            if !grows {
                try staged?.name(names.compactMap { files[$0]?.file }, mayReplace: environment.force)
            }
        }
        guard isWhole else { return }
        worker.run.note("wrote \(rows) row\(rows == 1 ? "" : "s") to \(what)")
    }
}
