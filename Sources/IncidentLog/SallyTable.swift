/// What the incident's account gives to the day: the delivery attempts of the message that was the clue.
enum SallyTable {
    /// December 25 to 30; none on the 31st, because the message was returned after five days in the queue.
    static let count = [14, 261, 461, 287, 345, 102]

    static let birth = Calendar.midnight(december: 25) + 22 * 3600 + 41 * 60 + 17

    /// When other spam with that forged sender was turned away, before and after the one that got through.
    static let forgedRejects: Set<Int> = Set(
        [-5_403, -2_711, -640, 1_180, 9_377, 23_914, 41_022].map { birth + $0 })

    static let lifetime = 5 * Calendar.day
}
