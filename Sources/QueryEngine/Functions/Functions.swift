import QuerySyntax

/// List of all functions. A new function is one line here.
package enum Functions {
    package static let all = Vocabulary<Function>(
        "function",
        [
            AddressFunctions.domain,
            AddressFunctions.localpart,
            CaseFunctions.lower,
            CaseFunctions.upper,
            LengthFunction.form,
            SubstrFunction.form,
            ReplaceFunction.form,
            SplitFunction.form,
            ConcatFunction.form,
            ChoiceFunctions.ifElse,
            ChoiceFunctions.cases,
            ChoiceFunctions.coalesce,
            MissingFunction.form,
            RoundFunctions.round,
            RoundFunctions.abs,
            BinFunction.form,
            NetFunction.form,
            StrftimeFunction.form,
            ConversionFunctions.duration,
            ConversionFunctions.tonumber,
            NeighbourFunctions.prev,
            NeighbourFunctions.delta,
            NeighbourFunctions.running,
            ReplyFunctions.dsn,
            ReplyFunctions.kv,
        ])
}
