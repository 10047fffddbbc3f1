# SPDX-License-Identifier: Apache-2.0
"""Commands that ask on a terminal (docs/APPLICATIONS.md, "On a terminal"). Each is a row, and each row is logged in
with every stack that the document names."""
import typing

from countersign import *
from countersign.application import *

PASSWORD = "Correct-Horse-7"
ASKS_PASSWORD, ASKS_CODE = r"[Pp]assword[^\n]*: ?$", r"Verification code: $"
NOT_ACCEPTED = r"That code was not accepted. Tries left: (\d)\s+Verification code: $"
TRIES = 4  # the default of `retry`, and the first


class Program(typing.NamedTuple):
    """`asked`: whose password and code; `opens`: what its terminal shows once it has let somebody in, else it ends
    with the status 0; `before` and `after`: what is typed around the dialogue."""
    command: tuple
    opens: str = ""
    asked: str = "alice"
    user: str = "alice"
    before: tuple = ()
    after: tuple = ()

    @property
    def name(self):
        return self.command[0]


SUDO = Program(("sudo", "-k", "id", "-un"), r"(?m)^root\r?$")
SU = Program(("su", "bob", "-c", "id -un"), r"(?m)^bob\r?$", asked="bob")
LOGIN = Program(("login", "alice"), r"\$ id -un\s+alice", user="root", after=((r"\$ $", "id -un"), (r"\$ $", "exit")))
DOAS = Program(("doas", "id", "-un"), r"(?m)^root\r?$")
CHSH = Program(("chsh", "-s", "/bin/sh"))
VLOCK = Program(("vlock",), before=((r"Please press \[ENTER\] to unlock", ""),))
PROGRAMS = (SUDO, SU, LOGIN, DOAS, CHSH, VLOCK)


def need_terminal(program):
    """util-linux's login, which Debian 13 has, hangs up its terminal and opens it again: a pseudo-terminal ends with
    that, before the first prompt."""
    if program is LOGIN and "util-linux" in run("login", "--version", check=False).stdout:
        raise Skip("login is util-linux's, which ends the test's terminal")


def prepare(program, auth):
    write_config({"throttle": False})
    set_password(program.asked, PASSWORD)
    service(program.name, auth)
    rules = pathlib.Path("/etc/sudoers.d/alice")
    rules.parent.mkdir(exist_ok=True)  # sudo need not be installed
    rules.write_text("Defaults passwd_tries=1,lecture=never\nalice ALL=(ALL) ALL\n")
    doas = pathlib.Path("/etc/doas.conf")
    doas.write_text("permit alice\n")
    doas.chmod(0o400)
    return fresh(program.asked)


def play(program, auth, answers, after=True):
    """What was typed at, and the audit line. An answer may be a function of the factor."""
    need(program.name)
    need_terminal(program)
    factor = prepare(program, auth)
    dialogue = [(pattern, (lambda f=text: f(factor)) if callable(text) else text) for pattern, text in answers]
    with Broker() as broker:
        typed = type_at(program.command, [*program.before, *dialogue, *(program.after if after else ())],
                        user=program.user)
        return typed, wait_audit(broker)


def lets_in(program, auth, answers):
    typed, audit = play(program, auth, answers)
    expect_equal((audit["verdict"], audit["granted"], typed.status), ("allow", "yes", 0), f"{program.name}: {typed}")
    expect(typed.shows(program.opens), f"{program.name} did nothing: {typed}")


def refuses(program, auth, answers, verdict):
    typed, audit = play(program, auth, answers, after=False)
    expect_equal((audit["verdict"], audit["reason"], audit["granted"]), (*verdict, "no"), f"{program.name}: {typed}")
    expect(not typed.shows(program.opens) if program.opens else typed.status != 0,
           f"{program.name} let somebody in: {typed}")


def right(factor):
    return factor.code()


def wrong(factor):
    return factor.wrong()


def test_a_wrong_code_and_then_the_right_one():
    each_installed(PROGRAMS, lambda program: lets_in(program, CODE, [(ASKS_CODE, wrong), (NOT_ACCEPTED, right)]))


def test_wrong_codes_only():
    each_installed([program for program in PROGRAMS if program is not VLOCK], lambda program: refuses(
        program, CODE, [(ASKS_CODE, wrong)] + [(NOT_ACCEPTED, wrong)] * (TRIES - 1), ("max-tries", "wrong-code")))


def test_vlock_goes_on_with_root():
    """After the user's tries it asks for root's, who may unlock every terminal."""
    need("vlock")
    factor = prepare(VLOCK, CODE)
    with Broker():
        type_at(VLOCK.command, [*VLOCK.before, (ASKS_CODE, factor.wrong), *[(NOT_ACCEPTED, factor.wrong)] * (TRIES - 1),
                                (r"exhausted maximum number of retries[^\n]*\n\s*root's Verification code: $", None)])


def test_password_and_then_code():
    each_installed(PROGRAMS, lambda program: lets_in(program, PASSWORD_AND_CODE, [(ASKS_PASSWORD, PASSWORD), (ASKS_CODE, right)]))


def test_password_of_its_own_and_then_code():
    """Countersign's own password, which no other module checks."""
    def check(program):
        countersign("passwd", program.asked, "--stdin", input=secret("Own-Horse-77", "a password") + "\n")
        lets_in(program, ("auth required pam_countersign.so auth_method=password-then-totp",),
                [(ASKS_PASSWORD, "Own-Horse-77"), (ASKS_CODE, right)])

    each_installed(PROGRAMS, check)


# ---- screen ----

def lock_screen(answers, logins, **settings):
    """screen's own lock asks as the user who locked it, so the file alone has the settings. Returns the logins."""
    need("screen")
    factor = fresh("alice")
    write_config({"throttle": False, "allow_unprivileged": True, "services": {"screen": settings}})
    service("screen", CODE)
    account = pwd.getpwnam("alice")
    home = pathlib.Path(account.pw_dir)
    (home / ".screenrc").write_text("startup_message off\nshell /bin/sh\n")
    (home / "screens").mkdir(mode=0o700, exist_ok=True)
    os.chown(home / "screens", account.pw_uid, -1)
    with Broker() as broker:
        type_at(("screen",), [(r"\$ ", Keystrokes("\x01x")), *answers(factor)],
                env={"SCREENDIR": home / "screens", "HOME": home})
        wait_audit(broker, logins)
        return [(audit["verdict"], audit["granted"]) for audit in audits(broker.log())]


def test_screen_lock_takes_a_code():
    """One hidden line for each login: a wrong one has it ask anew."""
    asks = r"Password:\x07?$"
    seen = lock_screen(lambda factor: [(asks, factor.wrong), (asks, factor.code), (r"\$ ", "exit")], 2,
                       one_answer=True)
    expect_equal(seen, [("max-tries", "no"), ("allow", "yes")], "logins")


def test_screen_lock_shows_no_visible_prompt():
    asks = r"Password:\x07?$"
    seen = lock_screen(lambda factor: [(asks, factor.code), (asks, None)], 1)
    expect_equal(seen, [("aborted", "no")], "the only login")


main()
