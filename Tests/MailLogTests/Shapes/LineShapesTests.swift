import MailLog
import Testing

@Suite("Shapes of log lines")
struct LineShapesTests {
    @Test(
        "every sample has its shape's event, and every event and field is in some sample",
        arguments: LineShapes.all.indices)
    func samples(_ index: Int) {
        let shape = LineShapes.all[index]
        let decoded = Decoded()
        var seen: Set<String> = []
        var events: Set<String> = []
        #expect(!shape.samples.isEmpty)
        for sample in shape.samples {
            let fields = decoded.fields(sample)
            #expect(shape.events.map(\.name).contains(fields["event"] ?? ""), "\(sample)")
            if let event = fields["event"].flatMap(LineEvent.init(rawValue:)),
                let markers = shape.markers(of: event)
            {
                #expect(markers.contains { sample.contains($0) }, "\(sample)")
            }
            seen.formUnion(fields.keys)
            events.insert(fields["event"] ?? "")
        }
        let actions = shape is RejectShape || shape is WarningShape
        for event in shape.events.map(\.name) where !actions {
            #expect(events.contains(event), "no sample has \(event)")
        }
        // A peer need not show all its parts.
        seen.formUnion(["client_name", "client_port", "relay_path"])
        for field in shape.fields {
            #expect(seen.contains(field.name), "no sample of \(shape.events) has \(field.name)")
        }
    }

    @Test("the slot of a field and the index of an event are those of their cases")
    func order() {
        for (index, field) in Field.allCases.enumerated() { #expect(field.slot == index) }
        for event in LineEvent.allCases {
            Arena.temporary { #expect(LineEvent($0.text(event.name)) == event) }
        }
    }

    @Test("a number or a word before a colon is no queue id")
    func noQueueID() {
        for text in ["user 100000: unknown", "DEADBEEF: x", "bind 0.0.0.0 port 250000: in use"] {
            #expect(
                Decoded().fields("Nov 23 16:39:34 mx1 postfix/master[1]: fatal: no \(text)")["queue_id"]
                    == nil)
        }
    }

    @Test("a queue id of any length ends where its hexadecimal digits end, whatever byte comes there")
    func shortQueueIDs() {
        let digits = Array("0123456789ABCDEF0123456789ABCDEF".utf8)
        let strangers = Array("/:;@GZ`agz".utf8) + [0x00, 0x80, 0xB0, 0xB9, 0xC1, 0xC6, 0xFF]
        let decoded = Decoded([Field.queueID])
        for count in 1...26 {
            for stranger in strangers {
                for place in [count, count / 2] {
                    var id = Array(digits[..<count])
                    id.insert(stranger, at: place)
                    let isID = stranger == UInt8(ascii: ":") && place == count && count >= 6
                    let line =
                        Array("Nov 23 16:39:34 mx1 postfix/qmgr[1]: ".utf8) + id + Array(": removed".utf8)
                    let text = isID ? line.dropLast(9) + Array(" removed".utf8) : line[...]
                    #expect(
                        decoded.decode(Array(text)) == (isID ? 1 : 0),
                        "\(String(decoding: text, as: UTF8.self))")
                }
            }
        }
    }

    @Test("a line has one shape, so that it does not matter which are tried")
    func oneShape() {
        let all = Decoded()
        let alone = LineShapes.all.filter { !$0.isLastResort && !$0.slots.isEmpty }.map { shape in
            (shape, Decoded(shape.slots.map { Fields.all[$0] }))
        }
        // Some shapes are of any process, and what a process logs in its own words must not hide them.
        let processes = Set(LineShapes.all.flatMap(\.processes)).sorted()
        let strange = LineShapes.all.filter(\.processes.isEmpty).flatMap(\.samples).flatMap { sample in
            processes.map { sample.replacing(/mx1 [^ \[:]+/, with: "mx1 \($0)", maxReplacements: 1) }
        }
        #expect(strange.count > 100)
        for line in realLog + LineShapes.all.flatMap(\.samples) + strange {
            let whole = all.fields(line)
            for (shape, decoded) in alone {
                let fields = decoded.fields(line)
                for field in shape.fields {
                    #expect(fields[field.name] == whole[field.name], "\(field.name) of \(line)")
                }
            }
        }
    }

    @Test("a queue id that is certain before the shape is known is that of the line")
    func earlyQueueID() {
        let decoded = Decoded()
        var certain = 0
        for line in realLog + LineShapes.all.flatMap(\.samples) {
            let (id, isCertain) = decoded.earlyQueueID(line)
            let late = decoded.fields(line)["queue_id"]
            if isCertain {
                certain += 1
                #expect(id == late, "\(line)")
            }
        }
        #expect(certain > realLog.count)
    }

    @Test("a real Postfix log, counted with grep")
    func realCounts() {
        let decoded = Decoded()
        var events: [String: Int] = [:]
        for line in realLog { events[decoded.fields(line)["event"] ?? "none", default: 0] += 1 }
        #expect(realLog.count == 563)
        #expect(
            events == [
                "active": 109, "removed": 54, "client": 32, "notification": 24, "delivery": 111,
                "message-id": 57,
                "connect": 41, "disconnect": 41, "connect-fail": 27, "lost": 10, "expired": 9, "reject": 7,
                "check": 3, "pickup": 2, "hold": 1, "warn": 1, "discard": 1, "warning": 16, "postsuper": 5,
                "script": 3, "scache": 3, "pipelining": 2, "non-smtp": 1, "bad-syntax": 1, "start": 1,
                "reload": 1,
            ])
    }

    @Test("every status in a real log is one that the field declares")
    func statuses() {
        let decoded = Decoded()
        guard case .text(.oneOf(let statuses)) = Field.status.type else {
            Issue.record("status is no longer a closed set")
            return
        }
        var seen = 0
        for line in realLog where line.contains("status=") {
            let status = decoded.fields(line)["status"] ?? ""
            #expect(statuses.contains(status), "\(line)")
            seen += 1
        }
        #expect(seen == 120)
    }

    /// A line, and fields that it must have.
    static let lines: [(line: String, fields: [String: String])] = [
        (
            "Nov 23 16:39:34 mx1 postfix/submission/smtpd[9733]: warning: unknown[192.0.2.7]: SASL failed",
            [
                "host": "mx1", "tag": "postfix/submission/smtpd", "instance": "postfix",
                "service": "submission",
                "process": "smtpd", "pid": "9733", "severity": "warning", "event": "warning", "repeat": "1",
                "text": "unknown[192.0.2.7]: SASL failed", "weekday": "Mon", "hour_of_day": "16",
            ]
        ),
        (
            "Nov 23 16:40:11 mx1 postfix/smtp[1]: 4jYBWH52yzz2NpW3: to=<Alice@Example.ORG>, relay=mx.b.example[2001:db8::1]:25, conn_use=2, delay=3.03, delays=1/0.01/2/0.02, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4jYBWH5FPxz2NpSK)",
            [
                "queue_id": "4jYBWH52yzz2NpW3", "to": "Alice@Example.ORG", "to_domain": "example.org",
                "relay_name": "mx.b.example", "relay_ip": "2001:db8::1", "relay_port": "25", "conn_use": "2",
                "delay": "3030000", "delay_a": "1000000", "delay_b": "10000", "delay_c": "2000000",
                "delay_d": "20000", "dsn_class": "2", "status": "sent", "queued_as": "4jYBWH5FPxz2NpSK",
                "reply_code": "250",
            ]
        ),
        (
            "Nov 23 16:40:11 mx1 postfix/qmgr[1]: 4jYBWH52yzz2NpW3: from=<>, size=2189, nrcpt=1 (queue active)",
            [
                "from": "", "is_bounce": "true", "size": "2189", "nrcpt": "1", "queue": "active",
                "event": "active",
            ]
        ),
        (
            "Nov 23 16:40:11 mx1 postfix/smtpd[1]: 4jYBWH52yzz2NpW3: client=unknown[192.0.2.7], sasl_method=PLAIN, sasl_username=bob@example.org",
            [
                "client": "unknown[192.0.2.7]", "client_name": "unknown", "client_ip": "192.0.2.7",
                "client_net": "192.0.2.0/24", "sasl_method": "PLAIN", "sasl_username": "bob@example.org",
            ]
        ),
        (
            "2026-11-23T16:39:34.5+01:00 mx1.example.org postfix/qmgr[7]: 4jYBWH52yzz2NpW3: removed",
            ["event": "removed", "host": "mx1.example.org", "prelude": "true", "day": "1795392000000000"]
        ),
        (
            "Nov 23 16:39:34 mx1 postfix/smtpd[1]: warning: connect to Milter service inet:127.0.0.1:8891: Connection refused",
            ["event": "service-fail", "socket": "inet:127.0.0.1:8891", "detail": "Connection refused"]
        ),
        // Where a daemon ends, the queue id stands somewhere in its last words.
        (
            "Nov 23 16:39:34 mx1 postfix/bounce[1]: fatal: append file defer 3F2A1B2C4D5: No space left on device",
            [
                "queue_id": "3F2A1B2C4D5", "event": "warning",
                "detail": "append file defer 3F2A1B2C4D5: No space left on device",
            ]
        ),
        (
            "Nov 23 16:39:34 mx1 postfix/showq[1]: fatal: open deferred 4jYBWH52yzz2NpW3: Permission denied",
            ["queue_id": "4jYBWH52yzz2NpW3"]
        ),
        // A quoted local part may hold what else would end it.
        (
            "Nov 23 16:39:34 mx1 postgrey[1]: action=pass, sender=\"a, b=c\"@a.example, recipient=\"x y\"@b.example",
            ["from": "\"a, b=c\"@a.example", "to": "\"x y\"@b.example"]
        ),
        (
            "Nov 23 16:39:34 mx1 exim[1]: 1rAbCd-000000-0A <= \"weird name\"@a.example H=mx.a.example [192.0.2.7] S=1",
            ["from": "\"weird name\"@a.example", "client_ip": "192.0.2.7", "size": "1"]
        ),
        (
            "Nov 23 16:39:34 mx1 sm-mta[1]: 0ANGdYxx012345: to=<\"x>, y\"@b.example>,<z@b.example>, dsn=2.0.0, stat=Sent",
            ["to": "\"x>, y\"@b.example", "dsn": "2.0.0"]
        ),
        ("-- MARK --", ["prelude": "true", "event": "gap", "text": "-- MARK --", "raw": "-- MARK --"]),
        ("some text", ["prelude": "false", "event": "other", "text": "some text", "raw": "some text"]),
    ]

    @Test(arguments: lines.indices)
    func hasFields(_ index: Int) {
        let (line, wanted) = LineShapesTests.lines[index]
        let fields = Decoded().fields(line)
        for (name, value) in wanted { #expect(fields[name] == value, "\(name) of \(line)") }
    }
}
