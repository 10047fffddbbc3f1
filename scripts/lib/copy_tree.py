#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Copies what git knows, or would take, of a repository as it is now.

usage: copy_tree.py SOURCE TARGET

What is as it was keeps its time and everything else gets a new one, so that no more is built again than must be.
TARGET/build stays; other files of TARGET that SOURCE does not have go.
"""
import pathlib
import shutil
import subprocess
import sys


def copy_tree(source, target):
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=source, text=True,
                            capture_output=True, check=True).stdout
    wanted = {name for name in listed.split("\0") if name and (source / name).is_file()}
    for old in target.rglob("*") if target.exists() else ():
        name = old.relative_to(target).as_posix()
        if old.is_file() and not name.startswith("build/") and name not in wanted:
            old.unlink()
    for name in wanted:
        old, new = source / name, target / name
        if not new.exists() or old.read_bytes() != new.read_bytes():
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(old, new)
            shutil.copymode(old, new)


if __name__ == "__main__":
    copy_tree(*map(pathlib.Path, sys.argv[1:]))
