# SPDX-License-Identifier: Apache-2.0
"""Signed tokens in their compact form (RFC 7515). keys.py has the keys; a demo, which does without
python3-cryptography, can load this file and not that one."""
import base64
import hmac
import json


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    """ValueError unless it is what encode() gives."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError(f"{text!r} is not base64url")
    return data


def compact(header, claims, sign):
    """The compact form; `claims` is an object, or the JSON text itself."""
    header = {name: value for name, value in header.items() if value is not None}
    text = claims if isinstance(claims, str) else json.dumps(claims)
    signed = f"{encode(json.dumps(header).encode())}.{encode(text.encode())}"
    return f"{signed}.{encode(sign(signed.encode()))}"


def hmac_token(secret, claims, **header):
    """HS256 with any bytes as the secret: with a public key it is the confusion of RFC 8725 section 2.1."""
    return compact({"alg": "HS256", **header}, claims, lambda data: hmac.digest(secret, data, "sha256"))


def parts(token):
    """(header, claims, signature, what was signed); ValueError if it is no token."""
    pieces = token.split(".")
    if len(pieces) != 3:
        raise ValueError("not three parts")
    header, claims = (json.loads(decode(piece)) for piece in pieces[:2])
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("not objects")
    return header, claims, decode(pieces[2]), ".".join(pieces[:2]).encode()
