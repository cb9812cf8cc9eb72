import CPCRE2
import MailLog

/// Memory for matching, one per worker, shared by all patterns.
package final class PatternScratch {
    private var matchData: OpaquePointer?
    private var pairs = 0
    private let context: OpaquePointer
    private let stack: OpaquePointer?

    package init() {
        guard let context = pcre2_match_context_create_8(nil) else {
            fatalError("out of memory for matching patterns")
        }
        self.context = context
        // Grows from 32 KiB to 1 MiB. A match that needs more gives up.
        stack = pcre2_jit_stack_create_8(32 * 1024, 1024 * 1024, nil)
        pcre2_jit_stack_assign_8(context, nil, stack.map(UnsafeMutableRawPointer.init))
        pcre2_set_depth_limit_8(context, 100_000)
        pcre2_set_heap_limit_8(context, 64 * 1024)  // KiB
    }

    deinit {
        pcre2_match_data_free_8(matchData)
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
    }

    /// Returns the range of a group of the last match; nil if the group was not used.
    package func range(of group: Int) -> Range<Int>? {
        guard let matchData, group >= 0, group < Int(pcre2_get_ovector_count_8(matchData)) else { return nil }
        let offsets = pcre2_get_ovector_pointer_8(matchData)!
        let lower = offsets[2 * group]
        let upper = offsets[2 * group + 1]
        // \K in a lookahead can move the start behind the end.
        return lower == Self.unset || lower > upper ? nil : lower..<upper
    }

    /// Returns PCRE2's result: positive for a match.
    func match(_ code: OpaquePointer, _ text: Bytes, from start: Int, pairs needed: Int) -> Int32 {
        if needed > pairs {
            pcre2_match_data_free_8(matchData)
            matchData = pcre2_match_data_create_8(UInt32(needed), nil)
            pairs = needed
        }
        pcre2_set_match_limit_8(context, Self.limit(textOf: text.count))
        return pcre2_match_8(code, text.base, text.count, start, 0, matchData, context)
    }

    /// PCRE2 limits the steps per start offset, so their sum is bounded here. 24 M steps take 15 to 45 ms. Long texts
    /// get at least four steps per byte.
    private static func limit(textOf count: Int) -> UInt32 {
        UInt32(clamping: max(24_000_000 / (count + 1), 4 * count))
    }

    /// PCRE2_UNSET, a macro that Swift cannot import.
    private static let unset = Int(bitPattern: UInt.max)
}
