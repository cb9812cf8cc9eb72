/// Names of the Postfix programs: the last component of their syslog tags.
enum PostfixProcesses {
    static let all = [
        "smtpd", "smtp", "lmtp", "qmgr", "oqmgr", "nqmgr", "cleanup", "local", "virtual", "pipe", "error",
        "retry",
        "discard", "bounce", "defer", "trace", "pickup", "postscreen", "dnsblog", "tlsproxy", "tlsmgr",
        "anvil",
        "scache", "verify", "trivial-rewrite", "proxymap", "proxywrite", "flush", "showq", "spawn", "qmqpd",
        "master", "postfix-script", "postfix-tls-script", "postfix", "postmulti", "postmulti-script",
        "post-install",
        "script", "postlogd", "postlog", "postsuper", "postqueue", "postdrop", "postkick", "postlock",
        "postmap",
        "postalias", "postcat", "postconf", "posttls-finger", "sendmail", "smtp-sink", "smtp-source", "relay",
        "address-verify",
    ]
}
