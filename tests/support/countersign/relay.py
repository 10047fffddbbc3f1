# SPDX-License-Identifier: Apache-2.0
"""Requests to security keys and the judgement of their answers, without a server."""
import os

from .process import run
from .u2f import TOUCH, Keys

APP = "pam://server.example"
CHALLENGE = "a challenge"
READABLE = "Paste what countersign-touch answers to this line: "


def relay(*words, input=None, check=True):
    """The server's side; its output's words."""
    return run(os.environ["CS_U2F_RELAY"], *words, input=input, check=check).stdout.split()


def touch(keys, *words, input=None, check=True):
    return run(TOUCH, *words, input=input, check=check, env=keys.environment())


def plugged(words=""):
    keys = Keys()
    keys.plug(words=words)
    return keys


class Enrolled:
    """A key that was enrolled by copy and paste."""

    def __init__(self, keys, host="server.example"):
        line = relay("enrol", APP, CHALLENGE)[0]
        answer = touch(keys, "--host", host, "--register", input=line + "\n").stdout
        self.handle, self.public = relay("enrolled", APP, CHALLENGE, f"pam://{host}", input=answer)
        self.request = relay("request", APP, CHALLENGE, "00" * 64, self.handle)[0]

    def verify(self, answer, host="server.example", check=True):
        return relay("verify", APP, CHALLENGE, f"pam://{host}", 2, self.public, input=answer, check=check)
