# SPDX-License-Identifier: Apache-2.0
"""What every OpenID server that tests run can do."""
import contextlib
import dataclasses
import threading
import time

from .. import harness
from ..harness import PATIENCE, Failure

__all__ = ["Pending"]

NOW = object()  # an auth_time


@dataclasses.dataclass
class Pending:
    """A request that waits for a decision. What it did not have is None."""
    kind: str  # ciba or device
    client: str
    auth_req_id: str | None = None
    login_hint: str | None = None
    binding_message: str | None = None
    acr_values: str | None = None
    requested_expiry: str | None = None
    scope: str | None = None
    user_code: str | None = None  # ciba: the user's secret; device: the code to type, as it was shown
    time: float = 0.0  # when it was noticed, monotonic

    @property
    def id(self):
        return self.user_code if self.kind == "device" else self.auth_req_id


class Peer:
    """What is common: requests that wait, in their order, and the record of what was asked."""

    issuer = None
    client = None
    endpoints = {}  # their paths, by the names metadata, jwks, backchannel, device, token and userinfo

    def __init__(self):
        self.changed = threading.Condition()
        self.waiting = []  # every Pending there ever was
        self.served_paths = []  # (method, path, status) of every request that was answered
        self._given = {"ciba": 0, "device": 0}

    def settings(self, folder=None, **more):
        """The section `openid` of our file; the arguments are those of Client.settings()."""
        return self.client.settings(self.issuer, folder, **more)

    def wait(self, condition, what, timeout=None):
        """What `condition` gives as soon as that is true; looked at whenever something happens."""
        with self.changed:
            result = self.changed.wait_for(condition, PATIENCE if timeout is None else timeout)
        if not result:
            raise Failure(f"timed out: {what}; requests so far: {self.served_paths}")
        return result

    def pending(self, kind="ciba", timeout=None):
        """The next request of that kind, "ciba" or "device", that no earlier call gave: waits for it."""
        def found():
            return len(self._of(kind)) > self._given[kind]
        self.wait(found, f"a {kind} request", timeout)
        self._given[kind] += 1
        return self._of(kind)[self._given[kind] - 1]

    def pending_device(self, timeout=None):
        return self.pending("device", timeout)

    def _of(self, kind):
        return [request for request in self.waiting if request.kind == kind]

    def request_of(self, which=None, kind="ciba"):
        """The newest request of which `which` is the auth_req_id, the login hint or the user code; it may be the
        Pending itself; None is the newest of all."""
        if isinstance(which, Pending):
            return which
        self._settle()
        with self.changed:
            for request in reversed(self._of(kind)):
                if which is None or which in (request.auth_req_id, request.login_hint) or \
                        kind == "ciba" and self.login_hint(which) == request.login_hint or \
                        kind == "device" and _bare(which) == _bare(request.user_code):
                    return request
        raise Failure(f"no {kind} request of {which!r}: {self.waiting}")

    def seen(self, path=None):
        """How many requests for that endpoint, by its name or path, were answered; of all without one."""
        self._settle()
        with self.changed:
            return self._count(path)

    def wait_seen(self, path, count, timeout=None):
        self.wait(lambda: self._count(path) >= count, f"request {count} for {path}", timeout)

    def _count(self, path):
        path = self.endpoints.get(path, path)
        return sum(path in (None, seen) for _, seen, _ in self.served_paths)

    def note(self, request):
        with self.changed:
            request.time = time.monotonic()
            self.waiting.append(request)
            self.changed.notify_all()

    def note_answer(self, method, path, status):
        with self.changed:
            self.served_paths.append((method, path, status))
            self.changed.notify_all()

    def _settle(self):
        """Everything that a client has an answer to is in the record when this returns."""

    # Life; what runs behind it is begun by _begin() and ended by _end().

    def __enter__(self):
        harness.running.append(self)
        try:
            self._begin()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        with contextlib.suppress(ValueError):
            harness.running.remove(self)
        self._end()


def _bare(code):
    return "".join(c for c in code if c.isalnum()).upper()
