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
        return call.text(.text(.domain)) { text, row in
            let arena = row.worker.arena
            return switch type {
            case .text(.host), .text(.server): Domain.ofHost(.text(withoutAddress(text)), arena)
            case .text(.domain): CaseFunctions.lowercased(text, arena)
            default: Domain.ofAddress(.text(text), arena)
            }
        }
    }

    /// Returns the name of a host in Postfix notation, `name[address]:port`.
    private static func withoutAddress(_ host: Bytes) -> Bytes {
        guard let bracket = host.firstIndex(of: UInt8(ascii: "[")), bracket > 0 else { return host }
        return host.prefix(bracket)
    }

    static let localpart = Function.form(
        "localpart", [ArgumentRule("x", .text)],
        summary: "the part of an address before its last @; the whole text if it has no @",
        examples: ["filter event=delivery | extend who = localpart(to) | top 3 who"]
    ) { (call, _) throws(Diagnostic) in
        call.text(.text(.plain)) { text, _ in
            .text(text.prefix(text.lastIndex(of: UInt8(ascii: "@")) ?? text.count))
        }
    }
}
