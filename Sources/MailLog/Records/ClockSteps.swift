/// How the times of a log's lines follow each other: where they go back, and where for long there is no line.
package struct ClockSteps: BitwiseCopyable, Sendable {
    /// The times of the line before and of the first one.
    private var last = ClockSteps.none
    private var first = ClockSteps.none
    private var firstPlace = 0
    /// The steps back by more than `tolerance`, and the byte at which the line of the first begins.
    package private(set) var back = 0
    package private(set) var backPlace = 0
    /// The longest time without a line, the byte at which the line behind it begins, and when it began.
    package private(set) var silence: Int64 = 0
    package private(set) var silencePlace = 0
    package private(set) var silenceStart = ClockSteps.none
    /// The next longest one.
    package private(set) var nextSilence: Int64 = 0

    /// Lines that daemons write side by side are a little out of order in every log; microseconds.
    package static let tolerance: Int64 = 60_000_000

    private static let none = Value.time(.min)

    package init() {}

    /// The next line's time and its place. Lines of the same time need not be told.
    @inline(__always)
    package mutating func follow(_ time: Value, at place: Int) {
        let step = Int64(bitPattern: time.bits &- last.bits)
        if step > nextSilence || step < -ClockSteps.tolerance { note(time, place) }
        last = time
    }

    @inline(never)
    private mutating func note(_ time: Value, _ place: Int) {
        guard last.integer != .min else {
            (first, firstPlace) = (time, place)
            return
        }
        let step = Int64(time.integer - last.integer)
        if step < 0 {
            if back == 0 { backPlace = place }
            back += 1
        } else {
            take(silence: step, place, last)
        }
    }

    private mutating func take(silence length: Int64, _ place: Int, _ start: Value) {
        if length > silence {
            nextSilence = silence
            (silence, silencePlace, silenceStart) = (length, place, start)
        } else {
            nextSilence = max(nextSilence, length)
        }
    }

    /// The steps of the lines behind these, whose places count from `place` on here.
    package mutating func append(_ other: ClockSteps, at place: Int) {
        guard other.first.integer != .min else { return }
        follow(other.first, at: place + other.firstPlace)
        if back == 0, other.back > 0 { backPlace = place + other.backPlace }
        back += other.back
        if other.silence > 0 { take(silence: other.silence, place + other.silencePlace, other.silenceStart) }
        nextSilence = max(nextSilence, other.nextSilence)
        last = other.last
    }
}
