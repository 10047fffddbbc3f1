# SPDX-License-Identifier: Apache-2.0
"""A tenant, a broker that asks it for the module's sake, and logins through PAM as IBM's file asks for them.

    with Verify() as verify:
        verify.alice.totp()
        login = verify.log_in("auth_method=totp", "stack_first_factor", answers=["123456"])
        expect_equal((login.code, login.audit["reason"], login.calls), ("PAM_SUCCESS", "totp", [...]), "login")
"""
import pathlib

from .driver import PamSession, pam_login
from .product import Broker, write_config
from .state import audits, stack, wait_audit
from .tenant import Tenant

__all__ = ["Gateway", "IBM_FILE", "Verify", "write_ibm_file"]

IBM_FILE = pathlib.Path("/etc/pam_ibm_auth.json")


def write_ibm_file(tenant, path=IBM_FILE, pam=None, **changes):
    """A file of IBM's gateway as that has it: root's alone. The rest as Tenant.ibm_file() takes it."""
    write_config(tenant.ibm_file(pam, **changes), path, 0o600, group="root")


class Gateway:
    """A tenant, the file that names it, and a broker, unless there is to be none. `additional` are arguments of the
    file, `changes` keys of its ibm-auth-api."""

    def __init__(self, additional=None, broker=True, **changes):
        self.tenant = Tenant()
        self.broker = Broker() if broker else None
        self.additional = additional
        self.changes = changes

    def __enter__(self):
        self.tenant.__enter__()
        self.tenant.install_ca()
        self.write_file()
        if self.broker is not None:
            self.broker.__enter__()
        return self

    def __exit__(self, kind, *rest):
        if self.broker is not None:
            self.broker.__exit__(kind, *rest)
        self.tenant.__exit__(kind, *rest)

    def write_file(self, additional=None, **changes):
        """Rewrites the file; what is not given stays as it was."""
        self.additional = self.additional if additional is None else additional
        self.changes.update(changes)
        pam = None if self.additional is None else {"pam_ibm_auth": {"additional-args": self.additional}}
        write_ibm_file(self.tenant, pam=pam, **self.changes)

    def stack(self, *arguments):
        """Makes the module with the file and these arguments the one line of the service."""
        # An argument with a blank needs brackets, in which a bracket that closes needs a backslash.
        words = ["[" + a.replace("]", "\\]") + "]" if " " in a or "]" in a else a for a in arguments]
        stack(f"ibm_auth_config={IBM_FILE}", *words)


class Verify(Gateway):
    """With a user, and logins whose answers are known in advance."""

    def __init__(self, additional=(), **changes):
        super().__init__(additional, **changes)
        self.alice = self.tenant.user("alice", password="Correct-Horse-7", email="alice@example.com",
                                      phones=[("mobile", "+15550100")])

    def log_in(self, *arguments, answers=(), user="alice", prepare=True, **options):
        """A PamResult with `audit`, the login's audit line, `calls`, what the tenant was asked for it, and
        `log`, what the broker wrote meanwhile. prepare=False: the service is another stack of the test's."""
        if prepare:
            self.stack("require_broker", *arguments)
        before, length = len(audits(self.broker.log())), len(self.broker.log())
        self.tenant.forget_requests()
        result = pam_login(user, answers, **options)
        result.audit = wait_audit(self.broker, before + 1)
        result.log = self.broker.log()[length:]
        result.calls = self.tenant.calls()
        return result

    def session(self, *arguments, user="alice", **options):
        """The same step by step: a PamSession."""
        self.stack("require_broker", *arguments)
        self.tenant.forget_requests()
        return PamSession(user, **options)
