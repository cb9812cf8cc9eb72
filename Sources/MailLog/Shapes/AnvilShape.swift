/// Peak connection rates and counts of clients (`anvil/anvil.c`). The time has no year:
///
///     statistics: max connection rate 8/60s for (smtp:192.0.2.7) at Nov 23 16:39:35
///     statistics: max connection count 2 for (smtp:192.0.2.7) at Nov 23 16:39:35
///     statistics: max cache size 3 at Nov 23 16:39:35
package struct AnvilShape: LineShape {
    package static let events: [LineEvent] = [.anvil]
    package let processes = ["anvil"]
    package let marker: String? = "statistics: max "
    package let summary = "the highest rate or count of a client since the last anvil statistics"
    package let samples = [
        "Nov 23 16:42:55 mx1 postfix/anvil[9736]: statistics: max connection rate 8/60s for (smtp:192.0.2.7) at Nov 23 16:39:35",
        "Nov 23 16:42:55 mx1 postfix/anvil[9736]: statistics: max connection count 2 for (127.0.0.1:2525:2001:db8::7) at Nov 23 16:39:35",
        "Nov 23 16:42:55 mx1 postfix/anvil[9736]: statistics: max cache size 3 at Nov 23 16:39:35",
    ]

    package init() {}

    package var fields: [Field] { [.statKind, .statAt, .rate, .rateUnit, .limitService, .clientIP] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        guard pairs.skip("statistics: max ") else { return false }
        let what = pairs.upTo(" rate ", " count ", " size ")
        guard pairs.skip(" rate ") || pairs.skip(" count ") || pairs.skip(" size ") else { return false }
        let number = pairs.upTo("/", " ")
        let period = pairs.skip("/") ? pairs.upTo(" ") : nil
        var client: Bytes?
        if pairs.skip(" for (") {
            client = pairs.upTo(") at ")
            _ = pairs.skip(")")
        }
        guard pairs.skip(" at ") else { return false }
        cells.event(.anvil)
        cells.set(.statKind, what)
        cells.setInteger(.rate, number)
        if let period { cells.set(.rateUnit, period) }
        cells.set(.statAt, pairs.rest)
        if let client { fill(client, into: cells) }
        return true
    }

    /// Splits `service:address`. The service may be `address:port`, and both addresses may contain colons.
    private func fill(_ client: Bytes, into cells: Cells) {
        let colon = UInt8(ascii: ":")
        guard var split = client.firstIndex(of: colon) else { return }
        let name = client.prefix(split)
        if name.firstIndex(of: UInt8(ascii: ".")) != nil || name.hasPrefix("[") {
            let start = name.hasPrefix("[") ? client.firstIndex(of: UInt8(ascii: "]")) ?? split : split + 1
            split =
                client.firstIndex(of: colon, from: client[start] == UInt8(ascii: "]") ? start + 2 : start)
                ?? split
        }
        cells.set(.limitService, client.prefix(split))
        let address = client.dropFirst(split + 1)
        if address != "unknown", !address.isEmpty { cells.set(.clientIP, address) }
    }
}
