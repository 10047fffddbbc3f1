# SPDX-License-Identifier: Apache-2.0
"""Debian's plink with countersign-touch as its plugin and FIDO2 keys, through a real sshd: PINs, verification that the
server demands, and rounds. u2f.putty_fido2 has the messages, e2e.putty keys without a PIN."""
import re

from countersign import *
from countersign.putty import plink
from countersign.relay import touch

KEY_LOGIN = "auth required pam_countersign.so auth_method=u2f"
ALICE = "alice@127.0.0.1"
COMMAND = "echo logged in as $(id -un)"
HOST = ("--host", "127.0.0.1")
PIN = "13572468"
KEY = f"fido2 u2f=off pin={PIN}"
ASKS_PIN = "PIN of your security key, for 127.0.0.1"
ENTER = "Then press Enter: "


def before(words=f"{KEY} make-without-pin", **settings):
    """The keys: alice has one."""
    for program in ("plink", "puttygen"):
        need(program)
    write_config({"u2f_app_id": "pam://server.example", "u2f_origins": "pam://127.0.0.1", **settings})
    forget_factors("alice")
    countersign("unlock", "alice")
    keys = Keys()
    keys.plug(words=words)
    register(keys, "--verification", "discouraged")
    return keys


def register(keys, *words):
    line = countersign("enroll", "u2f", "alice", "--request", *words).stdout
    countersign("enroll", "u2f", "alice", "--response", input=touch(keys, *HOST, "--register", input=line).stdout)


def batch(sshd, keys, *words):
    """A login by plink that types nothing."""
    return run(*plink(sshd, "alice", "-batch", *words, keys=keys), ALICE, COMMAND, check=False)


def expect_let_in(result):
    expect_equal((result.returncode, result.stdout), (0, "logged in as alice\n"), f"the login: {result.stderr}")


def wrong_pins(keys):
    """How many wrong PINs in a row the key has got."""
    return int((keys.folder / "key0.pin").read_text().split()[0])


class Login:
    """A login by plink at a terminal."""

    def __init__(self, sshd, keys, *words):
        import pexpect

        command = [*plink(sshd, "alice", "-no-antispoof", *words, keys=keys), ALICE, COMMAND]
        self.child = pexpect.spawn(command[0], command[1:], dimensions=(24, 200), timeout=PATIENCE, encoding="utf-8")
        self.shown = ""

    def expect(self, text):
        # plink breaks lines at 80 columns.
        self.child.expect(r"(?:\r*\n> )?".join(map(re.escape, text)))
        self.shown += self.child.before + self.child.after
        return self

    def pin(self, pin):
        self.expect(ASKS_PIN).child.sendline(pin)
        self.expect(ENTER).child.sendline("")
        return self

    def end(self):
        import pexpect

        self.child.expect(pexpect.EOF)
        self.shown += self.child.before
        self.child.close()
        return self

    def expect_let_in(self):
        self.end()
        expect_equal(self.child.exitstatus, 0, f"status after {self.shown!r}")
        expect("logged in as alice" in self.shown, f"not let in: {self.shown!r}")


def test_the_pin_is_typed_in_plink():
    """Where the server demands verification, and a wrong one first."""
    keys = before(u2f_verification="required")
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        login = Login(sshd, keys).pin(PIN)
        login.expect_let_in()
        broker.wait_log("verdict=allow .*reason=u2f")
        expect_equal(wrong_pins(keys), 0, "wrong PINs")
        expect(PIN not in login.shown, f"the PIN was shown: {login.shown!r}")
        login = Login(sshd, keys).pin("9999").expect("That PIN is wrong. Tries left before the key blocks itself: ").pin(PIN)
        login.expect_let_in()
        expect("9999" not in login.shown, f"the wrong PIN was shown: {login.shown!r}")
        expect(PIN not in broker.log() and "9999" not in broker.log(), "a PIN in the broker's log")


def test_a_counter_that_went_back_is_refused():
    keys = before("fido2 u2f=off", retry=0)
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        expect_let_in(batch(sshd, keys))
        keys.plug(words="fido2 u2f=off counter=1")
        result = batch(sshd, keys)
        expect(result.returncode != 0 and "logged in" not in result.stdout, f"let in: {result.stdout}{result.stderr}")
        broker.wait_log("reason=counter-went-back")


def test_without_the_pin_a_recovery_code_is_typed():
    import json

    keys = before(u2f_verification="required")
    codes = json.loads(countersign("recovery", "alice", "--json").stdout)["recovery_codes"]
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        login = Login(sshd, keys).pin("").expect("no PIN was given").expect("Answer yourself").expect(" : ")
        login.child.sendline(codes[0])
        login.expect("Press Enter").child.sendline("")
        login.expect_let_in()
        broker.wait_log("verdict=allow .*reason=recovery")
        expect_equal(wrong_pins(keys), 0, "wrong PINs")


def test_a_password_given_to_plink_is_no_pin():
    """plink answers a question that has one prompt and no echo with what -pw says."""
    keys = before(u2f_verification="required")
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        result = batch(sshd, keys, "-pw", "the account's password")
        expect(result.returncode != 0 and "logged in" not in result.stdout, f"let in: {result.stdout}")
        expect_equal(wrong_pins(keys), 0, "PINs that the key got")
        expect("That PIN is wrong" not in result.stderr, f"a PIN was tried: {result.stderr}")
        login = Login(sshd, keys, "-pw", "the account's password").pin(PIN)
        login.expect_let_in()
        expect_equal(wrong_pins(keys), 0, "PINs that the key got")
        broker.wait_log("verdict=allow .*reason=u2f")


def test_a_key_that_verifies_by_itself_needs_no_typing():
    keys = before("fido2 u2f=off uv", u2f_verification="required")
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        expect_let_in(batch(sshd, keys))
        broker.wait_log("verdict=allow .*reason=u2f")


def test_verification_that_the_key_cannot_give():
    keys = before("fido2 u2f=off")
    write_config({"u2f_app_id": "pam://server.example", "u2f_origins": "pam://127.0.0.1", "u2f_verification": "required"})
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        result = batch(sshd, keys)
        expect(result.returncode != 0 and "logged in" not in result.stdout, f"let in: {result.stdout}")
        expect_match("a PIN or a fingerprint is demanded", result.stderr, "why")


def test_rounds_with_a_pin():
    """The key is named in the last of several; only then the person hears of it, once."""
    keys = before(f"{KEY} make-without-pin handle=100", u2f_verification="required", u2f_prompt_bytes=300)
    for number in (1, 2):
        keys.pull(number - 1)
        keys.plug(number, f"{KEY} make-without-pin handle=100")
        register(keys, "--verification", "discouraged")
    run("sqlite3", STORE, "UPDATE factor SET created = created - 60 * (10 - rowid)")
    keys.pull(2)
    keys.plug(0, f"{KEY} handle=100")
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        login = Login(sshd, keys).pin(PIN)
        login.expect_let_in()
        expect_equal(len(re.findall("to log in to 127.0.0.1", login.shown)), 1, f"notices: {login.shown}")
        broker.wait_log("verdict=allow .*reason=u2f")


main()
