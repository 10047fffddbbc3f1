# SPDX-License-Identifier: Apache-2.0
"""Security keys in whole logins: registered by copy and paste or in this machine, touched at the client of a
real ssh or here."""
import re

from countersign import *

KEY_LOGIN = "auth required pam_countersign.so auth_method=u2f"
REQUEST = r"to this line: (U2F1\.[A-Za-z0-9_-]+) : $"
ORIGIN = "pam://127.0.0.1"


def touch(keys, line, *words):
    return run(TOUCH, "--host", "127.0.0.1", *words, input=line + "\n", env=keys.environment()).stdout


def before(**settings):
    write_config({"u2f_origins": ORIGIN, **settings})
    forget_factors("alice")
    countersign("unlock", "alice")
    keys = Keys()
    keys.plug()
    return keys


def register(keys, user="alice", *words):
    line = countersign("enroll", "u2f", user, "--request", *words).stdout
    answer = touch(keys, line.strip(), "--register")
    return answer, countersign("enroll", "u2f", user, "--response", input=answer, check=False)


def keys_of(user="alice"):
    return [factor for factor in listing(user)["factors"] if factor["kind"] == "u2f"]


def test_registers_by_copy_and_paste():
    keys = before()
    answer, result = register(keys, "alice", "--label", "blue")
    expect_equal(result.returncode, 0, f"exit status: {result.stderr}")
    key, = keys_of()
    expect_equal((key["label"], key["counter"], key["suspect"]), ("blue", None, False), "what is listed")
    expect_equal((key["algorithm"], key["verifies"], key["aaguid"], key["last_used"]), ("es256", False, None, None), "its kind")
    expect_match(r"^pam://", key["app_id"], "the application")
    again = countersign("enroll", "u2f", "alice", "--response", input=answer, check=False)
    expect_equal(again.returncode, 1, "the same answer again")
    expect_match("has no pending request", again.stderr, "why")
    expect_match(r"u2f +pam://\S+, es256  \S+Z  ok +blue$", countersign("list", "alice").stdout, "the text")
    countersign("remove", "alice", key["id"])
    expect_equal(keys_of(), [], "after removal")


def test_lines_around_an_answer():
    keys = before()
    for before_it, behind in (("\n\n", "\n"), ("the answer:\r\n  ", "\r\n\r\n")):
        line = countersign("enroll", "u2f", "alice", "--request").stdout.strip()
        answer = before_it + touch(keys, line, "--register").strip() + behind
        countersign("enroll", "u2f", "alice", "--response", input=answer)
        countersign("remove", "alice", keys_of()[0]["id"])
    line = countersign("enroll", "u2f", "alice", "--request").stdout.strip()
    answer = touch(keys, line, "--register").strip()
    for text, why in ((f"{answer[:80]}\n{answer[80:]}\n", "into several lines, join them"), ("\n \n", "no answer on"),
                      (answer[20:], "from U2F1-enrolled. or U2F2-enrolled. to its end"), (line, "this is the request to enrol")):
        result = countersign("enroll", "u2f", "alice", "--response", input=text, check=False)
        expect_equal(result.returncode, 1, f"status for {text!r}")
        expect_match(re.escape(why), result.stderr, f"why {text!r} is refused")
    expect_equal(countersign("enroll", "u2f", "alice", "--response", input=answer, check=False).returncode, 0, "the request waits")


def test_a_pasted_answer_does_not_reach_the_shell():
    import pexpect

    before()
    script = f'{COUNTERSIGN} enroll u2f alice --response; echo status $?; read -r line; echo "got <$line>"'
    child = pexpect.spawn("/bin/sh", ["-c", script], timeout=PATIENCE, encoding="utf-8")
    child.expect("Answer of countersign-touch: ")
    child.send("U2F1-enrolled.AAAA\nrm -rf\n")
    child.expect("join them")
    child.expect("status 1")
    child.sendline("typed")
    child.expect("got <(.*)>")
    expect_equal(child.match.group(1), "typed", "what reached the shell")
    child.close()


def test_an_answer_for_another_host_registers_nothing():
    keys = before(u2f_origins="pam://other.example")
    result = register(keys)[1]
    expect_equal(result.returncode, 1, "exit status")
    expect_match("did not sign", result.stderr, "why")
    expect_equal(keys_of(), [], "what is stored")


def pasted(sshd, keys, change=lambda answer: answer):
    """Whether a login with plain ssh, by copy and paste, succeeds."""
    import pexpect

    child = sshd.ssh_session("alice")
    child.expect(REQUEST)
    request = re.sub(r"\s", "", child.match.group(1))
    child.sendline(change(touch(keys, request).strip()))
    try:
        success = child.expect(["logged in as alice", REQUEST, pexpect.EOF]) == 0
    finally:
        child.close(force=True)
    return success


def test_logs_in_by_copy_and_paste():
    keys = before()
    register(keys)
    used = []

    def keep(answer):
        used.append(answer)
        return answer

    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        expect(pasted(sshd, keys, keep), "a right answer was refused")
        expect(keys_of()[0]["counter"] is not None, "the counter was not kept")
        expect(not pasted(sshd, keys, lambda answer: used[0]), "an answer was accepted twice")
        expect(not pasted(sshd, keys, lambda answer: "123456"), "a code was accepted")
        expect(pasted(sshd, keys), "the next right answer was refused")
        broker.wait_log("reason=u2f")


def test_a_counter_that_goes_back():
    keys = before()
    register(keys)
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        expect(pasted(sshd, keys), "a right answer was refused")
        (keys.folder / "key0.counter").write_text("0\n")
        expect(not pasted(sshd, keys), "a copied key was accepted")
        broker.wait_log("counter of a security key went back")
        expect(keys_of()[0]["suspect"], "the key is not suspect")
        expect_match("SUSPECT", countersign("list", "alice").stdout, "the list")
        (keys.folder / "key0.counter").write_text("1000\n")
        login = sshd.paramiko("alice", ["123456"] * 4)
        expect(not login.success, "let in")


def test_a_copy_that_was_found_is_known_after_a_restore():
    backup = WORKDIR / "keys" / "backup"
    keys = before()
    register(keys)
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        expect(pasted(sshd, keys), "a right answer was refused")
        keep_state(backup)
        (keys.folder / "key0.counter").write_text("0\n")
        expect(not pasted(sshd, keys), "a copied key was accepted")
        broker.wait_log("counter of a security key went back")
        wait_audit(broker, 2)
        log = broker.log()
    restore_state(backup)
    expect(not keys_of()[0]["suspect"], "the backup knows of no copy")
    told = countersign("after-restore", "--log", "-", input=re.sub("(?m)^<[0-9]>", "x countersignd[1]: ", log)).stdout
    expect_match("^security keys that may have been copied and are no longer accepted: 1$", told, "said")
    expect(keys_of()[0]["suspect"], "the key is not suspect")


def test_countersign_touch_as_askpass():
    keys = before()
    register(keys)
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        words = sshd.ssh_command("alice")
        environment = {**keys.environment(), "SSH_ASKPASS": TOUCH, "SSH_ASKPASS_REQUIRE": "force"}
        result = run(*words, env=environment, check=False)
        expect_equal((result.returncode, result.stdout), (0, "logged in as alice\n"), result.stderr)


def test_two_keys():
    keys = before()
    register(keys)
    keys.pull(0)
    keys.plug(1)
    expect_equal(register(keys)[1].returncode, 0, "a second key")
    expect_equal(len(keys_of()), 2, "keys")
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        expect(pasted(sshd, keys), "the second key")
        keys.pull(1)
        keys.plug(0)
        expect(pasted(sshd, keys), "the first key")


def test_nobody_without_a_key():
    before()
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        login = sshd.paramiko("alice", ["123456"] * 4)
        expect(not login.success, "let in without a key")


def test_a_key_of_this_machine():
    before()
    keys = Keys(HELPER_USER)
    keys.plug()
    stack("auth_method=u2f", "conversation=live")
    with HelperSocket(keys), Broker():
        expect_equal(countersign("enroll", "u2f", "alice").returncode, 0, "registering")
        login = pam_login("alice")
        expect_equal(login.code, "PAM_SUCCESS", f"a touch here: {login.prompts}")
        expect_equal(login.prompts, [], "prompts")


main()
