import MailLog
import Testing

@Suite("Listings of the queue")
struct QueueListingTests {
    @Test(
        "JSON that is nested without end is no entry", arguments: ["[", "{\"a\":", "[[\"", "[{\"queue_id\":"])
    func nesting(_ piece: String) {
        for key in ["queue_id", "recipients", "other"] {
            var listing = QueueListing(now: 0)
            var line = "{\"\(key)\": " + String(repeating: piece, count: 200_000)
            let isEntry = line.withUTF8 { listing.take(Bytes($0.baseAddress!, count: $0.count)) != nil }
            #expect(!isEntry)
            #expect(listing.strayLines == 1)
        }
    }
}
