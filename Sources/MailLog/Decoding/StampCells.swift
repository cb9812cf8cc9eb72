/// Time of each line and the fields derived from it: bins, weekday, hour.
///
/// Consecutive lines mostly have the same date. Then only the clock is parsed:
///
///     N o v   2 3   1 6 : 3 9 : 3 4
///     └── date ────┘└── clock ────┘      seven bytes, eight bytes, then a blank
struct StampCells {
    private enum Kind { case time, minute, hour, hourOfDay, day, week, month, weekday }

    private static let day: Int64 = 86_400_000_000

    /// One demanded field and its value for the current line.
    private struct Cell {
        let slot: Int
        let kind: Kind
        var value = Value.missing
    }

    private let cells: UnsafeMutablePointer<Cell>
    private let count: Int
    /// Cells that change with the clock come first.
    private let clockCount: Int

    // Last stamp without a year, if all of its day has one year and one offset; the date is 0 otherwise.
    private var date: UInt64 = 0
    private var clock: UInt64 = 0
    private var midnight: Int64 = 0
    private var offset = Value.unknownOffset
    private var start: Int64 = 0

    /// Steps back of times so far. Positions are addresses in memory.
    private var steps = ClockSteps()

    mutating func takeSteps() -> ClockSteps {
        defer {
            steps = ClockSteps()
            date = 0
        }
        return steps
    }

    init(demand: FieldSet) {
        let names: [(Field, Kind)] = [
            (.time, .time), (.minute, .minute), (.hour, .hour), (.hourOfDay, .hourOfDay), (.day, .day),
            (.week, .week), (.month, .month), (.weekday, .weekday),
        ]
        let wanted = names.map { ($0.slot, $1) }.filter { demand.contains($0.0) }
        count = wanted.count
        clockCount =
            wanted.prefix { $0.1 != .day && $0.1 != .week && $0.1 != .month && $0.1 != .weekday }.count
        cells = .allocate(capacity: max(1, count))
        for (index, (slot, kind)) in wanted.enumerated() {
            (cells + index).initialize(to: Cell(slot: slot, kind: kind))
        }
    }

    func deallocate() { cells.deallocate() }

    @inline(__always)
    func write(to slots: UnsafeMutablePointer<Value>) {
        for index in 0..<count { slots[cells[index].slot] = cells[index].value }
    }

    func clear(_ slots: UnsafeMutablePointer<Value>) {
        for index in 0..<count { slots[cells[index].slot] = .missing }
    }

    /// Reads a syslog stamp of the same day as the line before and returns its length, 15. Returns 0 for any other
    /// stamp; then the caller parses the stamp and calls `set`.
    @inline(__always)
    mutating func read(_ line: Bytes, years: YearWindow) -> Int {
        guard line.count > 15, line[15] == 0x20 else { return 0 }
        let date = Self.word(line.base) & 0x00FF_FFFF_FFFF_FFFF
        guard date == self.date, years.start == start else { return 0 }
        let clock = Self.word(line.base + 7)
        if clock != self.clock {
            guard let seconds = Self.seconds(clock) else { return 0 }
            self.clock = clock
            let time = Value.time(midnight &+ seconds * 1_000_000, offset: offset)
            steps.follow(time, at: Int(bitPattern: line.base))
            // Usually no such cell is demanded, and a call copies the whole structure.
            if clockCount > 0 { setClock(seconds * 1_000_000, time: time) }
        }
        return 15
    }

    /// Sets the cells to a parsed stamp. `isPlain` means that the line begins with the stamp.
    mutating func set(_ stamp: Stamp, years: YearWindow, line: Bytes, isPlain: Bool) {
        let time = years.time(of: stamp)
        steps.follow(time, at: Int(bitPattern: line.base))
        date = 0
        let day = time.wallClock.floorDivided(by: StampCells.day) * StampCells.day
        setClock(time.wallClock &- day, time: time)
        setDate(day)

        guard isPlain, stamp.length == 15, stamp.year == 0, line.count > 15,
            Self.seconds(Self.word(line.base + 7)) != nil
        else { return }
        var edge = stamp
        edge.microsecondsOfDay = 0
        let first = years.time(of: edge)
        edge.microsecondsOfDay = StampCells.day - 1
        let last = years.time(of: edge)
        // On a day on which clocks change, every stamp is parsed completely.
        guard last.wallClock - first.wallClock == edge.microsecondsOfDay, last.offset == first.offset else {
            return
        }
        date = Self.word(line.base) & 0x00FF_FFFF_FFFF_FFFF
        clock = Self.word(line.base + 7)
        midnight = Int64(bitPattern: first.bits)
        offset = first.offset
        start = years.start
    }

    private func setClock(_ microsecondsOfDay: Int64, time: Value) {
        for index in 0..<clockCount {
            let value: Value
            switch cells[index].kind {
            case .time: value = time
            case .minute: value = .time(time.wallClock &- microsecondsOfDay % 60_000_000)
            case .hour: value = .time(time.wallClock &- microsecondsOfDay % 3_600_000_000)
            default: value = .integer(Int(microsecondsOfDay / 3_600_000_000))
            }
            cells[index].value = value
        }
    }

    private func setDate(_ midnight: Int64) {
        let day = StampCells.day
        let number = midnight.floorDivided(by: day)
        // 1970-01-01 was a Thursday.
        let weekday = ((number + 3) % 7 + 7) % 7
        for index in clockCount..<count {
            let value: Value
            switch cells[index].kind {
            case .week: value = .time(midnight &- weekday * day)
            case .month:
                let dayOfMonth = Calendar.civil(fromDays: Int(number)).day
                value = .time(midnight &- Int64(dayOfMonth - 1) * day)
            case .weekday: value = Weekday.value(Int(weekday))
            default: value = .time(midnight)
            }
            cells[index].value = value
        }
    }

    @inline(__always)
    private static func word(_ base: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(as: UInt64.self))
    }

    /// Seconds of `16:39:34`; nil if it is not a time of day.
    @inline(__always)
    private static func seconds(_ word: UInt64) -> Int64? {
        // Digits become their values, colons 0.
        let digits = word ^ 0x3030_3A30_303A_3030
        guard (digits | (digits &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0,
            digits & 0x0000_FF00_00FF_0000 == 0
        else { return nil }
        let hour = (digits & 0xF) * 10 + (digits >> 8 & 0xF)
        let minute = (digits >> 24 & 0xF) * 10 + (digits >> 32 & 0xF)
        let second = (digits >> 48 & 0xF) * 10 + (digits >> 56 & 0xF)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        return Int64(hour * 3600 + minute * 60 + second)
    }
}
