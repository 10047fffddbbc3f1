# SPDX-License-Identifier: Apache-2.0
"""When an OpenID server is asked whether somebody has approved, and what ends that: the pace that it wants, outages,
answers that are lost, people who hang up."""
from countersign import *
from countersign.openid import *

GRANTED = "PAM_SUCCESS", "allow", "approved"
QUIET = "stack_first_factor", "push_wait=silent"
CONSENT = "Type s to send an approval request to your phone: "
LATE = 1.2  # seconds that a poll may be late: machines that run tests are busy


def denied(reason):
    return "PAM_AUTH_ERR", "deny", reason


def page(status, retry_after=None):
    return Answer(status, "<html></html>\n", {"Retry-After": str(retry_after)} if retry_after else {}, "text/html")


def after(seconds, word, status=400, **members):
    return error(word, status, {"Retry-After": str(seconds)}, **members)


PENDING = error("authorization_pending")


# What, changes of the acknowledgement, answers before the approval, seconds before each poll.
INTERVALS = (
    ("interval 1", {}, [PENDING], [1, 1]), ("interval 3", {"interval": 3}, [PENDING], [3, 3]),
    ("interval 0, which is no throttling", {"interval": 0}, [PENDING], [1, 1]),
    ("no interval, so 5", {"interval": None}, [PENDING], [5, 5]),
    ("interval with a fraction", {"interval": 2.5}, [PENDING], [2.5, 2.5]),
    ("interval as a text", {"interval": "2"}, [], [5]), ("interval below 0", {"interval": -3}, [], [5]))
# RFC 8628 section 3.5: 5 s more, for good; and no less than the server says.
SLOW_DOWN = (
    ("slow_down", {}, [error("slow_down"), PENDING], [1, 6, 6]),
    ("slow_down with 429", {}, [error("slow_down", 429)], [1, 6]),
    ("429 and a page", {}, [page(429)], [1, 6]),
    ("slow_down with a longer interval", {}, [error("slow_down", interval=8)], [1, 8]),
    ("slow_down with a shorter interval", {}, [error("slow_down", interval=2)], [1, 6]),
    ("slow_down with Retry-After", {}, [after(8, "slow_down")], [1, 8]),
    ("slow_down with both", {}, [after(7, "slow_down", interval=9)], [1, 9]))
# It counts for the next poll alone.
RETRY_AFTER = (
    ("pending with Retry-After", {}, [after(4, "authorization_pending"), PENDING], [1, 4, 1]),
    ("503 with a word and Retry-After", {}, [after(4, "temporarily_unavailable", 503), PENDING], [1, 4, 1]),
    ("503 and a page with Retry-After", {}, [page(503, 4), PENDING], [1, 4, 1]),
    ("500 and a page with Retry-After", {}, [page(500, 4)], [1, 4]),
    ("Retry-After 0", {}, [after(0, "authorization_pending")], [1, 1]))
# While the server is away the pauses double; when it is back, they are as before.
BACK_OFF = (
    ("twice away", {}, [page(502), page(502), PENDING], [1, 2, 4, 1]),
    ("no connection", {}, [broken("drop", PENDING), PENDING], [1, 2, 1]),
    ("a word that says little", {}, [error("server_error", 500), PENDING], [1, 1, 1]))


def test_pace():
    rows = (*INTERVALS, *SLOW_DOWN, *RETRY_AFTER, *BACK_OFF)
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        audits = machine.log_in_rows([Row(what, GRANTED, request=[acknowledging(**members)],
                                          polls=[*answers, approval()]) for what, members, answers, _ in rows])
        for audit, (what, _, _, wanted) in zip(audits, rows):
            gaps = server.gaps(audit["user"])
            expect(len(gaps) == len(wanted) and all(least - 0.1 <= gap <= least + LATE
                                                    for gap, least in zip(gaps, wanted)),
                   f"{what}: polls after {gaps} s, wanted {wanted}")


def test_held_polls():
    """One poll at a time, and no second one at once."""
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        server.long_poll = 20
        session = machine.session(*QUIET)
        request = server.pending()
        server.wait(lambda: server.started[request.id].polling, "a poll that is held")
        begun = time.monotonic()
        server.approve(request)
        expect_equal(session.result().code, "PAM_SUCCESS", "approved while the poll was held")
        expect(time.monotonic() - begun < 1, "the answer comes at once")
        expect_equal((len(server.polls[request.id]), machine.audit()["reason"]), (1, "approved"), "polls")
        server.long_poll = 1
        machine.log_in_rows([Row("held until it was given up", GRANTED, polls=[None, approval()])])
        server.long_poll = 30
        audit, = machine.log_in_rows([Row("held beyond the login", denied("expired"))], "poll_timeout=5")
        expect(4 < int(audit["ms"]) / 1000 < 8, f"{audit['ms']} ms")


# ---- what ends it ----

def test_hang_up_ends_the_polls():
    for held in (0, 20):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            server.long_poll = held
            session = machine.session(*QUIET)
            request = server.pending()
            server.wait(lambda: server.polls[request.id], "a poll")
            begun = time.monotonic()
            session.kill()
            machine.expect_end("aborted", "hang-up")
            expect(time.monotonic() - begun < 1, f"freed after {time.monotonic() - begun:.2f} s")
            polls = len(server.polls[request.id])
            server.approve(request)
            login = machine.log_in(*QUIET, "retry=0", answers=[""])
            expect_equal(([text for text, _ in login.prompts], login.calls), ([CONSENT], []), "whoever comes back")
            expect_equal(len(server.polls[request.id]), polls, "polls after the end")


def test_client_is_revoked_meanwhile():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        session = machine.session(*QUIET, "failmode_insecure")
        request = server.pending()
        server.wait(lambda: server.polls[request.id], "a poll")
        server.revoke_client()
        server.approve(request)
        expect_equal(session.result().code, "PAM_SERVICE_ERR", "result")
        machine.expect_end("misconfigured", "misconfigured")
        expect_match("no longer takes this machine's client .*invalid_client", machine.broker.log(), "log")


def test_answers_that_were_lost():
    """Tokens are given once. A poll is not sent again at once; and when a later one shows that they were given, that
    is no denial, also at a server that says access_denied then."""
    lost = denied("answer-lost")
    rows = [*(Row(f"{kind} of the tokens", lost, polls=[broken(kind, approval())], log="answer .*was lost")
              for kind in ("drop", "reset", "garbage", "cut", "truncate")),
            *(Row(f"{kind} of nothing", GRANTED, polls=[broken(kind, PENDING), PENDING, approval()])
              for kind in ("drop", "cut")),
            Row("a denial that looks like that", lost, polls=[broken("drop", PENDING), error("access_denied")]),
            Row("expired", denied("expired"), polls=[broken("drop", PENDING), error("expired_token")])]
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        audits = machine.log_in_rows(rows, "failmode_insecure")
        for audit, row in zip(audits, rows):
            gaps = server.gaps(audit["user"])
            expect(len(gaps) == max(2, len(row.polls)) and gaps[1] >= 1.9, f"{row.what}: polls after {gaps} s")
        expect_equal(server.forgive("a poll after the answer approve"), 5, "polls after lost tokens")


def test_server_is_away_for_a_while():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        session = machine.session(*QUIET, "failmode_insecure")
        request = server.pending()
        server.wait(lambda: server.polls[request.id], "a poll")
        server.stop()
        machine.broker.wait_log("the wait for an approval goes on")
        server.approve(request)
        server.start()
        expect_equal(session.result().code, "PAM_SUCCESS", "approved meanwhile")


def test_server_stays_away():
    """Whoever was asked has to answer: failmode_insecure does not help."""
    rows = [Row(kind, ("PAM_AUTHINFO_UNAVAIL", wanted, wanted), polls=[broken(kind, PENDING)] * 9)
            for kind, wanted in (("drop", "unreachable"), ("reset", "unreachable"), ("garbage", "unavailable"),
                                 ("empty", "unavailable"), ("cut", "unavailable"), ("deep", "unavailable"),
                                 ("huge", "unavailable"), ("mistype", "unavailable"))]
    rows.append(Row("a gateway", ("PAM_AUTHINFO_UNAVAIL", "unreachable", "unreachable"), polls=[page(503)] * 9))
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        for audit in machine.log_in_rows(rows, "failmode_insecure", "poll_timeout=5"):
            expect(3 <= int(audit["ms"]) / 1000 < 8, f"{audit['ms']} ms")
            expect(len(server.gaps(audit["user"])) <= 3, f"polls after {server.gaps(audit['user'])}")
            expect_equal(audit["granted"], "no", "granted")


main()
