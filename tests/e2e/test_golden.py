# SPDX-License-Identifier: Apache-2.0
"""What a person sees, screen by screen, in every dialogue, language and client (tests/golden/README.md).

The broker is one with pretended methods (tests/support/pretend). Each login has its own sshd; each
lane of logins has its own account.
"""
import asyncio
import datetime
import functools
import re
import threading
import traceback
import warnings

from countersign import *
from countersign.golden import GOLDEN, UPDATE, difference
from countersign.screen import CURSOR, Terminal, columns, squeezed

PRETEND_BROKER = os.environ["CS_PRETEND_BROKER"]
PRETEND = pathlib.Path("/run/pretend")
SHELL = "/usr/local/bin/golden-shell"
LANGUAGES = ("en", "fr", "ja", "ar")
PROMPT_BYTES, PROMPT_COLUMNS = 500, 77

# Answers that are no text: a code, a code that is not right, the first code of a key that the dialogue showed.
CODE, WRONG, FIRST = object(), object(), object()
SECRETS = {"KEY": r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", "RECOVERY": r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}"}
DATE = "2027-01-31"  # stands for tomorrow's


class Approve:
    """An answer before which the request is decided on the device."""

    def __init__(self, word, answer=""):
        self.word = word
        self.answer = answer


class Dialogue:
    def __init__(self, options, answers=(), decide=None, messages=0, allowed=True, tells=False,
                 everywhere=False):
        self.options = options
        self.answers = answers
        self.decide = decide  # what happens on the device while nothing is asked
        self.messages = messages  # that PAM has got from the module by then
        self.allowed = allowed
        self.everywhere = everywhere  # in every language with both behaviours, though it looks alike
        self.tells = tells  # something outside a prompt: only this depends on sshd's behaviour


NUMBER, WORD, BROWSER = (f"auth_method=pretend-{kind} push_wait=" for kind in ("number", "word", "browser"))
DIALOGUES = {
    "code": Dialogue("", [CODE]),
    "retry": Dialogue("", [WRONG, CODE]),
    "enrol-by": Dialogue("enrol_by={tomorrow}", [""], everywhere=True),
    "refusal": Dialogue("", [WRONG] * 4, allowed=False),
    # No such line; by number.
    "menu-3": Dialogue("auth_method=pretend-menu-3", ["4", "2"]),
    # The beginning of a name; next page; a name from the page before.
    "menu-12": Dialogue("auth_method=pretend-menu-12", ["Phone", "", "phone 11"]),
    # No such line; two pages on; a name.
    "menu-25": Dialogue("auth_method=pretend-menu-25", ["26", "0", "", "Tablet 24"]),
    # Enter too early, then after the approval.
    "wait-enter": Dialogue(f"{NUMBER}enter", ["", Approve("approved")]),
    # Approved after the first line of the countdown.
    "wait-live": Dialogue(f"{NUMBER}live", decide="approved", messages=2, tells=True),
    "word-enter": Dialogue(f"{WORD}enter", [Approve("approved")]),
    "word-live": Dialogue(f"{WORD}live", decide="approved", messages=1, tells=True),
    "browser-enter": Dialogue(f"{BROWSER}enter", [Approve("approved")]),
    "browser-live": Dialogue(f"{BROWSER}live", decide="approved", messages=1, tells=True),
    "wait-silent": Dialogue("auth_method=pretend-wait push_wait=silent", decide="approved"),
    "self-enroll": Dialogue("self_enroll=yes self_enroll_until=2999-12-31 self_enroll_qr=no",
                            ["000000", FIRST, ""], everywhere=True),
    "denied-enter": Dialogue("auth_method=pretend-wait push_wait=enter", [Approve("denied")], allowed=False,
                             tells=True),
    "denied-live": Dialogue("auth_method=pretend-wait push_wait=live", decide="denied", messages=1,
                            allowed=False, tells=True),
}


@functools.cache
def behaviour():
    """What the sshd does with informational text: holds it back up to 10.2, sends it at once later."""
    return "live" if openssh_version(SSHD) >= LIVE else "fold"


class Job:
    """One login of one client in one language."""

    def __init__(self, broker, language, dialogue, client, account, port):
        self.broker = broker
        self.language = language
        self.dialogue = DIALOGUES[dialogue]
        self.name = f"{dialogue}.{client}"
        self.client = client
        self.lang = f"lang={language}"
        self.account = account
        self.port = port
        self.factor = None
        self.codes = {}
        self.sshd = None
        self.start = 0
        self.text = ""
        self.prompts = []  # as a library delivered them: (text, echo)
        self.told = []  # instructions

    def run(self, delivered=None):
        """`delivered` is the same login with a library: it says what to wait for."""
        with contextlib.suppress(FileNotFoundError):
            (PRETEND / self.account).unlink()
        if {CODE, WRONG} & set(self.dialogue.answers):
            self.factor = enroll(self.account)
        if FIRST in self.dialogue.answers or not self.factor:  # nobody who had one before
            countersign("forget", self.account, check=False)
        self.start = len(self.broker.log())
        tomorrow = (datetime.date.today() + datetime.timedelta(days=1)).isoformat()
        options = self.dialogue.options.format(tomorrow=tomorrow)
        if options != self.dialogue.options:
            self.codes[tomorrow] = DATE
        auth = f"{MODULE_LINE} debug conversation={behaviour()} {self.lang} {options}"
        try:
            with Sshd(auth, port=self.port, name=f"sshd-{self.account}", LogLevel="DEBUG3",
                      PrintLastLog="no") as self.sshd:
                CLIENTS[self.client](self, delivered)
        finally:
            if self.factor:
                countersign("remove", self.account, self.factor.id)
        if FIRST in self.dialogue.answers:
            for word, pattern in SECRETS.items():
                self.text = re.sub(pattern, word, self.text)
            countersign("forget", self.account)
        for code, word in self.codes.items():
            self.text = self.text.replace(code, word)

    def typed(self, answer):
        """What the person types; whatever must happen before has happened."""
        if isinstance(answer, Approve):
            self.decide(answer.word)
            return answer.answer
        if answer is CODE:
            code = self.factor.code()
            self.codes[code] = "CODE"
            return code
        if answer is FIRST:
            key = secret(re.findall(SECRETS["KEY"], self.text)[-1], "the key of a new factor")
            code = secret(Totp(key.replace(" ", "")).code(), "its first code")
            self.codes[code] = "FIRST"
            return code
        if answer is WRONG:
            code = self.factor.wrong()
            self.codes[code] = "WRONG"
            return code
        return answer

    def decide(self, word):
        fresh = PRETEND / f".{self.account}"
        fresh.write_text(word + "\n")
        fresh.rename(PRETEND / self.account)

    def wait_waiting(self):
        """Returns when the broker waits and PAM has got its messages, shown or not."""
        wait_until(lambda: f"identity '{self.account}'" in self.broker.log()[self.start:], "the wait")
        wait_until(lambda: len(re.findall("sshpam_thread_conv.* entering", self.sshd.log())) >= self.dialogue.messages,
                   "the module's messages")

    def write(self, title, text=""):
        self.text += f"=== {title}\n{text}"

    def say(self, answer):
        self.write("Enter" if answer == "" else f"typed: {answer}")


# ---- clients with a terminal ----

def ssh_command(job):
    return [SSH, "-F", "none", "-p", job.port, "-o", f"UserKnownHostsFile={WORKDIR}/keys/known_hosts",
            "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i", client_key(job.account),
            f"{job.account}@127.0.0.1"]


def plink_command(job):
    fingerprint = run("ssh-keygen", "-l", "-f", WORKDIR / "keys/host.pub").stdout.split()[1]
    return ["plink", "-ssh", "-P", job.port, "-hostkey", fingerprint, "-i",
            client_key(job.account).with_suffix(".ppk"), f"{job.account}@127.0.0.1"]


def dbclient_command(job):
    return ["dbclient", "-p", job.port, "-i", client_key(job.account).with_suffix(".dropbear"),
            f"{job.account}@127.0.0.1"]


# Questions of the clients themselves, all answered by Enter: PuTTY's guard against servers that imitate
# its questions, and OpenSSH's attempt to log in by password when the server has no method left.
CLIENTS_OWN = ("Press Return to begin session. ", "'s password: ")
# What a client shows at the latest before the server's first word.
FIRST_WORDS = {"ssh": "", "plink": "Further authentication required", "dbclient": ""}

def as_dbclient(text):
    return "".join(c for c in text if " " <= c <= "~" or c == "\n")


def in_terminal(command, shown=lambda text: text):
    """`shown` is what the client makes of a text."""
    def drive(job, delivered):
        prompts = [shown(text) for text, _ in delivered.prompts]
        if FIRST in job.dialogue.answers:  # what is above differs in each login
            prompts = [text.split("\n")[-1] for text in prompts]
        answers = list(job.dialogue.answers)
        with Terminal(f"golden-{job.account}", command(job)) as terminal:
            if job.dialogue.decide:
                watch(job, terminal, [shown(text) for text in delivered.told])
            step = 0
            while True:
                # Some clients ask again by themselves after a refusal.
                asked = prompts[step:step + 1] or prompts[:1]
                screen, found = terminal.wait_for(*CLIENTS_OWN, *asked)
                job.write("screen", screen)
                if found is None:
                    return
                answer = ""
                if found not in CLIENTS_OWN:
                    answer = job.typed(answers[min(step, len(answers) - 1)])
                    step += 1
                job.say(answer)
                terminal.type(answer)
    return drive


def watch(job, terminal, told):
    """The screen while nothing is asked; then the decision."""
    job.wait_waiting()
    text = told[job.dialogue.messages - 1] if behaviour() == "live" and job.dialogue.messages else ""
    job.write("screen", terminal.wait_shows(text or FIRST_WORDS[job.client]))
    job.decide(job.dialogue.decide)
    job.write(f"on the device: {job.dialogue.decide}")


# ---- libraries ----

def write_request(job, title, instruction, prompts):
    job.prompts += prompts
    job.told += [instruction] if instruction else []
    lines = [f"{word}: {text!r}\n" for word, text in (("title", title), ("instruction", instruction)) if text]
    lines += [f"prompt, echo {'on' if echo else 'off'}:\n{text}{CURSOR}\n" for text, echo in prompts]
    job.write("request", "".join(lines) or "(nothing)\n")


def write_banner(job, text):
    if text:
        job.write("banner", text.decode() if isinstance(text, bytes) else text)


def answer_all(job, left, prompts):
    answers = [job.typed(left.pop(0)) for _ in prompts]
    for answer in answers:
        job.say(answer)
    return answers


@contextlib.contextmanager
def device(job):
    """Decides on the device as soon as the login waits."""
    def decide():
        job.wait_waiting()
        if behaviour() == "live":
            wait_until(lambda: len(job.told) >= job.dialogue.messages, "the instructions")
        job.write(f"on the device: {job.dialogue.decide}")
        job.decide(job.dialogue.decide)

    thread = threading.Thread(target=decide if job.dialogue.decide else lambda: None)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def with_paramiko(job, _):
    import paramiko

    left = list(job.dialogue.answers)

    def respond(title, instruction, prompts):
        write_request(job, title, instruction, prompts)
        return answer_all(job, left, prompts)

    transport = paramiko.Transport(("127.0.0.1", job.port))
    transport.banner_timeout = transport.auth_timeout = PATIENCE
    try:
        transport.start_client(timeout=PATIENCE)
        transport.auth_publickey(job.account,
                                 paramiko.Ed25519Key.from_private_key_file(str(client_key(job.account))))
        with device(job):
            transport.auth_interactive(job.account, respond)
        write_banner(job, transport.get_banner())
        channel = transport.open_session(timeout=PATIENCE)
        channel.exec_command("")
        job.write("logged in", channel.makefile("r").read().decode())
    except paramiko.SSHException as problem:
        job.write("failed", f"{type(problem).__name__}: {problem}\n")
    finally:
        transport.close()


def with_asyncssh(job, _):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import asyncssh

    left = list(job.dialogue.answers)

    class Client(asyncssh.SSHClient):
        def auth_banner_received(self, msg, lang):
            write_banner(job, msg)

        def kbdint_auth_requested(self):
            return ""

        def kbdint_challenge_received(self, name, instructions, lang, prompts):
            write_request(job, name, instructions, prompts)
            if not left and prompts:
                job.write("no answer left")
                return None
            return answer_all(job, left, prompts)

    async def login():
        async with asyncssh.connect(
                "127.0.0.1", job.port, username=job.account, client_keys=[str(client_key(job.account))],
                known_hosts=None, config=None, agent_path=None, client_factory=Client) as connection:
            result = await connection.run("true")
            job.write("logged in", result.stdout)

    with device(job):
        try:
            asyncio.run(login())
        except asyncssh.Error as problem:
            reason = str(problem).split(" for user ")[0]  # newer versions add for whom and where
            job.write("failed", f"{type(problem).__name__}: {reason}\n")


CLIENTS = {
    "paramiko": with_paramiko,
    "asyncssh": with_asyncssh,
    "ssh": in_terminal(ssh_command),
    "plink": in_terminal(plink_command),
    "dbclient": in_terminal(dbclient_command, as_dbclient),
}


# ---- the tests ----

@functools.cache
def prepare():
    if behaviour() == "live" and openssh_version(SSH) < LIVE:
        raise Skip(f"{SSHD} is live and {SSH} is older than 10.3: it shows instructions as octal numbers")
    for program in ("tmux", "plink", "puttygen", "dbclient", "dropbearconvert"):
        need(program)
    write_config({"throttle": False})
    pathlib.Path(SHELL).write_text('#!/bin/sh\necho "logged in as $(id -un)"\n')
    os.chmod(SHELL, 0o755)
    PRETEND.mkdir(exist_ok=True)
    os.chmod(PRETEND, 0o755)
    for account in ("alice", "bob", "carol"):
        run("usermod", "--shell", SHELL, account)
        key = client_key(account)
        run("puttygen", key, "-O", "private", "-o", key.with_suffix(".ppk"))
        run("dropbearconvert", "openssh", "dropbear", key, key.with_suffix(".dropbear"))
    Sshd()  # makes the host's key
    # dbclient takes a comment for a part of the key.
    public = " ".join((WORKDIR / "keys/host.pub").read_text().split()[:2]) + "\n"
    names = ["127.0.0.1", *(f"[127.0.0.1]:{SSHD_PORT + lane}" for lane in range(3))]
    lines = [f"{name} {public}" for name in names]
    (WORKDIR / "keys/known_hosts").write_text("".join(lines))
    folder = pathlib.Path.home() / ".ssh"  # dbclient's
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "known_hosts").write_text(lines[0])


def run_lanes(lanes):
    """Runs lists of functions at once, each list in its order; their failures."""
    failures = []

    def work(lane):
        for function in lane:
            try:
                function()
            except Exception as problem:  # shown by the caller, with what it belongs to
                failures.append(problem if isinstance(problem, Failure) else traceback.format_exc())

    threads = [threading.Thread(target=work, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def check_prompts(job):
    """The rules that hold for every prompt, as it was delivered."""
    for text, echo in job.prompts:
        what = f"{job.language} {job.name}: {text!r}"
        expect(len(text.encode()) <= PROMPT_BYTES, f"{what} has {len(text.encode())} bytes")
        expect(max(map(columns, text.split("\n"))) <= PROMPT_COLUMNS, f"{what} is too wide")
        expect(text.endswith(": "), f"{what} does not end in ': '")
        expect(echo, f"{what} hides what is typed")


def check_job(job, delivered=None):
    where = f"{behaviour() if job.dialogue.tells else 'fold'}/{job.language}/{job.name}"
    try:
        job.run(delivered)
    except Exception as problem:
        problem.args = (f"{where}: {problem}; so far:\n{job.text}",)
        raise
    text = "".join(line.rstrip(" ") for line in job.text.splitlines(keepends=True))
    found = difference(f"{where}.txt", text)
    expect(not found, f"{where} changed:\n{found}")
    logged_in = squeezed(f"logged in as {job.account}") in squeezed(job.text)  # a line may be broken within it
    expect_equal(logged_in, job.dialogue.allowed, f"{where}: logged in")


def all_jobs(broker, lane, clients):
    account = ("alice", "bob", "carol")[lane]
    return [Job(broker, language, dialogue, client, account, SSHD_PORT + lane)
            for client in clients for language in LANGUAGES for dialogue in DIALOGUES
            if behaviour() == "fold" or DIALOGUES[dialogue].tells or DIALOGUES[dialogue].everywhere or language == "en"]


def test_every_client():
    prepare()
    with Broker(program=PRETEND_BROKER) as broker:
        delivered = {}

        def library(job):
            check_job(job)
            if job.client == "paramiko":
                delivered[job.language, job.dialogue] = job
                check_prompts(job)

        def terminal(job):
            check_job(job, delivered[job.language, job.dialogue])

        failures = run_lanes([[functools.partial(library, job) for job in all_jobs(broker, lane, [client])]
                              for lane, client in enumerate(("paramiko", "asyncssh"))])
        # What the terminals must show is known only now.
        failures += run_lanes([[functools.partial(terminal, job) for job in all_jobs(broker, lane, [client])]
                               for lane, client in enumerate(("ssh", "plink", "dbclient"))])
    expect(not failures, f"{len(failures)} of the transcripts:\n" + "\n".join(map(str, failures)))


def test_stored_language():
    """What a user chose with `countersign lang` looks like what the option says."""
    prepare()
    enroll("alice")
    countersign("lang", "alice", "fr")
    with Broker(program=PRETEND_BROKER) as broker:
        delivered = None
        for client in ("paramiko", "ssh"):
            job = Job(broker, "fr", "code", client, "alice", SSHD_PORT)
            job.lang = ""
            check_job(job, delivered)
            delivered = job


main()
