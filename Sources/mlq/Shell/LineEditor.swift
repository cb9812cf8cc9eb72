import CReadline
import Glibc
import QueryEngine
import SystemText

/// Line input by GNU Readline. mlq polls the terminal itself, so that a signal can end the wait.
enum LineEditor {
    enum Event {
        case line(String)
        /// Ctrl-C.
        case interrupted
        /// Ctrl-D, or the end of the terminal.
        case end
    }

    // Readline has one state per process. Only the main thread uses it and these variables.
    nonisolated(unsafe) private static var accepted: Event?
    nonisolated(unsafe) private static var complete: (String) -> Completer.Answer = { _ in
        Completer.Answer(start: 0, candidates: [])
    }
    nonisolated(unsafe) private static var listed: [Completer.Candidate] = []
    nonisolated(unsafe) private static var highlight: (String, Int) -> [Highlighter.Span] = { _, _ in [] }
    nonisolated(unsafe) private static var promptWidth = 0

    /// Starts Readline. `complete` gets the line up to the cursor, `highlight` the line and the byte offset of the
    /// cursor.
    static func start(
        complete: @escaping (String) -> Completer.Answer,
        highlight: @escaping (String, Int) -> [Highlighter.Span]
    ) {
        self.complete = complete
        self.highlight = highlight
        mlq_readline_prepare(strdup("mlq"))
        mlq_readline_complete_with(
            { _, _, _ in LineEditor.matches() },
            { _, _, _ in LineEditor.list() })
        if Terminal.hasColors { mlq_readline_draw_with { LineEditor.draw() } }
        using_history()
    }

    /// Shows the prompt and waits for a line. A closed terminal is the end.
    static func read(_ prompt: String) -> Event {
        // Signals that came during a query or in a child process were for those.
        if Signals.takeWake() == .quit { return .end }
        accepted = nil
        promptWidth = width(ofPrompt: prompt)
        rl_initialize()
        mlq_readline_fit()
        rl_callback_handler_install(prompt) { line in
            guard let line else {
                LineEditor.accepted = .end
                rl_callback_handler_remove()
                return
            }
            LineEditor.accepted = .line(SystemText.string(line))
            free(line)
            rl_callback_handler_remove()
        }
        while accepted == nil {
            var waits = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: Signals.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, nfds_t(waits.count), -1) > 0 else {
                if errno == EINTR { continue }
                accepted = .end
                rl_callback_handler_remove()
                break
            }
            if waits[1].revents != 0 {
                switch Signals.takeWake() {
                case .interrupt:
                    mlq_readline_leave_line("^C\n")
                    accepted = .interrupted
                case .quit:
                    mlq_readline_leave_line("")
                    accepted = .end
                case .resume: mlq_readline_take_terminal()
                case .resize: mlq_readline_resize()
                case nil: break
                }
            } else if waits[0].revents & Int16(POLLIN) != 0 {
                rl_callback_read_char()
            } else {
                accepted = .end
                rl_callback_handler_remove()
            }
        }
        return accepted ?? .end
    }

    // MARK: Colours

    /// Draws the line as Readline does, and colours over it.
    private static func draw() {
        rl_redisplay()
        guard mlq_readline_is_plain() != 0, let columns = Terminal.width, let rows = Terminal.height,
            columns == Int(mlq_readline_columns())
        else { return }
        let line = SystemText.string(mlq_readline_line())
        let point = Int(mlq_readline_point())
        let colors = LineColors(promptWidth: promptWidth, columns: columns, rows: rows)
        guard let text = colors.overdrawing(SystemText.bytes(line), point: point, highlight(line, point))
        else {
            return
        }
        Terminal.print(text)
    }

    /// Returns the columns of a prompt, without the text between the marks 1 and 2.
    private static func width(ofPrompt prompt: String) -> Int {
        var shown = ""
        var isHidden = false
        for scalar in prompt.unicodeScalars {
            switch scalar {
            case "\u{1}": isHidden = true
            case "\u{2}": isHidden = false
            default: if !isHidden { shown.unicodeScalars.append(scalar) }
            }
        }
        return Terminal.shown(shown).width
    }

    // MARK: Completion

    /// Returns the candidates for Readline as full lines, after their common prefix.
    private static func matches() -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        let text = SystemText.bytes(SystemText.string(mlq_readline_line())).prefix(Int(mlq_readline_point()))
        let answer = complete(SystemText.string(text))
        // Readline does not escape control characters.
        listed = answer.candidates.filter { Terminal.shown($0.text).text == $0.text }
        guard !listed.isEmpty, answer.start <= text.count else {
            mlq_readline_completed(0)
            return nil
        }
        let before = text[..<answer.start]
        let typed = text[answer.start...]
        var texts = listed.map { SystemText.bytes($0.text) }
        var common = texts[0][...]
        for text in texts.dropFirst() {
            common = common.prefix(zip(common, text).prefix { $0 == $1 }.count)
        }
        if texts.count == 1 {
            let ending = Array(listed[0].ending.utf8)
            mlq_readline_completed(Int32(ending.last ?? 0))
            common += ending.dropLast()
            texts = []
        } else {
            mlq_readline_completed(0)
            // Matches inside words do not begin with the typed text.
            if common.count < typed.count { common = typed }
        }
        let words = [Array(common)] + texts
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>(
            OpaquePointer(malloc((words.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride)!))
        for (index, word) in words.enumerated() {
            list[index] = strdup((before + word).map(CChar.init(bitPattern:)) + [0])
        }
        list[words.count] = nil
        return list
    }

    /// Lists the candidates with their notes. Many candidates are printed in columns, with counts only.
    private static func list() {
        let width = Terminal.width ?? 80
        let height = max(8, (Terminal.height ?? 24) - 4)
        let hasCounts = listed.count > height && listed.allSatisfy { $0.note.allSatisfy(\.isNumeral) }
        let names = listed.map {
            Terminal.shown(hasCounts ? "\($0.text) \($0.note)" : $0.text, columns: width - 2)
        }
        let widest = names.map(\.width).max() ?? 0
        var lines: [String] = []
        if listed.count <= height {
            for (name, candidate) in zip(names, listed) {
                let pad = String(repeating: " ", count: widest - name.width + 2)
                let room = max(0, width - widest - 3)
                lines.append(
                    candidate.note.isEmpty
                        ? name.text
                        : name.text + pad + Terminal.shown(candidate.note, columns: room).text)
            }
        } else {
            let columns = max(1, width / (widest + 2))
            let rows = min(height, (names.count + columns - 1) / columns)
            for row in 0..<rows {
                var line = ""
                for index in stride(from: row, to: min(names.count, rows * columns), by: rows) {
                    line += names[index].text + String(repeating: " ", count: widest - names[index].width + 2)
                }
                lines.append(line)
            }
            let left = names.count - rows * columns
            if left > 0 { lines.append("(\(left) more)") }
        }
        rl_crlf()
        Terminal.print(lines.map { $0 + "\n" }.joined())
        rl_on_new_line()
        rl_redisplay()
    }
}

extension Character {
    fileprivate var isNumeral: Bool { isNumber || self == "," }
}
