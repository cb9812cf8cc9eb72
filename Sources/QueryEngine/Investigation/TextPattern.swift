import MailLog

/// Text pattern: a list of words in which the variable parts are masked.
struct TextPattern {
    private(set) var words: [String]
    private(set) var count: Int
    /// Position of the first matching line in the log.
    private(set) var first: UInt64
    private(set) var example: [UInt8]

    static let any = "<*>"

    /// Creates a pattern from a text that `Mask` has masked.
    init(masked: [UInt8], count: Int, first: UInt64, example: [UInt8]) {
        words = masked.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        self.count = count
        self.first = first
        self.example = example
    }

    /// Returns the share of equal words. Both patterns must have the same number of words. Words that are fully masked
    /// in both do not count.
    func similarity(to other: TextPattern) -> Double {
        var (same, all) = (0, 0)
        for (mine, theirs) in zip(words, other.words) where !(isMasked(mine) && isMasked(theirs)) {
            all += 1
            if mine == theirs { same += 1 }
        }
        return all == 0 ? 1 : Double(same) / Double(all)
    }

    /// Merges another pattern into this one. Words that differ become `<*>`.
    mutating func absorb(_ other: TextPattern) {
        for place in words.indices where words[place] != other.words[place] { words[place] = TextPattern.any }
        count += other.count
        if other.first < first {
            first = other.first
            example = other.example
        }
    }

    /// Merges texts that differ in few words, like Drain (P. He et al., Drain: An Online Log Parsing Approach with
    /// Fixed Depth Tree, ICWS 2017). Candidates have the same number of words and the same first word. The most similar
    /// candidate absorbs the text if enough words are equal.
    ///
    /// Drain takes texts in log order. Here, the most common texts come first, so the result does not depend on the
    /// order of the log.
    static func joined(_ texts: [TextPattern]) -> [TextPattern] {
        let sorted = texts.sorted { a, b in
            a.count != b.count ? a.count > b.count : a.words.lexicographicallyPrecedes(b.words)
        }
        var templates: [TextPattern] = []
        var leaves: [Leaf: [Int]] = [:]
        for text in sorted {
            let leaf = Leaf(length: text.words.count, first: text.words.first { !isMasked($0) } ?? "")
            let candidates = leaves[leaf] ?? []
            var best: (similarity: Double, place: Int)?
            for place in candidates {
                let similarity = templates[place].similarity(to: text)
                if similarity >= leastSimilarity, similarity > best?.similarity ?? 0 {
                    best = (similarity, place)
                }
            }
            if let best {
                templates[best.place].absorb(text)
            } else {
                leaves[leaf, default: []].append(templates.count)
                templates.append(text)
            }
        }
        return templates.sorted { a, b in
            a.count != b.count ? a.count > b.count : a.words.lexicographicallyPrecedes(b.words)
        }
    }

    private struct Leaf: Hashable {
        let length: Int
        let first: String
    }

    private static let leastSimilarity = 0.7

    /// Returns a regex, in query syntax, that matches the texts of a pattern. It has `.*` for masked parts, and where
    /// the codes of a reply were dropped (at `/`, and after `said:`).
    static func regex(_ pattern: String) -> String {
        var words: [String] = []
        for word in pattern.split(separator: " ") {
            if word == "/" {
                words.append(".*")
                continue
            }
            var regex = ""
            var isMask = false
            for character in word {
                if isMask {
                    isMask = character != ">"
                } else if character == "<" {
                    isMask = true
                    regex += ".*"
                } else {
                    if "\\/.^$|?*+()[]{}".contains(character) { regex += "\\" }
                    regex.append(character)
                }
            }
            words.append(regex + (word == "said:" ? ".*" : ""))
        }
        return "/\(words.joined(separator: " "))/"
    }
}

/// Whether a word starts with a placeholder, such as `<qid>:`.
private func isMasked(_ word: String) -> Bool { word.hasPrefix("<") }

/// Mask for the variable parts of mail log texts: first those that `reason` replaces (hosts, addresses, queue ids,
/// URLs), then numbers.
enum Mask {
    static func apply(_ text: Value, _ arena: Arena) -> [UInt8] {
        let bytes = Reason.normalise(text, arena).bytes
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let end = endOfNumber(bytes, index)
            let isPart = index > 0 && (bytes[index - 1].isLetter || bytes[index - 1].isDigit)
            if end == index || isPart {
                masked.append(bytes[index])
                index += 1
            } else if isCode(bytes[index..<end], isValue: index > 0 && bytes[index - 1] == UInt8(ascii: "="))
            {
                masked.append(contentsOf: UnsafeBufferPointer(start: bytes.base + index, count: end - index))
                index = end
            } else {
                masked.append(contentsOf: "<n>".utf8)
                index = end
            }
        }
        return masked
    }

    /// Returns the end index of a number: digits with points, slashes and colons between them. Long runs of digits are
    /// `<n>` already.
    private static func endOfNumber(_ bytes: Bytes, _ start: Int) -> Int {
        var end = start
        while end < bytes.count {
            if bytes.dropFirst(end).hasPrefix("<n>") {
                end += 3
            } else if bytes[end].isDigit || end > start && isBetween(bytes, end) {
                end += 1
            } else {
                break
            }
        }
        return end
    }

    private static func isBetween(_ bytes: Bytes, _ place: Int) -> Bool {
        "./:".utf8.contains(bytes[place]) && place + 1 < bytes.count
            && (bytes[place + 1].isDigit || bytes.dropFirst(place + 1).hasPrefix("<n>"))
    }

    /// Whether a number is a reply code or an enhanced status code; these are kept, because they distinguish texts. The
    /// value of a key (`delay=250`) is not a reply code.
    private static func isCode(_ number: Bytes, isValue: Bool) -> Bool {
        guard number.count > 0, (UInt8(ascii: "2")...UInt8(ascii: "5")).contains(number[0]) else {
            return false
        }
        if number.count == 3 { return !isValue && number[1].isDigit && number[2].isDigit }
        var points = 0
        for index in 0..<number.count where !number[index].isDigit {
            if number[index] != UInt8(ascii: ".") { return false }
            points += 1
        }
        return points == 2 && number[1] == UInt8(ascii: ".")
    }
}
