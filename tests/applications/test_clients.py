# SPDX-License-Identifier: Apache-2.0
"""SSH clients besides those of e2e.golden (docs/CLIENTS.md): programs over OpenSSH's client on a terminal, and clients
of their own."""
import typing

from countersign import *
from countersign.application import *
from countersign.clients import *

NOT_ACCEPTED = r"That code was not accepted. Tries left: 3\s+Verification code: $"
ASKS_CODE = r"\(alice@127.0.0.1\) Verification code: $"


# ---- programs that run ssh ----

class OverSsh(typing.NamedTuple):
    """`works` is a shell command that succeeds if the program did what it is for."""
    program: str
    command: tuple
    works: str = f"grep -q 'from there' {FOLDER}/got"
    prepare: str = ":"


PROGRAMS = (
    OverSsh("scp", ("scp", "-F", SSH_CONFIG, "demo:there", FOLDER / "got")),
    OverSsh("sftp", ("sftp", "-F", SSH_CONFIG, "demo:there", FOLDER / "got")),
    OverSsh("rsync", ("rsync", "-e", f"ssh -F {SSH_CONFIG}", "demo:there", FOLDER / "got")),
    OverSsh("git", ("git", "-c", f"core.sshCommand=ssh -F {SSH_CONFIG}", "clone", "-q", "demo:repository",
                    FOLDER / "clone"),
            works=f"test -d {FOLDER}/clone/.git",
            prepare=f"rm -rf {FOLDER}/clone; git init -q --bare {HOME}/repository && "
                    f"chown -R alice {HOME}/repository"),
    # It goes on in the background until it is unmounted, and its ssh needs the terminal until then.
    OverSsh("sshfs", ("sh", "-c", f"sshfs -F {SSH_CONFIG} demo: {FOLDER}/mount && "
                      f"cp {FOLDER}/mount/there {FOLDER}/got; fusermount3 -u {FOLDER}/mount"),
            prepare=f"mkdir -p {FOLDER}/mount; test -e /dev/fuse || mknod /dev/fuse c 10 229"),
    OverSsh("mosh", ("mosh", f"--ssh=ssh -F {SSH_CONFIG}", "demo", "--", "sh", "-c", "cp there mosh"),
            works=f"grep -q 'from there' {HOME}/mosh", prepare=f"rm -f {HOME}/mosh"),
)


def test_programs_over_ssh_on_a_terminal():
    """They leave the dialogue to ssh: a wrong code, then the right one."""
    def check(program):
        need(program.program)
        sshd, factor = before()
        run("sh", "-c", program.prepare)
        with Broker() as broker, sshd:
            typed = type_at(program.command, [(ASKS_CODE, factor.wrong), (NOT_ACCEPTED, factor.code)],
                            user="root", env={"HOME": "/root", "LANG": "C.UTF-8"})
            expect_equal(wait_audit(broker)["granted"], "yes", f"{program.program}: {typed}")
            expect_equal(run("sh", "-c", program.works, check=False).returncode, 0, f"{program.program}: {typed}")

    each_installed(PROGRAMS, check)


# ---- clients of their own ----

PERL = """use Net::SSH2;
my ($port, @codes) = @ARGV;
my $ssh = Net::SSH2->new;
$ssh->connect('127.0.0.1', $port) or die;
$ssh->auth_keyboard('alice', sub { my ($ssh, $user, $name, $instruction, @prompts) = @_;
                                    return map { shift @codes } @prompts; });
print $ssh->auth_ok ? "let in\n" : "refused\n";
"""
PHP = """require '/usr/share/php/phpseclib3/autoload.php';
$ssh = new phpseclib3\\Net\\SSH2('127.0.0.1', $argv[1]);
$ssh->login('alice', ['Verification' => $argv[2], 'That code' => $argv[3]]);
echo $ssh->isAuthenticated() ? "let in\n" : "refused\n";
"""
PARAMIKO = """import paramiko, sys
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
try:
    client.connect("127.0.0.1", int(sys.argv[1]), "alice", password=sys.argv[2], look_for_keys=False, allow_agent=False)
    print("let in")
except paramiko.SSHException:
    print("refused")
"""
ECHO = ("ssh", "-F", SSH_CONFIG, "demo", "echo let in")
LFTP = (f"set sftp:auto-confirm yes; set net:timeout 3; set net:max-retries 1; "
        f"set sftp:connect-program 'ssh -a -x -F {SSH_CONFIG}'; open -u alice,{{}} sftp://demo; cat there")
METHOD_PASSWORD = {"AuthenticationMethods": "password", "PasswordAuthentication": "yes"}


def plink(code):
    """Told which server it is, so that it has nothing else to ask."""
    fingerprint = run("ssh-keygen", "-l", "-f", WORKDIR / "keys/host.pub").stdout.split()[1]
    return ("plink", "-ssh", "-batch", "-P", SSHD_PORT, "-hostkey", fingerprint, "-pw", code, "alice@127.0.0.1",
            "echo let in")


def dbclient(code):
    return ("env", f"DROPBEAR_PASSWORD={code}", "dbclient", "-y", "-y", "-p", SSHD_PORT, "alice@127.0.0.1",
            "echo let in")


def method_password(code):
    return ("sshpass", "-p", code, "ssh", "-F", SSH_CONFIG, "-o", "PreferredAuthentications=password",
            "-o", "NumberOfPasswordPrompts=1", "demo", "echo let in")


CLIENTS = (
    Own("curl", "curl", lambda code: ("curl", "-sSk", "-u", f"alice:{code}",
                                      f"sftp://127.0.0.1:{SSHD_PORT}{HOME}/there"), "r"),
    Own("Net::SSH2", "perl", lambda *codes: ("perl", "-e", PERL, SSHD_PORT, *codes)),
    Own("phpseclib", "php", lambda *codes: ("php", "-r", PHP, "--", SSHD_PORT, *codes)),
    Own("paramiko", "python3", lambda code: ("python3", "-c", PARAMIKO, SSHD_PORT, code), "r"),
    Own("sshpass", "sshpass", lambda code: ("sshpass", "-P", "Verification", "-p", code, *ECHO), "r"),
    Own("sshpass, hidden", "sshpass", lambda code: ("sshpass", "-p", code, *ECHO), "r", HIDDEN),
    Own("lftp, hidden", "lftp", lambda code: ("lftp", "-c", LFTP.format(code)), "r", HIDDEN),
    Own("lftp", "lftp", lambda code: ("lftp", "-c", LFTP.format(code)), "r", CODE, False),
    Own("plink -pw, hidden", "plink", plink, "r", HIDDEN),
    Own("plink -pw", "plink", plink, "r", CODE, False),
    Own("dbclient, hidden", "dbclient", dbclient, "r", HIDDEN),
    Own("dbclient", "dbclient", dbclient, "r", CODE, False),
    Own("sshd's method password, hidden", "sshpass", method_password, "r", HIDDEN, True, METHOD_PASSWORD),
    Own("sshd's method password", "sshpass", method_password, "r", CODE, False, METHOD_PASSWORD),
)


# What a program needs besides itself, and how it says that it is there.
MODULES = {"Net::SSH2": ("perl", "-MNet::SSH2", "-e", "1"),
           "phpseclib": ("php", "-r", "exit(stream_resolve_include_path('phpseclib3/autoload.php') ? 0 : 1);")}


def need_module(client):
    if client.name in MODULES and run(*MODULES[client.name], check=False).returncode != 0:
        raise Skip(f"{client.name} is not installed")


def test_clients_of_their_own():
    def check(client):
        need(client.program)
        need_module(client)
        check_client(client)

    each_installed(CLIENTS, check)


def test_conch():
    need("conch3")
    sshd, factor = before(AuthenticationMethods="keyboard-interactive")
    with Broker(), sshd:
        typed = type_at(("conch3", "-p", SSHD_PORT, "alice@127.0.0.1", "echo let in"), [
            (r"continue connecting \(yes/no\)\? $", "yes"), (r"Verification code: $", factor.wrong),
            (NOT_ACCEPTED, factor.code)], user="root", env={"HOME": "/root"})
        expect(typed.shows(r"(?m)^let in\r?$"), f"{typed}")


def test_a_key_and_then_curl():
    """libssh2 takes "partial success" for a wrong signature."""
    sshd, factor = before()
    with Broker() as broker, sshd:
        result = run("curl", "-sSk", "-u", f"alice:{factor.code()}", "--key", client_key("alice"), "--pubkey",
                     f"{client_key('alice')}.pub", f"sftp://127.0.0.1:{SSHD_PORT}{HOME}/there", check=False)
        expect_equal((result.returncode, audits(broker.log())), (67, []), result.stderr)


main()
