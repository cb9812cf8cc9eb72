import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// Checked options.
struct Settings {
    let options: Options
    let threads: Int
    /// Bytes for operators that keep rows.
    let memory: Int
    /// The format that `-o` names.
    var format: OutputFormat?
    /// Seconds between two answers of a followed query into a pipe (`--every`).
    let interval: Double
    /// Zone of stamps without an offset, and of printed times (`--tz`).
    let zone: Zone?
    /// `--redact`, `--redact-key`.
    let redaction: Redaction?
    /// `--since` and `--until` as a filter.
    let prelude: [Pipeline<any Stage>.Step]
    /// Values of script parameters (`-D`).
    let definitions: [String: String]

    init(_ options: Options) throws(UsageError) {
        self.options = options
        let threads = options.threads ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        guard (1...256).contains(threads) else { throw UsageError("--threads \(threads): between 1 and 256") }
        self.threads = MemoryLimit.threads(threads)
        guard let memory = Literals.size(options.memory), memory >= 1_000_000 else {
            throw UsageError("--memory \(options.memory): a size of at least 1MB, such as 512MB")
        }
        self.memory = MemoryLimit.tables(memory)
        if let year = options.year, !(1970...9999).contains(year) {
            throw UsageError("--year \(year): between 1970 and 9999")
        }
        guard let interval = Literals.duration(options.every), interval >= 100_000 else {
            throw UsageError("--every \(options.every): a duration of at least 100ms, such as 10s")
        }
        self.interval = Double(interval) / 1e6
        format = try options.o.map { (name) throws(UsageError) in try Settings.format(name) }
        zone = try options.tz.map { (name) throws(UsageError) in try Settings.zone(name) }
        redaction = try Settings.redaction(options)
        prelude = try Settings.timeFilter(options)
        definitions = try Settings.definitions(options)
    }

    static func parsed(_ arguments: [String]) throws(UsageError) -> Settings {
        do { return try Settings(try Options.read(arguments)) } catch let error as UsageError {
            throw error
        } catch {
            throw UsageError(Options.message(for: error))
        }
    }

    static func format(_ name: String) throws(UsageError) -> OutputFormat {
        if let format = OutputFormats.named(name) { return format }
        let near = Spelling.nearest(to: name, among: OutputFormats.all.map(\.name))
        throw UsageError(
            "no output format '\(name)'"
                + (near.map { "; did you mean '\($0)'?" }
                    ?? "; there are \(OutputFormats.all.map(\.name).joined(separator: ", "))"))
    }

    private static func zone(_ name: String) throws(UsageError) -> Zone {
        if let zone = Zone(name) { return zone }
        let names = Zone.names
        let near =
            names.first { $0.lowercased().hasSuffix("/" + name.lowercased()) }
            ?? Spelling.nearest(to: name, among: names)
        throw UsageError(
            "--tz \(name): no such time zone in \(Zone.directory); "
                + (near.map { "did you mean '\($0)'?" }
                    ?? "write a name such as Europe/Berlin, an offset such as +02:00, UTC or local"))
    }

    /// Redaction with a random key, the same for the whole process: `:set` must not change the pseudonyms.
    private static let unkeyed = Redaction(tokens: Language.mlq.tokens)

    private static func redaction(_ options: Options) throws(UsageError) -> Redaction? {
        guard let key = options.redactKey else { return options.redact ? unkeyed : nil }
        guard !key.isEmpty else { throw UsageError("--redact-key: the key is empty") }
        guard key.hasPrefix("@") else { return Redaction(key: key, tokens: Language.mlq.tokens) }
        switch FileText.read(String(key.dropFirst())) {
        case .failure(let failure):
            // A pseudonym of the file's own name would hide the typing error.
            throw UsageError("--redact-key \(failure.message)", isRedacted: true)
        case .success(var bytes):
            while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
            guard !bytes.isEmpty else {
                throw UsageError("--redact-key \(key): the file is empty", isRedacted: true)
            }
            return Redaction(key: SystemText.string(bytes), tokens: Language.mlq.tokens)
        }
    }

    private static func definitions(_ options: Options) throws(UsageError) -> [String: String] {
        var values: [String: String] = [:]
        for definition in options.define {
            guard let equal = definition.firstIndex(of: "=") else {
                throw UsageError("-D \(definition): write -D name=value")
            }
            values[String(definition[..<equal])] = String(definition[definition.index(after: equal)...])
        }
        return values
    }

    private static func timeFilter(_ options: Options) throws(UsageError) -> [Pipeline<any Stage>.Step] {
        guard options.since != nil || options.until != nil else { return [] }
        let text = "filter time in \(options.since ?? "")..\(options.until ?? "")"
        do throws(Diagnostic) {
            var parser = try Parser(Source(name: "--since, --until", text: text))
            let pipeline = try parser.pipeline(Stages.all)
            // An invalid time is an error of the option, not of the query.
            let query = Query(pipeline, in: Environment(.mlq))
            if let error = query.diagnostics.first(where: { $0.message.contains("is not a time") }) {
                throw error
            }
            return pipeline.stages
        } catch {
            throw UsageError("--since, --until: \(error.message)")
        }
    }

    /// Output options of a file. All options that concern the output belong here.
    var fileOutput: OutputOptions {
        var output = OutputOptions()
        output.header = !options.noHeader
        output.types = options.types
        output.isUTF8 = Terminal.isUTF8
        output.defusesCells = options.safeCSV
        output.redaction = redaction
        return output
    }

    /// Output options of standard output, which may be a terminal.
    var output: OutputOptions {
        var output = fileOutput
        if Terminal.isOutput {
            output.width = Terminal.width
            output.escapes = true
        }
        switch options.color {
        case .always: output.color = true
        case .never: output.color = false
        case .auto: output.color = Terminal.isOutput && Terminal.hasColors
        }
        return output
    }

    /// The format of `-o`, else raw for log lines, and for rows a table on a terminal and TSV elsewhere.
    func format(for query: Query) -> OutputFormat {
        let name = query.givesLines ? "raw" : Terminal.isOutput ? "table" : "tsv"
        guard let format = format ?? OutputFormats.named(name) else {
            preconditionFailure("there is no format '\(name)'")
        }
        return format
    }
}
