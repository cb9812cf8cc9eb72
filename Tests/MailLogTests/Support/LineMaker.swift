import MailLog

/// Makes lines from a text in the notation of `Template`, with random legal values in its fields, and says
/// which fields the line must show.
struct LineMaker {
    /// A line, and the values that it holds by the names of their fields.
    struct Line {
        var text = ""
        var fields: [String: String] = [:]
    }

    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// A line of one of these processes, with that template as its message.
    mutating func line(_ template: String, event: String, of processes: [String]) -> Line {
        let process = pick(processes.isEmpty ? ["smtp"] : processes.filter { !$0.isEmpty })
        let tag = pick(["postfix/", "postfix/submission/", ""]) + process + pick(["[9733]", "[1]", ""])
        var line = Line(text: "Nov 23 16:39:34 mx1 \(tag): ")
        if !event.isEmpty { line.fields["event"] = event }
        var rest = Substring(withoutOptions(template))
        if take("warning: ", from: &rest) {
            let word = pick(["warning", "error", "fatal", "panic"])
            line.text += word + ": "
            line.fields["severity"] = word
        }
        if take("ID: ", from: &rest) {
            let id = queueID()
            line.text += id + ": "
            line.fields["queue_id"] = id
        }
        while let character = rest.first {
            guard let field = takeField(from: &rest) else {
                line.text.append(character)
                rest.removeFirst()
                continue
            }
            let following = String(rest.prefix(while: { $0 != "<" }))
            append(field.name, field.words, before: following, to: &line)
        }
        return line
    }

    /// The text with each part in braces, or without it.
    private mutating func withoutOptions(_ template: String) -> String {
        var text = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += rest[..<open]
            if Bool.random(using: &random) { text += rest[rest.index(after: open)..<close] }
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    private func take(_ prefix: String, from text: inout Substring) -> Bool {
        guard text.hasPrefix(prefix) else { return false }
        text.removeFirst(prefix.count)
        return true
    }

    /// `<name>` or `<name=this|that>`; anything else in angles is text.
    private func takeField(from text: inout Substring) -> (name: String, words: [String])? {
        guard text.first == "<", let name = text.dropFirst().first, name == "_" || name.isLowercase,
            let close = text.firstIndex(of: ">")
        else { return nil }
        let parts = text[..<close].dropFirst().split(separator: "=", maxSplits: 1)
        text = text[text.index(after: close)...]
        return (String(parts[0]), parts.count < 2 ? [] : parts[1].split(separator: "|").map(String.init))
    }

    /// Appends a value that ends where the text after it begins.
    private mutating func append(
        _ name: String, _ words: [String], before following: String, to line: inout Line
    ) {
        if !words.isEmpty {
            let word = pick(words)
            line.text += word
            if name != "_" { line.fields[name] = word }
            return
        }
        var part = value(of: name)
        while !following.isEmpty && part.text.contains(following) { part = value(of: name) }
        line.text += part.text
        line.fields.merge(part.fields) { _, new in new }
    }

    // MARK: Values

    /// A legal value of a field as the line spells it, and what is read from it.
    private mutating func value(of name: String) -> Line {
        switch name {
        case "_": return Line(text: words())
        case "client": return client()
        case "relay": return relay()
        case "queue_id", "new_queue_id", "orig_queue_id", "orig_id": return plain(name, queueID())
        case "from": return plain(name, pick([address(), address(), ""]))
        case "detail", "check_text": return plain(name, prose())
        case "message_id", "resent_message_id": return plain(name, messageID())
        case "dsn": return plain(name, "\(pick([2, 4, 5])).\(number(8)).\(number(80))")
        case "delays": return plain(name, (0..<4).map { _ in seconds().text }.joined(separator: "/"))
        case "rate_unit": return plain(name, "\(number(3600))s")
        case "stat_at": return plain(name, "Nov 23 16:39:35")
        case "tls_cipher": return plain(name, pick(["TLS_AES_256_GCM_SHA384", "AECDH-AES256-SHA"]))
        case "socket":
            return plain(name, pick(["private/policy", "inet:127.0.0.1:8891", "[::1]:10023", "gone"]))
        case "table": return plain(name, pick(["hash:/etc/postfix/access", "virtual_alias_maps"]))
        case "stat_kind": return plain(name, pick(["connection", "newtls", "Connection concurrency"]))
        case "where": return plain(name, pick(["RCPT", "MAIL", "END-OF-MESSAGE", "DATA", "CONNECT"]))
        case "limit_service": return plain(name, pick(["smtp", "submission", "25"]))
        default: break
        }
        let field = Field.named(name)!
        switch field.type {
        case .integer: return plain(name, String(number(100_000)))
        case .size: return plain(name, String(number(1 << 40)))
        case .duration:
            let (text, microseconds) = seconds()
            return Line(text: text, fields: [name: String(microseconds)])
        case .number:
            let tenths = number(500) - 250
            return Line(
                text: "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)",
                fields: [name: String(Double(tenths) / 10)])
        case .text(.address): return plain(name, address())
        case .text(.identity): return plain(name, pick(["bob", "root", "sally@example.org"]))
        case .text(.host), .text(.server), .text(.domain): return plain(name, host())
        case .text(.ip), .text(.serverIP): return plain(name, ip())
        case .text(.oneOf(let words)): return plain(name, pick(words))
        default: return plain(name, pick(["alpha", "x-1", "/usr/lib/postfix/sbin/smtpd", "TLSv1.3"]))
        }
    }

    private func plain(_ name: String, _ text: String) -> Line { Line(text: text, fields: [name: text]) }

    private mutating func pick<Item>(_ items: [Item]) -> Item { items.randomElement(using: &random)! }

    private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    private mutating func seconds() -> (text: String, microseconds: Int) {
        let (whole, hundredths) = (number(500_000), number(100))
        guard Bool.random(using: &random) else { return (String(whole), whole * 1_000_000) }
        let text = "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)"
        return (text, whole * 1_000_000 + hundredths * 10_000)
    }

    /// A short id, or a long one.
    private mutating func queueID() -> String {
        func characters(_ count: Int, _ alphabet: String) -> String {
            String((0..<count).map { _ in alphabet.randomElement(using: &random)! })
        }
        guard Bool.random(using: &random) else {
            return characters(number(7) + 6, "0123456789ABCDEF")
        }
        let digits = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxy"
        return characters(10, digits) + "z" + characters(number(5) + 3, digits)
    }

    private mutating func host() -> String {
        pick(["mx", "mail-1", "a_b", "7"]) + "."
            + pick(["a.example", "example.org", "xn--bcher-kva.example"])
    }

    private mutating func ip() -> String {
        pick([
            "192.0.2.\(number(256))", "127.0.0.1", "2001:db8::\(number(9999))", "::1", "fe80::1%eth0",
            "::ffff:192.0.2.7",
        ])
    }

    private mutating func address() -> String {
        let local = pick([
            "alice", "a.b+c", "prvs=12=bob", "o'neil", "#!x", "\"weird name\"", "\"a, relay=b\"",
            "\"x>, to=<y\"",
            "\"say \\\"hi\\\"\"", "\"a@b: c\"", "MAILER-DAEMON", "user_\(number(100))",
        ])
        return local + "@" + pick([host(), host(), "[192.0.2.7]", "[IPv6:2001:db8::7]"])
    }

    private mutating func messageID() -> String {
        pick(["m\(number(9999))@\(host())", "a$b=c+d@x", "20061123.16:39@[192.0.2.7]", "no-domain"])
    }

    private mutating func client() -> Line {
        let (name, ip) = (pick(["unknown", host(), ""]), ip())
        var line = Line(text: "\(name)[\(ip)]", fields: ["client_ip": ip])
        if !name.isEmpty { line.fields["client_name"] = name }
        if Bool.random(using: &random) {
            let port = String(number(65_536))
            line.text += ":" + port
            line.fields["client_port"] = port
        }
        line.fields["client"] = line.text
        return line
    }

    private mutating func relay() -> Line {
        let (name, ip, port) = (host(), ip(), String(number(65_536)))
        var line = Line(text: "\(name)[\(ip)]", fields: ["relay_name": name, "relay_ip": ip])
        if Bool.random(using: &random) {
            line.text += ":" + port
            line.fields["relay_port"] = port
        }
        return line
    }

    private mutating func words() -> String {
        (0...number(3)).map { _ in pick(["it", "was", "busy", "42", "x-y"]) }.joined(separator: " ")
    }

    /// What a server or a library may say: brackets, colons and quotes anywhere.
    private mutating func prose() -> String {
        let pieces = (0...number(6)).map { _ in
            switch number(6) {
            case 0: words()
            case 1: "<\(address())>"
            case 2: relay().text
            case 3: pick(["(in reply to RCPT TO command)", "[x]", "{y}", "\"quoted\"", "a=b", "100%", "é"])
            case 4: pick(["450 4.7.1", "550-5.1.1", "error:14209102:SSL routines"])
            default: pick(["Connection refused", "try later", "No such file or directory"])
            }
        }
        return pieces.dropFirst().reduce(pieces[0]) { $0 + pick([" ", ": ", ", ", "; ", " - "]) + $1 }
    }
}
