# SPDX-License-Identifier: Apache-2.0
"""Werbot through a stock sshd, with the lines of docs/werbot.md as they stand there."""
import os
import signal
import time

from countersign import *
from countersign.werbot_login import *

PASSWORD = "Correct-Horse-7"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "werbot.md"
APPROVE = "Verification code,\nor just Enter to approve on your phone: "


def lines_of(name):
    """The auth lines that the page has under a word; a line of pam_unix.so does not wait after a wrong password."""
    section = PAGE.read_text().split("\n## Lines\n")[1].split("\n## ")[0]
    part = section.split(f"\n**{name}**")[1].split("\n**")[0]
    found = [line.strip() for line in re.findall(r"^    (.*)$", part, re.M)]
    expect(found, f"docs/werbot.md has no line for {name}")
    return [line.replace("pam_unix.so", "pam_unix.so nodelay") for line in found]


class Machine(Werbot):
    """With the lines of the page in a stock sshd."""

    def __init__(self, name="key", section=None, auth=None, sshd=None, **settings):
        super().__init__(section, **settings)
        self.sshd = Sshd(auth or lines_of(name), **(sshd or {}))

    def __enter__(self):
        super().__enter__()
        self.sshd.__enter__()
        return self

    def __exit__(self, *reason):
        self.sshd.__exit__(*reason)
        super().__exit__(*reason)

    def visit(self, answers, allowed, reason, user="alice", **how):
        self.ends += 1
        login = self.sshd.paramiko(user, answers, **how)
        audit = wait_audit(self.broker, self.ends)
        expect_equal((login.success, audit["reason"]), (allowed, reason), f"{login} {self.broker.log()[-2500:]}")
        return login


def decider(machine, person, approves):
    """An answer that leaves the prompt empty; the person decides once the server holds the request."""
    def answer(text, echo):
        expect_equal((text.replace(" \n", "\n"), echo), (APPROVE, True), "the prompt")
        answer.thread = deciding(machine.server, person, approves)
        return ""
    return answer


# ---- after a key ----

def test_key_then_code():
    with Machine() as machine:
        person = machine.server.person("alice@example.org")
        login = machine.visit(["alice@example.org", person.code], True, "totp")
        expect_equal([(text.replace(" \n", "\n"), echo) for text, echo in login.prompts],
                     [(ID, True), (APPROVE, True)], "two prompts, each in a round of its own")
        expect_equal(machine.server.asked(), [{"user": "alice", "tfaMethod": "totp", "totpCode": person.code,
                                               "userIP": "127.0.0.1", "wID": "alice@example.org"}], "what was asked")


def test_key_then_approval():
    with Machine() as machine:
        person = machine.server.person("alice@example.org")
        for approves, reason in ((True, "approved"), (False, "denied")):
            machine.server.forget_requests()
            decide = decider(machine, person, approves)
            machine.visit(["alice@example.org", decide], approves, reason)
            decide.thread.join()
            expect_equal([(a["tfaMethod"], a["totpCode"], a["wID"]) for a in machine.server.asked()],
                         [("U2F", "", "alice@example.org")], "one request")


def test_wrong_code_then_right():
    with Machine(retry=2) as machine:
        person = machine.server.person()
        login = machine.visit(["", "111111", "12", person.code], True, "totp")
        expect_equal(login.prompts[1][0].replace(" \n", "\n"), APPROVE, "offered after a key, with no ID typed")
        expect("Tries left" in "".join(login.instructions) + "".join(t for t, _ in login.prompts), f"{login}")
        expect_equal([a["totpCode"] for a in machine.server.asked()], ["111111", person.code], "requests")


def test_openssh_shows_it_in_two_lines():
    with Machine() as machine:
        person = machine.server.person()
        login = machine.sshd.ssh("alice", [(r"just Enter: $", "alice"), (r"on your phone: $", person.code)])
        expect(login.success and "logged in as alice" in login.transcript, f"{login}")


def test_no_time_left_for_a_decision():
    with Machine(section={"approval-timeout": 5}) as machine:
        machine.server.person()
        machine.visit(["", ""], False, "expired")


# ---- after a password, and without anything ----

def test_password_then_werbot():
    run("chpasswd", input=f"alice:{secret(PASSWORD, 'a password')}\n")
    with Machine("password", sshd={"AuthenticationMethods": "keyboard-interactive"}) as machine:
        person = machine.server.person()
        decide = decider(machine, person, True)
        machine.visit([PASSWORD, "", decide], True, "approved", publickey=False)
        decide.thread.join()
        machine.visit([PASSWORD, "", person.code], True, "totp", publickey=False)
        asked = len(machine.server.asked())
        login = machine.sshd.paramiko("alice", ["wrong", "", ""], publickey=False)
        expect(not login.success and len(machine.server.asked()) == asked, f"a wrong password: {login}")
        expect_equal(len(audits(machine.broker.log())), machine.ends, "logins that got so far")


def test_password_or_werbot():
    """A right password is enough here; only without one Werbot is asked, and the password proves nothing then."""
    run("chpasswd", input=f"alice:{PASSWORD}\n")
    lines = ["auth [success=1 default=ignore] pam_unix.so nodelay", "auth required pam_countersign.so",
             "auth required pam_permit.so"]
    with Machine(auth=lines, sshd={"AuthenticationMethods": "keyboard-interactive"}) as machine:
        person = machine.server.person()
        expect(machine.sshd.paramiko("alice", [PASSWORD], publickey=False).success, "the password")
        machine.visit(["wrong", person.code], True, "totp", publickey=False)
        machine.configure(retry=0)
        login = machine.visit(["wrong", "", ""], False, "empty-answer", publickey=False)
        expect_equal([a["tfaMethod"] for a in machine.server.asked()], ["totp"], f"no approval: {login}")


def test_alone():
    with Machine("alone", sshd={"AuthenticationMethods": "keyboard-interactive"}, retry=0) as machine:
        person = machine.server.person()
        login = machine.visit(["", person.code], True, "totp", publickey=False)
        expect_equal([text for text, _ in login.prompts], [ID, CODE], "no approval is offered")
        machine.visit(["alice", ""], False, "empty-answer", publickey=False)
        expect_equal(len(machine.server.asked()), 1, "requests")


# ---- the account phase ----

def account_lines(*auth):
    page = PAGE.read_text().split("\n**account**")[1].split("\n## ")[0]
    return [*auth, *[line.strip() for line in re.findall(r"^    (account .*)$", page, re.M)]]


def account_check(machine, count=1):
    wait_until(lambda: machine.broker.log().count("account verdict=") == count, "the line of the account check")
    line = [line for line in machine.broker.log().splitlines() if "account verdict=" in line][-1]
    return re.search(r"verdict=(\S+) .*reason=(\S+)", line).groups()


def test_account_after_a_key_alone():
    """The user approves; the ID is the mapping's."""
    with Machine(auth=account_lines("auth required pam_deny.so"), sshd={"AuthenticationMethods": "publickey"}) as machine:
        alice = machine.server.person()
        for count, (approves, wanted) in enumerate(((True, ("allow", "approved")), (False, ("deny", "denied"))), 1):
            machine.server.forget_requests()
            thread = deciding(machine.server, alice, approves)
            login = machine.sshd.ssh("alice")
            thread.join()
            expect_equal((login.success, account_check(machine, count)), (approves, wanted), f"{login}")
            expect_equal(machine.server.asked(), [{"user": "alice", "tfaMethod": "U2F", "totpCode": "",
                                                   "userIP": "127.0.0.1", "wID": "alice"}], "what was asked")


def test_account_asks_nobody_who_has_just_refused():
    """Whoever has a stolen key must not make the phone ring until its owner gives in."""
    with Machine(auth=account_lines("auth required pam_deny.so"), sshd={"AuthenticationMethods": "publickey"}) as machine:
        alice = machine.server.person()
        thread = deciding(machine.server, alice, False)
        expect(not machine.sshd.ssh("alice").success, "denied")
        thread.join()
        expect(not machine.sshd.ssh("alice").success, "a second time")
        expect_equal((account_check(machine, 2), len(machine.server.asked())), (("deny", "too-many-deliveries"), 1),
                     "the second time")


def test_account_after_a_whole_login():
    with Machine(auth=account_lines(*lines_of("key"))) as machine:
        person = machine.server.person()
        machine.visit(["", person.code], True, "totp")
        expect_equal(len(machine.server.asked()), 1, "nobody is asked twice")


def test_account_while_the_server_is_away():
    """Nothing can be asked there, so a factor of this machine does not help."""
    fresh("alice")
    with Machine(auth=account_lines("auth required pam_deny.so"), section={"connect-timeout": 1},
                 sshd={"AuthenticationMethods": "publickey"}, offline_users="alice", failmode_insecure=True) as machine:
        machine.server.refuse()
        login = machine.sshd.ssh("alice")
        expect_equal((login.success, account_check(machine)), (False, ("unreachable", "unreachable")),
                     f"{login} {machine.broker.log()}")


# ---- who causes a request ----

def test_whom_sshd_refuses_causes_no_request():
    """sshd replaces what they type, but leaves an empty answer empty."""
    settings = {"AuthenticationMethods": "keyboard-interactive", "PermitRootLogin": "no", "DenyUsers": "bob"}
    lines = [f"{line} stack_first_factor" for line in lines_of("alone")]
    with Machine(auth=lines, sshd=settings, retry=0) as machine:
        for name in ("root", "bob"):
            machine.server.person(name, accounts=(name,), code="492039")
        for user in ("root", "bob", "nobody-here"):
            for answers in ((user, "492039"), ("", "492039"), (user, "")):
                before = machine.ends
                login = machine.sshd.paramiko(user, answers, publickey=False)
                expect(not login.success, f"{user} {answers}: {login}")
                machine.ends = before + 1
                wait_audit(machine.broker, machine.ends)
        expect_equal(machine.server.asked(), [], "requests")


def test_root_gets_an_approval_after_an_answer():
    """prohibit-password lets a key in and refuses what is typed; sshd tells the module of the key all the same."""
    for permitted in ("prohibit-password", "yes"):
        with Machine(sshd={"PermitRootLogin": permitted}, retry=0) as machine:
            person = machine.server.person("root", accounts=("root",))
            machine.visit(["", ""], False, "empty-answer", user="root")
            expect_equal(machine.server.asked(), [], f"{permitted}: requests after nothing typed")
            if permitted == "yes":
                decide = decider(machine, person, True)
                machine.visit(["root", decide], True, "approved", user="root")
                decide.thread.join()
            else:
                machine.ends += 1
                login = machine.sshd.paramiko("root", ["root", ""])
                wait_audit(machine.broker, machine.ends)
                expect_equal((login.success, machine.server.asked()), (False, []), f"{permitted}: {login}")


def waiting_for_approval(machine):
    """A client whose login waits while the server holds the request."""
    session = machine.sshd.ssh_session("alice")
    session.expect("just Enter: $")
    session.sendline("")
    session.expect("on your phone: $")
    session.sendline("")
    machine.server.wait_asked()
    return session


def pam_child(sshd):
    """The process in which sshd runs the module."""
    def find():
        return next((pid for pid in descendants(sshd.pid)
                     if "[pam]" in run("ps", "-o", "args=", "-p", pid, check=False).stdout), None)
    return wait_until(find, "sshd's process for PAM")


def expect_left(machine, person):
    """The login ended, and so did the request; the next login waits for neither."""
    machine.ends += 1
    audit = wait_audit(machine.broker, machine.ends)
    expect_equal((audit["verdict"], audit["reason"]), ("aborted", "hang-up"), f"{audit}")
    wait_until(lambda: machine.server.left == 1, "the server sees the connection close", 1)
    machine.visit(["", person.code], True, "totp")


def test_hang_up_while_the_server_holds_the_request():
    with Machine() as machine:
        person = machine.server.person()
        session = waiting_for_approval(machine)
        begin = time.monotonic()
        os.kill(pam_child(machine.sshd), signal.SIGKILL)
        wait_audit(machine.broker)
        expect(time.monotonic() - begin < 1, f"freed after {time.monotonic() - begin:.2f} s")
        expect_left(machine, person)
        session.close(force=True)


def test_login_grace_time_ends_the_request():
    """sshd does not read what its client says while a module works, and so does not see that it has left."""
    with Machine(sshd={"LoginGraceTime": "3"}) as machine:
        person = machine.server.person()
        waiting_for_approval(machine).close(force=True)
        expect_left(machine, person)


main()
