import Foundation

/// Other tool with an equivalent command.
@MainActor
struct Rival {
    let name: String
    let command: String
    /// Minimum ratio of its time to the time of mlq; nil if there is no requirement.
    let atLeast: Double?

    init(_ name: String, _ command: String, atLeast: Double? = nil) {
        self.name = name
        self.command = command
        self.atLeast = atLeast
    }

    /// Whether all programs of its pipeline are installed.
    var isInstalled: Bool {
        name.split(separator: "|").allSatisfy { word in
            Timing.run("command -v \(word.trimmingCharacters(in: .whitespaces))").status == 0
        }
    }
}

/// Benchmark of one query, run by mlq and its rivals in turn.
@MainActor
struct Question {
    let title: String
    private let command: String
    /// Shell redirection of the output.
    private let output: String
    private let rivals: [Rival]
    private let answer: (String) -> Int?
    /// Maximum time of mlq in seconds.
    private let atMost: Double?
    /// Limit for the peak memory of mlq in megabytes.
    private let memory: Int

    /// Creates a benchmark. `answer` reduces an output to one number, which must be equal for all tools. By default, it
    /// sums the numbers that `numbers` finds.
    init(
        _ title: String, query: String, _ files: String, _ rivals: [Rival], output: String = "",
        atMost: Double? = nil, memory: Int = 64,
        answer: @escaping (String) -> Int? = { text in numbers(text).map { $0.reduce(0, +) } }
    ) {
        self.title = title
        command = "\(mlq) --year 2012 --no-header -e '\(query)' \(files)"
        self.output = output
        self.rivals = rivals
        self.atMost = atMost
        self.memory = memory
        self.answer = answer
    }

    /// Runs the commands and prints a table. Returns whether all answers agree and all requirements are met.
    func run() -> Bool {
        let contenders = [Rival("mlq", "\(command) \(output)")] + rivals.filter(\.isInstalled)
        var timings = [[Timing]](repeating: [], count: contenders.count)
        // The first round only warms the page cache.
        for round in 0...runs {
            for (place, contender) in contenders.enumerated() {
                let timing = Timing.run(contender.command)
                if round > 0 { timings[place].append(timing) }
            }
        }
        print(title)
        let mine = median(timings[0])
        let expected = answer(timings[0][0].output)
        var isGood = true
        for (contender, timing) in zip(contenders, timings) {
            let seconds = median(timing)
            var line = "  " + contender.name.padding(toLength: 14, withPad: " ", startingAt: 0)
            line += String(format: "%8.1f ms", seconds * 1000)
            if contender.name == "mlq" {
                let peak = peakMemory()
                line += "  \(peak.map { "\($0) MB" } ?? "unknown") of memory"
                if let atMost {
                    line += String(format: "  (wanted: at most %.0f ms)", atMost * 1000)
                    isGood = isGood && seconds <= atMost
                }
                if peak ?? 0 >= memory { isGood = false }
            } else {
                line += String(format: "  %6.2f times mlq's time", seconds / mine)
                if let atLeast = contender.atLeast {
                    let holds = seconds / mine >= atLeast
                    line += String(format: "  (wanted: %.2f%@)", atLeast, holds ? "" : ", MISSED")
                    isGood = isGood && holds
                }
            }
            if answer(timing[0].output) != expected {
                line += "  DIFFERENT ANSWER: \(answer(timing[0].output).map(String.init) ?? "nothing")"
                isGood = false
            }
            print(line)
        }
        print()
        return isGood
    }

    /// Returns the peak memory of mlq in megabytes, from its `--stats`. The value of the system is useless here: for a
    /// child process, it starts at the usage of the parent.
    private func peakMemory() -> Int? {
        let said = Timing.run("\(command) --stats 2>&1 >/dev/null").output
        let words = said.split(whereSeparator: { " ,\n".contains($0) })
        return words.lastIndex(of: "peak").flatMap { Int(words[$0 + 1]) }
    }

    private func median(_ timings: [Timing]) -> Double { timings.map(\.seconds).sorted()[timings.count / 2] }
}

/// Elapsed time, output and exit status of a command.
@MainActor
struct Timing {
    let seconds: Double
    let output: String
    let status: Int32

    static func run(_ command: String) -> Timing {
        let path = "\(directory)/output"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = ["sh", "-c", command]
        var list: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for word in list { free(word) } }
        var process: pid_t = 0
        let start = DispatchTime.now().uptimeNanoseconds
        guard posix_spawn(&process, "/bin/sh", &actions, nil, &list, environ) == 0 else {
            fail("cannot run sh")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        let output = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return Timing(seconds: seconds, output: output, status: status >> 8 & 0xFF)
    }
}

/// Returns one number per line: the last word, or the first word if the last is not a whole number. Lines without such
/// a number are skipped; nil if no line has one.
nonisolated func numbers(_ text: String) -> [Int]? {
    let found = text.split(separator: "\n").compactMap { line -> Int? in
        let words = line.split { $0 == " " || $0 == "\t" }
        return words.last.flatMap { Int($0) } ?? words.first.flatMap { Int($0) }
    }
    return found.isEmpty ? nil : found
}

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("mlq-bench: \(message)\n".utf8))
    exit(2)
}
