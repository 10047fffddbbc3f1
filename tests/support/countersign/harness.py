# SPDX-License-Identifier: Apache-2.0
"""Runs test functions, checks expectations, and searches logs for what must not be there."""
import contextlib
import inspect
import os
import pathlib
import re
import shutil
import sys
import time
import traceback

WORKDIR = pathlib.Path(os.environ["CS_WORKDIR"])
SANITIZE = os.environ.get("CS_SANITIZE", "")
# Sanitised programs are slower; nothing here waits until the limit unless something is wrong.
PATIENCE = 60 if SANITIZE else 20


class Failure(Exception):
    """An expectation that did not hold."""


class Skip(Exception):
    """The test cannot run here; the text says why."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def expect_equal(got, wanted, what):
    expect(got == wanted, f"{what}: got {got!r}, wanted {wanted!r}")


def expect_match(pattern, text, what):
    expect(re.search(pattern, text, re.M), f"{what}: no {pattern!r} in {text!r}")


def wait_until(condition, what, timeout=None):
    """Returns `condition`'s result as soon as it is true. For events that nothing announces."""
    deadline = time.monotonic() + (timeout or PATIENCE)
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failure(f"timed out: {what}")
        time.sleep(0.005)


_secrets = {}
before_each = []  # functions that stop what one test leaves behind from affecting the next
running = []  # servers and clients that must not outlive their test


def secret(text, what):
    """Notes that `text` must be in no log; returns it."""
    _secrets[text] = what
    return text


def logs():
    """Every file that the tests and their servers left in WORKDIR, except keys."""
    for path in sorted(WORKDIR.rglob("*")):
        if path.is_file() and not path.is_symlink() and "keys" not in path.parts:
            yield path


def leaks():
    """Secrets found in logs, as (what, file)."""
    found = []
    for path in logs():
        content = path.read_bytes().decode("utf-8", "replace")
        words = set(re.findall(r"\w+", content))
        for text, what in _secrets.items():
            # A six-digit code must not be found within a longer number. There may be many secrets and much to
            # search, so compare whole words first.
            if words.issuperset(re.findall(r"\w+", text)) and \
                    re.search(r"(?<!\w)" + re.escape(text) + r"(?!\w)", content):
                found.append((what, path.name))
    return found


def stop_all():
    for server in reversed(list(running)):
        with contextlib.suppress(Failure):
            server.kill()


def _run_test(name, function):
    """Prints one line of result, returns the word."""
    begin = time.monotonic()
    try:
        for prepare in before_each:
            prepare()
        function()
        word, why = "PASS", ""
    except Skip as skip:
        word, why = "SKIP", str(skip)
    except Failure as failure:
        place = traceback.extract_tb(failure.__traceback__)
        line = next((f.lineno for f in reversed(place) if f.name == name), 0)
        word, why = "FAIL", f"line {line}: {failure}"
    except Exception:
        word, why = "FAIL", traceback.format_exc()
    finally:
        stop_all()
    print(f"{word} {name} ({time.monotonic() - begin:.2f} s){': ' if why else ''}{why}", flush=True)
    return word


def _run_all(chosen, tests):
    """What test_prepare cannot prepare is skipped."""
    words = []
    for name in chosen:
        words.append(_run_test(name, tests[name]))
        if (name, words[-1]) == ("test_prepare", "SKIP"):
            print(f"SKIP the other {len(chosen) - len(words)}: they need what test_prepare prepares", flush=True)
            return ["SKIP"] * len(chosen)
    return words


def main():
    """Runs the caller's functions test_*, or those named as arguments, and exits."""
    frame = inspect.currentframe().f_back
    tests = {n: f for n, f in frame.f_globals.items() if n.startswith("test_") and callable(f)}
    chosen = sys.argv[1:] or list(tests)
    words = _run_all(chosen, tests)
    found = leaks()
    for what, name in found:
        print(f"FAIL secrets: {what} stands in {name}")
    print(f"{words.count('PASS')} passed, {words.count('FAIL') + len(found)} failed, "
          f"{words.count('SKIP')} skipped; logs in {WORKDIR}")
    if "FAIL" in words or found or not words:
        sys.exit(1)
    sys.exit(77 if words.count("SKIP") == len(words) else 0)


def need(program):
    """Skips the test if `program` is missing."""
    if shutil.which(program) is None:
        raise Skip(f"{program} is not installed")
