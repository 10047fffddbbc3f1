# SPDX-License-Identifier: Apache-2.0
"""`countersign doctor --online`: what the provider's server says, and that nothing is sent without it."""
import contextlib
import json

from countersign import *


def doctor(*words):
    """What is wrong with the server, and what is said of the user."""
    answer = run("countersign", "--json", "doctor", *words, check=False)
    expect(answer.returncode in (0, 1), f"doctor: {answer.stderr}")
    return [(item["severity"], item["id"], item["reason"], item["remedy"]) for item in json.loads(answer.stdout)
            if item["id"] == "server" or item["id"].startswith("user-")]


def only(found):
    return sorted(row[:2] for row in found)


@contextlib.contextmanager
def machine(**changes):
    """Its settings name IBM's file."""
    with Verify(["auth_method=totp"], **changes) as verify:
        write_config({"ibm_auth_config": str(IBM_FILE)})
        stack(service="sshd")
        yield verify


def test_nothing_is_sent_unasked():
    with machine() as verify:
        verify.alice.totp()
        verify.tenant.forget_requests()
        before = verify.tenant.connections
        expect_equal(only(doctor("--user", "alice")), [("fine", "user-elsewhere")], "without --online")
        expect_equal((verify.tenant.calls(), verify.tenant.connections - before), ([], 0), "calls and connections")


def test_a_tenant_that_is_up():
    with machine() as verify:
        expect_equal(only(doctor("--online", "--user", "alice")), [("fine", "server"), ("wrong", "user-no-factor")],
                     "a user without a factor")
        verify.alice.totp()
        expect_equal(only(doctor("--online", "--user", "alice")), [("fine", "server"), ("fine", "user-factor")], "with one")
        expect_equal(verify.tenant.pushes + verify.tenant.outbox, [], "what a user gets")
        verify.alice.active = False
        expect_equal(only(doctor("--online", "--user", "alice")), [("fine", "server"), ("wrong", "user-not-found")],
                     "a user who is not active there")


def test_a_tenant_that_is_down():
    with machine() as verify:
        verify.alice.totp()
        verify.tenant.refuse()
        found = doctor("--online", "--user", "alice")
        expect_equal(only(found), [("wrong", "server"), ("wrong", "user-not-told")], "down")
        for _, _, reason, remedy in found:
            expect_match("refused|connect", reason, "the reason")
            expect(remedy, "no remedy")
        verify.tenant.accept()
        expect_equal(only(doctor("--online", "--user", "alice")), [("fine", "server"), ("fine", "user-factor")], "up again")


def test_wrong_credentials():
    with machine(client_secret="somebody-elses-secret") as verify:
        found = doctor("--online")
        expect_equal(only(found), [("wrong", "server")], "a wrong secret")
        expect_match("invalid_client|401|credentials", found[0][2], "the reason")
        expect("somebody-elses-secret" not in str(found), "the secret is told")
        expect(verify.tenant.token_requests >= 1, "it was not asked")


main()
