# SPDX-License-Identifier: Apache-2.0
"""What a form, and the parameters in it, must look like at the strict server."""
import re
import urllib.parse

from ..https_answer import Answer, Refusal

FORM = "application/x-www-form-urlencoded"
# https://url.spec.whatwg.org/#concept-urlencoded-serializer, and what clients with another encoder leave as it is.
_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~*+]|%[0-9A-Fa-f]{2})*")
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def error(name, status=400, headers=None, **members):
    """An error of RFC 6749 section 5.2."""
    return Answer(status, {"error": name, **members}, {**_NO_STORE, **(headers or {})})


def success(body):
    return Answer(200, body, dict(_NO_STORE))


def form_encoded(status=200, headers=None, **members):
    """An answer as some servers give it unless they are asked for JSON: an encoded form."""
    return Answer(status, urllib.parse.urlencode(members), headers or {}, FORM)


def wrong(violation, name="invalid_request", status=400):
    """What a correct client would not have sent."""
    return Refusal(error(name, status, error_description=violation), violation)


def decode(text, what):
    """What form encoding made of a text; a Refusal if it did not."""
    if not _ENCODED.fullmatch(text):
        raise wrong(f"{what} is not form-encoded: {text!r}")
    try:
        return urllib.parse.unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise wrong(f"{what} is not UTF-8") from None


def read_form(request):
    """The parameters of a POST: each once, none without a value (RFC 6749 section 3.2)."""
    media = request.headers.get("content-type", "").lower().replace(" ", "")
    if media not in (FORM, FORM + ";charset=utf-8"):
        raise wrong(f"the body is {media or 'of no type'}, not {FORM}")
    if request.raw_query:
        raise wrong("a POST with a query")
    _check_accept(request)
    try:
        body = request.raw_body.decode("ascii")
    except UnicodeDecodeError:
        raise wrong("the body is not ASCII") from None
    found = {}
    for pair in body.split("&"):
        name, equals, value = pair.partition("=")
        name = decode(name, "the name of a parameter")
        if not name or not equals or not value:
            raise wrong(f"a parameter without name or value: {pair!r}")
        if name in found:
            raise wrong(f"{name} stands there twice")
        found[name] = decode(value, name)
    return found


def read_nothing(request):
    """A GET."""
    if request.raw_query or request.raw_body:
        raise wrong("a GET with a query or a body")
    _check_accept(request)
    return {}


def _check_accept(request):
    accepted = request.headers.get("accept", "*/*")
    if not re.search(r"application/json|application/\*|\*/\*", accepted):
        raise wrong(f"Accept is {accepted!r}", status=406)


def check_names(form, known):
    for name in form:
        if name not in known:
            raise wrong(f"the parameter {name} is unknown here")


def need(form, name):
    if name not in form:
        raise wrong(f"{name} is missing")
    return form[name]


def check_scope(form):
    scope = need(form, "scope")
    if not re.fullmatch(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*", scope) or "openid" not in scope.split(" "):
        raise wrong(f"scope is {scope!r}, without openid or malformed", "invalid_scope")
    return scope


def number(form, name, most):
    """A positive integer, None if it is not there."""
    text = form.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text) or int(text) > most:
        raise wrong(f"{name} is {text!r}, not a number from 1 to {most}")
    return int(text)
