/// Syslog severity: a number as in `<22>`, or a name as in `mail.info`.
enum Priority {
    /// Returns the Postfix severity word for a syslog level, 0 (emerg) to 7 (debug).
    static func severity(ofLevel level: Int) -> StaticString {
        switch level & 7 {
        case 0, 1: "panic"
        case 2: "fatal"
        case 3: "error"
        case 4: "warning"
        default: "info"
        }
    }

    static func severity(ofName name: Bytes) -> StaticString? {
        levels.first { name == $0.name }.map { severity(ofLevel: $0.level) }
            ?? (name.count == 1 && name[0] &- 48 < 8 ? severity(ofLevel: Int(name[0] - 48)) : nil)
    }

    private static let levels: [(name: StaticString, level: Int)] = [
        ("info", 6), ("notice", 5), ("warn", 4), ("warning", 4), ("err", 3), ("error", 3), ("crit", 2),
        ("alert", 1), ("emerg", 0), ("panic", 0), ("debug", 7),
    ]

    private static let facilities: [StaticString] = [
        "mail", "daemon", "auth", "authpriv", "user", "syslog", "kern", "news", "cron", "uucp", "lpr",
        "local0",
        "local1", "local2", "local3", "local4", "local5", "local6", "local7", "2",
    ]

    /// Returns the severity in a pair of facility and level, `mail.info` or `mail:info`; nil for any other text.
    static func severity(ofPair text: Bytes) -> StaticString? {
        guard let dot = text.firstIndex(of: UInt8(ascii: ".")) ?? text.firstIndex(of: UInt8(ascii: ":")),
            facilities.contains(where: { text.prefix(dot) == $0 })
        else { return nil }
        return severity(ofName: text.dropFirst(dot + 1))
    }
}
