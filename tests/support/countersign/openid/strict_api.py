# SPDX-License-Identifier: Apache-2.0
"""The endpoints of the strict server: what they demand of a request, and what they answer."""
import base64
import dataclasses
import hashlib
import re
import secrets
import time
import typing

from ..harness import secret
from ..https_answer import Answer, Refusal, page
from .peer import Pending
from .strict_authentication import PARAMETERS, authenticate
from .strict_form import check_names, check_scope, error, need, number, read_form, read_nothing, success, wrong
from .strict_requests import DEFAULT, Started
from .strict_tokens import LIFE, override

CIBA = "urn:openid:params:grant-type:ciba"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
OWN = "client_credentials"  # RFC 6749 section 4.4
HINTS = ("login_hint", "login_hint_token", "id_token_hint")
USER_CODE = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 section 6.1
SLICE = 0.02  # seconds between two looks at a request whose poll is held


@dataclasses.dataclass
class Call:
    """A request that passed the checks of all."""
    server: typing.Any
    request: typing.Any
    form: dict
    client: typing.Any
    pause: typing.Callable


# What is public ---------------------------------------------------------------------------------------------

def metadata(call):
    return Answer(200, call.server.metadata_now())


def jwks(call):
    return Answer(200, call.server.tokens.jwks())


def userinfo(call):
    server = call.server
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token not in server.tokens.access:
        raise Refusal(error("invalid_token", 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}),
                      "userinfo without an access token of this server")
    name = server.tokens.access[token]
    return Answer(200, override({"sub": server.subject(name), **server.accounts[name]}, server.info))


# Requests ---------------------------------------------------------------------------------------------------

def _acknowledge(server, started, members):
    """What a request is answered with. The interval counts as the client hears it."""
    members.update(expires_in=server.ttl_of(started), interval=server.interval)
    members = override(members, server.acknowledged)
    heard = members.get("interval", DEFAULT)
    started.interval = heard if type(heard) in (int, float) else DEFAULT
    started.not_before = 0.0
    server.started[started.code] = started
    server.note(started.pending)
    return success(members)


def _account(server, form):
    hints = [name for name in HINTS if name in form]
    if not hints and server.hintless:
        raise Refusal(error("invalid_request"))
    if len(hints) != 1:
        raise wrong(f"{len(hints)} hints where one is due")
    if hints[0] != "login_hint":
        raise wrong(f"{hints[0]} is not known here")
    name = server.account_of(form["login_hint"])
    if name is None:
        raise Refusal(error("unknown_user_id"))
    return name


def backchannel(call):
    server, form = call.server, call.form
    if call.client.authentication == "none":
        raise wrong("CIBA is not for public clients", "unauthorized_client")
    scope = check_scope(form)
    message = form.get("binding_message")
    if message is not None and not re.fullmatch(server.binding_message, message):
        raise wrong(f"binding_message is {message!r}", "invalid_binding_message")
    asked = number(form, "requested_expiry", server.maximum_ttl)
    name = _account(server, form)
    if server.user_codes is not None:
        if "user_code" not in form:
            raise Refusal(error("missing_user_code"))
        if form["user_code"] != server.user_codes.get(name):
            raise Refusal(error("invalid_user_code"))
    elif "user_code" in form:
        raise wrong("a user_code where none is announced")
    code = secret(secrets.token_urlsafe(24), "an auth_req_id")
    shown = {each: form.get(each) for each in ("login_hint", "binding_message", "acr_values", "requested_expiry",
                                               "scope", "user_code")}
    pending = Pending("ciba", call.client.client_id, auth_req_id=code, **shown)
    started = Started(pending, code, call.client.client_id, name, scope, time.monotonic() + (asked or server.ttl), 0)
    return _acknowledge(server, started, {"auth_req_id": code})


def device(call):
    server, form = call.server, call.form
    scope = check_scope(form)
    method = form.get("code_challenge_method")
    if ("code_challenge" in form) != (method == "S256"):
        raise wrong(f"code_challenge_method is {method!r}")
    code = secret(secrets.token_urlsafe(24), "a device code")
    letters = "".join(secrets.choice(USER_CODE) for _ in range(8))
    typed = f"{letters[:4]}-{letters[4:]}"
    pending = Pending("device", call.client.client_id, scope=scope, user_code=typed,
                      acr_values=form.get("acr_values"))
    started = Started(pending, code, call.client.client_id, None, scope, time.monotonic() + server.ttl, 0,
                      form.get("code_challenge"))
    page_url = server.base + "/device"
    return _acknowledge(server, started, {
        "device_code": code, "user_code": typed, "verification_uri": page_url,
        "verification_uri_complete": f"{page_url}?user_code={typed}"})


# Polls ------------------------------------------------------------------------------------------------------

def _own_token(call):
    """Of the client itself: nothing that a login could use."""
    check_names(call.form, PARAMETERS | {"grant_type"})
    return call.server.next_answer(call) or success({
        "access_token": secret(secrets.token_urlsafe(24), "an access token"), "token_type": "Bearer", "expires_in": LIFE})


def token(call):
    server, form = call.server, call.form
    grant = need(form, "grant_type")
    if grant == OWN and server.client_credentials and call.client.authentication != "none":
        return _own_token(call)
    if grant not in (CIBA, DEVICE):
        raise wrong(f"grant_type is {grant!r}", "unsupported_grant_type")
    kind, parameter = ("ciba", "auth_req_id") if grant == CIBA else ("device", "device_code")
    started = server.started.get(need(form, parameter))
    if started is None or started.pending.kind != kind or started.client_id != call.client.client_id:
        raise wrong(f"{parameter} is not one that this client was given", "invalid_grant")
    check_names(form, PARAMETERS | {"grant_type", parameter} | ({"code_verifier"} if kind == "device" else set()))
    _check_verifier(started, form)
    problem = started.arrive(call.request.time)
    server.violate(call.request, problem)
    scripted = server.next_answer(call)
    answer = scripted or _answer_poll(call, started, problem)
    started.tell(answer, time.monotonic())
    return answer


def _check_verifier(started, form):
    """RFC 7636 section 4.6."""
    verifier = form.get("code_verifier")
    if started.challenge is None and verifier is None:
        return
    digest = hashlib.sha256((verifier or "").encode()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != started.challenge:
        raise wrong("code_verifier does not fit", "invalid_grant")


def _answer_poll(call, started, problem):
    server = call.server
    if started.ended == "approve" and server.success_again:
        return _issue(server, started)
    if started.ended:
        return error("invalid_grant")
    if problem:
        return error("slow_down")
    _hold(call, started)
    state = started.state(time.monotonic())
    if state == "pending":
        return error("authorization_pending")
    if state == "expire" and server.expired_error == "authorization_pending":
        return error("authorization_pending")
    started.ended = state
    if state == "approve":
        return _issue(server, started)
    return error("access_denied" if state == "deny" else server.expired_error)


def _hold(call, started):
    """A long poll: waits for a decision (CIBA section 7.3 allows it), with the lock given back."""
    server, end = call.server, time.monotonic() + call.server.long_poll
    started.polling = True
    server.changed.notify_all()
    while started.state(time.monotonic()) == "pending" and time.monotonic() < end:
        server.changed.release()
        try:
            over = call.pause(SLICE)
        finally:
            server.changed.acquire()
        if over:
            break
    started.polling = False
    if server.long_poll:
        started.not_before = 0.0  # a client that was kept waiting may come back at once


def issue(server, started, members):
    """The tokens of a request that was approved, whenever that was; members of the answer changed."""
    started.ended = "approve"
    return success(override(_issue(server, started).body, members))


def _issue(server, started):
    account = {} if server.userinfo_only else {k: v for k, v in server.accounts[started.name].items() if k != "sub"}
    members = {"access_token": secret(server.tokens.access_token(started.name), "an access token"),
               "token_type": "Bearer", "expires_in": LIFE, "scope": started.scope,
               "id_token": server.tokens.id_token(server.issuer, started.client_id, started, account, server.now())}
    return success(override(members, server.answered_with))


# All of them ------------------------------------------------------------------------------------------------

CHECKED = PARAMETERS | {"scope", "acr_values"}
PARAMETERS_OF = {
    "backchannel": CHECKED | {*HINTS, "binding_message", "user_code", "requested_expiry"},
    "device": CHECKED | {"code_challenge", "code_challenge_method"},
    "token": PARAMETERS | {"grant_type", "auth_req_id", "device_code", "code_verifier"},
}
HANDLERS = {"metadata": metadata, "jwks": jwks, "userinfo": userinfo, "backchannel": backchannel, "device": device,
            "token": token}


def _checked(server, request, endpoint, pause):
    """The Call, or a Refusal."""
    wanted = "POST" if endpoint in PARAMETERS_OF else "GET"
    if request.method != wanted:
        raise Refusal(Answer(405, {"error": "invalid_request"}, {"Allow": wanted}), f"{request.method}, not {wanted}")
    if wanted == "GET":
        return Call(server, request, read_nothing(request), None, pause)
    form = request.body = read_form(request)
    client = server.client_for(endpoint, form)
    authenticate(server, request, form, client)
    check_names(form, PARAMETERS_OF[endpoint] | server.extra_parameters)
    server.check_alias(request, client)
    return Call(server, request, form, client, pause)


def serve(server, request, pause):
    """Judges a request and answers it."""
    endpoint = server.endpoint_at(request.path)
    if endpoint is None:
        raise Refusal(page(404), "no such path")
    request.call = endpoint
    with server.changed:
        call = _checked(server, request, endpoint, pause)
        request.fault = fault = next((f for f in server.faults if f.strikes(endpoint)), None)
    pause(fault.delay if fault else 0)
    if fault and fault.instead and not fault.effect:
        return _canned(fault)
    with server.changed:
        # The endpoint of polls reads its script itself: the time of the next poll may depend on it.
        answer = (server.next_answer(call) if endpoint != "token" else None) or HANDLERS[endpoint](call)
        answer = server.mangled(endpoint, answer)
    return _canned(fault) if fault and fault.status else answer


def _canned(fault):
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.status is None:
        return Answer(200)
    if fault.html:
        return page(fault.status, "<html><body><h1>Gateway</h1></body></html>\n", headers)
    return error("temporarily_unavailable" if fault.status >= 500 else "invalid_request", fault.status, headers)
