# SPDX-License-Identifier: Apache-2.0
"""SecSign through a stock sshd, in the two stacks of docs/secsign.md as they stand there."""
from countersign import *
from countersign.secsign import *

PASSWORD = "Correct-Horse-7"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "secsign.md"
PROMPT = r"\AApprove the request on your phone \nif it shows ([A-Z2-9]{4})\. \nThen press Enter here: \Z"
CONSENT = "Type s to send an approval request to your phone: "


def stacks():
    """The auth lines after a key, and those after a password."""
    section = PAGE.read_text().split("\n## The two stacks\n")[1].split("\n## ")[0]
    blocks = [[line[4:] for line in block.splitlines()] for block in section.split("\n\n") if block.startswith("    ")]
    expect_equal(len(blocks), 2, "stacks in docs/secsign.md")
    return blocks


AFTER_KEY, AFTER_PASSWORD = stacks()


def enter(text, echo):
    """Sends the request if it must be asked for, and presses Enter once it is shown."""
    if text == CONSENT:
        return "s"
    expect_match(PROMPT, text, "the prompt")
    expect(echo, "Enter is hidden")
    return ""


def check(machine, sshd, secsignid, allowed, verdict, reason, answers=(enter,) * 3, client=None, **options):
    machine.map(alice=secsignid)
    machine.server.forget_requests()
    login = (client or sshd.paramiko)("alice", list(answers), **options)
    expect_equal(login.success, allowed, f"{secsignid}: {login} {machine.broker.log()[-2000:]}")
    audit = machine.audit()
    expect_equal((audit["verdict"], audit["reason"]), (verdict, reason), machine.broker.log()[-2000:])
    return login


def test_prepare():
    set_password("alice", PASSWORD)
    pathlib.Path("/etc/pam.d/postlogin").write_text("auth optional pam_permit.so\n")


def test_after_a_key():
    for rest in (False, True):
        with SecSign(rest=rest) as server, SecSignMachine(server) as machine, Sshd(AFTER_KEY) as sshd:
            key = {"key": client_key("alice")}
            check(machine, sshd, "ok-2", True, "allow", "approved", **key)
            expect_equal(server.calls(), ["create", "state", "state"], "calls")
            expect_match(r"^[A-Z2-9]{4} sshd: alice on \S+ from 127\.0\.0\.1$", server.session("ok-2").name, "the phone")
            login = check(machine, sshd, "deny", False, "deny", "denied", **key)
            expect_equal(login.instructions[-1:], ["The sign-in was denied.\n"], "the last text")
            check(machine, sshd, "missing", False, "deny", "request-refused" if rest else "unknown-identity", **key)
            check(machine, sshd, "wrongid", False, "deny", "other-user", **key)
            check(machine, sshd, "suspend", False, "deny", "overtaken", **key)
            check(machine, sshd, "suspend", False, "deny", "held-back", **key)
            server.refuse()
            check(machine, sshd, "ok-1", False, "unreachable", "unreachable", **key)


def test_after_a_key_with_openssh():
    with SecSign() as server, SecSignMachine(server) as machine, Sshd(AFTER_KEY) as sshd:
        login = check(machine, sshd, "ok-1", True, "allow", "approved", [("here: $", "")], sshd.ssh)
        expect_match("logged in as alice", login.transcript, "the session")


def test_after_a_password():
    settings = {"AuthenticationMethods": "keyboard-interactive"}
    with SecSign() as server, SecSignMachine(server) as machine, Sshd(AFTER_PASSWORD, **settings) as sshd:
        def type_in(password):
            return lambda text, echo: password if text == "Password: " and not echo else "?"
        check(machine, sshd, "ok-2", True, "allow", "approved", [type_in(PASSWORD), enter, enter], publickey=False)
        check(machine, sshd, "deny", False, "deny", "denied", [type_in(PASSWORD), enter, enter], publickey=False)
        # Nothing is sent before the password is right, and the module is not even asked.
        server.forget_requests()
        login = sshd.paramiko("alice", [type_in("Wrong-Horse-8")], publickey=False)
        expect_equal((login.success, server.calls(), machine.ended()), (False, [], machine.ends), f"{login}")


def test_a_client_that_goes_away():
    with SecSign() as server, SecSignMachine(server) as machine, Sshd(AFTER_KEY) as sshd:
        machine.map(alice="hold")
        child = sshd.ssh_session("alice")
        child.expect("here: $")
        child.close(force=True)
        server.wait(lambda: server.session("hold").cancels, "the request is withdrawn", 5)
        audit = machine.audit()
        expect_equal((audit["verdict"], audit["reason"]), ("aborted", "hang-up"), machine.broker.log())


def test_a_plain_wait_as_the_plugin_had_it():
    lines = [line.replace("auth_method=device", "auth_method=device hide_instructions") for line in AFTER_KEY]
    with SecSign() as server, SecSignMachine(server) as machine, Sshd(lines) as sshd:
        login = check(machine, sshd, "ok-2", True, "allow", "approved", [])
        expect_equal((login.prompts, login.instructions), ([], []), "nothing is shown")
        expect_match(r"^sshd: alice on", server.session("ok-2").name, "no word to compare")


main()
