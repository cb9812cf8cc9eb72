import Foundation

// Writes the Swift file that compiles texts into QueryEngine.
//
// Usage: embed OUTPUT ANSWERS WORDS SCRIPT…
//
// - SCRIPT: a file of Examples. It ships as an investigation if its header contains `mlq NAME`.
// - WORDS: words that redaction keeps.
// - ANSWERS: the answers that help pages show. `> QUERY` begins one, a blank line ends it.

/// Returns a Swift literal of the text.
func literal(_ text: String) -> String { "###\"\"\"\n\(text)\n\"\"\"###" }

func text(of path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

let arguments = CommandLine.arguments
var source = "extension ShippedScript {\n    package static let all: [ShippedScript] = [\n"
for path in arguments.dropFirst(4).sorted() {
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let script = try text(of: path)
    guard script.contains("\n#     mlq \(name) ") else { continue }
    source += "ShippedScript(name: \"\(name)\", text: \(literal(script))),\n"
}
source += "    ]\n}\n\nextension Help {\n    package static let answers: [String: String] = [\n"
for entry in try text(of: arguments[2]).components(separatedBy: "\n\n> ") {
    let parts = entry.drop { $0 == ">" || $0 == " " }.split(separator: "\n", maxSplits: 1)
    var answer = parts[1]
    while answer.last == "\n" { answer.removeLast() }
    source += "\(literal(String(parts[0]))): \(literal(String(answer))),\n"
}
source +=
    "    ]\n}\n\nextension KnownWords {\n    static let listed = \(literal(try text(of: arguments[3])))\n}\n"
try source.write(toFile: arguments[1], atomically: true, encoding: .utf8)
