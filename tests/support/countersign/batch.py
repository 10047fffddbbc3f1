# SPDX-License-Identifier: Apache-2.0
"""Logins that are in one batch of the broker: the end of another one is held up until all of them wait for the next."""
import os
import pathlib
import platform
import struct

from .driver import PamLogins
from .harness import SANITIZE, Failure, Skip, expect, expect_equal, wait_until
from .product import Broker
from .state import STORE, stack, store_rows

HOLD_UNLOCK = os.environ.get("CS_HOLD_UNLOCK_LIBRARY", "")
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
FUTEX = {"x86_64": "202", "aarch64": "98"}  # the numbers of the calls
POLL = {"x86_64": "7", "aarch64": "73"}


def call_of(pid, thread):
    """The number of the call in which a thread waits, and what it was given; or "running"."""
    return pathlib.Path(f"/proc/{pid}/task/{thread}/syscall").read_text().split()


def waits_until_a_time(call):
    """Whether a thread is in pthread_cond_timedwait: one that waits for a mutex for a moment (of the allocator, of the
    thread sanitizer) has no time limit."""
    return call[0] == FUTEX[platform.machine()] and int(call[4], 16) != 0


def waiting_threads(pid):
    """The threads of a process that wait for another one: of a broker, those whose login waits for the store."""
    found = set()
    for folder in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            if waits_until_a_time(call_of(pid, folder.name)):
                found.add(int(folder.name))
        except OSError:
            pass
    return found


def wait_waiting(pid, count):
    """Until so many wait; returns them."""
    try:
        return wait_until(lambda: len(waiting_threads(pid)) == count, f"{count} logins that wait for the store") and \
            waiting_threads(pid)
    except Failure as failure:
        raise Failure(f"{failure}; there are {len(waiting_threads(pid))}") from None


def commits():
    """Transactions in SQLite's log: frames with the size of the file after a commit. Nothing may write meanwhile."""
    log = pathlib.Path(f"{STORE}-wal")
    data = log.read_bytes() if log.exists() else b""
    if len(data) < 32:
        return 0
    page, = struct.unpack_from(">I", data, 8)
    salts, count = data[16:24], 0
    for at in range(32, len(data) - page - 23, 24 + page):
        if data[at + 8:at + 16] != salts:
            break
        count += data[at + 4:at + 8] != b"\0\0\0\0"
    return count


def prepare_batch():
    """The services of these logins, by the broker and stand-alone. Their language is given, so that nothing is read from
    the store before the answer is judged."""
    stack("retry=0", "lang=en", "require_broker", service="batch")
    stack("retry=0", "lang=en", "standalone", service="batch-alone")


class HeldBroker(Broker):
    """Its main thread has logged what an earlier broker left when it waits for signals: that takes the lock, too."""

    def ready(self):
        return super().ready() and call_of(self.pid, self.pid)[0] == POLL[platform.machine()]


class HeldUnlock:
    """What support/hold_unlock.c is told."""

    def __init__(self):
        if "address" in SANITIZE:
            raise Skip("the address sanitizer has to be the first library")
        if platform.machine() not in FUTEX:
            raise Skip("the numbers of system calls are not known here")
        self.path = pathlib.Path("/run/hold-unlock")
        self.writer = None

    def broker(self):
        """One of whose batches the end can be held up."""
        return HeldBroker(env={**os.environ, "LD_PRELOAD": HOLD_UNLOCK, "CS_HOLD_UNLOCK": str(self.path)})

    def arm(self):
        """The next batch will wait at its end: committed, with the lock, and nobody told."""
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path)
        self.path.chmod(0o444)

    def wait(self):
        """Until one waits; those after it will not."""
        wait_until(self._reached, "a batch to hold up")
        self.path.unlink()

    def _reached(self):
        try:
            self.writer = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return False
        return True

    def release(self):
        os.close(self.writer)


class Batch:
    """One login that is held up at its end; one that will lead the next batch, and the others in it. Logins are lists of
    (user, [answer])."""

    def __init__(self, broker, held, holder, leader, others):
        self.held = held
        held.arm()
        self.logins = [self._start(holder)]
        held.wait()
        self.logins.append(self._start(leader))
        self.leader, = wait_waiting(broker.pid, 1)
        if others:
            self.logins.append(self._start(*others))
        wait_waiting(broker.pid, 1 + len(others))

    def _start(self, *users):
        return PamLogins(users, service="batch", env=PROVEN)

    def release(self):
        self.held.release()

    def codes(self):
        """[(user, what PAM told the application)]"""
        return [pair for logins in self.logins for pair in logins.codes()]


class Nine:
    """People for a batch: eight with a right code, of whom the first leads, and one with a wrong one. Somebody else
    is held up meanwhile."""

    def __init__(self, people):
        self.holder, self.wrong, *self.right = people
        expect_equal(len(self.right), 8, "people with a right code")
        self.code = {person.user: person.code() for person in people}

    def gather(self, broker, held):
        leader, *others = [(person.user, [self.code[person.user]]) for person in self.right]
        return Batch(broker, held, (self.holder.user, [self.code[self.holder.user]]), leader,
                     [(self.wrong.user, [self.wrong.wrong()]), *others])

    def stored(self):
        """Who has spent a code, and the failures that are counted of each."""
        steps = dict(store_rows("SELECT user, last_step FROM factor"))
        failures = dict(store_rows("SELECT subject, sum(failures) FROM throttle WHERE scope <> 3 GROUP BY subject"))
        expect_equal(store_rows("PRAGMA integrity_check"), [("ok",)], "integrity")
        return {user for user in self.code if steps[user] >= 0}, {user: failures.get(user, 0) for user in self.code}

    def expect_whole(self, told):
        """All of the batch is stored or nothing, and so is whatever anybody was told; `told` is by user. Returns who
        has spent a code, and whether the batch was stored."""
        spent, failures = self.stored()
        for person in [self.holder, *self.right]:
            expect(told[person.user] != "PAM_SUCCESS" or person.user in spent,
                   f"{person.user} was let in by a code that is not spent")
            expect_equal(failures[person.user], 0, f"failures of {person.user}")
        stored = sum(person.user in spent for person in self.right)
        expect(stored in (0, 8), f"{stored} of 8 are stored")
        wrong = self.wrong.user
        expect_equal((wrong in spent, failures[wrong]), (False, stored // 8), f"the wrong code, with {stored} stored")
        expect(told[wrong] not in ("PAM_SUCCESS", "PAM_IGNORE"), f"a wrong code: {told[wrong]}")
        expect(told[wrong] != "PAM_MAXTRIES" or stored, "a failure was told and not counted")
        return spent, stored == 8

    def try_again(self, spent, unsure=()):
        """Each code that was not spent is good, once; that of whoever is unsure may be."""
        for number in 1, 2:
            logins = PamLogins([(user, [code]) for user, code in self.code.items()], service="batch", env=PROVEN)
            for user, code in logins.codes():
                allowed = {True, False} if number == 1 and user in unsure else {number == 1 and user not in spent}
                expect((code == "PAM_SUCCESS") in allowed, f"{user}, try {number}: {code}")


def task_of(pid, thread):
    """The number by which kill-at knows a thread of a process to which it is to attach."""
    return [int(name) for name in os.listdir(f"/proc/{pid}/task")].index(thread)
