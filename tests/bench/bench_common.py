# SPDX-License-Identifier: Apache-2.0
"""What the tables of scripts/bench share: an application that logs in, what a process costs, and the table."""
import os
import pathlib
import re
import subprocess
import sys
import time

from countersign import SOCKET, Failure, expect, expect_equal

BENCH_PAM = os.environ["CS_BENCH_DIR"] + "/bench-pam"
BENCH_CURL = os.environ["CS_BENCH_DIR"] + "/bench-curl"
CONFDIR = "/etc/bench-pam.d"
POLL = 2  # seconds
# Bars for logins that wait for an approval: KiB of each, MiB that stay when all are gone, and CPU time of a poll
# as a multiple of what libcurl alone takes.
WAITING_KIB, LEFT_MIB, POLL_RATIO = 40, 8, 1.15
OURS, BARE = COLUMNS = ("countersign", "libcurl")


def run_table(main):
    """Runs a script's main(); what it raises as a Failure is told in a line."""
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench: {failure}")


class Application:
    """bench-pam as a process that logs in when told to."""

    def __init__(self):
        self.process = subprocess.Popen([BENCH_PAM, "login"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def login(self, service, user, answer):
        """The PAM code, and milliseconds."""
        self.process.stdin.write(f"{service} {user} {answer}\n")
        code, microseconds = self.process.stdout.readline().split()
        return int(code), float(microseconds) / 1000

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Curl:
    """bench-curl as a process."""

    def __init__(self, server, mode, *words, token=""):
        command = [BENCH_CURL, mode, server.base, server.ca_file, token, *map(str, words)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def write(self, lines):
        self.process.stdin.write("".join(lines) + "\n")

    def make(self, lines):
        """Makes these requests; milliseconds."""
        self.write(lines)
        answer = self.process.stdout.readline()
        expect(answer, "bench-curl: a request failed")
        return float(answer) / 1000

    def end(self):
        self.process.stdin.close()
        expect_equal(self.process.wait(), 0, "bench-curl")


def logins():
    """How many the broker holds: its sockets but the one that listens."""
    with open("/proc/net/unix", encoding="ascii") as sockets:
        return sum(line.split()[-1] == SOCKET for line in sockets) - 1


def progress(what, done, of):
    if sys.stderr.isatty() and done % 10 == 0:
        print(f"\r{what} {done}/{of} ", end="", file=sys.stderr, flush=True)


def memory_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {key: int(re.search(rf"^{key}: +(\d+)", text, re.M)[1]) for key in ("Private_Dirty", "Rss")}


def given_back(pid, before, seconds=5):
    """MiB more than `before`, as soon as that is within the bar: the broker gives memory back once a second."""
    deadline = time.monotonic() + seconds
    while True:
        left = (memory_kib(pid)["Private_Dirty"] - before) / 1024
        if left <= LEFT_MIB or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def cpu_ratio(rounds):
    """Of the whole of all rounds: a median of few rounds differs by a third from run to run, because how many polls
    fall into a round does. Both contestants ask in the same seconds, so what else the machine does slows both."""
    spent = {name: sum(cpu * rate for cpu, rate in (figures[name] for figures in rounds)) for name in COLUMNS}
    asked = {name: sum(figures[name][1] for figures in rounds) for name in COLUMNS}
    return (spent[OURS] / asked[OURS]) / (spent[BARE] / asked[BARE])


def cpu_ns(pid):
    """Of all threads, those that have ended included: by the process's own clock, as clock_getcpuclockid(3) has it."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def _count_polls(found):
    ours = sum(r.headers.get("user-agent", "").startswith("countersign/") for r in found)
    return {OURS: ours, BARE: len(found) - ours}


def poll_round(find, pids):
    """CPU microseconds for each poll, and polls in a second, while everybody asks once. `find` gives all polls so
    far."""
    asked, spent, clock = _count_polls(find()), {name: cpu_ns(pid) for name, pid in pids.items()}, time.monotonic()
    time.sleep(POLL)
    spent = {name: cpu_ns(pid) - spent[name] for name, pid in pids.items()}
    clock = time.monotonic() - clock
    asked = {name: number - asked[name] for name, number in _count_polls(find()).items()}
    return {name: (spent[name] / 1000 / asked[name], asked[name] / clock) for name in COLUMNS}


class Table:
    """Rows of figures in columns, and the bars that one of these meets or misses."""

    def __init__(self, columns):
        self.columns = columns
        self.rows = []
        self.missed = 0

    def row(self, what, values, form="{:.2f}", bar="", met=None):
        cells = [form.format(values[name]) if name in values else "" for name in self.columns]
        verdict = "" if met is None else "pass" if met else "FAIL"
        self.missed += met is False
        self.rows.append([what, *cells, bar, verdict])

    def print(self):
        head = ["", *self.columns, "bar for countersign", ""]
        widths = [max(len(row[i]) for row in [head, *self.rows]) for i in range(len(head))]
        for row in [head, *self.rows]:
            cells = [cell.rjust(width) if 0 < i <= len(self.columns) else cell.ljust(width)
                     for i, (cell, width) in enumerate(zip(row, widths))]
            print("  ".join(cells).rstrip())
