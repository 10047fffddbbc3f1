# SPDX-License-Identifier: Apache-2.0
"""usage: check_documents.py SOURCE

Links between the documents lead somewhere, the tables of packages name what scripts/lib/packages.sh installs, and the
tables of programs name tests that there are.
"""
import os
import pathlib
import re
import subprocess
import sys

BUILD_FOLDERS = {"build", ".git"}


def documents(source):
    """Whole trees of Debian may be below build, and change meanwhile: it is not walked."""
    for folder, below, names in os.walk(source):
        below[:] = sorted(set(below) - BUILD_FOLDERS)
        yield from (pathlib.Path(folder, name) for name in sorted(names) if name.endswith(".md"))


def anchors(text):
    """The names that a heading gets where Markdown is shown: lower case, blanks as hyphens, the rest left out."""
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def bad_links(source):
    for path in documents(source):
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = path.parent / name if name else path
            if not file.exists():
                yield f"{path.relative_to(source)}: {target}: there is no such file"
            elif anchor and anchor not in anchors(file.read_text()):
                yield f"{path.relative_to(source)}: {target}: {file.name} has no such heading"


def listed(source, *names):
    """The packages in lists of packages.sh."""
    words = " ".join(f'"${{packages_{name}[@]}}"' for name in names)
    script = f'. "$1" && printf "%s\\n" {words}'
    return set(subprocess.run(["bash", "-c", script, "bash", source / "scripts/lib/packages.sh"],
                              capture_output=True, text=True, check=True).stdout.split())


def explained(path, heading):
    """The names in backticks in the first column of the table below a heading."""
    section = path.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {name for cell in re.findall(r"^\| (.*?) \|", section, re.M) for name in re.findall(r"`([^`]+)`", cell)}


def bad_packages(source):
    build = listed(source, "build")
    rest = listed(source, "demo", "test", "openid", "bench", "tree") - build
    # libfido2 is for one of the choices of WITH_U2F: explained to those who build, installed for tests.
    others = listed(source, "applications", "applications_more") - listed(source, "test")
    for page, heading, wanted, allowed in (("README.md", "What it needs", build, {"libfido2-dev"}),
                                           ("tests/README.md", "What the tests need", rest, set()),
                                           ("tests/README.md", "Other people's programs", others,
                                            {"passwd", "util-linux"})):
        found = explained(source / page, heading)
        for name in sorted(wanted - found):
            yield f"{page}: package {name} of scripts/lib/packages.sh is missing"
        for name in sorted(found - wanted - allowed):
            yield f"{page}: package {name} is not one that scripts/lib/packages.sh installs for this"


def bad_programs(source):
    """Each row of the tables of programs ends with the test of that program, or with "not tested" and the reason."""
    for page in ("docs/APPLICATIONS.md", "docs/CLIENTS.md"):
        tables = re.findall(r"^\|.*\| tested by \|\n\|[-|]+\n((?:\|.*\n)+)", (source / page).read_text(), re.M)
        for row in "".join(tables).splitlines():
            program, *_, tested = [cell.strip() for cell in row.strip("|").split(" |")]
            for problem in bad_tests(source, re.split(r"[ ,]", program.lower())[0], tested):
                yield f"{page}: {program}: {problem}"


def bad_tests(source, name, tested):
    tests = re.findall(r"`\w+\.(\w+)`", tested)
    if not tests and not tested.startswith("not tested"):
        yield "neither a test nor the reason why there is none"
    for test in tests:
        if not any(name in script.read_text().lower() for script in source.glob(f"tests/*/test_{test}.py")):
            yield f"no test_{test}.py in tests/ mentions {name}"


def main():
    source = pathlib.Path(sys.argv[1])
    problems = [*bad_links(source), *bad_packages(source), *bad_programs(source)]
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
