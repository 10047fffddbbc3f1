# SPDX-License-Identifier: Apache-2.0
"""Commands that ask on a terminal (docs/APPLICATIONS.md, "On a terminal")."""
import typing

from countersign import *
from countersign.application import *

PASSWORD = "Correct-Horse-7"
ASKS_PASSWORD, ASKS_CODE = "[Pp]assword[^\n]*: ?$", "Verification code: $"
NOT_ACCEPTED = r"That code was not accepted. Tries left: 3\s+Verification code: $"


class Program(typing.NamedTuple):
    """`asked`: whose password and code; `opened`: what it shows or does once it lets somebody in. `after`: what is
    typed then."""
    command: tuple
    opened: str
    asked: str = "alice"
    user: str = "alice"
    after: tuple = ()
    service: str | None = None
    asks_again: int = 0  # how often it starts anew after the module's tries

    @property
    def name(self):
        return self.service or self.command[0]


PROGRAMS = (
    Program(("sudo", "-k", "id", "-un"), r"(?m)^root\r?$"),
    Program(("su", "bob", "-c", "id -un"), r"(?m)^bob\r?$", asked="bob"),
    Program(("login", "alice"), r"(?m)^alice\r?$", user="root", after=((r"\$ $", "id -un"), (r"\$ $", "exit"))),
    Program(("doas", "id", "-un"), r"(?m)^root\r?$"),
    Program(("chsh", "-s", "/bin/sh"), r"^(?!.*(?:PAM|Authentication))"),
    Program(("vlock",), r"^(?!.*(?i:fail|incorrect))", after=()),
)


def prepare(program, auth):
    need(program.command[0])
    write_config({"throttle": False})
    set_password(program.asked, PASSWORD)
    service(program.name, auth)
    pathlib.Path("/etc/sudoers.d/alice").write_text("alice ALL=(ALL) ALL\nDefaults lecture=never\n") \
        if program.name == "sudo" else None
    if program.name == "doas":
        pathlib.Path("/etc/doas.conf").write_text("permit alice\n")
        os.chmod("/etc/doas.conf", 0o400)
    return fresh(program.asked)


def check(program, auth, answers, verdict):
    factor = prepare(program, auth)
    with Broker() as broker:
        typed = type_at(program.command, [(p, factor.code if t is None else factor.wrong() if t is False else t)
                                          for p, t in answers], user=program.user)
        audit = wait_audit(broker)
    expect_equal((audit["verdict"], audit["granted"]), verdict, f"{program.name}: {typed}")
    return typed


def test_a():
    for program in PROGRAMS:
        try:
            check(program, CODE, [(ASKS_CODE, False), (NOT_ACCEPTED, None), *program.after], ("allow", "yes"))
            t = check(program, PASSWORD_AND_CODE, [(ASKS_PASSWORD, PASSWORD), (ASKS_CODE, None), *program.after], ("allow", "yes"))
            print(program.name, repr(t))
        except (Failure, Skip) as e:
            print(program.name, type(e), e)


main()
