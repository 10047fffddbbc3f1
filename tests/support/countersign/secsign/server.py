# SPDX-License-Identifier: Apache-2.0
"""A strict SecSign server over TLS, with both interfaces. It refuses whatever a correct client would not send, and notes
it in `violations`. The SecSign ID of a request says what becomes of it (session.py); `hold`, `hold-x` wait for
decide()."""
import re
import secrets

from ..harness import Failure, secret
from ..https_answer import page
from ..https_faults import make_fault, HUGE
from ..https_server import HttpsServer
from . import classic, rest
from .session import APPROVED, DENIED, Sessions

__all__ = ["APPROVED", "DENIED", "SecSign"]

# IDs whose every question about a request gets such an answer until the third, instead of the right one.
BROKEN = {"html": lambda: page(200), "empty": lambda: classic.text(), "huge": lambda: page(200, "x=" + "y" * HUGE)}


class SecSign(HttpsServer):
    """rest: answers that interface, and not the classic one. prefix: of its URL's path."""

    def __init__(self, rest=False, prefix="", **options):
        super().__init__(**options)
        self.rest = rest
        self.prefix = prefix
        self.pin = ("pin-account", secret("Pin-Account-Password-1", "the password of the PIN account"))
        self.forbidden = False
        self.totp = {}  # SecSign ID: its code now
        self.mails = []  # (ID, address, code)
        self.sessions = Sessions()
        self.slow = 2  # seconds that questions about the ID `slow` take

    def decide(self, secsignid, state):
        """Decides the open request of that ID as soon as there is one; returns it."""
        session = self.wait(lambda: next(iter(self.sessions.open_of(secsignid)), None), f"a request of {secsignid}")
        with self.changed:
            session.decision = state
        return session

    def session(self, secsignid):
        """The only request of that ID."""
        found = [s for s in self.sessions.all if s.secsignid == secsignid]
        if len(found) != 1:
            raise Failure(f"{len(found)} requests of {secsignid}: {found}")
        return found[0]

    def fault(self, call, **fields):
        """As Tenant.fault(); calls are create, state, cancel, totp, mail and mailed."""
        fault = make_fault(call, **fields)
        with self.changed:
            self.faults.append(fault)
        return fault

    # For the server -----------------------------------------------------------------------------------------

    def note(self, session):
        secret(session.request, "a requestid")
        secret(str(abs(session.number)), "an authsessionid")

    def new_code(self):
        return "".join(secrets.choice("123456789") for _ in range(7))

    def answers_for(self, session):
        return "somebody-else" if session.secsignid == "wrongid" else session.secsignid

    def serve(self, request, pause):
        module = rest if self.rest else classic
        with self.changed:
            answer = module.serve(self, request)
            request.fault = next((f for f in self.faults if f.strikes(request.call)), None)
            broken = self._broken(request)
        if broken:
            answer = broken
        if request.fault and request.fault.status is not None:
            answer = page(request.fault.status)
        if request.call == "state" and self._id_of(request) == "slow":
            pause(self.slow)
        pause(request.fault.delay if request.fault else 0)
        return answer

    def _id_of(self, request):
        if not self.rest:
            return request.body.get("secsignid")
        session = self.sessions.find(re.sub(r".*/", "", request.path))
        return session.secsignid if session else None

    def _broken(self, request):
        """The second answer of a request that has such an ID."""
        if request.call != "state":
            return None
        secsignid = self._id_of(request)
        session = next(s for s in reversed(self.sessions.all) if s.secsignid == secsignid)
        if len(session.polls) != 2:
            return None
        if secsignid == "dupkey" and not self.rest:
            return classic.text(authsessionid=session.number, secsignid=secsignid, authsessionstate=1,
                                **{" authsessionstate": 3})
        return BROKEN[secsignid]() if secsignid in BROKEN else None
