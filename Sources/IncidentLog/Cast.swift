/// People, hosts and domains of the scenario. All names are reserved for examples, apart from those of the incident
/// itself.
enum Cast {
    static let domain = "ml.example.jp"
    static let server = "mail.ml.example.jp"
    static let list = "maint@ml.example.jp"
    static let listAdmin = "maint-admin@ml.example.jp"
    static let listUser = 1051

    /// Recipient and queue id of the message that leads to the incident.
    static let sally = "sally@uk.psi.com"
    static let sallyQueueID = "90442C9CB29"
    static let sallyDestination = Destination(
        domain: "uk.psi.com", relays: ["mail.uk.psi.com[192.0.2.25]:25"], reply: .postfix, reach: .timesOut,
        tls: nil, latency: 300)

    static let users = [
        "taro", "hanako", "kenji", "yuki", "akira", "naoko", "hiroshi", "mariko", "satoshi", "emi", "jun",
        "sachiko", "takeshi", "yoko", "ryo", "kaori", "daisuke", "tomoko", "shin", "ayumi", "webmaster",
        "info", "postmaster", "sales", "support",
    ]

    static let strangers = [
        "office", "admin", "test", "contact", "marketing", "hr", "mail", "sato", "suzuki", "tanaka", "ito",
        "abuse", "john", "mary", "smith", "null", "user1", "accounts", "job", "help", "backup", "oracle",
        "guest", "newsletter", "service",
    ]

    static let correspondents = [
        "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "karl", "laura",
        "mallory", "nina", "oscar", "peggy", "quentin", "rupert", "sybil", "trent", "ursula", "victor",
        "wendy", "xavier", "yvonne", "zoe", "m.sato", "k.suzuki", "t.tanaka", "h.ito", "y.watanabe",
    ]

    static let lists = ["maint", "users", "dev", "announce", "kernel", "tex", "bsd"]

    static let providers: [(prefix: String, domain: String)] = [
        ("host", "dsl.provider.example"), ("p", "tokyo.ocean.example"), ("dyn-", "cable.example.net"),
        ("ip", "static.hosting.example"), ("pool-", "broadband.example.com"), ("", "ppp.example.org"),
        ("h", "mobile.example"), ("customer-", "adsl.telecom.example"),
    ]

    private static let companies = [
        "alpha", "bravo", "castle", "delta", "ember", "falcon", "garden", "harbor", "island", "jasmine",
        "kestrel", "lantern", "meadow", "nimbus", "orchid", "pioneer", "quartz", "river", "saffron",
        "timber", "umbra", "valley", "willow", "xenon", "yonder", "zephyr",
    ]

    /// Destinations of ordinary mail.
    static let destinations: [Destination] =
        [
            "bigmail.example", "webmail.example", "freemail.example.com", "mobile.example",
            "ocean.example", "univ.example.org",
        ].enumerated().map { Destination.number($0.offset, domain: $0.element, reach: .answers) }
        + companies.enumerated().map { index, name in
            Destination.number(
                index + 10, domain: "\(name).\(["example", "example.com", "example.org"][index % 3])",
                reach: .answers)
        }

    /// Domains of the forged senders. Most of their servers are unreachable.
    static let forged: [Destination] = companies.enumerated().map { index, name in
        let reach: [Destination.Reach] = [
            .timesOut, .timesOut, .refuses, .timesOut, .answers, .timesOut, .timesOut, .refuses, .timesOut,
            .noRoute, .timesOut,
        ]
        return Destination.number(
            index + 60, domain: "\(name)-\(["trade", "online", "media"][index % 3]).example.net",
            reach: reach[index % reach.count])
    }
}
