import MailLog
import QuerySyntax

/// `dsn(text)` and `kv(name)`: things that stand in a text.
enum ReplyFunctions {
    static let dsn = Function.form(
        "dsn", [ArgumentRule("text", .text)],
        summary: "the enhanced status code in the text of a reply, such as 4.2.0",
        examples: ["filter status=deferred | count by dsn(detail) as code"]
    ) { (call, _) throws(Diagnostic) in
        Typed(.text(.plain), of: call.arguments, range: call.range) { operands in
            { row in
                let value = operands[0](row)
                return value.kind == .text ? Reply.dsn(in: value) : .missing
            }
        }
    }

    static let kv = Function.form(
        "kv", [ArgumentRule("name", .constantText), ArgumentRule("text", .text, optional: true)],
        summary: "what follows NAME= in the row's text, up to a comma or a blank; what <> or quotes hold",
        details:
            "For keys that mlq does not know as fields. Another text may be named: kv(\"score\", detail).",
        examples: [#"filter process=smtp | extend d = kv("delay") | top 3 d"#]
    ) { (call, resolution) throws(Diagnostic) in
        let text: Typed
        if call.arguments.count > 1 {
            text = call[1]
        } else {
            text = try resolution.expression(.field(Name("text", call.range)))
        }
        let key = Array((call.text(0) + "=").utf8)
        return Typed(.text(.plain), of: [text], range: call.range) { operands in
            { row in
                let value = operands[0](row)
                guard value.kind == .text else { return .missing }
                return find(key, in: value.bytes)
            }
        }
    }

    private static func find(_ key: [UInt8], in text: Bytes) -> Value {
        key.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return .missing }
            let key = Bytes(base, count: buffer.count)
            var place = 0
            while let found = text.range(of: key, from: place) {
                place = found.upperBound
                let before = found.lowerBound > 0 ? text[found.lowerBound - 1] : 0x20
                // `size=` does not stand in `resize=`.
                guard !before.isLetter, !before.isDigit, before != 0x5F, before != 0x2D else { continue }
                let rest = text.dropFirst(place)
                guard !rest.isEmpty else { return .text(rest) }
                let closing: UInt8? = [0x3C: 0x3E, 0x22: 0x22, 0x27: 0x27][rest[0]]
                if let closing, let end = rest.firstIndex(of: closing, from: 1) {
                    return .text(rest[1..<end])
                }
                var end = 0
                while end < rest.count, rest[end] != 0x20, rest[end] != 0x2C, rest[end] != 0x3B { end += 1 }
                return .text(rest.prefix(end))
            }
            return .missing
        }
    }
}
