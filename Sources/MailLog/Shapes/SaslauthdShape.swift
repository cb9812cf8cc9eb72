/// Failed login at saslauthd.
package struct SaslauthdShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .saslauthd,
            "do_auth<_>: auth failure: [user=\(.user)] [service=\(.limitService)] [realm=\(.hostname)] [mech=\(.saslMethod)] [reason=\(.detail)]"
        )
    ]
    package let processes: [String] = ["saslauthd"]
    package let summary = "saslauthd rejects a login"
    package let samples = [
        "Nov 23 16:39:34 mx1 saslauthd[500]: do_auth         : auth failure: [user=bob] [service=smtp] [realm=example.org] [mech=pam] [reason=PAM auth error]"
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
