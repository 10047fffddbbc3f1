# SPDX-License-Identifier: Apache-2.0
"""What `explain` says of logins with IBM Verify, and that they go so: every value of auth_method that a tenant knows,
whatever its users have. CS_PLANS names the values: a part of them, so that two of these tests share the work."""
import os

from countersign import *
from countersign.explained import *
from countersign.verify_login import *

FILE = f"ibm_auth_config={IBM_FILE}"
ONCE = ("retry=0", "password_retry=0")  # each refusal is held for a while
PARTS = {"plain": lambda name: not name.startswith("password"),
         "then": lambda name: name.startswith("password-then"),
         "line": lambda name: name.startswith("password") and not name.startswith("password-then")}
PLANS = sorted({row.method for row in METHODS if PARTS[os.environ.get("CS_PLANS", "plain")](row.method)})
ENROL = {"totp": lambda user, name: user.totp(), "smsotp": lambda user, name: user.sms(name),
         "emailotp": lambda user, name: user.email(name), "voiceotp": lambda user, name: user.voice(name),
         "transsmsotp": lambda user, name: user.phones.append(("mobile", name)),
         "transemailotp": lambda user, name: setattr(user, "mail", name),
         "device": lambda user, name: user.device(name, subtypes=("userPresence",))}
STATES = {"refused": "USER_DENIED", "expired": "TIMEOUT"}


def says(user, plan, *arguments, words=()):
    return explain(user, "--service", "test", *words, arguments=[FILE, f"auth_method={plan}", *ONCE, *arguments])


class Logins(Scene):
    """Logins of people who have what a case of explain says."""

    def somebody(self, case):
        name = self.account()
        if not case["known"]:
            return name, None
        user = self.tenant.user(name, password=secret(f"pass {name} word", "a password at the tenant"))
        for factor in case["has"]:
            ENROL[factor["kind"]](user, factor["name"])
        return name, user

    def answer(self, user):
        """What is typed at a prompt of such a person's login."""
        def code(wrong):
            right = self.tenant.outbox[-1].otp if len(self.tenant.outbox) > self._outbox else None
            if right is None:
                totp = next((f for f in user.factors if hasattr(f, "generator")), None) if user else None
                return (totp.wrong() if wrong else totp.code()) if totp else "424242"
            return "".join(str((int(digit) + 1) % 10) for digit in right) if wrong else right

        def typed(what, login, number, shown):
            wrong, bad = login["answers"] == "wrong-code", login["answers"] == "wrong-password"
            password = user.password if user and not bad else "not the password"
            return {"enter": lambda: "", "code": lambda: code(wrong or bad), "password": lambda: password,
                    "code-and-password": lambda: f"{code(wrong)}:{password}", "consent": lambda: "s",
                    "choice": lambda: str(login["choice"])}[what]()
        return typed

    def newest(self, text):
        """A message's correlation as explain shows it."""
        fresh = self.tenant.outbox[self._outbox:]
        return text.replace(fresh[-1].correlation, CORRELATION) if fresh and fresh[-1].correlation else text

    def go_as(self, plan, case, login):
        name, user = self.somebody(case)
        self.tenant.forget_requests()
        self.tenant.push_state = STATES.get(login["answers"], "VERIFY_SUCCESS")
        self._outbox, self._pushes = len(self.tenant.outbox), len(self.tenant.pushes)
        what = f"{plan} with {[factor['kind'] for factor in case['has']] if case['known'] else 'nobody'}"
        go(name, login, self.answer(user), self.broker, what, self.newest)
        addresses = [(message.kind, message.address) for message in self.tenant.outbox[self._outbox:]]
        requests = len(self.tenant.pushes) - self._pushes
        expect_equal(len(addresses) + requests, len(sent(login)), f"{what}, {way(login)}: what was sent")
        expect_equal([address for _, address in addresses], [to for kind, to in sent(login) if kind != "device"],
                     f"{what}, {way(login)}: to whom")


def each_plan(*arguments):
    with Logins() as scene:
        scene.warm()
        for plan in PLANS:
            scene.stack(f"auth_method={plan}", *ONCE, *arguments)
            scene.tenant.forget_requests()
            said = says("alice", plan, *arguments)
            expect_equal(scene.tenant.calls(), [], f"{plan}: what explain asked the tenant")
            yield scene, plan, said


def test_every_plan():
    for scene, plan, said in each_plan():
        expect(all(case["assumed"] for case in said["cases"]), f"{plan}: a case that is not assumed")
        for case in said["cases"]:
            for login in case["logins"]:
                if login["answers"] != "unreachable":
                    scene.go_as(plan, case, login)


def test_consent():
    """Where nothing is sent unasked, and where the application shows what to do."""
    for scene, plan, said in each_plan("autopush=no", "push_wait=enter"):
        for case in said["cases"]:
            login = case["logins"][0]
            if case["known"] and sent(login) and not login["choice"]:
                scene.go_as(plan, case, login)


def test_full_menu():
    """Everything that can be chosen from, in the order of the tenant's menus."""
    everything = ("voice_in_choice", "transients_in_choice", "add_devices_to_choice")
    for scene, plan, said in each_plan(*everything):
        case = max(said["cases"], key=lambda case: len(case["has"]))
        if "choice" not in plan:
            continue
        expect_equal(len(case["has"]), 7, f"{plan}: kinds")
        expect_equal([login["choice"] for login in case["logins"] if login["answers"] == "right"], list(range(1, 8)),
                     f"{plan}: choices")
        for login in case["logins"]:
            if login["answers"] == "right":
                scene.go_as(plan, case, login)


def test_online():
    """The tenant is asked what the user has, and nothing else: no message, no request, no code to check."""
    with Logins() as scene:
        scene.warm()
        for plan in PLANS:
            scene.stack(f"auth_method={plan}", *ONCE)
            name, user = scene.somebody({"known": True, "has": [{"kind": "totp", "name": None},
                                                               {"kind": "smsotp", "name": NUMBER}]})
            scene.tenant.forget_requests()
            said = says(name, plan, words=("--online",))
            asked = set(scene.tenant.calls())
            posts = {call for call in asked if call.startswith("POST")}
            expect("GET users" in asked and posts <= {"POST token"}, f"{plan}: what the tenant was asked: {asked}")
            case, = said["cases"]
            expect(not case["assumed"] and case["known"], f"{plan}: {case}")
            login = case["logins"][0]
            scene.tenant.push_state = "VERIFY_SUCCESS"
            scene._outbox = len(scene.tenant.outbox)
            go(name, login, scene.answer(user), scene.broker, f"{plan}, as the tenant says", scene.newest)


def test_tenant_away():
    """Whoever it is; on a port where nobody listens."""
    with Logins() as scene:
        scene.tenant.refuse()
        for plan in PLANS:
            scene.stack(f"auth_method={plan}", *ONCE)
            said = says("alice", plan)
            for case in said["cases"]:
                for login in case["logins"]:
                    if login["answers"] == "unreachable" and case["known"]:
                        go(scene.account(), login, scene.answer(None), scene.broker, f"{plan}, the tenant away")


main()
