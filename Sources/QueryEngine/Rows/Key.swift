import MailLog
import QuerySyntax

/// What rows are grouped by: a field, an expression with a name, or a bin of time.
package enum Key: Sendable {
    case field(Name)
    case expression(Expression, Name)
    /// `per 1h`: a column `time`, always the first key.
    case per(Name)

    var isBin: Bool { if case .per = self { true } else { false } }
}

/// How groups were made, for stages that go on from them (`fill`, `pivot`, `top`).
package struct GroupStep: Sendable {
    package var keyCount: Int
}
