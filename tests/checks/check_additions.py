#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What docs/ARCHITECTURE.md says under "How to add", held against what is there.

usage: check_additions.py FOLDER

Each table there lists the places of one kind of thing: a path (or several: one of them will do), the texts
that stand there, what they are for. Every method, provider, plan, option, text, verb and language that exists
must stand at all of its places; one that was begun and not finished is reported with the place that is missing.
"""
import pathlib
import re
import sys

DOCUMENT = "docs/ARCHITECTURE.md"


class Tree:
    """The sources; `extra` are files that are looked at as if they were there."""

    def __init__(self, root, extra=None):
        self.root, self.extra = root, extra or {}

    def find(self, pattern):
        there = {path.relative_to(self.root).as_posix() for path in self.root.glob(pattern)}
        return sorted(there | {path for path in self.extra if pathlib.PurePath(path).match(pattern)})

    def read(self, path):
        return self.extra[path] if path in self.extra else (self.root / path).read_text()

    def search(self, pattern, expression):
        for path in self.find(pattern):
            for match in re.finditer(expression, self.read(path), re.M | re.S):
                yield path, match


# ---- what there is: a name, and what the places of the document are written with ----

def methods(tree):
    expression = (r"^const struct cs_method cs_method_(\w+) = \{.*?\.kind = CS_FACTOR_(\w+),.*?\.menu = (CS_TEXT_\w+)"
                  r"|^DELIVERED\((\w+), CS_FACTOR_(\w+), (CS_TEXT_\w+)")
    for path, match in tree.search("methods/*.c", expression):
        name, kind, menu = (group for group in match.groups() if group)
        yield {"name": name, "kind": kind, "menu": menu, "file": pathlib.PurePath(path).stem}


def providers(tree):
    for path, _ in tree.search("providers/*/*.c", r"^static const struct cs_provider_ops (\w+)"):
        name = pathlib.PurePath(path).parent.name
        kinds = [match.group(1) for _, match in
                 tree.search(f"providers/{name}/*.c", r"^const struct cs_provider_kind cs_(\w+)_kind = \{")]
        yield {"name": name, "kind": kinds[0] if kinds else name}


def plans(tree):
    for _, match in tree.search("methods/plan_table.c", r'^    (?:ONE\(|CHOICE\(|\{)"([a-z0-9-]+)"'):
        yield {"name": match.group(1)}


def options(tree):
    expression = (r'^    \{\.name = "(\w+)"(?:(?!^    [\w{]).)*?AT\((?:\w+\.)*(\w+)\)|^    FLAG\("(\w+)",\s*\w+,\s*(?:\w+\.)*(\w+)'
                  r'|^    STRING\("(\w+)",\s*(?:\w+\.)*(\w+)')
    for _, match in tree.search("login/*_table.c", expression):
        name, member = (group for group in match.groups() if group)
        yield {"name": name, "member": member}


def texts(tree):
    for _, match in tree.search("conversation/texts.h", r"^    (CS_TEXT_\w+),$"):
        yield {"name": match.group(1)}


def verbs(tree):
    for path, match in tree.search("cli/*.c", r"^int cs_cmd_(\w+)\("):
        yield {"name": match.group(1), "item": match.group(1).replace("_", "-")}


def languages(tree):
    listed = set(tree.read("i18n/LINGUAS").split())
    for name in sorted(listed | {pathlib.PurePath(path).stem for path in tree.find("i18n/*.po")}):
        yield {"name": name}


KINDS = {"A method": methods, "A provider": providers, "A plan": plans, "An option": options, "A text": texts,
         "A verb": verbs, "A language": languages}


# ---- the document ----

def places(document):
    """{heading: [(paths, texts)]} of the tables under "How to add"."""
    section = re.search(r"^## How to add$(.*?)(?=^## |\Z)", document, re.M | re.S).group(1)
    found = {}
    for heading, body in re.findall(r"^### (.*?)$(.*?)(?=^### |\Z)", section, re.M | re.S):
        rows = re.findall(r"^\| (`[^|]*) \|([^|]*)\|", body, re.M)
        if rows:
            found[heading] = [tuple(re.findall(r"`([^`]+)`", cell) for cell in row) for row in rows]
    return found


def filled(text, values):
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


def missing(tree, paths, wanted):
    """What keeps this place from being right; None: nothing."""
    files = [path for pattern in paths for path in tree.find(pattern)]
    if not files:
        return f"{' or '.join(paths)} is missing"
    for text in wanted:
        whole = re.compile(("(?<![\\w-])" if text[0].isalnum() else "") + re.escape(text) +
                           ("(?![\\w-])" if text[-1].isalnum() else ""))
        if not any(whole.search(tree.read(path)) for path in files):
            return f"{' or '.join(paths)} has no {text}"
    return None


def problems(tree):
    listed = places(tree.read(DOCUMENT))
    for heading in sorted(listed.keys() ^ KINDS.keys()):
        yield f"{DOCUMENT}: '{heading}' has a table without a check, or a check without a table"
    for heading in listed.keys() & KINDS.keys():
        members = list(KINDS[heading](tree))
        if len(members) < 2:
            yield f"{heading}: fewer than two were found: {members}"
        for values in members:
            for paths, wanted in listed[heading]:
                problem = missing(tree, [filled(path, values) for path in paths],
                                  [filled(text, values) for text in wanted])
                if problem:
                    yield f"{heading}: {values['name']}: {problem}"


# ---- does it notice? ----

BEGUN = {
    "A method": ({"methods/sample.c": "const struct cs_method cs_method_sample = {\n    .kind = CS_FACTOR_SAMPLE,\n"
                                      "    .menu = CS_TEXT_SAMPLE,\n};\n"},
                 ("methods/CMakeLists.txt", "methods/method.h", "methods/registry.c", "providers/provider.h",
                  "methods/plan_table.c", "conversation/texts.h", "tests/unit/test_plan.c", "methods/plan_kinds.c")),
    "A provider": ({"providers/sample/sample.c": "static const struct cs_provider_ops sample_ops = {0};\n"},
                   ("providers/registry.c", "providers/CMakeLists.txt")),
    "A verb": ({"cli/cmd_sample.c": "int cs_cmd_sample(struct cs_cli *cli, const struct cs_words *words)\n"},
               ("cli/verb.h", "cli/CMakeLists.txt", "cli/verbs.c", "docs/man/countersign.8.in")),
    "A language": ({"i18n/eo.po": "\"Language: eo\\n\"\n"}, ("i18n/LINGUAS", "i18n/plural.c", "tests/unit/test_catalogues.c")),
}


def unnoticed(root):
    """Things that were begun and reported by nobody."""
    for heading, (extra, expected) in BEGUN.items():
        found = list(problems(Tree(root, extra)))
        for path in expected:
            if not any(line.startswith(heading + ":") and f" {path} " in line for line in found):
                yield f"{heading} with {', '.join(extra)} alone: nobody misses {path}"


def main():
    root = pathlib.Path(sys.argv[1])
    found = list(problems(Tree(root))) or list(unnoticed(root))
    print("\n".join(found) or "nothing found")
    return 1 if found else 0


sys.exit(main())
