# SPDX-License-Identifier: Apache-2.0
"""Accounts, PAM services and the syslog."""
import pathlib
import re

from .harness import WORKDIR, secret, wait_until
from .process import run


def set_password(user, password):
    run("chpasswd", input=f"{user}:{secret(password, f'the password of {user}')}\n")


def add_accounts(names, first=20000):
    """Many accounts that nobody logs in to, at once."""
    with open("/etc/passwd", "a", encoding="ascii") as out:
        for number, name in enumerate(names):
            out.write(f"{name}:x:{first + number}:65534::/nonexistent:/usr/sbin/nologin\n")


def add_to_group(user, group):
    run("gpasswd", "--add", user, group)


def pam_service(name, lines, confdir="/etc/pam.d"):
    """Writes a service file; returns its folder, for PamDriver."""
    confdir = pathlib.Path(confdir)
    confdir.mkdir(parents=True, exist_ok=True)
    text = lines if isinstance(lines, str) else "\n".join(lines)
    (confdir / name).write_text(text + "\n")
    return confdir


def syslog():
    return (WORKDIR / "syslog").read_text(errors="replace")


def wait_syslog(pattern, timeout=None):
    return wait_until(lambda: re.search(pattern, syslog(), re.M), f"{pattern!r} in the syslog", timeout)
