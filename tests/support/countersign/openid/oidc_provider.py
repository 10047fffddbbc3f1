# SPDX-License-Identifier: Apache-2.0
"""The npm package oidc-provider, an OpenID server that we did not write, over TLS on loopback."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

from ..certificates import authority_file, server_files
from ..harness import PATIENCE, WORKDIR, Failure, Skip
from ..process import run
from .peer import NOW, Peer, Pending

__all__ = ["OidcProvider"]

OLDEST_NODE = 20, 12  # with crypto.hash()
PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "openid" / "provider.mjs"
CIBA = "urn:openid:params:grant-type:ciba"
OWN = "client_credentials"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ACCOUNTS = {name: {"preferred_username": name, "email": f"{name}@example.com"} for name in ("alice", "bob", "carol")}


def modules():
    """Where the fixture openid_modules put the package, or a Skip."""
    folder = pathlib.Path(os.environ.get("CS_OPENID_MODULES", "")) / "node_modules"
    if shutil.which("node") is None:
        raise Skip("node is not installed (tests/README.md)")
    version = run("node", "--version").stdout.strip()
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST_NODE:
        raise Skip(f"Node {version} is too old for oidc-provider")
    if not (folder / "oidc-provider").exists():
        raise Skip("oidc-provider is not installed: npm was missing, or its registry did not answer (tests/README.md)")
    return folder


def registration(client, algorithm, user_code, grants):
    """The client as OpenID Connect Dynamic Client Registration 1.0 and CIBA section 4 describe it."""
    known = {"client_id": client.client_id, "token_endpoint_auth_method": client.authentication,
             "client_secret": client.secret, "grant_types": grants, "response_types": [], "redirect_uris": [],
             "id_token_signed_response_alg": algorithm}
    if CIBA in grants:
        known.update(backchannel_token_delivery_mode="poll", backchannel_user_code_parameter=user_code)
    if client.key:
        known.update(jwks={"keys": [client.key.jwk()]}, token_endpoint_auth_signing_alg=client.key.algorithm)
    if client.subject:
        known["tls_client_auth_subject_dn"] = client.subject
    return {name: value for name, value in known.items() if value is not None}


class OidcProvider(Peer):
    """accounts: names with their claims, all that there are; the login hint is the name, and so is `sub`.
    algorithm: of ID tokens, RS256, PS256, ES256 or EdDSA. user_codes: {name: code} that CIBA requests must have.
    userinfo_only: claims other than sub, acr, amr and auth_time are not in the ID token. interval: seconds that it
    announces and insists on; None: as it is, without either. ttl: seconds, unless the request asks for others, at
    most maximum_ttl. client_credentials: the client may have a token without a user. port: a fixed one, in a network
    namespace of the test's own."""

    endpoints = {"metadata": "/.well-known/openid-configuration", "jwks": "/jwks", "backchannel": "/backchannel",
                 "device": "/device/auth", "token": "/token", "userinfo": "/me"}

    def __init__(self, client, accounts=None, algorithm="RS256", user_codes=None, userinfo_only=False, interval=None,
                 ttl=120, maximum_ttl=600, acr_values=("urn:example:acr:low", "urn:example:acr:high"), port=0,
                 certificate="good", client_credentials=False):
        super().__init__()
        self.client = client
        self.accounts = ACCOUNTS if accounts is None else accounts
        self.options = {"algorithm": algorithm, "user_codes": user_codes, "userinfo_only": userinfo_only,
                        "interval": interval, "ttl": ttl, "maximum_ttl": maximum_ttl, "acr_values": list(acr_values),
                        "client_credentials": client_credentials}
        self.port = port
        self.kind = certificate
        self.log_path = WORKDIR / "oidc-provider.log"
        self._process = None
        self._answers = {}
        self._number = 0
        self._ready = self._over = False

    # Decisions ----------------------------------------------------------------------------------------------

    def subject(self, name):
        """The `sub` of an account."""
        return name

    def login_hint(self, name):
        """What a request names an account by."""
        return name

    def approve(self, which=None, sub=None, acr=None, amr=None, auth_time=NOW):
        """The user, or with `sub` another one, approves a CIBA request (see request_of()). acr, amr (a list) and
        auth_time are in the ID token unless None."""
        self._order("approve", id=self.request_of(which).id, sub=sub, acr=acr, amr=amr, auth_time=_moment(auth_time))

    def deny(self, which=None):
        self._order("deny", id=self.request_of(which).id)

    def expire(self, which=None):
        """Its time is over now: polls get expired_token."""
        self._order("expire", id=self.request_of(which).id)

    def approve_device(self, user_code=None, account="alice", acr=None, amr=None, auth_time=NOW):
        """Somebody types the code (any case, with or without the hyphen) and approves, as `account`."""
        self._order("approve_device", id=self.request_of(user_code, "device").id, account=account, acr=acr, amr=amr,
                    auth_time=_moment(auth_time))

    def deny_device(self, user_code=None):
        self._order("deny_device", id=self.request_of(user_code, "device").id)

    def expire_device(self, user_code=None):
        self._order("expire_device", id=self.request_of(user_code, "device").id)

    def revoke_client(self, client_id=None):
        """The client is unknown from now on."""
        self._order("revoke_client", id=client_id or self.client.client_id)

    def stop(self):
        """Connections end and are refused from now on; what it knows stays."""
        self._order("stop")

    def start(self):
        """The contrary of stop(), on the same port."""
        self._order("start")

    # The process --------------------------------------------------------------------------------------------

    def _registrations(self):
        alone = [self.client] if self.client.device is None else []
        user_code = self.options["user_codes"] is not None
        for client in self.client.all:
            grants = [DEVICE] if client is self.client.device or client.authentication == "none" else [CIBA]
            grants += [OWN] if self.options["client_credentials"] and client.authentication != "none" else []
            grants += [DEVICE] if client in alone and DEVICE not in grants else []
            yield registration(client, self.options["algorithm"], user_code, grants)

    def _begin(self):
        certificate, key = server_files(self.kind)
        settings = {**self.options, "accounts": self.accounts, "clients": list(self._registrations()),
                    "port": self.port, "key": str(key), "certificate": str(certificate),
                    "authority": str(authority_file())}
        events, sink = os.pipe()
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                ["node", "--no-warnings", PROGRAM, modules(), str(sink)], stdin=subprocess.PIPE, stdout=log,
                stderr=log, text=True, pass_fds=(sink,), start_new_session=True)
        os.close(sink)
        threading.Thread(target=self._read, args=(events,), daemon=True).start()
        self._write(settings)
        with self.changed:
            self.changed.wait_for(lambda: self._ready or self._over, PATIENCE)
        if not self._ready:
            state = "ended" if self._over else "does not listen"
            raise Failure(f"oidc-provider {state}: {self.log_path.read_text()[-2000:]}")
        self.issuer = f"https://127.0.0.1:{self.port}"

    def _end(self):
        if self._process is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _write(self, line):
        try:
            self._process.stdin.write(json.dumps(line) + "\n")
            self._process.stdin.flush()
        except OSError as wrong:
            raise Failure(f"oidc-provider ended: {wrong}; its log: {self.log_path}") from None

    def _read(self, events):
        with open(events, encoding="utf-8") as lines:
            for line in lines:
                self._take(json.loads(line))
        self._happen(_over=True)

    def _take(self, event):
        match event.pop("event"):
            case "pending":
                self.note(Pending(**event))
            case "answered":
                self.note_answer(**event)
            case "ready":
                self._happen(port=event["port"], _ready=True)
            case "done":
                self._happen(_answers={**self._answers, event["number"]: event.get("wrong")})

    def _happen(self, **members):
        with self.changed:
            self.__dict__.update(members)
            self.changed.notify_all()

    def _settle(self):
        if self._process is not None:
            self._order("settle")

    def _order(self, order, **what):
        with self.changed:
            self._number += 1
            number = self._number
        self._write({"number": number, "order": order, **what})
        self.wait(lambda: number in self._answers or self._over, f"order {order}")
        if wrong := self._answers.get(number, "it ended"):
            raise Failure(f"oidc-provider, {order}: {wrong}")


def _moment(auth_time):
    return int(time.time()) if auth_time is NOW else auth_time
