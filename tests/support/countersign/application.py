# SPDX-License-Identifier: Apache-2.0
"""Other people's PAM applications: commands on a terminal, and daemons that have one password for everything."""
import os
import re
import socket
import typing

from .harness import PATIENCE, Failure, need
from .process import Server, run
from .system import pam_service

# Stacks that docs/APPLICATIONS.md names.
CODE = ("auth required pam_countersign.so",)
PASSWORD_AND_CODE = ("auth requisite pam_unix.so nodelay", "auth requisite pam_countersign.so stack_first_factor")
ONE_CODE = ("auth required pam_countersign.so otp_echo=no retry=0",)
ONE_LINE = ("auth required pam_countersign.so auth_method=password-and-totp password_first retry=0",)


def service(name, auth):
    """The stack of an application, with nothing in the other types that could refuse."""
    pam_service(name, [*auth, "account required pam_permit.so", "session required pam_permit.so"])


class Typed(typing.NamedTuple):
    """What stood on the terminal, and how the command ended."""
    screen: str
    status: int

    def shows(self, pattern):
        return re.search(pattern, self.screen) is not None


def type_at(command, answers=(), user="alice", env=None):
    """Runs a command as `user` on a terminal of its own. Each answer is (pattern of what stands before it, text);
    the text may be a function that is called when that stands there."""
    import pexpect

    words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--reset-env", "--", "env",
             "TERM=xterm", *[f"{k}={v}" for k, v in (env or {}).items()], *map(str, command)]
    child = pexpect.spawn(words[0], words[1:], timeout=PATIENCE, encoding="utf-8", codec_errors="replace", cwd="/")
    screen = ""
    try:
        for pattern, text in answers:
            child.expect(pattern)
            screen += child.before + child.after
            child.send(text if text.startswith("\x01") else text + "\r") if isinstance(text, str) \
                else child.send(text() + "\r")
        child.expect(pexpect.EOF)
        screen += child.before
    except (pexpect.EOF, pexpect.TIMEOUT) as problem:
        raise Failure(f"{' '.join(map(str, command))}: {type(problem).__name__} after {screen!r}, "
                      f"then {child.before!r}") from None
    finally:
        child.close(force=True)
    return Typed(screen, child.exitstatus if child.exitstatus is not None else -(child.signalstatus or 0))


class Daemon(Server):
    """A server on 127.0.0.1. `program` decides whether the test can run."""

    def __init__(self, name, command, port):
        need(command[0])
        super().__init__(name, command, {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        self.port = port

    def ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def log_in_with(*command, input=None, accepted=r"(?!)"):
    """Whether a client's output says that it was let in."""
    result = run(*command, input=input, check=False)
    return re.search(accepted, result.stdout + result.stderr) is not None
