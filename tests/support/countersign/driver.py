# SPDX-License-Identifier: Apache-2.0
"""pam-driver: a PAM login without a server."""
import os
import re
import select
import signal
import subprocess
import sys

from .harness import PATIENCE, Failure, running
from .process import run

PAM_DRIVER = os.environ.get("CS_PAM_DRIVER", "pam-driver")


def _unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)


class PamResult:
    """What pam-driver printed."""

    def __init__(self, status, text):
        self.status = status
        self.text = text
        self.lines = [tuple(map(_unescape, line.split(": ", 1))) for line in text.splitlines() if ": " in line]
        self.code = next((v.split()[0] for k, v in self.lines if k == "result"), None)
        self.account = next((v.split()[0] for k, v in self.lines if k == "account"), None)
        self.prompts = [(v, k == "prompt(echo)") for k, v in self.lines if k.startswith("prompt(")]
        self.infos = [v for k, v in self.lines if k == "info"]
        self.errors = [v for k, v in self.lines if k == "error"]
        self.env = dict(v.split("=", 1) for k, v in self.lines if k == "env")
        # With threads or repetitions: (code, milliseconds in pam_authenticate, in everything).
        self.runs = [(m[1], float(m[2]), float(m[3])) for m in re.finditer(
            r"^(?:thread|run) \d+: (\w+) ([\d.]+) ms whole ([\d.]+) ms$", text, re.M)]

    def count(self, code):
        """How many of the runs ended with this code."""
        return sum(run[0] == code for run in self.runs)


def _driver_command(user, service, confdir, options):
    command = [PAM_DRIVER, "--confdir", str(confdir), "--service", service]
    for name, value in options.items():
        word = "--" + name.replace("_", "-")
        if value is True:
            command.append(word)
        elif isinstance(value, dict):
            for item in value.items():
                command += [word, "=".join(item)]
        elif value is not None and value is not False:
            command += [word, str(value)]
    return command + ([] if user is None else ["--user", user])


def pam_login(user, answers=(), service="test", confdir="/etc/pam.d", environ=None, **options):
    """One run of pam-driver. Options are its own: rhost="…", env={"K": "V"}, silent=True, threads=32, …

    `user` may be a dictionary of users and their lists of answers; `answers` are then given for all of them.
    """
    users = user if isinstance(user, dict) else {user: []}
    command = _driver_command(None, service, confdir, options)
    for answer in answers:
        command += ["--answer", answer]
    for name, own in users.items():
        command += ["--user", name]
        for answer in own:
            command += ["--answer", answer]
    result = run(*command, check=False, env=environ)
    if result.stderr:
        print(result.stderr, end="", file=sys.stderr)
    if result.returncode == 120:
        raise Failure(f"pam-driver: {result.stderr}")
    return PamResult(result.returncode, result.stdout)


class PamLogins:
    """Logins at once, which go on while the test does something else. `users` are pairs: a user, a list of answers."""

    def __init__(self, users, service="test", confdir="/etc/pam.d", **options):
        command = _driver_command(None, service, confdir, {**options, "threads": len(users)})
        for name, answers in users:
            command += ["--user", name, *[word for answer in answers for word in ("--answer", answer)]]
        self.users = [name for name, _ in users]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(self)

    def codes(self):
        """When all have ended: a list of users and what PAM told the application."""
        text, _ = self.process.communicate(timeout=PATIENCE)
        running.remove(self)
        codes = [code for code, _, _ in PamResult(self.process.returncode, text).runs]
        return list(zip(self.users, codes, strict=True))

    def kill(self, number=signal.SIGKILL):
        if self in running:
            running.remove(self)
        self.process.send_signal(number)
        self.process.wait(PATIENCE)


class PamSession:
    """pam-driver step by step, to do something while a prompt waits."""

    def __init__(self, user, service="test", confdir="/etc/pam.d", environ=None, prefix=(), **options):
        """`prefix` is a command to run it under, such as strace with its arguments."""
        command = [*prefix, *_driver_command(user, service, confdir, {**options, "interactive": True})]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                        env=environ)
        self.text = ""
        self._buffer = b""
        running.append(self)

    def line(self):
        """Returns the next line of the transcript as (kind, text), or None at the end."""
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            if not ready:
                raise Failure(f"pam-driver says nothing more: {self.text!r}")
            chunk = self.process.stdout.read(65536)
            if not chunk:
                return None
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        self.text += line.decode("utf-8", "replace") + "\n"
        kind, _, text = line.decode("utf-8", "replace").partition(": ")
        return kind, _unescape(text)

    def prompt(self):
        """Reads up to the next prompt and returns it."""
        while True:
            line = self.line()
            if line is None or line[0] == "result":
                raise Failure(f"no prompt came: {self.text!r}")
            if line[0].startswith("prompt("):
                return line[1]

    def answer(self, text):
        self.process.stdin.write(text.encode() + b"\n")

    def result(self):
        """Reads to the end; a PamResult."""
        while self.line() is not None:
            pass
        self.process.stdin.close()
        running.remove(self)
        return PamResult(self.process.wait(PATIENCE), self.text)

    def kill(self, number=signal.SIGKILL):
        if self in running:
            running.remove(self)
        self.process.send_signal(number)
        self.process.wait(PATIENCE)

    @property
    def pid(self):
        return self.process.pid
