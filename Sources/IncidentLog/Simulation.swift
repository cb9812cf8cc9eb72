/// Simulation of one mail server for four weeks, second by second. The requested size determines the rate of new
/// messages. Each message has all its lines: arrival, queueing, delivery attempts, removal.
///
/// The ordinary traffic (`Arrivals.swift`) has a constant level. The incident (`Backscatter.swift`) is added from the
/// evening of December 25.
final class Simulation {
    var random: SplitMix64
    var wheel = Wheel()
    var now = Calendar.start

    var smtpd = ProcessPool()
    var cleanup = ProcessPool()
    var smtp = ProcessPool()
    var local = ProcessPool()
    var bounce = ProcessPool()
    var error = ProcessPool()
    var pickup = ProcessPool()
    var anvil = ProcessPool()
    var newestPid = 2400
    let qmgrPid = 2211

    private var inode = 0xC40000
    private let pace: Pace

    var replies = ReplyQueue()
    var sallyAttempts: ArraySlice<Int>

    init(bytes: Int, seed: UInt64) {
        random = SplitMix64(seed: seed)
        pace = Pace(bytes: bytes)
        sallyAttempts = []
        sallyAttempts = scheduleOfSally()[...]
    }

    /// Runs the simulation. `receive` gets each piece of the log with its week (0 ..< 4).
    func run(_ receive: (_ week: Int, UnsafeRawBufferPointer) -> Void) {
        // Bytes (for spam: messages) that are due but not yet logged. Negative if the last lines exceeded them.
        var ordinary = 0.0
        var spam = 0.0
        var retries = 0.0
        for week in 0..<4 {
            while now < Calendar.rotation(week + 1) {
                ordinary += pace.ordinary(now)
                spam += pace.spam(now)
                retries = min(retries + pace.retries(now), pace.retries(now) * 43_200)
                while spam >= 1 {
                    ordinary -= Double(billed { forgedPost(now, from: nil) })
                    spam -= 1
                }
                while ordinary > 0 {
                    ordinary -= Double(billed { arrival() })
                }
                tellSally()
                while retries > 0, replies.isDue(now) {
                    retries -= Double(billed { retry(replies.takeFirst()) })
                }
                wheel.drain(now) { receive(week, $0) }
                now += 1
            }
        }
    }

    private func billed(_ story: () -> Void) -> Int {
        let before = wheel.bytes
        story()
        return wheel.bytes - before
    }

    func log(_ time: Int, _ tag: String, _ pid: Int, _ text: String) { wheel.log(time, tag, pid, text) }

    func qmgr(_ time: Int, _ text: String) { wheel.log(time, "postfix/qmgr", qmgrPid, text) }

    // MARK: Names and numbers

    /// Returns a short queue id: five hexadecimal digits of microseconds, then the inode of the queue file.
    func queueID() -> String {
        inode = 0xC40000 | (inode + 1 + random.below(5) * 2) & 0x0FFFFF
        if inode == 0xC9CB29 { inode += 1 }
        return hex(random.below(1_000_000), digits: 5) + hex(inode, digits: 6)
    }

    func hex(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return text.count < digits ? String(repeating: "0", count: digits - text.count) + text : text
    }

    /// Returns random letters and digits, for ids that other hosts create.
    func token(_ length: Int) -> String {
        let letters: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        var bits = random.next()
        return String(unsafeUninitializedCapacity: length) { buffer in
            for index in 0..<length {
                if index % 10 == 9 { bits = random.next() }
                buffer[index] = letters.utf8Start[Int(bits % 62)]
                bits /= 62
            }
            return length
        }
    }

    /// Formats a duration like Postfix: two significant digits, at most two decimals, `0` below 0.01 s.
    func seconds(_ milliseconds: Int) -> String {
        if milliseconds < 10 { return "0" }
        if milliseconds >= 10_000 { return String((milliseconds + 500) / 1000) }
        let (step, places) = milliseconds < 1000 ? (10, 100) : (100, 10)
        let (whole, part) = (milliseconds / step).quotientAndRemainder(dividingBy: places)
        if part == 0 { return String(whole) }
        if places == 10 { return "\(whole).\(part)" }
        return part % 10 == 0 ? "\(whole).\(part / 10)" : "\(whole).\(part < 10 ? "0" : "")\(part)"
    }

    /// Returns a text such as `delay=3, delays=0.1/0.02/2.5/0.4`. All arguments are in milliseconds.
    func delays(before: Int, queue: Int, connect: Int, transmit: Int) -> String {
        "delay=\(seconds(before + queue + connect + transmit)), "
            + "delays=\(seconds(before))/\(seconds(queue))/\(seconds(connect))/\(seconds(transmit))"
    }
}
