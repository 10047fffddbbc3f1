# SPDX-License-Identifier: Apache-2.0
"""countersign-u2f-host: what it answers, and what a hostile key can do in it."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from countersign import *


def ask(keys, purpose, handles=(), **arguments):
    """Result and data of one request; the helper must exit with status 0."""
    helper = Helper(keys)
    helper.send(purpose, handles, **arguments)
    answer = helper.answer()
    status, log = helper.end()
    expect_equal(status, 0, f"the helper's end: {log}")
    return answer


def register(keys):
    result, data = ask(keys, REGISTER)
    expect_equal(result, OK, "registering")
    return registered_handle(data)


def test_registers_and_signs():
    keys = Keys(HELPER_USER)
    keys.plug()
    handle = register(keys)
    result, data = ask(keys, AUTHENTICATE, [bytes(64), handle])
    expect_equal((result, data[0], data[1]), (OK, 1, 1), "the second handle signs, touched")
    expect_equal(data[2:6], b"\0\0\0\1", "the counter")
    expect(8 <= len(data[6:]) <= 72, f"a signature of {len(data[6:])} bytes")


def test_errors_by_name():
    keys = Keys(HELPER_USER)
    expect_equal(ask(keys, REGISTER)[0], NO_KEY, "no key")
    keys.plug()
    handle = register(keys)
    expect_equal(ask(keys, REGISTER, [handle])[0], REFUSED, "registered already")
    expect_equal(ask(keys, AUTHENTICATE, [bytes(64)])[0], REFUSED, "an unknown handle")
    expect_equal(ask(keys, AUTHENTICATE, [handle], app="pam://other")[0], REFUSED, "another application")
    expect_equal(ask(keys, AUTHENTICATE, [handle], milliseconds=0)[0], NOT_TOUCHED, "a look at the key")
    keys.plug(words="touch=never")
    expect_equal(ask(keys, AUTHENTICATE, [handle], milliseconds=300)[0], NOT_TOUCHED, "no touch")
    keys.plug(words="pull=1")
    expect_equal(ask(keys, AUTHENTICATE, [handle])[0], FAILED, "pulled out")


def test_a_look_at_the_right_key_is_no_failure():
    """Every login starts with a look: the log must not say each time that nobody touched the key."""
    keys = Keys(HELPER_USER)
    keys.plug()
    handle = register(keys)
    for handles, told in (([handle], ""), ([bytes(64)], "is not enrolled")):
        helper = Helper(keys)
        helper.send(AUTHENTICATE, handles, milliseconds=0)
        helper.answer()
        _, log = helper.end()
        expect(told in log and "not touched" not in log, f"the log: {log!r}")


def test_a_key_that_it_may_not_open_is_in_the_log():
    """The libraries report no key, and so does the answer; the log should say more."""
    with key_of_root() as node:
        helper = Helper(Keys(HELPER_USER))
        helper.send(AUTHENTICATE, [bytes(64)], milliseconds=0)
        expect_equal(helper.answer()[0], NO_KEY, "the answer")
        expect_match(f"{node} is a security key that this program may not open", helper.end()[1], "the log")


def test_waits_for_the_right_key():
    keys = Keys(HELPER_USER)
    keys.plug(1)
    handle = register(keys)
    keys.pull(1)
    keys.plug(0)
    helper = Helper(keys)
    helper.send(AUTHENTICATE, [handle], wait=1)
    keys.plug(1)
    expect_equal(helper.answer()[0], OK, "the key that came later")
    helper.end()


def test_a_cancel_ends_it():
    keys = Keys(HELPER_USER)
    keys.plug(words="touch=never")
    helper = Helper(keys)
    helper.send(REGISTER)
    begin = time.monotonic()
    status, log = helper.end()
    expect_equal(status, 0, "the helper's end")
    expect(time.monotonic() - begin < PATIENCE / 2, "the helper went on waiting")
    expect_match("nobody is waiting", log, "the log")


def test_refuses_what_is_no_request():
    good, one = bytes([2, 1, 0, 0]) + bytes(4) + b"\3app" + bytes(32) + b"\0\0", b"\1\1\0x"
    for packet in (b"\0", bytes([1]) + good[1:] + one, good + b"\0", good + b"\1\0\0", good + b"\1\x80\0" + bytes(127),
                   good + b"\x09" + b"\1\0x" * 9, good + one + b"y", good + b"\1\1\2x", good[:1] + b"\2" + good[2:] + one,
                   good[:2] + b"\x08" + good[3:] + one, good[:3] + b"\3" + good[4:] + one, good[:4] + b"\xff" + good[5:] + one,
                   good[:9] + b"\0" + good[10:] + one, good[:-1] + b"\x40" + bytes(64) + one):
        helper = Helper(Keys(HELPER_USER))
        helper.socket.send(packet)
        expect_equal(helper.answer(), None, f"an answer to {packet!r}")
        expect_equal(helper.end()[0], 1, f"the end after {packet!r}")


def test_oversized_answers():
    keys = Keys(HELPER_USER)
    keys.plug()
    handle = register(keys)
    for size in (1, 1024, 1537, 2000, 2048, 2050, 2051, 7609):
        keys.plug(words=f"size={size}")
        expect_equal(ask(keys, AUTHENTICATE, [handle])[0], FAILED, f"an answer of {size} bytes")


def test_a_hostile_key_stays_inside():
    if SANITIZE:
        raise Skip("sanitizers need system calls that the filter denies")
    keys = Keys(HELPER_USER)
    keys.plug(words="escape")
    helper = Helper(keys)
    helper.send(REGISTER)
    expect_equal(helper.answer()[0], OK, "the helper goes on")
    _, log = helper.end()
    tried = dict(word.split("=") for word in keys.counter().split())
    wanted = {name: "EPERM" for name in ("socket", "code", "mount", "setuid", "tiocsti")}
    wanted["hidraw"] = "ENOTTY"  # passes the filter, but the device does not know it
    if "no Landlock" not in log:
        wanted |= {"read": "EACCES", "write": "EACCES", "create": "EACCES"}
    expect_equal({name: tried[name] for name in wanted}, wanted, "what the key could do")


def test_a_hostile_key_ends_the_helper():
    if SANITIZE:
        raise Skip("sanitizers need system calls that the filter denies")
    keys = Keys(HELPER_USER)
    for call in "exec", "fork", "ptrace", "kill", "vm-read", "vm-write":
        keys.plug(words=f"escape={call}")
        helper = Helper(keys)
        helper.send(REGISTER)
        expect_equal(helper.answer(), None, f"an answer after {call}")
        expect_equal(helper.end()[0], -signal.SIGSYS, f"the end after {call}")
    keys.plug(words="escape=nothing")
    expect_equal(ask(keys, REGISTER)[0], OK, "without such a call")


def test_later_rules_of_udev_leave_it_the_keys():
    """As other packages' 70-u2f.rules would, which sorts after this one."""
    text = pathlib.Path("/usr/lib/udev/rules.d/70-countersign-u2f.rules").read_text()
    found = re.findall(r'\b(GROUP|OWNER|MODE)(:?=)"(.*?)"', re.sub(r"(?m)^#.*", "", text))
    expect_equal(found, [("GROUP", ":=", HELPER_USER), ("MODE", ":=", "0660")], "what the rule assigns, finally")


def test_who_asks_nothing_is_no_failure():
    status, log = Helper(Keys(HELPER_USER)).end()
    expect_equal(status, 0, "status")
    expect("closed" not in log, f"the log: {log!r}")


def test_no_key_gets_the_descriptor_of_messages():
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def give():
        os.dup2(its.fileno(), 3)
        os.closerange(0, 3)

    with mine, its, subprocess.Popen([HELPER], preexec_fn=give, pass_fds=(3,), user=HELPER_USER, group=HELPER_USER,
                                     extra_groups=[]) as process:
        wait_until(lambda: all(os.path.exists(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)), "three descriptors")
        expect_equal([os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)], ["/dev/null"] * 3, "what they are")
        mine.close()


def test_needs_a_connection():
    result = run(HELPER, check=False)
    expect_equal(result.returncode, 1, "status without a connection")
    expect_match("descriptor 3", result.stderr, "why")


main()
