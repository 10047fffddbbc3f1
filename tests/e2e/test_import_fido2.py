# SPDX-License-Identifier: Apache-2.0
"""countersign import pam-u2f: credentials that pam_u2f's own pamu2fcfg made log in through ssh, by keys whose U2F is off."""
import base64
import json
import shutil

import pexpect
from countersign import *

PAMU2FCFG = shutil.which("pamu2fcfg")
HOST = "pam://127.0.0.1"
ORIGIN = "pam://Lab.example"
PIN = "135790"
KEY = "fido2 u2f=off make-without-pin"


def before(words):
    if PAMU2FCFG is None:
        raise Skip("pamu2fcfg is not installed")
    write_config({"u2f_app_id": ORIGIN, "u2f_origins": HOST})
    forget_factors("alice")
    countersign("unlock", "alice")
    keys = Keys()
    keys.plug(0, words)
    return keys


def pamu2fcfg(keys, *words, origin=ORIGIN):
    """The line that it prints for alice; for a PIN it asks the terminal."""
    child = pexpect.spawn(PAMU2FCFG, ["--username", "alice", "--origin", origin, *words], env=keys.environment(),
                          timeout=PATIENCE, encoding="utf-8")
    if child.expect(["PIN for [^:]*: ", pexpect.EOF]) == 0:
        child.sendline(PIN)
        child.expect(pexpect.EOF)
    child.close()
    expect_equal(child.exitstatus, 0, f"pamu2fcfg {words}: {child.before}")
    return child.before.split()[-1]


def imported(line, *words):
    return json.loads(countersign("import", "pam-u2f", "-", "--json", *words, input=line + "\n").stdout)


def key_of_alice():
    key, = [factor for factor in listing("alice")["factors"] if factor["kind"] == "u2f"]
    return key


def logs_in(keys, pin=None):
    """By ssh, with countersign-touch as its askpass and a program that knows the PIN, if there is one, behind it."""
    asked = WORKDIR / "askpass"
    asked.write_text(f"#!/bin/sh\n{f'echo {pin}' if pin else 'exit 1'}\n")
    asked.chmod(0o755)
    environment = {**keys.environment(), "SSH_ASKPASS": TOUCH, "SSH_ASKPASS_REQUIRE": "force",
                   "COUNTERSIGN_TOUCH_ASKPASS": str(asked)}
    with Broker(), Sshd(auth="auth required pam_countersign.so auth_method=u2f retry=0") as sshd:
        result = run(*sshd.ssh_command("alice"), env=environment, check=False)
    return result.stdout == "logged in as alice\n"


def knows_a_key(keys):
    """Whether the key that is plugged in answers a login's request."""
    with Broker(), Sshd(auth="auth required pam_countersign.so auth_method=u2f retry=0") as sshd:
        child = sshd.ssh_session("alice")
        child.expect(r"to this line: (U2F[12]\.[A-Za-z0-9_-]+)\s*:")
        line = re.sub(r"\s", "", child.match.group(1))
        child.close(force=True)
    answer = run(TOUCH, "--host", "127.0.0.1", "--timeout", "1", input=line + "\n", env=keys.environment(), check=False)
    return answer.returncode == 0


def test_a_credential_of_pamu2fcfg_logs_in():
    keys = before(KEY)
    line = pamu2fcfg(keys, "--appid", "pam://appid.example")
    expect_match(r"^alice:[^,*]+,[^,]+,es256,\+presence$", line, "pamu2fcfg's line")
    answer = imported(line)
    expect_equal((answer["imported"], answer["not_asked_for"], answer["without_presence"]), (1, 0, 0), "answer")
    expect(logs_in(keys), "refused")
    expect(key_of_alice()["counter"] is not None, "the counter was not kept")


def test_its_appid_is_not_what_the_key_answers_for():
    """What this program's manual once said to give; a key with that origin answers for nothing else."""
    keys = before(KEY)
    line = pamu2fcfg(keys, "--appid", "pam://appid.example")
    write_config({"u2f_app_id": "pam://appid.example", "u2f_origins": HOST})
    imported(line)
    expect(not knows_a_key(keys), "asked for another application, the key answers")
    write_config({"u2f_app_id": ORIGIN, "u2f_origins": HOST})
    imported(line)
    expect(knows_a_key(keys) and logs_in(keys), "refused for the origin")


def test_a_line_of_before_1_1_logs_in():
    """Two fields: the key was registered with U2F, for the appid. As pam_u2f does, it is asked in FIDO2 where it can."""
    appid = "https://keys.example/app-id.json"
    keys = before("fido2 make-without-pin")
    write_config({"u2f_app_id": appid, "u2f_origins": HOST})
    handle, point, *_ = pamu2fcfg(keys, origin=appid).removeprefix("alice:").split(",")
    line = f"alice:{encode(base64.b64decode(handle))},04{base64.b64decode(point).hex()}"
    answer = imported(line, "--origin", ORIGIN, "--app-id", appid)
    expect_equal((answer["imported"], answer["not_asked_for"]), (1, 0), "answer")
    expect_equal(key_of_alice()["app_id"], appid, "application")
    expect(logs_in(keys), "refused")
    keys.plug(0, KEY)
    expect(logs_in(keys), "refused with U2F off")


def test_a_credential_without_presence():
    keys = before(KEY)
    line = pamu2fcfg(keys, "--no-user-presence")
    expect_match(r",es256,$", line, "pamu2fcfg's line")
    expect_equal(imported(line)["without_presence"], 1, "counted")
    expect(logs_in(keys), "refused")


def test_a_credential_with_a_pin_needs_it():
    keys = before(f"{KEY} pin={PIN}")
    line = pamu2fcfg(keys, "--pin-verification")
    expect_match(r",es256,\+presence\+pin$", line, "pamu2fcfg's line")
    imported(line)
    expect(not logs_in(keys), "let in without the PIN")
    expect(logs_in(keys, PIN), "refused with the PIN")


def test_a_credential_with_verification_needs_it():
    """1.4 asks a key that verifies by itself; 1.1 writes the same for any key."""
    keys = before(f"{KEY} uv pin={PIN}")
    line = pamu2fcfg(keys, "--user-verification")
    expect_match(r",es256,\+presence\+verification$", line, "pamu2fcfg's line")
    imported(line)
    expect(logs_in(keys), "refused, though the key verifies")
    forget_factors("alice")
    imported(line)
    keys.plug(0, KEY)
    expect(not logs_in(keys), "let in by a key that no longer verifies")


def test_a_pin_that_was_only_asked_for_at_registration_is_not_needed():
    keys = before(f"fido2 u2f=off pin={PIN}")
    line = pamu2fcfg(keys)
    expect_match(r",es256,\+presence$", line, "pamu2fcfg's line")
    imported(line)
    expect(logs_in(keys), "refused without the PIN")


def fido2_cred(keys):
    """The line of an EdDSA credential, as pamu2fcfg 1.2 and later print it, by libfido2's own program."""
    asked = f"{base64.b64encode(bytes(32)).decode()}\n{ORIGIN}\nalice\n{base64.b64encode(b'alice').decode()}\n"
    made = run("fido2-cred", "-M", keys.folder / "key0", "eddsa", input=asked, env=keys.environment()).stdout.splitlines()
    point = base64.b64decode(made[3])[-32:]
    return f"alice:{made[4]},{base64.b64encode(point).decode()},eddsa,+presence"


def test_eddsa():
    keys = before(f"{KEY} alg=both")
    line = pamu2fcfg(keys, "--type", "eddsa") if "EDDSA" in run(PAMU2FCFG, "--help").stdout else fido2_cred(keys)
    expect_match(r"^alice:[^,*]+,[^,]+,eddsa,\+presence$", line, "the line")
    imported(line)
    expect(logs_in(keys), "refused")


def test_long_handles():
    for length in (128, 255):
        keys = before(f"{KEY} handle={length}")
        imported(pamu2fcfg(keys))
        expect(logs_in(keys), f"refused with a handle of {length} bytes")


def test_a_key_that_only_has_u2f():
    """Its line has four fields all the same, and the origin counts."""
    keys = before("")
    imported(pamu2fcfg(keys, "--appid", "pam://appid.example"))
    expect(logs_in(keys), "refused")


main()
