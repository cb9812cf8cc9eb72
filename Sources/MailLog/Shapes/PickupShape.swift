/// Locally submitted message (`pickup/pickup.c`): `uid=N from=<S>[ orig_id=QID]`. `orig_id` appears after
/// `postsuper -r`.
package struct PickupShape: LineShape {
    package static let events: [LineEvent] = [.pickup]
    package let processes = ["pickup"]
    package let marker: String? = ": uid="
    package let summary = "a message is submitted locally: user id and sender"
    package let samples = [
        "Nov 23 16:39:36 mx1 postfix/pickup[7785]: 84B73F8A0CD: uid=0 from=<root>",
        "Nov 23 16:39:36 mx1 postfix/pickup[7785]: 84B73F8A0CD: uid=1000 from=<s@c.example> orig_id=816B2F8A0CD",
    ]

    package init() {}

    package var fields: [Field] { [.uid, .from, .origID, .link] }

    package func decode(_ line: LineText, into cells: Cells) -> Bool {
        var pairs = Pairs(line.body)
        guard line.queueID != nil, pairs.skip("uid=") else { return false }
        let user = pairs.upTo(" from=<")
        guard pairs.skip(" from=<"),
            let sender = pairs.address(before: { $1 == $0.count || $0.stands(" orig_id=", at: $1) })
        else { return false }
        cells.event(.pickup)
        cells.setInteger(.uid, user)
        cells.set(.from, sender)
        if pairs.skip(" orig_id=") {
            cells.set(.origID, pairs.rest)
            cells.set(.link, Bytes("requeue"))
        }
        return true
    }
}
