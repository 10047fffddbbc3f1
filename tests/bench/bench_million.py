# SPDX-License-Identifier: Apache-2.0
"""A million enrolled users: what a login costs beside one with ten, how fast they are enrolled and what logins wait
meanwhile, every verb on one user, and what works on all of them. The batch is in no order."""
import argparse
import pathlib
import random
import re
import statistics
import subprocess
import time

from bench import ACCOUNTS, SMALL, STATE, Countersign, Users, checked, measure_logins, place_state
from bench_common import CONFDIR, Application, Table, run_table
from countersign import CONFIG, SOCKET, WORKDIR, Broker, Failure, add_accounts, pam_service, run, write_config

MANY = 1_000_000
COLUMNS = ("10 users", "many users")
UNAVAILABLE = 9
LIMIT = 10  # seconds that a login waits for the store
VERBS = (("list",), ("unlock",), ("suspend",), ("resume",), ("recovery",), ("lang", "de"))


def disk_bytes(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.iterdir())


class Store(Countersign):
    """Accounts first, as the broker has them when everybody else is enrolled."""

    def __init__(self, service, users, broker):
        super().__init__(service, users, f"socket={broker.path} require_broker")
        self.broker = broker
        self.folder = STATE / service
        self.batch = []

    def enrol(self, names):
        self.batch.append(self.save(names))
        run("countersign", "--config", self.config, "--no-account", "enroll", "totp", "--batch", self.batch[-1])
        self.used.update(dict.fromkeys(names, int(time.time()) // 30 - 1))

    def save(self, names):
        path = WORKDIR / "batch"
        with open(path, "w", encoding="ascii") as out:
            out.writelines(f"{name} secret={self.users.secrets[name]}\n" for name in names)
        return path

    def tool(self, *words):
        """Seconds of the whole process."""
        begin = time.monotonic()
        subprocess.run(["countersign", "--config", self.config, *words], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return time.monotonic() - begin


class Meanwhile:
    """What logins see while the tool is at work: they are made one after the other, right codes while there are any."""

    def __init__(self, store, *words):
        self.store = store
        self.times = []
        self.refused = 0
        begin = time.monotonic()
        with open(WORKDIR / "tool.out", "wb") as out:
            tool = subprocess.Popen(["countersign", "--config", store.config, *map(str, words)], stdout=out)
        application = Application()
        self.peak = 0
        while tool.poll() is None:
            status = pathlib.Path(f"/proc/{tool.pid}/status").read_text()
            self.peak = max(self.peak, *map(int, re.findall(r"^VmHWM:\s+(\d+)", status, re.M)), 0)  # KiB
            self.login(application)
            time.sleep(0.02)
        self.seconds = time.monotonic() - begin
        application.end()
        if tool.returncode != 0:
            raise Failure(f"{words}: exit status {tool.returncode}")

    def login(self, application):
        login = self.store.fresh()
        code, milliseconds = application.login(self.store.service, *(login or self.store.wrong()))
        self.times.append(milliseconds / 1000)
        if code == UNAVAILABLE:
            self.refused += 1
        else:
            checked(code, login is not None, "meanwhile")

    def rows(self, table, what, bar=True):
        worst = max(self.times)
        table.row(f"  longest login meanwhile, s ({len(self.times)} logins)", {COLUMNS[1]: worst}, "{:.2f}",
                  *((f"< {LIMIT}", worst < LIMIT) if bar else ()))
        table.row("  logins refused meanwhile", {COLUMNS[1]: self.refused}, "{:.0f}",
                  *(("none", self.refused == 0) if bar else ()))


def enrol_many(store, table):
    others = [name for name in store.users.secrets if name not in store.used]
    random.shuffle(others)
    path = store.save(others)
    found = Meanwhile(store, "--no-account", "enroll", "totp", "--batch", path)
    path.unlink()
    (WORKDIR / "tool.out").unlink()
    rate = len(others) / found.seconds
    table.row("enrolled in one batch, users/s", {COLUMNS[1]: rate}, "{:.0f}", ">= 20000", rate >= 20000)
    table.row("  seconds", {COLUMNS[1]: found.seconds}, "{:.1f}")
    table.row("  memory of the tool, MiB", {COLUMNS[1]: found.peak / 1024}, "{:.0f}")
    found.rows(table, "enrolment")
    table.row("bytes on disk for each user", {COLUMNS[1]: disk_bytes(store.folder) / len(store.users.secrets)}, "{:.0f}")


def start_to_login(store):
    """Milliseconds from the start of the broker to the first verdict."""
    application = Application()
    begin = time.monotonic()
    with store.broker:
        code, _ = application.login(store.service, *store.wrong())
        spent = (time.monotonic() - begin) * 1000
    checked(code, False, "the first login")
    application.end()
    return spent


def measure_verbs(stores, table, count):
    for verb, *rest in VERBS:
        times = [[store.tool(verb, name, *rest) * 1000 for store in stores]
                 for name in (stores[0].users.accounts[0] for _ in range(count))]
        medians = dict(zip(COLUMNS, map(statistics.median, zip(*times))))
        bar = ("<= 10", medians[COLUMNS[1]] <= 10) if verb == "list" else ()
        table.row(f"countersign {verb}, ms", medians, "{:.1f}", *bar)


def measure_all(stores, table):
    few, many = stores
    few_found, found = few.tool("check"), Meanwhile(many, "check")
    table.row("countersign check, s", dict(zip(COLUMNS, (few_found, found.seconds))), "{:.2f}")
    found.rows(table, "check", False)
    few_found, found = few.tool("rekey"), Meanwhile(many, "rekey")
    table.row("countersign rekey, s", dict(zip(COLUMNS, (few_found, found.seconds))), "{:.2f}")
    found.rows(table, "rekey", False)


def measure_overview(stores, table):
    """Of a machine whose users are in /etc/passwd; no output waits for a pager."""
    many = stores[1]
    add_accounts(sorted(set(many.users.secrets) - set(many.users.accounts)))
    for words in (("list",), ("report", "--uid-min", "1000"), ("report", "--json"), ("report", "--csv"),
                  ("report", "--html", WORKDIR / "report.html")):
        found = Meanwhile(many, *words)
        name = " ".join(map(str, words[:2])) + (" FILE" if words[1:2] == ("--html",) else "")
        table.row(f"countersign {name}, s", {COLUMNS[1]: found.seconds}, "{:.1f}", "< 60", found.seconds < 60)
        table.row("  memory of the tool, MiB", {COLUMNS[1]: found.peak / 1024}, "{:.0f}")
        found.rows(table, "overview", False)


def add_logins(table, times):
    for kind in ("right", "wrong"):
        values = {name: times[f"{name} {kind}"][0] for name in COLUMNS}
        ratio = values[COLUMNS[1]] / values[COLUMNS[0]]
        table.row(f"{kind} code, ms", values, "{:.2f}", f"<= 1.2 x 10 users: {ratio:.2f}", ratio <= 1.2)
        table.row("  minimum", {name: times[f"{name} {kind}"][1] for name in COLUMNS}, "{:.2f}")


def prepare(arguments, large):
    place_state(arguments.memory)
    users = Users(SMALL, SMALL), Users(large, ACCOUNTS)
    add_accounts(sorted({name for some in users for name in some.accounts}))
    pam_service("other", "", CONFDIR)
    few_config, stores = CONFIG.with_name("few.json"), []
    brokers = Broker("--socket", "/run/countersign/few.sock", "--config", str(few_config)), Broker()
    for service, some, broker, path, config in zip(("few", "many"), users, brokers, ("/run/countersign/few.sock", SOCKET),
                                                   (few_config, CONFIG)):
        broker.path = path
        store = Store(service, some, broker)
        store.folder.mkdir(mode=0o700)
        run("chown", "countersign:", store.folder)
        write_config({"throttle": False, "store": f"{store.folder}/store.db", "key_file": f"/etc/countersign/{service}.key"},
                     config)
        store.config = config
        run("countersign", "--config", config, "init")
        store.enrol(some.accounts)
        stores.append(store)
    return stores


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="100,000 users")
    parser.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    count, large = (30, MANY // 10) if arguments.quick else (300, MANY)
    random.seed(1)
    few, many = stores = prepare(arguments, large)
    table = Table(COLUMNS)
    with few.broker, many.broker:
        enrol_many(many, table)
        add_logins(table, measure_logins({f"{name} {kind}": (store, kind == "right")
                                          for name, store in zip(COLUMNS, stores) for kind in ("right", "wrong")}, count))
        measure_verbs(stores, table, max(count // 10, 5))
        measure_all(stores, table)
    starts = [[start_to_login(store) for store in stores] for _ in range(5)]
    table.row("start of the broker to its first verdict, ms",
              dict(zip(COLUMNS, map(statistics.median, zip(*starts)))), "{:.0f}")
    with few.broker, many.broker:
        measure_overview(stores, table)
    print(f"\r{large:,} users; {count} interleaved logins of each kind, medians; state "
          f"{'in memory' if arguments.memory else 'on disk'}\n")
    table.print()
    return 1 if table.missed else 0


if __name__ == "__main__":
    run_table(main)
