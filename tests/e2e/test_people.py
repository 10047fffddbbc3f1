# SPDX-License-Identifier: Apache-2.0
"""People come and go: what happens to what they enrolled."""
import pathlib

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
                 "  language of prompts: 1\n  counters of tries: [0-9]+\n  uid of the account: 1\n$", answer.stdout, "said")
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
                 {"totp": 1, "recovery_codes": 10, "uid": 1}, "--json")
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
        expect_match("^countersign: alice has a TOTP or HOTP factor already .*--add", answer.stderr, f"{more}: why")
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
    expect_match(f"^countersign: {batch}: alice has a TOTP or HOTP factor already and is skipped; --add", again.stderr, "named")
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
                 ("bob", "alice", {"totp": 1, "uid": 1}, 10), "--json")


# ---- a name that comes back ----

class Anna:
    """An account whose name comes to somebody else; each its own uid."""

    def __init__(self, uid=4001):
        self.create(uid)

    def create(self, uid):
        run("useradd", "--uid", uid, "--no-create-home", "--shell", "/bin/sh", "anna")

    def come_back(self, uid):
        run("userdel", "anna")
        self.create(uid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        run("userdel", "anna", check=False)
        countersign("forget", "anna")
        write_config({})


def seen(result):
    return result.code, result.prompts, result.infos, result.errors


def configure(*arguments, **settings):
    write_config({"throttle": False, "retry": 1, **settings})
    stack(*arguments)


def test_a_new_account_does_not_inherit_what_the_old_one_had():
    configure()
    with Anna() as anna, Broker() as broker:
        factor = enroll("anna")
        countersign("passwd", "anna", "--stdin", input="a long password\n")
        expect_equal(listing("anna")["uid"], 4001, "list")
        stranger = pam_login("bob", ["000000"] * 2, env=PROVEN)
        anna.come_back(4002)
        before = user_state()["factor"]
        refused = pam_login("anna", [factor.code(), factor.recovery_codes[0]], env=PROVEN)
        expect_equal(seen(refused), seen(stranger), "what the user sees")
        audit = wait_audit(broker, 2)
        expect_equal((audit["verdict"], audit["reason"], audit["wrong"], audit["granted"]),
                     ("max-tries", "other-uid", "code:2", "no"), "audit")
        expect_equal(user_state()["factor"], before, "nothing is spent")
        stack("auth_method=password-then-totp")
        expect(pam_login("anna", ["a long password", factor.code()]).code != "PAM_SUCCESS", "the password")
        anna.come_back(4001)
        expect_equal(pam_login("anna", ["a long password", factor.code()]).code, "PAM_SUCCESS", "the uid of then")


def test_nor_does_it_count_as_one_without_a_factor():
    """accept_on_missing_auth_method lets in whoever has none; this name has one, though not for this account."""
    configure(accept_on_missing_auth_method=True, stack_first_factor=True)
    with Anna() as anna, Broker():
        for plan in ("totp", "choice-then-otp", "u2f"):
            stack(f"auth_method={plan}")
            expect_equal(pam_login("anna", ["123456"] * 2).code, "PAM_SUCCESS", f"{plan}: without a factor")
        factor = enroll("anna")
        anna.come_back(4002)
        for plan in ("totp", "choice-then-otp", "u2f"):
            stack(f"auth_method={plan}")
            expect(pam_login("anna", [factor.code()] * 2).code not in ("PAM_SUCCESS", "PAM_IGNORE"), plan)
        countersign("forget", "anna")
        expect_equal(pam_login("anna", ["123456"] * 2).code, "PAM_SUCCESS", "forgotten")


def test_nothing_is_given_to_a_new_account_beside_what_the_old_one_had():
    configure()
    with Anna() as anna:
        factor = enroll("anna")
        anna.come_back(4002)
        for words, typed in ((["enroll", "totp", "anna", "--add", "--no-confirm"], None), (["recovery", "anna"], None),
                             (["enroll", "u2f", "anna", "--request"], None),
                             (["passwd", "anna", "--stdin"], "a long password\n")):
            answer = countersign(*words, input=typed, check=False)
            expect_equal((answer.returncode, answer.stdout), (1, ""), f"{words}")
            expect_match("the uid 4001, and the account has the uid 4002: 'countersign forget anna' .*"
                         "'countersign rename anna anna'", answer.stderr, f"{words}")
        batch = WORKDIR / "keys" / "people"
        batch.write_text("bob\nanna\n")
        count = store_rows("SELECT count(*) FROM factor")
        expect_equal(countersign("enroll", "totp", "--add", "--batch", batch, check=False).returncode, 1, "batch")
        expect_equal(store_rows("SELECT count(*) FROM factor"), count, "nobody of the batch")
        expect_match("^What is stored for anna is now that of the account with the uid 4002", countersign("rename", "anna", "anna").stdout, "rename")
        stack("retry=0", "standalone")
        expect(logs_in("anna", factor.code()), "the same person, renumbered")
        countersign("forget", "anna")
        expect(logs_in("anna", enroll("anna").code()), "a new person")


def test_what_was_enrolled_before_the_account_is_the_first_ones_who_has_it():
    configure("retry=0", "standalone")
    factor = enroll("anna")
    expect_equal(listing("anna")["uid"], None, "before")
    with Anna(4003) as anna:
        expect(not logs_in("anna", factor.wrong()), "a wrong code")
        expect_equal(listing("anna")["uid"], None, "a wrong code says nothing")
        expect(logs_in("anna", factor.code()), "the first one")
        expect_equal(listing("anna")["uid"], 4003, "adopted")
        anna.come_back(4004)
        expect(not logs_in("anna", factor.code(1)), "the next one")


def test_uid_check_can_be_off_and_names_of_a_mapping_are_nobodys():
    configure("retry=0", "standalone", uid_check=False)
    with Anna() as anna:
        factor = enroll("anna")
        anna.come_back(4002)
        expect(logs_in("anna", factor.code()), "off")
        identities = pathlib.Path("/etc/countersign/identities")
        write_config("bob anna\nanna anna\n", identities, 0o640)
        configure("retry=0", "standalone", map_file=str(identities))
        expect(not logs_in("anna", factor.code(1)), "its own name")
        expect(logs_in("bob", factor.code(1)), "another account with that identity")


def test_through_sshd():
    configure(retry=0)
    pam_service("sshd", [MODULE_LINE, "account required pam_permit.so", "session required pam_permit.so"])
    with Broker() as broker, Sshd(AuthenticationMethods="publickey,keyboard-interactive") as sshd:
        factor = fresh("alice")
        expect(sshd.ssh("alice", [factor.code()]).success, "before")
        uid = int(run("id", "-u", "alice").stdout)
        run("usermod", "--uid", 4005, "alice")
        try:
            expect(not sshd.ssh("alice", [factor.code(1)]).success, "a key and a right code, and another uid")
            expect_equal(audits(broker.log())[-1]["reason"], "other-uid", "reason")
        finally:
            run("usermod", "--uid", uid, "alice")
        expect(sshd.ssh("alice", [factor.code(1)]).success, "the uid of then")


main()
