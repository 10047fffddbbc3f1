# SPDX-License-Identifier: Apache-2.0
"""Peers of the broker: unprivileged, too many, hostile."""
import pathlib
import pwd
import random

from countersign import *

OPEN = {"allow_unprivileged": True, "retry": 0, "throttle": False}


def log_in_as_root(user="carol"):
    """Logs in through the module; returns the duration in seconds."""
    factor = fresh(user)
    stack()
    begin = time.monotonic()
    result = pam_login(user, [factor.code()])
    expect_equal(result.code, "PAM_SUCCESS", f"root's login of {user}")
    return time.monotonic() - begin


def settled(broker, before):
    """Waits until every connection of the broker is gone."""
    wait_until(lambda: descriptors_of(broker.pid) <= before, f"descriptors: {descriptors_of(broker.pid)}, "
               f"before {before}")
    wait_until(lambda: connections_of(broker.pid) == 0, "the end of all connections")
    expect_equal(descriptors_of(broker.pid), before, "descriptors")


def descriptors_at_rest(broker):
    """Counts after one login, so that what stays open (the store) is open."""
    log_in_as_root()
    wait_until(lambda: connections_of(broker.pid) == 0, "the end of all connections")
    return descriptors_of(broker.pid)


# ---- what it is itself ----

class Grouped(Broker):
    """Started by somebody who is in other groups."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.command = ["setpriv", "--groups", "0,4,27", *self.command]


def test_it_keeps_nothing_of_who_started_it():
    write_config(OPEN)
    with Grouped() as broker:
        status = pathlib.Path(f"/proc/{broker.pid}/status").read_text()
        expect_match(r"^Groups:\t *$", status, "supplementary groups")
        user = pwd.getpwnam(USER)
        for name, number in (("Uid", user.pw_uid), ("Gid", user.pw_gid)):
            expect_match(rf"^{name}:\t{number}\t{number}\t{number}\t{number}$", status, name)
        expect_match(r"^CapEff:\t0+$", status, "capabilities")
        expect_match(r"^NoNewPrivs:\t1$", status, "new privileges")
        # What is not dumpable belongs to root, and nobody else can look into it.
        expect_equal(os.stat(f"/proc/{broker.pid}/mem").st_uid, 0, "the owner of its memory")


# ---- peers that are not root ----

def test_own_account_only():
    write_config(OPEN)
    with Broker() as broker:
        alice, bob, root = fresh("alice"), fresh("bob"), fresh("root")
        with Peer("alice") as peer:
            expect_equal(peer.login("alice", [alice.code()]), (["Verification code: "], "allow"), "own")
        for user, code in (("bob", bob.code()), ("root", root.code()), ("no-such-user", "123456")):
            with Peer("alice") as peer:
                expect_equal(peer.login(user, [code]), ([], "deny"), f"alice for {user}")
        expect_equal([a["reason"] for a in audits(broker.log())], ["totp"] + ["not-your-account"] * 3, "reasons")
        with Peer("bob") as peer:
            expect_equal(peer.login("bob", [bob.code()])[1], "allow", "the code was not spent by alice")


def ignored_options(broker):
    """The options that each warning about a caller's PAM line names."""
    return [names.split(", ") for names in re.findall(
        r"service 'test': uid \d+ is not root, so these options on its PAM line are ignored: (.*); set them "
        r"in the configuration file", broker.log())]


def test_what_is_ignored_is_named_once_without_its_value():
    """Only of callers that are not root, and only what does have an effect for others."""
    write_config(OPEN)
    words = ["retry=7", "no-devices-in-choice", "retry=9", "config=/root/own.json", "socket=/run/x", "require_broker",
             "nullok", "otp_prompt=hush\nline"]
    with Broker() as broker:
        factor = fresh("alice")
        with Peer("alice") as peer:
            peer.login("alice", [factor.code()], arguments=words)
        wait_audit(broker)
        expect_equal(ignored_options(broker), [["retry", "add_devices_to_choice", "config (for root only)",
                                                "otp_prompt"]], "options")
        expect("hush" not in broker.log() and "own.json" not in broker.log(), f"a value: {broker.log()}")
        with Peer("root") as peer:
            peer.login("alice", ["1"], arguments=["retry=0"])
        with Peer("alice") as peer:
            peer.login("alice", ["1"], arguments=["socket=/run/x"])
        with Peer("alice") as peer:
            peer.login("alice", ["1"], arguments=[*words, "nowarn"])
        wait_until(lambda: len(audits(broker.log())) == 4, "four logins")
        expect_equal(len(ignored_options(broker)), 1, "warnings after a login of root, a line without options, nowarn")


def test_words_of_other_modules_have_their_hints():
    """As on the line of a login of root's, but each once, and no more than eight."""
    write_config(OPEN)
    hint = re.compile(r"service 'test': unknown argument '(.*?)' is ignored; other modules have it: (\S)")
    many = ["secret", "user", "appid", "origin", "cue", "digits", "window", "usersfile", "expand", "conf"]
    with Broker() as broker:
        factor = fresh("alice")
        rows = ((["nullok", "use-first-pass=x", "NULLOK", "retry=0", "bogus"], ["nullok", "use_first_pass"]),
                (many, many[:8]), (["nullok", "nowarn"], []))
        for count, (words, told) in enumerate(rows, 1):
            before = len(broker.log())
            with Peer("alice") as peer:
                peer.login("alice", [factor.wrong()] * 4, arguments=words)
            wait_audit(broker, count)
            expect_equal([word for word, _ in hint.findall(broker.log()[before:])], told, f"{words}: hints")
        expect("bogus" not in broker.log(), "a word of the caller's own")


def test_what_they_say_is_ignored():
    write_config({**OPEN, "retry": 1})
    run("gpasswd", "--add", "alice", "robots")
    with Broker() as broker:
        factor = fresh("alice")
        with Peer("alice") as peer:
            prompts, verdict = peer.login(
                "alice", [factor.wrong()], rhost="192.0.2.1", ruser="root",
                ssh_connection="192.0.2.2 1 192.0.2.3 22", ssh_auth_info="publickey ssh-ed25519 AAAA\n",
                arguments=["retry=0", "exempt_group=robots", "stack_first_factor", "otp_prompt=other",
                           "accept_on_missing_auth_method", "totp_window=10", "debug", "unknown"])
        expect_equal((len(prompts), prompts[0], verdict), (2, "Verification code: ", "max-tries"), "dialogue")
        audit = wait_audit(broker)
        expect("rhost" not in audit and "192.0.2" not in broker.log(), f"audit: {audit}")
        expect_equal(audit["peer_uid"], str(pwd.getpwnam("alice").pw_uid), "peer_uid")
        expect("unknown argument" not in broker.log(), "the arguments were read")
        expect_equal(ignored_options(broker), [[
            "retry", "exempt_group", "stack_first_factor", "otp_prompt", "accept_on_missing_auth_method",
            "totp_window", "debug"]], "options that are named as ignored")
        subjects = {(scope, subject) for scope, subject in store_rows("SELECT scope, subject FROM throttle")
                    if scope == 3}
        expect_equal([s for s in subjects if "192.0.2" in s[1]], [], "addresses that count")


def proven_failures(user):
    """Failures after a proven first factor: of codes, of passwords."""
    return sum(count for count, subject in store_rows("SELECT failures, subject FROM throttle WHERE scope IN (1, 4)")
               if subject == user)


def test_nothing_counts_as_proven():
    """Neither their claims nor the administrator's statement about PAM stacks count: no failure of the kind
    that delays a user after a proven first factor."""
    write_config({**OPEN, "stack_first_factor": True})
    with Broker():
        factor = fresh("alice")
        for _ in range(3):
            with Peer("alice") as peer:
                peer.login("alice", [factor.wrong()], ssh_auth_info="publickey ssh-ed25519 AAAA\n")
        expect_equal(proven_failures("alice"), 0, "failed tries after a proven first factor")
        unproven = listing("alice")["failed_tries"]
        expect(unproven > 0, "failed tries without one")
        with Peer("root") as peer:
            peer.login("alice", [factor.wrong()])
        expect_equal((proven_failures("alice"), listing("alice")["failed_tries"]), (1, unproven + 1), "failed tries, said by root")


def test_a_configuration_of_their_own_is_ignored():
    write_config(OPEN)
    permissive = pathlib.Path("/etc/countersign/permissive.json")
    write_config({"accept_on_missing_auth_method": True}, permissive)
    forget_factors("alice")
    with Broker() as broker, open(permissive, "rb") as file:
        before = descriptors_at_rest(broker)
        with Peer("root") as peer:
            expect_equal(peer.login("alice", ["1"], [file.fileno()], flags=FLAG_CONFIG_FILE)[1],
                         "not-enrolled", "root's file")
        with Peer("alice") as peer:
            prompts, verdict = peer.login("alice", ["1"], [file.fileno()], flags=FLAG_CONFIG_FILE)
            expect_equal((len(prompts), verdict), (1, "max-tries"), "alice's file")
        settled(broker, before)


def test_without_allow_unprivileged():
    write_config({"throttle": False})
    with Broker() as broker:
        try:
            Peer("alice")
            raise Failure("alice could connect")
        except PermissionError:
            pass
        os.chmod(SOCKET, 0o666)  # as a socket unit might have it
        before = descriptors_at_rest(broker)
        peer = Peer("alice")
        peer.send(message(HELLO, (1, uint(NEWEST - 1)), (2, uint(NEWEST))))
        peer.expect_end()
        settled(broker, before)
        log_in_as_root()


# ---- too many ----

def test_a_thousand_peers_do_not_keep_root_out():
    write_config(OPEN)
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        fresh("alice"), fresh("bob")
        peers = []
        for number in range(1000):
            user = ("alice", "bob", "carol")[number % 3]
            peer = Peer(user)
            peers.append(peer)
            if number % 4 == 1:
                peer.send(message(HELLO, (1, uint(NEWEST - 1)), (2, uint(NEWEST))))
            elif number % 4 == 2:
                peer.send(message(HELLO, (1, uint(NEWEST - 1)), (2, uint(NEWEST))))
                peer.send(message(REQUEST, *request_fields(user)))
            elif number % 4 == 3:
                peer.send(b"\x01\x00")
        took = log_in_as_root("root")
        expect(took < 1, f"root waited {took:.2f} s")
        expect(connections_of(broker.pid) <= 16 + 1, f"{connections_of(broker.pid)} connections")
        for peer in peers:
            peer.close()
        settled(broker, before)
        took = log_in_as_root()
        expect(took < 1, f"afterwards root waited {took:.2f} s")


def waits_at_a_prompt(user):
    """A peer whose login is waiting, or None if it got no place."""
    peer = Peer(user)
    peer.send(message(HELLO, (1, uint(NEWEST - 1)), (2, uint(NEWEST))))
    if peer.receive() == b"":
        peer.close()
        return None
    peer.send(message(REQUEST, *request_fields(user)))
    peer.expect(ACCEPTED)
    peer.expect(ROUND)
    return peer


def test_one_account_cannot_use_up_the_places_of_others():
    write_config(OPEN)
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        held = [waits_at_a_prompt("alice") for _ in range(30)]
        expect_equal(sum(peer is not None for peer in held), 4, "places of one account (a quarter of 16)")
        broker.wait_log("dropped: max_logins or max_unprivileged logins are already running")
        bob = fresh("bob")
        with Peer("bob") as peer:
            expect_equal(peer.login("bob", [bob.code()])[1], "allow", "bob")
        for peer in filter(None, held):
            peer.close()
        settled(broker, before)
        again = waits_at_a_prompt("alice")
        expect(again is not None, "her places did not come back")
        again.close()


def test_refusals_do_not_flood_the_log():
    write_config(OPEN)
    with Broker() as broker:
        held = [waits_at_a_prompt("alice") for _ in range(4)]
        for _ in range(500):
            expect(waits_at_a_prompt("alice") is None, "a fifth place")
        lines = [line for line in broker.log().splitlines() if "dropped" in line]
        # A minute may end meanwhile.
        expect(1 <= len(lines) <= 2, f"{len(lines)} lines: {lines[:3]}")
        for peer in held:
            peer.close()


def begins(service, **items):
    """A login that a program of root's asks for, up to its first prompt; None when it got no place."""
    peer = Peer()
    peer.send(message(HELLO, (1, uint(NEWEST - 1)), (2, uint(NEWEST))))
    if peer.receive() == b"":
        peer.close()
        return None
    peer.send(message(REQUEST, *request_fields("alice", service=service, **items)))
    if peer.receive() == b"":
        peer.close()
        return None
    peer.expect(ROUND)
    return peer


def test_one_asker_cannot_use_up_the_places_by_way_of_su():
    write_config({**OPEN, "max_logins": 16})
    with Broker() as broker:
        held = [begins("su", ruser="mallory", tty="pts/1") for _ in range(20)]
        expect_equal(sum(peer is not None for peer in held), 4, "places of one asker (a quarter of 16)")
        broker.wait_log("a quarter of max_logins")
        expect_equal(broker.log().count("a quarter of max_logins"), 1, "lines")
        more = [begins("su", ruser=f"friend{number}", tty="pts/2") for number in range(20)]
        expect_equal(sum(peer is not None for peer in more), 8, "places without a key (three quarters of 16)")
        keys = [begins("sshd", rhost="192.0.2.1", ssh_auth_info="publickey ssh-ed25519 AAAA") for _ in range(4)]
        expect(None not in keys, "no room for somebody with a key")
        for peer in filter(None, held + more + keys):
            peer.close()
        wait_until(lambda: connections_of(broker.pid) == 0, "the end of the logins")
        again = begins("su", ruser="mallory", tty="pts/1")
        expect(again is not None, "the places did not come back")
        again.close()


def test_a_program_that_names_nobody_asks_for_its_caller():
    """A setuid program without PAM_RUSER: another terminal is no other asker."""
    write_config({**OPEN, "max_logins": 16})
    stack("require_broker")

    def asks(caller, terminal):
        session = PamSession("root", prefix=("setpriv", "--ruid", caller), tty=f"pts/{terminal}")
        try:
            session.prompt()
        except Failure:
            session.kill()
            return None
        return session

    with Broker():
        held = [asks("alice", number) for number in range(6)]
        expect_equal(sum(session is not None for session in held), 4, "places of one caller (a quarter of 16)")
        held.append(asks("bob", 0))
        expect(held[-1] is not None, "no room for another caller")
        for session in filter(None, held):
            session.kill()


# ---- silent ----

def test_a_peer_that_does_not_ask_is_dropped():
    write_config(OPEN)
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        peers = []
        begin = time.monotonic()
        for user in ("alice", "root"):
            peers.append(Peer(user))
            half = Peer(user)
            half.greet()
            peers.append(half)
        for peer in peers:
            peer.expect_end()
            took = time.monotonic() - begin
            expect(1.5 < took < 4, f"dropped after {took:.2f} s")
        settled(broker, before)
        broker.wait_log("peer uid 0 dropped: the other end did not answer in time")


# ---- hostile ----

def hello(*fields):
    return message(HELLO, *(fields or ((1, uint(NEWEST - 1)), (2, uint(NEWEST)))))


def request(*more, user="carol", replaced=()):
    fields = [f for f in request_fields(user) if f[0] not in dict(replaced)] + list(replaced) + list(more)
    return message(REQUEST, *fields)


BAD_HELLOS = {
    "empty packet": b"", "type alone": bytes([HELLO]), "another type": message(REQUEST),
    "type 0": b"\0", "unknown type": b"\xff" * 8, "answers first": message(ANSWERS, (1, b"123456")),
    "verdict first": message(VERDICT, (1, uint(0)), (2, b"allow")),
    "one field": hello((1, uint(1))), "repeated field": hello((1, uint(1)), (1, uint(1)), (2, uint(2))),
    "short number": hello((1, b"\0\1"), (2, uint(2))), "long number": hello((1, uint(1)), (2, uint(2) + b"\0")),
    "unknown field": hello((1, uint(1)), (2, uint(2)), (77, b"")),
    "trailing byte": hello() + b"\0", "trailing header": hello() + b"\0\1\0",
    "length past the end": hello() + struct.pack(">HH", MAY_IGNORE | 9, 5) + b"four",
    "largest": bytes([HELLO]) + b"\0" * 65535, "larger": bytes([HELLO]) + b"\0" * 65536,
    "huge": b"\1" * 150000,
}

BAD_REQUESTS = {
    "empty packet": b"", "hello again": hello(), "answers": message(ANSWERS, (1, b"1")),
    "no service": message(REQUEST, (USER_NAME, b"carol"), (FLAGS, uint(0))),
    "no user": message(REQUEST, (SERVICE, b"test"), (FLAGS, uint(0))),
    "no flags": message(REQUEST, (SERVICE, b"test"), (USER_NAME, b"carol")),
    "user twice": request((USER_NAME, b"root")), "NUL in the user": request(replaced=[(USER_NAME, b"carol\0x")]),
    "user of 1025 bytes": request(replaced=[(USER_NAME, b"u" * 1025)]),
    "65 arguments": request(*[(ARGUMENT, b"debug")] * 65),
    "unknown field": request((77, b"x")), "unknown field of no length": request((77, b"")),
    "trailing": request() + b"\0\1", "a config file that is not there": request(replaced=[(FLAGS, uint(2))]),
    "huge": request((SSH_AUTH_INFO, b"x" * 32768), (RHOST, b"x" * 40000)),
}

OUT_OF_PHASE = {
    "empty packet": b"", "hello": hello(), "request": request(), "authtok": message(AUTHTOK),
    "round": message(ROUND, (2, b"\1prompt")), "verdict": message(VERDICT, (1, uint(0)), (2, b"allow")),
    "no answer": message(ANSWERS), "two answers": message(ANSWERS, (1, b"1"), (1, b"2")),
    "nine answers": message(ANSWERS, *[(1, b"1")] * 9), "an answer of 1025 bytes": message(ANSWERS, (1, b"7" * 1025)),
    "unknown field": message(ANSWERS, (1, b"1"), (9, b"")), "huge": message(ANSWERS) + b"7" * 65536,
}


def costs_the_connection(peer, packet, what):
    peer.send(packet)
    begin = time.monotonic()
    peer.expect_end()
    expect(time.monotonic() - begin < 1.5, f"{what}: only the time limit ended it")


def test_broken_messages_cost_their_connection():
    write_config(OPEN)
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        count = len(audits(broker.log()))
        for user in ("root", "carol"):
            for name, packet in BAD_HELLOS.items():
                with Peer(user) as peer:
                    costs_the_connection(peer, packet, f"{user}, {name}")
            for name, packet in BAD_REQUESTS.items():
                with Peer(user) as peer:
                    peer.greet()
                    costs_the_connection(peer, packet, f"{user}, {name}")
        expect_equal(len(audits(broker.log())), count, "logins that began")
        settled(broker, before)
        log_in_as_root()


def test_messages_out_of_phase():
    write_config(OPEN)
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        for user in ("root", "carol"):
            for name, packet in OUT_OF_PHASE.items():
                with Peer(user) as peer:
                    peer.ask("carol")
                    peer.expect(ROUND)
                    peer.send(packet)
                    reply = peer.receive()
                    if reply:  # it ends with a verdict, and never one that lets the peer in
                        expect_equal(reply[0], VERDICT, f"{user}, {name}: reply")
                        expect_equal(dict(fields_of(reply))[2], b"aborted", f"{user}, {name}: verdict")
                        peer.expect_end()
        settled(broker, before)
        expect(all(a["verdict"] == "aborted" for a in audits(broker.log())[1:]), "verdicts")
        log_in_as_root()


def test_two_messages_at_once():
    """Messages sent ahead are read in turn: being fast is not an error."""
    write_config(OPEN)
    with Broker(), Peer("root") as peer:
        code = fresh("carol").code()
        peer.send(hello())
        peer.send(request())
        peer.send(message(ANSWERS, (1, code.encode())))
        for kind in (WELCOME, ACCEPTED, ROUND):
            peer.expect(kind)
        expect_equal(dict(peer.expect(VERDICT))[2], b"allow", "verdict")


def test_unknown_fields_that_may_be_ignored():
    write_config(OPEN)
    with Broker():
        for user in ("root", "carol"):
            with Peer(user) as peer:
                code = fresh("carol").code()
                ignored = [(MAY_IGNORE | 77, b"x" * 100), (MAY_IGNORE | 77, b""), (MAY_IGNORE | 0x7fff, b"\0")]
                peer.send(hello((1, uint(NEWEST - 1)), (2, uint(NEWEST)), *ignored))
                peer.expect(WELCOME)
                peer.send(request(*ignored))
                peer.expect(ACCEPTED)
                peer.expect(ROUND)
                peer.send(message(ANSWERS, (1, code.encode()), *ignored))
                expect_equal(dict(peer.expect(VERDICT))[2], b"allow", f"{user}: verdict")


def test_descriptors_where_none_belong():
    write_config(OPEN)
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        with open("/etc/hostname", "rb") as file:
            for user in ("root", "carol"):
                for descriptors in ([file.fileno()], [file.fileno()] * 3, [file.fileno()] * 200):
                    for packet in (hello(), b"", b"\1"):
                        with Peer(user) as peer:
                            peer.send(packet, descriptors)
                            peer.expect_end()
                    for packet in (request(), request(replaced=[(FLAGS, uint(2))]), b""):
                        if (len(descriptors), packet) == (1, request(replaced=[(FLAGS, uint(2))])):
                            continue  # that is what the flag is for
                        with Peer(user) as peer:
                            peer.greet()
                            peer.send(packet, descriptors)
                            peer.expect_end()
                    for packet in (message(ANSWERS, (1, b"1")), b""):
                        with Peer(user) as peer:
                            peer.ask("carol")
                            peer.expect(ROUND)
                            peer.send(packet, descriptors)
                            reply = peer.receive()
                            expect(reply == b"" or dict(fields_of(reply))[2] == b"aborted", "verdict")
        settled(broker, before)
        log_in_as_root()


def test_files_that_root_must_not_vouch_for():
    """A descriptor of anything but a trusted regular file makes the broker refuse that login."""
    write_config(OPEN)
    others = pathlib.Path("/etc/countersign/others.json")
    write_config({}, others, owner="alice")
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        ends = socket.socketpair()
        pipe = os.pipe()
        folder = os.open("/etc", os.O_RDONLY)
        opened = os.open(others, os.O_RDONLY)
        for descriptor in (ends[0].fileno(), pipe[0], folder, opened):
            with Peer("root") as peer:
                prompts, verdict = peer.login("carol", ["1"], [descriptor], flags=FLAG_CONFIG_FILE)
                expect_equal((prompts, verdict), ([], "misconfigured"), "dialogue")
        for descriptor in (*pipe, folder, opened):
            os.close(descriptor)
        for end in ends:
            end.close()
        settled(broker, before)


def random_packet(random_source):
    """Bytes that are sometimes nearly right."""
    kind = random_source.randrange(6)
    if kind == 0:
        return random_source.randbytes(random_source.randrange(200))
    if kind == 1:
        return message(random_source.randrange(12), *((random_source.choice([1, 2, 3, 8, 9, 77, 0x8001]),
                                                       random_source.randbytes(random_source.choice([0, 1, 4, 9])))
                                                      for _ in range(random_source.randrange(6))))
    packet = bytearray([hello(), request(), message(ANSWERS, (1, b"123456")), hello()][kind - 2])
    for _ in range(random_source.randrange(3)):
        packet[random_source.randrange(len(packet))] = random_source.randrange(256)
    return bytes(packet)


def test_random_peers():
    write_config({**OPEN, "login_timeout": 2})
    source = random.Random(20240229)
    with Broker() as broker:
        before = descriptors_at_rest(broker)
        held = []
        for number in range(600):
            peer = Peer(("root", "carol")[number % 2])
            for _ in range(source.randrange(5)):
                peer.send(random_packet(source))
            if number % 10:
                peer.close()
            else:
                held.append(peer)  # silent for as long as the broker lets it
        log_in_as_root("bob")
        settled(broker, before)
        expect_equal(broker.running, True, "the broker runs")
        expect(not [a for a in audits(broker.log()) if a["verdict"] == "allow" and a["user"] == "carol"][1:],
               "a random peer was let in")
        log_in_as_root()
        for peer in held:
            peer.close()


before_each.append(lambda: write_config({}))
main()
