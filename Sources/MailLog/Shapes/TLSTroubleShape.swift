/// Failed TLS handshakes, and notes about certificates (`tls/`).
package struct TLSTroubleShape: TemplateShape {
    package static let lines: [TemplateLine] = [
        (.tlsFail, "\(.detail, "SSL_accept error") from \(.client): <_=-1|0>"),
        (.tlsFail, "\(.detail, "SSL_connect error") to \(.relay): <_=-1|0>"),
        (.tlsFail, "SSL_accept error from \(.client): \(.detail)"),
        (.tlsFail, "SSL_connect error to \(.relay): \(.detail)"),
        (.tlsFail, "warning: TLS library problem: \(.detail)"),
        (
            .tlsFail,
            "{warning: }\(.detail, "TLS handshake failed") for service=\(.limitService) peer=\(.client)"
        ),
        (.tlsFail, "warning: TLS policy lookup error for \(.hostname): \(.detail)"),
        (.tlsVerify, "certificate verification failed for \(.relay): \(.detail)"),
        (
            .tlsVerify,
            "\(.relay): re-using session with \(.detail, "untrusted certificate"), look for details earlier in the log"
        ),
        (.tlsStart, "setting up TLS connection from \(.client)"),
        (.tlsStart, "setting up TLS connection to \(.relay)"),
        (.tlsSni, "{warning: }TLS SNI \(.tlsSni) from \(.client) not matched, \(.detail)"),
        (.tlsCert, "\(.client): subject_CN=\(.detail)"),
        (.tlsCert, "\(.client): Matched \(.detail)"),
        (.starttlsOffer, "Host offered STARTTLS: [\(.hostname)]"),
        (.tlsrpt, "TLSRPT: status=\(.verdict), domain=\(.hostname), receiving_mx=\(.relay){, \(.detail)}"),
    ]
    package let processes: [String] = ["smtpd", "smtp", "lmtp", "tlsproxy", "postscreen", "tlsmgr", "qmqpd"]
    package let summary = "a TLS handshake fails, or a certificate is not trusted"
    package let samples = [
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: SSL_accept error from unknown[192.0.2.7]: lost connection",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: SSL_connect error to mx.a.example[192.0.2.7]:25: -1",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: warning: TLS library problem: error:14209102:SSL routines:tls_early_post_process_client_hello:unsupported protocol:../ssl/statem/statem_srvr.c:1685:",
        "Nov 23 16:39:34 mx1 postfix/tlsproxy[9733]: TLS handshake failed for service=smtpd peer=[192.0.2.7]:4711",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: warning: TLS policy lookup error for a.example/mx.a.example: Host not found, try again",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: certificate verification failed for mx.a.example[192.0.2.7]:25: self-signed certificate",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: mx.a.example[192.0.2.7]:25: re-using session with untrusted certificate, look for details earlier in the log",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: setting up TLS connection from unknown[192.0.2.7]",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: setting up TLS connection to mx.a.example[192.0.2.7]:25",
        "Nov 23 16:39:34 mx1 postfix/smtpd[9733]: TLS SNI www.a.example from unknown[192.0.2.7] not matched, using default chain",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: mx.a.example[192.0.2.7]:25: subject_CN=mx.a.example, issuer_CN=CA, fingerprint=AB:CD, pkey_fingerprint=EF:01",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: Host offered STARTTLS: [mx.a.example]",
        "Nov 23 16:39:34 mx1 postfix/smtp[9733]: TLSRPT: status=failure, domain=a.example, receiving_mx=mx.a.example[192.0.2.7], failure_type=certificate_expired",
    ]
    package let templates: [Template] = Self.makeTemplates()

    package init() {}
}
