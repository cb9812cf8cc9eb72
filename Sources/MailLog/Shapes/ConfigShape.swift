/// Lines of Postfix about its configuration and its lookup tables.
package struct ConfigShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.tableChanged, "table \(.table) has changed <_=-- restarting|- finishing in the background>"),
        (.compatibility, "{warning: }<_>: using backwards-compatible default setting \(.detail)"),
        (.compatibility, "{warning: }using backwards-compatible default setting \(.detail)"),
        (.compatibility, "{warning: }\(.detail, "Postfix is using backwards-compatible default settings")"),
        (
            .compatibility,
            "{warning: }See \(.detail, "http://www.postfix.org/COMPATIBILITY_README.html") for details"
        ),
        (.compatibility, "{warning: }To disable backwards compatibility use \"\(.detail)\" and \"<_>\""),
        (
            .map,
            "warning: \(.table) \(.detail, "map lookup problem"){ for <_>} -- message not accepted, try again later"
        ),
        (.map, "warning: \(.table) \(.detail, "map lookup problem") for <_>"),
        (.map, "warning: <_=unreasonable> \(.detail) -- message not accepted, try again later"),
        (.map, "warning: \(.table) \(.detail, "lookup error") for \"<_>\""),
        (.map, "warning: \(.table) is unavailable. \(.detail)"),
        (.map, "warning: \(.table): \(.detail, "table lookup problem")"),
        (.map, "warning: \(.table) \(.detail, "lookup failure")"),
        (.map, "warning: dict_<_>: \(.detail)"),
        (.queueLifetime, "warning: \(.table) is <_=larger|smaller> than <_> - adjusting <_>"),
    ]
    package let processes = PostfixProcesses.all
    package let summary = "a table has changed, a table lookup fails, or a setting is questionable"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: table hash:/etc/postfix/access(0,lock|fold_fix) has changed -- restarting",
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: table cidr:/etc/postfix/postscreen.cidr has changed - finishing in the background",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: using backwards-compatible default setting smtputf8_enable=no to accept non-ASCII sender address \"x\" from unknown[192.0.2.7]",
        "Nov 23 16:39:34 mx1 postfix/postfix-script[9733]: Postfix is using backwards-compatible default settings",
        "Nov 23 16:39:34 mx1 postfix/postfix-script[9733]: See http://www.postfix.org/COMPATIBILITY_README.html for details",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9733]: warning: AC76BF8A0C2: virtual_alias_maps map lookup problem for a@b.example -- message not accepted, try again later",
        "Nov 23 16:39:34 mx1 postfix/cleanup[9733]: warning: AC76BF8A0C2: unreasonable virtual_alias_maps map nesting for a@b.example -- message not accepted, try again later",
        "Nov 23 16:39:34 mx1 postfix/trivial-rewrite[9733]: warning: virtual_alias_domains: hash:/etc/postfix/domains: table lookup problem",
        "Nov 23 16:39:34 mx1 postfix/trivial-rewrite[9733]: warning: virtual_alias_domains lookup failure",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: hash:/etc/postfix/aliases is unavailable. open database /etc/postfix/aliases.db: No such file or directory",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: hash:/etc/postfix/access lookup error for \"a@b.example\"",
        "Nov 23 16:39:34 mx1 postfix/trivial-rewrite[9733]: warning: dict_ldap_lookup: Search error -1: Can't contact LDAP server",
        "Nov 23 16:39:34 mx1 postfix/qmgr[9733]: warning: bounce_queue_lifetime is larger than maximal_queue_lifetime - adjusting bounce_queue_lifetime",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
