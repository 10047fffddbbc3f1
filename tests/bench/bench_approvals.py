# SPDX-License-Identifier: Apache-2.0
"""Measures for scripts/bench, inside the sandbox: many logins at IBM Verify that wait for an approval, beside libcurl
alone that asks the same questions as often, over as many connections (bench_curl.c)."""
import argparse
import os
import resource
import select
import statistics
import subprocess
import time

from bench_common import (BARE, BENCH_PAM, COLUMNS, LEFT_MIB, OURS, POLL, POLL_RATIO, WAITING_KIB, Curl, Table, cpu_ns,
                          cpu_ratio, given_back, logins, memory_kib, poll_round, run_table)
from bench_verify import HANDLES, USER, configure, line_of, make_tenant, services, token_of
from countersign import Broker, expect, expect_equal, wait_until

TOLERANCE = 0.5  # seconds, for what the tenant takes when all approvals come at once


class Waiters:
    """Many logins of one application, each of which waits for an approval."""

    def __init__(self, tenant, count):
        asked = len(tenant.pushes)
        self.count = count
        self.process = subprocess.Popen([BENCH_PAM, "waiting", "device", USER, str(count)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)
        tenant.wait(lambda: len(tenant.pushes) == asked + count, f"{count} requests for an approval", 60)
        self.pushes = tenant.pushes[asked:]
        for push in self.pushes:
            push.wait_polls(1, 60)

    def ends(self, timeout):
        """(PAM code, monotonic seconds) of each login, as far as they ended in time."""
        deadline, text = time.monotonic() + timeout, b""
        while text.count(b"\n") < self.count:
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                break
            text += os.read(self.process.stdout.fileno(), 65536)
        return [(int(code), float(us) / 1e6) for code, us in map(bytes.split, text.splitlines())]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


# ---- what is measured ----

def measure_polls(tenant, broker, count, seconds):
    """The medians of rounds, and the ratio of all: logins that wait, and libcurl alone that asks the same questions at the same time."""
    waiters = Waiters(tenant, count)
    found = tenant.find("GET push")[-1]
    connections = tenant.connections
    curl = Curl(tenant, "poll", HANDLES, POLL * 1000, token=token_of(tenant))
    curl.write(line_of(found).replace(found.path, push.path) for push in waiters.pushes)
    tenant.forget_requests()
    time.sleep(2 * POLL)  # until all connections are there
    pids = {OURS: broker.pid, BARE: curl.process.pid}
    rounds = [poll_round(lambda: tenant.find("GET push"), pids) for _ in range(seconds // POLL)]
    # Or it would be worse than it has to be.
    expect(tenant.connections - connections <= HANDLES, "bench-curl does not keep its connections")
    curl.end()
    freed_after(waiters)
    medians = {name: [statistics.median(values) for values in zip(*(figures[name] for figures in rounds))]
               for name in COLUMNS}
    return medians, cpu_ratio(rounds)


def switches(pid):
    """How often its threads ran."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as status:
            total += sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)
    return total


def freed_after(waiters):
    """Seconds from the end of the application until the broker holds no login."""
    expect_equal(logins(), waiters.count, "logins that wait")
    begin = time.monotonic()
    waiters.end()
    wait_until(lambda: logins() == 0, "the end of the logins")
    return time.monotonic() - begin


def measure_between(tenant, broker):
    """One login that waits: CPU microseconds, runs of threads and requests, from one poll nearly to the next."""
    waiter = Waiters(tenant, 1)
    waiter.pushes[0].wait_polls(2)
    time.sleep(POLL / 10)
    before = cpu_ns(broker.pid), switches(broker.pid), len(tenant.requests)
    time.sleep(POLL * 0.7)
    after = cpu_ns(broker.pid), switches(broker.pid), len(tenant.requests)
    freed_after(waiter)
    cpu, runs, requests = (late - early for early, late in zip(before, after))
    return cpu / 1000, runs, requests


def measure_waiting(tenant, count, seconds):
    """Everything about `count` logins that wait for an approval. A broker for each part: one remembers who hung up,
    and asks that user before it sends the next request."""
    figures = {}
    with Broker() as broker:
        figures["between"] = measure_between(tenant, broker)
    with Broker() as broker:
        before = memory_kib(broker.pid)
        waiters = Waiters(tenant, count)
        after = memory_kib(broker.pid)
        figures["kib"] = {key: (after[key] - before[key]) / count for key in before}
        approved = time.monotonic()
        for push in waiters.pushes:
            push.approve()
        ends = waiters.ends(30)
        waiters.end()
        expect_equal([code for code, _ in ends].count(0), count, "approvals that let in")
        figures["seen"] = max(end for _, end in ends) - approved
        figures["freed"] = freed_after(Waiters(tenant, count))
        figures["left"] = given_back(broker.pid, before["Private_Dirty"])
    with Broker() as broker:
        figures["polls"] = measure_polls(tenant, broker, count, seconds)
    return figures


# ---- the table ----

def report(table, figures):
    kib = figures["kib"]["Private_Dirty"]
    table.row("waiting login, private dirty KiB", {OURS: kib}, "{:.1f}", f"<= {WAITING_KIB}",
              kib <= WAITING_KIB)
    table.row("  resident KiB", {OURS: figures["kib"]["Rss"]}, "{:.1f}")
    table.row("  left when all are gone, MiB", {OURS: figures["left"]}, "{:.1f}", f"<= {LEFT_MIB}",
              figures["left"] <= LEFT_MIB)
    polls, ratio = figures["polls"]
    table.row("  CPU microseconds for each poll", {name: values[0] for name, values in polls.items()}, "{:.0f}",
              f"<= {POLL_RATIO} x libcurl: {ratio:.2f}", ratio <= POLL_RATIO)
    table.row("  polls in a second", {name: values[1] for name, values in polls.items()}, "{:.0f}")
    microseconds, runs, requests = figures["between"]
    table.row("  CPU microseconds between two polls", {OURS: microseconds}, "{:.0f}", "none", microseconds == 0)
    table.row("    and threads that ran, requests", {OURS: runs + requests}, "{:.0f}", "0", runs + requests == 0)
    table.row("  last of all approvals seen after, s", {OURS: figures["seen"]}, "{:.2f}",
              f"<= {POLL} + {TOLERANCE}", figures["seen"] <= POLL + TOLERANCE)
    table.row("  all hang-ups freed after, s", {OURS: figures["freed"]}, "{:.2f}", "<= 1", figures["freed"] <= 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--memory", action="store_true")  # no state here: it is as it is
    parser.add_argument("--waiting", type=int, default=500)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the broker inherits it
    services()
    table = Table(COLUMNS)
    with make_tenant() as tenant:
        # One user of this machine may use a quarter.
        configure(tenant, poll_timeout=100, max_logins=4 * max(500, options.waiting))
        tenant.user(USER).device("Phone")
        figures = measure_waiting(tenant, options.waiting, 8 if options.quick else 40)
    print(f"\rIBM Verify: {options.waiting} logins that wait for an approval\n")
    report(table, figures)
    table.print()
    return 1 if table.missed else 0


if __name__ == "__main__":
    run_table(main)
