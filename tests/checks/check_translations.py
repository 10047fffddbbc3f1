#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""i18n/ is what scripts/update-translations makes of the texts, and every note for translators is in every file."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = pathlib.Path("conversation/texts.c")


def notes(text):
    return text.count("Translators: ")


def main():
    problems = []
    wanted = notes((ROOT / TEXTS).read_text())
    with tempfile.TemporaryDirectory() as folder:
        fresh = pathlib.Path(folder)
        for name in ("i18n", "scripts"):
            shutil.copytree(ROOT / name, fresh / name)
        (fresh / TEXTS).parent.mkdir()
        shutil.copy(ROOT / TEXTS, fresh / TEXTS)
        subprocess.run(["bash", fresh / "scripts" / "update-translations"], check=True)
        for path in sorted((ROOT / "i18n").glob("*.po*")):
            text = path.read_text()
            if notes(text) != wanted:
                problems.append(f"i18n/{path.name}: {notes(text)} notes for translators; {TEXTS} has {wanted}")
            if text != (fresh / "i18n" / path.name).read_text():
                problems.append(f"i18n/{path.name}: not as the texts stand; run scripts/update-translations")
    if wanted == 0:
        problems.append(f"{TEXTS}: no notes for translators")
    for problem in problems:
        print(problem, file=sys.stderr)
    return bool(problems)


sys.exit(main())
