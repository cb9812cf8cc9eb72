/// SMTP transaction at the end of a reject or check line. smtpd separates pairs with blanks, postscreen with commas:
///
///     from=<S>[ to=<R>][ proto=ESMTP][ helo=<H>][ sasl_method=M][ sasl_username=U][ sasl_sender=S][: text]
struct Transaction {
    private var values: [Bytes?] = Array(repeating: nil, count: Transaction.keys.count)
    /// Text after `: ` at the end of a header or body check line.
    private(set) var remark: Bytes?

    /// Maximum length of a transaction in bytes. An address has at most 320 bytes; a remark is one line of a table.
    private static let longest = 8192
    private static let keys: [StaticString] = [
        "from=", "to=", "proto=", "helo=", "sasl_method=", "sasl_username=", "sasl_sender=",
    ]

    /// Splits the text at the first `; ` that is followed only by pairs up to the end. A reply that contains pair-like
    /// text continues with other text, so it does not match. The search is limited to the last `longest` bytes: its
    /// cost grows with the square of the length if a line has many `; `.
    static func split(_ text: Bytes, allowsRemark: Bool = false) -> (text: Bytes, transaction: Transaction?) {
        var index = max(0, text.count - longest)
        while let range = text.range(of: "; ", from: index) {
            if let transaction = Transaction(text.dropFirst(range.upperBound), allowsRemark: allowsRemark) {
                return (text.prefix(range.lowerBound), transaction)
            }
            index = range.lowerBound + 1
        }
        return (text.hasSuffix(";") ? text.dropLast(1) : text, nil)
    }

    private init?(_ text: Bytes, allowsRemark: Bool) {
        var position = 0
        for (key, name) in Self.keys.enumerated() where text.stands(name, at: position) {
            let start = position + name.utf8CodeUnitCount
            let isBracketed = text.stands("<", at: start)
            guard let end = Self.end(of: text, from: start, isBracketed: isBracketed, allowsRemark) else {
                return nil
            }
            values[key] = isBracketed ? text[start + 1..<end - 1] : text[start..<end]
            position = end
            if position == text.count { return }
            if allowsRemark, text.stands(": ", at: position) {
                remark = text.dropFirst(position + 2)
                return
            }
            position += text.stands(", ", at: position) ? 2 : 1
        }
        return nil
    }

    /// Returns the end index of a value: at the end of the text, before the next pair, or before the remark. A
    /// bracketed value ends after its `>`.
    private static func end(of text: Bytes, from start: Int, isBracketed: Bool, _ allowsRemark: Bool) -> Int?
    {
        var index = isBracketed ? text.endOfQuotes(from: start + 1) : start
        while index <= text.count {
            if isBracketed {
                guard let close = text.firstIndex(of: UInt8(ascii: ">"), from: index) else { return nil }
                index = close + 1
            }
            if index == text.count || (allowsRemark && text.stands(": ", at: index)) { return index }
            let next = text.stands(", ", at: index) ? index + 2 : text.stands(" ", at: index) ? index + 1 : -1
            if next > 0, keys.contains(where: { text.stands($0, at: next) }) { return index }
            if !isBracketed { index += 1 }
        }
        return nil
    }

    /// Fields of the pairs, in the order of `keys`.
    static let fields: [Field] = [.from, .to, .proto, .helo, .saslMethod, .saslUsername, .saslSender]

    fileprivate var pairs: some Sequence<(Field, Bytes?)> { zip(Transaction.fields, values) }
}

extension Cells {
    func set(_ transaction: Transaction) {
        for (field, value) in transaction.pairs { if let value { set(field, value) } }
    }
}
