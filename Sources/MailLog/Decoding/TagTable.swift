/// Cached facts about a syslog tag: its demanded parts as values, and the shapes that its process logs.
struct TagEntry {
    /// Index in the table; nil if the table does not keep the tag.
    let number: Int?
    let key: TagKey
    let tag: Bytes
    let cells: UnsafeMutableBufferPointer<(slot: Int, value: Value)>
    let shapes: UnsafeMutableBufferPointer<Unmanaged<TriedShape>>
    /// Whether one of the shapes finds queue ids at other positions than Postfix writes them.
    let tellsQueueID: Bool
    /// For each first byte of a text, the shape that matched last. It is tried first.
    let likely: UnsafeMutablePointer<UInt8>
    /// Bytes and mask of a tag of at most 16 bytes that ends at the first byte that may end a tag. Matches nothing for
    /// other tags.
    let words: SIMD2<UInt64>
    let mask: SIMD2<UInt64>
    /// Whether a syslog daemon may report repeated lines with this tag.
    let mayRepeat: Bool
}

/// First 32 bytes of a tag, padded with zeros: four words, which stay in registers.
struct TagKey: Equatable {
    var (first, second, third, fourth): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    init(_ tag: Bytes) {
        func word(_ number: Int) -> UInt64 {
            (number * 8..<max(number * 8, min(number * 8 + 8, tag.count))).reversed()
                .reduce(0) { $0 << 8 | UInt64(tag[$1]) }
        }
        (first, second, third, fourth) = (word(0), word(1), word(2), word(3))
    }

    @inline(__always)
    static func == (a: TagKey, b: TagKey) -> Bool {
        (a.first ^ b.first) | (a.second ^ b.second) | (a.third ^ b.third) | (a.fourth ^ b.fourth) == 0
    }
}

/// A shape that decoders try. Shapes are made once and referred to without reference counting.
class TriedShape: @unchecked Sendable {
    // Immutable.
    let processes: [String]
    let slots: FieldSet
    let isLastResort: Bool

    static let all: [TriedShape] = LineShapes.all.map { of($0) }

    private static func of(_ shape: some LineShape) -> TriedShape { Tried(shape) }

    fileprivate init(_ shape: any LineShape) {
        processes = shape.processes
        slots = FieldSet(shape.fields)
        isLastResort = shape.isLastResort
    }

    func decode(_ line: LineText, into cells: Cells) -> Bool { false }

    /// Knows the type of its shape.
    private final class Tried<Shape: LineShape>: TriedShape, @unchecked Sendable {
        private let shape: Shape

        init(_ shape: Shape) {
            self.shape = shape
            super.init(shape)
        }

        override func decode(_ line: LineText, into cells: Cells) -> Bool { shape.decode(line, into: cells) }
    }
}

/// Tags that a decoder has seen. A log has some dozens. Beyond a thousand, tags are noise: each replaces the one before
/// it.
final class TagTable {
    static let limit = 1024
    private let index: UnsafeMutablePointer<UnsafeMutablePointer<TagEntry>?>
    private var entries: [UnsafeMutablePointer<TagEntry>] = []
    private var overflow: UnsafeMutablePointer<TagEntry>?
    /// Tag of the line before, if it is kept, and the last other tag.
    private var last: UnsafeMutablePointer<TagEntry>?
    private var other: UnsafeMutablePointer<TagEntry>?
    /// Entry of lines without a tag.
    private(set) lazy var untagged = makeEntry(nil, Bytes(""), key: TagKey())

    private let slots: (tag: Int, instance: Int, service: Int, process: Int, queueID: Int)
    private let demand: FieldSet
    private let shapes: [TriedShape]

    /// `shapes` are the shapes that a query demands.
    init(demand: FieldSet, shapes: [TriedShape]) {
        self.demand = demand
        self.shapes = shapes
        slots = (
            Field.tag.slot, Field.instance.slot, Field.service.slot, Field.process.slot,
            Field.queueID.slot
        )
        index = .allocate(capacity: 4 * Self.limit)
        index.initialize(repeating: nil, count: 4 * Self.limit)
    }

    deinit {
        for entry in entries { free(entry) }
        free(untagged)
        if let overflow { free(overflow) }
        index.deallocate()
    }

    /// Returns the entry of one of the last two tags, if the tag is at the same position again and ends there.
    @inline(__always)
    func again(in line: Bytes, at start: Int) -> UnsafeMutablePointer<TagEntry>? {
        guard start &+ 17 <= line.count else { return nil }
        if let last, stands(last, in: line, at: start) { return last }
        guard let other, stands(other, in: line, at: start) else { return nil }
        swap(&last, &self.other)
        return other
    }

    @inline(__always)
    private func stands(_ entry: UnsafeMutablePointer<TagEntry>, in line: Bytes, at start: Int) -> Bool {
        let bytes = UnsafeRawPointer(line.base + start).loadUnaligned(as: SIMD2<UInt64>.self)
        let differing = bytes & entry.pointee.mask ^ entry.pointee.words
        // Then the tag is short and ends within the line.
        return differing.x | differing.y == 0 && Self.endsTag(line, at: start &+ entry.pointee.tag.count)
    }

    /// Whether a tag ends at a position of a line: only text follows. `mail:info` is not a tag.
    @inline(__always)
    private static func endsTag(_ line: Bytes, at position: Int) -> Bool {
        if line[position] == UInt8(ascii: "[") { return true }
        return line[position] == UInt8(ascii: ":")
            && (position + 1 == line.count || line[position + 1] == 0x20)
    }

    /// Returns the entry of the tag in a range of a line, if the tag ends there.
    func entry(in line: Bytes, _ range: Range<Int>, key: TagKey) -> UnsafeMutablePointer<TagEntry>? {
        Self.endsTag(line, at: range.upperBound) ? entry(line[range], key: key) : nil
    }

    /// Returns the entry of a tag. It is valid until the next call.
    @inline(__always)
    func entry(_ tag: Bytes, key: TagKey) -> UnsafeMutablePointer<TagEntry> {
        if let last, isSame(last, tag, key) { return last }
        var bucket = Self.hash(key)
        while let entry = index[bucket] {
            if isSame(entry, tag, key) {
                (last, other) = (entry, last)
                return entry
            }
            bucket = (bucket + 1) & (4 * Self.limit - 1)
        }
        return make(tag, key: key, at: bucket)
    }

    @inline(__always)
    private func isSame(_ entry: UnsafeMutablePointer<TagEntry>, _ tag: Bytes, _ key: TagKey) -> Bool {
        entry.pointee.key == key && entry.pointee.tag.count == tag.count
            && (tag.count <= 32 || entry.pointee.tag == tag)
    }

    @inline(__always)
    private static func hash(_ key: TagKey) -> Int {
        let mixed =
            (key.first ^ (key.second &* 0x9E37_79B9_7F4A_7C15) ^ (key.third &* 0xC2B2_AE3D_27D4_EB4F)
                ^ key.fourth) &* 0xFF51_AFD7_ED55_8CCD
        return Int(mixed >> 52)
    }

    private func make(_ tag: Bytes, key: TagKey, at bucket: Int) -> UnsafeMutablePointer<TagEntry> {
        let isKept = entries.count < Self.limit
        let entry = makeEntry(isKept ? entries.count : nil, tag, key: key)
        if isKept {
            entries.append(entry)
            index[bucket] = entry
        } else {
            if let overflow { free(overflow) }
            overflow = entry
        }
        return entry
    }

    private func makeEntry(
        _ number: Int?, _ tag: Bytes, key: TagKey
    ) -> UnsafeMutablePointer<TagEntry> {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, tag.count))
        memory.update(from: tag.base, count: tag.count)
        let copy = Bytes(UnsafePointer(memory), count: tag.count)
        let (instance, service, process) = Self.parts(of: copy)
        let parts = [
            (slots.tag, copy), (slots.instance, instance), (slots.service, service), (slots.process, process),
        ].filter { demand.contains($0.0) }
        let cells = UnsafeMutableBufferPointer<(slot: Int, value: Value)>.allocate(capacity: parts.count)
        for (index, (slot, text)) in parts.enumerated() {
            cells.initializeElement(at: index, to: (slot, text.map { .text($0) } ?? .missing))
        }
        let name = process?.string ?? ""
        let candidates = shapes.filter { $0.processes.isEmpty || $0.processes.contains(name) }
        let tried = UnsafeMutableBufferPointer<Unmanaged<TriedShape>>.allocate(capacity: candidates.count)
        _ = tried.initialize(from: candidates.map(Unmanaged.passUnretained))

        let likely = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        likely.initialize(repeating: 0, count: 256)

        let isShort = (1...16).contains(tag.count) && !"[: ".utf8.contains { tag.firstIndex(of: $0) != nil }
        let bits = { (count: Int) in UInt64.max >> UInt64(8 * (8 - min(max(count, 0), 8))) }
        let words: SIMD2<UInt64> = isShort ? [key.first, key.second] : [~0, ~0]

        let entry = UnsafeMutablePointer<TagEntry>.allocate(capacity: 1)
        entry.initialize(
            to: TagEntry(
                number: number, key: key, tag: copy, cells: cells, shapes: tried,
                tellsQueueID: candidates.contains { $0.slots.contains(slots.queueID) }, likely: likely,
                words: words, mask: isShort ? [bits(tag.count), bits(tag.count - 8)] : .zero,
                mayRepeat: Repetition.processes.contains { name.hasPrefix($0) }))
        return entry
    }

    private func free(_ entry: UnsafeMutablePointer<TagEntry>) {
        entry.pointee.tag.base.deallocate()
        entry.pointee.cells.deallocate()
        entry.pointee.shapes.deallocate()
        entry.pointee.likely.deallocate()
        entry.deallocate()
    }

    /// Splits a tag into its first, middle and last component. A tag without a slash is a process name.
    private static func parts(of tag: Bytes) -> (instance: Bytes?, service: Bytes?, process: Bytes?) {
        let slash = UInt8(ascii: "/")
        guard let first = tag.firstIndex(of: slash), let last = tag.lastIndex(of: slash) else {
            return (nil, nil, tag)
        }
        return (
            tag.prefix(first), first < last ? tag[first + 1..<last] : nil, tag.dropFirst(last + 1)
        )
    }
}
