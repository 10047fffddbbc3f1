# SPDX-License-Identifier: Apache-2.0
"""countersign-touch and keys that speak FIDO2: U2F off, PINs asked for on this side."""
import os
import subprocess

from countersign import *

APP = "pam://server.example"
CHALLENGE = "a challenge"
HOST = ("--host", "server.example")
OUT = WORKDIR / "out"
PIN = "PIN of your security key, for server.example( .then touch it.)?: "


def relay(*words, input=None, check=True):
    """The server's side; its output's words."""
    return run(os.environ["CS_U2F_RELAY"], *words, input=input, check=check).stdout.split()


def touch(keys, *words, input=None, check=True):
    """Without a terminal."""
    return run("setsid", "--wait", TOUCH, *HOST, *words, input=input, check=check, env=keys.environment())


def plugged(words="fido2 u2f=off"):
    keys = Keys()
    keys.plug(words=words)
    return keys


class Enrolled:
    """A key that was enrolled by copy and paste."""

    def __init__(self, keys, *flags, answer=None):
        if answer is None:
            answer = touch(keys, "--register", input=relay("enrol", APP, CHALLENGE, "+fido2", *flags)[0] + "\n").stdout
        self.handle, self.public, self.model, self.flags, self.attestation = relay("enrolled", APP, CHALLENGE, APP, input=answer)

    def request(self, *flags):
        return relay("request", APP, CHALLENGE, "00" * 64, *flags, self.handle)[0]

    def verify(self, answer, *flags, origin=APP, check=True):
        return relay("verify", APP, CHALLENGE, origin, 2, self.public, *flags, input=answer, check=check)


class Terminal:
    """countersign-touch with a terminal; its output is in OUT."""

    def __init__(self, keys, line, *words):
        import pexpect

        self.child = pexpect.spawn("/bin/sh", ["-c", f'exec {TOUCH} "$@" >{OUT}', "sh", *HOST, *words, line],
                                   env=keys.environment(), timeout=PATIENCE, encoding="utf-8")
        self.asked = ""

    def give(self, *pins):
        for pin in pins:
            self.child.expect(PIN)
            self.asked += self.child.after
            self.child.sendline(pin)
        return self

    def end(self):
        """(exit status, output, the rest of what was shown)."""
        import pexpect

        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus, OUT.read_text(), self.child.before


def test_enrols_and_logs_in_by_hand():
    for words in ("fido2 u2f=off", "fido2=2.0 u2f=off", "fido2 u2f=off alg=eddsa", "fido2 u2f=off handle=255", "fido2 u2f=off list=1"):
        keys = plugged(words)
        key = Enrolled(keys)
        keys.plug(words=words + " touch=4")
        answer = touch(keys, input=key.request() + "\n").stdout
        expect(len(answer) <= 111, f"an answer of {len(answer)} characters")
        expect_equal(key.verify(answer)[0], "1", f"the handle that signed: {words}")
        expect_equal(key.flags, "41", "touched, not verified")


def test_attestation_only_if_asked_for():
    for words, wanted in (("attest=packed", "packed"), ("attest=self", "self"), ("attest=none", "none")):
        keys = plugged(f"fido2 u2f=off {words}")
        expect_equal(Enrolled(keys).attestation, "none", "not asked for")
        expect_equal(Enrolled(keys, "+attestation").attestation, wanted, f"asked for: {words}")


def test_the_origin_is_the_host_of_this_side():
    keys = plugged()
    key = Enrolled(keys)
    answer = touch(keys, "--host", "evil.example", input=key.request() + "\n").stdout
    expect_equal(key.verify(answer, check=False), [], "an answer for another host is worth nothing")
    expect_equal(key.verify(answer, origin="pam://evil.example")[0], "1", "it is for that host")


def test_wrong_keys_and_requests():
    keys = plugged()
    key = Enrolled(keys)
    keys.pull()
    keys.plug(1, words="fido2 u2f=off")
    result = touch(keys, "--timeout", "0", input=key.request() + "\n", check=False)
    expect_match("is not enrolled there\\.\\nPlug in another security key and touch it to log in to server.example\\n", result.stderr, "the notice")
    expect_match("that is plugged in is not enrolled$", result.stderr, "another key")
    result = touch(keys, "--register", input=relay("enrol", APP, CHALLENGE)[0] + "\n", check=False)
    expect_equal((result.returncode, result.stdout), (1, ""), "a request for U2F only")
    expect_match("has U2F switched off", result.stderr, "why")
    result = touch(keys, input=key.request("+verify") + "\n", check=False, *("--timeout", "0"))
    expect_match("is not enrolled", result.stderr, "another key where verification is demanded")


def test_a_pin_at_the_terminal():
    words = "fido2 u2f=off pin=1234 pin-left=6"
    keys = plugged(words)
    terminal = Terminal(keys, relay("enrol", APP, CHALLENGE, "+fido2")[0], "--register").give("1234")
    status, output, _ = terminal.end()
    expect_equal(status, 0, "enrolling with a PIN")
    key = Enrolled(keys, answer=output)
    expect_equal(key.flags, "45", "verified")
    status, output, shown = Terminal(keys, key.request("+verify")).give("1234").end()
    expect_equal((status, key.verify(output, "+verify")[0]), (0, "1"), "logging in")
    expect("1234" not in shown, f"the PIN was shown: {shown!r}")
    terminal = Terminal(keys, key.request("+required")).give("4321")
    terminal.child.expect("That PIN is wrong. Tries left before the key blocks itself: 5. ")
    status, output, _ = terminal.give("123", "1234").end()
    expect_equal((status, key.verify(output, "+verify")[0]), (0, "1"), "the third try")
    status, output, shown = Terminal(keys, key.request("+required")).give("").end()
    expect_equal((status, output), (1, ""), "no PIN")
    expect_match("no PIN was given", shown, "why")
    status, output, shown = Terminal(keys, key.request("+required")).give("4321", "4321", "4321").end()
    expect_match("takes no PIN until it is pulled out", shown, "after the third wrong one")
    keys.plug(words=words)
    status, output, shown = Terminal(keys, key.request("+required")).give("4321", "4321", "4321").end()
    expect_match("is blocked: its PIN was wrong too often", shown, "after the sixth")
    expect_equal((status, output), (1, ""), "status and output")


def test_the_touch_is_asked_for_once_and_after_the_pin():
    """To log in, to enrol where a PIN is demanded, and where it depends on the key."""
    words = "fido2 u2f=off pin=1234"
    keys = plugged(f"{words} make-without-pin")
    key = Enrolled(keys)
    log_in = "Type the PIN of your security key, then touch it to log in to server.example"
    enrol = "Type the PIN of your security key, then touch it to enrol it at server.example"
    maybe = "Type the PIN of your security key if it is asked for, then touch it to enrol it at server.example"
    line, verified = relay("enrol", APP, CHALLENGE, "+fido2")[0], relay("enrol", APP, CHALLENGE, "+fido2", "+required")[0]
    for more, line, options, notice, pins in (
            ("", key.request("+required"), (), log_in, ("1234",)), ("", verified, ("--register",), enrol, ("1234",)), ("", line, ("--register",), enrol, ("1234",)),
            ("make-without-pin", line, ("--register",), maybe, ())):
        keys.plug(words=f"{words} {more}")
        terminal = Terminal(keys, line, *options)
        terminal.child.expect_exact(notice)
        expect_equal(terminal.child.before, "", "what is said before")
        status, output, shown = terminal.give(*pins).end()
        expect_equal((status, "ouch" in shown), (0, False), f"after {notice!r}: {shown!r}")
        expect("ouch" not in terminal.asked, f"a touch in the question, too: {terminal.asked!r}")
    keys.plug(words="fido2 u2f=off uv pin=1234")
    result = touch(keys, "--register", input=verified + "\n")
    expect_equal(result.stderr, "Touch your security key to enrol it at server.example\n", "of a key with a fingerprint")
    keys.plug(words=words)
    result = touch(keys, "--register", input=relay("enrol", APP, CHALLENGE)[0] + "\n", check=False)
    expect("Type the PIN" not in result.stderr, f"a request of version 1 asks for no PIN: {result.stderr}")


def test_a_pin_that_would_only_be_better():
    keys = plugged("fido2 u2f=off pin=1234 make-without-pin")
    key = Enrolled(keys)
    answer = touch(keys, input=key.request("+preferred") + "\n").stdout
    expect_equal(key.verify(answer)[0], "1", "nobody can be asked: without")
    expect_equal(key.verify(answer, "+verify", check=False), [], "the server sees that")
    result = touch(keys, input=key.request("+required") + "\n", check=False)
    expect_equal((result.returncode, result.stdout), (1, ""), "where it is demanded")
    status, output, _ = Terminal(keys, key.request("+preferred")).give("1234").end()
    expect_equal((status, key.verify(output, "+verify")[0]), (0, "1"), "somebody can be asked")


def test_keys_that_insist_or_cannot():
    keys = plugged("fido2 u2f=off pin=1234 make-without-pin")
    key = Enrolled(keys)
    keys.plug(words="fido2 pin=1234 always-uv")
    terminal = Terminal(keys, key.request()).give("1234")
    expect("(then touch it)" in terminal.asked, "what comes after the PIN that the key alone insists on")
    status, output, _ = terminal.end()
    expect_equal((status, key.verify(output, "+verify")[0]), (0, "1"), "a key that always verifies")
    for words in ("fido2 u2f=off", "fido2", ""):
        keys.plug(words=words)
        result = touch(keys, input=key.request("+required") + "\n", check=False)
        expect_match("a PIN or a fingerprint is demanded", result.stderr, f"a key that cannot: {words!r}")


def test_ends_when_nobody_reads_the_answer():
    keys = plugged()
    key = Enrolled(keys)
    keys.plug(words="fido2 u2f=off touch=never")
    with subprocess.Popen(["setsid", "--wait", TOUCH, *HOST, "--timeout", "600", key.request()], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=keys.environment()) as process:
        expect_match("Touch your security key", process.stderr.readline(), "the notice")
        process.stdout.close()
        expect_equal(process.wait(PATIENCE), 1, "status")
        expect_match("nobody is waiting", process.stderr.read(), "why")


main()
