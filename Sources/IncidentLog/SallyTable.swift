/// Data from the report of the incident: delivery attempts per day of the message to sally.
enum SallyTable {
    /// Delivery attempts on December 25 to 30. There were none later: the message expired after five days.
    static let count = [14, 261, 461, 287, 345, 102]

    static let birth = Calendar.midnight(december: 25) + 22 * 3600 + 41 * 60 + 17

    /// Times at which the server rejected other spam with the same forged sender.
    static let forgedRejects: Set<Int> = Set(
        [-5_403, -2_711, -640, 1_180, 9_377, 23_914, 41_022].map { birth + $0 })

    static let lifetime = 5 * Calendar.day
}
