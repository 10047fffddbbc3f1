# SPDX-License-Identifier: Apache-2.0
"""libcurl, which makes up most of a program's start: who loads it and when, and what happens without it."""
import os
import pathlib
import re

from countersign import *
from countersign.openid import *
from countersign.werbot_login import *

CANNOT = r"cannot load libcurl, which requests to a provider's server need: \S*libcurl\.so\.4: .*; install the package"
WERBOT = {"server-url": "127.0.0.1:1", "service-id": "id", "service-key": "key"}


def loaded(pid):
    """The libraries in a process."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
    return {re.sub(r"\.so\b.*", "", path.rsplit("/", 1)[1]) for path in re.findall(r"/\S+\.so\S*", maps)}


def expect_loaded(libraries, wanted, what):
    """libsqlite3 shows that the list is one of libraries."""
    expect_equal(("libcurl" in libraries, "libsqlite3" in libraries), (wanted, True), f"{what}: {sorted(libraries)}")


def loaded_by_tool(*words):
    """The libraries that the loader reports."""
    answer = run(COUNTERSIGN, *words, env={"LD_DEBUG": "files", "PATH": os.environ["PATH"]})
    return set(re.findall(r"file=(\w+)\.so\S* \[0\];\s+(?:needed by|dynamically loaded)", answer.stderr))


def sessions():
    """The stand-alone sessions in this test's sandbox."""
    own = os.readlink("/proc/self/ns/mnt")
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_bytes() == b"countersignd\0--session\0" and os.readlink(folder / "ns/mnt") == own:
                yield int(folder.name)
        except OSError:
            continue  # it has ended


class WithoutLibcurl:
    """In this test's own mounts, an empty file is where the library was."""

    def __init__(self):
        found = re.search(r"^\s*libcurl\.so\.4 .*=> (\S+)$", run("ldconfig", "-p").stdout, re.M)
        self.path = os.path.realpath(found[1])

    def __enter__(self):
        empty = WORKDIR / "empty"
        empty.write_bytes(b"")
        run("mount", "--bind", str(empty), self.path)
        return self

    def restore(self):
        if self.path is not None:
            run("umount", self.path)
        self.path = None

    def __exit__(self, kind, *rest):
        self.restore()


# ---- the local provider ----

def test_the_tool_makes_no_request():
    write_config({})
    fresh("alice")
    for words in (["--version"], ["list", "alice"], ["list"], ["report"], ["options"], ["explain-reason", "wrong-code"]):
        expect_loaded(loaded_by_tool(*words), False, f"{words}")


def test_logins_at_this_machine_make_no_request():
    write_config({})
    with Broker() as broker:
        stack("require_broker")
        expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "a login")
        expect_loaded(loaded(broker.pid), False, "the broker")
    stack("standalone")
    who = fresh("alice")
    session = PamSession("alice")
    session.prompt()
    pid, = sessions()
    expect_loaded(loaded(pid), False, "a stand-alone session that asks")
    session.answer(who.code())
    expect_equal(session.result().code, "PAM_SUCCESS", "a stand-alone login")


# ---- providers with a server ----

def test_the_broker_loads_it_at_its_start():
    """Whether a provider with a server is the one for all, one of several, or that of IBM's file."""
    for config in ({"provider": "werbot", "werbot": WERBOT}, {"werbot": WERBOT},
                   {"services": {"vpn": {"provider": "werbot"}}}):
        write_config(config)
        with Broker() as broker:
            expect_loaded(loaded(broker.pid), True, f"{config}")
    write_config("")
    with Gateway(broker=False):
        with Broker() as broker:
            expect_loaded(loaded(broker.pid), True, "IBM's file")
    IBM_FILE.unlink()


# ---- a machine without it ----

def test_the_broker_says_it_at_its_start():
    with WithoutLibcurl():
        for config in ({"provider": "werbot", "werbot": WERBOT}, {"services": {"vpn": {"provider": "werbot"}}}):
            write_config(config)
            with Broker() as broker:
                expect_match(CANNOT, broker.log(), f"{config}")
        write_config({})
        with Broker() as broker:
            expect(not re.search("libcurl", broker.log()), f"nobody needs it: {broker.log()}")


def test_logins_at_this_machine_do_without_it():
    with WithoutLibcurl():
        write_config({})
        with Broker():
            stack("require_broker")
            expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "with a broker")
        stack("standalone")
        expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "without one")


def test_ibm_verify_refuses_until_it_is_there():
    """It is no outage of the server, so that failmode_insecure lets nobody in; the broker need not be started again."""
    with WithoutLibcurl() as machine, Verify() as verify:
        factor = verify.alice.totp()
        for arguments in ((), ("failmode_insecure", "stack_first_factor")):
            login = verify.log_in("auth_method=totp", *arguments, answers=[factor.code()])
            expect_equal((login.code, login.audit["verdict"], login.audit["granted"], login.calls),
                         ("PAM_AUTHINFO_UNAVAIL", "unavailable", "no", []), f"{arguments}: {login.log}")
            expect_match(CANNOT, login.log, "why")
        machine.restore()
        login = verify.log_in("auth_method=totp", "stack_first_factor", answers=[factor.code()])
        expect_equal((login.code, login.audit["reason"]), ("PAM_SUCCESS", "totp"), login.log)


def test_openid_refuses_without_it():
    """Its settings are URLs, which libcurl takes apart: the file is not called wrong for it."""
    with StrictServer(Client.basic()) as server, Machine(server) as machine, WithoutLibcurl():
        machine.broker.stop()
        machine.broker.start()
        expect_match(CANNOT, machine.broker.log(), "at the start")
        login = machine.log_in("stack_first_factor", answers=[""])
        expect_equal((login.audit["granted"], server.find("backchannel")), ("no", []), login.log)
        answer = countersign("check", check=False)
        expect_match(CANNOT, answer.stdout + answer.stderr, "check")


main()
