# SPDX-License-Identifier: Apache-2.0
"""A tenant's second factors: enrolments, codes that it sends, the phone that it asks."""
import json
import random
import re
import time
import typing

from .harness import secret
from .https_answer import Answer, Refusal
from .tenant_answer import error
from .tenant_query import QueryError, Search
from .tenant_users import TotpFactor, new_uuid, stamp

PENDING = "PENDING"
PHONE_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{3,}")


class Delivery(typing.NamedTuple):
    """A message on its way. `kind` is smsotp, emailotp, voiceotp, or transient-sms, -email, -voice."""
    kind: str
    address: str
    correlation: str
    otp: str
    time: float  # monotonic


class Verification:
    """A code that was sent. transient: of no enrolment."""

    def __init__(self, tenant, kind, address, correlation, user_id=None):
        self.id = new_uuid()
        self.type = kind
        self.address = address
        self.correlation = correlation
        self.user_id = user_id
        self.otp = "".join(random.choices(tenant.otp_charset, k=tenant.otp_length))
        if len(self.otp) >= 6:  # a shorter one would be in every log by chance
            secret(self.otp, f"a code by {kind}")
        self.created = time.time()
        self.expiry = time.monotonic() + tenant.otp_expiry
        self.lifetime = tenant.otp_expiry
        self.retries = tenant.otp_retries
        self.attempts = 0
        self._state = PENDING

    @property
    def state(self):
        if self._state == PENDING and time.monotonic() >= self.expiry:
            self._state = "TIMEOUT"
        return self._state

    def cancel(self):
        if self.state == PENDING:
            self._state = "CANCELED"

    def expire(self):
        self.expiry = time.monotonic()

    def attempt(self, otp):
        """Whether the code is right. After more than `retries` wrong ones nothing is."""
        self.attempts += 1
        if otp == self.otp:
            self._state = "SUCCESS"
        elif self.attempts > self.retries:
            self._state = "FAILED"
        return otp == self.otp

    def record(self):
        record = {"id": self.id, "type": self.type, "created": stamp(self.created), "updated": stamp(),
                  "expiry": stamp(self.created + self.lifetime), "state": self.state,
                  "correlation": self.correlation, "attempts": self.attempts, "retries": self.retries,
                  "emailAddress" if self.type == "emailotp" else "phoneNumber": self.address}
        if self.user_id is not None:
            record["userId"] = self.user_id
        return record


class Transaction:
    """A question on a phone. A test answers it with approve(), deny() and so on; `polls` are the times at which
    the client asked. A state other than PENDING never changes again."""

    def __init__(self, tenant, device, signatures, body):
        self.tenant = tenant
        self.id = new_uuid()
        self.device = device
        self.owner = device.owner
        self.signatures = signatures
        self.request = body
        self.message = body["transactionData"]["message"]
        self.origin = body["transactionData"].get("originIpAddress")
        self.user_agent = body["transactionData"].get("originUserAgent")
        self.push_message = body["pushNotification"]["message"]
        self.sent = body["pushNotification"]["send"]
        self.additional = {i["name"]: i["value"] for i in body["transactionData"].get("additionalData", ())}
        self.created = time.time()
        self.lifetime = body["expiresIn"] if tenant.push_expiry is None else tenant.push_expiry
        self.begun = time.monotonic()
        self.polls = []
        self.answer_after = tenant.push_after_polls
        self.answer_delay = tenant.push_delay
        self.answer = tenant.push_state
        self.matching = tenant.number_matching
        self._state = PENDING
        self.completed = None

    @property
    def state(self):
        if self._state == PENDING and time.monotonic() >= self.begun + self.lifetime:
            self.set("TIMEOUT")
        return self._state

    def set(self, state):
        """The person's answer: any state, even an unknown one."""
        with self.tenant.changed:
            if self._state == PENDING:
                self._state = state
                self.completed = time.time()
            self.tenant.changed.notify_all()

    def approve(self):
        self.set("VERIFY_SUCCESS")

    def fail(self):
        self.set("VERIFY_FAILED")

    def deny(self):
        self.set("USER_DENIED")

    def fraud(self):
        self.set("USER_FRAUDULENT")

    def biometry(self):
        self.set("BIOMETRY_FAILED")

    def cancel(self):
        self.set("CANCELED")

    def expire(self):
        self.set("TIMEOUT")

    def wait_polls(self, count, timeout=None):
        """Waits until the client has asked `count` times."""
        self.tenant.wait(lambda: len(self.polls) >= count, f"{count} polls of a push", timeout)

    @property
    def number(self):
        """What the person compares, as two digits, when numbers are to be matched."""
        if self.matching in (None, True):
            return f"{int(self.id[:8], 16) % 100:02}"
        return str(self.matching)

    def poll(self):
        self.polls.append(time.monotonic())
        late = self.answer_after is not None and len(self.polls) > self.answer_after
        if late or (self.answer_delay is not None and time.monotonic() - self.begun >= self.answer_delay):
            self.set(self.answer)
        self.tenant.changed.notify_all()

    def record(self):
        state = self.state
        data = {"additionalData": [], **self.request["transactionData"], "timestamp": stamp(self.created)}
        record = {
            "id": self.id, "owner": self.owner, "authenticatorId": self.device.id,
            "transactionUri": f"{self.tenant.base}{self.path}",
            "creationTime": stamp(self.created), "expiryTime": stamp(self.created + self.lifetime),
            "state": state, "logic": self.request["logic"],
            "authenticationMethods": [{"id": s.id, "methodType": "signature", "subType": s.sub_type,
                                       "additionalData": []} for s in self.signatures],
            "transactionData": json.dumps(data),
            "pushNotification": {"sendState": "SENDING" if self.sent else "DISABLED",
                                 "startTime": stamp(self.created), "message": self.push_message,
                                 "send": self.sent, "pushToken": self.device.attributes["pushToken"]},
            "userActions": []}
        if self.completed is not None:
            record["completionTime"] = stamp(self.completed)
        if self.matching is not None:
            record["correlationEnabled"] = True
            if self.matching is not True:
                record["correlationValue"] = self.matching
        return record

    @property
    def path(self):
        return f"/v1.0/authenticators/{self.device.id}/verifications/{self.id}"


# Calls ------------------------------------------------------------------------------------------------------

def _search(request, keys, needed):
    """The parsed search of a request, which must say whose things it asks for."""
    if "search" not in request.query:
        raise Refusal(error("json", 400), "a list without search would be that of every user")
    try:
        search = Search(request.query["search"], keys)
    except QueryError as wrong:
        raise Refusal(error("json", 400), f"search: {wrong}") from None
    if search.value(needed) is None:
        raise Refusal(error("json", 400), f"the search does not name the {needed}")
    return search


def _listed(name, items):
    return Answer(200, {"total": len(items), "count": 200, "limit": 200, "page": 1, name: items})


def list_factors(tenant, request, kind=None):
    search = _search(request, ("userId", "enabled", "validated", "type", "id"), "userId")
    items = [record for user in tenant.users for factor in user.factors for record in factor.records()
             if search.matches(record) and kind in (None, record["type"])]
    return _listed(kind or "factors", items)


def list_signatures(tenant, request):
    search = _search(request, ("owner", "enabled", "validated", "id", "subType"), "owner")
    embedded = request.query.get("_embedded", "false")
    sort = request.query.get("sort")
    if embedded not in ("true", "false") or sort not in (None, "-signatures/_embedded/id"):
        raise Refusal(error("json", 400), f"_embedded={embedded} and sort={sort}")
    items = [signature.record(tenant.base, embedded == "true") for user in tenant.users
             for device in user.devices for signature in device.signatures]
    items = [item for item in items if search.matches(item)]
    if sort:
        items.sort(key=lambda item: item["attributes"]["authenticatorId"], reverse=True)
    return _listed("signatures", items)


def list_authenticators(tenant, request):
    search = _search(request, ("owner", "enabled", "state", "id"), "owner")
    items = [device.record() for user in tenant.users for device in user.devices]
    return _listed("authenticators", [item for item in items if search.matches(item)])


def _done(request):
    """The answer of a successful check."""
    wanted = request.query.get("returnJwt", "false")
    if wanted not in ("true", "false"):
        raise Refusal(error("json", 400), f"returnJwt={wanted}")
    return Answer(200, {"assertion": "e30.e30."}) if wanted == "true" else Answer(204)


def _enrolment(tenant, kind, factor_id):
    for user in tenant.users:
        for factor in user.factors:
            if factor.id == factor_id and factor.records()[0]["type"] == kind:
                if not factor.enabled:
                    raise Refusal(error("json", 400), f"the {kind} enrolment is disabled")
                return factor
    raise Refusal(error("json", 404, "CSIBN0028E"))


def check_totp(tenant, request, factor_id):
    factor = _enrolment(tenant, "totp", factor_id)
    right = isinstance(factor, TotpFactor) and factor.check(request.body["otp"], tenant.totp_skew,
                                                            tenant.one_time_use)
    if not right:
        raise Refusal(error("json", 400, "CSIBN0021E"))
    return _done(request)


def _begin(tenant, request, kind, verification, path):
    tenant.verifications[verification.id] = (path, verification)
    tenant.outbox.append(Delivery(kind, verification.address, verification.correlation, verification.otp,
                                  time.monotonic()))
    tenant.changed.notify_all()
    return Answer(201, verification.record(), {"Location": f"{tenant.base}{path}/{verification.id}"})


def _correlation(request):
    text = request.body.get("correlation", str(random.randint(1000, 9999)))
    if not re.fullmatch(r"[A-Za-z0-9]+", text):
        raise Refusal(error("json", 400, "CSIBN0018E"))
    return text


def begin_otp(tenant, request, kind, factor_id):
    factor = _enrolment(tenant, kind, factor_id)
    made = Verification(tenant, kind, factor.address, _correlation(request), factor.user.id)
    return _begin(tenant, request, kind, made, request.path)


def begin_transient(tenant, request, kind):
    key = "emailAddress" if kind == "emailotp" else "phoneNumber"
    other = "phoneNumber" if key == "emailAddress" else "emailAddress"
    if key not in request.body or other in request.body:
        raise Refusal(error("json", 400), f"a transient {kind} needs {key} and nothing else")
    address = request.body[key]
    if key == "phoneNumber" and not PHONE_NUMBER.fullmatch(address):
        raise Refusal(error("json", 400, "CSIAH0642E"))
    if key == "emailAddress" and not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise Refusal(error("json", 400))
    made = Verification(tenant, kind, address, _correlation(request))
    return _begin(tenant, request, f"transient-{kind.removesuffix('otp')}", made, request.path)


def _verification(tenant, request, verification_id):
    path, found = tenant.verifications.get(verification_id, (None, None))
    if path != request.path.rsplit("/", 1)[0]:
        raise Refusal(error("json", 404, "CSIBN0028E"))
    return found


def check_otp(tenant, request, _kind, *ids):
    found = _verification(tenant, request, ids[-1])
    if found.state != PENDING:
        known = tenant.finished_status == 400
        raise Refusal(error("json", tenant.finished_status, "CSIBN0025E" if known else "CSIBN0028E"))
    if not found.attempt(request.body["otp"]):
        raise Refusal(error("json", 400, "CSIBN0021E"))
    return _done(request)


def read_otp(tenant, request, _kind, *ids):
    return Answer(200, _verification(tenant, request, ids[-1]).record())


def cancel_otp(tenant, request, _kind, *ids):
    _verification(tenant, request, ids[-1]).cancel()
    return Answer(204)


def _device(tenant, device_id):
    for user in tenant.users:
        for device in user.devices:
            if device.id == device_id:
                return device
    raise Refusal(error("json", 404))


def begin_push(tenant, request, device_id):
    device = _device(tenant, device_id)
    wanted = [method["id"] for method in request.body["authenticationMethods"]]
    signatures = [s for s in device.signatures if s.id in wanted]
    if len(signatures) != len(wanted):
        raise Refusal(error("json", 400), "a push for a signature that is not of this device")
    if not device.enabled or device.state != "ACTIVE" or not all(s.enabled for s in signatures):
        raise Refusal(error("json", 400), "a push for a device that cannot answer")
    if request.body["expiresIn"] < 1:
        raise Refusal(error("json", 400), f"expiresIn is {request.body['expiresIn']}")
    made = Transaction(tenant, device, signatures, request.body)
    tenant.pushes.append(made)
    tenant.transactions[made.id] = made
    tenant.changed.notify_all()
    return Answer(202, made.record(), {"Location": f"{tenant.base}{made.path}"})


def poll_push(tenant, request, device_id, transaction_id):
    transaction = tenant.transactions.get(transaction_id)  # thousands may be polled
    if transaction is None or transaction.device.id != device_id:
        raise Refusal(error("json", 404))
    transaction.poll()
    body = transaction.record()
    if request.query.get("returnJwt") == "true" and body["state"] == "VERIFY_SUCCESS":
        body["assertion"] = "e30.e30."
    return Answer(200, body)
