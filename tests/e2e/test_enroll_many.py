# SPDX-License-Identifier: Apache-2.0
"""A batch of many users while logins and other commands go on: only the transaction itself holds the store."""
import json
import os
import signal
import subprocess

from countersign import *
from countersign.sealed import expect_opened

MANY = 3000  # the log of one transaction is then much longer than what SQLite merges by itself
LAST = f"user{MANY - 1}"
FILE = WORKDIR / "keys" / "many"
OUTPUT = WORKDIR / "keys" / "shown"
LOG = WORKDIR / "keys" / "strace"
FIRST_UNLOCK = 2  # of the tool's flock calls: after a short look, before the codes are made


def test_prepare():
    stack("auth_method=totp", "retry=0", "require_broker")
    write_config({"throttle": False})
    enroll("bob")
    FILE.parent.mkdir(mode=0o700, exist_ok=True)
    FILE.write_text("".join(f"user{number}\n" for number in reversed(range(MANY))) + "carol\n")
    keep_state(WORKDIR / "keys" / "snapshot")


class Traced:
    """The batch, to which strace does something at one of its system calls."""

    def __init__(self, inject, *words, only=()):
        LOG.write_text("")
        call = inject.split(":")[0]
        with open(OUTPUT, "wb") as out:
            self.process = subprocess.Popen(
                ["strace", *only, "-qq", "-o", LOG, "-e", f"trace={call}", "-e", f"inject={inject}",
                 COUNTERSIGN, "--no-account", "enroll", "totp", *words, "--batch", FILE], stdout=out)

    @property
    def tool(self):
        [pid] = descendants(self.process.pid)
        return pid

    def wait_stopped(self):
        def stopped():
            if self.process.poll() is not None:
                raise Failure(f"it ended with {self.process.returncode}")
            return "stopped by SIGSTOP" in LOG.read_text()

        wait_until(stopped, "the tool to stop")

    def go_on(self):
        os.kill(self.tool, signal.SIGCONT)
        expect_equal(self.process.wait(timeout=PATIENCE * 3), 0, "status")
        return {row["user"]: row for row in map(json.loads, OUTPUT.read_text().splitlines())}

    def kill(self):
        os.kill(self.tool, signal.SIGKILL)
        self.process.wait()


def restore():
    restore_state(WORKDIR / "keys" / "snapshot")


def expect_login(what):
    expect_equal(pam_login("bob", [fresh("bob").code()]).code, "PAM_SUCCESS", what)


def factors():
    return store_rows("SELECT count(*) FROM factor WHERE user <> 'bob'")[0][0]


def expect_sound():
    expect_equal(store_rows("PRAGMA integrity_check"), [("ok",)], "integrity")


def test_others_go_on_while_codes_are_made():
    restore()
    with Broker():
        batch = Traced(f"flock:signal=SIGSTOP:when={FIRST_UNLOCK}", "--add")
        batch.wait_stopped()
        expect_login("a login")
        expect_equal(factors(), 0, "factors")
        enroll("carol")
        codes = listing("carol")["recovery_codes_left"]
        countersign("rekey")
        rows = batch.go_on()
        expect_equal(factors(), MANY + 2, "factors")
        expect_equal(len(rows), MANY + 1, "answers")
        expect_equal((codes, listing("carol")["recovery_codes_left"], rows["carol"]["recovery_codes"]), (10, 10, []),
                     "recovery codes of somebody who has some")
        expect_opened(one_key=True)
        expect_sound()
        row = rows[LAST]
        expect_equal(listing(LAST)["factors"][0]["id"], row["id"], "the factor's number")
        expect_equal(len(row["recovery_codes"]), 10, "recovery codes")
        expect_equal(pam_login("carol", [Totp(rows["carol"]["secret"]).code()]).code, "PAM_SUCCESS", "a new user")


def test_answers_are_in_the_order_of_the_file():
    restore()
    lines = countersign("--no-account", "enroll", "totp", "--batch", FILE).stdout.splitlines()
    expect_equal([json.loads(line)["user"] for line in lines], FILE.read_text().split(), "answers")


def test_somebody_who_is_enrolled_meanwhile_is_skipped():
    restore()
    batch = Traced(f"flock:signal=SIGSTOP:when={FIRST_UNLOCK}")
    batch.wait_stopped()
    enroll("carol")
    rows = batch.go_on()
    expect_equal((factors(), len(rows), "carol" in rows), (MANY + 1, MANY, False), "factors, answers, and whether carol's is one")
    expect_sound()


def test_others_go_on_while_the_log_is_merged():
    restore()
    with Broker():
        batch = Traced("pwrite64:signal=SIGSTOP:when=1", only=("-f", "-P", STORE))  # the log is written to during the commit
        batch.wait_stopped()
        expect_login("a login")
        expect_equal(factors(), MANY + 1, "factors")
        batch.kill()
        expect_login("a login after a kill")
        expect_equal(factors(), MANY + 1, "factors after a kill")
        expect_sound()


def test_nobody_is_enrolled_after_a_kill():
    restore()
    with Broker():
        for number in 1, 100, 500:
            batch = Traced(f"pwrite64:signal=KILL:when={number}")
            batch.process.wait(timeout=PATIENCE)
            expect_equal(OUTPUT.read_text(), "", "what was shown")
            expect_login("a login")
            expect_equal(factors(), 0, f"factors after a kill at write {number}")
            expect_sound()


def test_a_store_that_was_replaced_meanwhile():
    restore()
    batch = Traced(f"flock:signal=SIGSTOP:when={FIRST_UNLOCK}")
    batch.wait_stopped()
    for path in STORE.parent.iterdir():
        path.unlink()
    countersign("init")
    os.kill(batch.tool, signal.SIGCONT)
    expect_equal(batch.process.wait(timeout=PATIENCE * 3), 1, "status")
    expect_equal(factors(), 0, "factors")


main()
