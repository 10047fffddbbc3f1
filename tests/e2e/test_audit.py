# SPDX-License-Identifier: Apache-2.0
"""Each login and each act of the tool has one record, in the form that `audit` says."""
import json
import os
import pwd

from countersign import *
from countersign.records import act_lines, json_records, validator, words_of

PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
PASSWORD = secret("correct horse battery staple", "a password")


def test_prepare():
    stack("retry=1")
    add_accounts(["alice", "bob", "carol", "dave"])
    write_config({"audit": "both"})


def test_a_record_that_nobody_listened_for_comes_with_the_next():
    """The store was made before there was a syslog."""
    begin = len(syslog())
    countersign("unlock", "bob")
    wait_until(lambda: len(json_records(syslog()[begin:])) >= 2, "two records")
    expect_equal([record["verb"] for record in json_records(syslog()[begin:])], ["init", "unlock"], "verbs")


class Tool:
    """What one run of the tool adds to the syslog."""

    def __init__(self, *words, input=None, status=0):
        self.begin = len(syslog())
        self.result = countersign(*words, input=input, check=False)
        expect_equal(self.result.returncode, status, f"{words}: {self.result.stdout}{self.result.stderr}")

    def records(self, count=1):
        """(text, JSON), each a list of dictionaries."""
        wait_until(lambda: len(act_lines(syslog()[self.begin:])) >= count and
                   len(json_records(syslog()[self.begin:])) >= count, f"{count} records: {syslog()[self.begin:]}")
        return ([words_of(line) for line in act_lines(syslog()[self.begin:])], json_records(syslog()[self.begin:]))

    def record(self):
        texts, objects = self.records()
        expect_equal((len(texts), len(objects)), (1, 1), f"records: {syslog()[self.begin:]}")
        for key, value in objects[0].items():
            if key != "record":
                expect_equal(texts[0].get(key), value if key == "users" else str(value), key)
        expect_equal(list(validator().iter_errors(objects[0])), [], "against the schema")
        return objects[0]


def expect_act(tool, verb, users, result="done", **more):
    record = tool.record()
    expected = {"verb": verb, "users": users, "result": result, "uid": 0, **more}
    expect_equal({key: record.get(key) for key in expected}, expected, f"the record of {verb}")


def test_each_verb_that_changes_something_has_one_record():
    batch = WORKDIR / "keys" / "batch"
    batch.parent.mkdir(mode=0o700, exist_ok=True)
    batch.write_text("bob\ncarol\n")
    enrolled = Tool("enroll", "totp", "alice", "--no-confirm", "--json")
    factor = json.loads(enrolled.result.stdout)
    for code in factor["recovery_codes"]:
        secret(code, "a recovery code")
    secret(factor["secret"], "a TOTP secret")
    expect_act(enrolled, "enroll-totp", ["alice"])
    expect_act(Tool("enroll", "totp", "--batch", batch), "enroll-totp", ["bob", "carol"], detail="batch")
    expect_act(Tool("passwd", "alice", "--stdin", input=PASSWORD + "\n"), "passwd", ["alice"], detail="set")
    expect_act(Tool("passwd", "alice", "--remove"), "passwd", ["alice"], detail="removed")
    expect_act(Tool("recovery", "alice"), "recovery", ["alice"])
    expect_act(Tool("lang", "alice", "de"), "lang", ["alice"], detail="de")
    expect_act(Tool("unlock", "alice"), "unlock", ["alice"])
    expect_act(Tool("suspend", "alice"), "suspend", ["alice"])
    expect_act(Tool("resume", "alice"), "resume", ["alice"])
    expect_act(Tool("remove", "alice", factor["id"]), "remove", ["alice"], detail=str(factor["id"]))
    expect_act(Tool("rename", "carol", "dave"), "rename", ["carol", "dave"])
    expect_act(Tool("forget", "dave"), "forget", ["dave"])
    expect_act(Tool("after-restore", "--keep-codes"), "after-restore", [], detail="keep-codes")
    expect_act(Tool("rekey"), "rekey", [])
    expect_act(Tool("enroll", "u2f", "alice", "--request"), "enroll-u2f", ["alice"], detail="request")


def test_a_file_of_users_of_whom_some_are_skipped():
    batch = WORKDIR / "keys" / "batch"
    batch.write_text("bob\ncarol\nalice\n")
    expect_act(Tool("enroll", "totp", "--batch", batch), "enroll-totp", ["carol", "alice"], detail="batch")


def test_a_batch_that_is_undone():
    batch = WORKDIR / "keys" / "batch"
    batch.write_text("user,label\nbob,spare\nalice,spare\n")
    expect_act(Tool("enroll", "--batch", batch, "--add"), "enroll", ["bob", "alice"], detail="batch")
    expect_act(Tool("enroll", "--undo"), "enroll", ["alice", "bob"], detail="undo")
    expect_act(Tool("enroll", "--undo", status=1), "enroll", [], "refused", detail="undo")
    expect_act(Tool("enroll", "--batch", batch, "--add", "--letters", WORKDIR / "keys" / "letters"), "enroll", ["bob", "alice"],
               detail="batch, letters")


def test_a_backup_that_is_put_back():
    """What the log does not have yet goes along; what it has since the backup does not come again."""
    def leave(name):
        run("sqlite3", STORE, f"INSERT INTO record (id, text, json) VALUES ('{name}', 'act verb={name} result=done', "
            f"'{{\"record\":\"act\",\"verb\":\"{name}\"}}')")

    def verbs(begin, count):
        wait_until(lambda: len(json_records(syslog()[begin:])) >= count, f"{count} records: {syslog()[begin:]}")
        return [record["verb"] for record in json_records(syslog()[begin:])]

    path, log = WORKDIR / "keys" / "backup", WORKDIR / "keys" / "log"
    leave("old")
    countersign("backup", path)
    begin = len(syslog())
    countersign("unlock", "bob")
    expect_equal(verbs(begin, 2), ["old", "unlock"], "before")
    leave("new")
    begin = len(syslog())
    countersign("restore", path, "--keep-codes")
    countersign("unlock", "bob")
    expect_equal(verbs(begin, 3), ["new", "restore", "unlock"], "after")
    log.write_text('Nov 29 16:00:00 host countersignd[7]: login verdict=allow accepted=recovery-code identity="bob"\n')
    expect_act(Tool("restore", path, "--log", log), "restore", ["bob"], detail="log")
    STORE.write_bytes(bytes(8192))
    begin = len(syslog())
    countersign("restore", path, "--spend-codes")
    expect_equal(verbs(begin, 2), ["old", "restore"], "nobody knows that the log has the first one: it comes twice")


def test_what_changes_nothing_has_no_record():
    for words in (["backup", WORKDIR / "keys" / "another"], ["list", "alice"], ["lang", "alice"], ["check"], ["options"], ["map", "alice"],
                  ["explain-reason", "totp"], ["prompts"], ["enroll", "--show-template"]):
        begin = len(syslog())
        countersign(*words, check=False)
        Tool("unlock", "alice").record()
        expect_equal(len(act_lines(syslog()[begin:])), 1, f"records of {words} and of the one after it")


def test_refused_acts():
    expect_act(Tool("remove", "bob", "999", status=1), "remove", ["bob"], "refused", detail="999")
    expect_act(Tool("rename", "nobody-here", "bob", status=1), "rename", ["nobody-here", "bob"], "refused")
    expect_act(Tool("restore", "/nonexistent", "--keep-codes", status=1), "restore", [], "refused", detail="keep-codes")
    expect_act(Tool("recovery", "dave", status=1), "recovery", ["dave"], "refused")
    expect_act(Tool("enroll", "totp", "nobody-here", "--no-confirm", "--secret", "-", input="8\n", status=1),
               "enroll-totp", ["nobody-here"], "refused")


def test_somebody_who_is_not_root_is_refused_in_the_default_form():
    """Who may not read the configuration does not know the other one."""
    begin = len(syslog())
    run("setpriv", "--reuid=nobody", "--clear-groups", COUNTERSIGN, "remove", "bob", "1", check=False)
    wait_until(lambda: act_lines(syslog()[begin:]), "a record")
    record = words_of(act_lines(syslog()[begin:])[0])
    expect_equal([record[key] for key in ("verb", "result", "uid", "users")],
                 ["remove", "refused", str(pwd.getpwnam("nobody").pw_uid), ["bob"]], "the record")


def test_wrong_use_is_no_act():
    begin = len(syslog())
    countersign("remove", "bob", check=False)
    countersign("lang", "bob", "klingonisch", check=False)
    Tool("unlock", "bob").record()
    expect_equal(len(act_lines(syslog()[begin:])), 1, "records")


def test_a_secret_in_the_wrong_place_is_not_logged():
    typed = secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "a secret in the place of a user")
    record = Tool("unlock", typed, status=0).record()
    expect_equal(record["users"], [], "users")


def test_who_had_logged_in():
    """The kernel keeps it through sudo and su."""
    uid = pwd.getpwnam("dave").pw_uid
    if not os.access("/proc/self/loginuid", os.W_OK):
        raise Skip("this kernel keeps no login uid")
    try:
        begin = len(syslog())
        result = run("sh", "-c", f"echo {uid} >/proc/self/loginuid && exec {COUNTERSIGN} unlock bob", check=False)
    except Failure as error:
        raise Skip(f"the login uid cannot be set: {error}") from error
    if result.returncode != 0:
        raise Skip(f"the login uid cannot be set here: {result.stderr}")
    wait_until(lambda: json_records(syslog()[begin:]), "a record")
    expect_equal(json_records(syslog()[begin:])[0].get("login_uid"), uid, "login_uid")


def test_a_large_batch_has_each_user_in_one_record():
    names = [f"person{number}" for number in range(3000)]
    path = WORKDIR / "keys" / "large"
    path.write_text("".join(f"{name}\n" for name in names))
    tool = Tool("--no-account", "enroll", "totp", "--batch", path)
    wait_until(lambda: names[-1] in syslog()[tool.begin:], "the last user")
    texts, objects = tool.records()
    expect(10 < len(objects) < 300, f"{len(objects)} records")
    expect_equal([user for record in objects for user in record["users"]], names, "users in JSON")
    expect_equal([user for record in texts for user in record["users"]], names, "users in text")
    expect_equal(len({record["id"] for record in objects}), len(objects), "ids")
    for record in objects:
        expect_equal(list(validator().iter_errors(record)), [], "against the schema")
    for line in syslog()[tool.begin:].splitlines():
        expect(len(line.encode()) < 2048, f"{len(line)} bytes in a line")


def test_forms():
    for form, texts, objects in (("text", 1, 0), ("json", 0, 1), ("both", 1, 1)):
        write_config({"audit": form})
        begin = len(syslog())
        countersign("unlock", "bob")
        wait_until(lambda: syslog()[begin:].count("\n") >= texts + objects, "the record")
        expect_equal((len(act_lines(syslog()[begin:])), len(json_records(syslog()[begin:]))), (texts, objects), form)
        alice = fresh("alice")
        with Broker() as broker:
            expect_equal(pam_login("alice", [alice.wrong(), alice.code()], service="test", env=PROVEN).code,
                         "PAM_SUCCESS", form)
            expect_equal(len(audits(broker.log())), texts, f"{form}: text records of the login")
            found = json_records(broker.log())
            expect_equal(len(found), objects, f"{form}: JSON records of the login")
            if objects:
                expect_equal(list(validator().iter_errors(found[0])), [], "against the schema")
                expect_equal([found[0][key] for key in ("record", "verdict", "granted", "wrong", "accepted", "answers",
                                                        "user", "identity", "code", "standalone")],
                             ["login", "allow", True, {"code": 1}, ["totp"], 2, "alice", "alice", "PAM_SUCCESS", False],
                             "the record")


def test_an_account_check():
    write_config({"audit": "both"})
    stack()
    with open("/etc/pam.d/checked", "w") as file:
        file.write("auth required pam_permit.so\naccount required pam_countersign.so\n")
    with Broker() as broker:
        pam_login("bob", [], service="checked", account=True)
        records = json_records(broker.log())
    expect_equal([record["record"] for record in records], ["account"], "records")
    expect_equal(list(validator().iter_errors(records[0])), [], "against the schema")


main()
