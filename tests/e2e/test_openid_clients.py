# SPDX-License-Identifier: Apache-2.0
"""How this machine proves itself to a server that we did not write, through PAM: each kind of authentication, each
algorithm of ID tokens, codes that only users know, claims that are elsewhere; and how much a login asks."""
import contextlib

from countersign import *
from countersign.openid import *

QUIET = "stack_first_factor", "push_wait=silent"
USER_CODE = "PIN for approval requests: "
CODES = {"alice": "24681012"}


def log_in(machine, decide, user="alice", arguments=QUIET):
    """A login that `decide` gets the request of; the PAM code and the reason."""
    session = machine.session(*arguments, user=user)
    decide(machine.peer.pending())
    result = session.result()
    return result.code, machine.audit()["reason"]


def sign_in(machine, decide, user="alice"):
    """The same with a browser."""
    session = machine.session("auth_method=browser", "stack_first_factor", user=user)
    session.prompt()
    decide(machine.peer.pending("device"))
    session.answer("")
    result = session.result()
    return result.code, machine.audit()["reason"]


def check_both(peer, section=None):
    """An approval on a phone and a sign-in with a browser."""
    with peer, Machine(peer, section) as machine:
        what = f"{peer.client.authentication} {peer.options}"
        expect_equal(log_in(machine, peer.approve), ("PAM_SUCCESS", "approved"), f"{what}: {machine.broker.log()}")
        expect_equal(sign_in(machine, peer.approve_device), ("PAM_SUCCESS", "approved"),
                     f"{what}: {machine.broker.log()}")


# ---- authentication ----

def test_authentication_and_algorithms():
    for client, algorithm, section in (
            (Client.basic(punctuation=True), "RS256", {}), (Client.post(punctuation=True), "PS256", {}),
            (Client.private_key("ES256"), "ES256", {"assertion-audience": "endpoint"}),
            (Client.private_key("RS256"), "EdDSA", {}), (Client.mutual_tls(), "ES256", {})):
        check_both(OidcProvider(client, algorithm=algorithm, interval=1),
                   {"id-token-algorithms": algorithm, **section})


def test_client_for_the_device_grant():
    """Its tokens are for that client, and the other one's would not count."""
    for client in (Client.basic(device=Client.post("pam-device")),
                   Client.private_key(device=Client.basic("pam-device"))):
        check_both(OidcProvider(client, interval=1), {"device-client-authentication": client.device.authentication})


def test_wrong_credentials():
    """The server's refusal is a matter of configuration, and says so before anybody is asked."""
    with OidcProvider(Client.basic()) as peer, contextlib.ExitStack() as stack:
        machine = stack.enter_context(Machine(peer, {"client-secret": secret("another secret", "a secret")}))
        for arguments in (QUIET, ("auth_method=browser", "stack_first_factor")):
            machine.prepare("failmode_insecure", *arguments)
            result = pam_login("alice")
            expect_equal((result.code, machine.audit()["verdict"]), ("PAM_SERVICE_ERR", "misconfigured"), result.text)
        expect_match("client .*invalid_client.*client-id", machine.broker.log(), "log")
        expect_equal(peer.waiting, [], "requests")


def test_other_certificate():
    with OidcProvider(Client.mutual_tls(authority="other-ca")) as peer, Machine(peer) as machine:
        machine.prepare("failmode_insecure", *QUIET)
        result = pam_login("alice")
        expect_equal((result.code, machine.audit()["granted"]), ("PAM_SERVICE_ERR", "no"), machine.broker.log())


# ---- ID tokens ----

def test_claim_in_userinfo_alone():
    accounts = {"alice": {"preferred_username": "alice"}, "bob": {"preferred_username": "robert"}}
    with OidcProvider(Client.basic(), accounts, userinfo_only=True, interval=1) as peer, \
            Machine(peer, {"claim": "preferred_username", "scope": "openid profile"}) as machine:
        expect_equal(log_in(machine, peer.approve), ("PAM_SUCCESS", "approved"), machine.broker.log())
        expect_equal(peer.seen("userinfo"), 1, "userinfo")
        expect_equal(log_in(machine, peer.approve, "bob"), ("PAM_AUTH_ERR", "other-user"), machine.broker.log())
        expect_equal(sign_in(machine, lambda r: peer.approve_device(r, account="bob")),
                     ("PAM_AUTH_ERR", "other-user"), machine.broker.log())


# ---- codes that users know ----

def with_code(machine, *answers):
    """A login that asks for the code; (PAM code, prompts), approved once it is sent."""
    session = machine.session("stack_first_factor", "push_wait=silent")
    for answer in answers:
        expect_equal(session.prompt(), USER_CODE, "prompt")
        session.answer(secret(answer, "a user's code"))
    if answers[-1] == CODES["alice"]:
        request = machine.peer.pending()
        expect_equal(request.user_code, CODES["alice"], "what was sent")
        machine.peer.approve(request)
    result = session.result()
    return result.code, result.prompts


def test_user_code():
    """It is not shown, and asked for twice at most; a wrong one rings no phone."""
    for announced in (True, False):
        with OidcProvider(Client.basic(), user_codes=CODES, interval=1) as peer, \
                Machine(peer, {"user-code": announced}) as machine:
            hidden, right, wrong = (USER_CODE, False), CODES["alice"], "13579111"
            expect_equal(with_code(machine, right), ("PAM_SUCCESS", [hidden]), machine.broker.log())
            expect_equal(peer.seen("backchannel"), 1 if announced else 2, "requests: one to learn that it is needed")
            machine.expect_end("allow", "approved")
            expect_equal(with_code(machine, wrong, right), ("PAM_SUCCESS", [hidden] * 2), machine.broker.log())
            machine.expect_end("allow", "approved")
            asked = len(peer.waiting)
            expect_equal(with_code(machine, wrong, wrong), ("PAM_AUTH_ERR", [hidden] * 2), machine.broker.log())
            machine.expect_end("deny", "wrong-user-code")
            expect_equal(len(peer.waiting), asked, "requests on the phone")


# ---- how much is asked ----

def test_requests_of_a_login():
    with OidcProvider(Client.basic(), interval=1) as peer, Machine(peer) as machine:
        for number in range(1, 4):
            expect_equal(log_in(machine, peer.approve), ("PAM_SUCCESS", "approved"), machine.broker.log())
            expect_equal([peer.seen(name) for name in ("metadata", "jwks", "backchannel", "token", "userinfo")],
                         [1, 1, number, number, 0], f"requests so far, {number} logins")
        expect_equal(sign_in(machine, peer.approve_device), ("PAM_SUCCESS", "approved"), machine.broker.log())
        expect_equal((peer.seen(), peer.seen("device"), peer.seen("token")), (10, 1, 4), "with a browser")


main()
