# SPDX-License-Identifier: Apache-2.0
"""countersign, the administrator's tool: every verb, as it is used and as it is misused."""
import json
import re

import pexpect

from countersign import *

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
BATCH = pathlib.Path("/root/batch")


def terminal(*words):
    """The tool on a terminal."""
    return pexpect.spawn(COUNTERSIGN, list(map(str, words)), timeout=PATIENCE, encoding="utf-8",
                         dimensions=(60, 200))


def status_of(child):
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def refused(*words, status=1, input=None, pattern=""):
    result = countersign(*words, check=False, input=input)
    expect_equal(result.returncode, status, f"{words}: {result.stderr}")
    expect_match(rf"^countersign: .*{pattern}", result.stderr, f"{words}")
    return result


def logs_in(user, code):
    stack("retry=0")
    return pam_login(user, [code, ""]).code == "PAM_SUCCESS"


# ---- enroll ----

def test_enroll_with_confirmation():
    forget_factors("alice")
    with Broker():
        child = terminal("enroll", "totp", "alice")
        child.expect("Scan this with an authenticator app:")
        child.expect(r"or type the secret: ([A-Z2-7 ]+)\r\n")
        expect(child.before.count("\u2588") + child.before.count("\u2580") + child.before.count("\u2584") > 100,
               "no QR code")
        totp = Totp(secret(child.match[1].replace(" ", ""), "the TOTP secret of alice"))
        child.expect(r"or open: (otpauth://totp/\S+)")
        expect(totp_in(child.match[1]) == totp.key, "the URI has another secret")
        for _ in range(2):
            child.expect("Verification code from the app: $")
            child.sendline(totp.wrong())
            child.expect("That code is not right")
        child.expect("Verification code from the app: $")
        expect_equal(listing("alice")["factors"], [], "before it is confirmed")
        child.sendline(totp.code())
        child.expect(r"alice now has factor (\d+)\.")
        factor = int(child.match[1])
        child.expect("Recovery codes of alice, each good once in place of a code or a security key:")
        expect_equal(status_of(child), 0, "status")
        codes = [secret(code, "a recovery code") for code in child.before.split()]
        expect_equal(len(codes), 10, "recovery codes")
        expect_equal([f["id"] for f in listing("alice")["factors"]], [factor], "factors")
        expect(not logs_in("alice", totp.code()), "the code of the confirmation is good for a login")
        expect(logs_in("alice", totp.code(1)), "the next code")
        expect(logs_in("alice", codes[9]), "a recovery code")


def totp_in(uri):
    from urllib.parse import parse_qs, urlparse
    return Totp(parse_qs(urlparse(uri).query)["secret"][0]).key


def test_enroll_not_confirmed():
    forget_factors("alice")
    child = terminal("enroll", "totp", "alice")
    child.expect(r"or type the secret: ([A-Z2-7 ]+)\r\n")
    totp = Totp(secret(child.match[1].replace(" ", ""), "the TOTP secret of alice"))
    for _ in range(3):
        child.expect("from the app: $")
        child.sendline(totp.wrong())
    child.expect("nothing was stored: no code was right")
    expect_equal(status_of(child), 1, "status after three wrong codes")
    child = terminal("enroll", "totp", "alice")
    child.expect("from the app: $")
    child.sendeof()
    expect_equal(status_of(child), 1, "status after the end of the input")
    expect_equal(listing("alice")["factors"], [], "factors")


def test_enroll_kinds():
    forget_factors("alice")
    secret(SECRET, "the given secret")
    for words, row in (([], ("sha1", 6, 30)), (["--algorithm", "sha256", "--digits", "7"], ("sha256", 7, 30)),
                       (["--algorithm=sha512", "--digits=8", "--period=60"], ("sha512", 8, 60))):
        made = countersign("enroll", "totp", "alice", "--add", "--no-confirm", "--json", "--secret", "-", "--label", "my phone",
                           *words, input=SECRET + "\n")
        answer = json.loads(made.stdout)
        for code in answer["recovery_codes"]:
            secret(code, "a recovery code")
        expect_equal((answer["algorithm"], answer["digits"], answer["period"]), row, "answer")
        expect_equal((answer["user"], answer["label"], answer["secret"]), ("alice", "my phone", SECRET), "answer")
        expect_equal(made.stderr, "", "errors")
    factors = listing("alice")["factors"]
    expect_equal([f["digits"] for f in factors], [6, 7, 8], "factors")
    expect_equal({f["label"] for f in factors}, {"my phone"}, "labels")
    expect_equal(listing("alice")["recovery_codes_left"], 10, "recovery codes")


def test_enroll_refusals():
    forget_factors("alice")
    many = "A" * 2000
    for text in ("", "1", "not base32 !", SECRET[:8], many, SECRET + "\x00", "=" * 8, SECRET + "0"):
        refused("enroll", "totp", "alice", "--no-confirm", "--secret", "-", input=text + "\n")
    refused("enroll", "totp", "alice", "--no-confirm", "--secret", "-", input="")
    for words in (["--digits", "5"], ["--digits", "9"], ["--algorithm", "md5"], ["--period", "1000000"]):
        result = countersign("enroll", "totp", "alice", "--no-confirm", *words, check=False)
        expect(result.returncode in (1, 2), f"{words}: {result.returncode}")
        expect(re.search("^countersign: ", result.stderr), f"{words}: {result.stderr}")
    for user in ("", "u" * 300, "a\nb", "a\x1bb"):
        result = countersign("enroll", "totp", user, "--no-confirm", check=False)
        expect(result.returncode != 0 and "\x1b" not in result.stderr, f"{user!r}: {result.stdout}")
    expect_equal(listing("alice")["factors"], [], "factors")
    for _ in range(8):
        enroll("alice")
    refused("enroll", "totp", "alice", "--add", "--no-confirm", pattern="alice already has 8 TOTP and HOTP factors; remove one")
    forget_factors("alice")


def test_secret_never_on_the_command_line():
    secret(SECRET, "the given secret")
    refused("enroll", "totp", "alice", "--no-confirm", "--secret", SECRET, status=2, pattern="--secret takes only '-'")


# ---- batch ----

def write_batch(text):
    BATCH.write_text(text)
    os.chmod(BATCH, 0o600)


def test_batch():
    forget_factors("alice", "bob", "carol")
    write_batch(f"# people\n\nalice\nbob secret={SECRET} digits=8 algorithm=sha256   # old app\n"
                "carol period=60 label=watch\r\n")
    made = [json.loads(line) for line in countersign("enroll", "totp", "--batch", BATCH).stdout.splitlines()]
    expect_equal([m["user"] for m in made], ["alice", "bob", "carol"], "answers")
    for row in made:
        secret(row["secret"], "a secret of the batch")
        for code in row["recovery_codes"]:
            secret(code, "a recovery code of the batch")
    expect_equal(made[1]["secret"], SECRET, "the given secret")
    with Broker():
        for row in made:
            totp = Totp(row["secret"], row["algorithm"], row["digits"], row["period"])
            expect(logs_in(row["user"], totp.code()), row["user"])
    expect_equal(listing("carol")["factors"][0]["label"], "watch", "label")


def test_batch_with_a_bad_line():
    forget_factors("alice", "bob", "carol")
    for line, number in (("bob digits=5", 2), ("bob colour=red", 2), ("bob secret=0189", 2), ("bob period=0", 2),
                         ("bob digits=eight", 2), ("b\x1bob", 2), ("u" * 300, 2), ("bob algorithm=md5", 2)):
        write_batch(f"alice\n{line}\ncarol\n")
        result = refused("enroll", "totp", "--batch", BATCH, pattern=rf"{BATCH}:{number}: .*nobody was enrolled")
        expect_equal(result.stdout, "", f"{line!r}: output")
        for user in ("alice", "bob", "carol"):
            expect_equal(listing(user)["factors"], [], f"{line!r}: factors of {user}")
    # A refusal that only the store can know rolls back what came before it.
    write_batch("alice\n" + "bob\n" * 9)
    refused("enroll", "totp", "--batch", BATCH, pattern="bob already has 8 TOTP and HOTP factors")
    expect_equal(listing("alice")["factors"] + listing("bob")["factors"], [], "factors")
    refused("enroll", "totp", "--batch", "/root/no-such-file", pattern="/root/no-such-file: cannot open")
    refused("enroll", "totp", "--batch", "/root", pattern="/root: ")
    write_batch("alice\0bob\n")
    refused("enroll", "totp", "--batch", BATCH, pattern="not a text file")


# ---- whose account it is ----

def test_unknown_account_is_a_warning_alone_and_an_error_in_a_batch():
    forget_factors("alice", "mistyped")
    warning = "^countersign: warning: this machine knows no account 'mistyped'"
    expect_match(warning, countersign("enroll", "totp", "mistyped", "--no-confirm").stderr, "alone")
    expect_equal(len(listing("mistyped")["factors"]), 1, "factors")
    expect_equal(countersign("list", "mistyped", "--no-account").stderr, "", "with --no-account")
    expect_equal(countersign("list", "alice").stderr, "", "of an account that there is")
    forget_factors("mistyped")
    write_batch("alice\nmistyped\n")
    refused("enroll", "totp", "--batch", BATCH,
            pattern=rf"{BATCH}:2: this machine knows no account 'mistyped'; --no-account .*; nobody was enrolled")
    expect_equal(listing("alice")["factors"] + listing("mistyped")["factors"], [], "factors")
    countersign("--no-account", "enroll", "totp", "--batch", BATCH)
    expect_equal([len(listing(user)["factors"]) for user in ("alice", "mistyped")], [1, 1], "factors")
    forget_factors("alice", "mistyped")


def test_no_account_is_refused_where_no_user_is_named():
    refused("options", "--no-account", status=2, pattern="options stores nothing of a user: leave --no-account out")


# ---- list, remove, recovery, unlock ----

def test_list():
    factor = fresh("alice")
    with Broker():
        expect_equal(listing("alice")["factors"][0]["last_used"], None, "never used")
        expect(logs_in("alice", factor.code()), "login")
        seen = listing("alice")
        expect_match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", seen["factors"][0]["last_used"], "last used")
        expect_equal((seen["user"], seen["recovery_codes_left"], seen["failed_tries"]), ("alice", 10, 0), "list")
        expect_equal(sorted(seen["factors"][0]), sorted(["id", "kind", "label", "algorithm", "digits", "period",
                                                         "drift", "created", "last_used"]), "keys")
    text = countersign("list", "alice").stdout
    expect_match(r"^ *ID  KIND  SETTINGS              SINCE +STATE  LABEL$", text, "headings")
    expect_match(rf"^ *{factor.id}  totp  sha1, 6 digits, 30 s  \d{{4}}-\S+Z  ok$", text, "text")
    countersign("enroll", "totp", "alice", "--add", "--no-confirm", "--period", "3600", "--label", "\u8a8d\u8a3c phone")
    headings, *rows = countersign("list", "alice").stdout.splitlines()[:3]
    expect_equal([row.index("ok") for row in rows], [headings.index("STATE")] * 2, "columns as wide as their contents")
    expect_match(r"  ok +\u8a8d\u8a3c phone$", rows[1], "label")
    forget_factors("alice")
    expect_match("^alice has no factor$", countersign("list", "alice").stdout, "none")


def test_remove():
    first, second = fresh("alice"), enroll("alice")
    other = fresh("bob")
    for number in (other.id, 999999, -1):
        refused("remove", "alice", "--", number, pattern=f"alice has no factor {number}; see 'countersign list'")
    countersign("remove", "alice", first.id)
    expect_equal(([f["id"] for f in listing("alice")["factors"]], listing("alice")["recovery_codes_left"]),
                 ([second.id], 10), "one left")
    countersign("remove", "alice", second.id)
    expect_equal((listing("alice")["factors"], listing("alice")["recovery_codes_left"]), ([], 0), "none left")
    expect_equal(store_rows("SELECT count(*) FROM recovery WHERE user = 'alice'"), [(0,)], "recovery codes")
    expect_equal(len(listing("bob")["factors"]), 1, "the other's")


def test_recovery():
    old = fresh("alice").recovery_codes
    made = json.loads(countersign("recovery", "alice", "--json").stdout)
    new = [secret(code, "a recovery code") for code in made["recovery_codes"]]
    expect_equal((made["user"], len(new), len(set(new) | set(old))), ("alice", 10, 20), "fresh codes")
    with Broker():
        expect(not logs_in("alice", old[0]), "an old code")
        countersign("unlock", "alice")
        expect(logs_in("alice", new[0]), "a new code")
        expect(not logs_in("alice", new[0]), "the same again")
    text = countersign("recovery", "alice").stdout
    expect_equal(len([secret(w, "a recovery code") for w in re.findall(r"^  (\S+)$", text, re.M)]), 10, "text")
    forget_factors("carol")
    refused("recovery", "carol", pattern="carol has no factor; start with 'countersign enroll totp carol'")


def test_unlock():
    write_config({"stack_first_factor": True})
    factor = fresh("alice")
    with Broker() as broker:
        stack("retry=3")
        pam_login("alice", [factor.wrong()] * 4)
        expect_equal(listing("alice")["failed_tries"], 4, "failed tries")
        expect(not logs_in("alice", factor.code()), "let in within the delay")
        countersign("unlock", "alice")
        expect_equal(listing("alice")["failed_tries"], 0, "afterwards")
        expect(logs_in("alice", factor.code()), "still locked")
    # After a clock that ran ahead.
    run("sqlite3", STORE, "UPDATE factor SET last_step = last_step + 100000 WHERE user = 'alice'")
    with Broker() as broker:
        expect(not logs_in("alice", factor.code(1)), "a step of the past")
        expect_match("reason=clock-went-back", broker.log(), "reason")
        expect_match("^1 factors were ahead of the clock and were set to now$",
                     countersign("unlock", "alice").stdout, "unlock")
        expect(logs_in("alice", factor.code(1)), "after unlock")


# ---- passwd ----

PASSWORD = secret("correct horse battery staple", "a password")
ANOTHER = secret("pas tr\u00e8s s\u00fbr, mais long", "another password")


def set_password(user, password=PASSWORD, *words):
    return countersign("passwd", user, "--stdin", *words, input=password + "\n")


def forget_passwords(*users):
    for user in users:
        countersign("unlock", user)
        if listing(user)["password"]:
            countersign("passwd", user, "--remove")


def answers_let_in(user, answers, *arguments):
    stack("retry=0", *arguments)
    return pam_login(user, answers).code == "PAM_SUCCESS"


def test_passwd():
    forget_passwords("alice", "bob")
    with Broker() as broker:
        expect(not answers_let_in("alice", [PASSWORD], "auth_method=password"), "without a password")
        expect_equal(set_password("alice").stdout, "alice now has a password.\n", "output")
        expect_match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", listing("alice")["password"]["changed"], "list")
        expect_match(r"^password: since \d{4}-", countersign("list", "alice").stdout, "list as text")
        expect_equal(listing("bob")["password"], None, "the other's")
        expect("password" not in countersign("list", "bob").stdout, "the other's as text")
        expect(answers_let_in("alice", [PASSWORD], "auth_method=password"), "the password")
        expect(not answers_let_in("alice", [ANOTHER], "auth_method=password"), "a wrong one")
        expect(not answers_let_in("bob", [PASSWORD], "auth_method=password"), "somebody else's")
        made = json.loads(set_password("alice", ANOTHER, "--json").stdout)
        expect_equal((made["user"], list(made["password"])), ("alice", ["changed"]), "JSON")
        expect(not answers_let_in("alice", [PASSWORD], "auth_method=password"), "the old one")
        expect(answers_let_in("alice", [ANOTHER], "auth_method=password"), "the new one")
        countersign("rekey")
        expect(answers_let_in("alice", [ANOTHER], "auth_method=password"), "after rekey")
        expect_equal(json.loads(countersign("passwd", "alice", "--remove", "--json").stdout),
                     {"user": "alice", "password": None}, "removed")
        expect(not answers_let_in("alice", [ANOTHER], "auth_method=password"), "the removed one")
        expect_match("last=no-password", broker.log(), "reason")
        expect_match("last=wrong-password", broker.log(), "reason")
    refused("passwd", "alice", "--remove", pattern="alice has no password")


def test_plans_with_a_password():
    forget_passwords("alice")
    factor = fresh("alice")
    set_password("alice")
    with Broker():
        expect(answers_let_in("alice", [PASSWORD, factor.code()], "auth_method=password-then-totp"), "then")
        expect(not answers_let_in("alice", [PASSWORD, factor.wrong()], "auth_method=password-then-totp"), "wrong code")
        expect(not answers_let_in("alice", [ANOTHER, factor.code(1)], "auth_method=password-then-totp"), "wrong password")
        expect(answers_let_in("alice", [PASSWORD, factor.code(1)], "auth_method=password-then-choice-then-otp"), "choice")
    factor = fresh("alice")
    with Broker():
        for line, allowed in ((PASSWORD, False), (f"{factor.code()}:{ANOTHER}", False), (f"{factor.wrong()}:{PASSWORD}", False),
                              (f"{factor.code()}:{PASSWORD}", True), (f"{factor.code()}:{PASSWORD}", False)):
            expect_equal(answers_let_in("alice", [line], "auth_method=password-and-totp"), allowed, "and")


def test_passwd_on_a_terminal():
    forget_passwords("alice")
    for first, second, text in ((PASSWORD, ANOTHER, "nothing was stored: the two passwords differ"),
                                ("short", None, "shorter than 8 characters"), ("", None, "an empty password")):
        child = terminal("passwd", "alice")
        child.expect("New password of alice: $")
        child.sendline(first)
        if second:
            child.expect("Repeat the password: $")
            child.sendline(second)
        child.expect(text)
        expect_equal(status_of(child), 1, f"{text}: status")
        expect_equal(listing("alice")["password"], None, text)
    child = terminal("passwd", "alice")
    seen = ""
    for prompt in "New password of alice: $", "Repeat the password: $":
        child.expect(prompt)
        seen += child.before
        child.sendline(PASSWORD)
    child.expect("alice now has a password.")
    expect(PASSWORD not in seen + child.before, "the password was shown")
    expect_equal(status_of(child), 0, "status")
    expect(listing("alice")["password"], "list")


def test_passwd_refusals():
    forget_passwords("alice")
    for text in ("", "short12", "\u00fc" * 7, "x" * 512, "x" * 3000, "with a \0 inside", "with a \t tab", "carriage\rreturn",
                 "bidi \u202e override"):
        refused("passwd", "alice", "--stdin", input=text + "\n", pattern="password")
    refused("passwd", "alice", "--stdin", "--force", input="\n", pattern="an empty password is never right")
    refused("passwd", "alice", "--stdin", input="", pattern="the input ended")
    refused("passwd", "alice", input=PASSWORD + "\n", pattern="standard input is not a terminal; --stdin")
    refused("passwd", "", "--stdin", status=2, input=PASSWORD + "\n", pattern="a word is empty")
    for user in ("u" * 300, "a\nb", "a\x1bb"):
        refused("passwd", user, "--stdin", input=PASSWORD + "\n", pattern="the user name ")
    expect_equal(store_rows("SELECT count(*) FROM password"), [(0,)], "passwords")
    for password in ("short12", "\u00fc", "x" * 511):
        set_password("alice", secret(password, "a password"), "--force")
    set_password("alice", "\u00fc" * 8)
    forget_passwords("alice")


def test_passwd_forgets_failures_of_the_old_one():
    forget_passwords("alice")
    set_password("alice")
    write_config({"stack_first_factor": True})
    with Broker():
        for _ in range(4):
            expect(not answers_let_in("alice", [ANOTHER], "auth_method=password"), "a wrong one")
        expect_equal(listing("alice")["failed_tries"], 4, "failed tries")
        expect(not answers_let_in("alice", [PASSWORD], "auth_method=password"), "within the delay")
        set_password("alice", ANOTHER)
        expect_equal(listing("alice")["failed_tries"], 0, "failed tries afterwards")
        expect(answers_let_in("alice", [ANOTHER], "auth_method=password"), "the new one")
        for _ in range(4):
            expect(not answers_let_in("alice", [PASSWORD], "auth_method=password"), "a wrong one")
        countersign("unlock", "alice")
        expect(answers_let_in("alice", [ANOTHER], "auth_method=password"), "after unlock")


# ---- rekey ----

def test_rekey_beside_a_running_broker():
    with Broker() as broker:
        factor, other = fresh("alice"), fresh("bob")
        expect(logs_in("alice", factor.code()), "before")
        for number in range(2):
            old = KEY.read_bytes()
            result = countersign("rekey")
            expect_match(r"^\d+ secrets were sealed with the new key$", result.stdout, "output")
            new = KEY.read_bytes()
            expect(new != old and len(new.splitlines()) == 1, "the key file")
            expect_equal((os.stat(KEY).st_mode & 0o7777, os.stat(KEY).st_uid, grp.getgrgid(os.stat(KEY).st_gid).gr_name),
                         (0o640, 0, USER), "mode and owner of the key file")
            expect(logs_in(*(("alice", factor.code(1)), ("bob", other.code()))[number]), "the next login")
        expect(logs_in("alice", factor.recovery_codes[0]), "a recovery code")
        expect_equal(countersign("check").returncode, 0, "check")
        expect(not re.search("^<[0-4]>", broker.log(), re.M), f"warnings: {broker.log()}")


def test_interrupted_rekey():
    """After the new key was written and before anything was sealed with it; then some of each."""
    with Broker() as broker:
        factor = fresh("alice")
        expect(logs_in("alice", factor.code()), "before")
        old = KEY.read_bytes()
        new = base64.b64encode(os.urandom(32)) + b"\n"
        KEY.write_bytes(new + old)
        expect(logs_in("alice", factor.code(1)), "with both keys")
        mixed = fresh("bob")
        expect(logs_in("bob", mixed.code()), "a factor of the new key")
        expect_equal(countersign("check").returncode, 0, "check with both keys")
        countersign("rekey")
        expect_equal(KEY.read_bytes(), new, "the key file afterwards")
        expect(logs_in("bob", mixed.code(1)), "bob afterwards")
        expect(logs_in("alice", factor.recovery_codes[0]), "alice afterwards")
        expect(broker.running, "the broker ended")


def test_rekey_that_fails():
    fresh("alice")
    before = store_rows("SELECT id, secret FROM factor")
    os.rename(STORE, f"{STORE}.away")
    result = refused("rekey", pattern=f"{STORE}: there is no store")
    expect_match(f"{KEY} holds both keys; run 'countersign rekey' again once the cause is fixed", result.stderr, "advice")
    os.rename(f"{STORE}.away", STORE)
    expect_equal(len(KEY.read_bytes().splitlines()), 2, "keys")
    expect_equal(store_rows("SELECT id, secret FROM factor"), before, "secrets")
    countersign("rekey")
    expect_equal(len(KEY.read_bytes().splitlines()), 1, "keys afterwards")
    with Broker():
        expect(logs_in("alice", fresh("alice").code()), "afterwards")


# ---- try ----

def test_try():
    with Broker() as broker:
        factor = fresh("alice")
        advice = countersign("explain-reason", "totp").stdout.partition("\n")[2]
        result = countersign("try", "alice", "--service", "sshd", "--rhost", "192.0.2.8", input=factor.code() + "\n")
        expect_equal(result.stdout, "Verification code: verdict: allow\nreason: totp\n" + advice, "allow")
        audit = wait_audit(broker)
        expect_equal((audit["service"], audit["rhost"]), ("sshd", "192.0.2.8"), "audit")
        wrong = factor.wrong() + "\n"
        for words, text, status, verdict in (
                (["alice"], wrong * 4, 1, "max-tries"),
                (["alice", "--", "retry=0"], wrong, 1, "max-tries"),
                (["no-such-user", "--", "retry=0"], "123456\n", 1, "max-tries"),
                (["alice", "--", "retry=x"], "", 1, "misconfigured"),
                (["alice", "--", "2fa_group=robots"], "", 1, "exempt")):
            result = countersign("try", *words, input=text, check=False)
            expect_equal(result.returncode, status, f"{words}: {result.stdout}{result.stderr}")
            expect_match(f"verdict: {verdict}$", result.stdout, f"{words}")
        forget_factors("carol")
        result = countersign("try", "carol", "--", "accept_on_missing_auth_method", check=False)
        expect_equal(result.returncode, 1, "not enrolled")
        expect_match("^verdict: not-enrolled\nreason: accept_on_missing_auth_method$", result.stdout, "not enrolled")
        expect_equal(countersign("try", "alice", input="", check=False).returncode, 1, "the end of the input")
    countersign("unlock", "alice")  # the wrong codes above have earned a delay
    result = countersign("try", "alice", input=factor.code(1) + "\n")
    expect_match("verdict: allow", result.stdout, "without a broker")


def test_try_on_a_terminal():
    with Broker():
        factor = fresh("alice")
        child = terminal("try", "alice", "--", "otp_echo=no")
        child.expect("Verification code: $")
        code = factor.code()
        child.sendline(code)
        child.expect("verdict: allow")
        expect(code not in child.before, "the code was shown in spite of otp_echo=no")
        expect_equal(status_of(child), 0, "status")


# ---- check, options, misuse ----

def test_check_says_which_plan_nobody_can_pass():
    """What every login would be refused for is BAD, with the place in the file or the PAM line."""
    tenant = {"host": "localhost", "client-id": "id", "client-secret": "secret"}
    choice = {"auth_method": "choice-then-otp", "no_enrollments_in_choice": True}
    # settings, words of the PAM line, the plan's name in the output, what it says
    cases = ((choice, [], "plan", rf"{CONFIG}:\d+:\d+: auth_method=choice-then-otp: its options leave nothing"),
             ({"auth_method": "device"}, [], "plan", rf"{CONFIG}:\d+:\d+: provider 'local' has none of the factors"),
             ({"auth_method": "smsotp"}, [], "plan", rf"{CONFIG}:\d+:\d+: provider 'local' has none of the factors"),
             ({"provider": "verify", "auth_method": "totp"}, [], "plan", rf"{CONFIG}:\d+:\d+: .*verify"),
             ({"provider": "verify", "verify": tenant, "auth_method": "u2f"}, [], "plan",
              rf"{CONFIG}:\d+:\d+: provider 'verify' has none of the factors that auth_method=u2f"),
             ({"services": {"sudo": {"auth_method": "voiceotp"}}}, [], "plan of service 'sudo'",
              rf"{CONFIG}:\d+:\d+: provider 'local' has none"),
             ({}, ["auth_method=device"], "plan", "the PAM line: provider 'local' has none"))
    for settings, words, what, problem in cases:
        write_config(settings)
        result = countersign("check", *(["--", *words] if words else []), check=False)
        expect_equal(result.returncode, 1, f"{settings} {words}: status")
        expect_match(f"^BAD  {re.escape(what)}: {problem}", result.stdout, f"{settings} {words}")
    for settings in ({}, {"auth_method": "password-and-totp"}, {"provider": "verify", "verify": tenant, "auth_method": "device"},
                     {"auth_method": "device", "services": {"sshd": {"auth_method": "totp"}}}):
        write_config(settings)
        output = countersign("check", check=False).stdout
        expect_match("^ok   plan" if "services" not in settings else "^ok   plan of service 'sshd'", output, str(settings))
    write_config({})


def warnings_of(*words):
    rows = json.loads(countersign("check", "--json", *words, check=False).stdout)
    return [row["warning"] for row in rows if row["what"] == "warning"]


def test_check_warns_of_acceptance_without_a_first_factor():
    accept = "accept_on_missing_auth_method"
    pattern = "lets in users without a factor.*missing_result=ignore"
    write_config({})
    for words, warned in (([], False), ([accept], True), ([accept, "auth_method=u2f"], True),
                          ([accept, "stack_first_factor"], False), ([accept, "missing_result=ignore"], False),
                          ([accept, "auth_method=password-then-totp"], False), (["missing_result=ignore"], False)):
        found = warnings_of("--", *words)
        expect_equal([bool(re.search(pattern, text)) for text in found], [True] if warned else [], f"{words}: {found}")
    write_config({"services": {"sshd": {accept: True}, "su": {}}})
    found = warnings_of()
    expect_equal(len(found), 1, f"{found}")
    expect_match(rf"^service 'sshd': {accept} {pattern}", found[0], "the service is named")
    write_config({})


def test_check_warns_of_a_service_that_is_a_typing_error():
    write_config({"services": {"sshd": {"retry": 0}, "ssdh": {"retry": 0}, "no-such-thing": {}, "countersign": {}}})
    found = warnings_of()
    expect_equal(len(found), 1, f"{found}")
    expect_match("no PAM file for 'ssdh'.*'sshd' was probably meant$", found[0], "a typing error")
    write_config({})


def test_check():
    with Broker():
        result = countersign("check")
        lines = without_sshd_note(result.stdout.splitlines())
        expect(lines and all(line.startswith("ok ") for line in lines), result.stdout)
        rows = json.loads(countersign("check", "--json").stdout)
        expect(len(rows) >= 6 and all(row["ok"] and row["problem"] is None for row in rows), f"{rows}")
        os.chmod(KEY, 0o644)
        result = countersign("check", "--json", check=False)
        os.chmod(KEY, 0o640)
        bad = [row for row in json.loads(result.stdout) if not row["ok"]]
        expect(result.returncode == 1 and bad and all("chmod 0640" in row["problem"] for row in bad), f"{bad}")


def test_options():
    rows = json.loads(countersign("options", "--json").stdout)
    wanted = {"name", "section", "aliases", "inverse", "type", "values", "default", "built_in", "default_ibm", "scope", "pam", "file",
              "help"}
    placed = [(row["section"], row["name"]) for row in rows]
    expect_equal(len(set(placed)), len(placed), "names")
    names = [row["name"] for row in rows if row["section"] is None]
    members = [row["name"] for row in rows if row["section"] == "verify"]
    for name in ("host", "client-id", "client-secret", "client-secret-file", "ca-path", "trace-file"):
        expect(name in members, f"{name} is missing in the section")
    for row in rows:
        numbers = {"min", "max"} if row["type"] == "number" else set()
        expect_equal(set(row), wanted | numbers, f"{row['name']}: keys")
        expect(row["type"] in ("flag", "number", "choice", "name", "groups", "text", "language", "path",
                               "variable", "list", "accounts", "date", "server", "address"), f"{row}")
        expect(row["scope"] in ("login", "module", "broker", "tool"), f"{row}")
        expect(row["help"].endswith(".") and (row["pam"] or row["file"]), f"{row}")
        expect((row["type"] in ("choice", "name")) == bool(row["values"]), f"{row}")
        if row["type"] in ("choice", "name"):
            expect(row["default"] in row["values"], f"{row}")
        if row["type"] == "number":
            for default in (row["default"], row["default_ibm"]):
                expect(default is None or row["min"] <= int(default) <= (row["max"] or int(default)), f"{row}")
        expect(row["inverse"] is None or row["type"] == "flag" and row["inverse"] not in names, f"{row}")
    for name in ("auth_method", "exempt_group", "2fa_group", "exempt_result", "retry", "stack_first_factor",
                 "accept_on_missing_auth_method", "otp_prompt", "otp_echo", "debug", "require_broker", "standalone",
                 "socket", "config", "allow_unprivileged", "login_timeout"):
        expect(name in names, f"{name} is missing")
    by_name = {row["name"]: row for row in rows}
    expect_equal(by_name["require_broker"]["aliases"], ["failifnoqueueserver"], "alias")
    expect_equal(by_name["accept_on_missing_auth_method"]["inverse"], "reject_on_missing_auth_method", "inverse")
    expect_equal([by_name[name]["default_ibm"] for name in ("retry", "otp_echo", "password_retry", "otp_prompt")],
                 ["3", "no", "0", "Enter OTP %C- "], "defaults of profile ibm")
    text = countersign("options").stdout
    for row in rows:
        expect_match(rf"^{row['name']} ", text, "text")
        expect(row["help"] in text, f"{row['name']}: help")
    expect_match(r"^otp_echo  flag  default: yes  profile ibm: no  set in: PAM line file$", text, "profile")
    expect_match(r"^prompt_sms  text  default: built in  profile ibm: %I\) %N\\n  set in", text, "one line")
    expect_match(r"^u2f_app_id  \w+  default: see below  set in", text, "one that the help explains")
    expect_match(r"^exempt_group  groups  default: none  set in", text, "none")
    expect_match(r"^port  number 1-65535  default: 443  set in: file, section verify$", text, "a member of a section")
    expect_match(r"^trace-rollover  number 0 or more  default: 0  set in", text, "no upper bound")
    expect_match(r"^add_devices_to_choice \(not no_devices_in_choice\)  flag", text, "inverse")


def test_misuse():
    for words in ([], ["no-such-verb"], ["--no-such-option"], ["report", "a"], ["list", "a", "b"], ["list", "-x"], ["enroll"],
                  ["enroll", "sms", "alice"], ["enroll", "totp"], ["enroll", "totp", "a", "b"], ["enroll", "hotp"],
                  ["enroll", "hotp", "alice", "--counter", "x"], ["enroll", "hotp", "alice", "--batch", "f"],
                  ["enroll", "totp", "alice", "--digits", "x"], ["enroll", "totp", "alice", "--period", "-1"],
                  ["enroll", "totp", "alice", "--no-such"], ["enroll", "totp", "alice", "--json"],
                  ["enroll", "totp", "alice", "--batch", "f"], ["remove", "alice"], ["remove", "alice", "x"],
                  ["remove", "alice", "1x"], ["try"], ["try", "a", "b"], ["try", "--no-such", "a"], ["check", "x"],
                  ["options", "x"], ["rekey", "x"], ["init", "x"], ["recovery"], ["unlock"], ["passwd"],
                  ["passwd", "a", "b"], ["passwd", "alice", "--json"], ["passwd", "alice", "--remove", "--stdin"],
                  ["passwd", "alice", "--no-such"], ["--config"]):
        result = countersign(*words, check=False)
        expect_equal(result.returncode, 2, f"{words}: {result.stdout}{result.stderr}")
        expect(result.stderr and not result.stdout, f"{words}: where it says so")
    for words in (["--help"], ["--version"]):
        result = countersign(*words)
        expect(result.stdout and not result.stderr, f"{words}")


def test_init_changes_nothing_that_is_there():
    fresh("alice")
    before = KEY.read_bytes(), user_state()
    for words in (["init"], ["init", "--key-only"]):
        countersign(*words)
        expect_equal((KEY.read_bytes(), user_state()), before, f"{words}")


def test_not_root():
    write_batch("alice\n")
    fresh("alice")
    before = user_state()
    for words in (["list", "alice"], ["enroll", "totp", "alice", "--no-confirm"], ["enroll", "totp", "--batch", "/etc/hostname"],
                  ["recovery", "alice"], ["remove", "alice", "1"], ["unlock", "alice"], ["passwd", "alice"], ["passwd", "alice", "--stdin"],
                  ["passwd", "alice", "--remove"], ["rekey"], ["check"], ["init"]):
        result = run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", COUNTERSIGN, *words, check=False)
        expect(result.returncode in (1, 2), f"{words}: {result.returncode}")
        expect_equal((result.stdout, result.stderr), ("", "countersign: must be run as root\n"), f"{words}")
    result = run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", COUNTERSIGN, "try", "root", check=False)
    expect_equal(result.returncode, 1, "try")
    result = run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", COUNTERSIGN, "options")
    expect("auth_method" in result.stdout, "options are no secret")
    expect_equal(user_state(), before, "state")


before_each.append(lambda: write_config({}))
main()
