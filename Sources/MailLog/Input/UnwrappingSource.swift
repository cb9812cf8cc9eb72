/// Unwraps journald and docker records into syslog lines.
final class UnwrappingSource: ByteSource {
    private let source: any ByteSource
    private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: UnwrappingSource.step)
    private var unwrapper = Unwrapper()
    private var output: [UInt8] = []
    private var outputStart = 0
    private var isOver = false
    private static let step = 64 << 10

    init(_ source: any ByteSource) { self.source = source }

    deinit { buffer.deallocate() }

    var consumed: Int { source.consumed }
    var trouble: String? { source.trouble }
    var isReady: Bool { outputStart < output.count || source.isReady }

    func read(_ buffer: UnsafeMutablePointer<UInt8>, count: Int) -> Int {
        while outputStart == output.count {
            output.removeAll(keepingCapacity: true)
            outputStart = 0
            if isOver { return 0 }
            let got = source.read(self.buffer, count: UnwrappingSource.step)
            isOver = got == 0
            unwrapper.unwrap(
                Bytes(UnsafePointer(self.buffer), count: got), isLast: isOver, into: &output)
        }
        let step = min(count, output.count - outputStart)
        output.withUnsafeBufferPointer {
            if let base = $0.baseAddress { buffer.update(from: base + outputStart, count: step) }
        }
        outputStart += step
        return step
    }
}
