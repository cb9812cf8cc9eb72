import MailLog
import QuerySyntax

/// How a query will run, as text for `explain`.
package struct Plan {
    private let query: Query
    private let threads: Int

    package init(_ query: Query, threads: Int) {
        var query = query
        if query.givesLines, let line = query.schema.column("raw") { query.schema.columns = [line] }
        self.query = query.pruned()
        self.threads = threads
    }

    package var text: String {
        var lines: [String] = []
        let threadCount = "\(threads) thread\(threads == 1 ? "" : "s")"
        if query.readsLines {
            lines.append(
                "scan     \(threadCount), \(passesInOrder ? "in the order of the log" : "in any order")")
            if case .anyOf(let literals) = query.raw {
                let texts = literals.map {
                    "\"\(String(decoding: $0.bytes, as: UTF8.self))\"\($0.ignoresCase ? "i" : "")"
                }
                let shown =
                    query.environment.redaction == nil
                    ? texts : [texts.count == 1 ? "a text" : "\(texts.count) texts"]
                lines.append("search   raw bytes for \(shown.joined(separator: " or "))")
            }
            if let reading { lines.append("read     \(reading)") }
            let early = query.scan.filter(isEarly)
            if !early.isEmpty {
                lines.append("filter   \(count(early)) on the prelude, before the text is read")
            }
            let late = query.scan.filter { !isEarly($0) }
            if !late.isEmpty { lines.append("filter   \(count(late)) on the fields of the text") }
            lines.append("decode   \(decoded)")
        }
        var isSerial = false
        for step in query.steps {
            switch step {
            case .each(let transform):
                isSerial = isSerial || transform.inOrder
                lines.append("each     \(transform.title)\(isSerial ? ", in order" : "")")
            case .reduce(let reduction):
                lines.append(
                    "gather   \(reduction.title)"
                        + (isSerial || threads == 1 ? "" : ", a part for each thread, then merged"))
                isSerial = true
            case .reshape(let reshaping):
                lines.append(
                    "reshape  \(reshaping.title); what follows is resolved when the columns are known")
            }
        }
        let shown = query.schema.columns.prefix(12).map(\.name).joined(separator: ", ")
        lines.append(
            query.givesLines
                ? "give     the lines themselves"
                : "give     \(shown)\(query.schema.columns.count > 12 ? ", …" : "")")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Part of the logs that is read, for a condition on time.
    private var reading: String? {
        guard let times = query.times else { return nil }
        let logs = query.environment.files()
        guard !logs.isEmpty else { return nil }
        let parts = logs.map { $0.part(holding: times) }
        let count = parts.count { !$0.isEmpty }
        let wanted = zip(logs, parts).reduce(0) { $0 + min($1.1.count, $1.0.size) }
        return "\(count) of \(logs.count) log\(logs.count == 1 ? "" : "s"), \(PeopleText.size(wanted)) of "
            + "\(PeopleText.size(logs.reduce(0) { $0 + $1.size })): bytes whose sampled stamps are of another time are skipped"
    }

    private var passesInOrder: Bool {
        for step in query.steps {
            switch step {
            case .each(let transform): if transform.inOrder { return true }
            case .reduce: return false
            case .reshape: return true
            }
        }
        return true
    }

    private func isEarly(_ condition: Condition) -> Bool {
        condition.needs.allSatisfy { $0 < Fields.all.count && LineDecoder.headFields.contains($0) }
    }

    private func count(_ conditions: [Condition]) -> String {
        conditions.count == 1 ? "a condition" : "\(conditions.count) conditions"
    }

    private var decoded: String {
        let names = query.lineNeeds.filter { $0 < Fields.all.count }.sorted().map { Fields.all[$0].name }
        if names.isEmpty { return "nothing" }
        if names.count > 16 { return "\(names.count) fields" }
        return names.joined(separator: ", ")
    }
}
