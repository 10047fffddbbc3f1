#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: follow_readme.py packages | machine

Runs what README and the manual's chapter REMOVAL say, as root in the source folder, on a machine that is only for that:
`packages` the first command, which needs a network; `machine` all that comes after it. scripts/follow-readme calls it.
"""
import hashlib
import os
import pathlib
import pwd
import re
import stat
import subprocess
import sys
import time

import pexpect

README = pathlib.Path("README.md").read_text()
MANUAL = pathlib.Path("docs/man/countersign.8.in").read_text()
PATIENCE = 60
CONF = pathlib.Path("/etc/ssh/sshd_config.d/countersign.conf")
PAM = pathlib.Path("/etc/pam.d/sshd")
KEYS = pathlib.Path("/var/lib/countersign-boot/keys")
PASSWORD = "Correct-Horse-7"
GREETING = "in as "
# What is no part of an installation: of the kernel, of systemd's own state and of this test.
NOT_COMPARED = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/log", "/var/tmp", "/var/cache", "/var/lib/systemd",
                "/var/lib/countersign-boot", "/var/lib/pam", "/root", "/home",
                "/etc/systemd/system/countersign-boot.service", "/etc/.pwd.lock")
# Debian's own programs keep what these files were before the last change.
BACKUPS = {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-"}


class Failure(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failure(what)


# ---- what is written there ----

def section(heading):
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def blocks(heading):
    """[(the paragraph before, a block of code)]; a block has no indentation."""
    paragraphs = [p for p in section(heading).split("\n\n") if p.strip()]
    for before, text in zip(["", *paragraphs], paragraphs):
        if text.strip("\n").startswith("    "):
            yield before, re.sub(r"^    ", "", text.strip("\n"), flags=re.M)


def commands(block):
    """Its lines, without those for machines that have what this one has not."""
    return [line for line in block.splitlines() if "# only for" not in line]


def removal():
    """The steps of the chapter: (words, commands)."""
    chapter = MANUAL.split(".Sh REMOVAL\n")[1].split(".Sh ")[0]
    for step in chapter.split(".It\n")[1:]:
        yield step, [block.split(".Ed\n")[0].replace("\\e", "\\") for block in step.split(".Bd -literal\n")[1:]]


# ---- a person at a terminal ----

def run(command, check=True):
    """Types a command; shows it and what it says."""
    print(f"# {command}", flush=True)
    done = subprocess.run(["bash", "-c", command], text=True, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = done.stdout.splitlines()
    print("".join(f"    {line}\n" for line in lines[-12:]), end="", flush=True)
    expect(not check or done.returncode == 0, f"exit status {done.returncode}: {command}\n{done.stdout[-3000:]}")
    return done.stdout


def terminal(command):
    print(f"# {command}", flush=True)
    return pexpect.spawn("bash", ["-c", command], encoding="utf-8", timeout=PATIENCE, dimensions=(60, 120))


def end(child):
    """What came last, and the exit status."""
    child.expect(pexpect.EOF)
    child.close()
    print("".join(f"    {line}\n" for line in child.before.splitlines()[-12:]), end="", flush=True)
    return child.before, child.exitstatus


class App:
    """An authenticator app, which shows each code once."""

    def __init__(self, secret):
        self.secret, self.step = secret, -1

    def code(self):
        """Of the next step that was not shown yet. A code counts up to 30 s before its time: a person waits too."""
        step = max(self.step + 1, int(time.time()) // 30)
        while int(time.time()) // 30 < step - 1:
            time.sleep(1)
        self.step = step
        return subprocess.run(["oathtool", "--totp", "--base32", f"--now=@{step * 30}", "-"], input=self.secret, text=True,
                              capture_output=True, check=True).stdout.strip()


def add_account(name, *groups):
    if name not in {entry.pw_name for entry in pwd.getpwall()}:
        run(f"useradd --create-home --shell /bin/bash {' '.join(f'--groups {group}' for group in groups)} {name}")
    run(f"echo {name}:{PASSWORD} | chpasswd")
    KEYS.mkdir(exist_ok=True)
    key, account = KEYS / name, pwd.getpwnam(name)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    folder = pathlib.Path(account.pw_dir, ".ssh")
    folder.mkdir(exist_ok=True)
    (folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    subprocess.run(["chown", "-R", f"{name}:", folder], check=True)


def ssh(user, answers=(), source=1, key=True, batch=False):
    """(prompts, whether it got in). Each source is an address of its own, so that sshd punishes none for another."""
    options = {"StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "LogLevel": "ERROR", "IdentitiesOnly": "yes",
               "NumberOfPasswordPrompts": "1", "PasswordAuthentication": "no", "BindAddress": f"127.0.0.{source}",
               "BatchMode": "yes" if batch else "no", "IdentityFile": KEYS / user if key else "none"}
    words = " ".join(f"-o {name}={value}" for name, value in options.items())
    child = terminal(f"ssh -F none {words} {user}@127.0.0.1 'echo {GREETING}$(id -un)'")
    prompts = []
    for answer in answers:
        if child.expect([r"([^\r\n]*: )$", pexpect.EOF]) == 1:
            break
        prompts.append(re.sub(r"^\(.*?\) ", "", child.match[1]))
        child.sendline(answer)
    return prompts, f"{GREETING}{user}" in end(child)[0]


# ---- the chapters ----

def install():
    (_, block), = blocks("Install")
    for command in commands(block)[1:]:
        said = run(command)
    bad = [line for line in said.splitlines() if not re.match(r"ok|note", line)]
    expect(not bad, f"README says that every line of check should say ok, or note: {bad}")


def enrol():
    """Alice's app, after a login on the terminal."""
    (_, first), (_, second) = blocks("Enrol a user")
    child = terminal(first)
    child.expect(r"secret: ([A-Z2-7]+)")
    app = App(child.match[1])
    child.expect("code[^\r\n]*: $")
    child.sendline(app.code())
    said, status = end(child)
    expect(status == 0 and len(re.findall(r"^  \w{4}-\w{4}-\w{4}\r?$", said, re.M)) == 10, f"ten recovery codes: {said}")
    child = terminal(second)
    child.expect("Verification code: $")
    child.sendline(app.code())
    expect("verdict: allow" in end(child)[0], "try")
    return app


def enrol_quietly(user):
    """Somebody else, so that nobody waits for a code of alice's."""
    run(f"countersign enroll totp {user} --secret - --no-confirm <<< {'JBSWY3DPEHPK3PXP' * 2}")
    return App("JBSWY3DPEHPK3PXP" * 2)


def reload():
    run("sshd -t && systemctl reload ssh")


def edit_pam(block):
    """As its first lines, in place of @include common-auth."""
    lines = PAM.read_text().splitlines()
    expect(lines.count("@include common-auth") == 1, f"{PAM} has no @include common-auth")
    lines.remove("@include common-auth")
    PAM.write_text("\n".join([*block.splitlines(), *lines]) + "\n")


def follow_commands(block):
    """Nothing keeps the clock of this machine right that it could know of: of that alone doctor may warn."""
    for command in commands(block):
        doctor = "doctor" in command
        said = run(command, check=not doctor)
        bad = [line for line in said.splitlines() if re.match("(wrong|risky) ", line) and "[clock-" not in line]
        expect(not doctor or (not bad and " fine" in said), f"doctor: {said}")


# How the paragraph before a block begins, or ends, and what a reader does with the block.
CONFIGURE = [
    (r"that you are about to change:$", follow_commands),
    (r"^`/etc/ssh/sshd_config.d/countersign.conf`:$", lambda block: CONF.write_text(block + "\n")),
    (r"^`/etc/pam.d/sshd`, as the first line, in place of `@include common-auth`:$", edit_pam),
    (r"Then$", follow_commands),
    (r"end `countersign.conf` with$", lambda block: CONF.write_text(f"{CONF.read_text()}{block}\n") and reload()),
    (r"^\*\*Password first, then code\*\*", None),  # instead of the above: password_first()
]


def configure():
    for before, block in blocks("Configure sshd"):
        does = [action for pattern, action in CONFIGURE if re.search(pattern, before)]
        expect(len(does) == 1, f"README has a block that this test does not know: {before}\n{block}")
        if does[0]:
            does[0](block)


def log_in(alice):
    prompts, inside = ssh("alice", [alice.code()])
    expect((prompts, inside) == (["Verification code: "], True), f"key and code: {prompts}, {inside}")
    expect(ssh("alice", ["000000"] * 4, source=2)[1] is False, "a wrong code")
    expect(ssh("alice", batch=True, source=3)[1] is False, "the key alone")
    expect(ssh("robot", batch=True, source=4)[1] is True, "a robot")
    expect(ssh("bob", ["000000"] * 4, source=5)[1] is False, "somebody who is not enrolled")
    said = run("journalctl -t countersignd --no-pager -o cat")
    expect("login verdict=allow" in said and "standalone=yes" not in said, "logins go through the broker, and into the log")


def log_in_as_root():
    """What README says of root: junk in place of the code, until sshd lets root use a dialogue."""
    app = enrol_quietly("root")
    prompts, inside = ssh("root", [app.code(), "000001", "000002", "000003"], source=6)
    expect((len(prompts), inside) == (4, False), f"root in spite of prohibit-password: {prompts}, {inside}")
    CONF.write_text("PermitRootLogin yes\n" + CONF.read_text())
    reload()
    expect(ssh("root", [app.code()], source=7) == (["Verification code: "], True), "root with PermitRootLogin yes")


def password_first():
    text, = [block for before, block in blocks("Configure sshd") if before.startswith("**Password first, then code**")]
    lists = re.search(r"\*\*Password first.*?`(AuthenticationMethods [^`]*)`", section("Configure sshd"))[1]
    kept = CONF.read_text(), PAM.read_text()
    CONF.write_text(kept[0].replace("AuthenticationMethods publickey,keyboard-interactive", lists))
    run(f"cp -p /root/pam.d-sshd {PAM}")
    edit_pam(text)
    reload()
    prompts, inside = ssh("bob", [PASSWORD, enrol_quietly("bob").code()], source=8, key=False)
    expect((prompts, inside) == (["Password: ", "Verification code: "], True), f"password first: {prompts}, {inside}")
    expect(ssh("bob", ["wrong", "1"], source=9, key=False)[0][1:] in ([], ["Password: "]), "a code after a wrong password")
    CONF.write_text(kept[0])
    PAM.write_text(kept[1])
    reload()


def remove():
    """The first step is words: the lines come out, with the copy that README says to make, and sshd is reloaded."""
    for number, (words, found) in enumerate(removal(), 1):
        print(f"== REMOVAL, step {number}", flush=True)
        if number == 1:
            expect(str(CONF) in words, "the first step names the file of sshd")
            run(f"cp -p /root/pam.d-sshd {PAM}; rm {CONF}; systemctl reload ssh")
        for block in found:
            run(block)
        if "Log in on a second terminal" in words:
            expect(ssh("alice", source=10)[1], "a login without the module")
    expect(ssh("alice", source=11)[1], "a login when all is gone")
    expect(run("pgrep -fa countersignd", check=False) == "", "a process is left")
    expect(not pathlib.Path("/run/countersign").exists(), "/run/countersign is left")


# ---- what is left ----

def entry(path):
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return os.readlink(path)
    if stat.S_ISREG(found.st_mode):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return stat.filemode(found.st_mode)


def snapshot():
    found = {}
    for folder, below, names in os.walk("/"):
        below[:] = [name for name in below if os.path.join(folder, name) not in NOT_COMPARED]
        for name in below + names:
            path = pathlib.Path(folder, name)
            if str(path) not in (*NOT_COMPARED, *BACKUPS):
                found[str(path)] = entry(path)
    return found


def machine():
    for name, groups in (("alice", ()), ("bob", ()), ("robot", ("robots",)), ("root", ())):
        if groups:
            run("groupadd robots")
        add_account(name, *groups)
    before = snapshot()
    install()
    alice = enrol()
    configure()
    log_in(alice)
    log_in_as_root()
    password_first()
    remove()
    after = snapshot()
    left = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    expect(not left, "left or changed:\n" + "\n".join(left))
    print("README and the manual's chapter suffice: installed, configured, logged in, removed.")


def packages():
    (_, block), = blocks("Install")
    run(commands(block)[0])


def main():
    try:
        {"packages": packages, "machine": machine}[sys.argv[1]]()
    except (Failure, pexpect.ExceptionPexpect) as failure:
        print(f"follow-readme: {failure}", flush=True)
        return 1
    return 0


sys.exit(main())
