import MailLog
import SystemText

/// Reports unrecognised lines, skipped bytes and odd times of the logs in one line; nil if there are none.
///
/// - `paths`: names of the files, by the numbers in the account
/// - `line`: number of the line at an offset of a file; nil if the file cannot be read again
/// - `repetition`: earlier lines that the lines from an offset on repeat
package func accountSentence(
    _ account: ScanAccount, paths: [String] = [],
    line: (_ file: Int, _ offset: Int) -> Int? = { _, _ in nil },
    repetition: (_ file: Int, _ offset: Int) -> (line: Int, count: Int)? = { _, _ in nil }
) -> String? {
    func name(_ file: Int) -> String {
        if paths[file] == "-" { return "standard input" }
        return String(decoding: DisplayText.shown(SystemText.bytes(paths[file])), as: UTF8.self)
    }
    func location(_ file: Int, _ offset: Int, of count: Int) -> String {
        guard paths.indices.contains(file) else { return "" }
        return " (\(count == 1 ? "" : "the first: ")\(name(file))"
            + (line(file, offset).map { ":\($0))" } ?? ", byte \(offset))")
    }
    var parts: [String] = []
    let unknown = account.unrecognised
    if unknown > 0 {
        parts.append(
            (unknown == 1 ? "a line has" : "\(Digits.grouped(unknown)) lines have")
                + " no time stamp that mlq knows"
                + (account.firstUnrecognised.map { location($0.file, $0.offset, of: unknown) } ?? ""))
    }
    let runs = ClockRun.joined(account.clock)
    let back = runs.reduce(0) { $0 + $1.steps.back }
    if let first = runs.first(where: { $0.steps.back > 0 }) {
        let offset = first.start + first.steps.backPlace
        parts.append(
            "stamps go back by over a minute" + (back == 1 ? "" : " \(Digits.grouped(back)) times")
                + location(first.file, offset, of: back)
                + (repetition(first.file, offset).map {
                    ", where \(Digits.grouped($0.count)) lines repeat those from line "
                        + "\(Digits.grouped($0.line)) on; they count twice"
                } ?? ""))
    }
    if let run = runs.filter(\.hasOddSilence).max(by: { $0.steps.silence < $1.steps.silence }) {
        parts.append(
            "nothing was logged for \(PeopleText.duration(Int(run.steps.silence))) from "
                + QueryText.value(run.steps.silenceStart, .time(.instant)) + " on"
                + location(run.file, run.start + run.steps.silencePlace, of: 1))
    }
    if !account.skipped.isEmpty {
        let size = PeopleText.size(account.skipped.values.reduce(0, +))
        let names = account.skipped.keys.filter(paths.indices.contains).map { name($0) }
        parts.append(
            "\(size) of \(names.count == 1 ? names[0] : "\(account.skipped.count) logs") are skipped, because "
                + "sampled stamps are of another time; --full-scan reads all lines")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
}

extension ClockRun {
    /// Whether the log is once silent for an hour, and far longer than at other times. Nights and weekends recur, so
    /// they do not count.
    fileprivate var hasOddSilence: Bool {
        lines >= 1000 && steps.silence >= 3_600_000_000 && steps.silence >= 10 * steps.nextSilence
    }
}
