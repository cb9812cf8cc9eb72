import MailLog

/// Memory of exactly that size, for an address sanitizer to watch, and at a varying alignment.
func withExactMemory<Result>(_ text: [UInt8], _ body: (Bytes) -> Result) -> Result {
    let shift = text.count % 16
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count + shift)
    defer { memory.deallocate() }
    for index in 0..<shift { memory[index] = 0 }
    for (index, byte) in text.enumerated() { memory[shift + index] = byte }
    return body(Bytes(memory + shift, count: text.count))
}
