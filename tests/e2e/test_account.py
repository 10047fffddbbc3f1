# SPDX-License-Identifier: Apache-2.0
"""PAM's account phase: what the module answers after its own authentication, after somebody else's, after none."""
from countersign import *

LINE = "account required pam_countersign.so"
PERMIT = "account required pam_permit.so"
FAKE = "/run/countersign-fake/broker.sock"


def service(*lines):
    pam_service("test", [*lines, "session required pam_permit.so"])


def account(*arguments, auth=None, control="required"):
    """A service whose account stack is the module alone, so that its answer is the stack's; an ignored one is refused
    by libpam, see test_what_libpam_makes_of_an_ignored_answer."""
    service(auth or f"auth required pam_countersign.so {' '.join(arguments)}",
            f"account {control} pam_countersign.so {' '.join(arguments)}".rstrip())


def check_only(user="alice", **options):
    """As sshd does after a key: the account stack alone."""
    return pam_login(user, account=True, no_auth=True, **options).account


def suspended(user):
    return listing(user)["suspended"]


# ---- the verbs ----

def test_suspend_and_resume():
    fresh("alice")
    for number, (verb, said, changed, is_suspended) in enumerate((
            ("resume", "alice was not suspended.", False, False),
            ("suspend", "alice is suspended: nothing that alice enrolled is accepted until 'countersign resume'. "
                        "Sessions that are open stay open.", True, True),
            ("suspend", "alice was already suspended, since .*", False, True),
            ("resume", "alice is no longer suspended.", True, False))):
        before = listing("alice")
        expect_match(f"^{said}$", countersign(verb, "alice").stdout, f"{number}: {verb}")
        expect_equal(bool(suspended("alice")), is_suspended, f"{number}: list")
        expect_equal({**listing("alice"), "suspended": None}, {**before, "suspended": None}, f"{number}: all else")
        countersign({"suspend": "resume", "resume": "suspend"}[verb] if changed else verb, "alice")
        answer = json.loads(countersign("--json", verb, "alice").stdout)
        expect_equal((answer["user"], bool(answer["suspended"]), answer["changed"]), ("alice", is_suspended, changed),
                     f"{number}: --json")
    expect(not suspended("alice"), "the last one was resume")


def test_list_and_check_say_it():
    fresh("alice")
    expect("SUSPENDED" not in countersign("list", "alice").stdout, "list of a user who is not")
    expect("suspended" not in countersign("check", check=False).stdout, "check")
    countersign("suspend", "alice")
    try:
        expect_match("^SUSPENDED since 20.*: nothing is accepted$", countersign("list", "alice").stdout, "list")
        expect_match("^note suspended users: 1; ", countersign("check", check=False).stdout, "check")
        notes = [row for row in json.loads(countersign("check", "--json", check=False).stdout)
                 if row["what"] == "suspended users"]
        expect_equal(len(notes), 1, "check --json")
    finally:
        countersign("resume", "alice")


class Suspended:
    def __init__(self, user="alice"):
        self.user = user

    def __enter__(self):
        countersign("suspend", self.user)

    def __exit__(self, *_):
        countersign("resume", self.user)


# ---- in the auth stack ----

def test_a_suspended_user_is_refused_like_one_who_types_wrong_codes():
    write_config({"throttle": False, "retry": 1})
    stack()
    with Broker() as broker:
        factor = fresh("alice")
        wrong = pam_login("alice", [factor.wrong()] * 2)
        before = user_state()["factor"]
        with Suspended():
            refused = pam_login("alice", [factor.code(), factor.recovery_codes[0]])
            expect_equal((refused.code, refused.prompts, refused.infos), (wrong.code, wrong.prompts, wrong.infos),
                         "what the user sees")
            audit = wait_audit(broker, 2)
            expect_equal((audit["verdict"], audit["reason"], audit["wrong"]), ("max-tries", "suspended", "code:2"), "audit")
            expect_equal(user_state()["factor"], before, "factors")
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "the same code, afterwards")
        expect_equal(pam_login("alice", [factor.recovery_codes[0], ""]).code, "PAM_SUCCESS", "the recovery code")


def test_a_suspended_user_is_not_one_without_a_factor():
    """accept_on_missing_auth_method would let such a user in."""
    write_config({"throttle": False, "retry": 0, "accept_on_missing_auth_method": True, "stack_first_factor": True})
    for plan in ("totp", "choice-then-otp", "u2f"):
        stack(f"auth_method={plan}")
        forget_factors("alice")
        with Broker() as broker:
            expect_equal(pam_login("alice", ["123456"]).code, "PAM_SUCCESS", f"{plan}: without a factor")
            with Suspended():
                expect(pam_login("alice", ["123456"]).code not in ("PAM_SUCCESS", "PAM_IGNORE"), f"{plan}: suspended")
                expect_equal(wait_audit(broker, 2)["granted"], "no", f"{plan}: audit")


# ---- the account stack ----

def test_after_this_module_its_answer_stands():
    account()
    with Broker() as broker:
        factor = fresh("alice")
        result = pam_login("alice", [factor.code()], account=True)
        expect_equal((result.code, result.account, len(result.prompts)), ("PAM_SUCCESS", "PAM_SUCCESS", 1), "a right code")
        expect_equal((len(audits(broker.log())), account_audits(broker.log())), (1, []), "nobody was asked")
        write_config({"exempt_group": "users", "exempt_result": "ignore"})
        add_to_group("alice", "users")
        service("auth required pam_countersign.so", PERMIT.replace("account", "auth"),
                "account [default=bad ignore=ignore] pam_countersign.so", PERMIT)
        result = pam_login("alice", [], account=True)
        expect_equal((result.code, result.account), ("PAM_SUCCESS", "PAM_SUCCESS"), "an ignored answer stays ignored")
        expect_equal(account_audits(broker.log()), [], "nobody was asked about the exempt")
        run("gpasswd", "--delete", "alice", "users")


def test_after_a_refusal_that_the_stack_forgave_the_account_is_checked():
    service("auth sufficient pam_countersign.so retry=0", "auth required pam_permit.so", LINE, PERMIT)
    write_config({"throttle": False})
    with Broker() as broker:
        factor = fresh("alice")
        result = pam_login("alice", [factor.wrong()], account=True)
        expect_equal((result.code, result.account), ("PAM_SUCCESS", "PAM_SUCCESS"), "a wrong code under sufficient")
        checked, = account_audits(broker.log())
        expect_equal((checked["reason"], checked["code"]), ("no-objection", "PAM_IGNORE"), "its line")
        with Suspended():
            result = pam_login("alice", [factor.code()], account=True)
            expect_equal((result.code, result.account), ("PAM_PERM_DENIED", "PAM_PERM_DENIED"), "suspended")


def test_after_another_user_or_service_the_account_is_checked():
    """A transaction may change PAM_USER: what was answered about alice says nothing about bob."""
    service("auth required pam_countersign.so", LINE, PERMIT)
    with Broker() as broker, Suspended("bob"):
        result = pam_login("alice", [fresh("alice").code()], account=True, account_user="bob")
        expect_equal((result.account, result.prompts), ("PAM_PERM_DENIED", [("Verification code: ", True)]), "bob")
        checked, = account_audits(broker.log())
        expect_equal((checked["user"], checked["reason"]), ("bob", "suspended"), "who was checked")


def test_lines_with_a_provider_of_their_own():
    """The account line of another provider is not answered by the auth line of this one."""
    service("auth required pam_countersign.so", f"{LINE} provider=local", PERMIT)
    with Broker() as broker:
        expect_equal(pam_login("alice", [fresh("alice").code()], account=True).account, "PAM_SUCCESS", "result")
        expect_equal(len(account_audits(broker.log())), 1, "the second line asked")


def test_by_a_key_alone_or_another_module():
    with Broker() as broker:
        fresh("alice")
        service("auth required pam_permit.so", LINE, PERMIT)
        expect_equal(check_only(rhost="192.0.2.7", tty="ssh"), "PAM_SUCCESS", "nothing against alice")
        checked, = account_audits(broker.log())
        expect_equal([checked[key] for key in ("verdict", "granted", "reason", "phase", "code", "rhost", "user", "identity",
                                               "service", "tty")],
                     ["allow", "yes", "no-objection", "account", "PAM_IGNORE", "192.0.2.7", "alice", "alice", "test", "ssh"],
                     "the line of a check")
        expect_equal(audits(broker.log()), [], "it is no login")
        expect_equal(pam_login("alice", account=True).account, "PAM_SUCCESS", "after pam_permit")
        with Suspended():
            for how in ({"no_auth": True}, {}):
                result = pam_login("alice", account=True, **how)
                expect_equal((result.account, result.prompts, result.infos), ("PAM_PERM_DENIED", [], []), f"suspended: {how}")
            expect_equal(check_only("bob"), "PAM_SUCCESS", "bob")
        expect_equal(check_only(), "PAM_SUCCESS", "resumed")


def test_what_libpam_makes_of_an_ignored_answer():
    """Alone in the stack it refuses; `check` warns of that, and not of a stack with another line."""
    with Broker():
        fresh("alice")
        account()
        expect_equal(check_only(), "PAM_PERM_DENIED", "a stack of ignored answers")
        expect_match("^warn /etc/pam.d/test:2: nothing else is in the account stack, ",
                     countersign("check", check=False).stdout, "check")
        service(LINE, PERMIT)
        expect_equal(check_only(), "PAM_SUCCESS", "with pam_permit")
        expect("/etc/pam.d/test" not in countersign("check", check=False).stdout, "check")


def test_accounts_that_are_not_asked_about():
    service(LINE, PERMIT)
    with Broker() as broker, Suspended():
        write_config({"exempt_group": "users"})
        add_to_group("alice", "users")
        expect_equal(check_only(), "PAM_SUCCESS", "an exempt account")
        expect_equal(account_audits(broker.log())[-1]["verdict"], "exempt", "its line")
        run("gpasswd", "--delete", "alice", "users")
        expect_equal(check_only(), "PAM_PERM_DENIED", "no longer exempt")
        account(control="[default=bad success=ok user_unknown=ok]")
        expect_equal(check_only("nosuchuser"), "PAM_USER_UNKNOWN", "an unknown account")
        expect_equal(account_audits(broker.log())[-1]["reason"], "unknown-user", "its line")
        write_config({"append": "\n"})
        expect_equal(check_only("bob"), "PAM_SERVICE_ERR", "a broken configuration")
        write_config({"gecos_trusted": True, "gecos_field": 5})
        expect_equal(check_only("bob"), "PAM_PERM_DENIED", "no identity")


def test_a_provider_without_a_say():
    """IBM Verify is not asked, so it does not matter whether its server is there; a login of this module counts."""
    with Verify() as verify:
        line = f"pam_countersign.so ibm_auth_config={IBM_FILE} auth_method=password"
        service(f"auth required {line}", f"account required {line}", PERMIT)
        verify.tenant.forget_requests()
        expect_equal(check_only(), "PAM_SUCCESS", "a key alone")
        expect_equal(verify.tenant.calls(), [], "what the tenant was asked")
        expect_equal(account_audits(verify.broker.log())[-1]["code"], "PAM_IGNORE", "its line")
        result = pam_login("alice", ["Correct-Horse-7"], account=True)
        expect_equal((result.account, len(account_audits(verify.broker.log()))), ("PAM_SUCCESS", 1), "after a login")
    expect_equal(check_only(), "PAM_SUCCESS", "without the server, and without a broker")


def test_nothing_forgives_a_failure():
    forgiving = {"failmode_insecure": True, "accept_on_missing_auth_method": True, "stack_first_factor": True}
    service(LINE, PERMIT)
    write_config(forgiving)
    with Broker():
        expect_equal(check_only(), "PAM_SUCCESS", "all is well")
        moved = STORE.with_name("moved")
        countersign("suspend", "alice")
        os.rename(STORE, moved)
        try:
            expect_equal(check_only(), "PAM_AUTHINFO_UNAVAIL", "the store is gone")
        finally:
            os.rename(moved, STORE)
            countersign("resume", "alice")


# ---- no broker, and other brokers ----

def test_without_a_broker():
    """A session of its own answers; with require_broker nobody does, and the login is refused."""
    service(LINE, PERMIT)
    with Suspended():
        expect_equal(check_only(), "PAM_PERM_DENIED", "stand-alone, suspended")
    expect_equal(check_only(), "PAM_SUCCESS", "stand-alone")
    wait_until(lambda: len(account_audits(syslog())) >= 2, "two lines in the syslog")
    expect_equal(account_audits(syslog())[-1]["standalone"], "yes", "its line")
    service(f"{LINE} require_broker", PERMIT)
    expect_equal(check_only(), "PAM_AUTHINFO_UNAVAIL", "require_broker")
    wait_syslog("account check of 'alice' refused: .*no broker is running and require_broker is set")


def test_a_broker_that_asks():
    """Nothing is asked in this phase: whatever comes but a verdict refuses, and the user sees nothing of it."""
    os.makedirs(os.path.dirname(FAKE), exist_ok=True)
    service(f"{LINE} socket={FAKE}", PERMIT)
    verdict = lambda code: message(VERDICT, (1, uint(code)), (2, b"allow"))
    for packet, wanted in ((message(ROUND, (2, b"\x01Code: ")), "PAM_AUTHINFO_UNAVAIL"),
                           (message(AUTHTOK_ASK), "PAM_AUTHINFO_UNAVAIL"), (message(99), "PAM_AUTHINFO_UNAVAIL"),
                           (b"", "PAM_AUTHINFO_UNAVAIL"), (verdict(7), "PAM_PERM_DENIED"),
                           (verdict(12), "PAM_PERM_DENIED"), (verdict(0), "PAM_SUCCESS")):
        requests = []

        def serve():
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(PATIENCE)
                peer.recv(65536)
                requests.append(dict(fields_of(peer.recv(65536))))
                peer.send(message(WELCOME, (1, uint(NEWEST))))
                peer.send(message(ACCEPTED, (1, uint(1000))))
                if packet:
                    peer.send(packet)
                    peer.recv(65536)

        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(FAKE)
            listener.listen()
            thread = threading.Thread(target=serve)
            thread.start()
            result = pam_login("alice", ["123456"], account=True, no_auth=True)
            thread.join(PATIENCE)
            os.unlink(FAKE)
        expect_equal((result.account, result.prompts), (wanted, []), f"{packet}")
        expect_equal(requests[0][PHASE], uint(1), "the request's phase")


def test_peers_of_the_broker():
    """Who is not root may ask about no account but its own, and an unknown phase is no request."""
    write_config({"allow_unprivileged": True})
    with Broker() as broker, Suspended():
        with Peer() as peer:
            peer.ask("alice", phase=1)
            expect_equal(peer.converse(), ([], "deny"), "root")
        for user, wanted in (("alice", "deny"), ("bob", "allow")):
            with Peer(user) as peer:
                peer.ask(user, phase=1)
                expect_equal(peer.converse(), ([], wanted), f"{user}")
        with Peer("bob") as peer:
            peer.ask("alice", phase=1)
            expect_equal(peer.converse(), ([], "deny"), "bob about alice")
        expect_equal(account_audits(broker.log())[-1]["reason"], "not-your-account", "reason")
        with Peer() as peer:
            peer.greet()
            peer.send(message(REQUEST, *request_fields("alice", phase=3)))
            peer.expect_end()
        broker.wait_log("peer uid 0 dropped: the request is for an unknown phase")


# ---- through sshd ----

def sshd_lines(*account_lines, auth=MODULE_LINE):
    pam_service("sshd", [auth, *account_lines, "session required pam_permit.so"])


def test_sshd_with_a_key_alone():
    with Broker() as broker, Sshd(AuthenticationMethods="publickey") as sshd:
        fresh("alice")
        sshd_lines(LINE, PERMIT)
        expect(sshd.ssh("alice").success, "a key alone")
        checked = account_audits(broker.log())
        expect_equal([(row["reason"], row["rhost"]) for row in checked], [("no-objection", "127.0.0.1")], "checks")
        with Suspended():
            expect(not sshd.ssh("alice").success, "suspended")
            expect(sshd.ssh("bob").success, "bob")
        expect(sshd.ssh("alice").success, "resumed")
        sshd_lines(LINE)
        expect(not sshd.ssh("alice").success, "a stack with nothing else")
        sshd_lines(f"{LINE} require_broker", PERMIT)
        expect(sshd.ssh("alice").success, "require_broker, with one")
        broker.stop()
        expect(not sshd.ssh("alice").success, "require_broker, without one")
        sshd_lines(LINE, PERMIT)
        expect(sshd.ssh("alice").success, "stand-alone")


def test_sshd_with_a_key_and_a_code():
    """sshd's child runs both stacks, and tells its parent: nobody is asked twice."""
    with Broker() as broker, Sshd() as sshd:
        sshd_lines(LINE)
        for number, client in enumerate((sshd.ssh, sshd.paramiko)):
            expect(client("alice", [fresh("alice").code()]).success, f"{client}")
            wait_audit(broker, number + 1)
        expect_equal(account_audits(broker.log()), [], "account checks")


def test_sshd_with_another_module():
    with Broker() as broker, Sshd(AuthenticationMethods="keyboard-interactive") as sshd:
        fresh("alice")
        sshd_lines(LINE, PERMIT, auth="auth required pam_permit.so")
        expect(sshd.paramiko("alice", publickey=False).success, "pam_permit")
        with Suspended():
            expect(not sshd.paramiko("alice", publickey=False).success, "suspended")
        expect_equal([row["reason"] for row in account_audits(broker.log())], ["no-objection", "suspended"], "checks")


# ---- sudo and su ----

def as_alice(*words):
    return run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", *words, check=False)


def test_sudo_without_a_password():
    """It authenticates nobody, and asks about the user who runs it."""
    need("sudo")
    pathlib.Path("/etc/sudoers.d/alice").write_text("alice ALL=(ALL) NOPASSWD: ALL\n")
    pam_service("sudo", ["auth required pam_deny.so", LINE, PERMIT, "session required pam_permit.so"])
    with Broker() as broker:
        fresh("alice")
        result = as_alice("sudo", "-n", "id", "-un")
        expect_equal((result.stdout, result.returncode), ("root\n", 0), f"{result.stderr}")
        with Suspended():
            result = as_alice("sudo", "-n", "id", "-un")
            expect(result.returncode != 0 and "root" not in result.stdout.split(), f"suspended: {result.stdout}")
            expect_match("PAM account management error: Permission denied", result.stderr, "what sudo says")
        checked = account_audits(broker.log())
        expect_equal([(row["user"], row["service"], row["reason"], row["peer_uid"]) for row in checked],
                     [("alice", "sudo", reason, "0") for reason in ("no-objection", "suspended")], "checks")


def test_su_by_root():
    """pam_rootok lets root become anybody; the account that is checked is the one that root becomes."""
    need("su")
    pam_service("su", ["auth sufficient pam_rootok.so", "auth required pam_deny.so", LINE, PERMIT,
                       "session required pam_permit.so"])
    with Broker():
        fresh("alice")
        expect_equal(run("su", "alice", "-s", "/bin/sh", "-c", "id -un").stdout, "alice\n", "su")
        with Suspended():
            result = run("su", "alice", "-s", "/bin/sh", "-c", "id -un", check=False)
            expect(result.returncode != 0 and result.stdout == "", f"suspended: {result}")
            expect_match("su: Permission denied", result.stderr, "what su says")


before_each.append(lambda: (write_config({}), IBM_FILE.unlink(missing_ok=True)))
main()
