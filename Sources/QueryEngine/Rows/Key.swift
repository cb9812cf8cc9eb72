import MailLog
import QuerySyntax

/// A key of groups: a field, a named expression, or a time bin.
package enum Key: Sendable {
    case field(Name)
    case expression(Expression, Name)
    /// `per 1h`: the column `time`, always the first key.
    case per(Name)

    var isBin: Bool { if case .per = self { true } else { false } }
}

/// How groups were made, for later stages such as `fill`, `pivot` and `top`.
package struct GroupStep: Sendable {
    package var keyCount: Int
}
