# SPDX-License-Identifier: Apache-2.0
"""self_enroll: who has no factor and has proven a first one sets up an app at a login; nobody else does, and nothing is
stored before a first code."""
import contextlib
import datetime
import os
import subprocess

from countersign import *
from countersign.self_enroll import *

NOTHING, FACTOR, TICKET = [0, 0, 0], [1, 1, 0], [0, 0, 1]
SHARE = "Press Enter to continue: "
ASKS = "Verification code: "


def configure(**settings):
    write_config({"throttle": False, **FREELY, **settings})


def anew(*users):
    """As if there had never been anything."""
    for user in users:
        countersign("forget", user, check=False)


def refused_as_usual(user, what, reason=None, **options):
    """Nothing is offered: the first prompt is that of every login, and a code is wrong."""
    before = left_in_store(user)
    result = pam_login(user, ["123456"] * 4, **{"env": KEYED, **options})
    expect(result.code in ("PAM_MAXTRIES", "PAM_AUTH_ERR"), f"{what}: {result.text}")
    expect(not any("key into" in text or "Ticket" in text for text, _ in result.prompts), f"{what}: {result.text}")
    expect_equal(left_in_store(user), before, f"{what}: the store")


def test_prepare():
    stack()
    countersign("init")
    add_accounts(["dave", "erin"])


def test_nothing_without_the_setting():
    write_config({"throttle": False})
    with Broker():
        refused_as_usual("alice", "by default")
        ticket("alice")
        refused_as_usual("alice", "with a ticket")
    anew("alice")


def test_from_nothing_to_a_factor():
    configure()
    with Broker() as broker:
        session, app = begin("alice")
        expect_equal(left_in_store("alice"), NOTHING, "before the code")
        session.answer(app.wrong())
        again = session.prompt()
        expect_match("not accepted. Tries left: 3", again, "after a wrong code")
        expect_equal(app_of(again).key, app.key, "the key after a wrong code")
        result, codes = finish(session, app)
        expect_equal((result.code, len(set(codes))), ("PAM_SUCCESS", 10), "the end")
        audit = wait_audit(broker)
        expect_equal([audit[k] for k in ("verdict", "reason", "wrong", "accepted", "user")],
                     ["allow", "self-enrolled", "code:1", "self-enrolled", "alice"], "audit")
        expect_equal(left_in_store("alice"), FACTOR, "after it")
        spent = pam_login("alice", [app.code()] * 4, env=KEYED)
        expect_equal(spent.code, "PAM_MAXTRIES", "the code that confirmed it")
        recovery = pam_login("alice", [codes[0], ""], env=KEYED)
        expect_equal(recovery.code, "PAM_SUCCESS", "a recovery code")
        later = pam_login("alice", [secret(app.code(1), "the next code")], env=KEYED)
        expect_equal((later.code, later.prompts), ("PAM_SUCCESS", [(ASKS, True)]), "the next login")
    anew("alice")


def test_who_has_shown_nothing():
    """No key: the usual prompt, and nothing is looked up before it."""
    configure()
    with Broker():
        ticket("bob")
        refused_as_usual("bob", "no first factor", env={"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"})
        refused_as_usual("bob", "a password for sshd", env={"SSH_AUTH_INFO_0": "password"})
        refused_as_usual("nosuchuser", "no account")
    anew("bob")


def test_who_has_or_had_something():
    configure()
    with Broker():
        enroll("alice")
        refused_as_usual("alice", "a factor")
        forget_factors("alice")
        refused_as_usual("alice", "a factor that was removed")
        expect_match("--again", countersign("ticket", "alice", check=False).stderr, "a ticket for alice")
        anew("alice")
        countersign("suspend", "alice")
        refused_as_usual("alice", "suspended")
        countersign("resume", "alice")
        session, _ = begin("alice")  # who was suspended and had nothing
        session.kill()
        enroll("alice")
        run("usermod", "--uid", "5151", "alice")
        refused_as_usual("alice", "another uid")
    anew("alice")


def test_a_removed_factor_of_an_older_store():
    """Before schema 12 nothing was noted; what a factor leaves behind tells all the same."""
    configure()
    enroll("erin")
    forget_factors("erin")
    run("runuser", "-u", "countersign", "--", "sqlite3", STORE,
        "DROP TABLE ticket; DROP TABLE former; PRAGMA user_version = 11")
    listing("erin")  # brings it up to date
    with Broker():
        refused_as_usual("erin", "a factor removed before the upgrade")
    anew("erin")


def test_an_account_that_was_renamed_needs_a_ticket():
    """Its factor is still stored under the name of before, and a key alone must not put another in its place."""
    configure()
    enroll("erin")
    run("usermod", "--login", "erica", "erin")
    try:
        with Broker() as broker:
            refused_as_usual("erica", "a factor under another name")
            broker.wait_log("<4>self_enroll: not without a ticket for 'erica', who has or had a factor under another name")
            session, app = begin("erica", ticket("erica"))
            session.kill()
        countersign("ticket", "erica", "--remove")
        configure(uid_check=False)
        with Broker():
            begin("erica")[0].kill()
    finally:
        run("usermod", "--login", "erin", "erica")
    anew("erin", "erica")


def test_root_needs_a_ticket():
    configure()
    with Broker():
        refused_as_usual("root", "root without a ticket")
        session, app = begin("root", ticket("root"))
        expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "root with a ticket")
    anew("root")


def test_groups_and_days():
    today = datetime.date.today()
    run("groupadd", "--force", "newcomers")
    add_to_group("bob", "newcomers")
    cases = [("alice", {"self_enroll_group": "newcomers"}, False), ("bob", {"self_enroll_group": "newcomers"}, True),
             ("bob", {"self_enroll_group": "nosuchgroup"}, False),
             ("bob", {"self_enroll_until": str(today - datetime.timedelta(1))}, False),
             ("bob", {"self_enroll_until": str(today)}, True),
             ("bob", {"self_enroll": "ticket", "self_enroll_group": "newcomers"}, False),
             ("bob", {"exempt_group": "nosuchgroup"}, True)]
    for user, settings, offered in cases:
        configure(**settings)
        with Broker():
            if offered:
                begin(user)[0].kill()
            else:
                refused_as_usual(user, f"{user} with {settings}")
    configure(exempt_group="newcomers")
    with Broker():
        expect_equal(pam_login("bob", env=KEYED).prompts, [], "prompts of an exempt account")
    expect_equal(left_in_store("bob"), NOTHING, "bob's store")


def test_settings_that_would_open_it_for_ever():
    for settings, words in (({"self_enroll": "yes"}, "self_enroll_group or self_enroll_until"),
                            ({"self_enroll": "yes", "self_enroll_until": "2027-02-29"}, "not a date")):
        write_config({"throttle": False, **settings})
        result = countersign("check", check=False)
        expect(result.returncode != 0 and words in result.stdout + result.stderr,
               f"{settings}: {result.stdout}{result.stderr}")
        with Broker():
            expect(pam_login("alice", ["123456"] * 4, env=KEYED).code == "PAM_SERVICE_ERR", f"{settings}: not refused")


def test_tickets():
    configure(self_enroll="ticket")
    with Broker() as broker:
        first, second = ticket("alice"), ticket("alice")
        other = ticket("bob")
        for typed in (first, other, second[:-1], "A" * 20):
            refused = pam_login("alice", [typed] * 4, env=KEYED)
            expect_equal(refused.code, "PAM_MAXTRIES", f"ticket {typed}")
        expect_equal(audits(broker.log())[-1]["reason"], "wrong-ticket", "reason")
        for typed in (second.lower().replace("-", " "), second.replace("-", "")):
            begin("alice", typed)[0].kill()
        expect_equal(left_in_store("alice"), TICKET, "after logins that hung up")
        session, app = begin("alice", "nonsense", second)
        expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "with the ticket")
        expect_equal(left_in_store("alice"), FACTOR, "after it")
        expect("has a factor" in countersign("ticket", "alice", check=False).stderr, "another ticket for alice")
        countersign("ticket", "bob", "--remove")
        refused_as_usual("bob", "a ticket taken back")
        ticket("bob", "--days", "1")
        run("runuser", "-u", "countersign", "--", "sqlite3", STORE, "UPDATE ticket SET expires = unixepoch() - 1")
        refused_as_usual("bob", "an expired ticket")
    anew("alice", "bob")


def test_who_was_given_a_ticket_is_asked_for_it():
    """Also where others do without; and for whom a factor was removed, it is the only way, until it is taken back."""
    configure()
    with Broker():
        text = ticket("bob")
        session = PamSession("bob", env=KEYED)
        expect_match("Ticket", session.prompt(), "a newcomer with a ticket")
        session.kill()
        enroll("bob")
        forget_factors("bob")
        expect_equal(left_in_store("bob")[2], 0, "the ticket from before the factor")
        refused_as_usual("bob", "a factor that was removed")
        text = ticket("bob", "--again")
        session = PamSession("bob", env=KEYED)
        expect_match("Ticket", session.prompt(), "a factor that was removed, and a ticket")
        session.answer("")
        expect_equal(session.result().code, "PAM_AUTH_ERR", "without typing it")
        countersign("ticket", "bob", "--remove")
        refused_as_usual("bob", "a ticket that was taken back")
        session, app = begin("bob", ticket("bob", "--again"))
        expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "with the ticket")
        anew("bob")
        session, app = begin("bob")
        ticket("bob")
        session.answer(new_code(app))
        expect_equal(session.result().code, "PAM_AUTH_ERR", "a ticket that was made meanwhile")
    anew("bob")


def test_a_ticket_is_guessed_as_slowly_as_a_code():
    write_config({**FREELY, "self_enroll": "ticket"})
    with Broker() as broker:
        right = ticket("alice")
        for _ in range(20):
            pam_login("alice", ["A" * 20] * 4, env=KEYED)
        result = pam_login("alice", [right] * 4, env=KEYED)
        expect_equal((result.code, audits(broker.log())[-1]["wrong"]), ("PAM_MAXTRIES", "unchecked:4"), "within a delay")
        countersign("unlock", "alice")
        begin("alice", right)[0].kill()
    anew("alice")


def test_not_now():
    """Nothing typed, nothing stored: refused and told, or let in by the option for those without."""
    configure()
    with Broker() as broker:
        result = pam_login("alice", [""], env=KEYED)
        expect_equal((result.code, len(result.prompts)), ("PAM_AUTH_ERR", 1), "Enter")
        expect_match("No second factor", result.infos[0], "what the user is told")
        expect_equal(wait_audit(broker)["verdict"], "not-enrolled", "verdict")
    configure(accept_on_missing_auth_method=True)
    with Broker():
        expect_equal(pam_login("alice", [""], env=KEYED).code, "PAM_SUCCESS", "Enter, with the option")
    expect_equal(left_in_store("alice"), NOTHING, "the store")


def test_not_now_but_until_a_date():
    """With enrol_by: let in with its notice as long as it lasts, for those whom it covers; else refused and told."""
    day = lambda days: str(datetime.date.today() + datetime.timedelta(days))
    configure(enrol_by=day(3))
    with Broker() as broker:
        result = pam_login("alice", ["", ""], env=KEYED)
        expect_equal((result.code, len(result.prompts)), ("PAM_SUCCESS", 2), "Enter, and Enter below the notice")
        expect_match("key into", result.prompts[0][0], "what comes first")
        expect_match(day(3), result.prompts[1][0], "what comes then")
        audit = wait_audit(broker)
        expect_equal((audit["verdict"], audit["days_left"]), ("enrol-by", "4"), "record")
        session, app = begin("alice")
        expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "who enrols sees no notice")
    anew("alice")
    for what, reason, settings in (("after the date", "enrol_by-passed", {"enrol_by": day(-1)}),
                                   ("not in the group", "not-enrolled", {"enrol_by": day(3), "enrol_by_group": "nosuchgroup"})):
        configure(**settings)
        with Broker() as broker:
            result = pam_login("alice", [""], env=KEYED)
            expect_equal((result.code, len(result.prompts)), ("PAM_AUTH_ERR", 1), what)
            expect_match("No second factor", result.infos[0], f"{what}: what the user is told")
            audit = wait_audit(broker)
            expect_equal((audit["verdict"], audit["reason"]), ("not-enrolled", reason), f"{what}: record")
    expect_equal(left_in_store("alice"), NOTHING, "the store")


@contextlib.contextmanager
def clock_behind(days):
    """As with enrol_by: what an accepted code has shown counts. Here the store says that it is so many days later."""
    later = int((datetime.datetime.now() + datetime.timedelta(days=days)).timestamp())
    sql = ("INSERT INTO meta (name, value) VALUES ('shown_time', CAST('%d' AS BLOB))"
           " ON CONFLICT DO UPDATE SET value = excluded.value" % later)
    run("runuser", "-u", "countersign", "--", "sqlite3", STORE, sql)
    try:
        yield
    finally:
        run("runuser", "-u", "countersign", "--", "sqlite3", STORE, "DELETE FROM meta WHERE name = 'shown_time'")


def test_a_clock_that_was_set_back():
    configure(self_enroll_until=str(datetime.date.today() + datetime.timedelta(5)))
    with Broker() as broker:
        begin("bob")[0].kill()
        with clock_behind(365):
            refused_as_usual("bob", "the clock is behind")
            broker.wait_log("<4>self_enroll_until: codes of users show that")
    expect_equal(left_in_store("bob"), NOTHING, "the store")


def test_a_ticket_that_expired_before_the_clock_was_set_back():
    """At each of the three moments at which it is looked at; one made now is good, by the time that codes show."""
    configure(self_enroll="ticket")
    with Broker() as broker:
        text = ticket("bob", "--days", "3")
        with clock_behind(2):
            begin("bob", text)[0].kill()
        with clock_behind(4):
            refused_as_usual("bob", "no ticket any more")
        asked = PamSession("bob", env=KEYED)
        asked.prompt()
        told, app = begin("bob", text)
        with clock_behind(4):
            asked.answer(text)
            expect_match("not accepted", asked.prompt(), "typed too late")
            asked.kill()
            told.answer(new_code(app))
            expect_equal(told.result().code, "PAM_AUTH_ERR", "confirmed too late")
            expect_equal(left_in_store("bob"), TICKET, "the store")
            text = ticket("bob", "--days", "3")
            session, app = begin("bob", text)
            expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "a new ticket")
    anew("bob")


def test_while_metrics_are_kept():
    """The provider is another one then, around the real one."""
    configure(metrics="/run/countersign/metrics/metrics.sock", self_enroll="ticket")
    with Broker():
        session, app = begin("alice", ticket("alice"))
        expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "the end")
        expect_equal(left_in_store("alice"), FACTOR, "the store")
    anew("alice")


def test_never_confirmed():
    configure(retry=1)
    with Broker() as broker:
        session, app = begin("alice")
        session.answer(app.wrong())
        session.prompt()
        session.answer(app.wrong())
        expect_equal(session.result().code, "PAM_MAXTRIES", "two wrong codes")
        expect_equal(wait_audit(broker)["reason"], "not-confirmed", "reason")
    expect_equal(left_in_store("alice"), NOTHING, "the store")


def test_sshd_refuses_the_account():
    """Its junk in place of an answer: nobody enrols, whatever key the environment speaks of."""
    configure()
    junk = "\b\n\r\x7fINCORRECT\b\n\r\x7f"[:13]
    with Broker():
        for mode in ("yes", "ticket"):
            configure(self_enroll=mode)
            ticket("alice")
            result = pam_login("alice", [junk.replace("\n", "\\n")] * 8, env=KEYED)
            expect(result.code != "PAM_SUCCESS", f"{mode}: {result.text}")
            expect_equal(left_in_store("alice"), TICKET, f"{mode}: the store")
    anew("alice")


def test_two_at_once():
    configure()
    with Broker() as broker:
        one, its = begin("alice")
        two, other = begin("alice")
        expect(its.key != other.key, "two logins got one key")
        expect_equal(finish(one, its)[0].code, "PAM_SUCCESS", "the faster one")
        two.answer(new_code(other))
        expect_equal(two.result().code, "PAM_AUTH_ERR", "the slower one")
        expect_equal(audits(broker.log())[-1]["reason"], "enrolled-meanwhile", "its reason")
        expect_equal(left_in_store("alice"), FACTOR, "the store")
    anew("alice")


def test_thirty_two_at_once():
    """One ticket, one key each, all codes at the same time: one factor."""
    configure(self_enroll="ticket")
    with Broker():
        text = ticket("alice")
        sessions = [begin("alice", text) for _ in range(32)]
        for session, app in sessions:
            session.answer(new_code(app))
        ends = []
        for session, _ in sessions:
            line = session.line()
            while line is not None and line[0] not in ("result", "prompt(echo)"):
                line = session.line()
            if line is not None and line[0] == "prompt(echo)":
                codes_of(line[1])
                session.answer("")
            ends.append(session.result().code)
        expect_equal((ends.count("PAM_SUCCESS"), ends.count("PAM_AUTH_ERR")), (1, 31), "allowed and refused")
        expect_equal(left_in_store("alice"), FACTOR, "the store")
    anew("alice")


def test_what_an_administrator_does_meanwhile():
    configure(self_enroll="ticket")
    acts = {"suspended": ("suspend", "alice"), "a ticket taken back": ("ticket", "alice", "--remove"),
            "another ticket": ("ticket", "alice"), "enrolled": ("enroll", "totp", "alice", "--no-confirm", "--json")}
    for what, words in acts.items():
        with Broker():
            session, app = begin("alice", ticket("alice"))
            countersign(*words)
            before = left_in_store("alice")
            session.answer(new_code(app))
            expect_equal(session.result().code, "PAM_AUTH_ERR", what)
            expect_equal(left_in_store("alice"), before, f"{what}: the store")
        anew("alice")


def test_a_store_that_cannot_be_read():
    configure()
    with Broker():
        begin("alice")[0].kill()
    run("mv", KEY, f"{KEY}.away")
    try:
        with Broker():
            result = pam_login("alice", [""] * 4, env=KEYED)
            expect(result.code in ("PAM_AUTHINFO_UNAVAIL", "PAM_AUTH_ERR"), f"without the key file: {result.text}")
    finally:
        run("mv", f"{KEY}.away", KEY)
    run("mv", STORE, f"{STORE}.away")
    try:
        with Broker():
            result = pam_login("alice", [""] * 4, env=KEYED)
            expect_equal((result.code, result.prompts), ("PAM_AUTHINFO_UNAVAIL", []), "without a store")
    finally:
        run("mv", f"{STORE}.away", STORE)


def test_hang_up_after_the_code():
    """The factor is there, whole, and the next login is the usual one."""
    configure()
    with Broker():
        session, app = begin("alice")
        session.answer(new_code(app))
        session.prompt()
        session.kill()
        expect_equal(left_in_store("alice"), FACTOR, "the store")
        later = pam_login("alice", [secret(app.code(1), "the next code")], env=KEYED)
        expect_equal(later.code, "PAM_SUCCESS", "the next login")
    anew("alice")


def test_without_a_broker():
    configure()
    stack("standalone", service="alone")
    session, app = begin("alice", service="alone")
    expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "stand-alone")
    expect_equal(left_in_store("alice"), FACTOR, "the store")
    anew("alice")


def test_other_programs():
    """A program that gives one answer, and one that is not root."""
    configure(allow_unprivileged=True)
    stack("one_answer", service="one")
    with Broker():
        refused_as_usual("alice", "one_answer", service="one")
        os.chmod(SOCKET, 0o666)
        result = run("runuser", "-u", "alice", "--", PAM_DRIVER, "--confdir", "/etc/pam.d", "--service", "test", "--user",
                     "alice", "--env", "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA", *["--answer", "123456"] * 4,
                     check=False)
        expect("key into" not in result.stdout and "PAM_SUCCESS" not in result.stdout, f"as alice: {result.stdout}")
    expect_equal(left_in_store("alice"), NOTHING, "the store")


def test_password_first():
    """The password of the store is a first factor; the plan asks for it before."""
    configure(auth_method="password-then-totp")
    password = "correct horse battery"
    countersign("passwd", "alice", "--stdin", input=secret(password, "a password") + "\n")
    with Broker():
        wrong = pam_login("alice", ["not it"] * 4)
        expect(wrong.code != "PAM_SUCCESS" and len(wrong.prompts) == 4, f"a wrong password: {wrong.text}")
        session, app = begin("alice", password, env={})
        expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "password and first code")
    anew("alice")


def read_qr(prompt, name):
    """What a phone reads in the code of half blocks above a prompt."""
    lines = [line for line in prompt.split("\n") if set(line) & set("▀▄█")]
    expect(len(lines) <= 21 and len({len(line) for line in lines}) == 1, f"{len(lines)} lines: {prompt!r}")
    light = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    rows = [[light[c][half] for c in line] for line in lines for half in (0, 1)]
    path = WORKDIR / "keys" / f"{name}.pgm"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    pixels = "\n".join(" ".join(str(255 * bit) for bit in row for _ in range(4)) for row in rows for _ in range(4))
    path.write_text(f"P2\n{len(rows[0]) * 4} {len(rows) * 4}\n255\n{pixels}\n")
    return run("zbarimg", "--quiet", "--raw", path).stdout.strip()


def test_qr_code():
    need("zbarimg")
    configure(self_enroll_qr="dark")
    with Broker():
        session = PamSession("alice", env=KEYED)
        shown = session.prompt()
        expect(len(shown.split("\n")) <= 24, f"{len(shown.split(chr(10)))} lines")
        uri = secret(read_qr(shown, "alice"), "the URI of a new factor")
        session.answer("")
        app = app_of(session.prompt())
        expect_match(r"^otpauth://totp/[^?]+\?secret=[A-Z2-7]{32}", uri, "the code")
        expect_equal(Totp(uri.split("secret=")[1][:32]).key, app.key, "the key in the code")
        expect_equal(finish(session, app)[0].code, "PAM_SUCCESS", "after the code was scanned")
    anew("alice")
    configure(self_enroll_qr="dark", issuer="An issuer with a name that is far too long for a code of 21 lines")
    with Broker():
        begin("alice")[0].kill()  # the text alone
    configure(self_enroll_qr="dark", ascii_prompts=True)
    with Broker():
        begin("alice")[0].kill()


def test_through_sshd():
    configure(self_enroll_qr="dark")
    with Broker(), Sshd() as sshd:
        shown = {}

        def type_code(text, echo):
            shown["app"] = app_of(text)
            return new_code(shown["app"])

        def note(text, echo):
            shown["codes"] = codes_of(text)
            return ""

        login = sshd.paramiko("alice", [lambda text, echo: "", type_code, note], command="id -un")
        expect_equal((login.success, login.transcript, len(shown["codes"])), (True, "alice\n", 10), f"{login}")
        login = sshd.paramiko("alice", [secret(shown["app"].code(1), "the next code")])
        expect(login.success, f"the next login: {login}")
    anew("alice")


def test_explain_shows_it_and_stores_nothing():
    """As the login goes, with a sample in place of the key; a wrong code, Enter, and who has no ticket."""
    explain = lambda *words: countersign("explain", "alice", *words, check=False).stdout
    configure()
    before = store_rows("SELECT * FROM meta"), left_in_store("alice")
    said = explain("--key", "ssh-ed25519")
    for words in "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567", "reason=self-enrolled", "reason=not-confirmed", "Recovery codes":
        expect(words in said, f"{words!r} is not in {said}")
    expect("self-enrolled" not in explain(), "without a key")
    configure(self_enroll="ticket")
    expect("self-enrolled" not in explain("--key", "ssh-ed25519"), "without a ticket")
    expect_equal((store_rows("SELECT * FROM meta"), left_in_store("alice")), before, "the store")
    ticket("alice")
    said = explain("--key", "ssh-ed25519")
    for words in "asks for: ticket", "reason=self-enrolled", "reason=wrong-ticket":
        expect(words in said, f"{words!r} is not in {said}")
    expect_equal(left_in_store("alice"), TICKET, "the ticket is still there")
    anew("alice")


def test_records_say_who():
    configure(self_enroll="ticket")
    ticket("dave")
    wait_syslog(r'act verb=ticket result=done .*user="dave"')
    anew("dave")


main()
