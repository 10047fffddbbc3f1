# SPDX-License-Identifier: Apache-2.0
"""Daemons that are not root and may ask for others (allow_service_accounts): what they get, and what they do not."""
import pathlib
import pwd

from countersign import *

DAEMON = "www-data"
DAEMON_UID = pwd.getpwnam(DAEMON).pw_uid
SERVED = {"allow_service_accounts": [DAEMON], "retry": 0, "throttle": False}
PROMPT = "Verification code: "
PASSWORD = "Correct-Horse-7"


def asks(user, *answers, peer=DAEMON, **items):
    """One login that the daemon asks for: (prompts, verdict)."""
    with Peer(peer) as connection:
        return connection.login(user, answers or ["1"], **items)


def verdict_of(user, *answers, **items):
    """The fields of the verdict by tag: 2 its name, 3 variables, 4 PAM_AUTHTOK."""
    with Peer(DAEMON) as peer:
        peer.ask(user, **items)
        for answer in answers:
            peer.expect(ROUND)
            peer.answer(answer)
        return dict(peer.expect(VERDICT))


def password_for(user):
    countersign("passwd", user, "--stdin", input=secret(PASSWORD, "a password") + "\n")


# ---- who is served ----

def test_it_asks_for_others():
    write_config(SERVED)
    with Broker() as broker:
        alice, bob = fresh("alice"), fresh("bob")
        for factor, user in ((alice, "alice"), (bob, "bob")):
            code = factor.code()
            expect_equal(asks(user, code), ([PROMPT], "allow"), user)
            expect_equal(asks(user, code), ([PROMPT], "max-tries"), f"{user}, a spent code")
        found = audits(broker.log())
        expect_equal({a["peer_uid"] for a in found}, {str(DAEMON_UID)}, "who asked, in the audit lines")


def test_nobody_else_is_served():
    """The socket lets everybody connect; the kernel says who it is."""
    write_config(SERVED)
    with Broker() as broker:
        fresh("alice")
        for user in ("alice", "nobody"):
            with Peer(user) as peer:
                peer.send(message(HELLO, (1, uint(NEWEST - 1)), (2, uint(NEWEST))))
                peer.expect_end()
        broker.wait_log(f"peer uid {pwd.getpwnam('alice').pw_uid} dropped: neither allow_unprivileged nor "
                        "allow_service_accounts covers it")
        expect_equal(audits(broker.log()), [], "logins")
    write_config({**SERVED, "allow_unprivileged": True})
    with Broker() as broker:
        bob = fresh("bob")
        expect_equal(asks("bob", bob.code(), peer="alice"), ([], "deny"), "alice for bob")
        expect_equal(wait_audit(broker)["reason"], "not-your-account", "why")


def test_never_for_root():
    """Nor for another account with its uid."""
    run("useradd", "--non-unique", "--uid", "0", "--no-create-home", "second-root")
    write_config(SERVED)
    with Broker() as broker:
        for user in ("root", "second-root"):
            factor = fresh(user)
            code = factor.code()
            expect_equal(asks(user, code), ([], "deny"), user)
            expect_equal(audits(broker.log())[-1]["reason"], "root-account", "why")
            expect_equal(asks(user, code, peer="root")[1], "allow", "the code was not spent")


def test_an_unknown_account_looks_like_another():
    write_config(SERVED)
    with Broker() as broker:
        factor = fresh("alice")
        forget_factors("bob")
        wanted = asks("alice", factor.wrong())
        for user in ("no-such-user", "bob"):
            expect_equal(asks(user, "123456"), wanted, user)
        expect_equal(len(audits(broker.log())), 3, "logins")


# ---- what it says counts for nothing ----

CLAIMS = {"rhost": "192.0.2.1", "ruser": "root", "ssh_connection": "192.0.2.2 1 192.0.2.3 22",
          "ssh_auth_info": "publickey ssh-ed25519 AAAA\n"}


def test_what_it_says_is_ignored():
    write_config(SERVED)
    permissive = pathlib.Path("/etc/countersign/permissive.json")
    write_config({"accept_on_missing_auth_method": True}, permissive)
    with Broker() as broker, open(permissive, "rb") as file:
        factor = fresh("alice")
        words = ["retry=5", "otp_prompt=other", "accept_on_missing_auth_method"]
        expect_equal(asks("alice", factor.wrong(), arguments=words, **CLAIMS), ([PROMPT], "max-tries"), "arguments")
        audit = wait_audit(broker)
        expect("rhost" not in audit and "192.0.2" not in broker.log(), f"an address: {audit}")
        expect_match("options on its PAM line are ignored: retry, otp_prompt, accept_on_missing_auth_method;",
                     broker.log(), "what the log says of them")
        forget_factors("bob")
        with Peer(DAEMON) as peer:
            expect_equal(peer.login("bob", ["1"], [file.fileno()], flags=FLAG_CONFIG_FILE)[1], "max-tries", "its file")


def test_invented_addresses_count_as_one():
    """All tries of the daemon have one counter beside that of the account, whatever PAM_RHOST it gives."""
    write_config({**SERVED, "throttle": True})
    with Broker():
        users = ("alice", "bob", "carol")
        for user in users:
            fresh(user)
        places = set(store_rows("SELECT subject FROM throttle WHERE scope = 3"))
        for number in range(9):
            asks(users[number % 3], "000000", rhost=f"198.51.100.{number}")
        counted = set(store_rows("SELECT network FROM throttle WHERE network <> ''"
                                 " AND subject IN ('alice', 'bob', 'carol')"))
        expect_equal(counted, {(f"uid {DAEMON_UID}",)}, "networks that count for these users")
        more = set(store_rows("SELECT subject FROM throttle WHERE scope = 3")) - places
        expect(len(more) <= 1, f"networks that count for all: {more}")


def test_guesses_are_delayed_by_the_account():
    write_config({**SERVED, "throttle": True})
    with Broker() as broker:
        factor = fresh("alice")
        for number in range(12):
            asks("alice", factor.wrong(), rhost=f"198.51.100.{number}")
        expect_equal(asks("alice", factor.code())[1], "max-tries", "a right code within the delay")
        expect_equal(audits(broker.log())[-1]["reason"], "throttled", "why")
        expect(listing("alice")["failed_tries"] > 0, "no failure counts against alice")


# ---- nothing is proven ----

def proven_failures(user):
    return sum(count for count, subject in store_rows("SELECT failures, subject FROM throttle WHERE scope IN (1, 4)")
               if subject == user)


def test_nothing_counts_as_proven():
    """Not the administrator's word about other stacks, no key, and not the login's own password."""
    write_config({**SERVED, "stack_first_factor": True, "auth_method": "password-then-totp"})
    with Broker():
        factor = fresh("alice")
        password_for("alice")
        asks("alice", PASSWORD, factor.wrong(), **CLAIMS)
        expect_equal(proven_failures("alice"), 0, "failed tries after a proven first factor")
        expect(listing("alice")["failed_tries"] > 0, "failed tries without one")
        stack("require_broker")
        pam_login("alice", [PASSWORD, factor.wrong()])
        expect_equal(proven_failures("alice"), 1, "the same for root")


def test_nothing_is_sent_unasked():
    """Neither after the right password nor with autopush; only when the user types what asks for it."""
    with Tenant() as tenant:
        tenant.install_ca()
        user = tenant.user("alice", password=PASSWORD, phones=[("mobile", "+15550100")])
        user.sms("+15550100")
        section = tenant.ibm_file()["ibm-auth-api"]
        for plan, before in (("smsotp", []), ("password-then-smsotp", [PASSWORD])):
            write_config({**SERVED, "provider": "verify", "verify": section, "auth_method": plan, "autopush": True})
            with Broker() as broker:
                sent = len(tenant.outbox)
                prompts, verdict = asks("alice", *before, "")
                expect_match("^Type s to send a code by text message", prompts[-1], plan)
                expect_equal((verdict, len(tenant.outbox)), ("max-tries", sent), f"{plan}: what was sent")
                with Peer(DAEMON) as peer:
                    peer.ask("alice")
                    for answer in (*before, "s"):
                        peer.expect(ROUND)
                        peer.answer(answer)
                    peer.expect(ROUND)
                    peer.answer(tenant.wait_delivery(sent + 1).otp)
                    expect_equal(dict(peer.expect(VERDICT))[2], b"allow", plan)
                wait_audit(broker, 2)


# ---- nobody is let in without an answer ----

def test_nobody_is_exempt():
    run("gpasswd", "--add", "alice", "robots")
    for settings in ({"exempt_group": "robots"}, {"2fa_group": "nogroup"}):
        write_config({**SERVED, **settings})
        with Broker():
            fresh("alice")
            expect_equal(asks("alice", "1", peer="root")[1], "exempt", f"{settings}, root")
            expect_equal(asks("alice", "000000"), ([PROMPT], "max-tries"), str(settings))


def test_a_missing_factor_lets_nobody_in():
    write_config({**SERVED, "accept_on_missing_auth_method": True, "services": {"test": {"missing_result": "success"}}})
    forget_factors("alice")
    with Broker() as broker:
        asks("alice", "1", peer="root")
        expect_equal(wait_audit(broker)["granted"], "yes", "for root")
        expect_equal(asks("alice", "000000")[1], "max-tries", "for the daemon")
        expect_equal(wait_audit(broker, 2)["granted"], "no", "for the daemon")


# ---- nothing is handed over ----

def test_passwords_stay_here():
    """PAM_AUTHTOK is neither asked for nor handed on."""
    write_config({**SERVED, "auth_method": "password-then-totp"})
    with Broker():
        factor = fresh("alice")
        password_for("alice")
        verdict = verdict_of("alice", PASSWORD, factor.code())
        expect_equal((verdict[2], 4 in verdict), (b"allow", False), "the verdict")


def test_the_providers_record_stays_here():
    with Tenant() as tenant:
        tenant.install_ca()
        person = tenant.user("alice", password=PASSWORD, email="alice@example.com").totp()
        write_config({**SERVED, "provider": "verify", "verify": tenant.ibm_file()["ibm-auth-api"],
                      "user_env": "COUNTERSIGN_USER"})
        with Broker():
            verdict = verdict_of("alice", person.fresh())
            expect_equal((verdict[2], 3 in verdict), (b"allow", False), "the verdict")
            with Peer("root") as peer:
                peer.ask("alice")
                peer.expect(ROUND)
                peer.answer(person.fresh())
                expect(3 in dict(peer.expect(VERDICT)), "root gets it")


def test_its_users_are_elsewhere():
    """No key of this machine is asked to blink for somebody at the other end of the network."""
    write_config({**SERVED, "auth_method": "u2f"})
    with FalseHelper(b"") as helper, Broker():
        fresh("alice")
        asks("alice", "x")
        expect_equal(helper.asked, 0, "requests to the helper")
        asks("alice", "x", peer="root")
        expect(helper.asked > 0, "none for root either: this test shows nothing")


# ---- limits ----

def test_a_quarter_of_the_places():
    write_config({**SERVED, "max_unprivileged": 16})
    with Broker() as broker:
        fresh("alice")
        held = []
        for _ in range(10):
            peer = Peer(DAEMON)
            peer.send(message(HELLO, (1, uint(NEWEST - 1)), (2, uint(NEWEST))))
            if peer.receive() == b"":
                peer.close()
                continue
            peer.send(message(REQUEST, *request_fields("alice")))
            peer.expect(ACCEPTED)
            held.append(peer)
        expect_equal(len(held), 4, "places of one daemon (a quarter of 16)")
        broker.wait_log(f"peer uid {DAEMON_UID} dropped: max_logins or max_unprivileged logins are already running")
        for peer in held:
            peer.close()


# ---- the list ----

def check_says():
    return [line for line in countersign("check", check=False).stdout.splitlines()
            if line.startswith(("ok   service accounts", "BAD  service accounts", "BAD  configuration"))]


def test_names_that_cannot_be_served():
    run("useradd", "--non-unique", "--uid", "0", "--no-create-home", "third-root")
    for name, why in (("no-such-daemon", "there is no account 'no-such-daemon' in /etc/passwd, so it is not served"),
                      ("third-root", "the uid of 'third-root' is 0; root is no service account, leave it out")):
        write_config({**SERVED, "allow_service_accounts": [name, DAEMON]})
        with Broker() as broker:
            expect_match(why, broker.log(), "what the broker says")
            expect_equal(check_says(), [f"BAD  service accounts: allow_service_accounts: {why}"], "what check says")
            factor = fresh("alice")
            expect_equal(asks("alice", factor.code())[1], "allow", "the others are served")
    for names, why in ((["root"], "root is no service account"), ("a b", "names of accounts expected"),
                       (",", "names of accounts expected"), ([f"a{n}" for n in range(17)], "at most 16 accounts")):
        write_config({**SERVED, "allow_service_accounts": names})
        line, = check_says()
        expect_match(rf"^BAD  configuration: .*allow_service_accounts: {why}", line, "check")


def test_not_from_a_pam_line():
    write_config({"throttle": False})
    with Broker():
        stack(f"allow_service_accounts={DAEMON}", "require_broker")
        expect_equal(pam_login("alice", ["1"]).code, "PAM_SERVICE_ERR", "the option on a line")


def test_the_sockets_mode():
    """Everybody may connect, or under systemd the group that the unit names; check finds a closed one."""
    write_config(SERVED)
    with Broker():
        expect_equal(os.stat(SOCKET).st_mode & 0o777, 0o666, "mode")
        expect_equal(check_says(), ["ok   service accounts"], "check")
        os.chmod(SOCKET, 0o600)
        expect_match(f"^BAD  service accounts: {SOCKET}: its mode keeps '{DAEMON}' out; ", check_says()[0], "closed")
        os.chmod(SOCKET, 0o660)
        expect_match(f"its mode keeps '{DAEMON}' out", check_says()[0], "another group's")
        os.chown(SOCKET, 0, pwd.getpwnam(DAEMON).pw_gid)
        expect_equal(check_says(), ["ok   service accounts"], "the daemon's group")


before_each.append(lambda: write_config({}))
main()
