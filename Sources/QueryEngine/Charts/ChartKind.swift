/// A way of drawing rows. A new one is a case here, and its drawing in `TextChart` and `SVGChart`.
package enum ChartKind: String, CaseIterable, Sendable {
    case bars, line, heat, spark
}
