import MailLog
import QuerySyntax

/// A resolved text of statements: what to run, in order, and its diagnostics.
package struct Program: Sendable {
    package enum Item: Sendable {
        case title(String)
        case query(Query)
        /// A query whose plan is shown instead of run.
        case explain(Query)
    }

    package private(set) var items: [Item] = []
    /// Diagnostics, each with its source: the script or an import.
    package private(set) var diagnostics: [(source: Source, diagnostic: Diagnostic)] = []
    package private(set) var environment: Environment

    private var openImports: [String] = []
    /// Imported files. Each is read once.
    private var imported: Set<String> = []
    private var errors = 0
    private var warnings = 0
    /// Maximum number of reported warnings.
    private static let maximumWarnings = 100
    /// Values from the command line, which override defaults.
    private let overrides: [String: String]
    private var usedOverrides: Set<String> = []
    private var names: Set<String> = []

    package init(
        _ sources: [Source], in environment: Environment, overrides: [String: String] = [:],
        prelude: [Pipeline<any Stage>.Step] = []
    ) {
        self.environment = environment
        self.overrides = overrides
        self.environment.bindings = environment.bindings.copy()
        self.environment.prelude = prelude
        defer { self.environment.bindings.close() }
        names = environment.names
        for source in sources { _ = add(source) }
        for name in overrides.keys.sorted() where !usedOverrides.contains(name) {
            let source = sources.first ?? Source(name: "query", text: "")
            diagnostics.append(
                (
                    source,
                    Diagnostic(
                        "-D sets '\(name)', which no `param` declares", at: SourceRange(0, 0), hint: nil)
                ))
        }
    }

    /// Whether the logs are read more than once, so that a pipe must be kept.
    package var scansAgain: Bool {
        var queries = 0
        for case .query(let query) in items {
            queries += 1
            if query.scansAgain || queries > 1 { return true }
        }
        return false
    }

    package var hasErrors: Bool { diagnostics.contains { $0.diagnostic.severity == .error } }

    /// Returns the names that the text adds.
    private mutating func add(_ source: Source) -> Set<String> {
        var parser: Parser
        do throws(Diagnostic) {
            parser = try Parser(source)
        } catch {
            report([error], source)
            return []
        }
        parser.names = names
        parser.script(environment.language.stages) { (statement: Statement<any Stage>) in
            guard errors < maximumErrors else { return [] }
            do throws(Diagnostic) {
                return try add(statement, source)
            } catch {
                report([error], source)
                return []
            }
        }
        names.formUnion(parser.ownNames)
        report(parser.diagnostics, source)
        // Reports errors in the order of the text.
        diagnostics.sort { a, b in
            a.source.name == b.source.name && a.diagnostic.range.lower < b.diagnostic.range.lower
        }
        return parser.ownNames
    }

    private mutating func report(_ found: [Diagnostic], _ source: Source) {
        for diagnostic in found {
            if diagnostic.severity == .error {
                errors += 1
            } else {
                warnings += 1
                guard warnings <= Program.maximumWarnings else { continue }
            }
            diagnostics.append((source, diagnostic))
        }
    }

    /// Returns the names that an import adds.
    private mutating func add(
        _ statement: Statement<any Stage>, _ source: Source
    ) throws(Diagnostic) -> Set<String> {
        switch statement {
        case .pipeline(let pipeline): items.append(.query(query(pipeline, source)))
        case .explain(let pipeline): items.append(.explain(query(pipeline, source)))
        case .bind(let name, let pipeline): try bind(name, pipeline, source)
        case .parameter(let name, let value):
            usedOverrides.insert(name.text)
            environment.bindings.setParameter(name.text, try overridden(name, value))
        case .title(let text, let range): items.append(.title(try filled(text, range)))
        case .importFile(let path, let range): return try importFile(path, range, source)
        }
        return []
    }

    /// Pipelines that are never run are checked too.
    private mutating func bind(
        _ name: Name, _ pipeline: Pipeline<any Stage>, _ source: Source
    ) throws(Diagnostic) {
        let bindings = environment.bindings
        let used = environment.names(usedIn: source[pipeline.range], names)
        guard !used.contains(name.text), used.isDisjoint(with: bindings.dependents(of: name.text)) else {
            throw Diagnostic(
                "'\(name.text)' is used in its own definition", at: name.range, hint: "choose another name")
        }
        let resolution = environment.resolution(of: pipeline)
        let query = Query(resolution)
        report(query.diagnostics, source)
        let isBroken = query.hasErrors || query.schema.isBroken
        bindings.define(
            name.text,
            Bindings.Definition(
                pipeline: pipeline,
                wording: isBroken ? Wording(name.text) : environment.wording(of: pipeline, source),
                uses: used, isBroken: isBroken))
        if !isBroken, pipeline.start.map({ environment.answers[$0.text] == nil }) ?? true {
            bindings.keep(resolution, of: name.text)
        }
        names.insert(name.text)
    }

    private mutating func query(_ pipeline: Pipeline<any Stage>, _ source: Source) -> Query {
        var query = Query(pipeline, in: environment)
        query.wording = environment.wording(of: pipeline, source)
        report(query.diagnostics, source)
        return query
    }

    /// Returns the value of a parameter. A value of the command line must have the type of the default.
    private func overridden(_ name: Name, _ value: Expression) throws(Diagnostic) -> Expression {
        guard let given = overrides[name.text] else { return value }
        switch value {
        case .word(let text, let range):
            if Literals.number(text) != nil, Literals.number(given) == nil {
                throw Diagnostic(
                    "'\(given)' for '\(name.text)' is not a number like its default", at: range)
            }
            return .word(given, range)
        case .string(_, let ignoresCase, let range): return .string(given, ignoresCase: ignoresCase, range)
        default: return value
        }
    }

    /// Returns a title with parameters in place of `{name}`.
    private func filled(_ text: String, _ range: SourceRange) throws(Diagnostic) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            result += rest[..<open]
            switch environment.parameters[name] {
            case .word(let value, _), .string(let value, _, _): result += value
            default:
                throw Diagnostic(
                    "no parameter '\(name)'", at: range, hint: "declare it: param \(name) = …")
            }
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// Paths of imports are relative to the importing file.
    private mutating func importFile(
        _ path: String, _ range: SourceRange, _ source: Source
    ) throws(Diagnostic) -> Set<String> {
        let directory = source.name.lastIndex(of: "/").map { String(source.name[...$0]) } ?? ""
        let full = path.hasPrefix("/") ? path : directory + path
        if openImports.contains(full) || full == source.name {
            throw Diagnostic(
                "'\(path)' imports itself", at: range,
                notes: ["the way round: \((openImports + [full]).joined(separator: " → "))"])
        }
        guard openImports.count < Parser.maximumNesting else {
            throw Diagnostic(
                "imports are nested more than \(Parser.maximumNesting) levels deep", at: range,
                hint: "import the files from one script")
        }
        guard imported.insert(FileText.identity(full)).inserted else { return [] }
        switch environment.readFile(full) {
        case .failure(let failure): throw Diagnostic(failure.message, at: range)
        case .success(let bytes):
            openImports.append(full)
            let before = items.count
            let added = add(Source(name: full, bytes: bytes))
            // An import defines names. Its queries are not run.
            items.removeLast(items.count - before)
            openImports.removeLast()
            return added
        }
    }
}
