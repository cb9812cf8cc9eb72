import CPCRE2
import MailLog

/// A regular expression in PCRE2's syntax. It is compiled once. Each worker matches it with its own scratch memory.
///
/// Texts are UTF-8; invalid bytes match nothing. Matching plain bytes would save at most a tenth of the time (a third
/// for long `.*`), and would split characters.
package final class Pattern: Sendable {
    package enum Match: Sendable { case yes, no, gaveUp }

    package let source: String
    package let ignoresCase: Bool
    /// Named groups by number. Group 0 is the whole match.
    package let names: [(name: String, group: Int)]
    /// Number of groups without group 0.
    package let groupCount: Int
    /// Literals that a matching text contains.
    package let necessary: Necessary

    /// Immutable after compilation. PCRE2 allows concurrent reads.
    private nonisolated(unsafe) let code: OpaquePointer
    /// Search for a pattern of plain literals.
    private let exactSearch: LiteralSetSearch?

    package init(_ source: String, ignoresCase: Bool = false) throws(PatternError) {
        let utf8 = Array(source.utf8)
        let options =
            PCRE2_UTF | UInt32(PCRE2_MATCH_INVALID_UTF) | (ignoresCase ? UInt32(PCRE2_CASELESS) : 0)
        var error: Int32 = 0
        var offset = 0
        let compiled = utf8.withUnsafeBufferPointer { utf8 in
            pcre2_compile_8(utf8.baseAddress, utf8.count, options, &error, &offset, nil)
        }
        guard let compiled else {
            throw PatternError(message: Self.message(error), offset: min(offset, utf8.count))
        }
        // Without JIT, the interpreter is used.
        pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))

        var groups: UInt32 = 0
        pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
        code = compiled
        self.source = source
        self.ignoresCase = ignoresCase
        groupCount = Int(groups)
        names = Self.names(of: compiled)
        necessary = Necessary(of: utf8, ignoresCase: ignoresCase)
        exactSearch =
            if case .anyOf(let literals, isExact: true) = necessary {
                LiteralSetSearch(literals, foldCase: ignoresCase)
            } else { nil }
    }

    deinit { pcre2_code_free_8(code) }

    var isLiterals: Bool { exactSearch != nil }

    package func matches(_ text: Bytes, scratch: PatternScratch) -> Match {
        if let exactSearch { return exactSearch.first(in: text, from: 0) == nil ? .no : .yes }
        return search(text, scratch: scratch)
    }

    /// Like `matches`. Afterwards, `range(of:)` of the scratch returns the ranges of the groups. `^`, `\b` and
    /// lookbehinds see the text before `start`.
    package func search(_ text: Bytes, from start: Int = 0, scratch: PatternScratch) -> Match {
        let result = scratch.match(code, text, from: start, pairs: groupCount + 1)
        return result > 0 ? .yes : result == PCRE2_ERROR_NOMATCH ? .no : .gaveUp
    }

    /// Returns the ranges of groups 0, 1, …, with nil for unused groups; nil if the pattern does not match or gives up.
    package func captures(_ text: Bytes, scratch: PatternScratch) -> [Range<Int>?]? {
        guard search(text, scratch: scratch) == .yes else { return nil }
        return (0...groupCount).map(scratch.range(of:))
    }

    /// Returns a pattern that matches exactly this text.
    static func escaped(_ text: String) -> String {
        String(
            decoding: text.utf8.flatMap { $0 < 0x80 && !$0.isLetter && !$0.isDigit ? [0x5C, $0] : [$0] },
            as: UTF8.self)
    }

    private static func names(of code: OpaquePointer) -> [(name: String, group: Int)] {
        var count: UInt32 = 0
        var size: UInt32 = 0
        var table: UnsafePointer<UInt8>?
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
        guard let table else { return [] }
        // An entry is the group's number (big-endian) and its zero-terminated name.
        return (0..<Int(count)).map { index in
            let entry = table + index * Int(size)
            return (String(cString: entry + 2), Int(entry[0]) << 8 | Int(entry[1]))
        }.sorted { $0.group < $1.group }
    }

    private static func message(_ error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(error, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : "error \(error)"
    }
}

/// Syntax error: PCRE2's message, and the byte offset in the source.
package struct PatternError: Error, Equatable {
    package let message: String
    package let offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}
