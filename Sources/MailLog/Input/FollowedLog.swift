import Glibc
import SystemText

/// A log by its name, with all files that have had this name, oldest first.
///
/// When the name gets another file, or the file is truncated, all files of the log's family are compared with the bytes
/// that were read, by identity and first bytes:
///
///     an unknown file                          was missed, and is read
///     a copy, plain or packed, of a read file  is read from the offset that was reached in the original
///     a packed copy of an open file            is skipped
///     a file from before the start             is skipped
///
/// The identity alone is not enough, because a new file may get the inode number of a deleted one.
final class FollowedLog {
    let path: String
    let index: Int
    let isPipe: Bool
    /// Whether the name is that of a rotation of another followed log.
    var isRotation = false
    private(set) var files: [GrowingFile] = []
    private let family: LogFamily

    /// Closed files.
    private var past: [Past] = []
    /// Files that are not compared again unless they change.
    private var settled: Set<LogFamily.Member.Version> = []
    /// Present names of files that have had the log's name, with the order in which they lost it.
    private var renamed: [String: Int] = [:]
    private var renamings = 0
    private var mustLook = false
    /// Whether more files were missed than may be open at once.
    private var hasMore = false
    /// Whether a packed copy is still being written.
    private var isWaiting = false
    /// Time of the last look, and number of renamings before it.
    private var looked = (time: 0, renamings: 0)
    /// Time, in milliseconds of the monotonic clock, at which the name last had the file that is read.
    private var lastSeen: Int64 = 0
    /// File that lost all its names between two looks.
    private var vanished: GrowingFile?
    /// Time at which the oldest file last grew, in seconds since 1970.
    private var lastGrowth = 0
    private let start = time(nil)

    /// Number of files that got the name since the start, by events, and number of those that were read.
    private var born = 0
    private var met = 0
    /// Largest difference of the two: files that were deleted before mlq saw them.
    private var missed = 0
    private var hasLostEvents = false
    /// Number of times that the name got another file while the file before was gone. Files between the two may be
    /// missing.
    private var gaps = 0
    /// Number of truncations without a copy.
    private var truncations = 0
    private var unopened: [String: InputProblem] = [:]

    private struct Past {
        let identity: OpenFile.Identity
        /// Nil for a file from before the start, which is not read.
        let mark: GrowingFile.Mark?
        let beginning: [UInt8]
        /// Packed copy of the file, if one was seen.
        var copy: OpenFile.Identity?
        let isDistinct: Bool

        init(
            _ identity: OpenFile.Identity, mark: GrowingFile.Mark?, beginning: [UInt8],
            copy: OpenFile.Identity? = nil
        ) {
            self.identity = identity
            self.mark = mark
            self.beginning = beginning
            self.copy = copy
            isDistinct = GrowingFile.isDistinct(beginning)
        }
    }

    /// Access to the other logs and to events.
    struct Surroundings {
        /// Delivers the renamings up to now.
        let noteRenamings: () -> Void
        /// Whether another log reads a file.
        let isReadElsewhere: (OpenFile.Identity) -> Bool
        let shouldStop: @Sendable () -> Bool
    }

    /// Milliseconds within which no log is rotated twice.
    private static let blink: Int64 = 50
    /// Seconds after which a renamed file is complete.
    private static let patience = 60
    /// Maximum number of open files, and of closed files without a name that are kept for comparison.
    private static let limit = 200
    private static let memory = 1000
    /// Maximum number of files from before the start that are compared with packed copies.
    private static let oldLimit = 1000

    init(_ path: String, _ index: Int, isPipe: Bool = false) {
        self.path = path
        self.index = index
        self.isPipe = isPipe
        family = LogFamily(path: path)
    }

    var descriptor: Int32 { files.first?.file.descriptor ?? -1 }
    var isOver: Bool { files.allSatisfy(\.isOver) }
    var directories: [String] { family.directories }

    func isReading(_ identity: OpenFile.Identity) -> Bool {
        files.contains { $0.file.identity == identity }
    }

    func begin(with file: GrowingFile) { files = [file] }

    /// Notes the rotations from before the start. Files younger than the open one are not among them: the log was
    /// rotated in the meantime.
    func noteOldFiles() {
        let all = (try? family.members(besides: [:]).members) ?? []
        var members = family.inOrder(all, renamed: [:])
        if let file = files.first,
            let index = members.firstIndex(where: { $0.identity == file.file.identity })
        {
            members.removeSubrange(index...)
        } else if !files.isEmpty {
            members.removeAll { $0.name == family.name }
        }
        settled = Set(members.map(\.version))
        for member in members.filter({ !$0.isPacked }).suffix(FollowedLog.oldLimit) {
            guard let file = try? OpenFile(member.path, acceptsPipes: false, staysOpen: true) else {
                continue
            }
            past.append(Past(file.identity, mark: nil, beginning: file.beginning))
        }
    }

    private static var milliseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    // MARK: Events

    func take(_ renaming: DirectoryWatch.Renaming) {
        guard renaming.directory == family.directory else { return }
        let order = renaming.from.flatMap {
            $0 == family.name ? renamings + 1 : renamed.removeValue(forKey: $0)
        }
        // The file that had the new name before is gone.
        renamed[renaming.to] = nil
        guard order != nil || renaming.to == family.name else { return }
        renamings += 1
        if renaming.to == family.name {
            if order == nil, !isLink { born += 1 }
        } else {
            renamed[renaming.to] = order
        }
    }

    private var isLink: Bool {
        var status = stat()
        return lstat(SystemText.path(path), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Notes that renamings may be missing.
    func loseEvents() {
        renamed = [:]
        renamings += 1
        hasLostEvents = true
        mustLook = true
    }

    // MARK: Reading

    /// Reads the next lines of the oldest file that has any.
    func next(
        into block: Block, years: YearWindow, arrival: UInt64, _ surroundings: Surroundings
    ) -> Chunk? {
        repeat {
            for (index, file) in files.enumerated() {
                if let chunk = file.next(into: block, years: years, arrival: arrival) {
                    if index == 0 { lastGrowth = time(nil) }
                    return chunk
                }
                if file.isComplete {
                    if let chunk = close(index, block, years, arrival) { return chunk }
                    return next(into: block, years: years, arrival: arrival, surroundings)
                }
                guard file.isTruncated else { continue }
                // If there is a copy, the copy continues the last line.
                let isCopied = !isRotation && look(surroundings, truncated: file)
                let chunk = isCopied ? nil : file.last(into: block, years: years, arrival: arrival)
                if !isCopied { truncations += 1 }
                file.startAgain()
                return chunk ?? next(into: block, years: years, arrival: arrival, surroundings)
            }
            while files.count > 1,
                time(nil) - lastGrowth > FollowedLog.patience || files.count > FollowedLog.limit
                    || hasMore
            {
                lastGrowth = time(nil)
                if let chunk = close(0, block, years, arrival) { return chunk }
            }
        } while !isPipe && !isRotation && look(surroundings, truncated: nil)
        return nil
    }

    /// Closes a complete file, and returns the text after its last newline.
    private func close(_ index: Int, _ block: Block, _ years: YearWindow, _ arrival: UInt64) -> Chunk? {
        let file = files.remove(at: index)
        past.append(
            Past(file.file.identity, mark: file.mark, beginning: file.mark.beginning, copy: file.copy))
        return file.last(into: block, years: years, arrival: arrival)
    }

    // MARK: Comparing the directory with what was read

    /// Looks for files to read if the name has another file. Returns whether there are any; for a truncated file,
    /// whether there is a copy to continue with.
    private func look(_ surroundings: Surroundings, truncated: GrowingFile?) -> Bool {
        guard truncated != nil || mustLook || hasMore || isDue else { return false }
        let start = FollowedLog.milliseconds
        if lastGrowth == 0 { lastGrowth = time(nil) }
        let last = files.last
        hasMore = false
        isWaiting = false
        unopened = [:]
        var found: [OpenFile.Identity: GrowingFile] = [:]
        var replaced: [GrowingFile] = []
        var order: [LogFamily.Member] = []
        var listed: Set<OpenFile.Identity> = []
        var members: [LogFamily.Member] = []
        // Whether the truncated file has a copy, and whether the copy has more lines than were read.
        var isCopied = false
        var isContinued = false
        // The order needs files of one moment, so the loop repeats until the listing is stable.
        repeat {
            mustLook = false
            surroundings.noteRenamings()
            let before = renamings
            let isStable: Bool
            do { (members, isStable) = try family.members(besides: renamed) } catch {
                if files.count + found.count > 1 { hasMore = true } else { mustLook = true }
                break
            }
            // A copy made before a truncation is recognised by the bytes read until then.
            if truncated == nil, found.isEmpty, files.contains(where: \.wasTruncated) {
                mustLook = true
                return true
            }
            listed = Set(members.map(\.identity))
            let current = members.first { $0.name == family.name }?.identity
            order = members.filter {
                (!settled.contains($0.version) || $0.identity == current) && !isReading($0.identity)
                    && !surroundings.isReadElsewhere($0.identity)
            }
            order = family.inOrder(order, renamed: renamed)
            // Packed copies come last, because their originals may be listed too.
            for member in order.filter({ !$0.isPacked }) + order.filter(\.isPacked)
            where found[member.identity] == nil {
                guard files.count + found.count <= FollowedLog.limit else {
                    hasMore = true
                    break
                }
                guard let file = open(member, canWait: files.count + found.count > 1) else { continue }
                var mark: GrowingFile.Mark?
                var goesOnTruncated = false
                switch match(file, member, listed, truncated) {
                case .settled:
                    settled.insert(member.version)
                    continue
                case .undecided: continue
                case .new: break
                case .goesOn(let known, let isTruncated, let open):
                    // One copy is enough.
                    guard !isContinued else { continue }
                    mark = known
                    goesOnTruncated = isTruncated
                    if isTruncated { isCopied = isCopied || member.isPacked || file.file.size >= known.end }
                    if let open { replaced.append(open) }
                }
                guard let reader = reader(of: file, member, after: mark, surroundings) else { continue }
                // Of copies that are found together, the log itself is read, or else the longest one.
                let copies = found.filter { $0.value.isCopy(of: reader) }
                if member.identity != current,
                    copies.contains(where: { $0.key == current || $0.value.unread >= reader.unread })
                {
                    continue
                }
                for copy in copies.keys { found[copy] = nil }
                let isPast = past.contains { $0.identity == member.identity }
                if copies.isEmpty,
                    mark == nil ? truncated == nil : !goesOnTruncated && !member.isPacked && !isPast
                {
                    met += 1
                }
                isContinued = isContinued || goesOnTruncated
                if mark != nil { past.removeAll { $0.identity == member.identity } }
                found[member.identity] = truncated == nil ? reader : reader.complete
            }
            surroundings.noteRenamings()
            if !isStable || renamings != before { mustLook = true }
        } while mustLook && !hasMore && FollowedLog.milliseconds < start + 2000 && !surroundings.shouldStop()
        files.removeAll { file in replaced.contains { $0 === file } }
        looked = (time(nil), renamings)
        if let truncated, !isContinued {
            let mark = truncated.mark
            past.append(Past(truncated.file.identity, mark: mark, beginning: mark.beginning))
        }
        add(found, order, before: truncated)
        if !mustLook, !hasMore, unopened.isEmpty {
            if let last, !found.isEmpty, start > lastSeen + FollowedLog.blink,
                files.contains(where: { $0 === last }),
                !listed.contains(last.file.identity)
            {
                vanished = last
            }
            // A packed copy that is still being written may be a copy of the vanished file.
            if !isWaiting {
                count(hasGap: vanished.map { $0.copy == nil } ?? false)
                vanished = nil
            }
            forget(members, listed)
        }
        return truncated == nil ? !found.isEmpty : isCopied
    }

    /// Whether a look is necessary: the name has another file than the last opened one. Missing files, and files that
    /// cannot be opened, are tried again after a second or when names change.
    private var isDue: Bool {
        var status = stat()
        let isThere = stat(SystemText.path(path), &status) == 0
        let isCurrent = isThere && files.last?.file.isSame(as: status) == true
        if isCurrent { lastSeen = FollowedLog.milliseconds }
        if isCurrent, unopened.isEmpty, !isWaiting { return false }
        if isThere, !isCurrent, unopened.isEmpty { return true }
        return time(nil) != looked.time || renamings != looked.renamings
    }

    private typealias Opened = (file: OpenFile, packed: LogFile?, beginning: [UInt8])

    private func open(_ member: LogFamily.Member, canWait: Bool) -> Opened? {
        do {
            let file = try OpenFile(member.path, acceptsPipes: false, staysOpen: true)
            guard file.identity == member.identity else {
                mustLook = true
                return nil
            }
            guard member.isPacked else { return (file, nil, file.beginning) }
            let log = try LogFile(member.path, file)
            return (file, log, log.beginning)
        } catch let failure as OpenFile.Failure where failure.number == ENOENT || failure.kind != nil {
            mustLook = true
        } catch let failure as OpenFile.Failure where failure.number == EMFILE && canWait {
            hasMore = true
        } catch {
            unopened[member.path] = InputProblem(path: member.path, error)
        }
        return nil
    }

    private enum Match {
        case new, settled
        /// A copy that may still grow.
        case undecided
        /// `replaces` is an open file that holds no more than this one.
        case goesOn(GrowingFile.Mark, isTruncated: Bool = false, replaces: GrowingFile? = nil)
    }

    /// Compares a file that is not open yet with the known files. `listed` are the files that have names.
    private func match(
        _ file: Opened, _ member: LogFamily.Member, _ listed: Set<OpenFile.Identity>,
        _ truncated: GrowingFile?
    ) -> Match {
        func isSame(_ known: [UInt8]) -> Bool {
            let count = min(known.count, file.beginning.count)
            return count > 0 && known.prefix(count) == file.beginning.prefix(count)
        }
        func isSame(_ mark: GrowingFile.Mark) -> Bool {
            isSame(mark.beginning) && (member.isPacked || file.file.holds(mark.tail, before: mark.offset))
        }
        if member.isPacked {
            if file.beginning.isEmpty {
                isWaiting = true
                return .undecided
            }
            // A packed copy has the modification time of its original, which was not written since the start.
            if member.modified < Int64(start - 2) * 1_000_000_000 { return .settled }
        }
        if let truncated {
            if isSame(truncated.mark) { return .goesOn(truncated.mark, isTruncated: true) }
            // A copy of the present content.
            if isSame(truncated.file.beginning) { return .undecided }
        }
        // Short files of one second may have equal lines without being copies. For those, a known file counts only if
        // it has no other packed copy, has the same identity, or has lost all its names.
        func mayBeCopy(_ identity: OpenFile.Identity, _ copy: OpenFile.Identity?, isDistinct: Bool) -> Bool {
            if isDistinct || identity == member.identity { return true }
            return member.isPacked
                ? copy == nil || copy == member.identity : !listed.contains(identity)
        }
        let known = past.indices.filter { index in
            let known = past[index]
            return mayBeCopy(known.identity, known.copy, isDistinct: known.isDistinct)
                && known.mark.map(isSame) ?? isSame(known.beginning)
        }
        if let index = known.first(where: { past[$0].identity == member.identity })
            ?? known.max(by: { past[$0].mark?.offset ?? .max < past[$1].mark?.offset ?? .max })
        {
            if member.isPacked { past[index].copy = member.identity }
            if let mark = past[index].mark { return .goesOn(mark) }
            // A file from before the start may get the log's name again.
            return hasName(member.identity) ? .new : .settled
        }
        for open in files where open !== truncated && isSame(open.mark) {
            // The file that is written now may be truncated next.
            if hasName(open.file.identity) { return .undecided }
            let mark = open.mark
            let isDistinct = GrowingFile.isDistinct(mark.beginning)
            guard mayBeCopy(open.file.identity, open.copy, isDistinct: isDistinct) else { continue }
            if member.isPacked {
                open.copy = member.identity
                return .settled
            }
            let isBetter =
                !listed.contains(open.file.identity) || hasName(member.identity)
                || file.file.size > open.file.currentSize
            return isBetter ? .goesOn(mark, replaces: open) : .settled
        }
        return .new
    }

    /// Whether a file has the name of the log.
    private func hasName(_ identity: OpenFile.Identity) -> Bool {
        var status = stat()
        return stat(SystemText.path(path), &status) == 0 && OpenFile.Identity(status) == identity
    }

    /// Opens a file for reading from its beginning, or after a mark; nil if nothing follows the mark.
    private func reader(
        of opened: Opened, _ member: LogFamily.Member, after mark: GrowingFile.Mark?,
        _ surroundings: Surroundings
    ) -> GrowingFile? {
        if let packed = opened.packed {
            settled.insert(member.version)
            do {
                let rest = try packed.unpacked(from: mark?.offset ?? 0, shouldStop: surroundings.shouldStop)
                let reader = rest.map {
                    GrowingFile($0, index: index, years: nil, base: mark?.offset ?? 0).complete
                }
                reader?.copy = member.identity
                return reader
            } catch {
                settled.remove(member.version)
                unopened[member.path] = InputProblem(path: member.path, error)
                return nil
            }
        }
        guard let mark else { return GrowingFile(opened.file, index: index, years: nil) }
        guard opened.file.size > mark.offset || hasName(member.identity) else {
            settled.insert(member.version)
            return nil
        }
        return GrowingFile(opened.file, index: index, after: mark)
    }

    /// Adds files in their order, before a truncated file or at the end.
    private func add(
        _ found: [OpenFile.Identity: GrowingFile], _ order: [LogFamily.Member], before truncated: GrowingFile?
    ) {
        var left = found
        let ordered = order.compactMap { left.removeValue(forKey: $0.identity) }
        let index = truncated.flatMap { truncated in files.firstIndex { $0 === truncated } } ?? files.endIndex
        // Files that have lost their names in the meantime are the oldest.
        files.insert(contentsOf: Array(left.values) + ordered, at: index)
    }

    /// Counts files that mlq cannot have seen. If events are missing (network file systems), the last file that was
    /// read must still exist; then all later files exist as well.
    private func count(hasGap: Bool) {
        if born < met || hasLostEvents {
            if hasGap { gaps += 1 }
        } else {
            missed = max(missed, born - met)
        }
        if hasLostEvents { born = met }
        hasLostEvents = false
    }

    private func forget(_ members: [LogFamily.Member], _ listed: Set<OpenFile.Identity>) {
        settled.formIntersection(members.map(\.version))
        let names = Set(members.map(\.name))
        renamed = renamed.filter { names.contains($0.key) }
        var surplus = past.count { !listed.contains($0.identity) } - FollowedLog.memory
        past.removeAll { known in
            guard surplus > 0, !listed.contains(known.identity) else { return false }
            surplus -= 1
            return true
        }
    }

    /// Failures, and losses that mlq knows of.
    var problems: [InputProblem] {
        var problems = unopened.values.sorted { $0.path < $1.path }
        func report(_ what: String, isDamage: Bool) {
            problems.append(InputProblem(path: path, what: what, isDamage: isDamage))
        }
        func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
        if missed > 0 {
            let files = missed == 1 ? "1 file was" : "\(missed) files were"
            report("was rotated too fast: \(files) deleted before mlq could open them", isDamage: true)
        }
        if gaps > 0 {
            report(
                "was replaced \(times(gaps)) while mlq was not looking, and the file before is gone; "
                    + "files between them may be missing", isDamage: true)
        }
        if truncations > 0 {
            report(
                "was truncated \(times(truncations)) without a whole copy beside it; lines written just before may be missing",
                isDamage: false)
        }
        return problems
    }
}
