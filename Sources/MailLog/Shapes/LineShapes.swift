/// All shapes of log line, in the order in which they are tried. A new shape is one line here.
package enum LineShapes {
    package static let types: [any LineShape.Type] = [
        DeliveryShape.self,
        ActiveShape.self,
        RemovedShape.self,
        ExpiredShape.self,
        ClientShape.self,
        ConnectShape.self,
        DisconnectShape.self,
        RejectShape.self,
        CheckShape.self,
        MessageIDShape.self,
        NotificationShape.self,
        PickupShape.self,
        LostShape.self,
        ConnectFailShape.self,
        NextHostShape.self,
        TLSShape.self,
        PipeliningShape.self,
        SASLShape.self,
        PeerNameShape.self,
        LimitShape.self,
        CommandShape.self,
        TLSAbortShape.self,
        TLSTroubleShape.self,
        ClientInfoShape.self,
        NotificationFailShape.self,
        QueueFileShape.self,
        LookupShape.self,
        ServiceShape.self,
        ConfigShape.self,
        ClockShape.self,
        RejectedMessageShape.self,
        SubmitShape.self,
        SkippedShape.self,
        PostscreenShape.self,
        CacheShape.self,
        DNSListShape.self,
        TLSProxyShape.self,
        AnvilShape.self,
        SessionCacheShape.self,
        MasterShape.self,
        ScriptShape.self,
        PostsuperShape.self,
        GapShape.self,
        DovecotShape.self,
        AmavisShape.self,
        RspamdShape.self,
        SpamdShape.self,
        ClamAVShape.self,
        OpenDKIMShape.self,
        OpenDMARCShape.self,
        SPFShape.self,
        GreylistShape.self,
        PolicyShape.self,
        SaslauthdShape.self,
        SendmailShape.self,
        EximShape.self,
        MailmanShape.self,
        WarningShape.self,
        DebugShape.self,
    ]

    package static let all: [any LineShape] = types.map { $0.init() }

    /// Returns a list of texts; every line with the event contains at least one. Nil if no such list is known.
    package static func markers(of event: LineEvent) -> [String]? {
        var markers: [String] = []
        for shape in all where shape.events.contains(event) {
            guard let texts = shape.markers(of: event) else { return nil }
            markers += texts.filter { !markers.contains($0) }
        }
        return markers
    }
}
