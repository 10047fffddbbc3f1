#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Unit files as systemd itself reads them.

usage: check_units.py UNIT...

Runs `systemd-analyze verify`, which needs no running systemd, and fails on anything that it has to say about them:
for it a key that it does not know is only a warning. Skipped (77) where it is not installed.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# The programs are where they will be installed, not on this machine.
NOT_INSTALLED = re.compile(r"Command \S+/countersign\S* is not executable: No such file or directory$")


def verify(units):
    """What is said about these units. They lie in one folder, as installed: they name each other."""
    with tempfile.TemporaryDirectory() as folder:
        names = [shutil.copy(unit, folder) for unit in units]
        result = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True,
                                check=False, timeout=60)
        return [line.replace(folder + "/", "") for line in (result.stdout + result.stderr).splitlines()
                if (folder in line or "countersign" in line) and not NOT_INSTALLED.search(line)]


def check_the_check(unit):
    """A key that nobody knows must be found: a systemd-analyze that cannot work here says nothing."""
    with tempfile.TemporaryDirectory() as folder:
        broken = pathlib.Path(folder) / pathlib.Path(unit).name
        broken.write_text(pathlib.Path(unit).read_text() + "\nNoSuchKey=yes\n")
        return any("NoSuchKey" in line for line in verify([broken]))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if shutil.which("systemd-analyze") is None:
        print("systemd-analyze is not installed (package systemd)")
        return 77
    if not check_the_check(sys.argv[1]):
        print("systemd-analyze finds no fault in a unit with one: it does not work here")
        return 1
    found = verify(sys.argv[1:])
    print("\n".join(found) or "nothing found")
    return 1 if found else 0


sys.exit(main())
