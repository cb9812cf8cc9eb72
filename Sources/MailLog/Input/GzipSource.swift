import CISAL

/// What a gzip file holds: the bytes of its members, one after the other.
final class GzipSource: ByteSource {
    private let source: any ByteSource
    private let state: UnsafeMutablePointer<inflate_state>
    private let input: UnsafeMutablePointer<UInt8>
    private static let inputSize = 256 << 10
    private var isInsideMember = false
    private var hasEnded = false
    /// The library may hold output that found no room, even when its input is used up.
    private var mayHoldOutput = false
    private(set) var trouble: String?

    /// What the file begins with.
    static func isGzip(_ head: Bytes) -> Bool {
        head.count >= 3 && head[0] == 0x1F && head[1] == 0x8B && head[2] == 8
    }

    /// The time in the header, seconds since 1970: when the file that was compressed was last changed. 0 where
    /// none is given.
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
        while !hasEnded, state.pointee.avail_out > 0 {
            if state.pointee.avail_in == 0, !mayHoldOutput {
                let filled = source.read(input, count: Self.inputSize)
                state.pointee.next_in = input
                state.pointee.avail_in = UInt32(filled)
                if filled == 0 {
                    hasEnded = true
                    trouble = source.trouble
                    if trouble == nil, isInsideMember {
                        trouble = "is cut off: its compressed data ends too early"
                    }
                    break
                }
            }
            if !isInsideMember, !startsMember() { break }
            let status = isal_inflate(state)
            guard status == ISAL_DECOMP_OK || status == ISAL_END_INPUT || status == ISAL_OUT_OVERFLOW else {
                hasEnded = true
                trouble =
                    status == ISAL_INCORRECT_CHECKSUM
                    ? "is damaged: its checksum is wrong" : "is damaged: its compressed data makes no sense"
                break
            }
            if state.pointee.block_state == ISAL_BLOCK_FINISH { isInsideMember = false }
            mayHoldOutput = isInsideMember && state.pointee.avail_out == 0
        }
        return Int(room - state.pointee.avail_out)
    }

    /// Whether another member follows. Tapes pad with zeros; anything else is no part of the file.
    private func startsMember() -> Bool {
        while state.pointee.avail_in > 0, state.pointee.next_in.pointee == 0 {
            state.pointee.next_in += 1
            state.pointee.avail_in -= 1
        }
        guard state.pointee.avail_in > 0 else { return true }
        guard state.pointee.next_in.pointee == 0x1F else {
            hasEnded = true
            trouble = "has something after its compressed data that is not gzip; it was left out"
            return false
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
        return true
    }
}
