import Foundation
import IncidentLog

// Writes the log of the incident as four rotated files. The two oldest are compressed.
//
//     mlq-incident DIRECTORY              the example logs
//     mlq-incident --size 700MB FILE      one log of about that size

let arguments = Array(CommandLine.arguments.dropFirst())

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("mlq-incident: \(message)\n".utf8))
    exit(2)
}

func gzip(_ path: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The header has no name and no time, so that every run gives the same bytes.
    process.arguments = ["gzip", "-9nf", path]
    do { try process.run() } catch { fail("cannot run gzip: \(error.localizedDescription)") }
    process.waitUntilExit()
    if process.terminationStatus != 0 { fail("gzip \(path) failed") }
}

func open(_ path: String) -> UnsafeMutablePointer<FILE> {
    guard let file = fopen(path, "w") else {
        fail("cannot write \(path): \(String(cString: strerror(errno)))")
    }
    setvbuf(file, nil, _IOFBF, 1 << 20)
    return file
}

func write(_ bytes: UnsafeRawBufferPointer, to file: UnsafeMutablePointer<FILE>) {
    if fwrite(bytes.baseAddress, 1, bytes.count, file) != bytes.count {
        fail("cannot write: \(String(cString: strerror(errno)))")
    }
}

if arguments.count == 3, arguments[0] == "--size", let size = IncidentLog.size(arguments[1]) {
    let file = open(arguments[2])
    IncidentLog(size: size).write { _, bytes in write(bytes, to: file) }
    if fclose(file) != 0 { fail("cannot write \(arguments[2]): \(String(cString: strerror(errno)))") }
} else if arguments.count == 1, !arguments[0].hasPrefix("-") {
    let paths = IncidentLog.names.map { "\(arguments[0])/\($0)" }
    let files = paths.map { open($0) }
    IncidentLog(size: IncidentLog.exampleSize).write { week, bytes in write(bytes, to: files[week]) }
    for file in files where fclose(file) != 0 { fail("cannot write: \(String(cString: strerror(errno)))") }
    for path in paths.prefix(2) { gzip(path) }
} else {
    fail("usage: mlq-incident DIRECTORY | mlq-incident --size 700MB FILE")
}
