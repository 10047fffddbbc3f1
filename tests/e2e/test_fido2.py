# SPDX-License-Identifier: Apache-2.0
"""FIDO2 keys in whole logins: registered by lines from elsewhere, with and without verification, touched at the
client of a real ssh; and more keys than one prompt has room for."""
import json
import re

from countersign import *
from countersign.putty import plink

KEY_LOGIN = "auth required pam_countersign.so auth_method=u2f"
REQUEST = r"to this line: (U2F[12]\.[A-Za-z0-9_-]+) : $"
ORIGIN = "pam://127.0.0.1"
MODEL = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def before(words="fido2 u2f=off", **settings):
    write_config({"u2f_origins": ORIGIN, **settings})
    forget_factors("alice")
    countersign("unlock", "alice")
    keys = Keys()
    keys.plug(words=words)
    return keys


def touch(keys, line, *words, **options):
    return run(TOUCH, "--host", "127.0.0.1", *words, input=line.strip() + "\n", env=keys.environment(), **options)


def with_pin(keys, pin, line, *words):
    """countersign-touch at a terminal, where it asks for the PIN."""
    import pexpect

    child = pexpect.spawn(TOUCH, ["--host", "127.0.0.1", *words], env=keys.environment(), timeout=PATIENCE,
                          encoding="utf-8", maxread=65536)
    child.setecho(False)
    child.expect("Paste the request: ")
    child.sendline(line.strip())
    child.expect("PIN of your security key, for")
    child.sendline(pin)
    child.expect(pexpect.EOF)
    child.close()
    return re.sub(r"\s", "", child.before.splitlines()[-1]) if child.before.strip() else ""


def request(*words):
    return countersign("enroll", "u2f", "alice", "--request", *words).stdout


def respond(answer, *words):
    return countersign("enroll", "u2f", "alice", "--response", *words, input=answer + "\n", check=False)


def register(keys, *words):
    result = respond(touch(keys, request(*words), "--register").stdout)
    expect_equal(result.returncode, 0, result.stderr)


def keys_of():
    return [factor for factor in listing("alice")["factors"] if factor["kind"] == "u2f"]


def asked(sshd, answers):
    """The requests of one login with plain ssh, answered in turn, and whether it succeeded."""
    import pexpect

    child, seen = sshd.ssh_session("alice"), []
    for answer in answers:
        child.expect(REQUEST)
        seen.append(re.sub(r"\s", "", child.match.group(1)))
        child.sendline(answer(seen[-1]))
    try:
        success = child.expect(["logged in as alice", REQUEST, pexpect.EOF]) == 0
    finally:
        child.close(force=True)
    return seen, success


def test_registers_and_logs_in():
    for words, algorithm in (("fido2 u2f=off", "es256"), ("fido2 u2f=off alg=eddsa", "eddsa"), ("fido2 u2f=off handle=200", "es256"),
                             ("fido2", "es256")):
        keys = before(words)
        register(keys)
        key, = keys_of()
        expect_equal((key["algorithm"], key["verifies"]), (algorithm, False), words)
        expect_match(f"^{MODEL}$", key["aaguid"], "the model")
        expect_match(rf"u2f +pam://\S+, {algorithm}, model {MODEL}  ", countersign("list", "alice").stdout, "the text")
        with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
            seen, success = asked(sshd, [lambda line: touch(keys, line).stdout.strip()])
            expect(success, f"{words}: a right answer was refused")
            expect_match(r"^U2F2\." if "200" in words else r"^U2F1\.", seen[0], words)
            broker.wait_log("reason=u2f")
        expect(keys_of()[0]["last_used"] is not None, "when it was used last")


def test_attestation_is_verified():
    lengths = []
    for words in ("attest=packed", "attest=self", "attest=none"):
        keys = before(f"fido2 u2f=off {words}")
        answer = touch(keys, request("--attestation"), "--register").stdout
        attested = json.loads(respond(answer, "--json").stdout)["attested"]
        expect_equal(attested, words == "attest=packed", words)
        lengths.append(len(answer))
    expect(lengths[0] > lengths[1] > lengths[2], f"lengths: {lengths}")
    keys = before("fido2 u2f=off attest=wrong")
    result = respond(touch(keys, request("--attestation"), "--register").stdout)
    expect_equal((result.returncode, keys_of()), (1, []), "a wrong attestation")
    expect_match("the attestation's signature is wrong", result.stderr, "why")
    # The proof alone is right.
    register(keys)
    keys = before("fido2 u2f=off attest=packed")
    answer = touch(keys, request(), "--register").stdout
    expect(len(answer) < 600, f"{len(answer)} characters without an attestation")


def test_key_that_signs_something_else():
    keys = before("fido2 u2f=off bad-signature")
    result = respond(touch(keys, request(), "--register", check=False).stdout)
    expect_equal((result.returncode, keys_of()), (1, []), result.stderr)


def answer_for(keys, line, *words):
    return run(TOUCH, *words, "--timeout", "1", input=line + "\n", env=keys.environment(), check=False).stdout.strip()


def test_what_is_refused():
    """Through a real sshd: another key, another host's answer, an answer used before, a counter that went back."""
    here, seen = ("--host", "127.0.0.1"), []
    for words, how, reason in (
            ("fido2 u2f=off", lambda keys, line: answer_for(keys, line, "--host", "evil.example"), "wrong-signature"),
            ("fido2 u2f=off", lambda keys, line: seen[0], "wrong-signature"),
            ("fido2 u2f=off counter=1", lambda keys, line: answer_for(keys, line, *here), "counter-went-back"),
            ("another", lambda keys, line: answer_for(keys, line, *here) or "nothing", "wrong-form")):
        keys = before(retry=0)
        register(keys)
        with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
            seen[:] = [""]

            def right(line):
                seen[0] = answer_for(keys, line, *here)
                return seen[0]

            expect(asked(sshd, [right])[1], f"{reason}: a right answer was refused")
            if words == "another":
                keys.pull(0)
                keys.plug(1, words="fido2 u2f=off")
            else:
                keys.plug(words=words)
            expect(not asked(sshd, [lambda line: how(keys, line)])[1], f"{reason}: let in")
            broker.wait_log(f"reason={reason}")
        expect_equal(keys_of()[0]["suspect"], reason == "counter-went-back", f"{reason}: suspect")


def test_registered_with_its_pin_is_asked_for_it_for_ever():
    keys = before("fido2 u2f=off pin=1234", retry=0)
    expect_equal(respond(with_pin(keys, "1234", request(), "--register")).returncode, 0, "registering")
    expect(keys_of()[0]["verifies"], "it need not verify")
    expect_match(", es256, must verify, model ", countersign("list", "alice").stdout, "the text")
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        seen, success = asked(sshd, [lambda line: with_pin(keys, "1234", line)])
        expect(success, "a right answer was refused")
        expect_match(r"^U2F2\.", seen[0], "the request")
        # As a program would that does not know the rule: the same request without the demand.
        seen, success = asked(sshd, [lambda line: touch(keys, without_demand(line)).stdout.strip()])
        expect(not success, "let in without the PIN")
        broker.wait_log("reason=not-verified")


def without_demand(line):
    """The same request as a server would make it that demands no verification."""
    import base64
    import hashlib

    prefix, text = line.split(".")
    payload = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[:-4])
    at = 2 + payload[1] + 32 + 1
    payload[0] = 0
    payload[at + 1] = 0
    payload += hashlib.sha256(f"{prefix}.".encode() + payload).digest()[:4]
    return f"{prefix}." + base64.urlsafe_b64encode(payload).decode().rstrip("=")


def test_verification_required():
    keys = before("fido2 u2f=off", u2f_verification="required")
    result = touch(keys, request(), "--register", check=False)
    expect(result.returncode != 0 and "PIN" in result.stderr, f"a key without a PIN: {result.stderr}")
    keys = before("", u2f_verification="required")
    result = touch(keys, request(), "--register", check=False)
    expect(result.returncode != 0, "a key that knows U2F only")
    keys = before("fido2 u2f=off uv", u2f_verification="required", retry=0)
    register(keys)
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        seen, success = asked(sshd, [lambda line: touch(keys, line).stdout.strip()])
        expect(success, "a fingerprint was refused")
        keys.plug(words="fido2 u2f=off")
        seen, success = asked(sshd, [lambda line: touch(keys, without_demand(line)).stdout.strip()])
        expect(not success, "let in without verification")
        broker.wait_log("reason=not-verified")


def test_response_without_verification_where_required():
    keys = before("fido2 u2f=off")
    line = request("--verification", "required")
    import base64
    import hashlib
    prefix, text = line.strip().split(".")
    payload = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[:-4])
    payload[0] = 0
    payload += hashlib.sha256(f"{prefix}.".encode() + payload).digest()[:4]
    weaker = f"{prefix}." + base64.urlsafe_b64encode(payload).decode().rstrip("=")
    result = respond(touch(keys, weaker, "--register").stdout)
    expect_equal((result.returncode, keys_of()), (1, []), result.stderr)
    expect_match("set a PIN on the key first", result.stderr, "why")


def test_prompt_says_that_verification_is_needed():
    keys = before("fido2 u2f=off uv", u2f_verification="required")
    register(keys)
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        login = sshd.paramiko("alice", [""] * 4)
        expect_match("^Your key will ask for its PIN or fingerprint", login.prompts[0][0], "the prompt")


def many_keys(count=6):
    keys = before("fido2 u2f=off handle=100")
    for number in range(count):
        if number > 0:
            keys.pull(number - 1)
            keys.plug(number, "fido2 u2f=off handle=100")
        register(keys)
    run("sqlite3", STORE, "UPDATE factor SET created = created - 60")
    return keys


def test_rounds():
    keys = many_keys()
    write_config({"u2f_origins": ORIGIN, "retry": 1})
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        login = sshd.paramiko("alice", [""] * 12)
        expect(not login.success, "let in by nothing")
        for prompt, _ in login.prompts:
            expect(len(prompt.encode()) <= 500, f"{len(prompt.encode())} bytes: {prompt}")
        expect_match("^If you use another key, just press Enter", login.prompts[0][0], "the first round")
        # Two handles fit: two tries of three rounds.
        expect_equal(len(login.prompts), 6, "rounds")
        countersign("unlock", "alice")
        # The key that was registered first is in the last round; its program finds that by itself.
        keys.pull(5)
        keys.plug(0, "fido2 u2f=off handle=100")
        words = sshd.ssh_command("alice")
        environment = {**keys.environment(), "SSH_ASKPASS": TOUCH, "SSH_ASKPASS_REQUIRE": "force"}
        result = run(*words, env=environment, check=False)
        expect_equal((result.returncode, result.stdout), (0, "logged in as alice\n"), result.stderr)
        # Now it was used last, and is in the first.
        seen, success = asked(sshd, [lambda line: touch(keys, line).stdout.strip()])
        expect(success, "the key used last is not asked first")
        told = run(TOUCH, "--host", "127.0.0.1", input=seen[0] + "\n", env=keys.environment()).stdout
        expect(told.strip() != "", "an empty answer though the key is named")


def test_rounds_in_putty():
    """Its plugin goes through them by itself: nothing is typed, and only the round that names the key is shown."""
    need("plink")
    need("puttygen")
    keys = many_keys(3)
    keys.pull(2)
    keys.plug(0, "fido2 u2f=off handle=100")
    with Broker() as broker, Sshd(auth=KEY_LOGIN) as sshd:
        words = plink(sshd, "alice", "-batch", keys=keys)
        result = run(*words, "alice@127.0.0.1", "echo logged in as $(id -un)", check=False)
        expect_equal((result.returncode, result.stdout), (0, "logged in as alice\n"), result.stderr)
        expect_equal(len(re.findall("Touch your security key to log in to", result.stderr)), 1, f"notices: {result.stderr}")
        broker.wait_log("verdict=allow .*reason=u2f")


def test_prompt_bytes():
    keys = many_keys(3)
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        for size, count in ((300, 3), (500, 2), (4000, 1)):
            write_config({"u2f_origins": ORIGIN, "u2f_prompt_bytes": size, "retry": 0})
            login = sshd.paramiko("alice", [""] * 12)
            expect_equal(len(login.prompts), count, f"{size} bytes")
            countersign("unlock", "alice")


def test_an_empty_answer_is_said_at_a_terminal():
    keys = many_keys(3)
    keys.pull(2)
    keys.plug(7, "fido2 u2f=off")
    with Broker(), Sshd(auth=KEY_LOGIN) as sshd:
        told = []

        def answer(line):
            told.append(touch(keys, line))
            return ""

        asked(sshd, [answer])
        expect_equal(told[0].stdout, "\n", "the answer")
        expect_match("None of the keys here is one that this line names", told[0].stderr, "what is said")


main()
