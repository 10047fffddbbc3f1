# SPDX-License-Identifier: Apache-2.0
"""Other people's PAM applications: the stacks that docs/APPLICATIONS.md names, and commands on a terminal."""
import os
import pwd
import re
import typing

from .harness import PATIENCE, Failure, Skip
from .system import pam_service

# Stacks that docs/APPLICATIONS.md names.
CODE = ("auth required pam_countersign.so",)
PASSWORD_AND_CODE = ("auth requisite pam_unix.so nodelay", "auth requisite pam_countersign.so stack_first_factor")
ONE_CODE = ("auth required pam_countersign.so one_answer",)
ONE_LINE = ("auth required pam_countersign.so one_answer auth_method=password-and-totp password_first",)


def service(name, auth):
    """The stack of an application, with nothing in the other types that could refuse."""
    pam_service(name, [*auth, "account required pam_permit.so", "session required pam_permit.so"])


class Keystrokes(str):
    """What is typed without Enter."""


class Typed(typing.NamedTuple):
    """What stood on the terminal, and how the command ended."""
    screen: str
    status: int

    def shows(self, pattern):
        return re.search(pattern, self.screen) is not None


def type_at(command, answers=(), user="alice", env=None):
    """Runs a command as `user` on a terminal of its own. Each answer is (pattern of what stands before it, text);
    the text may be a function that is called when that stands there, or None: the terminal goes away."""
    import pexpect

    words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--reset-env", "--", "env",
             "TERM=xterm", *[f"{name}={value}" for name, value in (env or {}).items()], *map(str, command)]
    child = pexpect.spawn(words[0], words[1:], timeout=PATIENCE, encoding="utf-8", codec_errors="replace", cwd="/",
                          preexec_fn=lambda: os.fchown(0, pwd.getpwnam(user).pw_uid, -1))
    screen = ""
    try:
        for pattern, text in [*answers, (pexpect.EOF, None)]:
            child.expect(pattern)
            screen += child.before + (child.after if pattern is not pexpect.EOF else "")
            if text is None:
                break
            child.send(text if isinstance(text, Keystrokes) else (text() if callable(text) else text) + "\r")
    except (pexpect.EOF, pexpect.TIMEOUT) as problem:
        raise Failure(f"{' '.join(map(str, command))}: {type(problem).__name__} after {screen!r}, "
                      f"then {child.before!r}") from None
    finally:
        child.close(force=True)
    return Typed(screen, child.exitstatus if child.exitstatus is not None else -(child.signalstatus or 0))


def each_installed(kinds, check):
    """Runs check(kind) for every kind whose program is installed, and says which are not; skips if none is."""
    missing = []
    for kind in kinds:
        try:
            check(kind)
        except Skip as skip:
            missing.append(str(skip))
            print(f"SKIP {skip}", flush=True)
    if len(missing) == len(kinds):
        raise Skip("; ".join(missing))
