# SPDX-License-Identifier: Apache-2.0
"""pam_countersign.so inside an application, whatever that application does."""
import ctypes
import signal

from countersign import *

MODULE = "pam_countersign.so"
WAYS = {"broker": ("require_broker",), "stand-alone": ("standalone",)}


def each_way():
    """With a broker, then stand-alone; yields the arguments of the line."""
    with Broker():
        yield WAYS["broker"]
    yield WAYS["stand-alone"]


def module_path():
    return next(pathlib.Path("/usr/lib").glob(f"**/security/{MODULE}"))


# ---- the conversation ----

def test_silent():
    """PAM_SILENT suppresses informational texts, never a prompt."""
    for way in each_way():
        stack(*way, "conversation=live")
        factor = fresh("alice")
        result = pam_login("alice", [factor.wrong(), factor.code()], silent=True)
        expect_equal((result.code, len(result.prompts), result.infos, result.errors),
                     ("PAM_SUCCESS", 2, [], []), f"{way}")


def test_null_answer():
    for way in each_way():
        stack(*way, "accept_on_missing_auth_method")
        fresh("alice")
        result = pam_login("alice", null_answer=True)
        expect_equal((result.code, len(result.prompts)), ("PAM_CONV_ERR", 1), f"{way}")
        expect_equal(listing("alice")["failed_tries"], 0, "failed tries")


def test_conversation_that_fails():
    for way in each_way():
        stack(*way)
        factor = fresh("alice")
        for answers in ([], [factor.wrong()]):
            result = pam_login("alice", answers)
            expect_equal((result.code, len(result.prompts)), ("PAM_CONV_ERR", len(answers) + 1), f"{way}")


def test_answers_of_every_size():
    for way in each_way():
        stack(*way, "retry=0")
        fresh("alice")
        for size in (0, 1, 1022, 1023, 1024, 1025, 65535, 65536, 100000):
            result = pam_login("alice", ["7" * size])
            expect_equal((result.code, len(result.prompts)), ("PAM_MAXTRIES", 1), f"{way}: {size} bytes")


def test_one_message_at_a_time():
    """No exchange has two messages: sshd splits them, and other applications mishandle them."""
    with Broker():
        stack()
        codes = fresh("alice").recovery_codes
        result = pam_login("alice", ["", "1", codes[0], ""])
        expect_equal((result.code, len(result.prompts)), ("PAM_SUCCESS", 4), "result")
        expect("exchange:" not in result.text, f"several messages at once: {result.text}")
        for text, _ in result.prompts:
            expect(0 < len(text.encode()) <= 500 and text.endswith(": "), f"prompt {text!r}")
            expect(max(map(len, text.split("\n"))) < 78, f"a long line: {text!r}")


def test_no_user():
    with Broker():
        stack()
        result = pam_login("", ["x"])
        expect(result.status != 0 and result.code != "PAM_IGNORE", f"{result.text}")


def test_items_of_any_size():
    with Broker() as broker:
        stack("retry=0")
        fresh("alice")
        result = pam_login("alice", ["1"], rhost="r" * 1024, tty="t" * 1024, ruser="u" * 1024)
        expect_equal(result.code, "PAM_MAXTRIES", "longest")
        for item in ({"rhost": "r" * 1025}, {"tty": "t" * 1025}):
            result = pam_login("alice", ["1"], **item)
            expect_equal((result.code, result.prompts), ("PAM_AUTHINFO_UNAVAIL", []), "too long")
        result = pam_login("alice", ["1"], env={"SSH_AUTH_INFO_0": "publickey " + "x" * 40000})
        expect_equal(result.code, "PAM_MAXTRIES", "a certificate too long to pass on")
        expect_equal(listing("alice")["failed_tries"], 0, "and so nothing was proven")
        wait_audit(broker, 2)


def test_format_strings():
    with Broker() as broker:
        stack("retry=0", "%n%s%n")
        result = pam_login("%n%s%n%s", ["%n%s"], rhost="%s%n", tty="%n", ruser="%s")
        expect_equal(result.code, "PAM_MAXTRIES", "result")
        expect_match('user="%n%s%n%s"', broker.log(), "audit")


# ---- the process ----

def test_closed_descriptors():
    for way in each_way():
        stack(*way)
        result = pam_login("alice", [fresh("alice").code()], close_std=True)
        expect_equal(result.code, "PAM_SUCCESS", f"{way}")


def test_children_of_the_application():
    wanted = {"default": "ours, others 0", "ignore": "none, others 0", "handler": "none, others 0"}
    for way in each_way():
        stack(*way)
        for mode, children in wanted.items():
            result = pam_login("alice", [fresh("alice").code()], children=mode)
            expect_equal(result.code, "PAM_SUCCESS", f"{way}, SIGCHLD {mode}")
            expect_equal(dict(result.lines)["children"], children, f"{way}, SIGCHLD {mode}")
        wait_until(lambda: "--session" not in run("ps", "-eo", "args").stdout, "the end of the processes")
        expect("<defunct>" not in run("ps", "-eo", "args").stdout, f"{way}: a zombie")


def test_what_stand_alone_inherits():
    """The broker inherits nothing: descriptors, environment, signals, folder, groups, terminal."""
    stack("standalone")
    session = PamSession("alice", environ={"PATH": "/bin", "CANARY": "sings", "LD_DEBUG_OUTPUT": "/tmp/x"},
                         prefix=["env", "--ignore-signal=TERM", "--block-signal=USR1"])
    session.prompt()
    pid = next(int(line.split()[0]) for line in run("ps", "-eo", "pid,args").stdout.splitlines()
               if "countersignd --session" in line)
    proc = pathlib.Path("/proc") / str(pid)
    expect_equal((proc / "environ").read_bytes(), b"", "environment")
    expect_equal(os.readlink(proc / "cwd"), "/", "folder")
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line)
    account = pwd.getpwnam(USER)
    expect_equal(status["Uid"].split(), [str(account.pw_uid)] * 4, "uids")
    expect_equal(status["Gid"].split(), [str(account.pw_gid)] * 4, "gids")
    expect_equal(status["Groups"].split(), [], "groups")
    posix = 0x7fffffff  # glibc keeps two of its own, above these, ignored
    own = 1 << (signal.SIGXFSZ - 1)  # the broker's own choice: a file that cannot grow is an error like any other
    expect_equal([int(status[name], 16) & posix for name in ("SigBlk", "SigIgn")], [0, own], "signals")
    expect(int(status["CapEff"], 16) == 0, f"capabilities {status['CapEff']}")
    targets = {name: os.readlink(proc / "fd" / name) for name in os.listdir(proc / "fd")}
    expect_equal([targets.pop(name) for name in "012"], ["/dev/null"] * 3, "descriptors 0 to 2")
    expect(targets.pop("3").startswith("socket:"), "descriptor 3")
    for target in targets.values():
        expect(target.startswith(("/var/lib/countersign/", "/etc/countersign/", "socket:", "/dev/null")), f"{targets}")
    expect(os.getsid(pid) != os.getsid(session.pid), "it is in the application's session")
    session.answer(fresh("alice").code())
    expect_equal(session.result().code, "PAM_SUCCESS", "result")


def test_descriptors_do_not_reach_a_child():
    """A program that the application starts during a prompt: all our descriptors close on exec."""
    close_on_exec = 0o2000000
    for way in each_way():
        stack(*way)
        session = PamSession("alice")
        session.prompt()
        proc = pathlib.Path("/proc") / str(session.pid)
        sockets = 0
        for name in os.listdir(proc / "fd"):
            flags = int(re.search(r"flags:\s*(\d+)", (proc / "fdinfo" / name).read_text())[1], 8)
            if int(name) > 2:
                expect(flags & close_on_exec, f"{way}: descriptor {name} ({os.readlink(proc / 'fd' / name)})")
                sockets += os.readlink(proc / "fd" / name).startswith("socket:")
        expect(sockets >= 1, f"{way}: no socket was seen")
        session.kill()


def test_nothing_is_left_open():
    """Many logins in a process with few descriptors allowed."""
    for way in each_way():
        stack(*way, "retry=0")
        fresh("alice")
        session = PamSession("alice", prefix=["prlimit", "--nofile=112"], repeat=30)
        for _ in range(30):
            session.answer("1")
        result = session.result()
        expect_equal(result.count("PAM_MAXTRIES"), 30, f"{way}")


def test_setcred():
    with Broker():
        stack()
        result = pam_login("alice", [fresh("alice").code()], setcred=True)
        expect_equal(result.code, "PAM_SUCCESS", "after a login")
    if SANITIZE:
        return
    library = ctypes.CDLL(str(module_path()))
    for flags in (0, 2, 4, 8, 16, 0x8000, -1):
        expect_equal(library.pam_sm_setcred(None, flags, 0, None), 0, f"flags {flags}")


def test_threads():
    users = [f"thread{number}" for number in range(8)]
    for user in users:
        run("useradd", user)
    for way in each_way():
        stack(*way)
        right = {user: [fresh(user).code()] for user in users}
        result = pam_login(right, threads=8)
        expect_equal(result.count("PAM_SUCCESS"), 8, f"{way}: right codes: {result.runs}")
        result = pam_login({user: ["1"] for user in users}, threads=8)
        expect_equal(result.count("PAM_CONV_ERR"), 8, f"{way}: one wrong code each: {result.runs}")
        result = pam_login("alice", [fresh("alice").code()], threads=8)
        expect_equal(result.count("PAM_SUCCESS"), 1, f"{way}: one code, eight times: {result.runs}")


# ---- exemptions ----

EXEMPTIONS = {"2fa_group": "2fa_group=daemon", "exempt_group": "exempt_group=alice"}
PASSWORD = secret("Correct-Horse-7", "a password")


def test_an_exemption_is_from_the_second_factor_alone():
    """The password of a plan is asked, alone; a plan without one asks for nothing."""
    countersign("passwd", "alice", "--stdin", input=PASSWORD + "\n")
    fresh("alice")
    for way in each_way():
        for rule, argument in EXEMPTIONS.items():
            for plan in ("password-then-totp", "password-then-u2f", "password-then-choice-then-otp", "password-and-totp",
                         "password-and-totp-or-device", "totp", "u2f", "choice-then-otp"):
                password = ["Password: "] if plan.startswith("password") else []
                stack(*way, argument, f"auth_method={plan}", "accept_on_missing_auth_method",
                      "password_retry=0")
                for answer in (PASSWORD, "wrong"):
                    result = pam_login("alice", [answer])
                    right = answer == PASSWORD or not password
                    expect_equal((result.code, [text for text, _ in result.prompts]),
                                 ("PAM_SUCCESS" if right else "PAM_AUTH_ERR", password),
                                 f"{way}, {rule}, {plan}, {answer}")
            stack(*way, argument, "auth_method=password-then-totp", "exempt_result=ignore", "password_retry=0")
            for answer, code in ((PASSWORD, "PAM_IGNORE"), ("wrong", "PAM_AUTH_ERR")):
                code = "PAM_PERM_DENIED" if code == "PAM_IGNORE" else code  # what libpam makes of it, alone in a stack
                expect_equal(pam_login("alice", [answer]).code, code, f"{way}, {rule}, exempt_result=ignore, {answer}")
        stack(*way, EXEMPTIONS["2fa_group"], "auth_method=password", "password_retry=0")
        expect_equal(pam_login("alice", ["wrong"]).code, "PAM_AUTH_ERR", f"{way}: a password is no second factor")


# ---- nobody has a factor ----

def sufficient_stack(*arguments):
    """What people write who want a key or a code, and what refuses behind it."""
    pam_service("test", ["auth sufficient pam_countersign.so " + " ".join(arguments), "auth required pam_deny.so",
                         "account required pam_permit.so"])


def test_missing_result_says_what_pam_is_told():
    """ignore leaves it to the rest of the stack; an error never does."""
    forget_factors("carol")
    for way in each_way():
        accept = [*way, "accept_on_missing_auth_method"]
        for arguments, code in (([], "PAM_SUCCESS"), (["missing_result=success"], "PAM_SUCCESS"),
                                (["missing-result=ignore"], "PAM_AUTH_ERR")):
            sufficient_stack(*accept, *arguments)
            expect_equal(pam_login("carol").code, code, f"{way}, {arguments}")
        permit = "auth required pam_permit.so"
        for arguments, code in ((accept, "PAM_SUCCESS"), (["accept_on_missing_auth_method", "socket=/run/nowhere",
                                                           "require_broker"], "PAM_AUTHINFO_UNAVAIL"),
                                ([*accept, "retry=x"], "PAM_SERVICE_ERR"), ([*way, "retry=0"], "PAM_MAXTRIES")):
            pam_service("test", [f"auth required pam_countersign.so missing_result=ignore {' '.join(arguments)}", permit,
                                 "account required pam_permit.so"])
            expect_equal(pam_login("carol", ["1"]).code, code, f"{way}, {arguments}, then {permit}")
        expect_equal(pam_login("no-such-user", ["1"]).code, "PAM_MAXTRIES", f"{way}: no account")


# ---- the file ----

def test_exports():
    need("nm")
    names = [line.split()[-1].partition("@")[0] for line in
             run("nm", "--dynamic", "--defined-only", module_path()).stdout.splitlines()]
    expect_equal(sorted(n for n in names if "COUNTERSIGN" not in n.upper()),
                 ["pam_sm_acct_mgmt", "pam_sm_authenticate", "pam_sm_setcred"], "exported names")


def test_needs():
    need("readelf")
    if SANITIZE:
        raise Skip("an instrumented module needs the sanitizers")
    dynamic = run("readelf", "--dynamic", "--wide", module_path()).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    expect_equal(needed, {"libc.so.6", "libpam.so.0"}, "needed objects")
    expect("(RPATH)" not in dynamic and "(RUNPATH)" not in dynamic, "a search path")
    expect("BIND_NOW" in dynamic or "NOW" in dynamic, "lazy binding")
    headers = run("readelf", "--program-headers", "--wide", module_path()).stdout
    expect_match(r"GNU_STACK +\S+ \S+ \S+ \S+ \S+ RW ", headers, "stack")
    expect("GNU_RELRO" in headers, "no RELRO")


before_each.append(lambda: write_config({"throttle": False}))
main()
