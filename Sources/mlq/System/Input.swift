import Glibc
import MailLog

enum Input {
    /// The logs that a command reads: the given files, else standard input if it has data, else the logs of the system.
    static func paths(_ given: [String]) -> [String] {
        if !given.isEmpty { return given }
        if Terminal.hasInput { return ["-"] }
        for logs in ["/var/log/maillog*", "/var/log/mail.log*"]
        where LogDirectory(logs)?.logs.isEmpty == false { return [logs] }
        return []
    }

    /// Microseconds of the wall clock in a zone; nil is the zone of the system.
    static func now(_ zone: Zone?) -> Int64 {
        var time = time(nil)
        if let zone { return zone.time(at: Int64(time) * 1_000_000).wallClock }
        var parts = tm()
        localtime_r(&time, &parts)
        return (Int64(time) + Int64(parts.tm_gmtoff)) * 1_000_000
    }
}
