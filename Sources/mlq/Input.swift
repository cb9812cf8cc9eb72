import MailLog

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which logs a command reads.
enum Input {
    /// The files as given; else standard input when something comes from it; else the system's mail logs.
    static func paths(_ given: [String]) -> [String] {
        if !given.isEmpty { return given }
        if Terminal.hasInput { return ["-"] }
        for name in ["maillog", "mail.log"] {
            let found = systemLogs(named: name)
            if !found.isEmpty { return found }
        }
        return []
    }

    private static func systemLogs(named name: String) -> [String] {
        let directory = "/var/log"
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var found: [String] = []
        while let entry = readdir(handle) {
            let file = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if file.hasPrefix(name), !file.hasSuffix("~") { found.append("\(directory)/\(file)") }
        }
        return found.sorted()
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
