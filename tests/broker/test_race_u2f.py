# SPDX-License-Identifier: Apache-2.0
"""Many answers of a security key at once, all with one counter: one of them is good (peers 3b.13)."""
import re

from countersign import *

AT_ONCE = 8
ROUNDS = 5 if SANITIZE else 20
ORIGIN = "pam://127.0.0.1"
LINE = re.compile(r"U2F1\.[A-Za-z0-9_-]+")
SERVICES = {"test": "require_broker", "alone": "standalone"}
KEYS = Keys(HELPER_USER)


def test_prepare():
    write_config({"u2f_app_id": ORIGIN, "u2f_origins": ORIGIN, "throttle": False})
    for service, argument in SERVICES.items():
        stack("auth_method=u2f", "retry=0", argument, service=service)
    names = [f"{service}{number}" for service in SERVICES for number in range(ROUNDS)]
    add_accounts(names)
    KEYS.plug(words="counter=5")
    import_key(names, KEYS, ORIGIN)


def race(service):
    for number in range(ROUNDS):
        user = f"{service}{number}"
        logins = [PamSession(user, service=service, rhost="192.0.2.7") for _ in range(AT_ONCE)]
        answers = [signed(KEYS, LINE.search(login.prompt())[0], "127.0.0.1") for login in logins]
        for login, answer in zip(logins, answers):
            login.answer(answer)
        codes = [login.result().code for login in logins]
        expect_equal((codes.count("PAM_SUCCESS"), codes.count("PAM_MAXTRIES")), (1, AT_ONCE - 1),
                     f"{user}: allowed and refused")
        key, = listing(user)["factors"]
        expect_equal((key["counter"], key["suspect"]), (5, False), f"{user}: the key, after answers that crossed")


def test_one_counter_with_the_broker():
    with Broker():
        race("test")


def test_one_counter_standalone():
    race("alone")


main()
