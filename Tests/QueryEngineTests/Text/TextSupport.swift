import IncidentLog
import MailLog

typealias SeededRandom = SplitMix64

func with<Result>(_ text: [UInt8], _ body: (Bytes) throws -> Result) rethrows -> Result {
    // One byte more than the text, so that an empty one has an address too.
    try (text + [0]).withUnsafeBufferPointer { try body(Bytes($0.baseAddress!, count: text.count)) }
}

func with<Result>(_ text: String, _ body: (Bytes) throws -> Result) rethrows -> Result {
    try with(Array(text.utf8), body)
}
