# SPDX-License-Identifier: Apache-2.0
"""People who look after their own factors (countersign self), each at a terminal of their own."""
import re

from .harness import PATIENCE, Failure, secret
from .product import COUNTERSIGN
from .self_enroll import app_of, codes_of

SELF = "countersign-self"
ASKS = "Verification code: "
NEW_ASKS = "that the app then shows: "


class AtShell:
    """`countersign self WORDS` as that user. `prefix` are words before the command."""

    def __init__(self, user, *words, prefix=(), program=COUNTERSIGN, env=()):
        import pexpect

        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--reset-env", "--", "env",
                   "TERM=xterm", "LANG=C.UTF-8", *env, *prefix, program, "self", *map(str, words)]
        self.child = pexpect.spawn(command[0], command[1:], timeout=PATIENCE, encoding="utf-8", cwd="/",
                                   codec_errors="replace", dimensions=(40, 100))
        self.screen = ""

    def prompt(self, *texts):
        """What stood before the one of these that comes next, and it."""
        import pexpect

        try:
            self.child.expect_exact(list(texts or (NEW_ASKS, ASKS)))
        except (pexpect.EOF, pexpect.TIMEOUT):
            raise Failure(f"no prompt, but {self.screen + self.child.before!r}") from None
        shown = (self.child.before + self.child.after).replace("\r\n", "\n")
        self.screen += shown
        return shown

    def type(self, text):
        self.child.send(text + "\r")

    def answer(self, text, *texts):
        """Waits for a prompt, and answers it; what stood there."""
        shown = self.prompt(*texts)
        self.type(text)
        return shown

    def app(self):
        """The app, after its owner has typed the key that comes now."""
        return app_of(self.prompt(NEW_ASKS))

    def end(self):
        """The exit status, when it has ended by itself; what was shown since the last prompt is in `rest`."""
        import pexpect

        try:
            self.child.expect_exact(pexpect.EOF)
        except pexpect.TIMEOUT:
            raise Failure(f"it goes on after {self.screen + self.child.before!r}") from None
        self.rest = self.child.before.replace("\r\n", "\n")
        self.screen += self.rest
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus

    def codes(self):
        return codes_of(self.rest)

    def hang_up(self):
        """The terminal goes away."""
        self.child.close(force=True)


def run_self(user, *words, answers=(), **options):
    """All of it, with one answer for each prompt: an AtShell that has ended, with its `status`."""
    session = AtShell(user, *words, **options)
    for text in answers:
        session.answer(text)
    session.status = session.end()
    return session


def lists(user, code):
    """A user's factors as the user sees them, {id: kind}, and how many recovery codes are left."""
    session = run_self(user, "list", answers=[code])
    if session.status != 0:
        raise Failure(f"self list: {session.screen!r}")
    rows = re.findall(r"^ +(\d+)  (totp|hotp|u2f)  ", session.rest, re.M)
    return {int(number): kind for number, kind in rows}, int(re.search(r"codes left: (\d+)", session.rest)[1])


def set_up(session, wrong=0):
    """From the new key to the end, with so many wrong codes first: the app. The session has its `status`."""
    app = session.app()
    for _ in range(wrong):
        session.type(app.wrong())
        session.prompt(NEW_ASKS)
    session.type(secret(app.code(), "the first code of a new factor"))
    session.status = session.end()
    return app
