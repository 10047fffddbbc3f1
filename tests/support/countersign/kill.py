# SPDX-License-Identifier: Apache-2.0
"""kill-at: SIGKILL before a chosen system call, and the state of the store from before it."""
import os
import pathlib
import re
import subprocess

from .harness import PATIENCE, WORKDIR, Failure, expect, expect_equal, wait_until
from .process import run
from .protocol import Peer
from .state import KEY, STORE, connections_of

KILL_AT = os.environ.get("CS_KILL_AT", "kill-at")
KILL_STEP = int(os.environ.get("CS_KILL_STEP", 1))
KILL_REPORT = WORKDIR / "kill-at"
STATE = STORE.parent


class KillReport:
    """kill-at's report."""

    def __init__(self):
        text = KILL_REPORT.read_text()
        self.killed = "killed" in text
        self.calls = [int(n) for n in re.findall(r"^task \d+: (\d+) calls$", text, re.M)]
        KILL_REPORT.unlink()


def kill_command(task, number, *command, kind="all"):
    return [KILL_AT, str(KILL_REPORT), kind, str(task), str(number), *map(str, command)]


def wait_idle(broker):
    """Returns even if the broker is dead."""
    wait_until(lambda: connections_of(broker.pid) == 0, "the end of what it served")


def attach_killer(broker, task, number, kind="all"):
    """kill-at on a broker that has nothing to do: what knocked before this peer has been served."""
    with Peer() as peer:
        peer.greet()
    wait_idle(broker)
    tracer = subprocess.Popen(kill_command(task, number, "--attach", broker.pid, kind=kind),
                              stdout=subprocess.PIPE)
    expect_equal(tracer.stdout.readline(), b"attached\n", "kill-at's answer")
    return tracer


def wait_killer(tracer):
    """The report, after the broker has ended."""
    tracer.wait(PATIENCE)
    tracer.stdout.close()
    return KillReport()


def kill_each_call(attempt, after, patience=1):
    """CS_KILL_STEP leaves numbers out. attempt(number) runs a login that is killed at that call; it returns the KillReport, whether the login was
    allowed, and what after() must know of it. after(about, allowed) checks what the kill left, and returns whether it
    counts. Ends when `patience` in a row were not killed, which must be allowed: logins may differ in their calls
    (which of the waiting threads serves, and whether its memory must grow first). Returns the kills and how many
    counted."""
    kills = counted = spared = 0
    for number in range(1, 3000, KILL_STEP):
        report, allowed, about = attempt(number)
        if report.killed:
            spared = 0
            kills += 1
            counted += after(about, allowed)
            continue
        expect(allowed, f"the login that was not killed at call {number} was refused")
        spared += 1
        if spared * KILL_STEP >= patience:
            return kills, counted
    raise Failure("every login was killed")


def keep_state(snapshot):
    """Copies store and key; returns when the store's file was written last."""
    run("rm", "-rf", snapshot)
    pathlib.Path(snapshot).mkdir(mode=0o700, parents=True)
    run("cp", "-a", STATE, KEY, snapshot)
    return STORE.stat().st_mtime_ns


def restore_state(snapshot):
    run("find", STATE, "-type", "f", "-delete")
    run("cp", "-a", snapshot / STATE.name, STATE.parent)
    run("cp", "-a", snapshot / KEY.name, KEY)
