import MailLog
import QueryEngine
import QuerySyntax
import SystemText

/// Interactive shell. Reads a statement, prints its answer and keeps the answer for the next statement.
final class Shell {
    private(set) var interpreter: Interpreter
    /// The last answer; nil before the first and after log lines.
    private(set) var answer: Answer?
    /// The last query as text, starting from the log lines.
    private(set) var lastText: String?
    private(set) var history: History?
    /// Arguments from the settings file, the command line and `:set`, in this order.
    private var arguments: [String]
    private var mustLeave = false
    /// Lines of a statement that continues on the next line.
    private var unfinished = ""
    /// Whether a statement was wrong. Sets the exit status if statements come from a pipe.
    private var hasFailed = false
    /// Whether an answer is printed without a limit of rows.
    private var isShowingAll = false
    /// Name and days of the open logs, for the prompt.
    private var promptParts: [String] = []
    /// Values that completion has counted, by query text.
    private var counted: [String: RowTable] = [:]

    /// Maximum size of a kept answer in bytes.
    private static let kept = 64 << 20
    /// Seconds that completion may count values.
    private static let patience = 0.15
    /// Name of the last answer.
    private static let last = "_"

    /// Creates a shell. The settings file comes before `arguments`, unless --no-config is among them. `options` are the
    /// parsed `arguments`.
    init(_ options: Options, _ arguments: [String], files: [String]) throws(UsageError) {
        let saved = options.noConfig ? [] : try Config.arguments()
        self.arguments = saved + arguments
        interpreter = Interpreter(
            saved.isEmpty ? try Settings(options) : try Settings.parsed(self.arguments), paths: files)
    }

    // MARK: The loop

    /// Runs until Ctrl-D, `:quit` or a signal. Returns the exit status.
    func run() -> Int32 {
        guard Terminal.isInput else { return runWithoutTerminal() }
        Signals.wakeShell()
        openLogs(interpreter.paths)
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
                // An unfinished statement can be recalled and corrected.
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

    /// Runs statements from a pipe, without a prompt and history.
    private func runWithoutTerminal() -> Int32 {
        var pending = ""
        while !mustLeave, let line = Terminal.readLine() {
            pending += line
            if wantsMore(pending) { continue }
            handle(pending)
            pending = ""
        }
        if !pending.isEmpty { handle(pending) }
        let status = interpreter.finish()
        return hasFailed ? max(2, status) : status
    }

    private func wantsMore(_ text: String) -> Bool {
        let start = text.drop { $0 == " " }
        if start.hasPrefix(":") { return false }
        let whole = start.hasPrefix("|") ? Shell.last + text : text
        guard var parser = try? Parser(Source(name: "query", text: whole)) else { return false }
        parser.names = interpreter.environment.names.union([Shell.last])
        parser.script(Stages.all)
        return parser.wantsMore
    }

    func leave() { mustLeave = true }

    // MARK: Statements

    /// Runs a statement or a command, and reports its errors.
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

    /// Returns the command of a line that is written as in other shells: `quit`, `\\q`, `.help sort`, `? sort`; nil
    /// for a query.
    private func commandMeant(by text: Substring) -> String? {
        var line = text
        while let last = line.last, last.isWhitespace || last == ";" { line.removeLast() }
        if line.first == "?" { return ":help \(line.dropFirst())" }
        let isMarked = line.first == "\\" || line.first == "."
        if isMarked { line.removeFirst() }
        let word = line.prefix { !$0.isWhitespace }.lowercased()
        guard ShellCommands.all[word] != nil else { return nil }
        let isQuery =
            Stages.all[word] != nil || interpreter.environment.names.contains(word)
            || word == "explain" && line.count > word.count
        return isMarked || !isQuery ? ":\(line)" : nil
    }

    private func command(_ text: String) throws(UsageError) {
        let source = Source(name: "query", text: text)
        let command: ShellCommand?
        do throws(Diagnostic) {
            var parser = try Parser(source)
            parser.names = interpreter.environment.names
            command = try parser.command(ShellCommands.all)
        } catch {
            Terminal.say(error, in: source)
            hasFailed = true
            return
        }
        try command?.run(self)
    }

    /// Runs statements and prints their answers.
    func ask(_ text: String, name: String = "query", pager: Bool = true) throws(UsageError) {
        let source = Source(name: name, text: naming(text))
        var program = try interpreter.read([source])
        if program.hasErrors, let answer, interpreter.environment.answers[Shell.last] != nil {
            // A stage that cannot follow kept rows may follow the log lines (`nofill`).
            interpreter.bind(Shell.last, to: answer.text)
            let again = try interpreter.read([source])
            if !again.hasErrors { program = again }
            interpreter.keep(Shell.last, answer)
        }
        for (source, diagnostic) in program.diagnostics { Terminal.say(diagnostic, in: source) }
        guard !program.hasErrors else {
            hasFailed = true
            return
        }
        guard !interpreter.paths.isEmpty else { throw UsageError("no log is open; open one with :open FILE") }
        for item in program.items {
            switch item {
            case .title(let title): interpreter.title(title)
            case .explain(let query): interpreter.explain(query)
            case .query(let query): if !show(query, pager: pager) { return }
            }
        }
    }

    /// Returns the text with another name for the last answer after `in` and in `let late = _`, because the next answer
    /// takes the name `_`.
    private func naming(_ text: String) -> String {
        guard let lastText, text.contains(Shell.last) else { return text }
        let source = Source(name: "query", text: text)
        guard var parser = try? Parser(source) else { return text }
        parser.names = interpreter.environment.names
        parser.script(Stages.all)
        let tokens = parser.tokens.filter { $0.role != .comment }
        let word = { (index: Int) in index < 0 ? "" : source[tokens[index].range] }
        let indices = tokens.indices.filter { index in
            guard word(index) == Shell.last, index > 0 else { return false }
            return word(index - 1) == "in" || word(index - 1) == "=" && word(index - 3) == "let"
                || tokens[index - 1].role == .open && index > 1 && tokens[index - 2].role == .stage
        }
        guard !indices.isEmpty else { return text }
        let name = interpreter.environment.newName("last")
        interpreter.bind(name, to: lastText)
        var bytes = source.bytes
        for index in indices.reversed() {
            let range = tokens[index].range
            bytes.replaceSubrange(range.lower..<range.upper, with: name.utf8)
        }
        return SystemText.string(bytes)
    }

    /// Runs a query, prints its answer and keeps it. Returns false after an interrupt or a failure.
    private func show(_ query: Query, pager: Bool) -> Bool {
        let state = RunState(memory: interpreter.settings.memory, threads: interpreter.settings.threads)
        let pager = pager && !interpreter.settings.options.noPager ? Pager() : nil
        var output = interpreter.settings.output
        if pager == nil, let height = Terminal.height, Terminal.isOutput, !isShowingAll {
            output.maximumRows = max(5, height - 4)
        }
        output.numbersRows = Terminal.isOutput && query.canNarrow
        output.turnsWideRows = Terminal.isOutput
        let outcome = interpreter.run(
            query, state, to: PagerSink(pager, state), output: output, keeping: Shell.kept)
        interpreter.reportUnrecognised()
        remember(query.text, outcome)
        return !state.wasInterrupted && state.failure == nil
    }

    /// Runs a query over the logs and their new lines, until Ctrl-C.
    func follow(_ text: String) throws(UsageError) {
        interpreter.follows = true
        defer {
            interpreter.follows = false
            // The next statement reads the logs as they are then.
            _ = try? interpreter.read([])
        }
        try ask(text.isEmpty ? try lastQuery() : text, pager: false)
    }

    /// Prints all rows of the last answer.
    func showAll() throws(UsageError) {
        _ = try lastQuery()
        isShowingAll = true
        defer { isShowingAll = false }
        try ask(Shell.last, pager: false)
    }

    /// Prints the last answer, in another format if one is named.
    func showLast(as format: String?) throws(UsageError) {
        _ = try lastQuery()
        let settings = interpreter.settings
        defer { interpreter.settings = settings }
        if let format { interpreter.settings.format = try Settings.format(format) }
        try ask(Shell.last)
    }

    /// The last query as text.
    func lastQuery() throws(UsageError) -> String {
        if let lastText { return lastText }
        throw UsageError("there is no query yet")
    }

    private func remember(_ text: String, _ outcome: Executor.Outcome) {
        lastText = text
        answer = nil
        interpreter.bind(Shell.last, to: text)
        if let kept = outcome.kept, let query = interpreter.query(text) {
            let answer = Answer(text: text, query: query, rows: kept.rows, isWhole: kept.isWhole)
            self.answer = answer
            if kept.isWhole { interpreter.keep(Shell.last, answer) }
        }
    }

    // MARK: Queries from a row

    /// Returns the query for the rows that row `number` of the last answer counts. The first row is 1.
    func narrowed(to number: Int) throws(UsageError) -> String {
        try fromAnswer { (answer) throws(RunFailure) in try answer.narrowed(to: number - 1) }
    }

    /// Returns the query for the log lines of row `number`.
    func lines(of number: Int) throws(UsageError) -> String {
        try fromAnswer { (answer) throws(RunFailure) in try answer.lines(of: number - 1) }
    }

    private func fromAnswer(_ text: (Answer) throws(RunFailure) -> String) throws(UsageError) -> String {
        guard let answer else {
            _ = try lastQuery()
            throw UsageError("the last answer is log lines; `:lines` and `:drill` need rows of another kind")
        }
        do { return try text(answer) } catch { throw UsageError(error.message) }
    }

    /// Prints a query that a command runs, and adds it to the history.
    func announce(_ text: String) {
        let shown = Terminal.shown(interpreter.redacted(query: text)).text
        let isDim = Terminal.isOutput && Terminal.hasColors
        Terminal.print(isDim ? "\u{1B}[2m\(shown)\u{1B}[0m\n" : "\(shown)\n")
        history?.add(text)
    }

    /// Makes a query the last one without printing its rows.
    func setLast(_ text: String) {
        guard case .query(let query)? = try? interpreter.read([Source(name: "query", text: text)]).items.last
        else { return }
        let text = query.text
        lastText = text
        answer = nil
        interpreter.bind(Shell.last, to: text)
    }

    /// Runs a query without making it the last one.
    func look(at text: String) throws(UsageError) {
        let (before, beforeText) = (answer, lastText)
        try ask(text)
        guard let beforeText else { return }
        setLast(beforeText)
        answer = before
        if let before, before.isWhole { interpreter.keep(Shell.last, before) }
    }

    // MARK: Logs and settings

    /// Replaces the logs. An interrupt while a FIFO has no writer keeps the logs that are open.
    func openLogs(_ paths: [String]) {
        let before = interpreter
        interpreter.open(paths)
        let summary = interpreter.logSummary()
        if Waiting.isOver, paths != before.paths {
            interpreter = before
            return Terminal.say("mlq: interrupted; the logs that were open stay open")
        }
        counted = [:]
        for problem in summary.problems { Terminal.say("mlq: \(problem)") }
        let opened = [summary.names.isEmpty ? "no log" : summary.names, summary.bytes].filter { !$0.isEmpty }
        Terminal.say(
            "mlq: \(opened.joined(separator: ", ")). :help lists commands, Tab completes, Ctrl-D leaves.")
        let name = summary.names.split(separator: "/").last.map(String.init) ?? ""
        promptParts = [name, summary.days].filter { !$0.isEmpty }
    }

    /// Prompt with the open logs. A narrow screen gets less of them.
    private var prompt: String {
        let columns = Terminal.width ?? 80
        let parts = promptParts.prefix(columns < 100 ? 1 : 2)
        let shown = Terminal.shown(
            Terminal.redacted(parts.joined(separator: " ")), columns: min(48, columns / 3)
        ).text
        if shown.isEmpty || !Terminal.hasColors { return shown.isEmpty ? "mlq> " : "\(shown) mlq> " }
        // Readline counts no columns between the marks 1 and 2.
        return "\u{1}\u{1B}[2m\u{2}\(shown)\u{1}\u{1B}[0m\u{2} mlq> "
    }

    /// Changes a setting. Nil removes it, and an empty text sets a flag.
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
        interpreter.settings = try Settings.parsed(changed)
        arguments = changed
        counted = [:]
    }

    // MARK: Pages

    /// Prints a text. A long one goes to the pager.
    func page(_ text: String) {
        var text = Terminal.harmless(text)
        if Terminal.isOutput, let columns = Terminal.width {
            // A deeply indented line is part of an answer. Its columns must stay aligned.
            text = text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.hasPrefix("      ") ? String($0) : Terminal.folded(String($0), columns: columns) }
                .joined(separator: "\n")
        }
        guard let pager = interpreter.settings.options.noPager ? nil : Pager() else {
            return Terminal.print(text)
        }
        let sink = PagerSink(pager, RunState(memory: interpreter.settings.memory, threads: 1))
        _ = sink.write(SystemText.bytes(text))
        sink.flush()
    }

    /// Runs a query and prints the number of rows of each step.
    func analyze(_ text: String) throws(UsageError) {
        _ = try interpreter.read([])
        guard let query = interpreter.query(text), !query.hasErrors else {
            throw UsageError("the last query does not run any more")
        }
        let (counted, counts) = StepCounts.of(query)
        let start = Clock.seconds
        let account = interpreter.measure(counted)
        let milliseconds = Int((Clock.seconds - start) * 1000)
        let steps = TextTable.text(
            counts.rows.map { [Digits.grouped($0.rows), "rows from \($0.step)"] }, right: [0])
        let lines =
            steps.split(separator: "\n").map(String.init) + [
                "\(Digits.grouped(account.lines)) lines looked at, \(account.bytes / 1_000_000) MB, "
                    + "\(milliseconds) ms, \(interpreter.settings.threads) threads"
            ]
        Terminal.print(lines.map { Terminal.shown(interpreter.redacted($0)).text + "\n" }.joined())
    }

    /// Prints the fields whose names contain a text, with their types and the share of the first lines that have them.
    func showFields(_ part: String) throws(UsageError) {
        _ = try interpreter.read([])
        let described =
            interpreter.query("describe").map { interpreter.sample($0, seconds: 0.3) } ?? RowTable()
        var present: [String: Int] = [:]
        if let field = described.column("field"), let rows = described.column("rows") {
            for row in 0..<described.count {
                present[described[row, field].bytes.string] = described[row, rows].integer
            }
        }
        let most = max(1, present.values.max() ?? 0)
        let fields = Fields.all.filter { part.isEmpty || $0.name.contains(part) }
        guard !fields.isEmpty else { throw UsageError("no field's name contains '\(part)'") }
        let rows = fields.map { field in
            let count = present[field.name] ?? 0
            let share = count == 0 ? "-" : count * 100 < most ? "<1%" : "\(count * 100 / most)%"
            return [field.name, field.type.name, share, field.summary]
        }
        page(TextTable.text(rows, right: [2]) + "\n")
    }

    // MARK: Completion

    /// Text before the line that is being typed: earlier lines of the statement, and the name of the last answer if
    /// they continue from it.
    private func before(_ line: String) -> String {
        let continues = (unfinished + line).drop { $0 == " " }.hasPrefix("|")
        return (continues ? Shell.last : "") + unfinished
    }

    private func complete(_ line: String) -> Completer.Answer {
        let before = before(line)
        let completer = Completer(interpreter.environment, values: count, files: Files.beginning)
        let answer = completer.complete(before + line, commands: ShellCommands.all)
        return Completer.Answer(
            start: max(0, answer.start - before.utf8.count), candidates: answer.candidates)
    }

    private func highlight(_ line: String, cursor: Int) -> [Highlighter.Span] {
        let before = before(line)
        let shift = before.utf8.count
        return Highlighter(interpreter.environment).spans(
            before + line, cursor: shift + cursor, commands: ShellCommands.all
        ).compactMap { span in
            let lower = max(0, span.range.lowerBound - shift)
            let upper = span.range.upperBound - shift
            return lower < upper ? Highlighter.Span(range: lower..<upper, part: span.part) : nil
        }
    }

    /// Rows of a query that counts values, over the part of the logs that can be read at once. Cached by query.
    private func count(_ query: Query) -> RowTable {
        // Candidates of Tab are printed, and would not be redacted.
        guard interpreter.settings.redaction == nil else { return RowTable() }
        let key = query.text
        if let rows = counted[key] { return rows }
        let rows = interpreter.sample(query, seconds: Shell.patience)
        counted[key] = rows
        return rows
    }
}
