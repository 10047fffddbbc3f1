# SPDX-License-Identifier: Apache-2.0
"""usage: check_man.py COUNTERSIGN COUNTERSIGND SOURCE BUILD

The man pages name every option, verb, flag, verdict and reason there is, and mandoc has nothing to complain of.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

PAGES = {"countersign.8": None, "countersignd.8": None,
         "countersign-touch.1": "docs/man/countersign-touch.1", "pam_countersign.8": None, "countersign.json.5": None}  # None: made by the build
problems = []


def need(condition, problem):
    if not condition:
        problems.append(problem)


def part(text, section):
    """Where a page lists the members of a section of the file, or (None) the options."""
    parts = re.split(r"^\.S[sh] (.*)$", text, flags=re.M)
    wanted = f"The section {section}" if section else "Options"
    return "".join(body for title, body in zip(parts[1::2], parts[2::2]) if title == wanted)


def check_options(table, text):
    for option in table:
        for page, where, form in (("pam_countersign.8", "pam", r"^\.It Cm {} Ns = "),
                                  ("countersign.json.5", "file", r"^\.It Cm {} : ")):
            listed = part(text[page], option["section"])
            found = len(re.findall(form.format(re.escape(option["name"])), listed, re.M))
            need(found == int(option[where]),
                 f"{page}: option {option['name']} of {option['section']} stands {found} times in the list")


def rendered(page, *options):
    shown = subprocess.run(["mandoc", "-Tascii", *options, page], capture_output=True, text=True, check=True).stdout
    return re.sub(".\b", "", shown)


def one_line(text):
    return " ".join(text.replace("...", " ...").split())


def check_verb(program, row, page):
    """--help, the table and the manual say the same; and what a form shows is what the parser knows."""
    name = row["name"] or ""
    forms = [one_line(f"countersign {name} {form}") for form in row["forms"]]
    help_text = subprocess.run([*program, *name.split(), "--help"], capture_output=True, text=True, check=True).stdout
    need(max(map(len, help_text.splitlines())) <= 80, f"countersign {name} --help: a line of more than 80 columns")
    for form in forms:
        need(form in one_line(help_text), f"countersign {name} --help: '{form}' is missing")
        need(form.lower() in page, f"countersign.8: the synopsis '{form.lower()}' is missing")
        need(not name or page.count(form.lower().removeprefix("countersign ")) >= 2, f"countersign.8: '{form.lower()}' has no item")
    need(not name or row["summary"] in page, f"countersign.8: {name}: the summary is missing")
    known = [f"--{option['name']} {option['argument'] or ''}".strip() for option in row["options"]]
    shown = re.findall(r"--[a-z][a-z0-9-]*(?: (?:[A-Z]+|-)(?=[] ]|$))?", " ".join(row["forms"]))
    need(sorted(set(shown) - {"--help"}) == sorted(known), f"countersign {name}: forms show {shown}, options are {known}")
    for option, usage in zip(row["options"], known):
        need(re.search(rf"^  {re.escape(usage)} +{re.escape(option['help'])}$", help_text, re.M), f"countersign {name} --help: {usage}")
        described = one_line(f"{usage} {option['help']}").lower()
        need(described in page.lower(), f"countersign.8: {name}: '{described}' is missing")


def check_verbs(tool, path):
    page = one_line(rendered(path, "-Owidth=1000")).replace("`", "'")
    rows = json.loads(subprocess.run([tool, "--help", "--json"], capture_output=True, check=True).stdout)
    need(len(rows) > 10, "countersign --help --json: hardly any verb")
    for row in rows:
        check_verb([tool], row, page)


def check_reasons(tool, page):
    """The manual has every reason, with its advice, as the tool says it."""
    reasons = json.loads(subprocess.run([tool, "explain-reason", "--json"], capture_output=True, check=True).stdout)
    need(len(reasons) > 50, "countersign explain-reason --json: hardly any reason")
    for row in reasons:
        described = one_line(f"{row['reason']} {row['cause']} To do: {row['advice']}").replace("`", "'")
        need(described in page, f"countersignd.8: '{described}' is missing")


def main():
    tool, broker, source, build = sys.argv[1:]
    if shutil.which("mandoc") is None:
        print("there is no mandoc here")
        return 77
    source, build = pathlib.Path(source), pathlib.Path(build)
    paths = {name: source / path if path else build / "docs/man" / name for name, path in PAGES.items()}
    text = {name: path.read_text() for name, path in paths.items()}

    check_options(json.loads(subprocess.run([tool, "options", "--json"], capture_output=True, check=True).stdout),
                  text)
    check_verbs(tool, paths["countersign.8"])
    help_text = subprocess.run([broker, "--help"], capture_output=True, text=True, check=True).stdout
    for flag in re.findall(r"--([a-z-]+)", help_text):
        need(f"Fl Fl {flag}" in text["countersignd.8"], f"countersignd.8: --{flag} is missing")
    for name, code in re.findall(r'= \{"([a-z-]+)", (PAM_\w+)\}', (source / "login/verdict.c").read_text()):
        need(f".It {name} Ta Dv {code} " in text["pam_countersign.8"],
             f"pam_countersign.8: verdict {name} with {code} is missing")
    need(re.search(r"^\.It not-enrolled Ta .*PAM_SUCCESS .*accept_on_missing_auth_method", text["pam_countersign.8"], re.M),
         "pam_countersign.8: verdict not-enrolled with accept_on_missing_auth_method is missing")
    check_reasons(tool, one_line(rendered(paths["countersignd.8"], "-Owidth=1000")).replace("`", "'"))
    for option in ("u2f_app_id", "u2f_origins"):
        need(re.search(rf"^\.It Cm {option} .*\n(.*\n)*?By default pam:// and the name of this host", text["pam_countersign.8"], re.M),
             f"pam_countersign.8: {option}: what holds without it is missing")
    for name, path in paths.items():
        need(not re.search("@[A-Z]+@", text[name]), f"{name}: something was not filled in")
        lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", path], capture_output=True, text=True)
        need(lint.returncode == 0, lint.stdout)

    print("\n".join(problems))
    return 1 if problems else 0


os.environ["LC_ALL"] = "C.UTF-8"
sys.exit(main())
