# SPDX-License-Identifier: Apache-2.0
"""Backups that are made while logins go on, and put back while they go on."""
import os
import threading
import time

from countersign import *
from countersign.sealed import expect_opened

FOLDER = pathlib.Path("/root/backups")
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}


def target(name):
    FOLDER.mkdir(mode=0o755, exist_ok=True)
    path = FOLDER / name
    path.unlink(missing_ok=True)
    return path


def logs_in(user, code):
    return pam_login(user, [code, ""], env=PROVEN).code == "PAM_SUCCESS"


def beside():
    """What is in the store's folder, but for the store and the names that it keeps."""
    return sorted(path.name for path in STORE.parent.iterdir()
                  if not re.fullmatch(r"store\.(db|lock|db-wal|db-shm|db\.before-.*)", path.name))


def test_a_backup_is_whole_and_roots_alone():
    write_config({"throttle": False, "retry": 0})
    stack()
    alice, bob = fresh("alice"), fresh("bob")
    path = target("first")
    with Broker():
        expect(logs_in("alice", alice.code()), "a login before, which is in the log and not in the file")
        answer = countersign("backup", path)
        expect(logs_in("bob", bob.code()), "a login after it")
    status = path.stat()
    expect_equal((status.st_mode & 0o7777, status.st_uid), (0o600, 0), "mode and owner")
    expect_match(f"^{path} is a backup of the store. It opens only with the key file {KEY}, which is not in it",
                 answer.stdout, "said")
    steps = dict(sqlite3.connect(path).execute("SELECT user, last_step > 0 FROM factor").fetchall())
    expect_equal((steps["alice"], steps["bob"]), (1, 0), "what is in it")
    expect(alice.secret.encode() not in path.read_bytes(), "secrets are sealed")
    expect_equal(sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity")
    expect_equal(beside(), [], "nothing is left beside the store")


def test_nothing_is_overwritten():
    path = target("second")
    for make in (lambda: path.write_text("precious"), lambda: path.symlink_to("/nonexistent")):
        path.unlink(missing_ok=True)
        make()
        answer = countersign("backup", path, check=False)
        expect_equal(answer.returncode, 1, "status")
        expect_match("there already; no backup is overwritten", answer.stderr, "why")
    expect(path.is_symlink(), "it is what it was")
    for bad in (FOLDER / "none" / "x", FOLDER):
        expect_equal(countersign("backup", bad, check=False).returncode, 1, f"{bad}")


def test_logins_go_on_while_a_backup_is_made():
    factors = [fresh(user) for user in ("alice", "bob", "carol")]
    with Broker():
        done, made = threading.Event(), []

        def back_up():
            while not done.is_set() and len(made) < 40:
                path = target(f"busy{len(made)}")
                made.append((countersign("backup", path, check=False), path))

        worker = threading.Thread(target=back_up)
        worker.start()
        try:
            for factor in factors:
                for code in (factor.code(), *factor.recovery_codes[:3]):
                    expect(logs_in(factor.user, code), f"{factor.user}: a login beside backups")
        finally:
            done.set()
            worker.join()
    expect(len(made) > 2, f"only {len(made)} backups")
    for answer, path in made:
        expect_equal(answer.returncode, 0, answer.stderr)
        expect_equal(sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall(), [("ok",)], f"{path}")
        path.unlink()


# ---- restore ----

def restore_backup(path, *words, **options):
    return countersign("restore", path, *words, **options)


def test_what_was_spent_since_is_not_good_again():
    alice, bob, carol = fresh("alice"), fresh("bob"), fresh("carol")
    path = target("spent")
    countersign("backup", path)
    with Broker() as broker:
        alice.wait_left(10)
        code = alice.code()
        expect(logs_in("alice", code), "alice")
        expect(logs_in("bob", bob.recovery_codes[0]), "bob")
        expect(logs_in("carol", carol.code(1)), "carol, whose clock is ahead")
        countersign("suspend", "bob")
        late = fresh("dave")
        log = target("log")
        lines = [line.partition("login verdict=") for line in broker.log().splitlines()]
        log.write_text("".join(f"Nov 29 16:00:00 host countersignd[7]: {mark}{rest}\n" for _, mark, rest in lines if mark))
        answer = restore_backup(path, "--log", log)
        expect_match(f"^{path} is in place", answer.stdout, "said")
        expect_match(f"^The store of before is {STORE}\\.before-20", answer.stdout, "what was kept")
        expect_match("^  bob: give new ones", answer.stdout, "who used a recovery code")
        expect("could not be read" not in answer.stdout, "the store of before was read")
        expect_equal(listing("bob")["suspended"], None, "as it was")
        expect_equal(listing("dave")["factors"], [], "who came later")
        for user, used in (("alice", code), ("bob", bob.recovery_codes[0]), ("bob", bob.recovery_codes[1]),
                           ("carol", carol.code(1)), ("carol", carol.code()), ("dave", late.code())):
            expect(not logs_in(user, used), f"{user}: {used}")
        expect(logs_in("alice", alice.recovery_codes[0]), "by the same broker, with what is unspent")
        expect(logs_in("alice", alice.code(1)), "the next code")
    kept = next(STORE.parent.glob("store.db.before-*"))
    expect_equal((kept.stat().st_mode & 0o7777, kept.owner()), (0o600, "countersign"), "the store of before")
    expect_equal(sqlite3.connect(kept).execute("SELECT count(*) FROM factor WHERE user = 'dave'").fetchall(), [(1,)],
                 "is whole without its log")
    kept.unlink()
    expect_equal(beside(), [], "nothing else is left")
    expect_opened()


def test_it_has_to_be_said_what_becomes_of_recovery_codes():
    path = target("said")
    fresh("alice")
    countersign("backup", path)
    for words in ([], ["--keep-codes", "--spend-codes"]):
        answer = restore_backup(path, *words, check=False)
        expect_equal(answer.returncode, 2, f"{words}")
    restore_backup(path, "--spend-codes")
    expect_equal(listing("alice")["recovery_codes_left"], 0, "--spend-codes")


def test_what_is_no_backup_of_this_machine_changes_nothing():
    fresh("alice")
    good = target("good")
    countersign("backup", good)
    before, state, bad = STORE.stat().st_ino, user_state(), target("bad")
    key, other = KEY.read_bytes(), target("other-key")

    def damaged():
        content = bytearray(good.read_bytes())
        content[5000:9000] = bytes(4000)
        return bytes(content)

    def newer():
        bad.write_bytes(good.read_bytes())
        run("sqlite3", bad, "PRAGMA user_version = 99")
        return bad.read_bytes()

    for what, content, pattern in (("text", lambda: b"hello" * 999, "not a countersign store"), ("empty", lambda: b"", "not a countersign store"),
                                   ("damaged", damaged, "."), ("half", lambda: good.read_bytes()[:len(good.read_bytes()) // 2], "."),
                                   ("newer", newer, "made by a newer countersign")):
        bad.write_bytes(content())
        answer = restore_backup(bad, "--keep-codes", check=False)
        expect_equal(answer.returncode, 1, what)
        expect_match(f"^countersign: {bad} cannot be restored, and nothing was changed: .*{pattern}", answer.stderr, what)
    line = key.splitlines()[0]
    try:
        run("countersign", "rekey")
        answer = restore_backup(good, "--keep-codes", check=False)
        expect_match("cannot be restored, .*does not contain the key that sealed", answer.stderr, "sealed with another key")
    finally:
        expect(line not in KEY.read_bytes(), "the key was another")
    for path in (FOLDER / "none", FOLDER):
        expect_equal(restore_backup(path, "--keep-codes", check=False).returncode, 1, f"{path}")
    expect_equal(STORE.stat().st_ino, before, "the store's file")
    expect_equal([row[:2] for row in user_state()["recovery"]], [row[:2] for row in state["recovery"]], "what is in it")
    expect_equal(beside(), [], "nothing is left")


def test_a_store_that_is_gone_or_damaged_is_replaced():
    stack("retry=0", "standalone")
    alice = fresh("alice")
    path = target("last")
    countersign("backup", path)

    def gone():
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(f"{STORE}{suffix}").unlink(missing_ok=True)

    def damaged():
        STORE.write_bytes(b"\0" * 8192)

    for what in gone, damaged:
        what()
        expect(not logs_in("alice", alice.code()), f"{what.__name__}: before")
        answer = restore_backup(path, "--keep-codes")
        expect_match("It could not be read, so nobody knows", answer.stdout, f"{what.__name__}: said")
        expect(not logs_in("alice", alice.code()), f"{what.__name__}: the code of the moment")
        expect(logs_in("alice", alice.recovery_codes.pop()), f"{what.__name__}: after")
    for kept in STORE.parent.glob("store.db.before-*"):
        kept.unlink()


def test_of_an_earlier_version():
    """The backup, the store in use, or both."""
    stack("retry=0", "standalone")
    earlier = "DROP TABLE batch; DROP TABLE ticket; DROP TABLE former; DROP TABLE owner; DROP TABLE record; PRAGMA user_version = 8"
    for old in ("store",), ("backup",), ("store", "backup"):
        alice, path = fresh("alice"), target("earlier")
        countersign("backup", path)
        alice.wait_left(10)
        code = alice.code(1)
        expect(logs_in("alice", code), "alice, whose clock is ahead")
        for which in old:
            run("sqlite3", {"store": STORE, "backup": path}[which], earlier)
        answer = restore_backup(path, "--keep-codes")
        expect("could not be read" not in answer.stdout, f"{old}: the store of before was read")
        expect(not logs_in("alice", code), f"{old}: what was spent since")
        expect(logs_in("alice", alice.recovery_codes[0]), f"{old}: what was not")
    for kept in STORE.parent.glob("store.db.before-*"):
        kept.unlink()


def test_logins_go_on_while_a_backup_is_put_in_place():
    """No login fails for it, and none spends a code in a store that nobody will open again."""
    stack("retry=0")
    users = {f"user{number}": None for number in range(12)}
    add_accounts(users)
    factors = enroll_batch(users)
    path = target("race")
    countersign("backup", path)
    results, again = {}, {}
    with Broker():
        def log_in(user):
            results[user] = logs_in(user, factors[user].code())

        factors["user0"].wait_left(12)
        log_in("user0")
        threads = [threading.Thread(target=log_in, args=(user,)) for user in users if user != "user0"]
        restorer = threading.Thread(target=lambda: restore_backup(path, "--keep-codes"))
        for number, thread in enumerate(threads):
            thread.start()
            if number == 4:
                restorer.start()
        for thread in (*threads, restorer):
            thread.join()
        for user in users:
            again[user] = logs_in(user, factors[user].code())
    expect(results["user0"], "before")
    expect_equal([user for user in users if again[user]], [], "codes of before that are good after it")


main()
