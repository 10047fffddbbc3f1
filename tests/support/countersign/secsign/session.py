# SPDX-License-Identifier: Apache-2.0
"""Requests on a phone, and what the SecSign ID says about them: the one thing that both interfaces share."""
import dataclasses
import re
import secrets
import time

PENDING, EXPIRED, APPROVED, DENIED, SUSPENDED, CANCELED, FETCHED, INVALID = range(1, 9)
OPEN = (0, PENDING, FETCHED)
WINDOW = 60  # seconds in which a third request freezes an ID

# What the second poll says, by ID; the first says that it is pending.
SECOND = {"deny": DENIED, "expire": EXPIRED, "suspend": SUSPENDED, "invalid": INVALID, "wrongid": APPROVED,
          "state99": 99, "negative": APPROVED, "icon": APPROVED, "canceled": CANCELED, "slow": APPROVED,
          "gone": None, "dupkey": APPROVED, "html": APPROVED, "empty": APPROVED, "huge": APPROVED}
# Those that never end by themselves: the test decides, or nobody.
HELD = re.compile(r"hold(-\w+)?|nostate")
KNOWN = re.compile(r"ok-\d+|frozen|" + "|".join(SECOND) + "|" + HELD.pattern)


@dataclasses.dataclass
class Session:
    secsignid: str
    name: str
    address: str
    number: int
    request: str
    state: int = PENDING
    created: float = dataclasses.field(default_factory=time.monotonic)
    polls: list = dataclasses.field(default_factory=list)  # when (monotonic)
    cancels: list = dataclasses.field(default_factory=list)
    decision: int | None = None

    @property
    def open(self):
        return self.state in OPEN

    def poll(self):
        """The state that a poll finds."""
        self.polls.append(time.monotonic())
        if not self.open:
            return self.state
        count = len(self.polls)
        approve = re.fullmatch(r"ok-(\d+)", self.secsignid)
        if self.decision is not None:
            self.state = self.decision
        elif approve:
            self.state = APPROVED if count >= int(approve[1]) else FETCHED if count > 1 else PENDING
        elif self.secsignid == "nostate":
            self.state = 0
        elif count > 1 and not HELD.fullmatch(self.secsignid):
            self.state = SECOND[self.secsignid]
        return self.state


class Sessions:
    """Those of one server. `most` is how many requests of an ID were ever open at once."""

    def __init__(self):
        self.all = []
        self.frozen = {"frozen"}
        self.most = {}

    def known(self, secsignid):
        return bool(KNOWN.fullmatch(secsignid))

    def open_of(self, secsignid):
        return [s for s in self.all if s.open and s.secsignid == secsignid]

    def create(self, secsignid, name, address):
        """A Session, or None: the ID is frozen, perhaps from now on."""
        if secsignid in self.frozen:
            return None
        recent = [s for s in self.all if s.secsignid == secsignid and s.state == SUSPENDED
                  and time.monotonic() - s.created < WINDOW]
        for session in self.open_of(secsignid):
            session.state = SUSPENDED
            if recent:
                self.frozen.add(secsignid)
                return None
        number = secrets.randbits(61) + 2 ** 61
        session = Session(secsignid, name, address, -number if secsignid == "negative" else number,
                          secrets.token_hex(32).upper())
        self.all.append(session)
        self.most[secsignid] = max(self.most.get(secsignid, 0), len(self.open_of(secsignid)))
        return session

    def find(self, number):
        return next((s for s in self.all if str(s.number) == number), None)
