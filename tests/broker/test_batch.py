# SPDX-License-Identifier: Apache-2.0
"""Logins that share a commit: on a disk that is full, in turn with other processes, and more of them than a batch has.
CS_ROUNDS says how often what several want at once is tried."""
import contextlib
import fcntl
import os
import sqlite3
import struct
import subprocess

from countersign import *
from countersign.batch import Batch, HeldUnlock, Nine, commits, prepare_batch, wait_waiting

ROUNDS = int(os.environ.get("CS_ROUNDS", 10))
BATCH_MAX = 64
SNAPSHOT = WORKDIR / "keys" / "snapshot"
PEOPLE = []
F_OFD_GETLK, FLOCK = 36, "hhqqi4x"


def test_prepare():
    prepare_batch()
    names = [f"user{number}" for number in range(max(ROUNDS * 3, BATCH_MAX + 20))]
    add_accounts(names)
    PEOPLE.extend(enroll_batch(names, digits=8).values())
    # Without the log, whose size is a full disk's reserve.
    with contextlib.closing(sqlite3.connect(STORE)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    keep_state(SNAPSHOT)


def logins_of(people):
    return [(person.user, [person.code()]) for person in people]


def expect_all_allowed(codes):
    refused = {user: code for user, code in codes if code != "PAM_SUCCESS"}
    expect_equal(refused, {}, "refused")


def expect_more(before, count):
    """So many commits since there were `before`, or the log has begun anew."""
    now = commits()
    expect(now == before + count or now <= count, f"{now} commits after {before}")


# ---- a full disk ----

def with_pages(disk, held, pages):
    """A batch of nine for whose commit so many pages are free; whether it was stored."""
    restore_state(SNAPSHOT)
    nine = Nine(PEOPLE[::8][:10])
    with held.broker() as broker:
        batch = nine.gather(broker, held)
        disk.leave(pages)
        batch.release()
        told = dict(batch.codes())
        disk.filler.unlink()
        spent, stored = nine.expect_whole(told)
        right = {told[person.user] for person in nine.right}
        expect_equal(right, {"PAM_SUCCESS" if stored else "PAM_AUTHINFO_UNAVAIL"}, "right codes")
        expect_equal((told[nine.wrong.user], told[nine.holder.user]),
                     ("PAM_MAXTRIES" if stored else "PAM_AUTHINFO_UNAVAIL", "PAM_SUCCESS"), "a wrong code; the one before")
        nine.try_again(spent)
        expect(broker.running, "the broker ended")
    return stored


def test_a_full_disk_in_the_middle_of_a_batch():
    """Nobody of it is let in or counted, and once there is room the same broker takes each code, once."""
    held = HeldUnlock()
    with FullDisk() as disk:
        refused = 0
        while not with_pages(disk, held, refused):
            refused += 1
            expect(refused < 100, "the disk is never large enough")
    print(f"  refused with up to {refused - 1} pages free", flush=True)
    expect(refused > 2, "it was not full in the middle")


# ---- in turn with other processes ----

def has_turn():
    """Whether a process has the turn to take the store's lock (store/lock.c)."""
    with open(STORE_LOCK, "r+b") as lock:
        asked = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0)
        return struct.unpack(FLOCK, fcntl.fcntl(lock, F_OFD_GETLK, asked))[0] != fcntl.F_UNLCK


def has_lock_open(pid):
    """Whether a process, or one that it started, has opened the store's lock."""
    for process in [pid, *descendants(pid)]:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{process}/fd"):
                with contextlib.suppress(OSError):
                    if os.readlink(f"/proc/{process}/fd/{name}") == str(STORE_LOCK):
                        return True
    return False


def tool(user):
    return subprocess.Popen([COUNTERSIGN, "unlock", user], stdout=subprocess.DEVNULL)


def passed_over(held, broker, start):
    """Somebody else who comes during a commit, while nine logins wait for the next, is served before them. start(person)
    begins, and returns what waits until it was served, and what waits for the end."""
    restore_state(SNAPSHOT)
    people = iter(PEOPLE)
    holder, leader, *others = logins_of([next(people) for _ in range(10)])
    batch = Batch(broker, held, holder, leader, others)
    served, end = start(next(people))
    wait_until(has_turn, "somebody else's turn")
    held.arm()
    batch.release()
    served()  # which it cannot be if the batch was first: that is held up with the lock
    held.wait()
    held.release()
    end()
    expect_all_allowed(batch.codes())


def has_record():
    """Read without the lock, which somebody has."""
    with contextlib.closing(sqlite3.connect(f"file:{STORE}?mode=ro", uri=True)) as store:
        return store.execute("SELECT count(*) FROM record").fetchone()[0] > 0


def start_tool(person):
    process = tool(person.user)

    def served():
        """Its record is in the store until it is logged, for which the tool waits once more."""
        wait_until(lambda: process.poll() is not None or has_record(), "what the tool did")

    return served, lambda: expect_equal(process.wait(PATIENCE), 0, "the tool")


def start_alone(person):
    login = PamLogins(logins_of([person]), service="batch-alone")
    codes = []
    return lambda: codes.extend(login.codes()), lambda: expect_all_allowed(codes)


def test_another_process_is_next():
    held = HeldUnlock()
    with held.broker() as broker:
        for _ in range(ROUNDS):
            passed_over(held, broker, start_tool)
            passed_over(held, broker, start_alone)


def test_the_broker_is_next():
    """A login that waits for the lock, before a process that came later."""
    held = HeldUnlock()
    restore_state(SNAPSHOT)
    with held.broker() as broker:
        for person in PEOPLE[:ROUNDS]:
            with open(STORE_LOCK, "r+b") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                login = PamLogins(logins_of([person]), service="batch")
                wait_until(has_turn, "the broker's turn")
                before = commits()
                other = tool(PEOPLE[-1].user)
                wait_until(lambda: has_lock_open(other.pid), "the tool at the lock")
                held.arm()
            held.wait()
            expect_more(before, 1)
            held.release()
            expect_all_allowed(login.codes())
            expect_equal(other.wait(PATIENCE), 0, "the tool")


# ---- more than a batch has ----

def test_nobody_waits_for_more_than_two_batches():
    """BATCH_MAX in the one after the commit that is running, whoever came later in the next."""
    held = HeldUnlock()
    restore_state(SNAPSHOT)
    with held.broker() as broker:
        holder, leader, *others = logins_of(PEOPLE[:2 + BATCH_MAX + 4])
        batch = Batch(broker, held, holder, leader, others)
        for left in BATCH_MAX - 1 + 5, 4:  # all but the one that is held up
            held.arm()
            held.release()
            held.wait()
            wait_waiting(broker.pid, left)
        held.release()
        expect_all_allowed(batch.codes())


# ---- one code, in one batch ----

def test_one_code_in_one_batch():
    """Twelve with one code, beside others: its user is let in once."""
    held = HeldUnlock()
    restore_state(SNAPSHOT)
    with held.broker() as broker:
        for number in range(0, 3 * ROUNDS, 3):
            holder, wanted, other = logins_of(PEOPLE[number:number + 3])
            before = commits()
            batch = Batch(broker, held, holder, wanted, [wanted] * 5 + [other] * 4 + [wanted] * 6)
            batch.release()
            codes = batch.codes()
            winners = sorted(user for user, code in codes if code == "PAM_SUCCESS")
            expect_equal(winners, sorted(user for user, _ in (holder, wanted, other)), f"round {number // 3}: let in")
            expect_equal({code for _, code in codes}, {"PAM_SUCCESS", "PAM_MAXTRIES"}, f"round {number // 3}: told")
            expect_more(before, 2)


main()
