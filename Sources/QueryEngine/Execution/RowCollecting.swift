extension Executor {
    /// Runs a query and keeps its rows. A failure fails the run.
    package func table(_ query: Query, run: RunState) -> RowTable {
        let collector = RowCollector(run)
        pass(query, to: collector, run: run)
        return collector.table
    }
}

extension Environment {
    /// Runs a query over the same logs and keeps its rows. A failure fails the run.
    func rows(_ query: Query, run: RunState) -> RowTable {
        let collector = RowCollector(run)
        pass(query, collector, run)
        return collector.table
    }
}
