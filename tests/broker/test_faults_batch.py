# SPDX-License-Identifier: Apache-2.0
"""Each system call fails, once and from then on, of a broker in which nine logins share a commit: whoever is let in has
spent the code, a wrong code lets nobody in, and the same broker takes each code that is left, once. CS_FAULT_STEP leaves
numbers out."""
import errno
import os
import platform

from countersign import *
from countersign.batch import HeldUnlock, Nine, prepare_batch
from countersign.sweep import *

STEP = int(os.environ.get("CS_FAULT_STEP", 3))
ERRORS = (errno.EIO, errno.ENOSPC, errno.ENOMEM)
MOST = 3000


def test_prepare():
    prepare_sweep(10)
    prepare_batch()
    if platform.machine() != "x86_64":
        raise Skip("calls can be made to fail on x86-64 only")


class FaultSweep:
    """A batch for each N whose Nth call fails, until that call does not come."""

    def __init__(self, on, error):
        self.held, self.on, self.error = HeldUnlock(), on, error
        self.stored = self.refused = 0
        for number in range(1, MOST, STEP):
            if not self.attempt(number):
                break
        print(f"  {errno.errorcode[error]}{' and on' * on}: up to {number}; {self.stored} codes good, "
              f"{self.refused} refused", flush=True)
        expect(20 < number < MOST - STEP, f"up to {number}")
        expect(self.stored and self.refused, "all alike")

    def attempt(self, number):
        """Whether the call came."""
        restore()
        nine = Nine(ENROLLED.values())
        with self.held.broker() as broker:
            batch = nine.gather(broker, self.held)

            def go_on():
                batch.release()
                told = batch.codes()
                wait_idle(broker)
                return told

            told, came = failing_calls(broker.pid, number, self.error, self.on, go_on)
            expect(broker.running, f"call {number}: the broker ended with {broker.process.returncode}: {broker.log()[-2000:]}")
            self.expect_right(nine, dict(told), f"call {number}")
        return came

    def expect_right(self, nine, told, what):
        spent, counted = nine.stored()
        for person in [nine.holder, *nine.right]:
            code = told[person.user]
            expect(code != "PAM_IGNORE", f"{what}: {person.user}: {code}")
            expect(code != "PAM_SUCCESS" or person.user in spent, f"{what}: {person.user} was let in, and nothing is spent")
            self.stored += code == "PAM_SUCCESS"
            self.refused += code != "PAM_SUCCESS"
        wrong = told[nine.wrong.user]
        expect(wrong not in ("PAM_SUCCESS", "PAM_IGNORE"), f"{what}: a wrong code: {wrong}")
        expect(wrong != "PAM_MAXTRIES" or counted[nine.wrong.user] == 1, f"{what}: a failure was told and not counted")
        # If the disk does not say that a commit is on it, nobody is let in, although the log has it. The next overwrites
        # it there, or a process that has to read the whole log finds it.
        unsure = {user for user in spent if told[user] != "PAM_SUCCESS"}
        try:
            nine.try_again(spent, unsure)
        except Failure as failure:
            raise Failure(f"{what}: {failure}; told before: {told}; spent: {spent}") from None


def test_one_call_fails():
    for error in ERRORS:
        FaultSweep(False, error)


def test_calls_fail_from_then_on():
    for error in ERRORS:
        FaultSweep(True, error)
    with Broker():
        expect_sound()


main()
