"""A peer that speaks the wire protocol by itself, packet by packet (docs/PROTOCOL.md)."""
import socket
import struct

from .harness import PATIENCE, expect_equal
from .product import SOCKET

HELLO, WELCOME, REQUEST, ACCEPTED, ROUND, ANSWERS = range(1, 7)
VERDICT = 9


def _field(tag, value):
    data = struct.pack("!I", value) if isinstance(value, int) else value.encode()
    return struct.pack("!HH", tag, len(data)) + data


class Peer:
    """One connection. Ends when it is closed, or with its `with` block."""

    def __init__(self, path=SOCKET):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(path)

    def send(self, kind, *fields):
        """Fields are (tag, number or text)."""
        self.socket.send(bytes([kind]) + b"".join(_field(tag, value) for tag, value in fields))

    def expect(self, kind):
        """Waits for a packet of this kind; its fields as bytes."""
        got = self.socket.recv(65536)
        expect_equal(got[:1], bytes([kind]), "the kind of the packet")
        return got[1:]

    def greet(self):
        self.send(HELLO, (1, 1), (2, 2))
        self.expect(WELCOME)

    def ask(self, user, service="sshd", rhost="192.0.2.1"):
        """Up to the first prompt."""
        self.send(REQUEST, (1, service), (2, user), (3, rhost), (4, "ssh"), (8, 0))
        self.expect(ACCEPTED)
        self.expect(ROUND)

    def answer(self, text):
        self.send(ANSWERS, (1, text))

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
