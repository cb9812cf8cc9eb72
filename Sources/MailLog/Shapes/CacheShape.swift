/// Lines about the cleanup of a cache (`util/dict_cache.c`).
package struct CacheShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (
            .cache,
            "cache \(.table) \(.action, "full|partial") cleanup: retained=\(.retained) dropped=\(.dropped) entries"
        ),
        (.cache, "{warning: }close database \(.table): \(.detail)"),
    ]
    package let processes: [String] = ["postscreen", "verify", "smtpd", "tlsmgr", "proxymap"]
    package let summary = "a daemon cleans a cache: entries retained and dropped"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/postscreen[9733]: cache btree:/var/lib/postfix/postscreen_cache full cleanup: retained=242 dropped=7 entries",
        "Nov 23 16:39:34 mx1 postfix/verify[9733]: close database /var/lib/postfix/verify_cache.db: No such file or directory (possible Berkeley DB bug)",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
