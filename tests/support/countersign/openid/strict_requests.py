# SPDX-License-Identifier: Apache-2.0
"""A CIBA request or device code at the strict server: who decides what about it, and how often it may be polled."""
import dataclasses
import re
import typing
import urllib.parse

from .peer import Pending

GRACE = 0.1  # seconds that a poll may be early: clocks, and the way
STEP, DEFAULT = 5, 5  # seconds: RFC 8628 section 3.5


@dataclasses.dataclass
class Started:
    """Times are monotonic."""
    pending: Pending
    code: str  # auth_req_id or device_code
    client_id: str
    account: str | None  # for whom it was asked
    scope: str
    expires: float
    interval: float
    challenge: str | None = None  # PKCE
    polls: list = dataclasses.field(default_factory=list)
    not_before: float = 0.0
    polling: bool = False
    decision: str | None = None  # approve, deny or expire
    ended: str | None = None  # the decision that was told
    # What an approval said.
    name: str | None = None
    subject: str | None = None
    acr: typing.Any = None
    amr: typing.Any = None
    auth_time: typing.Any = None

    def arrive(self, now):
        """Notes a poll; returns what is wrong about it."""
        early = self.not_before - now
        since = f"{now - self.polls[-1]:.2f} s after the one before" if self.polls else "at once"
        self.polls.append(now)
        if self.polling:
            return "a poll while another one of the same request waits"
        if self.ended:
            return f"a poll after the answer {self.ended}"
        if early > GRACE:
            return f"a poll {since}, {early:.2f} s too early: the interval is {self.interval} s"
        self.not_before = now + self.interval
        return None

    def tell(self, answer, now):
        """Heeds what an answer tells the client about the time of its next poll."""
        error, interval = _error(answer)
        wait = _seconds(answer.headers.get("Retry-After"))
        if error == "slow_down":
            self.interval = max(self.interval + STEP, interval or 0, wait or 0)
            self.not_before = now + self.interval
        elif wait:
            self.not_before = max(self.not_before, now + wait)

    def state(self, now):
        """pending, approve, deny or expire."""
        if self.decision is None and now > self.expires:
            self.decision = "expire"
        return self.decision or "pending"


def _seconds(text):
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,6}", str(text)) else None


def _error(answer):
    """(error, interval) of an answer in JSON or as a form."""
    body = answer.body
    if isinstance(body, str):
        body = dict(urllib.parse.parse_qsl(body))
    if not isinstance(body, dict):
        return None, None
    return body.get("error"), _seconds(body.get("interval"))
