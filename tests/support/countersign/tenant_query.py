# SPDX-License-Identifier: Apache-2.0
"""The two query languages of an IBM Verify tenant: SCIM filters (RFC 7644, 3.4.2.2) and `search` expressions."""
import json
import re
import urllib.parse

FILTER_LENGTH = 4096  # characters, the tenant's own limit
IBM = "urn:ietf:params:scim:schemas:extension:ibm:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"

_URL = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*,;=:@/?]|%[0-9A-Fa-f]{2})*")
_FILTER_TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<sign>[()])'
                           r"|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<word>[A-Za-z][\w.:$-]*))")
_TERM = re.compile(r'\s*(?P<key>[A-Za-z][\w/]*)\s*(?P<sign>!=|=)\s*'
                   r'(?P<value>"(?:[^"\\\x00-\x1f]|\\.)*"|true|false|-?\d+)\s*')


class QueryError(Exception):
    """Text that is not in the language."""


def decode(text):
    """The parameters of a raw query string, in their order. A plus sign is refused: some servers read a
    blank, some a plus, so a client must send neither."""
    if not _URL.fullmatch(text):
        raise QueryError(f"the query holds characters that must be percent-encoded: {text!r}")
    found = {}
    for part in text.split("&") if text else ():
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise QueryError(f"{part!r} is not KEY=VALUE")
        try:
            key, value = (urllib.parse.unquote(word, errors="strict") for word in (key, value))
        except UnicodeDecodeError:
            raise QueryError(f"{part!r} is not UTF-8") from None
        if key in found:
            raise QueryError(f"{key} is given twice")
        found[key] = value
    return found


def _string(token):
    try:
        return json.loads(token)
    except ValueError:
        raise QueryError(f"{token} is not a string") from None


# Filters ----------------------------------------------------------------------------------------------------

def _insensitive(mapping, name):
    return next((value for key, value in mapping.items() if key.lower() == name.lower()), None)


def _listed(elements, name):
    """Values of a list of objects below `name`: a type, a realm, the name of a custom attribute, or a member."""
    found = []
    for element in elements:
        if name in (element.get("type"), element.get("realm"), element.get("name")):
            found += element.get("values", []) or [element.get("value", element.get("externalId"))]
        elif name in element:
            found.append(element[name])
    return found


def values(record, path):
    """Every value that a SCIM attribute path has in a user record; QueryError where no user could have it."""
    for urn in (IBM, ENTERPRISE, CORE):
        if path.lower().startswith(urn.lower() + ":"):
            record = record if urn == CORE else record.get(urn, {})
            path = path[len(urn) + 1:]
            break
    else:
        if path.lower().startswith("urn:"):
            raise QueryError(f"unknown schema in {path}")
    name, _, below = path.partition(".")
    if name.lower() not in KNOWN:
        raise QueryError(f"unknown attribute {path}")
    value = _insensitive(record, name)
    if isinstance(value, list) and below:
        return _listed(value, below)
    if isinstance(value, dict) and below:
        value = _insensitive(value, below)
    return [] if value is None else [value]


KNOWN = {"id", "username", "externalid", "active", "displayname", "title", "preferredlanguage", "name", "emails",
         "phonenumbers", "addresses", "groups", "meta", "usercategory", "realm", "unqualifiedusername",
         "customattributes", "linkedaccounts", "department", "employeenumber", "manager"}
EXACT = {"id", "externalid"}  # attributes whose values are case-sensitive

_COMPARE = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b,
    "co": lambda a, b: b in a, "sw": lambda a, b: a.startswith(b), "ew": lambda a, b: a.endswith(b),
    "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
}


class Filter:
    """A parsed filter; matches(record) says whether a user is among the results."""

    def __init__(self, text):
        if len(text) > FILTER_LENGTH:
            raise QueryError(f"a filter of {len(text)} characters, at most {FILTER_LENGTH}")
        self.tokens, at = [], 0
        while text[at:].strip():
            match = _FILTER_TOKEN.match(text, at)
            if not match:
                raise QueryError(f"at character {at + 1} of {text!r}")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.tree = self._or()
        if self.tokens:
            raise QueryError(f"unexpected {self.tokens[0][1]} in {text!r}")

    def matches(self, record):
        return self.tree(record)

    def _next(self, *kinds):
        if not self.tokens or self.tokens[0][0] not in kinds:
            raise QueryError(f"expected a {' or '.join(kinds)}, not "
                             f"{self.tokens[0][1] if self.tokens else 'the end'}")
        return self.tokens.pop(0)[1]

    def _keyword(self, word):
        if self.tokens and self.tokens[0][0] == "word" and self.tokens[0][1].lower() == word:
            return self.tokens.pop(0)
        return None

    def _or(self):
        parts = [self._and()]
        while self._keyword("or"):
            parts.append(self._and())
        return lambda record: any([part(record) for part in parts])

    def _and(self):
        parts = [self._term()]
        while self._keyword("and"):
            parts.append(self._term())
        return lambda record: all([part(record) for part in parts])

    def _term(self):
        negated = self._keyword("not")
        if negated or (self.tokens and self.tokens[0] == ("sign", "(")):
            self._next("sign")
            inner = self._or()
            if self._next("sign") != ")":
                raise QueryError("expected )")
            return (lambda record: not inner(record)) if negated else inner
        return self._comparison()

    def _comparison(self):
        path, operator = self._next("word"), self._next("word").lower()
        if operator in ("pr", "npr"):
            return lambda record: bool(values(record, path)) == (operator == "pr")
        if operator not in _COMPARE:
            raise QueryError(f"unknown operator {operator}")
        token = self._next("string", "number", "word")
        if token[0] == '"':
            wanted = _string(token)
        elif token in ("true", "false") or token[0].isdigit() or token[0] == "-":
            wanted = json.loads(token)
        else:
            raise QueryError(f"{token} must stand in quotes")
        return lambda record: self._any(values(record, path), operator, wanted, path.lower() in EXACT)

    @staticmethod
    def _any(found, operator, wanted, exact):
        def fold(value):
            return value.casefold() if isinstance(value, str) and not exact else value
        return any(_COMPARE[operator](fold(value), fold(wanted)) for value in found
                   if type(value) is type(wanted))


# Searches ---------------------------------------------------------------------------------------------------

class Search:
    """`userId = "ID"&enabled=true`: strings in quotes, the rest bare, blanks around = as one likes."""

    def __init__(self, text, keys):
        self.terms, at = [], 0
        while True:
            match = _TERM.match(text, at)
            if not match:
                raise QueryError(f"at character {at + 1} of the search {text!r}")
            if match["key"] not in keys:
                raise QueryError(f"{match['key']} cannot be searched for")
            value = _string(match["value"]) if match["value"][0] == '"' else json.loads(match["value"])
            self.terms.append((match["key"], match["sign"] == "=", value))
            at = match.end()
            if at == len(text):
                break
            if text[at] != "&":
                raise QueryError(f"at character {at + 1} of the search {text!r}")
            at += 1

    def value(self, key):
        """What `key` must equal, or None."""
        return next((value for name, equal, value in self.terms if name == key and equal), None)

    def matches(self, item):
        return all((item.get(key) == value) == equal for key, equal, value in self.terms)
