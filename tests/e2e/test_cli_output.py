# SPDX-License-Identifier: Apache-2.0
"""countersign where standard input, output or error is full, closed, or read by nobody."""
import json
import shlex
import subprocess

from countersign import *

FULL = "countersign: cannot write standard output: No space left on device\n"
CLOSED = "countersign: cannot write standard output: Bad file descriptor\n"


def shell(*words, redirect, input=""):
    """The tool with a redirection of the shell."""
    return run("sh", "-c", f"{shlex.join([COUNTERSIGN, *words])} {redirect}", input=input, check=False)


def recovery_codes():
    return store_rows("SELECT count(*) FROM recovery")[0][0], store_rows("SELECT * FROM recovery ORDER BY 1, 2")


def test_output_that_cannot_be_written_is_no_success():
    fresh("alice")
    for words in (["list", "alice"], ["list", "alice", "--json"], ["options"], ["check"], ["prompts"], ["--help"],
                  ["--version"], ["map", "alice"], ["rekey"], ["list"], ["list", "--json"], ["report"],
                  ["report", "--csv"], ["report", "--json"]):
        for redirect, why in ((">/dev/full", FULL), (">&-", CLOSED)):
            result = shell(*words, redirect=redirect)
            expect_equal((result.returncode, result.stderr), (1, why), f"{words} {redirect}")
    result = shell("unlock", "alice", redirect=">&-")
    expect_equal((result.returncode, result.stderr), (0, ""), "a verb that has nothing to say")
    result = shell("unlock", redirect=">/dev/full")
    expect_equal(result.returncode, 2, "wrong use stays wrong use")


def test_recovery_codes_that_cannot_be_shown():
    fresh("alice")
    before = recovery_codes()
    result = shell("recovery", "alice", redirect=">&-")
    expect_equal((result.returncode, result.stderr, recovery_codes()), (1, CLOSED, before), "nothing is replaced")
    advice = ("countersign: the recovery codes of alice were replaced, but the new ones were not shown: "
              "run 'countersign recovery alice' again\n")
    for words in (["recovery", "alice"], ["recovery", "alice", "--json"]):
        result = shell(*words, redirect=">/dev/full")
        expect_equal((result.returncode, result.stderr), (1, FULL + advice), f"{words}")
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run([COUNTERSIGN, "recovery", "alice"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    expect_equal((result.returncode, result.stderr), (1, FULL.replace("No space left on device", "Broken pipe") + advice),
                 "a reader that went away")
    expect_equal(len(json.loads(countersign("recovery", "alice", "--json").stdout)["recovery_codes"]), 10, "again")


def test_a_secret_that_cannot_be_shown():
    forget_factors("alice")
    for redirect in (">/dev/full", ">&-"):
        result = shell("enroll", "totp", "alice", redirect=redirect, input="123456\n" * 3)
        expect_equal(result.returncode, 1, f"{redirect}: {result.stderr}")
        result = shell("enroll", "totp", "alice", "--no-confirm", redirect=redirect)
        expect_equal(result.returncode, 1, f"--no-confirm {redirect}")
        expect_match("nothing was stored" if "full" in redirect else CLOSED.strip(), result.stderr, redirect)
    expect_equal(shell("enroll", "totp", "alice", "--no-confirm", "--json", redirect=">&-").returncode, 1, "--json >&-")
    expect_equal(listing("alice")["factors"], [], "factors")
    result = shell("enroll", "totp", "alice", "--no-confirm", "--json", redirect=">/dev/full")
    expect_equal(result.returncode, 1, "--json")
    expect_match(r"its secret was not shown: remove it \(countersign list alice;", result.stderr, "what to do")
    batch = WORKDIR / "batch"
    batch.write_text("bob\n")
    result = shell("enroll", "totp", "--batch", str(batch), redirect=">/dev/full")
    expect_equal(result.returncode, 1, "--batch")
    expect_match("not every secret was shown: remove these factors", result.stderr, "what to do")


def test_closed_descriptors_never_become_the_store():
    forget_factors("alice")
    write_config({"u2f_origins": "pam://127.0.0.1"})
    for path in STORE_LOCK, KEY:
        before = path.read_bytes()
        for words in (["enroll", "u2f", "alice", "--request"], ["list", "alice"], ["list", "no-such-user"],
                      ["recovery", "alice"], ["remove", "alice", "9"], ["enroll", "u2f", "alice", "--response"]):
            for redirect in ("2>&-", ">&- 2>&-", "<&- >&- 2>&-", ">&-", "<&-"):
                shell(*words, redirect=redirect)
                expect_equal(path.read_bytes(), before, f"{path} after {words} {redirect}")
    result = shell("enroll", "u2f", "alice", "--response", redirect="<&-")
    expect_match("no answer on standard input", result.stderr, "a closed input")
    result = shell("enroll", "u2f", "alice", "--request", redirect="2>&-")
    expect_match(r"^U2F2-enrol\.\S+\n$", result.stdout, "the request")


def test_closed_descriptors_of_the_broker():
    class Closed(Broker):
        def start(self):
            self.command = ["sh", "-c", f"exec {shlex.join(self.command)} <&- >&- 2>&-"]
            return super().start()

        def ready(self):  # it cannot say so
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
                return probe.connect_ex(SOCKET) == 0

    with Closed() as broker:
        expect_equal([os.readlink(f"/proc/{broker.pid}/fd/{fd}") for fd in range(3)], ["/dev/null"] * 3, "what they are")
        factor = fresh("alice")
        stack("retry=0")
        expect_equal(pam_login("alice", [factor.code(), ""]).code, "PAM_SUCCESS", "a login")


# ---- the files of PAM ----

def test_check_reads_pam_files():
    pam_service("cut", ["auth required pam_countersign.so [otp_prompt=Code #1: ]"])
    expect_match(r"^warn /etc/pam\.d/cut:1: a # ends a PAM line", countersign("check", check=False).stdout, "check")
    pathlib.Path("/etc/pam.d/cut").unlink()
    expect("/etc/pam.d/" not in countersign("check", check=False).stdout, "a warning without a reason")


before_each.append(lambda: write_config({}))
main()
