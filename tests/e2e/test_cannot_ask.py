# SPDX-License-Identifier: Apache-2.0
"""Applications that cannot ask are told apart in the log from people who leave."""
from countersign import *

SSHD_METHOD = {"AuthenticationMethods": "password", "PasswordAuthentication": "yes", "KbdInteractiveAuthentication": "no"}


def ended(broker, count=1):
    audit = wait_audit(broker, count)
    return audit["verdict"], audit["reason"], audit["answers"], audit["code"]


def test_sshds_method_password_refuses_a_visible_prompt():
    with Broker() as broker, Sshd(**SSHD_METHOD) as sshd:
        login = sshd.ssh("alice", [("password: $", fresh("alice").code())], options=["PreferredAuthentications=password"])
        expect(not login.success, f"{login}")
        expect_equal(ended(broker), ("aborted", "cannot-ask", "0", "PAM_CONV_ERR"), "audit")
        broker.wait_log("totp: the application shows no prompt for visible input")
        wait_syslog("login of 'alice' refused: the application shows no prompt for visible input")


def test_it_answers_a_hidden_prompt():
    with Broker() as broker, Sshd(MODULE_LINE + " otp_echo=no retry=0", **SSHD_METHOD) as sshd:
        login = sshd.ssh("alice", [("password: $", fresh("alice").code())], options=["PreferredAuthentications=password"])
        expect(login.success, f"{login}")
        expect_equal(ended(broker)[:2], ("allow", "totp"), "audit")


def test_a_visible_prompt_after_a_hidden_one():
    """The password came, so somebody can be asked; but not this."""
    countersign("passwd", "alice", "--stdin", input=secret("harbour-light-3", "alice's password") + "\n")
    with Broker() as broker, Sshd(MODULE_LINE + " auth_method=password-then-totp", **SSHD_METHOD) as sshd:
        sshd.ssh("alice", [("password: $", "harbour-light-3")], options=["PreferredAuthentications=password"])
        expect_equal(ended(broker), ("aborted", "cannot-ask", "1", "PAM_CONV_ERR"), "audit")
        expect_equal(wait_audit(broker)["accepted"], "password", "what was accepted")
    countersign("passwd", "alice", "--remove")


def test_an_application_that_refuses_or_gives_nothing():
    stack("require_broker")
    with Broker() as broker:
        fresh("alice")
        expect_equal(pam_login("alice", []).code, "PAM_CONV_ERR", "no answer left")
        expect_equal(ended(broker), ("aborted", "cannot-ask", "0", "PAM_CONV_ERR"), "refused")
        expect_equal(pam_login("alice", [], null_answer=True).code, "PAM_CONV_ERR", "an answer without a text")
        expect_equal(ended(broker, 2), ("aborted", "cannot-ask", "0", "PAM_CONV_ERR"), "nothing given")


def test_one_that_has_answered_such_a_prompt_has_been_left():
    stack("require_broker")
    with Broker() as broker:
        expect_equal(pam_login("alice", [fresh("alice").wrong()]).code, "PAM_CONV_ERR", "left after one code")
        expect_equal(ended(broker), ("aborted", "hang-up", "1", "PAM_CONV_ERR"), "left")
        session = PamSession("alice")
        session.prompt()
        session.kill()
        expect_equal(ended(broker, 2)[:3], ("aborted", "hang-up", "0"), "killed")


def test_stand_alone():
    stack("standalone")
    fresh("alice")
    before = len(audits(syslog()))
    pam_login("alice", [])
    wait_until(lambda: len(audits(syslog())) > before, "an audit line in the syslog")
    expect_equal(audits(syslog())[-1]["reason"], "cannot-ask", "stand-alone")


before_each.append(lambda: write_config({}))
main()
