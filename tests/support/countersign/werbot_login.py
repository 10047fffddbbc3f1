# SPDX-License-Identifier: Apache-2.0
"""A broker with the provider werbot, a server for it, and logins whose prompts are known."""
import threading

from .driver import pam_login
from .harness import expect_equal
from .product import Broker, write_config
from .state import stack, wait_audit
from .werbot import WerbotServer

__all__ = ["CODE", "ID", "OR_APPROVE", "PROVEN", "Werbot", "deciding"]

PROVEN = "stack_first_factor"
CODE = "Verification code: "
OR_APPROVE = "Verification code, \nor just Enter to approve on your phone: "
ID = "Your ID (email or user name), or just Enter: "


class Werbot:
    """A server, our file for it, and a broker."""

    def __init__(self, section=None, **settings):
        self.server = WerbotServer()
        self.section = section or {}
        self.settings = settings
        self.ends = 0

    def __enter__(self):
        self.server.__enter__()
        self.configure()
        self.broker = Broker()
        self.broker.__enter__()
        return self

    def __exit__(self, *reason):
        self.broker.__exit__(*reason)
        self.server.__exit__(*reason)

    def configure(self, section=None, **settings):
        self.section.update(section or {})
        self.settings.update(settings)
        write_config({"provider": "werbot", "retry": 0, "throttle": False, **self.settings,
                      "werbot": self.server.section(**self.section)})

    def log_in(self, answers, *arguments, user="alice", rhost="203.0.113.7"):
        stack(*arguments)
        result = pam_login(user, answers, rhost=rhost)
        self.ends += 1
        result.audit = wait_audit(self.broker, self.ends)
        return result

    def expect(self, result, code, verdict, reason, what=""):
        expect_equal((result.code, result.audit["verdict"], result.audit["reason"]), (code, verdict, reason),
                     f"{what}: {result.text} {self.broker.log()[-2000:]}")


def deciding(server, person, approves):
    """Decides once the server has been asked."""
    def decide():
        server.wait_asked()
        person.decide(approves)
    thread = threading.Thread(target=decide)
    thread.start()
    return thread
