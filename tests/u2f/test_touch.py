"""countersign-touch by hand, as the askpass of a real ssh, and for ssh's other questions."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading

from countersign import *

APP = "pam://server.example"
CHALLENGE = "a challenge"
OUT = WORKDIR / "out"
READABLE = "Touch your security key, or paste the answer of countersign-touch: "


def relay(*words, input=None, check=True):
    """The server's side; its output's words."""
    return run(os.environ["CS_U2F_RELAY"], *words, input=input, check=check).stdout.split()


def touch(keys, *words, input=None, check=True):
    return run(TOUCH, *words, input=input, check=check, env=keys.environment())


class Enrolled:
    """A key that was enrolled by copy and paste."""

    def __init__(self, keys, host="server.example"):
        line = relay("enrol", APP, CHALLENGE)[0]
        answer = touch(keys, "--host", host, "--register", input=line + "\n").stdout
        self.handle, self.public = relay("enrolled", APP, CHALLENGE, f"pam://{host}", input=answer)
        self.request = relay("request", APP, CHALLENGE, "00" * 64, self.handle)[0]

    def verify(self, answer, host="server.example", check=True):
        return relay("verify", APP, CHALLENGE, f"pam://{host}", 2, self.public, input=answer, check=check)


def plugged(words=""):
    keys = Keys()
    keys.plug(words=words)
    return keys


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
                             (("--host", "a b"), key.request, "name of the host")):
        result = touch(keys, *words, input=text + "\n", check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), f"status and output for {text!r}")
        expect_match(re.escape(why), result.stderr, f"why {text!r} is refused")
    keys.plug(words="touch=never")
    result = touch(keys, *host, "--timeout", "0", input=key.request + "\n", check=False)
    expect_match("not touched in time", result.stderr, "no touch")
    keys.pull()
    result = touch(keys, *host, "--timeout", "0", input=key.request + "\n", check=False)
    expect_match("no security key is plugged in", result.stderr, "no key")
    expect_equal(touch(keys, check=False).returncode, 2, "no argument")
    expect_equal(touch(keys, *host, "--timeout", "1x", check=False).returncode, 2, "a bad number")


def terminal(keys, prompt, hint=None, options="", **more):
    """countersign-touch PROMPT on a terminal of its own, its output in OUT; a pexpect child."""
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
    """countersign-touch without a terminal, as an ssh runs it that an editor started."""
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
                                  (f"trap '' TERM; {shown}; exec sleep 1000", "", 0),  # also when it does not want to
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


def test_the_notice_does_not_outlive_the_program():
    keys = plugged()
    key = Enrolled(keys)
    keys.plug(words="touch=never")
    # Its end is the end of the only writer.
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


def ssh(keys, server, user):
    """A login with countersign-touch as askpass. New clients take a strange user only from their configuration."""
    environment = {**keys.environment(), "SSH_ASKPASS": TOUCH, "SSH_ASKPASS_REQUIRE": "force"}
    config = WORKDIR / "ssh_config"
    config.write_text(f'User "{user}"\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n'
                      "PreferredAuthentications keyboard-interactive,password\nNumberOfPasswordPrompts 1\n")
    result = run("ssh", "-F", config, "-p", server.port, "127.0.0.1", "true", env=environment, check=False)
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


def test_a_user_name_does_not_choose_the_host():
    """Neither in the server's question nor in ssh's own, in which the user name may bring the request as well."""
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
