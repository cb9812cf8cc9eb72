/// Two weeks of the log of a small mail server, with more by day than by night and less at the weekend, and
/// something planted in it where `plant` says so.
struct PlantedLog {
    enum Cause: CaseIterable {
        case compromisedAccount, deadRelay, blockingRule, retriedMessage, spamWave, listLoop, slowDisk
    }

    let seed: UInt64
    var cause: Cause?
    /// When it begins and when the log ends, in minutes from the first midnight.
    var start = 9 * 1440 + 637
    var end = 14 * 1440

    /// Monday, 2 November.
    private static let firstDay = 2

    func lines() -> [String] {
        var random = SeededRandom(seed: seed)
        var events: [(second: Int, text: String)] = []
        var serial = 0
        func id() -> String {
            serial += 1
            return "4C" + String(0x10000 + serial &* 7919 % 0xEFFFF, radix: 16).uppercased() + "A"
        }
        func log(_ second: Int, _ text: String) { events.append((second, text)) }
        func message(_ second: Int, from: String, to: String, client: String, sasl: String?) {
            let id = id()
            let name = client.hasPrefix("192.0.2.") ? "client.example" : "unknown"
            log(second, "postfix/smtpd[101]: connect from \(name)[\(client)]")
            let user = sasl.map { ", sasl_method=PLAIN, sasl_username=\($0)" } ?? ""
            if cause == .blockingRule, second >= start * 60, sasl == nil,
                Int.random(in: 0..<4, using: &random) > 0
            {
                log(
                    second + 1,
                    "postfix/smtpd[101]: NOQUEUE: reject: RCPT from \(name)[\(client)]: 554 5.7.1 Service "
                        + "unavailable; Client host [\(client)] blocked using zen.rbl.example; from=<\(from)> to=<\(to)> "
                        + "proto=ESMTP helo=<\(name)>")
                log(
                    second + 1,
                    "postfix/smtpd[101]: disconnect from \(name)[\(client)] ehlo=1 mail=1 rcpt=0/1")
                return
            }
            log(second + 1, "postfix/smtpd[101]: \(id): client=\(name)[\(client)]\(user)")
            log(second + 1, "postfix/cleanup[102]: \(id): message-id=<\(serial)@\(name)>")
            log(second + 2, "postfix/qmgr[103]: \(id): from=<\(from)>, size=2048, nrcpt=1 (queue active)")
            log(
                second + 2,
                "postfix/smtpd[101]: disconnect from \(name)[\(client)] ehlo=1 mail=1 rcpt=1 quit=1")
            let domain = String(to.drop { $0 != "@" }.dropFirst())
            if cause == .deadRelay, domain == "big.example", second >= start * 60 {
                for attempt in 0..<12 {
                    let later = second + 5 + attempt * 2400
                    if attempt > 0 {
                        log(
                            later - 1,
                            "postfix/qmgr[103]: \(id): from=<\(from)>, size=2048, nrcpt=1 (queue active)")
                    }
                    log(
                        later,
                        "postfix/smtp[104]: \(id): to=<\(to)>, relay=none, delay=\(later - second), delays=1/0/30/0, "
                            + "dsn=4.4.1, status=deferred (connect to mx.big.example[198.51.100.7]:25: Connection timed out)"
                    )
                }
                return
            }
            let isSlow = cause == .slowDisk && second >= start * 60
            let wait = isSlow ? Int.random(in: 2..<40, using: &random) : 0
            log(
                second + 4 + wait,
                "postfix/smtp[104]: \(id): to=<\(to)>, relay=mx.\(domain)[198.51.100.9]:25, delay=\(2 + wait), "
                    + "delays=1/\(wait)/0.5/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 7F\(serial))"
            )
            log(second + 4 + wait, "postfix/qmgr[103]: \(id): removed")
        }
        for minute in 0..<end {
            let weekday = minute / 1440 % 7
            let isDay = (8 * 60..<19 * 60).contains(minute % 1440)
            let usual = (isDay ? 5 : 2) * (weekday >= 5 ? 6 : 10)
            if Int.random(in: 0..<500, using: &random) < usual {
                let user = Int.random(in: 0..<12, using: &random)
                let other = ["big", "alpha", "bravo", "castle", "delta", "ember"].randomElement(
                    using: &random)!
                let second = minute * 60 + Int.random(in: 0..<55, using: &random)
                if Bool.random(using: &random) {
                    message(
                        second, from: "user\(user)@home.example", to: "x\(user)@\(other).example",
                        client: "192.0.2.\(user)", sasl: "user\(user)")
                } else {
                    message(
                        second, from: "y\(user)@\(other).example", to: "user\(user)@home.example",
                        client: "198.51.100.\(user)", sasl: nil)
                }
            }
            guard minute >= start else { continue }
            switch cause {
            case .compromisedAccount where minute % 12 == 0:
                message(
                    minute * 60 + 7, from: "user3@home.example",
                    to: "v\(minute)@\(["alpha", "delta"][minute % 5 / 3]).example",
                    client: "203.0.113.\(minute % 200)", sasl: "user3")
            case .retriedMessage where minute % 3 == 0:
                log(
                    minute * 60,
                    "postfix/qmgr[103]: 3BADF00D1: from=<user5@home.example>, size=9000, nrcpt=1 (queue active)"
                )
                log(
                    minute * 60 + 30,
                    "postfix/smtp[104]: 3BADF00D1: to=<z@slow.example>, relay=mx.slow.example[198.51.100.8]:25, "
                        + "delay=600, delays=599/0/1/0, dsn=4.2.0, status=deferred (host mx.slow.example[198.51.100.8] "
                        + "said: 450 4.2.0 Try again later (in reply to RCPT TO command))")
            case .spamWave where minute % 4 == 0:
                message(
                    minute * 60 + 11, from: "offer\(minute)@shop\(minute % 977).example",
                    to: "user\(minute % 12)@home.example", client: "203.0.113.\(minute * 7 % 250)", sasl: nil)
            case .listLoop where minute % 5 == 0:
                // Each post comes back from the other list, which has this one among its members.
                message(
                    minute * 60 + 3, from: "team-owner@home.example", to: "crew@alpha.example",
                    client: "192.0.2.1", sasl: nil)
                message(
                    minute * 60 + 9, from: "crew-bounces@alpha.example", to: "team@home.example",
                    client: "198.51.100.77", sasl: nil)
            default: break
            }
        }
        return events.enumerated().sorted { ($0.element.second, $0.offset) < ($1.element.second, $1.offset) }
            .filter { $0.element.second < end * 60 }
            .map { "\(PlantedLog.stamp($0.element.second)) mx1 \($0.element.text)" }
    }

    private static func stamp(_ second: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = firstDay + second / 86_400
        let clock = second % 86_400
        return
            "Nov \(day < 10 ? " " : "")\(day) \(two(clock / 3600)):\(two(clock / 60 % 60)):\(two(clock % 60))"
    }
}
