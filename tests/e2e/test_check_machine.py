# SPDX-License-Identifier: Apache-2.0
"""`countersign check` against a machine that logins cannot work on: it finds what they would."""
from countersign import *

LOG = pathlib.Path("/dev/log")


def problems():
    lines = without_sshd_note(countersign("check", check=False).stdout.splitlines())
    return [line for line in lines if not line.startswith("ok")]


def test_a_full_disk():
    person = enroll("alice")
    stack("auth_method=totp", "retry=0", "require_broker")
    with FullDisk() as disk, Broker():
        expect_equal(problems(), [], "with room")
        disk.leave(0)
        expect_equal(pam_login("alice", [person.code()]).code, "PAM_AUTHINFO_UNAVAIL", "a right code")
        expect_match(f"^BAD  store: {STORE}: cannot be written, so every login is refused: ", "\n".join(problems()), "check")
        disk.filler.unlink()
        expect_equal(problems(), [], "with room again")
        expect_equal(pam_login("alice", [person.code()]).code, "PAM_SUCCESS", "the code was not spent")


def test_what_check_writes_is_taken_back():
    before = store_rows("SELECT name, value FROM meta ORDER BY name")
    countersign("check", check=False)
    expect_equal(store_rows("SELECT name, value FROM meta ORDER BY name"), before, "what the store holds")


class BrokerWithSyslog(Broker):
    """One that logs to syslog, as it does by default."""

    def __init__(self):
        super().__init__()
        self.command = [BROKER]


def test_without_syslog_lines_reach_standard_error():
    person = enroll("alice")
    stack("auth_method=totp", "retry=0", "require_broker")
    away = LOG.with_name("log.away")
    LOG.rename(away)
    with BrokerWithSyslog() as broker:
        expect_equal(len(problems()), 1, "what check says")
        expect_match("^warn nothing listens at /dev/log: the broker writes its log to its standard error", problems()[0], "check")
        expect_equal(pam_login("alice", [person.code()]).code, "PAM_SUCCESS", "a login")
        broker.wait_log('login verdict=allow .* user="alice"')
        away.rename(LOG)
        expect_equal(problems(), [], "with syslog again")
        pam_login("alice", [person.wrong()])
        wait_until(lambda: "verdict=max-tries" in (WORKDIR / "syslog").read_text(), "the line in the syslog")
        expect("verdict=max-tries" not in broker.log(), "one place for a line")


main()
