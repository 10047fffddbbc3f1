# SPDX-License-Identifier: Apache-2.0
"""Security keys in software (support/softkey), the helper that talks to them, and what they sign."""
import base64
import contextlib
import hashlib
import os
import pathlib
import pwd
import socket
import struct
import subprocess
import threading

from .harness import PATIENCE, SANITIZE, WORKDIR, expect
from .process import run
from .product import countersign

HELPER = "/usr/lib/countersign/countersign-u2f-host"
HELPER_USER = "countersign-u2f"
HELPER_SOCKET = "/run/countersign/u2f.sock"
TOUCH = "/usr/bin/countersign-touch"
REGISTER, AUTHENTICATE = 0, 1
OK, NO_KEY, REFUSED, NOT_TOUCHED, FAILED, CANCELLED, PIN_NEEDED, PIN_WRONG, PIN_RESTS, PIN_BLOCKED, CANNOT_VERIFY, \
    PIN_KEPT, PIN_STALE, NO_U2F = range(14)
DISCOURAGED, PREFERRED, REQUIRED = range(3)
WAIT, FIDO2, ATTESTATION = 1, 2, 4


@contextlib.contextmanager
def key_of_root():
    """The name of the device of a security key that root alone may open."""
    node = pathlib.Path("/dev/hidraw-test")
    run("mount", "-t", "tmpfs", "none", "/sys/class")
    try:
        folder = pathlib.Path("/sys/class/hidraw") / node.name / "device"
        folder.mkdir(parents=True)
        (folder / "report_descriptor").write_bytes(bytes.fromhex("06d0f10901a101c0"))
        node.touch(0o600)
        yield node
    finally:
        node.unlink(missing_ok=True)
        run("umount", "/sys/class")


class Keys:
    """The plugged-in keys. Their folder is in /dev, where the helper may look."""

    def __init__(self, owner="root", folder="/dev/softkey"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.account = pwd.getpwnam(owner)
        for path in self.folder.iterdir():
            path.unlink()

    def plug(self, number=0, words=""):
        """Plugs in a key, or changes what a plugged-in key does."""
        for name, text in ((f"key{number}.counter", "0\n"), (f"key{number}.pin", "0 0\n"), (f"key{number}", words)):
            path = self.folder / name
            if path.suffix and path.exists():
                continue
            fresh = path.with_name("fresh")
            fresh.write_text(text)
            os.chown(fresh, self.account.pw_uid, self.account.pw_gid)
            os.chmod(fresh, 0o600)
            os.rename(fresh, path)

    def pull(self, number=0):
        (self.folder / f"key{number}").unlink()

    def counter(self, number=0):
        return (self.folder / f"key{number}.counter").read_text()

    def environment(self):
        """The environment for a program that must find these keys."""
        found = {**os.environ, "CS_SOFTKEY": str(self.folder), "LD_PRELOAD": os.environ["CS_SOFTKEY_LIBRARY"]}
        if SANITIZE:
            found["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        return found

    def helper(self, connection, **options):
        """Starts countersign-u2f-host with that descriptor, as systemd does."""
        saved = os.dup(connection)
        environment = self.environment()
        if SANITIZE:
            # The leak check at exit reads /proc, to which the helper has given up access.
            environment["ASAN_OPTIONS"] += ":detect_leaks=0"

        def give():
            os.dup2(saved, 3, inheritable=True)

        try:
            return subprocess.Popen([HELPER], stdin=subprocess.DEVNULL, env=environment, preexec_fn=give,
                                    user=HELPER_USER, group=HELPER_USER, extra_groups=[],
                                    pass_fds=(3,) if saved == 3 else (3, saved), **options)
        finally:
            os.close(saved)


def text_of(text):
    return bytes([len(text.encode())]) + text.encode()


class Helper:
    """countersign-u2f-host with one connection; what systemd does for each of them."""

    def __init__(self, keys):
        self.socket, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE)
        self.process = keys.helper(end.fileno(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        end.close()

    def send(self, purpose, handles=(), milliseconds=PATIENCE * 1000, wait=0, app="pam://host", client=b"x", fido2=0,
             verification=DISCOURAGED, pin="", must_verify=0, user="alice", attestation=0):
        packet = struct.pack(">BBBBI", 2, purpose, wait | FIDO2 * fido2 | ATTESTATION * attestation, verification, milliseconds)
        packet += text_of(app) + hashlib.sha256(client).digest() + text_of(user) + text_of(pin) + bytes([len(handles)])
        self.socket.send(packet + b"".join(bytes([len(handle), must_verify]) + handle for handle in handles))

    def answer(self):
        """(result, bytes), or None if it broke off."""
        try:
            packet = self.socket.recv(65536)
        except ConnectionResetError:
            packet = b""
        if not packet:
            return None
        expect(packet[0] == 2, f"an answer of version {packet[0]}")
        return packet[1], packet[2:]

    def end(self):
        """(exit status, log)."""
        self.socket.close()
        output, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output


class HelperSocket:
    """What systemd does for countersign-u2f-host: a process for each connection. They log to `log`, an open file, or
    where the test does."""

    def __init__(self, keys, log=None):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(HELPER_SOCKET)
        os.chmod(HELPER_SOCKET, 0o666)
        self.listener.listen()
        self.keys, self.processes, self.log = keys, [], log
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.take(connection)

    def take(self, connection):
        self.processes.append(self.keys.helper(connection.fileno(), stdout=self.log, stderr=self.log))
        connection.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        os.unlink(HELPER_SOCKET)
        for process in self.processes:
            process.wait(PATIENCE)


class FalseHelper(HelperSocket):
    """What fails in the helper's place: each of `replies` is sent to one connection, the last to all that follow. b""
    closes at once, None never answers."""

    def __init__(self, *replies):
        super().__init__(None)
        self.replies, self.held = list(replies), []

    @property
    def asked(self):
        return len(self.held)

    def take(self, connection):
        reply = self.replies[min(self.asked, len(self.replies) - 1)]
        self.held.append(connection)
        if reply:
            connection.recv(65536)
            connection.send(reply)
        if reply is not None:
            connection.close()

    def __exit__(self, *what):
        super().__exit__(*what)
        for connection in self.held:
            connection.close()


def registered(data):
    """(handle, public key) in the helper's answer: its form, then U2F's registration data or a FIDO2 credential."""
    form, data = data[0], data[1:]
    if form == 1:
        expect(data[0] == 5, f"registration data starts with {data[0]}")
        return data[67:67 + data[66]], data[1:66]
    expect(form == 2, f"a registration of form {form}")
    length = int.from_bytes(data[55:57])
    handle, key = data[57:57 + length], data[57 + length:]
    if key.startswith(bytes.fromhex("a4010103272006215820")):
        return handle, key[10:42]
    expect(key.startswith(bytes.fromhex("a5010203262001215820")), f"a public key {key[:10].hex()}")
    return handle, b"\4" + key[10:42] + key[45:77]


def registered_handle(data):
    return registered(data)[0]


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def import_key(users, keys, app):
    """One key for all of these users: it is registered once and imported for each of them."""
    helper = Helper(keys)
    helper.send(REGISTER, app=app)
    result, data = helper.answer()
    helper.end()
    expect(result == OK, f"registering ended with {result}")
    path = WORKDIR / "keys" / "u2f_keys"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text("".join(f"{user}:{encode(registered_handle(data))},{registered(data)[1].hex()}\n" for user in users))
    countersign("import", "pam-u2f", path, "--app-id", app)


def signed(keys, line, host):
    """What countersign-touch answers on the machine of the person."""
    return run(TOUCH, "--host", host, input=line + "\n", env=keys.environment()).stdout.strip()
