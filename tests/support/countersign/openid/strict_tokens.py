# SPDX-License-Identifier: Apache-2.0
"""The tokens of the strict server, right ones and wrong ones, and its keys."""
import contextlib
import json
import secrets

from .jws import compact, hmac_token

LIFE = 300
SIGNERS = ("key", "unknown", "forged", "none", "hmac")


def override(members, changes):
    """Members changed; None removes one."""
    return {name: value for name, value in {**members, **changes}.items() if value is not None}


def _new_key(algorithm):
    from .keys import Key  # needs python3-cryptography, which a demo does without
    return Key(algorithm)


class Tokens:
    """The knobs are StrictServer's: algorithm and what the test has overridden."""

    def __init__(self, algorithm):
        self.keys = [_new_key(algorithm)]
        self.strangers = _new_key(algorithm)  # a key that the server publishes nowhere
        self.signer = "key"
        self.claims, self.header, self.jwk_members = {}, {}, {}
        self.write = json.dumps  # makes the text of the claims
        self.extra_keys = []
        self.access = {}  # access token: account

    def rotate(self, algorithm=None, keep=False):
        """A new key signs from now on; keep: the old one is still published, after it."""
        self.keys = [_new_key(algorithm or self.keys[0].algorithm), *(self.keys if keep else [])]

    @contextlib.contextmanager
    def for_once(self, signer, claims, header, write):
        """Changes to the tokens that are made meanwhile."""
        kept = self.signer, self.claims, self.header, self.write
        self.signer, self.claims, self.header, self.write = signer, {**self.claims, **claims}, header, write
        yield
        self.signer, self.claims, self.header, self.write = kept

    def jwks(self):
        return {"keys": [override(key.jwk(), self.jwk_members) for key in self.keys] + self.extra_keys}

    def sign(self, claims):
        claims, key = self.write(claims), self.keys[0]
        header = {"alg": key.algorithm, "kid": key.kid, **self.header}
        match self.signer:
            case "unknown":
                return compact({**header, "kid": self.header.get("kid", self.strangers.kid)}, claims,
                               self.strangers.sign)
            case "forged":  # a stranger's signature under the name of the server's key
                return compact(header, claims, self.strangers.sign)
            case "none":
                return compact({**header, "alg": "none"}, claims, lambda data: b"")
            case "hmac":  # the public key, which everybody has, as the secret
                return hmac_token(key.public_pem, claims, **{**header, "alg": "HS256"})
        return compact(header, claims, key.sign)

    def id_token(self, issuer, client_id, started, account, now):
        """`account`: claims that are in the token besides those of the protocol."""
        claims = {"iss": issuer, "sub": started.subject, "aud": client_id, "iat": now, "exp": now + LIFE,
                  "acr": started.acr, "amr": started.amr, "auth_time": started.auth_time, **account}
        return self.sign(override(claims, self.claims))

    def access_token(self, name):
        token = secrets.token_urlsafe(24)
        self.access[token] = name
        return token
