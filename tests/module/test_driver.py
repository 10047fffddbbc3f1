# SPDX-License-Identifier: Apache-2.0
"""pam-driver with modules of Linux-PAM."""
from countersign import *

CONFDIR = WORKDIR / "pam.d"


def login(stack, user="alice", answers=(), **options):
    pam_service("test", stack, CONFDIR)
    return pam_login(user, answers, confdir=CONFDIR, **options)


def test_permit():
    result = login("auth required pam_permit.so")
    expect_equal((result.code, result.status, result.prompts), ("PAM_SUCCESS", 0, []), "result")


def test_deny():
    result = login("auth required pam_deny.so")
    expect_equal((result.code, result.status), ("PAM_AUTH_ERR", 7), "result")


def test_password():
    set_password("alice", "white horses at sea")
    stack = "auth required pam_unix.so nodelay"
    result = login(stack, answers=["white horses at sea"])
    expect_equal((result.code, result.prompts), ("PAM_SUCCESS", [("Password: ", False)]), "right")
    expect_equal(login(stack, answers=["black horses"]).code, "PAM_AUTH_ERR", "wrong")
    expect(login(stack).status != 0, "no answer was a success")
    expect(login(stack, null_answer=True).status != 0, "a NULL answer was a success")


def test_messages_and_setcred():
    text = WORKDIR / "message"
    text.write_text("first\n\x1bsecond\n")
    result = login(f"auth required pam_echo.so file={text}\nauth required pam_permit.so", setcred=True)
    expect_equal(result.infos, ["first\n\x1bsecond"], "infos")
    expect_equal(len(result.lines), 2, "lines")
    expect_equal(login("auth required pam_permit.so", silent=True).infos, [], "silent")


def test_items_and_environment():
    (CONFDIR / "pam_env.conf").write_text("WHERE DEFAULT=@{PAM_RHOST}\nTERMINAL DEFAULT=@{PAM_TTY}\n")
    result = login(f"auth required pam_env.so conffile={CONFDIR}/pam_env.conf readenv=0\n"
                   "auth required pam_permit.so", rhost="192.0.2.1", tty="ssh", env={"A": "b=c"},
                   setcred=True)
    expect_equal(result.env, {"A": "b=c", "WHERE": "192.0.2.1", "TERMINAL": "ssh"}, "environment")


def test_closed_descriptors():
    expect_equal(login("auth required pam_permit.so", close_std=True).code, "PAM_SUCCESS", "result")


def test_threads_and_repetitions():
    result = login("auth required pam_permit.so", threads=8, repeat=3)
    expect_equal((len(result.runs), result.count("PAM_SUCCESS"), result.status), (24, 24, 0), "threads")
    result = login("auth required pam_deny.so", repeat=5)
    expect_equal((result.count("PAM_AUTH_ERR"), result.status), (5, 7), "repetitions")


def test_users_have_their_own_answers():
    set_password("alice", "white horses at sea")
    set_password("bob", "a sound of bells")
    right = {"alice": ["white horses at sea"], "bob": ["a sound of bells"]}
    wrong = {"alice": ["a sound of bells"], "bob": ["a sound of bells"]}
    stack = "auth required pam_unix.so nodelay"
    expect_equal(login(stack, right, repeat=4).count("PAM_SUCCESS"), 4, "right")
    expect_equal(login(stack, wrong, repeat=4).count("PAM_SUCCESS"), 2, "wrong")


def test_interactive():
    set_password("alice", "white horses at sea")
    pam_service("test", "auth required pam_unix.so nodelay", CONFDIR)
    session = PamSession("alice", confdir=CONFDIR)
    expect_equal(session.prompt(), "Password: ", "prompt")
    session.answer("white horses at sea")
    expect_equal(session.result().code, "PAM_SUCCESS", "result")
    session = PamSession("alice", confdir=CONFDIR)
    session.prompt()
    session.kill()
    expect_equal(session.process.returncode, -9, "status after the kill")


def test_misuse_is_told():
    expect_equal(run(PAM_DRIVER, "--user", "alice", check=False).returncode, 120, "status")


main()
