# SPDX-License-Identifier: Apache-2.0
"""Sweeps of SIGKILL: a login, or a command, is killed before each of its system calls in turn (peers 3b.14). After each
kill somebody else gets in at once, no code is good twice, and `countersign check` is content."""
import time

from .driver import PAM_DRIVER, pam_login
from .harness import SANITIZE, WORKDIR, Failure, Skip, expect, expect_equal
from .kill import KillReport, keep_state, kill_command, kill_each_call, restore_state
from .process import run
from .product import Broker, countersign, enroll_batch
from .state import STORE
from .system import add_accounts, pam_service

PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
PROMPT = 3  # seconds within which somebody else's login must succeed
SNAPSHOT = WORKDIR / "keys" / "snapshot"
BEFORE_CHECKPOINT = WORKDIR / "keys" / "before-checkpoint"
ENROLLED = {}
fresh = []  # people whose factors are unspent


def prepare_sweep(people=6):
    """People, and the state of the store before any login."""
    if SANITIZE:
        raise Skip("sanitizers change the system calls and cannot be traced")
    pam_service("test", "auth required pam_countersign.so retry=0 require_broker")
    pam_service("alone", "auth required pam_countersign.so retry=0 standalone")
    ENROLLED.update(enroll_people("user", people))
    keep_state(SNAPSHOT)


def prepare_checkpoint():
    """SQLite merges its log into the file at some commits: finds the state before such a login."""
    others = enroll_people("other", 250).values()
    with Broker():
        for other in others:
            before = keep_state(BEFORE_CHECKPOINT)
            expect(login(other, other.code(), "test"), f"{other.user} was refused")
            if STORE.stat().st_mtime_ns != before:
                return
    raise Failure("the log was never folded in")


def enroll_people(kind, count):
    names = [f"{kind}{number}" for number in range(count)]
    add_accounts(names)
    return enroll_batch(names, digits=8)


def restore(snapshot=SNAPSHOT):
    """Restores the state before any login. Otherwise each login makes SQLite's log longer, and the process that opens
    the store first after a kill reads all of it, so that no two logins make the same calls."""
    restore_state(snapshot)
    fresh[:] = ENROLLED.values()


def take():
    """Somebody whose factor is unspent."""
    expect(fresh, "nobody is left")
    return fresh.pop(0)


def login_command(user, code, service):
    return [PAM_DRIVER, "--confdir", "/etc/pam.d", "--service", service, "--user", user, "--answer", code,
            *[word for name, value in PROVEN.items() for word in ("--env", f"{name}={value}")]]


def login(person, code, service):
    return pam_login(person.user, [code], service=service, env=PROVEN).code == "PAM_SUCCESS"


def expect_served(service):
    """Checks that somebody else gets in at once: no lock is stuck."""
    person = take()
    begin = time.monotonic()
    expect(login(person, person.code(), service), f"{person.user} was refused after the kill")
    expect(time.monotonic() - begin < PROMPT, f"{person.user} waited {time.monotonic() - begin:.1f} s")


def expect_sound():
    result = countersign("check", check=False)
    expect_equal(result.returncode, 0, f"countersign check: {result.stdout}{result.stderr}")


def judge(person, code, allowed, service):
    """After the killed login: how often its code was good. Returns whether the kill had left it unspent."""
    again = [login(person, code, service) for _ in range(2)]
    expect(allowed + sum(again) <= 1, f"{person.user}: one code, allowed: {[allowed, *again]}")
    expect(not again[1], f"{person.user}: the third try was the right one")
    return again[0]


class Sweep:
    """A login for each N, killed at the Nth call, until one is not killed any more. one(person, code, number)
    returns whether the login was told that it is allowed, and a KillReport."""

    def __init__(self, task, one, service="test", patience=1):
        def attempt(number):
            person = take()
            code = person.code()
            allowed, report = one(person, code, number)
            return report, allowed, (person, code)

        def after(about, allowed):
            expect_served(service)
            return judge(*about, allowed, service)

        self.kills, self.unspent = kill_each_call(attempt, after, patience)
        print(f"  task {task}: killed at {self.kills} calls; {self.unspent} times the code was left "
              "unspent", flush=True)

    def expect_around_the_commit(self):
        expect(0 < self.unspent < self.kills, f"unspent after {self.unspent} of {self.kills} kills")


def login_killed(task, service, person, code, number):
    """Runs the login under kill-at: the application and whatever it starts."""
    result = run(*kill_command(task, number, *login_command(person.user, code, service)), check=False)
    return "result: PAM_SUCCESS" in result.stdout, KillReport()
