# SPDX-License-Identifier: Apache-2.0
"""Two commands at once: whatever changes the key file or the store, each beside itself and beside `rekey`.
CS_ROUNDS says how often; with fewer than 100, only every third call is killed."""
import json
import os
import subprocess

from countersign import *
from countersign.sealed import expect_opened, read_keys

ROUNDS = int(os.environ.get("CS_ROUNDS", 10))
KILL_STEP = 1 if ROUNDS >= 100 else 3
PASSWORDS = ("correct horse battery staple", "incorrect horse battery staple")
SNAPSHOT = WORKDIR / "keys" / "snapshot"
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}


def test_prepare():
    pam_service("test", "auth required pam_countersign.so retry=0 standalone")
    for number in range(4):
        enroll("alice")
        enroll("bob")
    for user in "alice", "bob":
        countersign("passwd", user, "--stdin", input=PASSWORDS[0] + "\n")
    keep_state(SNAPSHOT)


class Result:
    """What a command that has ended left."""

    def __init__(self, process, words):
        self.stdout, self.stderr = process.communicate(timeout=PATIENCE * 3)
        self.status = process.returncode
        self.words = words

    def expect_done(self):
        expect_equal(self.status, 0, f"{self.words}: {self.stdout}{self.stderr}")
        return self.stdout


def begin(words, input=None, before=()):
    """Starts a verb of the tool; `before` is what runs it."""
    process = subprocess.Popen([*before, COUNTERSIGN, *map(str, words)], text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # Written at once, so that no command waits for it; it fits into the pipe.
    process.stdin.write(input or "")
    process.stdin.flush()
    return process


def at_once(first, second, inputs=(None, None)):
    """Both verbs, started together."""
    processes = [begin(words, input) for words, input in zip((first, second), inputs)]
    return [Result(process, words) for process, words in zip(processes, (first, second))]


def expect_whole():
    """One key, which opens everything; so does the tool."""
    expect_equal(expect_opened(one_key=True), 1, "keys in the file")
    checked = countersign("check", check=False)
    lines = [line for line in checked.stdout.splitlines() if line.startswith("BAD") and "socket" not in line]
    expect_equal(lines, [], "check")


def factors(user):
    return [factor["id"] for factor in listing(user)["factors"]]


def rounds(first, second, check, inputs=(None, None)):
    """The two verbs at once, again and again from the same state. check(results) follows each round."""
    for number in range(ROUNDS):
        restore_state(SNAPSHOT)
        results = at_once(first, second, inputs)
        try:
            check(results)
            expect_whole()
        except Failure as failure:
            raise Failure(f"round {number}: {failure}") from None


def both_done(results):
    for result in results:
        result.expect_done()


def expect_login():
    """A code that was enrolled before all this still lets in: what is sealed is the secret that it was."""
    factor = enroll("carol")
    countersign("rekey")
    login = pam_login("carol", [factor.code()], service="test", env=PROVEN)
    expect_equal(login.code, "PAM_SUCCESS", "a login after it")


# ---- each beside itself ----

def test_two_rekeys_leave_one_key_that_opens_all():
    rounds(["rekey"], ["rekey"], both_done)
    expect_login()


def test_two_inits_make_one_key_and_one_store():
    """From nothing, as two packages' scripts might."""
    for number in range(ROUNDS):
        run("find", STORE.parent, "-type", "f", "-delete")
        run("find", KEY.parent, "-name", "store.key*", "-delete")
        try:
            both_done(at_once(["init"], ["init"]))
            expect_whole()
        except Failure as failure:
            raise Failure(f"round {number}: {failure}") from None
    expect_login()


def test_two_inits_of_the_key_alone_make_one_key():
    for number in range(ROUNDS):
        run("find", STORE.parent, "-type", "f", "-delete")
        run("find", KEY.parent, "-name", "store.key*", "-delete")
        both_done(at_once(["init", "--key-only"], ["init", "--key-only"]))
        expect_equal(len(read_keys()), 1, f"round {number}: keys")


def test_two_enrolments_of_one_user():
    """Two factors, and recovery codes from one of them alone."""
    def check(results):
        answers = [json.loads(result.expect_done()) for result in results]
        expect_equal(factors("carol"), sorted(answer["id"] for answer in answers), "factors")
        expect_equal(sorted(len(answer["recovery_codes"]) for answer in answers), [0, 10], "recovery codes")

    words = ["enroll", "totp", "carol", "--add", "--no-confirm", "--json"]
    rounds(words, words, check)


def test_two_removals_of_one_factor():
    def check(results):
        expect_equal(sorted(result.status for result in results), [0, 1], f"{results[0].stderr}{results[1].stderr}")
        expect_equal(len(factors("alice")), 3, "factors left")

    restore_state(SNAPSHOT)
    words = ["remove", "alice", factors("alice")[0]]
    rounds(words, words, check)


def test_two_passwords_of_one_user():
    def check(results):
        both_done(results)
        expect(listing("alice")["password"] is not None, "no password")

    rounds(["passwd", "alice", "--stdin"], ["passwd", "alice", "--stdin"], check, [p + "\n" for p in PASSWORDS])


def test_two_sets_of_recovery_codes():
    """The codes of one of them are good, never a mixture."""
    def check(results):
        both_done(results)
        expect_equal(listing("alice")["recovery_codes_left"], 10, "codes")

    rounds(["recovery", "alice", "--json"], ["recovery", "alice", "--json"], check)


# ---- each beside rekey ----

def beside_rekey(words, input=None, check=lambda: None):
    def both(results):
        both_done(results)
        check()

    rounds(words, ["rekey"], both, (input, None))


def test_init_beside_rekey():
    beside_rekey(["init"])


def test_enroll_beside_rekey():
    beside_rekey(["enroll", "totp", "carol", "--add", "--no-confirm", "--json"],
                 check=lambda: expect_equal(len(factors("carol")), 1, "factors"))


def test_remove_beside_rekey():
    restore_state(SNAPSHOT)
    beside_rekey(["remove", "alice", factors("alice")[0]])


def test_passwd_beside_rekey():
    beside_rekey(["passwd", "carol", "--stdin"], PASSWORDS[1] + "\n",
                 lambda: expect(listing("carol")["password"], "no password"))


def test_recovery_beside_rekey():
    beside_rekey(["recovery", "alice", "--json"],
                 check=lambda: expect_equal(listing("alice")["recovery_codes_left"], 10, "codes"))


def test_rekey_killed_beside_a_rekey():
    """At each call that writes, or every KILL_STEP-th, of the one that changes the key file and of its child: the other
    goes on, what is left opens, and the next rekey leaves one key."""
    if SANITIZE:
        raise Skip("sanitizers change the system calls and cannot be traced")
    for task in 0, 1:
        for number in range(1, 1000, KILL_STEP):
            restore_state(SNAPSHOT)
            killed = begin(["rekey"], before=kill_command(task, number, kind="writes"))
            other = begin(["rekey"])
            Result(killed, "rekey")
            Result(other, "rekey").expect_done()
            report = KillReport()
            expect_opened()
            countersign("rekey")
            expect_whole()
            if not report.killed:
                break
        expect(10 < number < 1000, f"only {number} calls")


main()
