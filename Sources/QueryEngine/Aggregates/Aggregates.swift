import QuerySyntax

/// List of all aggregates. A new aggregate is one line here.
package enum Aggregates {
    package static let all = Vocabulary<Aggregate>(
        "aggregate",
        [
            CountAggregate.form,
            SumAggregate.form,
            AverageAggregate.form,
            ExtremeAggregate.min,
            ExtremeAggregate.max,
            PercentileAggregate.median,
            PercentileAggregate.pNN,
            PercentileAggregate.percentile,
            DeviationAggregate.form,
            DistinctAggregate.dcount,
            ApproximateCountAggregate.form,
            EdgeAggregate.first,
            EdgeAggregate.last,
            EdgeAggregate.argmax,
            DistinctAggregate.values,
            ListAggregate.form,
            RateAggregate.form,
            ShareAggregate.form,
        ])
}
