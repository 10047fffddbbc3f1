# SPDX-License-Identifier: Apache-2.0
"""SSH clients with packages of their own (docs/CLIENTS.md): libraries, each with a small program of ours in
support/clients/, and programs with a saved password."""
import os
import shutil
import subprocess
import typing

from countersign import *
from countersign.application import *
from countersign.clients import *

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "support/clients"
NPM = pathlib.Path(os.environ["CS_NPM_CLIENTS"]) / "node_modules"
JSCH_JAR = "/usr/share/java/jsch.jar"
BUILD_PATIENCE = 300  # of a busy machine that compiles Go's library, too


class Library(typing.NamedTuple):
    """`build` makes what `command` runs with the arguments PORT HOW ANSWER..."""
    packages: tuple
    command: tuple
    build: tuple = ("true",)
    module: str = ""  # of npm


def node(module, script):
    return Library(("nodejs",), ("env", f"NODE_PATH={NPM}", "node", SOURCES / script), module=module)


LIBRARIES = {
    "libssh": Library(("gcc", "libssh-dev"), (FOLDER / "libssh",),
                      ("gcc", "-O", SOURCES / "libssh.c", "-o", FOLDER / "libssh", "-lssh")),
    "libssh2": Library(("gcc", "libssh2-1-dev"), (FOLDER / "libssh2",),
                       ("gcc", "-O", SOURCES / "libssh2.c", "-o", FOLDER / "libssh2", "-lssh2")),
    "x/crypto/ssh": Library(("golang-go", "golang-golang-x-crypto-dev"), (FOLDER / "xcrypto",),
                            ("env", "GO111MODULE=off", "GOPATH=/usr/share/gocode", f"GOCACHE={FOLDER}/go-cache",
                             "CGO_ENABLED=0", "go", "build", "-o", FOLDER / "xcrypto", SOURCES / "xcrypto.go")),
    "Net::SSH": Library(("ruby-net-ssh",), ("ruby", SOURCES / "net_ssh.rb")),
    "JSch": Library(("libjsch-java", "ecj", "default-jre-headless"), ("java", "-cp", f"{FOLDER}:{JSCH_JAR}", "Client"),
                    ("ecj", "-11", "-proc:none", "-cp", JSCH_JAR, "-d", FOLDER, SOURCES / "jsch.java")),
    "Erlang": Library(("erlang-ssh",), ("escript", SOURCES / "erlang.erl")),
    "ssh2": node("ssh2", "ssh2.js"),
    "node-ssh": node("node-ssh", "node_ssh.js"),
}


class With(typing.NamedTuple):
    """A row: ask (a dialogue without a key), key (one after a key), or saved (one password, no dialogue)."""
    library: str
    how: str
    codes: str = "wr"
    auth: tuple = CODE
    works: bool = True


ROWS = (
    With("libssh", "ask"), With("libssh", "key"),
    With("libssh2", "ask"), With("libssh2", "key"),
    With("x/crypto/ssh", "ask"), With("x/crypto/ssh", "key"),
    With("Net::SSH", "ask"), With("Net::SSH", "key"), With("Net::SSH", "saved", "r"),
    With("JSch", "ask"), With("JSch", "key"),
    With("Erlang", "ask"), With("Erlang", "key", works=False), With("Erlang", "saved", "r"),
    With("ssh2", "ask"), With("ssh2", "key"), With("ssh2", "saved", "r", works=False),
    With("node-ssh", "ask"), With("node-ssh", "key"),
    With("node-ssh", "saved", "r", HIDDEN), With("node-ssh", "saved", "r", works=False),
)


RCLONE = """exec rclone --retries 1 --low-level-retries 1 cat \
    ":sftp,host=127.0.0.1,port=$1,user=alice,$3,pass=$(rclone obscure "$2"):there\""""


def rclone(code, key=""):
    return "sh", "-c", RCLONE, "rclone", SSHD_PORT, code, f"key_file={key}"


def ansible(code, *variables):
    """With a connection of its own: by default it keeps one for its next tasks."""
    return ("ansible", "-i", "demo,", "all", "-m", "raw", "-a", "echo let in", "-e",
            f"ansible_password={code} ansible_ssh_args='-F {SSH_CONFIG}' {' '.join(variables)}")


def installed(packages):
    for package in packages:
        state = run("dpkg-query", "-W", "-f", "${db:Status-Status}", package, check=False).stdout
        if state != "installed":
            raise Skip(f"the package {package} is not installed")


def pem_key(name):
    """JSch 0.1.55 knows neither Ed25519 nor OpenSSH's form of keys; Erlang wants the file's name."""
    FOLDER.mkdir(exist_ok=True)
    key = FOLDER / name
    if not key.exists():
        shutil.copy(client_key("alice", name, ("ecdsa", "-m", "PEM")), key)
    return key


def settings(how):
    return {"AuthenticationMethods": KEY_AND_DIALOGUE if how == "key" else "keyboard-interactive",
            "HostKey": pem_key("host")}


def test_libraries():
    """With a dialogue they answer a wrong code, then the right one."""
    built = set()
    FOLDER.mkdir(exist_ok=True)

    def check(row):
        library = LIBRARIES[row.library]
        installed(library.packages)
        if library.module and not (NPM / library.module).exists():
            raise Skip(f"{library.module} of npm is not installed (tests/README.md)")
        if row.library not in built:
            run(*library.build, timeout=BUILD_PATIENCE)
            built.add(row.library)
        how = pem_key("id_ecdsa") if row.how == "key" else row.how
        check_client(Own(f"{row.library}, {row.how}", "", lambda *codes: (*library.command, SSHD_PORT, how, *codes),
                         row.codes, row.auth, row.works, settings(row.how)))

    each_installed(ROWS, check)


def test_rclone():
    """It has one saved password, and no dialogue."""
    installed(("rclone",))
    check_client(Own("rclone", "rclone", rclone, "r", settings=settings("ask")))
    check_client(Own("rclone, key", "rclone", lambda code: rclone(code, pem_key("id_ecdsa")), "r",
                     settings=settings("key")))


def test_ansible():
    """It gives the saved password to sshpass, which waits for "password" unless told another word."""
    installed(("ansible-core", "sshpass"))
    check_client(Own("ansible", "ansible", lambda code: ansible(code, "ansible_sshpass_prompt=Verification"), "r",
                     settings={"AuthenticationMethods": KEY_AND_DIALOGUE}))


def test_ansible_without_the_prompts_word():
    """It waits, and says nothing; so does its ssh, even when sshd has hung up."""
    installed(("ansible-core", "sshpass"))
    sshd, factor = before(LoginGraceTime="5")
    with Broker() as broker, sshd:
        waits = subprocess.Popen([str(word) for word in ansible(factor.code())], stdout=subprocess.DEVNULL)
        audit = wait_audit(broker)
        expect_equal((audit["reason"], audit["answers"], waits.poll()), ("hang-up", "0", None), "after LoginGraceTime")
        waits.kill()


main()
