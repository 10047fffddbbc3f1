"""Helpers for system tests. They run as root inside tests/support/sandbox, so they change /etc and start
servers freely. A test script is

    from countersign import *

    def test_something():
        with Broker(), Sshd(AuthenticationMethods="keyboard-interactive") as sshd:
            login = sshd.ssh("alice", ["123456"])
            expect(not login.success, "a wrong code was accepted")

    main()

main() runs the functions test_* in their order. Whatever is a secret is told to secret(); at the end main()
looks for it in every log that the tests left in WORKDIR.
"""
import base64
import contextlib
import grp
import hashlib
import hmac
import inspect
import json
import os
import pathlib
import pwd
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback

WORKDIR = pathlib.Path(os.environ["CS_WORKDIR"])
PAM_DRIVER = os.environ.get("CS_PAM_DRIVER", "pam-driver")
SSHD = os.environ.get("CS_SSHD", "/usr/sbin/sshd")
SANITIZE = os.environ.get("CS_SANITIZE", "")

BROKER = "/usr/lib/countersign/countersignd"
COUNTERSIGN = "/usr/bin/countersign"
SOCKET = "/run/countersign/broker.sock"
CONFIG = pathlib.Path("/etc/countersign/countersign.json")
USER = "countersign"

SSHD_PORT = 2222  # in the sandbox's own network
MODULE_LINE = "auth required pam_countersign.so"
# Sanitised programs are slower; nothing here waits for its limit unless something is wrong.
PATIENCE = 60 if SANITIZE else 20


# --- running tests ---------------------------------------------------------------------------------------


class Failure(Exception):
    """An expectation that did not hold."""


class Skip(Exception):
    """The test cannot run here; the text says why."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def expect_equal(got, wanted, what):
    expect(got == wanted, f"{what}: got {got!r}, wanted {wanted!r}")


def expect_match(pattern, text, what):
    expect(re.search(pattern, text, re.M), f"{what}: no {pattern!r} in {text!r}")


def wait_until(condition, what, timeout=None):
    """Returns what `condition` returns as soon as it is true. For events that nothing announces."""
    deadline = time.monotonic() + (timeout or PATIENCE)
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failure(f"timed out: {what}")
        time.sleep(0.005)


_secrets = {}
_running = []


def secret(text, what):
    """Notes that `text` must be in no log; returns it."""
    _secrets[text] = what
    return text


def logs():
    """Every file that the tests and their servers left in WORKDIR, except keys."""
    for path in sorted(WORKDIR.rglob("*")):
        if path.is_file() and not path.is_symlink() and "keys" not in path.parts:
            yield path


def leaks():
    """Secrets found in logs, as (what, file)."""
    found = []
    for path in logs():
        content = path.read_bytes().decode("utf-8", "replace")
        for text, what in _secrets.items():
            # A code of six digits must not be seen in a longer number.
            if re.search(r"(?<!\w)" + re.escape(text) + r"(?!\w)", content):
                found.append((what, path.name))
    return found


def _run_test(name, function):
    """Prints one line of result, returns the word."""
    begin = time.monotonic()
    try:
        function()
        word, why = "PASS", ""
    except Skip as skip:
        word, why = "SKIP", str(skip)
    except Failure as failure:
        place = traceback.extract_tb(failure.__traceback__)
        line = next((f.lineno for f in reversed(place) if f.name == name), 0)
        word, why = "FAIL", f"line {line}: {failure}"
    except Exception:
        word, why = "FAIL", traceback.format_exc()
    finally:
        stop_all()
    print(f"{word} {name} ({time.monotonic() - begin:.2f} s){': ' if why else ''}{why}", flush=True)
    return word


def main():
    """Runs the caller's functions test_*, or those named as arguments, and exits."""
    frame = inspect.currentframe().f_back
    tests = {n: f for n, f in frame.f_globals.items() if n.startswith("test_") and callable(f)}
    chosen = sys.argv[1:] or list(tests)
    words = [_run_test(name, tests[name]) for name in chosen]
    found = leaks()
    for what, name in found:
        print(f"FAIL secrets: {what} stands in {name}")
    print(f"{words.count('PASS')} passed, {words.count('FAIL') + len(found)} failed, "
          f"{words.count('SKIP')} skipped; logs in {WORKDIR}")
    if "FAIL" in words or found or not words:
        sys.exit(1)
    sys.exit(77 if words.count("SKIP") == len(words) else 0)


# --- processes -------------------------------------------------------------------------------------------


class Server:
    """A process with its log in WORKDIR. Ends with its `with` block, at the latest with its test."""

    def __init__(self, name, command, env=None):
        self.name = name
        self.command = command
        self.env = env
        self.process = None
        self.log_path = WORKDIR / f"{name}.log"
        self._log_start = 0

    def start(self):
        with open(self.log_path, "ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=self.env, start_new_session=True)
        _running.append(self)
        try:
            wait_until(self._ready_or_dead, f"{self.name} does not listen; its log: {self.log_path}")
        except Failure:
            self.kill()
            raise
        return self

    def _ready_or_dead(self):
        status = self.process.poll()
        if status is not None:
            raise Failure(f"{self.name} ended with {status}:\n{self.log()}")
        return self.ready()

    def ready(self):
        raise NotImplementedError

    def log(self):
        """What this start of it wrote."""
        with open(self.log_path, "rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def wait_log(self, pattern, timeout=None):
        return wait_until(lambda: re.search(pattern, self.log(), re.M), f"{pattern!r} in {self.log_path}",
                          timeout)

    @property
    def pid(self):
        return self.process.pid

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, number=signal.SIGTERM):
        """Ends it and returns its exit status (negative: the signal)."""
        if self in _running:
            _running.remove(self)
        if self.process is None:
            return None
        if self.running:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"{self.name} did not end on signal {number}") from None

    def kill(self):
        return self.stop(signal.SIGKILL)

    def __enter__(self):
        return self if self.running else self.start()

    def __exit__(self, *_):
        self.stop()


def stop_all():
    for server in reversed(list(_running)):
        with contextlib.suppress(Failure):
            server.kill()


def run(*command, input=None, check=True, env=None, timeout=None):
    """Runs a command; its result has returncode, stdout and stderr as text."""
    result = subprocess.run([str(word) for word in command], input=input, text=True, errors="replace",
                            capture_output=True, env=env, timeout=timeout or PATIENCE * 3, check=False)
    if check and result.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))} ended with {result.returncode}: "
                      f"{result.stdout}{result.stderr}")
    return result


def descendants(pid):
    """Process numbers below `pid`, itself excluded."""
    found = []
    for child in run("ps", "-o", "pid=", "--ppid", pid, check=False).stdout.split():
        found += [int(child), *descendants(int(child))]
    return found


# --- the product -----------------------------------------------------------------------------------------


def write_config(content, path=CONFIG, mode=0o640, owner="root", group=USER):
    """`content` is the text of the file, or what becomes its JSON."""
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

    def __init__(self, *arguments, program=BROKER, path=SOCKET, env=None):
        super().__init__("broker", [program, "--log", "stderr", *arguments], env)
        self.path = path

    def ready(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
            try:
                probe.connect(self.path)
            except OSError:
                return False
        return True


def countersign(*words, input=None, check=True):
    """The command-line tool."""
    return run(COUNTERSIGN, *words, input=input, check=check)


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
        counter = int(time.time() if when is None else when) // self.period + step
        digest = hmac.new(self.key, struct.pack(">Q", counter), getattr(hashlib, self.algorithm)).digest()
        offset = digest[-1] & 15
        number = struct.unpack(">I", digest[offset:offset + 4])[0] & 0x7FFFFFFF
        return str(number % 10 ** self.digits).zfill(self.digits)

    def wrong(self):
        """A code that is not valid within ten periods of now."""
        near = {self.code(step) for step in range(-10, 11)}
        return next(c for c in (str(n).zfill(self.digits) for n in range(1, 1000)) if c not in near)

    def wait_left(self, seconds):
        """Returns when at least `seconds` of the present period are left."""
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
    """Enrols a TOTP factor without confirmation; a Factor."""
    words = ["enroll", "totp", user, "--no-confirm", "--json", "--algorithm", algorithm,
             "--digits", digits, "--period", period]
    if secret_text is not None:
        words += ["--secret", "-"]
    result = countersign(*words, input=None if secret_text is None else secret_text + "\n")
    return Factor(json.loads(result.stdout), algorithm=algorithm, digits=digits, period=period)


# --- accounts, services, logs ----------------------------------------------------------------------------


def set_password(user, password):
    run("chpasswd", input=f"{user}:{secret(password, f'the password of {user}')}\n")


def add_to_group(user, group):
    run("gpasswd", "--add", user, group)


def pam_service(name, lines, confdir="/etc/pam.d"):
    """Writes a service file; returns its folder, for PamDriver."""
    confdir = pathlib.Path(confdir)
    confdir.mkdir(parents=True, exist_ok=True)
    text = lines if isinstance(lines, str) else "\n".join(lines)
    (confdir / name).write_text(text + "\n")
    return confdir


def syslog():
    return (WORKDIR / "syslog").read_text(errors="replace")


def wait_syslog(pattern, timeout=None):
    return wait_until(lambda: re.search(pattern, syslog(), re.M), f"{pattern!r} in the syslog", timeout)


# --- pam-driver ------------------------------------------------------------------------------------------


def _unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)


class PamResult:
    """What pam-driver printed."""

    def __init__(self, status, text):
        self.status = status
        self.text = text
        self.lines = [tuple(map(_unescape, line.split(": ", 1))) for line in text.splitlines() if ": " in line]
        self.code = next((v.split()[0] for k, v in self.lines if k == "result"), None)
        self.prompts = [(v, k == "prompt(echo)") for k, v in self.lines if k.startswith("prompt(")]
        self.infos = [v for k, v in self.lines if k == "info"]
        self.errors = [v for k, v in self.lines if k == "error"]
        self.env = dict(v.split("=", 1) for k, v in self.lines if k == "env")
        # With threads or repetitions: (code, milliseconds in pam_authenticate, in everything).
        self.runs = [(m[1], float(m[2]), float(m[3])) for m in re.finditer(
            r"^(?:thread|run) \d+: (\w+) ([\d.]+) ms whole ([\d.]+) ms$", text, re.M)]

    def count(self, code):
        """How many of the runs ended so."""
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

    `user` may be a dictionary of users and their lists of answers; `answers` are then given to all.
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


class PamSession:
    """pam-driver step by step, to do something while a prompt waits."""

    def __init__(self, user, service="test", confdir="/etc/pam.d", environ=None, prefix=(), **options):
        """`prefix` is a command to run it under, such as strace with its arguments."""
        command = [*prefix, *_driver_command(user, service, confdir, {**options, "interactive": True})]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                        env=environ)
        self.text = ""
        self._buffer = b""
        _running.append(self)

    def line(self):
        """The next line of the transcript as (kind, text), or None at the end."""
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
        _running.remove(self)
        return PamResult(self.process.wait(PATIENCE), self.text)

    def kill(self, number=signal.SIGKILL):
        if self in _running:
            _running.remove(self)
        self.process.send_signal(number)
        self.process.wait(PATIENCE)

    @property
    def pid(self):
        return self.process.pid


# --- sshd and its clients --------------------------------------------------------------------------------


class Login:
    """How an SSH client fared. `prompts` are (text, echo), where the client knows them."""

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


def client_key(user, name="id"):
    """A key that `user` may log in with; the path of its private half."""
    folder = WORKDIR / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{user}.{name}"
    if not path.exists():
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{user}.{name}", "-f", path)
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

    `auth` are the auth lines of /etc/pam.d/sshd; keywords are sshd_config settings.
    """

    def __init__(self, auth=MODULE_LINE, port=SSHD_PORT, **settings):
        self.port = port
        self.config = WORKDIR / "sshd_config"
        super().__init__("sshd", [SSHD, "-D", "-e", "-f", str(self.config)])
        lines = [auth] if isinstance(auth, str) else list(auth)
        pam_service("sshd", [*lines, "account required pam_permit.so", "session required pam_permit.so"])
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

    def ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ssh_command(self, user, command="echo logged in as $(id -un)", key=None, options=()):
        words = ["ssh", "-F", "none", "-p", str(self.port), "-o", "StrictHostKeyChecking=accept-new",
                 "-o", f"UserKnownHostsFile={WORKDIR}/known_hosts", "-o", "LogLevel=ERROR",
                 "-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes", "-o", "NumberOfPasswordPrompts=1",
                 "-i", str(key or client_key(user))]
        for option in options:
            words += ["-o", option]
        return [*words, f"{user}@127.0.0.1", command]

    def ssh_session(self, user, **arguments):
        """OpenSSH's client in a terminal of 80x24, as a pexpect child."""
        import pexpect

        words = self.ssh_command(user, **arguments)
        return pexpect.spawn(words[0], words[1:], dimensions=(24, 80), timeout=PATIENCE, encoding="utf-8",
                             codec_errors="replace", env={**os.environ, "TERM": "xterm"})

    def ssh(self, user, answers=(), **arguments):
        """Logs in with OpenSSH's client. Each answer is a text, or (pattern of its prompt, text)."""
        import pexpect

        child = self.ssh_session(user, **arguments)
        transcript = ""
        error = None
        try:
            for answer in answers:
                pattern, text = answer if isinstance(answer, tuple) else (r"[:>?] ?$", answer)
                child.expect(pattern)
                transcript += child.before + child.after
                child.sendline(text)
            # A prompt without an answer would otherwise wait for its end.
            if child.expect([pexpect.EOF, rf"\({re.escape(user)}@127\.0\.0\.1\) [^\r\n]*[:>?] ?$"]) == 1:
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


def need(program):
    """Skips the test where `program` is missing."""
    if shutil.which(program) is None:
        raise Skip(f"{program} is not installed")
