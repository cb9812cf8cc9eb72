import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// The options of a call, checked.
struct Settings {
    let options: Options
    let threads: Int
    /// Bytes for grouping and sorting.
    let memory: Int
    /// The format that `-o` names.
    var format: OutputFormat?
    /// Seconds from one answer so far to the next, into a pipe (`--every`).
    let interval: Double
    /// The zone of stamps that tell none, in which times are shown (`--tz`).
    let zone: Zone?
    /// `--redact`, `--redact-key`.
    let redaction: Redaction?
    /// `--since` and `--until` as the filter that they are.
    let prelude: [Pipeline<any Stage>.Step]
    /// The values of parameters that `-D` gives.
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

    /// The key of a process that was not told one: settings that change must not change the names.
    private static let unnamed = Redaction(tokens: Language.mlq.tokens)

    private static func redaction(_ options: Options) throws(UsageError) -> Redaction? {
        guard let key = options.redactKey else { return options.redact ? unnamed : nil }
        guard !key.isEmpty else { throw UsageError("--redact-key: the key is empty") }
        guard key.hasPrefix("@") else { return Redaction(key: key, tokens: Language.mlq.tokens) }
        switch FileText.read(String(key.dropFirst())) {
        case .failure(let failure): throw UsageError("--redact-key \(failure.message)")
        case .success(var bytes):
            while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
            guard !bytes.isEmpty else { throw UsageError("--redact-key \(key): the file is empty") }
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
            // A time that cannot be read is the fault of the option, not of the query.
            let query = Query(pipeline, in: Environment(.mlq))
            if let error = query.diagnostics.first(where: { $0.message.contains("is not a time") }) {
                throw error
            }
            return pipeline.stages
        } catch {
            throw UsageError("--since, --until: \(error.message)")
        }
    }

    /// What a file looks like. Every option of output belongs here.
    var fileOutput: OutputOptions {
        var output = OutputOptions()
        output.header = !options.noHeader
        output.types = options.types
        output.isUTF8 = Terminal.isUTF8
        output.defusesCells = options.safeCSV
        output.redaction = redaction
        return output
    }

    /// What an answer on standard output looks like: as a file does, and fit for the terminal if it is one.
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

    /// Lines stay lines, as grep's do; other rows are a table for people and TSV for programs.
    func format(for query: Query) -> OutputFormat {
        let name = query.givesLines ? "raw" : Terminal.isOutput ? "table" : "tsv"
        guard let format = format ?? OutputFormats.named(name) else {
            preconditionFailure("the formats raw, table and tsv are always there")
        }
        return format
    }
}
