# SPDX-License-Identifier: Apache-2.0
"""Logins waiting at their prompt: what each costs the broker, and that everything is freed when they go."""
import os
import resource
import time

from countersign import *

PENDING = 1000
KIB_MOST = 64  # of private memory for each
IDLE = 2  # seconds without a stroke
FREED = 1      # seconds
KIB_LEFT = 8 * 1024  # of private memory in all, when they are gone

def test_prepare():
    resource.setrlimit(resource.RLIMIT_NOFILE, (PENDING + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    write_config({})
    enroll("alice")


def open_login():
    """Runs a login up to its prompt."""
    peer = Peer()
    peer.ask("alice", service="sshd", rhost="192.0.2.1")
    peer.expect(ROUND)
    return peer


def answer_wrongly(peer):
    peer.answer("000")
    peer.expect(ROUND)


def memory(pid):
    """The process's private memory in KiB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        values = dict(line.split(":") for line in list(rollup)[1:])
    return {name: int(values[name].split()[0]) for name in ("Private_Dirty", "Pss")}


def switches(pid):
    """How often each thread has run."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as status:
            found[task] = sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)
    return found


def expect_rest(pid):
    """Expects that no thread runs, except the thread sanitizer's own."""
    before = switches(pid)
    time.sleep(IDLE)  # there is no event to await: the test is that nothing happens
    ran = [task for task, count in switches(pid).items() if count != before.get(task)]
    expect(len(ran) <= (SANITIZE == "thread"), f"threads that ran in {IDLE} s: {ran} of {len(before)}")


def close_all(logins, pid):
    begin = time.monotonic()
    for peer in logins:
        peer.close()
    wait_until(lambda: connections_of(pid) == 0, "the end of the logins")
    return time.monotonic() - begin


def measure(broker, before, what):
    after = memory(broker.pid)
    each = {name: (after[name] - before[name]) / PENDING for name in after}
    print(f"  {what}: {before} KiB before, {after} after, {each} each", flush=True)
    # A sanitizer keeps its own memory for each thread; everything else holds with it too.
    expect(SANITIZE or max(each.values()) <= KIB_MOST, f"{what}: KiB for each pending login: {each}")
    return after


def test_pending():
    with Broker() as broker:
        first = open_login()
        answer_wrongly(first)
        close_all([first], broker.pid)
        before = memory(broker.pid)
        logins = [open_login() for _ in range(PENDING)]
        expect_equal(connections_of(broker.pid), PENDING, "connections")
        measure(broker, before, "first prompt")
        expect_rest(broker.pid)
        for peer in logins:  # the stack has been deeper by then
            answer_wrongly(peer)
        most = measure(broker, before, "second prompt")
        freed = close_all(logins, broker.pid)
        if not SANITIZE:
            wait_until(lambda: memory(broker.pid)["Private_Dirty"] - before["Private_Dirty"] <= KIB_LEFT,
                       "memory that is given back")
        print(f"  freed after {freed:.2f} s; {memory(broker.pid)} KiB left", flush=True)
        # A sanitizer also makes each thread's end slow; that all end is checked with it too.
        expect(SANITIZE or freed <= FREED, f"freed after {freed:.2f} s")

        logins = [open_login() for _ in range(PENDING)]
        for peer in logins:
            answer_wrongly(peer)
        again = measure(broker, before, "again")
        close_all(logins, broker.pid)
        expect(SANITIZE or again["Private_Dirty"] <= most["Private_Dirty"] * 1.1, f"it grows: {most}, then {again}")


main()
