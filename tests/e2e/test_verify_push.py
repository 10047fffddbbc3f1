# SPDX-License-Identifier: Apache-2.0
"""Approvals on a phone through PAM: what the tenant is asked and when, what the person sees, and what ends it."""
from countersign import *

PROVEN = "stack_first_factor"
DEVICE = "auth_method=device"
ONCE = "retry=0"
SIGNATURES, PUSH, POLL = "GET signatures", "POST push", "GET push"
JUNK = "\b\n\r\x7fINCORRECT"  # what sshd answers for an account that may not log in
CONSENT = "Type s to send an approval request to Phone: "


def with_phone(*subtypes, **fields):
    verify = Verify()
    verify.phone = verify.alice.device("Phone", subtypes or ("fingerprint", "userPresence"), **fields)
    return verify


def verdict_of(login):
    return login.code, login.audit["verdict"], login.audit["reason"]


def warm(verify):
    """A login after which the broker has a token and a connection."""
    verify.tenant.push_after_polls = 0
    expect_equal(verify.log_in(DEVICE, PROVEN).code, "PAM_SUCCESS", "an approval at once")
    verify.tenant.push_after_polls = None
    verify.tenant.wait_push()


# ---- what the phone says ----

def test_every_state():
    rows = (("VERIFY_SUCCESS", "PAM_SUCCESS", "allow", "approved"),
            ("VERIFY_FAILED", "PAM_AUTH_ERR", "deny", "signature-failed"),
            ("USER_DENIED", "PAM_AUTH_ERR", "deny", "denied"),
            ("USER_FRAUDULENT", "PAM_AUTH_ERR", "deny", "reported-as-fraud"),
            ("BIOMETRY_FAILED", "PAM_AUTH_ERR", "deny", "biometry-failed"),
            ("CANCELED", "PAM_AUTH_ERR", "deny", "cancelled"), ("TIMEOUT", "PAM_AUTH_ERR", "deny", "expired"),
            ("SOMETHING_NEW", "PAM_AUTH_ERR", "deny", "unknown-state"), ("", "PAM_AUTH_ERR", "deny", "unknown-state"),
            ("verify_success", "PAM_AUTH_ERR", "deny", "unknown-state"))
    for state, *wanted in rows:
        with with_phone() as verify:
            verify.tenant.push_state, verify.tenant.push_after_polls = state, 0
            login = verify.log_in(DEVICE, PROVEN, "retry=3", "failmode_insecure")
            expect_equal(verdict_of(login), tuple(wanted), f"{state}: {login.log}")
            expect_equal((login.calls.count(PUSH), login.calls.count(POLL)), (1, 1), f"{state} ends the login at once")
            expect_equal(login.prompts, [], f"{state}: nothing is asked")
            if state == "USER_FRAUDULENT":
                expect_match("^<1>.*fraud", login.log, "an alert")


def test_requests_of_an_approval():
    with with_phone() as verify:
        verify.tenant.push_after_polls = 0
        login = verify.log_in(DEVICE, PROVEN)
        expect_equal(login.calls, ["POST token", "GET users", SIGNATURES, PUSH, POLL], "calls")
        login = verify.log_in(DEVICE, PROVEN)
        expect_equal(login.calls, ["GET users", SIGNATURES, PUSH, POLL], "calls of a warm broker")


def test_what_the_phone_shows():
    host = run("uname", "-n").stdout.strip()
    with with_phone() as verify:
        verify.tenant.push_after_polls = 0
        for arguments, options, message, origin in (
                ((), {"rhost": "192.0.2.7"}, f"Do you approve the request from {host}?", "192.0.2.7"),
                ((), {"rhost": "2001:db8::7"}, f"Do you approve the request from {host}?", "2001:db8::7"),
                (("verify_message=%U at {hostname} from %R",), {"rhost": "192.0.2.7"}, f"alice at {host} from 192.0.2.7",
                 "192.0.2.7"),
                (("verify-message=Yes?",), {}, "Yes?", None)):
            login = verify.log_in(DEVICE, PROVEN, *arguments, **options)
            push = verify.tenant.wait_push()
            expect_equal((login.code, push.message, push.push_message, push.origin, push.user_agent, push.sent),
                         ("PAM_SUCCESS", message, message, origin, "test", True), f"{arguments} {options}")


def test_what_does_not_fit():
    """An answer about somebody else's request grants nothing."""
    nonsense = ("PAM_AUTHINFO_UNAVAIL", "unavailable", "unavailable")
    for call, fault, wanted in (
            (POLL, {"owner": "0000000000"}, ("PAM_AUTH_ERR", "deny", "wrong-owner")),
            (POLL, {"remove": ("owner",)}, ("PAM_AUTH_ERR", "deny", "wrong-owner")),
            (POLL, {"replace": {"id": "972937f3-0000-4000-8000-000000000000"}}, nonsense),
            (POLL, {"mistype": "state"}, nonsense),
            (POLL, {"remove": ("state",)}, nonsense),
            (POLL, {"status": 404}, ("PAM_AUTH_ERR", "deny", "expired")),
            (POLL, {"status": 404, "html": True}, nonsense),
            (PUSH, {"owner": "0000000000"}, nonsense),
            (PUSH, {"remove": ("id",)}, nonsense),
            (PUSH, {"replace": {"id": "../../v2.0/Users"}}, nonsense),
            (SIGNATURES, {"owner": "0000000000"}, nonsense),
            (PUSH, {"no_location": True}, ("PAM_SUCCESS", "allow", "approved")),
            (POLL, {"status": 503, "times": 1}, ("PAM_SUCCESS", "allow", "approved")),
            (POLL, {"reset": True, "times": 1}, ("PAM_SUCCESS", "allow", "approved"))):
        with with_phone() as verify:
            verify.tenant.push_after_polls = 0
            verify.tenant.fault(call, **{"times": 9, **fault})
            login = verify.log_in(DEVICE, PROVEN, "failmode_insecure", "poll_timeout=5")
            expect_equal(verdict_of(login), wanted, f"{call} {fault}: {login.log}")


def test_request_that_may_have_arrived_is_not_repeated():
    for fault, verdict in (({"reset": True}, "unreachable"), ({"hangup": True}, "unreachable"),
                           ({"status": 503}, "unreachable")):
        with with_phone() as verify:
            warm(verify)
            verify.tenant.fault(PUSH, times=9, effect=True, **fault)
            login = verify.log_in(DEVICE, PROVEN)
            expect_equal((login.audit["verdict"], login.calls.count(PUSH)), (verdict, 1), f"{fault}: {login.log}")
            verify.tenant.heal()
            login = verify.log_in(DEVICE, PROVEN, ONCE, answers=[""])
            expect_equal(([t for t, _ in login.prompts], login.calls.count(PUSH)), ([CONSENT], 0),
                         f"{fault}: asks before the phone may ring again")


# ---- time ----

def test_polls_every_two_seconds_and_nothing_between():
    with with_phone() as verify:
        warm(verify)
        verify.tenant.push_delay = 3
        login = verify.log_in(DEVICE, PROVEN)
        push = verify.tenant.wait_push()
        expect_equal(login.code, "PAM_SUCCESS", login.log)
        expect_equal(login.calls, ["GET users", SIGNATURES, PUSH, POLL, POLL, POLL], "calls")
        for gap in (b - a for a, b in zip(push.polls, push.polls[1:])):
            expect(1.9 < gap < 2.6, f"{gap:.2f} s between two polls")


def test_expiry():
    with with_phone() as verify:
        login = verify.log_in(DEVICE, PROVEN, "poll_timeout=5")
        push = verify.tenant.wait_push()
        expect_equal(verdict_of(login), ("PAM_AUTH_ERR", "deny", "expired"), login.log)
        expect_equal(push.request["expiresIn"], 5, "the request ends with the login")
        expect(4.5 < int(login.audit["ms"]) / 1000 < 6, f"{login.audit['ms']} ms")


def test_expiry_that_the_tenant_decides():
    with with_phone() as verify:
        verify.tenant.push_expiry = 1
        login = verify.log_in(DEVICE, PROVEN)
        expect_equal(verdict_of(login), ("PAM_AUTH_ERR", "deny", "expired"), login.log)
        expect_equal(verify.tenant.wait_push().request["expiresIn"], 60, "the product's default")


def test_never_outlives_the_login():
    with with_phone() as verify:
        session = verify.session(DEVICE, PROVEN, "login_timeout=8")
        push = verify.tenant.wait_push()
        expect(1 <= push.request["expiresIn"] <= 6, f"expiresIn is {push.request['expiresIn']}")
        push.approve()
        expect_equal(session.result().code, "PAM_SUCCESS", "an approval before the end")


# ---- a tenant that is away for a while ----

OUTAGES = ({"status": 403}, {"mistype": "state"}, {"status": 500}, {"status": 501}, {"status": 502, "html": True},
           {"status": 503}, {"status": 504}, {"status": 529}, {"status": 429}, {"reset": True}, {"hangup": True})


def test_short_outage_during_an_approval():
    """While the phone asks: asked again at the usual beat, and its answer counts."""
    for fault in OUTAGES:
        for state, wanted in (("VERIFY_SUCCESS", ("PAM_SUCCESS", "allow", "approved")),
                              ("USER_DENIED", ("PAM_AUTH_ERR", "deny", "denied"))):
            with with_phone() as verify:
                verify.tenant.push_state, verify.tenant.push_after_polls = state, 0
                verify.tenant.fault(POLL, times=2, **fault)
                login = verify.log_in(DEVICE, PROVEN, "failmode_insecure")
                expect_equal((verdict_of(login), login.calls.count(POLL)), (wanted, 3), f"{fault}: {login.log}")
                expect(3.8 < int(login.audit["ms"]) / 1000 < 6, f"{fault}: {login.audit['ms']} ms")


def test_refused_connections_during_an_approval():
    with with_phone() as verify:
        session = verify.session(DEVICE, PROVEN, "failmode_insecure")
        push = verify.tenant.wait_push()
        push.wait_polls(1)
        verify.tenant.refuse()
        wait_until(lambda: "the wait for an approval goes on" in verify.broker.log(), "an outage in the log")
        push.approve()
        verify.tenant.accept()
        expect_equal(session.result().code, "PAM_SUCCESS", "approved during the outage")


def test_outage_to_the_end_of_the_wait_lets_nobody_in():
    for fault, verdict in (({"status": 503}, "unreachable"), ({"reset": True}, "unreachable"),
                           ({"slow": 600}, "unreachable"), ({"status": 500}, "unavailable"),
                           ({"status": 403}, "unavailable")):
        with with_phone() as verify:
            verify.tenant.fault(POLL, times=99, **fault)
            login = verify.log_in(DEVICE, PROVEN, "failmode_insecure", "poll_timeout=5")
            expect_equal((verdict_of(login), login.audit["granted"]),
                         (("PAM_AUTHINFO_UNAVAIL", verdict, verdict), "no"), f"{fault}: {login.log}")
            expect(4.5 < int(login.audit["ms"]) / 1000 < 12, f"{fault}: {login.audit['ms']} ms")


def test_unreachable_after_something_was_sent_lets_nobody_in():
    """Also where the tenant did send, and its answer was lost. The check of a code alone makes nothing unreachable."""
    for method, send, check in (("device", PUSH, None), ("smsotp", "POST smsotp/verifications", "POST smsotp/check"),
                                ("emailotp", "POST emailotp/verifications", "POST emailotp/check")):
        for call in filter(None, (send, check)):
            for fault in {"reset": True}, {"status": 503}, {"status": 504, "html": True}:
                with with_phone() as verify:
                    verify.alice.sms("+15550100")
                    verify.alice.email("alice@example.com")
                    verify.tenant.fault(call, times=9, effect=True, **fault)
                    login = verify.log_in(f"auth_method={method}", PROVEN, "failmode_insecure", answers=["123456"] * 3)
                    verdict = "unavailable" if call == check else "unreachable"
                    expect_equal((verdict_of(login), login.audit["granted"]),
                                 (("PAM_AUTHINFO_UNAVAIL", verdict, verdict), "no"),
                                 f"{method}, {call} {fault}: {login.log}")


# ---- who gives up ----

def test_give_up_frees_the_login():
    for wait in ("silent", "live", "enter"):
        with with_phone() as verify:
            session = verify.session(DEVICE, PROVEN, f"push_wait={wait}", "conversation=live")
            if wait == "enter":
                session.prompt()
                session.answer("")
            push = verify.tenant.wait_push()
            push.wait_polls(1)
            expect_equal(connections_of(verify.broker.pid) > 0, True, "a login runs")
            session.kill()
            begun = time.monotonic()
            audit = wait_audit(verify.broker)
            expect(time.monotonic() - begun < 1, f"{wait}: freed after {time.monotonic() - begun:.2f} s")
            expect_equal((audit["verdict"], audit["reason"], audit["granted"]), ("aborted", "hang-up", "no"), wait)
            polls = len(push.polls)
            push.approve()
            # A person who leaves and returns at once is asked before another request goes out.
            login = verify.log_in(DEVICE, PROVEN, ONCE, answers=[""])
            expect_equal(([t for t, _ in login.prompts], login.calls.count(PUSH)), ([CONSENT], 0), wait)
            expect_equal((login.code, len(push.polls)), ("PAM_MAXTRIES", polls), f"{wait}: nobody asks any more")


def test_give_up_while_the_tenant_is_silent():
    for call in (SIGNATURES, PUSH, POLL):
        with with_phone() as verify:
            warm(verify)
            fault = verify.tenant.fault(call, slow=600)
            count = len(audits(verify.broker.log()))
            session = verify.session(DEVICE, PROVEN)
            wait_until(lambda: fault.hits, call)
            session.kill()
            begun = time.monotonic()
            audit = wait_audit(verify.broker, count + 1)
            expect(time.monotonic() - begun < 1, f"{call}: freed after {time.monotonic() - begun:.2f} s")
            expect_equal(audit["verdict"], "aborted", call)
            verify.tenant.heal()
            # The phone may be ringing, even if the call got no answer.
            verify.tenant.push_after_polls = 0
            login = verify.log_in(DEVICE, PROVEN, ONCE, answers=[""])
            expect_equal(login.calls.count(PUSH), 1 if call == SIGNATURES else 0, f"{call}: rings again at once")


# ---- denial ----

def test_denial_makes_the_next_request_ask_first():
    with with_phone() as verify:
        verify.tenant.push_state, verify.tenant.push_after_polls = "USER_DENIED", 0
        expect_equal(verdict_of(verify.log_in(DEVICE, PROVEN)), ("PAM_AUTH_ERR", "deny", "denied"), "denied")
        verify.tenant.push_state = "VERIFY_SUCCESS"
        login = verify.log_in(DEVICE, PROVEN, "retry=1", answers=["", ""])
        expect_equal((login.code, [t for t, _ in login.prompts], login.calls.count(PUSH)),
                     ("PAM_MAXTRIES", [CONSENT] * 2, 0), "nothing was typed, nothing is sent")
        login = verify.log_in(DEVICE, PROVEN, answers=["s"])
        expect_equal((login.code, login.prompts, login.calls.count(PUSH)), ("PAM_SUCCESS", [(CONSENT, True)], 1),
                     "typed")
        other = verify.tenant.user("bob")
        other.device("Phone")
        expect_equal(verify.log_in(DEVICE, PROVEN, user="bob").prompts, [], "another user is not concerned")


# ---- what the person sees ----

def test_number_matching():
    with with_phone() as verify:
        for matching in (True, "42", 7, "K7"):
            verify.tenant.number_matching = matching
            for wait in ("push_wait=enter", "push_wait=live", "push_wait=auto", "push_wait=silent",
                         "device_prompt=Look at %D."):
                session = verify.session(DEVICE, PROVEN, wait)
                push = verify.tenant.wait_push()
                wanted = f"Choose the number {push.number} on Phone."
                push.approve()
                if "live" not in wait:
                    expect_match(f"^{re.escape(wanted)} \n", session.prompt(), f"{matching}, {wait}")
                    session.answer("")
                result = session.result()
                expect_equal(result.code, "PAM_SUCCESS", f"{matching}, {wait}: {result.text}")
                expect_equal(result.text.count(f"number {push.number} on"), 1, f"{matching}, {wait}: {result.text}")


def test_text_before_the_approval():
    with with_phone() as verify:
        for arguments, wanted in (((), ""), (("push_wait=silent", "device_prompt=Look."), ""),
                                  (("device_prompt=Look at %D.",), "Look at Phone. \nThen press Enter here: "),
                                  (("push_wait=enter",), "Approve the request on Phone. \nThen press Enter here: ")):
            session = verify.session(DEVICE, PROVEN, *arguments)
            verify.tenant.wait_push().approve()
            if wanted:
                expect_equal(session.prompt(), wanted, f"{arguments}")
                session.answer("")
            result = session.result()
            expect_equal((result.code, len(result.prompts)), ("PAM_SUCCESS", 1 if wanted else 0), f"{arguments}")
        session = verify.session(DEVICE, PROVEN, "device_prompt=Look at %D.", "conversation=live")
        verify.tenant.wait_push().approve()
        expect_equal(session.result().infos, ["Look at Phone."], "text that is shown at once")


def test_enter_before_the_approval():
    with with_phone() as verify:
        session = verify.session(DEVICE, PROVEN, "push_wait=enter")
        push = verify.tenant.wait_push()
        session.prompt()
        expect_equal(push.polls, [], "nothing is asked while the person has not pressed Enter")
        session.answer("")
        expect_match(r"^The request has not been approved yet\. \nApprove the request on Phone\. \n", session.prompt(),
                     "asked again")
        push.deny()
        session.answer("")
        result = session.result()
        expect_equal(result.code, "PAM_AUTH_ERR", result.text)
        expect_match("The request was denied on Phone", result.text, "why")


# ---- which device ----

def test_several_devices():
    with with_phone() as verify:
        tablet = verify.alice.device("Tablet", ("userPresence",))
        verify.alice.device("New", state="ENROLLING")
        verify.alice.device("Lost", enabled=False)
        verify.alice.device("Off", signature_enabled=False)
        verify.alice.device("Unconfirmed", validated=False)
        verify.tenant.push_after_polls = 0
        seen = {}
        for number in ("1", "2"):
            login = verify.log_in(DEVICE, PROVEN, "retry=1", answers=["9", number])
            expect_equal(login.code, "PAM_SUCCESS", login.log)
            menu = login.prompts[0][0]
            expect(re.fullmatch(r"Choose one of: \n1\) (\w+) \n2\) (\w+) \nYour choice \(1->2\): ?", menu), f"{menu!r}")
            names = re.findall(r"\) (\w+) ?$", menu, re.M)
            seen[names[int(number) - 1]] = verify.tenant.wait_push().device
        expect_equal(seen, {"Phone": verify.phone, "Tablet": tablet}, "who was asked")
        login = verify.log_in(DEVICE, PROVEN, "retry=1", answers=["9", "0"])
        expect_equal((login.code, login.calls.count(PUSH)), ("PAM_MAXTRIES", 0), "no choice, no request")
        login = verify.log_in(DEVICE, PROVEN, "ignore_isvalidated", answers=["3"])
        expect_equal(login.prompts[0][0].count(") "), 3, f"validated or not: {login.prompts}")


def test_one_way_of_each_device():
    rows = (("", "fingerprint"), ("verify_method_order=fingerprint,userPresence", "fingerprint"),
            ("verify_method_order=userPresence,fingerprint", "userPresence"),
            ("verify-method-order=userPresence", "userPresence"), ("verify_method_order=fingerprint", "fingerprint"))
    for subtypes in (("userPresence", "fingerprint"), ("fingerprint", "userPresence"), ("face", "userPresence")):
        with with_phone(*subtypes) as verify:
            verify.tenant.push_after_polls = 0
            for argument, wanted in rows:
                login = verify.log_in(DEVICE, PROVEN, *filter(None, [argument]))
                expect_equal((login.code, login.prompts), ("PAM_SUCCESS", []), f"{subtypes}, {argument}")
                wanted = "face" if "face" in subtypes and wanted == "fingerprint" else wanted
                expect_equal([s.sub_type for s in verify.tenant.wait_push().signatures], [wanted],
                             f"{subtypes}, {argument}")
    with with_phone("userPresence") as verify:
        login = verify.log_in(DEVICE, PROVEN, "verify_method_order=fingerprint")
        expect_equal(verdict_of(login), ("PAM_AUTH_ERR", "not-enrolled", "not-enrolled"), "none that counts")


# ---- before anything is proven ----

def test_consent_without_a_first_factor():
    with with_phone() as verify:
        verify.tenant.push_after_polls = 0
        login = verify.log_in(DEVICE, "autopush=no", "retry=1", answers=["", ""])
        expect_equal((login.code, login.audit["reason"], login.prompts, login.calls.count(PUSH)),
                     ("PAM_MAXTRIES", "not-asked-for", [(CONSENT, True)] * 2, 0), login.log)
        login = verify.log_in(DEVICE, "autopush=no", answers=["", "s"])
        expect_equal((login.code, login.calls.count(PUSH)), ("PAM_SUCCESS", 1), login.log)


def test_saved_password_makes_no_phone_ring():
    """A program answers every prompt with the password it has; the same answer again ends the login."""
    with with_phone() as verify:
        verify.tenant.push_after_polls = 0
        for saved in ("Summer2024!", "n", "send me", "123456"):
            login = verify.log_in(DEVICE, "autopush=no", "retry=5", answers=[saved] * 6)
            expect_equal((verdict_of(login), len(login.prompts), login.calls.count(PUSH)),
                         (("PAM_AUTH_ERR", "deny", "repeated-answer"), 2, 0), f"{saved}: {login.log}")
        login = verify.log_in(DEVICE, "autopush=no", answers=["Summer2024!", " Send "])
        expect_equal((login.code, login.calls.count(PUSH)), ("PAM_SUCCESS", 1), f"a person reads on: {login.log}")


def test_nothing_typed_sends_after_a_denial():
    """Not without a proven first factor, for two minutes; behind one the letter does."""
    with with_phone() as verify:
        verify.alice.sms("+15550100")
        verify.tenant.push_state, verify.tenant.push_after_polls = "USER_DENIED", 0
        expect_equal(verdict_of(verify.log_in(DEVICE, PROVEN)), ("PAM_AUTH_ERR", "deny", "denied"), "denied")
        verify.tenant.push_state = "VERIFY_SUCCESS"
        for method in DEVICE, "auth_method=smsotp", "auth_method=choice-then-otp":
            for answer in "s", "send", "1", "yes":
                login = verify.log_in(method, "add_devices_to_choice", "autopush=no", "retry=2",
                                      answers=[answer, "1", "s", "2", "s", "2"])
                expect_equal((login.calls.count(PUSH), verify.tenant.outbox, login.audit["granted"]), (0, [], "no"),
                             f"{method}, {answer}: {login.log}")
        expect_equal(verify.log_in(DEVICE, PROVEN, answers=["s"]).calls.count(PUSH), 1, "behind a first factor")


def test_message_behind_a_password_after_a_denial():
    """A client that repeats a login by itself types no password."""
    with with_phone() as verify:
        verify.alice.sms("+15550100")
        verify.tenant.push_state, verify.tenant.push_after_polls = "USER_DENIED", 0
        verify.log_in(DEVICE, PROVEN)
        session = verify.session("auth_method=password-then-smsotp")
        session.prompt()
        session.answer(verify.alice.password)
        expect_match("code|OTP", session.prompt(), "no word is asked for")
        session.kill()


def test_junk_never_sends():
    """Whatever comes after it in the same login."""
    with with_phone() as verify:
        verify.alice.sms("+15550100")
        verify.alice.email("alice@example.com")
        verify.alice.voice("+15550100")
        verify.tenant.push_after_polls = 0
        for method in ("device", "smsotp", "emailotp", "voiceotp", "transsmsotp", "transemailotp", "choice-then-otp"):
            login = verify.log_in(f"auth_method={method}", "autopush=no", "add_devices_to_choice", "voice_in_choice",
                                  answers=[JUNK, "s", "1", "s", "1", "s"])
            expect(login.code in ("PAM_MAXTRIES", "PAM_AUTH_ERR"), f"{method}: {login.code}")
            expect_equal((verify.tenant.pushes, verify.tenant.outbox, login.audit["granted"]), ([], [], "no"), method)
        for method in ("password-then-device", "password-and-totp-or-device", "password-then-smsotp"):
            login = verify.log_in(f"auth_method={method}", "password_retry=3",
                                  answers=[JUNK, verify.alice.password, "s", "1"])
            expect_equal((verify.tenant.pushes, verify.tenant.outbox, login.audit["granted"]), ([], [], "no"), method)


def test_junk_instead_of_enter():
    with with_phone() as verify:
        verify.tenant.push_after_polls = 0
        login = verify.log_in(DEVICE, PROVEN, "push_wait=enter", "retry=0", answers=[JUNK, "1", "1"])
        expect(login.code != "PAM_SUCCESS" and login.audit["granted"] == "no", f"{login.code}")


def test_nothing_before_the_password():
    with with_phone() as verify:
        verify.tenant.push_after_polls = 0
        for method, wrong, right in (("password-then-device", "no", verify.alice.password),
                                     ("password-and-totp-or-device", "no", verify.alice.password),
                                     ("password-then-choice-then-otp", "no", verify.alice.password)):
            login = verify.log_in(f"auth_method={method}", "add_devices_to_choice", answers=[wrong, "1"])
            expect_equal((login.code, login.calls.count(PUSH)), ("PAM_AUTH_ERR", 0), f"{method}: wrong")
            login = verify.log_in(f"auth_method={method}", "add_devices_to_choice", answers=[right, "1"])
            expect_equal((login.code, login.calls.count(PUSH)), ("PAM_SUCCESS", 1), f"{method}: right")
            calls = login.calls
            expect(calls.index("POST password") < calls.index(PUSH), f"{method}: {calls}")


def test_cap_of_what_is_sent_unasked():
    """Six in an hour to each user, then it is asked for; a proven first factor is not counted."""
    with with_phone() as verify:
        verify.tenant.push_after_polls = 0
        bob = verify.tenant.user("bob")
        bob.device("Phone")
        for number in range(6):
            login = verify.log_in(DEVICE)
            expect_equal((login.code, login.prompts), ("PAM_SUCCESS", []), f"request {number + 1}: {login.log}")
        login = verify.log_in(DEVICE, "retry=0", answers=[""])
        expect_equal((login.code, login.prompts, login.calls.count(PUSH)), ("PAM_MAXTRIES", [(CONSENT, True)], 0),
                     "the seventh")
        expect_equal(verify.log_in(DEVICE, PROVEN).prompts, [], "a first factor was proven")
        expect_equal(verify.log_in(DEVICE, user="bob").prompts, [], "another user")


main()
