# SPDX-License-Identifier: Apache-2.0
"""Accounts and groups of real directories that answer, are away or hang."""
import contextlib
import time

from countersign import *
from countersign.directory import *

ACCOUNTS = {"eve": 30001, "dan": 30002, "una": 30003}
GROUPS = {"folk": (30000, []), "staff": (30010, ["dan"]), "admins": (40010, ["eve"]),
          "domain admins": (30012, ["eve"])}
LOCAL_ADMINS = "admins:x:40010:\n"  # a group of one name and gid in a file and in the directory
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
SOON = 2  # seconds, in which somebody sees a prompt who waits for nobody
TIMEOUT = 3  # seconds, of lookup_timeout
FILTER = pathlib.Path("/etc/fail2ban/filter.d/countersign.conf")


@contextlib.contextmanager
def directory(client, *sources, **settings):
    """A directory, a client of it as a source of accounts, and a broker; yields slapd, client, broker."""
    write_config({"lookup_timeout": TIMEOUT, "retry": 0, "throttle": False, **settings})
    stack("require_broker")
    with Slapd(ACCOUNTS, GROUPS) as slapd:
        name_services("files", *sources)
        try:
            with client, Broker() as broker:
                yield slapd, client, broker
        finally:
            name_services("files")
            slapd.forget()


def local_group(line):
    path = pathlib.Path("/etc/group")
    name = line.split(":")[0]
    kept = [old for old in path.read_text().splitlines() if not old.startswith(name + ":")]
    path.write_text("\n".join(kept) + "\n" + line)


def attempt(user, code=None, **options):
    """A login with the code, and how long its prompt took."""
    begin = time.monotonic()
    session = PamSession(user, env=PROVEN, **options)
    session.prompt()
    waited = time.monotonic() - begin
    session.answer(code or fresh(user).code())
    return session.result(), waited


def is_banned(log):
    """Whether the filter for fail2ban counts a line."""
    expression = re.search(r"^failregex = (.*)$", FILTER.read_text(), re.M)[1].replace("<ADDR>", r"[0-9.]+")
    return any(re.search(expression, re.sub("^<[0-9]>", "countersignd[1]: ", line)) for line in log.splitlines())


def test_a_directory_that_answers():
    with directory(Nslcd(), "ldap"):
        result, _ = attempt("eve")
        expect_equal(result.code, "PAM_SUCCESS", "a right code")
        expect_equal(attempt("eve", "000000")[0].code, "PAM_MAXTRIES", "a wrong code")
        expect_equal(pam_login("nobody-at-all", ["000000"]).code, "PAM_MAXTRIES", "an unknown account")
        for option, user, code in (("2fa_group=staff", "eve", "PAM_SUCCESS"),
                                   ("2fa_group=admins", "eve", "PAM_CONV_ERR"),
                                   ("exempt_group=staff", "eve", "PAM_CONV_ERR"),
                                   ("exempt_group=admins", "eve", "PAM_SUCCESS"),
                                   ("[exempt_group=staff,domain admins]", "eve", "PAM_SUCCESS"),
                                   ("[2fa_group=\"domain admins\",staff]", "eve", "PAM_CONV_ERR"),
                                   ("2fa_group=otp", "alice", "PAM_SUCCESS")):
            stack("require_broker", option)
            expect_equal(pam_login(user, []).code, code, f"{option}, {user}")


def test_groups_with_blanks_in_the_file():
    with directory(Nslcd(), "ldap", exempt_group=["domain admins"]):
        expect_equal(pam_login("eve", []).code, "PAM_SUCCESS", "a member")
        expect_equal(pam_login("dan", []).code, "PAM_CONV_ERR", "no member")


def test_a_directory_that_is_down_is_unavailable_and_no_unknown_user():
    """Right codes must not be "not accepted", nor get anybody banned."""
    with directory(Nslcd(), "ldap") as (slapd, nslcd, broker):
        code = fresh("eve").code()
        factor = fresh("alice")
        for number, stop in enumerate((slapd.stop, nslcd.stop)):
            stop()
            result, waited = attempt("eve", code, rhost="192.0.2.1")
            expect_equal(result.code, "PAM_AUTHINFO_UNAVAIL", f"{stop}")
            expect(waited < SOON, f"the prompt took {waited:.1f} s")
            audit = wait_audit(broker, number + 1)
            expect_equal((audit["verdict"], audit["reason"], audit["last"]),
                         ("unavailable", "account-look-up", "none"), "audit")
        expect(not is_banned(broker.log()), f"a line that bans: {broker.log()}")
        result, _ = attempt("alice", factor.code())
        expect_equal(result.code, "PAM_SUCCESS", "a local account")
        expect_equal(attempt("alice", "000000", rhost="192.0.2.1")[0].code, "PAM_MAXTRIES", "a wrong code")
        wait_audit(broker, 4)
        expect(is_banned(broker.log()), "a wrong code is counted by the filter")


def test_a_source_behind_the_directory_does_not_hide_that_it_is_down():
    """The last source says "not found". Whom the directory knew is missed, though, and that tells."""
    with directory(Nslcd(), "ldap", "systemd") as (slapd, _, broker):
        code = fresh("eve").code()
        expect_equal(attempt("dan", "000000")[0].code, "PAM_MAXTRIES", "a wrong code")
        expect_equal(attempt("nobody-at-all", "000000")[0].code, "PAM_MAXTRIES", "an unknown account")
        slapd.stop()
        expect_equal(attempt("eve", code)[0].code, "PAM_AUTHINFO_UNAVAIL", "a right code")
        expect_equal(wait_audit(broker, 3)["reason"], "account-look-up", "reason")


def test_a_directory_that_hangs_keeps_no_prompt_back():
    with directory(Nslcd("timelimit 60\nbind_timelimit 60\n"), "ldap") as (slapd, _, broker):
        code = fresh("eve").code()
        countersign("lang", "eve", "fr")
        slapd.hang()
        begin = time.monotonic()
        result, waited = attempt("eve", code)
        expect(waited < SOON, f"the prompt took {waited:.1f} s")
        expect_equal(result.prompts[0][0], "Verification code: ", "the language falls back")
        expect_equal(result.code, "PAM_AUTHINFO_UNAVAIL", "nobody can be judged who is not known")
        expect(time.monotonic() - begin < 2 * TIMEOUT, "it took longer than lookup_timeout allows")
        expect_equal(wait_audit(broker)["reason"], "account-look-up", "reason")
        slapd.go_on()
        wait_until(lambda: run("getent", "passwd", "dan", check=False).returncode == 0, "the directory")
        result, _ = attempt("eve", code)
        expect_equal(result.code, "PAM_SUCCESS", "afterwards")


def test_an_answer_that_comes_while_the_code_is_typed_is_in_time():
    """A group option: the prompt comes after lookup_timeout, the account is known by then."""
    with directory(Nslcd("timelimit 60\nbind_timelimit 60\n"), "ldap") as (slapd, _, broker):
        code = fresh("eve").code()
        stack("require_broker", "exempt_group=admins")
        slapd.hang()
        session = PamSession("eve", env=PROVEN)
        session.prompt()
        slapd.go_on()
        session.answer(code)
        expect_equal(session.result().code, "PAM_SUCCESS", "a right code")
        expect_match("is not exempt", broker.log(), "why it was asked")


def test_local_accounts_do_not_wait_for_a_directory_that_hangs():
    """A hundred look-ups hang, and a group option is set."""
    with directory(Nslcd("timelimit 60\nbind_timelimit 60\n"), "ldap", lookup_timeout=30) as (slapd, _, broker):
        code = fresh("alice").code()
        stack("require_broker", "exempt_group=robots,admins", "2fa_group=otp,admins")
        slapd.hang()
        sessions = [PamSession(f"u{number:04}") for number in range(100)]
        wait_until(lambda: connections_of(broker.pid) >= 100, "a hundred logins")
        for user in ("alice", "root", "alice"):
            begin = time.monotonic()
            session = PamSession(user)
            session.prompt()
            waited = time.monotonic() - begin
            session.kill()
            expect(waited < SOON, f"{user}: the prompt took {waited:.1f} s")
        expect_equal(attempt("alice", code)[0].code, "PAM_SUCCESS", "a right code")
        stack("require_broker", "2fa_group=otp")
        begin = time.monotonic()
        expect_equal(pam_login("root", []).code, "PAM_SUCCESS", "root, who is not in a local group")
        expect(time.monotonic() - begin < SOON, "root waited")
        threads = len(os.listdir(f"/proc/{broker.pid}/task"))
        for session in sessions:
            session.kill()
        expect(threads < 100 + 32 + 10, f"{threads} threads")


def test_members_of_a_directorys_group_are_asked_while_it_is_away():
    """SSSD with its defaults, the account cached; the group stands in a file as well, without the member."""
    with directory(Sssd(), "sss") as (slapd, _, broker):
        local_group(LOCAL_ADMINS)
        stack("require_broker", "2fa_group=admins")
        run("getent", "passwd", "eve")
        expect_equal(pam_login("eve", []).code, "PAM_CONV_ERR", "while the directory is there")
        expect_equal(pam_login("dan", []).code, "PAM_SUCCESS", "somebody else")
    with directory(Sssd(), "sss") as (slapd, _, broker):
        run("getent", "passwd", "eve")
        slapd.stop()
        stack("require_broker", "2fa_group=admins")
        expect_equal(pam_login("eve", []).code, "PAM_CONV_ERR", "while it is away")
        expect_match("2fa_group: .*'eve'.*cannot be resolved", broker.log(), "the warning")
        local_group(LOCAL_ADMINS.replace("\n", "bob\n"))
        expect_equal(pam_login("eve", []).code, "PAM_CONV_ERR", "the file lists somebody else")


def test_members_are_asked_where_groups_have_no_lists():
    """ignore_group_members: the group is cached without anybody."""
    with directory(Sssd("ignore_group_members = true"), "sss") as (slapd, _, _):
        run("getent", "passwd", "dan")
        run("getent", "group", "staff")
        slapd.stop()
        stack("require_broker", "2fa_group=staff")
        expect_equal(pam_login("dan", []).code, "PAM_CONV_ERR", "while it is away")


def test_accounts_of_extrausers_are_a_directory():
    """Another file: its accounts are not of /etc/passwd, and its groups count."""
    need_packages("/usr/lib/libnss_extrausers.so.2")
    folder = pathlib.Path("/var/lib/extrausers")
    folder.mkdir(exist_ok=True)
    (folder / "passwd").write_text("rita:x:50001:50001::/nonexistent:/bin/sh\n")
    (folder / "group").write_text("guests:x:50010:rita\nothers:x:50011:somebody\n")
    (folder / "shadow").write_text("")
    write_config({"retry": 0})
    name_services("files", "extrausers")
    with Broker():
        for option, code in (("2fa_group=guests", "PAM_CONV_ERR"), ("2fa_group=others", "PAM_SUCCESS"),
                             ("exempt_group=guests", "PAM_SUCCESS"), ("exempt_group=others", "PAM_CONV_ERR")):
            stack("require_broker", option)
            expect_equal(pam_login("rita", []).code, code, option)
    name_services("files")


def test_a_stand_alone_login_that_hangs_ends_in_time():
    with directory(Nslcd("timelimit 60\nbind_timelimit 60\n"), "ldap") as (slapd, _, broker):
        code, factor = fresh("eve").code(), fresh("alice")
        broker.stop()
        stack("standalone")
        slapd.hang()
        begin = time.monotonic()
        result, waited = attempt("eve", code)
        expect(waited < SOON, f"the prompt took {waited:.1f} s")
        expect_equal(result.code, "PAM_AUTHINFO_UNAVAIL", "a directory account")
        expect(time.monotonic() - begin < 2 * TIMEOUT, "it took longer than lookup_timeout allows")
        expect_equal(attempt("alice", factor.code())[0].code, "PAM_SUCCESS", "a local account")


main()
