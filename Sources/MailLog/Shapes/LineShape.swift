/// One shape of log line: how to tell it and which fields it carries. A new shape is one file that conforms and
/// one line in `LineShapes.all`.
package protocol LineShape: Sendable {
    /// The values of `event` that it gives.
    var events: [String] { get }
    /// The processes (last component of the tag) that log it; empty means any.
    var processes: [String] { get }
    /// The fields it fills, `event` and the envelope's apart.
    var fields: [Field] { get }
    /// Text that every line of this shape contains, for searching raw bytes; nil when there is none.
    var marker: String? { get }
    /// One line for help.
    var summary: String { get }
    /// Real lines of this shape, prelude included.
    var samples: [String] { get }

    /// Fills `record` with the demanded fields if `line` has this shape, and says whether it has. On false the
    /// record is untouched.
    func decode(_ line: LineText, demand: FieldSet, into record: Record, arena: Arena) -> Bool
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
