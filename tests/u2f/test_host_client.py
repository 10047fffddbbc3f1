# SPDX-License-Identifier: Apache-2.0
"""The broker's side of countersign-u2f-host, over the helper's socket as systemd would serve it."""
import contextlib
import os
import pathlib
import socket
import subprocess
import threading

from countersign import *

SOCKET = pathlib.Path("/run/countersign/u2f.sock")
# enum cs_err
NOT_FOUND, INPUT, TIMEOUT, UNAVAILABLE, CANCELLED = 6, 3, 9, 10, 14


class Inetd:
    """Accept=yes: one helper per connection. `reply` answers instead of it."""

    def __init__(self, keys, reply=None):
        self.keys, self.reply, self.ended = keys, reply, []
        SOCKET.parent.mkdir(exist_ok=True)
        SOCKET.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(str(SOCKET))
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection:
                    if self.reply is not None:
                        connection.recv(65536)
                        if self.reply:
                            connection.send(self.reply)
                    else:
                        self.ended.append(self.keys.helper(connection.fileno()).wait())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(PATIENCE)
        self.listener.close()
        SOCKET.unlink()


def ask(milliseconds, *handles, purpose=None):
    """(status, words, sentence)."""
    purpose = purpose or ("authenticate" if handles else "register")
    with subprocess.Popen([os.environ["CS_U2F_ASK"], SOCKET, str(milliseconds), purpose, *handles],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        output, error = child.stdout.read(), child.stderr.read()
        return child.wait(PATIENCE), output.split(), error


def plugged():
    keys = Keys(HELPER_USER)
    keys.plug()
    return keys


def register():
    status, words, error = ask(20000)
    expect_equal(status, 0, f"registering: {error}")
    return registered_handle(bytes.fromhex(words[0])).hex()


def test_registers_and_signs():
    with Inetd(plugged()) as inetd:
        handle = register()
        expect_equal(ask(20000, "00" * 64, handle)[:2], (0, ["1", "1"]), "which handle, counter")
        wait_until(lambda: len(inetd.ended) == 2, "the helpers' ends")
        expect_equal(inetd.ended, [0, 0], "their statuses")


def test_errors_have_sentences():
    keys = plugged()
    with Inetd(keys):
        handle = register()
        for words, status, sentence in (("touch=never", TIMEOUT, "not touched in time"),
                                        ("pull=1", UNAVAILABLE, "pulled out"),
                                        ("size=2048", UNAVAILABLE, "does not answer"),
                                        ("size=7609", UNAVAILABLE, "does not answer")):
            keys.plug(words=words)
            got, _, error = ask(300 if status == TIMEOUT else 20000, handle)
            expect_equal(got, status, f"status with {words}: {error}")
            expect_match(sentence, error, f"the sentence with {words}")
        keys.plug()
        for purpose, known, sentence in (("authenticate", "00" * 64, "is enrolled$"),
                                         ("register", handle, "is enrolled already$")):
            got, _, error = ask(20000, known, purpose=purpose)
            expect_equal(got, INPUT, f"status of {purpose}: {error}")
            expect_match(sentence, error.strip(), f"the sentence of {purpose}")
        keys.pull()
        expect_equal(ask(20000, handle)[0], NOT_FOUND, "no key")


def test_a_helper_that_was_taken_over():
    """Whatever it answers is only data; if it lies or dies, the helper has failed."""
    assertion = b"\2\0\0\1\0\0\0\1" + bytes(72)
    for reply, sentence in ((b"", "broke off"), (b"\2", "not valid"), (b"\1\0", "not valid"), (b"\2\x0e", "not valid"),
                            (b"\2\6", "not valid"), (b"\2\7\1\1", "not valid"),
                            (b"\2\0\1" + assertion[3:], "not valid"), (assertion + b"x", "not valid"),
                            (assertion[:15], "not valid"), (b"\2\0" + bytes(60000), "not valid"),
                            (b"\2\1x", "not valid"), (b"\2\5", "nobody is waiting")):
        with Inetd(None, reply):
            got, _, error = ask(20000, "00" * 64)
            expect_equal(got, UNAVAILABLE, f"status after {reply[:20]!r}: {error}")
            expect_match(f"countersign-u2f-host.*{sentence}.*journalctl", error, f"the sentence after {reply[:20]!r}")
    if not SANITIZE:
        keys = plugged()
        keys.plug(words="escape=exec")
        with Inetd(keys):
            got, _, error = ask(20000)
            expect_equal(got, UNAVAILABLE, "a helper that was killed")
            expect_match("broke off", error, "why")


def test_a_cancel_ends_both():
    keys = Keys(HELPER_USER)
    keys.plug(words="touch=never")
    with Inetd(keys) as inetd:
        with subprocess.Popen([os.environ["CS_U2F_ASK"], SOCKET, "60000", "register"], stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as child:
            expect_equal(child.wait(PATIENCE), CANCELLED, "the client's end")
        wait_until(lambda: inetd.ended, "the helper's end")


def test_no_helper():
    SOCKET.unlink(missing_ok=True)
    status, _, error = ask(20000)
    expect_equal(status, UNAVAILABLE, "without a socket")
    expect_match("countersign-u2f-host is not running", error, "why")


main()
