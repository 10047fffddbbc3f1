# SPDX-License-Identifier: Apache-2.0
"""Logins through PAM against a tenant with the file of IBM's gateway: each auth_method is a row of METHODS, which
says what a person sees and what the tenant is asked.

    for scene, row in each_method():
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.dialogue(ann), calls=row.calls(), code="PAM_SUCCESS", verdict="allow", reason="…")
"""
import contextlib
import pwd
import typing

from .driver import PamSession
from .harness import Failure, expect, expect_equal
from .state import wait_audit
from .system import add_accounts
from .verify import Gateway

NUMBER, CALLED, MOBILE = "+15550100", "+15550101", "+15550102"  # enrolled twice, of the directory
PASSWORD, CODE = "Password: ", "Enter OTP {c}- "
COMBINED, EITHER = ("Verification code and password (code:password): ",
                    "Password alone, to approve on your device, \nor code and password (code:password): ")
MENU = "Choose one of: \n1) {mail} \n2) " + NUMBER + " \n3) TOTP \nYour choice (1->3):"
ACCOUNTS = 600
TRIES = 3  # `retry`, where nothing else is said: further tries after the first
WRONG = "That code was not accepted. Tries left: {} \n"
SENDS = ("POST smsotp/verifications", "POST emailotp/verifications", "POST voiceotp/verifications",
         "POST transient-sms", "POST transient-email", "POST push")


class Turn(typing.NamedTuple):
    """A prompt and its answer. In the text {c} is the correlation of the newest message, or nothing; an answer may
    be a function that is called when the prompt is there."""
    text: str
    answer: typing.Any
    echo: bool = False


class Second(typing.NamedTuple):
    """A second step: what somebody needs for it, what is looked up, sent and checked, what is said."""
    enrol: typing.Callable
    lookup: tuple
    send: str | None
    check: str
    sent: str
    reason: str
    menu: str | None = None


def _choice(user):
    user.totp()
    user.email(f"{user.name}@enrolled.example")
    return user.sms(NUMBER)


SECONDS = {
    "totp": Second(lambda user: user.totp(), ("GET factors/totp",), None, "POST totp", "", "totp"),
    "smsotp": Second(lambda user: user.sms(NUMBER), ("GET factors",), SENDS[0], "POST smsotp/check",
                     f"A text message was sent to {NUMBER}. \n", "smsotp"),
    "emailotp": Second(lambda user: user.email(f"{user.name}@enrolled.example"), ("GET factors",), SENDS[1],
                       "POST emailotp/check", "An email was sent to {user}@enrolled.example. \n", "emailotp"),
    "voiceotp": Second(lambda user: user.voice(CALLED), ("GET factors",), SENDS[2], "POST voiceotp/check",
                       f"Calling {CALLED} now. \n", "voiceotp"),
    "transsmsotp": Second(lambda user: user.phones.append(("mobile", MOBILE)), (), SENDS[3],
                          "POST transient-sms/check", f"A text message was sent to {MOBILE}. \n", "smsotp"),
    "transemailotp": Second(lambda user: setattr(user, "mail", f"{user.name}@directory.example"), (), SENDS[4],
                            "POST transient-email/check", "An email was sent to {user}@directory.example. \n",
                            "emailotp"),
    "device": Second(lambda user: user.device("Phone"), ("GET signatures",), SENDS[5], "GET push", "", "approved"),
    "choice": Second(_choice, ("GET factors",), SENDS[0], "POST smsotp/check",
                     f"A text message was sent to {NUMBER}. \n", "smsotp", MENU),
}


class Person:
    """An account, its user at the tenant, and what that has enrolled."""

    def __init__(self, tenant, name, user):
        self.tenant, self.name, self.user = tenant, name, user

    @property
    def totp(self):
        return next(f for f in self.user.factors if hasattr(f, "generator"))

    def code(self, second):
        """What is right for a second step now."""
        return self.totp.code() if SECONDS[second].send is None else self.tenant.last_otp()

    def wrong(self, second):
        if SECONDS[second].send is None:
            return self.totp.wrong()
        return "".join(str((int(digit) + 1) % 10) for digit in self.tenant.last_otp())


class Row(typing.NamedTuple):
    """One auth_method. `first` is its first prompt, when that asks for a password; with `joined` the answer to it
    holds a code as well, and nothing follows. `second` is a key of SECONDS."""
    method: str
    first: str | None
    second: str | None
    joined: bool = False

    @property
    def step(self):
        return SECONDS[self.second]

    @property
    def direct(self):
        """Whether a code is asked for before anything is looked up."""
        return self.second == "totp" and not self.joined

    def first_turns(self, person, password=None, wrong_code=False):
        if self.first is None:
            return []
        password = password or person.user.password
        if not self.joined:
            return [Turn(self.first, password)]
        code = person.wrong if wrong_code else person.code
        return [Turn(self.first, lambda: f"{code('totp')}:{password}")]

    def menu_turns(self, person, answer="2"):
        if self.second != "choice":
            return []
        return [Turn(MENU.replace("{mail}", f"{person.name}@enrolled.example"), answer, True)]

    def code_turns(self, person, wrong=0, right=True):
        """That many wrong codes, and then perhaps the right one."""
        if self.second in (None, "device") or self.joined:
            return []
        sent = self.step.sent.replace("{user}", person.name)
        texts = [sent] + [WRONG.format(left) for left in range(TRIES, 0, -1)]
        answers = [lambda: person.wrong(self.second)] * wrong + [lambda: person.code(self.second)] * right
        return [Turn(text + CODE, answer) for text, answer in zip(texts, answers)]

    def dialogue(self, person, wrong=0, right=True):
        return self.first_turns(person) + self.menu_turns(person) + self.code_turns(person, wrong, right)

    def calls(self, checks=1, sends=1):
        """What a login asks the tenant whose first step goes well; `checks` codes or polls."""
        made = ["GET users"] + ["POST password"] * (self.first is not None)
        if self.second is None:
            return made
        made += self.step.lookup
        return made + [self.step.send] * (sends if self.step.send else 0) + [self.step.check] * checks

    @property
    def reason(self):
        """The word of the audit line when it goes well."""
        return self.step.reason if self.second else "password"


METHODS = (
    Row("password", PASSWORD, None),
    Row("password-and-totp", COMBINED, "totp", joined=True),
    Row("password-and-totp-or-device", EITHER, "totp", joined=True),
    Row("password-and-totp-or-device", EITHER, "device"),
    Row("totp", None, "totp"),
    Row("smsotp", None, "smsotp"),
    Row("emailotp", None, "emailotp"),
    Row("voiceotp", None, "voiceotp"),
    Row("transsmsotp", None, "transsmsotp"),
    Row("transemailotp", None, "transemailotp"),
    Row("device", None, "device"),
    Row("choice-then-otp", None, "choice"),
    Row("password-then-totp", PASSWORD, "totp"),
    Row("password-then-smsotp", PASSWORD, "smsotp"),
    Row("password-then-emailotp", PASSWORD, "emailotp"),
    Row("password-then-voiceotp", PASSWORD, "voiceotp"),
    Row("password-then-transsmsotp", PASSWORD, "transsmsotp"),
    Row("password-then-transemailotp", PASSWORD, "transemailotp"),
    Row("password-then-device", PASSWORD, "device"),
    Row("password-then-choice-then-otp", PASSWORD, "choice"),
)


class Seen(typing.NamedTuple):
    """What a login looked like from outside."""
    result: typing.Any
    calls: list
    audit: dict


class Scene(Gateway):
    """One login after the other; each has an account of its own, because what may be sent unasked is counted for
    each."""

    def __init__(self, broker=True):
        super().__init__(broker=broker)
        self.audits = 0
        self._outbox = self._pushes = 0  # how many there were before this login
        self._names = iter([f"person{number:03}" for number in range(ACCOUNTS)])
        self.tenant.push_after_polls = 0  # the first poll has been answered

    def account(self):
        """The name of an account that the tenant knows nothing of."""
        name = next(self._names)
        with contextlib.suppress(KeyError):  # left from an earlier test
            return pwd.getpwnam(name).pw_name
        add_accounts([name], 20000 + int(name.removeprefix("person")))
        return name

    def person(self, row=None, enrolled=True, **fields):
        """Somebody who has a password and, if wanted, what the row's second step needs."""
        name = self.account()
        made = Person(self.tenant, name, self.tenant.user(name, **{"password": f"pass {name} word", **fields}))
        if row is not None and row.second and enrolled:
            row.step.enrol(made.user)
        return made

    def warm(self):
        """A login after which the broker has a connection and a token."""
        row = Row("totp", None, "totp")
        ann = self.person(row)
        self.set(row)
        self.run(ann.name, row.dialogue(ann))

    def set(self, row, *arguments):
        """Makes this the one line of the service."""
        self.stack(f"auth_method={row.method}", *arguments)

    def play(self, name, turns):
        """Gives the answers and compares each prompt; the PamResult."""
        session = PamSession(name)
        for number, turn in enumerate(turns):
            shown = session.prompt()
            newest = self.tenant.outbox[-1].correlation if len(self.tenant.outbox) > self._outbox else ""
            expect_equal(shown, turn.text.replace("{c}", newest), f"prompt {number + 1} of {name}")
            session.answer(turn.answer() if callable(turn.answer) else turn.answer)
        while True:
            line = session.line()
            if line is None or line[0] == "result":
                break
            if line[0].startswith("prompt("):
                raise Failure(f"a further prompt: {session.text}")
        result = session.result()
        expect_equal(result.prompts, [(text, turn.echo) for (text, _), turn in zip(result.prompts, turns)],
                     f"echo of {name}")
        return result

    def run(self, name, turns):
        """A login; Seen. What holds for every login is looked at here."""
        self.tenant.forget_requests()
        self._outbox, self._pushes = len(self.tenant.outbox), len(self.tenant.pushes)
        result = self.play(name, turns)
        calls = self.tenant.calls()
        audit = {}
        if self.broker is not None:
            self.audits += 1
            audit = wait_audit(self.broker, self.audits)
        self._check_deliveries(calls)
        expect_equal(self.tenant.violations, [], "violations")
        return Seen(result, calls, audit)

    def login(self, name, turns, *, calls, code, verdict, reason, infos=(), **more):
        """run(), compared with everything that was to be seen. `more` are other words of the audit line."""
        seen = self.run(name, turns)
        wanted = {"verdict": verdict, "reason": reason, "granted": "yes" if code == "PAM_SUCCESS" else "no",
                  "answers": str(len(turns)), **more}
        got = {key: seen.audit[key] for key in wanted}
        expect_equal((seen.result.code, got, seen.calls, seen.result.infos, seen.result.errors),
                     (code, wanted, calls, list(infos), []), f"login of {name}")
        return seen

    def _check_deliveries(self, calls):
        """At most one delivery per login; if it asks for a password, only after the tenant has accepted that."""
        begun = [number for number, call in enumerate(calls) if call in SENDS]
        sent = len(self.tenant.outbox) - self._outbox + len(self.tenant.pushes) - self._pushes
        expect(sent <= 1 and len(begun) <= 1, f"{sent} deliveries: {calls}")
        if begun and "POST password" in calls:
            accepted = self.tenant.calls(status=True).index("POST password 200")
            expect(accepted < begun[0], f"something was sent before the password was accepted: {calls}")


def each_method(wanted=lambda row: True):
    """(scene, row) for the rows that are wanted, beside a broker that is warm."""
    with Scene() as scene:
        scene.warm()
        for row in METHODS:
            if wanted(row):
                yield scene, row
