# SPDX-License-Identifier: Apache-2.0
"""Each allocation and each system call of a login fails, once and from then on: nobody is let in by a wrong code or
twice by one, no error becomes PAM_IGNORE, the broker lives, the store opens. CS_FAULT_STEP leaves numbers out."""
import errno
import os
import pathlib
import platform
import time

from countersign import *
from countersign.sealed import expect_opened

STEP = int(os.environ.get("CS_FAULT_STEP", 7))
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
ERRORS = (errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENOSPC)
NEVER = ("PAM_SUCCESS", "PAM_IGNORE", None)  # None: the application died
MOST = 3000
PATIENT = 30  # seconds that a login may take in which everything fails
PASSWD = pathlib.Path("/etc/passwd")
people, accounts = [], []


def test_prepare():
    if SANITIZE:
        raise Skip("sanitizers have memory of their own and cannot be traced")
    stack("retry=0", "require_broker")
    names = [f"user{number}" for number in range(MOST // STEP + 500)]  # the module's sweep leaves no number out
    people.extend(enroll_batch(names, "--no-account", digits=8).values())
    accounts.append(PASSWD.read_text())


def next_person():
    """Somebody whose code is not spent, with an account. Nobody else of them has one: a login reads all of /etc/passwd,
    so most calls would be those that read it."""
    person = people.pop()
    PASSWD.write_text(f"{accounts[0]}{person.user}:x:20000:65534::/nonexistent:/usr/sbin/nologin\n")
    return person


def login(person, code, **options):
    begin = time.monotonic()
    result = pam_login(person.user, [code], env=PROVEN, **options).code
    expect(time.monotonic() - begin < PATIENT, f"a login took {time.monotonic() - begin:.0f} s")
    return result


def wrong_and_right(person, code, **options):
    """Both, as PAM told the application."""
    return login(person, person.wrong(), **options), login(person, code, **options)


def judge(broker, person, code, told, what):
    """After the faults: what was told, and that the right code is good once at most. It is the same code all the time:
    a slow machine comes to the next step meanwhile, whose code would be another."""
    expect(broker.running, f"{what}: the broker ended: {broker.log()[-2000:]}")
    wrong, right = told
    expect(wrong not in NEVER, f"{what}: a wrong code: {wrong}")
    expect(right not in NEVER[1:], f"{what}: a right code: {right}")
    again = [login(person, code) for _ in range(2 if right != "PAM_SUCCESS" else 1)]
    expect((right, *again).count("PAM_SUCCESS") <= 1, f"{what}: one code: {right}, {again}")


def expect_sound():
    expect_opened(one_key=True)
    checked = countersign("check", check=False)
    expect_equal(checked.returncode, 0, f"check: {checked.stdout}")
    person = next_person()
    expect_equal(login(person, person.code()), "PAM_SUCCESS", "afterwards")


def sweep(broker, what, fault):
    """fault(number, on, work) has that one fail and returns what work() did and whether it came."""
    person = next_person()  # a broker that serves has started: what it does at its start may end it
    expect_equal(login(person, person.code()), "PAM_SUCCESS", "before")
    for on in False, True:
        for number in range(1, MOST, STEP):
            person = next_person()
            code = person.code()
            told, came = fault(number, on, lambda: wrong_and_right(person, code))
            judge(broker, person, code, told, f"{what} {number}{' and on' * on}")
            if not came:
                break
        else:
            raise Failure(f"{what}: all of {MOST} came")
        print(f"  {what}{' and on' * on}: up to {number}", flush=True)
        expect(number > 20, f"{what}: only {number}")
        expect_sound()


def test_allocations_of_the_broker():
    memory = FailingMemory()
    with Broker(env=memory.env) as broker:
        sweep(broker, "allocation", memory.during)


def test_system_calls_of_the_broker():
    if platform.machine() != "x86_64":
        raise Skip("calls can be made to fail on x86-64 only")
    with Broker() as broker:
        sweep(broker, "call", lambda number, on, work: failing_calls(broker.pid, number, ERRORS[number % 4], on, work))


def test_allocations_of_the_module():
    memory = FailingMemory()
    with Broker() as broker:
        for on in False, True:
            for number in range(1, MOST):
                person = next_person()
                code = person.code()
                told, came = memory.during(number, on, lambda: wrong_and_right(person, code, environ=memory.env),
                                           FailingMemory.IN_PAM)
                judge(broker, person, code, told, f"allocation {number} of the module{' and on' * on}")
                if not came:
                    break
            print(f"  allocation of the module{' and on' * on}: up to {number}", flush=True)
        expect_sound()


main()
