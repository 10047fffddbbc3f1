# SPDX-License-Identifier: Apache-2.0
"""How a client proves to the strict server who it is: the five kinds, each checked to the letter.

A wrong secret or key is only refused; whatever a correct client with wrong settings would not send is a violation too.
"""
import base64
import hmac

from ..https_answer import Refusal
from .jws import parts
from .strict_form import decode, error, need, wrong

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW, LONGEST = 60, 600  # seconds: of clocks, and that an assertion may live
JTI = 16  # characters at least: others could be guessed or come twice
PARAMETERS = {"client_id", "client_secret", "client_assertion", "client_assertion_type"}


def _refuse(request, violation=None):
    headers = {"WWW-Authenticate": 'Basic realm="strict"'} if "authorization" in request.headers else {}
    return Refusal(error("invalid_client", 401, headers), violation)


def _kind_used(request, form):
    used = [name for name, there in (("client_secret_basic", "authorization" in request.headers),
                                     ("client_secret_post", "client_secret" in form),
                                     ("private_key_jwt", "client_assertion" in form)) if there]
    if len(used) > 1:
        raise wrong(f"two kinds of authentication at once: {used}")
    if used:
        return used[0]
    return "tls_client_auth" if request.certificate else "none"


def authenticate(server, request, form, client):
    """Refuses a request that is not the client's."""
    used = _kind_used(request, form)
    if used != client.authentication:
        raise _refuse(request, f"authentication by {used}, registered is {client.authentication}")
    if "client_id" in form and form["client_id"] != client.client_id:
        raise _refuse(request)
    CHECKS[used](server, request, form, client)
    if server.revoked:
        raise _refuse(request)


def _basic(_server, request, _form, client):
    scheme, _, text = request.headers["authorization"].partition(" ")
    try:
        pair = base64.b64decode(text, validate=True).decode("ascii")
    except ValueError:
        pair = ""
    if scheme.lower() != "basic" or pair.count(":") != 1:
        raise _refuse(request, "the header Authorization is not Basic with an encoded id and secret")
    # RFC 6749 section 2.3.1: both are form-encoded before they are joined.
    name, word = (decode(part, "a part of the header Authorization") for part in pair.split(":"))
    if name != client.client_id or not hmac.compare_digest(word.encode(), client.secret.encode()):
        raise _refuse(request)


def _post(_server, request, form, client):
    need(form, "client_id")
    if not hmac.compare_digest(form["client_secret"].encode(), client.secret.encode()):
        raise _refuse(request)


def _private_key(server, request, form, client):
    if form.get("client_assertion_type") != ASSERTION:
        raise wrong(f"client_assertion_type is {form.get('client_assertion_type')!r}")
    try:
        header, claims, signature, signed = parts(form["client_assertion"])
    except ValueError as reason:
        raise _refuse(request, f"client_assertion: {reason}") from None
    if header.get("alg") != client.key.algorithm:
        raise _refuse(request, f"the assertion's alg is {header.get('alg')!r}, registered is {client.key.algorithm}")
    if header.get("typ", "JWT").lower() not in ("jwt", "client-authentication+jwt"):
        raise _refuse(request, f"the assertion's typ is {header['typ']!r}")
    if header.get("kid", client.key.kid) != client.key.kid or not client.key.verify(signature, signed):
        raise _refuse(request)
    for reason in _wrong_claims(server, request, claims, client):
        raise _refuse(request, f"the assertion's {reason}")
    server.assertions.add(claims["jti"])


def _wrong_claims(server, request, claims, client):
    """RFC 7523 section 3, and OpenID Connect Core section 9."""
    now = server.now()
    for name in ("iss", "sub"):
        if claims.get(name) != client.client_id:
            yield f"{name} is {claims.get(name)!r}"
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    allowed = server.audiences(request)
    if not named or not all(name in allowed for name in named):
        yield f"aud is {audience!r}, not one of {sorted(allowed)}"
    exp, iat, jti = claims.get("exp"), claims.get("iat"), claims.get("jti")
    if type(exp) is not int or not now - SKEW < exp <= now + LONGEST:
        yield f"exp is {exp!r}, now is {now}"
    if type(iat) is not int or abs(iat - now) > SKEW:
        yield f"iat is {iat!r}, now is {now}"
    if "nbf" in claims and (type(claims["nbf"]) is not int or claims["nbf"] > now + SKEW):
        yield f"nbf is {claims['nbf']!r}, now is {now}"
    if not isinstance(jti, str) or len(jti) < JTI:
        yield f"jti is {jti!r}"
    elif jti in server.assertions:
        yield "jti was used before"


def _mutual_tls(_server, request, form, client):
    need(form, "client_id")  # RFC 8705 section 2: the server must know whose certificate it should be
    subject = ",".join(f"CN={value}" for row in request.certificate["subject"] for name, value in row
                       if name == "commonName")
    if subject != client.subject:
        raise _refuse(request)


def _none(_server, _request, form, _client):
    need(form, "client_id")


CHECKS = {"client_secret_basic": _basic, "client_secret_post": _post, "private_key_jwt": _private_key,
          "tls_client_auth": _mutual_tls, "none": _none}
