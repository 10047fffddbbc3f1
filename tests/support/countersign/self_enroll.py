# SPDX-License-Identifier: Apache-2.0
"""A user who sets up an authenticator app at a login (self_enroll)."""
import json
import re

from .driver import PamSession
from .harness import Failure, secret
from .product import Totp, countersign
from .state import store_rows

KEYED = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
FREELY = {"self_enroll": "yes", "self_enroll_until": "2999-12-31", "self_enroll_qr": "no"}
ENROLL_KEY = r"^(?:[A-Z2-7]{4} ?){8} *$"
RECOVERY = r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"


def app_of(prompt):
    """The app, after its user has typed the key that a prompt shows."""
    key = re.search(ENROLL_KEY, prompt, re.M)
    if not key:
        raise Failure(f"no key in {prompt!r}")
    secret(key[0].strip(), "the key of a new factor")
    return Totp(secret(key[0].replace(" ", ""), "the same"))


def codes_of(prompt):
    return [secret(code, "a recovery code") for code in re.findall(RECOVERY, prompt)]


def new_code(app):
    return secret(app.code(), "the first code of a new factor")


def ticket(user, *options):
    return secret(json.loads(countersign("ticket", user, *options, "--json").stdout)["ticket"], f"{user}'s ticket")


def begin(user, *answers, env=KEYED, **options):
    """A login up to the prompt with the key: (session, app). `answers` are those before it."""
    session = PamSession(user, env=env, **options)
    prompt = session.prompt()
    for answer in answers:
        session.answer(answer)
        prompt = session.prompt()
    return session, app_of(prompt)


def finish(session, app):
    """The rest: (result, recovery codes)."""
    session.answer(new_code(app))
    codes = codes_of(session.prompt())
    session.answer("")
    return session.result(), codes


def left_in_store(user):
    """What the store has that may come of enrolling: factors, rows of recovery codes, tickets."""
    return [int(store_rows(f"SELECT count(*) FROM {table} WHERE user = '{user}'")[0][0])
            for table in ("factor", "recovery", "ticket")]
