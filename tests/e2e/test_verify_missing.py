# SPDX-License-Identifier: Apache-2.0
"""Every auth_method for those who have nothing enrolled, and for those whom the tenant does not know: they are asked
like everybody else as long as that is possible, and never let in."""
from countersign import *
from countersign.verify_login import *

ACCEPT = "accept_on_missing_auth_method"
NOTHING = "No second factor is set up for you. \nContact your administrator."


def guesses(retry=TRIES):
    """The dialogue of a single code, answered until it ends."""
    return [Turn(text + CODE, "000000") for text in ["", *(WRONG.format(left) for left in range(retry, 0, -1))]]


def has_second(row):
    return row.second is not None


# ---- nothing enrolled ----

def test_not_enrolled():
    """A stranger learns nothing; a user who gave the password is told."""
    for scene, row in each_method(has_second):
        ann = scene.person()
        scene.set(row)
        calls = row.calls(checks=0, sends=0)
        if row.joined:
            turns = [Turn(row.first, f"000000:{ann.user.password}")]
            scene.login(ann.name, turns, calls=calls, code="PAM_AUTH_ERR", verdict="deny", reason="not-enrolled")
        elif row.first:
            scene.login(ann.name, row.first_turns(ann), calls=calls, code="PAM_AUTH_ERR", verdict="not-enrolled",
                        reason="not-enrolled", infos=[NOTHING])
        else:
            scene.login(ann.name, row.first_turns(ann) + guesses(), calls=calls, code="PAM_MAXTRIES",
                        verdict="max-tries", reason="not-enrolled")


def test_not_enrolled_is_accepted():
    for scene, row in each_method(has_second):
        ann = scene.person()
        scene.set(row, ACCEPT)
        turns = [Turn(row.first, f"000000:{ann.user.password}")] if row.joined else row.first_turns(ann)
        calls = row.calls(checks=0, sends=0)
        if row.first == EITHER:  # either of its factors would do
            calls += ["GET factors/totp", "GET signatures"]
        scene.login(ann.name, turns, calls=calls, code="PAM_SUCCESS", verdict="not-enrolled", reason=ACCEPT)


def test_acceptance_spares_no_password():
    for scene, row in each_method(lambda row: row.first is not None):
        ann = scene.person()
        scene.set(row, ACCEPT)
        turns = [Turn(row.first, "000000:not it" if row.joined else "not it")]
        scene.login(ann.name, turns, calls=["GET users", "POST password"], code="PAM_AUTH_ERR", verdict="deny",
                    reason="wrong-password")


def test_acceptance_is_for_those_without():
    """Who has the factor is asked for it."""
    for scene, row in each_method(has_second):
        ann = scene.person(row)
        scene.set(row, ACCEPT)
        scene.login(ann.name, row.dialogue(ann), calls=row.calls(), code="PAM_SUCCESS", verdict="allow",
                    reason=row.reason)


def test_the_other_factor_is_not_missing():
    """password-and-totp-or-device: who has a device gets no further with a made-up code than with none, nor who has
    a generator with the password alone."""
    for scene, row in each_method(lambda row: row.first == EITHER):
        scene.set(row, ACCEPT)
        ann = scene.person()
        if row.joined:
            ann.user.device("Phone")
            turns, calls = [Turn(EITHER, f"000000:{ann.user.password}")], ["GET factors/totp", "GET signatures"]
            calls = ["GET factors/totp", *calls, "GET factors/totp"]
        else:
            ann.user.totp()
            turns, calls = row.first_turns(ann), ["GET signatures", "GET factors/totp", "GET signatures"]
        scene.login(ann.name, turns, calls=["GET users", "POST password", *calls], code="PAM_AUTH_ERR",
                    verdict="deny", reason="not-enrolled")


def test_what_does_not_count_as_enrolled():
    """Disabled, not validated, or of another kind: as if it were not there. ignore_isvalidated changes that."""
    for scene, row in each_method(lambda row: row.second in ("totp", "smsotp", "emailotp", "voiceotp", "device")
                                  and row.first is None):
        for state in ({"enabled": False}, {"validated": False}):
            ann = scene.person(row)
            for factor in ann.user.factors:
                for part in getattr(factor, "signatures", [factor]):
                    vars(part).update(state)
            scene.set(row, ACCEPT)
            scene.login(ann.name, [], calls=row.calls(checks=0, sends=0), code="PAM_SUCCESS", verdict="not-enrolled",
                        reason=ACCEPT)
            scene.set(row, ACCEPT, "ignore_isvalidated")
            if "validated" in state:
                scene.login(ann.name, row.dialogue(ann), calls=row.calls(), code="PAM_SUCCESS", verdict="allow",
                            reason=row.reason)
            else:
                scene.login(ann.name, [], calls=row.calls(checks=0, sends=0), code="PAM_SUCCESS",
                            verdict="not-enrolled", reason=ACCEPT)


# ---- exempt ----

def test_an_exemption_is_from_the_second_factor_alone():
    """The tenant judges the password, and nothing of the second factor is asked of it or of the person."""
    for scene, row in each_method(has_second):
        ann = scene.person(row)
        scene.set(row, "2fa_group=daemon", "password_retry=0")
        if row.first is None:
            scene.login(ann.name, [], calls=[], code="PAM_SUCCESS", verdict="exempt", reason="2fa_group")
            continue
        calls = ["GET users", "POST password"]
        scene.login(ann.name, [Turn(PASSWORD, ann.user.password)], calls=calls, code="PAM_SUCCESS", verdict="exempt",
                    reason="2fa_group")
        scene.login(ann.name, [Turn(PASSWORD, "not it")], calls=calls, code="PAM_AUTH_ERR", verdict="deny",
                    reason="wrong-password")


# ---- nobody whom the tenant knows ----

def refused_login(scene, row, name, calls, reason, *arguments):
    """A login of somebody who cannot get in, whatever is typed; the same whatever the reason is."""
    scene.set(row, "retry=1", *arguments)
    if row.first is not None:
        turns = [Turn(row.first, "000000:no password" if row.joined else "no password")]
        scene.login(name, turns, calls=calls, code="PAM_AUTH_ERR", verdict="deny", reason=reason)
    else:
        scene.login(name, guesses(1), calls=calls, code="PAM_MAXTRIES", verdict="max-tries", reason=reason)


def test_no_account():
    """No request at all; accept_on_missing_auth_method is nothing to them."""
    for scene, row in each_method():
        for arguments in ((), (ACCEPT,)):
            refused_login(scene, row, "nobody-of-that-name", [], "unknown-user", *arguments)


def test_unknown_identity():
    for scene, row in each_method():
        for arguments in ((), (ACCEPT,)):
            refused_login(scene, row, scene.account(), ["GET users"], "unknown-identity", *arguments)


def test_ambiguous_identity():
    for scene, row in each_method():
        ann = scene.person(row)
        twin = scene.tenant.user(ann.name, password="another word")
        expect(twin.id != ann.user.id, "one user")
        refused_login(scene, row, ann.name, ["GET users"], "ambiguous", ACCEPT)


def test_inactive_user():
    """Even with the right password, which is not sent to the tenant."""
    for scene, row in each_method():
        ann = scene.person(row, active=False)
        refused_login(scene, row, ann.name, ["GET users"], "inactive", ACCEPT)
        if row.first is not None:
            scene.login(ann.name, [Turn(row.first, ann.user.password)] if not row.joined else
                        [Turn(row.first, lambda: f"{ann.totp.code()}:{ann.user.password}")], calls=["GET users"],
                        code="PAM_AUTH_ERR", verdict="deny", reason="inactive")


def test_security_keys_are_not_missing():
    """The tenant has none: a mistake of the settings, and nobody is let in for it."""
    with Scene() as scene:
        for method in ("u2f", "password-then-u2f"):
            row = Row(method, PASSWORD if method != "u2f" else None, None)
            ann = scene.person()
            scene.set(row, ACCEPT)
            seen = scene.run(ann.name, [Turn(PASSWORD, ann.user.password)] if row.first else [])
            expect_equal((seen.result.code, seen.audit["verdict"]), ("PAM_SERVICE_ERR", "misconfigured"), method)


main()
