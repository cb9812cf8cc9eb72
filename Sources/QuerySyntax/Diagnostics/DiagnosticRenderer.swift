/// Renderer of diagnostics with message, position, line and caret, as in compilers.
///
///     error: unknown field 'statsu'
///       storm.mlq:4:8
///       4 | filter statsu=deferred | count by relay
///         |        ^^^^^^ did you mean 'status'?
package struct DiagnosticRenderer {
    private let source: Source
    /// Columns of a shown line. Longer lines are cut.
    private let width: Int

    /// Creates a renderer for a screen of so many columns; nil without a screen.
    package init(source: Source, columns: Int? = nil) {
        self.source = source
        width = max(40, min(100, (columns ?? .max) - 10))
    }

    package func render(_ diagnostic: Diagnostic) -> String {
        let bytes = source.bytes
        let start = min(max(0, diagnostic.range.lower), bytes.count)
        let lineStart = (bytes[..<start].lastIndex(of: 10) ?? -1) + 1
        let lineEnd = bytes[start...].firstIndex(of: 10) ?? bytes.count
        let number = bytes[..<start].reduce(1) { $1 == 10 ? $0 + 1 : $0 }
        let end = min(max(start, diagnostic.range.upper), lineEnd)

        // A long line is cut to a window around the error.
        let before = scalars(lineStart..<start)
        let marked = scalars(start..<end)
        let after = scalars(end..<lineEnd)
        var head = before[...]
        var lead = ""
        if cells(before) + cells(marked) > width {
            head = last(before, cells: max(0, min(30, width - cells(marked))))
            if head.count < before.count { lead = "…" }
        }
        let shown = first(marked, cells: width)
        let tail = first(after, cells: max(0, width - cells(head) - cells(shown)))
        let trail = tail.count < after.count || shown.count < marked.count ? "…" : ""

        let column = before.count + 1
        let gutter = String(number)
        let blank = String(repeating: " ", count: gutter.count)
        var text = "\(diagnostic.severity.rawValue): \(diagnostic.message)\n"
        text += "  \(source.name):\(number):\(column)\n"
        text += "  \(gutter) | \(lead)\(string(head))\(string(shown))\(string(tail))\(trail)\n"
        let pad = String(repeating: " ", count: lead.count + cells(head))
        let carets = String(repeating: "^", count: max(1, cells(shown)))
        let hint = diagnostic.hint.map { " " + $0 } ?? ""
        text += "  \(blank) | \(pad)\(carets)\(hint)\n"
        for note in diagnostic.notes { text += "  \(note)\n" }
        return text
    }

    /// Returns the first scalars that fit into `limit` columns.
    private func first(_ scalars: [Unicode.Scalar], cells limit: Int) -> ArraySlice<Unicode.Scalar> {
        var room = limit
        return scalars.prefix { scalar in
            room -= cells(CollectionOfOne(scalar))
            return room >= 0
        }
    }

    private func last(_ scalars: [Unicode.Scalar], cells limit: Int) -> ArraySlice<Unicode.Scalar> {
        scalars.suffix(first(scalars.reversed(), cells: limit).count)
    }

    private func scalars(_ range: Range<Int>) -> [Unicode.Scalar] {
        Array(String(decoding: source.bytes[range], as: UTF8.self).unicodeScalars)
    }

    /// Replaces control characters, which must not reach the terminal.
    private func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = ""
        for scalar in scalars {
            let value = scalar.value
            let hidden =
                value < 32 || (0x7F..<0xA0).contains(value) || (0x202A...0x202E).contains(value)
                || (0x2066...0x2069).contains(value)
            text.unicodeScalars.append(hidden ? "\u{FFFD}" : scalar)
        }
        return text
    }

    private func cells(_ scalars: some Sequence<Unicode.Scalar>) -> Int {
        scalars.reduce(0) { count, scalar in
            if scalar.properties.generalCategory == .nonspacingMark { return count }
            let wide =
                (0x1100...0x115F).contains(scalar.value) || (0x2E80...0xA4CF).contains(scalar.value)
                || (0xAC00...0xD7A3).contains(scalar.value) || (0xF900...0xFAFF).contains(scalar.value)
                || (0xFF00...0xFF60).contains(scalar.value) || (0x1F300...0x1FAFF).contains(scalar.value)
            return count + (wide ? 2 : 1)
        }
    }
}
