/// Every shape of log line, in the order in which they are tried. A new shape is one line here.
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
    ]

    package static let all: [any LineShape] = types.map { $0.init() }

    /// The values of `event`: those of the shapes, and `other` for a line of none. Taken from the types, because
    /// a shape that is made looks its fields up, and `event` is one of them.
    package static let events: [String] = types.flatMap { $0.events } + ["other"]
}
