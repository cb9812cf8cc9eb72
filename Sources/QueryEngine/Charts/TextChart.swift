import MailLog

/// Text renderer for charts, at the width of the terminal. Uses ASCII only if the output is not UTF-8.
struct TextChart {
    private let data: ChartData
    private let width: Int
    private let isUTF8: Bool
    private let usesColor: Bool
    private let mostRows: Int

    /// Width without a terminal.
    private static let usualWidth = 100
    private static let height = 10
    private static let longestLabel = 32

    init(_ data: ChartData, _ options: OutputOptions) {
        self.data = data
        width = max(40, min(400, options.width ?? TextChart.usualWidth))
        isUTF8 = options.isUTF8
        usesColor = options.color
        mostRows = min(ChartData.mostRows, options.maximumRows ?? .max)
    }

    var lines: [String] {
        switch data.kind {
        case .bars: bars
        case .line: columns
        case .heat: heat
        case .spark: sparks
        }
    }

    // MARK: Marks

    private var fills: [String] {
        isUTF8 ? ["█", "▓", "▒", "░", "▚", "╱", "▪", "·"] : ["#", "=", "+", "-", "o", "/", "*", "."]
    }
    private var levels: [String] {
        isUTF8
            ? [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] : [" ", ".", ":", "-", "=", "+", "*", "%", "#"]
    }
    private var shades: [String] { isUTF8 ? [" ", "░", "▒", "▓", "█"] : [" ", ".", "+", "*", "#"] }
    /// Colours of the 256-colour palette, similar to those of Okabe and Ito.
    private static let colors = [33, 208, 36, 220, 170, 75, 166, 245]

    private func colored(_ text: String, _ series: Int) -> String {
        guard usesColor, !text.isEmpty else { return text }
        return "\u{1B}[38;5;\(TextChart.colors[series % TextChart.colors.count])m\(text)\u{1B}[0m"
    }

    private func mark(_ series: Int) -> String { fills[series % fills.count] }

    /// Legend lines with the fill character and the name of each series; empty for a single series.
    private var head: [String] {
        var lines: [String] = []
        if data.series.count > 1 {
            var line = ""
            var used = 0
            for (index, series) in data.series.enumerated() {
                let columns = DisplayText.width(of: series.name) + 4
                if used > 0, used + columns > width {
                    lines.append(line)
                    (line, used) = ("", 0)
                }
                line += (used > 0 ? "  " : "") + colored(mark(index), index) + " " + series.name
                used += columns
            }
            lines.append(line)
        }
        return lines
    }

    // MARK: Bars

    private var bars: [String] {
        let (low, high) = data.extent
        let shown = data.labels.indices.prefix(mostRows)
        let labelWidth = min(
            TextChart.longestLabel,
            TextChart.columns(of: [data.labelName] + shown.map { data.labels[$0] }))
        let totals = shown.map(data.total)
        let valueWidth = TextChart.columns(of: [data.valueName] + totals)
        let markWidth = data.marks.values.map { DisplayText.width(of: $0) + 3 }.max() ?? 0
        let room = max(10, width - labelWidth - valueWidth - 4 - markWidth)
        // Negative and positive bars are rounded separately, so reserve one column.
        let scale = Double(low < 0 ? room - 1 : room) / (high - low)
        let zero = Int((-low * scale).rounded())
        var lines = head
        lines.append("\(pad(data.labelName, labelWidth))  \(right(data.valueName, valueWidth))")
        for label in shown {
            let bar = bars(label, scale, zero)
            lines.append(
                trimmed(
                    "\(pad(data.labels[label], labelWidth))  \(right(totals[label], valueWidth))  "
                        + "\(bar)\(markBehind(label))"))
        }
        return lines + more(shown.count, of: data.labels.count, "row")
    }

    private func more(_ shown: Int, of all: Int, _ what: String) -> [String] {
        ChartData.more(shown, of: all, what).map { ["\(isUTF8 ? "…" : "...") \($0)"] } ?? []
    }

    /// Returns the mark after the line of a label; empty if the label has no mark.
    private func markBehind(_ label: Int) -> String {
        data.marks[label].map { " \(isUTF8 ? "◂" : "<") \($0)" } ?? ""
    }

    /// Returns the bars of one label. Negative bars end at column `zero`; positive bars begin there.
    private func bars(_ label: Int, _ scale: Double, _ zero: Int) -> String {
        let (below, above) = (bars(label, scale, sign: -1), bars(label, scale, sign: 1))
        return String(repeating: " ", count: max(0, zero - below.columns)) + below.text + above.text
    }

    /// Returns the bars of one sign, end to end. In UTF-8, the positive bars of a single series are exact to an eighth
    /// of a column.
    private func bars(_ label: Int, _ scale: Double, sign: Double) -> (text: String, columns: Int) {
        var text = ""
        var (sum, drawn) = (0.0, 0)
        for (index, series) in data.series.enumerated() {
            sum += max(0, sign * (series.values[label] ?? 0))
            let isExact = isUTF8 && sign > 0 && data.series.count == 1
            let eighths = Int((sum * scale * 8).rounded())
            let end = isExact ? eighths / 8 : Int((sum * scale).rounded())
            let rest = isExact ? ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] : ""
            let part = colored(String(repeating: mark(index), count: end - drawn) + rest, index)
            text = sign < 0 ? part + text : text + part
            drawn = end
        }
        return (text, drawn)
    }

    // MARK: Columns over time

    private var columns: [String] {
        let (low, high) = data.extent
        let scaleTexts = [data.text(high), data.text((low + high) / 2), data.text(low)]
        let axis = TextChart.columns(of: scaleTexts)
        let room = max(10, width - axis - 2)
        var lines: [String] = []
        let rows = data.series.count == 1 ? TextChart.height : max(3, TextChart.height / data.series.count)
        for (index, series) in data.series.enumerated() {
            let values = TextChart.fitted(series.values, room)
            lines.append((data.series.count > 1 ? colored(series.name, index) : data.valueName))
            for row in (0..<rows).reversed() {
                let text =
                    row == rows - 1
                    ? scaleTexts[0]
                    : row == 0 ? scaleTexts[2] : row == (rows - 1) / 2 && rows > 4 ? scaleTexts[1] : ""
                let cells = values.map { value -> String in
                    guard let value else { return " " }
                    let filled = (value - low) / (high - low) * Double(rows * 8) - Double(row * 8)
                    return levels[max(0, min(8, Int(filled.rounded())))]
                }
                lines.append(
                    trimmed("\(right(text, axis)) \(isUTF8 ? "┤" : "|")" + colored(cells.joined(), index)))
            }
        }
        let drawn = TextChart.fitted(data.series[0].values, room).count
        lines.append(
            String(repeating: " ", count: axis + 1) + (isUTF8 ? "└" : "+")
                + String(repeating: isUTF8 ? "─" : "-", count: drawn))
        let (first, last) = (data.labels.first ?? "", data.labels.last ?? "")
        let space = max(1, drawn - DisplayText.width(of: first) - DisplayText.width(of: last))
        lines.append(
            String(repeating: " ", count: axis + 2) + first + String(repeating: " ", count: space) + last)
        return lines + marksBelow(axis + 2, drawn)
    }

    /// Returns the lines below a time axis: the positions of the marks, and their texts. `start` is the first column of
    /// the axis, `drawn` its width.
    private func marksBelow(_ start: Int, _ drawn: Int) -> [String] {
        guard !data.marks.isEmpty else { return [] }
        let mark = isUTF8 ? "▲" : "^"
        var columns = [String](repeating: " ", count: drawn)
        for index in data.marks.keys { columns[index * drawn / data.labels.count] = mark }
        let shown = data.marks.sorted { $0.key < $1.key }.map {
            "\(mark) \(data.labels[$0.key])  \($0.value)"
        }
        let most = 12
        return [trimmed(String(repeating: " ", count: start) + columns.joined())] + shown.prefix(most)
            + (shown.count > most ? ["\(mark) \(shown.count - most) more"] : [])
    }

    /// Fits values to the width: replaces neighbours by their mean if there are too many values, and repeats each value
    /// up to four times if there are few.
    private static func fitted(_ values: [Double?], _ room: Int) -> [Double?] {
        let per = (values.count + room - 1) / room
        if per > 1 {
            return stride(from: 0, to: values.count, by: per).map { start in
                let present = values[start..<min(start + per, values.count)].compactMap(\.self)
                return present.isEmpty ? nil : present.reduce(0, +) / Double(present.count)
            }
        }
        let wide = max(1, min(4, room / max(1, values.count)))
        return values.flatMap { Array(repeating: $0, count: wide) }
    }

    // MARK: Heat and sparks

    private var heat: [String] {
        let high = data.series.flatMap(\.values).compactMap(\.self).max() ?? 0
        let rows = data.labels.indices.prefix(mostRows)
        let labelWidth = min(TextChart.longestLabel, TextChart.columns(of: rows.map { data.labels[$0] }))
        let room = width - labelWidth - 2
        // A name has at least six columns, and up to 20 if there is room.
        let longest = TextChart.columns(of: data.series.map(\.name))
        let cellWidth = min(longest, max(6, min(20, room / data.series.count - 1))) + 1
        let shown = data.series.prefix(max(1, room / cellWidth))
        var lines = [
            String(repeating: " ", count: labelWidth + 2) + shown.map { pad($0.name, cellWidth) }.joined()
        ]
        for index in rows {
            let cells = shown.map { series -> String in
                let value = series.values[index] ?? 0
                let shade = high > 0 && value > 0 ? max(1, min(4, Int((value / high * 4).rounded(.up)))) : 0
                return String(repeating: shades[shade], count: cellWidth)
            }
            lines.append(
                trimmed(
                    pad(data.labels[index], labelWidth) + "  " + colored(cells.joined(), 0)
                        + markBehind(index)))
        }
        let steps = data.shades(high).map { "\(shades[$0.shade]) up to \(data.text($0.most))" }
        lines.append("\(data.valueName): \(steps.joined(separator: "  "))")
        lines += more(rows.count, of: data.labels.count, "row")
        return (lines + more(shown.count, of: data.series.count, "column")).map(trimmed)
    }

    private var sparks: [String] {
        let shown = data.series.prefix(mostRows)
        let nameWidth = min(TextChart.longestLabel, TextChart.columns(of: shown.map(\.name)))
        let room = max(10, width - nameWidth - 30)
        let lines = shown.enumerated().map { index, series in
            let present = series.values.compactMap(\.self)
            let (low, high) = (min(0, present.min() ?? 0), present.max() ?? 0)
            let values = TextChart.fitted(series.values, room)
            let cells = values.map { value -> String in
                guard let value else { return " " }
                guard high > low else { return levels[1] }
                return levels[max(1, min(8, Int(((value - low) / (high - low) * 8).rounded(.up))))]
            }
            return "\(pad(series.name, nameWidth))  \(colored(cells.joined(), index))  "
                + "\(data.text(present.min() ?? 0))..\(data.text(high))"
        }
        return lines + marksBelow(nameWidth + 2, TextChart.fitted(data.series[0].values, room).count)
            + more(shown.count, of: data.series.count, "row")
    }

    // MARK: Text

    private static func columns(of texts: [String]) -> Int {
        texts.map { DisplayText.width(of: $0) }.max() ?? 0
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - DisplayText.width(of: text))) + text
    }

    /// Truncates or pads a text to the given number of columns.
    private func pad(_ text: String, _ width: Int) -> String {
        var bytes: [UInt8] = []
        let used = Array(text.utf8).withBytes {
            DisplayText.append($0, to: &bytes, columns: width, ending: isUTF8 ? "…" : "~")
        }
        return String(decoding: bytes, as: UTF8.self) + String(repeating: " ", count: max(0, width - used))
    }

    private func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
