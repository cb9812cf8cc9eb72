import SystemText

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files without a name, which are gone when they are closed, or when the process dies.
package enum TemporaryFile {
    /// `TMPDIR`, or `/tmp`.
    package static var directory: String {
        guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
        return SystemText.string(value)
    }

    /// A descriptor for reading and writing; negative, with `errno` set, where that fails.
    package static func open() -> Int32 {
        var template = SystemText.path(directory + "/mlq-XXXXXX")
        let descriptor = mkstemp(&template)
        if descriptor >= 0 { unlink(template) }
        return descriptor
    }
}
