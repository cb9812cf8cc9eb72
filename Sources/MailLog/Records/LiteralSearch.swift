import Glibc

/// Finds one literal in a block of raw log bytes, sixteen places at a time.
///
/// The two bytes of the literal that are rarest in mail logs, A at offset i and B at offset j, are compared with
/// sixteen neighbouring places each; a place where both agree is a candidate, and only candidates are compared
/// in full:
///
///     place    p          p+1        …    p+15
///     block    [p+i]==A   [p+1+i]==A …    [p+15+i]==A
///          and [p+j]==B   [p+1+j]==B …    [p+15+j]==B
package struct LiteralSearch: Sendable {
    /// What is looked for; in lower case when the search ignores case.
    package let literal: [UInt8]
    package let foldCase: Bool
    let pair: RarePair

    /// With `foldCase`, ASCII letters match in either case; all other bytes always match themselves only.
    package init(_ literal: [UInt8], foldCase: Bool = false) {
        self.literal = foldCase ? literal.map(\.asciiLowercased) : literal
        self.foldCase = foldCase
        pair = RarePair(of: self.literal, foldCase: foldCase)
    }

    /// The first place at or after `start` where the whole literal stands. Never reads outside `bytes`.
    @inline(__always)
    package func first(in bytes: Bytes, from start: Int = 0) -> Int? {
        guard start >= 0, literal.count <= bytes.count else { return nil }
        let places = bytes.count - literal.count + 1
        guard start < places else { return nil }
        guard literal.count > 0 else { return start }
        if literal.count == 1, !foldCase || !literal[0].isLetter {
            return bytes.firstIndex(of: literal[0], from: start)
        }
        return literal.withUnsafeBufferPointer { literal in
            let wanted = Bytes(literal.baseAddress.unsafelyUnwrapped, count: literal.count)
            return foldCase
                ? scan(bytes, places: start..<places, wanted, RarePair.Folding(pair))
                : scan(bytes, places: start..<places, wanted, RarePair.Plain(pair))
        }
    }
}

/// Finds the first of a few literals in a block of raw log bytes.
///
/// Literals that differ in their last byte only ("smtp[", "smtp:") are found by a pair of what they share and the
/// range of that byte; others that begin alike ("Connection timed out", "Connection refused") by what they share;
/// others by the rare pair of each, all in one pass.
package struct LiteralSetSearch: Sendable {
    package let literals: [[UInt8]]
    package let foldCase: Bool
    private let method: Method
    private let texts: Texts
    /// The largest offset of a pair.
    private let reach: Int

    /// The literals in memory of their own, for comparisons that count no references.
    private final class Texts: @unchecked Sendable {
        // Written once.
        let literals: UnsafeBufferPointer<Bytes>
        private let arena = Arena(blockSize: 64)

        init(_ texts: [[UInt8]]) {
            let copies = UnsafeMutableBufferPointer<Bytes>.allocate(capacity: texts.count)
            literals = UnsafeBufferPointer(copies)
            _ = copies.initialize(from: texts.map { arena.text($0).bytes })
        }

        deinit { literals.deallocate() }
    }

    private enum Method {
        case one(LiteralSearch)
        case endings(EndingSearch)
        case sharedPrefix(LiteralSearch)
        case pairs([RarePair.Plain])
        case foldingPairs([RarePair.Folding])
    }

    /// Meant for up to eight literals, none of them empty; each one more costs time on every byte.
    package init(_ literals: [[UInt8]], foldCase: Bool = false) {
        // Copies of its own: threads that count references to the same bytes hinder each other.
        let literals = literals.map { literal in literal.map { foldCase ? $0.asciiLowercased : $0 } }
        self.literals = literals
        texts = Texts(literals)
        self.foldCase = foldCase
        let shared = Self.commonPrefix(literals)
        let pairs = literals.map { RarePair(of: $0, foldCase: foldCase) }
        reach = pairs.reduce(0) { max($0, $1.first, $1.second) }
        if let only = literals.first, literals.count == 1 {
            method = .one(LiteralSearch(only, foldCase: foldCase))
        } else if !foldCase, shared.count >= 2, literals.count <= 8,
            literals.allSatisfy({ $0.count == shared.count + 1 })
        {
            method = .endings(EndingSearch(shared, literals.compactMap(\.last)))
        } else if shared.count >= 4 {
            method = .sharedPrefix(LiteralSearch(shared, foldCase: foldCase))
        } else {
            method =
                foldCase
                ? .foldingPairs(pairs.map(RarePair.Folding.init)) : .pairs(pairs.map(RarePair.Plain.init))
        }
    }

    /// The first place at or after `start` where one of the literals stands.
    package func first(in bytes: Bytes, from start: Int = 0) -> Int? {
        switch method {
        case .one(let search): return search.first(in: bytes, from: start)
        case .endings(let search): return search.first(in: bytes, from: start)
        case .sharedPrefix(let search):
            var start = start
            while let place = search.first(in: bytes, from: start) {
                if stands(in: bytes, at: place) { return place }
                start = place + 1
            }
            return nil
        case .pairs(let pairs): return pairs.withUnsafeBufferPointer { scan(bytes, from: start, $0) }
        case .foldingPairs(let pairs):
            return pairs.withUnsafeBufferPointer { scan(bytes, from: start, $0) }
        }
    }

    @inline(__always)
    private func scan<Test: PairTest>(
        _ bytes: Bytes, from start: Int, _ tests: UnsafeBufferPointer<Test>
    ) -> Int? {
        guard start >= 0, start < bytes.count else { return nil }
        // Behind these places, the bytes of a pair may lie outside the block.
        let places = start..<max(start, bytes.count - reach)
        let found = firstPlace(
            bytes, places,
            where: { place in tests.reduce(into: SIMD2<UInt64>.zero) { $0 |= $1.agree(place) } },
            { stands(in: bytes, at: $0) })
        return found ?? (places.upperBound..<bytes.count).first { stands(in: bytes, at: $0) }
    }

    private func stands(in bytes: Bytes, at place: Int) -> Bool {
        let rest = bytes.dropFirst(place)
        for literal in texts.literals where literal.count <= rest.count {
            let text = rest.prefix(literal.count)
            if foldCase ? text.equalsIgnoringCase(literal) : text.isSame(as: literal) { return true }
        }
        return false
    }

    private static func commonPrefix(_ literals: [[UInt8]]) -> [UInt8] {
        guard let first = literals.first else { return [] }
        return literals.reduce(first) { shared, literal in
            Array(zip(shared, literal).prefix { $0 == $1 }.map(\.0))
        }
    }
}

/// The two offsets of a literal whose bytes are rarest in mail logs.
struct RarePair: Sendable {
    /// Both 0 in a literal of one byte.
    var first = 0
    var second = 0
    var firstByte: UInt8 = 0
    var secondByte: UInt8 = 0
    /// 0x20 where the byte is a letter and case is ignored, else 0.
    var firstFold: UInt8 = 0
    var secondFold: UInt8 = 0

    init(of literal: [UInt8], foldCase: Bool) {
        let rank = { (offset: Int) in Self.frequency(literal[offset], foldCase: foldCase) }
        guard let rarest = literal.indices.min(by: { rank($0) < rank($1) }) else { return }
        first = rarest
        // Two of the same byte select little; take them only if there is no other byte.
        let others = literal.indices.filter { literal[$0] != literal[rarest] }
        second = others.min { rank($0) < rank($1) } ?? literal.indices.last { $0 != rarest } ?? rarest
        firstByte = literal[first]
        secondByte = literal[second]
        firstFold = foldCase && firstByte.isLetter ? 0x20 : 0
        secondFold = foldCase && secondByte.isLetter ? 0x20 : 0
    }

    /// Compares the pair byte for byte.
    struct Plain: PairTest {
        let first: Int
        let second: Int
        let firstByte: SIMD16<UInt8>
        let secondByte: SIMD16<UInt8>

        init(_ pair: RarePair) {
            first = pair.first
            second = pair.second
            firstByte = SIMD16(repeating: pair.firstByte)
            secondByte = SIMD16(repeating: pair.secondByte)
        }

        @inline(__always)
        func agree(_ place: UnsafeRawPointer) -> SIMD2<UInt64> {
            let a = (place + first).loadUnaligned(as: SIMD16<UInt8>.self) .== firstByte
            let b = (place + second).loadUnaligned(as: SIMD16<UInt8>.self) .== secondByte
            return unsafeBitCast(a, to: SIMD2<UInt64>.self) & unsafeBitCast(b, to: SIMD2<UInt64>.self)
        }

        @inline(__always)
        func isEqual(_ text: UnsafePointer<UInt8>, _ wanted: Bytes) -> Bool {
            Bytes(text, count: wanted.count).isSame(as: wanted)
        }
    }

    /// Compares the pair after setting the bit that tells lower case from upper case. That is necessary for
    /// letters that are equal but for case, and changes no byte whose fold is 0.
    struct Folding: PairTest {
        let exact: Plain
        let firstFold: SIMD16<UInt8>
        let secondFold: SIMD16<UInt8>

        @inline(__always)
        init(_ pair: RarePair) {
            exact = Plain(pair)
            firstFold = SIMD16(repeating: pair.firstFold)
            secondFold = SIMD16(repeating: pair.secondFold)
        }

        @inline(__always)
        func agree(_ place: UnsafeRawPointer) -> SIMD2<UInt64> {
            let first = (place + exact.first).loadUnaligned(as: SIMD16<UInt8>.self) | firstFold
            let second = (place + exact.second).loadUnaligned(as: SIMD16<UInt8>.self) | secondFold
            let a = first .== exact.firstByte
            let b = second .== exact.secondByte
            return unsafeBitCast(a, to: SIMD2<UInt64>.self) & unsafeBitCast(b, to: SIMD2<UInt64>.self)
        }

        @inline(__always)
        func isEqual(_ text: UnsafePointer<UInt8>, _ wanted: Bytes) -> Bool {
            Bytes(text, count: wanted.count).equalsIgnoringCase(wanted)
        }
    }

    /// Compares the pair, and whether the byte after the literal may be one of the endings: whether it is not larger
    /// than any of them. That one more test leaves few of the longer words that begin with the literal.
    struct Ending: PairTest {
        private let exact: Plain
        private let offset: Int
        private let largest: SIMD16<Int8>
        private let endings: ByteSet

        @inline(__always)
        init(_ pair: RarePair, behind offset: Int, _ endings: ByteSet) {
            exact = Plain(pair)
            self.offset = offset
            // Bytes beyond ASCII are negative, and so candidates; compared without sign they would take two steps.
            largest = SIMD16(repeating: Int8(min(endings.largest, 127)))
            self.endings = endings
        }

        @inline(__always)
        func agree(_ place: UnsafeRawPointer) -> SIMD2<UInt64> {
            let larger = (place + offset).loadUnaligned(as: SIMD16<Int8>.self) .> largest
            return exact.agree(place) & ~unsafeBitCast(larger, to: SIMD2<UInt64>.self)
        }

        @inline(__always)
        func isEqual(_ text: UnsafePointer<UInt8>, _ wanted: Bytes) -> Bool {
            endings.contains(text[wanted.count]) && exact.isEqual(text, wanted)
        }
    }

    /// From the most frequent byte of mail logs to the rarest; what is not here is rarer still.
    private static let byFrequency = Array(
        #"""
         eo1t:0ms2.ai3lnrpc=64xd579f/u,[]8CvyDB><gF@ENAhq()kTPjb-zUwRSOM;QWHY"KIG_\L%VX+JZ#?*{}&'!~$|^`
        """#.utf8)

    private static let frequencies: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 256)
        for (rank, byte) in byFrequency.enumerated() { table[Int(byte)] = UInt8(byFrequency.count - rank) }
        return table
    }()

    private static func frequency(_ byte: UInt8, foldCase: Bool) -> UInt8 {
        foldCase
            ? max(frequencies[Int(byte)], frequencies[Int(byte.asciiUppercased)])
            : frequencies[Int(byte)]
    }
}

/// Finds a literal that one of some bytes follows.
struct EndingSearch: Sendable {
    private let shared: [UInt8]
    private let endings: ByteSet
    private let pair: RarePair

    init(_ shared: [UInt8], _ endings: [UInt8]) {
        self.shared = shared
        self.endings = ByteSet(endings)
        pair = RarePair(of: shared, foldCase: false)
    }

    /// The first place at or after `start` where it stands.
    func first(in bytes: Bytes, from start: Int) -> Int? {
        let places = bytes.count - shared.count
        guard start >= 0, start < places else { return nil }
        return shared.withUnsafeBufferPointer { shared in
            let wanted = Bytes(shared.baseAddress.unsafelyUnwrapped, count: shared.count)
            let test = RarePair.Ending(pair, behind: shared.count, endings)
            return scan(bytes, places: start..<places, wanted, test)
        }
    }
}

/// How a place is tested for a rare pair, and a candidate for the whole literal.
protocol PairTest: Sendable {
    /// All bits of a byte are set where both bytes of the pair agree, counted from the first of sixteen places.
    func agree(_ place: UnsafeRawPointer) -> SIMD2<UInt64>
    func isEqual(_ text: UnsafePointer<UInt8>, _ wanted: Bytes) -> Bool
}

/// The first of the places where the test's pair agrees and the whole of `wanted` stands.
@inline(__always)
private func scan<Test: PairTest>(
    _ bytes: Bytes, places: Range<Int>, _ wanted: Bytes, _ test: Test
) -> Int? {
    firstPlace(bytes, places, where: test.agree) { test.isEqual(bytes.base + $0, wanted) }
}

/// The first of the places that `agree` leaves, sixteen at a time, and `stands` accepts. What `agree` reads for
/// places in the range lies in the block.
@inline(__always)
private func firstPlace(
    _ bytes: Bytes, _ places: Range<Int>, where agree: (UnsafeRawPointer) -> SIMD2<UInt64>,
    _ stands: (Int) -> Bool
) -> Int? {
    let base = UnsafeRawPointer(bytes.base)
    let end = places.upperBound
    var place = places.lowerBound
    while place &+ 16 <= end {
        // Nothing but this in the loop that most bytes go through, so that all of it stays in registers.
        while place &+ 64 <= end {
            let text = base + place
            if isAny(agree(text) | agree(text + 16) | agree(text + 32) | agree(text + 48)) { break }
            place &+= 64
        }
        let next = min(place &+ 64, end)
        while place &+ 16 <= next {
            if let found = firstCandidate(agree(base + place), { stands(place &+ $0) }) {
                return place &+ found
            }
            place &+= 16
        }
    }
    guard place < end else { return nil }
    if places.count >= 16 {
        // The last sixteen places; those looked at before have been refused and will be again.
        let last = end &- 16
        return firstCandidate(agree(base + last), { stands(last &+ $0) }).map { last &+ $0 }
    }
    return (place..<end).first(where: stands)
}

/// `any(mask)` of the standard library takes the mask apart byte by byte on plain x86-64; this takes two moves.
@inline(__always)
private func isAny(_ mask: SIMD2<UInt64>) -> Bool { mask.x | mask.y != 0 }

/// The first of the sixteen places that the mask names and the test accepts.
@inline(__always)
private func firstCandidate(_ mask: SIMD2<UInt64>, _ accepts: (Int) -> Bool) -> Int? {
    var half = mask.x
    var first = 0
    while true {
        // One bit a byte, so that the lowest bit can be taken off.
        var bits = half & 0x0101_0101_0101_0101
        while bits != 0 {
            let place = first &+ bits.trailingZeroBitCount >> 3
            if accepts(place) { return place }
            bits &= bits &- 1
        }
        guard first == 0 else { return nil }
        half = mask.y
        first = 8
    }
}
