# SPDX-License-Identifier: Apache-2.0
"""What `countersign try` says about how its login ended: the log's reason with its advice, and to whom it is told."""
import json
import threading

from countersign import *

TAG_REASON = MAY_IGNORE | 5


def advice(reason):
    """What explain-reason prints after the name."""
    return countersign("explain-reason", reason).stdout.split("\n", 1)[1]


def outcomes(factor):
    """Words after USER, what is typed, exit status, verdict, reason."""
    code, wrong = factor.code(), factor.wrong()
    return (([], [code], 0, "allow", "totp"),
            (["--", "retry=0"], [code], 1, "max-tries", "replayed"),
            (["--", "retry=0"], [wrong], 1, "max-tries", "wrong-code"),
            (["--", "retry=x"], [], 1, "misconfigured", "misconfigured"),
            (["--", "2fa_group=robots"], [], 1, "exempt", "2fa_group"))


def check_outcomes(log_of):
    write_config({"throttle": False})
    for number, (words, typed, status, verdict, reason) in enumerate(outcomes(fresh("alice")), 1):
        result = countersign("try", "alice", *words, input="".join(f"{text}\n" for text in typed), check=False)
        expect_equal((result.returncode, result.stderr), (status, ""), f"{words}: {result.stdout}")
        expect_equal(result.stdout.split("verdict: ")[1], f"{verdict}\nreason: {reason}\n{advice(reason)}", f"{words}")
        if log_of is not None:
            wait_until(lambda: len(audits(log_of())) == number, "the log's line")
            expect_equal(audits(log_of())[-1]["reason"], reason, "the log's reason")


def test_the_reason_is_the_logs_with_its_advice():
    with Broker() as broker:
        check_outcomes(broker.log)


def test_the_same_without_a_broker():
    check_outcomes(None)


def test_an_account_that_is_not_there():
    """Its prompts are everybody's, and root is told what only the log said."""
    with Broker():
        result = countersign("try", "no-such-user", "--", "retry=0", input="123456\n", check=False)
        expect_match("^reason: unknown-user\n    .*\n    What to do: ", result.stdout, "the reason")


def test_json():
    with Broker():
        factor = fresh("alice")
        for text, verdict, reason in ((factor.code(), "allow", "totp"), (factor.wrong(), "max-tries", "wrong-code")):
            result = countersign("--json", "try", "alice", "--", "retry=0", input=f"{text}\n", check=False)
            row, = json.loads(countersign("--json", "explain-reason", reason).stdout)
            expect_equal(json.loads(result.stdout), {"user": "alice", "service": "countersign", "verdict": verdict, "reason": reason,
                                                     "cause": row["cause"], "advice": row["advice"]}, reason)


def reason_told(peer_user, flags, user="alice"):
    """The verdict's reason for a peer that asks for it, or does not; None: it was not told."""
    with Peer(peer_user) as peer:
        peer.ask(user, flags=flags)
        peer.expect(ROUND)
        peer.answer("000000")
        fields = dict(peer.expect(VERDICT))
        expect({1, 2} <= set(fields) <= {1, 2, TAG_REASON}, f"{fields}")
        return fields.get(TAG_REASON)


def test_only_root_is_told_and_only_if_it_asks():
    """A reason says whether an account exists and what it has."""
    write_config({"allow_unprivileged": True, "allow_service_accounts": ["www-data"], "retry": 0, "throttle": False})
    with Broker() as broker:
        fresh("alice")
        rows = [("root", FLAG_REASON, b"wrong-code"), ("root", 0, None), ("alice", FLAG_REASON, None),
                ("alice", 0xffffffff & ~FLAG_CONFIG_FILE, None), ("www-data", FLAG_REASON, None)]
        for peer, flags, wanted in rows:
            expect_equal(reason_told(peer, flags), wanted, f"{peer}, flags {flags}")
        expect_equal(reason_told("www-data", FLAG_REASON, "no-such-user"), None, "an account that is not there")
        expect_equal([a["reason"] for a in audits(broker.log())], ["wrong-code"] * 5 + ["unknown-user"], "the log has it")


def test_a_user_who_tries_is_told_where_it_is():
    write_config({"allow_unprivileged": True, "retry": 0})
    with Broker():
        factor = fresh("alice")
        result = run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", COUNTERSIGN, "try", "alice",
                     input=f"{factor.wrong()}\n", check=False)
        expect_equal((result.returncode, result.stdout.partition("verdict: ")[2], result.stderr),
                     (1, "max-tries\n", "countersign: only root is told the reason: it is in the log\n"), "try")


class OtherBroker:
    """One of another release, which ends every login with this verdict; keeps the request's flags."""

    def __init__(self, *fields):
        self.path, self.fields = "/run/countersign-fake/broker.sock", fields

    def serve(self):
        peer, _ = self.listener.accept()
        with peer:
            peer.recv(65536)
            request = dict(fields_of(peer.recv(65536)))
            self.flags = struct.unpack(">I", request[FLAGS])[0]
            peer.send(message(WELCOME, (1, uint(NEWEST))))
            peer.send(message(ACCEPTED, (1, uint(1000))))
            peer.send(message(VERDICT, (1, uint(7)), (2, b"deny"), *self.fields))

    def __enter__(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(PATIENCE)
        self.listener.close()
        os.unlink(self.path)


def test_a_broker_of_another_release():
    older = ("", "countersign: the broker that is running is of an earlier release and does not say the reason: "
                 "it is in the log\n")
    for fields, (wanted, remark) in (([], older), ([(MAY_IGNORE | 99, b"x")], older),
                                     ([(TAG_REASON, b"of-a-later-release")], ("reason: of-a-later-release\n", "")),
                                     ([(TAG_REASON, b"a\x1b[2Jb\nc")], ("reason: a?[2Jb?c\n", ""))):
        with OtherBroker(*fields) as broker:
            result = countersign("--socket", broker.path, "try", "alice", check=False)
        expect_equal((result.returncode, result.stdout, result.stderr), (1, f"verdict: deny\n{wanted}", remark), f"{fields}")
        expect_equal(broker.flags & FLAG_REASON, FLAG_REASON, "the tool asks")


def test_the_module_never_asks_and_shows_nothing():
    """What is not asked for is not sent; what comes all the same reaches neither prompt nor log."""
    with OtherBroker((TAG_REASON, b"unknown-user")) as broker:
        stack(f"socket={broker.path}")
        result = pam_login("alice")
    expect_equal((result.code, broker.flags & FLAG_REASON), ("PAM_AUTH_ERR", 0), "the module")
    expect("unknown-user" not in f"{result.prompts}{result}", f"{result}")


before_each.append(lambda: write_config({}))
main()
