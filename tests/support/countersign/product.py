# SPDX-License-Identifier: Apache-2.0
"""Countersign itself: its configuration, broker, command-line tool and codes."""
import base64
import grp
import hashlib
import hmac
import json
import os
import pathlib
import pwd
import re
import struct
import time

from .harness import WORKDIR, secret, wait_until
from .process import Server, run

BROKER = "/usr/lib/countersign/countersignd"
COUNTERSIGN = "/usr/bin/countersign"
SOCKET = "/run/countersign/broker.sock"
CONFIG = pathlib.Path("/etc/countersign/countersign.json")
USER = "countersign"


def write_config(content, path=CONFIG, mode=0o640, owner="root", group=USER):
    """`content` is the file's text, or a value to write as JSON."""
    text = content if isinstance(content, str) else json.dumps(content, indent=2) + "\n"
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    os.chown(fresh, pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid)
    os.chmod(fresh, mode)
    os.rename(fresh, path)


class Broker(Server):
    """countersignd. Further arguments as words; `env` replaces the environment."""

    def __init__(self, *arguments, program=BROKER, env=None):
        super().__init__("broker", [program, "--log", "stderr", *arguments], env)

    def ready(self):
        """It listens before it gives up root, so that a connection says too little."""
        return re.search(r"countersignd \S+ serves$", self.log(), re.M) is not None


def countersign(*words, input=None, check=True):
    """The command-line tool."""
    return run(COUNTERSIGN, *words, input=input, check=check)


def without_sshd_note(lines):
    """What `check` says, without its note on an sshd from 9.8 on: which one there is depends on the machine."""
    return [line for line in lines if not line.startswith("note OpenSSH ")]


class Totp:
    """A time-based code generator (RFC 6238)."""

    def __init__(self, secret_text, algorithm="sha1", digits=6, period=30):
        padded = secret_text.upper() + "=" * (-len(secret_text) % 8)
        self.key = base64.b32decode(padded)
        self.algorithm = algorithm
        self.digits = digits
        self.period = period

    def code(self, step=0, when=None):
        """The code `step` periods after `when` (now)."""
        return self.code_of(int(time.time() if when is None else when) // self.period + step)

    def code_of(self, counter):
        """The value of that counter (RFC 4226)."""
        digest = hmac.new(self.key, struct.pack(">Q", counter), getattr(hashlib, self.algorithm)).digest()
        offset = digest[-1] & 15
        number = struct.unpack(">I", digest[offset:offset + 4])[0] & 0x7FFFFFFF
        return str(number % 10 ** self.digits).zfill(self.digits)

    def wrong(self):
        """A code that is not valid within ten periods of now."""
        near = {self.code(step) for step in range(-10, 11)}
        return next(c for c in (str(n).zfill(self.digits) for n in range(1, 1000)) if c not in near)

    def wait_left(self, seconds):
        """Waits until at least `seconds` of the current period are left."""
        wait_until(lambda: self.period - time.time() % self.period >= seconds, "the next period",
                   self.period + 1)


class Factor(Totp):
    """A TOTP factor as `countersign enroll totp --json` made it."""

    def __init__(self, answer, **parameters):
        super().__init__(answer["secret"], **parameters)
        self.user = answer["user"]
        self.id = answer["id"]
        self.secret = secret(answer["secret"], f"the TOTP secret of {self.user}")
        self.uri = answer["uri"]
        self.recovery_codes = [secret(c, f"a recovery code of {self.user}") for c in answer["recovery_codes"]]

    def code(self, step=0, when=None):
        return secret(super().code(step, when), f"a code of {self.user}")


def enroll(user, secret_text=None, algorithm="sha1", digits=6, period=30):
    """Enrols a TOTP factor without confirmation, be it a further one; a Factor."""
    words = ["enroll", "totp", user, "--add", "--no-confirm", "--json", "--algorithm", algorithm,
             "--digits", digits, "--period", period]
    if secret_text is not None:
        words += ["--secret", "-"]
    result = countersign(*words, input=None if secret_text is None else secret_text + "\n")
    return Factor(json.loads(result.stdout), algorithm=algorithm, digits=digits, period=period)


class Hotp(Factor):
    """A HOTP factor as `countersign enroll hotp --json` made it. The device stands at `counter`."""

    def __init__(self, answer, **parameters):
        super().__init__(answer, **parameters)
        self.counter = answer["counter"]

    def code(self, ahead=0):
        """The code that the device shows after it was pressed `ahead` times in vain; it is not pressed."""
        return secret(self.code_of(self.counter + ahead), f"a code of {self.user}")

    def press(self):
        self.counter += 1
        return secret(self.code_of(self.counter - 1), f"a code of {self.user}")

    def wrong(self):
        """A code of none of the next 300 counters, nor of the 300 before."""
        near = {self.code_of(counter) for counter in range(max(0, self.counter - 300), self.counter + 300)}
        return next(c for c in (str(n).zfill(self.digits) for n in range(1, 1000)) if c not in near)


def enroll_hotp(user, *words, secret_text=None, algorithm="sha1", digits=6, counter=0):
    """Enrols a HOTP factor without confirmation, be it a further one; a Hotp."""
    words = [*words, "enroll", "hotp", user, "--add", "--no-confirm", "--json", "--algorithm", algorithm, "--digits", digits,
             "--counter", counter]
    if secret_text is not None:
        words += ["--secret", "-"]
    result = countersign(*words, input=None if secret_text is None else secret_text + "\n")
    return Hotp(json.loads(result.stdout), algorithm=algorithm, digits=digits)


def enroll_batch(users, *options, algorithm="sha1", digits=6, period=30):
    """Enrols many in one transaction; a dictionary of their factors."""
    words = f"algorithm={algorithm} digits={digits} period={period}"
    path = WORKDIR / "keys" / "batch"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text("".join(f"{user} {words}\n" for user in users))
    answers = map(json.loads, countersign("enroll", "totp", "--add", "--batch", path, *options).stdout.splitlines())
    return {answer["user"]: Factor(answer, algorithm=algorithm, digits=digits, period=period)
            for answer in answers}
