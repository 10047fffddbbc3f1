# SPDX-License-Identifier: Apache-2.0
"""A machine whose logins go to a SecSign server."""
import pathlib

from ..driver import PamSession, pam_login
from ..harness import expect_equal
from ..product import Broker, write_config
from ..state import audits, stack, wait_audit

__all__ = ["MAP", "PENDING_FOLDER", "PROVEN", "SecSignMachine", "end_rests"]

PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
MAP = "/etc/countersign/secsignid.config"
PENDING_FOLDER = pathlib.Path("/run/countersign/pending")


def end_rests():
    """No SecSign ID rests any more."""
    for path in PENDING_FOLDER.iterdir():
        path.unlink()


class SecSignMachine:
    """Our file for a server, and a broker that reads it, unless there is to be none. `section` changes the section
    secsign, and settings of other names the top level. Account alice has the ID that log_in() names."""

    def __init__(self, server, section=None, fallback=None, broker=True, **settings):
        self.server = server
        self.section = {"server": server.base + server.prefix, "ca-path": server.install_ca(), "poll-interval": 1}
        if fallback is not None:
            self.section["fallback"] = fallback.base
        if server.rest:
            self.section.update({"api": "rest", "user": server.pin[0], "password": server.pin[1]})
        self.section.update(section or {})
        self.settings = {"provider": "secsign", "auth_method": "device", "map_file": MAP, "map_format": "secsign",
                         "poll_timeout": 30, **settings}
        self.ends = 0
        end_rests()
        self.map(alice="ok-1")
        self.configure()
        self.broker = Broker() if broker else None

    def configure(self, section=None, **settings):
        """Writes the file anew; what is None is left out."""
        self.section.update(section or {})
        self.settings.update(settings)
        write_config({**{name: value for name, value in self.settings.items() if value is not None},
                      "secsign": {name: value for name, value in self.section.items() if value is not None}})

    def map(self, **accounts):
        write_config("".join(f"{account}: {secsignid}\r\n" for account, secsignid in accounts.items()), MAP)

    def __enter__(self):
        if self.broker:
            self.broker.__enter__()
        stack("stack_first_factor")
        return self

    def __exit__(self, *reason):
        if self.broker:
            self.broker.__exit__(*reason)

    def log_in(self, secsignid, answers=("",) * 5, user="alice", **options):
        """A PamResult with `log`, what the broker wrote meanwhile, and `calls`, what the server was asked."""
        self.map(**{user: secsignid})
        self.server.forget_requests()
        length = len(self.broker.log())
        result = pam_login(user, answers, rhost="192.0.2.7", **options)
        result.audit = self.audit()
        result.log = self.broker.log()[length:]
        result.calls = self.server.calls()
        return result

    def session(self, user="alice", **options):
        return PamSession(user, rhost="192.0.2.7", **options)

    def audit(self):
        """The audit line of the next login."""
        self.ends += 1
        return wait_audit(self.broker, self.ends)

    def expect_end(self, verdict, reason, login):
        expect_equal((login.audit["verdict"], login.audit["reason"]), (verdict, reason), login.log)

    def ended(self):
        return len(audits(self.broker.log()))
