/// Suggestions for misspelt names.
package enum Spelling {
    /// Returns the nearest candidate with at most a third of the letters wrong, or the only one that continues the
    /// word.
    package static func nearest<Words: Sequence<String>>(to word: String, among candidates: Words) -> String?
    {
        let wanted = Array(word.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        let limit = max(1, wanted.count / 3)
        var best: (distance: Int, word: String)?
        for candidate in candidates {
            let letters = Array(candidate.lowercased().utf8)
            guard abs(letters.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, letters)
            if distance <= limit, distance < (best?.distance ?? .max) { best = (distance, candidate) }
        }
        if best == nil, wanted.count >= 3 {
            // The word may be the start of exactly one candidate.
            let longer = candidates.filter { $0.lowercased().utf8.starts(with: wanted) }
            if longer.count == 1 { return longer[0] }
        }
        return best?.word
    }

    /// Damerau-Levenshtein distance.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), min(last[j + 1], row[j]) + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
