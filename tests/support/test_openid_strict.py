#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The strict OpenID server: does it notice what a correct client would not send?"""
import base64
import copy
import dataclasses
import hashlib
import json
import pathlib
import ssl
import stat
import threading
import time

from countersign import *
from countersign.harness import WORKDIR
from countersign.openid import *
from countersign.openid.plain import CIBA, DEVICE, FORM, PlainClient
from countersign.openid.scene import Scene, begin, expect_raises, expect_violation

WORKDIR.mkdir(parents=True, exist_ok=True)
HIGH = "urn:example:acr:high"
CLIENTS = (Client.basic, lambda: Client.basic(punctuation=True), lambda: Client.post(punctuation=True),
           Client.private_key, lambda: Client.private_key("RS256"), Client.mutual_tls)


# What a correct client does ---------------------------------------------------------------------------------

def test_approve():
    for make in CLIENTS:
        with Scene(make()) as (server, plain):
            id = begin(plain, acr_values=HIGH, binding_message="AB-12", requested_expiry=77)
            request = server.pending()
            expect_equal((request.login_hint, request.acr_values, request.binding_message, request.requested_expiry),
                         ("alice", HIGH, "AB-12", "77"), "the request")
            expect_equal(plain.poll(id).error, (400, "authorization_pending"), "at first")
            server.approve(request, acr=HIGH, amr=["fpt"])
            claims = plain.claims(plain.poll(id))
            expect_equal([claims[name] for name in ("iss", "sub", "aud", "acr", "amr")],
                         [server.issuer, "alice", "pam", HIGH, ["fpt"]], "claims")
            expect_equal((len(server.polls[id]), server.seen("token"), server.seen("/token")), (2, 2, 2), "polls")


def test_decisions():
    with Scene() as (server, plain):
        for decide, wanted in ((server.deny, "access_denied"), (server.expire, "expired_token")):
            id = begin(plain)
            decide(server.pending())
            expect_equal(plain.poll(id).error, (400, wanted), "the decision")
            expect_violation(server, "after the answer", (400, "invalid_grant"), plain.poll(id))
        id = begin(plain)
        server.approve(id, sub="bob", auth_time=None)
        claims = plain.claims(plain.poll(id))
        expect_equal((claims["sub"], "auth_time" in claims), ("bob", False), "another account")
        expect_violation(server, "after the answer approve", (400, "invalid_grant"), plain.poll(id))
        server.success_again = True
        expect_violation(server, "after the answer approve", (200, None), plain.poll(id))
        expect_equal(plain.ciba("mallory").error, (400, "unknown_user_id"), "an unknown user")
        server.user_codes = {"alice": "2468"}
        expect_equal(plain.ciba("alice").error, (400, "missing_user_code"), "no code")
        expect_equal(plain.ciba("alice", user_code="1").error, (400, "invalid_user_code"), "another code")
        begin(plain, user_code="2468")
        server.revoke_client()
        expect_equal(plain.ciba("alice").error, (401, "invalid_client"), "a client that was revoked")


def test_device():
    for device in (None, Client.public("pam-device"), Client.post("pam-device")):
        with Scene(Client.basic(device=device)) as (server, plain):
            for decide, wanted in ((server.deny_device, "access_denied"), (server.expire_device, "expired_token")):
                reply = plain.device()
                decide(server.pending_device().user_code.lower())
                expect_equal(plain.poll_device(reply["device_code"]).error, (400, wanted), "the decision")
            reply = plain.device()
            server.approve_device(reply["user_code"].replace("-", ""), "carol")
            claims = plain.claims(plain.poll_device(reply["device_code"]))
            expect_equal((claims["sub"], claims["aud"]), ("carol", device.client_id if device else "pam"), "claims")
    with Scene(Client.public()) as (server, plain):
        expect_violation(server, "public clients", (400, "unauthorized_client"), plain.ciba("alice"))
        verifier = "v" * 43
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        code = plain.device(code_challenge=digest, code_challenge_method="S256")["device_code"]
        for form in ({}, {"code_verifier": "w" * 43}):
            expect_violation(server, "code_verifier", (400, "invalid_grant"), plain.poll_device(code, **form))
        expect_equal(plain.poll_device(code, code_verifier=verifier).error, (400, "authorization_pending"), "PKCE")


# What it refuses --------------------------------------------------------------------------------------------

def test_requests():
    with Scene() as (server, plain):
        url = plain.metadata["backchannel_authentication_endpoint"]
        basic = plain._authentication(plain.client, url)[0]

        def raw(body, method="POST", target=url, **headers):
            return plain.request(method, target, body, {"Content-Type": FORM, **basic, **headers})

        good = "scope=openid&login_hint=alice"
        expect_equal(raw(good).status, 200, "a correct request")
        for pattern, reply, error in (
                ("GET, not POST", lambda: raw(None, "GET"), (405, "invalid_request")),
                ("POST, not GET", lambda: raw("a=b", target=server.base + "/jwks"), (405, "invalid_request")),
                ("is application/json", lambda: raw("{}", **{"Content-Type": "application/json"}),
                 (400, "invalid_request")),
                ("Accept is", lambda: raw(good, Accept="text/html"), (406, "invalid_request")),
                ("with a query", lambda: raw(good, target=url + "?a=b"), (400, "invalid_request")),
                ("twice", lambda: raw(good + "&scope=openid"), (400, "invalid_request")),
                ("unknown here", lambda: raw(good + "&colour=red"), (400, "invalid_request")),
                ("without name or value", lambda: raw(good + "&acr_values="), (400, "invalid_request")),
                ("not form-encoded", lambda: raw(good + "&acr_values=a b"), (400, "invalid_request")),
                ("not form-encoded", lambda: raw(good + "&acr_values=a:b"), (400, "invalid_request")),
                ("not UTF-8", lambda: raw(good + "&acr_values=%ff"), (400, "invalid_request"))):
            expect_violation(server, pattern, error, reply())
        expect_equal(raw("", target=server.base + "/nowhere").status, 404, "another path")
        expect_equal(server.forgive("no such path"), 1, "violations")
        server.extra_parameters = {"colour"}
        expect_equal(raw(good + "&colour=red").status, 200, "a parameter that the test allows")


def test_parameters():
    with Scene() as (server, plain):
        for pattern, error, form in (
                ("0 hints", "invalid_request", {"login_hint": None}),
                ("2 hints", "invalid_request", {"id_token_hint": "x"}),
                ("login_hint_token is not known", "invalid_request", {"login_hint": None, "login_hint_token": "x"}),
                ("scope is missing", "invalid_request", {"scope": None}),
                ("without openid", "invalid_scope", {"scope": "profile"}),
                ("malformed", "invalid_scope", {"scope": "openid  email"}),
                ("binding_message", "invalid_binding_message", {"binding_message": "a b"}),
                ("binding_message", "invalid_binding_message", {"binding_message": "a" * 21}),
                ("requested_expiry", "invalid_request", {"requested_expiry": "0"}),
                ("requested_expiry", "invalid_request", {"requested_expiry": "601"}),
                ("requested_expiry", "invalid_request", {"requested_expiry": "1.5"}),
                ("where none is announced", "invalid_request", {"user_code": "1"}),
                ("client_notification_token is unknown", "invalid_request", {"client_notification_token": "x"})):
            expect_violation(server, pattern, (400, error), plain.ciba(**{"hint": "alice", **form}))
        id = begin(plain)
        for pattern, error, form in (
                ("grant_type is missing", "invalid_request", {"grant_type": None}),
                ("grant_type is", "unsupported_grant_type", {"grant_type": "password"}),
                ("not one that", "invalid_grant", {"auth_req_id": "x"}),
                ("auth_req_id is missing", "invalid_request", {"auth_req_id": None}),
                ("device_code is missing", "invalid_request", {"grant_type": DEVICE}),
                ("device_code is unknown", "invalid_request", {"device_code": "x"}),
                ("not one that", "invalid_grant", {"grant_type": DEVICE, "device_code": id, "auth_req_id": None})):
            expect_violation(server, pattern, (400, error),
                             plain.post("token_endpoint", **{"grant_type": CIBA, "auth_req_id": id, **form}))


def test_wrong_secrets():
    """Those are refused, but a correct client with wrong settings would send them too."""
    for registered, used in ((Client.basic(), Client.basic()), (Client.post(), Client.post()),
                             (Client.private_key(), Client.private_key())):
        with StrictServer(registered) as server:
            expect_equal(PlainClient(server, used).ciba("alice").error, (401, "invalid_client"), "another secret")
    registered, forger = Client.private_key(), Client.private_key()
    forger.key.kid = registered.key.kid
    renamed = dataclasses.replace(registered, key=copy.copy(registered.key))
    renamed.key.kid = "another"
    with StrictServer(registered) as server:
        for used in (forger, renamed):
            expect_equal(PlainClient(server, used).ciba("alice").error, (401, "invalid_client"), "another key")
    with StrictServer(Client.mutual_tls()) as server:
        expect_raises((ssl.SSLError, ConnectionError), lambda: PlainClient(
            server, Client.mutual_tls(authority="other-ca")).ciba("alice"), "a certificate of somebody else's")
        expect_violation(server, "authentication by none", (401, "invalid_client"),
                         PlainClient(server, Client.public()).ciba("alice"))
        stranger = Client.mutual_tls("other")
        stranger.client_id = "pam"
        expect_equal(PlainClient(server, stranger).ciba("alice").error, (401, "invalid_client"), "another subject")


def test_basic():
    with Scene(Client.basic(secret="a:b%41+c d")) as (server, plain):
        def with_pair(pair, **form):
            header = "Basic " + base64.b64encode(pair.encode()).decode()
            return plain.post("backchannel_authentication_endpoint", Client.public(), scope="openid",
                              login_hint="alice", headers={"Authorization": header}, **form)
        expect_equal(with_pair("pam:a%3Ab%2541%2Bc+d").status, 200, "form-encoded")
        expect_equal(with_pair("pam:a%3Ab%2541%2Bc%20d").status, 200, "percent-encoded")
        expect_violation(server, "Basic with an encoded", (401, "invalid_client"), with_pair("pam:a:b%41+c d"))
        expect_violation(server, "not form-encoded", (400, "invalid_request"), with_pair("pam:a%3Ab%41+c d"))
        expect_equal(with_pair("pam:a%3Ab%41+c+d").error, (401, "invalid_client"), "encoded in part")
        expect_violation(server, "two kinds", (400, "invalid_request"), with_pair("pam:x", client_secret="x"))
        expect_violation(server, "authentication by client_secret_post", (401, "invalid_client"),
                         PlainClient(server, Client.post()).ciba("alice"))


def test_without_a_user():
    with Scene(Client.basic()) as (server, plain):
        def own(**form):
            return plain.post("token_endpoint", grant_type="client_credentials", **form)
        expect_violation(server, "grant_type is 'client_credentials'", (400, "unsupported_grant_type"), own())
        expect("client_credentials" not in plain.metadata["grant_types_supported"], "it is not announced")
        server.client_credentials = server.hintless = True
        expect_equal((own().status, own()["token_type"]), (200, "Bearer"), "a token")
        expect_violation(server, "device_code", (400, "invalid_request"), own(device_code="x"))
        expect_equal(plain.post("backchannel_authentication_endpoint", scope="openid").error, (400, "invalid_request"),
                     "a request that names nobody")
        server.revoke_client()
        expect_equal(own().error, (401, "invalid_client"), "a client that is not known")


def test_assertions():
    with Scene(Client.private_key()) as (server, plain):
        now = int(time.time())
        for pattern, claims in (
                ("iss is", {"iss": "other"}), ("sub is", {"sub": "other"}), ("aud is", {"aud": "https://example.com"}),
                ("aud is", {"aud": server.issuer + "/"}), ("aud is", {"aud": None}), ("aud is", {"aud": []}),
                ("exp is", {"exp": now - 61}), ("exp is", {"exp": now + 700}), ("exp is", {"exp": None}),
                ("exp is", {"exp": str(now + 60)}), ("iat is", {"iat": now - 100}), ("iat is", {"iat": None}),
                ("nbf is", {"nbf": now + 100}), ("jti is", {"jti": None}), ("jti is", {"jti": "short"})):
            plain.assertion = claims
            expect_violation(server, "the assertion's " + pattern, (401, "invalid_client"), plain.ciba("alice"))
        plain.assertion = {"jti": "the same every time"}
        expect_equal(plain.ciba("alice").status, 200, "a jti")
        expect_violation(server, "used before", (401, "invalid_client"), plain.ciba("alice"))
        plain.assertion = {}
        server.only_audience = "issuer"
        expect_violation(server, "aud is", (401, "invalid_client"), plain.ciba("alice"))
        plain.audience = server.issuer
        expect_equal(plain.ciba("alice").status, 200, "the issuer as the audience")
        server.clock_offset = 1000
        expect_violation(server, "exp is", (401, "invalid_client"), plain.ciba("alice"))
        server.clock_offset = 0
        other = Client.private_key("RS256")
        expect_violation(server, "alg is", (401, "invalid_client"), PlainClient(server, other).ciba("alice"))
        for form in ({"client_assertion_type": "x"}, {"client_assertion": "a.b"}):
            expect_equal(plain.ciba("alice", **form).status, 200, "a form that the authentication replaces")
        for pattern, form in (("client_assertion_type is", {"client_assertion": "a.b"}),
                              ("not three parts", {"client_assertion": "a.b", "client_assertion_type":
                               "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"})):
            reply = plain.post("backchannel_authentication_endpoint", Client.public(), scope="openid",
                               login_hint="alice", **form)
            expect(reply.status in (400, 401), str(reply))
            expect_equal(server.forgive(pattern), 1, "violations")


def test_aliases():
    with Scene(Client.mutual_tls()) as (server, plain):
        server.aliases = True
        aliases = plain.metadata["mtls_endpoint_aliases"]
        plain.metadata.update(aliases)
        begin(plain)
        expect_violation(server, "not the one for this kind", (400, "invalid_request"),
                         plain.post(server.base + "/bc-authorize", scope="openid", login_hint="alice"))


def test_intervals():
    with Scene() as (server, plain):
        server.interval = 1
        id = begin(plain)
        plain.poll(id)
        expect_violation(server, "too early: the interval is 1 s", (400, "slow_down"), plain.poll(id))
        server.started[id].not_before = 0  # as if the interval were over
        server.script("token", [error("slow_down", interval=30)])
        expect_equal(plain.poll(id).error, (400, "slow_down"), "a scripted answer")
        expect_violation(server, "the interval is 30 s", (400, "slow_down"), plain.poll(id))
        expect_equal((server.started[id].interval, len(server.polls[id])), (35, 4), "after two slow_down")
        server.started[id].not_before = 0
        server.script("token", [form_encoded(200, {"Retry-After": "60"}, error="slow_down")])
        plain.poll(id)
        expect_equal(server.started[id].interval, 60, "by Retry-After")
        server.acknowledgement(interval=None)
        reply = plain.ciba("alice")
        expect_equal((server.started[reply["auth_req_id"]].interval, "interval" in reply.body), (5, False), "default")
        server.interval = 0
        server.acknowledgement(interval=0)
        server.long_poll = 10
        id = begin(plain)
        replies = []
        thread = threading.Thread(target=lambda: replies.append(plain.poll(id)))
        thread.start()
        server.wait(lambda: server.started[id].polling, "a poll")
        expect_violation(server, "while another one", (400, "slow_down"), plain.poll(id))
        server.approve(id)
        thread.join(5)
        expect_equal(plain.claims(replies[0])["sub"], "alice", "the poll that was held")


def test_violations_fail_the_test():
    def violate():
        with StrictServer(Client.basic()) as server:
            PlainClient(server).ciba("alice", colour="red")
    expect_raises(Failure, violate, "a violation")
    with StrictServer(Client.basic(), forgiving=True) as server:
        PlainClient(server).ciba("alice", colour="red")


def test_files():
    """What the settings name is where a test wants it, and readable only by whom it says."""
    folder = WORKDIR / "keys" / "placed"
    for client in (Client.private_key(), Client.mutual_tls()):
        section = client.settings("https://example.com", folder)
        for name, mode in (("client-key-file", 0o600), ("ca-path", 0o644)):
            path = pathlib.Path(section[name])
            expect_equal((path.parent, stat.S_IMODE(path.stat().st_mode)), (folder, mode), name)
        expect("client-secret" not in section, "a secret that there is not")
    expect_equal(json.loads(json.dumps(Client.basic(secret="a" * 20).settings("https://example.com")))["client-secret"],
                 "a" * 20, "a given secret")


main()
