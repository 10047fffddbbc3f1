# SPDX-License-Identifier: Apache-2.0
"""`countersign doctor --user NAME` and the local store: factor, exemption, suspension, delay, another uid; and units
and the clock of a machine that runs."""
import json

from countersign import *

ADDRESS = "192.0.2.7"


def doctor(*words, command=()):
    answer = run(*command, "countersign", "--json", "doctor", *words, check=False)
    expect(answer.returncode in (0, 1), f"doctor: {answer.stderr}")
    return json.loads(answer.stdout)


def said(user="alice", *words):
    return [(item["severity"], item["id"]) for item in doctor("--user", user, *words) if item["id"].startswith("user-")]


def settings(**values):
    write_config(values)
    stack(service="sshd")
    forget_factors("alice")


# A user -------------------------------------------------------------------------------------------------------------


def test_a_user_with_a_factor_and_one_without():
    settings()
    expect_equal(said(), [("wrong", "user-no-factor")], "nothing")
    enroll("alice")
    expect_equal(said(), [("fine", "user-factor")], "a factor")
    write_config({"auth_method": "u2f"})
    expect_equal(said(), [("wrong", "user-no-factor")], "none of the kind that is asked for")


def test_a_user_who_needs_none():
    settings(accept_on_missing_auth_method=True)
    expect_equal(said(), [("risky", "user-no-factor")], "let in without one")
    settings(enrol_by="2999-01-31")
    countersign("forget", "alice", check=False)
    expect_equal(said(), [("risky", "user-no-factor")], "let in until a date")
    enroll("alice")
    settings(enrol_by="2999-01-31")
    expect_equal(said(), [("wrong", "user-no-factor")], "a factor was removed")
    countersign("forget", "alice")
    settings(enrol_by="2999-01-31", enrol_by_group="root")
    expect_equal(said(), [("wrong", "user-no-factor")], "not in the group")
    settings(enrol_by="2020-01-31")
    expect_equal(said(), [("wrong", "user-no-factor")], "the date has passed")
    settings()
    stack("exempt_group=alice", service="sshd")
    expect_equal(said(), [("fine", "user-exempt"), ("fine", "user-no-factor")], "exempt by sshd's line")


def test_a_password_that_the_plan_begins_with():
    settings(auth_method="password-then-totp")
    enroll("alice")
    expect_equal(said(), [("wrong", "user-no-password"), ("fine", "user-factor")], "without one")
    countersign("passwd", "alice", "--stdin", input="Correct-Horse-7\n")
    expect_equal(said(), [("fine", "user-factor")], "with one")


def test_a_suspended_user():
    settings()
    enroll("alice")
    countersign("suspend", "alice")
    expect_equal(said(), [("wrong", "user-suspended"), ("fine", "user-factor")], "suspended")
    countersign("resume", "alice")
    expect_equal(said(), [("fine", "user-factor")], "resumed")


def test_a_user_after_wrong_codes():
    settings(retry=0)
    stack("require_broker")
    person = enroll("alice")
    with Broker():
        for _ in range(4):
            pam_login("alice", [person.wrong()], rhost=ADDRESS)
    expect_equal(said(), [("risky", "user-delayed"), ("fine", "user-factor")], "from anywhere")
    expect_equal(said("alice", "--from", ADDRESS), [("risky", "user-delayed"), ("fine", "user-factor")], "from there")
    expect_equal(said("alice", "--from", "198.51.100.9"), [("fine", "user-factor")], "from elsewhere")
    countersign("unlock", "alice")
    expect_equal(said(), [("fine", "user-factor")], "unlocked")


def test_a_new_account_of_an_old_name():
    settings()
    enroll("alice")
    own = int(run("id", "-u", "alice").stdout)
    run("usermod", "--non-unique", "--uid", "43210", "alice")
    expect_equal(said(), [("wrong", "user-other-uid"), ("fine", "user-factor")], "another uid")
    write_config({"uid_check": False})
    expect_equal(said(), [("fine", "user-factor")], "nobody compares")
    run("usermod", "--non-unique", "--uid", own, "alice")


def test_an_account_that_does_not_exist_has_no_more_to_say():
    settings()
    expect_equal(said("nobody-here"), [("wrong", "user-unknown")], "no account")


# Units --------------------------------------------------------------------------------------------------------------

HEALTHY = "LoadState=loaded\nActiveState=active\nResult=success\nNeedDaemonReload=no\n"


class Systemd:
    """A systemctl that gives recorded answers, on a machine on which systemd seems to run."""

    def __init__(self):
        self.answers = WORKDIR / "units"
        self.answers.mkdir(exist_ok=True)
        program = WORKDIR / "systemctl"
        program.write_text(f'#!/bin/sh\nfor unit; do :; done\nexec cat "{self.answers}/$unit"\n')
        program.chmod(0o755)
        run("mount", "--bind", program, "/usr/bin/systemctl")
        pathlib.Path("/run/systemd/system").mkdir(parents=True, exist_ok=True)

    def say(self, **changes):
        for unit in ("countersignd.socket", "countersignd.service", "countersign-u2f-host.socket"):
            (self.answers / unit).write_text(changes.get(unit.split(".")[1] if "u2f" not in unit else "helper", HEALTHY))


def units():
    return [(item["severity"], item["id"]) for item in doctor("--all")
            if item["id"] in ("unit-failed", "unit-broken", "unit-not-reloaded", "unit-unknown")]


def test_units_where_systemd_does_not_run():
    expect(not pathlib.Path("/run/systemd/system").exists(), "it seems to run here")
    expect_match("units: not looked at", "\n".join(item["reason"] for item in doctor("--all")), "with --all")
    expect("units: not looked at" not in str(doctor()), "without")


def test_units():
    systemd = Systemd()
    systemd.say()
    expect_equal(units(), [], "all well")
    systemd.say(socket=HEALTHY.replace("=active", "=failed").replace("success", "service-start-limit-hit"))
    expect_equal(units(), [("wrong", "unit-failed")], "a unit that failed")
    expect_match("countersignd.socket has failed: service-start-limit-hit", str(doctor()), "which, and why")
    systemd.say(service="LoadState=bad-setting\nActiveState=inactive\nResult=success\nNeedDaemonReload=no\n")
    expect_equal(units(), [("wrong", "unit-broken")], "a unit that systemd refuses")
    systemd.say(service=HEALTHY.replace("Reload=no", "Reload=yes"))
    expect_equal(units(), [("risky", "unit-not-reloaded")], "a drop-in that nobody has read")
    systemd.say(helper="LoadState=not-found\nActiveState=inactive\nResult=success\nNeedDaemonReload=no\n")
    expect_equal(units(), [], "a helper that is not installed")
    (systemd.answers / "countersignd.socket").unlink()
    expect_equal(units(), [("risky", "unit-unknown")], "no answer")


# The clock ----------------------------------------------------------------------------------------------------------


def clock(state):
    """What doctor says while the kernel says that of the clock (adjtimex(2)): 0 kept right, 5 not."""
    command = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=adjtimex,clock_adjtime",
               "-e", f"inject=adjtimex,clock_adjtime:retval={state}")
    return [(item["severity"], item["id"]) for item in doctor(command=command) if item["id"].startswith("clock-")]


def test_a_clock_that_nobody_keeps():
    expect_equal(clock(5), [("risky", "clock-unsynchronised")], "not kept")
    expect_equal(clock(0), [], "kept")


def set_last_step(ahead):
    run("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "sqlite3", STORE,
        f"UPDATE factor SET last_step = strftime('%s', 'now') / period + {ahead}")


def test_a_clock_that_was_set_back():
    """The store has spent a code of a time to come."""
    def ahead():
        return [item["reason"] for item in doctor() if "still to come" in item["reason"]]
    settings()
    enroll("alice")
    expect_equal(ahead(), [], "before any login")
    set_last_step(0)
    expect_equal(ahead(), [], "a code of now")
    set_last_step(100)
    expect_match("^1 devices had a code accepted at a time that is still to come", ahead()[0], "a code of an hour later")
    countersign("unlock", "alice")
    expect_equal(ahead(), [], "unlocked")


main()
