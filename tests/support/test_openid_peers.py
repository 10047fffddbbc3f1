#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""npm's oidc-provider in the hands of a plain client: does it do what the harness says it does?"""
import ssl
import time

from countersign import *
from countersign.harness import WORKDIR
from countersign.openid import *
from countersign.openid.plain import PlainClient

WORKDIR.mkdir(parents=True, exist_ok=True)
HIGH = "urn:example:acr:high"


def expect_error(reply, status, error, what):
    expect_equal(reply.error, (status, error), what)


def begin(plain, name="alice", **form):
    """(auth_req_id, the Pending)"""
    reply = plain.ciba(plain.peer.login_hint(name), **form)
    expect_equal(reply.status, 200, f"status of a request: {reply}")
    return reply["auth_req_id"], plain.peer.pending()


def test_approve():
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        with OidcProvider(Client.basic(punctuation=True), algorithm=algorithm) as peer:
            plain = PlainClient(peer)
            id, request = begin(plain, binding_message="AB-12", acr_values=HIGH, requested_expiry=77)
            expect_equal((request.client, request.login_hint, request.binding_message, request.acr_values,
                          request.requested_expiry, request.user_code), ("pam", "alice", "AB-12", HIGH, "77", None),
                         "the request as the server saw it")
            expect_error(plain.poll(id), 400, "authorization_pending", "before the approval")
            peer.approve(id, acr=HIGH, amr=["fpt"])
            claims = plain.claims(plain.poll(id))
            expect_equal({claims[name] if name != "amr" else claims[name][0] for name in ("sub", "acr", "amr", "aud")},
                         {"alice", HIGH, "fpt", "pam"}, "claims")
            expect_equal(claims["iss"], plain.settings["issuer"], "iss")
            expect(abs(claims["auth_time"] - time.time()) < 30, f"auth_time is {claims['auth_time']}")
            expect_error(plain.poll(id), 400, "invalid_grant", "a second time")
            expect_equal((peer.seen("token"), peer.seen("/token"), peer.seen("backchannel")), (3, 3, 1), "requests")


def test_decisions():
    with OidcProvider(Client.post(), algorithm="ES256") as peer:
        plain = PlainClient(peer)
        id, request = begin(plain)
        peer.deny(request)
        expect_error(plain.poll(id), 400, "access_denied", "after a denial")
        id, _ = begin(plain, "bob")
        peer.expire("bob")
        expect_error(plain.poll(id), 400, "expired_token", "after its time")
        id, _ = begin(plain)
        peer.approve("alice", sub="bob", auth_time=None)
        claims = plain.claims(plain.poll(id))
        expect_equal((claims["sub"], set(claims) & {"acr", "amr", "auth_time"}), ("bob", set()),
                     "another person's approval, without particulars")
        expect_error(plain.ciba("mallory"), 400, "unknown_user_id", "an unknown user")
        expect_error(plain.ciba("alice", binding_message="a b"), 400, "invalid_binding_message", "a blank")
        expect_error(plain.poll("x" * 43), 400, "invalid_grant", "an unknown id")
        peer.revoke_client()
        expect_error(plain.ciba("alice"), 401, "invalid_client", "after the client was revoked")


def test_device():
    with OidcProvider(Client.basic(device=Client.public("pam-device")), algorithm="ES256") as peer:
        plain = PlainClient(peer)
        expect_equal(plain.settings["device-client-id"], "pam-device", "the client of the device grant")
        for decide, wanted in ((peer.deny_device, "access_denied"), (peer.expire_device, "expired_token")):
            reply = plain.device()
            expect_error(plain.poll_device(reply["device_code"]), 400, "authorization_pending", "at first")
            decide(peer.pending_device().user_code.lower())
            expect_error(plain.poll_device(reply["device_code"]), 400, wanted, "then")
        reply = plain.device()
        expect_equal(peer.pending_device().user_code, reply["user_code"], "the code")
        expect(reply["verification_uri_complete"].endswith("?user_code=" + reply["user_code"]), str(reply))
        peer.approve_device(reply["user_code"], "carol", acr=HIGH)
        claims = plain.claims(plain.poll_device(reply["device_code"]))
        expect_equal((claims["sub"], claims["aud"], claims["acr"]), ("carol", "pam-device", HIGH), "claims")
        # Neither client has the other's grant.
        expect_error(plain.post("backchannel_authentication_endpoint", plain.client.device, scope="openid",
                                login_hint="alice"), 400, "invalid_request", "CIBA without the grant")


def test_authentication():
    for client in (Client.basic(), Client.basic(punctuation=True), Client.post(punctuation=True),
                   Client.private_key("ES256"), Client.private_key("RS256"), Client.mutual_tls()):
        with OidcProvider(client, algorithm="ES256") as peer:
            plain = PlainClient(peer)
            id, _ = begin(plain)
            peer.approve()
            expect_equal(plain.claims(plain.poll(id))["sub"], "alice", f"with {client.authentication}")
    with OidcProvider(Client.public(), algorithm="ES256") as peer:
        plain = PlainClient(peer)
        reply = plain.device()
        peer.approve_device()
        expect_equal(plain.claims(plain.poll_device(reply["device_code"]))["sub"], "alice", "a public client")


def test_wrong_authentication():
    for client, wrong in ((Client.basic(), Client.basic()), (Client.post(), Client.post()),
                          (Client.private_key(), Client.private_key()),
                          (Client.mutual_tls(), Client.mutual_tls(authority="other-ca")),
                          (Client.mutual_tls(), Client.public()), (Client.basic(), Client.public())):
        with OidcProvider(client, algorithm="ES256") as peer:
            expect_error(PlainClient(peer, wrong).ciba("alice"), 401, "invalid_client",
                         f"{wrong.authentication} for {client.authentication}")


def test_assertions():
    with OidcProvider(Client.private_key(), algorithm="ES256") as peer:
        plain = PlainClient(peer)
        for audience in (peer.issuer, plain.metadata["token_endpoint"], [peer.issuer]):
            plain.audience = audience
            expect_equal(plain.ciba("alice").status, 200, f"aud {audience}")
        plain.audience = peer.issuer + "/"
        expect_error(plain.ciba("alice"), 401, "invalid_client", "aud with a slash")
        plain.audience = peer.issuer
        for claims in ({"jti": None}, {"exp": int(time.time()) - 600}, {"iss": "other"}, {"exp": None}):
            plain.assertion = claims
            expect_error(plain.ciba("alice"), 401, "invalid_client", f"an assertion with {claims}")
        plain.assertion = {"jti": "the same"}
        expect_equal(plain.ciba("alice").status, 200, "a jti")
        expect_error(plain.ciba("alice"), 401, "invalid_client", "the same jti")


def test_options():
    with OidcProvider(Client.basic(), user_codes={"alice": "2468"}, interval=5, ttl=3000, maximum_ttl=50,
                      algorithm="ES256") as peer:
        plain = PlainClient(peer)
        expect_error(plain.ciba("alice"), 400, "missing_user_code", "without the code")
        expect_error(plain.ciba("alice", user_code="1"), 400, "invalid_user_code", "with another code")
        reply = plain.ciba("alice", user_code="2468")
        expect_equal((reply["interval"], reply["expires_in"]), (5, 50), "interval and life")
        expect_equal(peer.pending().user_code, "2468", "the code")
        expect_error(plain.poll(reply["auth_req_id"]), 400, "authorization_pending", "a first poll")
        expect_error(plain.poll(reply["auth_req_id"]), 400, "slow_down", "a poll at once")
    for only, wanted in ((True, None), (False, "alice@example.com")):
        with OidcProvider(Client.basic(), userinfo_only=only, algorithm="ES256") as peer:
            plain = PlainClient(peer)
            id, _ = begin(plain, scope="openid email")
            peer.approve()
            reply = plain.poll(id)
            expect_equal(plain.claims(reply).get("email"), wanted, "e-mail address in the ID token")
            info = plain.request("GET", plain.metadata["userinfo_endpoint"],
                                 headers={"Authorization": "Bearer " + reply["access_token"]})
            expect_equal((info["sub"], info["email"]), ("alice", "alice@example.com"), "userinfo")


def test_stop_and_start():
    with OidcProvider(Client.basic()) as peer:
        plain = PlainClient(peer)
        id, _ = begin(plain)
        peer.stop()
        try:
            plain.poll(id)
            raise Failure("a server that was stopped has answered")
        except ConnectionError:
            pass
        peer.start()
        expect_error(plain.poll(id), 400, "authorization_pending", "after a pause")
    try:
        plain.poll(id)
        raise Failure("a server that ended has answered")
    except ConnectionError:
        pass


def test_certificate():
    with OidcProvider(Client.basic(), certificate="wrong-name") as peer:
        try:
            PlainClient(peer).keys()
            raise Failure("a certificate for another name was accepted")
        except ssl.SSLCertVerificationError:
            pass


main()
