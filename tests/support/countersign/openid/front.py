# SPDX-License-Identifier: Apache-2.0
"""TLS in front of a server that is spoken to without it: what passes is recorded, and can be made to fail."""
import contextlib
import http.client
import threading

from ..https_answer import Answer, Refusal, page
from ..https_faults import make_fault
from ..https_server import HttpsServer

# What a front hands on; the rest is between it and either side.
HEADERS = ("accept", "authorization", "content-type", "cookie")


class Front(HttpsServer):
    """`passed(request, answer)` is called after each request, before the client has its answer."""

    def __init__(self, passed, port=None, certificate="good"):
        super().__init__(port=port, forgiving=True)
        self.inner = None  # the port of the server
        self.passed = passed
        self.turn = threading.Lock()  # glewlwyd answers 500 to some of the requests that come at the same time
        self.kind = certificate

    def make_context(self, kind="good"):
        return super().make_context(self.kind if kind == "good" else kind)

    def fault(self, path, **fields):
        """As Tenant.fault(), by path."""
        made = make_fault(path, **fields)
        with self.changed:
            self.faults.append(made)
        return made

    def serve(self, request, pause):
        request.call = request.path
        with self.changed:
            request.fault = fault = next((f for f in self.faults if f.strikes(request.path)), None)
        pause(fault.delay if fault else 0)
        if fault and fault.instead and not fault.effect:
            return page(fault.status or 200, "<html></html>\n")
        with self.turn:
            answer = self._ask(request)
        self.passed(request, answer)
        return answer

    def _ask(self, request):
        headers = {name: value for name, value in request.headers.items() if name in HEADERS}
        connection = http.client.HTTPConnection("127.0.0.1", self.inner, timeout=30)
        with contextlib.closing(connection):
            try:
                connection.request(request.method, request.target, request.raw_body or None, headers)
                got = connection.getresponse()
                body = got.read().decode()
            except (OSError, http.client.HTTPException) as wrong:
                raise Refusal(page(502, "<html></html>\n"), f"the server behind it: {wrong!r}") from None
        kept = {name: value for name, value in got.getheaders()
                if name.lower() in ("www-authenticate", "retry-after", "cache-control", "location", "set-cookie")}
        return Answer(got.status, body, kept, got.getheader("Content-Type"))
