/// Log volume over time. The four weeks of the incident had 120, 120, 255 and 412 megabytes. The generated log is
/// divided into 904 parts in the same proportions; ordinary traffic is 118 parts per week.
struct Pace {
    /// Size of one part in bytes.
    private let part: Double
    /// Bytes per second for retries to recipients other than sally, by day.
    private let retriesByDay: [Double]
    /// Number of forged spam messages per day.
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

    /// Returns the bytes of ordinary traffic for this second: more by day than by night, less on Sundays.
    func ordinary(_ time: Int) -> Double {
        118 * part / 7 / Double(Calendar.day)
            * Self.hours[Calendar.hour(time)] * Self.weekdays[Calendar.weekday(time)]
    }

    /// Returns the bytes of retries for this second.
    func retries(_ time: Int) -> Double { retriesByDay[time / Calendar.day] }

    /// Returns the number of forged messages to the list for this second: a wave in the first night, then a constant
    /// rate.
    func spam(_ time: Int) -> Double {
        let begin = SallyTable.birth - 600
        guard time >= begin else { return 0 }
        return spamPerDay / Double(Calendar.day) * (time < begin + 8 * 3600 ? 3 : 1)
    }

    /// Weight of each hour of the day; the mean is 1.
    private static let hours: [Double] = {
        let weights: [Double] = [
            7, 6, 6, 5, 5, 6, 7, 9, 11, 14, 14, 13, 12, 13, 13, 13, 13, 12, 11, 11, 10, 10, 9, 8,
        ]
        let mean = weights.reduce(0, +) / 24
        return weights.map { $0 / mean }
    }()

    /// Weight of each day of the week, Sunday first; the mean is 1.
    private static let weekdays: [Double] = {
        let weights: [Double] = [88, 103, 105, 104, 104, 104, 92]
        return weights.map { $0 / 100 }
    }()
}
