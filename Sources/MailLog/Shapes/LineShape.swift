/// One shape of log line: how to tell it and which fields it carries. A new shape is one file that conforms and
/// one line in `LineShapes.types`.
///
/// No line has two shapes but one of the last resort: which of them are tried depends on what a query demands, and
/// the answer must not.
package protocol LineShape: Sendable {
    /// The values of `event` that it gives.
    static var events: [String] { get }

    init()

    /// The processes (last component of the tag) that log it; empty means any.
    var processes: [String] { get }
    /// The slots of the fields it fills, `event` and the envelope's apart.
    var slots: [Int] { get }
    /// Whether a line of this shape may have that word in a field whose words are a closed set.
    func gives(_ word: String, for field: Field) -> Bool
    /// Text that every line of this shape contains, for searching raw bytes; nil when there is none.
    var marker: String? { get }
    /// Texts of which every line with that event contains at least one; nil when nothing is certain.
    func markers(of event: String) -> [String]?
    /// Whether it takes lines that no other shape takes, so that all others must be tried before it.
    var isLastResort: Bool { get }
    /// One line for help.
    var summary: String { get }
    /// Real lines of this shape, prelude included.
    var samples: [String] { get }

    /// Fills the cells that are wanted and `event` if the line has this shape, and says whether it has. On false
    /// nothing is written.
    func decode(_ line: LineText, into cells: Cells) -> Bool
}

extension LineShape {
    package var events: [String] { Self.events }
    package func gives(_ word: String, for field: Field) -> Bool { true }
    package func markers(of event: String) -> [String]? { marker.map { [$0] } }
    package var isLastResort: Bool { false }
    package var fields: [Field] { slots.map { Fields.all[$0] } }
}

/// What a shape looks at: the message after tag, severity word and queue id.
package struct LineText {
    /// The text after the severity word and the queue id, without the newline.
    package var body: Bytes
    /// The queue id, `NOQUEUE`, or nothing.
    package var queueID: Bytes?
    /// Whether a severity word (`warning: `) stood before.
    package var hasSeverityWord: Bool

    package init(body: Bytes, queueID: Bytes?, hasSeverityWord: Bool) {
        self.body = body
        self.queueID = queueID
        self.hasSeverityWord = hasSeverityWord
    }
}
