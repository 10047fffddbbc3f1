# SPDX-License-Identifier: Apache-2.0
"""Answers of a tenant, refusals among them, and what a body must look like."""
from .https_answer import Answer

SCIM = "application/scim+json"
SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


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
