# SPDX-License-Identifier: Apache-2.0
"""`countersign doctor` in front of a real directory that answers, hangs, is away, or takes names in any case."""
import contextlib
import json
import time

from countersign import *
from countersign.directory import *

ACCOUNTS = {"eve": 30001, "dan": 30002}
GROUPS = {"folk": (30000, []), "staff": (30010, ["dan"])}
LIMIT = 60  # seconds, for a doctor in front of a directory that never answers


@contextlib.contextmanager
def directory(client, source):
    with Slapd(ACCOUNTS, GROUPS) as slapd:
        name_services("files", source)
        try:
            with client, Broker():
                yield slapd
        finally:
            name_services("files")
            slapd.forget()


def doctor(*words):
    """What is said of names and groups, and how long that took."""
    begin = time.monotonic()
    answer = run("countersign", "--json", "doctor", *words, check=False)
    expect(answer.returncode in (0, 1), f"doctor: {answer.returncode} {answer.stderr}")
    found = [(item["severity"], item["id"], item["reason"]) for item in json.loads(answer.stdout)
             if item["id"].startswith(("names-", "user-unknown")) or "group" in item["reason"]]
    return found, time.monotonic() - begin


def test_a_directory_that_answers():
    write_config({"exempt_group": "staff"})
    with directory(Nslcd(), "ldap"):
        expect_equal(doctor("--user", "eve")[0], [], "a group of the directory, a user of it")
        expect_equal([row[:2] for row in doctor("--user", "zoe")[0]], [("wrong", "user-unknown")], "a user whom nobody knows")


def test_a_group_that_neither_files_nor_directory_have():
    write_config({"2fa_group": "stuff"})
    with directory(Nslcd(), "ldap"):
        found, _ = doctor()
        expect_equal([row[:2] for row in found], [("risky", "settings-warning")], "what is found")
        expect_match("no group 'stuff', so everybody is asked", found[0][2], "the reason")


def test_a_directory_that_hangs_does_not_hold_doctor():
    write_config({"exempt_group": "staff"})
    with directory(Nslcd("timelimit 300\nbind_timelimit 300\n"), "ldap") as slapd:
        slapd.hang()
        found, took = doctor("--user", "eve")
        expect("names-hang" in [row[1] for row in found], f"found: {found}")
        expect_match(r"looking up an account, .* have not answered after [45]\d\d\d ms", str(found), "what took how long")
        expect(took < LIMIT, f"doctor took {took:.0f} s")
        slapd.go_on()


def test_a_directory_that_is_away():
    write_config({})
    with directory(Nslcd(), "ldap") as slapd:
        slapd.stop()
        expect_equal([row[:2] for row in doctor()[0]], [("wrong", "names-fail")], "what is found")


def test_names_in_any_case():
    write_config({})
    with directory(Sssd("case_sensitive = true"), "sss"):
        expect_equal(doctor("--user", "eve")[0], [], "told apart")
    with directory(Sssd("case_sensitive = false"), "sss"):
        expect_equal([row[:2] for row in doctor("--user", "eve")[0]], [("risky", "names-case")], "not told apart")


main()
