# SPDX-License-Identifier: Apache-2.0
"""What a login costs the tenant, and how the module works with other modules and with itself in a stack."""
import pathlib

from countersign import *
from countersign.verify_login import *

TOTP, SMS = Row("totp", None, "totp"), Row("smsotp", None, "smsotp")
PERMIT = "account required pam_permit.so"


def line(arguments, control="required"):
    return f"auth {control} pam_countersign.so {arguments}"


# ---- connections ----

def test_warm_broker():
    """Three requests on the connection that is open, with the token that is there."""
    with Scene() as scene:
        scene.warm()
        scene.set(TOTP)
        for _ in range(3):
            ann = scene.person(TOTP)
            scene.login(ann.name, TOTP.dialogue(ann), calls=["GET users", "GET factors/totp", "POST totp"],
                        code="PAM_SUCCESS", verdict="allow", reason="totp")
        expect_equal((scene.tenant.connections, scene.tenant.handshakes), (1, 1), "connections and handshakes")


def test_cold_broker():
    with Scene() as scene:
        scene.set(TOTP)
        ann = scene.person(TOTP)
        scene.login(ann.name, TOTP.dialogue(ann), calls=["POST token", *TOTP.calls()], code="PAM_SUCCESS",
                    verdict="allow", reason="totp")
        expect_equal(scene.tenant.connections, 1, "connections")


def test_stand_alone():
    """One connection and one token for one login. Nobody vouches: no broker remembers what was sent."""
    for row in METHODS:
        with Scene(broker=False) as scene:
            ann = scene.person(row)
            scene.set(row)
            turns = row.dialogue(ann)
            if row.first is None and row.second not in ("totp", "choice"):
                consent = CONSENTS[row.second].replace("{user}", ann.name)
                turns = [Turn(consent, "s", True), *turns]
            seen = scene.run(ann.name, turns)
            calls = row.calls()
            calls.insert(0, "POST token")
            expect_equal((seen.result.code, seen.calls, scene.tenant.connections), ("PAM_SUCCESS", calls, 1),
                         row.method)
            if row is TOTP:
                expect_equal(len(calls), 4, "requests")


CONSENTS = {"smsotp": f"Type s to send a code by text message to {NUMBER}: ",
            "emailotp": "Type s to send a code by email to {user}@enrolled.example: ",
            "voiceotp": f"Type s to send a code by phone call to {CALLED}: ",
            "transsmsotp": f"Type s to send a code by text message to {MOBILE}: ",
            "transemailotp": "Type s to send a code by email to {user}@directory.example: ",
            "device": "Type s to send an approval request to Phone: "}


# ---- what may be sent unasked ----

def test_consent():
    """Without autopush a stranger types something first; Enter alone or nothing sends nothing."""
    for_all = [row for row in METHODS if row.first is None and row.second in CONSENTS]
    with Scene() as scene:
        scene.warm()
        for row in for_all:
            ann = scene.person(row)
            text = CONSENTS[row.second].replace("{user}", ann.name)
            scene.set(row, "autopush=no")
            scene.login(ann.name, [Turn(text, "", True), Turn(text, "s", True), *row.dialogue(ann)],
                        calls=row.calls(), code="PAM_SUCCESS", verdict="allow", reason=row.reason)
            scene.login(ann.name, [Turn(text, "", True)] * (TRIES + 1), calls=row.calls(checks=0, sends=0),
                        code="PAM_MAXTRIES", verdict="max-tries", reason="not-asked-for")
            scene.set(row, "autopush=no", "stack_first_factor")
            scene.login(ann.name, row.dialogue(ann), calls=row.calls(), code="PAM_SUCCESS", verdict="allow",
                        reason=row.reason)


def test_unasked_messages_are_counted():
    """Some in an hour for each identity; then it must be asked for."""
    with Scene() as scene:
        scene.warm()
        scene.set(SMS)
        ann, bob = scene.person(SMS), scene.person(SMS)
        for _ in range(6):
            scene.login(ann.name, SMS.dialogue(ann), calls=SMS.calls(), code="PAM_SUCCESS", verdict="allow",
                        reason="smsotp")
        consent = Turn(CONSENTS["smsotp"], "s", True)
        for person, before in ((ann, [consent]), (bob, [])):
            scene.login(person.name, before + SMS.dialogue(person), calls=SMS.calls(), code="PAM_SUCCESS",
                        verdict="allow", reason="smsotp")


# ---- two lines ----

def both_lines(second_tenant):
    """A stack of two lines, each with an id; the second asks another tenant if wanted."""
    with Scene() as scene, Tenant() as other:
        other.install_ca()
        pam = {"first-one": {"additional-args": ["auth_method=password-then-totp"]},
               "second_one": {"additional-args": {"auth_method": "smsotp", "otp_prompt": "By message: "}}}
        path = pathlib.Path("/etc/countersign/other.json")
        write_ibm_file(scene.tenant, pam=pam)
        write_ibm_file(other, path, pam)
        second = path if second_tenant else IBM_FILE
        pam_service("test", [line(f"ibm_auth_config={IBM_FILE} id=first_one"),
                             line(f"ibm_auth_config={second} id=second-one"), PERMIT])
        ann = scene.person(TOTP)
        user = other.user(ann.name, password="another") if second_tenant else ann.user
        user.sms(NUMBER)
        yield scene, ann, other if second_tenant else scene.tenant


def two_line_login(scene, ann, where, code, otp):
    """PAM code, and the last word of each line's audit."""
    session = PamSession(ann.name)
    shown = []
    for answer in (lambda: ann.user.password, code, otp):
        shown.append(session.prompt())
        session.answer(answer())
    result = session.result()
    expect_equal(shown, [PASSWORD, CODE.replace("{c}", ""),
                         f"A text message was sent to {NUMBER}. \nBy message: "], "prompts")
    scene.audits += 2
    wait_audit(scene.broker, scene.audits)
    return result.code, [a["reason"] for a in audits(scene.broker.log())[-2:]]


def test_two_ids_in_one_stack():
    first = ["GET users", "POST password", "GET factors/totp", "POST totp"]
    second = ["GET users", "GET factors", "POST smsotp/verifications", "POST smsotp/check"]
    for second_tenant in (False, True):
        for scene, ann, where in both_lines(second_tenant):
            seen = two_line_login(scene, ann, where, ann.totp.code, lambda: where.last_otp())
            expect_equal(seen, ("PAM_SUCCESS", ["totp", "smsotp"]), "verdicts")
            expect_equal(scene.tenant.calls(), ["POST token", *first] + ([] if second_tenant else second), "calls")
            if second_tenant:
                expect_equal(where.calls(), ["POST token", *second], "calls of the other tenant")


def test_a_line_that_fails_leaves_the_other_alone():
    """The stack fails, and the second line is asked for as if the first had gone well."""
    for second_tenant in (False, True):
        for scene, ann, where in both_lines(second_tenant):
            scene.tenant.fault("POST totp", status=500)
            seen = two_line_login(scene, ann, where, ann.totp.code, lambda: where.last_otp())
            expect_equal(seen, ("PAM_AUTHINFO_UNAVAIL", ["unavailable", "smsotp"]), "verdicts")


# ---- PAM_AUTHTOK ----

UNIX = "auth required pam_unix.so nodelay"
AFTER = "auth required pam_unix.so nodelay use_first_pass"


def test_password_of_an_earlier_module():
    """It is used without a prompt of ours; it proves a first factor if the tenant accepts it."""
    with Scene() as scene:
        scene.warm()
        for row in METHODS:
            if row.first is None or row.joined:
                continue
            ann = scene.person(row)
            set_password(ann.name, ann.user.password)
            pam_service("test", [UNIX, line(f"ibm_auth_config={IBM_FILE} auth_method={row.method}"), PERMIT])
            unix, *rest = row.dialogue(ann)
            scene.login(ann.name, [unix._replace(text=PASSWORD), *rest], calls=row.calls(), code="PAM_SUCCESS",
                        verdict="allow", reason=row.reason)


def test_password_of_an_earlier_module_is_another():
    """IBM's module refuses then; ask_password_on_mismatch asks for the right one."""
    row = Row("password", PASSWORD, None)
    with Scene() as scene:
        scene.warm()
        ann = scene.person(row)
        set_password(ann.name, "of the account")
        unix = Turn(PASSWORD, "of the account")
        for arguments, more, code, verdict, reason, asked in (
                ("", [], "PAM_AUTH_ERR", "deny", "wrong-password", 1),
                (" ask_password_on_mismatch", row.first_turns(ann), "PAM_SUCCESS", "allow", "password", 2)):
            pam_service("test", [UNIX, line(f"ibm_auth_config={IBM_FILE} auth_method=password{arguments}"), PERMIT])
            scene.login(ann.name, [unix, *more], calls=["GET users"] + ["POST password"] * asked, code=code,
                        verdict=verdict, reason=reason)


def test_password_is_handed_on():
    """To the module after ours, without the code that was typed beside it, and wherever the line grants."""
    with Scene() as scene:
        scene.warm()
        for row in METHODS:
            if row.first is None:
                continue
            ann = scene.person(row)
            set_password(ann.name, ann.user.password)
            pam_service("test", [line(f"ibm_auth_config={IBM_FILE} auth_method={row.method}"), AFTER, PERMIT])
            scene.login(ann.name, row.dialogue(ann), calls=row.calls(), code="PAM_SUCCESS", verdict="allow",
                        reason=row.reason)
            if row.second is None:
                continue
            bob = scene.person()
            set_password(bob.name, bob.user.password)
            pam_service("test", [line(f"ibm_auth_config={IBM_FILE} auth_method={row.method} "
                                      "accept_on_missing_auth_method"), AFTER, PERMIT])
            turns = [Turn(row.first, f"000000:{bob.user.password}")] if row.joined else row.first_turns(bob)
            seen = scene.run(bob.name, turns)
            expect_equal((seen.result.code, seen.audit["verdict"]), ("PAM_SUCCESS", "not-enrolled"), row.method)


def test_wrong_password_is_not_handed_on():
    row = Row("password", PASSWORD, None)
    with Scene() as scene:
        ann = scene.person(row)
        set_password(ann.name, "of the account")
        pam_service("test", [line(f"ibm_auth_config={IBM_FILE} auth_method=password", "optional"), AFTER, PERMIT])
        seen = scene.run(ann.name, [Turn(PASSWORD, "of the account")])
        expect(seen.result.code != "PAM_SUCCESS", "a password that was refused reached the next module")


main()
