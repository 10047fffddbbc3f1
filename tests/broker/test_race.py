# SPDX-License-Identifier: Apache-2.0
"""Many at once, by the broker, stand-alone and both: one code is good for one login, and nobody waits in vain (peers
3b.13, 3b.14, 3b.41)."""
import contextlib
import fcntl
import os
import threading
import time

from countersign import *
from countersign.batch import prepare_batch, wait_waiting

AT_ONCE = 32
MIXED = AT_ONCE // 2  # logins with a code of their own beside those with one code
ROUNDS = 20 if SANITIZE else int(os.environ.get("CS_ROUNDS", 40))
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
PEOPLE = {}
PASSWD = pathlib.Path("/etc/passwd")
others = []  # the accounts that were there before


def test_prepare():
    """Everybody is enrolled once; each test below takes factors that no earlier one has used."""
    pam_service("test", "auth required pam_countersign.so retry=0 require_broker")
    pam_service("alone", "auth required pam_countersign.so retry=0 standalone")
    prepare_batch()
    write_config({"throttle": False})  # so that every answer is checked
    names = [f"user{number}" for number in range(ROUNDS * (2 * (AT_ONCE + 1) + MIXED + 1))]
    others.append(PASSWD.read_text())
    PEOPLE.update(enroll_batch(names, "--no-account", digits=8))
    expect_equal(len(PEOPLE), len(names), "enrolled users")


def take(count):
    """That many people with unused factors. Nobody else of them has an account meanwhile: each login reads all of
    /etc/passwd."""
    names = list(PEOPLE)[:count]
    PASSWD.write_text(others[0])
    add_accounts(names)
    return [PEOPLE.pop(name) for name in names]


def one_wins(person, answers, service):
    result = pam_login(person.user, answers, service=service, threads=AT_ONCE, env=PROVEN)
    expect_equal((result.count("PAM_SUCCESS"), result.count("PAM_MAXTRIES")), (1, AT_ONCE - 1),
                 f"{person.user}: allowed and refused")


def race(service):
    for person in take(ROUNDS):
        one_wins(person, [person.code()], service)
        # The message after a recovery code is its own prompt.
        one_wins(person, [secret(person.recovery_codes[0], "a recovery code"), ""], service)


def race_of_a_counter(service):
    """Each round of one device: its next code, and then the second of two that bring it back."""
    device = enroll_hotp("device", "--no-account", digits=8)
    PASSWD.write_text(others[0])
    add_accounts([device.user])
    for _ in range(ROUNDS):
        one_wins(device, [device.press()], service)
        device.counter += 30
        first = pam_login(device.user, [device.press()], service=service, env=PROVEN)
        expect_equal(first.code, "PAM_MAXTRIES", "the first of two in a row")
        one_wins(device, [device.press()], service)
    forget_factors(device.user)


def crowds(service):
    for number in range(ROUNDS):
        people = take(AT_ONCE)
        result = pam_login({person.user: [person.code()] for person in people}, service=service,
                           threads=AT_ONCE, env=PROVEN)
        expect_equal(result.count("PAM_SUCCESS"), AT_ONCE, f"round {number}: allowed")


def test_one_code_with_the_broker():
    with Broker():
        race("test")


def test_one_code_standalone():
    race("alone")


def test_one_code_of_a_counter_with_the_broker():
    with Broker():
        race_of_a_counter("test")


def test_one_code_of_a_counter_standalone():
    race_of_a_counter("alone")


def test_different_users_with_the_broker():
    with Broker():
        crowds("test")


def test_different_users_standalone():
    crowds("alone")


@contextlib.contextmanager
def tool_at_work():
    """The tool changes the store again and again; yields how long each change took, in seconds."""
    times, failed, over = [], [], threading.Event()

    def work():
        while not over.is_set():
            begin = time.monotonic()
            result = countersign("unlock", "nobody", check=False)
            times.append(time.monotonic() - begin)
            if result.returncode != 0:
                failed.append(result.stderr)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield times
    finally:
        over.set()
        thread.join()
    expect_equal(failed, [], "the tool's failures")


def mixed_round(broker, wanted, others):
    """Half of all by the broker and half stand-alone; half of each with one code, the rest each with its own. All of the
    broker's wait before the first can go on, so that they are one batch."""
    code, half = wanted.code(), MIXED // 2
    with open(STORE_LOCK, "r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        logins = [PamLogins([(wanted.user, [code])] * half + [(person.user, [person.code()]) for person in own],
                            service=service, env=PROVEN)
                  for service, own in (("batch", others[:half]), ("batch-alone", others[half:]))]
        wait_waiting(broker.pid, 2 * half - 1)  # for the first of them, which waits for the lock
    told = [pair for some in logins for pair in some.codes()]
    winners = sorted(user for user, code in told if code == "PAM_SUCCESS")
    expect_equal(winners, sorted(person.user for person in (wanted, *others)), "let in")
    expect_equal({code for _, code in told}, {"PAM_SUCCESS", "PAM_MAXTRIES"}, "told")


def test_one_code_among_others_everywhere():
    with Broker() as broker, tool_at_work() as times:
        for _ in range(ROUNDS):
            wanted, *others = take(MIXED + 1)
            mixed_round(broker, wanted, others)
    print(f"  the tool changed the store {len(times)} times, in {max(times):.2f} s at most", flush=True)
    expect(len(times) > ROUNDS // 4, "the tool had no turn")


main()
