import Glibc

/// SVG renderer for charts. The output is one self-contained SVG element. The colours are those of Okabe and Ito, which
/// colour-blind readers can distinguish, on light and dark backgrounds.
struct SVGChart {
    private let data: ChartData
    private static let width = 860.0
    private static let colors = [
        "#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#8c6d31", "#808080",
    ]
    private static let style = """
        <style>.chart{font:12px system-ui,sans-serif;color-scheme:light dark}.chart text{fill:#333}\
        .chart .name{fill:#666}.chart .grid{stroke:#8884;stroke-width:1}.chart .axis{stroke:#888}\
        .chart .mark{stroke:#a00;stroke-width:1.5;stroke-dasharray:3 3}.chart .heat{fill:#0072b2}\
        @media(prefers-color-scheme:dark){.chart text{fill:#ddd}.chart .name{fill:#aaa}.chart .mark{stroke:#f77}\
        .chart .heat{fill:#56b4e9}}</style>
        """

    init(_ data: ChartData) { self.data = data }

    var text: String {
        switch data.kind {
        case .bars: data.isTime ? plot(stacked: true) : bars
        case .line: plot(stacked: false)
        case .heat: heat
        case .spark: sparks
        }
    }

    /// Placeholder if there is nothing to draw.
    static let empty = svg(40, "nothing to draw", "<text x=\"8\" y=\"24\">no numbers to draw</text>\n")

    private func svg(_ height: Double, _ body: String) -> String {
        SVGChart.svg(
            height, "\(data.valueName.isEmpty ? "numbers" : data.valueName) by \(data.labelName)", body)
    }

    private static func svg(_ height: Double, _ label: String, _ body: String) -> String {
        "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 "
            + "\(SVGChart.number(SVGChart.width)) \(SVGChart.number(height))\"><title>\(MarkupText.escaped(label))"
            + "</title>\(SVGChart.style)\n\(body)</svg>\n"
    }

    // MARK: Pieces

    /// Formats a coordinate with at most one decimal: a tenth of a pixel is precise enough.
    private static func number(_ number: Double) -> String {
        var text: [UInt8] = []
        let tenths = Int((number * 10).rounded())
        if tenths < 0 { text.append(UInt8(ascii: "-")) }
        Digits.append(tenths.magnitude / 10, to: &text)
        if tenths % 10 != 0 { Digits.appendFraction(tenths.magnitude % 10, width: 1, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private func words(
        _ text: String, _ x: Double, _ y: Double, _ anchor: String = "start", class name: String? = nil
    ) -> String {
        "<text\(name.map { " class=\"\($0)\"" } ?? "") x=\"\(SVGChart.number(x))\" y=\"\(SVGChart.number(y))\" "
            + "text-anchor=\"\(anchor)\">\(MarkupText.escaped(text))</text>\n"
    }

    private func rule(
        _ name: String, _ x1: Double, _ x2: Double, _ y1: Double, _ y2: Double, _ title: String? = nil
    ) -> String {
        "<line class=\"\(name)\" x1=\"\(SVGChart.number(x1))\" x2=\"\(SVGChart.number(x2))\" y1=\""
            + "\(SVGChart.number(y1))\" y2=\"\(SVGChart.number(y2))\""
            + (title.map { "><title>\(MarkupText.escaped($0))</title></line>\n" } ?? "/>\n")
    }

    private func box(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: String, _ title: String
    ) -> String { box(x, y, width, height, title, paint: "fill=\"\(color)\"") }

    /// Returns a cell of a heat map. `part` is its share of the largest number and determines the opacity. The minimum
    /// opacity of 12% keeps the smallest number visible.
    private func cell(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, part: Double, _ title: String
    ) -> String {
        box(
            x, y, width, height, title,
            paint: "class=\"heat\" fill-opacity=\"\(SVGChart.number(12 + 88 * part))%\"")
    }

    private func box(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ title: String, paint: String
    ) -> String {
        "<rect x=\"\(SVGChart.number(x))\" y=\"\(SVGChart.number(y))\" width=\"\(SVGChart.number(width))\" "
            + "height=\"\(SVGChart.number(height))\" \(paint)><title>\(MarkupText.escaped(title))</title></rect>\n"
    }

    /// Returns an upper limit for the width of a text, at 7 units per column.
    private static func width(of text: String) -> Double { 7 * Double(DisplayText.width(of: text)) }

    private static func width(of texts: [String]) -> Double { texts.map { width(of: $0) }.max() ?? 0 }

    private static func cut(_ text: String, _ room: Double) -> String {
        guard width(of: text) > room else { return text }
        var text = text
        while !text.isEmpty, width(of: text) > room - 7 { text.removeLast() }
        return text + "…"
    }

    private func color(_ series: Int) -> String { SVGChart.colors[series % SVGChart.colors.count] }

    private func title(_ label: Int, _ series: Int) -> String {
        let name = data.series.count > 1 ? ", \(data.series[series].name)" : ""
        return "\(data.labels[label])\(name): \(data.text(data.series[series].values[label] ?? 0))"
    }

    /// Legend of the colours, with its height.
    private var legend: (text: String, height: Double) {
        guard data.series.count > 1 else { return ("", 0) }
        var text = ""
        var (x, y) = (0.0, 14.0)
        for (index, series) in data.series.enumerated() {
            let width = SVGChart.width(of: series.name) + 34
            if x > 0, x + width > SVGChart.width { (x, y) = (0, y + 18) }
            text += box(x, y - 10, 12, 12, color(index), series.name) + words(series.name, x + 17, y)
            x += width
        }
        return (text, y + 10)
    }

    /// Round numbers for the value axis, covering the range of the values.
    private var ticks: [Double] {
        let (low, high) = data.extent
        let rough = (high - low) / 4
        let power = pow(10, floor(log10(rough)))
        let step = power * ([1, 2, 2.5, 5, 10].first { $0 * power >= rough } ?? 10)
        // Counts are whole numbers.
        let whole = data.type == .integer ? max(1, step.rounded(.up)) : step
        return stride(from: floor(low / whole) * whole, through: high + whole * 0.999, by: whole).map { $0 }
    }

    // MARK: Kinds

    /// Horizontal bars: one row per label, with its name, its number, and bars that start at 0.
    private var bars: String {
        let (head, top) = legend
        let (low, high) = data.extent
        let shown = data.labels.indices.prefix(ChartData.mostRows)
        let totals = shown.map(data.total)
        let labelEnd = min(300, SVGChart.width(of: [data.labelName] + shown.map { data.labels[$0] }))
        let valueEnd = labelEnd + 14 + SVGChart.width(of: [data.valueName] + totals)
        let left = valueEnd + 8
        let scale = (SVGChart.width - left) / (high - low)
        let zero = left - low * scale
        var body = head + words(data.labelName, labelEnd, top + 13, "end", class: "name")
        body += words(data.valueName, valueEnd, top + 13, "end", class: "name")
        for label in shown {
            let y = top + 18 + Double(label) * 22
            body += words(SVGChart.cut(data.labels[label], labelEnd), labelEnd, y + 15, "end")
            body += words(totals[label], valueEnd, y + 15, "end")
            var (above, below) = (zero, zero)
            for (index, series) in data.series.enumerated() {
                guard let value = series.values[label], value != 0 else { continue }
                let length = max(0.5, value.magnitude * scale)
                if value < 0 { below -= length }
                body += box(value < 0 ? below : above, y + 2, length, 17, color(index), title(label, index))
                if value > 0 { above += length }
            }
        }
        let base = top + 18 + Double(shown.count) * 22
        if low < 0 { body += rule("axis", zero, zero, top + 18, base) }
        guard let more = ChartData.more(shown.count, of: data.labels.count, "row") else {
            return svg(base + 6, body)
        }
        return svg(base + 24, body + words(more, labelEnd, base + 16, "end", class: "name"))
    }

    /// Returns a plot over time, from left to right: stacked columns or lines.
    private func plot(stacked: Bool) -> String {
        let (head, top) = legend
        let ticks = ticks
        let (low, high) = (ticks.first ?? 0, ticks.last ?? 1)
        let left = 14 + SVGChart.width(of: ticks.map { data.text($0) })
        let (height, right) = (220.0, SVGChart.width - 8)
        let base = top + 26 + height
        let y = { (value: Double) in base - (value - low) / max(1e-9, high - low) * height }
        let slot = (right - left) / Double(max(1, data.labels.count))
        var body = head + words(data.valueName, 0, top + 10, class: "name")
        for tick in ticks {
            body += rule(tick == 0 && low < 0 ? "axis" : "grid", left, right, y(tick), y(tick))
            body += words(data.text(tick), left - 6, y(tick) + 4, "end")
        }
        if stacked {
            let thick = min(60, slot * 0.84)
            for label in data.labels.indices {
                var (above, below) = (0.0, 0.0)
                for (index, series) in data.series.enumerated() {
                    guard let value = series.values[label], value != 0 else { continue }
                    if value > 0 { above += value }
                    let high = value > 0 ? above : below
                    body += box(
                        left + (Double(label) + 0.5) * slot - thick / 2, y(high), thick,
                        y(high - value.magnitude) - y(high), color(index), title(label, index))
                    if value < 0 { below += value }
                }
            }
        } else {
            for (index, series) in data.series.enumerated() {
                body += line(series.values, color(index)) { (left + (Double($0) + 0.5) * slot, y($1)) }
            }
        }
        let labelWidth = SVGChart.width(of: data.labels) + 50
        let every = max(1, Int((Double(data.labels.count) * labelWidth / (right - left)).rounded(.up)))
        for label in stride(from: 0, to: data.labels.count, by: every) {
            let (x, half) = (left + (Double(label) + 0.5) * slot, SVGChart.width(of: data.labels[label]) / 2)
            let (isFirst, isLast) = (x - half < 0, x + half > SVGChart.width)
            body += words(
                data.labels[label], isFirst ? 0 : isLast ? SVGChart.width : x, base + 18,
                isFirst ? "start" : isLast ? "end" : "middle")
        }
        let free = SVGChart.width(of: data.valueName)
        return svg(base + 26, body + marks(top + 26, base, from: free) { left + (Double($0) + 0.5) * slot })
    }

    /// Returns vertical lines at the marks. The text of a mark is shown if it does not overlap the previous one.
    private func marks(_ top: Double, _ base: Double, from left: Double, _ x: (Int) -> Double) -> String {
        var body = ""
        var free = left
        for (label, text) in data.marks.sorted(by: { $0.key < $1.key }) {
            let index = x(label)
            body += rule("mark", index, index, top - 8, base, "\(data.labels[label]): \(text)")
            let width = SVGChart.width(of: text)
            let start = min(index, SVGChart.width - width)
            guard start >= free else { continue }
            body += words(text, start, top - 10)
            free = start + width
        }
        return body
    }

    /// Returns a line with gaps at missing values. A single value between two gaps is a dot.
    private func line(
        _ values: [Double?], _ color: String, _ point: (Int, Double) -> (Double, Double)
    ) -> String {
        var path = ""
        for (index, value) in values.enumerated() {
            guard let value else { continue }
            let (x, y) = point(index, value)
            let isFirst = index == 0 || values[index - 1] == nil
            path += "\(isFirst ? "M" : "L")\(SVGChart.number(x)) \(SVGChart.number(y))\(isFirst ? "h.1" : "")"
        }
        return
            "<path d=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" stroke-linecap=\"round\" "
            + "stroke-linejoin=\"round\"/>\n"
    }

    private var heat: String {
        let high = data.series.flatMap(\.values).compactMap(\.self).max() ?? 0
        let rows = data.labels.indices.prefix(ChartData.mostRows)
        let left = min(220, 18 + SVGChart.width(of: rows.map { data.labels[$0] }))
        let right = data.marks.isEmpty ? 0 : SVGChart.width(of: Array(data.marks.values)) + 20
        let room = SVGChart.width - left - right
        // Columns that would be too narrow to see are not drawn; a note gives their number.
        let columns = data.series.indices.prefix(max(1, Int(room / 4)))
        let names = SVGChart.width(of: data.series.map(\.name)) + 6
        let width = min(max(40, min(names, 120)), room / Double(columns.count))
        var body = words(data.valueName, 0, 12, class: "name")
        let every = max(1, Int((min(names, 120) / width).rounded(.up)))
        for index in stride(from: 0, to: columns.count, by: every) {
            let name = SVGChart.cut(data.series[index].name, max(114, width))
            body += words(name, left + (Double(index) + 0.5) * width, 30, "middle")
        }
        for label in rows {
            let y = 36 + Double(label) * 24
            body += words(SVGChart.cut(data.labels[label], left - 10), left - 8, y + 16, "end")
            for index in columns {
                guard let value = data.series[index].values[label], value > 0 else { continue }
                body += cell(
                    left + Double(index) * width, y, width - 1, 23, part: value / high, title(label, index))
            }
            if let mark = data.marks[label] {
                body += words("◂ \(mark)", left + Double(columns.count) * width + 6, y + 16)
            }
        }
        var y = 44 + Double(rows.count) * 24
        for (index, step) in data.shades(high).enumerated() {
            let x = left + Double(index) * 130
            body += cell(x, y, 14, 14, part: Double(step.shade) / 4, "")
            body += words("up to \(data.text(step.most))", x + 20, y + 12)
        }
        for more in [
            ChartData.more(rows.count, of: data.labels.count, "row"),
            ChartData.more(columns.count, of: data.series.count, "column"),
        ].compactMap(\.self) {
            y += 22
            body += words(more, left, y + 12, class: "name")
        }
        return svg(y + 24, body)
    }

    private var sparks: String {
        let shown = data.series.prefix(ChartData.mostRows)
        let left = min(260, 10 + SVGChart.width(of: shown.map(\.name)))
        let room = SVGChart.width - left - 170
        let above = data.marks.isEmpty ? 0.0 : 20
        let slot = room / Double(max(1, data.labels.count))
        let x = { (label: Int) in left + (Double(label) + 0.5) * slot }
        var body = ""
        for (index, series) in shown.enumerated() {
            let present = series.values.compactMap(\.self)
            let (low, high) = (min(0, present.min() ?? 0), max(1e-9, present.max() ?? 0))
            let top = above + Double(index) * 30
            body += words(SVGChart.cut(series.name, left - 10), left - 10, top + 20, "end")
            body += line(series.values, color(index)) { label, value in
                (x(label), top + 26 - 22 * (value - low) / max(1e-9, high - low))
            }
            body += words(
                "\(data.text(present.min() ?? 0)) to \(data.text(present.max() ?? 0))", SVGChart.width - 160,
                top + 20)
        }
        let base = above + Double(shown.count) * 30
        body += words(data.labels.first ?? "", left, base + 16)
        if data.labels.count > 1 { body += words(data.labels.last ?? "", left + room, base + 16, "end") }
        if let more = ChartData.more(shown.count, of: data.series.count, "row") {
            body += words(more, left - 10, base + 16, "end", class: "name")
        }
        return svg(base + 24, body + marks(above, base, from: 0, x))
    }
}
