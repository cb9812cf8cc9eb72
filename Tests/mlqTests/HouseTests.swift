import Foundation
import Testing

/// The rules of the house that a compiler does not check.
@Suite("The house")
struct HouseTests {
    /// What each target may import, the C libraries and the standard library apart.
    static let imports: [String: Set<String>] = [
        "SystemText": ["Glibc"],
        "MailLog": ["CISAL", "SystemText", "Synchronization", "Glibc"],
        "QuerySyntax": ["SystemText"],
        "QueryEngine": [
            "MailLog", "QuerySyntax", "SystemText", "CPCRE2", "Synchronization", "Glibc",
        ],
        "IncidentLog": [],
        "mlq": [
            "MailLog", "QueryEngine", "QuerySyntax", "SystemText", "ArgumentParser", "CReadline", "CISAL",
            "Synchronization", "Glibc",
        ],
    ]

    static func files(_ directory: String, ending: String = ".swift") -> [(path: String, text: String)] {
        let root = Program.root.appendingPathComponent(directory)
        let paths = FileManager.default.subpaths(atPath: root.path) ?? []
        return paths.filter { $0.hasSuffix(ending) }.sorted().compactMap { path in
            (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)).map {
                ("\(directory)/\(path)", $0)
            }
        }
    }

    @Test("imports go one way, and Foundation stays out of the libraries", arguments: imports.keys.sorted())
    func importsGoOneWay(_ target: String) {
        let allowed = HouseTests.imports[target] ?? []
        let files = HouseTests.files("Sources/\(target)")
        #expect(!files.isEmpty)
        for (path, text) in files {
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard line.hasPrefix("import ") || line.hasPrefix("    import "), words.count == 2,
                    !line.contains("\"")
                else {
                    continue
                }
                #expect(allowed.contains(String(words[1])), "\(path): \(line)")
            }
        }
    }

    @Test("lines are at most 120 columns, files at most 900 lines, and nothing is left undone")
    func sizes() {
        let files = HouseTests.files("Sources")
        #expect(files.count > 100)
        for (path, text) in files {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 900 || text.hasPrefix("// swift-format-ignore-file"), "\(path)")
            for line in lines where !line.contains("\"") { #expect(line.count <= 120, "\(path): \(line)") }
            for mark in ["TO" + "DO", "FIX" + "ME"] { #expect(!text.contains(mark), "\(path)") }
        }
    }

    @Test("only what must be inlined across targets is public")
    func access() {
        let open = HouseTests.files("Sources").filter {
            $0.text.contains(/\n *public (?:func|init|static|struct|var|enum|let)/)
        }.map(\.path)
        #expect(
            open == ["Sources/MailLog/Records/Bytes.swift", "Sources/MailLog/Records/Value.swift"])
    }

    /// A local arena may be freed after its last use, while values still point into it.
    @Test("an arena is a stored property or temporary")
    func arenas() {
        let stored = /^ +(private |package )(let|var) \w+ = Arena\(|^ +\w+ = Arena\(/
        let files = HouseTests.files("Sources").filter { !$0.path.hasSuffix("/Arena.swift") }
        let made = files.flatMap { file in
            file.text.split(separator: "\n").filter { $0.contains("Arena(") }.map { (file.path, $0) }
        }
        #expect(made.count > 5)
        for (path, line) in made {
            #expect(
                line.prefixMatch(of: stored) != nil,
                "\(path): \(line): keep the arena in a stored property, or use Arena.temporary")
        }
    }

    /// Files that are not yet checked for phrases.
    static let unrevised: [String] = [
        "Examples/retry-storm.mlq", "Sources/MailLog/Decoding", "Sources/MailLog/Input",
        "Sources/MailLog/Records", "Sources/MailLog/System", "Sources/MailLog/Time",
    ]

    /// Phrases that make a reader go back, and plain words for them. A regex cannot find all such sentences.
    static let phrases: [(regex: String, instead: String)] = [
        (#"\b(is|are) (told|said)\b"#, "report, print, name"),
        (#"\blets? go\b"#, "drop"),
        (#"\b(left|leaves?|leaving) (it |them )?(out|unread)\b"#, "skip, ignore, drop"),
        (#"\bhold(s|ing)? on to\b"#, "keep, retain, cache"),
        (#"\bput together\b"#, "merge, combine"),
        (#"\bstands? (for|in|behind|before|on|there|together|again)\b"#, "is, means, has, follows"),
        (
            #"\b(behind|in front of) (it|them|all|each|the (name|field|value|stage|line|word|text))\b"#,
            "after, before"
        ),
        (#"\bline of none\b"#, "unrecognised line"),
        (#"\bways? to ask\b"#, "shell, script, one-liner"),
        (#"\b(comes?|came) round\b"#, "repeat, occur again"),
        (#"\b(is|are|was) looked (at|for)\b"#, "read, search"),
        (#"\bnothing (was|is) heard\b"#, "no line is logged"),
        (
            #"(^|[.] )(What|Whatever|Whoever|Who) [a-z]+ ([a-z]+ ){0,12}(is|are|has|have|gets?|comes?)\b[^?]*$"#,
            "a noun first"
        ),
        (#"(^|[.] )Of (the|a|all|several|what|rows|messages|lines|logs)\b"#, "a noun first"),
    ]

    /// Returns the prose of a line: a comment, or the texts in quotes. In other files, all of the line.
    static func prose(_ line: Substring, ofSwift isSwift: Bool) -> [String] {
        let line = line.drop { $0 == " " }
        guard isSwift else { return [String(line.drop { "#-* ".contains($0) })] }
        if line.hasPrefix("//") { return [String(line.drop { "/ ".contains($0) })] }
        if !line.contains("\"") { return line.contains(/[{}=()]/) ? [] : [String(line)] }
        return line.matches(of: /"((?:[^"\\]|\\.)* (?:[^"\\]|\\.)*)"/).map { String($0.output.1) }
    }

    @Test("comments, messages, help and pages avoid phrases that must be read twice")
    func plainWords() throws {
        let regexes = try HouseTests.phrases.map { (try Regex($0.regex), $0.instead) }
        let swift = HouseTests.files("Sources")
        let examples = HouseTests.files("Examples", ending: ".mlq")
        let pages = try ["README.md", ".github/CONTRIBUTING.md"].map { path in
            (path, try String(contentsOf: Program.root.appendingPathComponent(path), encoding: .utf8))
        }
        for (path, text) in swift + examples + pages {
            if HouseTests.unrevised.contains(where: path.hasPrefix) { continue }
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                for prose in HouseTests.prose(line, ofSwift: path.hasSuffix(".swift")) {
                    for (regex, instead) in regexes {
                        guard let match = prose.firstMatch(of: regex) else { continue }
                        Issue.record("\(path):\(index + 1): '\(prose[match.range])'; write: \(instead)")
                    }
                }
            }
        }
    }

    @Test("CONTRIBUTING describes every target and every folder of the libraries")
    func map() throws {
        let page = try String(
            contentsOf: Program.root.appendingPathComponent(".github/CONTRIBUTING.md"), encoding: .utf8)
        let sources = Program.root.appendingPathComponent("Sources")
        for name in try HouseTests.folders(in: sources) { #expect(page.contains(name), "\(name)") }
        for target in ["MailLog", "QueryEngine"] {
            for name in try HouseTests.folders(in: sources.appendingPathComponent(target)) {
                #expect(page.contains("`\(name)`"), "\(name)")
            }
        }
    }

    static func folders(in url: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
            .filter(\.hasDirectoryPath).map(\.lastPathComponent).sorted()
    }
}
