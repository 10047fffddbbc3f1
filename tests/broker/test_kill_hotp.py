# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before the system calls of logins with a device that counts: a code is good once, and two in a row bring the
device back or do not, but never the first of them."""
from countersign import *
from countersign.sweep import *

STATE = "SELECT last_step, drift FROM factor WHERE user = '{user}'"
FAR = 50  # how often the device was pressed in vain


def test_prepare():
    prepare_sweep()
    ENROLLED.update({name: enroll_hotp(name, digits=8) for name in ENROLLED})
    run("sqlite3", STORE, "DELETE FROM factor WHERE kind = 'totp'")
    keep_state(SNAPSHOT)


class Successors:
    """One broker after the other: each is killed during a login, and the next step uses a new one."""

    def __init__(self):
        self.broker = None

    def stop(self):
        if self.broker is not None:
            self.broker.stop()
        self.broker = None

    def killed(self, person, codes, number):
        """Whether each of the codes was let in by a broker that is killed at that call, and the report."""
        self.stop()
        restore()
        fresh.remove(person)
        with Broker() as broker:
            tracer = attach_killer(broker, "any", number)
            allowed = [login(person, code, "test") for code in codes]
            wait_idle(broker)
            broker.kill()
            report = wait_killer(tracer)
        self.broker = Broker().start()
        expect_sound()
        return allowed, report


def test_a_code_of_a_counter():
    restore()
    successors = Successors()

    def one(person, code, number):
        [allowed], report = successors.killed(person, [code], number)
        return allowed, report

    sweep = Sweep("any", one, patience=60)
    successors.stop()
    sweep.expect_around_the_commit()


def test_two_in_a_row():
    """Two logins and a broker that is killed in one of them, or between."""
    seen, left = {}, 0
    successors = Successors()
    for number in range(1, 6000, KILL_STEP):
        restore()
        person = ENROLLED["user0"]
        first, second = person.code(FAR), person.code(FAR + 1)
        (early, allowed), report = successors.killed(person, [first, second], number)
        state, = store_rows(STATE.format(user=person.user))
        expect(not early, f"call {number}: the first of two was let in")
        expect(state in ((-1, 0), (-1, FAR + 1), (FAR + 1, 0), (-1, FAR + 2)), f"call {number}: {state}")
        expect(not allowed or state == (FAR + 1, 0), f"call {number}: let in, and the store has {state}")
        again = [login(person, second, "test") for _ in range(2)]
        expect_equal(again, [state == (-1, FAR + 1), False], f"call {number}: the second of two, from {state}")
        expect(not login(person, first, "test"), f"call {number}: the first of two, afterwards")
        seen[state] = seen.get(state, 0) + 1
        left = 0 if report.killed else left + 1
        if left == 20:  # so many in a row kill nothing at the end: logins differ by a few calls
            break
    successors.stop()
    print(f"  {number} calls: {seen}", flush=True)
    expect(left == 20, f"still killed at call {number}")
    expect({(-1, 0), (-1, FAR + 1), (FAR + 1, 0)} <= set(seen), f"states: {seen}")


main()
