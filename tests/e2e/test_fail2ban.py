# SPDX-License-Identifier: Apache-2.0
"""The filter and the jail that Countersign ships, with the real fail2ban and the lines of real logins."""
import datetime
import shutil

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from countersign import *

FILTER = pathlib.Path("/etc/fail2ban/filter.d/countersign.conf")
JAIL = pathlib.Path("/etc/fail2ban/jail.d/countersign.conf")
LOG = WORKDIR / "auth.log"
LOGINS = 20
JUNK = ("\b\n\r\x7fINCORRECT" * 2)[:14]
PASSWORD = secret("tin-whistle-40", "bob's password")
GUESS = "brass-button-9"  # what a client has saved


def as_syslog(log):
    """The broker's lines as a syslog daemon writes them."""
    now = datetime.datetime.now().strftime("%b %d %H:%M:%S")
    return [f"{now} host countersignd[7]: {line.partition('>')[2] if line.startswith('<') else line}"
            for line in log.splitlines()]


def matched(lines):
    """The addresses that fail2ban's own tool finds, one for each line that counts."""
    LOG.write_text("".join(line + "\n" for line in lines))
    return run("fail2ban-regex", "--raw", "-o", "<ip>", LOG, FILTER).stdout.split()


def play_all(arguments, logins, config=None):
    """The broker's lines of these logins: (user, answers, rhost) each."""
    write_config(config or {})
    stack("require_broker", *arguments)
    with Broker() as broker:
        for user, answers, rhost in logins:
            pam_login(user, answers, rhost=rhost)
        wait_audit(broker, len(logins))
        return as_syslog(broker.log())


def play(arguments, answers, rhost="192.0.2.7", count=LOGINS, user="alice", config=None):
    """So many like one."""
    return play_all(arguments, [(user, answers, rhost)] * count, config)


def add_key(user):
    """A key of `user` that nobody has: for a menu with two lines."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    handle = base64.urlsafe_b64encode(os.urandom(64)).rstrip(b"=").decode()
    path = pathlib.Path("/root/one_key")
    path.write_text(f"{user}:{handle},{point.hex()}\n")
    countersign("import", "pam-u2f", path, "--app-id", "pam://here.example")


def test_prepare():
    need("fail2ban-regex")
    need("fail2ban-server")
    countersign("passwd", "bob", "--stdin", input=PASSWORD + "\n")


# ---- what counts ----

def test_wrong_passwords_count():
    for plan in ("password", "password-then-totp", "password-and-totp"):
        answers = ["000000:" + GUESS] if plan == "password-and-totp" else [GUESS]
        lines = play([f"auth_method={plan}"], answers, user="bob")
        expect_equal(matched(lines), ["192.0.2.7"] * LOGINS, plan)


def test_three_wrong_codes_and_enter_count():
    wrong = fresh("alice").wrong()
    expect_equal(matched(play(["retry=3"], [wrong, wrong, wrong, ""])), ["192.0.2.7"] * LOGINS, "three and Enter")


def test_four_wrong_codes_count_though_the_delay_leaves_them_unchecked():
    wrong = fresh("alice").wrong()
    lines = play(["retry=3"], [wrong] * 4)
    expect(any("wrong=unchecked:4" in line for line in lines), f"there was no delay: {lines}")
    expect_equal(matched(lines), ["192.0.2.7"] * LOGINS, "four codes")


def test_wrong_codes_after_a_choice_from_a_menu_count():
    wrong = fresh("alice").wrong()
    add_key("alice")
    lines = play(["auth_method=choice-then-otp"], ["1", wrong, wrong], config={"u2f_in_choice": True, "u2f_app_id": "pam://here.example"})
    expect(all("reason=hang-up" in line for line in lines if "login verdict" in line), f"{lines}")
    expect_equal(matched(lines), ["192.0.2.7"] * LOGINS, "a menu")
    forget_factors("alice")


def test_a_wrong_code_and_a_hang_up_count():
    wrong = fresh("alice").wrong()
    expect_equal(matched(play([], [wrong])), ["192.0.2.7"] * LOGINS, "hung up")


def test_guesses_at_unknown_names_and_addresses_of_both_sorts_count():
    expect_equal(matched(play(["retry=0"], ["123456"], user="no-such-name", rhost="2001:db8::7")), ["2001:db8::7"] * LOGINS, "unknown")


def test_a_login_without_a_broker_counts():
    write_config({})
    stack("standalone", "retry=0")
    before = len(syslog())
    wrong = fresh("alice").wrong()
    pam_login("alice", [wrong], rhost="192.0.2.7")
    wait_until(lambda: "login verdict=" in syslog()[before:], "an audit line in the syslog")
    lines = [re.sub(r"^<\d+>", "", line) for line in syslog()[before:].splitlines()]
    expect_equal(matched(lines), ["192.0.2.7"], f"{lines}")


# ---- what does not ----

def test_what_is_no_guess_does_not_count():
    """A saved password at a code's prompt, Enter, nothing at all, what sshd sends in place of an answer, no choice."""
    fresh("alice")
    answers = ([GUESS, GUESS], ["", ""], [], [JUNK, JUNK])
    expect_equal(matched(play_all(["retry=3"], [("alice", each, "192.0.2.7") for each in answers for _ in range(LOGINS)])), [], "no guess")
    add_key("alice")
    lines = play(["auth_method=choice-then-otp", "retry=1"], ["9", "8"], config={"u2f_in_choice": True, "u2f_app_id": "pam://here.example"})
    expect(any("reason=no-choice" in line for line in lines), f"{lines}")
    expect_equal(matched(lines), [], "no choice")
    forget_factors("alice")


def test_what_fails_on_this_side_does_not_count():
    fresh("alice")
    KEY.chmod(0)
    try:
        lines = play(["retry=0"], ["123456"])
    finally:
        KEY.chmod(0o640)
    expect(any("verdict=unavailable" in line for line in lines), f"{lines}")
    expect_equal(matched(lines), [], "unavailable")
    expect_equal(matched(play(["auth_method=nonsense"], ["123456"])), [], "misconfigured")


def test_who_got_in_does_not_count():
    factor = fresh("alice")
    lines = play(["retry=2"], [factor.wrong(), factor.code()], count=1)
    expect(any("verdict=allow" in line and "wrong=code:1 accepted=totp" in line for line in lines), f"{lines}")
    expect_equal(matched(lines), [], "let in")


# ---- who would be banned ----

def test_no_name_of_a_user_or_a_host_puts_another_address_there():
    line = 'login verdict=max-tries granted=no reason=wrong-code last=wrong-code method=totp answers=4 wrong=code:4 ' \
           'accepted=none ms=18 peer_uid=0 code=PAM_MAXTRIES rhost="203.0.113.9" service="sshd" user="x"'
    head = "Nov 29 16:00:00 host countersignd[7]: "
    hostile = ['x" rhost="203.0.113.9', f"x\n{head}{line}", f"countersignd[7]: {line}", f'x\\" rhost="203.0.113.9"', line,
               "x\r" + line, '" wrong=code:9 rhost="203.0.113.9" "']
    lines = play_all(["retry=0"], [(text, [""], "192.0.2.6") for text in hostile] + [(text, ["123456"], "192.0.2.7") for text in hostile]
                     + [("alice", ["123456"], text) for text in hostile])
    expect_equal(matched(lines), ["192.0.2.7"] * len(hostile), f"{lines}")
    tags = ("sshd[7]: Invalid user ", "sshd[7]: ", "countersignd[7]: service 'x': ", "xcountersignd[7]: ", "countersign: ")
    expect_equal(matched([f"Nov 29 16:00:00 host {tag}{text}" for tag in tags for text in (line, head + line, f"countersignd[7]: {line}")]),
                 [], "lines of others")


def test_a_program_that_is_not_root_names_no_client():
    line = 'login verdict=max-tries granted=no reason=wrong-code last=wrong-code method=totp answers=1 wrong=code:1 accepted=none ms=1 ' \
           'peer_uid={} code=PAM_MAXTRIES rhost="192.0.2.7" service="x" user="x"'
    now = datetime.datetime.now().strftime("%b %d %H:%M:%S")
    expect_equal(matched([f"{now} host countersignd[7]: {line.format(0)}"]), ["192.0.2.7"], "root")
    expect_equal(matched([f"{now} host countersignd[7]: {line.format(uid)}" for uid in (1000, "00", "0x")]), [], "others")


# ---- the jail ----

def test_the_jail_bans_after_five_of_them_and_nobody_else():
    """The server itself, with an action that only notes what it would do."""
    expect_match(r"^enabled = false$", JAIL.read_text(), "as shipped")
    for path in pathlib.Path("/etc/fail2ban/jail.d").iterdir():
        if path != JAIL:
            path.unlink()
    JAIL.with_suffix(".local").write_text(
        f"[countersign]\nenabled = true\nlogpath = {LOG}\nbackend = polling\naction = dummy[name=countersign]\nbantime = 1h\n")
    wrong = fresh("alice").wrong()
    lines = play(["retry=0"], [wrong], rhost="192.0.2.7", count=5) + play(["retry=0"], [wrong], rhost="192.0.2.8", count=2) \
        + play(["retry=3"], [GUESS, GUESS], rhost="192.0.2.9", count=LOGINS)
    LOG.write_text("".join(line + "\n" for line in lines))
    client = ["fail2ban-client", "-s", "/run/fail2ban.sock"]
    server = subprocess.Popen(["fail2ban-server", "-f", "-s", "/run/fail2ban.sock", "-p", "/run/fail2ban.pid", "--logtarget",
                               str(WORKDIR / "fail2ban.log"), "start"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: "192.0.2.7" in run(*client, "get", "countersign", "banned", check=False).stdout, "a ban", 20)
        status = run(*client, "status", "countersign").stdout
    finally:
        server.terminate()
        server.wait()
    expect_match(r"Total failed:\s+7$", status, "failures")
    expect_match(r"Banned IP list:\s+192\.0\.2\.7$", status, "banned")


main()
