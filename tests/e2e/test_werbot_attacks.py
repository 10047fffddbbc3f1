# SPDX-License-Identifier: Apache-2.0
"""Werbot: what somebody may try who controls the network, what is typed, or the ID."""
import threading

from countersign import *
from countersign.directory import *
from countersign.https_faults import make_fault
from countersign.werbot_login import *


def damage(server, call, **how):
    server.faults.append(make_fault(call, times=100, **how))


# ---- offline_users ----

def test_offline_users_without_a_factor_here_stay_out():
    forget_factors("alice")
    with Werbot({"connect-timeout": 1}, offline_users="alice", accept_on_missing_auth_method=True) as werbot:
        werbot.server.refuse()
        for arguments in ((), (PROVEN,)):
            result = werbot.log_in(["492039", "123456"], *arguments)
            expect_equal((result.code, result.audit["verdict"]), ("PAM_MAXTRIES", "max-tries"), f"{result.audit}")


def test_a_certificate_that_is_wrong_while_an_approval_is_awaited():
    """Somebody on the way swallows the question, and answers the next connection with a certificate of their own."""
    factor = fresh("alice")
    with Werbot({"approval-timeout": 5, "connect-timeout": 2}, offline_users="alice") as werbot:
        werbot.server.person()

        def change():
            werbot.server.wait_asked()
            werbot.server.certificate("untrusted", keep=True)
        thread = threading.Thread(target=change)
        thread.start()
        result = werbot.log_in(["", factor.code()], PROVEN)
        thread.join()
        expect_equal((result.code, result.audit["reason"], len(result.prompts)),
                     ("PAM_AUTHINFO_UNAVAIL", "unavailable", 1), werbot.broker.log())


def test_a_server_that_answers_but_not_the_question():
    factor = fresh("alice")
    for how in ({"reset": True}, {"hangup": True}):
        with Werbot({"request-timeout": 1, "approval-timeout": 5}) as werbot:
            alice = werbot.server.person()
            damage(werbot.server, "agent", **how)
            for answer, reason in ((alice.code, "unavailable"), ("", "expired")):
                result = werbot.log_in([answer, factor.code()], PROVEN, "failmode_insecure", "offline_users=alice")
                expect_equal((result.code != "PAM_SUCCESS", result.audit["reason"], len(result.prompts)),
                             (True, reason, 1), f"{how}: {werbot.broker.log()}")


# ---- the ID ----

def test_a_code_under_another_form_of_the_id_is_spent():
    """A person has two IDs, an address and a name, and the server remembers no codes."""
    with Werbot(ask_identity=True) as werbot:
        person = werbot.server.person("alice@example.org", accounts=("alice", "bob"))
        for other in ("alice", "Alice@Example.org"):
            werbot.server.people[other] = person
        werbot.expect(werbot.log_in(["alice@example.org", person.code]), "PAM_SUCCESS", "allow", "totp")
        for other in ("alice", "Alice@Example.org", ""):
            for user in ("alice", "bob") if other else ("alice",):
                werbot.expect(werbot.log_in([other, person.code], user=user), "PAM_MAXTRIES", "max-tries", "replayed",
                              f"{user} as {other}")
        expect_equal(len(werbot.server.asked()), 1, "requests")


def test_other_forms_of_the_id_bring_no_more_requests():
    with Werbot(ask_identity=True) as werbot:
        werbot.server.person("alice@example.org")
        werbot.server.people["alice"] = werbot.server.people["alice@example.org"]
        thread = deciding(werbot.server, werbot.server.people["alice"], False)
        werbot.expect(werbot.log_in(["alice@example.org", ""], PROVEN), "PAM_MAXTRIES", "max-tries", "denied")
        thread.join()
        werbot.expect(werbot.log_in(["alice", ""], PROVEN), "PAM_MAXTRIES", "max-tries", "empty-answer")
        expect_equal(len(werbot.server.asked()), 1, "requests")


def test_a_refusal_of_one_account_is_none_of_another():
    """Whoever is asked about with somebody else's ID must not keep that person from approving."""
    with Werbot(ask_identity=True) as werbot:
        alice = werbot.server.person()
        werbot.expect(werbot.log_in(["alice", ""], PROVEN, user="bob"), "PAM_MAXTRIES", "max-tries", "policy")
        werbot.server.forget_requests()
        thread = deciding(werbot.server, alice, True)
        werbot.expect(werbot.log_in(["", ""], PROVEN), "PAM_SUCCESS", "allow", "approved")
        thread.join()


def test_a_password_typed_as_the_id_is_not_logged():
    """A client with one answer for every prompt gives its password to this one, too."""
    password = secret("Correct-Horse-7", "a password")
    with Werbot(ask_identity=True) as werbot:
        werbot.server.person()
        for answers in ([password, password], [password, "492039"]):
            result = werbot.log_in(answers)
            expect_equal((result.code, result.audit["identity"]), ("PAM_MAXTRIES", "alice"), f"{result.audit}")
        expect(password not in werbot.broker.log(), werbot.broker.log())
        werbot.expect(werbot.log_in(["492039", "492039"]), "PAM_MAXTRIES", "max-tries", "unknown-identity")


def test_one_answer_leaves_no_room_for_an_id():
    with Werbot(ask_identity=True) as werbot:
        alice = werbot.server.person()
        werbot.expect(werbot.log_in([alice.code], "one_answer"), "PAM_SERVICE_ERR", "misconfigured", "misconfigured")
        expect_match("one_answer: ask_identity asks for one more line", werbot.broker.log(), "the log")
        werbot.expect(werbot.log_in([alice.code], "one_answer", "ask_identity=no"), "PAM_SUCCESS", "allow", "totp")


def test_what_the_server_is_told_is_the_accounts_own_name():
    """However it was typed: the server decides on what it is told, and this machine on the account."""
    with Slapd({"eve": 30001}, {}) as slapd, Sssd("case_sensitive = false"):
        name_services("files", "sss")
        try:
            with Werbot() as werbot:
                eve = werbot.server.person("eve", accounts=("eve",))
                werbot.expect(werbot.log_in([eve.code], user="EVE"), "PAM_SUCCESS", "allow", "totp")
                expect_equal([a["user"] for a in werbot.server.asked()], ["eve"], "the account")
        finally:
            name_services("files")
            slapd.forget()


# ---- who gets a request ----

def test_no_request_for_junk_or_strangers():
    with Werbot(ask_identity=True) as werbot:
        werbot.server.person()
        junk = "\b\n\r\x7fINCO"
        for user, answers in (("alice", [junk, ""]), ("alice", [junk, "492039"]), ("alice", ["", junk]),
                              ("nobody-here", ["", ""]), ("nobody-here", ["alice", "492039"]),
                              ("alice", ["alice\x1b[2J", "492039"]), ("alice", ["al\u202eice", "492039"])):
            result = werbot.log_in(answers, PROVEN, user=user)
            expect(result.code != "PAM_SUCCESS" and len(result.prompts) == 2, f"{user} {answers}: {result.text}")
        expect_equal(werbot.server.asked(), [], "requests")


def test_passwords_are_nobodys():
    """Werbot has none, so a plan with one lets nobody in, and no part of the line is asked about."""
    password = secret("Correct-Horse-8", "another password")
    for plan, answers in (("password-then-totp", [password, "492039"]), ("password-and-totp", [f"{password}:492039"]),
                          ("password-and-totp", [f"{password}:"]), ("password", [password])):
        with Werbot(auth_method=plan, ask_identity=True, password_retry=0, offline_users="alice") as werbot:
            werbot.server.person()
            result = werbot.log_in(["", *answers], PROVEN)
            expect(result.code != "PAM_SUCCESS", f"{plan}: {result.text}")
            expect_equal(werbot.server.asked(), [], f"{plan}: requests")


def test_a_menu_has_one_entry():
    factor = fresh("alice")
    with Werbot({"connect-timeout": 1}, auth_method="choice-then-otp", ask_identity=True,
                offline_users=["bob", "alice"]) as werbot:
        alice = werbot.server.person()
        result = werbot.log_in(["", alice.code], PROVEN)
        werbot.expect(result, "PAM_SUCCESS", "allow", "totp")
        expect_equal([text for text, _ in result.prompts], [ID, OR_APPROVE], "prompts")
        werbot.server.refuse()
        result = werbot.log_in(["somebody@example.org", factor.code()], PROVEN)
        werbot.expect(result, "PAM_SUCCESS", "allow", "offline_users")
        expect_equal(([text for text, _ in result.prompts], result.audit["identity"]), ([ID, CODE], "alice"), "prompts")


def test_exempt_users_are_asked_nothing():
    run("groupadd", "exempted")
    run("usermod", "-aG", "exempted", "alice")
    with Werbot(ask_identity=True, exempt_group="exempted", offline_users="alice") as werbot:
        result = werbot.log_in([])
        expect_equal((result.code, result.prompts, werbot.server.requests), ("PAM_SUCCESS", [], []), f"{result.audit}")


main()
