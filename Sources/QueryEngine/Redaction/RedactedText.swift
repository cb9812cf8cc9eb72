import MailLog

/// Free text (a part of a line, a title, a message, a query that does not parse) with pseudonyms for whatever may tell
/// who somebody is.
///
/// It goes through the text once and replaces:
///
/// - values of keys and positions that name somebody, whatever they are: `to=<bob@a.example>`, `sasl_username=bob`,
///   `client=name[address]`, `unknown user: "bob"`, `imap(bob)`, `Subject: …`;
/// - everything with an `@`, every IP address and every host below a domain, unless it is a server's: `relay=…`,
///   `host name[address]`, `blocked using …`, the host of a URL;
/// - any other word that is not in the vocabulary.
struct RedactedText {
    private enum Meaning { case login, messageID, host, server, relay, content }

    private let text: ArraySlice<UInt8>
    private let redaction: Redaction
    /// Whether `<name>` may be a gap in a template.
    private let isQuery: Bool
    private var position: Int
    private var run = (end: 0, lastEquals: -1, lastAt: -1)
    private var output: [UInt8] = []
    /// Meaning of the value, known from the key before it.
    private var meaning: Meaning?
    /// Whether a recipient came before. A relay after it is the destination of the message.
    private var hasRecipient = false

    init(_ text: ArraySlice<UInt8>, _ redaction: Redaction, isQuery: Bool = false) {
        self.text = text
        self.redaction = redaction
        self.isQuery = isQuery
        position = text.startIndex
        output.reserveCapacity(text.count + 16)
        while position < text.endIndex { step() }
    }

    var bytes: [UInt8] { output }

    private mutating func step() {
        let meaning = meaning
        self.meaning = nil
        if meaning == .content { return content() }
        switch text[position] {
        case UInt8(ascii: "<"): bracket(meaning)
        case UInt8(ascii: "\""): quote(meaning)
        case UInt8(ascii: "["): literal()
        case UInt8(ascii: "(") where meaning == .host:
            // `H=(laptop)`
            copy(1)
            self.meaning = meaning
        case let byte where RedactedText.isWord(byte): word(meaning)
        default: copy(1)
        }
    }

    private mutating func copy(_ count: Int) {
        output += text[position..<position + count]
        position += count
    }

    /// Replaces the text up to `end`.
    private mutating func replace(upTo end: Int, by bytes: [UInt8]) {
        output += bytes
        position = end
    }

    // MARK: Looking around

    private func end(where isOver: (UInt8) -> Bool) -> Int {
        text[position...].firstIndex(where: isOver) ?? text.endIndex
    }

    private func isAfter(_ literal: StaticString) -> Bool {
        let before = text[..<position]
        guard before.count >= literal.utf8CodeUnitCount else { return false }
        let same = zip(before.suffix(literal.utf8CodeUnitCount), literal.buffer).allSatisfy { $0 == $1 }
        return same && !(before.dropLast(literal.utf8CodeUnitCount).last?.isLetter ?? false)
    }

    private func follows(_ literal: StaticString, at position: Int) -> Bool {
        text[position...].starts(with: literal.buffer)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        // !#$%&'*+/=?@^`{|}~
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2F, 0x3D, 0x3F, 0x40, 0x5E, 0x60, 0x7B...0x7E: true
        default: isHost(byte)
        }
    }

    static func isHost(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte >= 0x80 || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    /// Whether a name contains four small numbers in a row, as names of dial-in hosts do.
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
        [
            "host", "addr", "ip", "n", "id", "qid", "name", "url", "hex", "time", "path", "*", "CR", "LF",
            "DATA",
            "END-OF-MESSAGE",
        ].map { Array($0.utf8) })

    /// `<bob@a.example>`, `helo=<pc.a.example>`, `<bob>: Recipient address rejected`.
    private mutating func bracket(_ meaning: Meaning?) {
        guard let end = closingBracket(meaning) else { return copy(1) }
        let inside = text[(position + 1)..<end]
        let isLogin = meaning == .login || inside.contains(UInt8(ascii: "@"))
        var shown = Array(inside)
        if RedactedText.placeholders.contains(shown) {
            // A placeholder of a reason or a pattern.
        } else if meaning == .messageID {
            shown = redaction.messageID(inside)
        } else if meaning == nil, let equals = inside.firstIndex(of: UInt8(ascii: "=")),
            RedactedText.keys[String(decoding: inside[..<equals], as: UTF8.self).lowercased()] != nil
        {
            shown = RedactedText(inside, redaction).bytes
        } else if meaning == .host || !isLogin && follows(">: Helo command", at: end) {
            shown = redaction.host(inside)
        } else if isLogin {
            shown = redaction.login(inside)
        } else if inside.contains(UInt8(ascii: "[")) {
            shown = RedactedText(inside, redaction).bytes
        } else if isQuery ? !KnownWords.contain(inside) : !isCode(inside) {
            shown = redaction.network(inside) ?? redaction.name(inside)
        }
        replace(upTo: end + 1, by: [UInt8(ascii: "<")] + shown + [UInt8(ascii: ">")])
    }

    private func isCode(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy(\.isDigit) || QueueID.isForeign(text)
            || QueueID.matches(String(decoding: text, as: UTF8.self))
    }

    /// Returns the index of the `>`. Blanks are allowed in a quoted local part, and after a key of an address.
    private func closingBracket(_ meaning: Meaning?) -> Int? {
        var isQuoted = false
        var index = position + 1
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
        return isQuoted ? text[position...].firstIndex(of: UInt8(ascii: ">")) : nil
    }

    /// `"john doe"@a.example`, `unknown user: "bob"`. The contents of other quotes are read as text.
    private mutating func quote(_ meaning: Meaning?) {
        var end = position + 1
        while end < text.endIndex, text[end] != UInt8(ascii: "\"") {
            end += text[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < text.endIndex else { return copy(1) }
        let inside = text[(position + 1)..<end]
        let mark = [UInt8(ascii: "\"")]
        if end + 1 < text.endIndex, text[end + 1] == UInt8(ascii: "@") {
            replace(upTo: end + 1, by: redaction.name(inside))
        } else if meaning == .login || isAfter("unknown user: ") || isAfter("for user ") {
            replace(upTo: end + 1, by: mark + redaction.login(inside) + mark)
        } else if meaning == .messageID {
            replace(upTo: end + 1, by: mark + redaction.messageID(inside) + mark)
        } else if meaning == .host {
            replace(upTo: end + 1, by: mark + redaction.host(inside) + mark)
        } else {
            copy(1)
        }
    }

    /// Maximum bytes of an address in brackets. Bounds the time for lines with many `[`.
    private static let longestLiteral = 64

    /// `[192.0.2.1]`, `[IPv6:2001:db8::1]`. After `to`, the address of a server.
    private mutating func literal() {
        guard
            let end = text[position...].prefix(RedactedText.longestLiteral).firstIndex(of: UInt8(ascii: "]")),
            let address = redaction.network(text[(position + 1)..<end])
        else { return copy(1) }
        if isAfter("to ") { return copy(end + 1 - position) }
        replace(
            upTo: end,
            by: [UInt8(ascii: "[")] + (follows("[IPv6:", at: position) ? Array("IPv6:".utf8) : []) + address)
    }

    // MARK: Words

    private static let keys: [String: Meaning] = {
        let words: [Meaning: String] = [
            .login: """
            authcid authenticator authid authzid ctladdr envelope-from envelope_from from login logname
            orcpt orig_to recipient ruser sasl_sender sasl_username sender set_id to user username
            """,
            .messageID: "message-id message_id mid msgid resent-message-id resent_message_id",
            .host: """
            arg1 client client-ip client_address client_name h helo host hostname ip name orig_client ptr
            raddr rdns reverse_client_name rhost rip
            """,
            .server: "lip relay_ip relay_name", .relay: "relay", .content: "subject subj",
        ]
        var keys: [String: Meaning] = [:]
        for (meaning, words) in words {
            for word in words.split(whereSeparator: \.isWhitespace) { keys[String(word)] = meaning }
        }
        return keys
    }()

    /// The rest of the current run of word bytes: its end, its last `=` and `@`. Cached, so that a long run is searched
    /// once.
    private var wordRun: (end: Int, lastEquals: Int, lastAt: Int) {
        mutating get {
            if position >= run.end {
                run.end = end { !RedactedText.isWord($0) }
                run.lastEquals = text[position..<run.end].lastIndex(of: UInt8(ascii: "=")) ?? -1
                run.lastAt = text[position..<run.end].lastIndex(of: UInt8(ascii: "@")) ?? -1
            }
            return run
        }
    }

    private mutating func word(_ meaning: Meaning?) {
        switch meaning {
        case .login, .messageID: return login(meaning)
        case .server: return takeServer()
        case .relay: return isServer ? takeServer() : word(.host)
        default: if takeIPv6() || takeKey() || takeHeader() { return }
        }
        let word = wordRun
        if word.lastAt >= position { return address(text[position..<word.end]) }
        guard RedactedText.isHost(text[position]) else { return copy(1) }
        name(text[position..<self.end { !RedactedText.isHost($0) }], meaning)
    }

    /// Replaces an unquoted login or message id.
    private mutating func login(_ meaning: Meaning?) {
        var end = end { " ,;)>\t".utf8.contains($0) }
        if text[end - 1] == UInt8(ascii: ":") { end -= 1 }
        let value = text[position..<end]
        replace(upTo: end, by: meaning == .messageID ? redaction.messageID(value) : redaction.login(value))
    }

    private var serverWord: ArraySlice<UInt8> { text[position..<end { " ,;)".utf8.contains($0) }] }

    private mutating func takeServer() {
        let server = serverWord
        replace(upTo: server.endIndex, by: redaction.text(server, .server) ?? Array(server))
    }

    /// Whether `relay=` names the destination of a message: after the recipient, or in Postfix's form. Otherwise it is
    /// the client of Sendmail.
    private var isServer: Bool {
        let server = serverWord
        return hasRecipient || isQuery || KnownWords.contain(server)
            || server.contains(UInt8(ascii: "[")) && server.last != UInt8(ascii: "]")
    }

    // MARK: Contents of messages

    /// Header and body checks write `header Subject: …` and `body …`, filters write `Subject: …`.
    private mutating func takeHeader() -> Bool {
        guard "hbsHBS".utf8.contains(text[position]) else { return false }
        let end = end { !$0.isLetter }
        let word = String(decoding: text[position..<end], as: UTF8.self).lowercased()
        switch word {
        case "header", "body":
            let isCheck = text[..<position].suffix(2).elementsEqual(": ".utf8) && follows(" ", at: end)
            guard isCheck else { return false }
            copy(end + 1 - position)
            let value = text[position..<endOfCheck()]
            if word == "header", !value.contains(UInt8(ascii: ":")) { return true }
            replace(upTo: value.endIndex, by: redaction.content(value))
        case "subject":
            guard follows(": ", at: end) || follows(" '", at: end) || follows(" \"", at: end) else {
                return false
            }
            copy(end + (follows(":", at: end) ? 2 : 1) - position)
            meaning = .content
        default: return false
        }
        return true
    }

    /// Returns the index of the last ` from ` before the envelope. Without an envelope, returns the end.
    private func endOfCheck() -> Int {
        guard let envelope = last("; from=") ?? last("; to=") ?? last("; proto=") else {
            return text.endIndex
        }
        return last(" from ", before: envelope) ?? envelope
    }

    private func last(_ literal: StaticString, before end: Int? = nil) -> Int? {
        (position..<(end ?? text.endIndex)).last { follows(literal, at: $0) }
    }

    /// Replaces quoted content, or content up to a comma or semicolon.
    private mutating func content() {
        let mark = text[position]
        let isQuoted = mark == UInt8(ascii: "'") || mark == UInt8(ascii: "\"")
        let start = isQuoted ? position + 1 : position
        let end = text[start...].indices.first { index in
            let isOver =
                isQuoted ? text[index] == mark : text[index] == UInt8(ascii: ",") || text[index] == 0x3B
            let next = index + 1 < text.endIndex ? text[index + 1] : 0x20
            return isOver && !(next.isLetter || next.isDigit)
        }
        copy(start - position)
        let value = text[position..<(end ?? text.endIndex)]
        guard !value.isEmpty else { return }
        replace(upTo: value.endIndex, by: redaction.content(value))
    }

    /// `2001:db8::1` at the start of a word.
    private mutating func takeIPv6() -> Bool {
        guard position == text.startIndex || !RedactedText.isHost(text[position - 1]) else { return false }
        var end = end { !($0.isDigit || $0.isLetter && $0 | 0x20 < 103 || $0 == 0x3A || $0 == 0x2E) }
        while end > position, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        let isWhole = end == text.endIndex || !text[end].isLetter
        guard isWhole, text[position..<end].contains(UInt8(ascii: ":")) else { return false }
        return takeNetwork(upTo: end)
    }

    /// Replaces an address, with its prefix length if it has one.
    private mutating func takeNetwork(upTo end: Int) -> Bool {
        if end < text.endIndex, text[end] == UInt8(ascii: "/") {
            let last = text[(end + 1)...].firstIndex { !$0.isDigit } ?? text.endIndex
            if let network = redaction.network(text[position..<last]) {
                replace(upTo: last, by: network)
                return true
            }
        }
        guard let address = redaction.network(text[position..<end]) else { return false }
        replace(upTo: end, by: address)
        return true
    }

    /// `key=`. Unknown keys count only if the `=` cannot be part of an address.
    private mutating func takeKey() -> Bool {
        let run = wordRun
        let end = run.end
        guard run.lastEquals >= position, let equals = text[position..<end].firstIndex(of: UInt8(ascii: "="))
        else {
            return false
        }
        var key = text[position..<equals]
        if key.last == UInt8(ascii: "!") { key = key.dropLast() }
        let word = String(decoding: key, as: UTF8.self).lowercased()
        meaning = RedactedText.keys[word]
        // In a query, `host` is also the log's own host.
        if isQuery, word == "host" { meaning = .server }
        if word == "to" { hasRecipient = true }
        if meaning == nil {
            // An unknown key may be a name, as may text before an address.
            let isKey = key.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
            guard isKey, KnownWords.contain(key), run.lastAt < equals else {
                return false
            }
        }
        copy(equals + 1 - position)
        // `A=plain:bob` of Exim: method and login of the authentication.
        if word == "a", let colon = text[position..<end].firstIndex(of: UInt8(ascii: ":")) ?? nextColon() {
            let method = text[position..<colon]
            guard method.allSatisfy(RedactedText.isHost) else { return true }
            replace(upTo: colon, by: RedactedText(method, redaction).bytes)
            copy(1)
            meaning = .login
        }
        return true
    }

    /// Returns the index of the colon after the current word.
    private func nextColon() -> Int? {
        let end = end { !RedactedText.isHost($0) }
        return follows(":", at: end) ? end : nil
    }

    /// `bob@a.example`, with marks around it.
    private mutating func address(_ run: ArraySlice<UInt8>) {
        let start = run.firstIndex { !"'`/|{}*.^?!&$#~%".utf8.contains($0) } ?? run.endIndex
        if start > position { return copy(start - position) }
        guard let at = run.lastIndex(of: UInt8(ascii: "@")) else { return copy(run.count) }
        let domain = text[(at + 1)...].prefix(while: RedactedText.isHost)
        var end = domain.endIndex
        while end > at + 1, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        replace(
            upTo: end,
            by: redaction.name(run[..<at]) + [UInt8(ascii: "@")] + redaction.domain(text[(at + 1)..<end]))
    }

    /// Processes of Dovecot and its password databases, which log a user in parentheses.
    private static let services = Set(
        """
        anvil auth auth-worker bsdauth config deliver dict director dovecot-lda doveadm doveadm-server dsync dsync-local
        dsync-server imap imap-hibernate imap-login imap-urlauth imap-urlauth-login imap-urlauth-worker indexer
        indexer-worker lda ldap lmtp log managesieve managesieve-login old-stats pam passwd passwd-file pop3 pop3-login
        quota-status replicator script script-login shadow sieve-filter sql static stats submission submission-login
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })

    /// Redacts a word of the bytes of host names.
    private mutating func name(_ word: ArraySlice<UInt8>, _ meaning: Meaning?) {
        let end = word.endIndex
        let next = end < text.endIndex ? text[end] : 0
        // Filters write `name [address]`.
        let isApart =
            follows(" [", at: end) && word.contains(UInt8(ascii: ".")) && word.contains(where: \.isLetter)
        let open = isApart ? end + 1 : end
        if isApart || next == UInt8(ascii: "["),
            let last = text[open...].prefix(RedactedText.longestLiteral).firstIndex(of: UInt8(ascii: "]")),
            redaction.network(text[(open + 1)..<last]) != nil
        {
            let isServer =
                (isAfter("host ") && !isAfter("Client host ")) || isAfter("to ") || isAfter("with ")
            return isServer ? copy(last + 1 - position) : replace(upTo: end, by: redaction.host(word))
        }
        var bare = word
        while bare.last == UInt8(ascii: ".") { bare.removeLast() }
        let numbers = bare.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        if numbers.endIndex == bare.endIndex, takeNetwork(upTo: bare.endIndex) { return }
        // `192.0.2(192.0.2.7)`: a network prefix keeps its relation to the address.
        if numbers.endIndex == bare.endIndex, next == UInt8(ascii: "("),
            let network = redaction.network(bare + Array(".0".utf8)), let last = network.lastIndex(of: 0x2E)
        {
            return replace(upTo: bare.endIndex, by: Array(network[..<last]))
        }
        let isNumber = bare.allSatisfy(\.isDigit)
        if isReply(bare) { return copy(bare.count) }
        if meaning == .host && !isNumber || isAfter("hostname ") || RedactedText.embedsAddress(bare) {
            replace(upTo: bare.endIndex, by: redaction.host(bare))
        } else if isMailbox(bare) || isUser(bare, next: next) {
            replace(upTo: bare.endIndex, by: redaction.name(bare))
        } else if next == UInt8(ascii: "("),
            RedactedText.services.contains(Array(word)) || isAtStart && isProcess(word)
        {
            plain(word)
            copy(1)
            parenthesis()
        } else if bare.isEmpty {
            copy(word.count)
        } else {
            plain(bare)
        }
    }

    /// `450-4.2.0`, at the start of a line of a reply.
    private func isReply(_ word: ArraySlice<UInt8>) -> Bool {
        let parts = word.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].count == 3 && !word.contains(where: \.isLetter)
            && parts[1].split(separator: UInt8(ascii: ".")).count == 3
    }

    private var isAtStart: Bool { !isQuery && position == text.startIndex }

    /// Whether a word before a parenthesis is an unknown process of Dovecot, not a call such as `stat(/x)`.
    private func isProcess(_ word: ArraySlice<UInt8>) -> Bool {
        let inside = text[(word.endIndex + 1)...].prefix { $0 != UInt8(ascii: ")") }
        return word.allSatisfy { $0 &- 97 < 26 || $0 == UInt8(ascii: "-") }
            && !inside.contains(UInt8(ascii: "/"))
    }

    /// Whether a word is a user by its position: `for bob:1000`, `User bob(1000)`, `root(0)`, `=> bob`.
    private func isUser(_ word: ArraySlice<UInt8>, next: UInt8) -> Bool {
        guard
            word.startIndex > text.startIndex ? text[word.startIndex - 1] == 0x20 : next == UInt8(ascii: "(")
        else {
            return false
        }
        if isAfter("for user ") || isAfter("owned by user ") { return true }
        if isQuery || word.allSatisfy(\.isDigit) { return false }
        if isAfter("=> ") || isAfter("-> ") || isAfter("** ") || isAfter("<= ") { return true }
        if next == UInt8(ascii: ":"), isAfter("for ") { return true }
        return next == UInt8(ascii: "(")
            && (isAfter("User ") || isAtStart && isNumberInParentheses(word.endIndex))
    }

    private func isNumberInParentheses(_ open: Int) -> Bool {
        let digits = text[(open + 1)...].prefix(while: \.isDigit)
        return !digits.isEmpty && follows(")", at: digits.endIndex)
            && !RedactedText.services.contains(Array(text[position..<open]))
    }

    /// Redacts a word whose position has no meaning.
    private mutating func plain(_ word: ArraySlice<UInt8>) {
        let slash = UInt8(ascii: "/")
        let isURL = text[..<word.startIndex].suffix(3).elementsEqual("://".utf8)
        let isPart =
            !isURL
            && (word.startIndex > text.startIndex && text[word.startIndex - 1] == slash
                || word.endIndex < text.endIndex && text[word.endIndex] == slash)
        var shown = Array(word)
        if !isPart, Redaction.isDomain(word) {
            let isServer = isURL || isAfter("using ") || isAfter("by domain ")
            if !isServer { shown = redaction.host(word) }
        } else if !KnownWords.contain(word), !isCode(word) {
            shown = redaction.name(word)
        }
        replace(upTo: word.endIndex, by: shown)
    }

    /// Whether a part of a path belongs to a user: `/home/bob`, `/var/vmail/a.example/bob/`, `/x/bob/Maildir`.
    private func isMailbox(_ part: ArraySlice<UInt8>) -> Bool {
        let slash = UInt8(ascii: "/")
        guard part.startIndex > text.startIndex, text[part.startIndex - 1] == slash else { return false }
        for mailbox: StaticString in ["/Maildir", "/mdbox", "/sdbox", "/mbox"]
        where follows(mailbox, at: part.endIndex) { return true }
        var path = text[..<(part.startIndex - 1)]
        var parent = path[((path.lastIndex(of: slash) ?? path.startIndex - 1) + 1)...]
        if parent.contains(UInt8(ascii: ".")), parent.startIndex > path.startIndex {
            // Below the folder of a domain.
            path = path[..<(parent.startIndex - 1)]
            parent = path[((path.lastIndex(of: slash) ?? path.startIndex - 1) + 1)...]
        }
        return RedactedText.homes.contains(Array(parent))
    }

    private static let homes = Set(
        ["home", "mail", "mailboxes", "maildir", "users", "Users", "vhosts", "virtual", "vmail"].map {
            Array($0.utf8)
        })

    /// Redacts the user of a Dovecot process: `imap(bob)`, `lmtp(812, bob)`, `passwd-file(bob,192.0.2.7)`.
    private mutating func parenthesis() {
        while position < text.endIndex, text[position] != UInt8(ascii: ")") {
            let end = end { ",)".utf8.contains($0) }
            let part = text[position..<end]
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
