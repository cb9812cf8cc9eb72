/// A document around the answers of a run.
package struct Page: Sendable {
    package let head: String
    package let title: @Sendable (String) -> String
    package let query: @Sendable (String) -> String
    /// Text after the rows of an answer.
    package let end: String
    /// A note about an answer.
    package let note: @Sendable (String) -> String
    package let foot: @Sendable ([String]) -> String
}
