# SPDX-License-Identifier: Apache-2.0
"""What `explain` says of logins with the local provider, and that they go so: every value of auth_method, for users
who have everything or nothing, or whom nobody knows. CS_PLANS names the values: a part of them, so that two of these
tests share the work."""
import json
import os

from countersign import *
from countersign.explained import *

ORIGIN = "pam://127.0.0.1"
SETTINGS = {"u2f_app_id": ORIGIN, "u2f_origins": ORIGIN, "throttle": False, "retry": 1, "password_retry": 1,
            "u2f_in_choice": True}
FROM = "192.0.2.7"
# What explain is told of where a login comes from, and what the driver says.
ORIGINS = {
    "here": ((), {}),
    "by key": (("--from", FROM, "--key", "ssh-ed25519"),
               {"rhost": FROM, "env": {"SSH_CONNECTION": f"{FROM} 50000 192.0.2.2 22",
                                       "SSH_AUTH_INFO_0": "publickey ssh-ed25519"}})}
PASSWORD = secret("Correct-Horse-8", "the password of everybody here")
KEYS = Keys(HELPER_USER)
PARTS = {"plain": lambda name: not name.startswith("password"), "password": lambda name: name.startswith("password")}
VALUES = next(option["values"] for option in json.loads(countersign("options", "--json").stdout)
              if option["name"] == "auth_method")
PLANS = list(filter(PARTS[os.environ.get("CS_PLANS", "plain")], VALUES))


class People:
    """Users who have everything: a password, an app with recovery codes, a security key."""

    def __init__(self, count):
        self.names = [f"owner{number:03}" for number in range(count)]
        add_accounts(self.names, 21000)
        self.factors = enroll_batch(self.names)
        import_key(self.names, KEYS, ORIGIN)
        self.stale = None  # an answer of the key that was good for another request

    def give_password(self, name):
        countersign("passwd", name, "--stdin", input=PASSWORD + "\n")

    def renew_codes(self, name):
        """As many recovery codes as explain saw."""
        self.factors[name].recovery_codes = [secret(code, f"a recovery code of {name}") for code in json.loads(
            countersign("recovery", name, "--json").stdout)["recovery_codes"]]

    def sign(self, prompt):
        return signed(KEYS, KEY_LINE.search(prompt)[0], "127.0.0.1")

    def answer(self, name):
        factor = self.factors.get(name)

        def typed(what, login, number, shown):
            answers = login["answers"]
            password = PASSWORD if answers != "wrong-password" else f"wrong {number}"
            if factor is None:
                code, key = f"42424{number}", self.stale
            elif answers == "recovery-code":
                code = key = factor.recovery_codes.pop() if what in ("code", "key", "code-and-password") else ""
            else:
                code = factor.code() if answers == "right" else factor.wrong()
                key = self.stale
            if what == "key" and factor is not None and answers == "right":
                key = self.stale = self.sign(shown)
            return {"enter": "", "code": code, "password": password, "code-and-password": f"{code}:{password}",
                    "choice": str(login["choice"]), "key": key}[what]
        return typed


def prepare():
    """A broker's settings, and an answer of a key that is good for nothing any more."""
    write_config(SETTINGS)
    KEYS.plug()
    people = People(2 * len(PLANS) + 1)
    with Broker():
        stack("auth_method=u2f", "require_broker")
        session = PamSession(people.names[0], rhost=FROM)
        people.stale = people.sign(session.prompt())
        session.answer(people.stale)
        expect_equal(session.result().code, "PAM_SUCCESS", "the login that makes it stale")
    return people


def test_every_plan():
    people = prepare()
    names = iter(people.names[1:])
    seen = set()
    with Broker() as broker:
        for plan in PLANS:
            stack(f"auth_method={plan}", "require_broker")
            for origin, (words, options) in ORIGINS.items():
                owner = next(names)
                if "password" in plan:
                    people.give_password(owner)
                for user in (owner, "bob", "nobody-there"):
                    said = explain(user, "--service", "test", *words, arguments=[f"auth_method={plan}"])
                    for name, login in only(said).items():
                        seen.add((login["answers"], login["verdict"]))
                        if login["answers"] == "recovery-code":
                            people.renew_codes(user)
                        go(user, login, people.answer(user), broker, f"{plan} of {user} {origin}", **options)
    wanted = {("right", "allow"), ("wrong-code", "max-tries"), ("recovery-code", "allow"), ("no-answer", "aborted"),
              ("right", "misconfigured")}
    expect(wanted <= seen, f"the logins were too much alike: {seen}")


main()
