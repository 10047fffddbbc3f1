# SPDX-License-Identifier: Apache-2.0
"""Logins without a broker, and logins whose other end goes away."""
from countersign import *

FAKE = "/run/countersign-fake/broker.sock"


def syslog_audits():
    return audits(syslog())


def new_audit(seen):
    """The audit line that a stand-alone process wrote after the first `seen`."""
    wait_until(lambda: len(syslog_audits()) > seen, "an audit line in the syslog")
    return syslog_audits()[-1]


def expect_refused(arguments, pattern, code="PAM_AUTHINFO_UNAVAIL"):
    stack(*arguments)
    begin = len(syslog())
    result = pam_login("alice")
    expect_equal((result.code, result.prompts), (code, []), f"{arguments}")
    wait_until(lambda: re.search(pattern, syslog()[begin:]), f"{pattern!r} in {syslog()[begin:]!r}")


# ---- no broker ----

def test_stand_alone():
    stack("retry=0")
    for answer_of, code in ((lambda f: f.code(), "PAM_SUCCESS"), (lambda f: f.wrong(), "PAM_MAXTRIES")):
        seen = len(syslog_audits())
        factor = fresh("alice")
        result = pam_login("alice", [answer_of(factor)])
        expect_equal((result.code, result.prompts), (code, [("Verification code: ", True)]), "result")
        audit = new_audit(seen)
        expect_equal((audit["standalone"], audit["user"]), ("yes", "alice"), "audit")


def test_stand_alone_through_sshd():
    with Sshd(MODULE_LINE + " retry=0") as sshd:
        for client in (sshd.ssh, sshd.paramiko):
            factor = fresh("alice")
            expect(client("alice", [factor.code()]).success, f"{client}: the right code")
            expect(not client("alice", [factor.code()]).success, f"{client}: replayed")


def test_a_socket_that_nobody_serves():
    with Broker() as broker:
        broker.stop(signal.SIGKILL)
    expect(os.path.exists(SOCKET), "the killed broker took its socket along")
    stack()
    expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "result")
    with Broker():  # and the next broker takes its place
        stack("require_broker")
        expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "with the next broker")


def test_require_broker():
    for word in ("require_broker", "require-broker", "failifnoqueueserver", "require_broker=yes"):
        expect_refused([word], rf"{SOCKET}: no broker is running and require_broker is set; "
                               r"run 'systemctl start countersignd\.socket'")
    stack("require_broker=no")
    expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "require_broker=no")
    with Sshd(MODULE_LINE + " require_broker") as sshd:
        login = sshd.paramiko("alice", ["123456"])
        expect(not login.success and login.prompts == [], f"{login}")


def test_standalone_never_asks_the_broker():
    with Broker() as broker:
        for word in ("standalone", "standalone=yes"):
            stack(word)
            seen = len(syslog_audits())
            expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", word)
            expect_equal(new_audit(seen)["standalone"], "yes", word)
        expect_equal(audits(broker.log()), [], "audit lines of the broker")
        stack("standalone=no")
        expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "standalone=no")
        wait_audit(broker)


def refused_as_alice(arguments, text):
    stack(*arguments)
    begin = len(syslog())
    session = PamSession("alice", prefix=["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups"])
    result = session.result()
    expect_equal((result.code, result.prompts), ("PAM_AUTHINFO_UNAVAIL", []), f"{arguments}")
    wait_until(lambda: text in syslog()[begin:], f"{text!r} in {syslog()[begin:]!r}")


def test_not_root():
    cases = [((), "no broker is running, and only root can log in without one; start countersignd.socket"),
             (("standalone",), "only root can log in without one"),
             (("require_broker",), "no broker is running and require_broker is set")]
    for arguments, text in cases:
        refused_as_alice(arguments, text)
    with Broker() as broker:
        refused_as_alice((), f"{SOCKET}: not permitted; see allow_unprivileged and allow_service_accounts in countersign.json(5)")
        broker.stop(signal.SIGKILL)
        refused_as_alice((), f"{SOCKET}: not permitted")


def test_no_other_fallback():
    """Only a missing broker is replaced: one that is not to be trusted, or broken, refuses."""
    os.makedirs(os.path.dirname(FAKE), mode=0o755, exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(FAKE)
        os.seteuid(pwd.getpwnam("alice").pw_uid)
        listener.listen()
        os.seteuid(0)
        expect_refused([f"socket={FAKE}"], rf"{FAKE}: uid \d+ is listening there, not the broker")
    os.unlink(FAKE)
    with Broker("--socket", FAKE):
        stack(f"socket={FAKE}")
        expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "a socket elsewhere")
        os.chmod(os.path.dirname(FAKE), 0o777)
        expect_refused([f"socket={FAKE}"], "the folder can be written by others .mode 0777.; run chmod go-w on it")
        os.chmod(os.path.dirname(FAKE), 0o755)
    os.unlink(FAKE)
    expect_refused(["socket=relative"], "relative: not an absolute path", code="PAM_SERVICE_ERR")
    # A file that is no socket refuses connections like a dead broker's.
    pathlib.Path(FAKE).write_text("no socket")
    stack(f"socket={FAKE}")
    expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "a file")
    os.unlink(FAKE)


# ---- hang-up ----

def freed_within_a_second(broker, log, begin):
    wait_until(lambda: any(a["reason"] == "hang-up" for a in audits(log())), "the audit line", 5)
    took = time.monotonic() - begin
    expect(took < 1, f"the login was freed after {took:.2f} s")
    if broker is not None:
        wait_until(lambda: connections_of(broker.pid) == 0, "the end of the login", 1)
    expect_equal([a["verdict"] for a in audits(log()) if a["reason"] == "hang-up"], ["aborted"], "verdict")


def test_hang_up_of_an_application():
    stack()
    with Broker() as broker:
        factor = fresh("alice")
        session = PamSession("alice")
        session.prompt()
        expect_equal(connections_of(broker.pid), 1, "connections")
        begin = time.monotonic()
        session.kill()
        freed_within_a_second(broker, broker.log, begin)
        expect_equal(listing("alice")["failed_tries"], 0, "failed tries")
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "the next login")


def pam_child(sshd):
    """The process in which sshd runs the module."""
    def find():
        for pid in descendants(sshd.pid):
            if "[pam]" in run("ps", "-o", "args=", "-p", pid, check=False).stdout:
                return pid
        return None
    return wait_until(find, "sshd's process for PAM")


def test_hang_up_of_sshd():
    with Broker() as broker, Sshd() as sshd:
        fresh("alice")
        child = sshd.ssh_session("alice")
        child.expect("Verification code: $")
        begin = time.monotonic()
        os.kill(pam_child(sshd), signal.SIGKILL)
        freed_within_a_second(broker, broker.log, begin)
        child.close(force=True)


def test_login_grace_time_of_sshd():
    with Broker() as broker, Sshd(LoginGraceTime="2") as sshd:
        fresh("alice")
        child = sshd.ssh_session("alice")
        child.expect("Verification code: $")
        wait_until(lambda: any(a["reason"] == "hang-up" for a in audits(broker.log())), "the audit line", 6)
        child.close(force=True)
        expect_equal(wait_audit(broker)["verdict"], "aborted", "verdict")


def test_hang_up_stand_alone():
    stack()
    seen = len(syslog_audits())
    fresh("alice")
    session = PamSession("alice")
    session.prompt()
    begin = time.monotonic()
    session.kill()
    audit = new_audit(seen)
    expect(time.monotonic() - begin < 1, "the process did not end in a second")
    expect_equal((audit["verdict"], audit["reason"]), ("aborted", "hang-up"), "audit")
    wait_until(lambda: "--session" not in run("ps", "-eo", "args").stdout, "the process's end", 1)


def test_the_broker_goes_away():
    """Killed at a prompt: a clean refusal, and no code is lost."""
    stack()
    factor = fresh("alice")
    with Broker() as broker:
        session = PamSession("alice")
        session.prompt()
        broker.stop(signal.SIGKILL)
        session.answer(factor.code())
        expect_equal(session.result().code, "PAM_AUTHINFO_UNAVAIL", "result")
    with Broker():
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "the next login")


# ---- time limit ----

def test_login_timeout():
    factor = fresh("alice")
    with Broker() as broker:
        stack("login_timeout=1")
        session = PamSession("alice")
        begin = time.monotonic()
        session.prompt()
        audit = wait_audit(broker)
        expect(0.9 < time.monotonic() - begin < 3, "the limit was not kept")
        expect_equal((audit["verdict"], audit["reason"]), ("aborted", "timeout"), "audit")
        wait_until(lambda: connections_of(broker.pid) == 0, "the end of the login", 3)
        session.answer(factor.code())
        expect_equal(session.result().code, "PAM_CONV_ERR", "result")
        stack()
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "the code was not spent")


def test_login_timeout_through_sshd():
    write_config({"services": {"sshd": {"login_timeout": 1}}})
    with Broker() as broker, Sshd() as sshd:
        factor = fresh("alice")
        child = sshd.ssh_session("alice")
        child.expect("Verification code: $")
        wait_audit(broker)
        child.sendline(factor.code())
        child.expect("Permission denied")
        child.close(force=True)


def no_broker():
    write_config({})
    pathlib.Path(SOCKET).unlink(missing_ok=True)


before_each.append(no_broker)
main()
