import CISAL
import Glibc

/// Unpacked bytes of a gzip file: its members in sequence.
final class GzipSource: ByteSource {
    private let source: any ByteSource
    private let state: UnsafeMutablePointer<inflate_state>
    private let input: UnsafeMutablePointer<UInt8>
    private static let inputSize = 256 << 10
    private var isInsideMember = false
    private var hasEnded = false
    /// Whether the library may have output left, even if its input is used up.
    private var mayHoldOutput = false
    private(set) var trouble: String?
    /// Whether the input is damaged up to the next member.
    private var isLost = false
    private var lastByte: UInt8 = 10
    /// Start of the member, as long as it is in the input buffer.
    private var memberStart: UnsafeMutablePointer<UInt8>?

    private static let isCutOff = "is cut off: its compressed data ends too early"

    /// Whether a file begins like a gzip file.
    static func isGzip(_ head: Bytes) -> Bool {
        head.count >= 3 && head[0] == 0x1F && head[1] == 0x8B && head[2] == 8
    }

    /// Modification time of the original file, from the header, in seconds since 1970; 0 if missing.
    static func time(_ head: Bytes) -> Int {
        guard head.count >= 8 else { return 0 }
        return (0..<4).reduce(0) { $0 | Int(head[4 + $1]) << ($1 * 8) }
    }

    init(_ source: any ByteSource) {
        self.source = source
        state = .allocate(capacity: 1)
        input = .allocate(capacity: Self.inputSize)
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
        state.pointee.avail_in = 0
    }

    deinit {
        state.deallocate()
        input.deallocate()
    }

    var consumed: Int { source.consumed }
    var isReady: Bool { !hasEnded && (mayHoldOutput || state.pointee.avail_in > 0 || source.isReady) }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        state.pointee.next_out = buffer
        state.pointee.avail_out = UInt32(truncatingIfNeeded: min(count, 1 << 30))
        let room = state.pointee.avail_out
        var written: Int { Int(room - state.pointee.avail_out) }
        while !hasEnded, state.pointee.avail_out > 0 {
            if state.pointee.avail_in == 0, !mayHoldOutput, !fill() {
                if isInsideMember, memberStart != nil, source.trouble == nil {
                    damage(GzipSource.isCutOff)
                    continue
                }
                hasEnded = true
                trouble = source.trouble ?? trouble ?? (isInsideMember ? GzipSource.isCutOff : nil)
                break
            }
            if isLost {
                guard findMember() else { continue }
                // A line that damage has cut must not continue with the next line.
                if (written > 0 ? buffer[written - 1] : lastByte) != 10 {
                    state.pointee.next_out.pointee = 10
                    state.pointee.next_out += 1
                    state.pointee.avail_out -= 1
                    continue
                }
                isLost = false
            }
            if !isInsideMember {
                startMember()
                if !isInsideMember { continue }
            }
            let status = isal_inflate(state)
            guard status == ISAL_DECOMP_OK || status == ISAL_END_INPUT || status == ISAL_OUT_OVERFLOW else {
                let isSum = status == ISAL_INCORRECT_CHECKSUM
                damage(
                    isSum
                        ? "is damaged: its checksum is wrong"
                        : "is damaged: its compressed data makes no sense"
                )
                continue
            }
            if state.pointee.block_state == ISAL_BLOCK_FINISH {
                isInsideMember = false
                memberStart = nil
            }
            mayHoldOutput = isInsideMember && state.pointee.avail_out == 0
        }
        if written > 0 { lastByte = buffer[written - 1] }
        return written
    }

    /// Appends more of the file to the input; false at the end of the file.
    private func fill() -> Bool {
        let left = Int(state.pointee.avail_in)
        if left > 0 { memmove(input, state.pointee.next_in, left) }
        let filled = source.read(input + left, count: Self.inputSize - left)
        guard left + filled > 0 else { return false }
        state.pointee.next_in = input
        state.pointee.avail_in = UInt32(left + filled)
        memberStart = nil
        return filled > 0
    }

    /// Notes damage. The first damage is reported; later members may be intact.
    private func damage(_ trouble: String) {
        if self.trouble == nil { self.trouble = trouble }
        // A damaged header may have made the library skip the next member. The search continues after the start of the
        // damaged one.
        if let start = memberStart, let next = state.pointee.next_in {
            let end = next + Int(state.pointee.avail_in)
            state.pointee.next_in = min(start + 1, end)
            state.pointee.avail_in = UInt32(end - min(start + 1, end))
            memberStart = nil
        }
        isLost = true
        isInsideMember = false
        mayHoldOutput = false
    }

    /// Skips to the next member: ten bytes that hardly occur by chance. False if more input is necessary.
    private func findMember() -> Bool {
        while state.pointee.avail_in >= 10 {
            let head = Bytes(UnsafePointer(state.pointee.next_in), count: Int(state.pointee.avail_in))
            guard let position = head.firstIndex(of: 0x1F) else {
                state.pointee.avail_in = 0
                return false
            }
            state.pointee.next_in += position
            state.pointee.avail_in -= UInt32(position)
            guard state.pointee.avail_in >= 10 else { break }
            let start = head.dropFirst(position)
            if Self.isGzip(start), start[3] < 0x20, [0, 2, 4].contains(start[8]),
                start[9] < 14 || start[9] == 255
            {
                return true
            }
            state.pointee.next_in += 1
            state.pointee.avail_in -= 1
        }
        if !fill() { state.pointee.avail_in = 0 }
        return false
    }

    /// Begins the next member if there is one. Tapes pad with zeros; other bytes are not part of the file.
    private func startMember() {
        while state.pointee.avail_in > 0, state.pointee.next_in.pointee == 0 {
            state.pointee.next_in += 1
            state.pointee.avail_in -= 1
        }
        guard state.pointee.avail_in > 0 else { return }
        let head = Bytes(UnsafePointer(state.pointee.next_in), count: Int(state.pointee.avail_in))
        // With unknown flags, the library would take the following bytes for a long header.
        guard head[0] == 0x1F, head.count < 4 || Self.isGzip(head) && head[3] < 0x20 else {
            damage("has bytes after its compressed data that are not gzip; they are skipped")
            return
        }
        let (out, room) = (state.pointee.next_out, state.pointee.avail_out)
        let (next, left) = (state.pointee.next_in, state.pointee.avail_in)
        isal_inflate_reset(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
        state.pointee.next_out = out
        state.pointee.avail_out = room
        state.pointee.next_in = next
        state.pointee.avail_in = left
        isInsideMember = true
        memberStart = next
    }
}
