# SPDX-License-Identifier: Apache-2.0
"""Debian's glewlwyd, an OpenID server in C that we did not write, behind TLS of ours on loopback."""
import json
import secrets
import time
import urllib.parse

from ..harness import Failure, secret
from .front import Front
from .glewlwyd_process import ADMINISTRATOR, PREFIX, GlewlwydProcess, Session, need_glewlwyd
from .oidc_provider import ACCOUNTS, CIBA
from .peer import NOW, Peer, Pending

__all__ = ["Glewlwyd"]

PASSWORD = "a password of an account"
# What the page after a decision says, and the parameter that brings it about.
DECISIONS = {"complete": "g_continue", "cancelled": "cancel"}
# Who finds out what an account's `sub` is, with requests that the test does not see.
SCOUT = "scout"
TYPES = {"RS256": ("rsa", "256"), "PS256": ("rsa-pss", "256"), "ES256": ("ecdsa", "256"), "EdDSA": ("eddsa", "256")}


def plugin(issuer, algorithm, ttl, maximum_ttl, interval, user_codes):
    """The settings of its plugin for OpenID Connect."""
    kind, size = TYPES[algorithm]
    from .keys import Key  # needs python3-cryptography, which a demo does without
    key = Key(algorithm)
    return {
        "iss": issuer, "jwt-type": kind, "jwt-key-size": size, "key": key.pem.decode(),
        "cert": key.public_pem.decode(), "access-token-duration": 600, "refresh-token-duration": 1209600,
        "code-duration": 600, "refresh-token-rolling": False, "allow-non-oidc": True, "subject-type": "public",
        "auth-type-code-enabled": True, "auth-type-client-enabled": True, "auth-type-device-enabled": True,
        "auth-type-refresh-enabled": True, "jwks-show": True, "client-pubkey-parameter": "pubkey",
        "client-jwks-parameter": "jwks", "client-jwks_uri-parameter": "jwks_uri", "request-parameter-allow": True,
        "request-maximum-exp": 3600, "device-authorization-expiration": ttl, "device-authorization-interval": interval,
        "email-claim": "mandatory", "scope-claim": "no", "name-claim": "no", "session-cookie-name": "GLEWLWYD2_OIDC_SID",
        "session-cookie-expiration": 2419200, "oauth-ciba-allowed": True, "oauth-ciba-mode-poll-allowed": True,
        "oauth-ciba-mode-ping-allowed": False, "oauth-ciba-mode-push-allowed": False,
        "oauth-ciba-user-code-allowed": user_codes is not None, "oauth-ciba-user-code-property": "user-code",
        "oauth-ciba-default-expiry": ttl, "oauth-ciba-maximum-expiry": maximum_ttl, "oauth-ciba-email-allowed": False}


def registration(client):
    """A client as its interface for administrators takes it."""
    known = {
        "client_id": client.client_id, "name": client.client_id, "enabled": True, "scope": ["openid"],
        "confidential": client.authentication != "none", "redirect_uri": ["https://localhost/never"],
        "authorization_type": [CIBA, "device_authorization"],
        "token_endpoint_auth_method": [client.authentication], "backchannel_token_delivery_mode": "poll",
        "client_secret": client.secret}
    if client.key:
        known["jwks"] = {"keys": [client.key.jwk()]}
    return {name: value for name, value in known.items() if value is not None}


class Glewlwyd(Peer):
    """What differs from OidcProvider: the login hint is the JSON text {"username": "alice"}; `sub` is an opaque text
    (subject()); acr and amr cannot be set, auth_time is that of the user's session; it cannot refuse a device code,
    and only the user whom a request is about can decide about it. It does not decode percent-escapes in a Basic header:
    register a client whose secret has no punctuation. Clients: basic, post, private_key and, for the device grant,
    public."""

    endpoints = {"metadata": "/.well-known/openid-configuration", "jwks": "/jwks", "backchannel": "/ciba",
                 "device": "/device_authorization", "token": "/token", "userinfo": "/userinfo"}

    def __init__(self, client, accounts=ACCOUNTS, algorithm="RS256", user_codes=None, interval=5, ttl=120,
                 maximum_ttl=600, port=None, certificate="good"):
        super().__init__()
        need_glewlwyd()
        if client.authentication == "tls_client_auth":
            raise ValueError("Glewlwyd stands behind TLS that is not its own: it sees no certificates")
        self.client = client
        self.accounts = dict(accounts)
        self.user_codes = user_codes or {}
        self.options = (algorithm, ttl, maximum_ttl, interval, user_codes)
        self.front = Front(self._passed, port, certificate)
        self._process = None
        self._sessions = {}

    # What it calls things -----------------------------------------------------------------------------------

    def login_hint(self, name):
        return json.dumps({"username": name})

    def subject(self, name):
        """The `sub` of an account, which it makes up when the account is first approved: learnt in a login of a client
        of our own."""
        found = self._known_subject(name)
        if found is None:
            self._scout(name)
            found = self._known_subject(name)
        return found

    def _query(self, statement, *values):
        """In turn as well: it says "invalid_client" of a good one while its database is locked."""
        with self.front.turn:
            return self._process.query(statement, *values)

    def _known_subject(self, name):
        rows = self._query("SELECT gposi_sub FROM gpo_subject_identifier WHERE gposi_username = ?", name)
        return rows[0][0] if rows else None

    def _scout(self, name):
        machine = Session(self._process.port, turn=self.front.turn)
        word = {"client_id": SCOUT, "client_secret": self._scout_secret}
        more = {"user_code": self.user_codes[name]} if name in self.user_codes else {}
        answer = machine.form("/ciba", scope="openid", login_hint=self.login_hint(name), **word, **more)
        self._decide(answer["auth_req_id"], SCOUT, name)
        machine.form("/token", grant_type=CIBA, auth_req_id=answer["auth_req_id"], **word)

    # Decisions ----------------------------------------------------------------------------------------------

    def _session(self, name, client_id):
        """The user's browser, after the user has allowed the client to know who that is."""
        if name not in self._sessions:
            self._sessions[name] = Session(self._process.port, name, PASSWORD, self.front.turn)
        browser = self._sessions[name]
        browser.json("PUT", f"/api/auth/grant/{client_id}/", {"scope": "openid"})
        return browser

    def _decide(self, auth_req_id, client_id, name, how="complete"):
        rows = self._query("SELECT gpob_user_req_id FROM gpo_ciba WHERE gpob_auth_req_id = ?", auth_req_id)
        if not rows:
            raise Failure(f"glewlwyd does not know the request {auth_req_id}")
        # g_continue: the page before was confirmed.
        target = f"{PREFIX}/ciba_user_check?user_req_id={rows[0][0]}&{DECISIONS[how]}"
        page = self._session(name, client_id).redirected(target)
        if page.get("ciba_message") != how:
            raise Failure(f"glewlwyd: the page after the decision is {page}")

    def approve(self, which=None, sub=None, acr=None, amr=None, auth_time=NOW):
        """The user approves. Everything else cannot be had from this server."""
        if sub or acr or amr or auth_time is not NOW:
            raise ValueError("Glewlwyd: sub, acr, amr and auth_time are what they are")
        request = self.request_of(which)
        self._decide(request.id, request.client, _name(request))

    def deny(self, which=None):
        request = self.request_of(which)
        self._decide(request.id, request.client, _name(request), "cancelled")

    def expire(self, which=None):
        self._query("UPDATE gpo_ciba SET gpob_expires_at = ? WHERE gpob_auth_req_id = ?",
                            int(time.time()) - 1, self.request_of(which).id)

    def approve_device(self, user_code=None, account="alice"):
        request = self.request_of(user_code, "device")
        asked = self._session(account, request.client).redirected(f"{PREFIX}/device?code={request.user_code}&g_continue")
        if asked.get("prompt") != "deviceComplete":
            raise Failure(f"glewlwyd: the page after the code is {asked}")

    def deny_device(self, user_code=None):
        raise ValueError("Glewlwyd cannot refuse a device code")

    def expire_device(self, user_code=None):
        """Every device code that was not typed yet: it keeps only hashes of them."""
        self._query("UPDATE gpo_device_authorization SET gpoda_expires_at = ? WHERE gpoda_status = 0",
                            int(time.time()) - 1)

    def revoke_client(self, client_id=None):
        self._administrator.json("DELETE", f"/api/client/{client_id or self.client.client_id}")

    def stop(self):
        """Connections end and are refused from now on; what it knows stays."""
        self.front.refuse()

    def start(self):
        self.front.accept()

    def fault(self, path, **fields):
        """As Tenant.fault(), by path."""
        return self.front.fault(path, **fields)

    # Life ---------------------------------------------------------------------------------------------------

    def _begin(self):
        self.front.__enter__()
        self._process = GlewlwydProcess(self.front.base).start()
        self.issuer = self.front.base + PREFIX
        self.front.inner = self._process.port
        self._administrator = Session(self._process.port, *ADMINISTRATOR, self.front.turn)
        self._administrator.json("POST", "/api/mod/plugin/", {
            "module": "oidc", "name": "oidc", "display_name": "OpenID", "order_rank": 0, "readonly": False,
            "parameters": plugin(self.issuer, *self.options)})
        self._scout_secret = secret(secrets.token_hex(16), "the secret of the scout")
        scout = type(self.client).post(SCOUT, self._scout_secret)
        for client in [*self.client.all, scout]:
            self._administrator.json("POST", "/api/client/", registration(client))
        for name, claims in self.accounts.items():
            user = {"username": name, "password": PASSWORD, "name": name, "enabled": True,
                    "email": claims.get("email", ""), "scope": ["g_profile", "openid"]}
            if name in self.user_codes:
                user["user-code"] = self.user_codes[name]
            self._administrator.json("POST", "/api/user/", user)

    def _end(self):
        self._sessions.clear()
        for part in (self.front, self._process):
            if part is not None:
                part.kill()

    def _passed(self, request, answer):
        """Notes a request, and what it started."""
        path = request.path.replace("//", "/").removeprefix(PREFIX)
        self.note_answer(request.method, path, answer.status)
        if request.method != "POST" or answer.status != 200:
            return
        form = dict(urllib.parse.parse_qsl(request.raw_body.decode()))
        client = form.get("client_id") or (self.client.device or self.client).client_id
        if path == self.endpoints["backchannel"]:
            shown = {name: form.get(name) for name in ("login_hint", "binding_message", "acr_values",
                                                       "requested_expiry", "scope", "user_code")}
            self.note(Pending("ciba", self.client.client_id, auth_req_id=json.loads(answer.body)["auth_req_id"],
                              **shown))
        elif path == self.endpoints["device"]:
            self.note(Pending("device", client, user_code=json.loads(answer.body)["user_code"],
                              scope=form.get("scope")))


def _name(request):
    return json.loads(request.login_hint)["username"]
