#!/bin/bash
# Starts a Postfix of its own under DIR on 127.0.0.1, sends mail through it that ends in every way that mail can
# end, and stops it again. It leaves in DIR:
#
#   maillog     what Postfix logged, written by postlogd
#   queue.json  `postqueue -j` when all was quiet
#   sent        a line for each run of smtp-source: how many messages, and from whom
#   id.NAME     the queue ids on which an administrator acted
#
# Nothing leaves the machine, and no other Postfix on it is touched.
#
#   usage: traffic.sh DIR FIRST-PORT
set -eu

dir=$1
port=$2
export MAIL_CONFIG=$dir/etc
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
log=$dir/maillog

smtp=$port submission=$((port + 1)) filtered=$((port + 2)) reinjected=$((port + 3))
taker=$((port + 4)) later=$((port + 5)) never=$((port + 6)) closed=$((port + 7))

sinks=
finish() {
    # Whoever runs this may have signals blocked, which its children then have too.
    postfix stop >/dev/null 2>&1 || true
    for sink in $sinks; do kill -KILL "$sink" 2>/dev/null || true; done
}
trap finish EXIT
trap 'exit 1' TERM INT

# --- the server ---------------------------------------------------------------------------------------------

mkdir -p "$dir/etc" "$dir/spool" "$dir/data"
chmod 755 "$dir" "$dir/etc" "$dir/spool"
chown postfix "$dir/data"

cat >"$dir/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
maillog_file = $log
maillog_file_prefixes = $dir
myhostname = mx1.example.org
mydestination = example.org
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
multi_instance_enable = no
disable_dns_lookups = yes
smtp_host_lookup = native
alias_maps = inline:{{ team=one@taken.example }, { both=two@taken.example, three@later.example }}
alias_database =
local_recipient_maps = \$alias_maps
virtual_alias_domains = v.example
virtual_alias_maps = inline:{{ info@v.example=four@taken.example, five@never.example }}
relay_domains = taken.example, later.example, never.example, refused.example, nowhere.example, wrong.example,
    piped.example
relay_recipient_maps =
transport_maps = inline:{{ taken.example=smtp:[127.0.0.1]:$taker }, { later.example=smtp:[127.0.0.1]:$later },
    { never.example=smtp:[127.0.0.1]:$never }, { refused.example=smtp:[127.0.0.1]:$closed },
    { nowhere.example=discard:silently }, { wrong.example=error:5.1.1 nobody of that name },
    { piped.example=true: }}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access
    inline:{{ held@taken.example=HOLD look first }, { drop@taken.example=DISCARD not wanted },
    { grey@taken.example=450 4.2.0 Greylisted, see http://example.org/; from=<x> to=<y> }}
header_checks = regexp:{{ /^Subject: warn/ WARN look here }, { /^Subject: turn down/ REJECT not that subject },
    { /^Subject: set aside/ HOLD for a look }, { /^Subject: throw away/ DISCARD }}
message_size_limit = 60000
minimal_backoff_time = 1000s
notify_classes =
END

cat >"$dir/etc/master.cf" <<END
127.0.0.1:$smtp       inet  n - n - - smtpd
127.0.0.1:$submission inet  n - n - - smtpd
    -o syslog_name=postfix/submission -o smtpd_client_connection_count_limit=50
127.0.0.1:$filtered   inet  n - n - - smtpd
    -o content_filter=filter:[127.0.0.1]:$reinjected
127.0.0.1:$reinjected inet  n - n - - smtpd
    -o syslog_name=postfix/reinjected -o smtpd_authorized_xforward_hosts=127.0.0.0/8
    -o smtpd_relay_restrictions=permit_mynetworks,reject
filter    unix  - - n - 10 smtp
    -o syslog_name=postfix/filter -o smtp_send_xforward_command=yes
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
virtual   unix  - n n - - virtual
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
true      unix  - n n - - pipe flags= user=nobody argv=/bin/true
END

# --- the servers that it sends to ------------------------------------------------------------------------------

smtp-sink -u nobody 127.0.0.1:$taker 64 >/dev/null 2>&1 &
sinks="$sinks $!"
smtp-sink -u nobody -r RCPT 127.0.0.1:$later 64 >/dev/null 2>&1 &
sinks="$sinks $!"
smtp-sink -u nobody -f RCPT 127.0.0.1:$never 64 >/dev/null 2>&1 &
sinks="$sinks $!"

postfix start >"$dir/start" 2>&1

# --- asking and waiting ------------------------------------------------------------------------------------------

# flush_until TEXT: has mail that waits tried again until there is a line with TEXT, for ten seconds at most. A queue
# manager that has just been started over may not hear it the first time.
flush_until() {
    local try
    for try in $(seq 0 99); do
        [ $((try % 10)) -ne 0 ] || postqueue -f
        ! grep -q -e "$1" "$log" 2>/dev/null || return 0
        sleep 0.1
    done
    echo "no line with '$1' in ten seconds" >&2
    exit 1
}

# quiet: waits until the queue manager has no mail at hand and the log stays as it is.
quiet() {
    local before=-1 now
    for _ in $(seq 60); do
        sleep 0.3
        now=$(stat -c %s "$log")
        if [ "$now" = "$before" ] && ! postqueue -j | grep -q -e '"queue_name": "\(active\|incoming\|maildrop\)"'; then
            return 0
        fi
        before=$now
    done
    echo "the queue does not come to rest" >&2
    exit 1
}

# id_of ADDRESS: the queue id of the message in the queue that was sent by it.
id_of() { postqueue -j | sed -n "s/.*\"queue_id\": \"\([^\"]*\)\".*\"sender\": \"$1\".*/\1/p" | head -1; }

# mail PORT COUNT FROM TO [OPTION…]
mail() {
    local port=$1 count=$2 from=$3 to=$4
    shift 4
    echo "$count $from" >>"$dir/sent"
    smtp-source -c -s 2 -m "$count" -f "$from" -t "$to" "$@" 127.0.0.1:"$port" >/dev/null 2>"$dir/source" ||
        { cat "$dir/source" >&2; exit 1; }
}

# session LINE…: a client that says these lines, each after the answer to the one before, and is gone.
session() {
    local line answer
    exec 3<>/dev/tcp/127.0.0.1/$smtp
    read -r -t 5 -u 3 answer
    for line in "$@"; do
        printf '%b\r\n' "$line" >&3
        read -r -t 5 -u 3 answer || true
    done
    exec 3>&-
}

# --- the mail ----------------------------------------------------------------------------------------------------

# A round of everything; NAME tells one round's senders from another's.
round() {
    local name=$1
    mail $smtp 5 $name-sent@taken.example a@taken.example
    mail $smtp 2 $name-refused@taken.example b@refused.example
    mail $smtp 2 $name-deferred@taken.example c@later.example
    mail $smtp 3 $name-bounced@taken.example d@never.example
    mail $smtp 1 $name-noway@refused.example e@never.example
    mail $smtp 2 $name-forwarded@taken.example team@example.org
    mail $smtp 1 $name-both@taken.example both@example.org
    mail $smtp 1 $name-aliased@taken.example info@v.example
    mail $smtp 2 $name-discarded@taken.example g@nowhere.example
    mail $smtp 2 $name-piped@taken.example h@piped.example
    mail $smtp 2 $name-held@taken.example held@taken.example
    mail $smtp 1 $name-many@taken.example i@taken.example -r 4
    mail $filtered 3 $name-filtered@taken.example j@taken.example
    mail $filtered 1 $name-filtered-bounced@taken.example k@never.example
    mail $submission 2 $name-submission@taken.example l@taken.example
    mail $smtp 1 $name-warned@taken.example m@taken.example -S 'warn of this'
    mail $smtp 1 $name-aside@taken.example n@taken.example -S 'set aside'
    mail $smtp 1 $name-thrown@taken.example o@taken.example -S 'throw away'
    printf 'Subject: local\n\nhello\n' | sendmail -f $name-local@taken.example p@taken.example
    printf 'Subject: probe\n\nhello\n' | sendmail -bv -f $name-probe@taken.example q@later.example
    printf 'Subject: wrong\n\nhello\n' | sendmail -f $name-wrong@taken.example f@wrong.example
    # Clients that are turned down, and one that leaves in the middle.
    session 'EHLO client.example' 'MAIL FROM:<r@x.example>' 'RCPT TO:<s@elsewhere.example>' QUIT
    session 'HELO client.example' 'MAIL FROM:<r@x.example>' 'RCPT TO:<grey@taken.example>' QUIT
    session 'HELO client.example' 'MAIL FROM:<r@x.example>' 'RCPT TO:<nobody@example.org>' QUIT
    session 'HELO client.example' "MAIL FROM:<$name-subject@x.example>" 'RCPT TO:<t@taken.example>' DATA \
        'Subject: turn down\r\n\r\nno\r\n.' QUIT
    session 'HELO client.example' "MAIL FROM:<$name-gone@x.example>" 'RCPT TO:<t@taken.example>'
    session 'HELO client.example' "MAIL FROM:<$name-drop@x.example>" 'RCPT TO:<drop@taken.example>' DATA \
        'Subject: never seen\r\n\r\nno\r\n.' QUIT
    session 'HELO client.example' 'MAIL FROM:<oops' 'GET / HTTP/1.0'
}

round short
quiet

# An administrator's day: expire, requeue, release, delete, try again.
expire=$(id_of short-refused@taken.example)
requeue=$(id_of short-deferred@taken.example)
release=$(id_of short-held@taken.example)
delete=$(id_of short-aside@taken.example)
echo "$expire" >"$dir/id.expired"
echo "$requeue" >"$dir/id.requeued"
echo "$release" >"$dir/id.released"
echo "$delete" >"$dir/id.deleted"
postsuper -e "$expire" -H "$release" -r "$requeue" -d "$delete" 2>/dev/null
flush_until "force-expired"
quiet

# What is left is too old now.
postconf -e maximal_queue_lifetime=1s bounce_queue_lifetime=1s
postfix reload >/dev/null 2>&1
flush_until "status=expired"
quiet

# Another name, and long queue ids.
postconf -e maximal_queue_lifetime=5d bounce_queue_lifetime=5d enable_long_queue_ids=yes syslog_name=mx1-out
postfix reload >/dev/null 2>&1
round long
quiet
postqueue -j >"$dir/queue.json"
postfix stop >/dev/null 2>&1
