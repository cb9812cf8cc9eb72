import MailLog

/// Log set that is opened on first use, so that a query with an error opens no log. The first user decides whether a
/// pipe is copied, to be read again.
final class LazyLogs: Sendable {
    private let paths: [String]
    private let options: LogOptions
    private let opened = Mutex<LogSet?>(nil)

    init(paths: [String], _ options: LogOptions) {
        self.paths = paths
        self.options = options
    }

    func value(spooled: Bool) -> LogSet {
        opened.withLock { opened in
            if let opened { return opened }
            var options = options
            options.spools = spooled
            opened = LogSet(paths: paths, options: options)
            return opened!
        }
    }
}
