import MailLog

/// Words that identify nobody: words of mail programs, of their replies and of mlq. Redaction replaces all other words
/// of a text, because they may be names.
///
/// First names and surnames are excluded, even if they are words. Words that mlq declares elsewhere (fields, events,
/// processes, line templates, reasons, investigations) are added.
enum KnownWords {
    /// Whether each part of a run of letters, digits, dots, hyphens and underscores is a word, a letter or a number.
    /// Digits in a part are ignored.
    static func contain(_ run: ArraySlice<UInt8>) -> Bool {
        var part: [UInt8] = []
        let ellipsis = "…".utf8
        for byte in run.suffix(ellipsis.count).elementsEqual(ellipsis) ? run.dropLast(ellipsis.count) : run {
            if byte >= 0x80 { return false }
            if byte.isLetter {
                part.append(byte.asciiLowercased)
            } else if !byte.isDigit {
                if !isWord(part) { return false }
                part.removeAll(keepingCapacity: true)
            }
        }
        return isWord(part)
    }

    private static func isWord(_ part: [UInt8]) -> Bool {
        part.count < 2 || words.contains(String(decoding: part, as: UTF8.self))
    }

    /// Whether a domain can end with the label.
    static func isTopLevel(_ label: ArraySlice<UInt8>) -> Bool {
        topLevels.contains(String(decoding: label.map(\.asciiLowercased), as: UTF8.self))
            || label.starts(with: "xn--".utf8)
    }

    private static let words: Set<String> = {
        var words = list(common)
        for field in Fields.all {
            words.formUnion(parts(of: field.name))
            for alias in field.aliases { words.formUnion(parts(of: alias)) }
            if case .text(.oneOf(let values)) = field.type {
                for value in values { words.formUnion(parts(of: value)) }
            }
        }
        for event in LineShapes.events { words.formUnion(parts(of: event)) }
        for shape in LineShapes.all {
            for process in shape.processes { words.formUnion(parts(of: process)) }
        }
        for case let shape as any TemplateShape.Type in LineShapes.types {
            for line in shape.lines { words.formUnion(parts(of: withoutGaps(line.text))) }
        }
        words.formUnion(parts(of: ReasonClasses.rules))
        for script in ShippedScript.all {
            for line in script.text.split(separator: "\n") where !line.hasPrefix("#") {
                for text in line.split(separator: " ") where !text.contains("@") {
                    words.formUnion(parts(of: String(text)))
                }
            }
        }
        return words
    }()

    private static func parts(of text: String) -> [String] {
        text.utf8.split { !$0.isLetter }.map { String(decoding: $0, as: UTF8.self).lowercased() }
    }

    /// Returns a line template without its field names. Values of closed sets stay.
    private static func withoutGaps(_ template: String) -> String {
        template.split(separator: "<", omittingEmptySubsequences: false).map { piece in
            guard let equals = piece.firstIndex(where: { $0 == "=" || $0 == ">" }) else {
                return String(piece)
            }
            return String(piece[piece.index(after: equals)...])
        }.joined(separator: " ")
    }

    private static func list(_ text: String) -> Set<String> {
        Set(text.split { $0.isWhitespace }.map(String.init))
    }

    /// Generic top-level domains in common use, those for tests, and all of countries. Names below other labels are no
    /// domains: `local`, `lan`, `home`.
    private static let topLevels = list(
        """
        aero app arpa asia biz blog cat club cloud com coop dev edu email example gov group info int invalid jobs
        live mil mobi museum name net news online org pro shop site store tech tel test travel world xyz
        ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs
        bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec
        ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy
        hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz
        la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx
        my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re
        ro rs ru rw sa sb sc sd se sg si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk
        tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
        """)

    private static let common = """
        adh aecdh berlin cur europe main autowhitelisted bodyeob ham pss smfic
        aaaa abort aborted aborting about above abr abs abuse abused abusive accept accepted
        accepting access accessdb accordance according account accounts acl action activations
        active activity actually adapting add added addr address addresses adds adjusting
        administratively administrator administrators advance advertisements advised aes aesgcm af
        after again age agent agents aggregate aggregates aggregator agree ain alert alias aliases
        align aligned all alloc allocated allotted allow allowed allowlist allowlisted alone already
        also alternate alternative although altname always amavis amavisd among amount amp an
        anacron analyze anchor and anew annual anon anonymous anonymously another answer answered
        answering answers antispam antivirus anvil any anymore anything anywhere apop appeared
        appears append applicable application applies apply appropriate approved approx apr april
        arc archive are area aren arg argmax argument arguments aria around arpa array arrival
        arrive arrives as asc ascii ask asked asking assert assertion assign assigned assistance
        associated at attachment attachments attack attacks attempt attempted attempting attempts
        attention attribute au audio aug auth authdaemond authenticated authentication authenticator
        authid authorized authpriv auto autolearn automated automatic automatically automaton
        autowhitelisted available avg avoid avoided avril awaiting aware away axis back background
        backtick backticks backup backward backwards bad badheader badly banned banner bare
        barracuda bars base bayes bcc bdat be bearer became because become becomes beefaf been
        before began begin beginning begins behavior behaviour behind being belong belonging belongs
        below berkeley beside besides better between beyond big bigger bimi bin binary bind bins
        birth bit bitmime bits blacklist blacklisted blank blanks block blocked blocklist blocks
        body bogus boot border both botnet bottom bounce bounced bouncedinbound bounces bound
        boundary box braces bracket brackets brainpool break breaking breaks brings broken brought
        bsdauth btree bucket buffer bug bulk business busy but by bypass bypassed byte bytes caa
        cache cached calculation calendar call called came camellia campaign can canceled cannot
        canonical capability case cases cat catch catchall catches caught cause causing cbc
        cbpolicyd ccm cdb cells central cert certain certificate cest cet cf chacha chachapoly chain
        challenge change changed changepoint changes character characters charge charset chart
        charts chdir check checked checking checkpass checks checksum checksums children chmod
        choose chown chroot chunking cidr cipher clamav clamd clamsmtp clamsmtpd class classified
        clean cleaned cleanup clearing click client clients clock clocks clog close closed closes
        closing cluster cmd cn cname coalesce code codes collapse color colours column columns com
        come comes coming comm comma command commands comment common commonest company comparator
        compare compares comparison compatibility compatible complaint complaints complete completed
        completes complies comply compressed compromised compute computed computing concat
        concurrency concurrent condition conditions conf config configuration conform conforming
        conn connect connected connecting connection connections connects considered consists
        constant contact contacted contacting contain contained containers contains content context
        conversation copied copy core correct corrected correctly corrupt corrupted could couldn
        count counted counter country counts courier courierd courieresmtp courieresmtpd
        courierlocal cover covers cpu cpus cr cram create creating credential credentials crit crl
        cron crond crontab cross csession csv ctl ctlinnd ctrl ctype cumsum cumulative current
        currently cursor customer customers cut cyr cyrus daemon damaged dane dangerous dark
        dasharray data database date dated day days db dbm dcc dcount de dead deadlock debug dec
        decided decides decimal decimals declarations declare declares decline declined decode
        decoded dedicated dedup deep default defer deferral deferrals deferred definition defuse
        delay delayed delays delete deleted deleting delist delisted delisting deliver
        deliverability deliverable delivered deliveries delivering delivers delivery delta denied
        deny denylist denylisted der derive derived des desc descending describe description
        descriptor descriptors desired destination detail details detect detected detecting
        determine dev deviation deviations device dhe dial dialup dict dictionary did didn died
        differ different differs digest digit digits dimension dip dips dir direction director
        directories directory disable disabled disallowed disc discard discarded discardedinbound
        discardedoutbound discarding disclosed disconnect disconnected disconnecting disconnects
        discontinued disk display distinct div divide divided dkim dkimproxy dkimwl dmarc dns dnsbl
        dnsblog dnslookup dnssec dnswl do doc docx does doesn doing domain domainkey domainkeys
        domains don done dotcrlf double doveadm dovecot dovecotpw down drafts drain draw drawn draws
        drift drifts drill drop dropped dropping dsa dsl dsn dss dsync dtls dub due dul dumb
        duplicate duplicated duration durations dynamic eacces each earlier early easily eb ecdh
        ecdhe ecdsa ed edit editor edns edt edu ef effect egid ehlo eicar either element elements
        else email emails emerg employees empty en enable enabled enabling encoded encoding
        encountered encrypt encrypted encryption end ended ending endings endpoint ends endswith
        enhanced enoent enospc enough enrich ensure enter entered entering enters entire entries
        entry env envelope environ eof eperm epoll eq equal equals err errno erroneous error errors
        escape esmtp esmtpa esmtps esmtpsa especially est established estimates etc etrn euid eval
        evaluate even event events every everything evidence exact examine example examples exceed
        exceeded exceeds except excess excessive exchange exe exec executable executed exhausted
        exim exist existent existing exists exit expand expanded expect expected experience expire
        expired expires expiring explain explains explanation explicitly explode exploit exploited
        exploits expn export expr expression expressions expunge expunged extend extension
        extensions external extra extract facets fail failed failing fails failure fallback false
        far fast fatal fate fd feature features feb feedback fetch fetchmail few fewer fewest ffdhe
        field fields figure file files fill filled filt filter filtering filters final finally find
        finds finger fingerprint finished finishing firewall first fit fits fix fixed flagged flood
        flooding flush flushing fmt fold folder folders follow followed following follows font
        footer fopen for forbidden force forced forge forged forgery forget fork form format formats
        forward forwarded forwarding forwards found four fraction free freed freshclam fri from
        frozen fstat fsync ftp full function functions further future fuzzy fwd gap gaps gateway
        gather gathers gave gcm general generated generic genericsdomain genericstable get getmail
        gets gid give given gives gld glob gmt gnutls go gob goes gone good gov gr grammar graylist
        greatest greatly greeted greeting grew grey greyd greylist greylisted greylisting grid group
        groupby grouping groups grow growth grtz gssapi guidelines gw gz gzip had hadn half hand
        handle handled handler handling handshake hangup happened harm harvest has hash hasn have
        haven having head header headers heard heat height held hello helo help helps here
        heuristics hex hexadecimal hibernate high higher highest history hits hold holds home hop
        hopcount hopefully hops host hosted hosting hostname hosts hour hours how however hr html
        http https hundreds id identified identifier identify identity idle idled ids if ignore
        ignores ignorescase ignoring illegal image imap imapd imapds imaps imapuxlogin img imjournal
        implementation implemented implicit import imports improper improperly imuxsock in inactive
        inaddr inappropriate inbound inbox included includes including incoming incompatible
        incorrect increase index indexed indexer indexes indicate indicated indicates individual
        inet infected info inform information initial initialization initiate injection inline inode
        input inside install instance instead instructions insufficient insufficiently int intended
        internal interrupt interrupted interval intervals into invalid inversion investigate
        investigation investigations invitation ioctl ip ipc ipv is isempty isfirst isn isnt
        isnumber iso isp isserial issue issued issuer issues isutf it item its itself jan join
        joined journal journald json jsonl jul juli jump jun juni junk kb keep keepalive keeps kem
        kept kex key keys keyword keywords killed kind kinds know known knows kqueue kv label
        lacking lacks lang language laptop large larger largest last later latest latin lda ldap
        ldaps lead leads learn least leave leaves leaving led left legitimate len length less let
        lets letters level levels lf lib libexec library libressl lie lies lifetime light like
        likelihood likely limit limited limiting limits line liner lines link links lip lis list
        listed listen listing lists lmdb lmtp lmtpd lmtps lmtpsa load loaded loads local localdomain
        localhost localpart lock locked locking locks log logfile logged logger login logins logname
        logout logrotate logs long longest look looked looking looks lookup lookups loop loopback
        looping loops lost lots low lower lowercase lpr ls machine macro made mail mailbox mailboxes
        maildir maildirs maildrop mailer mailertable mailfrom mailgate mailgw mailhost mailing
        maillog mailman mailq mails mailserver maintenance maj majordomo make makes malformed
        malicious malloc malware manage management manager managesieve many map mapped mapping maps
        mar margin markdown marked mars mask masked master match matched matcher matches matching
        max maximal maximum may mb mbox mc md mda mdbox me mean means measured measures mech
        mechanism mechs median medians meet members memcache memcached memory merely merged merging
        message messages meta method methods microsecond mid middle midnight might mil millions
        milter milters mime mimedefang min minute minutes misconfigured misdirected mismatch miss
        missed missing mixed mkdir ml mlkem mlq mlqt mmap mnt mode moderate moderated moderation
        moderator moderators module moment mon monday mongodb monitored month months more most moved
        moving mpid ms msa msgid mta mtablocked mtas mua much multipart multiples must mustn mutt mx
        mxs my myself mysql name named names namespace naming narrow nauth nbounced ndeferred
        ndiscarded ne nearest need needed needn needs negative nego negotiated negotiating
        negotiation neighbouring neighbours neither nested nesting net network networks neutral
        never new newer newline news newsyslog nexpired next nfailed nil nis nisplus nlogins nmail
        nno no nobody node nofill noise non noncompliant none nonexistent nonlocal noop noqueue
        normal normality normally not note notes nothing notice noticeable notification
        notifications notify notifyd nov now nowrap nqmgr nqueued nrcpt nrcpts nrejected ns nsec
        nsent nstarttls ntlm null nullmx number numbered numbers numeric numerical nums oauth
        oauthbearer object objects observed obsolete obtain obtained occurred ocsp oct octet of off
        offending offer offered office officially offset often ok old older oldest on once one ones
        ongoing only oops open opendbx opendkim opendmarc opened openrelay opensmtpd openssl operand
        operating operation operations operator opt option options oqmgr or order org organisation
        organization orig origin original originates originating other others otherwise out outbound
        outcome outgoing output outside over overflow overlap overloaded overquota oversized
        overview own owned owner owns packet padding page pager pages pam pamd panic param parameter
        parameters parent parentheses parse parsing part partial parts pass passed passes
        passesinorder passing passwd password path pattern patterns paused pb pcre pdf pdt peak peer
        pem pending people per percent percentile percentiles performed perhaps permanent
        permanently permerror permission permissions permit permitted person pfix pgsql phish
        phishing phrase physical picked picks pickup picture pictures pid pieces pigeonhole ping
        pipe pipeline pipelining pipemap pivot pix pkcs pkey place placed places plain plaintext
        plan please pleased pleases plot plus point policies policy policyd poll poly pool pooled
        poor pop popauth popd popds pops port ports possibility possible possibly post postalias
        postcat postconf postdrop postfix postfwd postgres postgresql postgrey postkick postlock
        postlog postlogd postmap postmaster postmulti postqueue postscreen postsrsd postsuper
        posttls potential potentially pr pra pre prefix pregreet prelude premature prepend presented
        prev prevent preventing previous previously pri primary prime primev primevv print printable
        prints prior priority privacy private privileges pro probably probe problem problems proc
        proceed process processed processes processing processor procmail product profile program
        programs progress prohibited prohibits project promptly proof proper properly protect
        protected protection protects proto protocol provide provided provider providers proxy
        proxymap proxywrite ps pseudonyms psk pst ptloader ptr pts public publish published
        publishes purpose purposes push put pwd pypolicyd pyzor qid qmail qmgr qmqpd quarantine
        quarantined quarter queries query questions queue queued queueid queues quickly quit quot
        quota quote quoted quotes raddr radius raise random range ranges rank ranks rare rate rates
        rather ratio raw razor rbl rc rcpt rcpts rcvd rdns re reached read reading readme reads
        ready realised realm realtime reason reasons reboot rebooting rebuild rebuilding receive
        received receiver receives receiving recent recently recipient recipients recips recognised
        recognized recommend recommended reconfigure record records recovered recovering recv redact
        redirect redis reduce reduced reducing refer reference references referred refresh
        refreshing refused refuses refusing regarding regex regexes regexp registered registration
        regular regularly reject rejected rejecting rejection rejections rejects relate related
        relay relayed relayedinbound relayedinternal relayedopenrelay relayedoutbound relaying
        relaymailertable relays released relevant reliable reload reloaded reloads rem remains
        remarks remediation remote removal remove removed removing rename renamed reopened reopening
        reordered repeat repeated repeatedly repeating repeats repetition replace replaced replacing
        replicator replied reply report reporting reports reputation req request requested
        requesting requests requeue requeued require required requirement requirements requires
        requiretls resembles resend resent reserved reset reshape reshaping resolution resolve
        resolved resolvedkeys resolver resolves resolving resource resources respond responding
        response responses rest restart restarted restarting restrict restricted restriction
        restrictions result results resume resumed resuming retained retried retries retrieval retry
        retrying returned reused reverse review reviewed reviewing rewrite rewriting rewritten rex
        rfc rfci rhost rhsbl right rimap rip risk rmdir rmilter role room root rotate rotated
        rotating rotations round roundcube rounded rounds route routines routing row rows rport rsa
        rset rspamd rsyslog rsyslogd rule rules ruleset run running runs ruser safe said same sample
        sanitized sans sasl saslauthd sasldb saslpasswd sat satisfied save saved saving saw say says
        sbin sbl scache scalar scale scaled scan scanned scanner scanning scantime scheduled schema
        scheme score scores scram script scripts scroll sdbm sdbox search searched searching second
        secondary seconds secp secpr secret secs section secured security see seed seek seen sees
        sel select selected selecting self send sender senders sending sendmail sends sense sent sep
        separated separates separator sept sequence series serif served server service services
        session sessions set setgid setgroups sets setting settings setuid setup seven several
        severity sh sha shadow shape shapes share shared sharing shell shorter should shouldn show
        shown showq shows shut shutdown shutting side sides sieve sign signal signature signatures
        signed significant signing silence similar simpler simultaneous since single sink site sites
        six size sizes skip skipped skipping skips sleep sleeping slewing slow slower slowest sm
        smaller smtp smtpd smtpin smtpout smtps smtputf sni so sock socket socketmap softbounce
        softfail software solicit solicited solid some somebody someone something somewhere soon
        sophos sorbs sorry sort sorted sorting source sources space spam spamassassin spamc spamcop
        spamd spamhaus spammer spammers spamming spammy spamtrap span spark sparks spawn spawned
        specific specification specified specify spf spike spikes split splits spoof spoofed
        spoofing spool spooled spooling spreadsheet sql sqlgrey sqlite square squatter src srp srs
        srsd srv srvr sshd ssl sslv stage stages stale stamp stamps stand standard standards stands
        start started starting starts startswith starttls startup stat state statem statement
        statements static statistics stats status statuses stay stayed stays stddev stderr stdout
        step steps still stop stopped stopping stops storage store stored stores storm stream stress
        strftime strict string strongly sts style su subject subjectaltname submission submit
        submitted submitting subscribe subscribed subscriber subscription subscriptions substr
        subsystem success successful such sudo suggest suggests sum summarize summary sums sun
        sunset supplied support supported supports suppressed suspect suspected suspend suspended
        suspension suspicion suspicious svg switched switching symbol symbols symlink sympa sync
        syncing syntactically syntax syslog syslogd system systemd systems tab table tables tabs tag
        tail take taken takes talk talked talking target targeted task tb td technical tell tells
        tem temp temperror tempfail tempfailed tempfails template temporarily temporary ten term
        terminal terminate terminated terminating terms test tested tests text texthash texts th
        than thank thanks that the their them themselves then there therefore these they third this
        those though thread threads threat threats three threshold throttl throttle throttled
        throttling through thu tight time timed timeout timeouts times timestamp timing timsieved
        tired title titles tls tlsa tlsmgr tlsproxy tlsrpt tlsv tlsvv tmp tmpdir to today together
        told tonumber too took top topic topics total touches tr trace tracked traffic transaction
        transactions transferred transient transmission transport trap traps trash travels tried
        triggers triplet trivial trojan trouble troubleshoot troubleshooting true truncate truncated
        truncating trust trusted try trying tsv tty tue turn turned turns twice two txt type typed
        types typically tz tzdir tzif ui uid uidvalidity uk unable unauthenticated unauthorized
        unavailable unchanged unchecked undef undeliverable undelivered under understand understands
        understood undetermined unexpected unexpectedly unfortunately unhandled uninfected union
        unionmap uniq unique unit units unix unixpgsql unknown unless unlike unlink unlisted unlock
        unlocked unlocking unmatched unpack unpacked unparseable unprivileged unreachable unread
        unreadable unreasonable unrecognised unrecognized unrouteable unsafe unsigned unsolicited
        unsubscribe unsupported untagged until untrusted unusable unusual unverified unwanted up
        update updated updating upgrade upload upper upstream urbl uri uribl uris url urlauth urls
        us usage use used user username users using usr usual usually utc utf uucp valid validate
        validated validation value valuename values var variant varies verdict verification verified
        verify verifying verp version vertical veto vhosts vi via video viewport violate violated
        violates violating violation violations virtual virtusertable virus visit visiting visual vm
        vmail vmhwm volume volumes vowel vr vrfy waited waiting waits wake wakeup want wants warn
        warning warnings was wasn watch way ways web webmail website websites wed week weekday weeks
        weight weights weird welcome went were weren what whatchanged whatever when whenever where
        whether which while whitelist whitelisted whitelisting who whole whom whose whoson why wide
        wider widgets width wild wildcard will willing windows wishes with within without wolfssl
        won word words workaround workarounds worker workers worm worms would wouldn wrap wrapped
        wrapper writable write written wrong wrote www xbl xclient xdelay xdg xforward xls xlsx
        xoauth xtab xz year years yes yesterday yet you your zen zero zip zombie zone zoneinfo zst
        zstd
        """
}
