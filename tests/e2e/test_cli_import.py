# SPDX-License-Identifier: Apache-2.0
"""countersign import pam-u2f: keys of another module log in here, and what cannot is named."""
import base64
import json

from countersign import *

FILE = pathlib.Path("/root/u2f_keys")
APP = "pam://old.example"


def made(keys, app=APP):
    """(handle, public key) of a key pair that a security key made for that application."""
    helper = Helper(keys)
    helper.send(REGISTER, app=app)
    result, data = helper.answer()
    helper.end()
    expect_equal(result, OK, "registering")
    return registered(data)


def old_form(handle, point):
    return f"{encode(handle)},{point.hex()}"


def new_form(handle, point, options="+presence", kind="es256"):
    return f"{base64.b64encode(handle).decode()},{base64.b64encode(point[1:]).decode()},{kind},{options}"


def before(**settings):
    write_config({"u2f_app_id": APP, **settings})
    forget_factors("alice", "bob")
    for user in ("alice", "bob"):
        countersign("unlock", user)
    keys = Keys(HELPER_USER)
    keys.plug()
    return keys


def imported(*lines, words=()):
    FILE.write_text("".join(line + "\n" for line in lines))
    return json.loads(countersign("import", "pam-u2f", FILE, "--json", *words).stdout)


def keys_of(user):
    return [factor for factor in listing(user)["factors"] if factor["kind"] == "u2f"]


def logs_in(keys, user):
    stack("auth_method=u2f", "conversation=live")
    with HelperSocket(keys), Broker():
        return pam_login(user).code == "PAM_SUCCESS"


def test_the_application_of_pam_u2f_has_the_letters_of_the_host():
    """What keys are asked for has not: the report shows both."""
    keys = before()
    write_config({})
    FILE.write_text("alice:" + old_form(*made(keys, app="pam://Web1")) + "\n")
    told = json.loads(run("unshare", "--uts", "sh", "-c", f"hostname Web1; exec {COUNTERSIGN} import pam-u2f {FILE} --json").stdout)
    expect_equal((told["origin"], told["app_id"], told["login_app_id"], told["not_asked_for"]),
                 ("pam://Web1", "pam://Web1", "pam://web1", 1), "applications")


def test_both_forms_log_in():
    keys = before()
    answer = imported("alice:" + old_form(*made(keys)), "bob:" + new_form(*made(keys)))
    expect_equal(answer, {"skipped": [], "skipped_count": 0, "imported": 2, "users": 2, "origin": APP, "origin_given": False, "app_id": APP,
                          "login_app_id": APP, "not_asked_for": 0, "without_presence": 0}, "answer")
    key, = keys_of("alice")
    expect_equal((key["label"], key["app_id"], key["counter"], key["suspect"]), ("pam_u2f", APP, None, False), "key")
    expect(logs_in(keys, "alice"), "a key of the old form")
    expect(logs_in(keys, "bob"), "a key of the new form")
    expect(keys_of("alice")[0]["counter"] is not None, "the counter was not kept")


def test_users_without_an_account_are_left_out_unless_no_account():
    keys = before()
    lines = ["mistyped:" + old_form(*made(keys)), "alice:" + old_form(*made(keys))]
    answer = imported(*lines)
    expect_equal((answer["imported"], answer["users"], answer["skipped_count"]), (1, 1, 1), "answer")
    expect_match("no account 'mistyped'; --no-account", answer["skipped"][0]["reason"], "reason")
    expect_equal(imported(*lines, words=["--no-account"])["imported"], 1, "imported")
    expect_equal(len(keys_of("mistyped")), 1, "keys")
    countersign("remove", "mistyped", str(keys_of("mistyped")[0]["id"]))


def test_what_cannot_be_used_is_named():
    keys = before()
    good, other, third = made(keys), made(keys), made(keys)
    FILE.write_text("\n".join((
        "# keys", "alice:" + old_form(*third), "",
        ":".join(("alice", old_form(*good), "rubbish", new_form(*other, kind="rs256"), old_form(*good),
                  new_form(*other, kind="eddsa"), new_form(b"x" * 256, other[1]), new_form(*other, options="+presence+x"),
                  new_form(*other).replace(new_form(*other).split(",")[0], "*"))),
        "bo\x1bb:" + old_form(*good), "bob", "bob:" + old_form(*other))))
    result = countersign("import", "pam-u2f", FILE)
    expect_match("^Keys imported: 2; users they belong to: 2; entries skipped: 10", result.stdout, "counts")
    notes = (r":2: the line of 'alice' .*last line", r":4: key 2 of 'alice' .*comma", r":4: key 3 .*'rs256'",
             r":4: key 4 .*already", r":4: key 5 .*32 bytes", r":4: key 6 .*255", r":4: key 7 .*'x'", r":4: key 8 .*resident",
             r":5: the line of 'bo\?b' .*no account can have",
             r":6: the line of 'bob' .*last line")
    lines = result.stderr.splitlines()
    expect_equal(len(lines), len(notes), f"notes: {lines}")
    for note, line in zip(notes, lines):
        expect_match(r"^countersign: /root/u2f_keys" + note, line, "a note")
    expect_equal([len(keys_of(user)) for user in ("alice", "bob")], [1, 1], "keys")
    expect(logs_in(keys, "alice"), "the key that could be used")


def test_glued_lines_give_nobody_the_keys_of_another():
    """pamu2fcfg ends its output without a newline, so that >> appends to the line of somebody else."""
    for form in old_form, new_form:
        keys = before()
        FILE.write_text("".join(f"{user}:{form(*made(keys))}" for user in ("alice", "bob")) + "\n"
                        + "bob:" + form(*made(keys)) + "\n")
        result = countersign("import", "pam-u2f", FILE)
        expect_match("^Keys imported: 1; users they belong to: 1; entries skipped: 1", result.stdout, "counts")
        expect_match(r":1: the line of 'alice' is skipped: a second line is glued to it, with no newline before 'bob'",
                     result.stderr, "the note")
        expect_equal([len(keys_of(user)) for user in ("alice", "bob")], [0, 1], "keys")


def test_a_file_that_brings_no_key_fails():
    keys = before()
    for text, why in (("", "no key was imported; it holds none"), ("# keys\n", "no key was imported; it holds none"),
                      ("alice:rubbish\n", "no key was imported$")):
        FILE.write_text(text)
        for words in [], ["--json"]:
            result = countersign("import", "pam-u2f", FILE, *words, check=False)
            expect_equal(result.returncode, 1, f"{text!r}: {result.stdout}")
            expect_match(f"^countersign: {FILE}: {why}", result.stderr.splitlines()[-1], f"{text!r}")
        expect_equal(json.loads(result.stdout)["imported"], 0, "the report comes all the same")
    imported("alice:" + old_form(*made(keys)))


def test_again_changes_nothing():
    keys = before()
    line = "alice:" + old_form(*made(keys))
    imported(line)
    stored = keys_of("alice")
    answer = imported(line)
    expect_equal((answer["imported"], answer["users"]), (0, 0), "the second time")
    expect_equal(answer["skipped"], [{"line": 1, "user": "alice", "key": 1, "reason": "the user already has it"}], "why")
    expect_equal(keys_of("alice"), stored, "keys")


def test_eight_keys():
    keys = before()
    answer = imported("alice:" + ":".join(old_form(*made(keys)) for _ in range(9)))
    expect_equal((answer["imported"], [skipped["key"] for skipped in answer["skipped"]]), (8, [9]), "answer")
    expect_equal(len(keys_of("alice")), 8, "keys")


def test_no_touch_is_asked_for_beyond_eight():
    keys = before()
    imported("alice:" + ":".join(old_form(*made(keys)) for _ in range(7)))
    countersign("enroll", "u2f", "alice", "--request")
    imported("alice:" + old_form(*made(keys)))
    for words in ["--request"], []:
        result = countersign("enroll", "u2f", "alice", *words, check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), f"with {words}")
        expect_match("alice has 8 security keys, .*'countersign remove'", result.stderr, f"with {words}")
        expect_equal(len(result.stderr.splitlines()), 1, f"what is said with {words}: {result.stderr}")
    countersign("remove", "alice", keys_of("alice")[0]["id"])
    countersign("enroll", "u2f", "alice", "--request")


def test_more_notes_than_are_kept():
    keys = before()
    good = "alice:" + old_form(*made(keys))
    FILE.write_text("".join(f"user{number}\n" for number in range(10010)) + good + "\n")
    answer = json.loads(countersign("import", "pam-u2f", FILE, "--json").stdout)
    expect_equal((len(answer["skipped"]), answer["skipped_count"], answer["imported"]), (10000, 10010, 1), "counts")
    result = countersign("import", "pam-u2f", FILE)
    expect_match("entries skipped: 10011", result.stdout, "the text's count")
    lines = result.stderr.splitlines()
    expect_equal(len(lines), 10001, "lines")
    expect_match(r":10000: the line of 'user9999'", lines[-2], "the last note")
    expect_match(r"u2f_keys: 11 more are skipped", lines[-1], "what is said of the others")


def test_the_form_says_whether_a_key_belongs_to_the_origin_or_the_appid():
    """pam_u2f asks keys of four fields for its origin, and those of before 1.1, of two fields, for its appid."""
    origin, appid = "pam://Lab", "https://keys.example/app-id.json"
    keys = before(u2f_app_id=origin)
    lines = ["alice:" + new_form(*made(keys, app=origin)), "bob:" + old_form(*made(keys, app=appid))]
    answer = imported(*lines, words=("--origin", origin, "--app-id", appid))
    expect_equal((answer["imported"], answer["not_asked_for"]), (2, 1), "answer")
    expect_equal([keys_of(user)[0]["app_id"] for user in ("alice", "bob")], [origin, appid], "applications")
    expect(logs_in(keys, "alice") and not logs_in(keys, "bob"), "logins that ask for the origin's keys")
    write_config({"u2f_app_id": appid})
    expect(logs_in(keys, "bob") and not logs_in(keys, "alice"), "logins that ask for the appid's keys")


def test_the_appid_is_the_origin_unless_given():
    keys = before(u2f_app_id="pam://new.example")
    lines = ["alice:" + new_form(*made(keys)), "bob:" + old_form(*made(keys))]
    imported(*lines, words=("--origin", APP))
    expect_equal([keys_of(user)[0]["app_id"] for user in ("alice", "bob")], [APP, APP], "with --origin alone")
    forget_factors("alice", "bob")
    imported(*lines, words=("--app-id", APP))
    expect_equal([keys_of(user)[0]["app_id"] for user in ("alice", "bob")], ["pam://new.example", APP], "with --app-id alone")


def test_the_report_says_that_the_origin_is_only_the_default():
    keys = before()
    FILE.write_text("alice:" + new_form(*made(keys)) + "\n")
    told = countersign("import", "pam-u2f", FILE).stdout
    expect_match(rf"^No --origin was given, so {APP} is the default", told, "that it is")
    expect_match("says another origin, .*'countersign remove USER ID' .*again with --origin", " ".join(told.split()), "what to do")
    told = countersign("import", "pam-u2f", FILE).stdout
    expect("No --origin" not in told, f"nothing was imported: {told}")
    forget_factors("alice")
    result = countersign("import", "pam-u2f", FILE, "--origin", APP)
    expect(("No --origin" in result.stdout, result.stderr) == (False, ""), f"given: {result}")


def test_an_origin_without_a_scheme_is_taken_with_a_warning():
    """pam_u2f takes any text."""
    keys = before(u2f_app_id="lab")
    line = "alice:" + new_form(*made(keys, app="lab")) + "\n"
    result = countersign("import", "pam-u2f", "-", "--origin", "lab", input=line)
    expect_match("^countersign: warning: --origin 'lab' does not begin with pam://; .*which is pam://lab", result.stderr, "the warning")
    expect(logs_in(keys, "alice"), "the key")


def test_another_application():
    keys = before(u2f_app_id="pam://new.example")
    FILE.write_text("alice:" + old_form(*made(keys)) + "\n")
    result = countersign("import", "pam-u2f", "-", "--app-id", APP, input=FILE.read_text())
    expect_match(rf"for keys of {APP}\n.*pam://new\.example", result.stdout, "what the administrator is told")
    expect_match("do not ask for: 1. Set u2f_app_id", result.stdout, "what to do")
    expect_equal([key["app_id"] for key in keys_of("alice")], [APP], "application")
    expect(not logs_in(keys, "alice"), "let in by a key of another application")


def test_keys_that_demand_no_touch_are_counted():
    keys = before()
    FILE.write_text("alice:" + new_form(*made(keys), options="") + "\n")
    expect_match("take without a touch: 1", countersign("import", "pam-u2f", FILE).stdout, "what is said")
    expect(logs_in(keys, "alice"), "with a touch")


def test_a_key_that_demands_a_pin_is_not_accepted_for_a_touch():
    """Whatever U2F lets it sign: the flag that a PIN was given is missing."""
    for options in ("+presence+pin", "+presence+verification"):
        keys = before()
        expect_equal(imported("alice:" + new_form(*made(keys), options=options))["imported"], 1, "imported")
        expect(not logs_in(keys, "alice"), f"let in with {options}")


def test_a_key_of_ssh_is_named():
    before()
    FILE.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n")
    result = countersign("import", "pam-u2f", FILE, check=False)
    expect_equal((result.returncode, len(result.stderr.splitlines())), (1, 1), "status and lines")
    expect_match("sshformat.*'ssh:'.*countersign enroll u2f", result.stderr, "why")


def test_misuse_imports_nothing():
    keys = before()
    good = "alice:" + old_form(*made(keys)) + "\n"
    FILE.write_text(good + "\0")
    for words, status, why in (((FILE,), 1, "not a text file"), (("/root/absent",), 1, "cannot open"),
                               ((FILE, "--app-id", ""), 1, ""), ((FILE, "--origin", ""), 1, ""), ((), 2, "usage"), ((FILE, "more"), 2, "usage")):
        result = countersign("import", "pam-u2f", *words, check=False)
        expect_equal(result.returncode, status, f"{words}: {result.stderr}")
        expect_match(why, result.stderr, f"{words}")
    expect_equal(countersign("import", "yubikey", FILE, check=False).returncode, 2, "another kind of file")
    expect_equal(keys_of("alice"), [], "keys")


main()
