import MailLog
import QuerySyntax

/// `split(x, separator)`: splits a text into a list.
enum SplitFunction {
    static let form = Function.form(
        "split", [ArgumentRule("x", .text), ArgumentRule("separator", .pattern)],
        summary: "the parts of x between the separators, as a list; a separator is a text or a regex",
        examples: [
            #"filter event=delivery | extend part = split(delays, "/") | explode part | count by part"#
        ]
    ) { (call, _) throws(Diagnostic) in
        let literal = Array(call.text(1).utf8)
        let pattern = call.patterns[1]
        guard pattern != nil || !literal.isEmpty else {
            throw Diagnostic("'split' needs a separator", at: call[1].range)
        }
        return call.text(.list(.text(.plain))) { source, row in
            var parts: [Value] = []
            var start = 0
            var searched = 0
            while let match = TextMatch.next(pattern, literal, source, from: searched, row.worker) {
                if match.isEmpty {
                    guard match.upperBound < source.count else { break }
                    searched = match.upperBound + CodePoint(in: source, at: match.upperBound).length
                    continue
                }
                parts.append(.text(source[start..<match.lowerBound]))
                start = match.upperBound
                searched = start
            }
            parts.append(.text(source.dropFirst(start)))
            return row.worker.arena.list(parts)
        }
    }
}
