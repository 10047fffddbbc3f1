# SPDX-License-Identifier: Apache-2.0
"""Every auth_method against a tenant of IBM Verify, through PAM: what is shown, what is asked of the tenant, and how
it ends, for right answers and wrong ones."""
import json

from countersign import *
from countersign.verify_login import *


def test_the_table_is_whole():
    """Every value that the option takes has a row, but for those that a tenant knows nothing of."""
    shown = next(o for o in json.loads(countersign("options", "--json").stdout) if o["name"] == "auth_method")
    others = {f"{first}{second}" for first in ("", "password-then-") for second in ("u2f", "browser")}
    expect_equal({row.method for row in METHODS}, set(shown["values"]) - others, "methods")


def test_right_answers():
    for scene, row in each_method():
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.dialogue(ann), calls=row.calls(), code="PAM_SUCCESS", verdict="allow",
                    reason=row.reason, method=row.method, user=ann.name, identity=ann.name)


# ---- wrong answers to the second step ----

def has_code(row):
    return row.second not in (None, "device") and not row.joined


def test_wrong_code_then_right():
    """The same message, the same verification, one prompt more."""
    for scene, row in each_method(has_code):
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.dialogue(ann, wrong=1), calls=row.calls(checks=2), code="PAM_SUCCESS",
                    verdict="allow", reason=row.reason, last=row.reason)


def test_wrong_codes_until_tries_end():
    for scene, row in each_method(has_code):
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.dialogue(ann, wrong=TRIES + 1, right=False), calls=row.calls(checks=TRIES + 1),
                    code="PAM_MAXTRIES", verdict="max-tries", reason="wrong-code", last="wrong-code")


def test_right_code_of_the_last_try():
    for scene, row in each_method(has_code):
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.dialogue(ann, wrong=TRIES), calls=row.calls(checks=TRIES + 1),
                    code="PAM_SUCCESS", verdict="allow", reason=row.reason)


def test_verification_that_ends_early():
    """Where the tenant allows fewer tries than `retry` the login ends with it."""
    for scene, row in each_method(lambda row: has_code(row) and row.step.send):
        scene.tenant.otp_retries = 0
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.dialogue(ann, wrong=1, right=False), calls=row.calls(checks=1),
                    code="PAM_MAXTRIES", verdict="max-tries", reason="wrong-code")


def test_menu():
    """What is no line of it asks again, as often as `retry` says; nothing is sent before there is a choice."""
    misread = "Type a number from 1 to 3. Tries left: {} \n"
    for scene, row in each_method(lambda row: row.second == "choice"):
        scene.set(row)
        for wrong in (1, TRIES + 1):
            ann = scene.person(row)
            menu = row.menu_turns(ann)[0]
            texts = [menu.text] + [misread.format(left) + menu.text for left in range(TRIES, 0, -1)]
            turns = [Turn(text, "7", True) for text in texts[:wrong]]
            if wrong <= TRIES:
                turns += [Turn(texts[1], "2", True), *row.code_turns(ann)]
                scene.login(ann.name, row.first_turns(ann) + turns, calls=row.calls(), code="PAM_SUCCESS",
                            verdict="allow", reason="smsotp")
            else:
                scene.login(ann.name, row.first_turns(ann) + turns, calls=row.calls(checks=0, sends=0),
                            code="PAM_MAXTRIES", verdict="max-tries", reason="no-choice")


def test_each_line_of_the_menu():
    """With everything that options put there; a choice does what the method of that name does."""
    lines = ("{user}@enrolled.example", NUMBER, "TOTP", f"Voice {CALLED}",
             "Unvalidated email {user}@directory.example", f"Unvalidated SMS {MOBILE}", "Phone")
    order = ("emailotp", "smsotp", "totp", "voiceotp", "transemailotp", "transsmsotp", "device")
    text = "Choose one of: \n" + "".join(f"{n + 1}) {line} \n" for n, line in enumerate(lines)) + "Your choice (1->7):"
    for scene, row in each_method(lambda row: row.second == "choice"):
        scene.set(row, "add_devices_to_choice", "transients_in_choice", "voice_in_choice")
        for number, second in enumerate(order):
            alone = Row(row.method, row.first, second)
            ann = scene.person()
            for name in order:
                SECONDS[name].enrol(ann.user)
            turns = alone.first_turns(ann) + [Turn(text.replace("{user}", ann.name), str(number + 1), True)]
            calls = row.calls(checks=0, sends=0) + ["GET signatures"]
            calls += [alone.step.send] * (alone.step.send is not None) + [alone.step.check]
            scene.login(ann.name, turns + alone.code_turns(ann), calls=calls, code="PAM_SUCCESS", verdict="allow",
                        reason=alone.reason)


def test_one_line_is_no_menu():
    for scene, row in each_method(lambda row: row.second == "choice"):
        for second in ("emailotp", "smsotp", "totp"):
            alone = Row(row.method, row.first, second)
            ann = scene.person(alone)
            scene.set(row)
            calls = [call.replace("GET factors/totp", "GET factors") for call in alone.calls()]
            scene.login(ann.name, alone.dialogue(ann), calls=calls, code="PAM_SUCCESS", verdict="allow",
                        reason=alone.reason)


# ---- devices ----

def test_every_end_of_an_approval():
    """None of them is asked again; the person sees nothing, as with IBM's module."""
    ends = (("VERIFY_FAILED", "signature-failed"), ("USER_DENIED", "denied"), ("BIOMETRY_FAILED", "biometry-failed"),
            ("USER_FRAUDULENT", "reported-as-fraud"), ("CANCELED", "cancelled"), ("TIMEOUT", "expired"),
            ("SOMETHING_NEW", "unknown-state"))
    for scene, row in each_method(lambda row: row.second == "device"):
        scene.set(row)
        for scene.tenant.push_state, reason in ends:
            ann = scene.person(row)
            scene.login(ann.name, row.dialogue(ann), calls=row.calls(), code="PAM_AUTH_ERR", verdict="deny",
                        reason=reason)


def test_approval_after_some_polls():
    for scene, row in each_method(lambda row: row.second == "device"):
        scene.tenant.push_after_polls = 1
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.dialogue(ann), calls=row.calls(checks=2), code="PAM_SUCCESS", verdict="allow",
                    reason="approved")


def test_which_of_two_devices():
    """A wrong choice, and then the right one: the question goes to that device."""
    for scene, row in each_method(lambda row: row.second == "device"):
        ann = scene.person()
        devices = {device.id: device for device in (ann.user.device("Phone"), ann.user.device("Tablet"))}
        first, second = (devices[key] for key in sorted(devices, reverse=True))  # the tenant's order
        text = f"Choose one of: \n1) {first.name} \n2) {second.name} \nYour choice (1->2):"
        scene.set(row)
        scene.login(ann.name, row.first_turns(ann) + [
            Turn(text, "3", True), Turn(f"Type a number from 1 to 2. Tries left: {TRIES} \n" + text, "2", True)],
            calls=row.calls(), code="PAM_SUCCESS", verdict="allow", reason="approved")
        expect_equal(scene.tenant.pushes[-1].device, second, "the device that was asked")


# ---- wrong answers to the first step ----

def refused(row):
    """The text before the first prompt when it is repeated."""
    return ("Your answer was" if row.first in (COMBINED, EITHER) else "That password was") + " not accepted. Tries left: {} \n"


def asks_password(row):
    return row.first is not None


def test_wrong_password():
    """IBM's module asks for it once. Nothing is looked up or sent after it."""
    for scene, row in each_method(asks_password):
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, row.first_turns(ann, "not it"), calls=["GET users", "POST password"],
                    code="PAM_AUTH_ERR", verdict="deny", reason="wrong-password")


def test_wrong_password_then_right():
    for scene, row in each_method(asks_password):
        ann = scene.person(row)
        scene.set(row, "password_retry=1")
        wrong = row.first_turns(ann, "not it")
        right = [turn._replace(text=refused(row).format(1) + turn.text) for turn in row.first_turns(ann)]
        calls = row.calls()
        calls.insert(1, "POST password")
        scene.login(ann.name, wrong + right + row.menu_turns(ann) + row.code_turns(ann), calls=calls,
                    code="PAM_SUCCESS", verdict="allow", reason=row.reason)


def test_wrong_passwords_until_tries_end():
    for scene, row in each_method(asks_password):
        ann = scene.person(row)
        scene.set(row, "password_retry=2")
        turn = row.first_turns(ann, "not it")[0]
        turns = [turn] + [turn._replace(text=refused(row).format(left) + turn.text) for left in (2, 1)]
        scene.login(ann.name, turns, calls=["GET users"] + ["POST password"] * 3, code="PAM_MAXTRIES",
                    verdict="max-tries", reason="wrong-password")


def test_wrong_code_beside_a_right_password():
    for scene, row in each_method(lambda row: row.joined):
        ann = scene.person(row)
        wrong, right = row.first_turns(ann, wrong_code=True)[0], row.first_turns(ann)[0]
        scene.set(row)
        scene.login(ann.name, [wrong], calls=row.calls(), code="PAM_AUTH_ERR", verdict="deny", reason="wrong-code")
        scene.set(row, "password_retry=1")
        again = right._replace(text=refused(row).format(1) + right.text)
        scene.login(ann.name, [wrong, again], calls=row.calls() + ["POST password", "POST totp"],
                    code="PAM_SUCCESS", verdict="allow", reason="totp")


def test_a_code_works_once_whatever_the_tenant_says():
    """Also where many bring it at once; the message's code too."""
    with Verify() as verify:
        verify.alice.totp()
        verify.tenant.one_time_use = False
        verify.stack("require_broker", "auth_method=totp", "stack_first_factor", "retry=0")
        code = verify.alice.factors[0].code()
        result = pam_login("alice", [code], threads=32)
        expect_equal((result.count("PAM_SUCCESS"), result.count("PAM_MAXTRIES")), (1, 31), "one of 32 gets in")
        for spelled in code, f"{code[:3]} {code[3:]}", f"{code}\u00a0":
            login = verify.log_in("auth_method=totp", "stack_first_factor", "retry=0", answers=[spelled])
            expect_equal((login.code, login.audit["reason"], login.audit["last"]),
                         ("PAM_MAXTRIES", "replayed", "replayed"), f"{spelled!r}: {login.log}")
            expect(not any(call.startswith("POST totp") for call in login.calls), f"the tenant is asked: {login.calls}")


def test_tenant_that_takes_fewer_tries_is_not_asked_in_vain():
    with Verify() as verify:
        verify.alice.sms("+15550100")
        for retries, asked in ((0, 1), (1, 2), (4, 4)):
            verify.tenant.otp_retries = retries
            login = verify.log_in("auth_method=smsotp", "stack_first_factor", "retry=3",
                                  answers=["000000", "000001", "000002", "000003"])
            expect_equal((login.code, len(login.prompts), login.calls.count("POST smsotp/check")),
                         ("PAM_MAXTRIES", asked, asked), f"retries={retries}: {login.log}")


def test_menu_names_the_authenticator_app():
    """%N of it is TOTP, and the order that of the product's sample."""
    with Verify() as verify:
        verify.alice.totp()
        verify.alice.sms("15551234567")
        verify.alice.email("user@us.example.com")
        login = verify.log_in("auth_method=choice-then-otp", "prompt_totp=%I) %N\\n", "stack_first_factor", "retry=0",
                              answers=["9"])
        expect_equal(login.prompts[0][0],
                     "Choose one of: \n1) user@us.example.com \n2) 15551234567 \n3) TOTP \nYour choice (1->3):",
                     "the menu")


def test_sent_texts_can_be_switched_off():
    """On a PAM line, and so in the product's file too."""
    with Verify() as verify:
        verify.alice.sms("+15550100")
        for arguments, shown in (((), 1), (("sent_sms=",), 0)):
            login = verify.log_in("auth_method=smsotp", "stack_first_factor", "retry=0", *arguments, answers=["000000"])
            expect_equal(login.prompts[0][0].count("was sent"), shown, f"{arguments}: {login.prompts}")


def test_refusals_at_a_slow_tenant_take_alike():
    """Whether the account is known shows in no step of 250 ms, however many calls a refusal takes."""
    with Verify() as verify:
        verify.alice.totp()
        for call in "GET users", "GET factors/totp", "POST totp":
            verify.tenant.fault(call, slow=0.15, times=999)
        times = {}
        for user in "alice", "alice", "nobody-here", "alice", "nobody-here":
            login = verify.log_in("auth_method=totp", "autopush=no", "retry=0", answers=["000000"], user=user)
            times.setdefault(user, []).append(int(login.audit["ms"]) // 250)
        expect_equal(set(times["alice"][1:]), set(times["nobody-here"]), f"steps of 250 ms: {times}")


PASSWORD_FIRST = {COMBINED: "Password and verification code (password:code): ",
                  EITHER: "Password alone, to approve on your device, \nor password and code (password:code): "}


def test_which_part_is_the_code():
    """password_first and the separator; a password by itself is no answer to password-and-totp."""
    for scene, row in each_method(lambda row: row.joined):
        for arguments, text, answer in (
                (("password_first",), "{password}:{code}", "{first}:{second}"),
                (("password_separator=/",), "{code}/{password}", "{second}/{first}")):
            ann = scene.person(row, password="a:b/c word")
            scene.set(row, *arguments)
            prompt = row.first_turns(ann)[0].text
            if "password_first" in arguments:
                prompt = PASSWORD_FIRST[prompt]
            prompt = prompt.replace("code:password", "code/password") if "/" in text else prompt
            scene.login(ann.name, [Turn(prompt, lambda: text.format(password="a:b/c word", code=ann.totp.code()))],
                        calls=row.calls(), code="PAM_SUCCESS", verdict="allow", reason="totp")
    for scene, row in each_method(lambda row: row.first == COMBINED):
        ann = scene.person(row)
        scene.set(row)
        scene.login(ann.name, [Turn(row.first, "nothing between")], calls=[], code="PAM_AUTH_ERR", verdict="deny",
                    reason="no-separator")


main()
