# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before every call of the command-line tool that writes, while a broker has the store open. CS_KILL_STEP leaves
numbers out."""
import json
import sqlite3

from countersign import *
from countersign.sealed import expect_opened
from countersign.sweep import *


def test_prepare():
    prepare_sweep()


def sweep_command(task, words, check, input=None):
    """Kills the command at its Nth writing call, while a broker has the store open. check(result)
    follows each kill."""
    for number in range(1, 1000, KILL_STEP):
        restore()
        with Broker():
            expect_served("test")
            result = run(*kill_command(task, number, COUNTERSIGN, *words, kind="writes"), check=False,
                         input=input)
            report = KillReport()
            if not report.killed:
                break
            expect_served("test")
            expect_sound()
            expect_opened(one_key=True)
            check(result)
    print(f"  task {task}: killed at {number // KILL_STEP} calls that write", flush=True)
    expect_equal(result.returncode, 0, f"{words}: status without a kill")
    expect(number > 10, f"only {number - 1} calls")


def test_rekey():
    def keys():
        return len(KEY.read_text().split())

    seen = set()

    def check(_):
        seen.add(keys())
        countersign("rekey")
        expect_equal(keys(), 1, "keys after another rekey")
        expect_served("test")
        expect_sound()

    for task in 0, 1:  # root, who writes the key file, and the child that writes the store
        sweep_command(task, ["rekey"], check)
        expect_equal(keys(), 1, "keys after a rekey without a kill")
    expect_equal(seen, {1, 2}, "keys after a kill")


def enrolled(user):
    """(factors, recovery codes) of a user."""
    answer = json.loads(countersign("list", user, "--json").stdout)
    return len(answer["factors"]), answer["recovery_codes_left"]


def sweep_enrolment(words, users):
    seen = set()

    def check(result):
        states = {enrolled(user) for user in users}
        expect(states in ({(0, 0)}, {(1, 10)}), f"enrolled in part: {states}")
        seen.update(states)
        expect(states == {(1, 10)} or result.stdout == "", "a factor was shown that does not exist")
        if states == {(0, 0)}:
            countersign(*words)

    sweep_command(0, words, check)
    expect_equal(seen, {(0, 0), (1, 10)}, "states after a kill")


def test_enroll():
    sweep_enrolment(["enroll", "totp", "alice", "--no-confirm", "--json"], ["alice"])


def test_enroll_hotp():
    sweep_enrolment(["enroll", "hotp", "alice", "--no-confirm", "--json"], ["alice"])


def test_enroll_batch():
    batch = WORKDIR / "keys" / "some"
    batch.write_text("alice\nbob\ncarol\n")
    sweep_enrolment(["enroll", "totp", "--batch", batch], ["alice", "bob", "carol"])


def old_files():
    """Three people's files of google-authenticator, and what can be seen of a file."""
    for number, name in enumerate(("alice", "bob", "carol"), 1):
        path = WORKDIR / "keys" / "old" / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(f'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ{"QRS"[number - 1]}\n" TOTP_AUTH\n" DISALLOW_REUSE\n' +
                        "".join(f"{number}000000{code}\n" for code in range(5)))
        path.chmod(0o400)
        yield path


def seen_of(path):
    status = path.stat()
    return path.read_bytes(), status.st_mtime_ns, status.st_ino, status.st_mode


def check_import(files, before):
    """All of it or nothing; what it was read from is as it was. Returns the state."""
    states = {enrolled(path.name) for path in files}
    expect(states in ({(0, 0)}, {(1, 5)}), f"imported in part: {states}")
    expect_equal([seen_of(path) for path in files], before, "the files")
    remembered = {user for user, in store_rows("SELECT f.user FROM batch b JOIN factor f ON f.id = b.factor")}
    expect_equal(remembered, {path.name for path in files} if states == {(1, 5)} else set(ENROLLED), "what can be undone")
    return states.pop()


def test_import():
    files = list(old_files())
    before, seen = [seen_of(path) for path in files], set()
    words = ["import", "google-authenticator", *files]

    def check(_):
        seen.add(check_import(files, before))
        countersign(*words)
        expect_equal(check_import(files, before), (1, 5), "after another import")

    sweep_command(0, words, check)
    expect_equal(seen, {(0, 0), (1, 5)}, "states after a kill")


def test_import_at_every_call():
    """Also at those that only read, without a broker."""
    files = list(old_files())
    before, seen, number = [seen_of(path) for path in files], set(), 0
    while number < 5000:
        number += KILL_STEP
        restore()
        result = run(*kill_command(0, number, COUNTERSIGN, "import", "google-authenticator", *files), check=False)
        report = KillReport()
        seen.add(check_import(files, before))
        if not report.killed:
            break
    print(f"  killed at {number // KILL_STEP} calls", flush=True)
    expect_equal((result.returncode, seen), (0, {(0, 0), (1, 5)}), "status without a kill, states after one")
    expect(number > 100, f"only {number - 1} calls")


def test_passwd():
    seen = set()

    def check(_):
        known = json.loads(countersign("list", "alice", "--json").stdout)["password"] is not None
        seen.add(known)
        if known:
            countersign("passwd", "alice", "--remove")

    sweep_command(0, ["passwd", "alice", "--stdin"], check, input="correct horse battery staple\n")
    expect_equal(seen, {False, True}, "states after a kill")


def test_remove():
    seen = set()

    def check(_):
        state = enrolled("user5")
        expect(state in ((0, 0), (1, 10)), f"removed in part: {state}")
        seen.add(state)

    restore()
    sweep_command(0, ["remove", "user5", ENROLLED["user5"].id], check)
    expect_equal(seen, {(0, 0), (1, 10)}, "states after a kill")


def test_recovery():
    """The old codes or the new ones; the new ones are shown only where they are good."""
    def hashes():
        [(row,)] = store_rows("SELECT hash FROM recovery WHERE user = 'user5'")
        return {row[at:at + 32] for at in range(0, len(row), 32)}

    seen = set()
    restore()
    old = hashes()

    def check(result):
        now = hashes()
        expect_equal(len(now), 10, "codes")
        expect(now == old or not now & old, "a mixture of codes")
        seen.add(now == old)
        expect(now != old or result.stdout == "", "codes were shown that are not good")

    sweep_command(0, ["recovery", "user5", "--json"], check)
    expect_equal(seen, {False, True}, "states after a kill")


def gets_in(person, code):
    return pam_login(person.user, [code, ""], env=PROVEN).code == "PAM_SUCCESS"


def test_restore():
    """The old store or the new one, whole, and in use by a broker that goes on; another restore then succeeds. In the
    new one every code of the moment is spent, so who comes after it has a recovery code. The new one has the record of
    what happened, or the log has it."""
    def recorded():
        return (store_rows("SELECT id FROM record WHERE text LIKE 'act verb=restore result=done%'") != [] or
                "act verb=restore result=done" in syslog()[begin:])

    backup, seen = WORKDIR / "keys" / "backup", set()
    restore()
    countersign("remove", "user5", ENROLLED["user5"].id)
    backup.unlink(missing_ok=True)
    countersign("backup", backup)
    for number in range(1, 1000, 2):
        restore()
        begin = len(syslog())
        with Broker():
            expect_served("test")
            result = run(*kill_command(0, number, COUNTERSIGN, "restore", backup, "--keep-codes", kind="writes"), check=False)
            report = KillReport()
            person = take()
            expect_sound()
            state = enrolled("user5")
            expect(state in ((0, 0), (1, 10)), f"call {number}: restored in part: {state}")
            if state == (0, 0):
                wait_until(recorded, f"call {number}: the record")
            expect(recorded() == (state == (0, 0)), f"call {number}: a record of what did not happen")
            expect_equal(gets_in(person, person.code()), state == (1, 10), f"call {number}: a code of the moment, {state}")
            expect(gets_in(person, person.recovery_codes[0]), f"call {number}: a recovery code, {state}")
            seen.add(state)
            expect_sound()
            expect_opened(one_key=True)
            countersign("restore", backup, "--keep-codes")
            expect_equal(enrolled("user5"), (0, 0), "after another restore")
            expect_sound()
        for kept in STORE.parent.glob("store.db.before-*"):
            kept.unlink()
        if not report.killed:
            break
    print(f"  killed at {number // 2} calls that write", flush=True)
    expect_equal((result.returncode, seen), (0, {(0, 0), (1, 10)}), "status without a kill, states after one")


def test_backup():
    """A file that is there is whole, and the next backup succeeds."""
    backup, later, seen = WORKDIR / "keys" / "kill", WORKDIR / "keys" / "later", set()

    def check(_):
        seen.add(backup.exists())
        if backup.exists():
            expect_equal(sqlite3.connect(backup).execute("PRAGMA integrity_check").fetchall(), [("ok",)], "the backup")
        for path in (later, backup):
            path.unlink(missing_ok=True)
        countersign("backup", later)
        expect(not STORE.with_name("store.db.backup").exists(), "what the killed one left")

    for task in 0, 1:  # root, and the child that writes
        backup.unlink(missing_ok=True)
        sweep_command(task, ["backup", backup], check)
        backup.unlink(missing_ok=True)
    expect(False in seen, "never killed before the end")


def test_init():
    """From nothing; another init mends whatever is left, and never with another key than the store's."""
    for number in range(1, 1000, KILL_STEP):
        run("find", STORE.parent, "-type", "f", "-delete")
        run("find", KEY.parent, "-name", "store.key*", "-delete")
        run(*kill_command(0, number, COUNTERSIGN, "init", kind="writes"), check=False)
        report = KillReport()
        countersign("init")
        expect_equal(expect_opened(one_key=True), 1, "keys")
        if not report.killed:
            break
    expect(10 < number < 1000, f"only {number} calls")


main()
