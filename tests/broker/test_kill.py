# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before every system call of a login, and of commands that change store and key (peers 3b.14)."""
import json
import time

from countersign import *

PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
PROMPT = 3  # seconds within which somebody else's login must succeed
SNAPSHOT = WORKDIR / "keys" / "snapshot"
BEFORE_CHECKPOINT = WORKDIR / "keys" / "before-checkpoint"
ENROLLED = {}
fresh = []  # people whose factors are unspent


def test_prepare():
    if SANITIZE:
        raise Skip("sanitizers change the system calls and cannot be traced")
    pam_service("test", "auth required pam_countersign.so retry=0 require_broker")
    pam_service("alone", "auth required pam_countersign.so retry=0 standalone")
    ENROLLED.update(enroll_people("user", 6))
    others = enroll_people("other", 250).values()
    keep_state(SNAPSHOT)
    # SQLite merges its log into the file at some commits: find the state before such a login.
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
        """`patience`: as many N in a row must kill nothing before it ends, where logins differ in their calls
        (which of the waiting threads serves, and whether its memory must grow first)."""
        self.kills = self.unspent = spared = 0
        for number in range(1, 3000):
            person = take()
            code = person.code()
            allowed, report = one(person, code, number)
            if not report.killed:
                expect(allowed, f"the login that was not killed at call {number} was refused")
                spared += 1
                if spared == patience:
                    break
                continue
            spared = 0
            self.kills += 1
            expect_served(service)
            self.unspent += judge(person, code, allowed, service)
        else:
            raise Failure("every login was killed")
        print(f"  task {task}: killed at each of {self.kills} calls; {self.unspent} times the code was left "
              "unspent", flush=True)

    def expect_around_the_commit(self):
        expect(0 < self.unspent < self.kills, f"unspent after {self.unspent} of {self.kills} kills")


def login_killed(task, service, person, code, number):
    """Runs the login under kill-at: the application and whatever it starts."""
    result = run(*kill_command(task, number, *login_command(person.user, code, service)), check=False)
    return "result: PAM_SUCCESS" in result.stdout, KillReport()


def test_module():
    fresh.extend(enroll_people("many", 2000).values())
    with Broker():
        Sweep(0, lambda *login: login_killed(0, "test", *login)).expect_around_the_commit()
        expect_sound()


def sweep_standalone(task, snapshot):
    def one(person, code, number):
        restore(snapshot)
        fresh.remove(person)
        return login_killed(task, "alone", person, code, number)

    restore(snapshot)
    return Sweep(task, one, "alone")


def test_standalone():
    # 1 is the program that the module starts, 2 its child, which does the work.
    sweep_standalone(1, SNAPSHOT)
    sweep_standalone(2, SNAPSHOT).expect_around_the_commit()


def test_standalone_with_a_checkpoint():
    sweep_standalone(2, BEFORE_CHECKPOINT).expect_around_the_commit()


class Successors:
    """One broker after the other: each is killed during a login, and the next step uses a new one."""

    def __init__(self, task, snapshot):
        self.task = task
        self.snapshot = snapshot
        self.broker = None

    def killed(self, person, code, number):
        self.stop()
        restore(self.snapshot)
        fresh.remove(person)
        with Broker() as broker:
            tracer = attach_killer(broker, self.task, number)
            allowed = login(person, code, "test")
            wait_idle(broker)
            broker.kill()
            report = wait_killer(tracer)
        self.broker = Broker().start()
        expect_sound()
        return allowed, report

    def stop(self):
        if self.broker is not None:
            self.broker.stop()


def sweep_broker(task, snapshot=SNAPSHOT):
    restore(snapshot)
    successors = Successors(task, snapshot)
    sweep = Sweep(task, successors.killed, patience=60)
    successors.stop()
    return sweep


def test_broker_in_a_login():
    """Counts from the connection on; which waiting thread takes it is not known."""
    sweep_broker("any").expect_around_the_commit()


def test_broker_in_a_login_with_a_checkpoint():
    sweep_broker("any", BEFORE_CHECKPOINT).expect_around_the_commit()


class DyingBroker(Broker):
    """Kills the broker at a call of its start-up."""

    def __init__(self, number):
        super().__init__()
        self.command = kill_command(0, number, *self.command)


def test_broker_start():
    kills = 0
    for number in range(1, 3000):
        broker = DyingBroker(number)
        try:
            broker.start()
        except Failure:
            kills += KillReport().killed
        else:
            broker.kill()  # it listened before that call came
            break
        if number % 4 == 0:
            restore()
            with Broker():
                expect_served("test")
                expect_sound()
    print(f"  killed at {kills} calls")
    expect_equal(kills, number - 1, "kills")


# ---- the command-line tool ----


def sweep_command(task, words, check, input=None):
    """Kills the command at its Nth writing call, while a broker has the store open. check(result)
    follows each kill."""
    for number in range(1, 1000):
        restore()
        with Broker():
            expect_served("test")
            result = run(*kill_command(task, number, COUNTERSIGN, *words, kind="writes"), check=False,
                         input=input)
            report = KillReport()
            if not report.killed:
                break
            expect_served("test")
            expect_sound()
            expect_opened(one_key=True)
            check(result)
    print(f"  task {task}: killed at each of {number - 1} calls that write", flush=True)
    expect_equal(result.returncode, 0, f"{words}: status without a kill")
    expect(number > 10, f"only {number - 1} calls")


def test_rekey():
    def keys():
        return len(KEY.read_text().split())

    seen = set()

    def check(_):
        seen.add(keys())
        countersign("rekey")
        expect_equal(keys(), 1, "keys after another rekey")
        expect_served("test")
        expect_sound()

    for task in 0, 1:  # root, who writes the key file, and the child that writes the store
        sweep_command(task, ["rekey"], check)
        expect_equal(keys(), 1, "keys after a rekey without a kill")
    expect_equal(seen, {1, 2}, "keys after a kill")


def enrolled(user):
    """(factors, recovery codes) of a user."""
    answer = json.loads(countersign("list", user, "--json").stdout)
    return len(answer["factors"]), answer["recovery_codes_left"]


def sweep_enrolment(words, users):
    seen = set()

    def check(result):
        states = {enrolled(user) for user in users}
        expect(states in ({(0, 0)}, {(1, 10)}), f"enrolled in part: {states}")
        seen.update(states)
        expect(states == {(1, 10)} or result.stdout == "", "a factor was shown that does not exist")
        if states == {(0, 0)}:
            countersign(*words)

    sweep_command(0, words, check)
    expect_equal(seen, {(0, 0), (1, 10)}, "states after a kill")


def test_enroll():
    sweep_enrolment(["enroll", "totp", "alice", "--no-confirm", "--json"], ["alice"])


def test_enroll_batch():
    batch = WORKDIR / "keys" / "some"
    batch.write_text("alice\nbob\ncarol\n")
    sweep_enrolment(["enroll", "totp", "--batch", batch], ["alice", "bob", "carol"])


def test_passwd():
    seen = set()

    def check(_):
        known = json.loads(countersign("list", "alice", "--json").stdout)["password"] is not None
        seen.add(known)
        if known:
            countersign("passwd", "alice", "--remove")

    sweep_command(0, ["passwd", "alice", "--stdin"], check, input="correct horse battery staple\n")
    expect_equal(seen, {False, True}, "states after a kill")


def test_remove():
    seen = set()

    def check(_):
        state = enrolled("user5")
        expect(state in ((0, 0), (1, 10)), f"removed in part: {state}")
        seen.add(state)

    restore()
    sweep_command(0, ["remove", "user5", ENROLLED["user5"].id], check)
    expect_equal(seen, {(0, 0), (1, 10)}, "states after a kill")


def test_recovery():
    """The old codes or the new ones; the new ones are shown only where they are good."""
    def hashes():
        return set(store_rows("SELECT hash FROM recovery WHERE user = 'user5'"))

    seen = set()
    restore()
    old = hashes()

    def check(result):
        now = hashes()
        expect_equal(len(now), 10, "codes")
        expect(now == old or not now & old, "a mixture of codes")
        seen.add(now == old)
        expect(now != old or result.stdout == "", "codes were shown that are not good")

    sweep_command(0, ["recovery", "user5", "--json"], check)
    expect_equal(seen, {False, True}, "states after a kill")


def test_init():
    """From nothing; another init mends whatever is left, and never with another key than the store's."""
    for number in range(1, 1000):
        run("find", STORE.parent, "-type", "f", "-delete")
        run("find", KEY.parent, "-name", "store.key*", "-delete")
        run(*kill_command(0, number, COUNTERSIGN, "init", kind="writes"), check=False)
        report = KillReport()
        countersign("init")
        expect_equal(expect_opened(one_key=True), 1, "keys")
        if not report.killed:
            break
    expect(10 < number < 1000, f"only {number} calls")


main()
