import MailLog

/// Sample of lines with their values in all dimensions, in bounded memory.
///
/// The sample contains all lines while there are few. Later, it contains the lines of one message in 2, in 4 and so on.
/// A hash of the queue id selects the messages, so the sample has all lines of a message or no line. The selection
/// depends only on the log, not on threads.
final class LineSample {
    /// Maximum number of lines in the sample.
    static let capacity = 1 << 17
    /// Maximum length of a text value in bytes. Longer texts are dropped, because they are useless as groups.
    private static let longestText = 512
    static let width = Dimension.all.count
    /// Bytes of a line, of its values, and of their copies when the sample is thinned.
    private static let lineBytes = 2048

    /// Sampling level: the sample contains one in 2^level messages.
    private(set) var level = 0
    /// Source of the value of each dimension.
    private let columns: [Column]
    private let idSlot: Int
    private let timeSlot: Int
    private let limit: Int

    private var hashes: [UInt64] = []
    private var orders: [UInt64] = []
    /// Wall-clock time of each line in microseconds; after `complete`, in the order of the log.
    private(set) var times: [Int64] = []
    /// Value number of each line in each dimension; 0 for a missing value.
    private(set) var values: [UInt32] = []
    /// One bit per dimension for each line: set if the value was copied from another line of the message.
    private(set) var borrowed: [UInt32] = []
    /// Table of all values. A key is the dimension index followed by the value in `KeyCodec` encoding. Value number `v`
    /// is key `v - 1`.
    private var table = GroupTable()
    private var key: [UInt8] = []
    private var numbers = [UInt32](repeating: 0, count: LineSample.width)

    private struct Column {
        /// Slot of the field; -1 if the rows do not have it.
        let slot: Int
        let ignoresCase: Bool
        let isPlain: Bool
    }

    /// `memory` is in bytes, `limit` in lines.
    init(_ slots: [Int], time: Int, memory: Int = .max, limit: Int = LineSample.capacity) {
        columns = zip(slots, Dimension.all).map {
            Column(slot: $0, ignoresCase: $1.field.type.ignoresCase, isPlain: $1.least == nil)
        }
        idSlot = slots[LineSample.queueID]
        timeSlot = time
        self.limit = min(limit, max(1 << 10, memory / LineSample.lineBytes))
    }

    var count: Int { times.count }
    var valueCount: Int { table.count + 1 }
    /// Number of log lines that a line in the sample represents.
    var weight: Double { Double(1 << level) }

    func dimension(of value: UInt32) -> Int { Int(table.key(Int(value) - 1)[0]) }

    /// Mean number of lines per message, for each value; index 0 is for all lines. A line without a queue id counts as
    /// a message.
    private(set) var linesOfMessage: [Double] = []

    /// Returns the value with this number. It lives as long as the sample.
    func value(_ number: UInt32, arena: Arena) -> Value {
        var offset = 0
        return KeyCodec.next(table.key(Int(number) - 1).dropFirst(1), at: &offset, arena: arena)
    }

    /// Whether value `a` sorts before value `b`. Used to break ties.
    func isBefore(_ a: UInt32, _ b: UInt32) -> Bool {
        table.key(Int(a) - 1).compare(table.key(Int(b) - 1)) < 0
    }

    // MARK: Gathering

    static let queueID = Dimension.place("queue_id")

    func add(_ row: Row) {
        let time = row[timeSlot]
        guard time.kind == .time else { return }
        let hash = hash(of: row)
        guard isChosen(hash) else { return }
        hashes.append(hash)
        orders.append(row.order)
        times.append(time.wallClock)
        for (dimension, column) in columns.enumerated() {
            numbers[dimension] = column.slot < 0 ? 0 : number(row[column.slot], column, dimension)
        }
        values.append(contentsOf: numbers)
        if times.count > limit { raise() }
    }

    /// Whether the sample would keep a row with this queue id and position.
    func mayHold(_ row: Row) -> Bool { level == 0 || isChosen(hash(of: row)) }

    private func hash(of row: Row) -> UInt64 {
        let id = idSlot < 0 ? .missing : row[idSlot]
        return id.kind == .text ? LineSample.hash(id.bytes) : SplitMix.hash(Chunk.hashable(row.order))
    }

    private func isChosen(_ hash: UInt64) -> Bool { level == 0 || hash >> UInt64(64 - level) == 0 }

    private func number(_ value: Value, _ column: Column, _ dimension: Int) -> UInt32 {
        if value.isMissing { return 0 }
        let value = column.isPlain ? value : Dimension.all[dimension].value(value)
        if value.isMissing || value.kind == .text && value.bytes.count > LineSample.longestText { return 0 }
        key.removeAll(keepingCapacity: true)
        key.append(UInt8(dimension))
        KeyCodec.append(value, ignoresCase: column.ignoresCase, to: &key)
        return UInt32(table.group(key) + 1)
    }

    /// Halves the number of messages until the lines fit. Drops values that no remaining line has.
    private func raise() {
        while times.count > limit, level < 40 {
            level += 1
            keep(hashes.indices.filter { isChosen(hashes[$0]) })
        }
    }

    /// Keeps only these lines, in this order.
    private func keep(_ lines: [Int]) {
        let width = LineSample.width
        var kept = GroupTable()
        var numbers = [UInt32](repeating: 0, count: table.count + 1)
        var newValues: [UInt32] = []
        newValues.reserveCapacity(lines.count * width)
        for line in lines {
            for place in line * width..<(line + 1) * width {
                let old = Int(values[place])
                if old > 0, numbers[old] == 0 { numbers[old] = UInt32(kept.group(table.key(old - 1)) + 1) }
                newValues.append(numbers[old])
            }
        }
        hashes = lines.map { hashes[$0] }
        orders = lines.map { orders[$0] }
        times = lines.map { times[$0] }
        values = newValues
        table = kept
    }

    func merge(_ other: LineSample) {
        var numbers: [UInt32] = [0]
        for place in 0..<other.table.count { numbers.append(UInt32(table.group(other.table.key(place)) + 1)) }
        hashes += other.hashes
        orders += other.orders
        times += other.times
        values += other.values.lazy.map { numbers[Int($0)] }
        level = max(level, other.level)
        keep(hashes.indices.filter { isChosen(hashes[$0]) })
        raise()
    }

    // MARK: Messages

    /// Drops lines whose stamps lie far from those of most lines, and returns how many.
    func dropStrayLines() -> Int {
        var walk = BinWalk(.hour)
        var stretches: [[Int]] = [[]]
        for line in times.indices.sorted(by: { (times[$0], $0) < (times[$1], $1) }) {
            _ = walk.advance(to: TimeBins.start(of: times[line], .hour))
            if walk.openGaps == stretches.count { stretches.append([]) }
            stretches[walk.openGaps].append(line)
        }
        guard stretches.count > 1, let longest = stretches.max(by: { $0.count < $1.count }) else { return 0 }
        defer { keep(longest.sorted()) }
        return count - longest.count
    }

    /// Sorts the lines in the order of the log, and copies values between the lines of a message.
    func complete() {
        keep(orders.indices.sorted { orders[$0] < orders[$1] })
        borrowed = Array(repeating: 0, count: count)
        borrow(Array(0..<count), endsBefore: false)
        // Backwards: the first lines of a message get the values of its later lines.
        borrow(Array((0..<count).reversed()), endsBefore: true)
        countMessages()
    }

    private func countMessages() {
        var lines = [Double](repeating: 0, count: valueCount)
        var messages = lines
        var lastMessage = [Int](repeating: -1, count: valueCount)
        var message = -1
        var hash: UInt64?
        for line in hashes.indices.sorted(by: { hashes[$0] < hashes[$1] }) {
            if hash != hashes[line] { message += 1 }
            hash = hashes[line]
            // Number 0 is the missing value; here, index 0 counts all lines.
            for value in values[line * LineSample.width..<(line + 1) * LineSample.width] where value > 0 {
                count(Int(value))
            }
            count(0)
        }
        func count(_ value: Int) {
            lines[value] += 1
            if lastMessage[value] != message { messages[value] += 1 }
            lastMessage[value] = message
        }
        linesOfMessage = zip(lines, messages).map { $0 / max(1, $1) }
    }

    /// Copies values of a message to its other lines, in the order of `lines`. `removed` separates messages with a
    /// reused queue id. With `endsBefore`, the lines are in reverse order, so `removed` begins a message.
    private func borrow(_ lines: [Int], endsBefore: Bool) {
        let width = LineSample.width
        let event = Dimension.place("event")
        let removed = KeyText("removed", dimension: event).number(in: table)
        let ofMessage = Dimension.all.indices.filter { Dimension.all[$0].isOfMessage }
        var known: [UInt32: [UInt32]] = [:]
        for line in lines {
            let start = line * width
            let id = values[start + LineSample.queueID]
            if id == 0 { continue }
            let ends = values[start + event] == removed
            if ends, endsBefore { known[id] = nil }
            var message = known[id] ?? [UInt32](repeating: 0, count: ofMessage.count)
            for (place, dimension) in ofMessage.enumerated() {
                if values[start + dimension] != 0 {
                    if borrowed[line] & 1 << UInt32(dimension) == 0 || message[place] == 0 {
                        message[place] = values[start + dimension]
                    }
                } else if message[place] != 0 {
                    values[start + dimension] = message[place]
                    borrowed[line] |= 1 << UInt32(dimension)
                }
            }
            known[id] = ends && !endsBefore ? nil : message
        }
    }

    /// Returns the mixed FNV-1a hash, which is the same on every host and in every run.
    private static func hash(_ text: Bytes) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<text.count { hash = (hash ^ UInt64(text[index])) &* 0x0000_0100_0000_01B3 }
        return SplitMix.hash(hash)
    }
}

/// Word in the key encoding of the sample's table.
private struct KeyText {
    private let bytes: [UInt8]

    init(_ word: StaticString, dimension: Int) {
        var bytes = [UInt8(dimension)]
        KeyCodec.append(.text(Bytes(word)), ignoresCase: false, to: &bytes)
        self.bytes = bytes
    }

    /// Returns the value number; an unused number if the table does not contain the word.
    func number(in table: borrowing GroupTable) -> UInt32 {
        let found = bytes.withBytes { table.find($0) }
        return found < 0 ? .max : UInt32(found + 1)
    }
}
