# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a server's answer; Tenant.fault() and StrictServer.fault() say when."""
import dataclasses
import json
import typing

# Cursor movement, a window title, a second line, a bidi override, C1 and DEL.
HOSTILE = "\x1b[2J\x1b]0;title\x07\r\nSecond line: \u202elive\u2066\x9b31m\x7f"
HOSTILE_KEYS = ("deviceName", "deviceType", "osVersion", "accountName", "displayName", "formatted", "correlation",
                "messageDescription", "detail", "error_description")
HUGE = 2 * 1024 * 1024
DEEP = 100_000


@dataclasses.dataclass
class Fault:
    """One thing that goes wrong, `times` times, after `after` calls that go well. `call` is a name as in
    HttpsServer.calls(), or "*". Tenant.fault() lists the rest."""
    call: str
    times: float = 1
    after: int = 0
    # Instead of the answer. With `effect` the call still does its work and only its answer is lost.
    status: int | None = None
    message_id: str | None = None
    retry_after: str | None = None
    html: bool = False
    reset: bool = False
    hangup: bool = False
    garbage: bool = False
    effect: bool = False
    # Done to the answer.
    delay: float = 0
    trickle: float = 0
    truncate: bool = False
    cut: bool = False
    body: str | None = None
    huge: bool = False
    deep: bool = False
    mistype: bool | str = False
    hostile: bool | tuple = False
    replace: dict | None = None
    remove: tuple = ()
    extra: dict | None = None
    headers: dict | None = None
    # Done by what answers.
    ambiguous: bool = False
    hits: int = 0
    seen: int = 0

    def strikes(self, call):
        """Counts the call; returns whether it goes wrong."""
        if self.call not in (call, "*"):
            return False
        self.seen += 1
        if self.seen <= self.after or self.hits >= self.times:
            return False
        self.hits += 1
        return True

    @property
    def instead(self):
        """Whether the answer is replaced by something else."""
        return self.status is not None or self.silent

    @property
    def silent(self):
        """Whether the client gets no status."""
        return self.reset or self.hangup or self.garbage


def make_fault(call, slow=None, owner=None, no_location=False, **fields):
    fault = Fault(call, **fields)
    if slow is not None:
        fault.delay = slow
    if owner is not None:
        fault.replace = {**(fault.replace or {}), "owner": owner, "userId": owner}
    if no_location:
        fault.headers = {**(fault.headers or {}), "Location": None}
    return fault


def _each(value, change, key=None):
    """A copy of a JSON value with each member changed by change(key, value)."""
    value = change(key, value)
    if isinstance(value, dict):
        return {name: _each(item, change, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    return value


def _other_type(value):
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return 7
        case dict():
            return [value]
        case list():
            return {"items": value}
    return "null"


def _mistyped(body, which):
    if isinstance(which, str):
        return _each(body, lambda key, value: _other_type(value) if key == which else value)
    return {key: _other_type(value) for key, value in body.items()}


def _with_hostile(body, which):
    keys = HOSTILE_KEYS if which is True else which
    return _each(body, lambda key, value: HOSTILE if key in keys and isinstance(value, str) else value)


def _without(body, names):
    if isinstance(body, dict):
        return {key: _without(value, names) for key, value in body.items() if key not in names}
    return [_without(item, names) for item in body] if isinstance(body, list) else body


def spoil_body(fault, body: typing.Any):
    """Applies the fault to a JSON answer; returns the bytes to send."""
    if fault.body is not None:
        return fault.body.encode()
    if fault.deep:
        return b'{"a":' * DEEP + b"1" + b"}" * DEEP
    if fault.replace:
        body = _each(body, lambda key, value: fault.replace.get(key, value))
    if fault.mistype and isinstance(body, dict):
        body = _mistyped(body, fault.mistype)
    if fault.hostile:
        body = _with_hostile(body, fault.hostile)
    if fault.remove:
        body = _without(body, fault.remove)
    if fault.extra:
        body = {**(body or {}), **fault.extra}
    if fault.huge:
        body = {**(body or {}), "padding": "x" * HUGE}
    data = b"" if body is None else json.dumps(body).encode()
    return data[:len(data) // 2] if fault.truncate else data
