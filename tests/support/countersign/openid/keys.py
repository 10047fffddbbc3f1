# SPDX-License-Identifier: Apache-2.0
"""Keys that sign tokens, and their JWKs (RFC 7517)."""
import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from .jws import compact, decode, encode

# The members that RFC 7638 hashes, by type of key, in the order of their names.
_THUMBPRINT = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
_MAKERS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


def _number(value, size=None):
    return encode(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class Key:
    """A new pair of keys for one algorithm; or, with `public`, somebody else's, which can only verify."""

    def __init__(self, algorithm="ES256", public=None):
        self.algorithm = algorithm
        self.private = None if public else _MAKERS[algorithm]()
        self.public = public or self.private.public_key()
        bare = self._members()
        self.kid = encode(hashlib.sha256(json.dumps(
            {name: bare[name] for name in _THUMBPRINT[bare["kty"]]}, separators=(",", ":")).encode()).digest())

    @classmethod
    def of(cls, jwk, algorithm):
        """The key of a JWK, for that algorithm."""
        def number(name):
            return int.from_bytes(decode(jwk[name]), "big")
        match jwk["kty"], algorithm:
            case "RSA", "RS256" | "PS256":
                return cls(algorithm, rsa.RSAPublicNumbers(number("e"), number("n")).public_key())
            case "EC", "ES256":
                return cls(algorithm, ec.EllipticCurvePublicNumbers(number("x"), number("y"),
                                                                    ec.SECP256R1()).public_key())
            case "OKP", "EdDSA":
                return cls(algorithm, ed25519.Ed25519PublicKey.from_public_bytes(decode(jwk["x"])))
        raise ValueError(f"a key of type {jwk['kty']} is not for {algorithm}")

    def _members(self):
        if isinstance(self.public, rsa.RSAPublicKey):
            numbers = self.public.public_numbers()
            return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        if isinstance(self.public, ec.EllipticCurvePublicKey):
            numbers = self.public.public_numbers()
            return {"kty": "EC", "crv": "P-256", "x": _number(numbers.x, 32), "y": _number(numbers.y, 32)}
        raw = self.public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}

    def jwk(self, **more):
        """The public half; `more` members, None removes one."""
        whole = {**self._members(), "kid": self.kid, "use": "sig", "alg": self.algorithm, **more}
        return {name: value for name, value in whole.items() if value is not None}

    @property
    def pem(self):
        """The private half (PKCS #8)."""
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption())

    @property
    def public_pem(self):
        return self.public.public_bytes(serialization.Encoding.PEM,
                                        serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data):
        match self.algorithm:
            case "RS256":
                return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
            case "PS256":
                return self.private.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
            case "ES256":
                r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self.private.sign(data)

    def verify(self, signature, data):
        """Whether it is this key's signature."""
        try:
            match self.algorithm:
                case "RS256":
                    self.public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
                case "PS256":
                    self.public.verify(signature, data, padding.PSS(padding.MGF1(hashes.SHA256()), 32),
                                       hashes.SHA256())
                case "ES256":
                    if len(signature) != 64:
                        return False
                    der = encode_dss_signature(*(int.from_bytes(signature[at:at + 32], "big") for at in (0, 32)))
                    self.public.verify(der, data, ec.ECDSA(hashes.SHA256()))
                case _:
                    self.public.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def token(self, claims, **header):
        """A signed token; `header` members on top of alg and kid, None removes one."""
        return compact({"alg": self.algorithm, "kid": self.kid, **header}, claims, self.sign)
