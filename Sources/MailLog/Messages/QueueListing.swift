/// Line-by-line parser for `postqueue -j` (one JSON object per line) and `mailq` (`postqueue -p`).
///
///     {"queue_name": "deferred", "queue_id": "3F2A…", "arrival_time": 1356475277, "message_size": 3127, …}
///
///     90442C9CB29*    3127 Tue Dec 25 22:41:17  maint-admin@ml.example.jp
///     (connect to mail.uk.psi.com[192.0.2.25]:25: Connection timed out)
///                                              sally@uk.psi.com
package struct QueueListing {
    /// Message in the queue. Values that the listing does not contain are nil or empty.
    package struct Entry {
        package var queueName: [UInt8]?
        package var queueID: [UInt8] = []
        package var arrival: Value = .missing
        package var size: Int?
        /// Empty for the null sender.
        package var from: [UInt8] = []
        package var recipients: [[UInt8]] = []
        /// Delay reason of the first recipient that has one.
        package var detail: [UInt8]?
        package var isExpired: Bool?

        init() {}
    }

    /// Current wall-clock time in microseconds. Dates of `mailq` have no year; their year is derived from this time.
    private let now: Int64
    private var open: Entry?
    /// Number of lines that belong to no listing, such as log lines.
    package private(set) var strayLines = 0

    package init(now: Int64) { self.now = now }

    /// Takes a line, and returns the entry that is complete after it.
    package mutating func take(_ line: Bytes) -> Entry? {
        if line.hasPrefix("{") {
            if let entry = json(line) { return entry }
            strayLines += 1
            return nil
        }
        let text = line.trimmed
        if text.isEmpty { return end() }
        if text.hasPrefix("-Queue ID-") || text.hasPrefix("-- ") || text.hasPrefix("Mail queue is empty") {
            return end()
        }
        if let entry = head(line) {
            defer { open = entry }
            return end()
        }
        guard open != nil else {
            strayLines += 1
            return nil
        }
        if text[0] == UInt8(ascii: "("), text[text.count - 1] == UInt8(ascii: ")") {
            if open?.detail == nil { open?.detail = Array(text[1..<text.count - 1].buffer) }
            if open?.queueName == nil { open?.queueName = Array("deferred".utf8) }
        } else {
            open?.recipients.append(Array(text.buffer))
        }
        return nil
    }

    /// Ends the open entry and returns it; nil if there is none.
    package mutating func end() -> Entry? {
        defer { open = nil }
        return open
    }

    /// Returns the sender; empty for the name that Postfix prints for the null sender (`empty_address_recipient`).
    private static func sender(_ text: [UInt8]) -> [UInt8] {
        text == Array("MAILER-DAEMON".utf8) ? [] : text
    }

    // MARK: postqueue -j

    private func json(_ line: Bytes) -> Entry? {
        var entry = Entry()
        var reader = JSONReader(line)
        let isWhole = reader.readObject { key, reader in
            switch String(decoding: key, as: UTF8.self) {
            case "queue_name":
                entry.queueName = reader.text()
                return entry.queueName != nil
            case "queue_id":
                guard let id = reader.text() else { return false }
                entry.queueID = id
                return true
            case "arrival_time":
                guard let seconds = reader.text().flatMap(Self.number), seconds < 1 << 40 else {
                    return false
                }
                entry.arrival = .time(Int64(seconds) * 1_000_000, offset: 0)
                return true
            case "message_size":
                entry.size = reader.text().flatMap(Self.number)
                return entry.size != nil
            case "forced_expire":
                entry.isExpired = reader.truth()
                return entry.isExpired != nil
            case "sender":
                guard let sender = reader.text() else { return false }
                entry.from = Self.sender(sender)
                return true
            case "recipients": return Self.recipients(&reader, &entry)
            default: return reader.skip()
            }
        }
        return isWhole && !entry.queueID.isEmpty ? entry : nil
    }

    private static func recipients(_ reader: inout JSONReader, _ entry: inout Entry) -> Bool {
        reader.readList { reader in
            reader.readObject { key, reader in
                switch String(decoding: key, as: UTF8.self) {
                case "address":
                    guard let address = reader.text() else { return false }
                    entry.recipients.append(address)
                    return true
                case "delay_reason":
                    guard let reason = reader.text() else { return false }
                    if entry.detail == nil, !reason.isEmpty { entry.detail = reason }
                    return true
                default: return reader.skip()
                }
            }
        }
    }

    private static func number(_ text: [UInt8]) -> Int? { Int(String(decoding: text, as: UTF8.self)) }

    // MARK: mailq

    /// Parses the first line of an entry: queue id with a mark, size, arrival time without a year, sender.
    private func head(_ line: Bytes) -> Entry? {
        let words = line.words(6)
        guard words.count == 7, words[0].base == line.base, let size = words[1].decimal,
            let arrival = time(words[2], words[3], words[4], words[5])
        else { return nil }
        var entry = Entry()
        var id = words[0]
        switch id[id.count - 1] {
        case UInt8(ascii: "*"): entry.queueName = Array("active".utf8)
        case UInt8(ascii: "!"): entry.queueName = Array("hold".utf8)
        case UInt8(ascii: "#"):
            entry.queueName = Array("deferred".utf8)
            entry.isExpired = true
        default: break
        }
        if "*!#".utf8.contains(id[id.count - 1]) { id = id.dropLast(1) }
        guard QueueID.matches(String(decoding: id.buffer, as: UTF8.self)) else { return nil }
        entry.queueID = Array(id.buffer)
        entry.size = size
        entry.arrival = arrival
        entry.from = Self.sender(Array(words[6].buffer))
        return entry
    }

    /// Returns the arrival time. Its year is the latest one in which the date has this day of the week and is at most
    /// one day in the future.
    private func time(_ weekday: Bytes, _ month: Bytes, _ day: Bytes, _ clock: Bytes) -> Value? {
        guard
            let number = Self.weekdays.firstIndex(where: { weekday == $0 }),
            let month = Self.months.firstIndex(where: { month == $0 }), let day = day.decimal,
            clock.count == 8, clock[2] == UInt8(ascii: ":"), clock[5] == UInt8(ascii: ":"),
            let hour = clock[0..<2].decimal, let minute = clock[3..<5].decimal,
            let second = clock[6..<8].decimal, hour < 24, minute < 60, second < 61
        else { return nil }
        let today = Int(now.floorDivided(by: 86_400_000_000))
        let year = Calendar.civil(fromDays: today).year
        for year in stride(from: year + 1, to: year - 12, by: -1) {
            guard (1...Calendar.days(in: month + 1, of: year)).contains(day) else { continue }
            let days = Calendar.daysFromCivil(year: year, month: month + 1, day: day)
            // 1970 began with a Thursday.
            guard days <= today + 1, ((days + 4) % 7 + 7) % 7 == number else { continue }
            let seconds = hour * 3600 + minute * 60 + second
            return .time(Int64(days * 86_400 + seconds) * 1_000_000)
        }
        return nil
    }

    private static let weekdays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Bytes {
    fileprivate var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// The text without leading and trailing blanks and tabs.
    fileprivate var trimmed: Bytes {
        var start = 0
        var end = count
        while start < end, self[start] == 0x20 || self[start] == 9 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 9 { end -= 1 }
        return self[start..<end]
    }

    /// Returns at most `limit` words, followed by the rest of the text if there is one.
    fileprivate func words(_ limit: Int) -> [Bytes] {
        var words: [Bytes] = []
        var rest = trimmed
        while words.count < limit, let end = rest.firstIndex(of: 0x20) {
            words.append(rest.prefix(end))
            rest = rest.dropFirst(end).trimmed
        }
        return rest.isEmpty ? words : words + [rest]
    }
}
