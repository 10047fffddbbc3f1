# SPDX-License-Identifier: Apache-2.0
"""A name look-up that hangs: the name server is a socket that only the test reads."""
import contextlib
import time

from countersign import *

NAMESERVER = ("127.0.0.1", 53)  # in the sandbox's own network
HANGING = "tenant.example.com"
GOOD, STUCK = pathlib.Path("/etc/countersign/good.json"), pathlib.Path("/etc/countersign/stuck.json")
CONNECT = 6  # seconds
SOON = 2  # seconds: a login takes a few milliseconds, and far less than CONNECT
STUCK_LOGINS, OTHERS = 5, 20


@contextlib.contextmanager
def names():
    """A name server that never answers; yields a function that waits for a question."""
    pathlib.Path("/etc/resolv.conf").write_text(f"nameserver {NAMESERVER[0]}\noptions timeout:30 attempts:2\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(NAMESERVER)
        server.settimeout(PATIENCE)

        def wait_question():
            question = server.recv(512)
            expect(b"\x06tenant\x07example\x03com" in question, f"another question: {question!r}")

        yield wait_question


@contextlib.contextmanager
def verify():
    """A tenant that can be found, a file that names another, which cannot, and a broker."""
    with Tenant() as tenant, names() as wait_question:
        tenant.install_ca()
        tenant.one_time_use = False
        write_ibm_file(tenant, GOOD, host="localhost")
        write_ibm_file(tenant, STUCK, host=HANGING, connect_timeout=CONNECT)
        for name, path in (("good", GOOD), ("stuck", STUCK)):
            stack(f"ibm_auth_config={path}", "auth_method=totp", "retry=0", "require_broker", service=name)
        with Broker() as broker:
            yield tenant, broker, wait_question


def stuck_logins(count):
    """Logins that have typed their code and wait for the name."""
    sessions = [PamSession("alice", service="stuck") for _ in range(count)]
    for session in sessions:
        session.prompt()
        session.answer("123456")
    return sessions


def test_others_are_not_held_up():
    with verify() as (tenant, broker, wait_question):
        rounds = {round_of: [f"{round_of}{number}" for number in range(OTHERS)] for round_of in ("first", "second")}
        for names_of in rounds.values():
            add_accounts(names_of)
        answers = {round_of: {name: [tenant.user(name).totp().code()] for name in names_of}
                   for round_of, names_of in rounds.items()}
        begin = time.monotonic()
        sessions = stuck_logins(STUCK_LOGINS)
        wait_question()
        for round_of, people in answers.items():
            result = pam_login(people, service="good", threads=OTHERS)
            expect_equal(result.count("PAM_SUCCESS"), OTHERS, f"{round_of}: {result.text}")
            slowest = max(run[1] for run in result.runs) / 1000
            expect(slowest < SOON, f"{round_of}: a login took {slowest:.1f} s")
        expect(time.monotonic() - begin < CONNECT, "the look-up had ended before the others had")
        expect_equal([session.result().code for session in sessions], ["PAM_AUTHINFO_UNAVAIL"] * STUCK_LOGINS,
                     "logins that waited for the name")
        took = time.monotonic() - begin
        expect(CONNECT <= took < CONNECT + SOON, f"they ended after {took:.1f} s")
        expect_match(rf"{HANGING}.*DNS|DNS.*{HANGING}", broker.log(), "log")


def test_hanging_up_frees_them():
    with verify() as (tenant, broker, wait_question):
        sessions = stuck_logins(STUCK_LOGINS)
        wait_question()
        begin = time.monotonic()
        for session in sessions:
            session.kill()
        wait_until(lambda: len(audits(broker.log())) == STUCK_LOGINS, "the end of the logins")
        took = time.monotonic() - begin
        expect(took < 1, f"freed after {took:.1f} s")
        expect_equal({a["verdict"] for a in audits(broker.log())}, {"aborted"}, "verdicts")
        expect_equal(tenant.calls(), [], "calls")


def test_the_broker_does_not_wait_for_it():
    """The logins are gone; the look-up still hangs."""
    with verify() as (_, broker, wait_question):
        session, = stuck_logins(1)
        wait_question()
        session.kill()
        begin = time.monotonic()
        expect_equal(broker.stop(), 0, "exit status")
        took = time.monotonic() - begin
        expect(took < SOON, f"it ended after {took:.1f} s")


before_each.append(lambda: write_config({}))
main()
