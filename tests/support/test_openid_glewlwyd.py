#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Debian's glewlwyd in the hands of a plain client: does it do what the harness says it does?"""
import json

from countersign import *
from countersign.harness import WORKDIR
from countersign.openid import *
from countersign.openid.plain import PlainClient

WORKDIR.mkdir(parents=True, exist_ok=True)


def expect_error(reply, status, error, what):
    expect_equal(reply.error, (status, error), what)


def begin(plain, name="alice", **form):
    """(auth_req_id, the Pending)"""
    reply = plain.ciba(plain.peer.login_hint(name), **form)
    expect_equal(reply.status, 200, f"status of a request: {reply}")
    return reply["auth_req_id"], plain.peer.pending()


def test_approve():
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        with Glewlwyd(Client.basic(), algorithm=algorithm) as peer:
            plain = PlainClient(peer)
            id, request = begin(plain, binding_message="AB, 12", requested_expiry=77)
            expect_equal((request.client, json.loads(request.login_hint), request.binding_message,
                          request.requested_expiry), ("pam", {"username": "alice"}, "AB, 12", "77"), "the request")
            expect_error(plain.poll(id), 400, "authorization_pending", "before the approval")
            peer.approve("alice")
            claims = plain.claims(plain.poll(id))
            expect_equal((claims["iss"], claims["aud"], claims["sub"], "acr" in claims),
                         (plain.settings["issuer"], "pam", peer.subject("alice"), False), "claims")
            expect_error(plain.poll(id), 400, "access_denied", "a second time")
            expect_equal((peer.seen("token"), peer.seen("backchannel")), (3, 1), "requests")


def test_decisions():
    with Glewlwyd(Client.post(), user_codes={"alice": "2468"}) as peer:
        expect(peer.subject("alice") not in ("alice", peer.subject("bob")), "sub is the name")
        expect_equal(peer.waiting, [], "requests, after the test has asked for subjects alone")
        plain = PlainClient(peer)
        id, request = begin(plain, "bob")
        peer.deny(request)
        expect_error(plain.poll(id), 400, "access_denied", "after a denial")
        id, _ = begin(plain, "bob")
        peer.expire(id)
        expect_error(plain.poll(id), 400, "expired_token", "after its time")
        expect_error(plain.ciba("alice"), 400, "invalid_request", "a plain name")
        expect_error(plain.ciba(peer.login_hint("alice"), user_code="1"), 400, "invalid_user_code", "another code")
        begin(plain, user_code="2468")
        expect_error(plain.ciba(peer.login_hint("mallory")), 400, "invalid_request", "an unknown user")
        expect_error(plain.poll("x" * 32), 400, "invalid_grant", "an unknown id")
        peer.stop()
        try:
            plain.poll(id)
            raise Failure("a server that was stopped has answered")
        except ConnectionError:
            pass
        peer.start()
        peer.revoke_client()
        expect_error(plain.ciba(peer.login_hint("alice")), 403, "invalid_client", "after the client was revoked")


def test_device():
    for client in (Client.basic(), Client.basic(device=Client.public("pam-device")), Client.public()):
        with Glewlwyd(client, interval=1) as peer:
            plain = PlainClient(peer)
            reply = plain.device()
            expect_error(plain.poll_device(reply["device_code"]), 400, "authorization_pending", "at first")
            peer.expire_device()
            expect_error(plain.poll_device(reply["device_code"]), 400, "expired_token", "after its time")
            reply = plain.device()
            peer.approve_device(reply["user_code"], "carol")
            claims = plain.claims(plain.poll_device(reply["device_code"]))
            expect_equal((claims["sub"], claims["aud"]), (peer.subject("carol"), (client.device or client).client_id),
                         "claims")


def test_authentication():
    for client, wrong in ((Client.basic(), Client.basic()), (Client.post(), Client.post()),
                          (Client.private_key("ES256"), Client.private_key("ES256")),
                          (Client.private_key("RS256"), Client.private_key("RS256"))):
        with Glewlwyd(client, algorithm="ES256") as peer:
            plain = PlainClient(peer)
            id, _ = begin(plain)
            peer.approve()
            expect_equal(plain.claims(plain.poll(id))["sub"], peer.subject("alice"), client.authentication)
            reply = PlainClient(peer, wrong).ciba(peer.login_hint("alice"))
            wanted = (401, None) if client.key else (403, "invalid_client")
            expect_equal(reply.error, wanted, f"another secret for {client.authentication}")


def test_peculiarities():
    with Glewlwyd(Client.private_key(), algorithm="ES256") as peer:
        plain = PlainClient(peer)
        endpoint = plain.metadata["backchannel_authentication_endpoint"]
        expect(endpoint == peer.front.base + "//api/oidc/ciba", f"the endpoint is {endpoint}")
        for audience, status in ((endpoint, 200), ([endpoint], 401), (peer.issuer, 401), (peer.issuer + "/ciba", 401),
                                 (plain.metadata["token_endpoint"], 401)):
            plain.audience = audience
            expect_equal(plain.ciba(peer.login_hint("alice")).status, status, f"aud {audience}")
    with Glewlwyd(Client.basic(punctuation=True), algorithm="ES256") as peer:
        expect_error(PlainClient(peer).ciba(peer.login_hint("alice")), 403, "invalid_client", "an encoded secret")
        for call in (peer.deny_device, lambda: peer.approve(sub="bob")):
            try:
                call()
                raise Failure("what this server cannot do was done")
            except ValueError:
                pass


main()
