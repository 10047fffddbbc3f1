# SPDX-License-Identifier: Apache-2.0
"""countersign whose output goes nowhere, behind a pager that waits or a terminal that is stopped: logins go on."""
import contextlib
import os
import subprocess
import termios
import time

from countersign import *

PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
PROMPT = 3  # seconds within which a login must succeed
WRITE = "1" if os.uname().machine == "x86_64" else "64"  # the number of write(2)
MANY = 3000
FILE = WORKDIR / "many"


def test_prepare():
    stack("auth_method=totp", "retry=0", "require_broker")
    write_config({"throttle": False})
    enroll("bob")
    FILE.write_text("".join(f"user{number}\n" for number in range(MANY)))


class FullPipe:
    """A pipe that takes no more."""

    def __init__(self):
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.writer, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.writer, bytes(4096))
        os.set_blocking(self.writer, True)

    def free(self):
        pass


class StoppedTerminal:
    """A terminal after Ctrl-S."""

    def __init__(self):
        self.reader, self.writer = os.openpty()
        termios.tcflow(self.writer, termios.TCOOFF)

    def free(self):
        termios.tcflow(self.writer, termios.TCOON)


def wait_stuck(process):
    """Returns when the tool, or the child that works for it, waits in write(2)."""
    def stuck():
        if process.poll() is not None:
            raise Failure(f"it ended with {process.returncode} and wrote nothing")
        for pid in (process.pid, *descendants(process.pid)):
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{pid}/syscall").read_text().split()[0] == WRITE:
                    return True
        return False

    wait_until(stuck, "output that goes nowhere")


def drain(output, process):
    """Everything that it still writes."""
    os.set_blocking(output.reader, False)
    output.free()

    def ended():
        with contextlib.suppress(OSError):
            while os.read(output.reader, 65536):
                pass
        return process.poll() is not None

    wait_until(ended, "the end of it")


def stuck(words, status=0, input="", prepare=lambda: None):
    """The tool is stuck, and alice logs in meanwhile."""
    for kind in FullPipe, StoppedTerminal:
        prepare()
        factor = fresh("alice")
        output = kind()
        process = subprocess.Popen([COUNTERSIGN, *map(str, words)], stdin=subprocess.PIPE, stdout=output.writer,
                                   stderr=output.writer, text=True)
        try:
            process.stdin.write(input)
            process.stdin.close()
            wait_stuck(process)
            begin = time.monotonic()
            expect_equal(pam_login("alice", [factor.code()], env=PROVEN).code, "PAM_SUCCESS",
                         f"{kind.__name__}: {words}: alice")
            expect(time.monotonic() - begin < PROMPT, f"{kind.__name__}: {words}: a login had to wait")
            drain(output, process)
            expect_equal(process.returncode, status, f"{kind.__name__}: {words}: status")
        finally:
            process.kill()
            process.wait()
            os.close(output.reader)
            os.close(output.writer)


def test_import():
    with Broker():
        stuck(["import", "pam-u2f", FILE], status=1)  # no line of it has a key
        stuck(["import", "pam-u2f", FILE, "--json"], status=1)


def test_enroll():
    with Broker():
        stuck(["enroll", "totp", "carol", "--add", "--no-confirm"])
        stuck(["--no-account", "enroll", "totp", "--batch", FILE])
        stuck(["enroll", "u2f", "carol", "--request"])


def test_other_verbs():
    with Broker():
        stuck(["list", "bob"])
        stuck(["lang", "bob"])
        stuck(["recovery", "bob"])
        stuck(["recovery", "carol-without"], status=1)
        stuck(["passwd", "bob", "--stdin"], input="correct horse battery staple\n")
        stuck(["remove", "bob", 999999], status=1)
        stuck(["rekey"])
        stuck(["check"])


def test_unlock():
    """It has something to say where a step lies ahead of the clock."""
    with Broker():
        stuck(["unlock", "bob"],
              prepare=lambda: run("sqlite3", STORE, "UPDATE factor SET last_step = 1 << 40 WHERE user = 'bob'"))


main()
