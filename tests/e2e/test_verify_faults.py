# SPDX-License-Identifier: Apache-2.0
"""What the module makes of a tenant that does not answer as it should: the PAM code, the verdict, what is asked a
second time, and whom failmode_insecure lets in."""
from countersign import *

PROVEN = "stack_first_factor"
OPEN = "failmode_insecure"
UNREACHABLE, UNAVAILABLE, MISCONFIGURED, ABORTED = "unreachable", "unavailable", "misconfigured", "aborted"
CODES = {UNREACHABLE: "PAM_AUTHINFO_UNAVAIL", UNAVAILABLE: "PAM_AUTHINFO_UNAVAIL",
         MISCONFIGURED: "PAM_SERVICE_ERR", ABORTED: "PAM_CONV_ERR"}
TOKEN, USERS, FACTORS, TOTP = "POST token", "GET users", "GET factors/totp", "POST totp"


def three_logins(verify, verdict, what, *arguments, break_it=lambda: None):
    """The same failure for a proven first factor with and without failmode_insecure, and for none: only the first
    may get in, and only where the server cannot be reached. Returns the three."""
    found = []
    for proven, open_ in ((True, True), (True, False), (False, True)):
        break_it()
        words = [PROVEN] * proven + [OPEN] * open_
        login = verify.log_in(*words, *arguments, answers=["123456"] * 4)
        lets_in = verdict == UNREACHABLE and proven and open_
        expect_equal((login.code, login.audit["verdict"], login.audit["granted"]),
                     ("PAM_SUCCESS" if lets_in else CODES[verdict], verdict, "yes" if lets_in else "no"),
                     f"{what}, {words}: {login.log}")
        expect_equal(login.log.count("failmode_insecure"), 1 if lets_in else 0, f"{what}, {words}: audit lines")
        if lets_in:
            expect_equal(login.audit["reason"], "failmode_insecure", f"{what}: reason")
        found.append(login)
    return found


def faulty(verify, call, verdict, asked, what=None, **fault):
    """A fault of one call of a totp login: the call must be made `asked` times."""
    what = f"{call} {what or fault}"

    def break_it():
        verify.tenant.heal()
        if call == TOKEN:
            verify.tenant.revoke_tokens()
        verify.tenant.fault(call, times=9, **fault)

    found = three_logins(verify, verdict, what, break_it=break_it)
    verify.tenant.heal()
    for login in found:
        expect(login.calls.count(call) in (asked if isinstance(asked, tuple) else (asked,)),
               f"{what}: calls {login.calls}")
        expect("\x1b" not in login.text and "Second line" not in login.text, f"{what}: {login.text!r}")
    return found


def with_totp(**changes):
    verify = Verify(**changes)
    verify.alice.totp()
    return verify


# ---- what a status says ----

# Status, verdict, how often a call is made that may be repeated.
STATUSES = ((401, UNAVAILABLE, 2), (403, UNAVAILABLE, 1), (418, UNAVAILABLE, 1), (500, UNAVAILABLE, 2),
            (501, UNAVAILABLE, 1), (502, UNREACHABLE, 2), (503, UNREACHABLE, 2), (504, UNREACHABLE, 2),
            (529, UNREACHABLE, 2))


def test_status_of_a_call_that_may_be_repeated():
    with with_totp() as verify:
        for status, verdict, asked in STATUSES:
            faulty(verify, USERS, verdict, asked, status=status)
            faulty(verify, FACTORS, verdict, asked, status=status)


def test_status_of_a_call_that_spends_a_code():
    """Only a refused token is a reason to send it again: then nothing was done. While look-ups are answered the server
    is not unreachable: what was typed may have had the call cut."""
    with with_totp() as verify:
        for status, _, _ in STATUSES:
            faulty(verify, TOTP, UNAVAILABLE, 2 if status == 401 else 1, status=status)


def test_status_of_the_token_call():
    with with_totp() as verify:
        for status, verdict, asked in ((500, UNAVAILABLE, 2), (502, UNREACHABLE, 2), (503, UNREACHABLE, 2),
                                       (504, UNREACHABLE, 2), (529, UNREACHABLE, 2), (404, UNAVAILABLE, 1)):
            faulty(verify, TOKEN, verdict, asked, status=status)


def test_recovers_within_one_login():
    """A single failure goes unnoticed if a second try does no harm."""
    with with_totp() as verify:
        totp = verify.alice.factors[0]
        for call, fault in ((USERS, {"status": 503}), (FACTORS, {"status": 529}), (USERS, {"status": 500}),
                            (USERS, {"reset": True}), (FACTORS, {"hangup": True}),
                            (USERS, {"status": 429, "retry_after": "1"})):
            totp.renew()
            verify.tenant.fault(call, **fault)
            login = verify.log_in(answers=[totp.code()])
            expect_equal((login.code, login.calls.count(call)), ("PAM_SUCCESS", 2), f"{call} {fault}: {login.log}")


# ---- tokens ----

def test_refused_token_is_renewed_once():
    with with_totp() as verify:
        totp = verify.alice.factors[0]
        for revoked, wanted in ((False, [TOKEN, USERS, FACTORS, TOTP]), (False, [USERS, FACTORS, TOTP]),
                                (True, [USERS, TOKEN, USERS, FACTORS, TOTP])):
            totp.renew()
            if revoked:
                verify.tenant.revoke_tokens()
            login = verify.log_in(answers=[totp.code()])
            expect_equal((login.code, login.calls), ("PAM_SUCCESS", wanted), f"revoked={revoked}")
        totp.renew()
        verify.tenant.fault(TOTP, status=401)
        login = verify.log_in(answers=[totp.code()])
        expect_equal((login.code, login.calls), ("PAM_SUCCESS", [USERS, FACTORS, TOTP, TOKEN, TOTP]), "in the middle")


def test_short_lives_of_tokens():
    with with_totp() as verify:
        totp = verify.alice.factors[0]
        verify.tenant.expires_in = 1
        login = verify.log_in(answers=[totp.code()])
        expect_equal(login.code, "PAM_SUCCESS", f"{login.log}")
        wait_until(lambda: all(end < time.monotonic() for end in verify.tenant.tokens.values()), "the token's end")
        totp.renew()
        login = verify.log_in(answers=[totp.code()])
        expect_equal((login.code, login.calls[:2]), ("PAM_SUCCESS", [TOKEN, USERS]), "renewed before it is refused")


def test_client_is_refused():
    """A matter of configuration, and so never a reason to let anybody in."""
    with with_totp(client_secret="another-secret") as verify:
        found = three_logins(verify, MISCONFIGURED, "a wrong secret")
        expect_equal(found[0].calls, [TOKEN], "calls")
        expect_match("client-id|client-secret", found[0].log, "what to do")
        expect("another-secret" not in found[0].log, "the secret in the log")


def test_other_token_path():
    with with_totp(token_path="/oauth2/token") as verify:
        login = verify.log_in(answers=[verify.alice.factors[0].code()])
        expect_equal(login.code, "PAM_SUCCESS", login.log)
        expect_equal(verify.tenant.find(TOKEN)[0].path, "/oauth2/token", "path")


def test_fixed_token():
    with with_totp() as verify:
        totp = verify.alice.factors[0]
        expect_equal(verify.log_in(answers=[totp.code()]).code, "PAM_SUCCESS", "the first")
        token = next(iter(verify.tenant.tokens))
        verify.write_file(client_id=None, client_secret=None, access_token=token)
        totp.renew()
        login = verify.log_in(answers=[totp.code()])
        expect_equal((login.code, login.calls), ("PAM_SUCCESS", [USERS, FACTORS, TOTP]), "no token is asked for")
        verify.tenant.revoke_tokens()
        found = three_logins(verify, UNAVAILABLE, "a fixed token that ended")
        expect_equal(found[0].calls, [USERS], "calls")
        expect_match("access-token", found[0].log, "what to do")


def test_nonsense_instead_of_a_token():
    with with_totp() as verify:
        for fault in ({"truncate": True}, {"body": "<html>"}, {"remove": ("access_token",)}, {"mistype": True},
                      {"replace": {"token_type": "Other"}}, {"replace": {"access_token": "a\r\nb: c"}},
                      {"huge": True}, {"deep": True}):
            faulty(verify, TOKEN, UNAVAILABLE, 1, **fault)


# ---- what an administrator must do ----

def test_forbidden_names_call_and_entitlement():
    rows = ((USERS, "totp", "the user look-up", "readUserGroups"),
            (FACTORS, "totp", "factors", "readEnrollMFAMethodAnyUser"),
            (TOTP, "totp", "the check of a code", "authnAnyUser"),
            ("POST password", "password", "the check of a password", "authnAnyUser"),
            ("POST smsotp/verifications", "smsotp", "the request for a code", "authnAnyUser"),
            ("POST smsotp/check", "smsotp", "the check of a code", "authnAnyUser"),
            ("GET signatures", "device", "devices", "readEnrollMFAMethodAnyUser|readAuthenticatorsAnyUser"),
            ("POST push", "device", "the request for an approval", "authnAnyUser"),
            ("GET push", "device", "how an approval stands", "authnAnyUser"))
    for call, method, what, entitlement in rows:
        polled = call == "GET push"  # to the end of the wait
        with with_totp() as verify:
            verify.alice.sms("+15550100")
            verify.alice.device()
            fault = verify.tenant.fault(call, status=403, times=99 if polled else 1)
            login = verify.log_in(f"auth_method={method}", PROVEN, OPEN, "poll_timeout=5", answers=["123456"] * 4)
            expect_equal((login.code, login.audit["verdict"], fault.hits > 1), ("PAM_AUTHINFO_UNAVAIL", UNAVAILABLE,
                                                                                polled), f"{call}: {login.log}")
            expect(fault.hits > 0, f"{call}: not made")
            expect_match(f"{what}.*({entitlement})", login.log, f"{call}: log")


def test_not_found_as_json_and_as_a_page():
    with with_totp() as verify:
        for html in (False, True):
            faulty(verify, USERS, UNAVAILABLE, 1, status=404, html=html)
            faulty(verify, FACTORS, UNAVAILABLE, 1, status=404, html=html)
        found = faulty(verify, TOTP, UNAVAILABLE, 1, status=404, html=True)
        expect("<html" not in found[0].log, "a page in the log")
        # The enrolment is gone: the code is as wrong as any.
        verify.tenant.fault(TOTP, times=9, status=404, message_id="CSIBN0028E")
        login = verify.log_in(PROVEN, OPEN, "retry=0", answers=["123456"])
        expect_equal((login.code, login.audit["verdict"]), ("PAM_MAXTRIES", "max-tries"), login.log)


def test_bad_request():
    with with_totp() as verify:
        faulty(verify, USERS, UNAVAILABLE, 1, status=400)
        faulty(verify, FACTORS, UNAVAILABLE, 1, status=400)
        faulty(verify, TOTP, UNAVAILABLE, 1, status=400, message_id="CSIBN0005E")
        login = verify.log_in("user_name_attr=noSuchAttribute", PROVEN, OPEN, answers=["123456"])
        expect_equal((login.code, login.audit["verdict"]), (CODES[MISCONFIGURED], MISCONFIGURED), login.log)


# ---- time ----

def test_too_many_requests():
    with with_totp() as verify:
        for call in (USERS, TOTP):
            faulty(verify, call, UNAVAILABLE, 1, status=429)
            faulty(verify, call, UNAVAILABLE, 1, "beyond the deadline", status=429, retry_after="3600")
            begun = time.monotonic()
            faulty(verify, call, UNAVAILABLE, 2, "inside it", status=429, retry_after="1")
            expect(time.monotonic() - begun >= 3, "Retry-After was not awaited")
        totp = verify.alice.factors[0]
        verify.tenant.fault(TOTP, status=429, retry_after="1")
        login = verify.log_in(answers=[totp.code()])
        expect_equal((login.code, login.calls.count(TOTP)), ("PAM_SUCCESS", 2), "a code that was not looked at")


def test_slow_beyond_the_request():
    with with_totp(request_timeout=1) as verify:
        faulty(verify, USERS, UNREACHABLE, 1, slow=600)
        faulty(verify, TOTP, UNAVAILABLE, 1, slow=600)


def test_slow_beyond_the_login():
    """Then nothing shows that it was the server's fault."""
    with with_totp() as verify:
        for call in (TOKEN, USERS, TOTP):
            def break_it(call=call):
                verify.tenant.heal()
                if call == TOKEN:
                    verify.tenant.revoke_tokens()
                verify.tenant.fault(call, slow=600, times=9)
            found = three_logins(verify, ABORTED, f"{call} without end", "login_timeout=1", break_it=break_it)
            expect_equal(found[0].audit["reason"], "timeout", f"{call}: reason")


def test_answer_in_the_last_moment():
    """Whoever has the first factor alone could wait until no answer can come in time."""
    with with_totp() as verify:
        expect_equal(verify.log_in(answers=[verify.alice.factors[0].code()]).code, "PAM_SUCCESS", "a warm broker")
        for delay, left in ((1, 0.5), (0.2, 0.05), (0.1, 0.01)):
            verify.tenant.server_delay = delay
            count = len(audits(verify.broker.log()))
            session = verify.session(PROVEN, OPEN, "login_timeout=2")
            begun = time.monotonic()
            session.prompt()
            wait_until(lambda: time.monotonic() - begun >= 2 - left, "the last moment")
            session.answer("123456")
            result = session.result()
            audit = wait_audit(verify.broker, count + 1)
            expect(result.code != "PAM_SUCCESS" and audit["granted"] == "no", f"{left} s before the end: {audit}")


def test_slow_within_the_body():
    """A status line was there: the server is reachable."""
    with with_totp(request_timeout=1) as verify:
        faulty(verify, USERS, UNAVAILABLE, 1, trickle=600)


# ---- connections ----

def test_reset_before_a_status_line():
    with with_totp() as verify:
        for fault in ({"reset": True}, {"hangup": True}):
            # Once more if the connection was an old one, which then looks as if it had ended earlier.
            faulty(verify, USERS, UNREACHABLE, (2, 3), **fault)
            faulty(verify, FACTORS, UNREACHABLE, (2, 3), **fault)
            faulty(verify, TOTP, UNAVAILABLE, 1, **fault)
        faulty(verify, USERS, UNAVAILABLE, 1, garbage=True)


def test_cut_answers():
    with with_totp() as verify:
        for call in (USERS, FACTORS):
            faulty(verify, call, UNAVAILABLE, 1, cut=True)


def test_certificates():
    with with_totp() as verify:
        for kind in ("wrong-name", "untrusted", "expired"):
            verify.tenant.certificate(kind)
            found = three_logins(verify, UNAVAILABLE, kind)
            expect_match("certificate", found[0].log, kind)
            expect_equal(found[0].calls, [], f"{kind}: calls")
        verify.tenant.certificate("good")
        login = verify.log_in(answers=[verify.alice.factors[0].code()])
        expect_equal(login.code, "PAM_SUCCESS", login.log)


def test_connection_refused():
    with with_totp() as verify:
        verify.tenant.refuse()
        found = three_logins(verify, UNREACHABLE, "refused")
        expect_match("cannot connect", found[0].log, "log")
        verify.tenant.accept()
        login = verify.log_in(answers=[verify.alice.factors[0].code()])
        expect_equal(login.code, "PAM_SUCCESS", login.log)


def test_silent_handshake():
    with with_totp(connect_timeout=1) as verify:
        verify.tenant.stall_handshake = True
        three_logins(verify, UNREACHABLE, "no TLS comes")


def test_name_that_does_not_resolve():
    with with_totp(host="tenant.invalid") as verify:
        found = three_logins(verify, UNREACHABLE, "a name that is none")
        expect_match("check the name and the machine's DNS", found[0].log, "log")


# ---- bodies ----

def test_nonsense_in_every_answer():
    mistypes = {USERS: ("Resources", "id"), FACTORS: ("totp", "id", "enabled", "validated")}
    with with_totp() as verify:
        for call in (USERS, FACTORS):
            for fault in ({"truncate": True}, {"body": ""}, {"body": "null"}, {"body": "[]"}, {"body": "{}"},
                          {"body": "<html><body>Sign in</body></html>"}, {"huge": True}, {"deep": True},
                          {"mistype": True}):
                faulty(verify, call, UNAVAILABLE, 1, **fault)
            for key in mistypes[call]:
                verify.tenant.fault(call, mistype=key)
                login = verify.log_in(PROVEN, OPEN, "retry=0", answers=[verify.alice.factors[0].code()])
                verify.tenant.heal()
                expect(login.code != "PAM_SUCCESS", f"{call} with another type of {key}: {login.log}")


def test_nonsense_as_the_answer_to_a_code():
    """Only 200 or 204 means success, and not with a refusal in the body."""
    with with_totp() as verify:
        for fault in ({"status": 200, "message_id": "CSIBN0021E"}, {"status": 201}, {"status": 202},
                      {"body": "<html>"}, {"body": "{\"messageId\": \"CSIBN0021E\"}"}):
            wrong = verify.alice.factors[0].wrong()
            verify.tenant.fault(TOTP, times=9, **fault)
            login = verify.log_in(PROVEN, OPEN, "retry=0", answers=[wrong])
            verify.tenant.heal()
            expect(login.code in ("PAM_AUTHINFO_UNAVAIL", "PAM_MAXTRIES"), f"{fault}: {login.code} {login.log}")
            expect_equal(login.audit["granted"], "no", f"{fault}")


def test_hostile_text_never_reaches_the_terminal():
    bad = re.compile("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
    methods = (("device", ["1", ""], ("GET signatures", "POST push")),
               ("choice-then-otp", ["1", "1"], ("GET factors",)),
               ("smsotp", ["1"], ("POST smsotp/verifications",)))
    with with_totp() as verify:
        verify.alice.device("One", state="ACTIVE")
        verify.alice.device("Two")
        verify.alice.sms("+15550100")
        verify.tenant.push_state, verify.tenant.push_after_polls = "USER_DENIED", 0
        for method, answers, calls in methods:
            for call in calls:
                verify.tenant.fault(call, hostile=("deviceName", "deviceType", "phoneNumber", "correlation",
                                                   "accountName", "correlationValue"))
                if call == "POST push":
                    verify.tenant.number_matching = "12"
                login = verify.log_in(f"auth_method={method}", PROVEN, "add_devices_to_choice", "retry=0",
                                      "push_wait=enter", answers=answers)
                verify.tenant.heal()
                shown = "".join([t for t, _ in login.prompts] + login.infos + login.errors)
                expect(not bad.search(shown), f"{method}: {shown!r}")
                if call in ("GET signatures", "GET factors"):
                    expect("live" in shown, f"{method}: the text was not shown at all: {shown!r}")
                expect(not bad.search(login.log.replace("\n", "")), f"{method}: {login.log!r}")
                expect(login.code != "PAM_SUCCESS", f"{method}: {login.code}")


# ---- whom failmode_insecure lets in ----

def test_open_after_the_password():
    """The tenant's own password proves a first factor, and nothing that was not asked does."""
    with with_totp() as verify:
        for password, code, verdict in ((verify.alice.password, "PAM_SUCCESS", UNREACHABLE),
                                        ("not it", "PAM_AUTH_ERR", "deny")):
            verify.tenant.fault(FACTORS, times=9, status=503)
            login = verify.log_in("auth_method=password-then-totp", OPEN, answers=[password, "123456"])
            verify.tenant.heal()
            expect_equal((login.code, login.audit["verdict"]), (code, verdict), login.log)
        for method in ("password", "password-then-totp", "password-and-totp"):
            verify.tenant.fault("POST password", times=9, status=503)
            login = verify.log_in(f"auth_method={method}", OPEN, answers=["123456:x", "1"])
            verify.tenant.heal()
            expect_equal((login.code, login.audit["verdict"]), ("PAM_AUTHINFO_UNAVAIL", UNAVAILABLE), method)
        # Nothing but a first factor is left of a plan without a second one.
        verify.tenant.fault("POST password", times=9, status=503)
        login = verify.log_in("auth_method=password", OPEN, PROVEN, answers=["x"])
        expect_equal(login.code, "PAM_AUTHINFO_UNAVAIL", "a password alone")


def test_open_for_a_key_and_never_for_strangers():
    with with_totp() as verify:
        key = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA\n"}
        other = {"SSH_AUTH_INFO_0": "keyboard-interactive/pam\n"}
        verify.tenant.refuse()
        for env, user, code in ((key, "alice", "PAM_SUCCESS"), (other, "alice", "PAM_AUTHINFO_UNAVAIL")):
            login = verify.log_in(OPEN, answers=["123456"], user=user, env=env)
            expect_equal(login.code, code, f"{env} {user}: {login.log}")
        login = verify.log_in(OPEN, PROVEN, answers=["123456"] * 4, user="nobody-here")
        expect(login.code != "PAM_SUCCESS" and login.audit["granted"] == "no", f"a stranger: {login.code}")


def test_server_that_goes_before_a_phone_is_asked():
    with with_totp() as verify:
        verify.alice.device()
        found = three_logins(verify, UNREACHABLE, "GET signatures", "auth_method=device",
                             break_it=lambda: (verify.tenant.heal(),
                                               verify.tenant.fault("GET signatures", times=9, status=503)))
        expect_equal(found[0].calls.count("GET signatures"), 2, "GET signatures: calls")


def test_server_that_goes_while_a_phone_is_asked():
    for call in ("POST push", "GET push"):
        with with_totp() as verify:
            verify.alice.device()
            verify.tenant.fault(call, times=99, status=503)
            login = verify.log_in("auth_method=device", PROVEN, OPEN, "poll_timeout=5")
            expect_equal((login.code, login.audit["verdict"], login.audit["granted"]),
                         (CODES[UNREACHABLE], UNREACHABLE, "no"), f"{call}: {login.log}")
            asked = login.calls.count(call)
            expect(asked == 1 if call == "POST push" else asked > 1, f"{call}: {asked} calls")


def test_every_method_with_the_server_down():
    with with_totp() as verify:
        verify.tenant.refuse()
        for method in ("totp", "smsotp", "emailotp", "voiceotp", "transsmsotp", "transemailotp", "device",
                       "choice-then-otp"):
            three_logins(verify, UNREACHABLE, method, f"auth_method={method}")


main()
