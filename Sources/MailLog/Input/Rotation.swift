/// What a log's path tells of its place among the rotations of one log.
///
///     /var/log/maillog            maillog          the newest
///     /var/log/maillog.2.gz       maillog          2 rotations ago
///     /var/log/maillog-20121223   maillog          of that day
///     /var/log/mx1/maillog        another log
struct Rotation {
    /// The path without the number or the date at its end, and without what a packer adds.
    let log: String
    /// Greater for younger rotations of the log.
    let age: Int
    /// Whether the path has a number or a date.
    var isOld: Bool { age < .max }
    /// Whether the path is that of something compressed.
    let isPacked: Bool

    private static let separators: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")]
    private static let packers = [".gz", ".xz", ".bz2", ".zst", ".Z"]

    init(_ path: String) {
        let packer = Rotation.packers.first { path.hasSuffix($0) } ?? ""
        isPacked = !packer.isEmpty
        let name = path.dropLast(packer.count)
        // Of a date in parts, `2012-12-23`, all parts belong to it.
        let end = name.utf8.reversed().prefix { $0.isDigit || Rotation.separators.contains($0) }
        let digits = end.filter(\.isDigit).reversed().reduce(0) { $0 &* 10 &+ Int($1 - 48) }
        guard let separator = end.last, !separator.isDigit, digits > 0 || end.count > 1 else {
            log = String(name)
            age = .max
            return
        }
        log = String(name.dropLast(end.count))
        age = end.filter(\.isDigit).count >= 6 ? digits : -digits
    }

    /// Whether the other one comes next or later.
    func isBefore(_ other: Rotation) -> Bool { log == other.log && age < other.age }
}
