# SPDX-License-Identifier: Apache-2.0
"""Programs of desktops and of administration from a browser (docs/APPLICATIONS.md): pkexec, cups, cockpit."""
from countersign import *
from countersign.application import *
from countersign.desktop import *

PASSWORD = "Correct-Horse-7"


def enrolled(name, auth):
    service(name, auth)
    set_password("alice", PASSWORD)
    countersign("passwd", "alice", "--stdin", input=secret(PASSWORD, "a password") + "\n")
    return fresh("alice")


# ---- pkexec ----

# polkit's daemon forgets the questions of pkexec's own agent where there is no session of logind ("No session for
# cookie"), so the shell that starts pkexec has one. It is ready when it closes the descriptor.
PKEXEC = ["sh", "-c", """
    folder=$(mktemp -d) && mkfifo "$folder/ready"
    pkttyagent --process $$ --notify-fd 3 3>"$folder/ready" &
    read -r _ <"$folder/ready"
    rm -r "$folder"
    pkexec --disable-internal-agent /usr/bin/id -un
    status=$?
    kill $!
    exit $status
    """]


def test_pkexec_asks_for_the_administrators_password_and_code():
    root = fresh("root")
    set_password("root", PASSWORD)
    service(Polkit.service, PASSWORD_AND_CODE)
    with SystemBus(), Polkit(), Broker() as broker:
        code = root.code()
        seen = type_at(PKEXEC, [("Password: ", PASSWORD), ("Verification code: ", root.wrong()),
                                ("Verification code: ", code)])
        expect_equal((seen.status, seen.shows("root\r\n$")), (0, True), f"granted: {seen.screen!r}")
        expect(code not in seen.screen, f"the code is shown: {seen.screen!r}")
        audit = wait_audit(broker)
        expect_equal((audit["user"], audit["service"], audit["reason"]), ("root", "polkit-1", "totp"), "audit")
        seen = type_at(PKEXEC, [("Password: ", PASSWORD), *[("Verification code: ", root.wrong())] * 4])
        expect(seen.shows("Have exhausted maximum number of retries"), f"refused: {seen.screen!r}")
        expect_equal((seen.status, wait_audit(broker, 2)["verdict"]), (127, "max-tries"), "refused")


# ---- cups ----

def test_cups_with_a_code_as_the_password():
    factor = enrolled(Cups.service, ONE_CODE)
    with Cups() as cups, Broker() as broker:
        expect(not cups.log_in("alice", factor.wrong()), "a wrong code")
        code = factor.code()
        expect(cups.log_in("alice", code), "a right code")
        expect(not cups.log_in("alice", code), "a spent code")
        expect_equal([a["reason"] for a in audits(broker.log())], ["wrong-code", "totp", "replayed"], "reasons")


def test_cups_with_code_and_password_in_one_line():
    factor = enrolled(Cups.service, ONE_LINE)
    with Cups() as cups, Broker() as broker:
        expect(not cups.log_in("alice", f"{PASSWORD}:{factor.wrong()}"), "a wrong code")
        expect(cups.log_in("alice", f"{PASSWORD}:{factor.code()}"), "a right line")
        expect_equal([a["reason"] for a in audits(broker.log())], ["wrong-code", "totp"], "reasons")


def test_cups_with_a_plain_line():
    factor = enrolled(Cups.service, CODE)
    with Cups() as cups, Broker():
        expect(not cups.log_in("alice", factor.code()), "cups works with the plain line: document it")


# ---- cockpit ----

ASKED = [("Verification code: ", True)]


def test_cockpit_asks_for_the_code_on_a_page():
    factor = enrolled(Cockpit.service, PASSWORD_AND_CODE)
    with Cockpit() as cockpit, Broker() as broker:
        expect_equal(cockpit.log_in("alice", "Wrong-Horse-7", "1"), (False, []), "a wrong password")
        expect_equal(audits(broker.log()), [], "a code was asked for after a wrong password")
        let_in, questions = cockpit.log_in("alice", PASSWORD, *[factor.wrong()] * 5)
        expect_equal((let_in, len(questions)), (False, 4), "wrong codes")
        expect_match("^That code was not accepted. Tries left: 1", questions[-1][0], "the last question")
        expect_equal(cockpit.log_in("alice", PASSWORD, factor.code()), (True, ASKED), "a right code")
        expect_equal([a["verdict"] for a in audits(broker.log())], ["max-tries", "allow"], "verdicts")


def test_cockpit_with_a_password_of_its_own():
    """The form's password answers the first hidden prompt."""
    factor = enrolled(Cockpit.service, ("auth required pam_countersign.so auth_method=password-then-totp",))
    with Cockpit() as cockpit, Broker() as broker:
        expect_equal(cockpit.log_in("alice", PASSWORD, factor.wrong())[0], False, "a wrong code")
        expect_equal(cockpit.log_in("alice", PASSWORD, factor.code()), (True, ASKED), "a right code")
        expect_equal(audits(broker.log())[-1]["accepted"], "password,totp", "what was accepted")


def test_cockpit_with_a_code_as_the_password():
    factor = enrolled(Cockpit.service, ONE_CODE)
    with Cockpit() as cockpit, Broker() as broker:
        expect_equal(cockpit.log_in("alice", factor.wrong()), (False, []), "a wrong code")
        expect_equal(cockpit.log_in("alice", factor.code()), (True, []), "a right code")
        expect_equal([a["reason"] for a in audits(broker.log())], ["wrong-code", "totp"], "reasons")


def test_cockpit_with_a_plain_line():
    """The form's password is not used; the code is asked for on a page."""
    factor = enrolled(Cockpit.service, CODE)
    with Cockpit() as cockpit, Broker():
        expect_equal(cockpit.log_in("alice", "ignored", factor.code()), (True, ASKED), "a right code")


before_each.append(lambda: write_config({"throttle": False}))
main()
