/// Position of a log among the rotations of one log, by its path.
///
///     /var/log/maillog            maillog          the newest
///     /var/log/maillog.2.gz       maillog          2 rotations ago
///     /var/log/maillog-20121223   maillog          of that day
///     /var/log/mx1/maillog        another log
struct Rotation {
    /// Path without the number or date at its end, and without the extension of a compression.
    let log: String
    /// Greater for younger rotations.
    let age: Int
    /// Whether the path has a number or a date.
    var isOld: Bool { age < .max }
    /// Whether the path has the extension of a compression.
    let isPacked: Bool

    private static let separators: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")]
    private static let packers = [".gz", ".xz", ".bz2", ".zst", ".Z"]

    init(_ path: String) {
        let packer = Rotation.packers.first { path.hasSuffix($0) } ?? ""
        isPacked = !packer.isEmpty
        let name = path.dropLast(packer.count)
        // A date may have separators: `2012-12-23`.
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

    /// Whether another log is a younger rotation.
    func isBefore(_ other: Rotation) -> Bool { log == other.log && age < other.age }

    /// Whether a name is that of a rotation. The number or date is at its end or before its extension:
    ///
    ///     mail.log    mail.log.1   mail.log-20130106-120000.gz   mail-20130106.log   mail.log.old
    static func isName(_ name: String, ofRotationOf log: String) -> Bool {
        let packer = packers.first { name.hasSuffix($0) } ?? ""
        let name = name.utf8.dropLast(packer.utf8.count)
        if !packer.isEmpty, name.elementsEqual(log.utf8) { return true }
        let dot = log.utf8.lastIndex(of: UInt8(ascii: ".")) ?? log.utf8.endIndex
        return [dot, log.utf8.endIndex].contains { end in
            let (stem, ending) = (log.utf8[..<end], log.utf8[end...])
            guard name.starts(with: stem), name.count > stem.count + ending.count,
                name.suffix(ending.count).elementsEqual(ending)
            else { return false }
            let middle = name.dropFirst(stem.count).dropLast(ending.count)
            if middle.elementsEqual(".old".utf8) { return true }
            return middle.first.map(separators.contains) == true && middle.contains(where: \.isDigit)
                && middle.allSatisfy { $0.isDigit || separators.contains($0) || dateMarks.contains($0) }
        }
    }

    /// Bytes of a date besides digits and separators: `2013-01-06T12:00`.
    private static let dateMarks = Array("T:".utf8)
}
