import QuerySyntax

/// List of all stages. A new stage is one line here.
package enum Stages {
    package static let all = Vocabulary<any Stage>(
        "stage",
        [
            FilterStage.form,
            GroupbyStage.form,
            StatsStage.form,
            SortStage.form,
            HeadStage.form,
            FillStage.form,
            NofillStage.form,
            TopStage.top,
            TopStage.rare,
            PivotStage.form,
            DescribeStage.describe,
            DescribeStage.facets,
            ExtendStage.form,
            SelectStage.form,
            DropStage.form,
            RenameStage.form,
            ExtractStage.form,
            ExplodeStage.form,
            TailStage.form,
            SampleStage.form,
            DedupStage.form,
            JoinStage.form,
            LookupStage.form,
            UnionStage.form,
            ContextStage.form,
            AssertStage.form,
            WriteStage.form,
            CompareStage.form,
            WhatchangedStage.form,
            ChangesStage.form,
            PatternsStage.form,
            ChartStage.form,
            FilesStage.form,
            QueueStage.form,
            MessagesStage.form,
            DeliveriesStage.form,
            RecipientsStage.form,
            SessionsStage.form,
            TraceStage.form,
        ] + SummaryStage.forms)
}

extension Language {
    /// The language of mlq.
    package static let mlq = Language(
        stages: Stages.all, functions: Functions.all, aggregates: Aggregates.all)
}
