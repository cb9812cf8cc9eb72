/// Statistics of the connection cache: how often connections were reused (`scache/scache.c`).
package struct SessionCacheShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.scache, "statistics: start interval \(.statAt)"),
        (.scache, "statistics: \(.statKind, "domain|address") lookup \(.detail)"),
        (.scache, "statistics: max \(.statKind, "simultaneous") \(.detail)"),
    ]
    package let processes: [String] = ["scache"]
    package let summary = "statistics of the connection cache"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/scache[9784]: statistics: start interval Nov 23 16:39:35",
        "Nov 23 16:39:34 mx1 postfix/scache[9784]: statistics: domain lookup hits=0 miss=6 success=0%",
        "Nov 23 16:39:34 mx1 postfix/scache[9784]: statistics: max simultaneous domains=1 addresses=1 connection=1",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
