# SPDX-License-Identifier: Apache-2.0
"""countersign self by the protocol, as no tool of ours would speak it: for another account, on a connection that belongs
to another process, in an older version."""
import signal
import socket as sockets

from countersign import *
from countersign.self_service import *

LIST, REPLACE, RECOVERY = 1, 3, 4
PHASE_SELF, ACT, DETAIL = 2, 12, 13


def configure():
    write_config({"throttle": False, "self_service": True, "retry": 1})


def test_prepare():
    countersign("init")


class OwnProcess:
    """A process of that user with a connection: asks, answers, or hands the connection on."""

    def __init__(self, user):
        self.here, there = sockets.socketpair(sockets.AF_UNIX, sockets.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            os.closerange(3, there.fileno())  # what others hold would stay open here
            os.closerange(there.fileno() + 1, 1024)
            os.setresgid(*[pwd.getpwnam(user).pw_gid] * 3)
            os.setresuid(*[pwd.getpwnam(user).pw_uid] * 3)
            self._obey(there)
            os._exit(0)
        there.close()

    @staticmethod
    def _obey(orders):
        while True:
            packet, passed, *_ = sockets.recv_fds(orders, 65536, 1)
            if packet == b"connect":
                connection = sockets.socket(sockets.AF_UNIX, sockets.SOCK_SEQPACKET)
                connection.connect(SOCKET)
                sockets.send_fds(orders, [b"done"], [connection.fileno()])
            elif packet == b"take":
                connection = sockets.socket(fileno=passed[0])
            elif packet:
                connection.send(packet)
                orders.send(b"done")
            else:
                return

    def connect(self):
        """Connects; the connection, for others."""
        self.here.send(b"connect")
        return sockets.recv_fds(self.here, 16, 1)[1][0]

    def take(self, connection):
        sockets.send_fds(self.here, [b"take"], [connection])

    def send(self, packet):
        self.here.send(packet)
        self.here.recv(16)

    def end(self):
        self.here.close()
        os.waitpid(self.pid, 0)


def self_request(act=LIST, detail=None, user="", flags=0):
    fields = request_fields(user, service=SELF, phase=PHASE_SELF, flags=flags)
    if act is not None:
        fields.append((ACT, uint(act)))
    return message(REQUEST, *fields, *([(DETAIL, detail.encode())] if detail else []))


def hello(oldest=NEWEST - 1, newest=NEWEST):
    return message(HELLO, (1, uint(oldest)), (2, uint(newest)))


class Ear(Peer):
    """Hears what comes on somebody else's connection."""

    def __init__(self, descriptor):
        self.socket = sockets.socket(fileno=descriptor)
        self.socket.settimeout(PATIENCE)


def test_another_account_by_the_protocol():
    """No name is taken from a message, not even one's own; and self_service alone opens the socket to no login."""
    configure()
    fresh("alice"), fresh("bob")
    for request, why in ((self_request(user="bob"), "names an account, which only its uid may do"),
                         (self_request(user="alice"), "names an account, which only its uid may do"),
                         (message(REQUEST, *request_fields("bob")), "neither allow_unprivileged nor"),
                         (message(REQUEST, *request_fields("alice")), "neither allow_unprivileged nor"),
                         (self_request(None), "is to do something unknown"),
                         (self_request(0), "is to do something unknown"),
                         (self_request(6), "is to do something unknown"),
                         (self_request(detail="by order of root"), "comes with words of no use"),
                         (self_request(REPLACE, detail="1" * 33), "comes with words of no use")):
        with Broker() as broker:  # which says it once in a minute
            process = OwnProcess("alice")
            ear = Ear(process.connect())
            process.send(hello())
            process.send(request)
            packet = ear.receive()
            if packet[:1] == bytes([WELCOME]):
                ear.expect_end()
            broker.wait_log(why)
            expect_equal(audits(broker.log()), [], f"{request}: logins")
            ear.close()
            process.end()


def ask_for_code(process, **request):
    """A session up to its prompt; an Ear on its connection."""
    connection = process.connect()
    ear = Ear(os.dup(connection))
    os.close(connection)
    process.send(hello())
    process.send(self_request(**request))
    for kind in (WELCOME, ACCEPTED, ROUND):
        ear.expect(kind)
    return ear


def test_a_stolen_connection():
    """Another process of the same user, or of another one, that gets hold of it: its answers do not count, and the
    session is over."""
    configure()
    with Broker() as broker:
        for number, thief in enumerate(("alice", "bob", "root"), 1):
            countersign("forget", "alice", check=False)
            alice = fresh("alice")
            owner, other = OwnProcess("alice"), OwnProcess(thief)
            ear = ask_for_code(owner)
            other.take(ear.socket.fileno())
            other.send(message(ANSWERS, (1, alice.code().encode())))
            packet = ear.receive()
            expect_equal((packet[0], dict(fields_of(packet))[2]), (VERDICT, b"deny"), f"{thief}: the verdict")
            expect_equal(wait_audit(broker, 2 * number - 1)["reason"], "other-sender", f"{thief}: the reason")
            ear.close()
            owner.end()
            other.end()
            expect_equal(lists("alice", alice.code())[0], {alice.id: "totp"}, "the code was not spent")
            wait_audit(broker, 2 * number)


def test_a_connection_that_another_process_asks_on():
    configure()
    with Broker() as broker:
        fresh("alice")
        owner, other = OwnProcess("alice"), OwnProcess("bob")
        ear = Ear(owner.connect())
        owner.send(hello())
        other.take(ear.socket.fileno())
        other.send(self_request())
        ear.receive()
        ear.expect_end()
        broker.wait_log("asks for 'countersign self' on a connection of process")
        expect_equal(audits(broker.log()), [], "sessions")
        ear.close()
        owner.end()
        other.end()


def test_the_owner_may_answer():
    """The control of the tests above."""
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        owner = OwnProcess("alice")
        ear = ask_for_code(owner)
        owner.send(message(ANSWERS, (1, alice.code().encode())))
        shown = dict(ear.expect(ROUND))
        expect_match(f"  {alice.id}  totp", shown[1].decode(), "the table")
        ear.close()
        owner.end()
        wait_audit(broker)


def test_what_only_root_is_believed():
    """A session that says it has no broker would be recorded like that, and takes another kind of place."""
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        owner = OwnProcess("alice")
        ear = ask_for_code(owner, flags=4 | 8 | 16)
        owner.send(message(ANSWERS, (1, alice.code().encode())))
        ear.expect(ROUND)
        owner.send(message(ANSWERS))
        verdict = dict(ear.expect(VERDICT))
        expect_equal(verdict.get(0x8005), None, "the reason")
        wait_audit(broker)
        expect("standalone=yes" not in broker.log(), "recorded as one without a broker")
        ear.close()
        owner.end()


def test_often():
    """Somebody who asks all the time does not fill the log, where other people's logins stand."""
    configure()
    with Broker() as broker:
        for number in range(40):
            owner = OwnProcess("nobody")
            ear = Ear(owner.connect())
            owner.send(hello())
            owner.send(self_request(REPLACE, detail=str(number)))
            while ear.receive()[:1] not in (b"", bytes([ROUND])):
                pass
            owner.end()
            ear.close()
        broker.wait_log("it begins 'countersign self' too often")
        wait_until(lambda: connections_of(broker.pid) == 0, "the end of all")
        expect_equal(len(audits(broker.log())), 30, "sessions in the log")
        expect_equal(broker.log().count("too often"), 1, "lines about the others")


def is_stopped(pid):
    """Whether each thread has taken the signal: until then it may still answer."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/stat")
    return all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in tasks)


def test_gone_before_the_codes():
    """Whoever goes away before the new codes come keeps the old ones: there may be nothing else."""
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        owner = OwnProcess("alice")
        ear = ask_for_code(owner, act=RECOVERY)
        owner.send(message(ANSWERS, (1, alice.recovery_codes[0].encode())))
        ear.expect(ROUND)
        before = store_rows("SELECT hash FROM recovery")
        os.kill(broker.pid, signal.SIGSTOP)
        wait_until(lambda: is_stopped(broker.pid), "the end of all that its threads did")
        owner.send(message(ANSWERS, (1, b"")))
        ear.close()
        owner.end()
        os.kill(broker.pid, signal.SIGCONT)
        expect_equal(wait_audit(broker)["reason"], "hang-up", "reason")
        expect_equal(store_rows("SELECT hash FROM recovery"), before, "the codes")


def test_replace_by_half_a_number():
    configure()
    with Broker() as broker:
        alice = fresh("alice")
        owner = OwnProcess("alice")
        connection = owner.connect()
        ear = Ear(os.dup(connection))
        os.close(connection)
        owner.send(hello())
        owner.send(self_request(REPLACE, detail=f"{alice.id} for bob"))
        for kind in (WELCOME, ACCEPTED, ROUND):
            ear.expect(kind)
        owner.send(message(ANSWERS))
        ear.expect(ROUND)
        owner.send(message(ANSWERS, (1, alice.code().encode())))
        ear.expect(ROUND)
        owner.send(message(ANSWERS))
        ear.expect(VERDICT)
        expect_equal(wait_audit(broker)["reason"], "no-such-factor", "reason")
        ear.close()
        owner.end()


def test_versions():
    """An older tool has no such request, and says so in an older version; it is refused."""
    configure()
    with Broker() as broker:
        fresh("alice")
        owner = OwnProcess("alice")
        ear = Ear(owner.connect())
        owner.send(hello(NEWEST - 1, NEWEST - 1))
        owner.send(self_request(act=None))
        if ear.receive()[:1] == bytes([WELCOME]):
            ear.expect_end()
        broker.wait_log("is to do something unknown")
        ear.close()
        owner.end()


before_each.append(lambda: [countersign("forget", user, check=False) for user in ("alice", "bob")])
main()
