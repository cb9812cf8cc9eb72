import MailLog
import QuerySyntax

/// `length(x)`: counts the characters of a text or the elements of a list.
enum LengthFunction {
    static let form = Function.form(
        "length", aliases: ["len"], [ArgumentRule("x", .any)],
        summary: "the number of characters of a text, or of elements of a list",
        examples: ["filter event=reject | extend n = length(helo) | count by n"]
    ) { (call, _) throws(Diagnostic) in
        guard call[0].type.isText || call[0].type.isList else {
            throw Diagnostic(
                "'length' needs a text or a list, not \(call[0].type.article)", at: call[0].range)
        }
        return call.value(.integer) { value, _ in
            switch value.kind {
            case .text: .integer(CodePoint.count(in: value.bytes))
            case .list: .integer(value.elements.count)
            default: .missing
            }
        }
    }
}

extension CodePoint {
    /// Returns the number of characters; each invalid UTF-8 byte counts as one.
    static func count(in text: Bytes) -> Int {
        var count = 0
        var index = 0
        while index < text.count {
            index += CodePoint(in: text, at: index).length
            count += 1
        }
        return count
    }

    /// Returns the byte offset of a character, counted from 0; the end of the text if it has fewer characters.
    static func offset(of number: Int, in text: Bytes) -> Int {
        var left = number
        var index = 0
        while left > 0, index < text.count {
            index += CodePoint(in: text, at: index).length
            left -= 1
        }
        return index
    }
}
