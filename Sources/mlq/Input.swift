import Glibc
import MailLog

/// Which logs a command reads.
enum Input {
    /// The files as given; else standard input when something comes from it; else the system's mail logs.
    static func paths(_ given: [String]) -> [String] {
        if !given.isEmpty { return given }
        if Terminal.hasInput { return ["-"] }
        for logs in ["/var/log/maillog*", "/var/log/mail.log*"]
        where LogDirectory(logs)?.logs.isEmpty == false { return [logs] }
        return []
    }

    /// Microseconds of the wall clock, in a zone or else in that of the system.
    static func now(_ zone: Zone?) -> Int64 {
        var time = time(nil)
        if let zone { return zone.time(at: Int64(time) * 1_000_000).wallClock }
        var parts = tm()
        localtime_r(&time, &parts)
        return (Int64(time) + Int64(parts.tm_gmtoff)) * 1_000_000
    }
}
