/// What rspamd found, in its line for each message.
package struct RspamdShape: TemplateShape {
    package static let lines: [(event: String, text: String)] = [
        (
            "rspamd",
            "<_>rspamd_task_write_log: id: <<message_id>>, qid: <<queue_id>>, ip: <client_ip>, {user: <user>, }{smtp_}from: <<from>>, (<_>: <_> (<verdict>): [<score>/<_>] <_>), len: <size>, time: <_>, rcpts: <<to>>, <_>"
        ),
        (
            "rspamd",
            "<_>rspamd_task_write_log: id: <<message_id>>, qid: <<queue_id>>, ip: <client_ip>, {user: <user>, }{smtp_}from: <<from>>, (<_>: <_> (<verdict>): [<score>/<_>] <_>), len: <size>, time: <_>"
        ),
    ]
    package let processes: [String] = ["rspamd"]
    package let summary = "rspamd scores a message: score, verdict, ids"
    package let samples = [
        "Nov 23 16:39:34 mx1 rspamd[900]: <b1c2d3>; task; rspamd_task_write_log: id: <m1@a.example>, qid: <AB485F8A0B1>, ip: 192.0.2.7, user: bob@example.org, from: <s@a.example>, (default: F (no action): [-1.20/15.00] [DMARC_POLICY_ALLOW(-0.50){a.example;none;}]), len: 2811, time: 112.2ms, dns req: 12, digest: <0f>, rcpts: <alice@example.org>, mime_rcpts: <alice@example.org>",
        "Nov 23 16:39:34 mx1 rspamd[900]: <b1c2d4>; task; rspamd_task_write_log: id: <m2@a.example>, qid: <AB485F8A0B2>, ip: 2001:db8::7, from: <>, (default: T (reject): [23.10/15.00] [BAYES_SPAM(5.10){100.00%;}]), len: 811, time: 12.0ms, dns req: 3",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
