# SPDX-License-Identifier: Apache-2.0
"""Debian's plink with countersign-touch as its plugin, through a real sshd: what happens, and what the person sees
(tests/golden/README.md). u2f.putty has the messages."""
import json
import re

from countersign import *
from countersign.golden import difference
from countersign.putty import plink, warning
from countersign.relay import touch
from countersign.screen import CURSOR, Terminal

KEY_LOGIN = "auth required pam_countersign.so auth_method=u2f"
LANGUAGES = ("en", "fr", "ja", "ar")
RETURN = "Press Return to begin session. "
ALICE = "alice@127.0.0.1"
COMMAND = "echo logged in as $(id -un)"
SHELL = "/usr/local/bin/putty-shell"


def before(**settings):
    """The keys: alice has one."""
    for program in ("plink", "puttygen"):
        need(program)
    write_config({"u2f_app_id": "pam://server.example", "u2f_origins": "pam://127.0.0.1", **settings})
    forget_factors("alice")
    countersign("unlock", "alice")
    keys = Keys()
    keys.plug()
    line = countersign("enroll", "u2f", "alice", "--request").stdout
    answer = touch(keys, "--host", "127.0.0.1", "--register", input=line).stdout
    countersign("enroll", "u2f", "alice", "--response", input=answer)
    return keys


def batch(sshd, keys, *words, **more):
    """A login by plink that types nothing."""
    return run(*plink(sshd, "alice", "-batch", *words, keys=keys, **more), ALICE, COMMAND, check=False)


def expect_let_in(result):
    expect_equal((result.returncode, result.stdout), (0, "logged in as alice\n"), f"the login: {result.stderr}")


def expect_refused(result, why):
    expect(result.returncode != 0 and "logged in" not in result.stdout, f"let in: {result.stdout}")
    expect_match(why, result.stderr, "why")


def test_a_touch_lets_in_and_nothing_is_typed():
    keys = before()
    for methods, publickey in (("publickey,keyboard-interactive", True), ("keyboard-interactive", False)):
        with Broker() as broker, Sshd(auth=KEY_LOGIN, AuthenticationMethods=methods) as sshd:
            result = batch(sshd, keys, publickey=publickey)
            expect_let_in(result)
            expect_match("Touch your security key to log in to 127.0.0.1", result.stderr, "the notice")
            broker.wait_log("verdict=allow .*reason=u2f")


def test_the_name_that_putty_uses_is_signed():
    keys = before(u2f_origins=["pam://127.0.0.1", "pam://server.example"])
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        for words, options in ((("-loghost", "server.example"), ""), (("-loghost", "SERVER.example:2222"), ""),
                               ((), "--host server.example"), (("-loghost", "evil.example"), "--host server.example")):
            expect_let_in(batch(sshd, keys, *words, options=options))
        # A server at another name, which shows this one's question.
        result = batch(sshd, keys, "-loghost", "evil.example")
        expect_match("to log in to evil.example", result.stderr, "the notice")
        expect_refused(result, "did not accept what the security key signed")
        expect_match("Cannot answer interactive prompts in batch mode", result.stderr, "the end")
        broker.wait_log("verdict=aborted|verdict=deny|verdict=max-tries")


def test_other_questions_are_the_servers_own():
    """plink shows the same with the plugin as without, but for the line above and below."""
    import pexpect

    keys = before()
    said = []
    auth = "auth required pam_countersign.so lang=ja"
    for plugin in (None, keys):
        forget_factors("alice")
        factor = enroll("alice")
        with Broker(), Sshd(auth=auth, AuthenticationMethods="keyboard-interactive") as sshd:
            words = [*plink(sshd, "alice", "-no-antispoof", keys=plugin, publickey=False), ALICE, COMMAND]
            child = pexpect.spawn(words[0], words[1:], dimensions=(24, 200), timeout=PATIENCE, encoding="utf-8")
            screen = ""
            for text in (factor.wrong(), factor.recovery_codes[0], ""):
                child.expect(r"[:\uff1a] ?$")
                screen += child.before + child.after
                child.sendline(text)
            child.expect(pexpect.EOF)
            child.close()
            expect_equal(child.exitstatus, 0, f"status after {screen!r}{child.before!r}")
            said.append(re.sub(r"-- .*prompts from .*-", "", (screen + child.before).replace(factor.recovery_codes[0], "RECOVERY")))
    expect_equal(said[1], said[0], "what plink shows")


def test_a_hidden_question_of_the_server_comes_with_a_warning():
    """-pw still answers it, as without the plugin."""
    keys = before()
    factor = enroll("alice")
    with Broker() as broker, Sshd(auth="auth required pam_countersign.so one_answer") as sshd:
        result = batch(sshd, keys, "-pw", factor.code())
        expect_let_in(result)
        broker.wait_log("verdict=allow")
    shown = re.sub("(?m)^[|>] ", "", result.stderr.replace("\r", ""))
    expect_equal(shown.count(warning("127.0.0.1")), 1, f"warnings in {result.stderr!r}")


def test_the_plugin_does_not_outlive_plink():
    keys = before()
    keys.plug(words="touch=never")
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        words = plink(sshd, "alice", "-batch", keys=keys, options="--timeout 600")
        process = subprocess.Popen([*words, ALICE, COMMAND], text=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_for_notice(process)
        plugins = [pid for pid in descendants(process.pid) if b"--putty" in command_of(pid)]
        expect(plugins, "no plugin below plink")
        process.kill()
        process.communicate(timeout=PATIENCE)
        wait_until(lambda: not any(command_of(pid) for pid in plugins), "the plugin's end")


def wait_for_notice(process):
    for line in process.stderr:
        if "Touch your security key" in line:
            return
    raise Failure("plink ended without a notice")


def command_of(pid):
    try:
        return pathlib.Path("/proc", str(pid), "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_refusal_ends_the_login_of_a_plugin():
    """Why keyboard-interactive must come last: PuTTY takes a partial success for a refusal, and does not go on."""
    keys = before()
    with Broker() as broker, Sshd(auth=KEY_LOGIN, AuthenticationMethods="keyboard-interactive,publickey") as sshd:
        result = batch(sshd, keys)
        broker.wait_log("verdict=allow .*reason=u2f")
        expect_refused(result, r"\(server sent: .*\)")


def test_files_are_copied():
    need("pscp")
    keys = before()
    target = WORKDIR / "copied"
    with Broker(), Sshd(auth=KEY_LOGIN, Subsystem="sftp internal-sftp") as sshd:
        words = plink(sshd, "alice", "-batch", keys=keys, program="pscp")
        result = run(*words, f"{ALICE}:/etc/hostname", target, check=False)
        expect_equal(result.returncode, 0, f"status: {result.stderr}")
    expect_equal(target.read_text(), pathlib.Path("/etc/hostname").read_text(), "the file")


def test_a_request_is_copied_from_the_screen_without_the_plugin():
    """plink breaks it into lines, which countersign-touch --host joins."""
    need("tmux")
    keys = before()
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        with Terminal("putty", [*plink(sshd, "alice"), ALICE, COMMAND]) as terminal:
            screen, _ = terminal.wait_for(" : ")
            expect_match("U2F1[^:]*\n> [^:]* : ", screen, "a request in several lines")
            copied = screen.replace(CURSOR, "")
            terminal.type(touch(keys, "--host", "127.0.0.1", input=copied).stdout.strip())
            broker.wait_log("verdict=allow .*reason=u2f")


# ---- what the person sees ----

CODE, WRONG, RECOVERY = object(), object(), object()
PROMPT = ": "  # where every prompt ends


class Dialogue:
    """What is typed at each prompt; `words` are the key's, and the module's arguments."""

    def __init__(self, answers=(), words="", options="auth_method=u2f"):
        self.answers, self.words, self.options = answers, words, options


CHOICE = "auth_method=choice-then-otp u2f_in_choice"
DIALOGUES = {
    "key": Dialogue(),
    "key-late": Dialogue([WRONG, RECOVERY, ""], "touch=never"),  # a retry, in which the key is not asked
    "key-refused": Dialogue([RECOVERY, ""], "bad-signature"),
    "menu-key": Dialogue(["9", "2"], options=CHOICE),
    "menu-code": Dialogue(["1", CODE], options=CHOICE),
}


def masked(text, typed):
    """Without what differs each time: requests, however the terminal breaks them, and codes."""
    text = re.sub(r"U2F1\.[\w\s>-]+? :", "U2F1.REQUEST :", text)
    for code, word in typed.items():
        text = re.sub("\n?".join(map(re.escape, code)), word, text)
    return "".join(line.rstrip(" ") for line in text.splitlines(keepends=True))


def new_recovery_code():
    codes = json.loads(countersign("recovery", "alice", "--json").stdout)["recovery_codes"]
    return secret(codes[0], "a recovery code")


def see(command, dialogue, texts):
    """The screens of one login. `texts` are the codes by what stands for them."""
    left, typed, shown = list(dialogue.answers), {}, ""
    with Terminal("putty", command) as terminal:
        while True:
            screen, found = terminal.wait_for(RETURN, PROMPT)
            shown += f"=== screen\n{screen}"
            if found is None:
                return masked(shown, typed)
            expect(found != PROMPT or left, f"no answer left:\n{shown}")
            answer = left.pop(0) if found == PROMPT else ""
            if answer in texts:
                text, word = texts[answer]
                typed[text], answer = word, text
            shown += f"=== typed: {answer}\n" if answer else "=== Enter\n"
            terminal.type(answer)


def test_what_the_person_sees():
    need("tmux")
    keys = before(throttle=False)
    changed = []
    pathlib.Path(SHELL).write_text('#!/bin/sh\necho "logged in as $(id -un)"\n')
    os.chmod(SHELL, 0o755)
    run("usermod", "--shell", SHELL, "alice")
    with Broker():
        for language in LANGUAGES:
            for name, dialogue in DIALOGUES.items():
                keys.plug(words=dialogue.words)
                factor = enroll("alice")
                texts = {CODE: (factor.code(), "CODE"), WRONG: (factor.wrong(), "WRONG"),
                         RECOVERY: (new_recovery_code(), "RECOVERY")}
                auth = f"auth required pam_countersign.so {dialogue.options} lang={language}"
                with Sshd(auth=auth, PrintLastLog="no") as sshd:
                    command = plink(sshd, "alice", keys=keys, options="--timeout 1")
                    text = see([*command, ALICE], dialogue, texts)
                expect("logged in as alice" in text, f"{language} {name}: not let in:\n{text}")
                countersign("remove", "alice", factor.id)
                changed.append(difference(f"fold/{language}/{name}.plink-plugin.txt", text))
    expect(not any(changed), "\n".join(filter(None, changed)))


main()
