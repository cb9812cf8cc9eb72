/// The lines of Exim where it logs by syslog, with its own stamp or without:
///
///     [STAMP ]ID <= S H=N [A] P=esmtp S=N id=MID         ID => R R=router T=transport H=N [A]
///     ID ** R …: error        ID == R … defer: error        ID Completed
package struct EximShape: LineShape {
    package static let events = ["exim-in", "exim-out", "exim-fail", "exim-defer", "exim-done"]
    package let processes = ["exim", "exim4"]
    package let marker: String? = nil
    package let summary = "exim: a message arrives, is delivered, fails, waits, or is done"
    package let samples = [
        "Nov 23 16:39:34 mx1 exim[40]: 2026-11-23 16:39:34 1rAbCd-000000-0A <= s@a.example H=mx.a.example [192.0.2.7] P=esmtps S=2811 id=m1@a.example",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A => bob <bob@example.org> R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.8] C=\"250 OK\"",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A ** alice@example.org R=dnslookup T=remote_smtp: all relevant MX records point to non-existent hosts",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A == alice@example.org R=dnslookup T=remote_smtp defer (110): Connection timed out",
        "Nov 23 16:39:34 mx1 exim[40]: 1rAbCd-000000-0A Completed",
    ]

    private let queueID = Field("queue_id").slot
    private let from = Field("from").slot
    private let to = Field("to").slot
    private let size = Field("size").slot
    private let messageID = Field("message_id").slot
    private let clientName = Field("client_name").slot
    private let clientIP = Field("client_ip").slot
    private let relayName = Field("relay_name").slot
    private let relayIP = Field("relay_ip").slot
    private let detail = Field("detail").slot

    package init() {}

    package var slots: [Int] {
        [queueID, from, to, size, messageID, clientName, clientIP, relayName, relayIP, detail]
    }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var body = line.body
        if let stamp = Stamp.parse(body), body.stands(" ", at: stamp.length) {
            body = body.dropFirst(stamp.length + 1)
        }
        var pairs = Pairs(body)
        let id = pairs.upTo(" ")
        guard isID(id), pairs.skip(" ") else { return false }
        if pairs.rest == "Completed" {
            cells.event("exim-done")
            cells.set(queueID, id)
            return true
        }
        guard let arrow = pairs.oneOf("<= ", "=> ", "-> ", ">> ", "** ", "== ") else { return false }
        cells.set(queueID, id)
        let isArrival = arrow == "<= "
        if isArrival {
            cells.event("exim-in")
        } else if arrow == "** " {
            cells.event("exim-fail")
        } else if arrow == "== " {
            cells.event("exim-defer")
        } else {
            cells.event("exim-out")
        }
        var address = pairs.upTo(" ")
        if address.hasSuffix(":") { address = address.dropLast(1) }
        if pairs.skip(" <"), let full = pairs.address(before: { $1 == $0.count || $0[$1] == 0x20 }) {
            address = full
        }
        cells.set(isArrival ? from : to, address.withoutBrackets)
        while pairs.skip(" ") {
            if pairs.skip("H=") {
                cells.set(isArrival ? clientName : relayName, pairs.upTo(" "))
                _ = pairs.upTo("[")
                if pairs.skip("[") { cells.set(isArrival ? clientIP : relayIP, pairs.upTo("]")) }
                _ = pairs.upTo(" ")
            } else if pairs.skip("S=") {
                cells.setInteger(size, pairs.upTo(" "))
            } else if pairs.skip("id=") {
                cells.set(messageID, pairs.upTo(" "))
            } else {
                let word = pairs.upTo(" ")
                if !isArrival, word.hasSuffix(":") {
                    if pairs.skip(" ") { cells.set(detail, pairs.rest) }
                    return true
                }
            }
        }
        return true
    }

    /// `1rAbCd-000000-0A`, from 4.97 `1rAbCd-00000000abc-0ABC`.
    private func isID(_ text: Bytes) -> Bool {
        guard text.count == 16 || text.count == 23, text[6] == 0x2D, text[text.count == 16 ? 13 : 18] == 0x2D
        else { return false }
        for index in 0..<text.count
        where !(text[index].isLetter || text[index].isDigit || text[index] == 0x2D) {
            return false
        }
        return true
    }
}
