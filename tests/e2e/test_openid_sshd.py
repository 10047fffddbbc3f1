# SPDX-License-Identifier: Apache-2.0
"""Two unrelated OpenID servers that we did not write, through a stock sshd with a key and keyboard-interactive: an
approval on a phone and a sign-in with a browser, and every way in which they are refused."""
import concurrent.futures
import dataclasses
import json
import typing

from countersign import *
from countersign.openid import *

CONSENT = "Type s to send an approval request to your phone: "
LOW, HIGH = "urn:example:acr:low", "urn:example:acr:high"
AGAIN = r"(?:The request has not been approved yet\. \r?\n)?"
PROMPTS = {
    "ciba": AGAIN + r"Approve the request on your phone \r?\nif it shows ([A-Z2-9]{8})\. \r?\nThen press Enter here: ",
    "device": AGAIN + r"To sign in, open this page in a browser: \r?\n(?:https://\S+) \r?\n"
              r"and enter the code (\S+) there\. \r?\nThen press Enter here: "}
METHODS = {"ciba": "device", "device": "browser"}
MAP = "/etc/countersign/identities"


@dataclasses.dataclass
class Visit:
    """A login: what somebody does to the request that it began (None: there is none), and what it comes to."""
    user: str
    decide: typing.Any
    verdict: str
    reason: str
    last: str | None = None  # the text before the end
    prompts: int = 1  # 0: the login ends before anything is shown

    def answer(self, peer, kind):
        """What is typed at a prompt: first the server has decided about the request that the prompt speaks of."""
        done = []

        def find(word):
            return next((r for r in reversed(peer.waiting) if r.kind == kind and
                         word == (r.binding_message if kind == "ciba" else r.user_code)), None)

        def respond(text, _echo):
            if text == CONSENT:  # a request was refused a moment ago
                return "s"
            match = re.fullmatch(PROMPTS[kind], text)
            expect(match, f"the prompt is {text!r}")
            if self.decide and not done:
                done.append(peer.wait(lambda: find(match[1]), f"a request with {match[1]}"))
                self.decide(done[0])
            return ""
        return respond


def visit(machine, sshd, *visits, kind="ciba"):
    """All of them at once, each with its key and then the module."""
    machine.configure(auth_method=METHODS[kind])
    for each in visits:
        client_key(each.user)
    length = len(machine.broker.log())
    with concurrent.futures.ThreadPoolExecutor(len(visits)) as pool:
        logins = list(pool.map(
            lambda each: sshd.paramiko(each.user, [each.answer(machine.peer, kind)] * 9 * each.prompts), visits))
    machine.ends += len(visits)
    wait_until(lambda: len(audits(machine.broker.log())) >= machine.ends, f"{machine.ends} audit lines")
    log = machine.broker.log()[length:]
    found = {audit["user"]: audit for audit in audits(log)}
    for each, login in zip(visits, logins):
        audit = found[each.user]
        expect_equal((audit["verdict"], audit["reason"]), (each.verdict, each.reason), f"{each}: {login} {log}")
        expect_equal((login.success, bool(login.prompts)),
                     (audit["granted"] == "yes", bool(each.prompts)), f"{each}: {login}")
        expect(each.last is None or login.instructions[-1:] == [each.last], f"{each}: {login}")
    return logins


DENIED, LATE = "The sign-in was denied.\n", "The sign-in was not approved in time.\n"


def check_absence(machine, sshd, kind):
    """A server that is down: before the login, with either failmode; and from the moment on at which it was asked."""
    peer = machine.peer
    peer.stop()
    visit(machine, sshd, Visit("alice", None, "unreachable", "unreachable", prompts=0), kind=kind)
    machine.configure(failmode_insecure=True)
    login, = visit(machine, sshd, Visit("alice", None, "unreachable", "failmode_insecure", prompts=0), kind=kind)
    expect(login.success, "failmode_insecure with a proven key")
    peer.start()
    machine.configure(poll_timeout=5)
    login, = visit(machine, sshd, Visit("alice", lambda r: peer.stop(), "unreachable", "unreachable"), kind=kind)
    expect(not login.success, "the server went away after it was asked")
    peer.start()
    machine.configure(failmode_insecure=None, poll_timeout=None)


def check_openssh(machine, sshd, decide, kind):
    """OpenSSH's own client shows what is needed in time."""
    machine.configure(auth_method=METHODS[kind])
    enter = r"Then press Enter here: $"
    login = sshd.ssh("carol", [(enter, lambda: decide(machine.peer.request_of(None, kind)) or "")])
    machine.expect_end("allow", "approved", login)
    expect(login.success and "logged in as carol" in login.transcript, f"{login}")


# ---- oidc-provider ----

def oidc_provider():
    client = Client.basic(punctuation=True, device=Client.public("pam-device"))
    return OidcProvider(client, algorithm="ES256", interval=1)


def test_oidc_provider_phone():
    with oidc_provider() as peer, Machine(peer, {"biometric-acr-values": HIGH}) as machine, Sshd() as sshd:
        check_openssh(machine, sshd, peer.approve, "ciba")
        visit(machine, sshd, Visit("alice", peer.approve, "allow", "approved"),
              Visit("bob", peer.deny, "deny", "denied", DENIED), Visit("carol", peer.expire, "deny", "expired", LATE))
        expect_equal((peer.seen("metadata"), peer.seen("jwks")), (1, 1), "documents are fetched once")
        check_absence(machine, sshd, "ciba")
        visit(machine, sshd, Visit("alice", lambda r: peer.approve(r, sub="bob"), "deny", "other-user", DENIED))
        expect_match("an approval does not count: other-user: sub is 'bob'", machine.broker.log(), "the log")
        machine.configure(enforce_biometric=True)
        visit(machine, sshd, Visit("alice", lambda r: peer.approve(r, acr=HIGH), "allow", "approved"),
              Visit("bob", peer.approve, "deny", "level-missing", DENIED),
              Visit("carol", lambda r: peer.approve(r, acr=LOW), "deny", "level-missing", DENIED))
        machine.configure(enforce_biometric=None)
        visit(machine, sshd, Visit("alice", lambda r: peer.revoke_client(), "misconfigured", "misconfigured"))
        visit(machine, sshd, Visit("bob", None, "misconfigured", "misconfigured"))


def test_oidc_provider_browser():
    with oidc_provider() as peer, Machine(peer, {"biometric-acr-values": HIGH}) as machine, Sshd() as sshd:
        def approve(account, **how):
            return lambda request: peer.approve_device(request.user_code, account, **how)
        def decide(order):
            return lambda request: order(request.user_code)
        visit(machine, sshd, Visit("alice", approve("alice"), "allow", "approved"),
              Visit("bob", decide(peer.deny_device), "deny", "denied", DENIED),
              Visit("carol", decide(peer.expire_device), "deny", "expired", LATE), kind="device")
        visit(machine, sshd, Visit("alice", approve("bob"), "deny", "other-user", DENIED), kind="device")
        machine.configure(enforce_biometric=True)
        visit(machine, sshd, Visit("alice", approve("alice", acr=HIGH), "allow", "approved"),
              Visit("bob", approve("bob"), "deny", "level-missing", DENIED),
              Visit("carol", approve("carol", acr=LOW), "deny", "level-missing", DENIED), kind="device")
        machine.configure(enforce_biometric=None)
        check_absence(machine, sshd, "device")
        check_openssh(machine, sshd, approve("carol"), "device")
        visit(machine, sshd, Visit("alice", lambda r: peer.revoke_client("pam-device"), "misconfigured",
                                   "misconfigured"), kind="device")
        visit(machine, sshd, Visit("bob", None, "misconfigured", "misconfigured", prompts=0), kind="device")


def test_qr_code_above_the_prompt():
    """sshd up to 10.2 puts text before the next prompt. ssh writes the user and the host before its first line."""
    seen = []
    with oidc_provider() as peer, Machine(peer) as machine, \
            Sshd(f"{MODULE_LINE} auth_method=browser browser_qr=dark") as sshd:
        def approve(text, echo):
            seen.append(text)
            peer.approve_device(peer.pending_device().user_code, "alice")
            return ""
        login = sshd.paramiko("alice", [approve], key=client_key("alice"))
        expect(login.success, f"{login} {machine.broker.log()}")
    shown = "".join(login.instructions) + seen[0]
    code, _, rest = shown.partition("To sign in, open this page")
    lines = [line for line in code.splitlines() if line]
    expect(code.startswith("\n") and rest, f"{shown!r}")
    expect(17 <= len(lines) <= 23 and {len(line) for line in lines} == {2 * len(lines) - 1}, f"{shown!r}")
    expect(set("".join(lines)) == set("\u2588\u2580\u2584 ") and lines[0] == "\u2588" * len(lines[0]), f"{shown!r}")


def test_oidc_provider_unknown_user():
    """What is seen is what somebody sees whose request was denied."""
    with OidcProvider(Client.basic(), {"alice": {}}, interval=1) as peer, Machine(peer) as machine, Sshd() as sshd:
        unknown, denied = visit(machine, sshd, Visit("bob", None, "deny", "unknown-identity", DENIED),
                                Visit("alice", peer.deny, "deny", "denied", DENIED))
        for login in unknown, denied:
            login.prompts = [(re.sub(r"[A-Z2-9]{8}", "WORD", text), echo) for text, echo in login.prompts]
        expect_equal((unknown.prompts, unknown.instructions), (denied.prompts, denied.instructions), "what is seen")
        expect_equal(peer.seen("token"), 1, "polls")


# ---- glewlwyd ----

def glewlwyd(**options):
    return Glewlwyd(Client.basic(device=Client.public("pam-device")), algorithm="ES256", interval=1, **options)


def machine_for(peer, **identities):
    """Who is who stands in a file: its subjects are texts that nobody chose."""
    write_config("".join(f"{name} {subject}\n" for name, subject in identities.items()), MAP)
    return Machine(peer, {"login-hint": '{"username":"%a"}', "assertion-audience": "endpoint",
                          "biometric-acr-values": HIGH}, map_file=MAP)


def test_glewlwyd_phone():
    with glewlwyd(accounts={"alice": {}, "bob": {}}) as peer:
        alice, bob = peer.subject("alice"), peer.subject("bob")
        with machine_for(peer, alice=alice, bob=bob, carol=bob) as machine, Sshd() as sshd:
            visit(machine, sshd, Visit("alice", peer.approve, "allow", "approved"),
                  Visit("bob", peer.deny, "deny", "denied", DENIED),
                  Visit("carol", None, "deny", "request-refused", DENIED))
            expect_equal((peer.seen("metadata"), peer.seen("jwks")), (1, 1), "documents are fetched once")
            expect_equal(json.loads(peer.waiting[0].login_hint).keys(), {"username"}, "the hint")
            check_absence(machine, sshd, "ciba")
            write_config(f"alice {alice}\nbob {alice}\n", MAP)
            visit(machine, sshd, Visit("alice", peer.expire, "deny", "expired", LATE),
                  Visit("bob", peer.approve, "deny", "other-user", DENIED))
            machine.configure(enforce_biometric=True)
            visit(machine, sshd, Visit("alice", peer.approve, "deny", "level-missing", DENIED))
            machine.configure(enforce_biometric=None)
            visit(machine, sshd, Visit("alice", lambda r: peer.revoke_client(), "misconfigured", "misconfigured"))
            visit(machine, sshd, Visit("bob", None, "misconfigured", "misconfigured"))


def test_glewlwyd_browser():
    """It cannot refuse a code that is shown."""
    with glewlwyd() as peer:
        subjects = {name: peer.subject(name) for name in ("alice", "bob", "carol")}
        with machine_for(peer, **subjects) as machine, Sshd() as sshd:
            def approve(account):
                return lambda request: peer.approve_device(request.user_code, account)
            visit(machine, sshd, Visit("alice", approve("alice"), "allow", "approved"),
                  Visit("bob", approve("carol"), "deny", "other-user", DENIED), kind="device")
            visit(machine, sshd, Visit("alice", lambda r: peer.expire_device(), "deny", "expired", LATE), kind="device")
            machine.configure(enforce_biometric=True)
            visit(machine, sshd, Visit("alice", approve("alice"), "deny", "level-missing", DENIED), kind="device")
            machine.configure(enforce_biometric=None)
            check_absence(machine, sshd, "device")
            check_openssh(machine, sshd, approve("carol"), "device")
            visit(machine, sshd, Visit("alice", lambda r: peer.revoke_client("pam-device"), "misconfigured",
                                       "misconfigured"), kind="device")
            visit(machine, sshd, Visit("bob", None, "misconfigured", "misconfigured", prompts=0), kind="device")


main()
