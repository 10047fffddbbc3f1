# SPDX-License-Identifier: Apache-2.0
"""Logins through a stock sshd with a key and then a code, with two clients: OpenSSH's and paramiko."""
import shlex

from countersign import *

CLIENTS = ("ssh", "paramiko")
FIRST = "Verification code: "
SECOND = "That code was not accepted. Tries left: {} \nVerification code: "
KBDINT = {"AuthenticationMethods": "keyboard-interactive"}


def sshd_stack(*arguments, before=()):
    pam_service("sshd", [*before, " ".join((MODULE_LINE, *arguments)),
                         "account required pam_permit.so", "session required pam_permit.so"])


def log_in(sshd, client, user, answers=(), **arguments):
    """With either client. OpenSSH's answers wait for the code's prompt."""
    if client == "paramiko":
        return sshd.paramiko(user, answers, **arguments)
    return sshd.ssh(user, [a if isinstance(a, tuple) else (r"Verification code: $", a) for a in answers],
                    **arguments)


def prompts_seen(login):
    return len(login.prompts) or login.transcript.count(FIRST)


def wrong_codes(factor, count):
    return [factor.wrong()] * count


# ---- what lets in and what does not ----

def test_right_code():
    with Broker() as broker, Sshd() as sshd:
        for number, client in enumerate(CLIENTS):
            login = log_in(sshd, client, "alice", [fresh("alice").code()])
            expect(login.success, f"{client}: {login}")
            expect_equal(prompts_seen(login), 1, f"{client}: prompts")
            audit = wait_audit(broker, number + 1)
            expect_equal([audit[k] for k in ("verdict", "reason", "answers", "user", "rhost", "service")],
                         ["allow", "totp", "1", "alice", "127.0.0.1", "sshd"], f"{client}: audit")


def test_paramiko_sees_an_echoed_prompt():
    with Broker(), Sshd() as sshd:
        login = sshd.paramiko("alice", [fresh("alice").code()], command="id -un")
        expect_equal((login.prompts, login.transcript), ([(FIRST, True)], "alice\n"), "dialogue")


def test_every_kind_of_factor():
    kinds = ({"algorithm": "sha256", "digits": 7, "period": 60}, {"algorithm": "sha512", "digits": 8},
             {"algorithm": "sha1", "digits": 8, "period": 45}, {"algorithm": "sha512", "period": 300})
    with Broker(), Sshd() as sshd:
        for kind in kinds:
            for client in CLIENTS:
                factor = fresh("alice", **kind)
                login = log_in(sshd, client, "alice", [factor.code()])
                expect(login.success, f"{client}, {kind}: {login}")


def test_codes_that_are_not_right():
    write_config({"throttle": False, "retry": 0})
    with Broker() as broker, Sshd() as sshd:
        alice, bob = fresh("alice"), fresh("bob")
        alice.wait_left(5)  # the far codes below are chosen for now
        spent = alice.code()
        expect(log_in(sshd, "paramiko", "alice", [spent]).success, "the code to replay was refused")
        cases = {"wrong": (alice.wrong(), "wrong-code"), "empty": ("", "empty-answer"),
                 "replayed": (spent, "replayed"), "another user's": (bob.code(), "wrong-code"),
                 "far ahead": (alice.code(7), "clock-off"), "long past": (alice.code(-7), "wrong-code"),
                 "10 kB": ("7" * 10240, "answer-too-long"), "short": (alice.code(1)[:5], "wrong-form"),
                 "long": (alice.code(1) + "0", "wrong-code"),
                 "letters": ("abcdef", "wrong-form"), "format": ("%n%s%n%s", "wrong-form")}
        count = 1
        before = user_state()["factor"]
        for client in CLIENTS:
            for name, (answer, reason) in cases.items():
                login = log_in(sshd, client, "alice", [answer])
                expect(not login.success, f"{client}, {name}: it was let in")
                expect_equal(prompts_seen(login), 1, f"{client}, {name}: prompts")
                count += 1
                audit = wait_audit(broker, count)
                if (client, name) == ("ssh", "10 kB"):
                    reason = "wrong-form"  # the client itself cuts at 1023 bytes
                expect_equal((audit["verdict"], audit["reason"]), ("max-tries", reason), f"{client}, {name}")
        after = user_state()["factor"]
        # A wrong answer spends nothing; a repeat is recorded so that it counts once.
        expect_equal([row[:8] for row in after], [row[:8] for row in before], "factors")
        expect(log_in(sshd, "ssh", "alice", [alice.code(1)]).success, "the next code was refused")


def test_control_bytes():
    """Any byte in an answer is only a wrong code: none of it appears in a log or a prompt."""
    write_config({"throttle": False, "retry": 0})
    with Broker() as broker, Sshd() as sshd:
        factor = fresh("alice")
        code = factor.code()
        answers = [code + "\x00", "\x00" + code, code[:3] + "\x00" + code[3:], "\x1b[2J" + code, "\x07\x08\x7f",
                   "".join(map(chr, range(1, 32))), code + "\n" + code, "\u202e" + code, "\x80\xff", "\r\n"]
        for number, answer in enumerate(answers):
            login = sshd.paramiko("alice", [answer])
            if login.success:  # sshd's own copy ends at the first NUL, before PAM sees it
                expect(answer.startswith(code + "\x00"), f"{answer!r} was let in")
                factor = fresh("alice")
            expect_equal(len(login.prompts), 1, f"{answer!r}: prompts")
            wait_audit(broker, number + 1)
        login = log_in(sshd, "ssh", "alice", ["\x01\x02\x05\x06\x1b[2J"])
        expect(not login.success, "ssh: control bytes were let in")
        for line in broker.log().splitlines():
            expect(line.isprintable(), f"a control byte in the log: {line!r}")


def test_blanks_and_dashes_in_a_code():
    """What people copy from an app."""
    with Broker(), Sshd() as sshd:
        for client in CLIENTS:
            code = fresh("alice").code()
            login = log_in(sshd, client, "alice", [f"{code[:3]} {code[3:]}"])
            expect(login.success, f"{client}: {login}")


def test_a_second_factor_of_the_same_user():
    with Broker(), Sshd() as sshd:
        first = fresh("alice")
        second = enroll("alice", algorithm="sha256")
        for client, factor in zip(CLIENTS, (second, first)):
            expect(log_in(sshd, client, "alice", [factor.code()]).success, f"{client}: factor {factor.id}")


def test_recovery_codes():
    with Broker() as broker, Sshd(MODULE_LINE + " retry=0") as sshd:
        codes = fresh("alice").recovery_codes
        expect_equal(len(codes), 10, "recovery codes")
        left = "Recovery codes left: {} \nPress Enter to continue: "
        login = sshd.paramiko("alice", [codes[0], ""])
        expect(login.success, f"paramiko: {login}")
        expect_equal(login.prompts, [(FIRST, True), (left.format(9), True)], "prompts")
        login = sshd.ssh("alice", [(r"Verification code: $", codes[1]),
                                   (r"Recovery codes left: 8 \r\nPress Enter to continue: $", "")])
        expect(login.success, f"ssh: {login}")
        for client, code in zip(CLIENTS, codes):
            login = log_in(sshd, client, "alice", [code])
            expect(not login.success and prompts_seen(login) == 1, f"{client}: used twice: {login}")
        # The way people type them.
        login = sshd.paramiko("alice", [f" {codes[2].replace('-', ' ').lower()} ", ""])
        expect(login.success, f"with blanks: {login}")
        fresh("bob")
        expect(not log_in(sshd, "paramiko", "bob", [codes[3]]).success, "another user's recovery code")
        expect_equal(listing("alice")["recovery_codes_left"], 7, "left")
        expect_equal([a["reason"] for a in audits(broker.log())],
                     ["recovery-code", "recovery-code", "wrong-code", "wrong-code", "recovery-code",
                      "wrong-code"], "reasons")


# ---- tries ----

def test_retry_gives_that_many_prompts():
    write_config({"throttle": False})
    with Broker() as broker, Sshd() as sshd:
        factor = fresh("alice")
        count = 0
        for retry in (0, 1, 3):
            sshd_stack(f"retry={retry}")
            for client in CLIENTS:
                # The client would try three times: PAM_MAXTRIES must end it after the first.
                more = {"options": ["NumberOfPasswordPrompts=3"]} if client == "ssh" else {}
                login = log_in(sshd, client, "alice", wrong_codes(factor, retry + 1), **more)
                expect(not login.success, f"{client}: wrong codes were let in")
                expect_equal(prompts_seen(login), retry + 1, f"{client}, retry={retry}: prompts")
                count += 1
                audit = wait_audit(broker, count)
                expect_equal((audit["verdict"], audit["answers"]), ("max-tries", str(retry + 1)), client)
                if client == "paramiko":
                    expect_equal([text for text, _ in login.prompts],
                                 [FIRST, *(SECOND.format(n) for n in range(retry, 0, -1))], "texts")


def test_right_code_at_the_last_try():
    with Broker(), Sshd(MODULE_LINE + " retry=2") as sshd:
        for client in CLIENTS:
            factor = fresh("alice")
            login = log_in(sshd, client, "alice", [factor.wrong(), "", factor.code()])
            expect(login.success and prompts_seen(login) == 3, f"{client}: {login}")


def test_max_tries_ends_keyboard_interactive_for_the_connection():
    import paramiko

    write_config({"throttle": False})
    with Broker() as broker, Sshd(MODULE_LINE + " retry=1", **KBDINT) as sshd:
        factor = fresh("alice")
        transport = paramiko.Transport(("127.0.0.1", sshd.port))
        prompts = []

        def respond(title, instruction, requests):
            prompts.extend(requests)
            return [factor.wrong() for _ in requests]

        try:
            transport.start_client(timeout=PATIENCE)
            for _ in range(3):
                try:
                    transport.auth_interactive("alice", respond)
                except (paramiko.SSHException, EOFError):
                    pass
        finally:
            transport.close()
        expect_equal(len(prompts), 2, "prompts in three attempts")
        wait_audit(broker, 1)


def test_throttle_after_a_proven_key():
    """Three failures are free; the next right code comes too early and is not spent."""
    with Broker() as broker, Sshd(MODULE_LINE + " retry=3") as sshd:
        factor = fresh("alice")
        expect(not log_in(sshd, "paramiko", "alice", wrong_codes(factor, 4)).success, "wrong codes")
        expect_equal(listing("alice")["failed_tries"], 4, "failed tries")
        code = factor.code()
        sshd_stack("retry=0")
        expect(not log_in(sshd, "ssh", "alice", [code]).success, "let in within the delay")
        expect_equal(wait_audit(broker, 2)["reason"], "throttled", "reason")
        countersign("unlock", "alice")
        expect(log_in(sshd, "paramiko", "alice", [code]).success, "the code was spent within the delay")
        expect_equal(listing("alice")["failed_tries"], 0, "failed tries")


def test_second_login_while_the_first_waits():
    with Broker() as broker, Sshd() as sshd:
        alice, bob = fresh("alice"), fresh("bob")
        waiting = sshd.ssh_session("alice")
        waiting.expect(r"Verification code: $")
        for client in CLIENTS:
            expect(log_in(sshd, client, "bob", [fresh("bob").code()]).success, f"{client}: another user")
        expect(log_in(sshd, "paramiko", "alice", [alice.code()]).success, "the same user")
        waiting.sendline(alice.code(1))
        waiting.expect("logged in as alice")
        waiting.close(force=True)
        expect_equal([a["verdict"] for a in audits(broker.log())], ["allow"] * 4, "verdicts")
        expect(bob.user == "bob", "the waiting login changed the other")


# ---- who is asked ----

def run_groups(sshd, cases):
    """Each case: (arguments, user, asked?)."""
    for arguments, user, asked in cases:
        sshd_stack(*arguments)
        for client in CLIENTS:
            login = log_in(sshd, client, user, [fresh(user).code()] if asked else [])
            expect(login.success, f"{client}, {arguments}, {user}: {login}")
            expect_equal(prompts_seen(login), int(asked), f"{client}, {arguments}, {user}: prompts")


def set_groups(user, primary=None, supplementary=()):
    run("usermod", "-g", primary or user, "-G", ",".join(supplementary), user)


def test_groups():
    set_groups("alice", supplementary=["robots"])
    set_groups("bob", primary="robots")
    set_groups("carol", supplementary=["otp"])
    with Broker() as broker, Sshd() as sshd:
        run_groups(sshd, [
            (["exempt_group=robots"], "alice", False), (["exempt_group=robots"], "bob", False),
            (["exempt_group=robots"], "carol", True), (["exempt-group=otp,robots"], "bob", False),
            (["2fa_group=robots"], "alice", True), (["2fa_group=robots"], "bob", True),
            (["2fa_group=robots"], "carol", False), (["2fa-group=otp,robots"], "carol", True),
            (["exempt_group=robots", "2fa_group=robots"], "bob", False)])
        reasons = [a["reason"] for a in audits(broker.log()) if a["verdict"] == "exempt"]
        expect_equal(reasons, ["exempt_group"] * 6 + ["2fa_group"] * 2 + ["exempt_group"] * 2, "rules")
        expect("cannot be resolved" not in broker.log(), f"a warning: {broker.log()}")
    set_groups("bob", primary="otp")
    with Broker(), Sshd() as sshd:
        run_groups(sshd, [(["2fa_group=otp"], "bob", True), (["2fa_group=robots"], "bob", False)])


def test_groups_that_cannot_be_resolved():
    set_groups("alice", supplementary=["robots"])
    with Broker() as broker, Sshd() as sshd:
        run_groups(sshd, [(["exempt_group=no-such-group"], "alice", True),
                          (["2fa_group=no-such-group"], "alice", True),
                          (["2fa_group=otp,no-such-group"], "alice", True),
                          (["exempt_group=no-such-group,robots"], "alice", False)])
        for option in ("exempt_group", "2fa_group"):
            expect_match(rf"<4>{option}: .*no-such-group.* cannot be resolved", broker.log(), "warning")


def test_groups_of_the_file():
    set_groups("alice", supplementary=["robots"])
    write_config({"exempt_group": ["otp", "robots"], "services": {"other": {"exempt_group": "otp"}}})
    with Broker(), Sshd() as sshd:
        for client in CLIENTS:
            login = log_in(sshd, client, "alice")
            expect(login.success and prompts_seen(login) == 0, f"{client}: {login}")
    write_config({"exempt_group": ["otp"], "services": {"sshd": {"exempt_group": "robots"}}})
    with Broker(), Sshd() as sshd:
        expect(log_in(sshd, "paramiko", "alice").success, "the service's own setting")

def test_exempt_ignore_alone_denies():
    set_groups("alice", supplementary=["robots"])
    with Broker(), Sshd() as sshd:
        for client in CLIENTS:
            sshd_stack("exempt_group=robots", "exempt_result=ignore")
            login = log_in(sshd, client, "alice")
            expect(not login.success and prompts_seen(login) == 0, f"{client}, alone: {login}")
            sshd_stack("exempt_group=robots", "exempt_result=ignore",
                       before=["auth required pam_permit.so"])
            expect(log_in(sshd, client, "alice").success, f"{client}, beside another module")


def test_accept_on_missing_auth_method():
    forget_factors("carol")
    with Broker() as broker, Sshd() as sshd:
        for client in CLIENTS:
            sshd_stack("retry=0")
            login = log_in(sshd, client, "carol", ["123456"])
            expect(not login.success and prompts_seen(login) == 1, f"{client}, without the option: {login}")
            sshd_stack("retry=0", "accept_on_missing_auth_method")
            login = log_in(sshd, client, "carol")
            expect(login.success and prompts_seen(login) == 0, f"{client}, no factor: {login}")
            login = log_in(sshd, client, "alice", [fresh("alice").wrong()])
            expect(not login.success and prompts_seen(login) == 1, f"{client}, with a factor: {login}")
        expect("nothing shows a first factor" not in broker.log(), "a warning in spite of a proven key")
        expect_equal(wait_audit(broker, 6)["verdict"], "max-tries", "verdict")
        os.rename(STORE, f"{STORE}.away")
        try:
            for client in CLIENTS:
                expect(not log_in(sshd, client, "carol").success, f"{client}: let in without a store")
            broker.wait_log(rf"<3>.*{STORE}: there is no store")
        finally:
            os.rename(f"{STORE}.away", STORE)
        expect(log_in(sshd, "paramiko", "carol").success, "the store is back")


def test_accept_on_missing_never_for_an_unknown_account():
    forget_factors("carol")
    with Broker() as broker, Sshd(MODULE_LINE + " retry=0 accept_on_missing_auth_method", **KBDINT) as sshd:
        for client in CLIENTS:
            arguments = {"key": client_key("alice")}
            if client == "paramiko":
                arguments["publickey"] = False
            login = log_in(sshd, client, "no-such-user", ["123456"], **arguments)
            expect(not login.success and prompts_seen(login) == 1, f"{client}: {login}")
            login = log_in(sshd, client, "carol", **arguments)
            expect(login.success, f"{client}, known: {login}")
        broker.wait_log(r"<4>'carol' has no factor and is let in although nothing shows a first factor")
        for line in broker.log().splitlines():
            expect("verdict=not-enrolled" not in line or 'user="carol"' in line, f"let in: {line}")


# ---- accounts that sshd refuses ----

def dialogue(sshd, client, user, answers):
    """What a client is shown, without its own line about the account."""
    arguments = {"key": client_key("alice")}
    if client == "paramiko":
        login = sshd.paramiko(user, answers, publickey=False, **arguments)
        shown = login.prompts, login.instructions, login.error
    else:
        login = log_in(sshd, client, user, answers, **arguments)
        shown = login.transcript.replace(f"{user}@", "USER@"), login.status
    expect(not login.success, f"{client}: {user} was let in")
    return shown


def check_refused(user, settings, answers_of):
    """`user` is refused by sshd; it must see what carol sees, who gives wrong codes."""
    write_config({"throttle": False})
    with Broker() as broker, Sshd(**KBDINT, **settings) as sshd:
        carol = fresh("carol")
        wanted = {client: dialogue(sshd, client, "carol", wrong_codes(carol, 4)) for client in CLIENTS}
        expect("Tries left: 1" in wanted["ssh"][0], f"wanted: {wanted}")
        for given in ("wrong", "right", "empty"):
            before = user_state(), [listing(u) for u in ("alice", "root", "carol")]
            for client in CLIENTS:
                answers = answers_of(given)
                got = dialogue(sshd, client, user, answers)
                if client == "ssh":  # the echo of what was typed differs
                    wipe = lambda text: re.sub(r"(?m)(code: ).*$", r"\1", text)
                    got, compare = (wipe(got[0]), got[1]), (wipe(wanted[client][0]), wanted[client][1])
                else:
                    compare = wanted[client]
                expect_equal(got, compare, f"{client}, {user}, {given}")
            expect_equal((user_state(), [listing(u) for u in ("alice", "root", "carol")]), before,
                         f"{user}, {given}: state")
        expect(all(a["verdict"] == "max-tries" for a in audits(broker.log())), "verdicts")


def answers_for(factor):
    return lambda given: [{"wrong": factor.wrong, "right": factor.code, "empty": str}[given]()] * 4


def test_denied_user():
    check_refused("alice", {"DenyUsers": "alice"}, answers_for(fresh("alice")))


def test_unknown_user():
    check_refused("no-such-user", {}, answers_for(fresh("alice")))


def test_root_not_permitted():
    check_refused("root", {"PermitRootLogin": "no"}, answers_for(fresh("root")))


def test_root_by_key_only():
    check_refused("root", {"PermitRootLogin": "prohibit-password"}, answers_for(fresh("root")))


def test_root_where_permitted():
    """The refusals above are sshd's: the same account and code are let in where sshd allows them."""
    write_config({"throttle": False})  # the address has failed often by now, and here it counts
    with Broker(), Sshd(**KBDINT, PermitRootLogin="yes") as sshd:
        login = sshd.paramiko("root", [fresh("root").code()], publickey=False)
        expect(login.success, f"{login}")


# ---- what the person sees ----

def screen(name):
    return run("tmux", "-L", "login", "capture-pane", "-p", "-t", name).stdout.rstrip("\n")


def test_a_terminal():
    """OpenSSH's client in a terminal of 80x24, as a terminal emulator shows it."""
    need("tmux")
    with Broker(), Sshd(MODULE_LINE + " retry=1", MaxAuthTries="6") as sshd:
        factor = fresh("alice")
        words = sshd.ssh_command("alice", command="echo welcome; read line")
        shell = " ".join(map(shlex.quote, words))
        run("tmux", "-L", "login", "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24",
            "-s", "login", shell)
        try:
            prompt = "(alice@127.0.0.1) Verification code:"
            wait_until(lambda: screen("login") == prompt, f"the prompt alone: {screen('login')!r}")
            wrong = factor.wrong()
            run("tmux", "-L", "login", "send-keys", "-t", "login", "-l", wrong)
            wait_until(lambda: screen("login") == f"{prompt} {wrong}", "the echo")
            run("tmux", "-L", "login", "send-keys", "-t", "login", "Enter")
            after = (f"{prompt} {wrong}\n(alice@127.0.0.1) That code was not accepted. Tries left: 1\n"
                     "Verification code:")
            wait_until(lambda: screen("login") == after, "the second prompt")
            code = factor.code()
            run("tmux", "-L", "login", "send-keys", "-t", "login", "-l", code)
            run("tmux", "-L", "login", "send-keys", "-t", "login", "Enter")
            wait_until(lambda: screen("login") == f"{after} {code}\nwelcome", "the login")
        finally:
            run("tmux", "-L", "login", "kill-server", check=False)


def test_own_prompt_and_no_echo():
    with Broker(), Sshd() as sshd:
        pam_service("sshd", ["auth required pam_countersign.so [otp_prompt=Code 100%%\\nof the app> ] otp_echo=no",
                             "account required pam_permit.so", "session required pam_permit.so"])
        login = sshd.paramiko("alice", [fresh("alice").code()])
        expect(login.success, f"{login}")
        expect_equal(login.prompts, [("Code 100% \nof the app> ", False)], "prompt")
        login = sshd.ssh("alice", [(r"of the app> $", fresh("alice").code())])
        expect(login.success, f"{login}")


before_each.append(lambda: write_config({}))
main()
