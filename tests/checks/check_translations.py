#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""i18n/ is what scripts/update-translations makes of the texts, and every note for translators is in every file."""
import gettext
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = pathlib.Path("conversation/texts.c")
NUMBERS = 1000
PRINT_FORMS = r"""
#include <stdio.h>
#include "i18n/plural.h"
int main(int count, char **words)
{
    const struct cs_plural *plural = count == 2 ? cs_plural_of(words[1]) : NULL;

    if (plural == NULL)
        return 1;
    printf("%u\n", plural->forms);
    for (unsigned long number = 0; number < NUMBERS; number++)
        printf("%u\n", plural->form(number));
}
""".replace("NUMBERS", str(NUMBERS))


def notes(text):
    return text.count("Translators: ")


def plural_problems():
    """The rules for forms in i18n/plural.c against those that the catalogues' headers give to gettext."""
    with tempfile.TemporaryDirectory() as folder:
        binary = pathlib.Path(folder) / "plural"
        main = pathlib.Path(folder) / "main.c"
        main.write_text(PRINT_FORMS)
        subprocess.run([os.environ.get("CC", "cc"), "-I", ROOT, "-o", binary, main, ROOT / "i18n/plural.c",
                        ROOT / "i18n/language.c"],
                       check=True)
        for path in sorted((ROOT / "i18n").glob("*.po")):
            found = re.search(r'^"Plural-Forms: nplurals=(\d+); plural=(.*);\\n"$', path.read_text(), re.M)
            if not found:
                yield f"i18n/{path.name}: no Plural-Forms"
                continue
            wanted = gettext.c2py(found[2])
            forms = subprocess.run([binary, path.stem], check=True, capture_output=True, text=True).stdout.split()
            if forms != [found[1], *(str(wanted(number)) for number in range(NUMBERS))]:
                yield f"i18n/{path.name}: Plural-Forms is not the rule of i18n/plural.c"


def main():
    problems = list(plural_problems())
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
