import MailLog

/// Explanation of the difference between two intervals: a list of causes. Each cause is a condition on a dimension,
/// followed by narrower conditions within it. The first cause explains most.
///
/// The method follows Adtributor (R. Bhagwan et al., NSDI 2014). The surprise of a value is its share of the growth
/// minus its share of the lines before. The value with the highest surprise, of all dimensions, is the cause. The
/// search continues within its lines until a condition explains little more, and then in the remaining lines.
struct Explanation {
    struct Step {
        enum Role: String, CaseIterable { case cause, within, unchanged }

        let role: Role
        /// Value numbers; the conditions are combined with `and`.
        let values: [UInt32]
        /// Matching lines of the sample in the two intervals.
        let before: [Int]
        let after: [Int]
    }

    private let sample: LineSample
    private let before: [Int]
    private let after: [Int]
    private let daysBefore: Double
    private let daysAfter: Double
    /// Share of the lines before, for each value number.
    private let usualPart: [Double]

    /// Sum of the growth of all kinds of lines that grew, in sample lines per day.
    let growth: Double

    /// Minimum share of the total growth for a cause, and of the enclosing condition's growth for a narrower condition.
    private static let leastCause = 0.05
    private static let leastWithin = 0.3
    /// Minimum surprise of a condition.
    private static let leastSurprise = 0.15
    /// Minimum overlap of the lines of two conditions that count as equivalent.
    private static let same = 0.9
    private static let mostCauses = 5
    private static let mostConditions = 6
    /// Number of usual lines that are added to the lines before (Bayesian prior), so that a few lines prove nothing.
    private static let prior = 20.0
    /// Minimum growth of a cause, as a share of all lines before.
    private static let leastGrowth = 0.02
    /// Minimum growth in standard deviations of a Poisson process, in which all lines of a message arrive as one event.
    private static let leastDeviations = 5.0

    init(_ sample: LineSample, before: Range<Int64>, after: Range<Int64>) {
        self.sample = sample
        let times = sample.times
        let (linesBefore, linesAfter) = (
            times.indices.filter { before.contains(times[$0]) },
            times.indices.filter { after.contains(times[$0]) }
        )
        self.before = linesBefore
        self.after = linesAfter
        daysBefore = Explanation.days(before)
        daysAfter = Explanation.days(after)
        usualPart = Explanation.count(linesBefore, sample).map { $0 / Double(max(1, linesBefore.count)) }
        growth = Explanation.gross(
            linesBefore, linesAfter, 1 / Explanation.days(before), 1 / Explanation.days(after), sample)
    }

    static func days(_ range: Range<Int64>) -> Double {
        max(1, Double(range.upperBound - range.lowerBound)) / 86_400e6
    }

    /// Returns the sum of the growth of all kinds of lines that grew. The total number of lines is not enough: a new
    /// access rule or slow mail moves lines from one kind to another, and the total remains the same.
    private static func gross(
        _ before: [Int], _ after: [Int], _ perBefore: Double, _ perAfter: Double, _ sample: LineSample
    ) -> Double {
        var growths: [[UInt32]: Double] = [:]
        for (lines, weight) in [(before, -perBefore), (after, perAfter)] {
            for line in lines {
                growths[Dimension.kinds.map { sample.values[line * LineSample.width + $0] }, default: 0] +=
                    weight
            }
        }
        // Sorted, because sums of floating-point numbers depend on their order.
        return growths.values.filter { $0 > 0 }.sorted().reduce(0, +)
    }

    private static func count(_ lines: [Int], _ sample: LineSample) -> [Double] {
        var counts = [Double](repeating: 0, count: sample.valueCount)
        for line in lines {
            for value in sample.values[line * LineSample.width..<(line + 1) * LineSample.width] {
                counts[Int(value)] += 1
            }
        }
        return counts
    }

    // MARK: Causes

    /// Returns the causes, each followed by the conditions within it, in the order of their surprise. If `isOver`
    /// becomes true, returns the causes found so far.
    func causes(isOver: () -> Bool = { false }) -> [Step] {
        var steps: [Step] = []
        var (before, after) = (before, after)
        let least = max(
            Explanation.leastCause * growth, Explanation.leastGrowth * rate(before.count, daysBefore))
        for _ in 0..<Explanation.mostCauses {
            guard growth > 0, !isOver(),
                let first = next(
                    before, after, of: growth, least: least, known: [])
            else { break }
            steps.append(Step(role: .cause, values: [first.value], before: first.before, after: first.after))
            var step = steps[steps.count - 1]
            while step.values.count < Explanation.mostConditions {
                let inner = rate(step.after.count, daysAfter) - rate(step.before.count, daysBefore)
                guard !isOver(),
                    let more = next(
                        step.before, step.after, of: inner, least: Explanation.leastWithin * inner,
                        known: step.values)
                else { break }
                step = Step(
                    role: .within, values: step.values + [more.value], before: more.before, after: more.after)
                steps.append(step)
            }
            before = before.filter { !has($0, first.value) }
            after = after.filter { !has($0, first.value) }
        }
        return steps
    }

    private func rate(_ count: Int, _ days: Double) -> Double { Double(count) / days }

    private func has(_ line: Int, _ value: UInt32) -> Bool {
        sample.values[line * LineSample.width + sample.dimension(of: value)] == value
    }

    /// Returns the value with the highest surprise, and its lines. Prefers an actor with the same messages.
    private func next(
        _ before: [Int], _ after: [Int], of growth: Double, least: Double, known: [UInt32]
    ) -> (value: UInt32, before: [Int], after: [Int])? {
        let excluded = known.reduce(into: Set<Field>()) { set, value in
            let dimension = Dimension.all[sample.dimension(of: value)]
            set.insert(dimension.field)
            set.formUnion(dimension.implies)
        }
        let countsBefore = Explanation.count(before, sample)
        let countsAfter = Explanation.count(after, sample)
        var best: (surprise: Double, value: UInt32)?
        var actors: [UInt32] = []
        for value in countsAfter.indices.dropFirst() where countsAfter[value] > 0 {
            let grown = countsAfter[value] / daysAfter - countsBefore[value] / daysBefore
            guard grown >= least, isSignificant(value, countsBefore, countsAfter) else { continue }
            let usual =
                (countsBefore[value] + Explanation.prior * usualPart[value])
                / (Double(before.count) + Explanation.prior)
            let surprise = grown / growth - usual
            let number = UInt32(value)
            let dimension = sample.dimension(of: number)
            guard surprise >= Explanation.leastSurprise,
                !excluded.contains(Dimension.all[dimension].field)
            else { continue }
            let narrows =
                countsBefore[value] + countsAfter[value] < Explanation.same
                * Double(before.count + after.count)
            if Dimension.all[dimension].isClosed, !narrows { continue }
            if Dimension.all[dimension].namesActor { actors.append(number) }
            if let best, best.surprise > surprise { continue }
            if let best, best.surprise == surprise, !sample.isBefore(number, best.value) { continue }
            best = (surprise, number)
        }
        guard let best = best?.value else { return nil }
        let chosen =
            Dimension.all[sample.dimension(of: best)].namesActor
            ? best : actors.filter { haveSameMessages($0, best, after) }.min(by: sample.isBefore) ?? best
        return (chosen, before.filter { has($0, chosen) }, after.filter { has($0, chosen) })
    }

    /// Whether two values belong to the same messages. Lines without a queue id do not count: connects and disconnects
    /// of a client never contain the login.
    private func haveSameMessages(_ a: UInt32, _ b: UInt32, _ lines: [Int]) -> Bool {
        var (either, both) = (0.0, 0.0)
        for line in lines where sample.values[line * LineSample.width + LineSample.queueID] != 0 {
            let (hasA, hasB) = (has(line, a), has(line, b))
            if hasA || hasB { either += 1 }
            if hasA && hasB { both += 1 }
        }
        return both >= Explanation.same * either
    }

    /// Whether the lines after are significantly more than a Poisson process with the rate before would give.
    private func isSignificant(_ value: Int, _ before: [Double], _ after: [Double]) -> Bool {
        let expected = before[value] / daysBefore * daysAfter
        let variance = (expected * (1 + daysAfter / daysBefore) + 1) * sample.linesOfMessage[value]
        return after[value] - expected >= Explanation.leastDeviations * variance.squareRoot()
    }

    // MARK: Unchanged processes

    /// Returns the common processes whose number of lines changed by at most a fifth.
    func unchanged() -> [Step] {
        let place = Dimension.place("process")
        let countsBefore = Explanation.count(before, sample)
        let countsAfter = Explanation.count(after, sample)
        let flat = countsBefore.indices.dropFirst().filter { value in
            let usual = countsBefore[value] / daysBefore
            return countsBefore[value] >= 0.05 * Double(before.count)
                && sample.dimension(of: UInt32(value)) == place
                && (countsAfter[value] / daysAfter - usual).magnitude <= 0.2 * usual
        }
        return flat.map(UInt32.init).sorted {
            countsBefore[Int($0)] != countsBefore[Int($1)]
                ? countsBefore[Int($0)] > countsBefore[Int($1)] : sample.isBefore($0, $1)
        }.map { value in
            Step(
                role: .unchanged, values: [value], before: before.filter { has($0, value) },
                after: after.filter { has($0, value) })
        }
    }

    /// Returns the log lines per day before and after, extrapolated from the sample.
    func rates(_ step: Step) -> (before: Double, after: Double) {
        (
            rate(step.before.count, daysBefore) * sample.weight,
            rate(step.after.count, daysAfter) * sample.weight
        )
    }

    /// Returns the share of a step in the growth.
    func share(_ step: Step) -> Double {
        (rate(step.after.count, daysAfter) - rate(step.before.count, daysBefore)) / max(growth, 1e-9)
    }
}
