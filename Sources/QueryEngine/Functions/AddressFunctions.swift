import MailLog
import QuerySyntax

/// `domain(x)` and `localpart(x)`: the two sides of an address.
enum AddressFunctions {
    static let domain = Function.form(
        "domain", [ArgumentRule("x", .text)],
        summary: "what follows the last @ of an address, in lower case",
        details: "Missing where there is no @: of the null sender, of a bare user name.",
        examples: ["filter event=delivery | extend d = domain(orig_to) | count by d"]
    ) { (call, _) throws(Diagnostic) in
        Typed(.text(.domain), of: call.arguments, range: call.range) { operands in
            let address = operands[0]
            return { row in
                let value = address(row)
                return value.kind == .text ? Domain.ofAddress(value, row.worker.arena) : .missing
            }
        }
    }

    static let localpart = Function.form(
        "localpart", [ArgumentRule("x", .text)],
        summary: "what stands before the last @ of an address; all of it where there is none",
        examples: ["filter event=delivery | extend who = localpart(to) | top 3 who"]
    ) { (call, _) throws(Diagnostic) in
        Typed(.text(.plain), of: call.arguments, range: call.range) { operands in
            let address = operands[0]
            return { row in
                let value = address(row)
                guard value.kind == .text else { return .missing }
                let text = value.bytes
                return .text(text.prefix(text.lastIndex(of: UInt8(ascii: "@")) ?? text.count))
            }
        }
    }
}
