#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Draws a chart as one SVG element that needs nothing else: the colours of Okabe and Ito, which the colour-blind tell
/// apart, on light and on dark ground.
struct SVGChart {
    private let data: ChartData
    private static let width = 860.0
    private static let colors = [
        "#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#8c6d31", "#808080",
    ]
    private static let style = """
        <style>.chart{font:12px system-ui,sans-serif}.chart text{fill:#333}.chart .grid{stroke:#8884;stroke-width:1}\
        .chart .axis{stroke:#888}.chart .mark{stroke:#a00;stroke-width:1.5;stroke-dasharray:3 3}\
        @media(prefers-color-scheme:dark){.chart text{fill:#ddd}}</style>
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

    private func svg(_ height: Double, _ body: String) -> String {
        let label = "\(data.valueName.isEmpty ? "numbers" : data.valueName) by \(data.labelName)"
        return "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 "
            + "\(SVGChart.number(SVGChart.width)) \(SVGChart.number(height))\"><title>\(MarkupText.escaped(label))"
            + "</title>\(SVGChart.style)\n\(body)</svg>\n"
    }

    // MARK: Pieces

    /// Short digits: a tenth of a pixel is enough.
    private static func number(_ number: Double) -> String {
        var text: [UInt8] = []
        let tenths = Int((number * 10).rounded())
        if tenths < 0 { text.append(UInt8(ascii: "-")) }
        Digits.append(tenths.magnitude / 10, to: &text)
        if tenths % 10 != 0 { Digits.appendFraction(tenths.magnitude % 10, width: 1, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private func words(_ text: String, _ x: Double, _ y: Double, _ anchor: String = "start") -> String {
        "<text x=\"\(SVGChart.number(x))\" y=\"\(SVGChart.number(y))\" text-anchor=\"\(anchor)\">"
            + "\(MarkupText.escaped(text))</text>\n"
    }

    private func box(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: String, _ title: String,
        opacity: Double = 1
    ) -> String {
        let fade = opacity < 1 ? " fill-opacity=\"\(SVGChart.number(opacity * 100))%\"" : ""
        return
            "<rect x=\"\(SVGChart.number(x))\" y=\"\(SVGChart.number(y))\" width=\"\(SVGChart.number(width))\" "
            + "height=\"\(SVGChart.number(height))\" fill=\"\(color)\"\(fade)><title>\(MarkupText.escaped(title))"
            + "</title></rect>\n"
    }

    /// A column is 7 wide at most.
    private static func width(of text: String) -> Double { 7 * Double(TextChart.columns(of: text)) }

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

    /// What the colours mean, and how high that is.
    private var legend: (text: String, height: Double) {
        guard data.series.count > 1 else { return ("", 0) }
        var text = ""
        var (x, y) = (0.0, 14.0)
        for (place, series) in data.series.enumerated() {
            let width = SVGChart.width(of: series.name) + 34
            if x > 0, x + width > SVGChart.width { (x, y) = (0, y + 18) }
            text += box(x, y - 10, 12, 12, color(place), series.name) + words(series.name, x + 17, y)
            x += width
        }
        return (text, y + 10)
    }

    /// Round numbers from the lowest to the highest.
    private var ticks: [Double] {
        let (low, high) = data.extent
        let rough = (high - low) / 4
        let power = pow(10, floor(log10(rough)))
        let step = power * ([1, 2, 2.5, 5, 10].first { $0 * power >= rough } ?? 10)
        // Of what is counted, there are no halves.
        let whole = data.type == .integer ? max(1, step.rounded(.up)) : step
        return stride(from: floor(low / whole) * whole, through: high + whole * 0.999, by: whole).map { $0 }
    }

    // MARK: Kinds

    private var bars: String {
        let (head, top) = legend
        let (low, high) = data.extent
        let labelWidth = min(300, 10 + SVGChart.width(of: data.labels))
        let room = SVGChart.width - labelWidth - 90
        let scale = room / max(high, -low)
        var body = head
        for (label, name) in data.labels.enumerated() {
            let y = top + Double(label) * 22
            body += words(SVGChart.cut(name, labelWidth - 10), labelWidth - 8, y + 15, "end")
            var x = labelWidth
            for (place, series) in data.series.enumerated() {
                let value = series.values[label] ?? 0
                guard value != 0 else { continue }
                body += box(
                    x, y + 2, max(0.5, value.magnitude * scale), 17, color(place), title(label, place),
                    opacity: value < 0 ? 0.4 : 1)
                x += value.magnitude * scale
            }
            let sum = data.series.reduce(0) { $0 + ($1.values[label] ?? 0) }
            body += words(data.text(sum), x + 6, y + 15)
        }
        return svg(top + Double(data.labels.count) * 22 + 6, body)
    }

    /// Time from left to right: columns that stand on each other, or lines.
    private func plot(stacked: Bool) -> String {
        let (head, top) = legend
        let ticks = ticks
        let (low, high) = (ticks.first ?? 0, ticks.last ?? 1)
        let left = 14 + SVGChart.width(of: ticks.map { data.text($0) })
        let (height, right) = (220.0, SVGChart.width - 8)
        let base = top + 26 + height
        let y = { (value: Double) in base - (value - low) / max(1e-9, high - low) * height }
        let slot = (right - left) / Double(max(1, data.labels.count))
        var body = head + words(data.valueName, 0, top + 10)
        for tick in ticks {
            body +=
                "<line class=\"grid\" x1=\"\(SVGChart.number(left))\" x2=\"\(SVGChart.number(right))\" y1=\""
                + "\(SVGChart.number(y(tick)))\" y2=\"\(SVGChart.number(y(tick)))\"/>\n"
            body += words(data.text(tick), left - 6, y(tick) + 4, "end")
        }
        if stacked {
            let thick = min(60, slot * 0.84)
            for label in data.labels.indices {
                var sum = 0.0
                for (place, series) in data.series.enumerated() {
                    guard let value = series.values[label], value != 0 else { continue }
                    let (from, to) = value > 0 ? (sum, sum + value) : (0, value)
                    body += box(
                        left + (Double(label) + 0.5) * slot - thick / 2, y(max(from, to)), thick,
                        y(min(from, to)) - y(max(from, to)), color(place), title(label, place))
                    if value > 0 { sum += value }
                }
            }
        } else {
            for (place, series) in data.series.enumerated() {
                body += line(series.values, color(place)) { (left + (Double($0) + 0.5) * slot, y($1)) }
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

    /// Lines across the plot where something is marked, with what it is, as far as there is room for it.
    private func marks(_ top: Double, _ base: Double, from left: Double, _ x: (Int) -> Double) -> String {
        var body = ""
        var free = left
        for (label, text) in data.marks.sorted(by: { $0.key < $1.key }) {
            let place = x(label)
            body +=
                "<line class=\"mark\" x1=\"\(SVGChart.number(place))\" x2=\"\(SVGChart.number(place))\" y1=\""
                + "\(SVGChart.number(top - 8))\" y2=\"\(SVGChart.number(base))\"><title>"
                + "\(MarkupText.escaped("\(data.labels[label]): \(text)"))</title></line>\n"
            let width = SVGChart.width(of: text)
            let start = min(place, SVGChart.width - width)
            guard start >= free else { continue }
            body += words(text, start, top - 10)
            free = start + width
        }
        return body
    }

    /// A line that has gaps where numbers are missing; a number alone is a dot.
    private func line(
        _ values: [Double?], _ color: String, _ point: (Int, Double) -> (Double, Double)
    ) -> String {
        var path = ""
        for (place, value) in values.enumerated() {
            guard let value else { continue }
            let (x, y) = point(place, value)
            let isFirst = place == 0 || values[place - 1] == nil
            path += "\(isFirst ? "M" : "L")\(SVGChart.number(x)) \(SVGChart.number(y))\(isFirst ? "h.1" : "")"
        }
        return
            "<path d=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" stroke-linecap=\"round\" "
            + "stroke-linejoin=\"round\"/>\n"
    }

    private var heat: String {
        let high = data.series.flatMap(\.values).compactMap(\.self).max() ?? 0
        let left = min(220, 18 + SVGChart.width(of: data.labels))
        let right = data.marks.isEmpty ? 0 : SVGChart.width(of: Array(data.marks.values)) + 20
        let room = SVGChart.width - left - right
        // Cells that nobody can see are left out, and told.
        let shown = data.series.indices.prefix(max(1, Int(room / 4)))
        let names = SVGChart.width(of: data.series.map(\.name)) + 6
        let cell = min(max(40, min(names, 120)), room / Double(shown.count))
        var body = words(data.valueName, 0, 12)
        let every = max(1, Int((min(names, 120) / cell).rounded(.up)))
        for place in stride(from: 0, to: shown.count, by: every) {
            let name = SVGChart.cut(data.series[place].name, max(114, cell))
            body += words(name, left + (Double(place) + 0.5) * cell, 30, "middle")
        }
        for (label, name) in data.labels.enumerated() {
            let y = 36 + Double(label) * 24
            body += words(SVGChart.cut(name, left - 10), left - 8, y + 16, "end")
            for place in shown {
                guard let value = data.series[place].values[label], value > 0 else { continue }
                body += box(
                    left + Double(place) * cell, y, cell - 1, 23, color(0), title(label, place),
                    opacity: max(0.05, value / max(high, 1e-9)))
            }
            if let mark = data.marks[label] {
                body += words("◂ \(mark)", left + Double(shown.count) * cell + 6, y + 16)
            }
        }
        let y = 44 + Double(data.labels.count) * 24
        for (place, step) in data.shades(high).enumerated() {
            let x = left + Double(place) * 130
            body += box(x, y, 14, 14, color(0), "", opacity: Double(step.shade) / 4 - 0.001)
            body += words("up to \(data.text(step.most))", x + 20, y + 12)
        }
        guard shown.count < data.series.count else { return svg(y + 24, body) }
        body += words("and \(data.series.count - shown.count) columns more", left, y + 36)
        return svg(y + 48, body)
    }

    private var sparks: String {
        let left = min(260, 10 + SVGChart.width(of: data.series.map(\.name)))
        let room = SVGChart.width - left - 170
        let above = data.marks.isEmpty ? 0.0 : 20
        let slot = room / Double(max(1, data.labels.count))
        let x = { (label: Int) in left + (Double(label) + 0.5) * slot }
        var body = ""
        for (place, series) in data.series.enumerated() {
            let present = series.values.compactMap(\.self)
            let (low, high) = (min(0, present.min() ?? 0), max(1e-9, present.max() ?? 0))
            let top = above + Double(place) * 30
            body += words(SVGChart.cut(series.name, left - 10), left - 10, top + 20, "end")
            body += line(series.values, color(place)) { label, value in
                (x(label), top + 26 - 22 * (value - low) / max(1e-9, high - low))
            }
            body += words(
                "\(data.text(present.min() ?? 0)) to \(data.text(present.max() ?? 0))", SVGChart.width - 160,
                top + 20)
        }
        let base = above + Double(data.series.count) * 30
        body += words(data.labels.first ?? "", left, base + 16)
        if data.labels.count > 1 { body += words(data.labels.last ?? "", left + room, base + 16, "end") }
        return svg(base + 24, body + marks(above, base, from: 0, x))
    }
}
