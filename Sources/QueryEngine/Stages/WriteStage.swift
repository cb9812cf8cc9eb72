import MailLog
import QuerySyntax
import SystemText

/// `write "file.csv"`: rows into a file, or into several whose names hold the values of fields.
struct WriteStage: Stage {
    static let form = Form<any Stage>(
        "write", aliases: ["save"], summary: "save the rows in a file",
        details: """
            The name's ending says how: csv, tsv, json, jsonl, md, or log for log lines as they are. {field} in \
            the name splits the rows by that field's value. A file that exists is left alone, unless --force is \
            given. At the end of a query, nothing else is shown; stages behind get the rows all the same.
            In names, letters, digits and + - . : = @ _ of a value are themselves, other bytes are % and two \
            hexadecimal digits, a missing value is %none: two values never share a file. {field} may stand in the \
            name of a directory, which is made.
            Options of output (--no-header, --safe-csv, --redact, --tz) hold for files too. A file has its name when \
            it is whole: an error or an interrupt leaves none. With --follow, rows are added to it as they come.
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

private final class WriteOperator: RowConsumer {
    private let name: FileName
    private let format: OutputFormat
    private let schema: Schema
    private let environment: Environment
    /// Whether files have their names from the beginning, because rows come as long as the run lasts.
    private var grows: Bool { environment.follows }
    private let next: any RowConsumer
    private let worker: Worker
    private var staged: StagedFiles?
    private var files: [[UInt8]: WrittenFile] = [:]
    /// The file of the row before: rows of one day come together.
    private var last: (path: [UInt8], file: WrittenFile)?
    private let isSplit: Bool
    private var rows = 0
    /// Bytes that wait to be written, in all files.
    private var waiting = 0
    private var passesOn = true

    /// More files than that are a slip in the name.
    private static let fileLimit = 10_000
    /// A file is written in pieces of so many bytes.
    private static let piece = 64 << 10
    /// Bytes that may wait before all files are written.
    private var mostWaiting: Int { min(16 << 20, worker.run.memory / 4) }

    /// A file that `write` makes, with the bytes that wait to be written.
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
        // A name that is taken is known before the first row.
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
        // Whoever wants no more rows does not make the file shorter.
        if passesOn { passesOn = next.consume(row) }
        return passesOn || !grows
    }

    /// False where the run has failed.
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
                "'write' would make more than \(WriteOperator.fileLimit) files; "
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

    /// Gives the files their names. Half an answer must not pass for one.
    private func end() {
        // What is not named is removed.
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
