# SPDX-License-Identifier: Apache-2.0
"""countersign-touch as PuTTY's authentication plugin, message by message. e2e.putty has the real PuTTY."""

import pathlib

from countersign import *
from countersign.putty import *
from countersign.relay import APP, CHALLENGE, READABLE, Enrolled, plugged, relay

NOTICE = "Touch your security key to log in to server.example"
AFTERWARDS = "\nAnswer yourself, for example with a recovery code."


def start(words="", *arguments):
    """(a plugged-in key, the plugin when the server may ask)"""
    keys = plugged()
    key = Enrolled(keys)
    keys.plug(words=words)
    return keys, key, Plugin(keys, *arguments).begin()


def test_the_key_answers():
    _, key, plugin = start()
    for said in ("", READABLE, "Touch:\n"):
        plugin.ask(said + key.request + " : ")
        told = plugin.told()
        expect(told.endswith(NOTICE), f"the notice: {told!r}")
        expect_equal(key.verify(plugin.answered())[0], "1", f"the answer after {said!r}")
        plugin.send(SUCCESS)
        plugin.accept()
    expect_equal(plugin.end(), (0, ""), "the end")


def test_the_host_is_the_one_that_putty_knows():
    keys = plugged()
    key = Enrolled(keys)
    for host, words, origin in (("SERVER.Example", (), "server.example"), ("server.example:2222", (), "server.example"),
                                ("evil.example", (), "evil.example"), ("10.0.0.1", ("--host", "Server.example"), "server.example"),
                                ("no host", ("--host", "server.example"), "server.example"), ("::1", (), "::1"),
                                ("[fe80::1%eth0]:22", (), "fe80::1%eth0"), ("[::1]", (), "::1")):
        plugin = Plugin(keys, *words).begin(host)
        plugin.ask(f"(alice@bank.example) {key.request}")
        expect(plugin.told().endswith(f" log in to {origin}"), f"the host in the notice for {host}")
        expect_equal(key.verify(plugin.answered(), origin)[0], "1", f"the answer for {host}")
        expect_equal(plugin.end(), (0, ""), "the end")


def test_a_beginning_that_cannot_be_served():
    for host, version, why in (("server.example", 1, "version 1 of the plugin .*0.78"), ("server.example", 0, "version 0"),
                               ("", 2, "--host"), ("a b", 2, "--host"), ("x" * 250, 2, "--host"), ("a\0b", 2, "--host"),
                               ("[]", 2, "--host")):
        plugin = Plugin(Keys())
        plugin.send(INIT, number(version) + string(host) + number(22) + string("alice"))
        reason, = strings(plugin.expect(INIT_FAILURE))
        expect_match(why, reason, f"what PuTTY shows for {host!r}, {version}")
        status, log = plugin.end()
        expect_equal((status, log), (1, f"countersign-touch: {reason}\n"), "status and log")


def test_a_later_version_of_putty():
    keys = plugged()
    expect_equal(Plugin(keys).begin(version=7).end(), (0, ""), "the end")


def test_only_keyboard_interactive():
    plugin = Plugin(Keys())
    plugin.send(INIT, number(2) + string("server.example") + number(22) + string(""))
    plugin.expect(INIT_RESPONSE)
    for method in ("password", "", "keyboard-interactive\0", "keyboard-interactiv"):
        plugin.send(PROTOCOL, string(method))
        expect_equal(plugin.expect(REJECT), string(""), f"what it says to {method!r}")
    plugin.accept()
    expect_equal(plugin.end(), (0, ""), "the end")


def test_other_questions_are_passed_on_byte_for_byte():
    _, key, plugin = start()
    for fields in (questions(), questions(instruction="An instruction\r\nalone"), questions("Password: ", name="A name"),
                   questions(("Seen\n\ttab \x1b[2J \u202e: ", True), ("\u30b3\u30fc\u30c9: ", False), ("", 7), language="ja"),
                   questions(b"\xff\xfe not UTF-8 \0 : "), questions("x" * 20000), questions(*["?"] * 300),
                   # A request that is not the last word, that is one of several prompts, or that is no prompt.
                   questions(f"{key.request} or a code: "), questions(f"{READABLE}{key.request} : ", "Code: "),
                   questions(f"{key.request}\0: "), questions(f"a{key.request}"),
                   questions(f"{key.request} {key.request}"),
                   questions(instruction=key.request), questions("Code: ", instruction=f"{READABLE}{key.request} : ")):
        plugin.send(SERVER_REQUEST, fields)
        # PuTTY does not check how many answers there are.
        plugin.passed_on(fields, answers("x\0\xff\n", "", "y" * 3000))
    plugin.ask(key.request)
    plugin.told()
    expect_equal(key.verify(plugin.answered())[0], "1", "a request after all that")
    expect_equal(plugin.end(), (0, ""), "the end")


def test_a_hidden_question_of_the_server_is_not_taken_for_ours():
    """PuTTY puts it into the same frame: the person is told once whose question it is, before the first such one."""
    _, key, plugin = start()
    spoof = "Touch your security key to log in to server.example\nPIN of your security key, for server.example: "
    seen, alone = questions(("Seen: ", True)), questions(instruction="Nothing is asked here")
    for fields in (seen, alone, questions(("Seen: ", True), ("Seen too: ", True))):
        plugin.send(SERVER_REQUEST, fields)
        expect_equal(plugin.expect(USER_REQUEST), fields, "a question without a secret")
        plugin.send(USER_RESPONSE, answers())
        plugin.expect(SERVER_RESPONSE)
    for fields, warned in ((questions(("Seen: ", True), spoof), True), (questions(spoof), False)):
        plugin.send(SERVER_REQUEST, fields)
        if warned:
            expect_equal(plugin.told(), warning("server.example"), "the warning")
        expect_equal(plugin.expect(USER_REQUEST), fields, "the question")
        plugin.send(USER_RESPONSE, answers("x"))
        plugin.expect(SERVER_RESPONSE)
    plugin.send(FAILURE)
    plugin.accept()
    plugin.send(SERVER_REQUEST, seen)
    expect_equal(plugin.expect(USER_REQUEST), seen, "the next method")
    plugin.send(USER_RESPONSE, answers("x"))
    plugin.expect(SERVER_RESPONSE)
    expect_equal(plugin.end(), (0, ""), "the end")


def test_the_servers_other_words_are_quoted():
    spoof = "Touch your security key to log in to bank.example"
    _, key, plugin = start()
    for texts, said, lines in (
            ({}, READABLE, []), ({}, "Your answer was not accepted.\n" + READABLE, ["> Your answer was not accepted."]),
            ({}, f"{spoof}\n", [f"> {spoof}"]), ({"instruction": f"One.\r\n{spoof}", "name": "A name"}, "", ["> A name", "> One.", f"> {spoof}"]),
            ({"instruction": READABLE}, "x\x1b[2J ", [f"> {READABLE}".rstrip(), "> x?[2J"]),
            ({"instruction": "a\0b"}, "", ["> a?b"]), ({}, "x" * 76 + spoof + " ", ["> " + "x" * 76, "> " + spoof]),
            ({}, "Touchez votre cl\u00e9\u00a0: ", ["> Touchez votre cl\u00e9\u00a0:"])):
        plugin.ask(f"{said}{key.request} : ", **texts)
        expect_equal(plugin.told().split("\n"), (["server.example says:"] if lines else []) + lines + [NOTICE], f"{said!r}")
        expect_equal(key.verify(plugin.answered())[0], "1", f"the answer to {said!r}")
        plugin.send(FAILURE)
        plugin.accept()
    expect_equal(plugin.end(), (0, ""), "the end")


def test_after_a_failed_touch_the_person_answers_that_and_the_retries():
    for words, prepare, why in (("touch=never", None, "the security key was not touched in time"),
                                ("", lambda keys: keys.pull(), "no security key is plugged in"),
                                ("", lambda keys: (keys.pull(), keys.plug(1)), "the security key that is plugged in is not enrolled")):
        keys, key, plugin = start(words, "--timeout", "1")
        if prepare:
            prepare(keys)
        fields = questions((READABLE + key.request + " : ", True))
        plugin.send(SERVER_REQUEST, fields)
        plugin.told()
        expect_equal(plugin.told(), f"countersign-touch: {why}{AFTERWARDS}", "what PuTTY shows")
        plugin.passed_on(fields, answers("a wrong code"))
        keys.plug(words="")
        again = questions(("Not accepted.\n" + READABLE + key.request + " : ", True))
        plugin.send(SERVER_REQUEST, questions(instruction="Nothing is asked here"))
        plugin.passed_on(questions(instruction="Nothing is asked here"), answers())
        plugin.send(SERVER_REQUEST, again)
        plugin.passed_on(again, answers("a recovery code"))
        # Another question is not a retry, and what follows it is asked for the first time.
        plugin.send(SERVER_REQUEST, questions("Which? "))
        plugin.passed_on(questions("Which? "), answers("1"))
        plugin.ask(key.request)
        expect_equal(plugin.told(), NOTICE, "the notice")
        expect_equal(key.verify(plugin.answered())[0], "1", "the answer")
        expect_equal(plugin.end(), (0, ""), "the end")


def test_after_a_failed_login_the_key_is_asked_again():
    keys, key, plugin = start("touch=never", "--timeout", "1")
    fields = questions(key.request)
    plugin.send(SERVER_REQUEST, fields)
    plugin.told()
    plugin.told()
    plugin.passed_on(fields, answers("wrong"))
    keys.plug(words="")
    plugin.send(FAILURE)
    plugin.accept()
    plugin.ask(key.request)
    expect_equal(plugin.told(), NOTICE, "the notice")
    expect_equal(key.verify(plugin.answered())[0], "1", "the answer")
    expect_equal(plugin.end(), (0, ""), "the end")


def test_after_a_refused_answer_the_person_answers():
    """Else nobody could type a recovery code at a server that the key is right for and the host is not."""
    _, key, plugin = start()
    plugin.ask(key.request)
    plugin.told()
    plugin.answered()
    fields = questions((f"Your answer was not accepted.\n{READABLE}{key.request}", True))
    plugin.send(SERVER_REQUEST, fields)
    expect_equal(plugin.told(), f"countersign-touch: the server did not accept what the security key signed{AFTERWARDS}",
                 "what PuTTY shows")
    plugin.passed_on(fields, answers("a recovery code"))
    plugin.send(SERVER_REQUEST, fields)
    plugin.passed_on(fields, answers("another one"))
    expect_equal(plugin.end(), (0, ""), "the end")


def test_a_request_that_is_damaged_is_passed_on():
    _, key, plugin = start()
    for request in (key.request[:-3], key.request[:40], "U2F1."):
        fields = questions((READABLE + request + " : ", True))
        plugin.send(SERVER_REQUEST, fields)
        expect_match("^countersign-touch: .*\n", plugin.told(), f"why {request!r} is not asked")
        plugin.passed_on(fields, answers("a recovery code"))
        plugin.send(FAILURE)
        plugin.accept()
    expect_equal(plugin.end(), (0, ""), "the end")


def test_rounds_that_no_key_here_is_meant_in():
    """PuTTY shows nothing of them, and the last one is a touch like any other."""
    _, key, plugin = start()
    for _ in range(3):
        plugin.ask(f"If you use another key, just press Enter.\n{READABLE}" + relay("request", APP, CHALLENGE, "00" * 64, "+more")[0])
        expect_equal(plugin.answered(), "", "the answer")
    plugin.ask(READABLE + relay("request", APP, CHALLENGE, "00" * 64, "+more", key.handle)[0])
    expect_equal(plugin.told(), NOTICE, "the notice")
    expect_equal(key.verify(plugin.answered())[0], "1", "the answer")
    expect_equal(plugin.end(), (0, ""), "the end")


def test_rounds_end():
    """Each tells the server that some keys are not here, and nobody touches anything."""
    _, key, plugin = start()
    fields = questions((READABLE + relay("request", APP, CHALLENGE, "00" * 64, "+more")[0] + " : ", True))
    for _ in range(8):
        plugin.send(SERVER_REQUEST, fields)
        expect_equal(plugin.answered(), "", "the answer")
        # Neither another question nor another method begins a new count.
        plugin.send(SERVER_REQUEST, questions(("Seen: ", True)))
        plugin.passed_on(questions(("Seen: ", True)), answers("x"))
        plugin.send(FAILURE)
        plugin.accept()
    plugin.send(SERVER_REQUEST, fields)
    told = plugin.told()
    expect_match("^countersign-touch: .*8 times", told, "what PuTTY shows")
    plugin.passed_on(fields, answers(""))
    plugin.send(SERVER_REQUEST, fields)
    plugin.passed_on(fields, answers("a recovery code"))
    # A request that means the key is still answered by it, and the next round is not.
    plugin.ask("Seen: ")
    plugin.passed_on(questions("Seen: "), answers("x"))
    plugin.ask(key.request)
    expect_equal(plugin.told(), NOTICE, "the notice")
    expect_equal(key.verify(plugin.answered())[0], "1", "the answer")
    plugin.send(FAILURE)
    plugin.accept()
    plugin.send(SERVER_REQUEST, fields)
    expect_match("^countersign-touch: .*8 times", plugin.told(), "after that")
    plugin.passed_on(fields, answers(""))
    expect_equal(plugin.end(), (0, ""), "the end")


def test_a_key_is_to_be_plugged_in():
    keys, key, plugin = start()
    keys.pull()
    plugin.ask(key.request)
    expect_equal(plugin.told(), "Plug in your security key and touch it to log in to server.example", "the notice")
    keys.plug()
    expect_equal(key.verify(plugin.answered())[0], "1", "the answer")
    expect_equal(plugin.end(), (0, ""), "the end")


def test_its_memory_is_not_for_others():
    """It holds a PIN during the touch. The kernel gives what belongs to such a process to root, and dumps none of it."""
    import pwd
    import resource

    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
    plugin = Plugin(Keys(owner="alice"), user="alice").begin()
    resource.setrlimit(resource.RLIMIT_CORE, limits)
    folder = pathlib.Path("/proc", str(plugin.process.pid))
    expect_equal((folder / "status").stat().st_uid, 0, "whose its files in /proc are")
    expect_match(r"Max core file size +0 +0 ", (folder / "limits").read_text(), "limits")
    expect_match(rf"Uid:\s+{pwd.getpwnam('alice').pw_uid}\s", (folder / "status").read_text(), "whose process it is")
    expect_equal(plugin.end(), (0, ""), "the end")


def test_ends_with_putty():
    """At each point where PuTTY may go away, also while the key waits to be touched."""
    for point in ("start", "init", "method", "accepted", "notice", "touch", "warned", "passed on", "failure"):
        keys = plugged()
        key = Enrolled(keys)
        keys.plug(words="touch=never")
        plugin = Plugin(keys, "--timeout", "600")
        if point in ("init", "method"):
            plugin.send(INIT, number(2) + string("server.example") + number(22) + string(""))
            plugin.expect(INIT_RESPONSE)
        if point == "method":
            plugin.send(PROTOCOL, string("password"))
            plugin.expect(REJECT)
        if point in ("accepted", "notice", "touch", "warned", "passed on", "failure"):
            plugin.begin()
        if point in ("notice", "touch"):
            plugin.ask(key.request)
            plugin.told() if point == "touch" else plugin.expect(USER_REQUEST)
        if point in ("warned", "passed on"):
            plugin.ask("Code: ")
            plugin.told() if point == "passed on" else None
            plugin.expect(USER_REQUEST)
        if point == "failure":
            plugin.send(FAILURE)
        expect_equal(plugin.end(), (0, ""), f"the end: {point}")


def test_what_is_not_the_protocol():
    init = number(2) + string("server.example") + number(22) + string("")
    server = questions("Code: ")

    def message(kind, fields):
        return number(1 + len(fields)) + bytes([kind]) + fields

    for begun, data, why in (
            (False, b"\0\0", "ends before"), (False, number(5) + b"\1", "ends before"), (False, number(0), "0 bytes .*1 to 65536"),
            (False, number(4), "ends before"), (False, number(65537) + b"\1", "65537 bytes"), (False, b"SSH-2.0-", "bytes from PuTTY"),
            (False, message(INIT, init[:-1]), "INIT is cut short"), (False, message(INIT, init + b"\0"), "INIT is longer"),
            (False, message(INIT, b""), "INIT is cut"), (False, message(INIT, number(2) + number(0xffffffff)), "INIT is cut"),
            (False, message(PROTOCOL, string("keyboard-interactive")), "type 3 out of turn"),
            (True, message(PROTOCOL, string("keyboard-interactive")), "type 3 out of turn"),
            (True, message(USER_RESPONSE, answers()), "type 23 out of turn"), (True, message(99, b""), "type 99 out of turn"),
            (True, message(SERVER_REQUEST, server[:-1]), "SERVER_REQUEST is cut"),
            (True, message(SERVER_REQUEST, server + b"\0"), "SERVER_REQUEST is longer"),
            (True, message(SERVER_REQUEST, string("") * 3 + number(0xffffffff)), "SERVER_REQUEST is cut")):
        plugin = Plugin(Keys())
        if begun:
            plugin.begin()
        plugin.send_bytes(data)
        status, log = plugin.end()
        expect_equal(status, 1, f"status for {data!r}")
        expect_match(f"^countersign-touch: .*{why}", log, f"why {data!r} is refused")


def test_answers_to_a_notice_that_are_not_the_protocol():
    for kind, reply, why in ((USER_RESPONSE, answers("x"), "1 answers .* 0 prompts"), (USER_RESPONSE, answers() + b"\0", "longer"),
                             (USER_RESPONSE, b"\0", "0 prompts|cut"), (SUCCESS, b"", "type 6 out of turn")):
        _, key, plugin = start()
        plugin.ask(key.request)
        plugin.expect(USER_REQUEST)
        plugin.send(kind, reply)
        status, log = plugin.end()
        expect_equal(status, 1, f"status for {reply!r}")
        expect_match(f"^countersign-touch: .*({why})", log, f"why {reply!r} is refused")


def test_a_message_during_the_touch_is_out_of_turn():
    _, key, plugin = start("touch=never", "--timeout", "600")
    plugin.ask(key.request)
    plugin.told()
    plugin.send(SERVER_REQUEST, questions(key.request))
    status, log = plugin.end()
    expect_equal(status, 1, "status")
    expect_match("type 20 out of turn", log, "why")


def test_wrong_use():
    import pexpect

    for words in (("x",), ("--register",), ("--host", "a@b"), ("--timeout", "x")):
        result = run(TOUCH, "--putty", *words, input="", check=False)
        expect_equal((result.returncode, result.stdout), (2, ""), f"status and output for {words}")
    screen, status = pexpect.run(f"{TOUCH} --putty", withexitstatus=True, timeout=PATIENCE, encoding="utf-8")
    expect_equal(status, 1, "status on a terminal")
    expect_match("put this command into PuTTY's settings", screen, "why")
    result = run("sh", "-c", f"exec {TOUCH} --putty >&-", input="", check=False)
    expect_equal(result.returncode, 1, "status without an output")
    expect_match("cannot write standard output", result.stderr, "why")


main()
