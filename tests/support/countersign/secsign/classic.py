# SPDX-License-Identifier: Apache-2.0
"""The classic API as SecSign's published clients use it: a form to /, an answer of key=value&key=value."""
import re

from ..https_answer import Answer, Refusal, page
from ..openid.strict_form import read_form
from .session import CANCELED

OPERATIONS = {"ReqRequestAuthSession": "create", "ReqGetAuthSessionState": "state", "ReqCancelAuthSession": "cancel"}
FIELDS = {"create": {"request", "apimethod", "secsignid", "servicename", "serviceaddress", "showaccesspass"},
          "state": {"request", "apimethod", "secsignid", "authsessionid", "requestid"}}
FIELDS["cancel"] = FIELDS["state"]
ICON = "iVBORw0KGgo+AAAANSUhEUg/AAAFgAAABYCAYAAAA=="


def text(status=200, **fields):
    """No value is encoded in any way."""
    return Answer(status, "&".join(f"{name}={value}" for name, value in fields.items()), {}, "text/plain;charset=UTF-8")


def error(number, message, code=None):
    more = {} if code is None else {"errorcode": code}
    return text(200 if number == 400 else 500, error=number, errormsg=message, **more)


def wrong(violation):
    return Refusal(error(400, violation), violation)


def read(request):
    """The name of the call, and its form."""
    if request.path != "/":
        raise Refusal(page(404), f"the path {request.path}")
    if request.method != "POST":
        raise Refusal(page(405), f"the method {request.method}")
    form = read_form(request)
    name = OPERATIONS.get(form.get("request"))
    if name is None:
        raise wrong(f"the operation {form.get('request')}")
    if set(form) != FIELDS[name]:
        raise wrong(f"the fields {sorted(set(form) ^ FIELDS[name])} are missing, or should not be there")
    check_values(form)
    return name, form


def check_values(form):
    for name, value in form.items():
        if len(value.encode()) > 255:
            raise wrong(f"{name} is longer than 255 bytes")
    if not re.fullmatch(r"[a-z0-9_@.-]+", form["secsignid"]):
        raise wrong(f"the SecSign ID {form['secsignid']!r}")
    for name in ("servicename", "serviceaddress"):
        if re.search(r"[&=\x00-\x1f\x7f]", form.get(name, "")):
            raise wrong(f"{name} would break an answer: {form[name]!r}")
    if form.get("showaccesspass", "false") != "false":
        raise wrong("an access pass that no prompt can show")


def serve(server, request):
    request.call, form = read(request)
    request.body = form
    if request.call == "create":
        return create(server, form)
    session = server.sessions.find(form["authsessionid"])
    if session is None or (session.secsignid, session.request) != (form["secsignid"], form["requestid"]):
        raise wrong("a session that there is not")
    return state(server, session) if request.call == "state" else cancel(session)


def create(server, form):
    secsignid = form["secsignid"]
    if not server.sessions.known(secsignid):
        return error(500, f"SecSign ID {secsignid} does not exist", 20000)
    session = server.sessions.create(secsignid, form["servicename"], form["serviceaddress"])
    if session is None:
        return error(500, "the SecSign ID is frozen because of concurrent login requests", 20006)
    server.note(session)
    more = {"authsessionicondata": ICON} if secsignid == "icon" else {}
    return text(secsignid=secsignid.upper() if secsignid == "icon" else secsignid, authsessionid=session.number,
                servicename=session.name, serviceaddress=session.address, requestid=session.request,
                authsessionstate=1, extra="x=y", **more)


def state(server, session):
    if session.state == CANCELED and session.cancels:
        raise wrong("a question after the request was withdrawn")
    found = session.poll()
    if found is None:
        return error(400, "no session")
    return text(authsessionid=session.number, secsignid=server.answers_for(session), authsessionstate=found)


def cancel(session):
    if session.cancels:
        raise wrong("a request was withdrawn twice")
    session.cancels.append(session.state)
    if session.open:
        session.state = CANCELED
    return text(authsessionid=session.number, authsessionstate=CANCELED)
