/// What a log tells about the years and the zone of its stamps: where `cleanup` names a message, its birth is often
/// known to the second, in UTC.
///
///     Nov 23 17:39:34 mx1 postfix/cleanup[9]: B42F5F8A2E2: message-id=<20261123163934.B42F5F8A2E2@mx1.example.org>
///     Nov 23 17:40:11 mx1 postfix/cleanup[9]: 4jYBWH5FPxz2NpSK: message-id=<x@client.example>
///
/// Postfix makes a message-id of the time and the queue id where a mail has none (`cleanup_message.c`), and a sender
/// cannot know the queue id beforehand. A long queue id begins with the time (`global/mail_queue.h`).
struct BirthEvidence {
    /// The year of the file's first stamp.
    let year: Int
    /// Seconds east of UTC, to a quarter of an hour.
    let offset: Int
    /// When the message was born, in microseconds since 1970.
    let moment: Int64

    private static let second: Int64 = 1_000_000
    private static let sign = LiteralSearch(Array("message-id=<".utf8))

    /// Looks through a file until something is found or `budget`, in bytes, is used up.
    static func find(
        in file: LogFile, budget: inout Int, shouldStop: @escaping @Sendable () -> Bool
    ) -> BirthEvidence? {
        guard let first = file.firstStamp, first.year == 0 else { return nil }
        let stream = file.stream(keeping: true, shouldStop: shouldStop)
        let block = Block()
        while budget > 0, let place = stream.next(into: block, numbered: false) {
            let limit = budget
            budget -= place.count
            let bytes = Bytes(UnsafePointer(block.base + place.before), count: place.count)
            var position = 0
            while let found = sign.first(in: bytes, from: position), found < limit {
                let start = bytes.lineStart(before: found)
                let end = bytes.lineEnd(after: found)
                position = found + 1
                guard let birth = birth(in: bytes[start..<end], at: found - start),
                    let stamp = Envelope.parse(bytes[start..<end])?.stamp,
                    let evidence = BirthEvidence(of: stamp, born: birth, in: first)
                else { continue }
                return evidence
            }
        }
        return nil
    }

    /// The birth, in microseconds of UTC, of a message whose id stands at that place of the line.
    private static func birth(in line: Bytes, at place: Int) -> Int64? {
        guard place > 2, line[place - 2..<place] == ": ",
            let blank = line.prefix(place - 2).lastIndex(of: 0x20)
        else { return nil }
        let queueID = line[blank + 1..<place - 2]
        guard QueueID.matches(queueID) else { return nil }
        let id = line.dropFirst(place + 12)
        if id.count > 15 + queueID.count, id[14] == UInt8(ascii: "."),
            id[15..<15 + queueID.count] == queueID,
            id[15 + queueID.count] == UInt8(ascii: "@"), let date = id.prefix(8).decimal,
            let clock = id[8..<14].decimal, (1...12).contains(date / 100 % 100), (1...31).contains(date % 100)
        {
            let days = Calendar.daysFromCivil(
                year: date / 10_000, month: date / 100 % 100, day: date % 100)
            let seconds = clock / 10_000 * 3600 + clock / 100 % 100 * 60 + clock % 100
            return (Int64(days) * 86_400 + Int64(seconds)) * second
        }
        return QueueID.birth(queueID)
    }

    /// `first` is the first stamp of the file. Nil where no zone makes the two agree.
    private init?(of stamp: Stamp, born birth: Int64, in first: Stamp) {
        guard stamp.year == 0 else { return nil }
        let day = 86_400 * BirthEvidence.second
        let quarter = 900 * BirthEvidence.second
        let birthYear = Calendar.civil(fromDays: Int(birth.floorDivided(by: day))).year
        // In the hours around New Year, the year of the wall clock is another one.
        for year in [birthYear, birthYear - 1, birthYear + 1] {
            let wall = YearWindow.wallClock(of: stamp, year: year)
            // It takes a moment from a message's birth to the line that names it.
            let offset = (wall - birth + quarter / 15).floorDivided(by: quarter) * quarter
            guard offset >= -12 * 4 * quarter, offset <= 14 * 4 * quarter else { continue }
            // Where the file's first line is later in the year, New Year lies between.
            let isBeforeNewYear = YearWindow.wallClock(of: first, year: year) > wall + 45 * day
            self.year = isBeforeNewYear ? year - 1 : year
            self.offset = Int(offset / BirthEvidence.second)
            moment = birth
            return
        }
        return nil
    }
}
