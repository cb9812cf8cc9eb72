/// Evidence for the years and the zone of stamps: when `cleanup` logs a message, its creation time is often known to
/// the second, in UTC.
///
///     Nov 23 17:39:34 mx1 postfix/cleanup[9]: B42F5F8A2E2: message-id=<20261123163934.B42F5F8A2E2@mx1.example.org>
///     Nov 23 17:40:11 mx1 postfix/cleanup[9]: 4jYBWH5FPxz2NpSK: message-id=<x@client.example>
///
/// Postfix makes a missing message-id from the time and the queue id (`cleanup_message.c`), and a sender cannot know
/// the queue id beforehand. A long queue id begins with the time (`global/mail_queue.h`).
struct BirthEvidence {
    /// Year of the file's first stamp.
    let year: Int
    /// Seconds east of UTC, rounded to a quarter of an hour.
    let offset: Int
    /// Creation of the message, in microseconds since 1970.
    let moment: Int64

    private static let second: Int64 = 1_000_000
    private static let sign = LiteralSearch(Array("message-id=<".utf8))

    /// Searches a file until there is evidence, or `budget` bytes are read.
    static func find(
        in file: LogFile, budget: inout Int, shouldStop: @escaping @Sendable () -> Bool
    ) -> BirthEvidence? {
        guard let first = file.firstStamp, first.year == 0 else { return nil }
        let stream = file.stream(keeping: true, shouldStop: shouldStop)
        let block = Block()
        while budget > 0, let lines = stream.next(into: block, numbered: false) {
            let limit = budget
            budget -= lines.bytes.count
            let bytes = lines.bytes
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

    /// Returns the creation, in microseconds since 1970, of the message whose id is at a position of a line.
    private static func birth(in line: Bytes, at position: Int) -> Int64? {
        guard position > 2, line[position - 2..<position] == ": ",
            let blank = line.prefix(position - 2).lastIndex(of: 0x20)
        else { return nil }
        let queueID = line[blank + 1..<position - 2]
        guard QueueID.matches(queueID) else { return nil }
        let id = line.dropFirst(position + 12)
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

    /// `first` is the first stamp of the file. Fails if no zone makes creation and stamp agree.
    private init?(of stamp: Stamp, born birth: Int64, in first: Stamp) {
        guard stamp.year == 0 else { return nil }
        let day = 86_400 * BirthEvidence.second
        let quarter = 900 * BirthEvidence.second
        let birthYear = Calendar.civil(fromDays: Int(birth.floorDivided(by: day))).year
        // Around New Year, the wall clock may be in another year than UTC.
        for year in [birthYear, birthYear - 1, birthYear + 1] {
            let wall = YearWindow.wallClock(of: stamp, year: year)
            // A message is logged a moment after its creation.
            let offset = (wall - birth + quarter / 15).floorDivided(by: quarter) * quarter
            guard offset >= -12 * 4 * quarter, offset <= 14 * 4 * quarter else { continue }
            // If the file's first line is later in the year, New Year is between the two.
            let isBeforeNewYear = YearWindow.wallClock(of: first, year: year) > wall + 45 * day
            self.year = isBeforeNewYear ? year - 1 : year
            self.offset = Int(offset / BirthEvidence.second)
            moment = birth
            return
        }
        return nil
    }
}
