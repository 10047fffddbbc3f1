# SPDX-License-Identifier: Apache-2.0
"""Measures for scripts/bench, inside the sandbox: every figure comes from one interleaved run, so that what
else the machine does falls on all columns alike. Throttle off, one try, one answer, replay protection on."""
import argparse
import base64
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import time

from bench_common import BENCH_PAM, CONFDIR, Application, Table, cpu_ns, memory_kib, progress, run_table
from countersign import (CONFIG, SOCKET, WORKDIR, Broker, Failure, Totp, add_accounts, countersign, pam_service, run,
                         connections_of, wait_until, write_config)

BENCH_LOAD = os.environ["CS_BENCH_DIR"] + "/bench-load"
MODULES = "/lib/x86_64-linux-gnu/security"
STATE = pathlib.Path("/var/lib/bench")
SMALL, LARGE = 10, 100_000
ACCOUNTS = 50  # of the enrolled users these exist and log in, each with three codes until it is enrolled anew
COLUMNS = ("pam_permit", "google-auth", "pam_oath", "countersign")
OBJECTS = dict(zip(COLUMNS, ("pam_permit", "pam_google_authenticator", "pam_oath", "pam_countersign")))
SUCCESS, AUTH_ERR, MAXTRIES = 0, 7, 11


class Peer:
    """One way to log in. right() and wrong() bring the state into order and give (user, answer)."""

    def __init__(self, service, line):
        self.service = service
        # A folder of its own: PAM reads "other" beside each service, and Debian's loads six modules.
        pam_service(service, f"auth required {line}", CONFDIR)

    def right(self):
        return "u00000", "-"

    def wrong(self):
        return "u00000", "000001"


class Users:
    """Names and secrets; some of the names are accounts, spread evenly."""

    def __init__(self, count, accounts):
        self.secrets = {f"u{n:05}": base64.b32encode(random.randbytes(20)).decode() for n in range(count)}
        names = list(self.secrets)
        self.accounts = [names[i * count // accounts] for i in range(accounts)]

    def totp(self, name):
        return Totp(self.secrets[name])


class FilePeer(Peer):
    """One that has its state in a file, which reset() makes anew: every code is good again."""

    def right(self):
        self.reset()
        return self.name, self.users.totp(self.name).code()

    def wrong(self):
        self.reset()
        return self.name, self.users.totp(self.name).wrong()


class GoogleAuthenticator(FilePeer):
    """A file for each user."""

    def __init__(self, users):
        super().__init__("ga", f"pam_google_authenticator.so secret={STATE}/ga/${{USER}} user=root")
        self.users = users
        self.name = users.accounts[0]
        (STATE / "ga").mkdir()

    def reset(self):
        path = STATE / "ga" / self.name
        path.unlink(missing_ok=True)
        path.write_text(f'{self.users.secrets[self.name]}\n" WINDOW_SIZE 3\n" DISALLOW_REUSE\n" TOTP_AUTH\n')
        path.chmod(0o400)


class Oath(FilePeer):
    """One file with a line for each user."""

    def __init__(self, users):
        self.folder = STATE / f"oath{len(users.secrets)}"
        super().__init__(self.folder.name, f"pam_oath.so usersfile={self.folder}/users window=3 digits=6")
        self.users = users
        self.name = users.accounts[len(users.accounts) // 2]
        self.lines = "".join(f"HOTP/T30/6 {name} - {base64.b32decode(secret).hex()}\n"
                             for name, secret in users.secrets.items())
        self.folder.mkdir()

    def reset(self):
        path = self.folder / "users"
        path.write_text(self.lines)
        path.chmod(0o600)


class Countersign(Peer):
    """Every right code is one that its user has not used yet; who has none left is enrolled anew."""

    ENROL_WORDS = ("--no-account",)

    def __init__(self, service, users, words=""):
        super().__init__(service, f"pam_countersign.so retry=0 {words}")
        self.users = users
        self.config = None
        self.used = {}
        self.turn = 0

    def store(self, folder, config):
        folder.mkdir(mode=0o700)
        run("chown", "countersign:", folder)
        write_config({"throttle": False, "store": f"{folder}/store.db"}, config)
        self.config = config
        run("countersign", "--config", config, "init")
        self.enrol(self.users.secrets)
        return self

    def enrol(self, names):
        path = WORKDIR / "batch"
        path.write_text("".join(f"{name} secret={self.users.secrets[name]}\n" for name in names))
        run("countersign", "--config", self.config, *self.ENROL_WORDS, "enroll", "totp", "--add", "--batch", path,
            timeout=600)
        # Of a secret that was given, no code of an earlier period is accepted.
        self.used.update(dict.fromkeys(names, int(time.time()) // 30 - 1))

    def renew(self):
        for name in self.users.accounts:
            for factor in json.loads(countersign("--config", self.config, "list", name, "--json").stdout)["factors"]:
                countersign("--config", self.config, "remove", name, factor["id"])
        self.enrol(self.users.accounts)

    def fresh(self):
        step = int(time.time()) // 30
        for _ in self.users.accounts:
            self.turn += 1
            name = self.users.accounts[self.turn % len(self.users.accounts)]
            wanted = max(self.used.get(name, 0) + 1, step - 1)
            if wanted <= step + 1:
                self.used[name] = wanted
                return name, self.users.totp(name).code(wanted - step)
        return None

    def right(self):
        login = self.fresh()
        if login is None:
            self.renew()
            login = self.fresh()
        return login

    def wrong(self):
        self.turn += 1
        name = self.users.accounts[self.turn % len(self.users.accounts)]
        return name, self.users.totp(name).wrong()


def checked(code, right, what):
    """A figure of something that failed would be worth nothing."""
    if (code == SUCCESS) != right or (not right and code not in (AUTH_ERR, MAXTRIES)):
        raise Failure(f"{what}: PAM code {code} for a {'right' if right else 'wrong'} answer")


def measure_logins(cases, count):
    """Milliseconds of each case (median, minimum), measured one after the other in a new order each time."""
    times = {name: [] for name in cases}
    application = Application()
    for turn in range(count + 3):
        order = list(cases.items())
        random.shuffle(order)
        for name, (peer, right) in order:
            # Not near the end of a period: the code would be another one when it is checked.
            if time.time() % 30 > 29.5:
                time.sleep(0.6)
            code, milliseconds = application.login(peer.service, *(peer.right() if right else peer.wrong()))
            checked(code, right, name)
            if turn >= 3:
                times[name].append(milliseconds)
        progress("logins", turn, count + 3)
    application.end()
    return {name: (statistics.median(values), min(values)) for name, values in times.items()}


def instructions(function, *command, input=None):
    """What callgrind counts from the entry of `function` to its end."""
    out = WORKDIR / "callgrind.out"
    run("valgrind", "--tool=callgrind", f"--toggle-collect={function}", f"--callgrind-out-file={out}",
        *command, input=input)
    return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1])


def measure_loads(count):
    """In a program with nothing but libc, and instructions also where libpam is there before, as in sshd."""
    rows = {"instructions": {}, "instructions beside libpam": {}, "time": {}, "dirty": {}, "objects": {}}
    runs = {name: [] for name in COLUMNS}
    for turn in range(count):
        for name in COLUMNS:
            text = run(BENCH_LOAD, f"{MODULES}/{OBJECTS[name]}.so").stdout
            runs[name].append([float(word) for word in text.split()])
        progress("loads", turn, count)
    for name in COLUMNS:
        path = f"{MODULES}/{OBJECTS[name]}.so"
        rows["instructions"][name] = instructions("load_module", BENCH_LOAD, path) / 1000
        rows["instructions beside libpam"][name] = instructions("load_module", BENCH_LOAD, "--libpam", path) / 1000
        for row, values in zip(("time", "dirty", "objects"), zip(*runs[name])):
            rows[row][name] = statistics.median(values)
    return rows


def measure_client_instructions(peers):
    result = {}
    for name, peer in peers.items():
        user, answer = peer.right()
        result[name] = instructions("one_login", BENCH_PAM, "login", input=f"{peer.service} {user} {answer}\n") / 1000
    return result


def measure_pending(broker, service, user, count):
    """KiB of the broker for each pending login, its CPU time in milliseconds per second meanwhile, and the seconds
    until it has freed all when they hang up together."""
    before = memory_kib(broker.pid)
    client = subprocess.Popen([BENCH_PAM, "pending", service, user, str(count)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    if client.stdout.readline() != "waiting\n":
        raise Failure("the logins that should wait do not")
    time.sleep(0.5)
    after = memory_kib(broker.pid)
    begin, clock = cpu_ns(broker.pid), time.monotonic()
    time.sleep(3)
    cpu = (cpu_ns(broker.pid) - begin) / 1e6 / (time.monotonic() - clock)
    begin = time.monotonic()
    client.stdin.close()
    client.wait()
    wait_until(lambda: connections_of(broker.pid) == 0, "the end of the logins")
    freed = time.monotonic() - begin
    return {key: (after[key] - before[key]) / count for key in before}, cpu, freed


def add_ratio(table, what, values, form, limit, reference, text):
    ratio = values["countersign"] / reference
    table.row(what, values, form, f"{text}: {ratio:.2f}", ratio <= limit)


def add_times(table, times, large):
    def pick(kind, which=0):
        return {name: times[f"{name} {kind}"][which] for name in COLUMNS if f"{name} {kind}" in times}

    right, wrong = pick("right"), pick("wrong")
    add_ratio(table, f"right code, {SMALL} users, ms", right, "{:.2f}", 1.0, right["google-auth"],
              "<= google-auth")
    least = pick("right", 1)
    add_ratio(table, "  minimum", least, "{:.2f}", 1.0, least["google-auth"], "<= google-auth")
    ratio = wrong["countersign"] / right["countersign"]
    table.row(f"wrong code, {SMALL} users, ms", wrong, "{:.2f}", f"0.9 .. 1.1 x right: {ratio:.2f}",
              0.9 <= ratio <= 1.1)
    table.row("  minimum", pick("wrong", 1), "{:.2f}")
    for what, few in (("right", right), ("wrong", wrong)):
        add_ratio(table, f"{what} code, {large:,} users, ms", pick(f"{what} many"), "{:.2f}", 1.2,
                  few["countersign"], f"<= 1.2 x {SMALL} users")
        table.row("  minimum", pick(f"{what} many", 1), "{:.2f}")
    alone = pick("standalone")
    table.row("stand-alone, right code, ms", alone, "{:.2f}", "<= 30", alone["countersign"] <= 30)


def report(loads, client, times, waited, large):
    pending, cpu, freed = waited
    table = Table(COLUMNS)
    add_ratio(table, "load: instructions / 1000", loads["instructions"], "{:.0f}", 1.3,
              loads["instructions"]["pam_permit"], "<= 1.3 x pam_permit")
    table.row("  where libpam is loaded already", loads["instructions beside libpam"], "{:.0f}")
    table.row("load: microseconds", loads["time"], "{:.0f}")
    table.row("load: private dirty KiB", loads["dirty"], "{:.0f}")
    table.row("load: objects added", loads["objects"], "{:.0f}")
    table.row("login: client instructions / 1000", client, "{:.0f}")
    add_times(table, times, large)
    kib = pending["Private_Dirty"]
    table.row("pending login, private dirty KiB", {"countersign": kib}, "{:.1f}", "<= 64", kib <= 64)
    table.row("pending login, resident KiB", {"countersign": pending["Rss"]}, "{:.1f}")
    table.row("pending logins, CPU ms per second", {"countersign": cpu}, "{:.3f}", "none: < 0.1", cpu < 0.1)
    table.row("pending logins, seconds until freed", {"countersign": freed}, "{:.2f}", "<= 1", freed <= 1)
    table.print()
    return table.missed


def place_state(memory):
    """STATE in memory, or on the disk that holds WORKDIR."""
    STATE.mkdir()
    if not memory:
        (WORKDIR / "state").mkdir()
        run("mount", "--bind", WORKDIR / "state", STATE)


def prepare(arguments, large):
    place_state(arguments.memory)
    few, many = Users(SMALL, SMALL), Users(large, ACCOUNTS)
    add_accounts(sorted({*few.accounts, *many.accounts}))
    pam_service("other", "", CONFDIR)
    peers = {"pam_permit": Peer("permit", "pam_permit.so"),
             "google-auth": GoogleAuthenticator(few), "pam_oath": Oath(few),
             "countersign": Countersign("few", few, "socket=/run/countersign/few.sock").store(
                 STATE / "few", CONFIG.with_name("few.json"))}
    begin = time.monotonic()
    broker = Countersign("many", many, f"socket={SOCKET}").store(STATE / "many", CONFIG)
    print(f"{large:,} users enrolled in {time.monotonic() - begin:.1f} s", file=sys.stderr)
    alone = Countersign("alone", many, "standalone")
    alone.config, alone.used = broker.config, broker.used  # one store, each code once
    return peers, Oath(many), broker, alone


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    count, large, pending = (30, 5000, 100) if arguments.quick else (300, LARGE, 1000)
    random.seed(1)
    peers, oath_many, many, alone = prepare(arguments, large)
    cases = {"pam_permit right": (peers["pam_permit"], True)}
    for name in COLUMNS[1:]:
        cases |= {f"{name} right": (peers[name], True), f"{name} wrong": (peers[name], False)}
    for name, peer in (("pam_oath", oath_many), ("countersign", many)):
        cases |= {f"{name} right many": (peer, True), f"{name} wrong many": (peer, False)}
    cases["countersign standalone"] = (alone, True)
    few_broker = Broker("--socket", "/run/countersign/few.sock", "--config", str(peers["countersign"].config))
    few_broker.path = "/run/countersign/few.sock"
    with few_broker, Broker() as broker:
        loads = measure_loads(30 if arguments.quick else 300)
        times = measure_logins(cases, count)
        client = measure_client_instructions(peers)
        waited = measure_pending(broker, many.service, many.users.accounts[0], pending)
    print(f"\r{count} interleaved logins of each kind, medians; {pending:,} pending; state "
          f"{'in memory' if arguments.memory else 'on disk'}\n")
    return 1 if report(loads, client, times, waited, large) else 0


if __name__ == "__main__":
    run_table(main)
