# SPDX-License-Identifier: Apache-2.0
"""enrol_by: a date until which people without a factor are let in with a notice, through a real sshd.

What every client shows of the notice, in four languages, is in the goldens (e2e.golden, `enrol-by`).
"""
import contextlib
import datetime
import json
import os
import sqlite3

from countersign import *

CLIENTS = ("ssh", "paramiko")
KEY = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
NOTICE = "No second factor is set up for you yet. \nYou can log in without one for {} \n" \
         "Contact your administrator. \nPress Enter to continue: "


def day(offset):
    return (datetime.date.today() + datetime.timedelta(days=offset)).isoformat()


def notice(offset):
    days = offset + 1
    return NOTICE.format(f"{days} more day{'s' if days > 1 else ''} (until {day(offset)}).")


def before(**settings):
    write_config({"throttle": False, "retry": 0, **settings})
    for user in ("alice", "carol", "bob"):
        countersign("forget", user, check=False)
    stack()


def set_groups(user, supplementary=()):
    run("usermod", "-G", ",".join(supplementary), user)


def log_in(sshd, client, user, answers):
    if client == "paramiko":
        return sshd.paramiko(user, answers)
    return sshd.ssh(user, [(r"(Press Enter to continue|Verification code): $", answer) for answer in answers])


def test_until_the_date_with_a_notice():
    before()
    with Broker() as broker, Sshd(f"{MODULE_LINE} enrol_by={day(11)}") as sshd:
        for number, client in enumerate(CLIENTS):
            login = log_in(sshd, client, "carol", [""])
            expect(login.success, f"{client}: {login}")
            audit = wait_audit(broker, number + 1)
            expect_equal([audit[k] for k in ("verdict", "granted", "reason", "days_left", "user", "answers")],
                         ["enrol-by", "yes", "enrol_by", "12", "carol", "1"], f"{client}: audit")
        expect_equal(login.prompts, [(notice(11), True)], "the notice")


def test_the_last_day_and_the_day_after():
    before()
    with Broker() as broker:
        stack(f"enrol_by={day(0)}")
        seen = pam_login("carol", [""], env=KEY)
        expect_equal((seen.code, [text for text, _ in seen.prompts]), ("PAM_SUCCESS", [notice(0)]), "the last day")
        expect_equal(wait_audit(broker)["days_left"], "1", "one day")
        stack(f"enrol_by={day(-1)}")
        seen = pam_login("carol", ["123456"], env=KEY)
        expect_equal((seen.code, [text for text, _ in seen.prompts]), ("PAM_MAXTRIES", ["Verification code: "]),
                     "the day after")
        audit = wait_audit(broker, 2)
        expect_equal((audit["reason"], "days_left" in audit), ("enrol_by-passed", False), "the day after")
        stack(f"enrol_by={day(-1)}", "auth_method=choice-then-otp")
        seen = pam_login("carol", [], env=KEY)
        expect_equal((seen.code, seen.prompts), ("PAM_AUTH_ERR", []), "told")
        expect_equal(wait_audit(broker, 3)["reason"], "enrol_by-passed", "told")


@contextlib.contextmanager
def zone_of_the_machine(zone):
    """In this test's own mounts."""
    run("mount", "--bind", f"/usr/share/zoneinfo/{zone}", "/etc/localtime")
    try:
        yield
    finally:
        run("umount", "/etc/localtime")


def test_the_day_ends_where_the_machine_is():
    """Fourteen hours east of UTC, and twelve west of it, are two days at once, at some time at the latest."""
    before()
    for zone, hours in (("Etc/GMT-14", 14), ("Etc/GMT+12", -12)):
        now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=hours))).date()
        with zone_of_the_machine(zone), Broker():
            for offset, code in ((0, "PAM_SUCCESS"), (-1, "PAM_MAXTRIES")):
                stack(f"enrol_by={now + datetime.timedelta(days=offset)}")
                seen = pam_login("carol", ["0"], env=KEY)
                expect_equal(seen.code, code, f"{zone}, {offset}")


def test_only_after_a_first_factor():
    before()
    with Broker():
        stack(f"enrol_by={day(5)}")
        seen = pam_login("carol", ["123456"])
        expect_equal((seen.code, [text for text, _ in seen.prompts]), ("PAM_MAXTRIES", ["Verification code: "]),
                     "nothing is proven")
        expect_equal(pam_login("root", ["123456"], env=KEY).code, "PAM_MAXTRIES", "root's key proves nothing")
        stack(f"enrol_by={day(5)}", "stack_first_factor")
        expect_equal(pam_login("carol", [""]).code, "PAM_SUCCESS", "the administrator's word")
        expect_equal(pam_login("no-such-user", ["123456"]).code, "PAM_MAXTRIES", "no such account")
        stack(f"enrol_by={day(5)}", "stack_first_factor", "missing_result=ignore")
        expect_equal(pam_login("carol", [""]).code, "PAM_PERM_DENIED", "ignored, and nothing else is in the stack")


def test_who_does_not_answer_the_notice_is_not_let_in():
    before()
    stack(f"enrol_by={day(5)}")
    with Broker() as broker:
        expect_equal(pam_login("carol", [], env=KEY).code, "PAM_CONV_ERR", "no answer")
        audit = wait_audit(broker)
        expect_equal((audit["verdict"], audit["granted"]), ("aborted", "no"), "audit")
        expect_equal(pam_login("carol", ["\b\n\r\x7fINCORRECT"], env=KEY).code, "PAM_AUTH_ERR", "sshd refuses it")
        expect_equal(wait_audit(broker, 2)["reason"], "refused-by-sshd", "audit")


def test_who_has_a_factor_or_is_suspended_is_not_covered():
    before()
    stack(f"enrol_by={day(5)}")
    with Broker():
        factor = fresh("alice")
        expect_equal(pam_login("alice", [factor.code()], env=KEY).code, "PAM_SUCCESS", "her code")
        expect_equal(pam_login("alice", [""], env=KEY).code, "PAM_MAXTRIES", "no code")
        fresh("carol")
        countersign("suspend", "carol")
        forget_factors("carol")
        seen = pam_login("carol", [""], env=KEY)
        expect_equal((seen.code, [text for text, _ in seen.prompts]), ("PAM_MAXTRIES", ["Verification code: "]),
                     "suspended")
        countersign("forget", "carol")
        os.rename(STORE, f"{STORE}.away")
        try:
            expect_equal(pam_login("carol", [""], env=KEY).code, "PAM_AUTHINFO_UNAVAIL", "without a store")
        finally:
            os.rename(f"{STORE}.away", STORE)
        expect_equal(pam_login("carol", [""], env=KEY).code, "PAM_SUCCESS", "the store is back")


def not_covered(user, what, **options):
    seen = pam_login(user, [""], env=KEY, **options)
    expect_equal((seen.code, [text for text, _ in seen.prompts]), ("PAM_MAXTRIES", ["Verification code: "]), what)


def test_who_had_a_factor_or_has_another_one_is_not_covered():
    """Whoever has stolen the phone may have the key, too; and a line for codes is no way around a security key."""
    before()
    stack(f"enrol_by={day(5)}")
    with Broker() as broker:
        fresh("carol")
        forget_factors("carol")
        not_covered("carol", "a factor that was removed")
        broker.wait_log("<4>enrol_by: not for 'carol', who had a factor, which was removed")
        countersign("forget", "carol")
        expect_equal(pam_login("carol", [""], env=KEY).code, "PAM_SUCCESS", "as if there had never been one")
        fresh("carol")
        run("runuser", "-u", "countersign", "--", "sqlite3", STORE, "UPDATE factor SET kind = 'u2f' WHERE user = 'carol'")
        not_covered("carol", "a security key, which the line does not ask for")
        countersign("forget", "carol")


def test_an_account_that_was_renamed_is_not_covered():
    before()
    stack(f"enrol_by={day(5)}")
    with Broker() as broker:
        fresh("carol")
        run("usermod", "--login", "caroline", "carol")
        try:
            not_covered("caroline", "a factor under the name of before")
            broker.wait_log("<4>enrol_by: not for 'caroline', who has or had a factor under another name of the account")
        finally:
            run("usermod", "--login", "carol", "caroline")


def test_by_group():
    before()
    set_groups("carol", supplementary=["robots"])
    with Broker() as broker:
        for group, let_in in (("robots", True), ("otp", False), ("otp,robots", True), ("no-such-group", False)):
            stack(f"enrol_by={day(5)}", f"enrol_by_group={group}")
            code = pam_login("carol", ["0"], env=KEY).code
            expect_equal(code, "PAM_SUCCESS" if let_in else "PAM_MAXTRIES", group)
        expect_match(r"<4>enrol_by_group: .*no-such-group.* cannot be resolved", broker.log(), "warning")
    set_groups("carol")


def test_per_service_and_in_the_file():
    before(accept_on_missing_auth_method=True, enrol_by=day(-1), services={"door": {"enrol_by": day(1)}})
    stack(service="door")
    with Broker():
        expect_equal(pam_login("carol", ["0"], env=KEY).code, "PAM_MAXTRIES", "stricter than the option without a date")
        seen = pam_login("carol", [""], env=KEY, service="door")
        expect_equal((seen.code, len(seen.prompts)), ("PAM_SUCCESS", 1), f"its own date: {seen}")
        write_config({"enrol_by": "31.1.2027"})
        expect_equal(pam_login("carol", [""], env=KEY).code, "PAM_SERVICE_ERR", "no date")
        write_config({})
        stack("enrol_by=2027-02-29")
        expect_equal(pam_login("carol", [""], env=KEY).code, "PAM_SERVICE_ERR", "no day of any year")
    write_config({"enrol_by": "31.1.2027"})
    expect_match(r"'31\.1\.2027' is not a date such as 2027-01-31", countersign("check", check=False).stdout, "check")


def test_a_record_of_each_use():
    before(audit="json")
    stack(f"enrol_by={day(2)}")
    with Broker() as broker:
        pam_login("carol", [""], env=KEY)
        broker.wait_log('"record":"login"')
        line = next(line for line in broker.log().splitlines() if '"record":"login"' in line)
        record = json.loads(line[line.index("{"):])
        expect_equal([record[k] for k in ("verdict", "reason", "days_left", "granted")],
                     ["enrol-by", "enrol_by", 3, True], "record")


def test_the_users_own_words():
    before(enrol_by=day(1), enrol_by_notice={"en": "Still %N, last %E: ", "fr": "Encore %N, dernier %E\u00a0: "})
    countersign("lang", "carol", "fr")
    with Broker():
        expect_equal(pam_login("carol", [""], env=KEY).prompts[0][0], f"Encore 2, dernier {day(1)}\u00a0: ", "French")
        countersign("lang", "carol", "none")
        expect_equal(pam_login("carol", [""], env=KEY).prompts[0][0], f"Still 2, last {day(1)}: ", "English")


def test_a_clock_that_was_set_back():
    """What an accepted code has shown counts: here the store says that it is a year later."""
    before(enrol_by=day(5))
    with Broker():
        expect_equal(pam_login("carol", [""], env=KEY).code, "PAM_SUCCESS", "before")
        factor = fresh("alice")
        expect_equal(pam_login("alice", [factor.code()], env=KEY).code, "PAM_SUCCESS", "a code")
    later = int((datetime.datetime.now() + datetime.timedelta(days=365)).timestamp())
    with sqlite3.connect(STORE) as store:
        found = store.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'shown_time'").fetchone()
        expect(found and found[0] > datetime.datetime.now().timestamp() - 3700, f"what the code showed: {found}")
        store.execute("UPDATE meta SET value = ? WHERE name = 'shown_time'", (str(later).encode(),))
    store.close()
    try:
        with Broker() as broker:
            expect_equal(pam_login("carol", ["123456"], env=KEY).code, "PAM_MAXTRIES", "the clock is behind")
            expect_equal(wait_audit(broker)["reason"], "enrol_by-passed", "reason")
            broker.wait_log("<4>enrol_by: codes of users show that")
    finally:
        with sqlite3.connect(STORE) as store:
            store.execute("DELETE FROM meta WHERE name = 'shown_time'")
        store.close()


# ---- what the tool says ----

def check(**settings):
    write_config(settings)
    return countersign("check", check=False).stdout


def test_check_says_until_when():
    said = " ".join(check(enrol_by=day(11), enrol_by_group="robots", services={"door": {"enrol_by": day(0)}}).split())
    expect(f"users without a factor are let in for 12 more days (until {day(11)}) if they are in a group of 'robots'"
           in said, f"everybody: {said}")
    expect(f"service 'door': users without a factor are let in for 1 more day (until {day(0)})" in said, f"door: {said}")
    expect("service 'door': enrol_by lets in only after a proven first factor" in said, f"nothing is proven: {said}")
    said = " ".join(check(enrol_by=day(-1)).split())
    expect("the date of enrol_by has passed" in said and "are let in" not in said, f"passed: {said}")
    said = " ".join(check(enrol_by=day(1), one_answer=True).split())
    expect("enrol_by does nothing with one_answer" in said, f"no notice: {said}")
    said = " ".join(check(enrol_by=day(1), enrol_by_group="no-such-group").split())
    expect("no-such-group" in said and "enrol_by is for nobody" in said, f"no such group: {said}")
    said = " ".join(check().split())
    expect("enrol_by" not in said, f"without it: {said}")


def test_explain_shows_the_notice():
    before(enrol_by=day(2))
    said = countersign("explain", "carol", "--key", "ssh-ed25519").stdout
    expect(f"for 3 more days (until {day(2)})" in said and "enrol-by" in said and "enrol_by" in said, said)
    said = countersign("explain", "carol").stdout
    expect("more days" not in said, f"without a key: {said}")
    with Broker():
        expect_equal(pam_login("carol", [""], env=KEY).code, "PAM_SUCCESS", "and so it goes")


main()
