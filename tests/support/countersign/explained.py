# SPDX-License-Identifier: Apache-2.0
"""What `countersign explain` says, and logins that must go as it says.

    said = explain("alice", "--service", "test", arguments=["auth_method=totp"])
    for case in said["cases"]:
        for login in case["logins"]:
            go("alice", login, answers, broker)
"""
import json
import re

from .driver import PamResult, PamSession
from .harness import Failure, expect, expect_equal
from .product import countersign
from .state import audits, wait_audit

CORRELATION = "6439"  # what explain shows in place of a message's
KEY_LINE = re.compile(r"U2F1\.[A-Za-z0-9_-]+")


def explain(user, *words, arguments=()):
    """The object that `explain --json` prints."""
    line = ["--", *arguments] if arguments else []
    return json.loads(countersign("explain", user, "--json", *words, *line).stdout)


def way(login):
    """For messages: which of the logins of a case it is."""
    return (f"{login['answers']}{' choice %d' % login['choice'] if login['choice'] else ''}"
            f"{' password alone' if login['password_alone'] else ''}")


def only(said):
    """The logins of an explanation that assumes nothing, by what is answered."""
    case, = said["cases"]
    expect(not case["assumed"], "assumed")
    return {way(login): login for login in case["logins"]}


def said_to(login):
    """What the person gets to see: pairs of the driver's words and a text."""
    words = {"ask": lambda step: ("prompt(echo)" if step["echo"] else "prompt(noecho)", step["prompt"]),
             "tell": lambda step: ("info", step["text"])}
    return [words[step["step"]](step) for step in login["steps"] if step["step"] in words]


def sent(login):
    return [(step["kind"], step["to"]) for step in login["steps"] if step["step"] == "send"]


def _same(text):
    """A request to a security key holds something new each time."""
    return KEY_LINE.sub("U2F", text)


def _shown(result, seen):
    """The same of a login; `seen` makes a text what explain would show."""
    return [(kind, _same(seen(text))) for kind, text in result.lines if kind.startswith("prompt(") or kind == "info"]


def _leave(user, options):
    """A login whose person is gone when the first prompt is there."""
    session = PamSession(user, **options)
    session.prompt()
    session.kill()
    return PamResult(None, session.text)


def _play(user, login, answer, options):
    """A login in which each prompt gets the answer that the step asks for."""
    if login["answers"] == "no-answer":
        return _leave(user, options)
    session = PamSession(user, **options)
    for number, step in enumerate(step for step in login["steps"] if step["step"] == "ask"):
        shown = session.prompt()
        session.answer(answer(step["typed"], login, number, shown))
    while (line := session.line()) is not None and line[0] != "result":
        if line[0].startswith("prompt("):
            raise Failure(f"a prompt that explain does not have: {session.text}")
    return session.result()


def go(user, login, answer, broker, what, seen=lambda text: text, **options):
    """Logs in as `login`, one of explain's, and compares; the PamResult. `answer(typed, login, number, prompt)` is
    what is typed at a prompt. Of somebody who is gone, only the log has the code."""
    before = len(audits(broker.log()))
    result = _play(user, login, answer, options)
    audit = wait_audit(broker, before + 1)
    name = f"{what}, {way(login)}"
    words = ("verdict", "reason", "last", "code")
    expect_equal(_shown(result, seen), [(kind, _same(text)) for kind, text in said_to(login)], f"{name}: the dialogue")
    expect_equal({key: audit[key] for key in words}, {key: login[key] for key in words}, f"{name}: the end")
    expect_equal(audit["granted"], "yes" if login["granted"] else "no", f"{name}: let in")
    if result.code is not None:
        expect_equal(result.code, login["code"], f"{name}: what PAM told the application")
    return result
