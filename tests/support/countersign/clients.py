# SPDX-License-Identifier: Apache-2.0
"""SSH clients that answer by themselves: a login with each, from a table (docs/CLIENTS.md)."""
import pathlib
import pwd
import re
import typing

from .application import CODE, service
from .harness import WORKDIR, expect, expect_match
from .process import run
from .product import Broker, write_config
from .ssh import SSHD_PORT, Sshd, client_key
from .state import fresh

SSH_CONFIG = WORKDIR / "ssh_config"
FOLDER = pathlib.Path("/run/clients")
HOME = pathlib.Path(pwd.getpwnam("alice").pw_dir)
HIDDEN = ("auth required pam_countersign.so one_answer [otp_prompt=Password: ]",)
LET_IN = r"^(let in|from there)$"
KEY_AND_DIALOGUE = "publickey,keyboard-interactive"


def before(key=None, **settings):
    """(sshd, factor of alice); OpenSSH's client knows the server as "demo"."""
    write_config({"throttle": False})
    sshd = Sshd(CODE, Subsystem="sftp internal-sftp", **settings)
    SSH_CONFIG.write_text(f"Host demo\n  HostName 127.0.0.1\n  Port {SSHD_PORT}\n  User alice\n"
                          f"  IdentityFile {key or client_key('alice')}\n  IdentityAgent none\n"
                          f"  StrictHostKeyChecking no\n  UserKnownHostsFile {WORKDIR}/known_hosts\n"
                          "  PreferredAuthentications publickey,keyboard-interactive\n  LogLevel ERROR\n")
    FOLDER.mkdir(exist_ok=True)
    (HOME / "there").write_text("from there\n")
    (FOLDER / "got").unlink(missing_ok=True)
    return sshd, fresh("alice")


class Own(typing.NamedTuple):
    """`command` makes the command from the codes of its dialogue, in order."""
    name: str
    program: str
    command: typing.Callable
    codes: str = "wr"  # w: a wrong one, r: the right one
    auth: tuple = CODE
    works: bool = True
    settings: dict = {"AuthenticationMethods": "keyboard-interactive"}


def log_in(client, codes):
    """Whether the client is let in with these codes, which `w` and `r` stand for, and what it said."""
    sshd, factor = before(**client.settings)
    service("sshd", client.auth)
    with Broker(), sshd:
        words = client.command(*[factor.code() if letter == "r" else factor.wrong() for letter in codes])
        result = run(*words, check=False)
        if client.settings.get("AuthenticationMethods") == KEY_AND_DIALOGUE:
            expect_match("Partial publickey for alice", sshd.log(), f"{client.name}: its key was not used")
    said = result.stdout + result.stderr
    return re.search(LET_IN, result.stdout, re.M) is not None, said


def check_client(client):
    """It is let in with its codes, or is not, as the table says; and never with wrong ones."""
    let_in, said = log_in(client, client.codes)
    expect(let_in == client.works, f"{client.name}: {'not ' if client.works else ''}let in: {said}")
    expect(not log_in(client, "w" * len(client.codes))[0], f"{client.name}: let in with wrong codes")
