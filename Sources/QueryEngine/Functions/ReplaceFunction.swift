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
        return call.text(.text(.plain)) { source, row in
            var output: [UInt8] = []
            var position = 0
            var hasMatch = false
            while let match = TextMatch.next(pattern, literal, source, from: position, row.worker) {
                hasMatch = true
                output.append(source[position..<match.lowerBound])
                output.append(contentsOf: replacement)
                position = match.upperBound
                if match.isEmpty {
                    guard position < source.count else { break }
                    let next = position + CodePoint(in: source, at: position).length
                    output.append(source[position..<next])
                    position = next
                }
            }
            guard hasMatch else { return .text(source) }
            output.append(source.dropFirst(position))
            return row.worker.arena.text(output)
        }
    }
}

/// Search for the next occurrence of a literal or match of a pattern.
enum TextMatch {
    static func next(
        _ pattern: Pattern?, _ literal: [UInt8], _ text: Bytes, from start: Int, _ worker: Worker
    ) -> Range<Int>? {
        guard start <= text.count else { return nil }
        guard let pattern else {
            return literal.withBytes { text.range(of: $0, from: start) }
        }
        // With \K, a match can begin before the start of the search.
        guard pattern.testGroups(text, from: start, worker), let found = worker.patterns.range(of: 0),
            found.lowerBound >= start
        else { return nil }
        return found
    }
}

extension [UInt8] {
    mutating func append(_ bytes: Bytes) {
        append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
    }
}
