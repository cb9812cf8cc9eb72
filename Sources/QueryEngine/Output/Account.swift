import MailLog

/// What an answer leaves out because it was not understood, in one line; nil when there is nothing of that
/// kind. `paths` are the names of the files that the account's numbers stand for; `line` counts the lines of one up to
/// a byte, where it can be read again.
package func accountSentence(
    _ account: ScanAccount, paths: [String] = [], line: (_ file: Int, _ offset: Int) -> Int? = { _, _ in nil }
) -> String? {
    guard account.unrecognised > 0 else { return nil }
    let lines =
        account.unrecognised == 1 ? "a line has" : "\(Digits.grouped(account.unrecognised)) lines have"
    var place = ""
    if let first = account.firstUnrecognised, paths.indices.contains(first.file) {
        var path: [UInt8] = []
        ValueText.lend(Array(paths[first.file].utf8)) { DisplayText.append($0, to: &path) }
        let name = paths[first.file] == "-" ? "standard input" : String(decoding: path, as: UTF8.self)
        place =
            " (\(account.unrecognised == 1 ? "" : "the first: ")\(name)"
            + (line(first.file, first.offset).map { ":\($0))" } ?? ", byte \(first.offset))")
    }
    return "\(lines) no time stamp that mlq knows\(place)"
}
