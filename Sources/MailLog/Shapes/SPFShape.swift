/// SPF results of policyd-spf:
///
///     [prepend Received-SPF: ]Pass (mailfrom) identity=mailfrom; client-ip=A; helo=H; envelope-from=S; receiver=R
///     550 5.7.23 Message rejected due to: SPF fail - not authorized. …;identity=mailfrom;ip=A;r=R
package struct SPFShape: LineShape {
    package static let events: [LineEvent] = [.spf]
    package let processes = ["policyd-spf", "pypolicyd-spf"]
    package let marker: String? = "identity="
    package let summary = "policyd-spf checks whether a host may send for a domain"
    package let samples = [
        "Nov 23 16:39:34 mx1 policyd-spf[100]: prepend Received-SPF: Softfail (mailfrom) identity=mailfrom; client-ip=192.0.2.7; helo=mx.a.example; envelope-from=s@a.example; receiver=alice@example.org",
        "Nov 23 16:39:34 mx1 policyd-spf[100]: None; identity=helo; client-ip=2001:db8::7; helo=mx.a.example; envelope-from=s@a.example; receiver=alice@example.org",
        "Nov 23 16:39:34 mx1 policyd-spf[100]: 550 5.7.23 Message rejected due to: SPF fail - not authorized. Please see http://www.openspf.example/;identity=mailfrom;ip=192.0.2.7;r=alice@example.org",
    ]

    package init() {}

    package var fields: [Field] { [.verdict, .detail, .clientIP, .helo, .from, .to] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        let body = line.body
        guard let identity = body.range(of: "identity=") else { return false }
        cells.event(.spf)
        if Reply.codeLength(body) > 0 {
            let end =
                body.prefix(identity.lowerBound).hasSuffix(";")
                ? identity.lowerBound - 1 : identity.lowerBound
            cells.set(.detail, body.prefix(end))
        } else {
            var pairs = Pairs(body)
            _ = pairs.skip("prepend Received-SPF: ")
            cells.set(.verdict, pairs.upTo(" ", ";"))
        }
        var pairs = Pairs(body, from: identity.lowerBound)
        while !pairs.isAtEnd {
            let pair = pairs.upTo(";")
            _ = pairs.skip("; ") || pairs.skip(";")
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let (key, value) = (pair.prefix(equals), pair.dropFirst(equals + 1))
            if key == "client-ip" || key == "ip" {
                cells.set(.clientIP, value)
            } else if key == "helo" {
                cells.set(.helo, value)
            } else if key == "envelope-from" {
                cells.set(.from, value.withoutBrackets)
            } else if key == "receiver" || key == "r" {
                cells.set(.to, value.withoutBrackets)
            }
        }
        return true
    }
}
