# SPDX-License-Identifier: Apache-2.0
"""An OpenID server of ours that is as strict as the standards allow, and gives any answer that a test wants.

    with StrictServer(Client.private_key()) as server:
        …                                   # a login begins
        server.pending()
        server.token_claims(aud="somebody-else")
        server.approve(acr="urn:example:acr:high")

It refuses whatever a correct client would not send, and notes it in `violations`; when the `with` block ends without
an exception and there are violations, that is a Failure (`forgive` takes them out). Endpoints are named metadata, jwks,
backchannel, device, token and userinfo: in calls(), seen(), script(), fault() and mangle().
"""
import json
import time

from ..certificates import server_context
from ..https_answer import Answer
from ..https_faults import make_fault
from ..https_server import HttpsServer
from . import strict_api
from .oidc_provider import ACCOUNTS
from .peer import NOW, Peer
from .strict_form import error, form_encoded, wrong
from .strict_tokens import SIGNERS, Tokens, override

__all__ = ["Answer", "StrictServer", "acknowledging", "approval", "broken", "denial", "duplicate", "error",
           "form_encoded"]

# The path of each endpoint; metadata stands below the issuer.
PATHS = {"jwks": "/jwks", "backchannel": "/bc-authorize", "device": "/device_authorization", "token": "/token",
         "userinfo": "/userinfo"}
WELL_KNOWN = "/.well-known/openid-configuration"
ALIAS = "/mtls"
MEMBERS = {"jwks": "jwks_uri", "backchannel": "backchannel_authentication_endpoint",
           "device": "device_authorization_endpoint", "token": "token_endpoint", "userinfo": "userinfo_endpoint"}
# The words for faults: what Tenant.fault() calls them.
FAULTS = {"drop": {"hangup": True}, "reset": {"reset": True}, "garbage": {"garbage": True}, "cut": {"cut": True},
          "truncate": {"truncate": True}, "huge": {"huge": True}, "deep": {"deep": True}, "trickle": {"trickle": 2},
          "html": {"status": 502, "html": True}, "hold": {"slow": 30}, "mistype": {"mistype": True},
          "hostile": {"hostile": True}, "empty": {"body": ""}}


def duplicate(name, value):
    """For mangle(): the object gets a second member `name` at its end."""
    return lambda text: f"{text.rstrip()[:-1]}, {json.dumps(name)}: {json.dumps(value)}}}"


def _started(call):
    return call.server.started[call.form.get("auth_req_id") or call.form["device_code"]]


def acknowledging(**members):
    """For script("backchannel"): the usual answer, with members of this one changed; None removes one."""
    def give(call):
        kept = call.server.acknowledged
        call.server.acknowledged = {**kept, **members}
        answer = strict_api.backchannel(call)
        call.server.acknowledged = kept
        return answer
    return give


def approval(signer="key", header=None, answer=None, change=None, write=json.dumps, acr=None, auth_time=NOW,
             **claims):
    """For script("token"): the user approves just now. `claims` and `header` of this ID token, and members of this
    answer, None removes one; signer: as sign_with(); write: what makes the text of the claims; change: a function of
    the answer's text. acr and auth_time as approve() takes them."""
    def give(call):
        server, pending = call.server, _started(call).pending
        (server.approve if pending.kind == "ciba" else server.approve_device)(pending, acr=acr, auth_time=auth_time)
        with server.tokens.for_once(signer, claims, {**server.tokens.header, **(header or {})}, write):
            issued = strict_api.issue(server, _started(call), answer or {})
        return Answer(200, change(json.dumps(issued.body)), issued.headers) if change else issued
    return give


def broken(kind, answer=None):
    """For script(): what the request does, it does; then its answer breaks as FAULTS says. `answer` is one that a
    script may have."""
    def give(call):
        made = answer(call) if callable(answer) else answer
        call.request.fault = make_fault("*", effect=True, **FAULTS[kind])
        return made
    return give


def denial():
    """For script("token"): the user denies just now."""
    def decide(call):
        pending = _started(call).pending
        (call.server.deny if pending.kind == "ciba" else call.server.deny_device)(pending)
    return decide


class StrictServer(HttpsServer, Peer):
    """Fields that a test may set at any time stand first in __init__. port: a fixed one, in a network namespace of the
    test's own. issuer_path: what stands behind host and port in the issuer, such as "/" or "/tenant/v2.0"."""

    def __init__(self, client, accounts=None, algorithm="ES256", issuer_path="", port=None, forgiving=False):
        Peer.__init__(self)
        HttpsServer.__init__(self, port=port, forgiving=forgiving)
        self.client = client
        self.accounts = {name: dict(claims) for name, claims in (ACCOUNTS if accounts is None else accounts).items()}
        self.interval = 1  # seconds; None: not announced, so 5
        self.ttl, self.maximum_ttl = 120, 600  # seconds; a request may ask for more or less than the first
        self.binding_message = r"[A-Za-z0-9+._#-]{1,20}"
        self.user_codes = None  # {name: code} that CIBA requests must have
        self.extra_parameters = set()  # that a request may have besides those of the standards
        self.userinfo_only = False  # claims of accounts are not in the ID token
        self.forms = False  # device and token answer with forms, as some servers do
        self.long_poll = 0  # seconds that a poll waits for a decision
        self.success_again = False  # tokens for every poll after an approval, not for the first alone
        self.expired_error = "expired_token"  # or another word, authorization_pending among them
        self.clock_offset = 0  # seconds
        self.only_audience = None  # of assertions: "issuer", "token" or "endpoint"; None: any of them
        self.client_credentials = False  # a token without a user
        self.hintless = False  # a CIBA request without a hint is no violation: "host check" sends it
        self.aliases = False  # endpoints of their own for clients with certificates (RFC 8705 section 5)

        self.issuer_path = issuer_path
        self.tokens = Tokens(algorithm)
        self.revoked = False
        self.started = {}  # code: Started
        self.assertions = set()  # every jti so far
        self.scripts, self.manglers = {}, {}
        self.changes, self.acknowledged, self.answered_with, self.info = {}, {}, {}, {}

    # Decisions ----------------------------------------------------------------------------------------------

    def subject(self, name):
        return self.accounts[name].get("sub", name)

    def login_hint(self, name):
        return name

    def account_of(self, hint):
        """The account that a hint names, or None; a test may replace this function."""
        return hint if hint in self.accounts else None

    def _decide(self, which, kind, decision, **members):
        pending = self.request_of(which, kind)
        with self.changed:
            started = next(s for s in self.started.values() if s.pending is pending)
            started.__dict__.update(decision=decision, **members)
            self.changed.notify_all()

    def _approve(self, which, kind, name, acr, amr, auth_time):
        auth_time = self.now() if auth_time is NOW else auth_time
        self._decide(which, kind, "approve", name=name, subject=self.subject(name), acr=acr, amr=amr,
                     auth_time=auth_time)

    def approve(self, which=None, sub=None, acr=None, amr=None, auth_time=NOW):
        """As OidcProvider.approve()."""
        pending = self.request_of(which)
        self._approve(pending, "ciba", sub or self.account_of(pending.login_hint), acr, amr, auth_time)

    def deny(self, which=None):
        self._decide(which, "ciba", "deny")

    def expire(self, which=None):
        self._decide(which, "ciba", "expire")

    def approve_device(self, user_code=None, account="alice", acr=None, amr=None, auth_time=NOW):
        self._approve(user_code, "device", account, acr, amr, auth_time)

    def deny_device(self, user_code=None):
        self._decide(user_code, "device", "deny")

    def expire_device(self, user_code=None):
        self._decide(user_code, "device", "expire")

    def revoke_client(self):
        self.revoked = True

    def stop(self):
        """Connections end and are refused from now on; what it knows stays."""
        self.refuse()

    def start(self):
        self.accept()

    # Other answers ------------------------------------------------------------------------------------------

    def script(self, endpoint, answers, account=None):
        """What the next valid requests are answered with: an Answer, a function of the Call that gives one, or None
        for the usual one. error(), form_encoded() and approval() make answers. account: only CIBA requests for that
        one, polls of theirs, and userinfo about it."""
        self._known(endpoint)
        with self.changed:
            self.scripts.setdefault((endpoint, account), []).extend(answers)

    def fault(self, endpoint, kind=None, **fields):
        """As Tenant.fault(), by the names of endpoints (or "*"). kind is a word for the fields: one of FAULTS."""
        if endpoint != "*":
            self._known(endpoint)
        made = make_fault(endpoint, **{**(FAULTS[kind] if kind else {}), **fields})
        with self.changed:
            self.faults.append(made)
        return made

    def mangle(self, function, endpoint="token"):
        """The text of every answer 200 of that endpoint passes through the function; None: no longer."""
        self._known(endpoint)
        self.manglers[endpoint] = function

    def metadata(self, **overrides):
        """Members of the metadata; None removes one. What an earlier call set stays."""
        self.changes.update(overrides)

    def acknowledgement(self, **overrides):
        """Members of what requests are answered with: interval, expires_in, …"""
        self.acknowledged.update(overrides)

    def token_claims(self, **overrides):
        """Claims of ID tokens: iss, aud, azp, sub, exp, iat, auth_time, acr, amr, …; None removes one."""
        self.tokens.claims.update(overrides)

    def token_header(self, **overrides):
        self.tokens.header.update(overrides)

    def token_answer(self, **overrides):
        """Members of what a poll after an approval is answered with: id_token, access_token, …"""
        self.answered_with.update(overrides)

    def userinfo(self, **overrides):
        self.info.update(overrides)

    def jwk(self, **overrides):
        """Members of the published keys: alg, use, kid, …"""
        self.tokens.jwk_members.update(overrides)

    def rotate_keys(self, algorithm=None, keep=False):
        """A new key signs; keep: the old one stays published."""
        self.tokens.rotate(algorithm, keep)

    def sign_with(self, signer):
        """key: as it should be; unknown: a key that is not published; forged: that key under the name of the
        published one; none: without a signature; hmac: HS256 with the public key as the secret."""
        if signer not in SIGNERS:
            raise ValueError(f"{signer} is none of {SIGNERS}")
        self.tokens.signer = signer

    # What it saw --------------------------------------------------------------------------------------------

    @property
    def polls(self):
        """When polls arrived (monotonic), by auth_req_id and device code."""
        return {code: list(started.polls) for code, started in self.started.items()}

    def gaps(self, account):
        """Seconds between the newest request for an account and its polls, rounded to tenths."""
        started = [each for each in self.started.values() if each.account == account][-1]
        moments = [started.pending.time, *started.polls]
        return [round(later - earlier, 1) for earlier, later in zip(moments, moments[1:])]

    def seen(self, path=None):
        """How many requests for that endpoint, or path, were answered."""
        with self.changed:
            return sum(r.status is not None and path in (None, r.call, r.path) for r in self.requests)

    def wait_seen(self, path, count, timeout=None):
        self.wait(lambda: self.seen(path) >= count, f"request {count} for {path}", timeout)

    # For the server -----------------------------------------------------------------------------------------

    def __enter__(self):
        HttpsServer.__enter__(self)
        self.issuer = self.base + self.issuer_path
        return self

    def make_context(self, kind="good"):
        return server_context(kind, clients=any(client.certificate for client in self.client.all))

    def serve(self, request, pause):
        return strict_api.serve(self, request, pause)

    def now(self):
        return int(time.time() + self.clock_offset)

    def _known(self, endpoint):
        if endpoint not in strict_api.HANDLERS:
            raise ValueError(f"no endpoint is named {endpoint}")

    def endpoint_at(self, path):
        if path == self.issuer_path.rstrip("/") + WELL_KNOWN:
            return "metadata"
        plain = path.removeprefix(ALIAS) if self.aliases else path
        return next((name for name, there in PATHS.items() if there == plain), None)

    def check_alias(self, request, client):
        if self.aliases and (client.certificate is not None) != request.path.startswith(ALIAS):
            raise wrong("the endpoint is not the one for this kind of authentication")

    def metadata_now(self):
        urls = {member: self.base + PATHS[name] for name, member in MEMBERS.items()}
        members = {
            "issuer": self.issuer, **urls, "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "grant_types_supported": [strict_api.CIBA, strict_api.DEVICE] + [strict_api.OWN] * self.client_credentials,
            "scopes_supported": ["openid", "email"], "backchannel_token_delivery_modes_supported": ["poll"],
            "backchannel_user_code_parameter_supported": self.user_codes is not None,
            "id_token_signing_alg_values_supported": sorted({key.algorithm for key in self.tokens.keys}),
            "token_endpoint_auth_methods_supported": sorted({client.authentication for client in self.client.all})}
        if self.aliases:
            members["mtls_endpoint_aliases"] = {MEMBERS[name]: self.base + ALIAS + PATHS[name]
                                                for name in ("backchannel", "device", "token")}
        return override(members, self.changes)

    def client_for(self, endpoint, form):
        """Whose request it ought to be."""
        for_device = endpoint == "device" or form.get("grant_type") == strict_api.DEVICE
        return self.client.device if for_device and self.client.device else self.client

    def audiences(self, request):
        known = {"issuer": self.issuer, "token": self.base + PATHS["token"], "endpoint": self.base + request.path}
        return set(known.values()) if self.only_audience is None else {known[self.only_audience]}

    def ttl_of(self, started):
        return round(started.expires - time.monotonic())

    def _account_of_call(self, call):
        if call.request.call == "userinfo":
            return self.tokens.access.get(call.request.token)
        started = self.started.get(call.form.get("auth_req_id"))
        return started.account if started else self.account_of(call.form.get("login_hint"))

    def next_answer(self, call):
        endpoint = call.request.call
        waiting = self.scripts.get((endpoint, self._account_of_call(call))) or self.scripts.get((endpoint, None))
        answer = waiting.pop(0) if waiting else None
        return answer(call) if callable(answer) else answer

    def mangled(self, endpoint, answer):
        if self.forms and endpoint in ("device", "token") and isinstance(answer.body, dict):
            answer = form_encoded(answer.status, answer.headers, **answer.body)
        function = self.manglers.get(endpoint)
        if function is None or answer.status != 200:
            return answer
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        return Answer(answer.status, function(text), answer.headers, answer.media)
