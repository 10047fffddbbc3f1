# SPDX-License-Identifier: Apache-2.0
"""A machine whose logins go to an OpenID server."""
import dataclasses
import itertools
import pwd
import re

from ..driver import PamSession, pam_login
from ..harness import expect, expect_equal, wait_until
from ..product import Broker, write_config
from ..state import audits, stack, wait_audit
from ..system import add_accounts

__all__ = ["Machine", "Row"]

FOLDER = "/etc/countersign"
PROVEN = "stack_first_factor"


@dataclasses.dataclass
class Row:
    """A login of an account of its own: what a StrictServer answers for it (StrictServer.script()), and what it must
    come to. `log`: a pattern that the broker's log must have."""
    what: str
    wanted: tuple  # PAM code, verdict, reason
    request: list = ()  # answers of the endpoint of requests
    polls: list = ()
    userinfo: list = ()
    log: str | None = None


class Machine:
    """Our file for a server, and a broker that reads it. `section` changes the section openid, and settings of
    other names the top level: a hyphen in a name is written as an underscore there and here."""

    def __init__(self, peer, section=None, **settings):
        self.peer = peer
        self.section = {**peer.settings(FOLDER, owner=("root", "countersign"), mode=0o640), **(section or {})}
        self.settings = {"provider": "openid", "auth_method": "device", **settings}
        self.ends = 0  # of logins, that were looked at
        self._numbers = itertools.count()  # of accounts: whoever was refused is asked before the next request
        self.configure()
        self.broker = Broker()

    def configure(self, section=None, **settings):
        """Writes the file anew; what is None is left out."""
        self.section.update(section or {})
        self.settings.update(settings)
        write_config({**{name: value for name, value in self.settings.items() if value is not None},
                      "openid": {name: value for name, value in self.section.items() if value is not None}})

    def __enter__(self):
        self.broker.__enter__()
        return self

    def __exit__(self, *reason):
        self.broker.__exit__(*reason)

    def audit(self):
        """The audit line of the next login, as a dictionary: the client may know the end before the log does."""
        self.ends += 1
        return wait_audit(self.broker, self.ends)

    def expect_end(self, verdict, reason, what=""):
        audit = self.audit()
        expect_equal((audit["verdict"], audit["reason"]), (verdict, reason), f"{what}: {self.broker.log()}")

    # Through PAM ---------------------------------------------------------------------------------------------

    def prepare(self, *arguments):
        """Makes the module with these arguments the one line of the service."""
        stack("require_broker", *arguments)

    def session(self, *arguments, user="alice", **options):
        """A login step by step: a PamSession."""
        self.prepare(*arguments)
        return PamSession(user, **options)

    # With a StrictServer -------------------------------------------------------------------------------------

    def log_in(self, *arguments, answers=(), user="alice", **options):
        """A PamResult with `audit`, the login's audit line, `calls`, what the server was asked for it, and `log`, what
        the broker wrote meanwhile. Polls decide it: give the server a script for them."""
        self.prepare(*arguments)
        self.peer.forget_requests()
        length = len(self.broker.log())
        result = pam_login(user, answers, **options)
        result.audit = self.audit()
        result.log = self.broker.log()[length:]
        result.calls = self.peer.calls()
        return result

    def log_in_rows(self, rows, *arguments):
        """All rows at once, after a first factor and without prompts. Returns their audit lines."""
        people = {f"person{number:03}": row for row, number in zip(rows, self._numbers)}
        _need_accounts(people)
        for name, row in people.items():
            self.peer.accounts.setdefault(name, {"preferred_username": name, "email": f"{name}@example.com"})
            self.peer.script("backchannel", row.request, account=name)
            self.peer.script("token", row.polls, account=name)
            self.peer.script("userinfo", row.userinfo, account=name)
        self.prepare(PROVEN, "push_wait=silent", *arguments)
        self.peer.forget_requests()
        length = len(self.broker.log())
        pam_login({name: [] for name in people}, threads=len(people))
        self.ends += len(people)
        wait_until(lambda: len(audits(self.broker.log())) >= self.ends, f"{self.ends} audit lines")
        log = self.broker.log()[length:]
        found = {audit["user"]: audit for audit in audits(log)}
        for name, row in people.items():
            audit = found[name]
            expect_equal((audit["code"], audit["verdict"], audit["reason"]), row.wanted, f"{row.what}: {log}")
            expect(row.log is None or re.search(row.log, log), f"{row.what}: no {row.log!r} in {log}")
        return [found[name] for name in people]


def _need_accounts(names):
    known = {account.pw_name for account in pwd.getpwall()}  # some are left from an earlier test
    for name in names:
        if name not in known:
            add_accounts([name], 20000 + int(name.removeprefix("person")))
