import MailLog
import QuerySyntax

/// `domain(x)` and `localpart(x)`: the two parts of an address.
enum AddressFunctions {
    static let domain = Function.form(
        "domain", [ArgumentRule("x", .text)],
        summary: "the domain of an address, after its last @, in lower case",
        details: """
            Missing if the address has no @, as for the null sender or a user name. For a host name, such as \
            relay_name, the name without its first label.
            """,
        examples: ["filter event=delivery | extend d = domain(orig_to) | count by d"]
    ) { (call, _) throws(Diagnostic) in
        let type = call[0].type
        return Typed(.text(.domain), of: call.arguments, range: call.range) { operands in
            let name = operands[0]
            return { row in
                let value = name(row)
                guard value.kind == .text else { return .missing }
                let arena = row.worker.arena
                switch type {
                case .text(.host), .text(.server): return Domain.ofHost(withoutAddress(value), arena)
                case .text(.domain): return CaseFunctions.lowercased(value.bytes, arena)
                default: return Domain.ofAddress(value, arena)
                }
            }
        }
    }

    /// Returns the name of a host in Postfix notation, `name[address]:port`.
    private static func withoutAddress(_ host: Value) -> Value {
        guard let bracket = host.bytes.firstIndex(of: UInt8(ascii: "[")), bracket > 0 else { return host }
        return .text(host.bytes.prefix(bracket))
    }

    static let localpart = Function.form(
        "localpart", [ArgumentRule("x", .text)],
        summary: "the part of an address before its last @; the whole text if it has no @",
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
