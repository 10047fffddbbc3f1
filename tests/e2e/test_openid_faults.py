# SPDX-License-Identifier: Apache-2.0
"""An OpenID server that is away, breaks off, talks nonsense or is another one: what a login comes to, and whom
failmode_insecure lets in."""
from countersign import *
from countersign.openid import *

PROVEN, OPEN = "stack_first_factor", "failmode_insecure"
QUIET = PROVEN, "push_wait=silent"
CONSENT = "Type s to send an approval request to your phone: "
CODES = {"unreachable": "PAM_AUTHINFO_UNAVAIL", "unavailable": "PAM_AUTHINFO_UNAVAIL",
         "misconfigured": "PAM_SERVICE_ERR"}
GRANTED = "PAM_SUCCESS", "allow", "approved"


def ended(verdict):
    return CODES[verdict], verdict, verdict


def three_logins(machine, verdict, what, opens=True, prepare=lambda: None):
    """The same failure for a proven first factor with and without failmode_insecure, and for none. Only the first may
    get in, and only where nothing can have been sent. Returns the three."""
    found = []
    for proven, open_ in ((True, True), (True, False), (False, True)):
        prepare()
        login = machine.log_in(*[PROVEN] * proven, *[OPEN] * open_, "push_wait=silent", answers=["s"])
        lets_in = opens and verdict == "unreachable" and proven and open_
        expect_equal((login.code, login.audit["verdict"], login.audit["granted"]),
                     ("PAM_SUCCESS" if lets_in else CODES[verdict], verdict, "yes" if lets_in else "no"),
                     f"{what}, {proven} {open_}: {login.log}")
        if lets_in:
            expect_equal(login.audit["reason"], "failmode_insecure", f"{what}: reason")
        found.append(login)
    return found


def warm(server, machine):
    """A login after which the broker has the documents and a connection."""
    machine.log_in_rows([Row("the first login", GRANTED, polls=[approval()])])


# ---- away before the request ----

def test_server_is_down():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        server.stop()
        login, *_ = three_logins(machine, "unreachable", "cold")
        expect_match("cannot connect", login.log, "log")
        server.start()
        warm(server, machine)
        server.stop()
        three_logins(machine, "unreachable", "after another login")
        server.start()
        warm(server, machine)


def test_documents_of_a_server_that_is_away():
    for fault, verdict in (({"kind": "drop"}, "unreachable"), ({"kind": "reset"}, "unreachable"),
                           ({"kind": "html"}, "unreachable"), ({"status": 503}, "unavailable"),
                           ({"status": 500}, "unavailable"), ({"status": 403}, "unavailable"),
                           ({"status": 404}, "misconfigured"), ({"kind": "garbage"}, "unavailable"),
                           ({"kind": "cut"}, "unavailable"), ({"kind": "truncate"}, "unavailable"),
                           ({"kind": "empty"}, "unavailable"), ({"kind": "huge"}, "unavailable"),
                           ({"kind": "deep"}, "unavailable"), ({"kind": "mistype"}, "misconfigured")):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            server.fault("metadata", times=99, **fault)
            for login in three_logins(machine, verdict, f"{fault}"):
                expect("token" not in login.calls and "backchannel" not in login.calls, f"{fault}: {login.calls}")
                expect("<html" not in login.log, f"{fault}: a page in the log")


def test_slow_documents():
    with StrictServer(Client.basic()) as server, Machine(server, {"request-timeout": 1}) as machine:
        for kind, verdict in (("hold", "unreachable"), ("trickle", "unavailable")):
            server.fault("metadata", kind, times=9)
            login = machine.log_in(*QUIET)
            expect_equal((login.code, login.audit["verdict"]), (CODES[verdict], verdict), f"{kind}: {login.log}")
            server.heal()


def test_certificates():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        for kind in ("wrong-name", "untrusted", "self-signed", "expired"):
            server.certificate(kind)
            for login in three_logins(machine, "unavailable", kind):
                expect_equal(login.calls, [], f"{kind}: calls")
                expect_match("certificate", login.log, kind)
        server.certificate("good")
        warm(server, machine)
        server.certificate("untrusted")
        three_logins(machine, "unavailable", "another certificate later")


def test_no_handshake():
    with StrictServer(Client.basic()) as server, Machine(server, {"connect-timeout": 1}) as machine:
        server.stall_handshake = True
        login = machine.log_in(*QUIET)
        expect_equal((login.code, login.audit["verdict"]), ended("unreachable")[:2], login.log)


# ---- away when the request may have arrived ----

def test_request_that_may_have_arrived():
    """It is not sent again, lets nobody in, and the next login asks first."""
    for fault, verdict in (({"kind": "drop"}, "unreachable"), ({"kind": "reset"}, "unreachable"),
                           ({"status": 503, "html": True}, "unreachable"), ({"kind": "hold"}, "unreachable")):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            warm(server, machine)
            server.fault("backchannel", times=9, effect=True, **fault)
            login = machine.log_in(*QUIET, OPEN, "token_timeout=1")
            expect_equal((login.code, login.audit["verdict"], login.audit["granted"], login.calls),
                         (*ended(verdict)[:2], "no", ["backchannel"]), f"{fault}: {login.log}")
            server.heal()
            login = machine.log_in(*QUIET, "retry=0", answers=[""])
            expect_equal(([text for text, _ in login.prompts], login.calls), ([CONSENT], []), f"{fault}: the next")


def test_broken_acknowledgements():
    rows = [Row(kind, ended(verdict), request=[broken(kind)])
            for kind, verdict in (("drop", "unreachable"), ("reset", "unreachable"), ("garbage", "unavailable"),
                                  ("cut", "unavailable"), ("truncate", "unavailable"), ("huge", "unavailable"),
                                  ("deep", "unavailable"), ("mistype", "unavailable"), ("empty", "unavailable"),
                                  ("trickle", "unavailable"))]
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        for audit in machine.log_in_rows(rows, OPEN, "token_timeout=1"):
            expect_equal(audit["granted"], "no", "granted")
        expect_equal((server.seen("backchannel"), server.seen("token")), (len(rows), 0), "each is sent once")


def test_give_up_while_the_server_is_silent():
    for endpoint, sent in (("metadata", False), ("jwks", False), ("backchannel", True)):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            fault = server.fault(endpoint, "hold")
            session = machine.session(*QUIET)
            wait_until(lambda: fault.hits, endpoint)
            begun = time.monotonic()
            session.kill()
            machine.expect_end("aborted", "hang-up")
            expect(time.monotonic() - begun < 1, f"{endpoint}: freed after {time.monotonic() - begun:.2f} s")
            server.heal()
            server.script("token", [approval()])
            login = machine.log_in(*QUIET, answers=["s"])
            expect_equal((login.code, [text for text, _ in login.prompts]), ("PAM_SUCCESS", [CONSENT] * sent), endpoint)


# ---- another server ----

def test_metadata_of_another_server():
    for changes, pattern in (
            ({"issuer": "https://id.example.com"}, "calls itself 'https://id.example.com'"),
            ({"issuer": None}, "no issuer"), ({"issuer": 7}, "no issuer"),
            ({"issuer": "https://id.example.com/{tenantid}/v2.0"}, "tenant"),
            ({"token_endpoint": None}, "no token_endpoint"), ({"token_endpoint": ["https://x/"]}, "no token_endpoint"),
            ({"token_endpoint": "http://id.example.com/token"}, "token_endpoint"),
            ({"jwks_uri": None}, "no jwks_uri"), ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri"),
            ({"backchannel_authentication_endpoint": None}, "backchannel_authentication_endpoint"),
            ({"backchannel_token_delivery_modes_supported": ["ping", "push"]}, "poll mode")):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            server.metadata(**changes)
            login, *_ = three_logins(machine, "misconfigured", f"{changes}")
            expect_match(pattern, login.log, f"{changes}: log")
            expect_equal(login.calls, ["metadata"], f"{changes}: calls")
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        server.mangle(duplicate("token_endpoint", "https://id.example.com/token"), "metadata")
        three_logins(machine, "unavailable", "an endpoint twice")


def test_issuers_with_a_path():
    for path in ("/", "/tenant/v2.0", "/tenant/v2.0/"):
        with StrictServer(Client.basic(), issuer_path=path) as server, Machine(server) as machine:
            warm(server, machine)
        with StrictServer(Client.basic(), issuer_path=path) as server:
            other = server.issuer.rstrip("/") + "/" * (not path.endswith("/"))
            with Machine(server, {"issuer": other}) as machine:
                three_logins(machine, "misconfigured", f"{other} for {server.issuer}")


main()
