import FuzzTargets
import Glibc

// Runs libFuzzer on a target.
//
// Usage: MLQ_FUZZ=query mlq-fuzz [OPTION OF LIBFUZZER]… [CORPUS DIRECTORY]…

/// Main loop of libFuzzer.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

let name = getenv("MLQ_FUZZ").map { String(cString: $0) } ?? ""
guard let target = FuzzTarget(rawValue: name) else {
    fatalError("set MLQ_FUZZ to one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
}

var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
    runDriver(&count, &arguments) { start, count in
        target.run(Array(UnsafeBufferPointer(start: start, count: count)))
        return 0
    })
