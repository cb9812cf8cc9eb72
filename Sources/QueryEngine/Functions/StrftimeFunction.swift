import MailLog
import QuerySyntax

/// `strftime(t, format)`: formats a time.
enum StrftimeFunction {
    static let form = Function.form(
        "strftime", [ArgumentRule("t", .time), ArgumentRule("format", .constantText)],
        summary: "a time as text: %Y %m %d %H %M %S %L (ms) %F %T %R %a %b %e %j %u %s %z %%",
        details:
            "Uses the clock of the log. %u is the day of the week, Monday = 1. %z is empty without a UTC offset.",
        examples: [#"count by strftime(time, "%a %H") as hour_of_week"#]
    ) { (call, _) throws(Diagnostic) in
        let format = Array(call.text(1).utf8)
        var index = 0
        while index < format.count {
            if format[index] == UInt8(ascii: "%") {
                index += 1
                guard index < format.count, letters.contains(format[index]) else {
                    throw Diagnostic(
                        "unknown conversion '%\(index < format.count ? String(UnicodeScalar(format[index])) : "")'",
                        at: call[1].range,
                        hint: "use one of \(letters.map { "%\(UnicodeScalar($0))" }.joined(separator: " "))")
                }
            }
            index += 1
        }
        return call.value(.text(.plain)) { value, row in
            guard value.kind == .time else { return .missing }
            var text: [UInt8] = []
            append(value, format, to: &text)
            return row.worker.arena.text(text)
        }
    }

    private static let letters = Array("YmdHMSLFTRabejusz%".utf8)
    private static let months = "JanFebMarAprMayJunJulAugSepOctNovDec"
    private static let days = "MonTueWedThuFriSatSun"

    private static func append(_ time: Value, _ format: [UInt8], to text: inout [UInt8]) {
        let wall = time.wallClock
        let dayNumber = wall.floorDivided(by: 86_400_000_000)
        let ofDay = Int(wall - dayNumber * 86_400_000_000)
        let date = Calendar.civil(fromDays: Int(dayNumber))
        let weekday = Int((dayNumber + 3) - (dayNumber + 3).floorDivided(by: 7) * 7)
        func number(_ value: Int, _ width: Int, _ pad: UInt8 = 48) {
            let digits = Array(String(value).utf8)
            text.append(contentsOf: repeatElement(pad, count: max(0, width - digits.count)))
            text.append(contentsOf: digits)
        }
        func name(_ names: String, _ index: Int) {
            text.append(contentsOf: Array(names.utf8)[index * 3..<index * 3 + 3])
        }
        func add(_ letter: UInt8) {
            switch UnicodeScalar(letter) {
            case "Y": number(date.year, 4)
            case "m": number(date.month, 2)
            case "d": number(date.day, 2)
            case "e": number(date.day, 2, 32)
            case "H": number(ofDay / 3_600_000_000, 2)
            case "M": number(ofDay / 60_000_000 % 60, 2)
            case "S": number(ofDay / 1_000_000 % 60, 2)
            case "L": number(ofDay / 1_000 % 1_000, 3)
            case "F": for part in "Y-m-d".utf8 { part == 45 ? text.append(45) : add(part) }
            case "T": for part in "H:M:S".utf8 { part == 58 ? text.append(58) : add(part) }
            case "R": for part in "H:M".utf8 { part == 58 ? text.append(58) : add(part) }
            case "a": name(days, weekday)
            case "b": name(months, date.month - 1)
            case "j":
                number(Int(dayNumber) - Calendar.daysFromCivil(year: date.year, month: 1, day: 1) + 1, 3)
            case "u": number(weekday + 1, 1)
            case "s": number(time.integer / 1_000_000, 1)
            case "z":
                guard time.offset != Value.unknownOffset else { return }
                let minutes = Int(time.offset.magnitude) / 60
                text.append(time.offset < 0 ? 45 : 43)
                number(minutes / 60, 2)
                number(minutes % 60, 2)
            default: text.append(letter)
            }
        }
        var index = 0
        while index < format.count {
            if format[index] == UInt8(ascii: "%") {
                index += 1
                add(format[index])
            } else {
                text.append(format[index])
            }
            index += 1
        }
    }
}
