import MailLog
import QuerySyntax

/// Runs a query. Threads scan the log in parallel. Operators that need all rows, or rows in order, run after the
/// parallel scan.
package struct Executor {
    private let logs: LogSet
    private let threads: Int
    /// Whether raw bytes are searched before lines are split, and other times are skipped. False only in tests.
    let searches: Bool

    package init(logs: LogSet, threads: Int, searches: Bool = true) {
        self.logs = logs
        self.threads = max(1, threads)
        self.searches = searches
    }

    /// Format and sink of an answer.
    package struct Destination {
        package let format: OutputFormat
        package let options: OutputOptions
        package let sink: any ByteSink

        package init(format: OutputFormat, options: OutputOptions, sink: any ByteSink) {
            self.format = format
            self.options = options
            self.sink = sink
        }

        /// The same sink without output of rows: `write` has saved them.
        var silenced: Destination {
            let nothing = OutputFormat(
                "nothing", summary: "", isPiecewise: false,
                columns: { schema in
                    var schema = schema
                    schema.columns = []
                    return schema
                }, make: { _, _ in SilentWriter() })
            return Destination(format: nothing, options: options, sink: sink)
        }
    }

    /// Runs a query. Keeps up to `limit` bytes of rows that are no log lines. The outcome of an abandoned run is empty.
    package func run(
        _ query: Query, to destination: Destination, run: RunState, progress: Progress? = nil,
        keeping limit: Int = 0
    ) -> Outcome {
        let gate = AnswerGate(destination.sink)
        let gated = Destination(format: destination.format, options: destination.options, sink: gate)
        return gate.wait(for: run) { answer(query, to: gated, run, progress, keeping: limit) }
            ?? Outcome(rows: 0, account: ScanAccount(), problems: logs.problems)
    }

    private func answer(
        _ query: Query, to destination: Destination, _ run: RunState, _ progress: Progress?,
        keeping limit: Int
    ) -> Outcome {
        let destination = query.isSaved ? destination.silenced : destination
        let output = OutputConsumer(destination, run: run)
        let keeper = limit > 0 && !query.givesLines ? KeepingOutput(output, limit: limit) : nil
        var query = query
        query.schema = destination.format.columns(query.schema)
        var account = execute(query, into: keeper ?? output, run: run, progress: progress)
        account.add(run.passes)
        output.sink.flush()
        let problems = logs.problems + (progress?.problems ?? [])
        let known = Set(problems)
        return Outcome(
            rows: output.rows, account: account,
            problems: problems + run.passProblems.filter { !known.contains($0) },
            kept: keeper.map { ($0.table, $0.isWhole && !run.shouldStop) })
    }

    /// Runs a query whose rows another query uses.
    package func pass(_ query: Query, to output: any RowOutput, run: RunState) {
        let progress = Progress()
        run.add(execute(query, into: output, run: run, progress: progress), progress.problems)
    }

    package struct Outcome: Sendable {
        package var rows: Int
        package var account: ScanAccount
        package var problems: [InputProblem]
        /// The kept rows, and whether they are complete.
        package var kept: (rows: RowTable, isWhole: Bool)?
    }

    // MARK: The parallel part

    private func execute(
        _ query: Query, into output: any RowOutput, run: RunState, progress: Progress?
    ) -> ScanAccount {
        let query = query.pruned()
        let worker = Worker(run: run)
        guard query.readsLines else {
            let chain = serialChain(query.steps[...], query, output, worker)
            chain.finish()
            return ScanAccount()
        }
        var head: [Transform] = []
        var index = 0
        while index < query.steps.count, case .each(let transform) = query.steps[index], !transform.inOrder {
            head.append(transform)
            index += 1
        }
        let rest = query.steps[index...]
        if case .reduce(let reduction)? = rest.first {
            return reduce(reduction, head, rest.dropFirst(), query, output, run, progress)
        }
        if rest.isEmpty, let writer = output.pieceWriter(query.schema) {
            return write(writer, head, query, output, run, progress)
        }
        return inOrder(head, rest, query, output, run, progress)
    }

    func operators(
        _ transforms: [Transform], _ last: any RowConsumer, _ worker: Worker
    ) -> any RowConsumer {
        transforms.reversed().reduce(last) { next, transform in transform.make(next, worker) }
    }

    /// Feeds a reduction in parallel, one part per thread.
    private func reduce<R: Reduction>(
        _ reduction: R, _ head: [Transform], _ rest: ArraySlice<Step>, _ query: Query,
        _ output: any RowOutput,
        _ run: RunState, _ progress: Progress?
    ) -> ScanAccount {
        let reader = reader(query, ordered: false, merged: !reduction.ignoresOrder, run)
        progress?.follow(reader)
        let parts = Mutex<[Finished<R.Part>]>([])
        let account = Mutex(ScanAccount())
        Threads.run(threads) { index in
            let worker = Worker(run: run)
            let part = reduction.makePart(worker)
            let chain = operators(head, part, worker)
            let scan = Scan(
                query, paths: logs.files(dated: query.needsTime).map(\.path), worker: worker,
                searches: searches, sieve: head.isEmpty ? part.sieve : nil)
            let block = Block()
            var isWhole = true
            while isWhole, !run.shouldStop, let chunk = reader.next(into: block) {
                isWhole = scan.scan(chunk, into: chain)
            }
            chain.finish()
            parts.withLock { $0.append(Finished(index: index, part: part, worker: worker)) }
            account.withLock { $0.add(scan.account, isWhole: isWhole) }
        }
        progress?.finish(reader)
        var others = parts.withLock { parts in
            defer { parts = [] }
            return parts.sorted { $0.index > $1.index }
        }
        let first = others.removeLast()
        // A merged part is freed before the next merge.
        while !run.shouldGiveUp, let other = others.popLast() {
            first.part.merge(other.part)
            run.keep(other)
        }
        if !run.hasFailed, !run.shouldGiveUp {
            let worker = Worker(run: run)
            let chain = serialChain(rest, query, output, worker)
            first.part.emit(into: chain, worker: worker)
            chain.finish()
        }
        run.keep(others)
        run.keep(first)
        return account.withLock { $0.skipping(reader.skipped) }
    }

    /// Formats rows in parallel, and puts the bytes in order.
    private func write(
        _ writer: @escaping @Sendable () -> any RowWriter, _ head: [Transform], _ query: Query,
        _ output: any RowOutput, _ run: RunState, _ progress: Progress?
    ) -> ScanAccount {
        output.begin(query.schema)
        let sequencer = Sequencer<(text: [UInt8], rows: Int)>(window: threads * 4) { piece in
            output.write(piece.text, rows: piece.rows)
        }
        let account = scanInOrder(query, run, progress) { worker in
            let formatter = PieceConsumer(writer())
            let block = Block()
            return ChunkWork(
                consumer: operators(head, formatter, worker), block: { block },
                end: { number in sequencer.put(formatter.take(), number: number) })
        } end: {
            sequencer.end()
        }
        output.finish()
        return account
    }

    /// Passes rows in order to a serial chain of operators.
    private func inOrder(
        _ head: [Transform], _ rest: ArraySlice<Step>, _ query: Query, _ output: any RowOutput,
        _ run: RunState,
        _ progress: Progress?
    ) -> ScanAccount {
        let worker = Worker(run: run)
        let chain = serialChain(rest, query, output, worker)
        let buffer = RowBuffer(query.layout)
        var slots = RowSlots(query.needs(of: rest).filter { $0 < buffer.width })
        if case .each(let first)? = rest.first, let known = first.rowSlots { slots = known }
        let spares = SpareBatches(slots)
        let sequencer = Sequencer<RowBatch>(window: threads * 4) { batch in
            defer { spares.give(batch) }
            return batch.replay(into: chain, buffer, worker: worker)
        }
        let account = scanInOrder(query, run, progress) { worker in
            let collector = BatchCollector(spares)
            return ChunkWork(
                consumer: operators(head, collector, worker), block: { collector.block },
                end: { number in sequencer.put(collector.take(), number: number) })
        } end: {
            sequencer.end()
        }
        chain.finish()
        run.keep(chain)
        return account
    }

    /// What a thread does with chunks.
    private struct ChunkWork {
        let consumer: any RowConsumer
        /// Returns the memory for the next chunk.
        let block: () -> Block
        /// Called after a chunk with its number. Returns false if no more are wanted.
        let end: (Int) -> Bool
    }

    /// Scans chunks with all threads.
    private func scanInOrder(
        _ query: Query, _ run: RunState, _ progress: Progress?,
        make: @escaping @Sendable (Worker) -> ChunkWork,
        end: @escaping @Sendable () -> Void
    ) -> ScanAccount {
        let reader = reader(query, ordered: true, merged: true, run)
        progress?.follow(reader)
        let account = Mutex(ScanAccount())
        Threads.run(threads) { _ in
            let worker = Worker(run: run)
            let work = make(worker)
            let scan = Scan(
                query, paths: logs.files(dated: query.needsTime).map(\.path), worker: worker,
                searches: searches)
            var isWhole = true
            while isWhole, !run.shouldStop, let chunk = reader.next(into: work.block()) {
                let goesOn = scan.scan(chunk, into: work.consumer)
                isWhole = work.end(chunk.sequence) && goesOn
                if !isWhole { reader.stop() }
            }
            if run.shouldStop { end() }
            account.withLock { $0.add(scan.account, isWhole: isWhole) }
        }
        progress?.finish(reader)
        return account.withLock { $0.skipping(reader.skipped) }
    }

    private func reader(_ query: Query, ordered: Bool, merged: Bool, _ run: RunState) -> ChunkReader {
        logs.reader(
            ordered: ordered, merged: merged, numbered: query.lineNeeds.contains(Field.line.slot),
            dated: query.needsTime,
            during: searches ? query.times : nil
        ) { run.shouldStop }
    }

    // MARK: The serial part

    func serialChain(
        _ steps: ArraySlice<Step>, _ query: Query, _ output: any RowOutput, _ worker: Worker
    ) -> any RowConsumer {
        guard case .reshape(let reshaping)? = steps.last else {
            return chain(steps, start(output, query.schema, worker.run), worker)
        }
        let part = reshaping.makePart(worker)
        let last = RowOperator(atEnd: { emit(part, query, output, worker) }, body: part.consume)
        return chain(steps.dropLast(), last, worker)
    }

    private func chain(
        _ steps: ArraySlice<Step>, _ last: any RowConsumer, _ worker: Worker
    ) -> any RowConsumer {
        steps.reversed().reduce(last) { next, step in
            switch step {
            case .each(let transform): transform.make(next, worker)
            case .reduce(let reduction): reduction.serialOperator(next, worker)
            case .reshape: preconditionFailure("a reshaping step is the last of its query")
            }
        }
    }

    /// Emits the rows of a reshaping step. Its columns are known now, so the rest of the query is resolved.
    func emit(_ part: any ReshapingPart, _ query: Query, _ output: any RowOutput, _ worker: Worker) {
        var schema = part.finalSchema()
        schema.isOpen = true
        let rest = Query(stages: query.rest, from: Resolution(schema: schema, environment: query.environment))
        let next = serialChain(rest.steps[...], rest, output, worker)
        if !worker.run.hasFailed { part.emit(into: next, layout: rest.layout, worker: worker) }
        next.finish()
    }

    /// Passes the schema to the output before the first row.
    private func start(_ output: any RowOutput, _ schema: Schema, _ run: RunState) -> RowOperator {
        var hasBegun = false
        func begin() {
            if !hasBegun { output.begin(schema) }
            hasBegun = true
        }
        return RowOperator(output, atEnd: begin) { row in
            // After a failure, rows that operators flush at the end are no answer.
            guard !run.hasFailed else { return false }
            begin()
            return output.consume(row)
        }
    }
}

extension Reduction {
    /// The reduction in a serial chain: emits its rows after the last input row.
    fileprivate func serialOperator(_ next: any RowConsumer, _ worker: Worker) -> RowOperator {
        let part = makePart(worker)
        let emit = {
            if !worker.run.hasFailed, !worker.run.shouldGiveUp { part.emit(into: next, worker: worker) }
        }
        return RowOperator(next, atEnd: emit, body: part.consume)
    }
}

/// A finished part with its worker.
private struct Finished<Part>: @unchecked Sendable {
    // Passed on after its thread has ended.
    let index: Int
    let part: Part
    let worker: Worker
}

/// Formats the rows of a chunk.
private final class PieceConsumer: RowConsumer {
    private let writer: any RowWriter
    private var text: [UInt8] = []
    private var rows = 0

    init(_ writer: any RowWriter) { self.writer = writer }

    func consume(_ row: Row) -> Bool {
        writer.append(row, into: &text)
        rows += 1
        return true
    }

    func finish() {}

    func take() -> (text: [UInt8], rows: Int) {
        defer {
            text = []
            rows = 0
        }
        return (text, rows)
    }
}

/// Collects the rows of one chunk, in the same memory as its lines.
private final class BatchCollector: RowConsumer {
    private let spares: SpareBatches
    private var batch: RowBatch
    private(set) var block: Block

    init(_ spares: SpareBatches) {
        self.spares = spares
        (batch, block) = spares.take()
    }

    func consume(_ row: Row) -> Bool { batch.consume(row) }

    func finish() {}

    func take() -> RowBatch {
        defer { (batch, block) = spares.take() }
        return batch
    }
}

/// Batches whose rows have been passed on, for reuse.
private final class SpareBatches: Sendable {
    private let slots: RowSlots
    private let batches = Mutex<[Spare]>([])

    private struct Spare: @unchecked Sendable {
        // Has no other owner.
        let batch: RowBatch
        let block: Block
    }

    init(_ slots: RowSlots) { self.slots = slots }

    func give(_ batch: RowBatch) {
        guard let block = batch.block else { return }
        batch.clear()
        let spare = Spare(batch: batch, block: block)
        batches.withLock { $0.append(spare) }
    }

    func take() -> (RowBatch, Block) {
        if let spare = batches.withLock({ $0.popLast() }) { return (spare.batch, spare.block) }
        let block = Block()
        return (RowBatch(slots, block: block), block)
    }
}

private final class SilentWriter: RowWriter {
    func begin(into text: inout [UInt8]) {}
    func append(_ row: Row, into text: inout [UInt8]) {}
    func end(into text: inout [UInt8]) {}
}
