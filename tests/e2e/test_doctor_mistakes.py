# SPDX-License-Identifier: Apache-2.0
"""Mistakes that administrators make, on a real sshd: what the user sees, what the log says, what doctor says.

tests/golden/mistakes has a file for each.
"""
import json

from countersign import *
from countersign.golden import difference

SSHD_CONFIG = pathlib.Path("/etc/ssh/sshd_config")
STOCK = ["@include common-auth", "account required pam_nologin.so", "@include common-account", "@include common-session"]
OURS = ["auth requisite pam_countersign.so", *STOCK[1:]]
# What this machine has or has not, whatever the mistake is.
OF_THE_MACHINE = ("clock-", "disk-", "unit-", "names-", "access-denied", "broker-old-program", "sshd-penalty")
COMMON = ["auth [success=1 default=ignore] pam_unix.so nullok", "auth requisite pam_deny.so", "auth required pam_permit.so"]
FOLDERS = ("pam.d", "countersign")


def auth(*lines):
    return [*lines, *STOCK[1:]]


class Mistake:
    """The machine of the README, with something changed. `late` is done once sshd and the broker run."""

    def __init__(self, pam=OURS, settings="{}", late=None, broker=True, enrolled=True, **sshd):
        self.pam, self.settings, self.late, self.broker, self.enrolled, self.sshd = pam, settings, late, broker, enrolled, sshd


def put_back():
    """An upgrade that was answered with the maintainer's file."""
    pathlib.Path("/etc/pam.d/sshd.dpkg-old").write_text("\n".join(OURS) + "\n")


def forget_reload():
    SSHD_CONFIG.write_text(SSHD_CONFIG.read_text().replace("publickey\n", "publickey,keyboard-interactive\n", 1))


def lose_key():
    pathlib.Path("/etc/countersign/store.key").unlink()


def open_settings():
    CONFIG.chmod(0o644)


def no_settings():
    CONFIG.unlink()


LISTS = "publickey,keyboard-interactive"
MISTAKES = {
    "nothing-configured": Mistake(pam=STOCK, enrolled=False, AuthenticationMethods="any", KbdInteractiveAuthentication="no"),
    "no-settings": Mistake(late=no_settings),
    "sshd-not-reloaded": Mistake(late=forget_reload, AuthenticationMethods="publickey"),
    "pam-file-put-back": Mistake(pam=STOCK, late=put_back),
    "use-pam-no": Mistake(UsePAM="no", AuthenticationMethods="publickey"),
    "misspelt-module": Mistake(pam=auth("auth requisite pam_countersing.so")),
    "bad-argument": Mistake(pam=auth("auth requisite pam_countersign.so retry=eleven")),
    "password-left-behind": Mistake(pam=auth("auth sufficient pam_countersign.so", "@include common-auth")),
    "way-around": Mistake(AuthenticationMethods=f"{LISTS} publickey"),
    "key-alone": Mistake(AuthenticationMethods="any"),
    "password-method": Mistake(AuthenticationMethods="publickey,password", PasswordAuthentication="yes"),
    "code-alone": Mistake(AuthenticationMethods="keyboard-interactive"),
    "nobody-enrolled": Mistake(settings='{"retry": 0}', enrolled=False),
    "settings-for-everybody": Mistake(late=open_settings),
    "settings-with-a-mistake": Mistake(settings='{\n  "retry": 1\n  "lang": "fr"\n}\n'),
    "plan-without-provider": Mistake(settings='{"auth_method": "smsotp"}\n'),
    "unknown-group": Mistake(settings='{\n  "2fa_group": "opt"\n}\n'),
    "no-broker": Mistake(pam=auth("auth requisite pam_countersign.so require_broker"), broker=False),
    "key-lost": Mistake(late=lose_key),
    "time-too-short": Mistake(LoginGraceTime="45"),
}


class Machine(Sshd):
    def __init__(self, mistake):
        super().__init__(PidFile="/run/sshd-test.pid", **mistake.sshd)
        pam_service("common-auth", COMMON)
        pam_service("sshd", mistake.pam)
        write_config(mistake.settings)
        SSHD_CONFIG.write_bytes(self.config.read_bytes())
        self.command = [SSHD, "-D", "-e"]


def plain(text):
    """Without what changes from run to run."""
    for pattern, plainly in ((r"\r", ""), (str(WORKDIR), "WORKDIR"), (r"\b\d{6}\b", "CODE"), (r"\[\d+\]", "[PID]"), (r"(/usr)?/lib/[\w/-]*security/", "FOLDER/"),
                             (r"\bport \d+", "port PORT"), (r"\b(pid|peer|login|ms|id|handle)=\S+", r"\1=..."),
                             (r"^\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ ", "")):
        text = re.sub(pattern, plainly, text, flags=re.M)
    return text


def said(broker, before):
    """The lines of the log that an administrator looks for."""
    lines = (broker.log() if broker else "").splitlines() + syslog()[before:].splitlines()
    wanted = [plain(line) for line in lines if re.search(r"verdict=|countersign.*(:|;) |pam_countersi|PAM ", line)]
    return [re.sub(r"^.*?(countersignd|sshd)(\[PID\])?: ", r"\1: ", line) for line in wanted
            if " serves" not in line and "time=" not in line]


def findings():
    rows = json.loads(countersign("--json", "doctor", "--user", "alice", check=False).stdout)
    text = []
    for row in rows:
        if row["severity"] == "fine" or row["id"].startswith(OF_THE_MACHINE) or "/dev/log" in row["reason"]:
            continue
        place = (row["file"] or "the machine") + (f":{row['line']}" if row["line"] else "")
        text += [f"{row['severity']} {row['id']} at {place}", f"    {row['reason']}"]
        text += [f"    -> {row['remedy']}"] if row["remedy"] else []
    return plain("\n".join(text) + "\n")


def play(name):
    mistake = MISTAKES[name]
    for folder in FOLDERS:
        run("cp", "-a", "--remove-destination", f"{WORKDIR}/before/{folder}/.", f"/etc/{folder}")
    pathlib.Path("/etc/pam.d/sshd.dpkg-old").unlink(missing_ok=True)
    forget_factors("alice")
    person = enroll("alice") if mistake.enrolled else Totp("A" * 32)
    before = len(syslog())
    broker = Broker().start() if mistake.broker else None
    sshd = Machine(mistake).start()
    wait_until(pathlib.Path("/run/sshd-test.pid").exists, "the pid file")
    if mistake.late:
        mistake.late()
    login = sshd.ssh("alice", [person.code])
    text = "\n".join(["=== user", plain(login.transcript).strip(), f"[ssh ended: {login.status}]", "=== log",
                      *said(broker, before), "=== doctor", findings()])
    sshd.stop()
    if broker:
        broker.stop()
    return text


def compare(name):
    problem = difference(f"mistakes/{name}.txt", play(name))
    expect(not problem, problem)


def test_prepare():
    (WORKDIR / "before").mkdir()
    for folder in FOLDERS:
        run("cp", "-a", f"/etc/{folder}", WORKDIR / "before" / folder)


for mistake_name in MISTAKES:
    globals()[f"test_{mistake_name.replace('-', '_')}"] = lambda name=mistake_name: compare(name)

main()
