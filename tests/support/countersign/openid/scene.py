# SPDX-License-Identifier: Apache-2.0
"""A strict server and a plain client of it, to try what the server does."""
from ..harness import Failure, expect_equal
from .client import Client
from .plain import PlainClient
from .strict import StrictServer


class Scene:
    """A server that allows polls at once, and a plain client of it."""

    def __init__(self, client=None, **options):
        self.server = StrictServer(client or Client.basic(), **options)
        self.server.interval = 0

    def __enter__(self):
        self.server.__enter__()
        self.plain = PlainClient(self.server)
        return self.server, self.plain

    def __exit__(self, *rest):
        self.server.__exit__(*rest)


def expect_raises(kinds, function, what):
    try:
        function()
    except kinds:
        return
    raise Failure(f"{what}: nothing was raised")


def expect_violation(server, pattern, error, reply):
    expect_equal(reply.error, error, f"where {pattern!r} is expected")
    expect_equal(server.forgive(pattern), 1, f"violations {pattern!r}")


def begin(plain, name="alice", **form):
    reply = plain.ciba(name, **form)
    expect_equal(reply.status, 200, f"a request: {reply}")
    return reply["auth_req_id"]
