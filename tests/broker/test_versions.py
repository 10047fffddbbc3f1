# SPDX-License-Identifier: Apache-2.0
"""Module and broker of neighbouring releases: the one that is upgraded first must still serve the other."""
import contextlib
import threading

from countersign import *

MODULES = {"this": "pam_countersign.so", "next": os.environ["CS_NEXT_MODULE"]}
BROKERS = {"this": BROKER, "next": os.environ["CS_NEXT_BROKER"]}
SPEAKS = {"this": (4, 5), "next": (5, 6)}
FAKE = "/run/countersign-fake/broker.sock"


@contextlib.contextmanager
def fake_broker(answer):
    """Greets every peer with `answer`; yields the list of (oldest, newest) received."""
    os.makedirs(os.path.dirname(FAKE), exist_ok=True)
    hellos = []

    def serve():
        peer, _ = listener.accept()
        with peer:
            fields = dict(fields_of(peer.recv(65536)))
            hellos.append(tuple(struct.unpack(">I", fields[tag])[0] for tag in (1, 2)))
            if answer is not None:
                peer.send(message(WELCOME, (1, uint(answer))))
                peer.settimeout(PATIENCE)
                peer.recv(65536)

    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(FAKE)
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield hellos
        finally:
            thread.join(PATIENCE)
            os.unlink(FAKE)


def test_the_builds_are_neighbours():
    """Without this the tests below would prove nothing."""
    for name, module in MODULES.items():
        stack(f"socket={FAKE}", module=module)
        with fake_broker(None) as hellos:
            expect_equal(pam_login("alice").code, "PAM_AUTHINFO_UNAVAIL", "a broker that hangs up")
        expect_equal(hellos, [SPEAKS[name]], f"versions of the module of {name} release")
    for name, program in BROKERS.items():
        oldest, newest = SPEAKS[name]
        with Broker(program=program):
            for offer, wanted in (((oldest, newest), newest), ((oldest, oldest), oldest),
                                  ((newest, newest + 5), newest), ((0, oldest), oldest)):
                with Peer() as peer:
                    expect_equal(peer.greet(*offer), wanted, f"{name} broker, offered {offer}")


def test_every_pair_talks():
    for broker_name, program in BROKERS.items():
        with Broker(program=program) as broker:
            for module_name, module in MODULES.items():
                pair = f"{module_name} module, {broker_name} broker"
                stack("retry=1", "require_broker", module=module)
                factor = fresh("alice")
                result = pam_login("alice", [factor.wrong(), factor.code()], rhost="192.0.2.7", tty="test")
                expect_equal((result.code, len(result.prompts)), ("PAM_SUCCESS", 2), pair)
                result = pam_login("alice", [factor.wrong()] * 2)
                expect_equal(result.code, "PAM_MAXTRIES", pair)
                audit = audits(broker.log())[-2]
                expect_equal((audit["rhost"], audit["tty"]), ("192.0.2.7", "test"), pair)


def test_every_pair_checks_accounts():
    fresh("alice")
    for broker_name, program in BROKERS.items():
        with Broker(program=program) as broker:
            for module_name, module in MODULES.items():
                pair = f"{module_name} module, {broker_name} broker"
                pam_service("test", [f"account required {module} require_broker", "account required pam_permit.so"])
                countersign("suspend", "alice")
                refused = pam_login("alice", account=True, no_auth=True).account
                countersign("resume", "alice")
                passed = pam_login("alice", account=True, no_auth=True).account
                expect_equal((refused, passed), ("PAM_PERM_DENIED", "PAM_SUCCESS"), pair)
                expect_equal(audits(broker.log()), [], f"{pair}: it is no login")


def test_a_broker_that_knows_no_self_service():
    """One of version 4 gets no such request, and the tool says why."""
    os.makedirs(os.path.dirname(FAKE), exist_ok=True)
    got = []

    def serve():
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(PATIENCE)
            peer.recv(65536)  # hello
            got.append(peer.recv(65536))  # the request in the newest version, which it drops
            peer.send(message(WELCOME, (1, uint(4))))
            got.append(peer.recv(65536))

    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(FAKE)
        os.chmod(FAKE, 0o666)
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        result = run("setpriv", "--reuid=alice", "--regid=alice", "--clear-groups", COUNTERSIGN, "--socket", FAKE, "self",
                     "list", check=False)
        thread.join(PATIENCE)
        os.unlink(FAKE)
    expect_equal(result.returncode, 1, "result")
    expect_match("broker that is running is of an earlier release and knows no 'countersign self'", result.stderr, "why")
    expect_equal((dict(fields_of(got[0])).get(PHASE), got[1]), (uint(2), b""), "what the broker got")


def test_the_next_module_stand_alone():
    """Its program may be from this release while a package is being unpacked."""
    stack("standalone", module=MODULES["next"])
    result = pam_login("alice", [fresh("alice").code()])
    expect_equal(result.code, "PAM_SUCCESS", "result")


def test_the_tool_with_the_next_broker():
    with Broker(program=BROKERS["next"]):
        result = countersign("try", "alice", input=fresh("alice").code() + "\n")
        expect_match("verdict: allow$", result.stdout, "try")


def test_releases_too_far_apart():
    cases = {"this": ((6, 9), (0, 3), (5, 4), (4294967295, 4294967295)), "next": ((4, 4), (7, 8))}
    for name, offers in cases.items():
        with Broker(program=BROKERS[name]) as broker:
            for oldest, newest in offers:
                with Peer() as peer:
                    peer.send(message(HELLO, (1, uint(oldest)), (2, uint(newest))))
                    peer.expect_end()
                broker.wait_log(f"<4>peer uid 0 dropped: the module speaks protocol {oldest} to {newest}, this "
                                f"broker {SPEAKS[name][0]} to {SPEAKS[name][1]}; bring both to the same release$")
            stack()
            expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "the next login")


def test_a_version_that_was_not_offered():
    for version in (0, 6, 4294967295):
        stack(f"socket={FAKE}")
        with fake_broker(version):
            result = pam_login("alice")
        expect_equal((result.code, result.prompts), ("PAM_AUTHINFO_UNAVAIL", []), f"version {version}")
        wait_syslog(f"the broker chose version {version}, which was not offered")


before_each.append(lambda: write_config({}))
main()
