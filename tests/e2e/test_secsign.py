# SPDX-License-Identifier: Apache-2.0
"""A login for each SecSign ID that the test server has a script for, and for each way in which a server fails: the exact
calls, the verdict, the line in the log. Both interfaces."""
from countersign import *
from countersign.secsign import *

# ID: verdict, reason, calls. What was not approved is withdrawn, once, unless the server knows it no longer.
CLASSIC = {
    "ok-1": ("allow", "approved", ["create", "state"]),
    "ok-3": ("allow", "approved", ["create", "state", "state", "state"]),
    "OK-1": ("allow", "approved", ["create", "state"]),
    "negative": ("allow", "approved", ["create", "state", "state"]),
    "icon": ("allow", "approved", ["create", "state", "state"]),
    "slow": ("allow", "approved", ["create", "state", "state"]),
    "deny": ("deny", "denied", ["create", "state", "state", "cancel"]),
    "expire": ("deny", "expired", ["create", "state", "state", "cancel"]),
    "suspend": ("deny", "overtaken", ["create", "state", "state", "cancel"]),
    "canceled": ("deny", "cancelled", ["create", "state", "state", "cancel"]),
    "invalid": ("deny", "cancelled", ["create", "state", "state", "cancel"]),
    "state99": ("deny", "unknown-state", ["create", "state", "state", "cancel"]),
    "wrongid": ("deny", "other-user", ["create", "state", "state", "cancel"]),
    "gone": ("deny", "cancelled", ["create", "state", "state"]),
    "frozen": ("deny", "frozen", ["create"]),
    "missing": ("deny", "unknown-identity", ["create"]),
    # An answer that makes no sense ends no wait: the next one may.
    "html": ("allow", "approved", ["create", "state", "state", "state"]),
    "empty": ("allow", "approved", ["create", "state", "state", "state"]),
    "huge": ("allow", "approved", ["create", "state", "state", "state"]),
    "dupkey": ("allow", "approved", ["create", "state", "state", "state"]),
}
REST = {name: row for name, row in CLASSIC.items() if name not in ("dupkey", "icon", "wrongid", "missing")}
# The answer to the request says whose it is; and that an ID is unknown looks like a wrong URL.
REST.update({"wrongid": ("deny", "other-user", ["create", "cancel"]), "missing": ("deny", "request-refused", ["create"])})
LINES = {"suspend": r"another request for SecSign ID 'suspend' ended this one; it gets no further request for 5 minutes",
         "frozen": r"SecSign ID 'frozen' is frozen; it gets no further request for 5 minutes",
         "missing": r"the request for an approval was refused \((error 500, code 20000: .*exist|status 404)",
         "wrongid": r"the server speaks of 'somebody-else', but 'wrongid' was asked",
         "html": r"the wait for an approval goes on: the question whether it was approved",
         "dupkey": r"the wait for an approval goes on: .* the answer has 'authsessionstate' twice",
         "gone": r"the server no longer knows the request"}


def check_scripts(rows, **options):
    with SecSign(**options) as server, SecSignMachine(server) as machine:
        for secsignid, (verdict, reason, calls) in rows.items():
            login = machine.log_in(secsignid)
            machine.expect_end(verdict, reason, login)
            expect_equal(login.code, "PAM_SUCCESS" if verdict == "allow" else "PAM_AUTH_ERR", f"{secsignid}: code")
            expect_equal(login.calls, calls, f"{secsignid}: calls; {login.log}")
            if secsignid in LINES:
                expect_match(LINES[secsignid], login.log, secsignid)
        expect_equal(set(server.sessions.most.values()), {1}, "requests of one ID at once")


def test_every_script_of_the_classic_interface():
    check_scripts(CLASSIC)


def test_every_script_of_the_rest_interface():
    check_scripts(REST, rest=True)
    check_scripts({"ok-1": REST["ok-1"]}, rest=True, prefix="/id/api")


def test_an_unknown_id_looks_like_one_that_denies():
    for rest in (False, True):
        with SecSign(rest=rest) as server, SecSignMachine(server) as machine:
            shown = []
            for secsignid in ("deny", "missing", "frozen"):
                login = machine.log_in(secsignid)
                shown.append([re.sub(r"[A-Z2-9]{4}\.", "WORD.", prompt) for prompt, _ in login.prompts] + login.infos)
            expect(shown[0] == shown[1] == shown[2], f"{shown}")


def test_what_the_phone_shows():
    for rest in (False, True):
        with SecSign(rest=rest) as server, SecSignMachine(server) as machine:
            login = machine.log_in("ok-1")
            word = re.search(r"if it shows ([A-Z2-9]{4})\.", login.prompts[0][0])
            expect(word, f"{login.prompts}")
            session = server.session("ok-1")
            host = os.uname().nodename
            expect_equal((session.name, session.address), (f"{word[1]} test: alice on {host} from 192.0.2.7", host), "texts")
            machine.configure({"service-name": "%% %u %s + %a", "service-address": "https://%h/",
                               "word-length": 0})
            login = machine.log_in("ok-2")
            expect("shows" not in login.prompts[0][0], f"no word: {login.prompts}")
            session = server.session("ok-2")
            expect_equal((session.name, session.address), ("% ok-2 test + alice", f"https://{host}/"), "own texts")


def test_an_identity_that_is_no_id_sends_nothing():
    with SecSign() as server, SecSignMachine(server, map_file=None, map_format=None, append="+x") as machine:
        login = machine.log_in("", ["123456"] * 4)
        expect_equal((login.code, login.calls), ("PAM_MAXTRIES", []), login.log)
        expect_match("the identity is no SecSign ID", login.log, "the log")


def test_no_line_is_an_unknown_user():
    with SecSign() as server, SecSignMachine(server) as machine:
        login = machine.log_in("ok-1", ["123456"] * 4, user="bob")
        machine.map(carol="ok-1")
        server.forget_requests()
        code = pam_login("bob", ["123456"] * 4).code
        expect_equal((code, server.calls(), machine.audit()["reason"]), ("PAM_MAXTRIES", [], "unknown-user"), login.log)


def test_the_deadline_withdraws():
    with SecSign() as server, SecSignMachine(server, poll_timeout=5) as machine:
        login = machine.log_in("nostate")
        machine.expect_end("deny", "expired", login)
        expect_equal((login.calls[-1], len(server.session("nostate").cancels)), ("cancel", 1), f"{login.calls}")


def test_an_id_that_was_overtaken_rests():
    for rest in (False, True):
        with SecSign(rest=rest) as server, SecSignMachine(server) as machine:
            for secsignid in ("suspend", "frozen"):
                first = machine.log_in(secsignid)
                expect(first.calls, f"{first.log}")
                login = machine.log_in(secsignid.upper(), ["s"])  # after a refusal one asks for it
                machine.expect_end("deny", "held-back", login)
                expect_equal((login.code, login.calls), ("PAM_AUTH_ERR", []), login.log)
                expect_match(r"no request is sent to this user for (2\d\d|300) s more", login.log, "the log")
                end_rests()
            machine.expect_end("allow", "approved", machine.log_in("ok-1", ["s", "", ""]))


# Failures ---------------------------------------------------------------------------------------------------

def test_failures_of_the_request():
    """Of a request nothing is made twice, and only what cannot have been sent may be *unreachable*."""
    for rest in (False, True):
        with SecSign(rest=rest) as server, SecSignMachine(server, {"request-timeout": 2}) as machine:
            rows = (({"status": 502, "html": True}, "unreachable"), ({"status": 500}, "unavailable"),
                    ({"reset": True}, "unreachable"), ({"hangup": True}, "unreachable"), ({"garbage": True}, None),
                    ({"delay": 4}, "unreachable"), ({"status": 302}, "unavailable"))
            for fields, verdict in rows:
                with server.changed:
                    server.sessions.all.clear()
                server.fault("create", **fields)
                login = machine.log_in("ok-1", ["s"] * 5)
                expect_equal(login.calls, ["create"], f"{fields}: {login.log}")
                expect_equal(login.code, "PAM_AUTHINFO_UNAVAIL", f"{fields}: {login.log}")
                expect(verdict in (None, login.audit["verdict"]), f"{fields}: {login.audit}")


def test_fail_open_only_before_anything_can_have_reached_the_user():
    for rest in (False, True):
        with SecSign(rest=rest) as server, SecSignMachine(server, {"request-timeout": 2}, failmode_insecure=True) as machine:
            for fields in ({"hangup": True}, {"status": 503}):
                server.fault("create", **fields)
                expect_equal(machine.log_in("ok-1", ["s"] * 3).code, "PAM_AUTHINFO_UNAVAIL", f"{fields}")
            server.certificate("untrusted")
            expect_equal(machine.log_in("ok-1", ["s"] * 3).code, "PAM_AUTHINFO_UNAVAIL", "a certificate that is not good")
            server.certificate("good")
            if rest:  # a code that was typed must not decide that the server is away
                machine.configure(auth_method="totp")
                for fields in ({"hangup": True}, {"status": 503}):
                    server.fault("totp", **fields)
                    expect_equal(machine.log_in("ok-1", ["123456"]).code, "PAM_AUTHINFO_UNAVAIL", f"{fields}")
                machine.configure(auth_method="device")
            server.refuse()
            login = machine.log_in("ok-1", ["s"] * 3)
            expect_equal((login.code, login.audit["reason"]), ("PAM_SUCCESS", "failmode_insecure"), login.log)
            machine.configure(auth_method="totp" if rest else "device")
            login = machine.log_in("ok-1", ["s" if not rest else "123456"])
            expect_equal((login.code, login.audit["reason"]), ("PAM_SUCCESS", "failmode_insecure"), login.log)


def test_failures_of_a_question_and_of_taking_back():
    for rest in (False, True):
        with SecSign(rest=rest) as server, SecSignMachine(server, {"request-timeout": 2}) as machine:
            for fields in ({"status": 503}, {"reset": True}, {"hangup": True}, {"garbage": True}, {"delay": 3}, {"cut": True}):
                with server.changed:
                    server.sessions.all.clear()
                server.fault("state", **fields)
                machine.expect_end("allow", "approved", machine.log_in("ok-2"))
            server.fault("cancel", status=500)
            login = machine.log_in("deny")
            machine.expect_end("deny", "denied", login)
            expect_match(r"challenge \w{8} could not be withdrawn: taking the request back failed", login.log, "the log")


def test_the_pin_account():
    with SecSign(rest=True) as server, SecSignMachine(server) as machine:
        server.forbidden = True
        login = machine.log_in("ok-1")
        machine.expect_end("misconfigured", "misconfigured", login)
        expect_match("the server refuses this machine .status 403.; check user and password", login.log, "the log")
        server.forbidden = False
        path = pathlib.Path("/etc/countersign/secsign.password")
        write_config("Wrong-Password-2\n", path)
        machine.configure({"password": None, "password-file": str(path)})
        machine.expect_end("misconfigured", "misconfigured", machine.log_in("ok-1", ["s"] * 3))
        write_config(server.pin[1] + "\n", path)
        machine.expect_end("allow", "approved", machine.log_in("ok-1", ["s", "", ""]))


def test_check_says_what_is_wrong():
    with SecSign() as server, SecSignMachine(server) as machine:
        def said(status):
            result = countersign("check", check=False)
            expect_equal(result.returncode != 0, status, result.stdout + result.stderr)
            return result.stdout + result.stderr
        machine.configure({"user": "pin"})
        expect_match("'user', 'password' and 'email' are not used: they are for api=rest", said(False), "a warning")
        machine.configure({"user": None, "api": "rest"})
        expect_match("user is missing: the name of the PIN account", said(True), "no PIN account")
        machine.configure({"api": None, "service-name": "a=%a"})
        expect_match("1 to 100 bytes without &, = and control characters expected", said(True), "a text")
        machine.configure({"service-name": None})
        write_config("alice: a\nalice = b\n", MAP)
        expect_match(f"{MAP}:2: the account of line 1 again, 'alice'", said(True), "the file of IDs")
        expect_equal(machine.session().result().code, "PAM_SERVICE_ERR", "a login meanwhile")
        machine.map(alice="Alice.Smith")
        expect_match("alice.smith", countersign("map", "alice").stdout, "the identity")


# The second server ------------------------------------------------------------------------------------------

def test_the_second_server():
    with SecSign() as first, SecSign() as second, \
            SecSignMachine(first, {"connect-timeout": 1, "request-timeout": 2}, fallback=second) as machine:
        def check(where, what, verdict="allow", secsignid="ok-2", answers=("s", "", "")):
            for server in (first, second):
                server.forget_requests()
                with server.changed:
                    server.sessions.all.clear()
            login = machine.log_in(secsignid, answers)
            expect_equal((login.audit["verdict"], bool(first.calls()), bool(second.calls())), (verdict, *where),
                         f"{what}: {login.log}")
            return login
        check((True, False), "both are there")
        for kind in ("untrusted", "wrong-name", "expired"):
            first.certificate(kind)
            check((False, True), kind)
        first.certificate("good")
        first.stall_handshake = True
        first.end_connections()
        login = check((False, True), "TLS that does not begin")
        expect_match("; asking the fallback server", login.log, "the log")
        first.stall_handshake = False
        first.refuse()
        check((False, True), "refused")
        first.accept()
        check((True, False), "it is back")
        # What the first may have got is not made a second time, there or elsewhere.
        for fields in ({"delay": 4}, {"hangup": True}, {"status": 503}):
            first.fault("create", **fields)
            login = check((True, False), f"{fields}", "unreachable")
            expect_equal(first.calls(), ["create"], "calls")
        # A request stays where it was made.
        first.fault("state", hangup=True, times=2)
        check((True, False), "questions that fail")
        first.refuse()
        check((False, True), "a denial", "deny", "deny")
        expect_equal(second.calls(), ["create", "state", "state", "cancel"], "calls of the second")


# Codes ------------------------------------------------------------------------------------------------------

def test_codes_of_the_app():
    with SecSign(rest=True) as server, SecSignMachine(server, auth_method="totp") as machine:
        server.totp["ok-1"] = secret("834527", "a code of the app")
        login = machine.log_in("ok-1", ["834 527"])
        machine.expect_end("allow", "totp", login)
        expect_equal(login.calls, ["totp"], "calls")
        login = machine.log_in("ok-1", ["834527"])
        expect_equal((login.audit["last"], login.calls), ("replayed", []), f"a code again: {login.log}")
        login = machine.log_in("ok-1", [secret("192837", "a wrong code"), "12x456", "1234"])
        expect_equal(login.calls, ["totp"], f"only what can be a code is sent: {login.log}")
        machine.configure({"totp": False})
        login = machine.log_in("ok-1", ["834527"] * 4)
        expect_equal((login.audit["last"], login.calls), ("not-enrolled", []), login.log)


def test_codes_by_mail():
    with SecSign(rest=True) as server, SecSignMachine(server, {"email": "%u@example.com"}, auth_method="emailotp") as machine:
        session = machine.session()
        expect_match(r"ok-1@example\.com", session.prompt(), "the prompt")
        expect_equal(server.mails[0][:2], ("ok-1", "ok-1@example.com"), "to whom")
        session.answer(secret("1111111", "a wrong code"))
        session.prompt()
        session.answer(server.mails[0][2])
        expect_equal(session.result().code, "PAM_SUCCESS", machine.broker.log())
        expect_equal((machine.audit()["reason"], server.calls()), ("emailotp", ["mail", "mailed", "mailed"]), "end")
        login = machine.log_in("missing", ["1234567"])
        machine.expect_end("unavailable", "unavailable", login)
        expect_match("the request for a code was refused", login.log, "the log")


def test_an_id_that_makes_no_address():
    """Nobody gets in without a factor because of it, and the phone is there as before."""
    with SecSign(rest=True) as server, \
            SecSignMachine(server, {"email": "%u"}, auth_method="emailotp", accept_on_missing_auth_method=True) as machine:
        login = machine.log_in("ok-1")
        machine.expect_end("misconfigured", "misconfigured", login)
        expect_equal(login.calls, [], "calls")
        expect_match("email makes no address of SecSign ID 'ok-1'", login.log, "the log")
        machine.configure({"totp": False}, auth_method="choice-then-otp", add_devices_to_choice=True)
        login = machine.log_in("ok-1")
        machine.expect_end("allow", "approved", login)
        expect_match("email makes no address of SecSign ID 'ok-1'", login.log, "the log")


def test_the_menu():
    with SecSign(rest=True) as server, \
            SecSignMachine(server, {"email": "%u@example.com"}, auth_method="choice-then-otp", add_devices_to_choice=True) as machine:
        server.totp["ok-1"] = secret("634527", "a code of the app")
        login = machine.log_in("ok-1", ["nothing"] + [""] * 6)
        menu = login.prompts[0][0]
        for line in ("phone", "ok-1@example\\.com", "app"):
            expect_match(line, menu, "the menu")
        order = [re.search(rf"(?m)^\s*(\d+)\)?.*{line}", menu)[1] for line in ("phone", "app", "@example")]
        for choice, answers, reason, calls in ((order[0], [""], "approved", ["create", "state"]),
                                               (order[1], ["634527"], "totp", ["totp"])):
            machine.expect_end("allow", reason, login := machine.log_in("ok-1", [choice, *answers, "", ""]))
            expect_equal(login.calls, calls, f"{choice}")


# Traces -----------------------------------------------------------------------------------------------------

def test_no_secret_in_a_trace():
    for rest in (False, True):
        folder = WORKDIR / f"trace-{rest}"
        folder.mkdir(exist_ok=True)
        run("chown", "countersign", folder)
        with SecSign(rest=rest) as server, \
                SecSignMachine(server, {"trace-file": f"/var/lib/countersign/trace-{rest}"}) as machine:
            machine.expect_end("allow", "approved", machine.log_in("ok-2"))
            machine.expect_end("deny", "denied", machine.log_in("deny"))
            if rest:
                server.totp["ok-1"] = secret("734527", "a code of the app")
                machine.configure(auth_method="totp")
                machine.expect_end("allow", "totp", machine.log_in("ok-1", ["734527"]))
        trace = pathlib.Path(f"/var/lib/countersign/trace-{rest}").read_text()
        (folder / "trace").write_text(trace)  # where main() looks for secrets
        expect_match(r"AuthSession/\*\*\*|requestid=\*\*\*", trace, "the trace")


main()
