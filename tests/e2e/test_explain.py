# SPDX-License-Identifier: Apache-2.0
"""countersign explain: what it reads and says, and that it writes and sends nothing. That logins go as it says is in
test_explain_local.py and test_explain_verify.py."""
import hashlib
import json
import re

from countersign import *
from countersign.explained import *

SETTINGS = {"throttle": False, "retry": 1, "password_retry": 1, "u2f_in_choice": True}
PASSWORD = secret("Correct-Horse-8", "the password of everybody here")
PLANS = next(option["values"] for option in json.loads(countersign("options", "--json").stdout)
             if option["name"] == "auth_method")


def option(said, name):
    return next(item for item in said["options"] if item["name"] == name and item["section"] is None)


# ---- what it does not do ----

def stored():
    """Every file of the store, with its time; not the one in which SQLite notes who reads."""
    return {path.name: (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in STORE.parent.iterdir() if path.is_file() and not path.name.endswith((".lock", "-shm"))}


def test_nothing_is_written_or_sent():
    write_config(SETTINGS)
    trace = WORKDIR / "keys" / "strace"
    trace.parent.mkdir(mode=0o700, exist_ok=True)
    fresh("alice")
    countersign("passwd", "alice", "--stdin", input=PASSWORD + "\n")
    with Broker() as broker:
        log, before = broker.log(), stored()
        for plan in PLANS:
            for words in (["alice"], ["alice", "--key", "ssh-rsa"], ["bob"], ["nobody-there"]):
                explain(*words, "--service", "test", arguments=[f"auth_method={plan}"])
        expect_equal(stored(), before, "the store")
        expect_equal(broker.log(), log, "the broker's log")
        run("strace", "-f", "-y", "-qq", "-o", trace, "-e", "trace=connect,sendto,sendmsg,write,pwrite64",
            COUNTERSIGN, "explain", "alice", "--", "auth_method=password-then-choice-then-otp")
    text = trace.read_text()
    expect("connect(" in text or "write(1" in text, "nothing was traced")
    for address in re.findall(r"(?:connect|sendto|sendmsg)\(.*", text):
        expect("AF_INET" not in address and "/run/countersign" not in address and "/dev/log" not in address,
               f"it talks to somebody: {address}")
    expect_equal(re.findall(r"pwrite64\([^>]*(?<!-shm)>.*", text), [], "it writes into a file")


# ---- what it says ----

def test_where_options_come_from():
    write_config({"retry": 2, "services": {"sudo": {"auth_method": "password-then-totp"}}})
    said = explain("alice", "--service", "sudo", arguments=["otp_echo=no", "debug"])
    expect_equal([option(said, name)["value"] for name in ("retry", "auth_method", "otp_echo", "debug", "provider")],
                 ["2", "password-then-totp", "no", "yes", "local"], "values")
    expect_equal([option(said, name)["from"] for name in ("retry", "auth_method", "otp_echo", "debug", "provider")],
                 [f"{CONFIG}:2:12", f"{CONFIG}:5:22", "the PAM line", "the PAM line", None], "places")
    expect_equal((said["auth_method"], said["from"]), ("password-then-totp", None), "the plan, from here")
    other = explain("alice")
    expect_equal((other["auth_method"], other["from"], other["from_assumed"]), ("totp", "192.0.2.1", True), "sshd")


def test_groups():
    """Exempt as a whole, or but for the password; membership as the login finds it."""
    write_config({})
    add_to_group("alice", "users")
    said = explain("alice", arguments=["exempt_group=users"])
    expect_equal(said["exempt_group"], {"groups": "users", "member": "yes"}, "the group")
    login = only(said)["right"]
    expect_equal((login["verdict"], login["reason"], login["code"], login["steps"]),
                 ("exempt", "exempt_group", "PAM_SUCCESS", []), "exempt")
    said = explain("bob", arguments=["2fa_group=users", "exempt_result=ignore"])
    expect_equal((said["2fa_group"]["member"], only(said)["right"]["code"]), ("no", "PAM_IGNORE"), "in no group")
    said = explain("alice", arguments=["exempt_group=users", "auth_method=password-then-totp"])
    expect_equal({step["typed"] for step in only(said)["right"]["steps"]}, {"password"}, "the prompts")


def test_mapping():
    write_config({"append": "@example.com"})
    said = explain("alice")
    expect_equal(said["mapping"]["identity"], "alice@example.com", "the identity")
    expect_equal([step["what"] for step in said["mapping"]["steps"]], ["account", "append"], "steps")
    said = explain("alice", arguments=["gecos_field=1"])
    expect_equal(said["mapping"]["identity"], None, "without gecos_trusted")
    expect_match("gecos_trusted", said["mapping"]["problem"], "why")
    expect_equal(only(said)["right"]["reason"], "unknown-user", "the login")


def test_language():
    write_config({"default_lang": "fr"})
    login = only(explain("bob"))["right"]
    expect_equal((login["language"], login["steps"][0]["prompt"]), ("fr", "Code de vérification\u00a0: "),
                 "the language")


def test_settings_that_are_refused():
    write_config({})
    said = explain("bob", arguments=["auth_method=nonsense"])
    login = only(said)["right"]
    expect_equal((login["verdict"], login["code"], login["steps"]), ("misconfigured", "PAM_SERVICE_ERR", []),
                 "the login")
    expect_match("auth_method", login["notes"][0], "why")
    login = only(explain("bob", arguments=["auth_method=smsotp"]))["right"]
    expect_equal((login["verdict"], login["reason"]), ("misconfigured", "misconfigured"), "a plan for nobody")


def test_for_people():
    """Each section once, in the order of a login; each outcome in one line."""
    write_config({})
    fresh("alice")
    text = countersign("explain", "alice", "--key", "ssh-ed25519").stdout
    places = [text.index(title) for title in ("A login of alice with sshd from 192.0.2.1", "\nOptions", "\nAccount",
                                              "\nIdentity at the provider", "\nProvider", "\nAs it is", "ANSWERS")]
    expect_equal(places, sorted(places), "the order of sections")
    expect_match(r"\n  first factor proven  by a key, in sshd\n", text, "the first factor")
    expect_match(r"\n      \| Verification code: \n", text, "the prompt")
    expect_match(r"\n  all as asked +1 prompt, let in +allow, reason=totp +PAM_SUCCESS\n", text, "right answers")
    expect_match(r"\n  wrong codes +4 prompts, refused +max-tries, reason=wrong-code +PAM_MAXTRIES\n", text,
                 "wrong ones")
    expect(not re.search(r" $", text.replace(": \n", ":\n"), re.M), "blanks at the end of a line")


def test_misuse():
    for words, status in ((["explain"], 2), (["explain", "alice", "--from"], 2), (["explain", "alice", "bob"], 2)):
        expect_equal(countersign(*words, check=False).returncode, status, f"{words}")


main()
