# SPDX-License-Identifier: Apache-2.0
"""Logins with a FIDO2 key of this machine: registered here, its PIN asked for in the login and seen by nobody else."""
import os

from countersign import *

PINNED = "fido2 u2f=off pin=2468 pin-left=6"
PIN = "PIN of your security key, then touch it: "
WRONG = "That PIN is wrong. Tries left: {} \n"


def before(words, **settings):
    write_config({"u2f_origins": "pam://127.0.0.1", **settings})
    forget_factors("alice")
    countersign("unlock", "alice")
    keys = Keys(HELPER_USER)
    keys.plug(words=words)
    (keys.folder / "key0.pin").write_text("0\n")
    os.chown(keys.folder / "key0.pin", keys.account.pw_uid, keys.account.pw_gid)
    stack("auth_method=u2f", "conversation=live")
    return keys


def enroll(*pins):
    """`enroll u2f` at a terminal; what it shows."""
    import pexpect

    child = pexpect.spawn(COUNTERSIGN, ["enroll", "u2f", "alice"], timeout=PATIENCE, encoding="utf-8")
    shown = ""
    for pin in pins:
        child.expect("PIN of the security key, then touch it: ")
        shown += child.before
        child.sendline(pin)
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, shown + child.before


def key_of():
    return next(factor for factor in listing("alice")["factors"] if factor["kind"] == "u2f")


def login(*answers):
    return pam_login("alice", answers)


def texts(result):
    return [text for text, _ in result.prompts]


def test_a_key_without_u2f():
    for words in ("fido2 u2f=off", "fido2 u2f=off alg=eddsa"):
        before(words)
        with HelperSocket(Keys(HELPER_USER)) as helpers, Broker() as broker:
            helpers.keys.plug(words=words)
            expect_equal(countersign("enroll", "u2f", "alice").returncode, 0, f"registering: {words}")
            result = login()
            expect_equal((result.code, texts(result)), ("PAM_SUCCESS", []), f"a touch here: {words}")
            expect_equal(login().code, "PAM_SUCCESS", "and again")
            broker.wait_log("reason=u2f")
            helpers.keys.pull()
            helpers.keys.plug(1, words=words)
            expect(login("1").code != "PAM_SUCCESS", "another key was let in")


def test_registers_and_logs_in_with_the_pin():
    keys = before(PINNED, u2f_verification="required", retry=2)
    with HelperSocket(keys), Broker():
        status, shown = enroll("1357", "2468")
        expect_equal(status, 0, f"registering: {shown}")
        expect("2468" not in shown, "the PIN was shown")
        expect_match("That PIN is wrong. Tries left before the key blocks itself: 5", shown, "after the wrong one")
        result = login("2468")
        expect_equal((result.code, texts(result)), ("PAM_SUCCESS", [PIN]), "with the PIN")
        expect_equal([echo for _, echo in result.prompts], [False], "its echo")
        result = login("1357", "12", "2468")
        expect_equal((result.code, texts(result)), ("PAM_SUCCESS", [PIN, WRONG.format(2) + PIN, WRONG.format(1) + PIN]), "wrong ones first")


def test_no_log_has_a_pin():
    """Those of the broker, the helper and the module, with debug; also of a key that breaks off after the PIN."""
    right, wrong, short = "right-zebra", "wrong-tiger", "yak"
    words = f"fido2 u2f=off pin={right} pin-left=6"
    keys = before(words, u2f_verification="required", retry=2, debug=True)
    stack("auth_method=u2f", "conversation=live", "debug")
    with open(WORKDIR / "helper.log", "w+") as helper, HelperSocket(keys, helper), Broker() as broker:
        shown = enroll(wrong, right)[1]
        expect_equal(login(wrong, short, right).code, "PAM_SUCCESS", "a login")
        keys.plug(words=f"{words} pull=4")
        result = login(right, "")
        expect(result.code != "PAM_SUCCESS", "let in by a key that was pulled out")
        login("", "")
        helper.flush()
        logs = {path.name: path.read_text(errors="replace") for path in WORKDIR.glob("*.log")}
        logs |= {"syslog": syslog(), "terminal": shown, "prompts": "".join(texts(result)) + result.text}
        expect_match("^<7>", broker.log(), "the broker's log with debug")
        expect_match("security key", logs["helper.log"], "the helper's log")
        for name, text in logs.items():
            for pin in (right, wrong, short):
                expect(pin not in text, f"{name} has the PIN {pin}")


def test_without_the_pin_it_is_as_without_a_touch():
    keys = before(PINNED, u2f_verification="required", retry=1)
    with HelperSocket(keys), Broker() as broker:
        expect_equal(enroll("2468")[0], 0, "registering")
        result = login("", "1", "")
        expect(result.code != "PAM_SUCCESS", "let in")
        expect_match("not touched in time", result.text, "said")


def wrong_pins(keys):
    """How many the key was given."""
    return int((keys.folder / "key0.pin").read_text().split()[0])


def test_wrong_pins_are_counted_here_too():
    keys = before(PINNED, u2f_verification="required", retry=2)
    with HelperSocket(keys), Broker() as broker:
        expect_equal(enroll("2468")[0], 0, "registering")
        result = login("saved password", "saved password", "1" * 64)
        expect_equal((result.code, texts(result)), ("PAM_MAXTRIES", [PIN, WRONG.format(2) + PIN, WRONG.format(1) + PIN]), "wrong ones")
        expect_equal(wrong_pins(keys), 1, "sent to the key, of which one came twice and one is too long")
        broker.wait_log("reason=wrong-pin")
        broker.wait_log("the PIN of a security key here was wrong, in a login of 'alice'")
        expect("saved password" not in broker.log(), "what was typed is in the log")
        for _ in range(4):
            login("1357", "1357", "1357", "1")
        broker.wait_log("last=throttled")


def test_wrong_pins_until_the_key_takes_no_more():
    keys = before(PINNED.replace("pin-left=6", "pin-left=8"), u2f_verification="required", retry=1)
    with HelperSocket(keys), Broker():
        expect_equal(enroll("2468")[0], 0, "registering")
        for pin in ("1111", "2222", "3333"):
            expect_match("PIN of your security key", login(pin, "").text, "asked")
            countersign("unlock", "alice")
        result = login("2468", "1", "1")
        expect_match("accepts no PIN now", result.text, "until it is pulled out")
        expect_match(r"U2F2\.", result.text, "another key can answer")
        expect_equal(result.text.count("PIN of your"), 1, "asked for once")
        countersign("unlock", "alice")
        keys.plug(words=PINNED)
        result = login("1", "1")
        expect_match("accepts no PIN here any more", result.text, "with three tries left")
        expect_equal(wrong_pins(keys), 3, "PINs sent to the key")
        countersign("unlock", "alice")
        keys.plug(words=PINNED.replace("pin-left=6", "pin-left=3"))
        expect_match("is blocked: too many wrong PINs", login("1", "1").text, "for good")


def test_a_pin_that_must_be_changed():
    keys = before(PINNED, u2f_verification="required", retry=1)
    with HelperSocket(keys), Broker():
        expect_equal(enroll("2468")[0], 0, "registering")
        keys.plug(words=PINNED + " pin-status=55")
        result = login("2468", "1", "1")
        expect_match("wants its PIN changed first", result.text, "said")
        expect_equal(result.text.count("PIN of your"), 1, "asked for once")


def test_required_of_a_key_that_cannot():
    keys = before("fido2 u2f=off")
    with HelperSocket(keys), Broker():
        expect_equal(countersign("enroll", "u2f", "alice").returncode, 0, "registering")
    write_config({"u2f_origins": "pam://127.0.0.1", "u2f_verification": "required", "retry": 0})
    with HelperSocket(keys), Broker():
        result = login("1")
        expect(result.code != "PAM_SUCCESS", "let in without verification")
        expect_match("has no PIN and no fingerprint", result.text, "said")
        keys.pull()
        keys.plug(1, words="fido2 u2f=off")
        result = countersign("enroll", "u2f", "alice", check=False)
        expect_equal(result.returncode, 1, "registering another such key")
        expect_match("a PIN or a fingerprint is demanded.*then register again", result.stderr, "why")


def test_a_touch_is_asked_for_only_when_it_is_awaited():
    """Not before the PIN, nor after a wrong one: the prompt says that the touch comes next."""
    with HelperSocket(before(PINNED)), Broker():
        status, shown = enroll("1357", "2468")
        expect(status == 0 and "That PIN is wrong" in shown and "Touch the security key" not in shown, f"with a PIN: {shown}")
        expect_match("^This key must verify at each login: by its PIN or a fingerprint", shown.replace("\r", ""), "from now on")
    with HelperSocket(before("fido2 u2f=off")), Broker():
        result = countersign("enroll", "u2f", "alice")
        expect_equal(result.stderr.splitlines(), ["Touch the security key to register it."], "without")
        expect("must verify" not in result.stdout, f"without: {result.stdout}")


def test_a_pin_needs_a_terminal():
    keys = before(PINNED)
    with HelperSocket(keys), Broker():
        result = countersign("enroll", "u2f", "alice", check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), "without one")
        expect_match("can be typed at a terminal only", result.stderr, "why")


def test_the_helper_ends_when_the_login_hangs_up():
    """While the key waits for its touch, and after the PIN."""
    for words, pins in (("fido2 u2f=off touch=never", []), ("fido2 u2f=off pin=2468 make-without-pin touch=never", ["2468"])):
        ready = words.replace(" touch=never", "")
        keys = before(ready, u2f_verification="preferred" if pins else "discouraged")
        with HelperSocket(keys) as helpers, Broker():
            expect_equal(enroll(*pins)[0], 0, "registering")
            keys.plug(words=words)
            known = len(helpers.processes)
            session = PamSession("alice")
            for pin in pins:
                session.prompt()
                session.answer(pin)
            wait_until(lambda: len(helpers.processes) == known + 2, "after the look, the helper that asks for the touch")
            expect_equal(helpers.processes[-1].poll(), None, "it waits")
            session.kill()
            expect_equal(helpers.processes[-1].wait(PATIENCE), 0, "its end")


def test_preferred():
    keys = before("fido2 u2f=off pin=2468 make-without-pin", u2f_verification="preferred")
    with HelperSocket(keys), Broker():
        expect_equal(enroll("2468")[0], 0, "registering")
        expect_equal(login("2468").code, "PAM_SUCCESS", "with the PIN")
    keys = before("fido2 u2f=off", u2f_verification="preferred")
    with HelperSocket(keys), Broker():
        expect_equal(countersign("enroll", "u2f", "alice").returncode, 0, "registering a key without")
        result = login()
        expect_equal((result.code, texts(result)), ("PAM_SUCCESS", []), "a key without")


main()
