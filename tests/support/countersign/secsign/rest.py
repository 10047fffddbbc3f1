# SPDX-License-Identifier: Apache-2.0
"""Version 2 of the REST API: GET for nearly everything, JSON, HTTP Basic with a PIN account."""
import base64
import re
import urllib.parse

from ..harness import secret
from ..https_answer import Answer, Refusal
from ..openid.strict_form import decode
from .session import CANCELED

CREATE = {"secsignid", "servicename", "serviceaddress", "showaccesspassicons"}
CALLS = (("GET", r"/AuthSession", "create", CREATE), ("GET", r"/AuthSession/(-?\d+)", "state", set()),
         ("DELETE", r"/AuthSession/(-?\d+)", "cancel", set()),
         ("GET", r"/TOTP/Verify/(\w+)", "totp", {"secsignid"}),
         ("GET", r"/OTP", "mail", {"secsignid", "email"}), ("GET", r"/OTP/valid/(\w+)", "mailed", {"secsignid"}))


def wrong(violation, status=400):
    return Refusal(Answer(status, {"message": violation}), violation)


def read(server, request):
    """The name of the call, what stands in its path, its parameters."""
    path = request.path.removeprefix(server.prefix + "/rest/v2")
    for method, pattern, name, fields in CALLS:
        match = re.fullmatch(pattern, path)
        if match and method == request.method:
            return name, match[1] if match.groups() else None, parameters(request, fields)
    raise wrong(f"{request.method} {request.path} is no call", 404)


def parameters(request, fields):
    found = {}
    for pair in filter(None, request.raw_query.split("&")):
        name, _, value = pair.partition("=")
        if name in found:
            raise wrong(f"{name} stands there twice")
        found[name] = decode(value, name)
    if set(found) != fields:
        raise wrong(f"the parameters {sorted(set(found) ^ fields)} are missing, or should not be there")
    if request.raw_body:
        raise wrong("a body")
    return found


def check_account(server, request):
    wanted = base64.b64encode(f"{server.pin[0]}:{server.pin[1]}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {wanted}":
        raise Refusal(Answer(401, {"message": "who are you?"}))
    if server.forbidden:
        raise Refusal(Answer(403, {"message": "the PIN account may not do this"}))


def serve(server, request):
    request.call, part, query = read(server, request)
    request.body = query
    check_account(server, request)
    if "showaccesspassicons" in query and query["showaccesspassicons"] != "false":
        raise wrong("an access pass that no prompt can show")
    return globals()["answer_" + request.call](server, part, query)


def answer_create(server, _, query):
    secsignid = query["secsignid"]
    if not server.sessions.known(secsignid):
        return Answer(404, {"message": "there is no such entity"})
    session = server.sessions.create(secsignid, query["servicename"], query["serviceaddress"])
    if session is None:
        return Answer(409, {"message": "frozen"})
    server.note(session)
    return Answer(200, {"authsessionid": session.number, "secsignid": server.answers_for(session)})


def find(server, number):
    session = server.sessions.find(number)
    if session is None or session.cancels:
        raise wrong("a session that there is not", 404)
    return session


def answer_state(server, number, _):
    found = find(server, number).poll()
    return Answer(404, {"message": "no session"}) if found is None else Answer(200, {"authsessionstate": found})


def answer_cancel(server, number, _):
    session = find(server, number)
    session.cancels.append(session.state)
    if session.open:
        session.state = CANCELED
    return Answer(200, {})


def answer_totp(server, code, query):
    return Answer(200, {"valid": server.totp.get(query["secsignid"]) == code})


def answer_mail(server, _, query):
    if not server.sessions.known(query["secsignid"]):
        return Answer(200, {"error": "no such SecSign ID"})
    server.mails.append((query["secsignid"], query["email"], secret(server.new_code(), "a code by mail")))
    return Answer(200, {"sent": True})


def answer_mailed(server, code, query):
    return Answer(200, {"valid": bool(server.mails) and server.mails[-1][::2] == (query["secsignid"], code)})
