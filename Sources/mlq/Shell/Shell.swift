import Glibc
import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// The shell: reads a statement, shows its answer, reads the next; an answer is kept for what goes on from it.
final class Shell {
    private(set) var session: Session
    /// The last answer; nil before the first and after one that is log lines.
    private(set) var answer: Answer?
    /// The last query as text, from the log lines on.
    private(set) var lastText: String?
    private(set) var history: History?
    /// What the settings file and the command line say, and what was set since.
    private var arguments: [String]
    private var mustLeave = false
    /// The lines that a statement has so far, which goes on.
    private var unfinished = ""
    /// Whether a statement was wrong, which is told to who has piped it in.
    private var hasFailed = false
    /// What is open, for the prompt: the name and the days.
    private var place: [String] = []
    /// Values that completion has counted, by query.
    private var counted: [String: RowTable] = [:]

    /// Rows of an answer are kept up to so many bytes.
    private static let kept = 64 << 20
    /// Seconds that completion may count values for.
    private static let patience = 0.15
    /// The name of the last answer.
    private static let last = "_"

    /// Settings come from a file, unless the call says otherwise, and those of the call after them. `options` are
    /// what `arguments` say.
    init(_ options: Options, _ arguments: [String], files: [String]) throws(UsageError) {
        let saved = options.noConfig ? [] : try Config.arguments()
        self.arguments = saved + arguments
        session = Session(
            saved.isEmpty ? try Settings(options) : try Settings.parsed(self.arguments), paths: files)
    }

    // MARK: The loop

    /// The exit status.
    func run() -> Int32 {
        guard Terminal.isInput else { return runWithoutTerminal() }
        Signals.wakeShell()
        openLogs(session.paths)
        LineEditor.start(
            complete: { [unowned self] line in complete(line) },
            highlight: { [unowned self] line, cursor in highlight(line, cursor: cursor) })
        history = History()
        while !mustLeave {
            switch LineEditor.read(unfinished.isEmpty ? prompt : "...> ") {
            case .end:
                Terminal.print("\n")
                if unfinished.isEmpty { mustLeave = true }
                fallthrough
            case .interrupted:
                // What was entered of a statement can be brought back and mended.
                if !unfinished.isEmpty { history?.add(String(unfinished.dropLast())) }
                unfinished = ""
            case .line(let line):
                let isBlank = line.allSatisfy { $0 == " " || $0 == "\t" }
                if isBlank, unfinished.isEmpty { continue }
                let text = unfinished + line
                if !isBlank, wantsMore(text) {
                    unfinished = text + "\n"
                    continue
                }
                unfinished = ""
                history?.add(text)
                handle(text)
            }
            if Signals.quitStatus != nil { mustLeave = true }
        }
        return Signals.quitStatus ?? 0
    }

    /// Statements from a pipe: no prompt, no history.
    private func runWithoutTerminal() -> Int32 {
        var pending = ""
        while !mustLeave, let line = Terminal.readLine() {
            pending += line
            if wantsMore(pending) { continue }
            handle(pending)
            pending = ""
        }
        if !pending.isEmpty { handle(pending) }
        let status = session.finish()
        return hasFailed ? max(2, status) : status
    }

    private func wantsMore(_ text: String) -> Bool {
        let start = text.drop { $0 == " " }
        if start.hasPrefix(":") { return false }
        let whole = start.hasPrefix("|") ? Shell.last + text : text
        guard var parser = try? Parser(Source(name: "query", text: whole)) else { return false }
        parser.names = session.environment.names.union([Shell.last])
        parser.script(Stages.all)
        return parser.wantsMore
    }

    func leave() { mustLeave = true }

    // MARK: Statements

    /// Runs a statement or a command; what is wrong with it is said.
    func handle(_ text: String) {
        let start = text.drop { $0.isWhitespace }
        guard let first = start.first else { return }
        do throws(UsageError) {
            if first == ":" {
                try command(String(start))
            } else if first == "|" {
                _ = try lastQuery()
                try ask("\(Shell.last) \(start)")
            } else if let command = commandMeant(by: start) {
                try self.command(command)
            } else {
                try ask(text)
            }
        } catch {
            Terminal.say("mlq: \(error.message)")
            hasFailed = true
        }
    }

    /// The command that is meant by a line without a colon, as other shells have theirs: `quit`, `\\q`, `.help sort`,
    /// `? sort`; nil where it is a query.
    private func commandMeant(by text: Substring) -> String? {
        var line = text
        while let last = line.last, last.isWhitespace || last == ";" { line.removeLast() }
        if line.first == "?" { return ":help \(line.dropFirst())" }
        let isMarked = line.first == "\\" || line.first == "."
        if isMarked { line.removeFirst() }
        let word = line.prefix { !$0.isWhitespace }.lowercased()
        guard ShellCommands.all[word] != nil else { return nil }
        let isQuery =
            Stages.all[word] != nil || session.environment.names.contains(word)
            || word == "explain" && line.count > word.count
        return isMarked || !isQuery ? ":\(line)" : nil
    }

    private func command(_ text: String) throws(UsageError) {
        let source = Source(name: "query", text: text)
        let command: (any ShellCommand)?
        do throws(Diagnostic) {
            var parser = try Parser(source)
            parser.names = session.environment.names
            command = try parser.command(ShellCommands.all)
        } catch {
            Terminal.say(error, in: source)
            hasFailed = true
            return
        }
        try command?.run(self)
    }

    /// Runs statements and shows their answers.
    func ask(_ text: String, name: String = "query", pager: Bool = true) throws(UsageError) {
        let source = Source(name: name, text: naming(text))
        var program = try session.read([source])
        if program.hasErrors, let answer, session.environment.answers[Shell.last] != nil {
            // What cannot go on from kept rows may go on from the lines (`nofill`).
            session.bind(Shell.last, to: answer.text)
            let again = try session.read([source])
            if !again.hasErrors { program = again }
            session.keep(Shell.last, answer)
        }
        for (source, diagnostic) in program.diagnostics {
            Terminal.say(diagnostic, in: source)
        }
        guard !program.hasErrors else {
            hasFailed = true
            return
        }
        guard !session.paths.isEmpty else { throw UsageError("no log is open; open one with :open FILE") }
        for item in program.items {
            switch item {
            case .title(let title): session.title(title)
            case .explain(let query): session.explain(query)
            case .query(let query): if !show(query, pager: pager) { return }
            }
        }
    }

    /// A text in which the last answer has a name of its own where it does not begin the text (`in _`,
    /// `let late = _`), because the name `_` is soon the next answer's.
    private func naming(_ text: String) -> String {
        guard let lastText, text.contains(Shell.last) else { return text }
        let source = Source(name: "query", text: text)
        guard var parser = try? Parser(source) else { return text }
        parser.names = session.environment.names
        parser.script(Stages.all)
        let tokens = parser.tokens.filter { $0.role != .comment }
        let word = { (place: Int) in place < 0 ? "" : source[tokens[place].range] }
        let places = tokens.indices.filter { place in
            guard word(place) == Shell.last, place > 0 else { return false }
            return word(place - 1) == "in" || word(place - 1) == "=" && word(place - 3) == "let"
                || tokens[place - 1].role == .open && place > 1 && tokens[place - 2].role == .stage
        }
        guard !places.isEmpty else { return text }
        let name = session.environment.newName("last")
        session.bind(name, to: lastText)
        var bytes = source.bytes
        for place in places.reversed() {
            let range = tokens[place].range
            bytes.replaceSubrange(range.lower..<range.upper, with: name.utf8)
        }
        return SystemText.string(bytes)
    }

    /// Runs a query, shows its answer and keeps it; false when it was interrupted or failed.
    private func show(_ query: Query, pager: Bool) -> Bool {
        let state = RunState(memory: session.settings.memory, threads: session.settings.threads)
        let pager = pager && !session.settings.options.noPager ? Pager() : nil
        var output = session.settings.output
        if pager == nil, let height = Terminal.height, Terminal.isOutput, !isShowingAll {
            output.maximumRows = max(5, height - 4)
        }
        output.numbersRows = Terminal.isOutput && query.canNarrow
        output.turnsWideRows = Terminal.isOutput
        let outcome = session.run(
            query, state, to: PagerSink(pager, state), output: output, keeping: Shell.kept)
        session.sayAccount()
        remember(query.text, outcome)
        return !state.wasInterrupted && state.failure == nil
    }

    /// Runs a query over what comes as well, until Ctrl-C.
    func follow(_ text: String) throws(UsageError) {
        session.follows = true
        defer {
            session.follows = false
            // What is typed next is no longer about logs that grow.
            _ = try? session.read([])
        }
        try ask(text.isEmpty ? try lastQuery() : text, pager: false)
    }

    private var isShowingAll = false

    /// All rows of the last answer.
    func showAll() throws(UsageError) {
        _ = try lastQuery()
        isShowingAll = true
        defer { isShowingAll = false }
        try ask(Shell.last, pager: false)
    }

    /// The last query as text.
    func lastQuery() throws(UsageError) -> String {
        if let lastText { return lastText }
        throw UsageError("there is no query yet")
    }

    private func remember(_ text: String, _ outcome: Executor.Outcome) {
        lastText = text
        answer = nil
        session.bind(Shell.last, to: text)
        if let kept = outcome.kept, let query = session.query(text) {
            let answer = Answer(text: text, query: query, rows: kept.rows, isWhole: kept.isWhole)
            self.answer = answer
            if kept.isWhole { session.keep(Shell.last, answer) }
        }
    }

    // MARK: Going on from a row

    /// The query for the rows that row `number`, counted from 1, of the last answer counts.
    func narrowed(to number: Int) throws(UsageError) -> String {
        try behind { (answer) throws(RunFailure) in try answer.narrowed(to: number - 1) }
    }

    /// The query for the log lines that row `number` stands for.
    func lines(of number: Int) throws(UsageError) -> String {
        try behind { (answer) throws(RunFailure) in try answer.lines(of: number - 1) }
    }

    private func behind(_ text: (Answer) throws(RunFailure) -> String) throws(UsageError) -> String {
        guard let answer else {
            _ = try lastQuery()
            throw UsageError("the last answer is lines, which nothing stands behind")
        }
        do { return try text(answer) } catch { throw UsageError(error.message) }
    }

    /// Shows a query that is run in the user's place, so that it can be learned from and found again.
    func announce(_ text: String) {
        Terminal.print("\(Shell.dim(Terminal.shown(session.redacted(query: text)).text))\n")
        history?.add(text)
    }

    /// Makes a query the last one without showing its rows; what goes on from it starts there. Statements before it
    /// have been run.
    func stand(on text: String) {
        guard case .query(let query)? = try? session.read([Source(name: "query", text: text)]).items.last
        else { return }
        let text = query.text
        lastText = text
        answer = nil
        session.bind(Shell.last, to: text)
    }

    /// Runs a query without making it the last one.
    func look(at text: String) throws(UsageError) {
        let (before, beforeText) = (answer, lastText)
        try ask(text)
        guard let beforeText else { return }
        stand(on: beforeText)
        answer = before
        if let before, before.isWhole { session.keep(Shell.last, before) }
    }

    // MARK: Logs and settings

    /// Replaces the logs. An interrupt while a FIFO has no writer keeps the logs that are open.
    func openLogs(_ paths: [String]) {
        let before = session
        session.open(paths)
        let range = session.interval()
        if Waiting.isOver, paths != before.paths {
            session = before
            return Terminal.say("mlq: interrupted; the logs that were open stay open")
        }
        counted = [:]
        for problem in range.problems { Terminal.say("mlq: \(problem)") }
        let what = range.names.isEmpty ? "no log" : range.names
        Terminal.say(
            "mlq: \(what)\(range.bytes.isEmpty ? "" : ", " + range.bytes). :help tells more, Tab completes, Ctrl-D leaves."
        )
        let name = range.names.split(separator: "/").last.map(String.init) ?? ""
        place = [name, range.times].filter { !$0.isEmpty }
    }

    /// What is open, and what is to be typed; on a narrow screen, less of it.
    private var prompt: String {
        let columns = Terminal.width ?? 80
        let place = columns < 100 ? self.place.prefix(1) : self.place[...]
        let shown = Terminal.shown(
            Terminal.redacted(place.joined(separator: " ")), columns: min(48, columns / 3)
        ).text
        return shown.isEmpty ? "mlq> " : "\(Shell.quiet(shown)) mlq> "
    }

    /// Escapes in a prompt stand between marks that tell Readline that they take no room.
    private static func quiet(_ text: String) -> String {
        Terminal.hasColors ? "\u{1}\u{1B}[2m\u{2}\(text)\u{1}\u{1B}[0m\u{2}" : text
    }

    private static func dim(_ text: String) -> String {
        Terminal.isOutput && Terminal.hasColors ? "\u{1B}[2m\(text)\u{1B}[0m" : text
    }

    /// Changes a setting; nil takes it back, an empty text is for a flag.
    func set(_ setting: Setting, to value: String?) throws(UsageError) {
        let name = setting.name
        var changed: [String] = []
        var left = arguments[...]
        while let argument = left.popFirst() {
            let isNamed = argument == "--\(name)" || argument == "-o" && name == "output"
            if isNamed, !setting.isFlag { _ = left.popFirst() }
            if !isNamed, !argument.hasPrefix("--\(name)=") { changed.append(argument) }
        }
        if let value { changed.append(value.isEmpty ? "--\(name)" : "--\(name)=\(value)") }
        session.settings = try Settings.parsed(changed)
        arguments = changed
        counted = [:]
    }

    /// Runs something with another output format.
    func with(format: String?, _ body: (Shell) throws(UsageError) -> Void) throws(UsageError) {
        let settings = session.settings
        defer { session.settings = settings }
        if let format { session.settings.format = try Settings.format(format) }
        try body(self)
    }

    // MARK: Looking around

    /// Shows a text, in the pager if it is long.
    func page(_ text: String) {
        var text = Terminal.harmless(text)
        if Terminal.isOutput, let columns = Terminal.width {
            // What is indented far is an answer, whose columns would no longer stand under each other.
            text = text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.hasPrefix("      ") ? String($0) : Terminal.folded(String($0), columns: columns) }
                .joined(separator: "\n")
        }
        guard let pager = session.settings.options.noPager ? nil : Pager() else {
            return Terminal.print(text)
        }
        let sink = PagerSink(pager, RunState(memory: session.settings.memory, threads: 1))
        _ = sink.write(SystemText.bytes(text))
        sink.flush()
    }

    /// Runs a query for what its steps let through; the rows are not shown.
    func analyze(_ text: String) throws(UsageError) {
        _ = try session.read([])
        guard let query = session.query(text), !query.hasErrors else {
            throw UsageError("the last query does not run any more")
        }
        let (counted, counts) = StepCounts.of(query)
        let start = Clock.seconds
        let state = RunState(
            memory: session.settings.memory, threads: session.settings.threads, writesFiles: false)
        let account = session.measure(counted, state)
        let milliseconds = Int((Clock.seconds - start) * 1000)
        let rows = counts.rows.map { (Digits.grouped($0.rows), $0.step) }
        let width = rows.map(\.0.count).max() ?? 0
        var lines = rows.map { rows, step in
            String(repeating: " ", count: width - rows.count) + "\(rows)  rows from \(step)"
        }
        lines.append(
            "\(Digits.grouped(account.lines)) lines looked at, \(account.bytes / 1_000_000) MB, "
                + "\(milliseconds) ms, \(session.settings.threads) threads")
        Terminal.print(lines.map { Terminal.shown(session.redacted($0)).text + "\n" }.joined())
    }

    /// Fields whose names contain a text, with their types and how many of the first lines have them.
    func showFields(_ part: String) throws(UsageError) {
        _ = try session.read([])
        let described = session.query("describe").map { session.sample($0, seconds: 0.3) } ?? RowTable()
        var present: [String: Int] = [:]
        if let field = described.column("field"), let rows = described.column("rows") {
            for row in 0..<described.count {
                present[described[row, field].bytes.string] = described[row, rows].integer
            }
        }
        let most = max(1, present.values.max() ?? 0)
        let fields = Fields.all.filter { part.isEmpty || $0.name.contains(part) }
        guard !fields.isEmpty else { throw UsageError("no field's name contains '\(part)'") }
        let width = fields.map(\.name.count).max() ?? 0
        let types = fields.map(\.type.name.count).max() ?? 0
        let lines = fields.map { field -> String in
            let count = present[field.name] ?? 0
            let share = count == 0 ? "-" : count * 100 < most ? "<1%" : "\(count * 100 / most)%"
            let pad = { (text: String, width: Int) in
                text + String(repeating: " ", count: max(0, width - text.count))
            }
            return "\(pad(field.name, width))  \(pad(field.type.name, types))  "
                + "\(String(repeating: " ", count: 4 - share.count))\(share)  \(field.summary)\n"
        }
        page(lines.joined())
    }

    // MARK: Completion

    /// What stands before a line that is being typed: the lines before it and, unwritten, the last answer where
    /// they go on from it.
    private func before(_ line: String) -> String {
        let goesOn = (unfinished + line).drop { $0 == " " }.hasPrefix("|")
        return (goesOn ? Shell.last : "") + unfinished
    }

    private func complete(_ line: String) -> Completer.Answer {
        let before = before(line)
        let completer = Completer(session.environment, values: count, files: Files.beginning)
        let answer = completer.complete(before + line, commands: ShellCommands.all)
        return Completer.Answer(
            start: max(0, answer.start - before.utf8.count), candidates: answer.candidates)
    }

    private func highlight(_ line: String, cursor: Int) -> [Highlighter.Span] {
        let before = before(line)
        let shift = before.utf8.count
        return Highlighter(session.environment).spans(
            before + line, cursor: shift + cursor, commands: ShellCommands.all
        ).compactMap { span in
            let lower = max(0, span.range.lowerBound - shift)
            let upper = span.range.upperBound - shift
            return lower < upper ? Highlighter.Span(range: lower..<upper, part: span.part) : nil
        }
    }

    /// Values of what can be read in a moment; the same question is answered once.
    private func count(_ query: Query) -> RowTable {
        // What Tab offers would be seen too.
        guard session.settings.redaction == nil else { return RowTable() }
        let key = query.text
        if let rows = counted[key] { return rows }
        let rows = session.sample(query, seconds: Shell.patience)
        counted[key] = rows
        return rows
    }
}
