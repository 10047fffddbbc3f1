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
import pathlib
import re
import secrets
import threading
import time
import urllib.parse
import uuid

from . import harness
from .harness import PATIENCE, Failure, secret
from .tenant_api import ROUTES
from .certificates import authority_file, server_context
from .tenant_faults import make_fault
from .tenant_server import Connection, Listener, Request
from .tenant_users import IdentitySource, User

__all__ = ["Tenant"]

# Members of bodies whose values must be in no URL.
SECRET_KEYS = ("password", "otp", "client_secret")
# Calls that a fault may name: a misspelt one would never strike.
_CALLS = {f"{route.method} {route.call.format(otp=otp, type=otp, short=otp.removesuffix('otp'))}"
          for route in ROUTES for otp in ("totp", "smsotp", "emailotp", "voiceotp")} | {"*"}


class Tenant:
    """Fields that a test may set at any time stand first in __init__; then what it may read."""

    def __init__(self, host="127.0.0.1", forgiving=False):
        self.host = host
        self.forgiving = forgiving  # violations do not fail the test
        self.names = {"localhost", "127.0.0.1", "::1"}  # what clients may call this host
        self.client_id = str(uuid.uuid4())
        self.client_secret = secret(secrets.token_urlsafe(12), "the client secret of a tenant")
        self.expires_in = 7199  # seconds that new tokens live
        self.server_delay = 0  # seconds before every answer
        self.stall_handshake = False  # new connections are accepted and get no TLS
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

        self.port = None
        self.requests = []
        self.violations = []
        self.connections = 0
        self.handshakes = 0
        self.tls_errors = []
        self.users, self.sources = [], []
        self.outbox, self.pushes = [], []
        self.verifications = {}
        self.tokens, self.refused, self.newest_token = {}, {}, 0.0
        self.faults = []
        self.changed = threading.Condition()
        self._open = set()
        self._listener = None
        self._context = None
        self._taken_pushes = 0
        self.ca_file = None

    # Life ---------------------------------------------------------------------------------------------------

    def __enter__(self):
        self.ca_file = str(authority_file())
        self._context = server_context()
        self.accept()
        harness.running.append(self)
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if kind is None and not self.forgiving:
            self.check()

    def kill(self):
        """Ends it at once; what it recorded stays."""
        if self in harness.running:
            harness.running.remove(self)
        self.refuse()

    def refuse(self):
        """Connections are refused from now on, those that were open end."""
        if self._listener:
            self._listener.close()
            self._listener = None
        self.end_connections()

    def accept(self):
        """The contrary of refuse(), on the same port."""
        self._listener = Listener(self.host, self.port or 0, self._take)
        self.port = self._listener.port

    def certificate(self, kind):
        """What new connections see: "good", "wrong-name", "untrusted" or "expired". Old ones end."""
        self._context = server_context(kind)
        self.end_connections()

    def end_connections(self, only_idle=False):
        """Ends connections, as a server does that is tired of waiting; returns when that is done."""
        with self.changed:
            # An answer that is on its way is not cut off: its connection is about to be idle.
            if only_idle:
                self.changed.wait_for(lambda: not any(r.status is not None and r.served_seconds is None
                                                      for r in self.requests), PATIENCE)
            ended = [c for c in self._open if c.idle or not only_idle]
        for connection in ended:
            connection.end()
        for connection in ended:
            if connection.thread is not threading.current_thread():
                connection.thread.join(PATIENCE)
                if connection.thread.is_alive():
                    raise Failure(f"connection {connection.number} of the tenant does not end")

    def install_ca(self, path="/etc/countersign/tenant-ca.pem"):
        """Copies the authority's certificate to where the broker may read it (WORKDIR may be root's alone), and
        lets ca_file and ibm_file() name that place. Returns it."""
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(authority_file().read_bytes())
        path.chmod(0o644)
        self.ca_file = str(path)
        return self.ca_file

    def check(self):
        """A Failure if a correct client would not have done what this one did."""
        self.assert_no_secret_in_urls()
        if self.violations:
            raise Failure(f"{len(self.violations)} violations: " + "; ".join(self.violations[:5]))

    def forgive(self, pattern):
        """Takes out the violations that match; there must be some. Returns how many."""
        kept = [v for v in self.violations if not re.search(pattern, v)]
        count = len(self.violations) - len(kept)
        if not count:
            raise Failure(f"no violation matches {pattern!r}: {self.violations}")
        self.violations[:] = kept
        return count

    @property
    def base(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"

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

    def heal(self):
        """Forgets every fault."""
        with self.changed:
            self.faults.clear()

    # What it saw --------------------------------------------------------------------------------------------

    def calls(self, status=False):
        """Names of the calls in their order, such as "POST token", "GET users"; with their status if wanted."""
        with self.changed:
            return [f"{r.call} {r.status}" if status else r.call for r in self.requests]

    def count(self, call):
        return self.calls().count(call)

    def find(self, call):
        """The requests of that name."""
        with self.changed:
            return [r for r in self.requests if r.call == call]

    def forget_requests(self):
        """Starts the record anew; violations stay."""
        self.assert_no_secret_in_urls()
        with self.changed:
            self.requests.clear()

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

    def wait(self, condition, what, timeout=None):
        """Returns what `condition` gives as soon as that is true; looked at whenever something happens."""
        with self.changed:
            result = self.changed.wait_for(condition, PATIENCE if timeout is None else timeout)
        if not result:
            raise Failure(f"timed out: {what}; calls so far: {self.calls(status=True)}")
        return result

    def wait_calls(self, call, count=1, timeout=None):
        """Returns the requests of that name when there are `count` whose answer was sent."""
        def enough():
            found = [r for r in self.requests if r.call == call and r.served_seconds is not None]
            return len(found) >= count and found
        return self.wait(enough, f"{count} times {call}", timeout)

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

    def authorities(self):
        """What the header Host may say."""
        return {f"[{name}]:{self.port}" if ":" in name else f"{name}:{self.port}" for name in self.names}

    def _take(self, plain):
        with self.changed:
            self.connections += 1
            self._open.add(Connection(self, self.connections, plain, self._context))

    def forget(self, connection):
        with self.changed:
            self._open.discard(connection)

    def record(self, request):
        with self.changed:
            self.requests.append(request)

    def unread(self, number):
        """The request that connection `number` began and did not finish; an empty one if not even that."""
        with self.changed:
            found = [r for r in self.requests if r.connection == number and r.status is None]
            if not found:
                found = [Request("?", "", "", "", {}, b"", number, time.monotonic(), call="?")]
                self.requests += found
            return found[-1]

    def violate(self, request, why):
        if why:
            with self.changed:
                self.violations.append(f"{request.call or request.method + ' ' + request.path}: {why}")

    def served(self, request, seconds):
        with self.changed:
            request.served_seconds = seconds
            self.changed.notify_all()

    def answered(self, request):
        with self.changed:
            if request.status == 401 and request.call != "POST token":
                key = (request.token, request.method, request.target, request.raw_body)
                self.refused.setdefault(key, time.monotonic())
            self.changed.notify_all()
