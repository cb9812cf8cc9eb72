import MailLog
import QuerySyntax

/// Runs a query over growing logs. Operators that pass on single rows write them as they come. For other operators, the
/// answer so far is shown repeatedly, and once more at the end.
///
/// Everything runs on one thread: a server logs little, and rows come in the order of writing.
package struct Following {
    private let executor: Executor
    private let follower: FileFollower
    private let frames: Frames

    /// Display of the answer so far.
    package struct Frames {
        /// Seconds between two frames.
        let interval: Double
        /// Whether a frame is shown only after new rows.
        let waitsForRows: Bool
        let seconds: () -> Double
        /// Shows a frame. Returns false after the reader has gone.
        let show: (_ text: [UInt8], _ isLast: Bool) -> Bool

        package init(
            interval: Double, waitsForRows: Bool, seconds: @escaping () -> Double,
            show: @escaping (_ text: [UInt8], _ isLast: Bool) -> Bool
        ) {
            self.interval = interval
            self.waitsForRows = waitsForRows
            self.seconds = seconds
            self.show = show
        }
    }

    package init(_ executor: Executor, _ follower: FileFollower, _ frames: Frames) {
        self.executor = executor
        self.follower = follower
        self.frames = frames
    }

    /// Milliseconds until files are polled without a notification.
    private static let patience: Int32 = 100

    /// Runs until an interrupt, the end of the logs or of demand.
    package func run(
        _ query: Query, to destination: Executor.Destination, run: RunState
    ) -> Executor.Outcome {
        run.endWithAnswer()
        var query = query
        let isSaved = query.isSaved
        let destination = isSaved ? destination.silenced : destination
        query.schema = destination.format.columns(query.schema)
        query = query.pruned()
        let gathering = query.steps.firstIndex { if case .each = $0 { false } else { true } }
        let account: ScanAccount
        var rows = 0
        switch gathering.map({ query.steps[$0] }) {
        case nil where !destination.format.isPiecewise && !isSaved:
            run.fail(
                RunFailure(
                    "with --follow rows are written as they come, and -o \(destination.format.name) needs all; "
                        + "use jsonl, csv, tsv or raw", status: 2))
            account = ScanAccount()
        case nil: account = stream(query, destination, run, &rows)
        case _? where isSaved:
            run.fail(
                RunFailure("'write' with --follow takes rows that come one by one, not an answer", status: 2))
            account = ScanAccount()
        case .reduce(let reduction)?:
            account = frames(of: reduction, gathering ?? 0, query, destination, run, &rows)
        case .reshape(let reshaping)?:
            let worker = Worker(run: run)
            let part = reshaping.makePart(worker)
            account = show(query, gathering ?? 0, part, destination, worker, &rows) {
                output in
                executor.emit(part, query, output, worker)
            }
        case .each?: preconditionFailure("a step that gathers rows does not pass them on")
        }
        follower.close()
        return Executor.Outcome(rows: rows, account: account, problems: follower.problems)
    }

    // MARK: Rows as they come

    private func stream(
        _ query: Query, _ destination: Executor.Destination, _ run: RunState, _ rows: inout Int
    ) -> ScanAccount {
        let worker = Worker(run: run)
        let output = OutputConsumer(destination, run: run)
        let chain = executor.serialChain(query.steps[...], query, output, worker)
        let account = follow(query, into: chain, worker) { output.passOn() }
        chain.finish()
        output.sink.flush()
        rows = output.rows
        return account
    }

    // MARK: The answer so far

    private func frames<R: Reduction>(
        of reduction: R, _ index: Int, _ query: Query, _ destination: Executor.Destination, _ run: RunState,
        _ rows: inout Int
    ) -> ScanAccount {
        let worker = Worker(run: run)
        let part = reduction.makePart(worker)
        return show(query, index, part, destination, worker, &rows) { output in
            let chain = executor.serialChain(query.steps[(index + 1)...], query, output, worker)
            part.emit(into: chain, worker: worker)
            chain.finish()
        }
    }

    private func show(
        _ query: Query, _ index: Int, _ part: any RowConsumer, _ destination: Executor.Destination,
        _ worker: Worker, _ rows: inout Int, emit: (any RowOutput) -> Void
    ) -> ScanAccount {
        let run = worker.run
        let transforms = query.steps[..<index].compactMap { step -> Transform? in
            if case .each(let transform) = step { transform } else { nil }
        }
        var taken = 0
        let counter = RowOperator(part) { row in
            taken += 1
            return part.consume(row)
        }
        let head = executor.operators(transforms, counter, worker)
        var shown = (rows: -1, time: frames.seconds())
        var count = 0
        func frame(isLast: Bool) {
            let memory = MemorySink()
            let output = OutputConsumer(
                Executor.Destination(format: destination.format, options: destination.options, sink: memory),
                run: run)
            emit(output)
            count = output.rows
            shown = (taken, frames.seconds())
            if !frames.show(memory.bytes, isLast) { run.stop() }
        }
        let account = follow(query, into: head, worker) {
            guard follower.hasCaughtUp, destination.format.page == nil, run.failure == nil else { return }
            // Spilled rows are merged only once, at the end.
            guard !run.hasSpilled else { return }
            if shown.rows >= 0 {
                guard frames.seconds() - shown.time >= frames.interval else { return }
                if frames.waitsForRows, taken == shown.rows { return }
            }
            frame(isLast: false)
        }
        head.finish()
        if run.failure == nil { frame(isLast: true) }
        rows = count
        return account
    }

    // MARK: Reading

    /// Reads existing and new lines. Calls `pause` after rows and regularly while waiting.
    private func follow(
        _ query: Query, into chain: any RowConsumer, _ worker: Worker, pause: () -> Void
    ) -> ScanAccount {
        let scan = Scan(
            query, paths: [], worker: worker, searches: executor.searches)
        let block = Block()
        while !worker.run.shouldStop, !follower.isOver {
            if let chunk = follower.next(into: block) {
                scan.know(follower.paths)
                if !scan.scan(chunk, into: chain) { return scan.account }
                pause()
            } else {
                if follower.hasCaughtUp, !worker.wait(to: Int64(frames.seconds() * 1e6)) {
                    return scan.account
                }
                pause()
                follower.wait(Following.patience)
            }
        }
        while let chunk = follower.last(into: block), scan.scan(chunk, into: chain) {}
        return scan.account
    }
}
