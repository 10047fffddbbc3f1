# SPDX-License-Identifier: Apache-2.0
"""PuTTY: the messages that it exchanges with an authentication plugin, and logins of Debian's plink with one."""
import os
import select
import struct
import subprocess

from .harness import PATIENCE, SANITIZE, WORKDIR, expect, expect_equal, running
from .process import run
from .ssh import client_key
from .u2f import TOUCH

INIT, INIT_RESPONSE, PROTOCOL, ACCEPT, REJECT, SUCCESS, FAILURE, INIT_FAILURE = range(1, 9)
SERVER_REQUEST, SERVER_RESPONSE, USER_REQUEST, USER_RESPONSE = range(20, 24)


def number(value):
    return struct.pack(">I", value)


def string(text):
    data = text.encode() if isinstance(text, str) else text
    return number(len(data)) + data


def questions(*prompts, name="", instruction="", language=""):
    """The fields of a request; each prompt is a text, or (text, echo)."""
    pairs = [prompt if isinstance(prompt, tuple) else (prompt, False) for prompt in prompts]
    return string(name) + string(instruction) + string(language) + number(len(pairs)) + \
        b"".join(string(text) + bytes([echo]) for text, echo in pairs)


def answers(*texts):
    return number(len(texts)) + b"".join(map(string, texts))


def strings(data):
    """The strings that `data` consists of."""
    found = []
    while data:
        length, = struct.unpack_from(">I", data)
        expect(4 + length <= len(data), f"a string that is cut short: {data!r}")
        found.append(data[4:4 + length].decode())
        data = data[4 + length:]
    return found


def read_questions(fields):
    """(name, instruction, language, [(prompt, echo), ...])"""
    texts = []
    for _ in range(3):
        length, = struct.unpack_from(">I", fields)
        texts.append(fields[4:4 + length].decode(errors="replace"))
        fields = fields[4 + length:]
    count, = struct.unpack_from(">I", fields)
    fields, prompts = fields[4:], []
    for _ in range(count):
        length, = struct.unpack_from(">I", fields)
        prompts.append((fields[4:4 + length].decode(errors="replace"), bool(fields[4 + length])))
        fields = fields[5 + length:]
    expect_equal(fields, b"", "what follows the prompts")
    return (*texts, prompts)


def warning(host):
    """What PuTTY shows before the first question of the server whose answer is hidden, as that to a PIN is."""
    return f"{host} itself asks what follows.\nA server never asks for the PIN of a security key: do not type it there."


class Plugin:
    """countersign-touch --putty, with a PuTTY in Python at the other end."""

    def __init__(self, keys, *words, user=None):
        environment = keys.environment()
        if user and SANITIZE:  # looks for leaks by ptrace, which only root may
            environment["ASAN_OPTIONS"] += ":detect_leaks=0"
        self.process = subprocess.Popen([TOUCH, "--putty", *words], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, user=user)
        self.host, self.warned = "", False
        running.append(self)

    def kill(self):
        running.remove(self)
        self.process.kill()
        self.process.communicate()

    def send_bytes(self, data):
        self.process.stdin.write(data)

    def send(self, kind, fields=b""):
        self.send_bytes(number(1 + len(fields)) + bytes([kind]) + fields)

    def _read(self, length):
        data = b""
        while len(data) < length:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            expect(ready, f"the plugin says nothing, after {data!r}")
            piece = self.process.stdout.read(length - len(data))
            if not piece:
                break
            data += piece
        return data

    def receive(self):
        """(type, fields), or None at the end of the output."""
        head = self._read(4)
        if not head:
            return None
        length, = struct.unpack(">I", head)
        body = self._read(length)
        expect_equal(len(body), length, "bytes of a message")
        return body[0], body[1:]

    def expect(self, kind):
        """The fields of the next message."""
        message = self.receive()
        expect(message is not None, f"the plugin has ended instead of a message {kind}")
        expect_equal(message[0], kind, f"type of the message {message[1]!r}")
        return message[1]

    def begin(self, host="server.example", version=2):
        self.host = host
        self.send(INIT, number(version) + string(host) + number(22) + string(""))
        expect_equal(self.expect(INIT_RESPONSE), number(2) + string(""), "version and user")
        self.accept()
        return self

    def accept(self):
        self.send(PROTOCOL, string("keyboard-interactive"))
        expect_equal(self.expect(ACCEPT), b"", "fields of the consent")

    def ask(self, *prompts, **texts):
        self.send(SERVER_REQUEST, questions(*prompts, **texts))

    def told(self):
        """The notice that the plugin has PuTTY show."""
        name, instruction, language, prompts = read_questions(self.expect(USER_REQUEST))
        expect_equal((name, language, prompts), ("", "", []), "the rest of a notice")
        self.send(USER_RESPONSE, answers())
        return instruction

    def answered(self):
        """The plugin's answer to the one prompt."""
        fields = self.expect(SERVER_RESPONSE)
        expect_equal(fields[:4], number(1), "number of answers")
        answer, = strings(fields[4:])
        return answer

    def passed_on(self, fields, reply):
        """Expects that question to be passed on as it is, and what the person answers too."""
        if not self.warned and any(not echo for _, echo in read_questions(fields)[3]):
            self.warned = True
            expect_equal(self.told(), warning(self.host), "the warning")
        expect_equal(self.expect(USER_REQUEST), fields, "the question")
        self.send(USER_RESPONSE, reply)
        expect_equal(self.expect(SERVER_RESPONSE), reply, "the answer")

    def end(self):
        """Ends PuTTY: (exit status, standard error)."""
        self.process.stdin.close()
        expect_equal(self.receive(), None, "a message after the end")
        status = self.process.wait(PATIENCE)
        running.remove(self)
        self.process.stdout.close()
        with self.process.stderr:
            return status, self.process.stderr.read().decode()


HOME = WORKDIR / "plink"


def plink(sshd, user, *words, keys=None, options="", publickey=True, program="plink", **settings):
    """The command of a login by plink, to be followed by user and host, whose plugin uses those keys; without them
    there is no plugin. `settings` are those of the saved session, `options` the plugin's."""
    folder = HOME / ".putty" / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    if keys is not None:
        preload = " ".join(f"{name}={value}" for name, value in keys.environment().items()
                           if os.environ.get(name) != value)
        settings["AuthPlugin"] = f"env {preload} {TOUCH} --putty {options}"
    (folder / "saved").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    key = client_key(user)
    ppk = key.with_suffix(".ppk")
    if not ppk.exists():
        run("puttygen", key, "-O", "private", "-o", ppk)
    fingerprint = run("ssh-keygen", "-l", "-f", WORKDIR / "keys/host.pub").stdout.split()[1]
    return ["env", f"HOME={HOME}", program, "-load", "saved", "-P", str(sshd.port), "-hostkey", fingerprint,
            *(["-i", str(ppk)] if publickey else []), *words]
