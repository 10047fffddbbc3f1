# SPDX-License-Identifier: Apache-2.0
"""Devices that count (RFC 4226): enrolled, at the prompt, brought back by two codes in a row, and wherever the tool
tells of factors. The codes are oathtool's."""
import base64
import csv
import io
import json
import pathlib

import pexpect

from countersign import *

PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
RFC = base64.b32encode(b"12345678901234567890").decode()  # the secret of RFC 4226, appendix D
CODES = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
BACKUP = pathlib.Path("/root/counters")


def oathtool(secret_text, counter, digits=6):
    """A code by somebody else's program."""
    found = run("oathtool", "--hotp", "--base32", f"--digits={digits}", f"--counter={counter}", secret_text).stdout.strip()
    return secret(found, "a code of oathtool")


def logs_in(user, *codes):
    return pam_login(user, list(codes), env=PROVEN).code == "PAM_SUCCESS"


def anew(user="alice", **parameters):
    """A device in place of everything that the user had."""
    forget_factors(user)
    countersign("unlock", user)
    return enroll_hotp(user, **parameters)


def refused(*words, input=None, pattern=""):
    result = countersign(*words, check=False, input=input)
    expect(result.returncode != 0, f"{words}: done")
    expect_match(pattern, result.stderr, f"{words}: why")


# ---- enrolling ----

def test_enrolled_at_a_terminal():
    stack("retry=0", "standalone")
    child = pexpect.spawn(COUNTERSIGN, ["enroll", "hotp", "alice", "--counter", "7", "--digits", "8"], timeout=PATIENCE,
                          encoding="utf-8", dimensions=(60, 200))
    child.expect(r"or type the secret: ([A-Z2-7 ]+)\r\n")
    text = secret(child.match[1].replace(" ", ""), "the HOTP secret of alice")
    child.expect(r"or open: (otpauth://hotp/\S+)\r\n")
    expect_match(f"[?]secret={text}&issuer=[^&]+&algorithm=SHA1&digits=8&counter=7$", child.match[1], "the URI")
    child.expect("Verification code from the device: $")
    child.sendline(oathtool(text, 6, 8))
    child.expect("That code is not right")
    child.expect("Verification code from the device: $")
    expect_equal(listing("alice")["factors"], [], "before it is confirmed")
    child.sendline(oathtool(text, 8, 8))
    child.expect(r"alice now has factor (\d+)\.")
    child.expect(pexpect.EOF)
    for code in child.before.split()[-10:]:
        secret(code, "a recovery code")
    factor, = listing("alice")["factors"]
    expect_equal((factor["kind"], factor["digits"], factor["counter"], factor["last_used"]), ("hotp", 8, 9, None), "factor")
    for counter in 7, 8:
        expect(not logs_in("alice", oathtool(text, counter, 8)), f"the code of {counter}, used up")
    expect(logs_in("alice", oathtool(text, 9, 8)), "the next code")


def test_enrolled_with_a_secret():
    anew(secret_text=RFC)
    for code in CODES:
        expect(logs_in("alice", code), f"the code {code} of RFC 4226")
    expect(not logs_in("alice", CODES[-1]), "the last code again")
    expect_equal(listing("alice")["factors"][0]["counter"], 10, "the next counter")
    for algorithm, size in (("sha256", 32), ("sha512", 64)):
        text = base64.b32encode(bytes(range(size))).decode().rstrip("=")
        device = anew(secret_text=text, algorithm=algorithm, digits=7, counter=2 ** 40)
        expect_match(f"^otpauth://hotp/.*algorithm={algorithm.upper()}&digits=7&counter={2 ** 40}$", device.uri, "URI")
        expect(logs_in("alice", device.press()), algorithm)


def test_what_is_refused():
    anew(secret_text=RFC)
    enrolling = ["enroll", "hotp", "alice", "--no-confirm", "--secret", "-"]
    refused(*enrolling, input=RFC, pattern="alice has a TOTP or HOTP factor already .*--add")
    for verb in "hotp", "totp":
        refused("enroll", verb, "alice", "--add", "--no-confirm", "--secret", "-", input=RFC,
                pattern="alice has this secret already, as factor")
    forget_factors("alice")
    for counter in "-1", "1x", "", "9007199254740992", "99999999999999999999":
        refused(*enrolling, f"--counter={counter}", input=RFC, pattern="--counter .*0 to 9007199254740991 expected")
    refused(*enrolling, input="GEZDGNBVGY3TQOJQ", pattern="the secret has 10 bytes; 16 to 128")
    refused("enroll", "hotp", "alice", "--period", "30", pattern="--period")
    refused("enroll", "hotp", "alice", "--json", pattern="--json asks no questions")
    expect_equal(listing("alice")["factors"], [], "factors")


# ---- logging in ----

def test_the_look_ahead_and_two_in_a_row():
    stack("retry=0", "require_broker")
    device = anew()
    with Broker() as broker:
        expect(logs_in("alice", device.code(9)), "the tenth from here on")
        device.counter += 10
        expect(not logs_in("alice", device.code(10)), "the eleventh")
        expect(logs_in("alice", device.code()), "the next one")
        device.counter += 1
        expect(not logs_in("alice", device.code(60)), "the first of two")
        expect(logs_in("alice", device.code(61)), "the second of two")
        device.counter += 62
        expect(not logs_in("alice", device.code(60)), "another first")
        expect(not logs_in("alice", device.wrong()), "a wrong code between")
        expect(not logs_in("alice", device.code(61)), "a second that comes too late")
        expect(logs_in("alice", device.code(62)), "which was a first, too")
        device.counter += 63
        words = [(line["verdict"], line["reason"]) for line in audits(broker.log())]
    expect_equal(words, [("allow", "hotp"), ("max-tries", "counter-ahead"), ("allow", "hotp"), ("max-tries", "counter-ahead"),
                         ("allow", "hotp"), ("max-tries", "counter-ahead"), ("max-tries", "wrong-code"),
                         ("max-tries", "counter-ahead"), ("allow", "hotp")], "log")
    stack("retry=1", "standalone")
    login = pam_login("alice", [device.code(40), device.code(41)], env=PROVEN)
    expect_equal(login.code, "PAM_SUCCESS", "two in a row in one login")
    wrong = pam_login("alice", [device.wrong(), device.wrong()], env=PROVEN)
    expect_equal(login.prompts, wrong.prompts, "what is asked after a first of two, and after a wrong code")


def test_settings_of_a_login():
    device = anew()
    stack("retry=0", "standalone", "hotp_window=1", "hotp_resync=0")
    expect(not logs_in("alice", device.code(1)), "beyond a window of one")
    expect(not logs_in("alice", device.code(2)), "and the one after it")
    expect(logs_in("alice", device.press()), "the next")
    stack("retry=0", "standalone", "hotp_window=20")
    expect(logs_in("alice", device.code(19)), "a wider window")
    for bad in "hotp_window=0", "hotp_window=101", "hotp_resync=1001":
        stack("retry=0", "standalone", bad)
        expect(not logs_in("alice", device.code(20)), bad)
    stack("retry=0", "standalone")


def test_one_prompt_for_an_app_and_two_devices():
    one = anew()
    two, app = enroll_hotp("alice", digits=8), enroll("alice")
    for code in (two.press(), app.code(), one.press(), two.press(), one.recovery_codes[0]):
        expect(pam_login("alice", [code, ""], env=PROVEN).code == "PAM_SUCCESS", "one of all that alice has")
    expect(not logs_in("alice", app.code()), "the app's, again")


# ---- the tool ----

def test_lists_and_reports():
    device = anew(counter=5)
    enroll("alice")
    expect(logs_in("alice", device.press()), "a login")
    said = countersign("list", "alice").stdout
    expect_match(r"(?m)^ *\d+ +hotp +sha1, 6 digits, counter 6 ", said, "list")
    factor = listing("alice")["factors"][0]
    expect_equal((factor["kind"], factor["counter"], "period" in factor), ("hotp", 6, False), "list --json")
    expect(factor["last_used"] is not None, "last use")
    row = next(row for row in json.loads(countersign("list", "--json").stdout) if row["user"] == "alice")
    expect_equal((row["totp"], row["hotp"]), (1, 1), "all users")
    expect_match("(?m)^alice +1 totp, 1 hotp ", countersign("list").stdout, "all users")
    rows = csv.DictReader(io.StringIO(countersign("report", "--csv").stdout, newline=""))
    row = next(row for row in rows if row["user"] == "alice")
    expect_equal((row["totp"], row["hotp"]), ("1", "1"), "report --csv")


def test_another_name_another_key_and_a_backup():
    device = anew()
    expect(logs_in("alice", device.press()), "a login")
    countersign("rekey")
    expect(logs_in("alice", device.press()), "after rekey")
    forget_factors("bob")
    countersign("--no-account", "forget", "bob")
    moved = json.loads(countersign("--json", "rename", "alice", "bob").stdout)["moved"]
    expect_equal(moved["hotp"], 1, "moved")
    expect(logs_in("bob", device.press()), "under another name")
    countersign("backup", BACKUP)
    spent = device.press()
    expect(logs_in("bob", spent), "after the backup")
    said = countersign("restore", BACKUP, "--keep-codes").stdout
    expect("HOTP" not in said, f"nothing is unknown: {said}")
    expect(not logs_in("bob", spent), "spent in the store of before")
    said = countersign("after-restore", "--keep-codes").stdout
    expect_match("(?m)^HOTP factors whose codes since the backup are good again until their users have logged in: 1$", said,
                 "a store put back by other means")
    removed = json.loads(countersign("--json", "forget", "bob").stdout)["removed"]
    expect_equal(removed["hotp"], 1, "removed")


main()
