/// Shape of log line: recognises a line and decodes its fields. A new shape is one file that conforms to this
/// protocol, and one line in `LineShapes.types`.
///
/// A line matches at most one shape, apart from shapes with `isLastResort`. The query decides which shapes are
/// tried, and its result must not depend on that choice.
package protocol LineShape: Sendable {
    /// Values of `event` that this shape sets.
    static var events: [LineEvent] { get }

    init()

    /// Processes (last component of the tag) that log such lines; empty means any process.
    var processes: [String] { get }
    /// Fields that `decode` fills, without `event` and the fields of the prelude.
    var fields: [Field] { get }
    /// Whether a line of this shape may have the value `word` in a field with a closed set of values.
    func gives(_ word: String, for field: Field) -> Bool
    /// Text that every line of this shape contains, used to search raw bytes; nil if there is no such text.
    var marker: String? { get }
    /// Returns a list of texts; every line with the event contains at least one. Nil if no such list is known.
    func markers(of event: LineEvent) -> [String]?
    /// Whether the shape takes lines that no other shape matches; all other shapes are tried first.
    var isLastResort: Bool { get }
    /// One line for the help.
    var summary: String { get }
    /// Real lines of this shape, with prelude.
    var samples: [String] { get }

    /// Fills `event` and the wanted cells, and returns true if the line has this shape. On false, no cell is written.
    func decode(_ line: LineText, into cells: Cells) -> Bool
}

extension LineShape {
    package var events: [LineEvent] { Self.events }
    package func gives(_ word: String, for field: Field) -> Bool { true }
    package func markers(of event: LineEvent) -> [String]? { marker.map { [$0] } }
    package var isLastResort: Bool { false }
    package var slots: [Int] { fields.map(\.slot) }
}

/// Input of a shape: the text of a line after the tag, the severity word and the queue id.
package struct LineText {
    /// The text after the severity word and the queue id, without the newline.
    package var body: Bytes
    /// Queue id or `NOQUEUE`; nil if the line has neither.
    package var queueID: Bytes?
    /// Whether a severity word (`warning: `) precedes the body.
    package var hasSeverityWord: Bool

    package init(body: Bytes, queueID: Bytes?, hasSeverityWord: Bool) {
        self.body = body
        self.queueID = queueID
        self.hasSeverityWord = hasSeverityWord
    }
}
