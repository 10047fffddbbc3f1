# SPDX-License-Identifier: Apache-2.0
"""What scripts/demo shows, run as root inside scripts/lib/isolate: enrols a user, logs in through a real
sshd, and shows which answers are refused. Servers and codes come from tests/support/countersign."""
import base64
import os
import pathlib
import pwd
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import textwrap

import pexpect

from countersign import COUNTERSIGN, PATIENCE, WORKDIR, Broker, Failure, Sshd, Totp, client_key, run

KEYS = WORKDIR / "keys"
SSH_CONFIG = WORKDIR / "ssh_config"
SECRET = KEYS / "secret"
MODULE_LINE = "auth required pam_countersign.so retry=0"
ON_TERMINAL = sys.stdin.isatty() and sys.stdout.isatty()
GREETING = "logged in as"


def heading(text):
    print(f"\n\033[1m== {text} ==\033[0m" if ON_TERMINAL else f"\n== {text} ==", flush=True)


def say(text):
    print(textwrap.fill(" ".join(text.split()), 78, break_on_hyphens=False, break_long_words=False), flush=True)


def show(text):
    """Shows the content of a screen, set off from the demo's own text."""
    for line in text.replace("\r", "").strip("\n").split("\n"):
        print(f"    {line}".rstrip(), flush=True)


def add_account():
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = next(n for n in ("demo", *(f"demo{i}" for i in range(1, 1000))) if n not in names)
    run("useradd", "--create-home", "--shell", "/bin/bash", name)
    return name


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_ssh_config(user, port):
    """Writes all of ssh's settings to a file, so that the command to type is short."""
    key = client_key(user)
    host_key = (KEYS / "host.pub").read_text()
    (WORKDIR / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}")
    SSH_CONFIG.write_text(
        f"Host demo\n  HostName 127.0.0.1\n  Port {port}\n  User {user}\n  IdentityFile \"{key}\"\n"
        f"  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile \"{WORKDIR}/known_hosts\"\n"
        "  StrictHostKeyChecking yes\n  LogLevel ERROR\n"
        # After PAM_MAXTRIES sshd offers no method at all; ssh would then ask for a password that nobody checks.
        "  NumberOfPasswordPrompts 1\n  PasswordAuthentication no\n")


def enrol(user):
    """Enrols as an administrator would, except that the secret is made here, because the demo needs it too."""
    text = base64.b32encode(secrets.token_bytes(20)).decode()
    SECRET.touch(mode=0o600)
    SECRET.write_text(text + "\n")
    command = [COUNTERSIGN, "enroll", "totp", user, "--secret", "-", "--no-confirm"]
    print(f"# {' '.join(command[:4]).replace('/usr/bin/', '')}\n", flush=True)
    # Not captured: on a terminal the QR code has colours that every camera can read.
    if subprocess.run(command, input=text + "\n", text=True, check=False, timeout=PATIENCE).returncode != 0:
        raise Failure("countersign enroll failed")
    return Totp(text)


def log_in(answer):
    """Types `answer` at ssh's prompt in its own terminal; returns whether it logged in, and the screen."""
    words = ["-F", str(SSH_CONFIG), "demo", f'echo "{GREETING} $(id -un), uid $(id -u)"']
    child = pexpect.spawn("ssh", words, dimensions=(24, 80), timeout=PATIENCE, encoding="utf-8",
                          codec_errors="replace")
    screen = ""
    if child.expect([r"code: ?$", pexpect.EOF, pexpect.TIMEOUT]) == 0:
        screen = child.before + child.after
        child.sendline(answer)
        child.expect([pexpect.EOF, pexpect.TIMEOUT])
    screen += child.before if isinstance(child.before, str) else ""
    child.close(force=True)
    return child.exitstatus == 0 and GREETING in screen, screen


def attempt(broker, title, answer, wanted, why):
    """One login. `wanted` is (logged in, reason in the audit line); returns whether that happened."""
    heading(title)
    say(why)
    print("\n$ ssh demo", flush=True)
    known = len(broker.log())
    success, screen = log_in(answer)
    show(screen)
    lines = re.findall(r"login verdict=\S+ granted=\S+ reason=\S+", broker.log()[known:])
    print(f"\nCountersign's log: {'; '.join(lines) or 'nothing'}", flush=True)
    good = success == wanted[0] and len(lines) == 1 and lines[0].endswith(f"reason={wanted[1]}")
    if not good:
        print(f"demo: FAILED: {title}: {'logged in' if success else 'refused'}, but wanted was "
              f"{'a login' if wanted[0] else 'a refusal'} with reason={wanted[1]}", file=sys.stderr, flush=True)
    return good


def attempts(broker, totp):
    # The code must still be valid when it is sent again, so there is time to do that.
    totp.wait_left(5)
    code = totp.code()
    return all([
        attempt(broker, "The right code", code, (True, "totp"),
                "sshd checks the key first, then asks for the code that the app shows now."),
        attempt(broker, "The same code again", code, (False, "replayed"),
                "It is still valid by the clock, but a code works once: whoever looked over your "
                "shoulder gets nothing."),
        attempt(broker, "A wrong code", totp.wrong(), (False, "wrong-code"),
                "The key alone is not enough."),
        attempt(broker, "No code, only Enter", "", (False, "empty-answer"),
                "Nor is saying nothing."),
    ])


def wait_for_enter(user):
    # The failures above must not slow down the person's first try.
    run(COUNTERSIGN, "unlock", user)
    heading("Now you")
    sudo = "sudo " if os.environ.get("SUDO_USER") else ""
    say("The server stays up. In another terminal, type:")
    print(f"\n    {sudo}ssh -F {shlex.quote(str(SSH_CONFIG))} demo\n")
    say("The code comes from the app with which you scanned the QR code above, or from:")
    print(f"\n    {sudo}oathtool --totp --base32 @{shlex.quote(str(SECRET))}\n")
    say("Each code works once: the one above is spent, the next comes within 30 seconds.")
    print("\nPress Enter here to end the demo. ", end="", flush=True)
    try:
        sys.stdin.readline()
    except KeyboardInterrupt:
        print()


def demonstrate():
    heading("Starting a private server")
    user, port = add_account(), free_port()
    say(f"""A stock sshd on 127.0.0.1:{port} and Countersign's broker, on a private copy of this machine's
        /etc and /var. Two settings make sshd ask for a code after the key:""")
    print()
    show(f"sshd_config     AuthenticationMethods publickey,keyboard-interactive\n"
         f"/etc/pam.d/sshd {MODULE_LINE}")
    print()
    say("(retry=0 allows one try per login, to keep this short. By default there are four.)")
    with Broker() as broker, Sshd(auth=MODULE_LINE, port=port):
        write_ssh_config(user, port)
        heading(f"Enrolling the account '{user}'")
        totp = enrol(user)
        good = attempts(broker, totp)
        heading("Result")
        if not good:
            print("demo: FAILED, see above", file=sys.stderr)
            return 1
        say("The right code logged in. The used, the wrong and the empty one were refused.")
        if ON_TERMINAL:
            wait_for_enter(user)
    return 0


def end(*_):
    sys.exit(1)


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    pathlib.Path(KEYS).mkdir(mode=0o700, exist_ok=True)
    try:
        return demonstrate()
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return 130
    except Failure as failure:
        print(f"demo: FAILED: {failure}", file=sys.stderr)
        return 1


sys.exit(main())
