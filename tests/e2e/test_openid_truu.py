# SPDX-License-Identifier: Apache-2.0
"""The three lines of docs/truu.md, as they stand there, in su, sshd and sudo, with an OpenID server behind them."""
import shutil
import threading

from countersign import *
from countersign.application import *
from countersign.openid import *

PASSWORD = "Correct-Horse-7"
HIGH = "urn:example:acr:high"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "truu.md"
SHOWN = r"Approve the request on your phone\s+if it shows ([A-Z2-9]{8})\."


def lines_of(program):
    """The auth lines that the page has for a program; a line that includes others asks for the UNIX password."""
    section = PAGE.read_text().split("\n## The three lines\n")[1].split("\n## ")[0]
    part = section.split(f"\n**{program}**")[1].split("\n**")[0]
    found = [line.strip() for line in re.findall(r"^    (.*)$", part, re.M)]
    expect(found, f"docs/truu.md has no line for {program}")
    return [line.replace("@include common-auth", "auth required pam_unix.so nodelay") for line in found]


def truu(**section):
    peer = OidcProvider(Client.basic(device=Client.public("pam-device")), interval=1)
    return peer, {"biometric-acr-values": HIGH, **section}


def decided(machine, decision, kind="ciba", **how):
    """Decides the next request as soon as it is there, in a thread: nobody types anything meanwhile."""
    def decide():
        request = machine.peer.pending(kind)
        seen.append(request)
        getattr(machine.peer, decision)(request, **how)
    seen = []
    thread = threading.Thread(target=decide)
    thread.start()
    return thread, seen


def test_su():
    peer, section = truu()
    service("su", lines_of("su"))
    run("chpasswd", input=f"bob:{PASSWORD}\n")
    with peer, Machine(peer, section) as machine:
        thread, seen = decided(machine, "approve")
        typed = type_at(("su", "bob", "-c", "id -un"))
        thread.join()
        expect(typed.shows(SHOWN) and typed.shows(r"(?m)^bob\r?$"), f"approved: {typed}")
        expect_equal((seen[0].login_hint, re.search(SHOWN, typed.screen)[1]), ("bob", seen[0].binding_message), "whom")
        machine.expect_end("allow", "approved")
    peer, section = truu()
    with peer, Machine(peer, section) as machine:
        thread, _ = decided(machine, "deny")
        typed = type_at(("su", "bob", "-c", "id -un"), [(r"Password: ", PASSWORD)])
        thread.join()
        expect(typed.shows(r"The sign-in was denied\.\s+Password: ") and typed.shows(r"(?m)^bob\r?$"), f"denied: {typed} {machine.broker.log()}")
        machine.expect_end("deny", "denied")
    expect(run("su", "bob", "-c", "id -un").stdout == "bob\n", "root is asked for nothing")


def test_sshd():
    peer, section = truu(**{"quiet-parameter": "notification_mode=none"})
    with peer, Machine(peer, section) as machine, Sshd(lines_of("sshd")) as sshd:
        for how, allowed, reason in (({"acr": HIGH}, True, "approved"), ({}, False, "level-missing"),
                                     ({"acr": "urn:example:acr:low"}, False, "level-missing")):
            thread, seen = decided(machine, "approve", **how)
            answers = ["s"] if reason == "level-missing" and "acr" in how else []
            login = sshd.paramiko("alice", answers, key=client_key("alice"))
            thread.join()
            expect_equal((login.success, login.instructions), (allowed, []), f"{how}: {login}")
            expect_equal((seen[0].acr_values, seen[0].binding_message), (HIGH, None), "what was asked for")
            machine.expect_end("allow" if allowed else "deny", reason)


def test_sshd_without_a_parameter_for_silence():
    peer, section = truu()
    with peer, Machine(peer, section) as machine, Sshd(lines_of("sshd")) as sshd:
        def approve(text, echo):
            expect_match(r"(?s)\ATo sign in, open this page in a browser: \n.*Then press Enter here: \Z", text, "the prompt")
            peer.approve_device(peer.pending_device(), "alice", acr=HIGH)
            return ""
        login = sshd.paramiko("alice", [approve], key=client_key("alice"))
        expect(login.success, f"{login} {machine.broker.log()}")
        expect_equal(peer.seen("backchannel"), 0, "requests to the phone")


def test_sudo():
    if shutil.which("sudo") is None:
        raise Skip("sudo is not installed")
    pathlib.Path("/etc/sudoers.d/alice").write_text("Defaults lecture=never\nalice ALL=(ALL) ALL\n")
    peer, section = truu()
    service("sudo", lines_of("sudo"))
    ends = []
    with peer, Machine(peer, section) as machine:
        for decide, reason in ((peer.approve, "approved"), (peer.deny, "denied")):
            def enter():
                decide(peer.pending())
                return ""
            typed = type_at(("sudo", "-k", "id", "-un"), [(SHOWN + r"\s+Then press Enter here: $", enter)] +
                            ([(r"here: $|to your phone: $", Keystrokes("\x03"))] if reason == "denied" else []))
            expect_equal(typed.shows(r"(?m)^root\r?$"), reason == "approved", f"{typed}")
            ends += (reason, "cannot-ask") if reason == "denied" else (reason,)  # sudo tries again; Ctrl-C ends that
            wait_audit(machine.broker, len(ends))
            expect_equal([audit["reason"] for audit in audits(machine.broker.log())], ends, "the log")


main()
