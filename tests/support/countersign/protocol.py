# SPDX-License-Identifier: Apache-2.0
"""The broker's protocol from the outside (docs/PROTOCOL.md), for peers that behave as no module would."""
import array
import os
import pwd
import socket
import struct

from .harness import PATIENCE, Failure
from .product import SOCKET

HELLO, WELCOME, REQUEST, ACCEPTED, ROUND, ANSWERS, AUTHTOK_ASK, AUTHTOK, VERDICT = range(1, 10)
NEWEST = 5  # the version of this release
MAY_IGNORE = 0x8000
FLAG_CONFIG_FILE = 2
FLAG_REASON = 16
# Tags of the request.
SERVICE, USER_NAME, RHOST, TTY, RUSER, SSH_CONNECTION, SSH_AUTH_INFO, FLAGS, ARGUMENT, CLIENT, PHASE = range(1, 12)


def uint(number):
    return struct.pack(">I", number)


def message(kind, *fields):
    """A packet; each field is (tag, bytes)."""
    return bytes([kind]) + b"".join(struct.pack(">HH", tag, len(value)) + value for tag, value in fields)


def fields_of(packet):
    """[(tag, value)] of a packet."""
    found, at = [], 1
    while at < len(packet):
        tag, length = struct.unpack_from(">HH", packet, at)
        found.append((tag, packet[at + 4:at + 4 + length]))
        at += 4 + length
    return found


def request_fields(user, service="test", flags=0, **items):
    """Fields of a request; `items` are texts by name: rhost, ssh_auth_info, arguments (a list), …"""
    fields = [(SERVICE, service.encode()), (USER_NAME, user.encode())]
    for name, tag in (("rhost", RHOST), ("tty", TTY), ("ruser", RUSER), ("ssh_connection", SSH_CONNECTION),
                      ("ssh_auth_info", SSH_AUTH_INFO)):
        if name in items:
            fields.append((tag, items[name].encode()))
    fields.append((FLAGS, uint(flags)))
    fields += [(ARGUMENT, word.encode()) for word in items.get("arguments", ())]
    return fields + ([(PHASE, uint(items["phase"]))] if "phase" in items else [])


class Peer:
    """One connection, made with the rights of `user`."""

    def __init__(self, user="root", path=SOCKET):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE)
        os.seteuid(pwd.getpwnam(user).pw_uid)
        try:
            self.socket.connect(path)
        finally:
            os.seteuid(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, packet, descriptors=()):
        """Sends anything; it is no error if the other end is already gone."""
        control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self.socket.sendmsg([packet], control, socket.MSG_NOSIGNAL)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def receive(self):
        """The next packet; b"" when the broker closed."""
        try:
            return self.socket.recv(65536)
        except ConnectionResetError:
            return b""

    def expect(self, kind):
        """The fields of the next packet, which must be of that kind."""
        packet = self.receive()
        if packet[:1] != bytes([kind]):
            raise Failure(f"message {packet[:1].hex() or 'end'} came where {kind} belongs")
        return fields_of(packet)

    def expect_end(self):
        packet = self.receive()
        if packet:
            raise Failure(f"message {packet[0]} came where the end belongs")

    def greet(self, oldest=NEWEST - 1, newest=NEWEST):
        self.send(message(HELLO, (1, uint(oldest)), (2, uint(newest))))
        (_, version), = self.expect(WELCOME)
        return struct.unpack(">I", version)[0]

    def ask(self, user, descriptors=(), **items):
        """Greets and asks for a login; it is running when this returns."""
        self.greet()
        self.send(message(REQUEST, *request_fields(user, **items)), descriptors)
        self.expect(ACCEPTED)

    def answer(self, *texts):
        self.send(message(ANSWERS, *((1, text.encode()) for text in texts)))

    def converse(self, answers=()):
        """Answers prompts until the verdict; ([prompt], verdict's name). The last answer is repeated."""
        prompts, left = [], list(answers)
        while True:
            packet = self.receive()
            if packet[:1] == bytes([VERDICT]):
                return prompts, dict(fields_of(packet))[2].decode()
            if packet[:1] != bytes([ROUND]):
                raise Failure(f"message {packet[:1].hex() or 'end'} came where a round belongs")
            prompts += [value[1:].decode() for tag, value in fields_of(packet) if tag == 2]
            self.answer(left.pop(0) if len(left) > 1 else left[0])

    def login(self, user, answers=(), descriptors=(), **items):
        self.ask(user, descriptors, **items)
        return self.converse(answers)
