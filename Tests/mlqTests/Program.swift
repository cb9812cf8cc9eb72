import Foundation

/// The built program, run as a user runs it.
enum Program {
    struct Outcome {
        var output: String
        var error: String
        var status: Int32
    }

    /// Where the build puts products: beside the test bundle.
    static let directory: URL = {
        let arguments = ProcessInfo.processInfo.arguments
        var url = URL(fileURLWithPath: arguments[0]).deletingLastPathComponent()
        while !FileManager.default.isExecutableFile(atPath: url.appendingPathComponent("mlq").path),
            url.path != "/"
        {
            url.deleteLastPathComponent()
        }
        return url
    }()

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The environment of every child; options of a sanitizer are handed on to it.
    static let environment = ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
        .merging(["LANG": "C.UTF-8"]) { $1 }

    static func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:],
        program: String = "mlq"
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = directory.appendingPathComponent(program)
        process.arguments = arguments
        process.currentDirectoryURL = root
        process.environment = Program.environment.merging(["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]) {
            $1
        }
        .merging(environment) { $1 }
        let output = Pipe()
        let error = Pipe()
        process.standardOutput = output
        process.standardError = error
        if let input {
            let pipe = Pipe()
            process.standardInput = pipe
            let data = Data(input.utf8)
            Thread {
                try? pipe.fileHandleForWriting.write(contentsOf: data)
                try? pipe.fileHandleForWriting.close()
            }.start()
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        try process.run()
        let errors = Collected(error.fileHandleForReading)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            output: String(decoding: text, as: UTF8.self), error: errors.text,
            status: process.terminationStatus)
    }

    /// A shell's command line, for pipes; `mlq` is on the path.
    static func shell(_ command: String) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = root
        process.environment = Program.environment.merging(["PATH": "\(directory.path):/usr/bin:/bin"]) { $1 }
        let output = Pipe()
        let error = Pipe()
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let errors = Collected(error.fileHandleForReading)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            output: String(decoding: text, as: UTF8.self), error: errors.text,
            status: process.terminationStatus)
    }

    /// What a pipe gives, read beside the other pipe.
    private final class Collected: @unchecked Sendable {
        // Written by one thread, and read when that has left the group.
        private var data = Data()
        private let group = DispatchGroup()

        init(_ handle: FileHandle) {
            DispatchQueue.global().async(group: group) { self.data = handle.readDataToEndOfFile() }
        }

        var text: String {
            group.wait()
            return String(decoding: data, as: UTF8.self)
        }
    }
}
