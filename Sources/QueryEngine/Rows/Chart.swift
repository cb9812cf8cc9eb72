/// Request to draw the rows of an answer.
package struct Chart: Sendable {
    /// nil if the rows determine the kind.
    package var kind: ChartKind?
    /// Marks on a time axis.
    package var restarts: Restarts?
}

/// Kind of chart. A new kind is a case here, and its drawing code in `TextChart` and `SVGChart`.
package enum ChartKind: String, CaseIterable, Sendable {
    case bars, line, heat, spark
}
