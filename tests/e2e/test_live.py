# SPDX-License-Identifier: Apache-2.0
"""An sshd that sends instructions at once: what the user waits for an approval, and what `check` says of it."""
import shutil
import threading
import time

from countersign import *

PRETEND_BROKER = os.environ["CS_PRETEND_BROKER"]
PRETEND = pathlib.Path("/run/pretend")
SSHD_FILE = pathlib.Path("/usr/sbin/sshd")
COUNTDOWN = 6.0
# sshd from 10.4 on answers no exchange that does not end the login in less than a fixed time, doubled until the
# exchange fits; but none later than this.
PADDED = 5.0
SLACK = 1.0  # a poll, a process, a busy machine


def prepare():
    if openssh_version(SSHD) < LIVE:
        raise Skip(f"{SSHD} is older than 10.3: it holds instructions back")


class Approval:
    """One login with paramiko that is approved `seconds` after the text number `text`."""

    def __init__(self, text, seconds):
        self.text = text
        self.seconds = seconds
        self.told = []  # (when, text)
        self.approved = self.ended = None
        with contextlib.suppress(FileNotFoundError):
            (PRETEND / "alice").unlink()

    def respond(self, _, instruction, prompts):
        expect_equal(prompts, [], "prompts")
        if instruction:
            self.told.append((time.monotonic(), instruction))
        if len(self.told) == self.text and instruction:
            threading.Timer(self.seconds, self.approve).start()
        return []

    def approve(self):
        fresh = PRETEND / ".alice"
        fresh.write_text("approved\n")
        fresh.rename(PRETEND / "alice")
        self.approved = time.monotonic()

    def log_in(self, sshd):
        import paramiko

        transport = paramiko.Transport(("127.0.0.1", sshd.port))
        transport.banner_timeout = transport.auth_timeout = 60
        try:
            transport.start_client(timeout=PATIENCE)
            transport.auth_publickey("alice", paramiko.Ed25519Key.from_private_key_file(str(client_key("alice"))))
            transport.auth_interactive("alice", self.respond)
            self.ended = time.monotonic()
        finally:
            transport.close()
        return self.ended - self.approved


def test_an_approval_is_seen_soon():
    """Each text comes when it is due, so that no approval waits for a text that is held back; and an approval between
    two of them is seen at the latest after as long again as the user has waited since the last one."""
    prepare()
    write_config({"throttle": False})
    PRETEND.mkdir(exist_ok=True)
    os.chmod(PRETEND, 0o755)
    with Broker(program=PRETEND_BROKER), \
            Sshd(f"{MODULE_LINE} auth_method=pretend-number push_wait=live conversation=live") as sshd:
        for text, seconds in ((1, 0.3), (1, 2.5), (1, 5.3), (3, 0.3)):
            approval = Approval(text, seconds)
            late = approval.log_in(sshd)
            what = f"approved {seconds} s after text {text}: seen {late:.2f} s later"
            print(what, flush=True)
            expect(late < (seconds if seconds < PADDED else 0) + SLACK, what)
            gaps = [after - before for (before, _), (after, _) in zip(approval.told, approval.told[1:])]
            expect(all(COUNTDOWN - SLACK < gap < COUNTDOWN + SLACK for gap in gaps), f"{what}; between texts: {gaps}")
            expect_equal(len(approval.told), text, f"{what}: texts")


def test_check_takes_it_for_what_it_is():
    prepare()
    shutil.copy(SSHD, SSHD_FILE)
    for settings in {"conversation": "live"}, {"push_wait": "live"}, {"push_wait": "silent"}:
        write_config(settings)
        said = [line for line in countersign("check", check=False).stdout.splitlines() if "OpenSSH" in line]
        expect_equal(len(said), 1, f"{settings}: {said}")
        expect_match(r"^note OpenSSH {}\.{}: .*PerSourcePenaltyExemptList".format(*openssh_version(SSHD)), said[0],
                     f"{settings}")


main()
