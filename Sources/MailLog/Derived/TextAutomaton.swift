/// Multi-pattern search: finds which of up to 512 texts occur in another text, in one pass. ASCII case is ignored. The
/// algorithm is Aho–Corasick (1975) with a precomputed transition table.
///
/// A `^` at the start of a text matches the start of the searched text.
struct TextAutomaton: @unchecked Sendable {
    // Sendable: the tables are created once, never change, and live as long as the process.
    private let classes: UnsafePointer<UInt8>
    private let moves: UnsafePointer<UInt16>
    private let outputs: UnsafePointer<SIMD8<UInt64>>
    private let width: Int
    private let start: Int

    /// Byte that represents the start of the searched text.
    private static let mark: UInt8 = 1

    init(_ texts: [String]) {
        precondition(texts.count <= 512, "an automaton holds 512 texts at most")
        let texts = texts.map { text in
            text.utf8.enumerated().map { $0 == 0 && $1 == UInt8(ascii: "^") ? Self.mark : $1.asciiLowercased }
        }
        // All bytes that occur in no text share class 0.
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        table.initialize(repeating: 0, count: 256)
        var width = 1
        for byte in Set(texts.joined()).sorted() {
            table[Int(byte)] = UInt8(width)
            table[Int(byte.asciiUppercased)] = UInt8(width)
            width += 1
        }

        var children: [[UInt16]] = [Array(repeating: 0, count: width)]
        var found: [SIMD8<UInt64>] = [.zero]
        for (place, text) in texts.enumerated() {
            var state = 0
            for byte in text {
                let kind = Int(table[Int(byte)])
                if children[state][kind] == 0 {
                    children[state][kind] = UInt16(children.count)
                    children.append(Array(repeating: 0, count: width))
                    found.append(.zero)
                }
                state = Int(children[state][kind])
            }
            found[state][place >> 6] |= 1 << UInt64(place & 63)
        }
        // Breadth-first: on a mismatch, the search continues at the longest suffix that is a prefix of another text.
        var fallback = Array(repeating: 0, count: children.count)
        var queue = children[0].map(Int.init).filter { $0 > 0 }
        var next = 0
        while next < queue.count {
            let state = queue[next]
            next += 1
            found[state] |= found[fallback[state]]
            for kind in 0..<width {
                let child = Int(children[state][kind])
                if child > 0 {
                    fallback[child] = Int(children[fallback[state]][kind])
                    queue.append(child)
                } else {
                    children[state][kind] = children[fallback[state]][kind]
                }
            }
        }
        let moves = UnsafeMutablePointer<UInt16>.allocate(capacity: children.count * width)
        let outputs = UnsafeMutablePointer<SIMD8<UInt64>>.allocate(capacity: children.count)
        for state in children.indices {
            for kind in 0..<width { moves[state * width + kind] = children[state][kind] }
            (outputs + state).initialize(to: found[state])
        }
        classes = UnsafePointer(table)
        self.moves = UnsafePointer(moves)
        self.outputs = UnsafePointer(outputs)
        self.width = width
        start = Int(children[0][Int(table[Int(Self.mark)])])
    }

    /// Returns a bit for each text that occurs in the bytes.
    func found(in bytes: Bytes) -> SIMD8<UInt64> {
        var state = start
        var found = outputs[state]
        for index in 0..<bytes.count {
            state = Int(moves[state * width + Int(classes[Int(bytes[index])])])
            found |= outputs[state]
        }
        return found
    }
}
