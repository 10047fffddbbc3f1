# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before every system call, or each CS_KILL_STEPth, of a login with a security key in the broker (peers 3b.14)."""
import re
import time

from countersign import *

ORIGIN = "pam://127.0.0.1"
LINE = re.compile(r"U2F1\.[A-Za-z0-9_-]+")
SNAPSHOT = WORKDIR / "keys" / "snapshot"
PROMPT = 3  # seconds within which a login must end
PATIENT = 20  # this many N in a row must kill nothing at the end: logins differ by a few calls
KEYS = Keys(HELPER_USER)


def prepare():
    if SANITIZE:
        raise Skip("sanitizers change the system calls and cannot be traced")
    write_config({"u2f_app_id": ORIGIN, "u2f_origins": ORIGIN, "throttle": False})
    stack("auth_method=u2f", "retry=0", "require_broker")
    KEYS.plug()
    import_key(["alice"], KEYS, ORIGIN)
    keep_state(SNAPSHOT)


def key():
    found, = listing("alice")["factors"]
    return found


def login(answer=None):
    """(answer, allowed): the answer that was given, signed now unless it is given; None without a prompt."""
    begin = time.monotonic()
    session = PamSession("alice", rhost="192.0.2.7")
    while (line := session.line()) is not None and not line[0].startswith("prompt("):
        pass
    if line is None:
        answer = None
    else:
        answer = answer or signed(KEYS, LINE.search(line[1])[0], "127.0.0.1")
        session.answer(answer)
    allowed = session.result().code == "PAM_SUCCESS"
    expect(time.monotonic() - begin < PROMPT, f"a login took {time.monotonic() - begin:.1f} s")
    return answer, allowed


def killed_login(number):
    """(report, allowed, answer) of a login whose broker is killed at that call."""
    restore_state(SNAPSHOT)
    with Broker() as broker:
        tracer = attach_killer(broker, "any", number)
        answer, allowed = login()
        wait_idle(broker)
        broker.kill()
        return wait_killer(tracer), allowed, answer


def judge(answer, allowed):
    """Logs in on the next broker. Returns whether the counter had been stored."""
    with Broker():
        result = countersign("check", check=False)
        expect_equal(result.returncode, 0, f"countersign check: {result.stdout}{result.stderr}")
        spent = key()["counter"] is not None
        expect(spent or not allowed, "let in, and the counter was lost")
        if answer is not None:
            expect(not login(answer)[1], "the same answer let in again")
        expect(login()[1], "a fresh answer of the key was refused")
        expect(not key()["suspect"], "the key is suspect")
    return spent


def test_broker_in_a_login():
    prepare()
    kills, spent = kill_each_call(killed_login, judge, PATIENT)
    print(f"  killed at {kills} calls; {spent} times the counter had been kept", flush=True)
    expect(0 < spent < kills, f"the counter was kept in {spent} of {kills}")


main()
