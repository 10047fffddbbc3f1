# SPDX-License-Identifier: Apache-2.0
"""Is the stand-in for Werbot's server as strict as it claims?"""
import json
import ssl
import urllib.error
import urllib.request

from countersign import *
from countersign.certificates import authority_file
from countersign.werbot import MEMBERS, WerbotServer


def ask(server, path="/auth/agent/nix", media="application/json", raw=None, **changes):
    body = {"serviceID": server.service_id, "serviceKey": server.service_key, "user": "alice", "tfaMethod": "totp",
            "totpCode": "492039", "userIP": "", "wID": "alice", **changes}
    body = {name: value for name, value in body.items() if value is not None}
    request = urllib.request.Request(f"https://127.0.0.1:{server.port}{path}", raw or json.dumps(body).encode(),
                                     {"Content-Type": media})
    try:
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=authority_file())) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, None


def test_what_a_correct_client_sends():
    with WerbotServer() as server:
        person = server.person(accounts=("alice", "deploy"))
        for changes, status, reason in (
                ({}, "success", None), ({"user": "deploy"}, "success", None), ({"totpCode": "111111"}, "failed", "INVALID_TOTP"),
                ({"user": "root"}, "failed", "policy not assigned"), ({"wID": "bob"}, "failed", "user not found"),
                ({"serviceKey": "x"}, "failed", "invalid service integration details"),
                ({"serviceID": "x"}, "failed", "invalid service integration details")):
            code, answer = ask(server, **changes)
            expect_equal((code, answer["status"], answer.get("reason")), (200, status, reason), f"{changes}")
        for approves in (True, False):
            person.decide(approves)
            expect_equal(ask(server, tfaMethod="U2F", totpCode="")[1]["status"], "success" if approves else "failed",
                         "decided")
        server.patience = 0
        expect_equal(ask(server, tfaMethod="U2F", totpCode="")[1]["reason"], "U2F_FAILED", "nobody decides")


def test_everything_else_is_a_violation():
    wrong = [{name: None} for name in MEMBERS] + [
        {"path": "/auth/agent"}, {"path": "/auth/agent/nix?x=1"}, {"media": "text/plain"}, {"raw": b"x"}, {"more": "x"},
        {"tfaMethod": "TOTP"}, {"tfaMethod": "u2f", "totpCode": ""}, {"tfaMethod": "U2F"}, {"totpCode": ""},
        {"totpCode": "12345"}, {"totpCode": "123456789"}, {"totpCode": "12345x"}, {"wID": 7}, {"userIP": True}]
    for changes in wrong:
        with WerbotServer(forgiving=True) as server:
            server.person()
            code, answer = ask(server, **changes)
            expect(len(server.violations) == 1, f"{changes}: {server.violations}")
            expect(code != 200 or answer["status"] == "failed", f"{changes} lets in: {answer}")


main()
