# SPDX-License-Identifier: Apache-2.0
"""Folders of files that stand for whole machines: tests/doctor, for `countersign doctor --root`."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

DOCTOR = pathlib.Path(__file__).parents[2] / "doctor"
NOT_FILES = ("expect", "setup")


def _files(folder):
    return [path for path in sorted(folder.rglob("*"))
            if path.is_file() and str(path.relative_to(folder)) not in NOT_FILES]


def _set_up(root, line):
    """A line of a file `setup`; its last word is a path of the machine, without the slash."""
    verb, *words, name = line.split()
    path = root / name
    if verb == "gone":
        path.unlink()
    elif verb == "mode":
        path.chmod(int(words[0], 8))
    elif verb == "owner":
        os.chown(path, int(words[0]), -1)
    elif verb == "group":
        os.chown(path, -1, int(words[0]))
    elif verb == "link":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(words[0])
    else:
        raise ValueError(f"setup: {line}")


def build(folder, root):
    """The base, and what is different: files, then the lines of `setup`. All belongs to root, as after an installation."""
    layers = [DOCTOR / "base", folder]
    for layer in layers:
        for path in _files(layer):
            target = root / path.relative_to(layer)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for path in [root, *root.rglob("*")]:
        os.chown(path, 0, 0)
        path.chmod(0o755 if path.is_dir() else 0o644)
    for layer in layers:
        setup = layer / "setup"
        for line in setup.read_text().splitlines() if setup.exists() else []:
            _set_up(root, line)


def examine(program, root, *words):
    """What doctor finds, each wrong or risky thing with a remedy: (severity, id, place), and the reasons. A place is PATH:LINE, PATH, or - for the machine."""
    answer = subprocess.run([program, "--json", "doctor", "--root", root, *words], capture_output=True, text=True, timeout=60)
    if answer.stderr or answer.returncode not in (0, 1):
        raise AssertionError(f"doctor: {answer.returncode}: {answer.stderr}")
    found = json.loads(answer.stdout)
    if answer.returncode != any(item["severity"] != "fine" for item in found):
        raise AssertionError(f"doctor: exit status {answer.returncode}: {answer.stdout}")
    rows = [(item["severity"], item["id"],
             (item["file"] or "-") + (f":{item['line']}" if item["line"] else "")) for item in found]
    for item in found:
        if item["severity"] != "fine" and not item["remedy"]:
            raise AssertionError(f"doctor: what to do about this? {item}")
    return rows, {row: item["reason"] for row, item in zip(rows, found)}


def compare(program, folder):
    """Sentences about what doctor misses and what it finds too much, in one machine of the folder."""
    wanted = [tuple(line.split()) for line in (folder / "expect").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as root:
        build(folder, pathlib.Path(root))
        found, reasons = examine(program, root)
    surplus = [row for row in found if row[0] != "fine" and row not in wanted]
    return ([f"{folder.name}: not found: {' '.join(row)}" for row in wanted if row not in found] +
            [f"{folder.name}: too much: {' '.join(row)}: {reasons[row]}" for row in surplus])


def all_of(sort):
    """The machines in tests/doctor/SORT."""
    return sorted(path for path in (DOCTOR / sort).iterdir() if path.is_dir())
