import CReadline
import Glibc
import QueryEngine
import SystemText

/// Colours over the line that Readline has drawn. Readline knows nothing of them: the same characters are written
/// again in their places, with colours, and the cursor returns. Where their places are not certain (another
/// prompt, control characters, a setting that draws otherwise) the line stays plain.
struct LineColors {
    /// Columns of the screen that the prompt takes.
    let promptWidth: Int
    /// Columns of the screen.
    let columns: Int
    let rows: Int

    /// What writes a line again. `point` is where the cursor is, in bytes. Nil where the line is to stay plain.
    func overdrawing(_ line: [UInt8], point: Int, _ spans: [Highlighter.Span]) -> String? {
        guard promptWidth < columns, !spans.isEmpty else { return nil }
        guard let cursor = place(line[..<point]), let end = place(line[...]) else { return nil }
        // A line higher than the screen has scrolled its beginning away.
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

    /// Cells from the start of the prompt to the end of a text; nil where that is not certain.
    private func place(_ text: ArraySlice<UInt8>) -> Int? {
        var cell = promptWidth
        for scalar in SystemText.string(text).unicodeScalars {
            // Readline shows such a byte in its own way.
            guard SystemText.byte(scalar) == nil else { return nil }
            if scalar == "\n" {
                // Behind a row that is full, a terminal and Readline do not agree on where the next one begins.
                guard cell % columns > 0 else { return nil }
                cell += columns - cell % columns
                continue
            }
            let width = Int(wcwidth(wchar_t(scalar.value)))
            guard width >= 0 else { return nil }
            // A wide character does not stand across the edge.
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
