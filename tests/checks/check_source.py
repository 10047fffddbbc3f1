#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rules about the text of the sources: which folder uses which, calls that are banned, sizes, words.

usage: check_source.py RULE FOLDER   RULE: dependencies, circles, banned, sizes, words, licences or reasons
"""
import itertools
import pathlib
import re
import sys

FOLDERS = ("base", "json", "wire", "mapping", "store", "conversation", "providers", "methods", "login",
           "pam", "broker", "cli", "i18n", "u2f", "u2fhost", "touch", "net",
           "settings", "doctor", "import")

# Who may include headers of whom, besides its own: docs/ARCHITECTURE.md, written out.
BELOW_LOGIN = ("base", "json", "settings", "wire", "mapping", "store", "conversation", "providers", "methods", "i18n")
MAY_INCLUDE = {
    "base": (),
    "json": ("base",),
    "settings": ("base", "json"),
    "i18n": ("base", "json"),
    "wire": ("base",),
    "mapping": ("base",),
    "store": ("base",),
    "u2f": ("base", "wire"),
    "u2fhost": ("base", "wire", "u2f"),
    "touch": ("base", "u2f"),
    "conversation": ("base", "wire", "i18n"),
    "net": ("base", "json"),
    "providers": ("base", "settings"),
    "providers/server": ("base", "settings", "net"),
    "providers/local": ("base", "json", "settings", "store", "u2f", "providers"),
    "providers/*": ("base", "json", "settings", "mapping", "net", "providers", "providers/server"),  # without a row of its own
    "methods": ("base", "wire", "conversation", "i18n", "u2f", "providers/provider.h", "providers/enrolling.h",
                "providers/self_service.h"),
    "login": BELOW_LOGIN + ("net",),
    "broker": BELOW_LOGIN + ("login",),
    "doctor": BELOW_LOGIN + ("login",),
    "import": ("base", "store", "providers/local"),
    "cli": BELOW_LOGIN + ("login", "doctor", "import", "providers/local", "providers/openid/host.h", "u2f"),
    "pam": ("base", "wire"),
}

# What, where it is allowed (a prefix of the path), why not elsewhere.
BANNED = (
    (r"\b(strcpy|strcat|sprintf|vsprintf|stpcpy|gets|strtok|strtok_r|alloca)\s*\(", None, "no bounds"),
    (r"\b(atoi|atol|atoll|atof)\s*\(", None, "no errors: use strtoul"),
    (r"\b(system|popen)\s*\(", None, "no shell"),
    (r"\b(getenv|secure_getenv|clearenv)\s*\(", ("broker/systemd.c", "u2fhost/main.c", "touch/main.c", "cli/screen.c"),
     "the environment is not ours"),
    (r"\b(setenv|putenv|unsetenv)\s*\(", None, "the environment is not ours"),
    (r"\b(setlocale|textdomain|exit|abort|sleep|usleep)\s*\(", ("cli/", "broker/main.c", "touch/main.c"),
     "not inside other people's processes"),
    (r"\bmemcmp\s*\(", None, "use cs_equal_ct, or strcmp for names"),
    (r"\brealloc\s*\(", None, "leaves a copy behind; reallocarray for lists of pointers"),
    (r"\bstrncpy\s*\(", None, "may not terminate"),
    (r"\b(mktemp|tmpnam|tempnam)\s*\(", None, "races"),
    (r"\b(rand|random|srand|drand48)\s*\(", None, "not random"),
    (r"\bf?get(pw|gr)(nam|uid|gid|ent)(_r)?\s*\(|\b(getgrouplist|initgroups)\s*\(", ("base/names.c", "base/people.c"),
     "an error must not look like \"there is none\": cs_names_..."),
    (r"\b(gethostbyname|getaddrinfo)\s*\(", "net/http_resolve.c", "look-ups hang: ask cs_resolver"),
    (r"\bcs_store_begin\s*\(", ("store/", "providers/local/", "cli/local_store.c"),
     "the tool prints nothing while it holds the store: cs_cli_transact"),
    (r"\bcJSON|#include <cjson/", "json/", "json/ is the only user"),
    (r"\bsqlite3_|#include <sqlite3", "store/", "store/ is the only user"),
    (r"\bpcre2_|#include <pcre2", "mapping/", "mapping/ is the only user"),
    (r"\bu2fh_|#include <u2f-host", "u2f/device_u2fhost.c", "u2f/device_u2fhost.c is the only user"),
    (r"\bfido_|#include <fido", "u2f/device_fido2", "u2f/device_fido2*.c are the only users"),
    (r"\bcrypt(_\w+)?\s*\(|#include <crypt\.h", "providers/local/", "the local provider is the only user"),
    (r"\bcurl_|#include <curl/", "net/", "net/ is the only user"),
)
# A test is a list of cases: it may be longer before it must be split.
FILE_LINES, TEST_FILE_LINES, FUNCTION_LINES, TEST_FUNCTION_LINES = 400, 600, 50, 60
SMALL_FOLDERS, SMALL_FILE_LINES = ("login/", "providers/", "settings/"), 350

# Split, so that this file does not hold them.
WORDS = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"))
# Where a source tree may lie in a folder that the sources name for good reasons.
ORDINARY = {"tmp", "usr", "var", "opt", "srv", "root", "etc", "mnt", "run", "build"}
BUILD_FOLDERS = {"build", ".git", "__pycache__"}


def sources(root, folders=FOLDERS, suffixes=(".c", ".h")):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path.relative_to(root).as_posix(), path.read_text()


def without_comments(text):
    """Comments and string contents blanked, lines kept."""
    def blank(match):
        whole = match.group(0)
        return re.sub(r"[^\n]", " ", whole) if whole.startswith("/") else '"' + " " * (len(whole) - 2) + '"'
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.DOTALL)


def may_include(folder):
    """None: nobody has said."""
    parent = folder.rsplit("/", 1)[0]
    return MAY_INCLUDE.get(folder, MAY_INCLUDE.get(parent + "/*"))


def dependencies(root):
    for path in sorted(root.iterdir()):
        if path.is_dir() and path.name not in BUILD_FOLDERS | {"tests", *FOLDERS} and any(path.rglob("*.[ch]")):
            yield f"{path.name}/ is not in FOLDERS, tests/checks/check_source.py"
    for name, text in sources(root):
        folder = name.rsplit("/", 1)[0]
        top = folder.split("/")[0]
        allowed = may_include(folder)
        if allowed is None:
            yield f"{name}: {folder} has no row in MAY_INCLUDE, tests/checks/check_source.py"
            continue
        for match in re.finditer(r'^#include "([^"]+)"', text, re.MULTILINE):
            header = match.group(1)
            target = header.rsplit("/", 1)[0]
            if header == "paths.h" or target == folder or header in allowed or target in allowed:
                continue
            yield f"{name}: {top} must not include {header}"


def definitions(code):
    """Names that other files may use: functions, and tables."""
    functions = re.findall(r"^(?!static|#|typedef|extern|\s|\}|_Static)[^;={}]*?\b(\w+)\s*\([^;{}]*\)\s*\n\{", code, re.M)
    return set(functions) | set(re.findall(r"^const [^;(){}=]*?\b(\w+)(?:\[[^\]]*\])?\s*=", code, re.M))


def circles(root):
    """Two files that need each other: each calls, or reads, what the other one defines."""
    defined, used = {}, {}
    for name, text in sources(root, suffixes=(".c",)):
        code = without_comments(text)
        defined[name] = definitions(code)
        used[name] = set(re.findall(r"(?<!enum )(?<!struct )\b[a-z]\w+\b", code))
    for one, other in itertools.combinations(sorted(defined), 2):
        there, back = used[one] & defined[other], used[other] & defined[one]
        if there - defined[one] and back - defined[other]:
            yield f"{one} needs {', '.join(sorted(there))} of {other}, which needs {', '.join(sorted(back))}"


def banned(root):
    for name, text in sources(root):
        code = without_comments(text)
        for pattern, allowed, reason in BANNED:
            if allowed and name.startswith(allowed):
                continue
            for match in re.finditer(pattern, code):
                line = code.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: {match.group(0).strip()}: {reason}"


def sizes(root):
    for name, text in sources(root, FOLDERS + ("tests",)):
        lines = text.split("\n")
        test = name.startswith("tests/")
        most = TEST_FILE_LINES if test else SMALL_FILE_LINES if name.startswith(SMALL_FOLDERS) else FILE_LINES
        most_in_function = TEST_FUNCTION_LINES if test else FUNCTION_LINES
        if len(lines) - 1 > most:
            yield f"{name}: {len(lines) - 1} lines, at most {most}"
        start = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
            elif line == "}" and start:
                if number - start - 1 > most_in_function:
                    yield f"{name}:{start}: a function of {number - start - 1} lines, at most {most_in_function}"
                start = None


def build_machine(root):
    """Paths that only somebody's own machine has: homes, and the folder that holds this tree."""
    parent = root.resolve().parent
    places = ["/home", "/Users"]
    if len(parent.parts) > 1 and parent.parts[1] not in ORDINARY:
        places.append(str(parent))
    return r"(?<![\w.$}/])(?:" + "|".join(map(re.escape, places)) + r")/\w"


def words(root):
    pattern = re.compile(rf"\b({WORDS})\b|{build_machine(root)}")
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if BUILD_FOLDERS & set(parts) or "corpus" in parts or not path.is_file():
            continue
        try:
            lines = path.read_text().split("\n")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            match = pattern.search(line)
            if match:
                yield f"{'/'.join(parts)}:{number}: {match.group(0)}"


def licences(root):
    """The first line, or the second behind "#!", says the licence."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if BUILD_FOLDERS & set(parts) or not path.is_file():
            continue
        if path.suffix in {".c", ".h", ".py", ".sh", ".cmake"} or path.name == "CMakeLists.txt":
            if "SPDX-License-Identifier: Apache-2.0" not in "".join(path.read_text().split("\n")[:2]):
                yield f"{'/'.join(parts)}: no SPDX-License-Identifier line"


def reasons(root):
    """Each row of the table of reasons is used; the compiler finds what has no row."""
    rows = re.findall(r"^CS_REASON\(\s*(\w+),", "".join(path.read_text() for path in root.glob("base/reason_rows*.inc")), re.M)
    code = "".join(without_comments(text) for name, text in sources(root) if not name.startswith("base/"))
    used = set(re.findall(r"\bCS_REASON_(\w+)\b", code))
    if len(rows) < 50:
        yield f"base/reason_rows.inc: only {len(rows)} rows were found"
    yield from (f"base/reason_rows.inc: nothing gives the reason {row}" for row in rows if row not in used)


def main():
    rules = {"dependencies": dependencies, "circles": circles, "banned": banned, "sizes": sizes, "words": words, "licences": licences,
             "reasons": reasons}
    found = list(rules[sys.argv[1]](pathlib.Path(sys.argv[2])))
    print("\n".join(found) or "nothing found")
    return 1 if found else 0


sys.exit(main())
