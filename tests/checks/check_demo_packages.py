#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What scripts/demo imports is in the packages that it installs.

usage: check_demo_packages.py REPOSITORY

Follows the imports from scripts/lib/demo.py through tests/support/countersign. Each module that is not Python's own
must come from a package of packages_demo: on a fresh machine there is no other.
"""
import ast
import pathlib
import re
import sys


def imports(path):
    """The modules that a file imports as it is loaded; those of its own package begin with a dot."""
    for node in ast.parse(path.read_text(), str(path)).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level > 0 and node.module is None:
                yield from ("." * node.level + alias.name for alias in node.names)
            else:
                yield "." * node.level + (node.module or "")


def foreign_modules(start, support):
    """Each module from outside with the file that imports it, of all files that `start` reaches."""
    todo, seen = [start], set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in imports(path):
            top = name.lstrip(".").split(".")[0]
            if name.startswith("."):
                # One dot is the folder of the file, each further one the folder above.
                todo.append(module(path.parents[len(name) - len(name.lstrip(".")) - 1], name.lstrip(".")))
            elif top == support.name:
                todo.append(module(support.parent, name))
            elif top not in sys.stdlib_module_names:
                yield top, path


def module(folder, name):
    """The file of a module, or of a package."""
    path = folder.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def main(repository):
    repository = pathlib.Path(repository)
    support = repository / "tests/support/countersign"
    text = (repository / "scripts/lib/packages.sh").read_text()
    packages = re.search(r"^packages_demo=\((.*?)^\)", text, re.M | re.S).group(1).split()
    found = set(foreign_modules(repository / "scripts/lib/demo.py", support))
    missing = [(name, path) for name, path in sorted(found) if f"python3-{name}" not in packages]
    for name, path in missing:
        print(f"{path.relative_to(repository)}: imports {name}; add python3-{name} to packages_demo in "
              "scripts/lib/packages.sh, or import it only in the tests that need it")
    if "pexpect" not in {name for name, _ in found}:
        print("pexpect was not found: the imports of scripts/lib/demo.py were not followed")
        return 1
    return 1 if missing else 0


sys.exit(main(*sys.argv[1:]))
