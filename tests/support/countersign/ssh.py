# SPDX-License-Identifier: Apache-2.0
"""A stock sshd and two clients of it."""
import contextlib
import functools
import os
import pathlib
import pwd
import re
import socket

from .harness import PATIENCE, WORKDIR, Failure
from .process import Server, run
from .system import pam_service

MODULE_LINE = "auth required pam_countersign.so"
SSHD = os.environ.get("CS_SSHD", "/usr/sbin/sshd")
SSH = os.environ.get("CS_SSH", "/usr/bin/ssh")
# The OpenSSH whose sshd sends instructions at once, and whose ssh shows them as they are.
LIVE = (10, 3)
SSHD_PORT = 2222  # in the sandbox's own network


@functools.cache
def openssh_version(program):
    """(10, 6) for OpenSSH 10.6"""
    words = run(program, "-V", check=False)
    version = re.search(r"OpenSSH_(\d+)\.(\d+)", words.stdout + words.stderr)
    if not version:
        raise Failure(f"{program} -V says no version: {words.stdout}{words.stderr}")
    return int(version[1]), int(version[2])


class Login:
    """The result of an SSH client. `prompts` are (text, echo), if the client knows them."""

    def __init__(self, success, transcript="", prompts=(), instructions=(), status=None, error=None):
        self.success = success
        self.transcript = transcript
        self.prompts = list(prompts)
        self.instructions = list(instructions)
        self.status = status
        self.error = error

    def __repr__(self):
        return f"Login(success={self.success}, prompts={self.prompts}, status={self.status}, " \
               f"error={self.error!r}, transcript={self.transcript!r})"


def client_key(user, name="id", kind=("ed25519",)):
    """A key that `user` may log in with; the path of its private half. `kind` is ssh-keygen's -t, and what follows."""
    folder = WORKDIR / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{user}.{name}"
    if not path.exists():
        run("ssh-keygen", "-q", "-t", *kind, "-N", "", "-C", f"{user}.{name}", "-f", path)
        with contextlib.suppress(KeyError):
            _authorize(pwd.getpwnam(user), path.with_suffix(path.suffix + ".pub").read_text())
    return path


def _authorize(account, public):
    folder = pathlib.Path(account.pw_dir) / ".ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / "authorized_keys"
    with open(target, "a", encoding="ascii") as out:
        out.write(public)
    for path in (folder, target):
        os.chown(path, account.pw_uid, account.pw_gid)


class Sshd(Server):
    """A stock sshd on 127.0.0.1:2222 of the sandbox.

    `auth` are the auth lines of /etc/pam.d/sshd; keywords are sshd_config settings. With a name of its own
    it sees an /etc/pam.d/sshd of its own, so that several may run at once on ports of their own.
    """

    def __init__(self, auth=MODULE_LINE, port=SSHD_PORT, name="sshd", **settings):
        self.port = port
        self.config = WORKDIR / f"{name}_config"
        command = [SSHD, "-D", "-e", "-f", str(self.config)]
        confdir = "/etc/pam.d"
        if name != "sshd":
            confdir = WORKDIR / f"{name}.pam.d"
            command = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/pam.d/sshd && exec "$@"',
                       confdir / "sshd", *command]
        super().__init__(name, command)
        lines = [auth] if isinstance(auth, str) else list(auth)
        pam_service("sshd", [*lines, "account required pam_permit.so", "session required pam_permit.so"],
                    confdir)
        self._write_config(settings)

    def _write_config(self, settings):
        keys = WORKDIR / "keys"
        keys.mkdir(mode=0o700, exist_ok=True)
        host_key = keys / "host"
        if not host_key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host_key)
        for folder in ("/run/sshd", "/var/empty"):  # Debian's and upstream's privilege separation
            os.makedirs(folder, mode=0o755, exist_ok=True)
        values = {
            "Port": self.port, "ListenAddress": "127.0.0.1", "HostKey": host_key, "PidFile": "none",
            "UsePAM": "yes", "KbdInteractiveAuthentication": "yes", "PasswordAuthentication": "no",
            "AuthenticationMethods": "publickey,keyboard-interactive", "LogLevel": "DEBUG1",
            "MaxStartups": "200", "PrintMotd": "no", "UseDNS": "no", **settings,
        }
        self.config.write_text("".join(f"{key} {value}\n" for key, value in values.items()))
        # From 9.8 on sshd shuts an address out after a few refused logins, and all of these come from one.
        if "persourcepenalties" in run(SSHD, "-T", "-f", self.config).stdout and "PerSourcePenalties" not in settings:
            with self.config.open("a") as out:
                out.write("PerSourcePenalties no\n")

    def ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ssh_command(self, user, command="echo logged in as $(id -un)", key=None, options=()):
        words = [SSH, "-F", "none"]
        for option in options:  # ssh takes the first of two
            words += ["-o", option]
        words += ["-p", str(self.port), "-o", "StrictHostKeyChecking=accept-new",
                  "-o", f"UserKnownHostsFile={WORKDIR}/known_hosts", "-o", "LogLevel=ERROR",
                  "-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes", "-o", "NumberOfPasswordPrompts=1",
                  "-o", "PreferredAuthentications=publickey,keyboard-interactive",
                  "-i", str(key or client_key(user))]
        return [*words, f"{user}@127.0.0.1", command]

    def ssh_session(self, user, **arguments):
        """OpenSSH's client in a terminal of 80x24, as a pexpect child."""
        import pexpect

        words = self.ssh_command(user, **arguments)
        return pexpect.spawn(words[0], words[1:], dimensions=(24, 80), timeout=PATIENCE, encoding="utf-8",
                             codec_errors="replace", env={**os.environ, "TERM": "xterm"})

    def ssh(self, user, answers=(), **arguments):
        """Logs in with OpenSSH's client. Each answer is a text, or (pattern of its prompt, text); the text may
        be a function that is called when the prompt stands there."""
        import pexpect

        child = self.ssh_session(user, **arguments)
        transcript = ""
        error = None
        try:
            for answer in answers:
                pattern, text = answer if isinstance(answer, tuple) else (r"[:>?] ?$", answer)
                child.expect(pattern)
                transcript += child.before + child.after
                child.sendline(text() if callable(text) else text)
            # A prompt without an answer would otherwise wait for its end.
            prompt = rf"\({re.escape(user)}@127\.0\.0\.1\) (?:[^\r\n]*\r\n)?[^\r\n]*[:>?] $"
            if child.expect([pexpect.EOF, prompt]) == 1:
                error = "no answer left"
            transcript += child.before + (child.after if error else "")
        except (pexpect.EOF, pexpect.TIMEOUT) as problem:
            transcript += child.before if isinstance(child.before, str) else ""
            error = type(problem).__name__
        child.close(force=True)
        status = child.exitstatus if child.exitstatus is not None else -(child.signalstatus or 0)
        return Login(status == 0 and error is None, transcript, status=status, error=error)

    def paramiko(self, user, answers=(), key=None, publickey=True, command=None):
        """Logs in with paramiko: public key, then keyboard-interactive. An answer is a text or a function
        of (prompt, echo); the login fails when none is left. With `command` its output is the transcript."""
        import paramiko

        prompts, instructions, left = [], [], list(answers)

        def respond(title, instruction, requests):
            instructions.extend(text for text in (title, instruction) if text)
            replies = []
            for text, echo in requests:
                prompts.append((text, echo))
                if not left:
                    raise Failure("no answer left")
                answer = left.pop(0)
                replies.append(answer(text, echo) if callable(answer) else answer)
            return replies

        transport = paramiko.Transport(("127.0.0.1", self.port))
        transport.banner_timeout = transport.auth_timeout = PATIENCE
        try:
            transport.start_client(timeout=PATIENCE)
            if publickey:
                pair = paramiko.Ed25519Key.from_private_key_file(str(key or client_key(user)))
                transport.auth_publickey(user, pair)
            if not transport.is_authenticated():
                transport.auth_interactive(user, respond)
            output = self._paramiko_command(transport, command) if command else ""
            return Login(transport.is_authenticated(), output, prompts, instructions)
        except (paramiko.SSHException, EOFError, OSError, Failure) as problem:
            return Login(False, "", prompts, instructions, error=f"{type(problem).__name__}: {problem}")
        finally:
            transport.close()

    @staticmethod
    def _paramiko_command(transport, command):
        channel = transport.open_session(timeout=PATIENCE)
        channel.settimeout(PATIENCE)
        channel.exec_command(command)
        return channel.makefile("r").read().decode("utf-8", "replace")
