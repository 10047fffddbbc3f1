#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The strict OpenID server: does it answer as it is told, rightly, wrongly or not at all?"""
import http.client
import ssl
import time
import urllib.parse

from countersign import *
from countersign.harness import WORKDIR
from countersign.openid import *
from countersign.openid.jws import parts
from countersign.openid.keys import Key
from countersign.openid.plain import FORM
from countersign.openid.scene import Scene, begin, expect_raises, expect_violation

WORKDIR.mkdir(parents=True, exist_ok=True)
HIGH = "urn:example:acr:high"


def test_scripts():
    with Scene() as (server, plain):
        id = begin(plain)
        server.script("token", [
            error("authorization_pending", 403), error("slow_down", 429, {"Retry-After": "0"}),
            form_encoded(error="authorization_pending"), Answer(503, "<html>", {"Retry-After": "0"}, "text/html"),
            Answer(200, '{"error": "x", "error": "access_denied"}'), None])
        got = []
        for _ in range(6):
            server.started[id].not_before = 0
            got.append(plain.poll(id))
        expect_equal([reply.status for reply in got], [403, 429, 200, 503, 200, 400], "statuses")
        expect_equal(got[1].headers["Retry-After"], "0", "a header")
        expect_equal(got[2].text, "error=authorization_pending", "a form")
        expect_equal(got[2].headers["Content-Type"], FORM, "its type")
        expect_equal(got[5].error, (400, "authorization_pending"), "the usual answer")
        server.script("backchannel", [lambda call: Answer(200, {"auth_req_id": call.form["login_hint"]})])
        expect_equal(plain.ciba("bob").body, {"auth_req_id": "bob"}, "a function")
        expect_raises(ValueError, lambda: server.script("tokens", []), "a misspelt endpoint")


def test_claims():
    with Scene() as (server, plain):
        def claims():
            id = begin(plain)
            server.approve(id, acr=HIGH)
            return plain.claims(plain.poll(id))
        server.token_claims(aud=["pam", "other"], azp="pam", auth_time=None, sub=7)
        got = claims()
        expect_equal((got["aud"], got["azp"], got["sub"], "auth_time" in got), (["pam", "other"], "pam", 7, False),
                     "claims that the test changed")
        server.clock_offset = -3600
        expect(abs(claims()["iat"] - (time.time() - 3600)) < 30, "the clock was not heeded")
        server.clock_offset = 0
        server.userinfo_only = True
        expect("email" not in claims(), "claims for userinfo alone are in the ID token")
        id = begin(plain)
        server.approve(id)
        access = {"Authorization": "Bearer " + plain.poll(id)["access_token"]}
        expect_equal(plain.request("GET", plain.metadata["userinfo_endpoint"], headers=access)["email"],
                     "alice@example.com", "userinfo")
        server.userinfo(sub="somebody")
        expect_equal(plain.request("GET", plain.metadata["userinfo_endpoint"], headers=access)["sub"], "somebody",
                     "the sub of userinfo")
        expect_violation(server, "without an access token", (401, "invalid_token"),
                         plain.request("GET", plain.metadata["userinfo_endpoint"]))
        server.token_answer(id_token=None)
        id = begin(plain)
        server.approve(id)
        expect("id_token" not in plain.poll(id).body, "a member that the test removed")


def test_signatures():
    with Scene() as (server, plain):
        def answer():
            id = begin(plain)
            server.approve(id)
            return plain.poll(id)
        plain.claims(answer())
        for signer, algorithm, known in (("unknown", "ES256", False), ("forged", "ES256", True),
                                         ("none", "none", True), ("hmac", "HS256", True)):
            server.sign_with(signer)
            reply = answer()
            header, _, signature, signed = parts(reply["id_token"])
            expect_equal((header["alg"], header["kid"] == plain.keys()[0]["kid"]), (algorithm, known), signer)
            expect(not Key.of(plain.keys()[0], "ES256").verify(signature, signed), f"{signer}: a right signature")
        server.sign_with("key")
        for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
            before = answer()
            server.rotate_keys(algorithm)
            expect_equal(parts(answer()["id_token"])[0]["alg"], algorithm, "the algorithm")
            plain.claims(answer())
            expect_raises(ValueError, lambda: plain.claims(before), "a token of the old key")
        before = answer()
        server.rotate_keys("ES256", keep=True)
        plain.claims(before)
        server.jwk(alg=None, use=None)
        expect_equal(set(plain.keys()[0]), {"kty", "crv", "x", "y", "kid"}, "a bare key")
        server.token_header(kid=None)
        expect("kid" not in parts(answer()["id_token"])[0], "a kid")


def test_metadata():
    for path in ("", "/", "/tenant/v2.0"):
        with Scene(issuer_path=path) as (server, plain):
            url = server.base + path.rstrip("/") + "/.well-known/openid-configuration"
            expect_equal(plain.request("GET", url)["issuer"], server.base + path, "the issuer")
            server.metadata(issuer="https://elsewhere.example.com", jwks_uri=None)
            got = plain.request("GET", url).body
            expect_equal((got["issuer"], "jwks_uri" in got), ("https://elsewhere.example.com", False), "overrides")
            server.mangle(duplicate("issuer", "x"), "metadata")
            expect_equal(plain.request("GET", url).text.count('"issuer"'), 2, "members of that name")
            server.mangle(None, "metadata")
            expect_equal(plain.request("GET", url).text.count('"issuer"'), 1, "members of that name then")


def test_faults():
    with Scene() as (server, plain):
        plain.metadata
        id = begin(plain)
        for kind, errors in (("reset", ConnectionError), ("drop", http.client.RemoteDisconnected),
                             ("garbage", http.client.BadStatusLine), ("cut", http.client.IncompleteRead)):
            server.fault("token", kind)
            expect_raises(errors, lambda: plain.poll(id), kind)
            server.started[id].not_before = 0
        for kind, holds in (("truncate", lambda r: r.body is None), ("huge", lambda r: len(r.text) > 2 ** 20),
                            ("html", lambda r: r.status == 502 and "<h1>" in r.text), ("empty", lambda r: not r.text),
                            ("mistype", lambda r: r["error"] == 7), ("deep", lambda r: r.text.startswith('{"a":' * 9)),
                            ("hostile", lambda r: r.status == 400)):
            server.fault("token", kind)
            try:
                reply = plain.poll(id)
            except RecursionError:
                reply = None
            expect(reply is None or holds(reply), f"{kind}: {reply}")
        for kind, field in (("trickle", "trickle"), ("hold", "slow")):
            server.fault("token", kind, **{field: 0.3})
            begun = time.monotonic()
            expect_equal(plain.poll(id).error, (400, "authorization_pending"), kind)
            expect(time.monotonic() - begun > 0.25, f"{kind} took no time")
        server.fault("*", status=503, retry_after=7)
        expect_equal(plain.ciba("alice").headers["Retry-After"], "7", "a fault of every endpoint")
        server.fault("jwks", "html", times=9)
        server.heal()
        plain.keys()
        expect_raises(ValueError, lambda: server.fault("tokens", "drop"), "a misspelt endpoint")


def test_certificates():
    with Scene() as (server, plain):
        for kind in ("wrong-name", "expired", "self-signed", "untrusted"):
            server.certificate(kind)
            expect_raises(ssl.SSLCertVerificationError, plain.keys, kind)
        server.certificate("good")
        plain.keys()
        server.stop()
        expect_raises(ConnectionError, plain.keys, "a server that was stopped")
        server.start()
        plain.keys()


def test_forms():
    """Answers as GitHub gives them."""
    with Scene() as (server, plain):
        server.forms = True
        reply = plain.device()
        expect_equal(reply.headers["Content-Type"], FORM, "the type")
        code = dict(urllib.parse.parse_qsl(reply.text))["device_code"]
        expect_equal(plain.poll_device(code).text.partition("&")[0], "error=authorization_pending", "a refusal")
        server.approve_device()
        token = dict(urllib.parse.parse_qsl(plain.poll_device(code).text))
        expect_equal((len(token["id_token"].split(".")), token["token_type"]), (3, "Bearer"), "tokens")


def test_expiry():
    with Scene() as (server, plain):
        server.acknowledgement(expires_in=9999)
        server.ttl = 0
        id = begin(plain)
        expect_equal(server.pending().auth_req_id, id, "the request")
        server.expired_error = "authorization_pending"
        for _ in range(2):
            expect_equal(plain.poll(id).error, (400, "authorization_pending"), "for ever")
        server.expired_error = "access_denied"
        expect_equal(plain.poll(id).error, (400, "access_denied"), "as a server without a word for it says")


main()
