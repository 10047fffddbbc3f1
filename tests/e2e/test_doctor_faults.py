# SPDX-License-Identifier: Apache-2.0
"""`countersign doctor --root` finds every fault of tests/doctor/faults at its place, and nothing in healthy machines."""
import re

from countersign import *
from countersign import machines

PROGRAM = shutil.which("countersign")
CONFIG_FILE = "etc/ssh/sshd_config.d/countersign.conf"
if SSHD != "/usr/sbin/sshd":  # a newer one: doctor asks the machine's, which is that one here
    run("mount", "--bind", SSHD, "/usr/sbin/sshd")


def compare_all(sort, least):
    folders = machines.all_of(sort)
    expect(len(folders) >= least, f"{len(folders)} machines in {sort}")
    problems = [problem for folder in folders for problem in machines.compare(PROGRAM, folder)]
    expect_equal(problems, [], sort)


def test_every_fault_is_found_at_its_place():
    compare_all("faults", 80)


def test_healthy_machines_have_nothing_wrong_or_risky():
    compare_all("healthy", 18)


def test_each_fault_expects_something():
    for folder in machines.all_of("faults"):
        expect((folder / "expect").read_text().strip(), f"{folder.name} expects nothing")


def newer_machine(name, *lines):
    """The healthy Debian with further lines for sshd, if this sshd knows them."""
    version = re.search(r"OpenSSH_(\d+)\.(\d+)", run(SSHD, "-V", check=False).stderr).groups()
    if tuple(map(int, version)) < (9, 8):
        raise Skip("an sshd before 9.8")
    root = WORKDIR / name
    root.mkdir()
    machines.build(machines.DOCTOR / "healthy" / "debian", root)
    with (root / CONFIG_FILE).open("a") as out:
        out.write("\n".join(lines) + "\n")
    return root


def unhealthy(root):
    return [row for row in machines.examine(PROGRAM, root)[0] if row[0] != "fine"]


def test_what_only_newer_sshds_know():
    """PAMServiceName and PerSourcePenalties, from OpenSSH 9.8 on."""
    root = newer_machine("newer", "PAMServiceName ssh-with-codes")
    expect_equal(unhealthy(root), [("wrong", "sshd-pam-service", f"/{CONFIG_FILE}:4")], "a service without a file")
    root = newer_machine("penalties", "PerSourcePenalties authfail:20s")
    expect_equal(unhealthy(root), [("risky", "sshd-penalty", f"/{CONFIG_FILE}:4")], "a long penalty")


def test_the_service_that_sshd_names_is_judged_as_its_own():
    """libpam makes its name lower case; what /etc/pam.d/sshd says no longer matters."""
    root = newer_machine("service", "PAMServiceName SSH-with-codes")
    folder = root / "etc/pam.d"
    (folder / "ssh-with-codes").write_bytes((folder / "sshd").read_bytes())
    (folder / "sshd").unlink()
    expect_equal(unhealthy(root), [], "the module in that service, and none that is called sshd")
    (root / CONFIG_FILE).write_text((root / CONFIG_FILE).read_text().replace("publickey,", "publickey publickey,"))
    expect_equal(unhealthy(root), [("wrong", "sshd-way-around", f"/{CONFIG_FILE}:3")], "its settings are judged")


def test_a_named_service_without_the_module():
    root = newer_machine("stock", "PAMServiceName ssh-plain")
    folder = root / "etc/pam.d"
    (folder / "ssh-plain").write_text("@include common-auth\n@include common-account\n@include common-session\n")
    expect_equal(unhealthy(root), [("risky", "pam-service-without", "/etc/pam.d/ssh-plain")],
                 "the module in /etc/pam.d/sshd is no help")


def test_a_root_changes_nothing():
    """Neither the folder nor this machine: files, modes, times."""
    def state(root):
        return [(str(path), path.lstat().st_mode, path.lstat().st_mtime_ns, path.lstat().st_ctime_ns)
                for path in sorted(root.rglob("*"))]
    root = WORKDIR / "root"
    root.mkdir()
    machines.build(machines.DOCTOR / "healthy" / "debian", root)
    before = state(root), state(pathlib.Path("/etc/ssh")), state(pathlib.Path("/etc/countersign"))
    machines.examine(PROGRAM, root)
    expect_equal((state(root), state(pathlib.Path("/etc/ssh")), state(pathlib.Path("/etc/countersign"))), before, "files")


def test_links_stay_below_the_root():
    """A link of an image to an absolute path means the image's own file, even one that climbs."""
    root = WORKDIR / "links"
    root.mkdir()
    machines.build(machines.DOCTOR / "healthy" / "debian", root)
    outside = pathlib.Path("/etc/outside.conf")
    outside.write_text("AuthenticationMethods publickey\n")
    for number, target in enumerate((outside, f"{'../' * 20}{outside}")):
        (root / f"etc/ssh/sshd_config.d/0{number}.conf").symlink_to(target)
    rows, _ = machines.examine(PROGRAM, root)
    expect_equal([row for row in rows if row[0] != "fine"], [], "what is outside does not count")


def test_what_is_left_out_is_said_on_request():
    root = WORKDIR / "request"
    root.mkdir()
    machines.build(machines.DOCTOR / "healthy" / "debian", root)
    expect("left-out" not in {row[1] for row in machines.examine(PROGRAM, root)[0]}, "not by itself")
    expect("left-out" in {row[1] for row in machines.examine(PROGRAM, root, "--all")[0]}, "with --all")


main()
