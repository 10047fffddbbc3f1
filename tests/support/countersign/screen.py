# SPDX-License-Identifier: Apache-2.0
"""An 80x24 terminal whose screen can be read: tmux, with this test's own server."""
import os
import re
import shlex
import threading
import unicodedata

from .harness import WORKDIR, Failure, wait_until
from .process import run

# /run is the sandbox's own; /tmp, where tmux would put it, is shared with other tests.
SOCKET = "/run/countersign-tmux"
CONFIG = """set -g status off
set -g history-limit 5000
set -g escape-time 0
set -g exit-empty off
"""
CURSOR = "\u2588"
ENDED = re.compile(r"^\[the client ended: (\d+)\]$", re.M)
_starting = threading.Lock()


def _columns(char):
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def columns(text):
    """How many columns of a terminal `text` takes."""
    return sum(map(_columns, text))


def squeezed(text):
    """What counts when a screen is searched: the terminal wraps lines, and drops marks of direction."""
    return "".join(c for c in text if not c.isspace() and c != "|" and unicodedata.category(c) != "Cf")


class Terminal:
    """Runs one command; use as `with Terminal(name, command) as terminal`."""

    def __init__(self, name, command):
        self.name = name
        self.row = -1  # of the cursor when the screen was read last, counted from the first line ever
        script = f'{shlex.join(map(str, command))}; echo "[the client ended: $?]"; read -r wait'
        config = WORKDIR / "tmux.conf"
        with _starting:  # the first one starts the server
            config.write_text(CONFIG)
            self._tmux("-f", config, "new-session", "-d", "-x", "80", "-y", "24", "-s", name, script)

    @staticmethod
    def _tmux(*words):
        environment = {**os.environ, "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        return run("tmux", "-u", "-S", SOCKET, *words, env=environment).stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._tmux("kill-session", "-t", self.name)

    def _capture(self):
        """(the screen with a block where the cursor stands, the text up to the cursor, the cursor's row)"""
        text = self._tmux("capture-pane", "-p", "-N", "-t", self.name, ";",
                          "display-message", "-p", "-t", self.name, "#{cursor_x} #{cursor_y} #{history_size}")
        *lines, position = text.rstrip("\n").split("\n")
        column, row, above = map(int, position.split())
        line = lines[row]
        place = next((i for i in range(len(line)) if columns(line[:i + 1]) > column), len(line))
        before = "\n".join([*lines[:row], line[:place]])
        lines[row] = line[:place].ljust(place + column - columns(line[:place])) + CURSOR + line[place:]
        return "\n".join(line.rstrip() for line in lines).rstrip() + "\n", before, above + row

    def wait_for(self, *texts):
        """Waits until one of the texts stands right before the cursor, below where it stood when the screen
        was read last. Returns the screen and which text it was; None when the command has ended."""
        wanted = [squeezed(text) for text in texts]

        def look():
            screen, before, row = self._capture()
            if ENDED.search(screen):
                return screen.replace(CURSOR, "").rstrip() + "\n", None, row
            # After Enter the cursor stands on an empty line, until something comes.
            if row <= self.row or not squeezed(before.rpartition("\n")[2]):
                return None
            found = [text for text, short in zip(texts, wanted) if squeezed(before).endswith(short)]
            return (screen, found[0], row) if found else None

        screen, found, self.row = self._wait(look, f"{texts!r}")
        return screen, found

    def wait_shows(self, text):
        """Waits until the text stands anywhere; returns the screen."""
        def look():
            screen, _, _ = self._capture()
            return screen if squeezed(text) in squeezed(screen) else None

        return self._wait(look, f"{text!r}")

    def _wait(self, look, what):
        try:
            return wait_until(look, f"{what} on the screen of {self.name}")
        except Failure as failure:
            raise Failure(f"{failure}; it shows:\n{self._capture()[0]}") from None

    def type(self, text):
        words = ["send-keys", "-t", self.name, "-l", text, ";"] if text else []
        self._tmux(*words, "send-keys", "-t", self.name, "Enter")
