# SPDX-License-Identifier: Apache-2.0
"""The sandbox and its helpers, which every other test with a real sshd relies on."""
import os
import syslog as log
import time

from countersign import *


def test_changes_stay_inside():
    """Each changed folder is an overlay in memory; everything else refuses writes."""
    kinds = {}
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        for line in mounts:
            left, right = line.split(" - ")
            kinds[left.split()[4]] = right.split()[0]
    for folder in ("/etc", "/usr", "/var", "/root", "/home"):
        with open(f"{folder}/countersign-sandbox-was-here", "w", encoding="ascii"):
            pass
        expect_equal(kinds.get(folder), "overlay", folder)
    for folder in ("/run", "/dev"):
        expect_equal(kinds.get(folder), "tmpfs", folder)
    try:
        os.mkdir("/countersign-sandbox-was-here")
    except OSError:
        return
    raise Failure("the root folder can be changed")


def test_accounts_are_ordinary():
    for user in ("alice", "bob", "carol"):
        account = pwd.getpwnam(user)
        expect(account.pw_uid >= 1000, f"{user} has uid {account.pw_uid}")
        expect(os.path.isdir(account.pw_dir), f"{user} has no home folder")
    for group in ("otp", "robots"):
        grp.getgrnam(group)


def test_network_is_loopback_only():
    expect_equal([name for _, name in socket.if_nameindex()], ["lo"], "interfaces")


def test_syslog_arrives():
    log.openlog("sandbox-test", 0, log.LOG_AUTHPRIV)
    log.syslog(log.LOG_INFO, "one line")
    wait_syslog(r"^<86>.* sandbox-test: one line$")


def test_processes_are_own():
    expect(len([n for n in os.listdir("/proc") if n.isdigit()]) < 10, "other processes are visible")
    expect(os.readlink("/proc/self") == str(os.getpid()), "/proc is another namespace's")


def test_totp_matches_rfc_6238():
    for algorithm, size, wanted in (("sha1", 20, "94287082"), ("sha256", 32, "46119246"),
                                    ("sha512", 64, "90693936")):
        key = (b"1234567890" * 7)[:size]
        totp = Totp(base64.b32encode(key).decode(), algorithm, 8)
        expect_equal(totp.code(when=59), wanted, algorithm)


def test_sshd_login_with_permit():
    with Sshd("auth required pam_permit.so") as sshd:
        login = sshd.ssh("alice")
        expect(login.success and "logged in as alice" in login.transcript, f"ssh: {login}")
        login = sshd.paramiko("alice", command="id -un")
        expect(login.success and login.transcript == "alice\n", f"paramiko: {login}")


def test_sshd_login_with_password_prompt():
    set_password("bob", "a sound of bells")
    with Sshd("auth required pam_unix.so") as sshd:
        login = sshd.ssh("bob", [(r"Password: $", "a sound of bells")])
        expect(login.success and "logged in as bob" in login.transcript, f"ssh: {login}")
        login = sshd.paramiko("bob", ["a sound of bells"])
        expect(login.success, f"paramiko: {login}")
        expect_equal(login.prompts, [("Password: ", False)], "prompts")


def test_sshd_login_is_denied():
    with Sshd("auth required pam_deny.so") as sshd:
        login = sshd.ssh("alice")
        expect(not login.success and "Permission denied" in login.transcript, f"ssh: {login}")
        expect(not sshd.paramiko("alice").success, "paramiko logged in")
        sshd.wait_log(r"PAM: Authentication failure|PAM: Permission denied")


def test_other_accounts_reach_a_clone_in_a_closed_folder():
    """The sandbox of a clone below two folders that only root may enter; outside they stay as they are."""
    closed = WORKDIR / "closed"
    clone = closed / "inner" / "clone"
    clone.mkdir(parents=True)
    results = WORKDIR / "results"
    results.mkdir()
    (clone / "file").write_text("reached\n")
    for name in "isolate", "syslog-receiver":
        run("cp", pathlib.Path(__file__).parents[2] / "scripts" / "lib" / name, clone)
    for folder in closed, closed / "inner":
        folder.chmod(0o700)
    result = run(clone / "isolate", "--dir", results, "--", "setpriv", "--reuid", "alice", "--clear-groups", "cat",
                 clone / "file", check=False)
    if result.returncode == 77:
        raise Skip(result.stderr.strip())
    expect_equal((result.returncode, result.stdout), (0, "reached\n"), result.stderr)
    expect_equal([folder.stat().st_mode & 0o777 for folder in (closed, closed / "inner")], [0o700] * 2, "outside")


STUB = """#!/usr/bin/python3
import os, socket, sys, time
if "--broken" in sys.argv:
    sys.exit("it does not like its arguments")
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
os.makedirs("/run/countersign", exist_ok=True)
time.sleep(0.2)
listener.bind("/run/countersign/broker.sock")
listener.listen()
print("countersignd 0 serves", file=sys.stderr, flush=True)
while True:
    listener.accept()
"""


def test_a_broker_is_awaited():
    stub = WORKDIR / "stub"
    stub.write_text(STUB)
    stub.chmod(0o755)
    with Broker(program=stub) as broker:
        expect(pathlib.Path("/run/countersign/broker.sock").is_socket(), "it was awaited")
        expect(broker.running, "it ended")
        expect_equal(broker.stop(), -signal.SIGTERM, "status")
    try:
        Broker("--broken", program=stub).start()
    except Failure as failure:
        expect_match("ended with 1:\nit does not like its arguments", str(failure), "reason")
        return
    raise Failure("a broker that ended was taken for a running one")


def test_secrets_in_logs_are_found():
    path = WORKDIR / "leak.log"
    path.write_text("it was 7719204 here, and 17719205 there\n")
    try:
        secret("7719204", "one")
        secret("7719205", "other")
        expect_equal(leaks(), [("one", "leak.log")], "found")
    finally:
        path.unlink()


def test_waiting_ends_with_the_event():
    begin = time.monotonic()
    try:
        wait_until(lambda: False, "never", 0.05)
    except Failure:
        expect(time.monotonic() - begin < 2, "it waited on")
        return
    raise Failure("it did not fail")


main()
