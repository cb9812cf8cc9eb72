/// Timing wheel of future lines, with one bucket per second. It sorts by time the lines of messages that are simulated
/// one after another. The horizon bounds its memory, independent of the log size.
struct Wheel {
    /// Maximum distance of a future line in seconds.
    static let horizon = 8192

    private var buckets = [[UInt8]](repeating: [], count: horizon)
    private(set) var lines = 0
    private(set) var bytes = 0

    mutating func log(_ time: Int, _ tag: String, _ pid: Int, _ text: String) {
        var text = text
        var tag = tag
        let (day, second) = time.quotientAndRemainder(dividingBy: Calendar.day)
        Self.append(
            day: day, second: second, pid: pid, tag: &tag, text: &text,
            to: &buckets[time & (Self.horizon - 1)], bytes: &bytes)
        lines += 1
    }

    private static func append(
        day: Int, second: Int, pid: Int, tag: inout String, text: inout String,
        to bucket: inout [UInt8], bytes: inout Int
    ) {
        let before = bucket.count
        bucket.append(contentsOf: Calendar.stampDays[day])
        bucket.append(contentsOf: [
            digit(second / 36000), digit(second / 3600), 58,
            digit(second / 600 % 6), digit(second / 60), 58,
            digit(second / 10 % 6), digit(second),
        ])
        bucket.append(contentsOf: host)
        tag.withUTF8 { bucket.append(contentsOf: $0) }
        if pid != 0 {
            bucket.append(91)
            var pid = String(pid)
            pid.withUTF8 { bucket.append(contentsOf: $0) }
            bucket.append(93)
        }
        bucket.append(58)
        bucket.append(32)
        text.withUTF8 { bucket.append(contentsOf: $0) }
        bucket.append(10)
        bytes += bucket.count - before
    }

    private static let host = Array(" mail ".utf8)

    private static func digit(_ number: Int) -> UInt8 { 48 + UInt8(truncatingIfNeeded: number % 10) }

    /// Emits the lines of one second, and empties its bucket.
    mutating func drain(_ time: Int, to receive: (UnsafeRawBufferPointer) -> Void) {
        let slot = time & (Self.horizon - 1)
        guard !buckets[slot].isEmpty else { return }
        buckets[slot].withUnsafeBytes(receive)
        buckets[slot].removeAll(keepingCapacity: true)
    }
}
