/// Time at the start of a line, as logged: many forms have no year.
///
///     Nov 23 16:39:34 · Nov 03 16:39:34 · Nov 3 16:39:34 · Nov 23 16:39:34.123456 · Nov 23 2026 16:39:34
///     2026-11-23T16:39:34.123456+01:00 · 2026-11-23 16:39:34,123Z · Mon 2026-11-23 16:39:34 CET
///     1795451974.123456 · Mär  3 16:39:34 · @4000000050d9e0aa1a2b3c4d · 2026 Nov 23 16:39:34.123
///     Mon Nov 23 16:39:34 2026 · Mon, 23 Nov 2026 16:39:34 +0100 · 2026/11/23 16:39:34
package struct Stamp: BitwiseCopyable {
    /// 0 if the stamp has no year.
    package var year: Int32 = 0
    package var month: UInt8 = 1
    package var day: UInt8 = 1
    package var microsecondsOfDay: Int64 = 0
    /// Seconds east of UTC, or `Value.unknownOffset`.
    package var offset: Int32 = Value.unknownOffset
    /// Length in bytes.
    package var length = 0
    /// Whether it is `2026-11-23 16:39:34`. Programs write it in their own logs; syslog does only if configured so.
    var isISOWithBlank = false

    package static func parse(_ line: Bytes) -> Stamp? {
        guard line.count >= 14 else { return nil }
        if line[0].isLetter || line[0] >= 0x80 {
            if let month = month(line) { return parseNamedMonth(line, month, from: 4) ?? parseWeekday(line) }
            return parseWeekday(line) ?? parseLocalMonth(line)
        }
        if line[0] == UInt8(ascii: "@") { return parseTAI(line) }
        guard line[0].isDigit else { return nil }
        if line[4] == 0x20 { return parseYearFirst(line) }
        return line[4] == UInt8(ascii: "-") || line[4] == UInt8(ascii: "/") ? parseISO(line) : parseUnix(line)
    }

    // MARK: Forms

    private static func parseNamedMonth(_ line: Bytes, _ month: UInt8, from start: Int) -> Stamp? {
        guard line.count >= start + 10, line[start - 1] == 0x20 else { return nil }
        var stamp = Stamp()
        stamp.month = month
        // Some daemons write the day in one digit.
        let isShort = line[start].isDigit && line[start + 1] == 0x20
        guard let day = isShort ? Int(line[start] - 48) : two(line, at: start, padded: true) else {
            return nil
        }
        var position = isShort ? start + 2 : start + 3
        guard line[position - 1] == 0x20 else { return nil }
        if line.count >= position + 13, line[position + 4] == 0x20, let century = two(line, at: position),
            let rest = two(line, at: position + 2)
        {
            stamp.year = Int32(century * 100 + rest)
            position += 5
        }
        stamp.day = UInt8(day)
        guard stamp.readClock(line, at: position), stamp.isDate else { return nil }
        stamp.readYear(line)
        return stamp
    }

    /// Reads the year after the clock, as ctime writes it.
    private mutating func readYear(_ line: Bytes) {
        guard year == 0, line.stands(" ", at: length), let century = Stamp.two(line, at: length + 1),
            (19...20).contains(century), let rest = Stamp.two(line, at: length + 3),
            length + 5 == line.count || line[length + 5] == 0x20
        else { return }
        year = Int32(century * 100 + rest)
        length += 5
    }

    /// `2026 Nov 23 16:39:34.123`.
    private static func parseYearFirst(_ line: Bytes) -> Stamp? {
        guard line.count >= 20, let century = two(line, at: 0), let rest = two(line, at: 2),
            let month = month(line.dropFirst(5)), var stamp = parseNamedMonth(line, month, from: 9),
            stamp.year == 0
        else { return nil }
        stamp.year = Int32(century * 100 + rest)
        return stamp.isDate ? stamp : nil
    }

    /// `Mär 03 16:39:34`, `Απρ 15 16:39:34`.
    private static func parseLocalMonth(_ line: Bytes) -> Stamp? {
        guard let blank = line.prefix(14).firstIndex(of: 0x20), blank + 1 < line.count,
            line[blank + 1].isDigit || line[blank + 1] == 0x20,
            let month = MonthNames.month(line.prefix(blank))
        else { return nil }
        return parseNamedMonth(line, month, from: blank + 1)
    }

    /// Reads TAI64N, `@4000000050d9e0aa1a2b3c4d`: 2^62 + 10 + seconds since 1970, and nanoseconds, in hexadecimal.
    private static func parseTAI(_ line: Bytes) -> Stamp? {
        guard line.count >= 25, line.count == 25 || line[25] == 0x20 else { return nil }
        var value: [UInt64] = [0, 0]
        for index in 1..<25 {
            let byte = line[index].asciiLowercased
            let digit = byte.isDigit ? byte - 48 : byte &- 87
            guard digit < 16, byte.isDigit || byte.isLetter else { return nil }
            value[index < 17 ? 0 : 1] = value[index < 17 ? 0 : 1] << 4 | UInt64(digit)
        }
        let seconds = Int64(bitPattern: value[0] &- 0x4000_0000_0000_000A)
        guard (0..<1 << 40).contains(seconds), value[1] < 1_000_000_000 else { return nil }
        var stamp = Stamp(seconds: Int(seconds))
        stamp.microsecondsOfDay += Int64(value[1] / 1000)
        stamp.length = 25
        return stamp
    }

    /// Reads systemd's `short-full`, `Mon 2026-11-23 16:39:34 CET`; ctime's `Mon Nov 23 16:39:34 2026`; that of mail,
    /// `Mon, 23 Nov 2026 16:39:34 +0100`. A zone name such as CET gives no offset.
    private static func parseWeekday(_ line: Bytes) -> Stamp? {
        let start = line[3] == UInt8(ascii: ",") ? 5 : 4
        guard line.count > 24, line[start - 1] == 0x20 else { return nil }
        let rest = line.dropFirst(start)
        var found: Stamp?
        if rest[4] == UInt8(ascii: "-") {
            found = parseISO(rest)
        } else if let month = month(rest) {
            found = parseNamedMonth(rest, month, from: 4)
        } else {
            found = parseDayFirst(rest)
        }
        guard var stamp = found else { return nil }
        stamp.length += start
        _ = line.stands(" ", at: stamp.length) && stamp.readZoneWord(line.dropFirst(stamp.length + 1))
        return stamp
    }

    /// `23 Nov 2026 16:39:34`.
    private static func parseDayFirst(_ line: Bytes) -> Stamp? {
        let start = line[1] == 0x20 ? 2 : 3
        guard line.count >= start + 17, line[start - 1] == 0x20, let month = month(line.dropFirst(start)),
            let day = start == 2 ? Int(line[0] &- 48) : two(line, at: 0, padded: true), day < 32,
            let century = two(line, at: start + 4), let rest = two(line, at: start + 6)
        else { return nil }
        var stamp = Stamp()
        stamp.year = Int32(century * 100 + rest)
        stamp.month = month
        stamp.day = UInt8(day)
        guard stamp.readClock(line, at: start + 9), stamp.isDate else { return nil }
        return stamp
    }

    private static func parseISO(_ line: Bytes) -> Stamp? {
        guard line.count >= 19, line[4] == UInt8(ascii: "-") || line[4] == UInt8(ascii: "/"),
            line[7] == line[4],
            line[10] == UInt8(ascii: "T") || line[10] == 0x20, let century = two(line, at: 0),
            let rest = two(line, at: 2), let month = two(line, at: 5), let day = two(line, at: 8)
        else { return nil }
        var stamp = Stamp()
        stamp.year = Int32(century * 100 + rest)
        stamp.month = UInt8(month)
        stamp.day = UInt8(day)
        stamp.isISOWithBlank = line[10] == 0x20
        guard stamp.readClock(line, at: 11), stamp.isDate else { return nil }
        stamp.readZone(line)
        return stamp
    }

    /// Reads seconds since 1970: ten digits and a fraction.
    private static func parseUnix(_ line: Bytes) -> Stamp? {
        guard line[10] == UInt8(ascii: "."), let seconds = line.prefix(10).decimal else { return nil }
        var stamp = Stamp(seconds: seconds)
        stamp.length = 10
        stamp.readFraction(line)
        return stamp
    }

    // MARK: Parts

    init() {}

    /// Sets the stamp to a moment of UTC, in seconds since 1970.
    private init(seconds: Int) {
        let date = Calendar.civil(fromDays: seconds / 86_400)
        year = Int32(date.year)
        month = UInt8(date.month)
        day = UInt8(date.day)
        microsecondsOfDay = Int64(seconds % 86_400) * 1_000_000
        offset = 0
    }

    private var isDate: Bool {
        (1...12).contains(month) && day >= 1
            && Int(day) <= Calendar.days(in: Int(month), of: year == 0 ? 2000 : Int(year))
    }

    private mutating func readClock(_ line: Bytes, at start: Int) -> Bool {
        guard line.count >= start + 8, line[start + 2] == UInt8(ascii: ":"),
            line[start + 5] == UInt8(ascii: ":"), let hour = Stamp.two(line, at: start),
            let minute = Stamp.two(line, at: start + 3), let second = Stamp.two(line, at: start + 6),
            hour < 24,
            minute < 60, second <= 60
        else { return false }
        // A leap second counts as the last second of its minute.
        microsecondsOfDay = Int64(hour * 3600 + minute * 60 + min(second, 59)) * 1_000_000
        length = start + 8
        readFraction(line)
        return true
    }

    private mutating func readFraction(_ line: Bytes) {
        guard length + 1 < line.count, line[length] == UInt8(ascii: ".") || line[length] == UInt8(ascii: ","),
            line[length + 1].isDigit
        else { return }
        length += 1
        var unit: Int64 = 100_000
        while length < line.count, line[length].isDigit {
            microsecondsOfDay += Int64(line[length] - 48) * unit
            unit /= 10
            length += 1
        }
    }

    /// Reads an offset: `Z`, `+01:00`, `+0100` or `+01`.
    private mutating func readZone(_ line: Bytes) {
        guard length < line.count else { return }
        switch line[length] {
        case UInt8(ascii: "Z"):
            offset = 0
            length += 1
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard let hours = Stamp.two(line, at: length + 1), hours < 24 else { return }
            let isWest = line[length] == UInt8(ascii: "-")
            length += 3
            var minutes = 0
            let colon = length < line.count && line[length] == UInt8(ascii: ":") ? 1 : 0
            if let read = Stamp.two(line, at: length + colon), read < 60 {
                minutes = read
                length += 2 + colon
            }
            offset = Int32(hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
        default: break
        }
    }

    /// Reads the offset or the name of a time zone at the start of the text, which one blank separates from the stamp;
    /// false if there is none. Of names, only UTC and GMT tell the offset.
    mutating func readZoneWord(_ text: Bytes) -> Bool {
        let word = text.prefix(text.prefix(8).firstIndex(of: 0x20) ?? min(text.count, 8))
        guard word.count >= 1, word.count < 8 else { return false }
        if word[0] == UInt8(ascii: "+") || word[0] == UInt8(ascii: "-") {
            var stamp = self
            stamp.length = 0
            stamp.readZone(word)
            guard stamp.length == word.count else { return false }
            offset = stamp.offset
        } else {
            guard Stamp.zoneNames.contains(where: { word == $0 }) else { return false }
            if word == "UTC" || word == "GMT" || word == "Z" { offset = 0 }
        }
        length += 1 + word.count
        return true
    }

    private static let zoneNames: [StaticString] = [
        "UTC", "GMT", "Z", "WET", "WEST", "CET", "CEST", "MEZ", "MESZ", "EET", "EEST", "MSK", "BST", "IST",
        "TRT",
        "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AKST", "AKDT", "HST", "AST", "ADT", "NST",
        "NDT",
        "BRT", "BRST", "ART", "CLT", "CLST", "SAST", "EAT", "WAT", "CAT", "GST", "PKT", "ICT", "WIB", "SGT",
        "HKT",
        "PHT", "JST", "KST", "AWST", "ACST", "ACDT", "AEST", "AEDT", "NZST", "NZDT",
    ]

    private static func two(_ line: Bytes, at index: Int, padded: Bool = false) -> Int? {
        guard index + 1 < line.count, line[index + 1].isDigit else { return nil }
        let units = Int(line[index + 1] - 48)
        if padded, line[index] == 0x20 { return units }
        guard line[index].isDigit else { return nil }
        return Int(line[index] - 48) * 10 + units
    }

    private static func month(_ line: Bytes) -> UInt8? {
        let names = Bytes("JanFebMarAprMayJunJulAugSepOctNovDec")
        for index in 0..<12 where names[index * 3..<index * 3 + 3] == line.prefix(3) {
            return UInt8(index + 1)
        }
        return nil
    }
}
