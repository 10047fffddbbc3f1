# SPDX-License-Identifier: Apache-2.0
"""Enrolling: for whom, what is shown and when, and how the entry in an app is called."""
import json
import platform
from urllib.parse import unquote, urlparse

import pexpect

from countersign import *

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
BATCH = WORKDIR / "keys" / "batch"
HOST = platform.node()


def refused(*words, input=None, pattern):
    result = countersign(*words, check=False, input=input)
    expect_equal((result.returncode, result.stdout), (1, ""), f"{words}: {result.stderr}")
    expect_match(pattern, result.stderr, f"{words}")
    expect(SECRET not in result.stderr, f"{words}: a secret in the message")


def state():
    return store_rows("SELECT user FROM factor"), store_rows("SELECT user FROM password")


def batch(text):
    BATCH.parent.mkdir(mode=0o700, exist_ok=True)
    BATCH.write_text(text)
    return ["enroll", "totp", "--batch", BATCH]


# ---- names ----

def test_batch_takes_no_line_of_another_list_for_a_name():
    secret(SECRET, "the secret of the batch")
    before = state()
    for line, why in ((f"bob,{SECRET}", "','"), (f"bob:{SECRET}", "':'"), (f"bob;{SECRET}", "';'"), (f"secret={SECRET}", "'='"),
                      (f"bob\u00a0{SECRET}\u0085", "control"), ("-bob", "hyphen"), (f'" bob" secret={SECRET}', "blank"),
                      (f'"bob secret={SECRET}', "quotes"), (f'"bob"secret={SECRET}', "quotes"), (f'"" secret={SECRET}', "empty"),
                      (SECRET, "looks like a secret"), (f'"bob {SECRET}"', "looks like a secret"), (f"bob/{SECRET}", "looks like a secret"),
                      (f"bob {SECRET}", "may follow the user's name")):
        refused(*batch(f"alice\n{line}\n"), pattern=rf"^countersign: {BATCH}:2: .*{why}.*nobody was enrolled")
        refused(*batch(f"alice\n{line}\n"), "--no-account", pattern=rf"^countersign: {BATCH}:2: .*{why}.*nobody was enrolled")
    expect_equal(state(), before, "the store")


def test_batch_takes_an_account_whose_name_looks_like_a_secret():
    add_accounts(["jenkins2deployagent"])
    made = json.loads(countersign(*batch("jenkins2deployagent\n")).stdout)
    expect_equal(made["user"], "jenkins2deployagent", "user")
    countersign("remove", made["user"], str(made["id"]))


def test_batch_takes_every_name_that_an_account_can_have():
    names = ["EXAMPLE\\alice", "alice@example.com", "domain admin", "machine$"]
    made = countersign(*batch("".join(f'"{name}" digits=8\n' for name in names)), "--no-account").stdout
    expect_equal([json.loads(line)["user"] for line in made.splitlines()], names, "users")
    made = countersign(*batch("machine$\n"), "--add", "--no-account").stdout
    expect_equal(json.loads(made)["user"], "machine$", "without quotes")
    forget_factors(*names)


def test_no_verb_enrols_what_is_no_name():
    before = state()
    name = f"alice,{SECRET}"
    for words, input in ((["enroll", "totp", name, "--no-confirm"], None), (["enroll", "u2f", name, "--request"], None),
                         (["passwd", name, "--stdin"], "correct horse battery staple\n")):
        refused(*words, input=input, pattern="^countersign: the user name holds ','")
    expect_equal(state(), before, "the store")
    expect_match("^countersign: the user name holds ','", countersign("lang", name, "fr", check=False).stderr, "lang")


def test_what_is_stored_under_no_name_can_be_seen_and_removed():
    """An earlier version took any text."""
    before = state()
    for name in "a,b", "a\x1b[31mb\u202e":
        bound = "x'" + name.encode().hex() + "'"
        run("sqlite3", STORE, "INSERT INTO factor (user, kind, label, algorithm, digits, period, secret, created) "
                              f"VALUES (CAST({bound} AS TEXT), 'totp', '', 'sha1', 6, 30, x'00', 0)")
        run("sqlite3", STORE, f"INSERT INTO password (user, hash, changed) VALUES (CAST({bound} AS TEXT), x'00', 0)")
        countersign("lang", name, "none")
        countersign("unlock", name)
        countersign("passwd", name, "--remove")
        countersign("remove", name, listing(name)["factors"][0]["id"])
    expect_equal(state(), before, "the store")


# ---- what is shown, and when ----

def shown(*words):
    """What a terminal shows until the tool ends or asks for the code."""
    child = pexpect.spawn(COUNTERSIGN, list(map(str, words)), timeout=PATIENCE, encoding="utf-8", dimensions=(60, 200))
    child.expect(["Verification code from the app: $", pexpect.EOF])
    text = child.before
    child.close(force=True)
    return text


def test_no_secret_is_shown_that_could_not_be_stored():
    expect_match("or type the secret: ", shown("enroll", "totp", "carol"), "all is well")
    expect_equal(listing("carol")["factors"], [], "before it is confirmed")
    for _ in range(8):
        enroll("carol")

    def away(path):
        os.rename(path, f"{path}.away")
        return lambda: os.rename(f"{path}.away", path)

    for prepare, pattern in ((lambda: lambda: None, "carol already has 8 TOTP and HOTP factors"), (lambda: away(STORE), "there is no store"),
                             (lambda: away(KEY), "there is no key")):
        undo = prepare()
        try:
            text = shown("enroll", "totp", "carol", "--add")
        finally:
            undo()
        expect_match(pattern, text, "why")
        expect("secret:" not in text and "otpauth" not in text and "Scan" not in text, f"{pattern}: {text}")
    forget_factors("carol")
    expect_equal(store_rows("SELECT count(*) FROM recovery WHERE user = 'carol'"), [(0,)], "codes of a rehearsal")


def test_what_stands_behind_the_line_asked_for_is_refused():
    """A file with a second line was meant otherwise."""
    secret(SECRET, "the given secret")
    before = state()
    for rest in (f"{SECRET}\n", "x", "\n\nx\n", "\0"):
        for words, line in ((["enroll", "totp", "bob", "--no-confirm", "--json", "--secret", "-"], SECRET),
                            (["passwd", "bob", "--stdin"], "correct horse battery staple")):
            refused(*words, input=f"{line}\n{rest}", pattern="something follows the line .* nothing was stored")
    expect_equal(state(), before, "the store")
    totp = Totp(SECRET)
    result = countersign("enroll", "totp", "bob", "--secret", "-", input=f"{SECRET}\n{totp.code()}\nmore\n", check=False)
    expect_equal(result.returncode, 1, "behind the code")
    expect_equal(state(), before, "the store")
    for end in ("", "\n", "\n \r\n\n"):
        countersign("passwd", "bob", "--stdin", "--force", input=f"correct horse{end}")
    countersign("passwd", "bob", "--remove")
    countersign("enroll", "totp", "bob", "--secret", "-", input=f"{SECRET}\n{totp.code()}\n")
    forget_factors("bob")


# ---- names in an app ----

def entry(*words, user="alice"):
    """Issuer and label of the URI, as an app takes them apart."""
    answer = json.loads(countersign("enroll", "totp", user, "--no-confirm", "--json", *words).stdout)
    countersign("remove", user, answer["id"])
    uri = urlparse(answer["uri"])
    issuer, _, label = unquote(uri.path[1:]).partition(":")
    given = unquote(dict(word.split("=") for word in uri.query.split("&"))["issuer"])
    expect_equal(given, issuer, "the two issuers")
    return issuer, label


def test_an_entry_in_an_app_names_the_machine():
    """Apps keep one entry for each pair: enrolled on two machines, one would replace the other."""
    write_config({})
    expect_equal(entry(), (HOST, f"alice@{HOST}"), "defaults")
    run("hostname", "other")
    try:
        expect_equal(entry(), ("other", "alice@other"), "on another machine")
    finally:
        run("hostname", HOST)


def test_settings_and_options_name_the_entry():
    write_config({"issuer": "Example (%H)", "label": "%U, 100%"})
    expect_equal(entry(), (f"Example ({HOST})", "alice, 100%"), "settings")
    expect_equal(entry("--issuer", "Mine"), ("Mine", "alice, 100%"), "--issuer")
    expect_equal(entry("--label", "my %U phone"), (f"Example ({HOST})", "my %U phone"), "--label")
    answer = json.loads(countersign(*batch("bob label=watch\n"), "--issuer", "Mine").stdout)
    expect_match("^otpauth://totp/Mine:watch[?]", answer["uri"], "batch")
    forget_factors("bob")
    result = countersign("enroll", "totp", "alice", "--no-confirm", "--json", "--issuer", "a:b", check=False)
    expect_equal(result.returncode, 1, "a colon in the issuer")
    expect_match("issuer 'a:b' holds a colon", result.stderr, "a colon in the issuer")
    expect_equal(listing("alice")["factors"], [], "what was refused")
    write_config({"services": {"sshd": {"issuer": "x"}}})
    expect_match("'issuer' is not a setting of a login", countersign("check", check=False).stdout, "under services")
    write_config({})


main()
