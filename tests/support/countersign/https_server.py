# SPDX-License-Identifier: Apache-2.0
"""What servers over TLS on loopback have in common: their life, the record of what they were sent, what a correct
client would not have sent (`violations`), and what goes wrong with their answers."""
import pathlib
import re
import threading
import time

from . import harness
from .certificates import authority_file, server_context
from .harness import PATIENCE, Failure
from .https_connection import Connection, Listener, Request


class HttpsServer:
    """A server says in serve(request, pause) what it answers. Violations fail the test when the `with` block ends
    without an exception, unless it is forgiving."""

    def __init__(self, host="127.0.0.1", port=None, forgiving=False):
        self.host = host
        self.forgiving = forgiving  # violations do not fail the test
        self.names = {"localhost", "127.0.0.1", "::1"}  # what clients may call this host
        self.stall_handshake = False  # new connections are accepted and get no TLS
        self.port = port
        self.requests = []
        self.violations = []
        self.connections = 0
        self.handshakes = 0
        self.tls_errors = []
        self.faults = []
        self.changed = threading.Condition()
        self.ca_file = None
        self._open = set()
        self._listener = None
        self._context = None

    def serve(self, request, pause):
        """The Answer to a request, or a Refusal. Takes the lock; pause(seconds) is called without it."""
        raise NotImplementedError

    def make_context(self, kind="good"):
        return server_context(kind)

    # Life ---------------------------------------------------------------------------------------------------

    def __enter__(self):
        self.ca_file = str(authority_file())
        self._context = self.make_context()
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

    def certificate(self, kind, keep=False):
        """What new connections see: "good", "wrong-name", "untrusted", "self-signed" or "expired". Old ones end, unless
        they are kept."""
        self._context = self.make_context(kind)
        if not keep:
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
                    raise Failure(f"connection {connection.number} of the server does not end")

    def install_ca(self, path="/etc/countersign/server-ca.pem"):
        """Copies the authority's certificate to where the broker may read it (WORKDIR may be root's alone), and
        lets ca_file name that place. Returns it."""
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(authority_file().read_bytes())
        path.chmod(0o644)
        self.ca_file = str(path)
        return self.ca_file

    def check(self):
        """A Failure if a correct client would not have done what this one did."""
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
        with self.changed:
            self.requests.clear()

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
            self.changed.notify_all()
