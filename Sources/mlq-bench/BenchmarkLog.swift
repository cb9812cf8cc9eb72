import Foundation
import IncidentLog

/// Log for the benchmark, in three forms: one plain file, one gzip file, and four rotated gzip files.
struct BenchmarkLog {
    let plain: String
    let gzip: String
    let parts: [String]
    let empty: String
    let bytes: Int

    init(directory: String, size: String) {
        guard let wanted = IncidentLog.size(size) else { fail("invalid size '\(size)'; try 700MB") }
        let base = "\(directory)/incident-\(size)"
        plain = "\(base).log"
        gzip = "\(base).log.gz"
        let weeks = IncidentLog.names.map { "\(base)/\($0)" }
        parts = weeks.map { "\($0).gz" }
        empty = "\(directory)/empty.log"
        do {
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        } catch {
            fail("cannot create \(base): \(error.localizedDescription)")
        }
        _ = FileManager.default.createFile(atPath: empty, contents: nil)
        if !FileManager.default.fileExists(atPath: parts[3]) {
            print("writing \(base).log and its gzip files …")
            Self.write(IncidentLog(size: wanted), plain, weeks)
            // Each file gets the modification time of its rotation, on the day in its name.
            let touch = weeks.map { "touch -t \($0.suffix(8))0300 \($0)" }.joined(separator: "; ")
            Self.shell("\(touch); gzip -kf \(plain) & gzip -f \(weeks.joined(separator: " ")); wait")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: plain)
        bytes = attributes?[.size] as? Int ?? 0
    }

    /// Writes the whole log to `plain`, and each week to one of `weeks`.
    private static func write(_ log: IncidentLog, _ plain: String, _ weeks: [String]) {
        let files = ([plain] + weeks).map { path -> UnsafeMutablePointer<FILE> in
            guard let file = fopen(path, "w") else { fail("cannot write \(path)") }
            // Large writes give the same page cache layout as reading a log from the disk.
            setvbuf(file, nil, _IOFBF, 1 << 20)
            return file
        }
        log.write { week, bytes in
            fwrite(bytes.baseAddress, 1, bytes.count, files[0])
            fwrite(bytes.baseAddress, 1, bytes.count, files[week + 1])
        }
        for file in files where fclose(file) != 0 { fail("cannot write \(plain) and its weekly files") }
    }

    private static func shell(_ command: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        do { try process.run() } catch { fail("cannot run sh") }
        process.waitUntilExit()
    }
}
