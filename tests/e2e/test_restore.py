# SPDX-License-Identifier: Apache-2.0
"""A store that was restored from a backup: what was spent since is not good again."""
import tempfile
import time

from countersign import *

BACKUP = WORKDIR / "keys" / "backup"
LOG = WORKDIR / "keys" / "log"
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
PEOPLE = {}


def logs_in(user, code):
    return pam_login(user, [code, ""], service="test", env=PROVEN).code == "PAM_SUCCESS"


def test_prepare():
    stack("retry=0", "standalone")
    PEOPLE.update({user: enroll(user) for user in ("alice", "bob", "carol")})
    keep_state(BACKUP)
    alice, bob = PEOPLE["alice"], PEOPLE["bob"]
    expect(logs_in("alice", alice.code()), "alice")
    expect(logs_in("bob", bob.recovery_codes[0]), "bob")


def recovery_left():
    return [listing(user)["recovery_codes_left"] for user in PEOPLE]


def restored(*words, input=None):
    restore_state(BACKUP)
    return countersign("after-restore", *words, input=input)


def test_a_restored_backup_takes_spent_codes_again():
    """Why there is the verb at all."""
    restore_state(BACKUP)
    expect(logs_in("bob", PEOPLE["bob"].recovery_codes[0]), "a code that was spent")


def test_no_totp_code_up_to_now_is_good_after_it():
    PEOPLE["alice"].wait_left(5)  # "now" is one period from here to the end
    told = restored("--keep-codes").stdout
    expect_match("^TOTP factors whose codes up to now are spent: 3$", told, "said")
    expect_match("^users whose recovery codes are spent: 0$", told, "said")
    now = int(time.time()) // 30
    for step, in store_rows("SELECT last_step FROM factor"):
        expect(now - 1 <= step <= now + 1, f"step {step}, now {now}")
    for user, factor in PEOPLE.items():
        expect(not logs_in(user, factor.code(-1)), f"{user}: the code before")
        expect(not logs_in(user, factor.code()), f"{user}: the code of the moment")
        expect(logs_in(user, factor.code(1)), f"{user}: the next code")
    expect_equal(recovery_left(), [10, 10, 10], "recovery codes")


def test_a_step_ahead_is_not_taken_back():
    restore_state(BACKUP)
    run("sqlite3", STORE, "UPDATE factor SET last_step = 1 << 40 WHERE user = 'alice'")
    expect_match("spent: 2$", countersign("after-restore", "--keep-codes").stdout, "factors")
    expect_equal(store_rows("SELECT last_step FROM factor WHERE user = 'alice'"), [(1 << 40,)], "alice's step")


def test_counters_of_security_keys_are_left_alone():
    restore_state(BACKUP)
    run("sqlite3", STORE, "UPDATE factor SET kind = 'u2f', last_step = 7 WHERE user = 'alice'")
    countersign("after-restore", "--keep-codes")
    expect_equal(store_rows("SELECT last_step FROM factor WHERE user = 'alice'"), [(7,)], "alice's counter")


def test_recovery_codes_of_those_who_used_one_by_the_log_are_spent():
    told = restored("--log", WORKDIR / "syslog").stdout
    expect_equal(recovery_left(), [10, 0, 10], "recovery codes")
    expect_match("^users whose recovery codes are spent: 1\n  bob: give new ones", told, "said")
    for code in PEOPLE["bob"].recovery_codes[:2]:
        expect(not logs_in("bob", code), "a recovery code of bob")
    expect(logs_in("carol", PEOPLE["carol"].recovery_codes[0]), "a recovery code of carol")


def test_a_record_that_the_tool_brought_to_the_log_counts():
    """The broker was killed when it had spent the code, and the tool ran before the next broker."""
    restore_state(BACKUP)
    stack("retry=0")
    with Broker() as broker:
        login = PamSession("carol", env=PROVEN)
        login.prompt()
        login.answer(PEOPLE["carol"].recovery_codes[0])
        login.prompt()
        broker.kill()
        login.kill()
    begin = len(syslog())
    countersign("unlock", "alice")
    log = wait_until(lambda: "login verdict=aborted" in syslog()[begin:] and syslog()[begin:], "the record")
    stack("retry=0", "standalone")
    restored("--log", "-", input=log)
    expect_equal(recovery_left(), [10, 10, 0], log)


def test_records_in_json_are_read_like_lines():
    identity = "bob"
    for more, left in (('"accepted":["recovery-code"]', 0), ('"accepted":[],"unsettled":"recovery-code"', 0),
                       ('"accepted":["totp"]', 10)):
        line = f'Nov 30 14:00:00 host countersignd[7]: {{"record":"login","id":"0-1",{more},"identity":"{identity}"}}\n'
        restored("--log", "-", input=line)
        expect_equal(recovery_left(), [10, left, 10], more)


def former():
    return [user for user, in store_rows("SELECT user FROM former ORDER BY user")]


def test_who_had_a_factor_since_the_backup_is_no_newcomer():
    """With self_enroll, the thief of a key could take the place of a factor that the backup does not know."""
    line = 'Nov 30 14:00:00 host countersignd[7]: {{"record":"login","id":"0-1","accepted":["{}"],"identity":"{}"}}\n'
    audit = 'Nov 29 16:00:00 host countersignd[7]: login verdict=allow accepted={} ms=5 user="x" identity="{}"\n'
    for form in (line, audit):
        log = "".join(form.format(*use) for use in (("totp", "dave"), ("self-enrolled", "erin"), ("u2f", "frank"),
                                                     ("password", "grace"), ("hotp", "dave"), ("totp", "alice")))
        told = restored("--log", "-", input=log).stdout
        expect_match("^users who had a factor since the backup, and have none now: 3;", told, "said")
        expect_equal(former(), ["dave", "erin", "frank"], form)
    two = audit.format("password,totp", "heidi").replace(" ms=5", " unsettled=recovery-code ms=5")
    restored("--log", "-", input=two)
    expect_equal(former(), ["heidi"], "after a password")


def test_the_store_of_before_says_who_is_no_newcomer():
    restore_state(BACKUP)
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        countersign("backup", f"{folder}/store")
        enroll("dave")
        enroll("erin")
        forget_factors("erin")
        countersign("suspend", "frank", "--no-account", check=False)
        countersign("restore", f"{folder}/store", "--keep-codes")
    expect_equal([user for user in former() if user != "frank"], ["dave", "erin"], "who is noted")
    restore_state(BACKUP)


def test_only_the_brokers_own_lines_count():
    audit = 'login verdict=allow granted=yes reason=recovery-code last=recovery-code method=totp answers=1 wrong=none ' \
            'accepted=recovery-code ms=5 peer_uid=0 service="sshd" user="x" identity="{}"'
    lines = [f"Nov 29 16:00:00 host sshd[7]: Invalid user countersignd[7]: {audit.format('alice')} from ::1",
             f"Nov 29 16:00:00 host sshd[7]: {audit.format('alice')}", audit.format("alice"),
             f"Nov 29 16:00:00 host countersignd[7]: {audit.format('alice').replace('recovery-code', 'totp')}",
             f"Nov 29 16:00:00 host countersignd[7]: warning: {audit.format('alice')}"]
    restored("--log", "-", input="\n".join(lines) + "\n")
    expect_equal(recovery_left(), [10, 10, 10], "what is not the broker's")
    line = audit.format("carol").replace('user="x"', r'user="x\" identity=\"alice"')
    restored("--log", "-", input=f"Nov 29 16:00:00 host countersignd[7]: {line}\n")
    expect_equal(recovery_left(), [10, 10, 0], "with a name that holds a quote")
    left = audit.format("bob").replace("verdict=allow granted=yes reason=recovery-code", "verdict=aborted granted=no reason=hang-up")
    restored("--log", "-", input=f"Nov 29 16:00:00 host countersignd[7]: {left}")
    expect_equal(recovery_left(), [10, 0, 10], "a code that was spent in a login that was left")


def test_a_log_that_tells_of_no_login_is_refused():
    """Compressed, in another format or of another machine: it would pass for one in which nobody used a code."""
    restore_state(BACKUP)
    before = user_state()
    lines = (WORKDIR / "syslog").read_text()
    for content in ("", "-- No entries --\n", re.sub("(?m)^.*countersignd\\[[0-9]*\\]: ", "", lines),
                    re.sub("countersignd\\[([0-9]*)\\]: ", r"countersignd \1 - - ", lines)):
        result = countersign("after-restore", "--log", "-", check=False, input=content)
        expect_equal(result.returncode, 1, f"{content}")
        expect_match("^countersign: -: no login .*--keep-codes.*nothing was changed", result.stderr, f"{content}")
    expect_equal(user_state(), before, "the store")


def test_a_line_behind_what_a_crash_left_in_the_log_counts():
    """A file that was open when the machine lost power has zero bytes where lines were."""
    line = 'Nov 29 16:00:00 host countersignd[7]: login verdict=allow granted=yes reason=recovery-code accepted=recovery-code identity="bob"'
    restored("--log", "-", input="\0" * 300 + line + "\n")
    expect_equal(recovery_left(), [10, 0, 10], "behind zero bytes")


def test_all_recovery_codes_can_be_spent():
    expect_match("^users whose recovery codes are spent: 3$", restored("--spend-codes").stdout, "said")
    expect_equal(recovery_left(), [0, 0, 0], "recovery codes")


def test_it_has_to_be_said_what_becomes_of_recovery_codes():
    restore_state(BACKUP)
    before = user_state()
    for words in ([], ["--keep-codes", "--spend-codes"], ["--log", "-", "--keep-codes"], ["--keep-codes", "x"]):
        result = countersign("after-restore", *words, check=False, input="")
        expect_equal(result.returncode, 2, f"{words}")
        expect_match("^countersign: .*; usage: countersign after-restore --log FILE", result.stderr, f"{words}")
    LOG.write_text(f"x countersignd[1]: login verdict=allow reason=recovery-code accepted=password,recovery-code ms=5 identity=\"{'a' * 160}...\"\n")
    for path, pattern in ((WORKDIR / "none", "none: cannot open"), (WORKDIR, "cannot read"), (LOG, "cut short.*--spend-codes")):
        result = countersign("after-restore", "--log", path, check=False)
        expect_equal(result.returncode, 1, f"{path}")
        expect_match(pattern, result.stderr, f"{path}")
    expect_equal(user_state(), before, "the store")


main()
