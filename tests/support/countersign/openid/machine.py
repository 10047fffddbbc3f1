# SPDX-License-Identifier: Apache-2.0
"""A machine whose logins go to an OpenID server."""
from ..harness import expect_equal
from ..product import Broker, write_config
from ..state import wait_audit

__all__ = ["Machine"]

FOLDER = "/etc/countersign"


class Machine:
    """Our file for a server, and a broker that reads it. `section` changes the section openid, and settings of
    other names the top level: a hyphen in a name is written as an underscore there and here."""

    def __init__(self, peer, section=None, **settings):
        self.peer = peer
        self.section = {**peer.settings(FOLDER, owner=("root", "countersign"), mode=0o640), **(section or {})}
        self.settings = {"provider": "openid", "auth_method": "device", **settings}
        self.ends = 0  # of logins, that were looked at
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
