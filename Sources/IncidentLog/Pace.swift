/// How much is logged when. The weeks of the incident were of 120, 120, 255 and 412 megabytes: 904 parts of
/// about equal size here. A part of the log is a day's share when the day has 1/17 of a week of 118 parts.
struct Pace {
    /// Bytes of one part.
    private let part: Double
    /// Bytes per second for the retries of others than sally, by day.
    private let retriesByDay: [Double]
    /// Messages of the forged spam per day.
    private let spamPerDay: Double

    init(bytes: Int) {
        let part = Double(bytes) / 904
        self.part = part
        spamPerDay = 41.7 * part / 440 / 60
        var days = [Double](repeating: 0, count: 30)
        for (day, parts) in [(16, 1.0)] + (17...20).map({ ($0, 33.5) }) + (21...28).map({ ($0, 41.7) }) {
            let planned = parts * part
            let sally = day - 16 < SallyTable.count.count ? SallyTable.count[day - 16] * 440 : 0
            days[day] = max(planned * 0.15, planned - Double(sally)) / Double(Calendar.day)
        }
        retriesByDay = days
    }

    /// Bytes of ordinary traffic that this second brings: more by day than by night, less on Sundays.
    func ordinary(_ time: Int) -> Double {
        118 * part / 7 / Double(Calendar.day)
            * Self.hours[Calendar.hour(time)] * Self.weekdays[Calendar.weekday(time)]
    }

    /// Bytes of retries that this second brings.
    func retries(_ time: Int) -> Double { retriesByDay[time / Calendar.day] }

    /// Forged messages to the list that this second brings: a wave in the first night, then a steady flow.
    func spam(_ time: Int) -> Double {
        let begin = SallyTable.birth - 600
        guard time >= begin else { return 0 }
        return spamPerDay / Double(Calendar.day) * (time < begin + 8 * 3600 ? 3 : 1)
    }

    /// Mean 1.
    private static let hours: [Double] = {
        let weights: [Double] = [
            7, 6, 6, 5, 5, 6, 7, 9, 11, 14, 14, 13, 12, 13, 13, 13, 13, 12, 11, 11, 10, 10, 9, 8,
        ]
        let mean = weights.reduce(0, +) / 24
        return weights.map { $0 / mean }
    }()

    /// Sunday first; mean 1.
    private static let weekdays: [Double] = {
        let weights: [Double] = [88, 103, 105, 104, 104, 104, 92]
        return weights.map { $0 / 100 }
    }()
}
