# SPDX-License-Identifier: Apache-2.0
"""The calls of an IBM Verify tenant: which exist, what they demand of a client, and what they answer."""
import base64
import dataclasses
import functools
import json
import os
import re
import time
import typing
import urllib.parse

from . import tenant_factors as factors
from .harness import secret
from .https_answer import Answer, Refusal, page
from .tenant_answer import SCIM, complaints, error
from .tenant_query import CORE, Filter, QueryError, Search, decode
from .tenant_users import new_user_id, new_uuid

FORM = "application/x-www-form-urlencoded"
AUTHENTICATE_USER = "urn:ietf:params:scim:schemas:ibm:core:2.0:AuthenticateUser"
LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_PATH = re.compile(r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*)+")


# Tokens -----------------------------------------------------------------------------------------------------

def _credentials(request):
    """Client id and secret, from the form or the header, not from both."""
    body, header = request.body, request.headers.get("authorization")
    if header is None:
        return body.get("client_id"), body.get("client_secret")
    if "client_id" in body or "client_secret" in body:
        raise Refusal(error("token", 400), "credentials in the header and in the form")
    scheme, _, text = header.partition(" ")
    try:
        name, colon, word = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        colon = ""
    if scheme != "Basic" or not colon:
        raise Refusal(error("token", 400), "the header of the token call is not Basic credentials")
    return urllib.parse.unquote(name), urllib.parse.unquote(word)


def issue_token(tenant, request):
    if _credentials(request) != (tenant.client_id, tenant.client_secret):
        raise Refusal(error("token", 401, "CSIAQ0155E"))
    token = secret(base64.urlsafe_b64encode(os.urandom(30)).decode(), "an access token")
    tenant.tokens[token] = time.monotonic() + tenant.expires_in
    tenant.newest_token = time.monotonic()
    body = {"access_token": token, "token_type": "Bearer", "expires_in": tenant.expires_in,
            "grant_id": new_uuid(), "scope": request.body.get("scope", "")}
    if body["scope"] == "openid":
        body["id_token"] = "e30.e30."
    return Answer(200, body, {"Cache-Control": "no-store"})


def check_bearer(tenant, request, kind):
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(error(kind, 401), "no bearer token")
    if token not in tenant.tokens:
        raise Refusal(error(kind, 401), "a bearer token that was never issued")
    refused = tenant.refused.get((token, request.method, request.target, request.raw_body))
    if refused is not None and refused < tenant.newest_token < request.time:
        raise Refusal(error(kind, 401), "the same call again with the token that was refused")
    if tenant.tokens[token] <= time.monotonic():
        raise Refusal(error(kind, 401))


# Users and passwords ----------------------------------------------------------------------------------------

def _number(request, key, default):
    text = request.query.get(key, str(default))
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise Refusal(error("scim", 400), f"{key}={text}")
    return int(text)


def _only(record, names):
    """The members of a user record that the attributes in `names` need."""
    return {key: value for key, value in record.items()
            if any(name == key or name.startswith((key + ".", key + ":")) for name in names)}


def find_users(tenant, request):
    if "filter" not in request.query:
        raise Refusal(error("scim", 400), "a list without filter would be that of every user")
    records = [user.record(tenant.base) for user in tenant.users]
    try:
        wanted = Filter(request.query["filter"])
    except QueryError as wrong:
        raise Refusal(error("scim", 400, scim_type="invalidFilter"), f"filter: {wrong}") from None
    try:
        found = [record for record in records if wanted.matches(record)]
    except QueryError:
        # An administrator may have named an attribute that does not exist: no fault of the client.
        raise Refusal(error("scim", 400, scim_type="invalidFilter")) from None
    if request.fault and request.fault.ambiguous:
        found += [{**found[0], "id": new_user_id()}] if found else []
    start, count = _number(request, "startIndex", 1), _number(request, "count", 2500)
    shown = found[max(start - 1, 0):max(start - 1, 0) + count]
    names = request.query["attributes"].split(",") if "attributes" in request.query else None
    if tenant.brief_search:
        names = ["userName"]
    if names is not None:
        shown = [_only(record, ["id", "schemas", *names]) for record in shown]
    return Answer(200, {"schemas": [LIST_RESPONSE], "totalResults": len(found), "startIndex": start,
                        "itemsPerPage": len(shown), "Resources": shown}, media=SCIM)


def read_user(tenant, _request, user_id):
    for user in tenant.users:
        if user.id == user_id:
            return Answer(200, {**user.record(tenant.base), "groups": []}, media=SCIM)
    raise Refusal(error("scim", 404))


def check_password(tenant, request):
    body = request.body
    spoken = request.headers["content-type"].lower().replace(" ", "")
    if not (body["password"] + body["userName"]).isascii() and "charset=utf-8" not in spoken:
        raise Refusal(error("scim", 400), "a password beyond ASCII without charset=utf-8")
    user = next((u for u in tenant.users if u.name.casefold() == body["userName"].casefold()), None)
    why = "INVALID_CREDS"
    if user and user.scim_type:
        why = user.scim_type
    elif user and user.password is not None and user.password == body["password"]:
        if user.active:
            shown = user.record(tenant.base) if request.query.get("returnUserRecord") == "true" else {}
            return Answer(200, {**shown, "schemas": [CORE], "id": user.id}, media=SCIM)
        why = "USER_NOT_ACTIVE"
    raise Refusal(error("scim", 400, "CSIAI0160E", why))


def list_sources(tenant, request):
    items = [{"id": s.id, "name": s.name, "type": s.type,
              "location": f"{tenant.base}/v1.0/authnmethods/password/{s.id}"} for s in tenant.sources]
    if "search" in request.query:
        try:
            search = Search(request.query["search"], ("name", "id", "type"))
        except QueryError as wrong:
            raise Refusal(error("json", 400), f"search: {wrong}") from None
        items = [item for item in items if search.matches(item)]
    return Answer(200, {"password": items})


def check_source(tenant, request, source_id):
    source = next((s for s in tenant.sources if s.id == source_id), None)
    if source is None:
        raise Refusal(error("json", 404))
    name = request.body["username"]
    if source.users.get(name) != request.body["password"]:
        raise Refusal(error("json", 400, "CSIBH0044E"))
    user = next((u for u in tenant.users if u.linked.get(source.name) == name), None)
    body = {"id": user.id if user else new_user_id(), "groups": [],
            "attributes": [{"name": "userName", "values": [name]}, {"name": "realm", "values": [source.name]}]}
    if request.query.get("returnJwt") == "true":
        body["assertion"] = "e30.e30."
    return Answer(200, body)


# Routes -----------------------------------------------------------------------------------------------------

_OTP, _CORRELATION = {"otp": str}, {"correlation?": str}
_ADDRESS = {"phoneNumber?": str, "emailAddress?": str, "correlation?": str}
_TOKEN = {"grant_type": {"client_credentials"}, "client_id?": str, "client_secret?": str, "scope?": {"openid"}}
_USER = {"schemas": [{AUTHENTICATE_USER}], "userName": str, "password": str}
_PUSH = {
    "transactionData": {"message": str, "originIpAddress?": str, "originUserAgent?": str,
                        "additionalData?": [{"name": str, "value": str}]},
    "pushNotification": {"message": str, "title?": str, "send": bool, "sound?": str, "useDevCreds?": bool},
    "authenticationMethods": [{"id": str, "methodType": {"signature"}}],
    "logic": {"AND", "OR"}, "expiresIn": int}
_USERS_QUERY = ("filter", "attributes", "count", "startIndex", "sortBy", "sortOrder", "includeGroups")
_KINDS = {"otp": "smsotp|emailotp|voiceotp", "type": "totp|smsotp|emailotp|voiceotp", "id": "[^/]+"}


@dataclasses.dataclass
class Route:
    """In `path`, {otp} and {type} are types of factors, {id} anything. `call` names the call to tests."""
    method: str
    path: str
    call: str
    kind: str  # token, scim or json: media types and the form of errors
    handler: typing.Callable
    query: tuple = ()
    body: dict | None = None

    @functools.cached_property
    def pattern(self):
        """What the path must be, compiled once."""
        words = re.split(r"{(\w+)}", self.path)
        return re.compile("".join(f"({_KINDS[w]})" if n % 2 else re.escape(w) for n, w in enumerate(words)))

    def name(self, parts):
        first = parts[0] if parts else ""
        return self.call.format(otp=first, type=first, short=first.removesuffix("otp"))


_SENT, _TRANSIENT = "/v2.0/factors/{otp}/{id}/verifications", "/v2.0/factors/{otp}/transient/verifications"
_ASKED = "/v1.0/authenticators/{id}/verifications"
ROUTES = (
    Route("POST", "/v1.0/endpoint/default/token", "token", "token", issue_token, body=_TOKEN),
    Route("POST", "/oauth2/token", "token", "token", issue_token, body=_TOKEN),
    Route("POST", "/v2.0/Users/authentication", "password", "scim", check_password,
          ("returnUserRecord", "themeId", "method"), _USER),
    Route("GET", "/v2.0/Users", "users", "scim", find_users, _USERS_QUERY),
    Route("GET", "/v2.0/Users/{id}", "user", "scim", read_user, ("attributes",)),
    Route("GET", "/v1.0/authnmethods/password", "idsources", "json", list_sources, ("search",)),
    Route("POST", "/v1.0/authnmethods/password/{id}", "idsource", "json", check_source, ("returnJwt",),
          {"username": str, "password": str}),
    Route("GET", "/v2.0/factors", "factors", "json", factors.list_factors, ("search",)),
    Route("GET", "/v2.0/factors/{type}", "factors/{type}", "json", factors.list_factors, ("search",)),
    Route("POST", "/v2.0/factors/totp/{id}", "totp", "json", factors.check_totp, ("returnJwt",), _OTP),
    Route("POST", _TRANSIENT, "transient-{short}", "json", factors.begin_transient, (), _ADDRESS),
    Route("POST", _TRANSIENT + "/{id}", "transient-{short}/check", "json", factors.check_otp, ("returnJwt",), _OTP),
    Route("GET", _TRANSIENT + "/{id}", "transient-{short}/verification", "json", factors.read_otp),
    Route("DELETE", _TRANSIENT + "/{id}", "transient-{short}/verification", "json", factors.cancel_otp),
    Route("POST", _SENT, "{otp}/verifications", "json", factors.begin_otp, (), _CORRELATION),
    Route("POST", _SENT + "/{id}", "{otp}/check", "json", factors.check_otp, ("returnJwt",), _OTP),
    Route("GET", _SENT + "/{id}", "{otp}/verification", "json", factors.read_otp),
    Route("DELETE", _SENT + "/{id}", "{otp}/verification", "json", factors.cancel_otp),
    Route("GET", "/v1.0/authnmethods/signatures", "signatures", "json", factors.list_signatures,
          ("search", "_embedded", "sort")),
    Route("GET", "/v1.0/authenticators", "authenticators", "json", factors.list_authenticators, ("search",)),
    Route("POST", _ASKED, "push", "json", factors.begin_push, (), _PUSH),
    Route("GET", _ASKED + "/{id}", "push", "json", factors.poll_push, ("returnJwt",)),
)


def find_route(request):
    """The route of a request and the parts of its path; sets the name of the call."""
    if not _PATH.fullmatch(request.path):
        raise Refusal(page(400), f"the path {request.path!r} is not percent-encoded")
    other = None
    for route in ROUTES:
        match = route.pattern.fullmatch(request.path)
        if match and route.method == request.method:
            request.call = f"{request.method} {route.name(match.groups())}"
            return route, [urllib.parse.unquote(part) for part in match.groups()]
        if match:
            other = f"{request.method} {route.name(match.groups())}"
    if other is None:
        raise Refusal(page(404), "no such path")
    request.call = other
    raise Refusal(page(405, "<html><body>405</body></html>\n"), "no such method")


def _pairs(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _parse_body(request, route):
    text = request.raw_body.decode("utf-8")
    if route.kind != "token":
        return json.loads(text, object_pairs_hook=_pairs)
    return _pairs(urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict"))


def _check_body(request, route):
    if route.body is None:
        if request.raw_body or "content-type" in request.headers:
            raise Refusal(error(route.kind, 400), "a body where there is none")
        return
    media, _, rest = request.headers.get("content-type", "").partition(";")
    wanted = {"token": FORM, "scim": SCIM, "json": "application/json"}[route.kind]
    if media.strip().lower() != wanted or rest.strip().lower() not in ("", "charset=utf-8"):
        raise Refusal(error(route.kind, 415), f"a body of type {request.headers.get('content-type')}")
    try:
        request.body = _parse_body(request, route)
    except (ValueError, RecursionError) as wrong:
        raise Refusal(error(route.kind, 400), f"the body is not {media}: {type(wrong).__name__}") from None
    wrong = list(complaints(request.body, route.body))
    if wrong:
        raise Refusal(error(route.kind, 400), "; ".join(wrong))


def _check_accept(request, route):
    """SCIM must be asked for by its name; elsewhere what HTTP says is enough."""
    offered = {part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")}
    enough = {SCIM} if route.kind == "scim" else {"application/json", "application/*", "*/*", ""}
    if not offered & enough:
        raise Refusal(error(route.kind, 406), f"Accept is {request.headers.get('accept')!r}")


def _check_query(request, route):
    try:
        request.query = decode(request.raw_query)
    except QueryError as wrong:
        raise Refusal(error(route.kind, 400), str(wrong)) from None
    for name in request.query:
        if name not in route.query:
            raise Refusal(error(route.kind, 400), f"the query has {name}, which is unknown here")


def canned(fault, kind):
    """The answer of a fault that takes the place of the answer."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.html:
        return page(fault.status, headers=headers)
    answer = error(kind, fault.status, fault.message_id)
    answer.headers.update(headers)
    return answer


def serve(tenant, request, pause):
    """Judges a request and answers it. Takes the tenant's lock; pause(seconds) is called without it."""
    route, parts = find_route(request)
    with tenant.changed:
        _check_query(request, route)
        _check_accept(request, route)
        if route.kind != "token":
            check_bearer(tenant, request, route.kind)
        _check_body(request, route)
        request.fault = fault = next((f for f in tenant.faults if f.strikes(request.call)), None)
    pause(tenant.server_delay + (fault.delay if fault else 0))
    if fault and fault.instead and not fault.effect:
        return canned(fault, route.kind) if fault.status else Answer(200)
    with tenant.changed:
        try:
            answer = route.handler(tenant, request, *parts)
        except Refusal as refusal:
            if refusal.violation:
                raise
            answer = refusal.answer
    return canned(fault, route.kind) if fault and fault.status else answer
