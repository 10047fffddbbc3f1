#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A file of udev rules: every key and operator is one that udev knows, and the group is one that we make.

usage: check_udev.py RULES SYSUSERS

`udevadm verify` reads it as well where there is one that can (udev 254 or newer; Debian 12 has 252).
"""
import pathlib
import re
import shutil
import subprocess
import sys

MATCH, SET = {"==", "!="}, {"=", ":="}
# udev(7): the operators of each key; those that need {a name} say so. A key that is used and missing here belongs here.
PLAIN = {**dict.fromkeys(("ACTION", "DEVPATH", "KERNEL", "KERNELS", "SUBSYSTEM", "SUBSYSTEMS", "DRIVER", "DRIVERS",
                          "TAGS", "PROGRAM", "RESULT"), MATCH),
         **dict.fromkeys(("OWNER", "GROUP", "MODE"), SET),
         "TAG": MATCH | SET | {"+=", "-="}, "SYMLINK": MATCH | SET | {"+=", "-="}, "NAME": MATCH | SET,
         "OPTIONS": SET | {"+="}, "GOTO": {"="}, "LABEL": {"="}}
NAMED = {"ATTR": MATCH | {"="}, "ATTRS": MATCH, "ENV": MATCH | {"=", "+="}, "CONST": MATCH}
TOKEN = re.compile(r'([A-Z]+)(?:\{([^}"]*)\})?\s*([=!+:-]=|=)\s*"([^"]*)"\s*(?:,\s*|$)')
ACTIONS = {"add", "remove", "change", "move", "online", "offline", "bind", "unbind"}


def tokens_of(line):
    """(key, name, operator, value) of each; the last is the rest that cannot be read, if there is one."""
    at = 0
    while at < len(line):
        match = TOKEN.match(line, at)
        if match is None:
            yield None, None, None, line[at:]
            return
        yield match.groups()
        at = match.end()


def fault(key, name, operator, value, groups):
    """What is wrong with it, or None."""
    if key is None:
        return f"cannot be read: {value}"
    if key not in (PLAIN if name is None else NAMED):
        return f"udev knows no key {key}" + (" without {a name}" if key in NAMED else "")
    if operator not in (PLAIN if name is None else NAMED)[key]:
        return f"{key} has no operator {operator}"
    wrong = {"ACTION": value not in ACTIONS, "MODE": not re.fullmatch("0?[0-7]{3}", value),
             "GROUP": value not in groups}.get(key, name == "" or value == "")
    return f"{key} has the value '{value}'" if wrong else None


def rules_of(text):
    """(number, line), without comments and with continued lines in one piece."""
    for number, line in enumerate(re.sub(r"\\\n", lambda _: " ", text).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path = pathlib.Path(sys.argv[1])
    groups = re.findall(r"^[ug]!?\s+(\S+)", pathlib.Path(sys.argv[2]).read_text(), re.M)
    rules = list(rules_of(path.read_text()))
    found = [f"{path.name}:{number}: {text}" for number, line in rules for token in tokens_of(line)
             if (text := fault(*token, groups))]
    if not rules:
        found.append(f"{path.name}: no rule in it")
    udevadm = shutil.which("udevadm")
    if udevadm and "verify" in subprocess.run([udevadm, "--help"], capture_output=True, text=True, check=False).stdout:
        result = subprocess.run([udevadm, "verify", path], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            found.append(result.stdout + result.stderr)
    print("\n".join(found) or "nothing found")
    return 1 if found else 0


sys.exit(main())
