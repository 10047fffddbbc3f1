# SPDX-License-Identifier: Apache-2.0
"""Measures for scripts/bench, inside the sandbox: many logins that wait for an approval at an OpenID server, beside
libcurl alone that asks the same questions. The server is the strict one of the tests."""
import argparse
import statistics
import subprocess
import time
import urllib.parse

from bench_common import (BARE, BENCH_PAM, COLUMNS, CONFDIR, OURS, POLL, POLL_RATIO, Curl, Table,
                          cpu_ratio, given_back, logins, memory_kib, memory_rows, poll_round, run_table)
from countersign import Broker, expect_equal, pam_service, wait_until, write_config
from countersign.openid import Client, StrictServer
from countersign.openid.plain import PlainClient

USER = "alice"
HANDLES = 16  # connections at most


def configure(server):
    pam_service("other", "", CONFDIR)
    pam_service("device", "auth required pam_countersign.so auth_method=device push_wait=silent stack_first_factor", CONFDIR)
    server.interval = POLL
    server.install_ca()
    section = server.settings("/etc/countersign", owner=("root", "countersign"), mode=0o640)
    write_config({"provider": "openid", "poll_timeout": 100, "openid": {**section, "max-handles": HANDLES}})


class Waiters:
    """Logins of one application, each of which waits for an approval."""

    def __init__(self, server, count):
        before = len(server.started)
        self.count = count
        self.process = subprocess.Popen([BENCH_PAM, "waiting", "device", USER, str(count)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)
        server.wait(lambda: len(server.started) >= before + count, f"{count} requests for an approval", 60)

    def freed_after(self):
        """Seconds from the end of the application until the broker holds no login."""
        expect_equal(logins(), self.count, "logins that wait")
        begin = time.monotonic()
        self.process.stdin.close()
        self.process.wait()
        wait_until(lambda: logins() == 0, "the end of the logins")
        return time.monotonic() - begin


def poll_lines(server, count):
    """Polls of requests of its own, for bench-curl."""
    plain = PlainClient(server)
    client = server.client
    for _ in range(count):
        form = {"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": plain.ciba(USER)["auth_req_id"],
                "client_id": client.client_id, "client_secret": client.secret}
        path = urllib.parse.urlsplit(server.metadata_now()["token_endpoint"]).path
        yield f"POST\t{path}\tapplication/json\tapplication/x-www-form-urlencoded\t{urllib.parse.urlencode(form)}\n"


def measure(server, count, seconds):
    figures = {}
    with Broker() as broker:
        before = memory_kib(broker.pid)
        waiters = Waiters(server, count)
        after = memory_kib(broker.pid)
        figures["kib"] = {key: (after[key] - before[key]) / count for key in before}
        figures["documents"] = server.seen("metadata"), server.seen("jwks")
        curl = Curl(server, "poll", HANDLES, POLL * 1000)
        curl.write(poll_lines(server, count))
        server.forget_requests()
        time.sleep(2 * POLL)  # until all connections are there
        pids = {OURS: broker.pid, BARE: curl.process.pid}
        rounds = [poll_round(lambda: server.find("token"), pids) for _ in range(seconds // POLL)]
        curl.end()
        figures["polls"] = {name: [statistics.median(values) for values in zip(*(r[name] for r in rounds))]
                            for name in COLUMNS}
        figures["ratio"] = cpu_ratio(rounds)
        figures["freed"] = waiters.freed_after()
        figures["left"] = given_back(broker.pid, before["Private_Dirty"])
    return figures


def report(table, figures):
    memory_rows(table, figures)
    metadata, keys = figures["documents"]
    table.row("  requests for metadata and keys", {OURS: metadata + keys}, "{:.0f}", "2", (metadata, keys) == (1, 1))
    cpu = {name: values[0] for name, values in figures["polls"].items()}
    ratio = figures["ratio"]
    table.row("  CPU microseconds for each poll", cpu, "{:.0f}", f"<= {POLL_RATIO} x libcurl: {ratio:.2f}",
              ratio <= POLL_RATIO)
    table.row("  polls in a second", {name: values[1] for name, values in figures["polls"].items()}, "{:.0f}")
    table.row("  all hang-ups freed after, s", {OURS: figures["freed"]}, "{:.2f}", "<= 1", figures["freed"] <= 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--memory", action="store_true")  # no state here: it is as it is
    seconds = 8 if parser.parse_args().quick else 40
    table = Table(COLUMNS)
    with StrictServer(Client.post(), forgiving=True) as server:
        configure(server)
        figures = measure(server, 500, seconds)
    print("\rOpenID: 500 logins that wait for an approval\n")
    report(table, figures)
    table.print()
    return 1 if table.missed else 0


if __name__ == "__main__":
    run_table(main)
