import MailLog
import QuerySyntax

/// Pseudonyms for people and clients: local parts, logins, names and addresses of clients. With one key, equal values
/// have equal pseudonyms, so that answers still group and can be compared. Domains, the log's host and destination
/// servers keep their names.
package struct Redaction: Sendable {
    private let hash: SipHash
    private let lines = RedactedLines()
    /// Tokens of a script; nil if it is none. A pipeline may begin with one of the names.
    let tokens: @Sendable (_ script: Source, _ names: Set<String>) -> [Token]?

    /// Without a key, pseudonyms of two runs differ.
    package init(
        key: String? = nil, tokens: @escaping @Sendable (_ script: Source, _ names: Set<String>) -> [Token]?
    ) {
        self.tokens = tokens
        guard let key else {
            hash = SipHash(key: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
            return
        }
        hash = SipHash(
            key: (SipHash(key: (0, 0)).hash(key.utf8), SipHash(key: (1, 0)).hash(key.utf8)))
    }

    // MARK: Values

    /// Returns the redacted value. New texts are in the arena.
    func value(_ value: Value, _ type: ValueType, _ arena: Arena) -> Value {
        switch value.kind {
        case .list: return arena.list(value.elements.map { self.value($0, type.element, arena) })
        case .text: return text(value.bytes, type).map { arena.text($0) } ?? value
        default: return value
        }
    }

    /// Returns the redacted text; nil if nothing changes.
    private func text(_ bytes: Bytes, _ type: ValueType) -> [UInt8]? {
        let text = Array(UnsafeBufferPointer(start: bytes.base, count: bytes.count))[...]
        switch type {
        case .text(let kind): return self.text(text, kind)
        case .any: return RedactedText(text, self).bytes
        default: return nil
        }
    }

    func text(_ text: ArraySlice<UInt8>, _ kind: TextKind) -> [UInt8]? {
        switch kind {
        case .identity, .address: login(text)
        case .messageID: messageID(text)
        case .content: content(text)
        case .domain: domain(text)
        case .host: host(text)
        case .ip: network(text) ?? host(text)
        case .server: server(text)
        case .serverIP: network(text) == nil ? RedactedText(text, self).bytes : nil
        case .plain, .prose: RedactedText(text, self).bytes
        case .line: lines.redact(text, self) ?? RedactedText(text, self).bytes
        case .query: Array(query(String(decoding: text, as: UTF8.self)).utf8)
        case .oneOf(let words):
            words.contains { $0.utf8.elementsEqual(text) } ? nil : RedactedText(text, self).bytes
        }
    }

    /// Redacts a query or a condition. `names` are names that it may use besides its own.
    package func query(_ text: String, names: Set<String> = []) -> String {
        if let query = RedactedQuery(text, self, names: names) { return query.text }
        let filter = "filter "
        guard let condition = RedactedQuery(filter + text, self, names: names) else { return self.text(text) }
        return String(condition.text.dropFirst(filter.count))
    }

    /// Returns a text of the same length, with `*` for each byte of a possible name. For messages that point at a
    /// column of the text.
    package func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        func mask(_ range: Range<Int>) {
            for index in range where bytes[index].isLetter || bytes[index].isDigit || bytes[index] >= 0x80 {
                bytes[index] = UInt8(ascii: "*")
            }
        }
        for run in bytes.split(whereSeparator: { !(RedactedText.isHost($0) || $0 == 0x3A || $0 == 0x40) }) {
            let range = run.startIndex..<run.endIndex
            if run.contains(0x40) || network(run) != nil || RedactedText.embedsAddress(run) {
                mask(range)
            } else {
                for word in run.split(separator: 0x3A) where !KnownWords.contain(word) {
                    mask(word.startIndex..<word.endIndex)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Redacts text of several words, such as a title or a plan.
    package func text(_ text: String) -> String {
        String(decoding: RedactedText(Array(text.utf8)[...], self, isQuery: true).bytes, as: UTF8.self)
    }

    // MARK: Names

    /// Redacts an address or a bare login. The domain of an address is kept.
    func login(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")) else { return name(text) }
        return name(text[..<at]) + [UInt8(ascii: "@")] + domain(text[(at + 1)...])
    }

    /// Returns `user-` and forty bits of a hash. A text without letters, such as `*`, is kept.
    func name(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var text = text
        if text.count > 1, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
            text = text.dropFirst().dropLast()
        }
        guard text.contains(where: { $0.isLetter || $0.isDigit || $0 >= 0x80 }) else { return Array(text) }
        return pseudonym("user-", text)
    }

    /// Keeps a domain, unless it is a host: without a top-level domain, or with an address in its name.
    func domain(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.allSatisfy(RedactedText.isHost) else { return RedactedText(text, self).bytes }
        return Redaction.registered(Redaction.labels(text)) == 0 || RedactedText.embedsAddress(text)
            ? host(text) : Array(text)
    }

    /// Keeps the name of a server, except a login before an `@` and a path in brackets.
    private func server(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        if text.contains(UInt8(ascii: "@")) { return RedactedText(text, self).bytes }
        guard let open = text.firstIndex(of: UInt8(ascii: "[")),
            let close = text[open...].lastIndex(of: UInt8(ascii: "]")),
            case let path = text[(open + 1)..<close], network(path) == nil
        else { return nil }
        return text[...open] + RedactedText(path, self).bytes + text[close...]
    }

    /// Redacts the left part of a Message-ID. The host after the `@` keeps labels that are common words.
    func messageID(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")) else { return name(text) }
        let host = text[(at + 1)...]
        let labels = Redaction.labels(host)
        let below = labels.dropLast(Redaction.registered(labels))
        let isCommon = below.count < labels.count && below.allSatisfy(KnownWords.contain)
        return name(text[..<at]) + [UInt8(ascii: "@")] + (isCommon ? domain(host) : self.host(host))
    }

    /// Keeps the name of a header and redacts its value. A line of a body is replaced completely.
    func content(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.startIndex
        let isHeader = colon > text.startIndex && KnownWords.contain(text[..<colon])
        let start =
            isHeader ? text[(colon + 1)...].firstIndex { $0 != 0x20 } ?? text.endIndex : text.startIndex
        guard start < text.endIndex else { return Array(text) }
        return text[..<start] + pseudonym("text-", text[start...])
    }

    /// Redacts the name of a client. The registered domain is kept.
    func host(_ text: ArraySlice<UInt8>) -> [UInt8] {
        if text.contains(UInt8(ascii: "@")) { return login(text) }
        let isName = text.allSatisfy(RedactedText.isHost)
        if !isName, text.first == UInt8(ascii: "[") { return RedactedText(text, self).bytes }
        if let network = network(text) { return network }
        guard isName else { return RedactedText(text, self).bytes }
        if text.isEmpty || Redaction.nobody.contains(Array(text)) { return Array(text) }
        let labels = Redaction.labels(text)
        let kept = Redaction.registered(labels)
        if labels.count > 1, labels.count == kept { return Array(text) }
        return pseudonym("host-", text) + labels.suffix(kept).flatMap { [UInt8(ascii: ".")] + $0 }
    }

    private static let nobody = ["unknown", "local", "localhost", "localhost.localdomain"].map {
        Array($0.utf8)
    }

    private static func labels(_ host: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        host.split(separator: UInt8(ascii: "."))
    }

    /// Whether a text is a registered domain or a host below one.
    static func isDomain(_ text: ArraySlice<UInt8>) -> Bool {
        registered(labels(text)) > 0 && text.first != UInt8(ascii: ".")
    }

    /// Returns the number of labels of the registered domain: two, or three below `co.uk` and its like; 0 without a
    /// top-level domain.
    private static func registered(_ labels: [ArraySlice<UInt8>]) -> Int {
        guard labels.count > 1, let last = labels.last, KnownWords.isTopLevel(last) else { return 0 }
        let second = String(decoding: labels[labels.count - 2], as: UTF8.self).lowercased()
        let isShared =
            last.count == 2
            && [
                "ac", "ad", "co", "com", "ed", "edu", "go", "gob", "gov", "gr", "lg", "mil", "ne", "net",
                "nom",
                "or", "org",
            ].contains(second)
        return isShared ? min(3, labels.count) : 2
    }

    private static let letters = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

    private func pseudonym(_ kind: StaticString, _ text: ArraySlice<UInt8>) -> [UInt8] {
        let bits = hash.hash(text.lazy.map(\.asciiLowercased))
        return Array(Bytes(kind).string.utf8)
            + (0..<8).map { Redaction.letters[Int(bits >> (5 * UInt64($0)) & 31)] }
    }

    // MARK: Addresses

    /// Renames an IP address or a network. Addresses of one network stay in one network. Returns nil for other texts.
    func network(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let slash = text.firstIndex(of: UInt8(ascii: "/"))
        var output: [UInt8] = []
        guard let address = Array(text[..<(slash ?? text.endIndex)]).withBytes({ IPAddress($0) }) else {
            return nil
        }
        let renamed = renamed(address)
        guard let slash else {
            renamed.append(to: &output)
            return output
        }
        guard let bits = Int(String(decoding: text[(slash + 1)...], as: UTF8.self)),
            (0...address.bits).contains(bits)
        else { return nil }
        renamed.masked(bits + 128 - address.bits).append(to: &output)
        return output + [UInt8(ascii: "/")] + Array(String(bits).utf8)
    }

    /// Flips each bit by a hash of the bits before it (Crypto-PAn, Xu et al., 2002). Two addresses share their first n
    /// bits if and only if their pseudonyms do. Loopback is kept.
    private func renamed(_ address: IPAddress) -> IPAddress {
        let isLoopback = address.high == 0 && (address.low <= 1 || address.low >> 24 == 0xFFFF7F)
        if isLoopback { return address }
        var renamed = address
        // The first bits of an IPv6 address are its kind.
        for bit in (address.isIPv4 ? 96 : 3)..<128 {
            let before = address.masked(bit)
            let hash = hash.hash(
                [UInt8(bit)] + (0..<8).map { UInt8(truncatingIfNeeded: before.high >> (8 * $0)) }
                    + (0..<8).map { UInt8(truncatingIfNeeded: before.low >> (8 * $0)) })
            if bit < 64 {
                renamed.high ^= (hash & 1) << UInt64(63 - bit)
            } else {
                renamed.low ^= (hash & 1) << UInt64(127 - bit)
            }
        }
        return renamed
    }
}
