# SPDX-License-Identifier: Apache-2.0
"""Removal: what finds the PAM lines that would break, and the manual's chapter, followed to the end."""
import os

from countersign import *

MANUAL = pathlib.Path(__file__).parents[2] / "docs" / "man" / "countersign.8.in"
BUILD = pathlib.Path("/root/source")
PAM = pathlib.Path("/etc/pam.d")
LEFT_EMPTY = [pathlib.Path("/usr/lib/countersign"), pathlib.Path("/usr/share/countersign")]


def check(status, *words):
    answer = countersign("uninstall-check", *words, check=False)
    expect_equal(answer.returncode, status, f"{answer.stdout}{answer.stderr}")
    return answer


def test_each_line_that_may_name_the_module_is_named():
    check(0)
    written = {
        "sshd-like": ["#%PAM-1.0", "# auth required pam_countersign.so", "auth required pam_unix.so # not pam_countersign.so",
                      "auth requisite pam_countersign.so"],
        "by-path": ["-auth [success=1 default=ignore] /lib/security/pam_countersign.so retry=1"],
        "joined": ["auth required \\", "  pam_countersign.so", "auth [a#b] pam_countersign.so"],
    }
    for name, lines in written.items():
        (PAM / name).write_text("\n".join(lines) + "\n")
    profile = pathlib.Path("/usr/share/pam-configs/countersign")
    profile.parent.mkdir(parents=True, exist_ok=True)
    profile.write_text("Name: code\nAuth:\n\trequired pam_countersign.so\n")
    wanted = [(f"{PAM}/by-path", 1), (f"{PAM}/joined", 2), (f"{PAM}/joined", 3), (f"{PAM}/sshd-like", 4), (str(profile), 3)]
    answer = check(1)
    lines = [line for line in answer.stderr.splitlines() if re.match(r"countersign: /", line)]
    expect_equal([tuple(line.split(": ")[1].split(":")) for line in lines], [(path, str(number)) for path, number in wanted], "lines")
    expect_match("^countersign: take these 5 lines out before", answer.stderr, "what to do")
    found = json.loads(check(1, "--json").stdout)
    expect_equal([(row["file"], row["line"]) for row in found], wanted, "--json")
    for path in {path for path, _ in wanted}:
        os.unlink(path)
    expect_match("^No PAM file names the module", check(0).stdout, "afterwards")
    expect_equal(json.loads(check(0, "--json").stdout), [], "--json afterwards")
    expect_equal(countersign("uninstall-check", "x", check=False).returncode, 2, "usage")


def test_why_a_line_without_its_module_refuses_everybody():
    """What the check is for."""
    stack(module="pam_countersign_that_is_gone.so", service="gone")
    expect(pam_login("alice", service="gone").code != "PAM_SUCCESS", "a line whose module is gone")


def commands(number):
    """The commands of a step of the chapter, as a shell gets them."""
    chapter = MANUAL.read_text().split(".Sh REMOVAL\n")[1].split(".Sh ")[0]
    step = chapter.split(".It\n")[number]
    return "\n".join(block.split(".Ed\n")[0].replace("\\e", "\\") for block in step.split(".Bd -literal\n")[1:])


def follow(number, status=0):
    """Runs a step in the folder of the source, with a systemctl that only notes what it is told."""
    result = run("sh", "-ec", f"cd {BUILD}; PATH={BUILD}/bin:$PATH\n{commands(number)}", check=False)
    expect_equal(result.returncode, status, f"step {number}: {result.stdout}{result.stderr}")
    return result


def prepare():
    manifest = BUILD / "build" / "release" / "install_manifest.txt"
    (BUILD / "bin").mkdir(parents=True)
    manifest.parent.mkdir(parents=True)
    stage = pathlib.Path(os.environ["CS_STAGE"])
    manifest.write_text("".join(f"/{path.relative_to(stage)}\n" for path in sorted(stage.rglob("*")) if path.is_file()))
    (BUILD / "bin" / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {BUILD}/systemctl\n')
    (BUILD / "bin" / "systemctl").chmod(0o755)
    return [pathlib.Path(line) for line in manifest.read_text().splitlines()]


def test_the_chapter_followed_in_its_order():
    installed = prepare()
    expect(all(path.exists() for path in installed), "installed")
    stock = (PAM / "sshd").read_text()
    write_config({})
    factor = fresh("alice")
    set_password("alice", "the account's own")
    dropin = pathlib.Path("/etc/ssh/sshd_config.d/countersign.conf")
    dropin.parent.mkdir(parents=True, exist_ok=True)
    dropin.write_text("UsePAM yes\nKbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive\n")
    jail = pathlib.Path("/etc/fail2ban/jail.d/countersign.local")
    jail.write_text("[countersign]\nenabled = true\n")
    with Broker(), Sshd(AuthenticationMethods="publickey,keyboard-interactive") as sshd:
        expect(sshd.ssh("alice", [factor.code()]).success, "a login with the second factor")
        follow(2, status=1)   # the lines are there yet ...
        follow(6, status=1)   # ... and so nothing is removed
        expect(all(path.exists() for path in installed), "nothing is removed too early")
    # Step 1, by hand: the lines come out, and what they replaced comes back.
    (PAM / "sshd").write_text(stock)
    for path in PAM.iterdir():
        if "pam_countersign" in path.read_text(errors="replace"):
            path.write_text("auth required pam_unix.so\naccount required pam_unix.so\n")
    dropin.unlink()
    follow(2)
    with Sshd(auth="auth required pam_unix.so", AuthenticationMethods="publickey,keyboard-interactive") as sshd:
        expect(sshd.ssh("alice", ["the account's own"]).success, "step 3")
        follow(4)
        follow(5)
        expect(not jail.exists(), "the jail's switch")
        follow(6)
        expect_equal([str(path) for path in installed if path.exists()], [], "what is left of the programs")
        follow(7)
        expect(sshd.ssh("alice", ["the account's own"]).success, "a login when all is gone")
    told = (BUILD / "systemctl").read_text().splitlines()
    expect_equal(told, ["disable --now countersignd.socket countersignd.service", "disable --now countersign-u2f-host.socket",
                        "daemon-reload"], "systemctl")
    for path in STORE.parent, KEY.parent, pathlib.Path("/run/countersign"), *LEFT_EMPTY:
        expect(not path.exists(), f"{path}")
    expect(pathlib.Path("/etc/fail2ban/filter.d").exists(), "fail2ban's own folder")
    expect("countersign" not in pathlib.Path("/etc/passwd").read_text(), "accounts")


main()
