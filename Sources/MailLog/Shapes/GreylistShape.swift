/// Decision of a greylisting policy server (postgrey, cbpolicyd) or milter (milter-greylist):
///
///     [QID: ]action=greylist, reason=new, client_name=N, client_address=A, sender=S, recipient=R
///     QID: addr N[A] from <S> [to|rcpt] <R>: autowhitelisted for 24:00:00         milter-greylist
package struct GreylistShape: LineShape {
    package static let events: [LineEvent] = [.greylist]
    package let processes = ["postgrey", "cbpolicyd", "policyd", "milter-greylist"]
    package let marker: String? = nil
    package let summary = "a greylisting service decides on a client: action and reason"
    package let samples = [
        "Nov 23 16:39:34 mx1 postgrey[200]: action=greylist, reason=new, client_name=mx.a.example, client_address=192.0.2.7/32, sender=s@a.example, recipient=alice@example.org",
        "Nov 23 16:39:34 mx1 postgrey[200]: AB485F8A0B1: action=pass, reason=triplet found, delay=363, client_name=mx.a.example, client_address=192.0.2.7, sender=s@a.example, recipient=alice@example.org",
        "Nov 23 16:39:34 mx1 cbpolicyd[201]: module=Greylisting, action=defer, host=192.0.2.7, helo=mx.a.example, from=s@a.example, to=alice@example.org, reason=greylisted",
        "Nov 23 16:39:34 mx1 milter-greylist[202]: AB485F8A0B1: addr 192.0.2.7 from <s@a.example> rcpt <alice@example.org>: autowhitelisted for 24:00:00",
        "Nov 23 16:39:34 mx1 milter-greylist[202]: AB485F8A0B2: addr mx.a.example[192.0.2.7] from <s@a.example> to <alice@example.org> delayed for 00:30:00",
    ]

    package init() {}

    package var fields: [Field] { [.action, .detail, .delay, .clientName, .clientIP, .helo, .from, .to] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        if body.hasPrefix("addr ") { return decodeMilter(Pairs(body), into: cells) }
        guard body.hasPrefix("action=") || body.hasPrefix("module=") && body.contains(", action=") else {
            return false
        }
        cells.event(.greylist)
        var pairs = Pairs(body)
        while !pairs.isAtEnd {
            guard let (key, value) = pairs.next(before: ", ") else { continue }
            if key == "action" {
                cells.set(.action, value)
            } else if key == "reason" {
                cells.set(.detail, value)
            } else if key == "delay" {
                cells.setSeconds(.delay, value)
            } else if key == "client_name" {
                cells.set(.clientName, value)
            } else if key == "client_address" || key == "host" {
                cells.set(.clientIP, value.prefix(value.firstIndex(of: UInt8(ascii: "/")) ?? value.count))
            } else if key == "helo" {
                cells.set(.helo, value)
            } else if key == "sender" || key == "from" {
                cells.set(.from, value.withoutBrackets)
            } else if key == "recipient" || key == "to" {
                cells.set(.to, value.withoutBrackets)
            }
        }
        return true
    }

    private func decodeMilter(_ start: Pairs, into cells: Cells) -> Bool {
        var pairs = start
        guard pairs.skip("addr ") else { return false }
        let peer = pairs.upTo(" from <")
        guard pairs.skip(" from <"),
            let sender = pairs.address(before: { $0.stands(" rcpt <", at: $1) || $0.stands(" to <", at: $1) }
            ),
            pairs.skip(" rcpt <") || pairs.skip(" to <"),
            let recipient = pairs.address(before: { $1 == $0.count || $0[$1] == 0x20 || $0[$1] == 0x3A })
        else { return false }
        cells.event(.greylist)
        if let peer = Peer(peer) {
            if !peer.name.isEmpty { cells.set(.clientName, peer.name) }
            cells.set(.clientIP, peer.address)
        } else {
            cells.set(.clientIP, peer)
        }
        cells.set(.from, sender)
        cells.set(.to, recipient)
        _ = pairs.skip(":")
        _ = pairs.skip(" ")
        cells.set(.detail, pairs.rest)
        cells.set(.action, pairs.upTo(" "))
        return true
    }
}
