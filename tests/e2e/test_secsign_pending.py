# SPDX-License-Identifier: Apache-2.0
"""Two logins of one SecSign ID at once, in a broker, stand-alone, and one of each: never two requests at the server. A
login that is killed, and one whose time runs out."""
import itertools

from countersign import *
from countersign.secsign import *

SERVICES = {"broker": "require_broker", "alone": "standalone"}
LIMIT = 5  # seconds in which a request must be withdrawn


def prepare(machine, secsignid="hold"):
    for name, word in SERVICES.items():
        stack("stack_first_factor", word, service=name)
    machine.map(alice=secsignid, bob=secsignid.upper())


def locks():
    """How many descriptors of processes are open on files for SecSign IDs."""
    count = 0
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            count += sum(os.readlink(path).startswith(f"{PENDING_FOLDER}/secsign.") for path in (process / "fd").iterdir())
        except OSError:  # it has ended, or closed one
            pass
    return count


def wait_for_second(machine, how):
    """The second login waits: in the broker's queue behind one of the broker's, else for the lock."""
    if how == ("broker", "broker"):
        wait_until(lambda: connections_of(machine.broker.pid) >= 2, "the second login is there")
    else:
        wait_until(lambda: locks() == 2, "the second login waits for the lock")


def start(user, how):
    return PamSession(user, service=how, rhost="192.0.2.7")


def shown(session):
    """The prompt once the request is made. A second login that came late, after a refusal, is asked before that."""
    prompt = session.prompt()
    if prompt.startswith("Type s "):
        session.answer("s")
        prompt = session.prompt()
    expect_match("if it shows", prompt, "the prompt")


def finish(server, session, decision, code, secsignid="hold"):
    server.decide(secsignid, decision)
    session.answer("")
    result = session.result()
    expect_equal(result.code, code, result.text)


def pairs(machine):
    """Each pair of ways, with an ID of its own: after a refusal, users are asked before the next request is sent."""
    for number, how in enumerate(itertools.product(SERVICES, SERVICES)):
        machine.map(alice=f"hold-{number}", bob=f"HOLD-{number}")
        first = start("alice", how[0])
        expect_match("if it shows", first.prompt(), f"{how}: the first")
        second = start("bob", how[1])
        wait_for_second(machine, how)
        expect_equal(len(made_of(machine.server, f"hold-{number}")), 1, f"{how}: requests")
        yield how, f"hold-{number}", first, second


def made_of(server, secsignid):
    return [s for s in server.sessions.all if s.secsignid == secsignid]


def test_two_at_once():
    with SecSign() as server, SecSignMachine(server) as machine:
        prepare(machine)
        for how, secsignid, first, second in pairs(machine):
            finish(server, first, APPROVED, "PAM_SUCCESS", secsignid)
            expect_match("if it shows", second.prompt(), "the second")
            finish(server, second, DENIED, "PAM_AUTH_ERR", secsignid)
            made = made_of(server, secsignid)
            expect_equal((len(made), [len(s.cancels) for s in made]), (2, [0, 1]), f"{how}: {made}")
            expect(made[0].polls[-1] <= made[1].created, f"{how}: {made}")
        expect_equal((set(server.sessions.most.values()), server.sessions.frozen), ({1}, {"frozen"}), "at once")
        wait_until(lambda: not list(PENDING_FOLDER.iterdir()), "no file is left")


def test_a_killed_login_is_withdrawn_and_the_next_goes_on():
    with SecSign() as server, SecSignMachine(server) as machine:
        prepare(machine)
        for how, secsignid, first, second in pairs(machine):
            held, = made_of(server, secsignid)  # before the kill: the second's request may be there right after it
            first.kill()
            killed = time.monotonic()
            server.wait(lambda: held.cancels, f"{how}: the request is withdrawn", LIMIT)
            expect(time.monotonic() - killed < LIMIT, f"{how}: too late")
            shown(second)
            finish(server, second, APPROVED, "PAM_SUCCESS", secsignid)
        expect_equal(set(server.sessions.most.values()), {1}, "at once")


def test_killed_before_the_server_has_answered():
    """Only the answer says how a request can be withdrawn."""
    with SecSign() as server, SecSignMachine(server) as machine:
        prepare(machine)
        for how in SERVICES:
            machine.map(alice=f"hold-{how}")
            server.fault("create", delay=2)
            first = start("alice", how)
            server.wait(lambda: made_of(server, f"hold-{how}"), "a request")
            first.kill()
            server.wait(lambda: made_of(server, f"hold-{how}")[0].cancels, f"{how}: the request is withdrawn", 2 + LIMIT)


def test_a_lost_process_keeps_nobody_out():
    """The kernel frees what a killed broker held; its request is what the next one ends."""
    with SecSign() as server, SecSignMachine(server) as machine:
        prepare(machine)
        first = start("alice", "broker")
        first.prompt()
        second = start("bob", "alone")
        wait_until(lambda: locks() == 2, "the second login waits for the lock")
        machine.broker.kill()
        second.prompt()
        finish(server, second, APPROVED, "PAM_SUCCESS")
        first.kill()


def test_time_that_runs_out():
    with SecSign() as server, SecSignMachine(server, login_timeout=10, poll_timeout=9) as machine:
        prepare(machine)
        first = start("alice", "alone")
        first.prompt()
        machine.configure(login_timeout=5, poll_timeout=5)
        second = start("bob", "broker")
        result = second.result()
        expect_equal((result.code, result.prompts), ("PAM_CONV_ERR", []), machine.broker.log())
        expect_equal(machine.audit()["reason"], "timeout", machine.broker.log())
        expect_match("in another process did not end before this one's time ran out", machine.broker.log(), "the log")
        expect_equal(len(server.sessions.all), 1, "requests")
        finish(server, first, APPROVED, "PAM_SUCCESS")


def test_a_folder_that_is_missing_or_not_ours():
    with SecSign() as server, SecSignMachine(server) as machine:
        prepare(machine)
        PENDING_FOLDER.chmod(0o777)
        expect_equal(start("alice", "broker").result().code, "PAM_AUTHINFO_UNAVAIL", "writable for all")
        expect_match(str(PENDING_FOLDER), machine.broker.log(), "the log")
        PENDING_FOLDER.chmod(0o700)
        PENDING_FOLDER.rmdir()
        expect_equal(start("alice", "broker").result().code, "PAM_AUTHINFO_UNAVAIL", "missing")
        expect_match(r"'systemd-tmpfiles --create countersign\.conf' makes it", machine.broker.log(), "the log")
        run("systemd-tmpfiles", "--create", "countersign.conf")
        expect_equal(server.calls(), [], "calls")
        session = start("alice", "broker")
        session.prompt()
        finish(server, session, APPROVED, "PAM_SUCCESS")


main()
