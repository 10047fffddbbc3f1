# SPDX-License-Identifier: Apache-2.0
"""`enroll --batch`: files as spreadsheets and people write them, every wrong line with its place, and the way back."""
import json
import re

from countersign import *

FILE = WORKDIR / "keys" / "people.csv"
SECRET = secret("MFRGGZDFMZTWQ2LKNNWG23TPOA", "the given secret")
PEOPLE = ["alice", "bob", "carol"]


def test_prepare():
    stack("auth_method=totp", "retry=0", "require_broker")
    write_config({"throttle": False})
    FILE.parent.mkdir(mode=0o700, exist_ok=True)


def batch(content, *words, check=True):
    FILE.write_bytes(content if isinstance(content, bytes) else content.encode())
    return countersign("enroll", "--batch", FILE, *words, check=check)


def enrolled(content, *words):
    rows = [json.loads(line) for line in batch(content, *words).stdout.splitlines()]
    for row in rows:
        secret(row["secret"], "a secret of the batch")
        for code in row["recovery_codes"]:
            secret(code, "a recovery code of the batch")
    return rows


def factors():
    return store_rows("SELECT user, label, algorithm, digits, period FROM factor ORDER BY id")


def nobody():
    for user in PEOPLE:
        countersign("forget", user)
    expect_equal(factors(), [], "factors")


def logs_in(user, code):
    return pam_login(user, [code]).code == "PAM_SUCCESS"


def undo(*words, status=0):
    answer = countersign("enroll", "--undo", *words, check=False)
    expect_equal(answer.returncode, status, f"undo {words}: {answer.stderr}")
    return answer


# ---- what is read ----

def test_csv_as_a_spreadsheet_writes_it():
    nobody()
    text = f'\ufeffUser,Kind,Secret,Algorithm,Digits,Period,Label,Language\r\nalice,,,,,,,\r\n' \
           f'"bob",totp,{SECRET},sha256,8,60,"his ""old"", grey one",de\r\n\r\ncarol,totp,,,,,,pt-BR'
    rows = enrolled(text)
    expect_equal([row["user"] for row in rows], PEOPLE, "answers")
    expect_equal(factors(), [("alice", "", "sha1", 6, 30), ("bob", 'his "old", grey one', "sha256", 8, 60), ("carol", "", "sha1", 6, 30)],
                 "what is stored")
    expect_equal(rows[1]["secret"], SECRET, "the given secret")
    expect_equal([countersign("lang", user).stdout for user in PEOPLE], ["none\n", "de\n", "pt_BR\n"], "languages")
    with Broker():
        for row in rows:
            totp = Totp(row["secret"], row["algorithm"], row["digits"], row["period"])
            expect(logs_in(row["user"], totp.code()), row["user"])


def test_semicolons_and_any_order_of_columns():
    nobody()
    expect_equal([(row["user"], row["label"]) for row in enrolled("label;user\na, b;alice\n;bob\n")], [("alice", "a, b"), ("bob", "")], "rows")


def test_words_as_before():
    nobody()
    rows = enrolled(f'# people\nalice digits=8 # old\n\n"bob" secret={SECRET} label=watch language=fr kind=totp\r\n')
    expect_equal([(row["user"], row["digits"], row["label"]) for row in rows], [("alice", 8, ""), ("bob", 6, "watch")], "rows")
    expect_equal(countersign("lang", "bob").stdout, "fr\n", "language")


def test_devices_that_count():
    nobody()
    [row] = enrolled(f"user,kind,secret,counter\nalice,hotp,{SECRET},7\n")
    expect_equal((row["kind"], row["counter"], store_rows("SELECT kind, last_step FROM factor")), ("hotp", 7, [("hotp", 6)]), "what is stored")
    code = run("oathtool", "--hotp", "--base32", "--counter=7", SECRET).stdout.strip()
    with Broker():
        expect(logs_in("alice", secret(code, "a code of oathtool")), "the next code")


# ---- what is refused ----

def refused(content, *places):
    """`places`: "LINE:COLUMN: words", each of which one line says."""
    answer = batch(content, check=False)
    expect_equal((answer.returncode, answer.stdout), (1, ""), f"{content!r}")
    expect_equal(factors(), [], f"{content!r}: nobody")
    expect(SECRET not in answer.stderr, "a secret in a message")
    lines = [line for line in answer.stderr.splitlines() if "nobody was enrolled" in line]
    expect_equal(len(lines), len(places), f"{content!r}: {answer.stderr}")
    for line, place in zip(lines, places):
        expect_match("^countersign: " + re.escape(str(FILE)) + ":" + place, line, f"{content!r}")
    if len(places) > 1:
        expect_match(rf"people.csv: {len(places)} lines are wrong$", answer.stderr, "how many")


def test_each_wrong_line_is_named_with_its_column():
    nobody()
    head = "user,secret,digits,label\n"
    refused(head + "alice,,,\nnobody-here,,,\nbob,0189,,\ncarol,,9,\nbob,,x,\n,,,\nalice,,\nbob,a\"b,,\ncarol,,,ok\n",
            "3:1: column 'user': this machine knows no account 'nobody-here'", "4:5: column 'secret': ",
            "5:8: column 'digits': 9 digits", "6:6: column 'digits': ", "7:1: column 'user': empty", "8: 3 fields, where the first line has 4",
            "9:6: quotes within a field")
    refused("user,label\nalice,ok\nbob," + "x" * 65 + "\n", "3:5: column 'label': the label is longer than 64 bytes")
    refused("user,kind\nalice,u2f\n", "2:7: column 'kind': 'u2f': totp or hotp expected")
    refused("user,kind,counter,period\nalice,totp,5,\nbob,hotp,x,\ncarol,hotp,5,30\n", "2:12: column 'counter': only hotp has a counter",
            "3:10: column 'counter': a number from 0", "4:14: column 'period': HOTP codes have no period")
    refused("user,language\nalice,klingon!\n", "2:7: column 'language': 'klingon!' is not a language")
    refused("user,algorithm,period\nalice,md5,30\nbob,sha1,4000\n", "2:7: column 'algorithm': ", "3:10: column 'period': ")
    refused("user,label\nalice,\"open\nbob,x\n", "2:7: the quotes that begin here do not end")
    refused(f"user,label\n{SECRET},x\n", "2:1: column 'user': this machine knows no account of that name, which looks like a secret")
    expect_match(f"{FILE}:2:1: column 'user': the user name holds '='", batch("user,label\na=b,x\n", "--no-account", check=False).stderr, "no account")
    refused("bob colour=red\nalice\nnobody-here\n", "1: only secret=", "3: this machine knows no account 'nobody-here'")


def test_a_wrong_header_says_what_there_is():
    nobody()
    refused("user,sekret\nalice,x\n", "1:6: there is no column 'sekret', only user, kind, secret")
    refused("user,address\nalice,a@example.com\n", "1:6: the column 'address': the local provider sends nothing")
    refused("secret,label\nx,y\n", "1:1: no column is called 'user'")
    refused("user,label,User\nalice,x,bob\n", "1:12: the column 'user' is there twice")
    refused("user,label,\nalice,x,\n", "1:12: a column has no name")
    refused("user,label\nalice,x\n".encode("utf-16"), " not a text file")


def test_a_hundred_wrong_lines_are_enough():
    nobody()
    answer = batch("".join(f"nobody{number}\n" for number in range(300)), check=False)
    expect_equal((answer.returncode, answer.stderr.count("knows no account")), (1, 100), "named")
    expect_match("100 lines are wrong, and the rest was not looked at", answer.stderr, "said")


def test_wrong_use():
    for words in ([], ["--batch"], ["--undo", "--batch", FILE], ["--force"], ["--batch", FILE, "--svg"], ["--batch", FILE, "--until", "2027-01-31"],
                  ["--undo", "--add"], ["--letters", "/root/x"], ["--show-template", "--json"], ["alice"],
                  ["--batch", FILE, "--letters", "/root/x", "--until", "2027-02-30"]):
        expect_equal(countersign("enroll", *words, check=False).returncode, 2, f"{words}")


# ---- once more, and back ----

def test_who_has_a_factor_is_named_and_skipped():
    nobody()
    enrolled("user,label\nalice,one\n")
    again = batch("user,label\nalice,two\nbob,two\n")
    expect_match("alice has a TOTP or HOTP factor already and is skipped; --add", again.stderr, "named")
    expect_equal([row[:2] for row in factors()], [("alice", "one"), ("bob", "two")], "factors")
    enrolled("user,label\nalice,two\n", "--add")
    expect_equal([row[:2] for row in factors()], [("alice", "one"), ("bob", "two"), ("alice", "two")], "with --add")


def test_undo_takes_the_last_batch_back():
    nobody()
    enrolled("alice\n")
    kept = store_rows("SELECT * FROM factor"), store_rows("SELECT * FROM recovery")
    enrolled("bob\ncarol\ncarol\nalice\n", "--add")
    batch("alice\nbob\n")  # everybody is skipped: nothing that could be undone
    expect_match("^The batch or import of 20[0-9-]*T[0-9:]*Z: 4 factors removed, 0 kept.$", undo().stdout, "said")
    expect_equal((store_rows("SELECT * FROM factor"), store_rows("SELECT * FROM recovery")), kept, "what is left")
    expect_match("there is no batch or import to undo", undo(status=1).stderr, "a second time")
    expect_equal(len(factors()), 1, "the batch before that stays")


def test_undo_keeps_what_was_used_since():
    nobody()
    rows = enrolled("alice\nbob\ncarol\n")
    with Broker():
        expect(logs_in("bob", Totp(rows[1]["secret"]).code()), "bob")
        expect_equal(pam_login("carol", [rows[2]["recovery_codes"][3], ""]).code, "PAM_SUCCESS", "carol, by a recovery code")
    answer = undo("--json", status=1)
    expect_equal({key: value for key, value in json.loads(answer.stdout).items() if key != "time"}, {"removed": 1, "kept": 2}, "counted")
    for user in "bob", "carol":
        expect_match(f"^countersign: {user} has logged in with the factor since, which is kept; --force removes it$", answer.stderr, user)
    expect_equal([row[0] for row in factors()], ["bob", "carol"], "who is left")
    expect_equal(listing("bob")["recovery_codes_left"], 10, "codes of bob")
    undo("--force")
    expect_equal((factors(), store_rows("SELECT * FROM recovery")), ([], []), "with --force")


def test_after_undo_who_used_nothing_is_a_newcomer():
    """Who may get a ticket for enrolling at a login: a batch that was a mistake leaves no trace, a factor in use does."""
    nobody()
    rows = enrolled("alice\nalice\nbob\ncarol\n", "--add")
    with Broker():
        expect(logs_in("bob", Totp(rows[2]["secret"]).code()), "bob")
    countersign("rename", "carol", "dave")
    undo("--force")
    expect_equal(factors(), [], "factors")
    for user in "alice", "dave":
        countersign("ticket", user)
        countersign("ticket", user, "--remove")
    expect_match("had a factor, which was removed; --again", countersign("ticket", "bob", check=False).stderr, "bob")
    nobody()
    enrolled("alice\n")
    forget_factors("alice")
    batch("alice\n", "--add")
    undo()
    expect_match("--again", countersign("ticket", "alice", check=False).stderr, "a note from before stays")
    nobody()


def test_undo_finds_who_was_renamed_and_leaves_out_who_is_gone():
    nobody()
    enrolled("alice\nbob\n")
    countersign("rename", "alice", "carol")
    countersign("forget", "bob")
    expect_match("1 factors? removed, 0 kept", undo().stdout, "said")
    expect_equal(factors(), [], "factors")


main()
