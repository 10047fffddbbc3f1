# SPDX-License-Identifier: Apache-2.0
"""Many at once: one code is good for one login, and nobody waits in vain (peers 3b.13, 3b.14, 3b.41)."""
import os

from countersign import *

AT_ONCE = 32
ROUNDS = 20 if SANITIZE else int(os.environ.get("CS_ROUNDS", 40))
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
PEOPLE = {}
PASSWD = pathlib.Path("/etc/passwd")
others = []  # the accounts that were there before


def test_prepare():
    """Everybody is enrolled once; each test below takes factors that no earlier one has used."""
    pam_service("test", "auth required pam_countersign.so retry=0 require_broker")
    pam_service("alone", "auth required pam_countersign.so retry=0 standalone")
    write_config({"throttle": False})  # so that every answer is checked
    names = [f"user{number}" for number in range(2 * ROUNDS * (AT_ONCE + 1))]
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


def test_different_users_with_the_broker():
    with Broker():
        crowds("test")


def test_different_users_standalone():
    crowds("alone")


main()
