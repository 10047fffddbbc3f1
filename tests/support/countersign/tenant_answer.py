# SPDX-License-Identifier: Apache-2.0
"""Answers of a tenant, refusals among them, and what a body must look like."""
import dataclasses
import typing

SCIM = "application/scim+json"
JSON = "application/json"
SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
# As the application server in front of a tenant answers a path that it does not know.
NOT_FOUND_PAGE = ("<!DOCTYPE html><html><head><title>Error 404</title></head><body>"
                  "<h2>Error 404: SRVE0295E: Error reported: 404</h2></body></html>\n")


@dataclasses.dataclass
class Answer:
    """`body` is what becomes JSON, or text, or None for none."""
    status: int
    body: typing.Any = None
    headers: dict = dataclasses.field(default_factory=dict)
    media: str = JSON + ";charset=UTF-8"


class Refusal(Exception):
    """Ends a call with an answer. `violation` says what a correct client would not have done, if it is that."""

    def __init__(self, answer, violation=None):
        super().__init__(violation or answer.status)
        self.answer = answer
        self.violation = violation


def page(status, text=NOT_FOUND_PAGE, headers=None):
    return Answer(status, text, headers or {}, "text/html;charset=ISO-8859-1")


def error(kind, status, message_id=None, scim_type=None):
    """The answer of `kind` (token, scim or json) for something that did not work."""
    message_id = message_id or {"token": "CSIAQ0155E", "scim": "CSIAI0001E", "json": "CSIBN0005E"}[kind]
    text = f"{message_id} The request was not successful."
    if kind == "token":
        names = {400: "invalid_request", 401: "invalid_client"}
        return Answer(status, {"error": names.get(status, "server_error"), "error_description": text})
    if kind == "scim":
        body = {"schemas": [SCIM_ERROR], "status": str(status), "detail": text}
        if scim_type:
            body["scimType"] = scim_type
        return Answer(status, body, media=SCIM)
    return Answer(status, {"messageId": message_id, "messageDescription": text})


def complaints(value, shape, where="body"):
    """How a JSON value differs from a shape: a type; a set of allowed values; [shape of each item of a list that
    is not empty]; {"key": shape, "may-be-missing?": shape}, where no other key may be."""
    if isinstance(shape, type):
        if type(value) is not shape:
            yield f"{where} is {type(value).__name__}, not {shape.__name__}"
    elif isinstance(shape, (set, frozenset)):
        if not any(type(value) is type(item) and value == item for item in shape):
            yield f"{where} is {value!r}, not one of {sorted(shape)}"
    elif isinstance(shape, list):
        if not isinstance(value, list) or not value:
            yield f"{where} is not a list of at least one item"
            return
        for number, item in enumerate(value):
            yield from complaints(item, shape[0], f"{where}[{number}]")
    elif not isinstance(value, dict):
        yield f"{where} is not an object"
    else:
        yield from _members(value, shape, where)


def _members(value, shape, where):
    for key, inner in shape.items():
        name = key.rstrip("?")
        if name in value:
            yield from complaints(value[name], inner, f"{where}.{name}")
        elif not key.endswith("?"):
            yield f"{where}.{name} is missing"
    known = {key.rstrip("?") for key in shape}
    for name in value:
        if name not in known:
            yield f"{where}.{name} is unknown"
