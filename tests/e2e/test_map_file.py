# SPDX-License-Identifier: Apache-2.0
"""Identities from a file (map_file), with the local provider: people are enrolled under other names than their accounts'."""
import os
import shutil

from countersign import *

MAP = pathlib.Path("/etc/countersign/identities")
ALICE, BOB = "alice.lee@example.com", "CORP\\Bob Lee"
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
UNKNOWN = "nobody-of-that-name"


def write_map(text, mode=0o640, path=MAP):
    write_config(text, path, mode)


def configure(**settings):
    write_config({"map_file": str(MAP), "retry": 0, "throttle": False, **settings})
    stack()


def enrolled(identity):
    """A factor under a name that no account has."""
    return Factor(json.loads(countersign("enroll", "totp", identity, "--no-account", "--no-confirm", "--json").stdout))


def forget(*factors):
    for factor in factors:
        countersign("remove", factor.user, factor.id, "--no-account")


def attempt(user, code, **options):
    return pam_login(user, [code], env=PROVEN, **options)


def seen(result):
    """All that the user sees of a login."""
    return result.code, result.prompts, result.infos, result.errors


def checked(*words, status):
    """The answers of `check` that concern the file, as (problems, warnings)."""
    rows = json.loads(countersign("check", "--json", *words, check=False).stdout)
    problems = [row["problem"] for row in rows if not row.get("ok", True) and str(MAP) in row["problem"]]
    expect_equal(bool(problems), status != 0, f"{rows}")
    return problems, [row["warning"] for row in rows if str(MAP) in row.get("warning", "")]


def test_the_identity_of_the_line_is_judged_and_a_change_counts_at_once():
    configure()
    write_map(f"# who is who\n\nalice {ALICE}\nbob\t{BOB}\n")
    alice, bob = enrolled(ALICE), enrolled(BOB)
    with Broker() as broker:
        expect_equal(attempt("alice", alice.code()).code, "PAM_SUCCESS", "alice")
        expect_equal(wait_audit(broker)["identity"], ALICE, "identity")
        expect_equal(attempt("alice", bob.code()).code, "PAM_MAXTRIES", "a code of another identity")
        write_map(f"alice {BOB}\nbob {ALICE}\n")
        expect_equal(attempt("alice", bob.code()).code, "PAM_SUCCESS", "after the change")
        wait_audit(broker, 3)
        expect_match(r'identity="CORP\S{1,4}Bob Lee"', broker.log(), "an identity with blanks")
    forget(alice, bob)


def test_an_account_without_a_line_is_refused_like_an_unknown_user():
    """Although it is enrolled under its own name, with and without the broker, and with append."""
    factor = fresh("bob")
    for settings in {}, {"append": "@example.com"}:
        configure(**settings)
        write_map(f"alice {ALICE}\n")
        with Broker() as broker:
            refused, unknown = attempt("bob", factor.code()), attempt(UNKNOWN, "123456")
            expect_equal(refused.code, "PAM_MAXTRIES", "bob")
            expect_equal(seen(refused), seen(unknown), "what they see")
            audit = wait_audit(broker, 2)
            expect_equal([a["reason"] for a in audits(broker.log())], ["unknown-user"] * 2, f"{audit}")
            expect_match(rf"'bob' has no identity: {MAP} has no line for this account", broker.log(), "the log")
    expect_equal(seen(attempt("bob", factor.code())), seen(refused), "without a broker")


def test_a_star_leaves_the_others_to_the_options_that_follow():
    configure()
    factor = fresh("bob")
    write_map(f"alice {ALICE}\n*\n")
    with Broker() as broker:
        expect_equal(attempt("bob", factor.code()).code, "PAM_SUCCESS", "bob by his own name")
        expect_equal(wait_audit(broker)["identity"], "bob", "identity")
        expect_equal(attempt("alice", fresh("alice").code()).code, "PAM_MAXTRIES", "alice has a line")


BROKEN = {
    "one word": ("alice a\nbob\n", ":2: no identity follows the account"),
    "twice": ("alice a\n\nbob b\nalice c\n", ":4: the account of line 1 again, 'alice'"),
    "CR LF": ("alice a\r\n", ":1: the line ends in CR LF"),
    "cut off": ("alice a\nbob b", ":2: the last line has no end"),
    "empty": ("", ": has no entry"),
}


def test_a_broken_file_refuses_everybody_with_the_line_in_the_log():
    """`check` and `map` say the same; the whole file counts, not only the line of the account."""
    configure()
    for number, (what, (text, why)) in enumerate(BROKEN.items()):
        write_map(f"bob {BOB}\n*\n")
        with Broker() as broker:
            factor = fresh("alice")
            expect_equal(attempt("alice", factor.code()).code, "PAM_SUCCESS", f"{what}: before")
            write_map(text)
            expect_equal(attempt("alice", "123456").code, "PAM_SERVICE_ERR", what)
            expect_match(re.escape(f"{MAP}{why}"), broker.log(), what)
            write_map("*\n")
            expect_equal(attempt("alice", fresh("alice").code()).code, "PAM_SUCCESS", f"{what}: mended")
        write_map(text)
        problems, _ = checked(status=1)
        expect_match(re.escape(f"{MAP}{why}"), problems[0], what)
        result = countersign("map", "alice", check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), what)
        expect_match(re.escape(f"countersign: {MAP}{why}"), result.stderr, what)
    write_map("*\n")
    checked(status=0)


def test_a_file_that_others_may_write_or_the_broker_cannot_read_is_refused():
    configure()
    factor = fresh("alice")
    for mode, owner, group, why in ((0o660, "root", "countersign", "mode 0660 is too open"),
                                    (0o600, "root", "root", "needs permission to read it"),
                                    (0o640, "countersign", "countersign", "belongs to uid")):
        write_map("*\n")
        with Broker() as broker:
            write_config("*\n", MAP, mode, owner, group)
            expect_equal(attempt("alice", factor.code()).code, "PAM_SERVICE_ERR", why)
            expect_match(f"{MAP}: .*{why}", broker.log(), why)
        expect_match(why, checked(status=1)[0][0], why)


def test_a_caller_that_is_not_root_has_the_same_identity():
    configure(allow_unprivileged=True)
    write_map(f"alice {ALICE}\n")
    factor = enrolled(ALICE)
    with Broker(), Peer("alice") as peer:
        expect_equal(peer.login("alice", [factor.code()], arguments=["map_file=/dev/null", "append=x"])[1], "allow", "alice")
    forget(factor)


def test_a_tenant_of_ibm_verify_is_asked_for_the_identity():
    """Named in our own file beside IBM's; whoever has no line is not asked about at all."""
    pair = pathlib.Path("/etc/countersign/gateway.json")
    with Gateway() as gateway:
        IBM_FILE.rename(pair)
        os.chmod(pair, 0o640)
        shutil.chown(pair, group="countersign")
        configure(ibm_auth_config=str(pair), auth_method="totp", append="@example.com")
        write_map(f"alice {ALICE}\n")
        factor = gateway.tenant.user(ALICE).totp()
        gateway.tenant.user("bob@example.com").totp()
        expect_equal(attempt("alice", factor.code()).code, "PAM_SUCCESS", "alice")
        expect_match(re.escape(ALICE), str([r.query for r in gateway.tenant.find("GET users")]), "the filter")
        gateway.tenant.forget_requests()
        expect_equal(attempt("bob", "123456").code, "PAM_MAXTRIES", "bob")
        expect_equal(gateway.tenant.calls(), [], "calls for bob")


def test_map_shows_the_line():
    configure(append="@example.com")
    write_map(f"# x\nalice {ALICE}\n")
    answer = json.loads(countersign("map", "alice", "--json").stdout)
    expect_equal(answer["identity"], ALICE, "nothing is appended")
    expect_equal(answer["steps"], [{"what": "account", "value": "alice"},
                                   {"what": "map_file", "value": ALICE, "file": str(MAP), "line": 2}], "steps")
    expect_equal(countersign("map", "alice").stdout,
                 f"account   alice\nmap_file  {ALICE} ({MAP}:2)\nidentity  {ALICE}\n", "for people")
    result = countersign("map", "bob", check=False)
    expect_equal((result.returncode, result.stdout), (1, "account  bob\n"), "bob")
    expect_match(f"{MAP} has no line for this account; add 'bob IDENTITY'", result.stderr, "bob")
    write_map("*\n")
    expect_equal(countersign("map", "bob").stdout,
                 f"account   bob\nmap_file  * ({MAP}:1)\nappend    bob@example.com\nidentity  bob@example.com\n", "a star")


def test_the_tool_says_under_which_name_logins_look():
    configure()
    write_map(f"alice {ALICE}\n")
    expect_match("note: map_file, .* 'countersign map USER'", countersign("list", "alice").stderr, "the note")


def test_check_warns_of_what_may_be_a_slip():
    configure(append="@example.com", services={"sudo": {"retry": 1}})
    write_map("alice x\nbob y\nroot x\n")
    _, warnings = checked(status=0)
    expect_equal(warnings, [f"{MAP}: lines 1 and 3 give 'alice' and 'root' one identity, 'x': whoever proves it may log in to "
                            "both accounts",
                            f"{MAP}: accounts without a line are refused, so append has no effect; end the file with a line * "
                            "if it is to name them, or remove the option"], "each once")
    write_map("alice x\n*\n")
    expect_equal(checked(status=0)[1], [], "nothing to warn of")


def test_a_hundred_thousand_lines():
    """Read once for a change, not for each login."""
    configure()
    write_map("".join(f"user{number:06} user{number:06}@example.com\n" for number in range(100_000)) + f"alice {ALICE}\n")
    factor = enrolled(ALICE)
    with Broker():
        expect_equal(attempt("alice", factor.code()).code, "PAM_SUCCESS", "alice")
        expect_equal(attempt(UNKNOWN, "1").code, "PAM_MAXTRIES", "an unknown user")
    forget(factor)


before_each.append(lambda: write_map("*\n"))
main()
