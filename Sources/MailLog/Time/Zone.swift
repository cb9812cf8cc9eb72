import Glibc
import SystemText

/// UTC offsets of a time zone at every moment (`--tz`).
package struct Zone: BitwiseCopyable, @unchecked Sendable, Equatable {
    private struct Span {
        /// Seconds since 1970 in UTC.
        let start: Int
        /// Seconds east of UTC.
        let offset: Int32
    }

    // Zones are few and live as long as the process.
    private let spans: UnsafePointer<Span>
    private let count: Int

    private init(_ list: [Span]) {
        let memory = UnsafeMutablePointer<Span>.allocate(capacity: list.count)
        memory.initialize(from: list, count: list.count)
        spans = UnsafePointer(memory)
        count = list.count
    }

    /// Makes a zone with a fixed offset, in seconds east of UTC.
    package init(offset: Int32) { self.init([Span(start: .min, offset: offset)]) }

    /// Makes a zone by name: `UTC`, `+02:00`, a name of the time zone database (`Europe/Berlin`), or `local`. Not safe
    /// while another thread uses the C library's local time, because the library has one zone at a time.
    package init?(_ name: String) {
        if let offset = name == "UTC" || name == "Z" ? 0 : Zone.offset(name) {
            self.init(offset: offset)
            return
        }
        if name == "local" {
            self.init(Zone.sampled())
            return
        }
        guard Zone.isKnown(name) else { return nil }
        let before = getenv("TZ").map { SystemText.string($0) }
        setenv("TZ", ":\(name)", 1)
        tzset()
        defer {
            if let before { setenv("TZ", SystemText.path(before), 1) } else { unsetenv("TZ") }
            tzset()
        }
        self.init(Zone.sampled())
    }

    // MARK: Times

    /// UTC offset, in seconds east, at a moment in microseconds since 1970.
    package func offset(at moment: Int64) -> Int32 {
        let second = Int(moment.floorDivided(by: 1_000_000))
        var low = 0
        var high = count
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].start <= second { low = middle } else { high = middle }
        }
        return spans[low].offset
    }

    /// Wall clock of this zone at a moment in microseconds since 1970.
    package func time(at moment: Int64) -> Value { .time(moment, offset: offset(at: moment)) }

    /// Returns a time on the wall clock of this zone. A time without an offset is taken to be of this zone.
    package func time(_ time: Value) -> Value {
        let moment = Int64(bitPattern: time.bits)
        return time.offset == Value.unknownOffset ? self.time(ofWallClock: moment) : self.time(at: moment)
    }

    /// Moment at which the wall clock shows a time. An hour that occurs twice is the first one. An hour that is skipped
    /// continues the offset before it.
    package func time(ofWallClock wall: Int64) -> Value {
        let day: Int64 = 86_400_000_000
        let before = Int64(offset(at: wall &- day)) * 1_000_000
        let after = Int64(offset(at: wall &+ day)) * 1_000_000
        let isAfter = Int64(offset(at: wall &- before)) * 1_000_000 != before
        if isAfter, Int64(offset(at: wall &- after)) * 1_000_000 == after { return time(at: wall &- after) }
        return time(at: wall &- before)
    }

    // MARK: Names

    /// `+02:00`, `-0530`, `+2`.
    private static func offset(_ text: String) -> Int32? {
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        var digits = Array(text.utf8.dropFirst())
        if digits.count == 5, digits[2] == UInt8(ascii: ":") { digits.remove(at: 2) }
        guard digits.count == 1 || digits.count == 2 || digits.count == 4, digits.allSatisfy(\.isDigit)
        else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int32($1 - 48) }
        let (hours, minutes) = digits.count == 4 ? (number / 100, number % 100) : (number, 0)
        guard hours < 24, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }

    /// Folder of the system's time zones.
    package static var directory: String {
        getenv("TZDIR").map { SystemText.string($0) } ?? "/usr/share/zoneinfo"
    }

    private static func isKnown(_ name: String) -> Bool {
        let isName = name.utf8.allSatisfy { $0.isLetter || $0.isDigit || "/_+-".utf8.contains($0) }
        return isName && !name.hasPrefix("/") && bytes(of: name).starts(with: "TZif".utf8)
    }

    private static func bytes(of name: String) -> [UInt8] {
        guard let file = try? OpenFile("\(directory)/\(name)"), file.isRegular else { return [] }
        return [UInt8](unsafeUninitializedCapacity: file.size + 1) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            count = (try? file.read(base, count: file.size, at: 0)) ?? 0
        }
    }

    /// Names of time zones; empty if the system has no list.
    package static var names: [String] {
        // Columns: country, coordinates, name, comment.
        bytes(of: "zone.tab").split(separator: 10).compactMap { line in
            let columns = line.split(separator: 9)
            guard columns.count > 2, line[line.startIndex] != UInt8(ascii: "#") else { return nil }
            return String(decoding: columns[2], as: UTF8.self)
        }
    }

    /// `+09:00`.
    package static func text(ofOffset seconds: Int) -> String {
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let minutes = abs(seconds) / 60
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    // MARK: The C library

    /// UTC offsets of the C library's zone for a hundred years from 1970. No zone changes its clocks twice in a week.
    private static func sampled() -> [Span] {
        func offset(_ second: Int) -> Int32 {
            var second = time_t(second)
            var parts = tm()
            localtime_r(&second, &parts)
            return Int32(parts.tm_gmtoff)
        }
        let step = 7 * 86_400
        var spans = [Span(start: .min, offset: offset(0))]
        for start in stride(from: 0, to: 100 * 365 * 86_400, by: step) {
            guard let last = spans.last, case let next = offset(start + step), next != last.offset else {
                continue
            }
            var (low, high) = (start, start + step)
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(middle) == last.offset { low = middle } else { high = middle }
            }
            spans.append(Span(start: high, offset: next))
        }
        return spans
    }
}
