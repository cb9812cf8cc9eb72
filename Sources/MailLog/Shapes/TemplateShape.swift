/// Shape that is defined by templates alone.
package protocol TemplateShape: LineShape {
    /// Events with their templates, in the order in which they are tried.
    static var lines: [TemplateLine] { get }
    var templates: [Template] { get }
}

extension TemplateShape {
    package static var events: [LineEvent] {
        lines.reduce(into: []) { if !$0.contains($1.event) { $0.append($1.event) } }
    }

    static func makeTemplates() -> [Template] { lines.flatMap(Template.all) }

    package var fields: [Field] {
        templates.flatMap(\.fields).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    package var marker: String? { nil }

    package func markers(of event: LineEvent) -> [String]? {
        var markers: [String] = []
        for template in templates where template.event == event {
            guard let marker = template.marker else { return nil }
            if !markers.contains(marker) { markers.append(marker) }
        }
        return markers
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        for index in templates.indices where templates[index].mayMatch(line) {
            if templates[index].decode(line, into: cells) { return true }
        }
        return false
    }
}
