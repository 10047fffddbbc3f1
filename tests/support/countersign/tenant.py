# SPDX-License-Identifier: Apache-2.0
"""A strict IBM Verify tenant over TLS on loopback.

    with Tenant() as tenant:
        ann = tenant.user("ann", password="…", email="ann@example.com", phones=[("mobile", "+15550100")])
        totp = ann.totp()
        phone = ann.device("Phone")
        write_config(tenant.ibm_file(), …)
        …                                  # a login begins
        tenant.wait_push().approve()
        expect_equal(tenant.calls(), ["POST token", "GET users", …], "calls")

It demands what the interface demands (method, path, encoding, media types, keys and types of bodies, tokens).
Whatever a correct client would not have sent is answered with an error and noted in `violations`; when the
`with` block ends without an exception and there are violations, that is a Failure.
"""
import re
import secrets
import time
import urllib.parse
import uuid

from . import tenant_api
from .harness import Failure, secret
from .https_faults import make_fault
from .https_server import HttpsServer
from .tenant_users import IdentitySource, User

__all__ = ["Tenant"]

# Members of bodies whose values must be in no URL.
SECRET_KEYS = ("password", "otp", "client_secret")
# Calls that a fault may name: a misspelt one would never strike.
_CALLS = {f"{route.method} {route.call.format(otp=otp, type=otp, short=otp.removesuffix('otp'))}"
          for route in tenant_api.ROUTES for otp in ("totp", "smsotp", "emailotp", "voiceotp")} | {"*"}


class Tenant(HttpsServer):
    """Fields that a test may set at any time stand first in __init__; then what it may read."""

    def __init__(self, host="127.0.0.1", forgiving=False):
        super().__init__(host, forgiving=forgiving)
        self.client_id = str(uuid.uuid4())
        self.client_secret = secret(secrets.token_urlsafe(12), "the client secret of a tenant")
        self.expires_in = 7199  # seconds that new tokens live
        self.server_delay = 0  # seconds before every answer
        self.brief_search = False  # a search gives only id and userName, as IBM's emulator does
        self.totp_skew, self.one_time_use = 1, True
        self.otp_length, self.otp_charset = 6, "0123456789"
        self.otp_expiry, self.otp_retries = 300, 4
        self.finished_status = 404  # for an answer to a verification that ended; 400 as if it were still known
        self.push_after_polls = None  # so many polls find PENDING, then push_state; None: a test answers
        self.push_delay = None  # seconds until push_state
        self.push_state = "VERIFY_SUCCESS"
        self.push_expiry = None  # seconds, in place of what the client asked for
        self.number_matching = None  # True: enabled, both sides compute; else the value to show

        self.users, self.sources = [], []
        self.outbox, self.pushes = [], []
        self.verifications, self.transactions = {}, {}
        self.tokens, self.refused, self.newest_token = {}, {}, 0.0
        self._taken_pushes = 0

    # Life ---------------------------------------------------------------------------------------------------

    def check(self):
        """A Failure if a correct client would not have done what this one did."""
        self.assert_no_secret_in_urls()
        super().check()

    def ibm_file(self, pam=None, **changes):
        """The object of an IBM gateway file. `changes` are keys of `ibm-auth-api` with _ for -; None removes."""
        section = {"client-id": self.client_id, "client-secret": self.client_secret, "protocol": "https",
                   "host": self.host, "port": self.port, "ca-path": self.ca_file}
        section.update({key.replace("_", "-"): value for key, value in changes.items()})
        whole = {"ibm-auth-api": {key: value for key, value in section.items() if value is not None}}
        return whole if pam is None else {**whole, "pam": pam}

    # What it knows ------------------------------------------------------------------------------------------

    def user(self, name, **fields):
        """A User: password, email, phones=[(type, number)], active, custom={name: value or list},
        linked={realm: externalId}, language, id, display."""
        made = User(name, **fields)
        with self.changed:
            self.users.append(made)
        return made

    def identity_source(self, name, users=None, kind="onpremldap"):
        made = IdentitySource(name, users or {}, kind)
        with self.changed:
            self.sources.append(made)
        return made

    def revoke_tokens(self):
        """Every token that was issued gets 401 from now on."""
        with self.changed:
            self.tokens = {token: 0.0 for token in self.tokens}

    @property
    def token_requests(self):
        return self.count("POST token")

    # What goes wrong ----------------------------------------------------------------------------------------

    def fault(self, call, **fields):
        """Something that goes wrong `times` (1) times, after `after` (0) calls that go well. Returns the Fault;
        its `hits` count. Calls that are refused for another reason do not count.

        Instead of the call's work, or with effect=True of its answer only: status=…, with message_id=…,
        retry_after=…, html=True; reset=True (RST before a status line); hangup=True; garbage=True (no HTTP).
        On the way: slow=seconds before the answer, trickle=seconds over the body, cut=True (the connection ends
        in the body).
        The body: truncate=True (half the JSON), body="…", huge=True (2 MiB), deep=True, mistype=True or "key",
        hostile=True or (keys), replace={key: value}, remove=(keys), extra={key: value}, owner="…".
        Headers: headers={name: value or None}, no_location=True. Users: ambiguous=True.
        """
        if call not in _CALLS:
            raise ValueError(f"no call is named {call}")
        made = make_fault(call, **fields)
        with self.changed:
            self.faults.append(made)
        return made

    # What it saw --------------------------------------------------------------------------------------------

    def forget_requests(self):
        """Starts the record anew; violations stay."""
        self.assert_no_secret_in_urls()
        super().forget_requests()

    def assert_no_secret_in_urls(self):
        with self.changed:
            requests = list(self.requests)
            known = {self.client_secret, *self.tokens, *(d.otp for d in self.outbox)}
        known |= {user.password for user in self.users} | {p for s in self.sources for p in s.users.values()}
        known |= {r.body[k] for r in requests if isinstance(r.body, dict) for k in SECRET_KEYS
                  if isinstance(r.body.get(k), str)}
        known -= {None, ""}
        words = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, known)) + r")(?!\w)")
        for request in requests:
            if words.search(request.target) or words.search(urllib.parse.unquote(request.target)):
                raise Failure(f"a secret stands in the URL of {request.call}")

    def wait_delivery(self, n=1, timeout=None):
        """The n-th message that was sent, counted from 1."""
        self.wait(lambda: len(self.outbox) >= n, f"message {n}", timeout)
        return self.outbox[n - 1]

    def last_otp(self):
        if not self.outbox:
            raise Failure("no message was sent")
        return self.outbox[-1].otp

    def verification_of(self, delivery):
        """The Verification behind a message: attempts, state, expire()."""
        return next(v for _, v in self.verifications.values() if v.otp == delivery.otp
                    and v.correlation == delivery.correlation)

    def wait_push(self, timeout=None):
        """The next question to a phone that no earlier wait_push() gave."""
        self.wait(lambda: len(self.pushes) > self._taken_pushes, "a push", timeout)
        self._taken_pushes += 1
        return self.pushes[self._taken_pushes - 1]

    # For the server -----------------------------------------------------------------------------------------

    def serve(self, request, pause):
        return tenant_api.serve(self, request, pause)

    def answered(self, request):
        with self.changed:
            if request.status == 401 and request.call != "POST token":
                key = (request.token, request.method, request.target, request.raw_body)
                self.refused.setdefault(key, time.monotonic())
        super().answered(request)
