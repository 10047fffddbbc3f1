# SPDX-License-Identifier: Apache-2.0
"""countersign-touch by hand, as the askpass of a real ssh, and for ssh's other questions."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading

from countersign import *
from countersign.relay import APP, CHALLENGE, READABLE, Enrolled, plugged, relay, touch

OUT = WORKDIR / "out"


def test_enrols_and_logs_in_by_hand():
    keys = plugged()
    key = Enrolled(keys)
    keys.plug(words="touch=2")
    for text in (key.request, READABLE + key.request):  # the line alone, or the whole prompt
        answer = touch(keys, "--host", "server.example", input=text + "\n").stdout
        expect(len(answer) <= 111, f"an answer of {len(answer)} characters")
        expect_equal(key.verify(answer)[0], "1", "the handle that signed")


def test_the_origin_is_the_host_of_this_side():
    keys = plugged()
    key = Enrolled(keys)
    answer = touch(keys, "--host", "evil.example", input=key.request + "\n").stdout
    expect_equal(key.verify(answer, check=False), [], "an answer for another host is worth nothing")
    expect_equal(key.verify(answer, "evil.example")[0], "1", "it is for that host")


def test_by_hand_says_what_is_wrong():
    keys = plugged()
    key = Enrolled(keys)
    enrol = relay("enrol", APP, CHALLENGE)[0]
    host = ("--host", "server.example")
    for words, text, why in ((host, key.request[:-5], "countersign-touch: "), (host, "", "empty"),
                             (host, enrol, "use --register"), ((*host, "--register"), key.request, "not to enrol"),
                             ((*host, "--register"), enrol[15:], "from U2F1-enrol. or U2F2-enrol. to its end"),
                             (host, "123456", "from U2F1. or U2F2. to its end"), (host, "U2F3.abc", "another version"),
                             (host, key.request[:-5], "into several lines, join them")):
        result = touch(keys, *words, input=text + "\n", check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), f"status and output for {text!r}")
        expect_match(re.escape(why), result.stderr, f"why {text!r} is refused")
    keys.plug(words="touch=never")
    result = touch(keys, *host, "--timeout", "0", input=key.request + "\n", check=False)
    expect_match("not touched in time", result.stderr, "no touch")
    keys.pull()
    result = touch(keys, *host, "--timeout", "0", input=key.request + "\n", check=False)
    expect_match("no security key is plugged in", result.stderr, "no key")


def test_wrong_use_says_what_is_wrong():
    host = ("--host", "server.example")
    for words, why in (((), "--host HOST"), (("--register",), "--host HOST"), (("one", "two"), "more than one question"),
                       ((*host, "one", "two"), "more than one question"), ((*host, "--no-such"), "--no-such"),
                       *(((*host, "--timeout", text), f"seconds from 0 to 600, not '{re.escape(text)}'")
                         for text in ("601", "1.5", "-1", "1x", "", "99999999999999999999")),
                       *((("--host", text), f"--host '.*': .*{why}")
                         for text, why in (("alice@server.example", "without the user"), ("a b", "not valid"), ("", "not valid"),
                                           ("pam://", "not valid"), ("https://server.example", "not valid"),
                                           ("x" * 251, "too long .at most 249 char")))):
        result = touch(Keys(), *words, input="", check=False)
        expect_equal((result.returncode, result.stdout), (2, ""), f"status and output for {words}")
        expect_match(why, result.stderr, f"what is wrong with {words}")
        expect_match("Usage:", result.stderr, f"usage for {words}")
    result = touch(Keys(), "--host", "x\x1b]0;y", check=False)
    expect("\x1b" not in result.stderr, f"a control reached the terminal: {result.stderr!r}")


def test_a_host_as_the_server_shows_it():
    keys = plugged()
    key = Enrolled(keys)
    for host in ("pam://server.example", "SERVER.example", "PAM://Server.Example"):
        answer = touch(keys, "--host", host, input=key.request + "\n").stdout
        expect_equal(key.verify(answer)[0], "1", f"an answer with --host {host}")


def test_a_request_as_an_argument():
    keys = plugged()
    line = relay("enrol", APP, CHALLENGE)[0]
    for text, why in (("", "is empty"), ("junk", "from U2F1-enrol. or U2F2-enrol. to its end"), (line[:-5], "into several lines")):
        result = touch(keys, "--host", "server.example", "--register", text, check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), f"status and output for {text!r}")
        expect_match(why, result.stderr, f"why {text!r} is refused")
    answer = touch(keys, "--host", "server.example", "--register", f"The request: {line}").stdout
    handle, public = relay("enrolled", APP, CHALLENGE, "pam://server.example", input=answer)
    request = relay("request", APP, CHALLENGE, handle)[0]
    answer = touch(keys, "--host", "server.example", request).stdout
    expect_equal(relay("verify", APP, CHALLENGE, "pam://server.example", 1, public, input=answer)[0], "0", "the handle")
    for line in (line, relay("enrol", APP, CHALLENGE, "+fido2")[0]):
        result = touch(keys, "--host", "server.example", line, check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), f"a request to enrol without --register: {line}")
        expect_match("use --register", result.stderr, "why")


def test_lines_around_a_pasted_request():
    keys = plugged()
    enrol = relay("enrol", APP, CHALLENGE)[0]
    for text in (f"\n\n{enrol}\n", f" \r\n{enrol}\r\nAnswer it with\n", f"request:\n  {enrol}"):
        expect_match(r"^U2F1-enrolled\.", touch(keys, "--host", "server.example", "--register", input=text).stdout, f"{text!r}")
    key = Enrolled(keys)
    keys.plug(words="")
    broken = READABLE.replace("of ", "of\n")
    for text in (f"\n{key.request}\n", f"Touch your U2F key for {key.request} : ", f"{broken}{key.request} : ", f"Your answer was not accepted.\n\n{broken}\n{key.request}\n : \n"):
        answer = touch(keys, "--host", "server.example", input=text).stdout
        expect_equal(key.verify(answer)[0], "1", f"{text!r}")
    result = touch(keys, "--host", "server.example", input="x\n" * 10000 + key.request, check=False)
    expect_equal((result.returncode, result.stdout), (1, ""), "far too many lines")


def test_a_request_that_putty_broke_into_lines():
    """As plink shows it: "| " before each line, and "> " before the pieces of one that is too long."""
    keys = plugged()
    key = Enrolled(keys)
    request = key.request
    host = ("--host", "server.example")
    for text in (f"| Not accepted.\n| {READABLE}{request[:21]}\n> {request[21:98]}\n> {request[98:]} : \n",
                 f"{request[:21]}\n> {request[21:]}", f"| {READABLE}\n> {request[:21]}\n| {request[21:98]}\n> {request[98:]}\n> : ",
                 f"> {request[:9]}  \r\n> {request[9:]}\r\n| more\n"):
        answer = touch(keys, *host, input=text).stdout
        expect_equal(key.verify(answer)[0], "1", f"{text!r}")
    other = request[:30] + ("A" if request[30] != "A" else "B") + request[31:]
    for text in (f"{request[:21]}\n{request[21:]}", f"{request[:21]}\n>{request[21:]}", f"{request[:21]}\n# {request[21:]}",
                 f"{request[:21]}\n> {request[21:60]}\n{request[60:]}", f"{request[:21]}\n\n> {request[21:]}",
                 f"{request[:21]} > {request[21:]}", f"{request[:21]}\n> {request[22:]}", f"{other[:21]}\n> {other[21:]}",
                 f"{request[:21]}\n> > {request[21:]}"):
        result = touch(keys, *host, input=text, check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), f"status and output for {text!r}")
        expect(result.stderr.startswith("countersign-touch: "), f"no reason for {text!r}")
    line = relay("enrol", APP, CHALLENGE)[0]
    for given in ({"input": f"{line[:40]}\n> {line[40:]}\n"}, {}):
        words = () if given else (f"| {line[:40]}\n> {line[40:]}",)
        expect_match(r"^U2F1-enrolled\.", touch(keys, *host, "--register", *words, **given).stdout, "an enrolment")


def test_a_broken_paste_on_a_terminal():
    """The rest of it is read, also when only Enter ends its last line, and only that."""
    import pexpect

    keys = plugged()
    key = Enrolled(keys)
    script = f'{TOUCH} --host server.example >{OUT}; echo status $?; read -r line; echo "got <$line>"'
    for text, after, status in ((f"| {READABLE}{key.request[:21]}\n> {key.request[21:98]}\n> {key.request[98:]} : ", "", 0),
                                (f"{key.request[:21]}\n> {key.request[21:]}\nrm -rf\n", None, 0), (key.request[:21] + "\n", "", 1)):
        child = pexpect.spawn("/bin/sh", ["-c", script], env=keys.environment(), timeout=PATIENCE, encoding="utf-8")
        child.expect("Paste the request: ")
        child.send(text)
        if after is not None:
            child.expect("The request is not complete. Paste the rest of it, or press Enter: ")
            child.sendline(after)
        child.expect(f"status {status}")
        child.sendline("typed")
        child.expect("got <(.*)>")
        expect_equal(child.match.group(1), "typed", "what reached the shell")
        child.close()
        if status == 0:
            expect_equal(key.verify(OUT.read_text())[0], "1", f"the answer to {text!r}")


def test_a_paste_does_not_reach_the_shell():
    import pexpect

    keys = plugged()
    key = Enrolled(keys)
    script = f'{TOUCH} --host server.example >{OUT}; echo status $?; read -r line; echo "got <$line>"'
    for text, status, why in ((f"{key.request[:80]}\n{key.request[80:]}\nrm -rf\n", 1, "several lines, join them"),
                              (f"not this\n{key.request}\nrm -rf\n", 0, "That line contains no request")):
        child = pexpect.spawn("/bin/sh", ["-c", script], env=keys.environment(), timeout=PATIENCE, encoding="utf-8")
        child.expect("Paste the request: ")
        child.send(text)
        child.expect(why)
        child.expect(f"status {status}")
        child.sendline("typed")
        child.expect("got <(.*)>")
        expect_equal(child.match.group(1), "typed", "what reached the shell")
        child.close()


def test_output_that_cannot_be_written():
    keys = plugged()
    key = Enrolled(keys)
    enrol = relay("enrol", APP, CHALLENGE)[0]
    for words, text in ((["--help"], ""), (["--version"], ""), (["--host", "h", "--register"], enrol),
                        (["--host", "server.example"], key.request), ([f"(a@server.example) {key.request}"], "")):
        for redirect, why in ((">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")):
            before = keys.counter()
            result = run("sh", "-c", f'exec {TOUCH} "$@" {redirect}', "sh", *words, input=text + "\n", check=False,
                         env=keys.environment())
            expect_equal(result.returncode, 1, f"{words} {redirect}")
            expect_match(f"^countersign-touch: cannot write standard output: {why}$", result.stderr, f"{words} {redirect}")
            expect(redirect == ">/dev/full" or keys.counter() == before, f"a touch for nothing: {words}")


def terminal(keys, prompt, hint=None, options="", **more):
    """countersign-touch PROMPT on its own terminal, its output in OUT; a pexpect child."""
    import pexpect

    environment = {**keys.environment(), **more}
    if hint:
        environment["SSH_ASKPASS_PROMPT"] = hint
    return pexpect.spawn("/bin/sh", ["-c", f'exec {TOUCH} {options} "$1" >{OUT}', "sh", prompt], env=environment,
                         timeout=PATIENCE, encoding="utf-8")


def finish(child):
    """(exit status, output, rest of the screen)."""
    import pexpect

    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, OUT.read_text(), child.before


def test_askpass_takes_the_host_from_the_start_of_the_prompt():
    keys = plugged()
    key = Enrolled(keys)
    child = terminal(keys, f"(alice@server.example) {READABLE}{key.request}")
    child.expect("Touch your security key to log in to server.example")
    status, output, _ = finish(child)
    expect_equal((status, key.verify(output)[0]), (0, "1"), "the answer")


def test_askpass_refuses_a_question_with_two_hosts():
    keys = plugged()
    key = Enrolled(keys)
    for prefix in ("(x@server.example) y@evil.example)", "(a) b@x@evil.example) (alice@server.example)",
                   "(alice@evil.example) (alice@server.example)", f"(x@server.example) {key.request} y@evil.example)",
                   "(alice@server.example) x.evil.example)"):
        child = terminal(keys, f"{prefix} {READABLE}{key.request}")
        status, output, screen = finish(child)
        expect_equal((status, output), (1, ""), f"status and output for {prefix!r}")
        expect_match("more than one host", screen, "why")


def test_askpass_refuses_without_a_host():
    keys = plugged()
    key = Enrolled(keys)
    for prompt in (READABLE + key.request, f"\n(alice@server.example) {READABLE}{key.request}",
                   f"(alice@) {key.request}", f"(alice@a/b) {key.request}"):
        child = terminal(keys, prompt)
        status, output, screen = finish(child)
        expect_equal((status, output), (1, ""), f"status and output for {prompt!r}")
        expect_match("version 8.5", screen, "why")


def test_askpass_shows_what_the_server_says():
    keys = plugged()
    key = Enrolled(keys)
    spoof = "Touch your security key to log in to bank.example"
    for said, lines in (
            ("Your answer was not accepted. Tries left: 3\n" + READABLE, ["> Your answer was not accepted. Tries left: 3"]),
            ("That was not\n\naccepted.\nPaste what countersign-touch answers\nto this line: ",
             ["> That was not", "> accepted."]),
            ("Touchez votre cl\u00e9\x1b[2J : ", ["> Touchez votre cl\u00e9?[2J :"]),
            (f"\n{spoof}\n", [f"> {spoof}"]), ("x" * 78 + spoof + " ", ["> " + "x" * 78, "> " + spoof]),
            ("\n".join("0123456789abcdef") + "\n", [f"> {digit}" for digit in "0123456789"]), (READABLE, []), ("", [])):
        child = terminal(keys, f"(alice@server.example) {said}{key.request} : ")
        status, output, screen = finish(child)
        shown = [line.strip("\r") for line in screen.split("\n")]
        expect_equal(shown, (["server.example says:"] if lines else []) + lines + [NOTICE.strip(), ""], f"{said!r}")
        expect_equal((status, key.verify(output)[0]), (0, "1"), f"the answer to {said!r}")


def test_a_key_is_to_be_plugged_in():
    keys = plugged()
    key = Enrolled(keys)
    keys.pull()
    child = terminal(keys, f"(alice@server.example) {READABLE}{key.request}")
    child.expect("Plug in your security key and touch it to log in to server.example")
    keys.plug()
    status, output, _ = finish(child)
    expect_equal((status, key.verify(output)[0]), (0, "1"), "the answer")


def test_the_person_hears_only_of_rounds_that_a_key_here_is_meant_in():
    """ssh passes the empty line on by itself, and nothing is to be touched or pressed."""
    keys = plugged()
    key = Enrolled(keys)
    for handles, named in ((("00" * 64,), False), (("00" * 64, key.handle), True)):
        request = relay("request", APP, CHALLENGE, *handles, "+more")[0]
        status, output, screen = finish(terminal(keys, f"(alice@server.example) {READABLE}{request}"))
        expect_equal((status, screen.count("to log in to server.example"), "Press Enter" in screen),
                     (0, 1 if named else 0, False), f"status and screen: {screen!r}")
        answer = key.verify(output)[0] if named else output
        expect_equal(answer, "1" if named else "\n", "the answer")
        result = touch(keys, "--host", "server.example", input=request + "\n")
        expect_equal(("Press Enter where it was asked for" in result.stderr, "to log in to server.example" in result.stderr),
                     (not named, named), f"what is said by hand: {result.stderr!r}")


def test_an_answer_without_a_touch_does_not_go_unseen():
    """Each is a process of its own, which cannot count them."""
    keys = plugged()
    request = relay("request", APP, CHALLENGE, "00" * 64, "+more")[0]
    result = run("setsid", "--wait", TOUCH, f"(alice@server.example) {READABLE}{request}", env=keys.environment())
    expect_equal(result.stdout, "\n", "the answer")
    expect_equal(result.stderr, "countersign-touch: none of the keys here is one that server.example asked for\n", "what is said")


def test_a_round_without_any_key_waits_for_one():
    keys = plugged()
    key = Enrolled(keys)
    request = relay("request", APP, CHALLENGE, "00" * 64, "+more")[0]
    keys.pull()
    child = terminal(keys, f"(alice@server.example) {READABLE}{request}")
    child.expect("Plug in your security key and touch it to log in to server.example")
    keys.plug()
    status, output, _ = finish(child)
    expect_equal((status, output), (0, "\n"), "status and answer")


def test_ends_when_nobody_reads_the_answer():
    keys = plugged()
    key = Enrolled(keys)
    keys.plug(words="touch=never")
    process = away(keys, key, "--timeout", "600")
    expect_equal(process.stderr.readline(), NOTICE, "the notice")
    process.stdout.close()
    expect_equal(process.wait(PATIENCE), 1, "status")
    expect_match("nobody is waiting", process.stderr.read(), "why")
    process.stderr.close()


def test_a_key_that_may_not_be_opened_is_named_before_the_wait():
    """For a user who is not root, with no key that may be opened."""
    import pexpect

    request = relay("request", APP, CHALLENGE, "00" * 64)[0]
    with key_of_root() as node:
        child = pexpect.spawn("setpriv", ["--reuid=65534", "--clear-groups", TOUCH, "--timeout", "1",
                                          f"(alice@server.example) {READABLE}{request}"],
                              timeout=PATIENCE, encoding="utf-8")
        child.expect(f"{node} is a security key that this program may not open")
        child.expect("Touch your security key to log in to server.example")
        child.expect(pexpect.EOF)


def test_a_terminal_shows_everything_once():
    keys = plugged()
    key = Enrolled(keys)
    prompt = f"(alice@server.example) {READABLE}{key.request}"
    _, _, screen = finish(terminal(keys, prompt))
    expect_equal(screen.count("Touch your security key to log in to"), 1, f"notices in {screen!r}")
    keys.pull()
    _, _, screen = finish(terminal(keys, prompt, options="--timeout 0"))
    expect_equal(screen.count("no security key is plugged in"), 1, f"errors in {screen!r}")
    _, _, screen = finish(terminal(keys, key.request))
    expect_equal(screen.count("version 8.5"), 1, f"refusals in {screen!r}")


def test_other_questions_go_to_the_terminal():
    keys = Keys()
    child = terminal(keys, "(alice@server.example) Password: ")
    child.expect("Password: ")
    child.sendline("hidden words")
    status, output, screen = finish(child)
    expect_equal((status, output), (0, "hidden words\n"), "the password")
    expect("hidden" not in screen, f"the password was shown: {screen!r}")
    child = terminal(keys, "Are you sure you want to continue connecting (yes/no/[fingerprint])? ")
    child.expect(r"\? ")
    child.sendline("yes")
    status, output, screen = finish(child)
    expect_equal((status, output), (0, "yes\n"), "the host key")
    expect_match("yes", screen, "what was typed")


def test_hints_of_ssh():
    keys = Keys()
    for typed, wanted in (("yes", 0), ("y", 0), ("no", 1), ("", 1)):
        child = terminal(keys, "Allow use of key id?", hint="confirm")
        child.expect(r"Allow use of key id\? \[yes/no\] ")
        child.sendline(typed)
        expect_equal(finish(child)[:2], (wanted, ""), f"status and output for {typed!r}")
    child = terminal(keys, "Confirm user presence for key", hint="none")
    child.expect("Confirm user presence for key")
    child.kill(signal.SIGTERM)
    child.wait()
    expect_equal(child.signalstatus, signal.SIGTERM, "a notice stays until it is ended")


def test_controls_are_not_shown():
    child = terminal(Keys(), "(alice@server.example) one\x1b]0;title\x07\ntwo\u202e: ")
    child.expect(r"one\?\]0;title\?\r+\ntwo\?: ")
    child.sendline("x")
    expect_equal(finish(child)[0], 0, "status")


def test_echo_is_back_after_a_signal():
    import pexpect

    script = f"trap : INT; {TOUCH} 'Password: ' >/dev/null; echo status $?; stty -a"
    child = pexpect.spawn("/bin/sh", ["-c", script], timeout=PATIENCE, encoding="utf-8", env=Keys().environment())
    child.expect("Password: ")
    child.sendintr()
    child.expect("status 130")
    child.expect(r"\s(-?)echo\s")
    expect_equal(child.match.group(1), "", "what switches echo off")
    child.close()


def test_a_question_ends_when_nobody_reads_the_answer():
    import pexpect

    child = pexpect.spawn("/bin/sh", ["-c", f"{TOUCH} 'Password: ' | true; echo over; stty -a"], timeout=PATIENCE,
                          encoding="utf-8", env=Keys().environment())
    child.expect("nobody is waiting for the answer")
    child.expect("over")
    child.expect(r"\s(-?)echo\s")
    expect_equal(child.match.group(1), "", "what switches echo off")
    child.close()


def test_without_a_terminal_or_with_another_askpass():
    keys = Keys()
    result = run("setsid", "-w", TOUCH, "Password: ", env=keys.environment(), check=False)
    expect_equal((result.returncode, result.stdout), (1, ""), "no terminal")
    expect_match("COUNTERSIGN_TOUCH_ASKPASS", result.stderr, "what helps")
    environment = {**keys.environment(), "COUNTERSIGN_TOUCH_ASKPASS": askpass("echo \"$1 $SSH_ASKPASS_PROMPT\""),
                   "SSH_ASKPASS_PROMPT": "confirm"}
    expect_equal(run(TOUCH, "Allow?", env=environment).stdout, "Allow? confirm\n", "the other askpass")


def askpass(script):
    path = WORKDIR / "askpass"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_another_askpass_does_not_run_another_one():
    environment = {**Keys().environment(), "COUNTERSIGN_TOUCH_ASKPASS": askpass('echo "${COUNTERSIGN_TOUCH_ASKPASS-none}"')}
    expect_equal(run(TOUCH, "Password: ", env=environment).stdout, "none\n", "the variable that it gets")
    environment["COUNTERSIGN_TOUCH_ASKPASS"] = TOUCH
    result = run("setsid", "-w", TOUCH, "Password: ", env=environment, check=False)
    expect_equal((result.returncode, result.stdout), (1, ""), "countersign-touch named as the other one")
    expect_match("no terminal", result.stderr, "why")


NOTICE = "Touch your security key to log in to server.example\n"
SEEN = WORKDIR / "seen"


def away(keys, key, *options, other=None):
    """countersign-touch without a terminal, as run by an ssh that an editor started."""
    environment = keys.environment()
    if other:
        environment["COUNTERSIGN_TOUCH_ASKPASS"] = other
    SEEN.unlink(missing_ok=True)
    return subprocess.Popen(["setsid", "-w", TOUCH, *options, f"(alice@server.example) {READABLE}{key.request}"],
                            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


def test_without_a_terminal_the_notice_is_on_standard_error():
    keys = plugged()
    key = Enrolled(keys)
    for other in (None, str(WORKDIR / "missing"), TOUCH):
        keys.plug(words="touch=never" if other else "")
        process = away(keys, key, other=other)
        text = ""
        while NOTICE not in text:
            line = process.stderr.readline()
            expect(line, f"no notice with {other}, but {text!r}")
            text += line
        keys.plug()
        output, rest = process.communicate(timeout=PATIENCE)
        expect_equal((process.returncode, rest), (0, ""), f"status and further errors with {other}")
        expect_equal(key.verify(output)[0], "1", f"the answer with {other}")


def test_without_a_terminal_another_askpass_shows_the_notice_until_the_touch():
    keys = plugged()
    key = Enrolled(keys)
    shown = f'echo no answer; echo "$SSH_ASKPASS_PROMPT $$ $1" >{SEEN}.new; mv {SEEN}.new {SEEN}'
    for script, words, status in ((f"{shown}; exec sleep 1000", "", 0),  # ended by a touch
                                  (f"{shown}; exec sleep 1000", "touch=never", 1),  # and by none
                                  (f"trap '' TERM; {shown}; exec sleep 1000", "", 0),  # even if it refuses to
                                  (shown, "", 0)):  # it ended before
        keys.plug(words="touch=never")
        process = away(keys, key, "--timeout", "2" if status else str(PATIENCE), other=askpass(script))
        wait_until(SEEN.exists, "the notice")
        hint, number, text = SEEN.read_text().split(" ", 2)
        expect_equal((hint, text), ("none", NOTICE.strip() + "\n"), "what the other askpass got")
        keys.plug(words=words)
        output, log = process.communicate(timeout=PATIENCE)
        expect_equal(process.returncode, status, f"status after {script!r}")
        expect_equal(key.verify(output)[0] if output else None, None if status else "1", "the answer")
        expect_equal(log.count("Touch"), 0, f"notices elsewhere: {log!r}")
        expect(not pathlib.Path("/proc", number).exists(), f"the notice is still there: {script!r}")


def test_an_askpass_gets_no_markup_of_the_server():
    keys = plugged()
    key = Enrolled(keys)
    key.request = f"<b>R&D</b>\n{READABLE}{key.request}"
    keys.plug(words="touch=never")
    process = away(keys, key, other=askpass(f'echo "$1" >{SEEN}.new; mv {SEEN}.new {SEEN}; exec sleep 1000'))
    wait_until(SEEN.exists, "the notice")
    keys.plug()
    process.communicate(timeout=PATIENCE)
    lines = SEEN.read_text().split("\n")
    expect_equal(lines, ["server.example says:", f"> {READABLE}?b>R?D?/b>", NOTICE.strip(), ""], "what it shows")


def test_the_notice_does_not_outlive_the_program():
    keys = plugged()
    key = Enrolled(keys)
    keys.plug(words="touch=never")
    # The pipe ends with its only writer.
    process = away(keys, key, other=askpass(f"echo shown >&2; : >{SEEN}; exec sleep 1000"))
    wait_until(SEEN.exists, "the notice")
    process.kill()
    expect_equal(process.communicate(timeout=PATIENCE), ("", "shown\n"), "output, to its end")


class SshServer:
    """An SSH server for one login, which asks one question; with `prompt` None ssh asks for a password."""

    def __init__(self, prompt):
        import paramiko

        outer = self
        self.answers = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

        class Interface(paramiko.ServerInterface):
            def get_allowed_auths(self, username):
                return "keyboard-interactive" if prompt else "password"

            def check_auth_password(self, username, password):
                outer.answers = [password]
                return paramiko.AUTH_FAILED

            def check_auth_interactive(self, username, submethods):
                return paramiko.InteractiveQuery("", "", (prompt, True))

            def check_auth_interactive_response(self, responses):
                outer.answers = responses
                return paramiko.AUTH_FAILED

        def serve():
            connection, _ = self.listener.accept()
            transport = paramiko.Transport(connection)
            transport.add_server_key(paramiko.ECDSAKey.generate())
            transport.start_server(server=Interface())
            transport.join(PATIENCE)
            transport.close()

        self.thread = threading.Thread(target=serve, daemon=True)
        self.thread.start()


def ssh_words(server, user):
    """New clients accept an unusual user name only from their configuration."""
    config = WORKDIR / "ssh_config"
    config.write_text(f'User "{user}"\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n'
                      "PreferredAuthentications keyboard-interactive,password\nNumberOfPasswordPrompts 1\n")
    return ["ssh", "-F", str(config), "-p", str(server.port), "127.0.0.1", "true"]


def ssh(keys, server, user):
    """A login with countersign-touch as askpass."""
    environment = {**keys.environment(), "SSH_ASKPASS": TOUCH, "SSH_ASKPASS_REQUIRE": "force"}
    result = run(*ssh_words(server, user), env=environment, check=False)
    server.thread.join(PATIENCE)
    return result


def test_as_the_askpass_of_ssh():
    need("ssh")
    keys = plugged()
    key = Enrolled(keys, "127.0.0.1")
    server = SshServer(READABLE + key.request)
    ssh(keys, server, "alice")
    expect(server.answers, "ssh answered nothing")
    expect_equal(key.verify(server.answers[0], "127.0.0.1")[0], "1", "the answer that ssh sent")


def test_a_recovery_code_where_the_key_is_lost():
    """As the manual says: ssh asks itself, although countersign-touch is its askpass."""
    import pexpect

    need("ssh")
    keys = Keys()
    key = Enrolled(plugged(), "127.0.0.1")
    keys.pull()
    server = SshServer(READABLE + key.request + " : ")
    environment = {**keys.environment(), "SSH_ASKPASS": TOUCH, "SSH_ASKPASS_REQUIRE": "force"}
    words = ssh_words(server, "alice")
    child = pexpect.spawn("/bin/sh", ["-c", f"SSH_ASKPASS_REQUIRE=never exec {' '.join(words)}"], env=environment,
                          timeout=PATIENCE, encoding="utf-8", dimensions=(24, 500))
    child.expect(" : $")
    child.sendline("recovery-code")
    server.thread.join(PATIENCE)
    child.close()
    expect_equal(server.answers, ["recovery-code"], "the answer that ssh sent")


def test_a_user_name_does_not_choose_the_host():
    """Neither in the server's question nor in ssh's own, where the user name may contain the request too."""
    need("ssh")
    keys = plugged()
    key = Enrolled(keys)
    for prompt, user in ((READABLE + key.request, "x@server.example) y"),
                         (READABLE, f"x@server.example) {key.request} y"),
                         (None, f"(x@server.example) {key.request} y")):
        server = SshServer(prompt)
        result = ssh(keys, server, user)
        expect_equal([answer for answer in server.answers or [] if answer], [], f"the answers that ssh sent for {user}")
        expect_match("more than one host", result.stderr, f"why, {user}")


main()
