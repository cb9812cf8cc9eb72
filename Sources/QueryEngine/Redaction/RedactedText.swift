import MailLog

/// A line, a part of one or a query, with pseudonyms for the addresses, logins and clients in it.
///
/// It goes through the text once and knows what Postfix, Dovecot and SASL write: `to=<bob@a.example>`,
/// `sasl_username=bob`, `client=name[address]`, `unknown user: "bob"`, `imap(bob)`. Everything with an @ and
/// every IP address is replaced, wherever it is, unless it is a server's: `relay=…`, `host name[address]`.
struct RedactedText {
    private enum Meaning { case login, host, server }

    private let text: ArraySlice<UInt8>
    private let redaction: Redaction
    /// Whether `<name>` may be a gap in a template.
    private let isQuery: Bool
    private var place: Int
    private var output: [UInt8] = []
    /// What the key before this place says of the value.
    private var meaning: Meaning?

    init(_ text: ArraySlice<UInt8>, _ redaction: Redaction, isQuery: Bool = false) {
        self.text = text
        self.redaction = redaction
        self.isQuery = isQuery
        place = text.startIndex
        output.reserveCapacity(text.count + 16)
        while place < text.endIndex { step() }
    }

    var bytes: [UInt8] { output }

    private mutating func step() {
        let meaning = meaning
        self.meaning = nil
        switch text[place] {
        case UInt8(ascii: "<"): bracket(meaning)
        case UInt8(ascii: "\""): quote(meaning)
        case UInt8(ascii: "["): literal()
        case let byte where RedactedText.isWord(byte): word(meaning)
        default: copy(1)
        }
    }

    private mutating func copy(_ count: Int) {
        output += text[place..<place + count]
        place += count
    }

    /// Writes something in the place of the text up to there.
    private mutating func replace(upTo end: Int, by bytes: [UInt8]) {
        output += bytes
        place = end
    }

    // MARK: Looking around

    private func end(where isOver: (UInt8) -> Bool) -> Int {
        text[place...].firstIndex(where: isOver) ?? text.endIndex
    }

    private func isAfter(_ literal: StaticString) -> Bool {
        let before = text[..<place]
        guard before.count >= literal.utf8CodeUnitCount else { return false }
        let same = zip(before.suffix(literal.utf8CodeUnitCount), literal.buffer).allSatisfy { $0 == $1 }
        return same && !(before.dropLast(literal.utf8CodeUnitCount).last?.isLetter ?? false)
    }

    private func follows(_ literal: StaticString, at place: Int) -> Bool {
        text[place...].starts(with: literal.buffer)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isHost(byte) || "!#$%&'*+/=?@^`{|}~".utf8.contains(byte)
    }

    static func isHost(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte >= 0x80 || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    /// Whether a name holds four small numbers in a row, as those of dial-in hosts do.
    static func embedsAddress(_ text: ArraySlice<UInt8>) -> Bool {
        var numbers = 0
        var digits = 0
        for byte in text {
            if byte.isDigit {
                digits += 1
                if digits == 1 { numbers += 1 }
                if digits > 3 { numbers = 0 }
            } else {
                let separates =
                    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                if !separates || digits == 0 { numbers = 0 }
                digits = 0
            }
            if numbers == 4 { return true }
        }
        return false
    }

    // MARK: Brackets and quotes

    static let placeholders = Set(
        ["host", "addr", "ip", "n", "id", "url", "hex", "time", "path", "CR", "LF", "DATA", "END-OF-MESSAGE"]
            .map {
                Array($0.utf8)
            })

    /// `<bob@a.example>`, `helo=<pc.a.example>`, `<bob>: Recipient address rejected`.
    private mutating func bracket(_ meaning: Meaning?) {
        guard let end = closingBracket(meaning) else { return copy(1) }
        let inside = text[(place + 1)..<end]
        let isLogin = meaning == .login || inside.contains(UInt8(ascii: "@"))
        var shown = Array(inside)
        if meaning == .host || !isLogin && follows(">: Helo command", at: end) {
            shown = redaction.host(inside)
        } else if isLogin {
            shown = redaction.login(inside)
        } else if inside.contains(UInt8(ascii: "[")) {
            shown = RedactedText(inside, redaction).bytes
        } else if !isQuery, !RedactedText.placeholders.contains(shown), !shown.allSatisfy(\.isDigit) {
            shown = redaction.network(inside) ?? redaction.name(inside)
        }
        replace(upTo: end + 1, by: [UInt8(ascii: "<")] + shown + [UInt8(ascii: ">")])
    }

    /// The place of the `>`. Blanks stand in a quoted local part, or in what a key says is an address.
    private func closingBracket(_ meaning: Meaning?) -> Int? {
        var isQuoted = false
        var index = place + 1
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "\\") where isQuoted: index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ">") where !isQuoted: return index
            case UInt8(ascii: "<") where !isQuoted: return nil
            case UInt8(ascii: " ") where !isQuoted && meaning == nil: return nil
            default: break
            }
            index += 1
        }
        return isQuoted ? text[place...].firstIndex(of: UInt8(ascii: ">")) : nil
    }

    /// `"john doe"@a.example`, `unknown user: "bob"`; other quotes are only looked into.
    private mutating func quote(_ meaning: Meaning?) {
        var end = place + 1
        while end < text.endIndex, text[end] != UInt8(ascii: "\"") {
            end += text[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < text.endIndex else { return copy(1) }
        let inside = text[(place + 1)..<end]
        let mark = [UInt8(ascii: "\"")]
        if end + 1 < text.endIndex, text[end + 1] == UInt8(ascii: "@") {
            replace(upTo: end + 1, by: redaction.name(inside))
        } else if meaning == .login || isAfter("unknown user: ") || isAfter("for user ") {
            replace(upTo: end + 1, by: mark + redaction.login(inside) + mark)
        } else if meaning == .host {
            replace(upTo: end + 1, by: mark + redaction.host(inside) + mark)
        } else {
            copy(1)
        }
    }

    /// `[192.0.2.1]`, `[IPv6:2001:db8::1]`; after `to` it is the server's.
    private mutating func literal() {
        guard let end = text[place...].firstIndex(of: UInt8(ascii: "]")),
            let address = redaction.network(text[(place + 1)..<end])
        else { return copy(1) }
        if isAfter("to ") { return copy(end + 1 - place) }
        replace(
            upTo: end,
            by: [UInt8(ascii: "[")] + (follows("[IPv6:", at: place) ? Array("IPv6:".utf8) : []) + address)
    }

    // MARK: Words

    private static let keys: [String: Meaning] = {
        let logins = [
            "authid", "from", "login", "logname", "message-id", "message_id", "msgid", "orig_to",
            "recipient",
            "resent-message-id", "resent_message_id", "ruser", "sasl_sender", "sasl_username", "sender", "to",
            "user",
        ]
        let hosts = ["client", "client_name", "helo", "hostname", "orig_client", "ptr", "rhost"]
        let servers = ["host", "lip", "relay", "relay_ip", "relay_name"]
        var keys: [String: Meaning] = [:]
        for key in logins { keys[key] = .login }
        for key in hosts { keys[key] = .host }
        for key in servers { keys[key] = .server }
        return keys
    }()

    private mutating func word(_ meaning: Meaning?) {
        if meaning == .login { return login() }
        if meaning == .server { return copy(end { " ,;)".utf8.contains($0) } - place) }
        if takeIPv6() || takeKey() { return }
        let end = end { !RedactedText.isWord($0) }
        let run = text[place..<end]
        if run.contains(UInt8(ascii: "@")) { return address(run) }
        guard RedactedText.isHost(run[place]) else { return copy(1) }
        name(text[place..<self.end { !RedactedText.isHost($0) }], meaning)
    }

    /// A login as it stands, up to what ends it.
    private mutating func login() {
        var end = end { " ,;)>\t".utf8.contains($0) }
        if text[end - 1] == UInt8(ascii: ":") { end -= 1 }
        replace(upTo: end, by: redaction.login(text[place..<end]))
    }

    /// `2001:db8::1`, where a word begins.
    private mutating func takeIPv6() -> Bool {
        guard place == text.startIndex || !RedactedText.isHost(text[place - 1]) else { return false }
        var end = end { !($0.isDigit || $0.isLetter && $0 | 0x20 < 103 || $0 == 0x3A || $0 == 0x2E) }
        while end > place, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        let isWhole = end == text.endIndex || !text[end].isLetter
        guard isWhole, text[place..<end].contains(UInt8(ascii: ":")) else { return false }
        return takeNetwork(upTo: end)
    }

    /// An address and the length of its network's prefix, if it has one.
    private mutating func takeNetwork(upTo end: Int) -> Bool {
        if end < text.endIndex, text[end] == UInt8(ascii: "/") {
            let last = text[(end + 1)...].firstIndex { !$0.isDigit } ?? text.endIndex
            if let network = redaction.network(text[place..<last]) {
                replace(upTo: last, by: network)
                return true
            }
        }
        guard let address = redaction.network(text[place..<end]) else { return false }
        replace(upTo: end, by: address)
        return true
    }

    /// `key=`; of other keys than those known, only where no address may hold the `=`.
    private mutating func takeKey() -> Bool {
        let end = end { !RedactedText.isWord($0) }
        guard let equals = text[place..<end].firstIndex(of: UInt8(ascii: "=")) else { return false }
        var key = text[place..<equals]
        if key.last == UInt8(ascii: "!") { key = key.dropLast() }
        meaning = RedactedText.keys[String(decoding: key, as: UTF8.self).lowercased()]
        guard meaning != nil || !text[equals..<end].contains(UInt8(ascii: "@")) else { return false }
        if meaning == nil {
            // The name of an unknown key is looked into as well: it may be anything.
            guard key.allSatisfy({ $0.isLetter || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }) else {
                return false
            }
        }
        copy(equals + 1 - place)
        return true
    }

    /// `bob@a.example`, with what may stand around it.
    private mutating func address(_ run: ArraySlice<UInt8>) {
        let start = run.firstIndex { !"'`/|{}*.^?!&$#~%".utf8.contains($0) } ?? run.endIndex
        if start > place { return copy(start - place) }
        guard let at = run.lastIndex(of: UInt8(ascii: "@")) else { return copy(run.count) }
        let domain = text[(at + 1)...].prefix(while: RedactedText.isHost)
        var end = domain.endIndex
        while end > at + 1, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        replace(
            upTo: end,
            by: redaction.name(run[..<at]) + [UInt8(ascii: "@")] + redaction.domain(text[(at + 1)..<end]))
    }

    private static let services = Set(
        [
            "bsdauth", "imap", "ldap", "lda", "lmtp", "managesieve", "pam", "passwd", "passwd-file", "pop3",
            "shadow",
            "sql",
        ].map { Array($0.utf8) })

    /// A word of the bytes that host names have.
    private mutating func name(_ word: ArraySlice<UInt8>, _ meaning: Meaning?) {
        let end = word.endIndex
        let next = end < text.endIndex ? text[end] : 0
        // Filters write `name [address]`.
        let isApart =
            follows(" [", at: end) && word.contains(UInt8(ascii: ".")) && word.contains(where: \.isLetter)
        let open = isApart ? end + 1 : end
        if isApart || next == UInt8(ascii: "["), let last = text[open...].firstIndex(of: UInt8(ascii: "]")),
            redaction.network(text[(open + 1)..<last]) != nil
        {
            let isServer =
                (isAfter("host ") && !isAfter("Client host ")) || isAfter("to ") || isAfter("with ")
            return isServer ? copy(last + 1 - place) : replace(upTo: end, by: redaction.host(word))
        }
        var bare = word
        while bare.last == UInt8(ascii: ".") { bare.removeLast() }
        let numbers = bare.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        if numbers.endIndex == bare.endIndex, takeNetwork(upTo: bare.endIndex) { return }
        let isNumber = bare.allSatisfy(\.isDigit)
        if meaning == .host && !isNumber || isAfter("hostname ") || RedactedText.embedsAddress(bare) {
            replace(upTo: bare.endIndex, by: redaction.host(bare))
        } else if isMailbox(bare) || isAfter("for user ") || isAfter("=> ")
            || isAfter("User ") && next == UInt8(ascii: "(")
            || isAfter("for ") && !isNumber && next == UInt8(ascii: ":")
        {
            replace(upTo: bare.endIndex, by: redaction.name(bare))
        } else if next == UInt8(ascii: "("), RedactedText.services.contains(Array(word)) {
            copy(word.count + 1)
            parenthesis()
        } else {
            copy(word.count)
        }
    }

    /// Whether a part of a path is somebody's: `/home/bob`, `/var/vmail/a.example/bob/`, `/x/bob/Maildir`.
    private func isMailbox(_ part: ArraySlice<UInt8>) -> Bool {
        let slash = UInt8(ascii: "/")
        guard part.startIndex > text.startIndex, text[part.startIndex - 1] == slash else { return false }
        for mailbox: StaticString in ["/Maildir", "/mdbox", "/sdbox", "/mbox"]
        where follows(mailbox, at: part.endIndex) { return true }
        var parents = text[..<(part.startIndex - 1)].split(separator: slash, omittingEmptySubsequences: false)
            .suffix(2).map(Array.init)
        // Below the directory of a domain.
        if parents.last?.contains(UInt8(ascii: ".")) == true { parents.removeLast() }
        return parents.last.map(RedactedText.homes.contains) ?? false
    }

    private static let homes = Set(
        ["home", "mail", "mailboxes", "maildir", "users", "Users", "vhosts", "virtual", "vmail"].map {
            Array($0.utf8)
        })

    /// Who a process of Dovecot works for: `imap(bob)`, `lmtp(812, bob)`, `passwd-file(bob,192.0.2.7)`.
    private mutating func parenthesis() {
        while place < text.endIndex, text[place] != UInt8(ascii: ")") {
            let end = end { ",)".utf8.contains($0) }
            let part = text[place..<end]
            if part.first == UInt8(ascii: " ") || part.isEmpty {
                copy(1)
            } else if part.first == UInt8(ascii: "<") || part.allSatisfy(\.isDigit) {
                copy(part.count)
            } else {
                replace(upTo: end, by: redaction.network(part) ?? redaction.login(part))
            }
        }
    }
}

extension StaticString {
    fileprivate var buffer: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
