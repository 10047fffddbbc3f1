# SPDX-License-Identifier: Apache-2.0
"""countersign self: people list, add and replace their own factors, after one of them; and nobody else's."""
from countersign import *
from countersign.self_enroll import left_in_store
from countersign.self_service import *


def configure(**settings):
    write_config({"throttle": False, "self_service": True, "retry": 1, **settings})


def refused(session, what, shown, status=1):
    expect_equal(session.status, status, f"{what}: {session.screen!r}")
    expect(re.search(shown, session.screen), f"{what}: {session.screen!r}")


def reasons(broker):
    return [audit["reason"] for audit in audits(broker.log()) if audit["service"] == SELF]


def acts(broker):
    """Records of what people did: [verb, result, detail, user]."""
    return re.findall(r'act verb=(self-\w+) result=(\w+) uid=\d+ .*?(?: detail="(.*?)")? user="(\w+)"$', broker.log(),
                      re.M)


def test_prepare():
    stack()
    countersign("init")


# ---- what people may do ----

def test_list():
    configure()
    with Broker() as broker:
        alice, _ = fresh("alice"), fresh("bob")
        expect_equal(lists("alice", alice.code()), ({alice.id: "totp"}, 10), "alice's own")
        audit = wait_audit(broker)
        expect_equal([audit[key] for key in ("user", "service", "verdict", "reason", "peer_uid")],
                     ["alice", SELF, "allow", "totp", str(pwd.getpwnam("alice").pw_uid)], "audit")
        expect_equal(acts(broker), [("self-list", "done", "", "alice")], "record")
        again = run_self("alice", "list", answers=[alice.code()] * 2)
        refused(again, "the code that was used", "refused")
        expect_equal(pam_login("alice", [alice.code()] * 4).code, "PAM_MAXTRIES", "the same code at a login")
        expect_equal(pam_login("alice", [alice.code(1)]).code, "PAM_SUCCESS", "the next code at a login")
        again = run_self("alice", "list", answers=[alice.code(1)] * 2)
        refused(again, "a code that was used at a login", "refused")
        expect_equal(reasons(broker)[-1], "replayed", "the reason")
        expect_equal(lists("alice", alice.recovery_codes[0] + "\r")[1], 9, "by a recovery code")


def test_add():
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        session = AtShell("alice", "add")
        session.answer(alice.code())
        app = set_up(session, wrong=1)
        expect_equal((session.status, left_in_store("alice")[0]), (0, 2), f"added: {session.screen!r}")
        expect_match("The new factor is set up", session.rest, "what is said")
        expect("█" in session.screen or "▀" in session.screen, f"no QR code: {session.screen!r}")
        expect_equal(pam_login("alice", [app.code()] * 4).code, "PAM_MAXTRIES", "the code that confirmed it, at a login")
        expect_equal(pam_login("alice", [secret(app.code(1), "the next")]).code, "PAM_SUCCESS", "the new app")
        expect_equal(pam_login("alice", [alice.code(1)]).code, "PAM_SUCCESS", "the old app")
        expect_equal(acts(broker), [("self-add", "done", "", "alice")], "record")


def test_nothing_before_the_first_code():
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        before = store_rows("SELECT * FROM factor")
        session = AtShell("alice", "add")
        session.answer(alice.code())
        session.app()
        session.hang_up()
        broker.wait_log(rf'verdict=aborted .*reason=hang-up .*service="{SELF}"|service="{SELF}".*hang-up')
        session = AtShell("alice", "add")
        session.answer(alice.recovery_codes[0])
        session.answer("", "continue: ")
        app = session.app()
        session.type(app.wrong())
        session.answer("", NEW_ASKS)
        session.status = session.end()
        refused(session, "declined", "Nothing was changed")
        expect_equal([row[0] for row in store_rows("SELECT id FROM factor")], [row[0] for row in before], "factors")
        expect_equal(acts(broker)[-1], ("self-add", "refused", "", "alice"), "record")


def test_add_without_room():
    configure()
    with Broker():
        apps = [fresh("alice"), *(enroll("alice") for _ in range(7))]
        session = run_self("alice", "add", answers=[apps[-1].code()])
        refused(session, "a ninth", "as many factors as possible")
        session = AtShell("alice", "replace", apps[0].id)
        session.answer(apps[0].code())
        set_up(session)
        expect_equal((session.status, left_in_store("alice")[0]), (0, 8), f"in place of another: {session.screen!r}")


def test_replace():
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        other = enroll("alice")
        session = AtShell("alice", "replace", alice.id)
        expect_match(r"confirm with a code\s+of that very", session.answer(alice.code()), "intro")
        app = set_up(session)
        expect_equal(session.status, 0, f"replaced: {session.screen!r}")
        expect_match("old one is not accepted any more", session.rest, "what is said")
        expect_equal(left_in_store("alice")[0], 2, "factors")
        expect_equal(pam_login("alice", [alice.code(1)] * 4).code, "PAM_MAXTRIES", "the old app")
        expect_equal(pam_login("alice", [secret(app.code(1), "the next")]).code, "PAM_SUCCESS", "the new app")
        expect_equal(pam_login("alice", [other.code()]).code, "PAM_SUCCESS", "another app")
        expect_equal(acts(broker), [("self-replace", "done", str(alice.id), "alice")], "record")


def test_replace_by_another_factor():
    """Only a code of the very factor confirms it: no other one's, and no recovery code."""
    configure()
    with Broker() as broker:
        alice, bob = fresh("alice"), fresh("bob")
        other = enroll("alice")
        before = store_rows("SELECT id FROM factor ORDER BY id")
        session = run_self("alice", "replace", alice.id, answers=[other.code()])
        refused(session, "another one", "no code of the factor to be replaced")
        session = AtShell("alice", "replace", alice.id)
        session.answer(alice.recovery_codes[0])
        session.answer("", "continue: ")
        session.status = session.end()
        refused(session, "a recovery code", "no code of the factor to be replaced")
        session = run_self("alice", "replace", bob.id, answers=[alice.code()])
        refused(session, "bob's", "no app or device of that number")
        expect_equal(reasons(broker), ["other-factor", "other-factor", "no-such-factor"], "reasons")
        expect_equal(store_rows("SELECT id FROM factor ORDER BY id"), before, "factors")
        expect_equal(run_self("alice", "replace", "1x").status, 2, "no number")


def test_recovery():
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        session = AtShell("alice", "recovery")
        session.answer(alice.recovery_codes[0])
        session.answer("", "continue: ")
        session.status = session.end()
        codes = session.codes()
        expect_equal((session.status, len(set(codes))), (0, 10), f"new codes: {session.screen!r}")
        expect_equal(pam_login("alice", [alice.recovery_codes[1]] * 4).code, "PAM_MAXTRIES", "an old code")
        expect_equal(pam_login("alice", [codes[0], ""]).code, "PAM_SUCCESS", "a new one")
        expect_equal(acts(broker), [("self-recovery", "done", "", "alice")], "record")
        expect(not any(code in broker.log() for code in codes), "a code in the log")


def test_language():
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        session = run_self("alice", "lang", "de", answers=[alice.code()])
        expect_equal((session.status, countersign("lang", "alice").stdout), (0, "de\n"), session.screen)
        expect_match("dieser Sprache", session.rest, "what is said")
        session = AtShell("alice", "lang", "klingon")
        session.answer(alice.code(1), "Bestätigungscode: ")
        session.status = session.end()
        refused(session, "no language", "Nichts wurde geändert|nichts geändert")
        expect_equal(reasons(broker)[-1], "no-such-language", "reason")
        session = AtShell("alice", "lang", "none")
        session.answer(alice.recovery_codes[0], "Bestätigungscode: ")
        session.answer("", ": ")
        expect_equal((session.end(), countersign("lang", "alice").stdout), (0, "none\n"), "none")


# ---- what they may not ----

def test_off():
    fresh("alice")
    write_config({})
    with Broker():
        refused(run_self("alice", "list"), "off", "allows it with self_service")
    write_config({"allow_unprivileged": True})
    with Broker() as broker:
        refused(run_self("alice", "list"), "off, and the socket open", "may not change your second factors yourself")
        expect_equal(reasons(broker), ["self-off"], "reason")
    configure(self_service_group="robots")
    with Broker() as broker:
        refused(run_self("alice", "list"), "another group's", "may not change your second factors yourself")
        run("gpasswd", "--add", "alice", "robots")
        factor = fresh("alice")
        expect_equal(lists("alice", factor.code())[0], {factor.id: "totp"}, "for members")
        run("gpasswd", "--delete", "alice", "robots")


def test_root():
    configure()
    with Broker():
        session = run_self("root", "list")
        refused(session, "root", "root uses")


def test_settings_that_do_not_do():
    for settings, said in (({"auth_method": "password"}, "asks for no second factor"),
                           ({"services": {SELF: {"auth_method": "password"}}}, "asks for no second factor"),
                           ({"append": "@example.com"}, "has another name at the provider")):
        configure(**settings)
        with Broker() as broker:
            fresh("alice")
            refused(run_self("alice", "list"), str(settings), "may not change")
            expect_match(said, broker.log(), "the log")
            expect_equal(reasons(broker), ["self-not-here"], str(settings))


def test_what_check_says():
    configure()
    with Broker():
        expect_match(r"ok +countersign self", countersign("check", check=False).stdout, "all is well")
    for settings, said in (({"auth_method": "password"}, "auth_method=password asks 'countersign self' for no second"),
                           ({"services": {SELF: {"auth_method": "password"}}}, "asks 'countersign self' for no second")):
        configure(**settings)
        expect_match(said, " ".join(countersign("check", check=False).stdout.split()), str(settings))
    write_config({})
    with Broker():
        configure()  # which the running broker has not seen
        expect_match("its mode keeps users out, and self_service is set", " ".join(
            countersign("check", check=False).stdout.split()), "the socket")


def test_without_a_second_factor():
    """Whatever lets such a user log in: it does not open this."""
    for settings in ({}, {"accept_on_missing_auth_method": True, "stack_first_factor": True},
                     {"exempt_group": "alice"}, {"enrol_by": "2999-01-01"},
                     {"self_enroll": "yes", "self_enroll_until": "2999-01-01"}):
        configure(**settings)
        with Broker() as broker:
            forget_factors("alice")
            refused(run_self("alice", "list"), f"no factor, {settings}", "No second factor is set up")
            expect_equal(reasons(broker), ["not-enrolled"], "reason")
            factor = fresh("alice")
            session = run_self("alice", "add", answers=[factor.wrong()] * 2)
            refused(session, f"wrong codes, {settings}", "refused")
            expect_equal(left_in_store("alice")[0], 1, "factors")


def test_suspended_and_another_uid():
    configure()
    with Broker() as broker:
        factor = fresh("alice")
        countersign("suspend", "alice")
        refused(run_self("alice", "list", answers=[factor.code()] * 2), "suspended", "refused")
        countersign("resume", "alice")
        run("sqlite3", STORE, "UPDATE owner SET uid = 4242 WHERE user = 'alice'")
        refused(run_self("alice", "list", answers=[factor.code()] * 2), "somebody else's", "refused")
        expect_equal(reasons(broker), ["suspended", "other-uid"], "reasons")


def test_meanwhile_suspended_or_removed():
    """What an administrator does while the app is set up counts."""
    configure()
    with Broker() as broker:
        for undo in (("suspend", "alice"), ("remove", "alice")):
            factor = fresh("alice")
            enroll("alice")
            before = left_in_store("alice")[0]
            session = AtShell("alice", "add")
            session.answer(factor.code())
            app = session.app()
            countersign(*undo, *([factor.id] if undo[0] == "remove" else []))
            session.type(secret(app.code(), "the first code"))
            session.status = session.end()
            refused(session, str(undo), "Nothing was changed")
            expect_equal(left_in_store("alice")[0], before - (undo[0] == "remove"), "factors")
            countersign("resume", "alice", check=False)
        expect_equal(reasons(broker), ["changed-meanwhile"] * 2, "reasons")


def test_throttled_as_a_login():
    configure(throttle=True, retry=0)
    with Broker() as broker:
        factor = fresh("alice")
        for _ in range(8):
            run_self("alice", "list", answers=[factor.wrong()])
        refused(run_self("alice", "list", answers=[factor.code()]), "after wrong codes", "refused")
        expect_equal(reasons(broker)[-1], "throttled", "reason")
        expect(listing("alice")["failed_tries"] > 0, "failed tries")


def test_two_at_once():
    configure()
    with Broker() as broker:
        alice, bob = fresh("alice"), fresh("bob")
        first = AtShell("alice", "add")
        first.prompt()
        refused(run_self("alice", "list"), "a second one", "still running")
        expect_equal(reasons(broker), ["self-busy"], "reason")
        expect_equal(lists("bob", bob.code())[0], {bob.id: "totp"}, "another user's")
        first.type(alice.code())
        set_up(first)
        expect_equal(first.status, 0, "the first one")
        wait_until(lambda: connections_of(broker.pid) == 0, "its end")
        expect_equal(len(lists("alice", alice.code(1))[0]), 2, "afterwards")


def test_no_broker():
    configure()
    refused(run_self("alice", "list"), "none", "no broker is running")


before_each.append(lambda: [countersign("forget", user, check=False) for user in ("alice", "bob")])
main()
