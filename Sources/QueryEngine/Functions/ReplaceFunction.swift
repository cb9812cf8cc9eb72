import MailLog
import QuerySyntax

/// `replace(x, what, with)`: replaces all matches in a text.
enum ReplaceFunction {
    static let form = Function.form(
        "replace",
        [ArgumentRule("x", .text), ArgumentRule("what", .pattern), ArgumentRule("with", .constantText)],
        summary: "x with every occurrence of a text, or every match of a regex, replaced",
        details: "`what` is a quoted text or a regex; `with` is a quoted text, inserted unchanged.",
        examples: [
            #"filter status=deferred | extend d = replace(detail, /[0-9]+/, "N") | top 3 d"#,
            #"extend p = replace(process, "smtp", "mail") | count by p"#,
        ]
    ) { (call, _) throws(Diagnostic) in
        let replacement = Array(call.text(2).utf8)
        let literal = Array(call.text(1).utf8)
        let pattern = call.patterns[1]
        guard pattern != nil || !literal.isEmpty else {
            throw Diagnostic("the text to replace is empty", at: call[1].range)
        }
        return Typed(.text(.plain), of: [call[0]], range: call.range) { operands in
            let text = operands[0]
            return { row in
                let value = text(row)
                guard value.kind == .text else { return .missing }
                var output: [UInt8] = []
                let source = value.bytes
                var place = 0
                var hasMatch = false
                while let match = TextMatch.next(pattern, literal, source, from: place, row.worker) {
                    hasMatch = true
                    output.append(source[place..<match.lowerBound])
                    output.append(contentsOf: replacement)
                    place = match.upperBound
                    if match.isEmpty {
                        guard place < source.count else { break }
                        let next = place + CodePoint(in: source, at: place).length
                        output.append(source[place..<next])
                        place = next
                    }
                }
                guard hasMatch else { return value }
                output.append(source.dropFirst(place))
                return row.worker.arena.text(output)
            }
        }
    }
}

/// Search for the next occurrence of a literal or match of a pattern.
enum TextMatch {
    static func next(
        _ pattern: Pattern?, _ literal: [UInt8], _ text: Bytes, from place: Int, _ worker: Worker
    ) -> Range<Int>? {
        guard place <= text.count else { return nil }
        guard let pattern else {
            return literal.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.flatMap { text.range(of: Bytes($0, count: buffer.count), from: place) }
            }
        }
        // With \K, a match can begin before the start of the search.
        guard pattern.testGroups(text, from: place, worker), let found = worker.patterns.range(of: 0),
            found.lowerBound >= place
        else { return nil }
        return found
    }
}

extension [UInt8] {
    mutating func append(_ bytes: Bytes) {
        append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
    }
}
