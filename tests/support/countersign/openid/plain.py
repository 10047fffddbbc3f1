# SPDX-License-Identifier: Apache-2.0
"""A plain client of OpenID servers, to try what the servers do."""
import base64
import http.client
import json
import secrets
import ssl
import time
import urllib.parse

from .jws import parts

CIBA = "urn:openid:params:grant-type:ciba"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"


class Reply:
    """status, headers, and what the body says: `body` if it is an object, else `text` alone."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        self.text = answer.read().decode()
        try:
            self.body = json.loads(self.text)
        except ValueError:
            self.body = None

    @property
    def error(self):
        """Status and `error`."""
        return self.status, (self.body or {}).get("error")

    def __getitem__(self, name):
        return self.body[name]

    def __repr__(self):
        return f"{self.status} {self.text[:300]}"


class PlainClient:
    """`client` in place of the peer's own. Fields that a test may change: `audience` and `assertion`, which are the
    `aud` and further claims of assertions; `connection`, a function that makes one."""

    def __init__(self, peer, client=None):
        self.peer = peer
        self.client = client or peer.client
        self.settings = self.client.settings(peer.issuer)
        self.audience = None
        self.assertion = {}
        self._metadata = None

    def request(self, method, url, data=None, headers=()):
        where = urllib.parse.urlsplit(url)
        context = ssl.create_default_context(cafile=self.settings["ca-path"])
        if self.client.certificate:
            context.load_cert_chain(*self.client.certificate)
        connection = http.client.HTTPSConnection(where.hostname, where.port, context=context, timeout=10)
        try:
            target = where.path + ("?" + where.query if where.query else "")
            connection.request(method, target, data, dict(headers))
            return Reply(connection.getresponse())
        finally:
            connection.close()

    @property
    def metadata(self):
        if self._metadata is None:
            self._metadata = self.request("GET", self.peer.issuer + "/.well-known/openid-configuration").body
        return self._metadata

    def post(self, endpoint, client=None, headers=None, **form):
        """A form with the client's authentication; `endpoint` is a member of the metadata, or a URL."""
        client = client or self.client
        url = self.metadata.get(endpoint, endpoint)
        extra, more = self._authentication(client, url)
        body = urllib.parse.urlencode({name: value for name, value in {**form, **more}.items() if value is not None})
        return self.request("POST", url, body, {"Content-Type": FORM, "Accept": "application/json", **extra,
                                                **(headers or {})})

    def _authentication(self, client, url):
        """Headers, and members of the form."""
        match client.authentication:
            case "client_secret_basic":
                pair = ":".join(urllib.parse.quote_plus(part) for part in (client.client_id, client.secret))
                return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, {}
            case "client_secret_post":
                return {}, {"client_id": client.client_id, "client_secret": client.secret}
            case "private_key_jwt":
                return {}, {"client_id": client.client_id, "client_assertion_type": ASSERTION,
                            "client_assertion": client.key.token(self._claims(client, url))}
        return {}, {"client_id": client.client_id}

    def _claims(self, client, url):
        now = int(time.time())
        claims = {"iss": client.client_id, "sub": client.client_id, "aud": self.audience or url, "iat": now,
                  "exp": now + 60, "jti": secrets.token_urlsafe(16), **self.assertion}
        return {name: value for name, value in claims.items() if value is not None}

    def ciba(self, hint, **form):
        return self.post("backchannel_authentication_endpoint", **{"scope": "openid", "login_hint": hint, **form})

    def poll(self, auth_req_id, **form):
        return self.post("token_endpoint", grant_type=CIBA, auth_req_id=auth_req_id, **form)

    def device(self, **form):
        form = {"scope": "openid", "client_id": (self.client.device or self.client).client_id, **form}
        return self.post("device_authorization_endpoint", self.client.device, **form)

    def poll_device(self, device_code, **form):
        form = {"client_id": (self.client.device or self.client).client_id, **form}
        return self.post("token_endpoint", self.client.device, grant_type=DEVICE, device_code=device_code, **form)

    def keys(self):
        return self.request("GET", self.metadata["jwks_uri"]).body["keys"]

    def claims(self, reply):
        """The claims of the ID token, whose signature is one of the server's; ValueError otherwise."""
        from .keys import Key
        header, claims, signature, signed = parts(reply["id_token"])
        for jwk in self.keys():
            if header.get("kid") in (None, jwk.get("kid")) and \
                    Key.of(jwk, header["alg"]).verify(signature, signed):
                return claims
        raise ValueError(f"no key of the server signed this: {header}")
