# SPDX-License-Identifier: Apache-2.0
"""countersign-u2f-host and keys that speak FIDO2: U2F off, PINs, several keys."""
import os
import signal
import time

from countersign import *

UNKNOWN = 255  # tries left


def ask(keys, purpose, handles=(), **arguments):
    """Result and data of one request; the helper must exit with status 0 and leave the PIN out of its log."""
    helper = Helper(keys)
    helper.send(purpose, handles, **arguments)
    answer = helper.answer()
    status, log = helper.end()
    expect_equal(status, 0, f"the helper's end: {log}")
    expect(not arguments.get("pin") or arguments["pin"] not in log, f"the PIN is in the log: {log}")
    return answer


def plugged(words="fido2 u2f=off"):
    keys = Keys(HELPER_USER)
    keys.plug(words=words)
    (keys.folder / "key0.pin").write_text("0\n")
    os.chown(keys.folder / "key0.pin", keys.account.pw_uid, keys.account.pw_gid)
    return keys


def register(keys, **arguments):
    result, data = ask(keys, REGISTER, fido2=1, **arguments)
    expect_equal(result, OK, "registering")
    return data


def test_a_key_without_u2f_registers_and_signs():
    for words in ("fido2 u2f=off", "fido2=2.0 u2f=off", "fido2 u2f=off alg=eddsa", "fido2 u2f=off handle=255",
                  "fido2 u2f=off attest=self", "fido2 u2f=off attest=none", "fido2 u2f=off touch=5", "fido2 u2f=off patience=3 touch=9"):
        keys = plugged(words.replace("patience=3 touch=9", ""))
        data = register(keys)
        expect_equal(data[0], 2, "the form")
        handle, key = registered(data)
        expect_equal(len(key), 32 if "eddsa" in words else 65, f"the public key of {words}")
        keys.plug(words=words)
        if "patience" in words:
            result, _ = ask(keys, AUTHENTICATE, [handle], milliseconds=1500)
            expect_equal(result, NOT_TOUCHED, "a key that gives up before the touch is asked again until the end")
            continue
        result, data = ask(keys, AUTHENTICATE, [bytes(64), handle])
        expect_equal((result, data[0], data[1]), (OK, 1, 1), f"the second handle signs, touched: {words}")
        expect(len(data[6:]) == 64 if "eddsa" in words else 68 <= len(data[6:]) <= 72, f"a signature of {len(data[6:])} bytes")


def test_a_handle_serves_both_protocols():
    keys = plugged("fido2")
    expect_equal(register(keys)[0], 2, "FIDO2 where the key can")
    result, data = ask(keys, REGISTER)
    expect_equal((result, data[0]), (OK, 1), "U2F where that is asked for")
    for words in ("fido2", ""):
        keys.plug(words=words)
        expect_equal(ask(keys, AUTHENTICATE, [registered_handle(data)])[0], OK, f"U2F's handle with {words!r}")
    keys.plug(words="")
    expect_equal(register(keys)[0], 1, "U2F for a key that knows nothing else")


def test_errors_by_name():
    keys = plugged()
    handle = registered_handle(register(keys))
    expect_equal(ask(keys, REGISTER, [handle], fido2=1)[0], REFUSED, "registered already")
    expect_equal(ask(keys, REGISTER)[0], NO_U2F, "a request for U2F only")
    expect_equal(ask(keys, AUTHENTICATE, [bytes(64)])[0], REFUSED, "an unknown handle")
    expect_equal(ask(keys, AUTHENTICATE, [handle], app="pam://other")[0], REFUSED, "another application")
    expect_equal(ask(keys, AUTHENTICATE, [handle], milliseconds=0)[0], NOT_TOUCHED, "a look at the key")
    keys.plug(words="fido2 u2f=off touch=never")
    expect_equal(ask(keys, AUTHENTICATE, [handle], milliseconds=300)[0], NOT_TOUCHED, "no touch")
    for number in (2, 3):
        keys.plug(words=f"fido2 u2f=off pull={number}")
        expect_equal(ask(keys, AUTHENTICATE, [handle])[0], FAILED, f"pulled out at command {number}")
    keys.pull()
    keys.plug(1, words="fido2 u2f=off")
    expect_equal(ask(keys, AUTHENTICATE, [handle])[0], REFUSED, "another key")


def test_keys_that_take_one_handle_at_a_time():
    keys = plugged("fido2 u2f=off list=1")
    handle = registered_handle(register(keys))
    others = [bytes([number]) * 64 for number in range(7)]
    result, data = ask(keys, AUTHENTICATE, [*others, handle])
    expect_equal((result, data[0]), (OK, 7), "the last of eight")
    expect_equal(ask(keys, REGISTER, [*others, handle], fido2=1)[0], REFUSED, "registered already")
    expect_equal(ask(keys, REGISTER, others, fido2=1)[0], OK, "registered elsewhere only")


def test_a_pin_where_it_is_wanted():
    keys = plugged("fido2 u2f=off pin=1234 make-without-pin")
    handle = registered_handle(register(keys))
    result, data = ask(keys, AUTHENTICATE, [handle])
    expect_equal((result, data[1]), (OK, 1), "no PIN unless it is wanted")
    for wish in ({"verification": PREFERRED}, {"verification": REQUIRED}, {"must_verify": 1}):
        for milliseconds in (0, PATIENCE * 1000):
            expect_equal(ask(keys, AUTHENTICATE, [handle], milliseconds=milliseconds, **wish), (PIN_NEEDED, bytes([UNKNOWN])),
                         f"{wish} in {milliseconds} ms")
        result, data = ask(keys, AUTHENTICATE, [handle], pin="1234", **wish)
        expect_equal((result, data[1]), (OK, 5), f"verified: {wish}")
    result, data = ask(keys, REGISTER, fido2=1, verification=REQUIRED, pin="1234")
    expect_equal((result, data[35]), (OK, 0x45), "registered with verification")


def test_a_key_that_insists_on_its_pin():
    for words in ("fido2 u2f=off pin=1234", "fido2 u2f=off pin=1234 always-uv", "fido2=2.0 u2f=off pin=1234"):
        keys = plugged(words)
        expect_equal(ask(keys, REGISTER, fido2=1), (PIN_NEEDED, bytes([UNKNOWN])), f"registering with {words}")
        handle = registered_handle(register(keys, pin="1234"))
        insists = "always-uv" in words
        result, data = ask(keys, AUTHENTICATE, [handle])
        expect_equal(result, PIN_NEEDED if insists else OK, f"signing with {words}")
        result, data = ask(keys, AUTHENTICATE, [handle], pin="1234")
        expect_equal((result, data[1]), (OK, 5 if insists else 1), f"with the PIN: {words}")
        expect_equal(ask(keys, AUTHENTICATE, [bytes(64)], pin="1234")[0], REFUSED, "not its handle")


def test_wrong_pins():
    words = "fido2 u2f=off pin=1234 pin-left=7"
    keys = plugged(words)
    handle = registered_handle(register(keys, pin="1234"))

    def sign(pin, milliseconds=PATIENCE * 1000):
        return ask(keys, AUTHENTICATE, [handle], verification=REQUIRED, pin=pin, milliseconds=milliseconds)

    expect_equal(sign("4321"), (PIN_WRONG, b"\6"), "the first wrong one")
    for never in ("123", "12"):
        expect_equal(sign(never), (PIN_WRONG, b"\6"), "what cannot be a PIN costs no try")
    expect_equal(sign("1234")[0], OK, "the right one")
    for left in (6, 5, 4):
        expect_equal(sign("4321"), (PIN_WRONG, bytes([left])), "wrong, also the third in succession")
    expect_equal(sign("1234")[0], PIN_RESTS, "until it was pulled out")
    keys.plug(words=words)
    expect_equal(sign("4321"), (PIN_WRONG, b"\3"), "the last that is sent")
    for milliseconds in (0, PATIENCE * 1000):
        for pin in ("", "1234", "4321"):
            expect_equal(sign(pin, milliseconds)[0], PIN_KEPT, "the owner's")
    keys.plug(words=words.replace("pin-left=7", "pin-left=4"))
    for milliseconds in (0, PATIENCE * 1000):
        expect_equal(sign("1234", milliseconds)[0], PIN_BLOCKED, "for good")


def test_a_pin_that_the_key_does_not_take():
    """Each is sent once."""
    for status, result in ((0x37, PIN_STALE), (0x33, FAILED), (0x38, FAILED), (0x40, FAILED)):
        keys = plugged("fido2 u2f=off pin=1234 make-without-pin")
        handle = registered_handle(register(keys))
        keys.plug(words=f"fido2 u2f=off pin=1234 pin-status={status}")
        for purpose, handles in ((AUTHENTICATE, [handle]), (REGISTER, [])):
            begin = time.monotonic()
            expect_equal(ask(keys, purpose, handles, verification=REQUIRED, fido2=purpose == REGISTER, wait=1, pin="1234")[0],
                         result, f"status {status:#x}")
            expect(time.monotonic() - begin < PATIENCE / 2, "it went on")


def test_a_key_that_cannot_verify():
    for words in ("fido2 u2f=off", "fido2", ""):
        keys = plugged(words)
        handle = registered_handle(register(keys))
        expect_equal(ask(keys, AUTHENTICATE, [handle], verification=PREFERRED)[0], OK, f"preferred: {words!r}")
        for wish in ({"verification": REQUIRED}, {"must_verify": 1}):
            expect_equal(ask(keys, AUTHENTICATE, [handle], **wish)[0], CANNOT_VERIFY, f"{wish}: {words!r}")
        expect_equal(ask(keys, REGISTER, fido2=1, verification=REQUIRED)[0], CANNOT_VERIFY, f"registering {words!r}")
    keys = plugged("fido2 u2f=off pin=1234 make-without-pin")
    handle = registered_handle(register(keys))
    keys.plug(1, words="")
    other = registered_handle(ask(keys, REGISTER, [handle], milliseconds=PATIENCE * 1000)[1])
    result, data = ask(keys, AUTHENTICATE, [other, handle], verification=REQUIRED, pin="1234")
    expect_equal((result, data[0], data[1]), (OK, 1, 5), "the one of two that can")


def test_a_finger_comes_before_a_pin():
    keys = plugged("fido2 u2f=off uv pin=1234")
    handle = registered_handle(register(keys, verification=REQUIRED))
    result, data = ask(keys, AUTHENTICATE, [handle], verification=REQUIRED)
    expect_equal((result, data[1]), (OK, 5), "verified by itself")
    keys.plug(words="fido2 u2f=off uv always-uv")
    result, data = ask(keys, AUTHENTICATE, [handle])
    expect_equal((result, data[1]), (OK, 5), "because it insists")


def test_one_of_several_keys_is_chosen_by_a_touch():
    keys, handles = plugged(), []
    for number in range(8):
        if number > 0:
            keys.plug(number, words="fido2 u2f=off" if number % 2 else "")
        handles.append(registered_handle(ask(keys, REGISTER, handles, fido2=1)[1]))
    for touched in (0, 3, 4, 7):
        for number in range(8):
            protocol = "fido2 u2f=off" if number % 2 or number == 0 else ""
            keys.plug(number, words=protocol + (" touch=2" if number == touched else " touch=never"))
        result, data = ask(keys, AUTHENTICATE, handles)
        expect_equal((result, data[0]), (OK, touched), "which one signed")
    keys.plug(7, words="fido2 u2f=off touch=never")
    expect_equal(ask(keys, AUTHENTICATE, handles, milliseconds=300)[0], NOT_TOUCHED, "none")


def test_a_cancel_ends_the_wait_for_a_touch():
    keys = plugged()
    handle = registered_handle(register(keys))
    keys.plug(words="fido2 u2f=off touch=never")
    helper = Helper(keys)
    helper.send(AUTHENTICATE, [handle])
    begin = time.monotonic()
    status, log = helper.end()
    expect_equal(status, 0, "the helper's end")
    expect(time.monotonic() - begin < PATIENCE / 2, "the helper went on waiting")
    expect_match("nobody is waiting", log, "the log")


def test_pulled_out_while_it_waits():
    keys = plugged()
    handle = registered_handle(register(keys))
    keys.plug(words="fido2 u2f=off touch=never")
    helper = Helper(keys)
    helper.send(AUTHENTICATE, [handle])
    keys.pull()
    answer = helper.answer()[0]
    expect(answer in (NO_KEY, FAILED), f"the answer: {answer}")
    helper.end()


def test_a_hostile_key_stays_inside():
    if SANITIZE:
        raise Skip("sanitizers need system calls that the filter denies")
    keys = plugged("fido2 u2f=off escape")
    expect_equal(ask(keys, AUTHENTICATE, [bytes(64)])[0], REFUSED, "the helper goes on")
    tried = dict(word.split("=") for word in keys.counter().split())
    for name, wanted in (("socket", "EPERM"), ("code", "EPERM"), ("setuid", "EPERM"), ("hidraw", "ENOTTY")):
        expect_equal(tried[name], wanted, f"what the key could do: {name}")
    keys.plug(words="fido2 u2f=off escape=exec")
    helper = Helper(keys)
    helper.send(REGISTER, fido2=1)
    expect_equal(helper.answer(), None, "an answer after starting a program")
    expect_equal(helper.end()[0], -signal.SIGSYS, "the end")


def test_oversized_answers():
    keys = plugged()
    handle = registered_handle(register(keys))
    for size in (1, 63, 1024, 2000, 2048, 4096, 7609):
        keys.plug(words=f"fido2 u2f=off size={size}")
        result = ask(keys, AUTHENTICATE, [handle], milliseconds=2000)[0]
        # libfido2 reads at most 2048 bytes, and not what follows the answer in them.
        expect(result in ((OK, FAILED) if 1024 <= size <= 2048 else (NO_KEY, FAILED)), f"{result} after {size} bytes")


main()
