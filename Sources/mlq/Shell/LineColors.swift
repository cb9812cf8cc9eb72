import CReadline
import Glibc
import QueryEngine
import SystemText

/// Colours over the line that Readline has drawn. mlq writes the same characters again with colours, and restores the
/// cursor. A line whose columns on the screen are uncertain, for instance because of control characters, stays plain.
struct LineColors {
    let promptWidth: Int
    /// Size of the screen.
    let columns: Int
    let rows: Int

    /// Returns the text that draws a line in colours; nil if the line must stay plain. `point` is the byte offset of
    /// the cursor.
    func overdrawing(_ line: [UInt8], point: Int, _ spans: [Highlighter.Span]) -> String? {
        guard promptWidth < columns, !spans.isEmpty else { return nil }
        guard let cursor = cells(line[..<point]), let end = cells(line[...]) else { return nil }
        // A line higher than the screen has scrolled its first row away.
        guard end / columns < rows else { return nil }
        var text = "\u{1B}7\r"
        if cursor >= columns { text += "\u{1B}[\(cursor / columns)A" }
        if promptWidth > 0 { text += "\u{1B}[\(promptWidth)C" }
        var position = 0
        for span in spans {
            text += String(decoding: line[position..<span.range.lowerBound], as: UTF8.self)
            text += "\u{1B}[\(LineColors.code(span.part))m"
            text += String(decoding: line[span.range], as: UTF8.self) + "\u{1B}[0m"
            position = span.range.upperBound
        }
        text += String(decoding: line[position...], as: UTF8.self)
        return text + "\u{1B}8"
    }

    /// Returns the number of cells from the start of the prompt to the end of a text; nil if it is uncertain.
    private func cells(_ text: ArraySlice<UInt8>) -> Int? {
        var cell = promptWidth
        for scalar in SystemText.string(text).unicodeScalars {
            // Readline shows a byte that is not UTF-8 in its own way.
            guard SystemText.byte(scalar) == nil else { return nil }
            if scalar == "\n" {
                // After a full row, terminals and Readline disagree on the start of the next row.
                guard cell % columns > 0 else { return nil }
                cell += columns - cell % columns
                continue
            }
            let width = Int(wcwidth(wchar_t(scalar.value)))
            guard width >= 0 else { return nil }
            // A wide character is not split at the edge.
            if cell % columns + width > columns { cell += 1 }
            cell += width
        }
        return cell
    }

    private static func code(_ part: Highlighter.Part) -> String {
        switch part {
        case .stage: "1"
        case .keyword: "35"
        case .name: "36"
        case .function: "34"
        case .literal: "32"
        case .comment: "2"
        case .wrong: "4;31"
        }
    }
}
