# SPDX-License-Identifier: Apache-2.0
"""`countersign doctor` on a machine that runs: what the files alone do not say."""
import json

from countersign import *

CONFIG = pathlib.Path("/etc/ssh/sshd_config")
PID_FILE = pathlib.Path("/run/sshd-test.pid")


class ListeningSshd(Sshd):
    """The one that doctor looks for: at its usual configuration, with a pid file."""

    def __init__(self, **settings):
        super().__init__(PidFile=PID_FILE, **settings)
        CONFIG.write_bytes(self.config.read_bytes())
        self.command = [SSHD, "-D", "-e"]


def doctor(*words):
    answer = run("countersign", "--json", "doctor", *words, check=False)
    expect(answer.returncode in (0, 1), f"doctor: {answer.stderr}")
    found = json.loads(answer.stdout)
    expect_equal(answer.returncode, int(any(item["severity"] != "fine" for item in found)), "the exit status")
    return found


def places(found, name):
    return [(item["severity"], item["file"], item["line"]) for item in found if item["id"] == name]


def test_an_sshd_that_has_not_read_its_file():
    with Broker(), ListeningSshd() as sshd:
        wait_until(PID_FILE.exists, "the pid file")
        expect_equal(places(doctor(), "sshd-not-reloaded"), [], "right after the start")
        before = PID_FILE.stat().st_mtime_ns
        with CONFIG.open("a") as out:
            out.write("# changed\n")
        expect_equal(places(doctor(), "sshd-not-reloaded"), [("wrong", str(CONFIG), None)], "after a change")
        os.kill(sshd.process.pid, signal.SIGHUP)
        wait_until(lambda: PID_FILE.exists() and PID_FILE.stat().st_mtime_ns > before, "the reload")
        expect_equal(places(doctor(), "sshd-not-reloaded"), [], "after a reload")


def test_an_old_copy_put_back_is_a_change_too():
    """cp -p and rsync set the time of the content back, but not that of the change."""
    with Broker(), ListeningSshd():
        wait_until(PID_FILE.exists, "the pid file")
        CONFIG.write_text(CONFIG.read_text())
        os.utime(CONFIG, (1, 1))
        expect_equal(places(doctor(), "sshd-not-reloaded"), [("wrong", str(CONFIG), None)], "an old copy")


def test_the_user_who_is_asked_about():
    with Broker(), ListeningSshd(PermitRootLogin="prohibit-password"):
        expect_equal(places(doctor(), "sshd-root-refused"), [], "nobody asks about root")
        expect_equal(len(places(doctor("--user", "root"), "sshd-root-refused")), 1, "root")
        found = doctor("--user", "nobody-here", "--from", "198.51.100.7")
        expect_equal(places(found, "user-unknown"), [("wrong", None, None)], "an account that does not exist")
        reasons = [item["reason"] for item in found if item["id"] == "sshd-for-user"]
        expect_match("nobody-here .*198.51.100.7 .*publickey,keyboard-interactive", reasons[0], "how they log in")


def test_a_match_block_is_tried_with_a_member_of_its_group():
    with open("/etc/group", "a") as out:
        out.write("staff-with-codes:x:7777:alice\n")
    with Broker(), ListeningSshd():
        lines = CONFIG.read_text().count("\n")
        with CONFIG.open("a") as out:
            out.write("Match Group staff-with-codes\n    MaxAuthTries 1\n")
        expect_equal(places(doctor(), "sshd-few-tries"), [("risky", str(CONFIG), lines + 2)], "the line of the block")


def test_a_full_disk():
    with FullDisk() as disk, Broker():
        expect_equal(places(doctor(), "disk-full"), [], "with room")
        disk.leave(0)
        expect_equal([place[0] for place in places(doctor(), "disk-full")], ["wrong"], "without")


def test_doctor_is_for_root_and_two_options_do_not_go_together():
    expect_match("must be run as root", run("setpriv", "--reuid", "65534", "--clear-groups", "countersign", "doctor",
                                            check=False).stderr, "somebody else")
    expect_equal(run("countersign", "doctor", "--root", "/etc", "--online", check=False).returncode, 2, "--root and --online")


def test_text_ends_with_the_counts():
    with Broker():
        lines = run("countersign", "doctor", check=False).stdout.splitlines()
        expect_match(r"^\d+ wrong, \d+ risky, \d+ fine$", lines[-1], "the last line")
        order = [line.split()[0] for line in lines[:-1] if not line.startswith(" ")]
        expect_equal(order, sorted(order, key=["wrong", "risky", "fine"].index), "the worst first")


main()
