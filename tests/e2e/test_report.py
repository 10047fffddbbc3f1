# SPDX-License-Identifier: Apache-2.0
"""All users at once: `list` without one, and `report` as text, JSON and CSV."""
import csv
import io

from countersign import *
from countersign.directory import *

GHOST, FORMULA, MARKUP = "ghost", "=cmd", "<b>&\"'"
DAY = 24 * 60 * 60


def sql(*statements):
    run("sqlite3", STORE, *statements)


def enroll_as(user, name):
    """A name that is refused today, but may be in the store from an earlier version."""
    countersign("--no-account", "enroll", "totp", name, "--no-confirm", "--json")
    quoted = user.replace("'", "''")
    sql(*(f"UPDATE {table} SET user = '{quoted}' WHERE user = '{name}'" for table in ("factor", "recovery")))


def as_csv(value):
    if isinstance(value, list):
        return " ".join(value)
    return {None: "", True: "yes", False: "no"}[value] if value is None or isinstance(value, bool) else str(value)


def rows_of(*words):
    answer = json.loads(countersign("--json", *words).stdout)
    return {row["user"]: row for row in (answer["users"] if isinstance(answer, dict) else answer)}


def csv_rows(*words):
    text = countersign("report", "--csv", *words).stdout
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def counts(text):
    """Of the printed report: {title: {label: number}}."""
    found = {}
    for block in text.split("\n\n")[1:5]:
        title, *lines = block.splitlines()
        found[title.partition(" (")[0]] = {label.strip(): int(number) for label, number in
                                           (re.fullmatch(r"  (.*\S) +([0-9]+)", line).groups() for line in lines)}
    return found


def test_prepare():
    """Alice has an app that she used just now and a suspect key, bob has a password alone, carol's codes are few, a
    ghost has no account, and otto's account is a new one."""
    stack("auth_method=totp", "retry=0", "standalone")
    expect_equal(countersign("list").stdout, "nobody has anything in the store\n", "nobody")
    expect_equal(json.loads(countersign("list", "--json").stdout), [], "nobody, as JSON")
    add_accounts(["otto", "erin"], first=1500)
    add_to_group("alice", "otp")
    add_to_group("erin", "otp")
    for user in ("alice", "carol", "otto"):
        enroll(user)
    countersign("--no-account", "enroll", "totp", GHOST, "--no-confirm", "--json")
    for number, user in enumerate((FORMULA, MARKUP)):
        enroll_as(user, f"odd{number}")
    countersign("passwd", "bob", "--stdin", input="a long password\n")
    countersign("suspend", "carol")
    sql("INSERT INTO factor (user, kind, label, algorithm, digits, period, secret, created, app_id, suspect)"
        " VALUES ('alice', 'u2f', '', 'es256', 0, 0, x'00', 1, 'pam://x', 1)",
        f"UPDATE factor SET last_used = unixepoch() - 40 * {DAY} WHERE user = 'carol'",
        "UPDATE recovery SET hash = substr(hash, 1, 64) WHERE user = 'carol'",
        "UPDATE owner SET uid = 4242 WHERE user = 'otto'",
        "INSERT INTO owner VALUES ('nothing-else', 1)")
    factor = fresh("alice")
    sql("INSERT INTO factor (user, kind, label, algorithm, digits, period, secret, created, app_id, suspect)"
        " VALUES ('alice', 'u2f', '', 'es256', 0, 0, x'00', 1, 'pam://x', 1)")
    code = factor.code()
    expect_equal(pam_login("alice", [code], env={"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}).code, "PAM_SUCCESS", "alice")


def test_list_names_everybody_and_what_each_has():
    text = countersign("list").stdout
    lines = {re.split("  +", line)[0]: re.split("  +", line)[1:] for line in text.splitlines()}
    expect_equal(list(lines), ["USER"] + sorted(["alice", "bob", "carol", GHOST, FORMULA, MARKUP, "otto"]), "in their order")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    alice = lines["alice"]
    expect_equal((alice[0], alice[2], alice[4]), ("1 totp, 1 u2f", "no", "SUSPECT KEY"), "alice")
    expect(alice[3][:10] in (today, time.strftime("%Y-%m-%d", time.gmtime(time.time() - 60))), f"her last use: {alice}")
    expect_equal(lines["bob"], ["none", "0", "yes", "never", "NO FACTOR"], "bob")
    expect_equal((lines["carol"][1], lines["carol"][4]), ("2", "SUSPENDED"), "carol")
    expect_equal(lines["otto"][4], "NO FACTOR, OTHER UID", "otto")
    expect_equal(lines[GHOST][4], "NO ACCOUNT", "a ghost")
    expect(not any(line != line.rstrip() for line in text.splitlines()), "trailing blanks")


def test_json_agrees_with_list_of_each():
    rows = rows_of("list")
    for user, row in rows.items():
        one = json.loads(countersign("--no-account", "--json", "list", user).stdout)
        kinds = [factor["kind"] for factor in one["factors"]]
        expect_equal((row["totp"], row["u2f"], row["recovery_codes_left"], row["password"], row["suspended_since"], row["uid"]),
                     (kinds.count("totp"), kinds.count("u2f"), one["recovery_codes_left"], one["password"] is not None,
                      one["suspended"] and one["suspended"]["since"], one["uid"]), user)
    expect_equal((rows["otto"]["uid"], rows["otto"]["account_uid"], rows["otto"]["notes"]), (4242, 1500, ["no-factor", "other-uid"]), "otto")
    expect_equal((rows[GHOST]["account"], rows[GHOST]["notes"]), ("no", ["no-account"]), "a ghost")
    expect_equal(rows, rows_of("report"), "both verbs")
    expect_equal(rows["alice"]["suspect_keys"], 1, "suspect keys")


def test_csv_agrees_with_json():
    rows = rows_of("report", "--group", "otp")
    answer = subprocess.run([COUNTERSIGN, "report", "--csv", "--group", "otp"], capture_output=True, check=True).stdout
    expect(answer.count(b"\n") == answer.count(b"\r\n") == len(rows) + 1, "lines end in CR LF")
    for cells in csv_rows("--group", "otp"):
        row = rows[cells["user"].removeprefix("'")]
        expect_equal({**cells, "user": row["user"]}, {key: as_csv(value) for key, value in row.items()}, row["user"])
    users = [cells["user"] for cells in csv_rows()]
    expect(f"'{FORMULA}" in users and FORMULA not in users, f"a formula: {users}")
    expect(MARKUP in users, f"quotes come back: {users}")


def test_numbers_are_those_of_the_rows():
    answer = json.loads(countersign("report", "--json").stdout)
    rows = answer["users"]
    expect_equal(answer["users_stored"], 7, "users")
    expect_equal(answer["coverage"], {"with": 5, "without": 2}, "coverage of all users")
    expect_equal(answer["factors"], {"totp": 5, "u2f": 0, "both": 0, "none": 2}, "a suspect key is no factor, nor is another's")
    expect_equal({key: number for key, number in answer["last_use"].items() if number},
                 {"day": 1, "quarter": 1, "never": 3}, "last use")
    expect_equal({key: number for key, number in answer["recovery_codes"].items() if number}, {"0": 1, "2": 1, "10": 5}, "codes")
    for note, number in answer["notes"].items():
        expect_equal(number, sum(note in row["notes"] for row in rows), note)
    text = countersign("report").stdout
    printed = counts(text)
    for key, title in (("coverage", "With and without a factor"), ("factors", "Factors by kind"), ("last_use", "Last use of a factor"),
                       ("recovery_codes", "Recovery codes left")):
        expect_equal(list(printed[title].values()), list(answer[key].values()), f"{key}, printed")
    expect_match(f"^Without an account: 3 .*'countersign forget USER'.*\n  {re.escape(MARKUP)}, {re.escape(FORMULA)}, {GHOST}$", text, "orphans")


def test_who_of_a_group_has_none():
    answer = json.loads(countersign("report", "--json", "--group", "otp").stdout)
    expect_equal(answer["coverage"], {"with": 1, "without": 1}, "coverage of the group")
    expect_equal(answer["users_stored"], 7, "users who have something")
    erin = next(row for row in answer["users"] if row["user"] == "erin")
    expect_equal((erin["expected"], erin["totp"], erin["account_uid"], erin["notes"]), (True, 0, 1501, ["no-factor"]), "erin")
    expected = lambda *words: {row["user"] for row in json.loads(countersign("report", "--json", *words).stdout)["users"] if row["expected"]}
    expect_equal(expected("--uid-min", "1500"), {"otto", "erin"}, "from a uid on, without nobody")
    expect_equal(expected("--uid-min", "1501", "--group", "otp"), {"alice", "erin"}, "both")
    run("usermod", "--gid", "robots", "bob")
    expect_equal(expected("--group", "robots"), {"bob"}, "by the primary group")


def test_wrong_use():
    for words, status, pattern in (
            (("--group", "nonesuch"), 1, "^countersign: there is no group 'nonesuch'$"),
            (("--uid-min", "1x"), 2, "'1x' is not a uid"), (("--uid-min", "4294967295"), 2, "is not a uid"),
            (("--csv", "--html", "x"), 2, "choose one"), (("--json", "--csv"), 2, "choose one"), (("alice",), 2, "one word too many")):
        answer = countersign("report", *words, check=False)
        expect_equal((answer.returncode, answer.stdout), (status, ""), f"{words}")
        expect_match(pattern, answer.stderr, f"{words}")


def test_names_that_are_no_accounts_are_no_orphans():
    write_config({"append": "@example.com"})
    expect_equal({row["account"] for row in rows_of("list").values()}, {"unasked"}, "with append")
    answer = countersign("report", "--group", "otp", check=False)
    expect_equal((answer.returncode, answer.stdout), (1, ""), "a group")
    expect_match("append.*leave --group and --uid-min out", answer.stderr, "a group")
    write_config({})
    expect_equal({row["account"] for row in rows_of("list", "--no-account").values()}, {"unasked"}, "--no-account")


def test_it_waits_for_no_login():
    """As if a login held the store all the time."""
    held = run("bash", "-c", f"exec 9>>{STORE_LOCK}; flock 9; timeout 20 {COUNTERSIGN} list --json; {COUNTERSIGN} report")
    expect_match("\"user\":\"otto\"", held.stdout, "while the lock of the store is taken")
    expect_match("^users who have something", held.stdout, "likewise")


def test_a_directory_that_is_down_makes_no_orphans():
    with Slapd({"eve": 30001}, {"folk": (30000, ["eve"])}) as slapd:
        name_services("files", "ldap")
        try:
            with Nslcd() as nslcd:
                countersign("enroll", "totp", "eve", "--no-confirm", "--json")
                rows = rows_of("report", "--group", "folk")
                expect_equal((rows["eve"]["account"], rows["eve"]["account_uid"], rows["eve"]["expected"]), ("yes", 30001, True), "eve")
                slapd.stop()
                nslcd.stop()
                answer = countersign("report", "--json", check=False)
                notes = {row["user"]: row["notes"] for row in json.loads(answer.stdout)["users"]}
                expect_equal(answer.returncode, 1, "the status")
                unknown = [user for user in notes if "account-unresolved" in notes[user]]
                expect_match(f"^countersign: whether there are accounts for {len(unknown)} of these names is not known, "
                             ".*'.*' cannot be looked up: ", answer.stderr, "said")
                expect_equal((notes["eve"], notes[GHOST], notes["alice"]), (["account-unresolved"], ["account-unresolved"], ["suspect-key"]), "notes")
                text = countersign("list", check=False).stdout
                expect_match("^eve .*  NOT LOOKED UP$", text, "the table")
                expect_match(f"^{FORMULA} .*  NO ACCOUNT$", text, "what no account can be called")
                answer = countersign("report", "--group", "folk", check=False)
                expect_equal((answer.returncode, answer.stdout), (1, ""), "a group")
                expect_match("group 'folk' cannot be looked up", answer.stderr, "a group")
        finally:
            name_services("files")
            slapd.forget()


def test_check_names_orphans():
    text = countersign("check", check=False).stdout
    expect_match(f"^note users without an account: 4 \\({re.escape(MARKUP)}, {re.escape(FORMULA)}, eve and 1 more\\); 'countersign report' ", text, "check")


main()
