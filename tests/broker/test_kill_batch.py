# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before every system call of a broker in which nine logins share a commit, eight with a right code and one with
a wrong one: all of the batch is stored or nothing, no code is good twice, and one that is not spent stays good."""
import subprocess

from countersign import *
from countersign.batch import HeldUnlock, Nine, commits, prepare_batch, task_of
from countersign.sweep import *

FULL_LOG = WORKDIR / "keys" / "full-log"


def test_prepare():
    prepare_sweep(10)
    prepare_batch()


class BatchSweep:
    """A batch for each N, killed at the Nth call of its leader, or of all threads together ("any"), counted from the
    moment at which the one before it is let go."""

    def __init__(self, task, snapshot=SNAPSHOT, patience=1):
        self.task = task
        self.snapshot = snapshot
        self.held = HeldUnlock()
        self.checkpoints = 0
        self.kills, self.unspent = kill_each_call(self.attempt, self.after, patience)
        print(f"  {task}: killed at {self.kills} calls; {self.unspent} times nothing of the batch was stored", flush=True)
        expect(0 < self.unspent < self.kills, "kills on one side of the commit only")

    def attempt(self, number):
        restore(self.snapshot)
        nine = Nine(ENROLLED.values())
        before, written = commits(), STORE.stat().st_mtime_ns
        with self.held.broker() as broker:
            batch = nine.gather(broker, self.held)
            task = self.task if self.task == "any" else task_of(broker.pid, batch.leader)
            tracer = subprocess.Popen(kill_command(task, number, "--attach", broker.pid), stdout=subprocess.PIPE)
            expect_equal(tracer.stdout.readline(), b"attached\n", "kill-at's answer")
            batch.release()
            told = dict(batch.codes())
            wait_idle(broker)
            broker.kill()
            report = wait_killer(tracer)
        if not report.killed:
            self.expect_one_commit(before, STORE.stat().st_mtime_ns != written)
        return report, list(told.values()).count("PAM_SUCCESS") == 9, (nine, told)

    def expect_one_commit(self, before, checkpoint):
        self.checkpoints += checkpoint
        expect(checkpoint or commits() == before + 2, f"{commits() - before} commits: the one before it, and its own")

    def after(self, about, _):
        nine, told = about
        spent, stored = nine.expect_whole(told)
        with Broker():
            nine.try_again(spent)
            expect_sound()
        return not stored


def test_leader():
    BatchSweep("leader")


def prepare_full_log():
    """SQLite folds its log into the file at the end of some commits: finds the state in which the batch's is one."""
    restore()
    folders = []
    with Broker():
        for number, other in enumerate(enroll_people("other", 250).values()):
            folders.append(WORKDIR / "keys" / f"log{number % 3}")
            before = keep_state(folders[-1])
            expect(login(other, other.code(), "test"), f"{other.user} was refused")
            if STORE.stat().st_mtime_ns != before:
                restore_state(folders[-2])
                keep_state(FULL_LOG)
                return
    raise Failure("the log was never folded in")


def test_leader_with_a_checkpoint():
    prepare_full_log()
    sweep = BatchSweep("leader", FULL_LOG)
    expect(sweep.checkpoints > 0, "the log was not folded in")


def test_any_thread():
    BatchSweep("any", patience=30)


main()
