# SPDX-License-Identifier: Apache-2.0
"""Measures for scripts/bench, inside the sandbox: logins at IBM Verify, beside libcurl alone that makes the same
requests (bench_curl.c). The tenant is the one of the tests; what it takes for an answer is subtracted."""
import argparse
import os
import random
import select
import statistics
import subprocess
import time

from bench_common import (BARE, BENCH_PAM, COLUMNS, CONFDIR, LEFT_MIB, OURS, POLL, POLL_RATIO, WAITING_KIB,
                          Application, Curl, Table, cpu_ns, cpu_ratio, given_back, logins, memory_kib, poll_round,
                          progress, run_table)
from countersign import (Broker, Tenant, expect, expect_equal, pam_login, pam_service,
                         wait_until, write_config)

USER = "alice"
HANDLES = 16  # connections at most
TOLERANCE = 0.5  # seconds, for what the tenant takes when all approvals come at once
LOGIN = ["GET users", "GET factors/totp", "POST totp"]


# ---- what is measured with ----

def services():
    pam_service("other", "", CONFDIR)
    for name, words in (("totp", "auth_method=totp"), ("alone", "auth_method=totp standalone"),
                        ("device", "auth_method=device push_wait=silent stack_first_factor")):
        pam_service(name, f"auth required pam_countersign.so retry=0 {words}", CONFDIR)


def make_tenant():
    tenant = Tenant(forgiving=False)
    tenant.one_time_use = False
    return tenant


def configure(tenant):
    tenant.install_ca()
    section = tenant.ibm_file(max_handles=HANDLES)["ibm-auth-api"]
    write_config({"provider": "verify", "verify": section, "throttle": False, "poll_timeout": 100})


def token_of(tenant):
    return tenant.requests[-1].token


def line_of(request):
    """A request of a login, for bench-curl."""
    words = [request.method, request.target, request.headers.get("accept", ""),
             request.headers.get("content-type", ""), request.raw_body.decode()]
    return "\t".join(words) + "\n"


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


def served_ms(requests):
    """What the tenant took, from the first line of a request until it sends its answer. A client may be ahead of
    the end of the sending, so that is not counted."""
    return sum(r.made - r.begun for r in requests) * 1000


def finished(tenant, count):
    """The newest requests, when all are answered."""
    tenant.wait(lambda: len(tenant.requests) == count and tenant.requests[-1].served_seconds is not None,
                f"{count} requests")
    return list(tenant.requests)


# ---- one login ----

def measure_warm(tenant, factor, count):
    """Interleaved logins of both: own milliseconds of each and the tenant's, requests and new connections."""
    own, served = {name: [] for name in COLUMNS}, {name: [] for name in COLUMNS}
    application = Application()

    def log_in():
        tenant.forget_requests()
        code, took = application.login("totp", USER, factor.code())
        expect_equal(code, 0, "PAM code")
        return took

    log_in()
    lines = list(map(line_of, finished(tenant, 1 + len(LOGIN))[1:]))  # beside the token, this once
    curl = Curl(tenant, "login", token=token_of(tenant))
    curl.make(lines)
    connections = tenant.connections
    for turn in range(count):
        for name in random.sample(COLUMNS, 2):
            if name == OURS:
                took = log_in()
                requests = finished(tenant, len(LOGIN))
                expect_equal([r.call for r in requests], LOGIN, "requests")
                lines = list(map(line_of, requests))
            else:
                tenant.forget_requests()
                took = curl.make(lines)
                requests = finished(tenant, len(LOGIN))
            served[name].append(served_ms(requests))
            own[name].append(took - served[name][-1])
        progress("logins", turn, count)
    curl.end()
    application.end()
    return own, served, tenant.connections - connections


def measure_alone(tenant, factor, count):
    """Stand-alone logins: milliseconds, the tenant's part, connections and requests of each."""
    application = Application()
    own, served = [], []
    for _ in range(count):
        tenant.forget_requests()
        before = tenant.connections
        code, took = application.login("alone", USER, factor.code())
        expect_equal(code, 0, "PAM code")
        requests = finished(tenant, 1 + len(LOGIN))
        served.append(served_ms(requests))
        own.append(took - served[-1])
        figures = tenant.connections - before, len(requests)
    application.end()
    return statistics.median(own), statistics.median(served), *figures


def measure_together(tenant, factor, count):
    """Logins at once at a broker that knows nothing yet: connections, token requests, seconds of the last."""
    tenant.forget_requests()
    before = tenant.connections
    with Broker():
        result = pam_login(USER, [factor.code()], service="totp", confdir=CONFDIR, threads=count)
    expect_equal(result.count("PAM_SUCCESS"), count, "logins that were let in")
    return tenant.connections - before, tenant.token_requests, max(run[1] for run in result.runs) / 1000


# ---- logins that wait ----

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

def report_logins(table, warm, alone, together, count):
    own, served, connections = warm
    median = {name: statistics.median(values) for name, values in own.items()}
    table.row("warm login, requests", {OURS: len(LOGIN), BARE: len(LOGIN)}, "{:.0f}", "3, no token", True)
    table.row("  new connections in all logins", {OURS: connections}, "{:.0f}", "0", connections == 0)
    table.row("  own time, ms", median, "{:.2f}", "<= 2", median[OURS] <= 2)
    table.row("    minimum", {name: min(values) for name, values in own.items()})
    table.row("  the tenant's time, ms", {name: statistics.median(values) for name, values in served.items()})
    table.row("stand-alone login, requests", {OURS: alone[3]}, "{:.0f}", "4", alone[3] == 4)
    table.row("  connections", {OURS: alone[2]}, "{:.0f}", "1", alone[2] == 1)
    table.row("  own time, ms", {OURS: alone[0]})
    table.row("  the tenant's time, ms", {OURS: alone[1]})
    table.row(f"{count} logins at once, connections", {OURS: together[0]}, "{:.0f}", f"<= {HANDLES}",
              together[0] <= HANDLES)
    table.row("  token requests", {OURS: together[1]}, "{:.0f}", "1", together[1] == 1)
    table.row("  seconds until the last", {OURS: together[2]})


def report_waiting(table, figures):
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
    quick = parser.parse_args().quick
    count, seconds = (30, 8) if quick else (300, 40)
    waiting, together = 500, 100
    random.seed(1)
    services()
    table = Table(COLUMNS)
    with make_tenant() as tenant:
        configure(tenant)
        person = tenant.user(USER)
        factor = person.totp()
        person.device("Phone")
        with Broker():
            warm = measure_warm(tenant, factor, count)
        alone = measure_alone(tenant, factor, 5 if quick else 30)
        crowd = measure_together(tenant, factor, together)
        figures = measure_waiting(tenant, waiting, seconds)
    print(f"\rIBM Verify: {count} interleaved logins, medians; {waiting} logins that wait for an approval\n")
    report_logins(table, warm, alone, crowd, together)
    report_waiting(table, figures)
    table.print()
    return 1 if table.missed else 0


if __name__ == "__main__":
    run_table(main)
