#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Servers for tests of the HTTP client, on ports that the kernel picks, until standard input ends.

usage: http_server.py FOLDER (with -W ignore: an old TLS is wanted here)

Makes certificates in FOLDER (ca.pem is the one to trust), then prints "NAME PORT" for each server and
"ready". Paths are explained at the functions that answer them.
"""
import collections
import datetime
import ipaddress
import json
import os
import select
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NAMES = (*map(x509.DNSName, ("localhost", "fast.test", "stall.test")),
         x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
authorities = {}  # name: key and subject
lock = threading.Lock()
seen = collections.Counter()      # requests by the last part of the path
connections = collections.Counter()  # "now" and "most", of the server "https"


# ---- certificates ----

def sign(name, key, issuer, signer, days, extensions):
    """Made here, because no command of openssl's that makes a certificate can give it a past end in every version."""
    day = datetime.timedelta(days=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now + days[0] * day)
            .not_valid_after(now + days[1] * day))
    for extension in extensions:
        made = made.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return made.sign(signer, hashes.SHA256())


def certificate(folder, name, alternatives=None, days=(-1, 2), issuer="ca"):
    """`days` from now it begins and ends. Without an issuer it is an authority."""
    path = os.path.join(folder, name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    key = ec.generate_private_key(ec.SECP256R1())
    if issuer is None:
        signer, signed_by = key, subject
        extensions = [x509.BasicConstraints(ca=True, path_length=None)]
    else:
        signer, signed_by = authorities[issuer]
        extensions = [x509.SubjectAlternativeName(alternatives)]
    made = sign(subject, key, signed_by, signer, days, extensions)
    with open(path + ".key", "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with open(path + ".pem", "wb") as file:
        file.write(made.public_bytes(Encoding.PEM))
    if issuer is None:
        authorities[name] = key, subject


def context(folder, name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = os.path.join(folder, name)
    made.load_cert_chain(path + ".pem", path + ".key")
    return made


# ---- the server ----

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()
        with lock:
            connections["now"] += 1
            connections["most"] = max(connections["most"], connections["now"])
        super().setup()

    def finish(self):
        with lock:
            connections["now"] -= 1
        try:
            super().finish()
        except OSError:
            pass

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say(self, status, document, headers=()):
        self.answer(status, json.dumps(document).encode(), (("Content-Type", "application/json"), *headers))

    def do_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path if self.path.startswith("/") else "/" + self.path.split("/", 3)[3]
        first, *rest = path.split("?")[0].strip("/").split("/")
        with lock:
            seen[rest[-1] if rest else first] += 1
        answer = getattr(self, "path_" + first.replace(".", "_"), None)
        if answer is None:
            self.say(404, {})
        else:
            answer(rest, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_any

    def path_ok(self, rest, body):
        self.say(200, {"ok": True})

    def path_empty(self, rest, body):
        self.answer(204)

    def path_echo(self, rest, body):
        lines = [f"{self.command} {self.path} from {self.client_address[1]}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        self.answer(200, "\n".join(lines + ["", body.decode()]).encode(), (("Content-Type", "text/plain"),))

    def path_big(self, rest, body):
        """big/BYTES"""
        self.answer(200, b"x" * int(rest[0]))

    def path_chunks(self, rest, body):
        """Without an end and without a length."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        except OSError:
            self.close_connection = True

    def path_header(self, rest, body):
        """header/BYTES, in lines of 1000"""
        self.answer(200, b"", [("X-Line", "x" * 1000)] * (int(rest[0]) // 1000))

    def path_packed(self, rest, body):
        self.answer(200, b"not gzip at all", (("Content-Encoding", "gzip"),))

    def path_redirect(self, rest, body):
        self.answer(302, b"", (("Location", "/ok/redirected"),))

    def path_dated(self, rest, body):
        """dated/DATE/AGE: a server that names another time, and a cache in front of it; - for none"""
        self.send_response_only(200)
        for name, value in (("Date", rest[0].replace("_", " ")), ("Age", rest[1])):
            if value != "-":
                self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def path_status(self, rest, body):
        """status/CODE/RETRY-AFTER/NAME"""
        headers = (("Retry-After", rest[1]),) if rest[1] != "-" else ()
        self.say(int(rest[0]), {"status": rest[0]}, headers)

    def path_flaky(self, rest, body):
        """flaky/CODE/RETRY-AFTER/NAME: the first time that, then 200"""
        if seen[rest[-1]] == 1:
            self.path_status(rest, body)
        else:
            self.path_ok(rest, body)

    def path_turn(self, rest, body):
        """turn/NUMBER/CODE/RETRY-AFTER/NAME: so often the same answer, then that, or "same" with a Retry-After, or
        "reset", or "hang" """
        if seen[rest[-1]] <= int(rest[0]) or rest[1] == "same":
            late = seen[rest[-1]] > int(rest[0])
            self.say(200, {"state": "pending"}, (("Retry-After", rest[2]),) if late else ())
        elif rest[1] in ("reset", "hang"):
            getattr(self, "path_" + rest[1])(rest, body)
        else:
            self.path_status(rest[1:], body)

    def path_hang(self, rest, body):
        """Until the client goes."""
        select.select([self.connection], [], [])
        self.close_connection = True

    def path_reset(self, rest, body):
        self.close_connection = True

    def path_resetonce(self, rest, body):
        if seen[rest[-1]] == 1:
            self.close_connection = True
        else:
            self.path_ok(rest, body)

    def path_halfline(self, rest, body):
        """Some bytes of an answer, no status line."""
        self.wfile.write(b"HTTP/1.1 20")
        self.close_connection = True

    def path_thenclose(self, rest, body):
        """Says in the headers that it keeps the connection, but closes it."""
        self.path_ok(rest, body)
        self.close_connection = True

    def path_cut(self, rest, body):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"ten bytes.")
        self.close_connection = True

    def path_stall(self, rest, body):
        """A status line, some bytes, then nothing."""
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"ten bytes.")
        self.path_hang(rest, body)

    def path_seen(self, rest, body):
        """seen/NAME/-: how many requests ended in NAME"""
        self.answer(200, str(seen[rest[0]]).encode())

    def path_most(self, rest, body):
        self.answer(200, str(connections["most"]).encode())

    def path_hold(self, rest, body):
        """Takes long enough for many requests to meet."""
        time.sleep(0.02)
        self.path_ok(rest, body)

    def path_token(self, rest, body):
        """token/KIND; NAME counts"""
        number = seen[rest[-1]]
        good = {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": 7199, "grant_id": "g"}
        if rest[0] == "good":
            time.sleep(0.02)
            self.say(200, good)
        elif rest[0] == "short":
            self.say(200, {**good, "expires_in": 1})
        elif rest[0] == "refused":
            time.sleep(0.02)
            self.say(401, {"error": "invalid_client", "error_description": "no such client"})
        elif rest[0] == "hangonce" and number == 1:
            self.path_hang(rest, body)
        elif rest[0] == "hangonce":
            self.say(200, good)
        elif rest[0] == "form":
            self.say(200, {**good, "access_token": body.decode()})


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, tls=None, handler=Handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.tls = tls

    def get_request(self):
        client, address = super().get_request()
        if self.tls is not None:
            client = self.tls.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        return client, address

    def handle_error(self, *_):
        pass


class Resets(socketserver.StreamRequestHandler):
    """Listens, then closes with a reset instead of an answer."""
    def handle(self):
        self.request.recv(65536)
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()


class Silent(socketserver.StreamRequestHandler):
    """Accepts and says nothing."""
    def handle(self):
        while self.request.recv(4096):
            pass


# ---- proxies ----

def relay(a, b):
    while True:
        for one in select.select([a, b], [], [])[0]:
            data = one.recv(65536)
            if not data:
                return
            (b if one is a else a).sendall(data)


def to_target(port):
    """Every name is this machine: the proxy looks up no other."""
    return socket.create_connection(("127.0.0.1", port))


class HttpProxy(socketserver.StreamRequestHandler):
    """CONNECT, and requests for whole URLs. The user must be user:pass word where one is given."""
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            data = self.request.recv(4096)
            if not data:
                return
            head += data
        method, target = head.split(b"\r\n")[0].decode().split(" ")[:2]
        with lock:
            seen["proxy-" + method] += 1
        if b"Proxy-Authorization: " in head and b"Basic dXNlcjpwYXNzIHdvcmQ=" not in head:
            self.request.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            return
        place = target if method == "CONNECT" else target.split("/")[2]
        other = to_target(int(place.rsplit(":", 1)[1]))
        if method == "CONNECT":
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            other.sendall(head)
        relay(self.request, other)


class SocksProxy(socketserver.StreamRequestHandler):
    """4, 4a and 5; counts whether it got a name or an address."""
    def handle(self):
        if self.rfile.read(1) == b"\x04":
            self.handle4()
        else:
            self.handle5()

    def text(self):
        got = b""
        while not got.endswith(b"\0"):
            got += self.rfile.read(1)
        return got[:-1]

    def handle4(self):
        _, port, address = struct.unpack("!BH4s", self.rfile.read(7))
        self.text()
        named = address[:3] == b"\0\0\0" and address[3] != 0
        if named:
            self.text()
        self.count("socks4", named)
        other = to_target(port)
        self.request.sendall(b"\0\x5a" + b"\0" * 6)
        relay(self.request, other)

    def handle5(self):
        self.rfile.read(self.rfile.read(1)[0])
        self.request.sendall(b"\x05\0")
        kind = self.rfile.read(4)[3]
        self.rfile.read({1: 4, 4: 16}.get(kind) or self.rfile.read(1)[0])
        port, = struct.unpack("!H", self.rfile.read(2))
        self.count("socks5", kind == 3)
        other = to_target(port)
        self.request.sendall(b"\x05\0\0\x01" + b"\0" * 6)
        relay(self.request, other)

    def count(self, version, named):
        with lock:
            seen[version + ("-name" if named else "-address")] += 1


# ---- an HTTP/2 server, where there is one ----

def try_nghttpd(folder):
    """nghttpd does not accept port 0: uses one that was free a moment ago. None if somebody has taken it."""
    path = os.path.join(folder, "good")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    child = subprocess.Popen(
        ["nghttpd", "--address=127.0.0.1", "-d", os.path.join(folder, "www"), str(port), path + ".key",
         path + ".pem"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return child, port
        except ConnectionRefusedError:
            time.sleep(0.01)
    return None


def start_nghttpd(folder):
    if shutil.which("nghttpd") is None:
        return None
    os.makedirs(os.path.join(folder, "www"), exist_ok=True)
    with open(os.path.join(folder, "www", "page"), "w", encoding="ascii") as page:
        page.write("second")
    for _ in range(5):
        started = try_nghttpd(folder)
        if started:
            return started
    return None


def main():
    folder = sys.argv[1]
    certificate(folder, "ca", issuer=None)
    certificate(folder, "stranger", issuer=None)
    certificate(folder, "good", NAMES)
    certificate(folder, "elsewhere", [x509.DNSName("elsewhere.test")])
    certificate(folder, "expired", NAMES, days=(-3, -1))
    certificate(folder, "untrusted", NAMES, issuer="stranger")
    old = context(folder, "good")
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    servers = {"http": Server(), "https": Server(context(folder, "good")), "old": Server(old),
               "resets": Server(handler=Resets), "silent": Server(handler=Silent),
               "httpproxy": Server(handler=HttpProxy), "socks": Server(handler=SocksProxy)}
    for name in ("elsewhere", "expired", "untrusted"):
        servers[name] = Server(context(folder, name))
    for name, server in servers.items():
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(name, server.server_address[1])
    second = start_nghttpd(folder)
    if second:
        print("second", second[1])
    print("ready", flush=True)
    sys.stdin.read()
    if second:
        second[0].kill()
        second[0].wait()
    os._exit(0)


if __name__ == "__main__":
    main()
