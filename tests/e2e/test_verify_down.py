# SPDX-License-Identifier: Apache-2.0
"""Every auth_method while the tenant cannot be reached: nobody gets in, except with failmode_insecure those who have
proven a first factor before."""
from countersign import *
from countersign.verify_login import *

FAILMODE, STATED = "failmode_insecure", "stack_first_factor"
CLOSED = {"code": "PAM_AUTHINFO_UNAVAIL", "verdict": "unreachable", "reason": "unreachable"}
ANSWERING = {"code": "PAM_AUTHINFO_UNAVAIL", "verdict": "unavailable", "reason": "unavailable"}
OPEN = {"code": "PAM_SUCCESS", "verdict": "unreachable", "reason": FAILMODE}


def first_prompt(row, ann):
    """What is answered before the first request fails."""
    if row.direct and row.first is None:
        return row.code_turns(ann)
    return row.first_turns(ann)


def has_first(row):
    return row.first is not None


def outcomes(row):
    """(arguments, how the login ends) when nothing of the tenant can be reached."""
    stated = CLOSED if row.method == "password" else OPEN  # a password is what was to be proven
    return (((), CLOSED), ((FAILMODE,), CLOSED), ((STATED,), CLOSED), ((FAILMODE, STATED), stated))


def test_refused_connections():
    """From the first request on; an account that does not exist is not let in either."""
    for scene, row in each_method():
        ann = scene.person(row)
        scene.tenant.refuse()
        for arguments, ends in outcomes(row):
            scene.set(row, *arguments)
            scene.login(ann.name, first_prompt(row, ann), calls=[], **ends)
        scene.set(row, FAILMODE, STATED, "retry=0")
        seen = scene.run("nobody-of-that-name", [Turn(row.first or CODE, "000000:x" if row.joined else "x")])
        expect_equal((seen.result.code != "PAM_SUCCESS", seen.audit["granted"]), (True, "no"), f"{row}: no account")
        scene.tenant.accept()


def test_who_is_exempt_still_lacks_the_password():
    """It is all that is asked of them, so that nothing else can stand in for it."""
    for scene, row in each_method(has_first):
        ann = scene.person(row)
        scene.tenant.refuse()
        scene.set(row, FAILMODE, STATED, "2fa_group=daemon")
        scene.login(ann.name, [Turn(PASSWORD, ann.user.password)], calls=[], **CLOSED)
        scene.tenant.accept()


def test_gateway_answers_in_its_place():
    """The look-up is repeated once, as everything may be that changes nothing."""
    for scene, row in each_method():
        ann = scene.person(row)
        for status in (502, 503, 504, 529):
            scene.tenant.heal()
            scene.tenant.fault("GET users", status=status, html=True, times=2)
            scene.set(row, FAILMODE, STATED)
            scene.login(ann.name, first_prompt(row, ann), calls=["GET users"] * 2, **outcomes(row)[-1][1])


def test_other_failures_stay_closed():
    """An answer is no absence, whatever it says; nor is a certificate that is wrong."""
    faults = ({"status": 401}, {"status": 403}, {"status": 429}, {"status": 500}, {"body": "<html>"},
              {"mistype": True}, {"deep": True}, {"huge": True})
    for scene, row in each_method():
        ann = scene.person(row)
        scene.set(row, FAILMODE, STATED)
        for fault in faults:
            scene.tenant.heal()
            scene.tenant.fault("GET users", times=5, **fault)
            seen = scene.run(ann.name, first_prompt(row, ann))
            expect_equal((seen.result.code, seen.audit["verdict"], seen.audit["granted"]),
                         ("PAM_AUTHINFO_UNAVAIL", "unavailable", "no"), f"{row.method}, {fault}")
        scene.tenant.heal()
        scene.tenant.certificate("untrusted")
        seen = scene.run(ann.name, first_prompt(row, ann))
        expect_equal((seen.result.code, seen.audit["granted"]), ("PAM_AUTHINFO_UNAVAIL", "no"), f"{row.method}, TLS")
        scene.tenant.certificate("good")


def fails_later(row):
    """The calls of a second step, each as (call, whether it is repeated, whether a code was asked for before). An
    approval is asked for again (test_verify_push)."""
    # Who gave the password is looked up before a code is asked for.
    found = [(call, True, row.direct and not row.first) for call in row.step.lookup]
    found += [(row.step.send, False, False)] if row.step.send else []
    return found + [(row.step.check, False, True)] * (row.second != "device")


def ends_later(row, call, ends):
    """From the moment that something may have been sent to a person, nobody else gets in. Nor does anybody when only
    the call with the typed answer fails: a firewall may have cut it because of what was typed."""
    if call == row.step.check:
        return ANSWERING
    return CLOSED if call == row.step.send else ends


def later_login(scene, row, arguments, call, repeated, asked, ends):
    """A login in which that call fails, also when it is repeated."""
    ann = scene.person(row)
    scene.set(row, *arguments)
    scene.tenant.heal()
    scene.tenant.fault(call, status=503, times=2)
    whole = row.calls()
    calls = whole[:whole.index(call) + 1] + [call] * repeated + ["GET users"] * (call == row.step.check)
    turns = row.first_turns(ann) + row.menu_turns(ann) * (call not in row.step.lookup) + row.code_turns(ann) * asked
    scene.login(ann.name, turns, calls=calls, **ends)


def test_after_the_password():
    """An accepted password is a proven first factor, without a word of the administrator."""
    for scene, row in each_method(lambda row: row.first and row.second):
        for call, repeated, asked in fails_later(row):
            for arguments, ends in (((), CLOSED), ((FAILMODE,), OPEN)):
                later_login(scene, row, arguments, call, repeated, asked, ends_later(row, call, ends))


def test_without_a_password_nothing_is_proven():
    for scene, row in each_method(lambda row: row.first is None):
        for call, repeated, asked in fails_later(row):
            for arguments, ends in (((FAILMODE,), CLOSED), ((FAILMODE, STATED), OPEN)):
                later_login(scene, row, arguments, call, repeated, asked, ends_later(row, call, ends))


def test_a_wrong_code_is_no_absence():
    """What was judged before the tenant went away opens nothing that the password did not."""
    row = Row("totp", None, "totp")
    with Scene() as scene:
        scene.warm()
        ann = scene.person(row)
        scene.set(row, FAILMODE)
        scene.tenant.fault("POST totp", status=503, after=1)
        scene.login(ann.name, row.code_turns(ann, wrong=1), calls=row.calls(checks=2) + ["GET users"], last="wrong-code",
                    **ANSWERING)


def expect_end(seen, ends, row):
    expect_equal((seen.result.code, seen.audit["verdict"], seen.audit["reason"]), tuple(ends.values()), f"{row}")


def test_what_is_typed_does_not_make_the_tenant_unreachable():
    """A firewall that cuts the call with the password, and the tenant's look-ups answered: with a first factor stated
    and failmode_insecure nobody gets in by typing what the firewall does not like."""
    for scene, row in each_method(has_first):
        ann = scene.person(row)
        scene.set(row, FAILMODE, STATED)
        scene.tenant.fault("POST password", status=503, times=2)
        expect_end(scene.run(ann.name, row.first_turns(ann)), ANSWERING, row)
        scene.tenant.heal()


def test_a_wrong_answer_before_an_outage_opens_nothing():
    row = Row("totp", None, "totp")
    with Scene() as scene:
        scene.warm()
        ann = scene.person(row)
        scene.set(row, FAILMODE, STATED)
        scene.tenant.fault("POST totp", status=503, after=1)
        scene.tenant.fault("GET users", status=503, after=1, times=4)
        expect_end(scene.run(ann.name, row.code_turns(ann, wrong=1)), CLOSED, row)


main()
