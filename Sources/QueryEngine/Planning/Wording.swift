/// Text of a pipeline from the log lines on. It is assembled when it is shown: a name that many pipelines use is in
/// memory once.
package final class Wording: Sendable {
    private let before: Wording?
    private let own: String

    package init(_ own: String, after before: Wording? = nil) {
        self.own = own
        self.before = before
    }

    package var text: String {
        var parts: [String] = []
        var next: Wording? = self
        while let wording = next {
            parts.append(wording.own)
            next = wording.before
        }
        return parts.reversed().joined(separator: " | ")
    }
}
