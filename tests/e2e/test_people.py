# SPDX-License-Identifier: Apache-2.0
"""People come and go: what happens to what they enrolled."""
from countersign import *

PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}


def logs_in(user, code):
    return pam_login(user, [code], env=PROVEN).code == "PAM_SUCCESS"


def things(answer, key):
    return {name: number for name, number in answer[key].items() if number}


# ---- forget ----

def test_forget_removes_everything_and_says_what():
    stack("retry=0", "standalone")
    alice, bob = fresh("alice"), fresh("bob")
    before = store_rows("SELECT * FROM factor WHERE user = 'bob'")
    countersign("passwd", "alice", "--stdin", input="a long password\n")
    countersign("suspend", "alice")
    countersign("lang", "alice", "fr")
    expect(not logs_in("alice", "000000"), "a wrong code, which counts")
    answer = countersign("forget", "alice")
    expect_match("^Removed of alice:\n  factors \\(TOTP\\): 1\n  recovery codes: 10\n  password: 1\n  suspension: 1\n"
                 "  language of prompts: 1\n  counters of tries: [0-9]+\n$", answer.stdout, "said")
    expect(alice.secret not in answer.stdout + answer.stderr, "nothing secret")
    row = listing("alice")
    expect_equal((row["factors"], row["password"], row["recovery_codes_left"], row["failed_tries"], row["suspended"]),
                 ([], None, 0, 0, None), "what is left")
    expect(not logs_in("alice", alice.code()), "a code of a forgotten factor")
    expect_equal(store_rows("SELECT * FROM factor WHERE user = 'bob'"), before, "somebody else's")
    expect(logs_in("bob", bob.code()), "somebody else")


def test_forget_of_somebody_who_has_nothing_or_is_gone():
    countersign("forget", "alice")
    expect_equal(countersign("forget", "alice").stdout, "There was nothing of alice.\n", "nothing")
    fresh("alice")
    expect_equal(things(json.loads(countersign("--json", "forget", "alice").stdout), "removed"),
                 {"totp": 1, "recovery_codes": 10}, "--json")
    enroll("gone")
    answer = countersign("forget", "gone")
    expect_match("no account 'gone'", answer.stderr, "an account that is not there")
    expect_match("^  factors \\(TOTP\\): 1$", answer.stdout, "its factor")


# ---- a second factor is one that was asked for ----

def test_enrol_a_second_time_needs_a_word():
    countersign("forget", "alice")
    words = ["enroll", "totp", "alice", "--no-confirm", "--json"]
    first = json.loads(countersign(*words).stdout)
    for more in ([], ["--secret", "-"]):
        answer = countersign(*words, *more, input=f"{'A' * 32}\n", check=False)
        expect_equal((answer.returncode, answer.stdout), (1, ""), f"{more}: refused")
        expect_match("^countersign: alice has a TOTP factor already .*--add", answer.stderr, f"{more}: why")
    answer = countersign("enroll", "totp", "alice", check=False, input="")
    expect("otpauth" not in answer.stdout, "a secret that is not stored is not shown")
    expect_equal([row["id"] for row in listing("alice")["factors"]], [first["id"]], "factors")
    countersign(*words, "--add")
    expect_equal(len(listing("alice")["factors"]), 2, "factors with --add")


def test_a_batch_given_again_gives_nobody_a_second_one():
    for user in ("alice", "bob", "carol"):
        countersign("forget", user)
    batch = WORKDIR / "keys" / "people"
    batch.parent.mkdir(mode=0o700, exist_ok=True)
    batch.write_text("alice\nbob\nbob label=spare\n")
    give = lambda *words: countersign("enroll", "totp", "--batch", batch, *words)
    users = lambda answer: [json.loads(line)["user"] for line in answer.stdout.splitlines()]
    count = lambda: [len(listing(user)["factors"]) for user in ("alice", "bob", "carol")]
    first = give()
    expect_equal((users(first), first.stderr, count()), (["alice", "bob", "bob"], "", [1, 2, 0]), "first")
    again = give()
    expect_equal((users(again), again.returncode, count()), ([], 0, [1, 2, 0]), "again")
    expect_match(f"^countersign: {batch}: alice has a TOTP factor already and is skipped; --add", again.stderr, "named")
    batch.write_text("alice\nbob\ncarol\n")
    expect_equal((users(give()), count()), (["carol"], [1, 2, 1]), "a longer file")
    expect_equal((users(give("--add")), count()), (["alice", "bob", "carol"], [2, 3, 2]), "--add")


# ---- rename ----

def test_rename_takes_along_what_logs_in_and_what_is_spent():
    stack("retry=0", "standalone")
    countersign("forget", "bob")
    alice = fresh("alice")
    countersign("unlock", "alice")
    alice.wait_left(8)
    code = alice.code()
    expect(logs_in("alice", code), "before")
    answer = countersign("rename", "alice", "bob")
    expect_match("^What was alice's is now bob's:\n  factors \\(TOTP\\): 1\n", answer.stdout, "said")
    expect_match("^The recovery codes, 10 of them, are no longer accepted.*'countersign recovery bob'", answer.stdout, "said")
    expect(not logs_in("bob", code), "the code that was spent under the old name")
    expect(not logs_in("bob", alice.recovery_codes[0]), "a recovery code of the old name")
    countersign("unlock", "bob")
    expect(not logs_in("alice", alice.code(1)), "the old name")
    expect(logs_in("bob", alice.code(1)), "the new name")
    expect_equal(listing("alice")["factors"], [], "of the old name")


def test_rename_puts_nothing_together():
    fresh("alice"), fresh("bob")
    before = user_state()
    for words, pattern in ((("alice", "bob"), "^countersign: bob has something already .*'countersign forget bob'"),
                           (("erin", "dave"), "^countersign: erin has nothing here"),
                           (("alice", "alice"), "is the name already"), (("alice", "root\n"), ".")):
        answer = countersign("--no-account", "rename", *words, check=False)
        expect_equal(answer.returncode, 1, f"{words}")
        expect_match(pattern, answer.stderr, f"{words}")
        expect_equal(user_state(), before, f"{words}: the store")
    countersign("forget", "bob")
    answer = json.loads(countersign("--json", "rename", "alice", "bob").stdout)
    expect_equal((answer["user"], answer["was"], things(answer, "moved"), answer["recovery_codes_removed"]),
                 ("bob", "alice", {"totp": 1}, 10), "--json")


main()
