/// Kind of chart. A new kind is a case here, and its drawing code in `TextChart` and `SVGChart`.
package enum ChartKind: String, CaseIterable, Sendable {
    case bars, line, heat, spark
}
