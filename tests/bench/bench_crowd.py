# SPDX-License-Identifier: Apache-2.0
"""Many logins at once: on a quiet machine, on a disk whose fsync takes 5 ms, and beside busy loops. Each process logs
in one user after the other, whole logins with right codes, throttle off; the contestants take turns."""
import argparse
import contextlib
import os
import pathlib
import random
import re
import statistics
import subprocess
import time

from bench import OBJECTS, STATE, Countersign, Peer, Users, checked, place_state
from bench_common import BENCH_PAM, Table, cpu_ns, run_table
from countersign import CONFIG, Broker, Failure, add_accounts

UNIT = pathlib.Path("/usr/lib/systemd/system/countersignd.service")
SLOW_SYNC = os.environ["CS_BENCH_DIR"] + "/bench-slow-sync.so"
OURS, WRONG, THEIRS = "countersign", "wrong code", "google-auth"
COLUMNS = (*OBJECTS, WRONG)
LOGINS = {1: 100, 8: 480, 32: 640, 128: 768}  # at once: in all
PEOPLE = max(LOGINS.values())
BUSY_LOOPS = 2  # for each core
# The least logins per second and the longest p99 or median, as multiples of google-authenticator's.
BARS = {("quiet", 1): {"median": 1.0}, ("slow", 8): {"rate": 0.95}, ("slow", 32): {"rate": 1.0, "p99": 2.0},
        ("busy", 1): {"median": 2.5}, ("busy", 8): {"rate": 0.8}, ("busy", 32): {"rate": 0.9}}
WRONG_BAR = 0.1  # how far a refusal's median may be from that of a right code, as a part of it


class Permit(Peer):
    def __init__(self):
        super().__init__("permit", "pam_permit.so")

    def crowd(self, count):
        return [("u00000", "-")] * count


class GoogleAuthenticator(Peer):
    """A file for each user."""

    def __init__(self, users):
        super().__init__("ga", f"pam_google_authenticator.so secret={STATE}/ga/${{USER}} user=root")
        self.users = users
        (STATE / "ga").mkdir()

    def crowd(self, count):
        names = random.sample(self.users.accounts, count)
        for name in names:
            path = STATE / "ga" / name
            path.unlink(missing_ok=True)
            path.write_text(f'{self.users.secrets[name]}\n" WINDOW_SIZE 3\n" DISALLOW_REUSE\n" TOTP_AUTH\n')
            path.chmod(0o400)
        return [(name, self.users.totp(name).code()) for name in names]


class Oath(Peer):
    """One file with a line for each user."""

    def __init__(self, users):
        super().__init__("oath", f"pam_oath.so usersfile={STATE}/oath/users window=3 digits=6")
        self.users = users
        (STATE / "oath").mkdir()

    def crowd(self, count):
        path = STATE / "oath" / "users"
        path.write_text("".join(f"HOTP/T30/6 {name} - {self.users.totp(name).key.hex()}\n"
                                for name in self.users.secrets))
        path.chmod(0o600)
        return [(name, self.users.totp(name).code()) for name in random.sample(self.users.accounts, count)]


class Ours(Countersign):
    """As an administrator enrols: otherwise each first login would write whose factor it is as well."""

    ENROL_WORDS = ()

    def crowd(self, count):
        logins = [self.fresh() for _ in range(count)]
        if None in logins:  # a renewal half-way would give out some codes twice
            self.renew()
            logins = [self.fresh() for _ in range(count)]
        return logins


class Wrong:
    """The same users and the same service, with codes that are refused."""

    def __init__(self, ours):
        self.service = ours.service
        self.ours = ours

    def crowd(self, count):
        return [self.ours.wrong() for _ in range(count)]


def broker(environment):
    """As systemd would start it."""
    unit = UNIT.read_text()
    nice = re.search(r"^Nice=(-?\d+)$", unit, re.M)[1]
    arguments = re.search(r"^ExecStart=\S+(.*)$", unit, re.M)[1].split()
    ours = Broker(*arguments, env=environment)
    ours.command = ["nice", "-n", nice, *ours.command]
    return ours


@contextlib.contextmanager
def busy_loops():
    loops = [subprocess.Popen(["/bin/sh", "-c", "while :; do :; done"])
             for _ in range(BUSY_LOOPS * len(os.sched_getaffinity(0)))]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


class Crowd:
    """bench-pam as many processes; each has its logins on its standard input when it starts."""

    def __init__(self, service, logins, at_once, environment, right):
        self.right = right
        self.processes = []
        self.shares = [logins[number::at_once] for number in range(at_once)]
        for _ in self.shares:
            self.processes.append(subprocess.Popen([BENCH_PAM, "login"], stdin=subprocess.PIPE, env=environment,
                                                   stdout=subprocess.PIPE, text=True))
        self.service = service

    def run(self, what):
        """Milliseconds of each login, and seconds in all."""
        begin = time.monotonic()
        for process, share in zip(self.processes, self.shares):
            process.stdin.write("".join(f"{self.service} {user} {answer}\n" for user, answer in share))
            process.stdin.close()
        lines = [line for process in self.processes for line in process.stdout.read().splitlines()]
        seconds = time.monotonic() - begin
        for process in self.processes:
            process.stdout.close()
            process.wait()
        for line in lines:
            checked(int(line.split()[0]), self.right, what)
        if len(lines) != sum(map(len, self.shares)):
            raise Failure(f"{what}: {len(lines)} logins of {sum(map(len, self.shares))}")
        return [float(line.split()[1]) / 1000 for line in lines], seconds


def children_ns():
    times = os.times()
    return (times.children_user + times.children_system) * 1e9


def round_of(name, peer, at_once, environment, pid):
    """One contestant's turn: milliseconds, logins per second, CPU microseconds for each login."""
    count = LOGINS[at_once]
    logins = peer.crowd(count)
    while time.time() % 30 > 15:  # their codes must be good until it is over
        time.sleep(30 - time.time() % 30)
        logins = peer.crowd(count)
    crowd = Crowd(peer.service, logins, at_once, environment, name != WRONG)
    spent, own = children_ns(), cpu_ns(pid) if name in (OURS, WRONG) else 0
    times, seconds = crowd.run(f"{name}, {at_once} at once")
    spent = children_ns() - spent + (cpu_ns(pid) - own if name in (OURS, WRONG) else 0)
    return times, count / seconds, spent / 1000 / count


def measure(peers, at_once, rounds, environment, pid):
    """{name: {rate, median, p99, cpu}}"""
    found = {name: [] for name in peers}
    for number in range(rounds + 1):
        order = list(peers.items())
        random.shuffle(order)
        for name, peer in order:
            result = round_of(name, peer, at_once, environment, pid)
            if number > 0:
                found[name].append(result)
    result = {}
    for name, turns in found.items():
        times = sorted(value for turn in turns for value in turn[0])
        result[name] = {"rate": statistics.median(turn[1] for turn in turns), "median": statistics.median(times),
                        "p99": times[len(times) * 99 // 100], "cpu": statistics.median(turn[2] for turn in turns)}
    return result


def add_rows(table, state, at_once, result):
    bars = BARS.get((state, at_once), {})
    for key, unit, form in (("rate", "logins/s", "{:.0f}"), ("median", "median, ms", "{:.2f}"),
                            ("p99", "p99, ms", "{:.2f}"), ("cpu", "CPU for each, us", "{:.0f}")):
        values = {name: row[key] for name, row in result.items()}
        ratio = values[OURS] / values[THEIRS]
        text, met = f"{ratio:.2f} x google-auth", None
        if key in bars:
            met = ratio >= bars[key] if key == "rate" else ratio <= bars[key]
            text = f"{'>=' if key == 'rate' else '<='} {bars[key]}: {text}"
        table.row(f"{state}, {at_once} at once, {unit}", values, form, text, met)
    ratio = result[WRONG]["median"] / result[OURS]["median"]
    table.row(f"{state}, {at_once} at once, wrong code", {WRONG: ratio}, "{:.2f} x", f"within {WRONG_BAR:.0%} of right",
              abs(ratio - 1) <= WRONG_BAR)


def run_state(state, peers, arguments, table):
    environment = dict(os.environ, **({"LD_PRELOAD": SLOW_SYNC} if state == "slow" else {}))
    loops = busy_loops() if state == "busy" else contextlib.nullcontext()
    with broker(environment) as ours, loops:
        for at_once in arguments.at_once:
            # pam_oath takes no lock, and loses what others write meanwhile.
            some = {name: peer for name, peer in peers.items() if name != "pam_oath" or at_once == 1}
            add_rows(table, state, at_once, measure(some, at_once, arguments.rounds, environment, ours.pid))


def prepare():
    place_state(memory=False)
    users = Users(PEOPLE, PEOPLE)
    add_accounts(users.secrets)
    ours = Ours("ours", users, "require_broker").store(STATE / "ours", CONFIG)
    return {"pam_permit": Permit(), "google-auth": GoogleAuthenticator(users), "pam_oath": Oath(users), OURS: ours,
            WRONG: Wrong(ours)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--memory", action="store_true", help="not used: the state is always on a disk")
    parser.add_argument("--states", default="quiet,slow,busy")
    parser.add_argument("--at-once", type=lambda text: [int(word) for word in text.split(",")], default=list(LOGINS))
    arguments = parser.parse_args()
    arguments.rounds = 3 if arguments.quick else 9
    random.seed(1)
    peers = prepare()
    table = Table(COLUMNS)
    for state in arguments.states.split(","):
        run_state(state, peers, arguments, table)
    table.print()
    return 1 if table.missed else 0


if __name__ == "__main__":
    run_table(main)
