# SPDX-License-Identifier: Apache-2.0
"""IBM Verify through a stock sshd, as the file of IBM's gateway asks for it: what a person sees and types with two
clients, with a proven key and without, and what the tenant is asked meanwhile."""
import contextlib

from countersign import *

METHODS = {True: "publickey,keyboard-interactive", False: "keyboard-interactive"}  # is a key proven before?
RIGHT, WRONG = "Correct-Horse-7", secret("Stable-Battery-8", "a wrong password")
PHONE, MAIL = "+15550100", "alice@example.com"

# Whole prompts, as patterns. The profile of IBM's file shows no answers but choices.
PASSWORD = "Password: "
OTP, SENT = "Enter OTP - ", "Enter OTP [0-9]+- "
TEXTED = re.escape(f"A text message was sent to {PHONE}. \n")
MAILED = re.escape(f"An email was sent to {MAIL}. \n")
MENU = re.escape(f"Choose one of: \n1) {MAIL} \n2) {PHONE} \n3) TOTP \nYour choice (1->3):")
NO_LINE = r"Type a number from 1 to [0-9]+\. Tries left: 1 \n"


class Person:
    """Alice, as the tenant knows her."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.user = tenant.user("alice", password=RIGHT, email=MAIL, phones=[("mobile", PHONE)])

    def sent(self):
        """The code of the newest message."""
        return self.tenant.last_otp()

    def wrong(self):
        """A code that is not that one."""
        return f"{(int(self.sent()) + 1) % 10 ** self.tenant.otp_length:0{self.tenant.otp_length}}"

    def decide(self, word):
        """An answer that is given once the phone has decided."""
        def answer():
            getattr(self.tenant.wait_push(), word)()
            return ""
        return answer


class Way:
    """A client and an sshd. `key`: a key is proven before the module is asked."""

    def __init__(self, sshd, client, key):
        self.sshd = sshd
        self.client = client
        self.key = key

    def __repr__(self):
        return f"{self.client}, {METHODS[self.key]}"

    def log_in(self, steps, user="alice"):
        """`steps` are (pattern of the whole prompt, echo, answer). Returns the Login and what was typed."""
        typed = []

        def type_in(answer):
            typed.append(answer() if callable(answer) else answer)
            return typed[-1]

        if self.client == "paramiko":
            answers = [lambda text, echo, a=answer: type_in(a) for _, _, answer in steps]
            login = self.sshd.paramiko(user, answers, key=client_key("alice"), publickey=self.key)
        else:
            answers = [(f"{head(user)}{lines(pattern)}$", lambda a=answer: type_in(a))
                       for pattern, _, answer in steps]
            # It counts what a server says without asking among its own messages.
            login = self.sshd.ssh(user, answers, key=client_key("alice"), options=["LogLevel=INFO"])
        return login, typed

    def check(self, steps, allowed, last="", user="alice"):
        """Logs in; the client must have shown these prompts, then the pattern `last`, and nothing else."""
        login, typed = self.log_in(steps, user)
        expect_equal((login.success, len(typed)), (allowed, len(steps)), f"{self}: {login}")
        if self.client == "paramiko":
            expect_equal([echo for _, echo in login.prompts], [echo for _, echo, _ in steps], f"{self}: {login}")
            for (text, _), (pattern, _, _) in zip(login.prompts, steps):
                expect(re.fullmatch(pattern, text), f"{self}: got {text!r}, wanted {pattern!r}")
            shown = "".join(login.instructions)
            expect(re.fullmatch(last, shown), f"{self}: told {shown!r}, wanted {last!r}")
            return
        wanted = "(?:Warning: Permanently added [^\r\n]*\r\r\n)?"
        wanted += "".join(f"{head(user)}{lines(pattern)}{re.escape(text) if echo else ''}\r\n"
                          for (pattern, echo, _), text in zip(steps, typed))
        wanted += lines(last)
        wanted += f"logged in as {user}\r\n" if allowed else rf"{user}@127\.0\.0\.1: Permission denied \([^\r\n]*\r\r\n"
        expect(re.fullmatch(wanted, login.transcript.replace("\r(", "(")),
               f"{self}: got {login.transcript!r}, wanted {wanted!r}")


def head(user):
    """How OpenSSH's client begins what a server says."""
    return rf"\({re.escape(user)}@127\.0\.0\.1\) "


def lines(pattern):
    """As a terminal shows it, of which the client may or may not think itself."""
    return re.sub(r"\\?\n|\\n", "\r+\n", pattern)


@contextlib.contextmanager
def verify():
    """A tenant that knows Alice, IBM's file for it, and a broker."""
    with Gateway() as gateway:
        gateway.tenant.one_time_use = False
        yield Person(gateway.tenant), gateway.broker


def ways(*arguments, keys=(True, False), file=IBM_FILE, **settings):
    """Every way to log in with the module's line."""
    named = f"{'ibm_auth_config' if file == IBM_FILE else 'config'}={file}"
    for key in keys:
        with Sshd(" ".join((MODULE_LINE, named, *arguments)),
                  AuthenticationMethods=METHODS[key], **settings) as sshd:
            for client in ("ssh", "paramiko"):
                yield Way(sshd, client, key)


def asked(person, wanted, way):
    """What the tenant was asked since the last time."""
    tenant = person.tenant
    got = [call for call in tenant.calls() if call != "POST token"]
    tenant.forget_requests()
    expect_equal(got, wanted, f"{way}: requests")


def refused(again):
    """The prompt after an answer that was not accepted."""
    return r"That code was not accepted\. Tries left: 1 \n" + again


# ---- codes ----

def test_totp():
    with verify() as (alice, _):
        factor = alice.user.totp()
        once = ["GET users", "GET factors/totp", "POST totp"]
        for way in ways("auth_method=totp", "retry=1"):
            way.check([(OTP, False, factor.fresh)], True)
            asked(alice, once, way)
            way.check([(OTP, False, factor.wrong), (refused(OTP), False, factor.fresh)], True)
            asked(alice, [*once, "POST totp"], way)
            way.check([(OTP, False, factor.wrong), (refused(OTP), False, factor.wrong)], False)
            asked(alice, [*once, "POST totp"], way)


def check_delivered(plan, enrol, find, begin, check, told):
    """A code that is sent before it is asked for: right, wrong and right, wrong to the end."""
    for way in ways(f"auth_method={plan}", "retry=1"):
        with verify() as (alice, _):  # a fresh broker: it sends unasked a few times an hour only
            enrol(alice.user)
            first, again = (told + SENT, False), (refused(SENT), False)
            before = [*find, begin]
            way.check([(*first, alice.sent)], True)
            asked(alice, [*before, check], way)
            way.check([(*first, alice.wrong), (*again, alice.sent)], True)
            asked(alice, [*before, check, check], way)
            way.check([(*first, alice.wrong), (*again, alice.wrong)], False)
            asked(alice, [*before, check, check], way)
            expect_equal(len(alice.tenant.outbox), 3, f"{way}: one message for each login")


def test_smsotp():
    check_delivered("smsotp", lambda user: user.sms(PHONE), ["GET users", "GET factors"],
                    "POST smsotp/verifications", "POST smsotp/check", TEXTED)


def test_voiceotp():
    check_delivered("voiceotp", lambda user: user.voice(PHONE), ["GET users", "GET factors"],
                    "POST voiceotp/verifications", "POST voiceotp/check", re.escape(f"Calling {PHONE} now. \n"))


def test_transemailotp():
    check_delivered("transemailotp", lambda user: None, ["GET users"], "POST transient-email",
                    "POST transient-email/check", re.escape(f"An email was sent to {MAIL}. \n"))


def test_password_then_smsotp():
    with verify() as (alice, _):
        alice.user.sms(PHONE)
        for way in ways("auth_method=password-then-smsotp", "retry=0"):
            sent = len(alice.tenant.outbox)
            way.check([(PASSWORD, False, WRONG)], False)
            asked(alice, ["GET users", "POST password"], way)
            expect_equal(len(alice.tenant.outbox), sent, f"{way}: messages after a wrong password")
            whole = ["GET users", "POST password", "GET factors", "POST smsotp/verifications",
                     "POST smsotp/check"]
            way.check([(PASSWORD, False, RIGHT), (TEXTED + SENT, False, alice.sent)], True)
            asked(alice, whole, way)
            way.check([(PASSWORD, False, RIGHT), (TEXTED + SENT, False, alice.wrong)], False)
            asked(alice, whole, way)


# ---- a choice ----

def with_choice(alice):
    alice.user.email(MAIL)
    alice.user.sms(PHONE)
    return alice.user.totp()


def test_choice_then_otp():
    with verify() as (alice, _):
        factor = with_choice(alice)
        for way in ways("auth_method=choice-then-otp", "retry=1"):
            way.check([(MENU, True, "3"), (OTP, False, factor.fresh)], True)
            asked(alice, ["GET users", "GET factors", "POST totp"], way)
            way.check([(MENU, True, "4"), (NO_LINE + MENU, True, "2"), (TEXTED + SENT, False, alice.sent)], True)
            asked(alice, ["GET users", "GET factors", "POST smsotp/verifications", "POST smsotp/check"], way)
            way.check([(MENU, True, "none"), (NO_LINE + MENU, True, "9")], False)
            asked(alice, ["GET users", "GET factors"], way)


def test_password_then_choice_then_otp():
    with verify() as (alice, _):
        factor = with_choice(alice)
        for way in ways("auth_method=password-then-choice-then-otp", "retry=0"):
            way.check([(PASSWORD, False, WRONG)], False)
            asked(alice, ["GET users", "POST password"], way)
            way.check([(PASSWORD, False, RIGHT), (MENU, True, "1"), (MAILED + SENT, False, alice.sent)], True)
            asked(alice, ["GET users", "POST password", "GET factors", "POST emailotp/verifications",
                          "POST emailotp/check"], way)
            way.check([(PASSWORD, False, RIGHT), (MENU, True, "3"), (OTP, False, factor.wrong)], False)
            asked(alice, ["GET users", "POST password", "GET factors", "POST totp"], way)


# ---- a request on a device ----

PUSHED = ["GET users", "GET signatures", "POST push", "GET push"]
DENIED = r"The request was denied on Phone\. ?\n(?:\n)?"


def test_device_silent():
    for way in ways("auth_method=device", "push_wait=silent"):
        with verify() as (alice, _):
            alice.user.device("Phone")
            alice.tenant.push_after_polls = 0
            way.check([], True)
            asked(alice, PUSHED, way)
            push = alice.tenant.wait_push()
            expect_equal((push.origin, push.user_agent), ("127.0.0.1", "sshd"), f"{way}: where it comes from")
            alice.tenant.push_state = "USER_DENIED"
            way.check([], False)
            asked(alice, PUSHED, way)


def test_device_enter():
    for way in ways("auth_method=device", "push_wait=enter", "[device_prompt=Look at %D.]"):
        with verify() as (alice, broker):
            alice.user.device("Phone")
            prompt = r"Look at Phone\. \nThen press Enter here: "
            way.check([(prompt, True, alice.decide("approve"))], True)
            asked(alice, PUSHED, way)
            way.check([(prompt, True, alice.decide("deny"))], False, DENIED)
            asked(alice, PUSHED, way)
            # Whoever was refused is asked first whether another request is wanted; without a key nothing is sent so soon.
            if not way.key:
                continue
            way.check([("Type s to send an approval request to Phone: ", True, "s"),
                       (prompt, True, alice.decide("approve"))], True)
            expect_equal([a["verdict"] for a in audits(broker.log())], ["allow", "deny", "allow"], f"{way}: verdicts")


def test_password_then_device():
    for way in ways("auth_method=password-then-device", "push_wait=silent"):
        with verify() as (alice, _):
            alice.user.device("Phone")
            alice.tenant.push_after_polls = 0
            way.check([(PASSWORD, False, WRONG)], False)
            expect_equal(alice.tenant.pushes, [], f"{way}: requests after a wrong password")
            alice.tenant.forget_requests()
            way.check([(PASSWORD, False, RIGHT)], True)
            asked(alice, ["GET users", "POST password", *PUSHED[1:]], way)
            alice.tenant.push_state = "USER_DENIED"
            way.check([(PASSWORD, False, RIGHT)], False)


# ---- passwords ----

def test_password():
    with verify() as (alice, _):
        for way in ways("auth_method=password"):
            for password, allowed in ((RIGHT, True), (WRONG, False), (RIGHT + " ", False)):
                way.check([(PASSWORD, False, password)], allowed)
                asked(alice, ["GET users", "POST password"], way)


def test_password_and_totp():
    with verify() as (alice, _):
        factor = alice.user.totp()
        for way in ways("auth_method=password-and-totp"):
            prompt = re.escape("Verification code and password (code:password): ")
            way.check([(prompt, False, lambda: f"{factor.fresh()}:{RIGHT}")], True)
            asked(alice, ["GET users", "POST password", "GET factors/totp", "POST totp"], way)
            way.check([(prompt, False, lambda: f"{factor.fresh()}:{WRONG}")], False)
            asked(alice, ["GET users", "POST password"], way)
            way.check([(prompt, False, lambda: f"{factor.wrong()}:{RIGHT}")], False)
            asked(alice, ["GET users", "POST password", "GET factors/totp", "POST totp"], way)
            way.check([(prompt, False, RIGHT)], False)
            asked(alice, [], way)


def test_password_and_totp_or_device():
    for way in ways("auth_method=password-and-totp-or-device", "push_wait=silent", "password_first"):
        with verify() as (alice, _):
            factor = alice.user.totp()
            alice.user.device("Phone")
            alice.tenant.push_after_polls = 0
            prompt = re.escape("Password alone, to approve on your device, \nor password and code (password:code): ")
            way.check([(prompt, False, lambda: f"{RIGHT}:{factor.code()}")], True)
            asked(alice, ["GET users", "POST password", "GET factors/totp", "POST totp"], way)
            way.check([(prompt, False, RIGHT)], True)
            asked(alice, ["GET users", "POST password", *PUSHED[1:]], way)
            way.check([(prompt, False, lambda: f"{RIGHT}:{factor.wrong()}")], False)
            asked(alice, ["GET users", "POST password", "GET factors/totp", "POST totp"], way)
            way.check([(prompt, False, WRONG)], False)
            asked(alice, ["GET users", "POST password"], way)


# ---- accounts that sshd refuses ----

def check_refused(user, **settings):
    """Neither message nor request; with a password in front the tenant is not asked at all."""
    for plan in ("password-then-smsotp", "password-then-device", "password-then-choice-then-otp", "password",
                 "password-and-totp-or-device"):
        with verify() as (alice, broker):
            alice.user.sms(PHONE)
            alice.user.device("Phone")
            for way in ways(f"auth_method={plan}", keys=(False,), **settings):
                login, _ = way.log_in([(".*: ", False, RIGHT)], user)
                expect(not login.success, f"{way}, {plan}: let in")
                asked(alice, [], f"{way}, {plan}")
            expect(all(a["verdict"] != "allow" for a in audits(broker.log())), f"{plan}: verdicts")
            expect_equal((alice.tenant.outbox, alice.tenant.pushes), ([], []), f"{plan}: sent")


def test_denied_user_and_a_password():
    check_refused("alice", DenyUsers="alice")


def test_unknown_user_and_a_password():
    check_refused("no-such-user")


def test_denied_user_and_a_question():
    """What is typed reaches the module as junk, which asks for nothing."""
    for plan, prompt in (("smsotp", f"Type s to send a code by text message to {PHONE}: "),
                         ("device", "Type s to send an approval request to Phone: ")):
        with verify() as (alice, broker):
            alice.user.sms(PHONE)
            alice.user.device("Phone")
            line = f"auth_method={plan}", "autopush=no", "retry=0"
            for way in ways(*line, keys=(False,), DenyUsers="alice"):
                way.check([(re.escape(prompt), True, "s"), (OTP, False, "123456")], False)
                expect_equal((alice.tenant.outbox, alice.tenant.pushes), ([], []), f"{way}, {plan}: sent")
            expect(all(a["verdict"] == "max-tries" for a in audits(broker.log())), f"{plan}: verdicts")


def test_denied_user_and_the_right_code():
    with verify() as (alice, broker):
        factor = alice.user.totp()
        for way in ways("auth_method=totp", "retry=1", keys=(False,), DenyUsers="alice"):
            way.check([(OTP, False, factor.code), (refused(OTP), False, factor.code)], False)
            asked(alice, [], way)
        expect(all(a["verdict"] == "max-tries" for a in audits(broker.log())), "verdicts")


def test_unknown_user_sees_what_others_see():
    with verify() as (alice, _):
        alice.user.totp()
        for way in ways("auth_method=totp", "retry=1", keys=(False,)):
            way.check([(OTP, False, "123456"), (refused(OTP), False, "123456")], False, user="no-such-user")
            asked(alice, [], way)


# ---- our own file ----

def test_own_profile():
    """Our own texts and defaults: nothing is sent before a key is proven or somebody asks for it."""
    with verify() as (alice, _):
        alice.user.sms(PHONE)
        section = {**alice.tenant.ibm_file()["ibm-auth-api"]}
        write_config({"provider": "verify", "verify": section})
        question = re.escape(f"Type s to send a code by text message to {PHONE}: ")
        for way in ways("auth_method=smsotp", file=CONFIG):
            ask = [] if way.key else [(question, True, "s")]
            way.check([*ask, (TEXTED + r"Verification code \(after [0-9]+-\): ", True, alice.sent)], True)


main()
