# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 over TLS: a listener, a thread for each connection, strict reading, answers that break."""
import contextlib
import dataclasses
import re
import select
import socket
import struct
import threading
import time
import typing

from .https_answer import Refusal, page
from .https_faults import Fault, spoil_body

BACKLOG = 256
LINE, HEADERS, BODY = 32 * 1024, 100, 1024 * 1024  # the most that is read
TRICKLES = 20
_REQUEST_LINE = re.compile(r"([A-Z]+) (/[^\s#]*) HTTP/1\.1")
_HEADER = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*")
_NO_STATUS_LINE = b"\x00\xffnot a status line\r\n\r\n"


@dataclasses.dataclass
class Request:
    """One call, for assertions. Times are monotonic."""
    method: str
    target: str
    path: str
    raw_query: str
    headers: dict  # names in lower case
    raw_body: bytes
    connection: int
    time: float  # when it had arrived, its body included
    call: str = ""
    query: dict = dataclasses.field(default_factory=dict)  # decoded
    body: typing.Any = None  # parsed
    fault: Fault | None = None
    status: int | None = None  # 0: the client saw none
    served_seconds: float | None = None  # from its last byte to the last byte of the answer
    begun: float | None = None  # when its first line had arrived
    made: float | None = None  # when its answer was about to be sent
    certificate: dict | None = None  # the client's, as ssl shows it; only from a server that asks for one

    @property
    def token(self):
        return self.headers.get("authorization", "").partition(" ")[2]


class Gone(Exception):
    """The connection ends."""


class Connection:
    """A client's connection; runs in its own thread."""

    def __init__(self, server, number, plain, context):
        self.server = server
        self.number = number
        self.context = context
        self.plain = plain.dup()  # to end the connection from other threads, below TLS
        self.raw = plain
        self.socket = None
        self.idle = True
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"server {number}", daemon=True)
        self.thread.start()

    def end(self):
        """From any thread."""
        self.over.set()
        with contextlib.suppress(OSError):
            self.plain.shutdown(socket.SHUT_RDWR)

    def _run(self):
        try:
            if self._handshake():
                with self.socket.makefile("rb") as self.input:
                    while self._serve_one():
                        pass
        except (OSError, ValueError, Gone):
            pass  # clients may go at any time
        finally:
            for used in (self.socket, self.raw, self.plain):
                if used is not None:
                    used.close()
            self.server.forget(self)

    def _handshake(self):
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.stall_handshake:
            while self.plain.recv(4096):
                pass
            return False
        try:
            self.socket = self.context.wrap_socket(self.raw, server_side=True)
        except (OSError, ValueError) as wrong:
            with self.server.changed:
                self.server.tls_errors.append(str(wrong))
                self.server.changed.notify_all()
            return False
        with self.server.changed:
            self.server.handshakes += 1
        return True

    def pause(self, seconds):
        """Waits, not beyond the end of the connection; returns whether that has come, or the client has left."""
        return (self.over.wait(seconds) if seconds > 0 else self.over.is_set()) or self._client_left()

    def _client_left(self):
        poll = select.poll()
        poll.register(self.plain, select.POLLRDHUP)
        return bool(poll.poll(0))

    def _line(self):
        line = self.input.readline(LINE + 1)
        if not line.endswith(b"\n"):
            raise Gone
        if not line.endswith(b"\r\n"):
            raise Refusal(page(400), "a line that does not end in CR LF")
        return line[:-2].decode("latin-1")

    def _read(self):
        """The next request."""
        first = self._line()
        self.idle = False
        match = _REQUEST_LINE.fullmatch(first)
        if not match:
            raise Refusal(page(400), f"the request line {first!r}")
        path, _, query = match[2].partition("?")
        begun = time.monotonic()
        request = Request(match[1], match[2], path, query, {}, b"", self.number, begun, begun=begun,
                          certificate=self.socket.getpeercert() or None)
        self.server.record(request)
        self._read_headers(request)
        request.raw_body = self._read_body(request.headers)
        request.time = time.monotonic()
        return request

    def _read_headers(self, request):
        for _ in range(HEADERS):
            line = self._line()
            if not line:
                break
            match = _HEADER.fullmatch(line)
            name = match[1].lower() if match else None
            if not match or name in request.headers:
                raise Refusal(page(400), f"the header {name or line!r} is malformed or given twice")
            request.headers[name] = match[2]
        else:
            raise Refusal(page(431), "too many headers")
        if request.headers.get("host") not in self.server.authorities():
            raise Refusal(page(400), f"Host is {request.headers.get('host')!r}")

    def _read_body(self, headers):
        if "transfer-encoding" in headers:
            raise Refusal(page(411), "a body without Content-Length")
        text = headers.get("content-length", "0")
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > BODY:
            raise Refusal(page(413), f"Content-Length is {text}")
        if headers.get("expect", "").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.input.read(int(text))
        if len(body) != int(text):
            raise Gone
        return body

    def _serve_one(self):
        """Whether the connection stays."""
        request, stays = None, False
        try:
            request = self._read()
            stays = request.headers.get("connection", "").lower() != "close"
            answer = self.server.serve(request, self.pause)
        except Refusal as refusal:
            answer = refusal.answer
            # A request that cannot be read is recorded with the part that could.
            request = request or self.server.unread(self.number)
            self.server.violate(request, refusal.violation)
        except (LookupError, TypeError, ValueError, AttributeError) as mistake:
            answer = page(500)
            self.server.violate(request, f"a mistake of the server: {mistake!r}")
        # The record is complete before the client can see the answer.
        request.status = 0 if request.fault and request.fault.silent else answer.status
        request.made = time.monotonic()
        self.server.answered(request)
        try:
            self._send(request, answer, stays)
        finally:
            self.idle = True
            self.server.served(request, time.monotonic() - request.time)
        return stays

    def _send(self, request, answer, stays):
        fault = request.fault or Fault("")
        if fault.reset:
            linger = struct.pack("ii", 1, 0)
            self.plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.plain.close()
        if fault.reset or fault.hangup:
            raise Gone
        if fault.garbage:
            self.socket.sendall(_NO_STATUS_LINE)
            raise Gone
        head, body = render(answer, fault, stays)
        if fault.cut:
            self.socket.sendall(head + body[:len(body) // 2])
            raise Gone
        if not fault.trickle:
            self.socket.sendall(head + body)
            return
        self.socket.sendall(head)
        step = max(1, -(-len(body) // TRICKLES))
        for at in range(0, len(body), step):
            self.pause(fault.trickle / TRICKLES)
            self.socket.sendall(body[at:at + step])


def render(answer, fault, stays):
    """The bytes of an answer: head and body."""
    is_page = isinstance(answer.body, str) and fault.body is None
    body = answer.body.encode() if is_page else spoil_body(fault, answer.body)
    if answer.status == 204 and fault.body is None:
        body = b""
    headers = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()), **answer.headers}
    if body or answer.status != 204:
        headers.update({"Content-Type": answer.media, "Content-Length": str(len(body))})
    headers["Connection"] = "keep-alive" if stays else "close"
    headers.update(fault.headers or {})
    lines = [f"HTTP/1.1 {answer.status} {PHRASES.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join(lines + ["", ""]).encode("latin-1"), body


PHRASES = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests",
           500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class Listener:
    """Accepts connections and hands each to `take`, until it is closed."""

    def __init__(self, host, port, take):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.socket.listen(BACKLOG)
        self.port = self.socket.getsockname()[1]
        self.take = take
        self.thread = threading.Thread(target=self._run, name="server listener", daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            self.take(plain)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.thread.join()
        self.socket.close()
