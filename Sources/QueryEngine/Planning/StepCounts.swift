import MailLog

/// Counts the rows that come out of each step of a query.
package final class StepCounts: Sendable {
    private let counts: Mutex<[Int]>
    private let titles: [String]

    /// Returns `query` with counters after its steps, and the counts.
    package static func of(_ query: Query) -> (query: Query, counts: StepCounts) {
        let titles = query.steps.map(\.title)
        let counts = StepCounts(["the scan"] + titles)
        var counted = query
        counted.steps = [counts.counter(0)]
        for (index, step) in query.steps.enumerated() {
            counted.steps.append(step)
            // The columns after a reshaping step are not known yet.
            if case .reshape = step { break }
            counted.steps.append(counts.counter(index + 1))
        }
        return (counted, counts)
    }

    private init(_ titles: [String]) {
        self.titles = titles
        counts = Mutex([Int](repeating: 0, count: titles.count))
    }

    /// Titles of the steps, with their numbers of rows.
    package var rows: [(step: String, rows: Int)] {
        Array(zip(titles, counts.withLock { $0 })).map { ($0, $1) }
    }

    private func counter(_ index: Int) -> Step {
        .each(
            Transform("count rows", needs: []) { next, _ in
                var rows = 0
                return RowOperator(next, atEnd: { self.counts.withLock { $0[index] += rows } }) { row in
                    rows += 1
                    return next.consume(row)
                }
            })
    }
}

extension Step {
    /// Title for `explain`.
    package var title: String {
        switch self {
        case .each(let transform): transform.title
        case .reduce(let reduction): reduction.title
        case .reshape(let reshaping): reshaping.title
        }
    }
}
