# SPDX-License-Identifier: Apache-2.0
"""A server that answers as Werbot's does: one request, POST /auth/agent/nix, says whether somebody gets in.

    with WerbotServer() as server:
        write_config({"provider": "werbot", "werbot": server.section(), …})

The ID in a request decides what is answered: a name of MODES, or one of `people`, who have a code and a phone. Whatever
a correct client would not send is a violation.
"""
import json
import threading

from .harness import secret
from .https_answer import Answer, Refusal, page
from .https_server import HttpsServer

__all__ = ["WerbotServer"]

PATH = "/auth/agent/nix"
MEMBERS = ["serviceID", "serviceKey", "user", "tfaMethod", "totpCode", "userIP", "wID"]


def said(status, reason="", intent="agent-login", **more):
    return Answer(200, {"status": status, **({"reason": reason} if reason else {}), "intent": intent, "data": [None],
                        **more}, media="application/json")


def failed(reason, intent="agent-login"):
    return said("failed", reason, intent)


def text(body, status=200, media="application/json"):
    return Answer(status, body, media=media)


# Answers of which only one lets in.
MODES = {
    "ok": said("success"),
    "passthru": said("success", "passthru authentication"),
    "deny": failed("U2F_FAILED"),
    "policy-ip": failed("IP_POLICY_FAILED"),
    "policy-none": failed("policy not assigned"),
    "nouser": failed("user not found", "AgentLogin"),
    "disabled": failed("User Disabled", "AgentLogin"),
    "nodevice": failed("DEVICE_NOT_FOUND"),
    "unknown-reason": failed("SOMETHING_NEW"),
    "capital": said("Success"),
    "casing": Answer(200, {"Status": "success"}),
    "no-status": Answer(200, {"intent": "agent-login"}),
    "errfield": said("success", error={}),
    "errnull": said("success", error=None),
    "wrongtype": Answer(200, {"status": True}),
    "wrong-reason": Answer(200, {"status": "success", "reason": 7}),
    "list": text('["success"]'),
    "garbage": text("success"),
    "trailing": text('{"status":"success"} x'),
    "twice": text('{"status":"failed","status":"success"}'),
    "empty": text(""),
    "html": page(200, "<html><body>Welcome</body></html>\n"),
    "bigbody": text('{"status":"success","data":"' + "x" * (2 * 1024 * 1024) + '"}'),
    "http-201": Answer(201, {"status": "success"}),
    "http-204": Answer(204),
    "http-302": Answer(302, None, {"Location": "https://127.0.0.1:1/auth/agent/nix"}),
    "http-307": Answer(307, None, {"Location": "https://127.0.0.1:1/auth/agent/nix"}),
    "http-401": Answer(401, {"status": "success"}),
    "http-500": Answer(500, {"status": "success"}),
    "http-503": Answer(503, {"status": "success"}),
}


class Person:
    """Somebody with an app for codes and a phone for approvals."""

    def __init__(self, server, accounts, code):
        self.server = server
        self.accounts = accounts
        self.code = secret(code, "a code at Werbot")
        self.decision = threading.Event()
        self.approves = False

    def decide(self, approves):
        self.approves = approves
        self.decision.set()


class WerbotServer(HttpsServer):
    """`people`: Person by ID; they may log in to the accounts that they have."""

    def __init__(self, port=None, forgiving=False):
        super().__init__(port=port, forgiving=forgiving)
        self.service_id = "11111111-2222-3333-4444-555555555555"
        self.service_key = secret("0123456789abcdef-Key", "a service key")
        self.people = {}
        self.patience = 60  # seconds that it holds a request
        self.left = 0  # clients that did not wait for a decision

    def person(self, name="alice", accounts=("alice",), code="492039"):
        self.people[name] = Person(self, accounts, code)
        return self.people[name]

    def section(self, **more):
        """The section werbot of our file."""
        section = {"server-url": f"127.0.0.1:{self.port}", "service-id": self.service_id,
                   "service-key": self.service_key, "ca-path": self.install_ca(), **more}
        return {name: value for name, value in section.items() if value is not None}

    def asked(self):
        """The bodies of the requests so far, without the key."""
        return [{k: v for k, v in r.body.items() if k not in ("serviceKey", "serviceID")} for r in self.find("agent")]

    def wait_asked(self, count=1):
        """Until that many requests have arrived, answered or not."""
        return self.wait(lambda: len([r for r in self.requests if r.call == "agent" and r.body]) >= count,
                         f"{count} requests")

    def serve(self, request, pause):
        if request.method == "GET" and request.path == "/":
            request.call = "probe"
            request.fault = next((f for f in self.faults if f.strikes("probe")), None)
            return page(404)
        if (request.method, request.path) != ("POST", PATH):
            raise Refusal(page(404), "no such call")
        request.call = "agent"
        body = self._read(request)
        with self.changed:
            request.body = body
            self.changed.notify_all()
        if (body["serviceID"], body["serviceKey"]) != (self.service_id, self.service_key):
            return failed("invalid service integration details", "AgentLogin")
        fault = request.fault = next((f for f in self.faults if f.strikes("agent")), None)
        return Answer(200) if fault and fault.instead else self._judge(body, pause)

    def _read(self, request):
        if request.headers.get("content-type") != "application/json" or request.raw_query:
            raise Refusal(text("invalid request", 400), "the media type, or a query")
        body = json.loads(request.raw_body)
        if list(body) != MEMBERS or not all(isinstance(value, str) for value in body.values()):
            raise Refusal(failed("invalid request", "AgentLogin"), f"members {list(body)}")
        digits = body["totpCode"].isdigit() and 6 <= len(body["totpCode"]) <= 8
        if (body["tfaMethod"], bool(body["totpCode"]), digits) not in (("totp", True, True), ("U2F", False, False)):
            raise Refusal(failed("invalid request", "AgentLogin"), "tfaMethod and totpCode do not fit")
        return body

    def _judge(self, body, pause):
        if body["wID"] in MODES:
            return MODES[body["wID"]]
        person = self.people.get(body["wID"])
        if person is None:
            return failed("user not found", "AgentLogin")
        if body["user"] not in person.accounts:
            return failed("policy not assigned")
        if body["totpCode"]:
            return said("success") if body["totpCode"] == person.code else failed("INVALID_TOTP")
        for _ in range(self.patience * 20):
            if person.decision.is_set():
                break
            if pause(0.05):
                self.left += 1
                break
        decided, approves = person.decision.is_set(), person.approves
        person.decision.clear()
        return said("success") if decided and approves else failed("U2F_FAILED")
