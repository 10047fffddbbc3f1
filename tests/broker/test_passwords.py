# SPDX-License-Identifier: Apache-2.0
"""Passwords of many logins at once: hashing them takes time and memory, and guessing in parallel gains nothing."""
import time

from countersign import *

AT_ONCE = 64
FREE_TRIES, SHORTEST_DELAY = 4, 5
HASH_KIB = 16 * 1024  # of one yescrypt hash
PASSWORD = secret("correct horse battery staple", "a password")


def test_prepare():
    stack("auth_method=password", "retry=0", "password_retry=0", "require_broker")
    countersign("passwd", "alice", "--stdin", input=PASSWORD + "\n")


def log_in(answer):
    return pam_login("alice", [answer], threads=AT_ONCE)


def test_as_many_as_there_are():
    write_config({})
    with Broker() as broker:
        expect_equal(log_in(PASSWORD).count("PAM_SUCCESS"), AT_ONCE, "allowed")
        status = pathlib.Path(f"/proc/{broker.pid}/status").read_text()
        most = int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.M)[1])
        at_once = min(max(2, os.cpu_count()), 16)
        print(f"  {most // 1024} MiB at most", flush=True)
        if not SANITIZE:
            expect(most < (at_once + 2) * HASH_KIB + 64 * 1024, f"the broker grew to {most} KiB")


def test_guessing_side_by_side():
    """Three free tries and the one that starts the delay are checked, however many come at once; then one
    after each delay, on a machine that slow."""
    write_config({"stack_first_factor": True})
    with Broker() as broker:
        begin = time.monotonic()
        expect_equal(log_in("wrong").count("PAM_SUCCESS"), 0, "allowed")
        wait_until(lambda: len(audits(broker.log())) >= AT_ONCE, "the audit lines")
        reasons = [audit["last"] for audit in audits(broker.log())]
        print(f"  {reasons.count('wrong-password')} looked at, {reasons.count('throttled')} within the delay")
        expect_equal(reasons.count("wrong-password") + reasons.count("throttled"), AT_ONCE, f"reasons: {set(reasons)}")
        most = FREE_TRIES + int((time.monotonic() - begin) / SHORTEST_DELAY)
        expect(FREE_TRIES <= reasons.count("wrong-password") <= most, f"at most {most} tries may be looked at")
        expect_equal(listing("alice")["failed_tries"], reasons.count("wrong-password"), "failed tries")
        countersign("unlock", "alice")


main()
