import MailLog

/// Pseudonyms for what tells who somebody is: local parts and logins, names and addresses of clients. Under
/// one key the same is always called the same, so that answers still group and several of them agree. Domains,
/// the host itself and the servers that mail goes to keep their names.
package struct Redaction: Sendable {
    private let hash: SipHash

    /// Without a key, one that is never told.
    package init(key: String? = nil) {
        guard let key else {
            hash = SipHash(key: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
            return
        }
        hash = SipHash(
            key: (SipHash(key: (0, 0)).hash(key.utf8), SipHash(key: (1, 0)).hash(key.utf8)))
    }

    // MARK: Values

    /// A value as it may be shown; a text that is made for it lives in the arena.
    func value(_ value: Value, _ type: ValueType, _ arena: Arena) -> Value {
        switch value.kind {
        case .list: return arena.list(value.elements.map { self.value($0, type.element, arena) })
        case .text: return text(value.bytes, type).map { arena.text($0) } ?? value
        default: return value
        }
    }

    /// A text as it may be shown; nil where it may be as it is.
    private func text(_ bytes: Bytes, _ type: ValueType) -> [UInt8]? {
        let text = Array(UnsafeBufferPointer(start: bytes.base, count: bytes.count))[...]
        switch type {
        case .text(.identity), .text(.address): return login(text)
        case .text(.domain): return domain(text)
        case .text(.host): return host(text)
        case .text(.ip): return network(text) ?? host(text)
        case .text(.plain), .text(.prose), .any: return RedactedText(text, self).bytes
        case .text(.query): return RedactedText(text, self, isQuery: true).bytes
        default: return nil
        }
    }

    /// A query, which may use such names besides its own.
    package func query(_ text: String, names: Set<String> = []) -> String {
        RedactedQuery(text, self, names: names)?.text ?? self.text(text)
    }

    /// Text of several words, such as a title or a plan.
    package func text(_ text: String) -> String {
        String(decoding: RedactedText(Array(text.utf8)[...], self, isQuery: true).bytes, as: UTF8.self)
    }

    // MARK: Names

    /// An address without its local part, or another name for a bare login.
    func login(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")) else { return name(text) }
        return name(text[..<at]) + [UInt8(ascii: "@")] + domain(text[(at + 1)...])
    }

    /// `user-` and forty bits; what holds no letter, such as `*`, names nobody.
    func name(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var text = text
        if text.count > 1, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
            text = text.dropFirst().dropLast()
        }
        guard text.contains(where: { $0.isLetter || $0.isDigit || $0 >= 0x80 }) else { return Array(text) }
        return pseudonym("user-", text)
    }

    /// Domains are kept, unless they are hosts named by their addresses.
    func domain(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.allSatisfy(RedactedText.isHost) else { return RedactedText(text, self).bytes }
        return RedactedText.embedsAddress(text) ? network(text) ?? host(text) : Array(text)
    }

    /// A client's name, as Postfix logs it: the host is another, the domain that is registered stays.
    func host(_ text: ArraySlice<UInt8>) -> [UInt8] {
        if text.contains(UInt8(ascii: "@")) { return login(text) }
        if text.contains(UInt8(ascii: "[")) { return RedactedText(text, self).bytes }
        if let network = network(text) { return network }
        if text.isEmpty || Redaction.nobody.contains(Array(text)) { return Array(text) }
        let labels = text.split(separator: UInt8(ascii: "."))
        let kept = Redaction.registered(labels)
        if labels.count > 1, labels.count == kept { return Array(text) }
        return pseudonym("host-", text) + labels.suffix(kept).flatMap { [UInt8(ascii: ".")] + $0 }
    }

    private static let nobody = ["unknown", "localhost", "localhost.localdomain"].map { Array($0.utf8) }

    /// How many of the labels somebody has registered: two, or three below `co.uk` and the like.
    private static func registered(_ labels: [ArraySlice<UInt8>]) -> Int {
        guard labels.count > 1, let last = labels.last, last.allSatisfy(\.isLetter) else { return 0 }
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

    /// An IP address or a network, renamed so that what lies in one network still does; nil if the text is
    /// neither.
    func network(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let slash = text.firstIndex(of: UInt8(ascii: "/"))
        var output: [UInt8] = []
        var address: IPAddress?
        ValueText.lend(Array(text[..<(slash ?? text.endIndex)])) { address = IPAddress($0) }
        guard let address else { return nil }
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

    /// Each bit is kept or turned as a hash of the bits before it says (Crypto-PAn, Xu and others, 2002), so
    /// that two addresses have the first n bits in common if and only if their pseudonyms have. Loopback stays.
    private func renamed(_ address: IPAddress) -> IPAddress {
        let isLoopback = address.high == 0 && (address.low <= 1 || address.low >> 24 == 0xFFFF7F)
        if isLoopback { return address }
        var renamed = address
        // The first bits of an IPv6 address say of which kind it is.
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
