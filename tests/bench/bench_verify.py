# SPDX-License-Identifier: Apache-2.0
"""Measures for scripts/bench, inside the sandbox: logins at IBM Verify, beside libcurl alone that makes the same
requests (bench_curl.c). The tenant is the one of the tests; what it takes for an answer is subtracted."""
import argparse
import random
import statistics

from bench_common import BARE, COLUMNS, CONFDIR, OURS, Application, Curl, Table, progress, run_table
from countersign import Broker, Tenant, expect_equal, pam_login, pam_service, write_config

USER = "alice"
HANDLES = 16  # connections at most
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


def configure(tenant, **settings):
    tenant.install_ca()
    section = tenant.ibm_file(max_handles=HANDLES)["ibm-auth-api"]
    write_config({"provider": "verify", "verify": section, "throttle": False, **settings})


def token_of(tenant):
    return tenant.requests[-1].token


def line_of(request):
    """A request of a login, for bench-curl."""
    words = [request.method, request.target, request.headers.get("accept", ""),
             request.headers.get("content-type", ""), request.raw_body.decode()]
    return "\t".join(words) + "\n"


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--memory", action="store_true")  # no state here: it is as it is
    quick = parser.parse_args().quick
    count = 30 if quick else 300
    together = 100
    random.seed(1)
    services()
    table = Table(COLUMNS)
    with make_tenant() as tenant:
        configure(tenant)
        factor = tenant.user(USER).totp()
        with Broker():
            warm = measure_warm(tenant, factor, count)
        alone = measure_alone(tenant, factor, 5 if quick else 30)
        crowd = measure_together(tenant, factor, together)
    print(f"\rIBM Verify: {count} interleaved logins, medians\n")
    report_logins(table, warm, alone, crowd, together)
    table.print()
    return 1 if table.missed else 0


if __name__ == "__main__":
    run_table(main)
