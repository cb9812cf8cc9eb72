import Foundation
import Testing

/// The folders of a library are layers: no file refers to a type of a higher folder.
///
/// CONTRIBUTING lists the folders of each library, the lowest first. The test knows types by their names, so it
/// leaves out names that two files of a library declare.
@Suite("Layers")
struct LayersTests {
    /// References upwards that stay, with the reason of each.
    static let excepted: [String: String] = [:]

    @Test("no file refers to a type of a higher folder", arguments: ["MailLog", "QueryEngine"])
    func upwards(_ target: String) throws {
        let order = try LayersTests.folders(of: target)
        let folders = try HouseTests.folders(in: Program.root.appendingPathComponent("Sources/\(target)"))
        #expect(
            order.sorted() == folders, "CONTRIBUTING must list the folders of \(target), the lowest first")
        let layers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        let files = HouseTests.files("Sources/\(target)").map(SwiftFile.init)
        var home: [String: [SwiftFile]] = [:]
        for file in files { for type in file.types { home[type, default: []].append(file) } }
        #expect(home.count > 50)
        var upwards: [String] = []
        for file in files {
            for name in file.names.sorted() {
                guard let declaring = home[name], declaring.count == 1,
                    let from = layers[file.folder], let to = layers[declaring[0].folder], from < to
                else { continue }
                upwards.append("\(file.path) refers to \(name) of \(declaring[0].folder), a higher layer")
            }
        }
        let unexplained = upwards.filter { LayersTests.excepted[$0] == nil }
        #expect(
            unexplained.isEmpty,
            "move the type or the file down, or hand the value in:\n\(unexplained.joined(separator: "\n"))")
    }

    @Test("a reference upwards is found")
    func detects() {
        let file = SwiftFile(
            (
                "Sources/A/Low/X.swift",
                "struct X { /* Y */ let y = \"Z\" + W.text // V\n}\nprivate struct P {}"
            ))
        #expect(file.folder == "Low")
        #expect(file.types == ["X"])
        #expect(file.names == ["X", "W", "P"])
    }

    /// Rows of the table under "Parts of `TARGET`".
    static func folders(of target: String) throws -> [String] {
        let page = try String(
            contentsOf: Program.root.appendingPathComponent(".github/CONTRIBUTING.md"), encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let table = lines.drop { !$0.hasPrefix("Parts of `\(target)`") }.dropFirst(2).prefix {
            $0.hasPrefix("|")
        }
        return table.dropFirst(2).map { String($0.split(separator: "`")[1]) }
    }
}

/// The types that a source file declares, and the names of types that it uses.
struct SwiftFile {
    let path: String
    let folder: String
    private(set) var types: Set<String> = []
    private(set) var names: Set<String> = []

    private static let kinds: Set<Substring> = ["class", "struct", "enum", "protocol", "actor", "typealias"]
    private static let modifiers: Set<Substring> = ["package", "public", "internal", "final", "indirect"]

    init(_ file: (path: String, text: String)) {
        path = file.path
        folder = String(file.path.split(separator: "/").dropLast().last ?? "")
        for line in SwiftFile.code(of: file.text).split(separator: "\n") {
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            names.formUnion(words.filter { $0.first?.isUppercase == true }.map(String.init))
            let declaration = words.drop(while: SwiftFile.modifiers.contains)
            if line.first?.isWhitespace == false, let kind = declaration.first, SwiftFile.kinds.contains(kind)
            {
                types.formUnion(declaration.dropFirst().prefix(1).map(String.init))
            }
        }
    }

    /// The text without comments and without the contents of string literals.
    private static func code(of text: String) -> String {
        var code: [UInt8] = []
        var rest = Array(text.utf8)[...]
        func skip(past end: String) {
            while let byte = rest.first, !rest.starts(with: end.utf8) {
                if byte == UInt8(ascii: "\n") { code.append(byte) }
                rest.removeFirst(byte == UInt8(ascii: "\\") ? min(2, rest.count) : 1)
            }
            rest = rest.dropFirst(end.utf8.count)
        }
        while let byte = rest.first {
            if rest.starts(with: "//".utf8) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if let (begin, end) = [
                ("/*", "*/"), ("#\"\"\"", "\"\"\"#"), ("\"\"\"", "\"\"\""), ("\"", "\""),
            ].first(where: { rest.starts(with: $0.0.utf8) }) {
                rest = rest.dropFirst(begin.utf8.count)
                skip(past: end)
            } else {
                code.append(byte)
                rest.removeFirst()
            }
        }
        return String(decoding: code, as: UTF8.self)
    }
}
