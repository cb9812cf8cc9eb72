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
    private var place: Int
    private var run = (end: 0, lastEquals: -1, lastAt: -1)
    private var output: [UInt8] = []
    /// What the key before this place says of the value.
    private var meaning: Meaning?
    /// Whether a recipient was named, so that a relay is where the message goes to.
    private var hasRecipient = false

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
        if meaning == .content { return content() }
        switch text[place] {
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
        [
            "host", "addr", "ip", "n", "id", "qid", "name", "url", "hex", "time", "path", "*", "CR", "LF",
            "DATA",
            "END-OF-MESSAGE",
        ].map { Array($0.utf8) })

    /// `<bob@a.example>`, `helo=<pc.a.example>`, `<bob>: Recipient address rejected`.
    private mutating func bracket(_ meaning: Meaning?) {
        guard let end = closingBracket(meaning) else { return copy(1) }
        let inside = text[(place + 1)..<end]
        let isLogin = meaning == .login || inside.contains(UInt8(ascii: "@"))
        var shown = Array(inside)
        if RedactedText.placeholders.contains(shown) {
            // What a reason or a pattern has in the position of a value.
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

    /// Whether a text is a number or a queue id.
    private func isCode(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy(\.isDigit) || QueueID.isForeign(text)
            || QueueID.matches(String(decoding: text, as: UTF8.self))
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
        } else if meaning == .messageID {
            replace(upTo: end + 1, by: mark + redaction.messageID(inside) + mark)
        } else if meaning == .host {
            replace(upTo: end + 1, by: mark + redaction.host(inside) + mark)
        } else {
            copy(1)
        }
    }

    /// Bytes of the longest address in brackets. A line full of `[` is not searched to its end for each of them.
    private static let longestLiteral = 64

    /// `[192.0.2.1]`, `[IPv6:2001:db8::1]`; after `to` it is the server's.
    private mutating func literal() {
        guard let end = text[place...].prefix(RedactedText.longestLiteral).firstIndex(of: UInt8(ascii: "]")),
            let address = redaction.network(text[(place + 1)..<end])
        else { return copy(1) }
        if isAfter("to ") { return copy(end + 1 - place) }
        replace(
            upTo: end,
            by: [UInt8(ascii: "[")] + (follows("[IPv6:", at: place) ? Array("IPv6:".utf8) : []) + address)
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

    /// Word bytes from here on: where they end, and where their last `=` and `@` are. A long run is read once, not for
    /// each of its parts.
    private var wordRun: (end: Int, lastEquals: Int, lastAt: Int) {
        mutating get {
            if place >= run.end {
                run.end = end { !RedactedText.isWord($0) }
                run.lastEquals = text[place..<run.end].lastIndex(of: UInt8(ascii: "=")) ?? -1
                run.lastAt = text[place..<run.end].lastIndex(of: UInt8(ascii: "@")) ?? -1
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
        if word.lastAt >= place { return address(text[place..<word.end]) }
        guard RedactedText.isHost(text[place]) else { return copy(1) }
        name(text[place..<self.end { !RedactedText.isHost($0) }], meaning)
    }

    /// A login or a message id as it stands, up to what ends it.
    private mutating func login(_ meaning: Meaning?) {
        var end = end { " ,;)>\t".utf8.contains($0) }
        if text[end - 1] == UInt8(ascii: ":") { end -= 1 }
        let value = text[place..<end]
        replace(upTo: end, by: meaning == .messageID ? redaction.messageID(value) : redaction.login(value))
    }

    private var serverWord: ArraySlice<UInt8> { text[place..<end { " ,;)".utf8.contains($0) }] }

    private mutating func takeServer() {
        let server = serverWord
        replace(upTo: server.endIndex, by: redaction.text(server, .server) ?? Array(server))
    }

    /// Whether `relay=` names where a message goes to: after the recipient, or as Postfix writes it. Elsewhere it is
    /// the client of Sendmail.
    private var isServer: Bool {
        let server = serverWord
        return hasRecipient || isQuery || KnownWords.contain(server)
            || server.contains(UInt8(ascii: "[")) && server.last != UInt8(ascii: "]")
    }

    // MARK: Contents of messages

    /// Header and body checks write `header Subject: …` and `body …`, filters write `Subject: …`.
    private mutating func takeHeader() -> Bool {
        guard "hbsHBS".utf8.contains(text[place]) else { return false }
        let end = end { !$0.isLetter }
        let word = String(decoding: text[place..<end], as: UTF8.self).lowercased()
        switch word {
        case "header", "body":
            let isCheck = text[..<place].suffix(2).elementsEqual(": ".utf8) && follows(" ", at: end)
            guard isCheck else { return false }
            copy(end + 1 - place)
            let value = text[place..<endOfCheck()]
            if word == "header", !value.contains(UInt8(ascii: ":")) { return true }
            replace(upTo: value.endIndex, by: redaction.content(value))
        case "subject":
            guard follows(": ", at: end) || follows(" '", at: end) || follows(" \"", at: end) else {
                return false
            }
            copy(end + (follows(":", at: end) ? 2 : 1) - place)
            meaning = .content
        default: return false
        }
        return true
    }

    /// The last ` from ` before the envelope; without an envelope, the end.
    private func endOfCheck() -> Int {
        guard let envelope = last("; from=") ?? last("; to=") ?? last("; proto=") else {
            return text.endIndex
        }
        return last(" from ", before: envelope) ?? envelope
    }

    /// Where a literal begins for the last time.
    private func last(_ literal: StaticString, before end: Int? = nil) -> Int? {
        (place..<(end ?? text.endIndex)).last { follows(literal, at: $0) }
    }

    /// In quotes, or up to a comma or semicolon.
    private mutating func content() {
        let mark = text[place]
        let isQuoted = mark == UInt8(ascii: "'") || mark == UInt8(ascii: "\"")
        let start = isQuoted ? place + 1 : place
        let end = text[start...].indices.first { index in
            let isOver =
                isQuoted ? text[index] == mark : text[index] == UInt8(ascii: ",") || text[index] == 0x3B
            let next = index + 1 < text.endIndex ? text[index + 1] : 0x20
            return isOver && !(next.isLetter || next.isDigit)
        }
        copy(start - place)
        let value = text[place..<(end ?? text.endIndex)]
        guard !value.isEmpty else { return }
        replace(upTo: value.endIndex, by: redaction.content(value))
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
        let run = wordRun
        let end = run.end
        guard run.lastEquals >= place, let equals = text[place..<end].firstIndex(of: UInt8(ascii: "=")) else {
            return false
        }
        var key = text[place..<equals]
        if key.last == UInt8(ascii: "!") { key = key.dropLast() }
        let word = String(decoding: key, as: UTF8.self).lowercased()
        meaning = RedactedText.keys[word]
        // A query asks for the log's own host, too.
        if isQuery, word == "host" { meaning = .server }
        if word == "to" { hasRecipient = true }
        if meaning == nil {
            // An unknown key may be anything, and so may the text before an address.
            let isKey = key.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
            guard isKey, KnownWords.contain(key), run.lastAt < equals else {
                return false
            }
        }
        copy(equals + 1 - place)
        // `A=plain:bob`: how Exim authenticated whom.
        if word == "a", let colon = text[place..<end].firstIndex(of: UInt8(ascii: ":")) ?? nextColon() {
            let method = text[place..<colon]
            guard method.allSatisfy(RedactedText.isHost) else { return true }
            replace(upTo: colon, by: RedactedText(method, redaction).bytes)
            copy(1)
            meaning = .login
        }
        return true
    }

    /// The colon that ends this word.
    private func nextColon() -> Int? {
        let end = end { !RedactedText.isHost($0) }
        return follows(":", at: end) ? end : nil
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

    /// Processes of Dovecot and its password databases, which write a user in parentheses.
    private static let services = Set(
        """
        anvil auth auth-worker bsdauth config deliver dict director dovecot-lda doveadm doveadm-server dsync dsync-local
        dsync-server imap imap-hibernate imap-login imap-urlauth imap-urlauth-login imap-urlauth-worker indexer
        indexer-worker lda ldap lmtp log managesieve managesieve-login old-stats pam passwd passwd-file pop3 pop3-login
        quota-status replicator script script-login shadow sieve-filter sql static stats submission submission-login
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })

    /// A word of the bytes that host names have.
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
            return isServer ? copy(last + 1 - place) : replace(upTo: end, by: redaction.host(word))
        }
        var bare = word
        while bare.last == UInt8(ascii: ".") { bare.removeLast() }
        let numbers = bare.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        if numbers.endIndex == bare.endIndex, takeNetwork(upTo: bare.endIndex) { return }
        // `192.0.2(192.0.2.7)`: networks keep what they have in common.
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

    /// `450-4.2.0`, which leads a line of a reply.
    private func isReply(_ word: ArraySlice<UInt8>) -> Bool {
        let parts = word.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].count == 3 && !word.contains(where: \.isLetter)
            && parts[1].split(separator: UInt8(ascii: ".")).count == 3
    }

    private var isAtStart: Bool { !isQuery && place == text.startIndex }

    /// Whether a word before a parenthesis is an unknown process of Dovecot, not a call: `stat(/x)`.
    private func isProcess(_ word: ArraySlice<UInt8>) -> Bool {
        let inside = text[(word.endIndex + 1)...].prefix { $0 != UInt8(ascii: ")") }
        return word.allSatisfy { $0 &- 97 < 26 || $0 == UInt8(ascii: "-") }
            && !inside.contains(UInt8(ascii: "/"))
    }

    /// Whether a position holds a user, whatever its name is: `for bob:1000`, `User bob(1000)`, `root(0)`, `=> bob`.
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
            && !RedactedText.services.contains(Array(text[place..<open]))
    }

    /// A word in no position that says what it is.
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

    /// Whether a part of a path is somebody's: `/home/bob`, `/var/vmail/a.example/bob/`, `/x/bob/Maildir`.
    private func isMailbox(_ part: ArraySlice<UInt8>) -> Bool {
        let slash = UInt8(ascii: "/")
        guard part.startIndex > text.startIndex, text[part.startIndex - 1] == slash else { return false }
        for mailbox: StaticString in ["/Maildir", "/mdbox", "/sdbox", "/mbox"]
        where follows(mailbox, at: part.endIndex) { return true }
        var path = text[..<(part.startIndex - 1)]
        var parent = path[((path.lastIndex(of: slash) ?? path.startIndex - 1) + 1)...]
        if parent.contains(UInt8(ascii: ".")), parent.startIndex > path.startIndex {
            // Below the directory of a domain.
            path = path[..<(parent.startIndex - 1)]
            parent = path[((path.lastIndex(of: slash) ?? path.startIndex - 1) + 1)...]
        }
        return RedactedText.homes.contains(Array(parent))
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
