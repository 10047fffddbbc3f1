# SPDX-License-Identifier: Apache-2.0
"""What the administrator's tool says about security keys: check, enroll u2f and wrong use of it."""
import json
import platform
import socket

from countersign import *

HERE = f"pam://{platform.node().lower()}"
GOOD = "pam://host.example"
U2F_ONLY = os.environ.get("CS_WITH_U2F") == "libu2f-host"


def before(**settings):
    write_config({"u2f_origins": GOOD, **settings})
    forget_factors("alice", "bob")


def check(*words):
    """Exit status and lines of a check."""
    result = countersign("check", *words, check=False)
    return result.returncode, result.stdout


def warnings():
    return [line for line in check()[1].splitlines() if line.startswith("warn ")]


def register(user="alice", *words, host="host.example", number=0):
    """Registers a key in two steps; what --response printed."""
    keys = Keys()
    keys.plug(number)
    line = countersign("enroll", "u2f", user, "--request", *words).stdout
    answer = run(TOUCH, "--register", "--host", host, input=line, env=keys.environment()).stdout
    return countersign("enroll", "u2f", user, "--response", input=answer, check=False)


# ---- check ----

def test_check_names_the_missing_helper():
    """A host that has keys only over SSH is right without one; where no key is asked for nothing is said."""
    rows = (({}, [], False), ({"auth_method": "choice-then-otp"}, [], False), ({"u2f_in_choice": True}, [], False),
            ({"auth_method": "u2f"}, [], True), ({"auth_method": "password-then-u2f"}, [], True),
            ({"auth_method": "choice-then-otp", "u2f_in_choice": True}, [], True),
            ({"auth_method": "password-then-choice-then-otp", "u2f_in_choice": True}, [], True),
            ({"services": {"sudo": {"auth_method": "u2f"}}}, [], True),
            ({"services": {"sudo": {"auth_method": "totp"}}}, [], False),
            ({}, ["--", "auth_method=u2f"], True))
    with Broker():
        for settings, words, named in rows:
            before(**settings)
            status, text = check(*words)
            expect_equal(status, 0, f"{settings}: {text}")
            pattern = rf"^note security keys of this machine: there is no socket {HELPER_SOCKET}: " \
                      "enable countersign-u2f-host.socket"
            expect_equal(re.search(pattern, text, re.M) is not None, named, f"{settings}: {text}")
        before(auth_method="u2f")
        notes = [row for row in json.loads(countersign("check", "--json").stdout) if "note" in row
                 and not row["what"].startswith("OpenSSH ")]
        expect(len(notes) == 1 and notes[0]["ok"] and HELPER_SOCKET in notes[0]["note"], f"{notes}")
        before()
        register()
        expect_match("^note security keys of this machine", check()[1], "a key is registered: the PAM line may ask for it")


def test_check_connects_to_the_helper():
    before(auth_method="u2f")
    keys = Keys(HELPER_USER)
    with Broker():
        with HelperSocket(keys):
            status, text = check()
            expect_equal(status, 0, text)
            expect_match("^ok   socket of countersign-u2f-host$", text, "one that listens")
            notes = [line for line in without_sshd_note(text.splitlines()) if line.startswith("note")]
            expect_equal(len(notes), int(U2F_ONLY), f"notes: {notes}")
            expect(not notes or "built with libu2f-host: keys in this machine are asked in U2F" in notes[0], f"{notes}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as left:
            left.bind(HELPER_SOCKET)
        os.chmod(HELPER_SOCKET, 0o666)
        try:
            status, text = check()
        finally:
            os.unlink(HELPER_SOCKET)
    expect_equal(status, 1, text)
    expect_match(rf"^BAD  socket of countersign-u2f-host: {HELPER_SOCKET}: the broker finds nothing listening there; restart", text, "nobody there")


def test_check_warns_of_origins_that_nobody_sends():
    """ssh writes its host in lower case and without a port; and what it calls the end of a tunnel is no server."""
    rows = (("host.example", "pam:// and the name"), ("pam://", "is missing"), ("pam://localhost", "end of a tunnel"),
            ("pam://127.0.0.1", "end of a tunnel"), ("pam://::1", "end of a tunnel"), ("pam://host:22", "the port is no part"),
            ("pam://[host]:22", "the port is no part"), ("pam://Host.example", "in lower case"),
            (GOOD, None), ("pam://2001:db8::7", None), ("pam://192.0.2.7", None))
    for origin, why in rows:
        for services in False, True:
            settings = {"u2f_origins": [GOOD, origin]}
            write_config({"services": {"sshd": settings}} if services else settings)
            found = [line for line in warnings() if "u2f_origins" in line]
            expect_equal(len(found), int(why is not None), f"{origin}: {found}")
            if why:
                expect_match(rf"^warn {'sshd: ' * services}u2f_origins: '{re.escape(origin)}': .*{why}", found[0], origin)


def test_check_warns_of_an_application_of_one_service():
    """enroll u2f registers for the general one, and the service would never ask for that key."""
    before(services={"sshd": {"u2f_app_id": "pam://cluster"}, "sudo": {"retry": 1}})
    found = warnings()
    expect_equal(len(found), 1, f"{found}")
    expect_match(rf"^warn sshd: u2f_app_id is 'pam://cluster', but 'countersign enroll u2f' registers keys for "
                 rf"'{HERE}'; for this service add --app-id pam://cluster$", found[0], "the warning")
    before(u2f_app_id="pam://cluster", services={"sshd": {"u2f_app_id": "pam://cluster"}})
    expect_equal(warnings(), [], "the same for all")


def test_enroll_hints_at_the_application_of_a_service():
    before(services={"sshd": {"u2f_app_id": "pam://cluster"}})
    pattern = "the service sshd asks for keys of 'pam://cluster', and this one is registered for " \
              f"'{HERE}'; --app-id pam://cluster registers one for that service"
    expect_match(pattern, countersign("enroll", "u2f", "alice", "--request").stderr, "without --app-id")
    told = countersign("enroll", "u2f", "alice", "--request", "--app-id", "pam://cluster").stderr
    expect("the service sshd" not in told, f"with it: {told}")
    told = countersign("enroll", "u2f", "alice", "--request", "--app-id", "pam://nobody").stderr
    expect_match("nothing in the configuration asks for keys of 'pam://nobody'", told, "one that nobody uses")
    before()
    told = countersign("enroll", "u2f", "alice", "--request").stderr
    expect("configuration" not in told and "service" not in told, f"one application: {told}")


def test_check_counts_keys_that_nothing_asks_for():
    """A host that was renamed: its keys are those of the old name."""
    before(u2f_app_id="pam://old")
    for number, user in enumerate(["alice", "alice", "bob"]):
        expect_equal(register(user, number=number).returncode, 0, "registering")
    expect_equal(warnings(), [], "while it is asked for")
    before_renaming = "warn keys of 2 accounts are registered for 'pam://old', which nothing in the configuration " \
                      "asks for; set u2f_app_id or enrol again"
    for settings, expected in (({}, [before_renaming]), ({"services": {"sshd": {"u2f_app_id": "pam://old"}}}, [])):
        write_config(settings)
        expect_equal([line for line in warnings() if "accounts" in line], expected, f"{settings}")
    forget_factors("alice", "bob")


def test_check_counts_keys_that_the_helper_cannot_ask():
    """A public key of Ed25519 (RFC 8032, section 7.1), a key that demands a PIN, and a handle of more than 127 bytes."""
    point = "sXS8ScfKJUtw0uXCB87pzxdIIOvXfqPGVQjCbaUbZXwcxrlS+GIWl5NkgtoKbT04JqWQldr2zXwD4uYDhdL22Q=="
    eddsa = "YQ,11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=,eddsa,+presence"
    lines = f"alice:{eddsa}:Yg,{point},es256,+presence+pin:{'YWFh' * 42}YWE,{point},es256,+presence\n" \
            f"bob:{eddsa}:{'YWFh' * 42}YQ,{point},es256,+presence\n"
    before(auth_method="u2f")
    countersign("import", "pam-u2f", "-", input=lines)
    keys = Keys(HELPER_USER)
    found = [line for line in warnings() if "FIDO2" in line]
    expect_equal(found, [], "without a helper")
    with HelperSocket(keys):
        found = [line for line in warnings() if "FIDO2" in line]
    expect_equal(len(found), int(U2F_ONLY), f"{found}")
    expect(not found or re.match(r"warn 4 keys of 2 accounts need FIDO2 .* does not speak: .*libu2f-host", found[0]), f"{found}")
    forget_factors("alice", "bob")


def test_check_counts_accounts_whose_keys_need_several_prompts():
    point = "sXS8ScfKJUtw0uXCB87pzxdIIOvXfqPGVQjCbaUbZXwcxrlS+GIWl5NkgtoKbT04JqWQldr2zXwD4uYDhdL22Q=="
    keys = [f"{'YWFh' * 33}{last},{point},es256,+presence" for last in ("YQ", "Yg", "Yw")]
    before()
    countersign("import", "pam-u2f", "-", input=f"alice:{':'.join(keys)}\nbob:{keys[0]}:{keys[1]}\n")
    for settings, count in (({}, 1), ({"u2f_prompt_bytes": 300}, 2), ({"u2f_prompt_bytes": 4000}, 0)):
        write_config({"u2f_origins": GOOD, **settings})
        found = re.findall("^note .*those of ([0-9]+) accounts do not fit into one prompt .u2f_prompt_bytes is ([0-9]+)",
                           countersign("check", check=False).stdout, re.M)
        expect_equal(found, [(str(count), str(settings.get("u2f_prompt_bytes", 500)))] if count else [], f"{settings}")
    forget_factors("alice", "bob")


def test_check_counts_keys_that_were_registered_without_verification():
    before()
    countersign("import", "pam-u2f", "-", input=
                "alice:YQ,11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=,eddsa,+presence:Yg,"
                "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=,eddsa,+presence+pin\n")
    told = "u2f_verification is 'required', and 1 key of 1 account was registered without"
    for settings, start in (({}, None), ({"u2f_verification": "preferred"}, None),
                            ({"u2f_verification": "required"}, "warn "),
                            ({"u2f_verification": "required", "services": {"sudo": {"retry": 1}}}, "warn "),
                            ({"services": {"sudo": {"u2f_verification": "required"}}}, "warn sudo: ")):
        write_config({"u2f_origins": GOOD, **settings})
        found = [line for line in warnings() if "u2f_verification" in line]
        expect_equal(len(found), int(start is not None), f"{settings}: {found}")
        expect(not found or found[0].startswith(start + told), f"{settings}: {found}")
        expect(not found or "set a PIN with the key maker's program, a browser or fido2-token(1), then register it again" in found[0],
               f"what to do: {found}")
        expect(not found or '"must verify"' in found[0], f"how to find them: {found}")
    forget_factors("alice")


def test_check_counts_keys_whose_counter_went_back():
    before()
    for number, user in enumerate(["alice", "alice", "bob"]):
        expect_equal(register(user, number=number).returncode, 0, "registering")
    expect_equal(warnings(), [], "while none is refused")
    for users, told in ((["bob"], "1 key of 1 account is refused because the counter went back"),
                        (["alice", "bob"], "3 keys of 2 accounts are refused because")):
        for user in users:
            run("sqlite3", STORE, f"UPDATE factor SET suspect = 1 WHERE user = '{user}'")
        found, = warnings()
        expect(found.startswith(f"warn {told}") and "'countersign remove USER ID'" in found, found)
    forget_factors("alice", "bob")


# ---- enroll u2f ----

def refused(words, pattern, status=1, input=None):
    result = countersign("enroll", "u2f", *words, input=input, check=False)
    expect_equal((result.returncode, result.stdout), (status, ""), f"{words}: {result.stderr}")
    expect_match(pattern, result.stderr, f"{words}")
    return result.stderr


def pending():
    return store_rows("SELECT user, app_id, label FROM pending WHERE user IN ('alice', 'bob') ORDER BY user")


def test_enroll_refuses_names_that_no_answer_can_have():
    before()
    run("sqlite3", STORE, "DELETE FROM pending")
    for words, pattern in ((["--app-id", ""], "^countersign: --app-id '': 1 to 255 bytes"),
                           (["--origin", ""], "^countersign: --origin '': .* such as pam://host"),
                           (["--origin", "a,,b"], "^countersign: --origin 'a,,b': "),
                           (["--origin", "pam://a b"], "^countersign: --origin 'pam://a b': "),
                           (["--origin", "host", "--request"], "--origin 'host': .*it writes pam://"),
                           (["--origin", "pam://127.0.0.1:22", "--request"], "--origin 'pam://127.0.0.1:22': .*port"),
                           (["--origin", f"{GOOD},pam://Host", "--request"], "--origin 'pam://Host': .*lower case")):
        refused(["alice", *words], pattern, status=2)
    write_config({"u2f_origins": "host.example"})
    refused(["alice", "--request"], "can name any of 'host.example': .*set u2f_origins")
    expect_equal(pending(), [], "what waits")
    write_config({"u2f_origins": ["host.example", GOOD, "pam://host"]})
    told = countersign("enroll", "u2f", "alice", "--request").stderr
    expect_match("one of: host.example, host$", told, "names for --host")
    expect_match("^countersign: warning: u2f_origins: 'host.example': no answer of countersign-touch names it", told, "a warning")
    expect_equal(told.count("warning"), 1, "warnings")
    expect_match("within 10 minutes", told, "until when")
    expect_match("countersign enroll u2f alice --response\n", told, "what comes next")
    expect_match("^A new request replaces the one before", told, "what becomes of an earlier one")


def test_enroll_asks_in_the_version_that_is_wanted():
    before(u2f_origins=[GOOD])
    for settings, words, prefix in (({}, [], "U2F2-enrol"), ({}, ["--attestation"], "U2F2-enrol"),
                                    ({}, ["--u2f-only"], "U2F1-enrol"), ({}, ["--verification", "required"], "U2F2-enrol"),
                                    ({"u2f_verification": "required"}, ["--verification", "preferred", "--u2f-only"], "U2F1-enrol")):
        write_config({"u2f_origins": [GOOD], **settings})
        expect_match(rf"^{prefix}\.[A-Za-z0-9_-]+$", countersign("enroll", "u2f", "alice", "--request", *words).stdout,
                     f"{settings} {words}")
    write_config({"u2f_origins": [GOOD], "u2f_verification": "required"})
    refused(["alice", "--request", "--u2f-only"], r"user verification is required \(u2f_verification\), which U2F does not have")
    refused(["alice", "--request", "--u2f-only", "--verification", "required"], r"is required \(--verification\)")
    refused(["alice", "--request", "--verification", "always"], "--verification is 'always'; it must be discouraged, preferred")


def test_enroll_says_what_to_do_after_a_wrong_answer():
    """All of them are an answer to something else; the request is used up."""
    before(u2f_origins=[GOOD, "pam://host"])
    keys = Keys()
    keys.plug()

    def answered(host, user="alice"):
        line = countersign("enroll", "u2f", user, "--request").stdout
        return run(TOUCH, "--register", "--host", host, input=line, env=keys.environment()).stdout

    # The last two are followed by a fresh request: another user's answer, and that of an earlier request.
    for host, user, again in (("other.example", "alice", False), ("host.example.", "alice", False),
                              ("host.example", "bob", True), ("host.example", "alice", True)):
        answer = answered(host, user)
        if again:
            countersign("enroll", "u2f", "alice", "--request")
        told = refused(["alice", "--response"], "^countersign: the key did not sign this request", input=answer)
        expect("an earlier request: a new request replaces the one before" in told.splitlines()[1], f"{host}, {user}: {told}")
        expect_match("^That request is used up: start again with\n  countersign enroll u2f alice --request\n", told,
                     f"{host}, {user}: what to do")
        expect_match("one of these names as its --host: host.example, host$", told,
                     f"{host}, {user}: names")
    request = countersign("enroll", "u2f", "alice", "--request").stdout
    refused(["alice", "--response"], "is expected: give it to countersign-touch --register where the key is$", input=request)
    run("sqlite3", STORE, "DELETE FROM pending")
    told = refused(["alice", "--response"], "has no pending request", input=answer)
    expect("used up" not in told, told)


def test_enroll_takes_no_label_twice():
    before()
    expect_equal(register("alice", "--label", "blue").returncode, 0, "the first")
    key, = listing("alice")["factors"]
    refused(["alice", "--request", "--label", "blue"],
            f"alice already has a security key with the label 'blue'; .* 'countersign remove alice {key['id']}'")
    countersign("enroll", "u2f", "bob", "--request", "--label", "blue")
    expect_equal(register("alice", number=1).returncode, 0, "one without a label")
    expect_equal(register("alice", number=2).returncode, 0, "another without")
    forget_factors("alice")


def test_recovery_codes_of_a_user_with_a_key():
    """None come with it; the last factor takes those that there are."""
    before()
    expect_match("^alice has no recovery codes for .*: 'countersign recovery alice' makes ten", register("alice").stdout, "none yet")
    expect_match("each good once in place of a code or a security key:", countersign("recovery", "alice").stdout, "made")
    told = register("alice", number=1).stdout
    expect("recovery" not in told, f"there are some: {told}")
    first, second = listing("alice")["factors"]
    expect_equal(countersign("remove", "alice", first["id"]).stdout, "", "one of two factors")
    expect_match("^That was the last factor of alice; the recovery codes went with it, 10 of them",
                 countersign("remove", "alice", second["id"]).stdout, "the last one")


# ---- wrong use ----

def test_wrong_use_says_what_is_right():
    before()
    both = "usage: countersign enroll totp USER .*enroll u2f USER "
    rows = ((["enroll"], both), (["enroll", "u3f", "alice"], f"there is no 'enroll u3f'; {both}"),
            (["enroll", "totp"], "either a user or --batch expected; usage: countersign enroll totp USER .* --batch FILE$"),
            (["enroll", "--bogus", "totp", "alice"], f"'--bogus' cannot follow 'enroll' directly; {both}"),
            (["enroll", "u2f"], "usage: countersign enroll u2f USER"),
            (["enroll", "u2f", "alice", "--bogus"], "there is no option '--bogus'; usage: countersign enroll u2f USER"),
            (["enroll", "u2f", "alice", "--label"], "a value is missing after '--label'; usage: countersign enroll u2f"),
            (["enroll", "u2f", "alice", "--request=1"], "'--request=1': the option takes no value; usage: countersign enroll u2f"),
            (["enroll", "u2f", "alice", "-l"], "there is no option '-l'; usage"),
            (["passwd", "-fs", "alice"], "there is no option '-f'; usage"),
            (["passwd", "alice", "-fs"], "there is no option '-f'; usage"),
            (["enroll", "--label", "blue", "u2f", "alice"], f"'--label' cannot follow 'enroll' directly; {both}"),
            (["enroll", "u2f", "alice", "--origin", "pam://" + 400 * "x"], "at most 8 names"),
            (["enroll", "u2f", "alice", "--request", "--response"], "--request and --response are two steps"),
            (["enroll", "u2f", "alice", "--response", "--request"], "--request and --response are two steps"),
            (["enroll", "u2f", "alice", "--response", "--u2f-only"], "--u2f-only is for the request"),
            (["enroll", "u2f", "alice", "--response", "--verification", "required"], "--verification is for the request"),
            (["enroll", "u2f", "alice", "--u2f-only", "--attestation"], "exclude each other"),
            (["passwd", "alice", "--bogus"], "no option '--bogus'; usage: countersign passwd USER"),
            (["check", "--bogus"], "no option '--bogus'; usage: countersign check"),
            (["map", "--bogus"], "no option '--bogus'; usage: countersign map"),
            (["try", "alice", "--bogus"], "no option '--bogus'; usage: countersign try"),
            (["prompts", "--bogus"], "no option '--bogus'; usage: countersign prompts"),
            (["import", "pam-u2f", "--bogus"], ""))
    for words, pattern in rows:
        result = countersign(*words, check=False)
        expect_equal((result.returncode, result.stdout), (2, ""), f"{words}: {result.stderr}")
        expect_match(rf"^countersign: .*{pattern}", result.stderr, f"{words}")
        expect_equal(len(result.stderr.splitlines()), 1, f"{words}: {result.stderr}")


# ---- --json ----

def test_json_of_a_request():
    before(u2f_origins=[GOOD, "pam://host"])
    result = countersign("enroll", "u2f", "alice", "--request", "--json")
    answer = json.loads(result.stdout)
    expect_match(r"^U2F2-enrol\.[A-Za-z0-9_-]+$", answer.pop("request"), "the line")
    expect_equal(answer, {"user": "alice", "app_id": HERE, "origins": [GOOD, "pam://host"], "expires_in": 600}, "answer")
    expect_equal(result.stderr, "", "what a person is told")


def test_json_of_other_verbs():
    before()
    factor = fresh("alice")
    with Broker():
        for code, verdict, status in ((factor.wrong(), "max-tries", 1), (factor.code(), "allow", 0)):
            result = countersign("try", "alice", "--json", "--", "retry=0", input=code + "\n", check=False)
            found = json.loads(result.stdout)
            expect_equal(([found[name] for name in ("user", "service", "verdict")], result.returncode),
                         (["alice", "countersign", verdict], status), f"try: {result.stderr}")
            expect_match("Verification code: ", result.stderr, "the prompt")
    expect_equal(json.loads(countersign("remove", "alice", factor.id, "--json").stdout),
                 {"user": "alice", "removed": factor.id, "recovery_codes_removed": 10}, "remove")
    for words in (["prompts"], ["init"], ["rekey"], ["lang", "alice"], ["unlock", "alice"]):
        result = countersign(*words, "--json", check=False)
        expect_equal((result.returncode, result.stdout, result.stderr),
                     (2, "", f"countersign: {words[0]} prints no JSON: leave --json out\n"), f"{words}")


# ---- texts ----

def test_texts_say_what_is_meant():
    before()
    text = countersign("list", "a\x1b[31mb\u202e").stdout
    expect_match(r"^a\?\[31mb\? has no factor$", text, "an argument with control characters")
    number = "9" * 23
    result = countersign("remove", "alice", number, check=False)
    expect_equal((result.returncode, result.stderr),
                 (2, f"countersign: '{number}' is not the ID of a factor; see 'countersign list'\n"), "a large number")
    result = countersign("recovery", "alice", check=False)
    expect_match("'countersign enroll totp alice' or 'countersign enroll u2f alice'", result.stderr, "recovery")
    fresh("alice")
    register("alice", "--label", "first")
    register("alice", number=1)
    lines = countersign("list", "alice").stdout.splitlines()
    expect_equal([line for line in lines if line != line.rstrip()], [], "lines that end in blanks")
    expect(lines[2].endswith("  first"), lines[2])
    forget_factors("alice")


def test_check_of_a_wrong_configuration_says_so_once():
    write_config('{"retyr": 1}')
    text = check()[1]
    expect_equal(len(re.findall("configuration", text)), 1, text)
    expect_match("^BAD  configuration: ", text, "the line")


def test_check_of_a_wrong_argument_says_nothing_of_keys():
    """What keys are asked for is not known then."""
    before()
    register()
    text = check("--", "retry=abc")[1]
    expect_match("^BAD  configuration: .*retry", text, "the line")
    expect("nothing in the configuration asks" not in text, text)


main()
