import Glibc

/// Turns the bytes of a line into the cells that a query demands, and no others. One for each worker.
///
/// What can be decided from the demand is decided when it is made. Texts point into the line, into tables
/// that live as long as the decoder, or into `arena`, which the next line resets.
package final class LineDecoder {
    private let arena = Arena()
    private var stamps: StampCells
    private let tags: TagTable

    // What of the head of the line is demanded: slots, or -1.
    private let host: Int
    private let pid: Int
    private let severity: Int
    private let text: Int
    private let queueID: Int
    private let raw: Int
    private let repeats: Int
    private let event: Int

    /// Whether anything behind the tag is demanded.
    package let needsBody: Bool
    /// Whether the first predicates ask for something behind the tag, so that the envelope must not stop
    /// there.
    private let bodyIsEarly: Bool
    private let needsShapes: Bool
    private let events = LineEvent.names
    private let tagSlots: [Int]
    private let bodySlots: UnsafeMutableBufferPointer<Int>
    private let forms: UnsafeMutablePointer<Cells.Form>
    private let derived: UnsafeMutableBufferPointer<Derived>

    private struct Derived {
        let source: Int
        let slot: Int
        let compute: @Sendable (Value, Arena) -> Value
    }

    // The host of the line before: its length, its bytes, and the first sixteen of them with zeroes after its end.
    private var lastHost: UnsafeMutablePointer<UInt8>
    private var lastHostCount = 0
    private var hostWords = SIMD2<UInt64>.zero
    private var hostMask = SIMD2<UInt64>.zero
    private static let hostLimit = 255
    // Where the tag of the last plain line began, and its first eight bytes; 0 if there is none.
    private var lastTagStart = 0
    private var lastTagWord: UInt64 = 0

    // The current line, between envelope and body.
    private var line: Bytes
    private var entry: UnsafeMutablePointer<TagEntry>?
    /// Where the tag ended on the short way; on the long way -1, and `pidText` and `message` are known.
    private var tagEnd = -1
    private var pidText: Bytes?
    private var message: Bytes
    private var hasPrelude = false
    // Its text, once it has been read, and what of it a shape is to be found for.
    private var hasReadText = false
    private var shapeless: LineText?
    // What the prelude tells besides.
    private var preludeSeverity: StaticString?
    private var times = 1

    /// What follows from the tag alone.
    package static let tagFields = FieldSet([.tag, .instance, .service, .process])
    /// What `decodeEnvelope` fills; bytes, file and line are known to the reader.
    package static let headFields = Fields.ofTime.union(tagFields).union(
        FieldSet([.host, .raw, .bytes, .file, .line]))

    package init(demand: FieldSet, early: FieldSet) {
        var demand = demand
        for field in Fields.all.reversed() where demand.contains(field.slot) {
            var field = field
            while case .derived(let source, _) = field.origin {
                field = source
                demand.insert(field.slot)
            }
        }
        func slot(_ field: Field) -> Int { demand.contains(field.slot) ? field.slot : -1 }
        host = slot(.host)
        pid = slot(.pid)
        severity = slot(.severity)
        text = slot(.text)
        queueID = slot(.queueID)
        raw = slot(.raw)
        repeats = slot(.repeat)
        event = slot(.event)

        let body = Fields.all.filter { demand.contains($0.slot) && !Self.headFields.contains($0.slot) }.map(
            \.slot)
        let demanded =
            body.isEmpty
            ? []
            : TriedShape.all.filter { [event] in
                event >= 0 || !$0.slots.intersection(demand).isEmpty
            }
        let shapes = demanded.contains(where: \.isLastResort) ? TriedShape.all : demanded
        needsShapes = !shapes.isEmpty
        stamps = StampCells(demand: demand)
        tags = TagTable(demand: demand, shapes: shapes)
        tagSlots = [Field.tag, .instance, .service, .process].map(slot).filter { $0 >= 0 }

        needsBody = !body.isEmpty
        bodyIsEarly = body.contains(where: early.contains)
        bodySlots = .allocate(capacity: body.count)
        _ = bodySlots.initialize(from: body)
        forms = .allocate(capacity: Fields.all.count)
        for field in Fields.all {
            (forms + field.slot).initialize(to: demand.contains(field.slot) ? .init(field.type) : .unwanted)
        }

        // A field that is derived from a derived one comes after it.
        var steps: [Derived] = []
        var left = Fields.all.filter { demand.contains($0.slot) }
        var ready = Set(
            left.filter { if case .derived = $0.origin { false } else { true } })
        while let next = left.firstIndex(where: { field in
            if case .derived(let source, _) = field.origin { ready.contains(source) } else { false }
        }) {
            let field = left.remove(at: next)
            if case .derived(let source, let compute) = field.origin {
                steps.append(Derived(source: source.slot, slot: field.slot, compute: compute))
            }
            ready.insert(field)
        }
        derived = .allocate(capacity: steps.count)
        _ = derived.initialize(from: steps)

        lastHost = .allocate(capacity: Self.hostLimit)
        line = Bytes("")
        message = line
    }

    deinit {
        stamps.deallocate()
        bodySlots.deallocate()
        forms.deallocate()
        derived.deinitialize()
        derived.deallocate()
        lastHost.deallocate()
    }

    /// Fills the demanded fields of the prelude: time and its bins, host, the parts of the tag, and raw; and the
    /// rest too, if `early` asks for any of it. Returns false for a line without a prelude, which is a row all the
    /// same: its text is the whole line. So many bytes of the log as `before` stand in memory in front of the line.
    package func decodeEnvelope(
        _ line: Bytes, before: Int = 0, years: YearWindow, into record: Record
    ) -> Bool {
        let slots = record.slots
        self.line = line
        hasReadText = false
        if raw >= 0 { slots[raw] = .text(line) }
        if !readPlain(line, years: years, into: slots) {
            readAny(line, before: before, years: years, into: slots)
        }
        if bodyIsEarly { readBody(into: slots) }
        return hasPrelude
    }

    /// How the times of the lines since this was last asked have followed each other; places are addresses.
    package func takeSteps() -> ClockSteps { stamps.takeSteps() }

    /// Fills the demanded queue id, and tells whether it is certain before the line's shape is known.
    package func decodeQueueID(into record: Record) -> Bool {
        if !hasReadText { readText(into: record.slots) }
        return !record.slots[queueID].isMissing || entry?.pointee.tellsQueueID != true
    }

    /// Fills the other demanded fields, unless `early` had it done.
    package func decodeBody(into record: Record) {
        if needsBody, !bodyIsEarly { readBody(into: record.slots) }
    }

    // MARK: Prelude

    /// The short way: a syslog stamp of the day before, a blank, a host, a blank, a tag.
    @inline(__always)
    private func readPlain(
        _ line: Bytes, years: YearWindow, into slots: UnsafeMutablePointer<Value>
    ) -> Bool {
        let stamp = stamps.read(line, years: years)
        guard stamp > 0 else { return false }
        let start = stamp + 1
        let end = start + lastHostCount
        guard end < line.count, line[end] == 0x20, lastHostCount > 0, isLastHost(line.dropFirst(start)) else {
            return false
        }
        let tagStart = end + 1
        guard let entry = tags.again(in: line, at: tagStart) ?? readTag(line, from: tagStart) else {
            return false
        }
        let tagEnd = tagStart + entry.pointee.tag.count
        guard !entry.pointee.mayRepeat else { return false }

        lastTagStart = tagStart
        lastTagWord = UnsafeRawPointer(line.base + tagStart).loadUnaligned(as: UInt64.self)
        if host >= 0 { slots[host] = .text(line[start..<end]) }
        stamps.write(to: slots)
        for cell in entry.pointee.cells { slots[cell.slot] = cell.value }
        self.entry = entry
        self.tagEnd = tagEnd
        preludeSeverity = nil
        hasPrelude = true
        return true
    }

    /// Whether the text, which is not shorter than it, begins with the host of the line before.
    @inline(__always)
    private func isLastHost(_ text: Bytes) -> Bool {
        if lastHostCount <= 16, text.count >= 16 {
            let words =
                UnsafeRawPointer(text.base).loadUnaligned(as: SIMD2<UInt64>.self) & hostMask ^ hostWords
            return words.x | words.y == 0
        }
        return memcmp(text.base, lastHost, lastHostCount) == 0
    }

    /// Whether a line begins here that has the host and the beginning of the tag of the last plain line, at the same
    /// places. A quick way to know that it is no line which only says that another one was repeated.
    @inline(__always)
    package func isPlainAgain(_ lines: Bytes) -> Bool {
        guard lastTagStart > 0, lines.count >= lastTagStart + 8, lines[15] == 0x20,
            lines[lastTagStart - 1] == 0x20
        else { return false }
        let tag = UnsafeRawPointer(lines.base + lastTagStart).loadUnaligned(as: UInt64.self)
        return tag == lastTagWord && isLastHost(lines.dropFirst(16))
    }

    /// The number of the current line's tag among those that the decoder knows; nil where it keeps none for it.
    @inline(__always)
    package var tagNumber: Int? { entry?.pointee.number }
    /// How many tags it knows at most.
    package static let tagLimit = TagTable.limit

    /// What is known of the tag at that place; nil if it is none or longer than thirty-two bytes.
    private func readTag(_ line: Bytes, from start: Int) -> UnsafeMutablePointer<TagEntry>? {
        var key = TagKey()
        let end = Self.endOfTag(line, from: start, key: &key)
        return end > start ? tags.entry(in: line, start..<end, key: key) : nil
    }

    /// Where the tag ends, at `[` or `:`; 0 if it is something else or longer than thirty-two bytes.
    @inline(__always)
    private static func endOfTag(_ line: Bytes, from start: Int, key: inout TagKey) -> Int {
        if let end = readWord(line, at: start, &key.first) { return end }
        if let end = readWord(line, at: start + 8, &key.second) { return end }
        if let end = readWord(line, at: start + 16, &key.third) { return end }
        return readWord(line, at: start + 24, &key.fourth) ?? 0
    }

    /// The tag's next eight bytes at once, and where it ends; nil if it goes on behind them. A byte that equals the
    /// wanted one becomes zero, and borrows from its top bit.
    @inline(__always)
    private static func readWord(_ line: Bytes, at place: Int, _ key: inout UInt64) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        guard place + 8 <= line.count else { return 0 }
        let word = UInt64(littleEndian: UnsafeRawPointer(line.base + place).loadUnaligned(as: UInt64.self))
        let bracket = word ^ 0x5B5B_5B5B_5B5B_5B5B
        let colon = word ^ 0x3A3A_3A3A_3A3A_3A3A
        let blank = word ^ 0x2020_2020_2020_2020
        let found =
            ((bracket &- ones) & ~bracket | (colon &- ones) & ~colon | (blank &- ones) & ~blank) & tops
        if found == 0 {
            key = word
            return nil
        }
        let bits = found.trailingZeroBitCount - 7
        key = word & ((1 << UInt64(bits)) - 1)
        let end = place + bits / 8
        return line[end] == 0x20 ? 0 : end
    }

    /// The long way, for every form of prelude.
    private func readAny(
        _ line: Bytes, before: Int, years: YearWindow, into slots: UnsafeMutablePointer<Value>
    ) {
        tagEnd = -1
        lastTagStart = 0
        entry = nil
        pidText = nil
        preludeSeverity = nil
        times = 1
        if host >= 0 { slots[host] = .missing }
        for slot in tagSlots { slots[slot] = .missing }
        guard var envelope = Envelope.parse(line) else {
            hasPrelude = Envelope.isMark(line)
            if hasPrelude { entry = tags.untagged }
            message = line
            stamps.clear(slots)
            return
        }
        hasPrelude = true
        stamps.set(envelope.stamp, years: years, line: line, isPlain: envelope.isPlain)
        stamps.write(to: slots)
        if let count = envelope.repeats {
            times = count
            if let repeated = lineBefore(line, before, on: envelope.host) {
                envelope.host = envelope.host ?? repeated.host
                envelope.tag = repeated.tag
                envelope.pid = repeated.pid
                envelope.message = repeated.message
                envelope.severity = repeated.severity
            }
        }
        if let name = envelope.host {
            if host >= 0 { slots[host] = .text(name) }
            lastHostCount = 0
            if envelope.isPlain, name.count <= Self.hostLimit {
                keepHost(name)
            }
        }
        if let tag = envelope.tag {
            let entry = tags.entry(tag, key: TagKey(tag))
            for cell in entry.pointee.cells { slots[cell.slot] = cell.value }
            self.entry = entry
        } else {
            entry = tags.untagged
        }
        preludeSeverity = envelope.severity
        pidText = envelope.pid
        message = envelope.message
    }

    private func keepHost(_ name: Bytes) {
        lastHost.update(from: name.base, count: name.count)
        lastHostCount = name.count
        (hostWords, hostMask) = (.zero, .zero)
        for place in 0..<min(16, name.count) {
            hostWords[place / 8] |= UInt64(name[place]) << UInt64(place % 8 * 8)
            hostMask[place / 8] |= 0xFF << UInt64(place % 8 * 8)
        }
    }

    /// The prelude of the line before, of the same host, that others say was repeated.
    private func lineBefore(_ line: Bytes, _ before: Int, on host: Bytes?) -> Envelope? {
        var end = min(before, Chunk.lookback)
        let start = line.base - end
        let window = Bytes(start, count: end)
        while end > 1, window[end - 1] == 10 {
            let isStartOfFile = before < Chunk.lookback
            guard let newline = window.prefix(end - 1).lastIndex(of: 10) ?? (isStartOfFile ? -1 : nil) else {
                return nil
            }
            var text = window[newline + 1..<end - 1]
            if text.hasSuffix("\r") { text = text.dropLast(1) }
            guard let envelope = Envelope.parse(text) else { return nil }
            if let host, let theirs = envelope.host, !(host == theirs) { return nil }
            if envelope.repeats == nil { return envelope }
            end = newline + 1
        }
        return nil
    }

    // MARK: Message

    private func readBody(into slots: UnsafeMutablePointer<Value>) {
        if !hasReadText { readText(into: slots) }
        if let shapeless { readShape(of: shapeless, into: slots) }
    }

    private func readText(into slots: UnsafeMutablePointer<Value>) {
        hasReadText = true
        shapeless = nil
        for slot in bodySlots { slots[slot] = .missing }
        if event >= 0 { slots[event] = LineEvent.other.cell }
        if tagEnd >= 0 { readPID() }
        if pid >= 0, let number = pidText?.decimal { slots[pid] = .integer(number) }
        if repeats >= 0 { slots[repeats] = .integer(tagEnd < 0 ? times : 1) }

        var body = message
        if body.count > 27, body[0] == UInt8(ascii: "m"), let (count, text) = Repetition.bracketed(body) {
            if repeats >= 0 { slots[repeats] = .integer(tagEnd < 0 && times > 1 ? times : count) }
            body = text
        }
        let word = hasPrelude ? Self.severityLength(body) : 0
        if word > 0 {
            if severity >= 0 { slots[severity] = .text(body.prefix(word)) }
            body = body.dropFirst(word + 2)
        } else if severity >= 0, hasPrelude {
            slots[severity] = .text(Bytes(preludeSeverity ?? "info"))
        }
        if text >= 0 { slots[text] = .text(body) }
        guard hasPrelude, needsShapes || queueID >= 0 else { return }

        var line = LineText(body: body, queueID: nil, hasSeverityWord: word > 0)
        let length = QueueID.length(in: body)
        if length > 0 {
            line.queueID = body.prefix(length)
            line.body = body.dropFirst(min(length + 2, body.count))
            if queueID >= 0 { slots[queueID] = .text(body.prefix(length)) }
        } else if body.stands("NOQUEUE: ", at: 0) {
            line.queueID = body.prefix(7)
            line.body = body.dropFirst(9)
        } else if word == 5, queueID >= 0, let id = QueueID.inside(body) {
            // What ends a process names the file of the message somewhere.
            slots[queueID] = .text(id)
        }
        if needsShapes, !line.body.isEmpty { shapeless = line }
    }

    private func readShape(of line: LineText, into slots: UnsafeMutablePointer<Value>) {
        guard let entry else { return }
        let cells = Cells(slots: slots, forms: UnsafePointer(forms), events: events)
        let shapes = entry.pointee.shapes
        guard shapes.count > 0 else { return }
        let likely = entry.pointee.likely + Int(line.body[0])
        let first = Int(likely.pointee)
        if shapes[first]._withUnsafeGuaranteedRef({ $0.decode(line, into: cells) }) {
            return derive(into: slots)
        }
        for place in shapes.indices where place != first {
            let (isIt, isLastResort) = shapes[place]._withUnsafeGuaranteedRef {
                ($0.decode(line, into: cells), $0.isLastResort)
            }
            guard isIt else { continue }
            // Of the others no line has two, so that any of them may be tried first.
            if !isLastResort { likely.pointee = UInt8(place) }
            return derive(into: slots)
        }
    }

    private func derive(into slots: UnsafeMutablePointer<Value>) {
        guard derived.count > 0 else { return }
        arena.reset()
        for index in derived.indices {
            let source = slots[derived[index].source]
            slots[derived[index].slot] = source.isMissing ? .missing : derived[index].compute(source, arena)
        }
    }

    /// From `[9733]: ` on.
    @inline(__always)
    private func readPID() {
        var index = tagEnd
        pidText = nil
        if line[index] == UInt8(ascii: "[") {
            guard let close = line.nearIndex(of: UInt8(ascii: "]"), from: index) else {
                return message = line.dropFirst(index)
            }
            pidText = line[index + 1..<close]
            index = close + 1
        }
        if index < line.count, line[index] == UInt8(ascii: ":") { index += 1 }
        while index < line.count, line[index] == 0x20 || line[index] == 9 { index += 1 }
        message = line.dropFirst(index)
        if index < line.count, line[index] == UInt8(ascii: "[") {
            preludeSeverity = Envelope.takeMessageID(&message)
        }
    }

    /// The length of `warning`, `error`, `fatal` or `panic` before `: `.
    @inline(__always)
    private static func severityLength(_ text: Bytes) -> Int {
        guard text.count > 7 else { return 0 }
        switch text[0] {
        case UInt8(ascii: "w"): return text.stands("warning: ", at: 0) ? 7 : 0
        case UInt8(ascii: "e"): return text.stands("error: ", at: 0) ? 5 : 0
        case UInt8(ascii: "f"): return text.stands("fatal: ", at: 0) ? 5 : 0
        case UInt8(ascii: "p"): return text.stands("panic: ", at: 0) ? 5 : 0
        default: return 0
        }
    }
}

extension Cells.Form {
    /// Form of a wanted cell of this type.
    init(_ type: ValueType) {
        switch type {
        case .integer, .size: self = .integer
        case .number: self = .number
        case .duration: self = .seconds
        default: self = .text
        }
    }
}
