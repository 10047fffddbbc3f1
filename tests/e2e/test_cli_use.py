# SPDX-License-Identifier: Apache-2.0
"""countersign: help for every verb, and what it says where the store is not the configured provider's."""
import json
import re

from countersign import *

SSHD_FILE = pathlib.Path("/usr/sbin/sshd")
IBM = pathlib.Path("/etc/countersign/ibm.json")
API = {"client-id": "client", "client-secret": secret("kettle-drum-7", "the client secret"), "host": "tenant.example.com"}
VERIFY = {"provider": "verify", "verify": API}
NOTE = ("countersign: note: the configured provider is 'verify'; this works on the store of the local provider, "
        "which logins with 'verify' do not use\n")


def verbs():
    return json.loads(countersign("--help", "--json").stdout)[1:]


def as_alice(*words):
    return run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", COUNTERSIGN, *words, check=False)


# ---- help ----

def test_help_is_no_error():
    names = {verb["name"] for verb in verbs()}
    expect(names > {"check", "doctor", "enroll totp", "list", "try"}, f"verbs: {names}")
    for verb in verbs():
        words = verb["name"].split()
        for call in (*words, "--help"), (*words, "-h"), (*words, "--help", "no", "matter", "what"), ("--config", "/none", *words, "--help"):
            for result in countersign(*call, check=False), as_alice(*call):
                expect_equal((result.returncode, result.stderr), (0, ""), f"{call}")
                expect_match(rf"^Usage: countersign {verb['name']}\b", result.stdout, f"{call}")
                expect(verb["summary"] in result.stdout, f"{call}: {result.stdout}")
    for word in "enroll", "host", "import":
        text = countersign(word, "--help").stdout
        for verb in verbs():
            expect_equal(verb["summary"] in text, verb["name"].startswith(word), f"{word}: {verb['name']}")
    text = countersign("--help").stdout
    for verb in verbs():
        expect_match(rf"^  {verb['name']}\s+{re.escape(verb['summary'])}$", text, "the list of verbs")


def test_wrong_use_goes_to_standard_error():
    for words in [], ["--bogus"], ["unlock"], ["list", "a", "b"], ["list", "--bogus", "--help"], ["enroll"], ["enroll", "bogus"]:
        result = countersign(*words, check=False)
        expect_equal((result.returncode, result.stdout), (2, ""), f"{words}")
        expect_match("[Uu]sage: countersign ", result.stderr, f"{words}")
    for words, why in ((["unlock"], "a word is missing"), (["unlock", "a", "b"], "'b' is one word too many"), (["unlock", ""], "a word is empty")):
        expect_equal(countersign(*words, check=False).stderr, f"countersign: {why}; usage: countersign unlock USER\n", f"{words}")


def test_words_after_two_dashes_are_no_options():
    expect_match("^--json has no factor$", countersign("list", "--", "--json").stdout, "a name")
    expect_equal(countersign("list", "--", "a", "b", check=False).returncode, 2, "two names")


# ---- another provider ----

def test_store_of_another_provider():
    """Each verb says once where it works, and does its work."""
    write_config({})
    factor = fresh("alice")
    write_config(VERIFY)
    keys = WORKDIR / "keys"
    keys.write_text("# none\n")
    for words, text in ((["list", "alice", "--json"], ""), (["unlock", "alice"], ""), (["lang", "alice", "fr"], ""),
                        (["recovery", "alice", "--json"], ""), (["passwd", "alice", "--stdin", "--json"], "correct horse battery\n"),
                        (["passwd", "alice", "--remove", "--json"], ""),
                        (["enroll", "totp", "alice", "--add", "--no-confirm", "--json"], ""), (["rekey"], ""), (["init"], ""),
                        (["remove", "alice", factor.id, "--json"], "")):
        result = countersign(*words, input=text)
        expect_equal(result.stderr, NOTE, f"{words}")
        expect(words[-1] != "--json" or json.loads(result.stdout), f"{words}: {result.stdout}")
    result = countersign("import", "pam-u2f", keys, "--json", check=False)
    expect_match(f"^{re.escape(NOTE)}countersign: .*: no key was imported", result.stderr, "import")
    result = countersign("enroll", "u2f", "alice", "--request", "--origin", "pam://host.example.com")
    expect_match("^U2F2-enrol", result.stdout, "a request")
    expect(result.stderr.startswith(NOTE), result.stderr)
    expect_equal(countersign("lang", "alice").stdout, "fr\n", "what was stored")
    expect_equal(len(listing("alice")["factors"]), 1, "factors: one more, one less")


def test_provider_of_profile_ibm():
    write_config({"ibm-auth-api": API, "pam": {"pam_ibm_auth": {"additional-args": []}}}, IBM, 0o640)
    write_config({"ibm_auth_config": str(IBM)})
    expect_equal(countersign("unlock", "alice").stderr, NOTE, "IBM's file, which our own names")
    write_config({"ibm_auth_config": str(IBM), "provider": "local"})
    expect_equal(countersign("unlock", "alice").stderr, "", "IBM's file, but the local provider")


def test_check_warns_of_a_group_that_does_not_exist():
    write_config({"exempt_group": "roott", "2fa_group": "nosuch-group", "services": {"sshd": {"retry": 1}}})
    lines = [line for line in countersign("check", check=False).stdout.splitlines() if "there is no group" in line]
    expect_equal(lines, ["warn exempt_group: there is no group 'roott', so it exempts nobody; 'root' was probably meant",
                         "warn 2fa_group: there is no group 'nosuch-group', so everybody is asked"], "warnings, once each")
    write_config({"exempt_group": "root"})
    expect("there is no group" not in countersign("check", check=False).stdout, "it exists")


def test_init_makes_no_key_beside_a_store_and_says_what_it_made():
    write_config({})
    fresh("alice")
    kept = KEY.read_bytes()
    expect_equal(countersign("init").stdout, f"key {KEY}: already there, kept\nstore {STORE}: already there, kept\n", "again")
    KEY.unlink()
    for words in (["init"], ["init", "--key-only"]):
        result = countersign(*words, check=False)
        expect_equal((result.returncode, result.stdout, KEY.exists()), (1, "", False), f"{words}")
        expect_match(f"{KEY}: there is no key, and {STORE} was sealed with another key.*restore {KEY} from its backup",
                     result.stderr, f"{words}")
    KEY.write_bytes(kept)
    KEY.chmod(0o640)
    run("chgrp", USER, KEY)
    expect_equal(len(listing("alice")["factors"]), 1, "factors")


def test_check_names_the_account_that_must_read_the_key_and_what_to_do():
    write_config({})
    before = KEY.stat()
    KEY.chmod(0o600)
    os.chown(KEY, 0, 0)
    lines = countersign("check", check=False).stdout
    os.chown(KEY, before.st_uid, before.st_gid)
    KEY.chmod(before.st_mode & 0o777)
    expect_match(rf"^BAD  key: {KEY}: {USER} needs permission to read it; run chgrp {USER} and chmod g\+r on it", lines, "key")


def test_list_counts_failures_without_a_first_factor():
    write_config({})
    factor = fresh("alice")
    stack("retry=1")
    with Broker():
        pam_login("alice", [factor.wrong()] * 2)
    expect_equal(listing("alice")["failed_tries"], 2, "failed tries")


def test_a_mapping_gives_users_other_names():
    """What is enrolled under the account's name is never found, so the tool says where logins look."""
    write_config({"append": "@example.com"})
    stack("retry=0", "standalone")
    lost = countersign("enroll", "totp", "alice", "--add", "--no-confirm", "--json")
    expect_match("^countersign: note: map_file, append or gecos_.* --no-account NAME", lost.stderr, "the note")
    expect_equal(countersign("rekey").stderr, "", "no user")
    expect_match("(?m)^identity +alice@example.com$", countersign("map", "alice").stdout, "where it says to look")
    found = countersign("--no-account", "enroll", "totp", "alice@example.com", "--no-confirm", "--json")
    expect_equal(found.stderr, "", "the right name")
    for enrolled, code in (lost, "PAM_MAXTRIES"), (found, "PAM_SUCCESS"):
        factor = Factor(json.loads(enrolled.stdout))
        expect_equal(pam_login("alice", [factor.code()]).code, code, enrolled.stdout)
    forget_factors("alice")
    countersign("--no-account", "remove", "alice@example.com", json.loads(found.stdout)["id"])


def test_no_note_without_cause():
    for content in {}, {"provider": "local"}, {"services": {"sshd": {"provider": "verify"}}, "verify": API}:
        write_config(content)
        expect_equal(countersign("unlock", "alice").stderr, "", f"{content}")
    write_config(VERIFY)
    for words in ["options"], ["map", "alice"], ["unlock"], ["list", "--help"], ["lang", "alice", "--json"]:
        expect("note" not in countersign(*words, check=False).stderr, f"{words}: {countersign(*words, check=False).stderr}")
    expect_equal(as_alice("list", "alice").stderr, "countersign: must be run as root\n", "not root")
    write_config({"provider": "nobody"})
    result = countersign("unlock", "alice", check=False)
    expect(result.returncode == 1 and "note" not in result.stderr, f"a broken configuration: {result.stderr}")


def test_check_names_languages_without_a_translation():
    for settings, wanted in (
            ({"default_lang": "fr", "lang": "en_GB", "services": {"sshd": {"lang": "fr_CA"}}}, []),
            ({"default_lang": "eo"}, ["warn default_lang: there is no translation for eo: English is used"]),
            ({"services": {"sshd": {"default_lang": "zh_TW"}}},
             ["warn default_lang: there is no translation for zh_TW: zh_CN is used"]),
            ({"lang": "pt", "services": {"sshd": {"lang": "eo"}, "su": {"lang": "eo"}}},
             ["warn lang: there is no translation for pt: pt_BR is used",
              "warn lang: there is no translation for eo: English is used"])):
        write_config(settings)
        lines = [line for line in countersign("check", check=False).stdout.splitlines() if "lang" in line]
        expect_equal(lines, wanted, f"{settings}: said")


def said_of_sshd(version, settings):
    """The lines of `check` about an sshd of that version."""
    SSHD_FILE.write_text(f"#!/bin/sh\necho '{version}, OpenSSL 3' >&2\nexit 1\n")
    write_config(settings)
    return [line for line in countersign("check", check=False).stdout.splitlines() if line.startswith(("warn", "note")) and "OpenSSH" in line]


def test_check_compares_the_settings_with_the_sshd_installed():
    real = SSHD_FILE.read_bytes()
    for version, settings, patterns in (
            ("OpenSSH_9.2p1 Debian-2", {}, []),
            ("OpenSSH_9.2p1", {"conversation": "live"}, ["^warn conversation=live, but OpenSSH 9.2 keeps text back"]),
            ("OpenSSH_9.2p1", {"services": {"sshd": {"conversation": "live"}}}, ["^warn conversation=live"]),
            ("OpenSSH_9.2p1", {"push_wait": "live"}, ["^warn push_wait=live, but OpenSSH 9.2 .*; use enter or auto$"]),
            ("OpenSSH_10.3p1", {"push_wait": "live"}, ["^note OpenSSH 10.3"]),
            ("OpenSSH_9.2p1", {"services": {"sudo": {"conversation": "live"}}}, []),
            ("OpenSSH_9.4p1", {"push_wait": "silent"}, ["^warn push_wait=silent, and OpenSSH 9.4.*push_wait=enter"]),
            ("OpenSSH_9.5p1", {"push_wait": "silent"}, []),
            ("OpenSSH_9.8p1", {}, ["^note OpenSSH 9.8: .*PerSourcePenaltyExemptList"]),
            ("OpenSSH_10.2p1", {"conversation": "live"}, ["^note OpenSSH 10.2", "^warn conversation=live"]),
            ("OpenSSH_10.3p1", {"conversation": "live"}, ["^note OpenSSH 10.3"]),
            ("another sshd", {"conversation": "live"}, [])):
        lines = said_of_sshd(version, settings)
        expect_equal(len(lines), len(patterns), f"{version} {settings}: {lines}")
        for line, pattern in zip(lines, patterns):
            expect_match(pattern, line, f"{version} {settings}")
    SSHD_FILE.write_bytes(real)


def test_codes_of_another_time_are_named_and_check_warns_of_this_machines_clock():
    write_config({})
    stack("retry=0")
    with Broker() as broker:
        for number, user in enumerate(("alice", "bob", "carol")):
            expect("clock" not in countersign("check").stdout, f"too few: {number}")
            result = pam_login(user, [fresh(user).code(4)], env={"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"})
            expect_equal(result.code, "PAM_MAXTRIES", "a code of the future")
            audit = wait_audit(broker, number + 1)
            expect_equal((audit["reason"], audit["wrong"]), ("clock-off", "untimely:1"), "audit")
            expect_match(r"^\+(90|120)s$", audit["clock"], "how far it is off")
        expect_match(r"^warn the codes of 3 devices were refused since yesterday .* about \+\d+ seconds: .*clock is \d+ seconds slow",
                     countersign("check").stdout, "check")
        pam_login("alice", [fresh("alice").code(4)])
        expect_equal(wait_audit(broker, 4)["reason"], "wrong-code", "without a first factor")


# ---- explain-reason ----

def test_every_reason_is_explained():
    rows = json.loads(countersign("explain-reason", "--json").stdout)
    expect(all(set(row) == {"reason", "counts_as", "cause", "advice"} for row in rows), f"{rows}")
    text = countersign("explain-reason").stdout
    for row in rows:
        expect(f"{row['reason']}\n    {row['cause']}\n    What to do: {row['advice']}\n" in text, row["reason"])
    by_name = {row["reason"]: row for row in rows}
    expect_equal({by_name[name]["counts_as"] for name in ("wrong-code", "wrong-password", "wrong-signature")}, {"wrong"}, "wrong answers")
    expect_equal([by_name[name]["counts_as"] for name in ("throttled", "replayed", "empty-answer", "hang-up")],
                 ["unchecked", "untimely", "unusable", "nothing"], "what others count as")


def test_one_reason_is_explained():
    expect_equal(json.loads(countersign("explain-reason", "no-separator", "--json").stdout)[0]["reason"], "no-separator", "JSON")
    shown = countersign("explain-reason", "hang-up").stdout
    expect_match(r"\Ahang-up\n    .*\n    What to do: .*\n\Z", shown, "text")
    anybody = run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", COUNTERSIGN, "explain-reason", "hang-up")
    expect_equal(anybody.stdout, shown, "anybody may ask")


def test_an_unknown_reason_is_named_with_the_one_meant():
    for word, pattern in (("wrong-cod", "there is no reason 'wrong-cod'; 'wrong-code' was probably meant"),
                          ("xyzzy", "there is no reason 'xyzzy'; 'countersign explain-reason' lists them all")):
        result = countersign("explain-reason", word, check=False)
        expect_equal((result.returncode, result.stdout, result.stderr), (2, "", f"countersign: {pattern}\n"), word)


before_each.append(lambda: write_config({}))
main()
