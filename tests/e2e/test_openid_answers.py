# SPDX-License-Identifier: Apache-2.0
"""What an OpenID server may answer to a request and to polls, good and bad, and what a login makes of it."""
from countersign import *
from countersign.openid import *

GRANTED = "PAM_SUCCESS", "allow", "approved"
MISCONFIGURED = "PAM_SERVICE_ERR", "misconfigured", "misconfigured"
UNAVAILABLE = "PAM_AUTHINFO_UNAVAIL", "unavailable", "unavailable"
UNREACHABLE = "PAM_AUTHINFO_UNAVAIL", "unreachable", "unreachable"
PENDING = "authorization_pending"
IN_BROWSER = ("auth_method=browser", "stack_first_factor", "push_wait=enter")


def denied(reason):
    return "PAM_AUTH_ERR", "deny", reason


def page(status, **headers):
    return Answer(status, "<html><h1>Gateway</h1></html>\n", headers, "text/html")


# ---- requests ----

# What a client that is set up right does not get says that it is not.
CONFIGURATION = (("invalid_scope", 400), ("unauthorized_client", 400), ("unauthorized_client", 403),
                 ("invalid_client", 401), ("invalid_client", 403), ("invalid_client", 400),
                 ("invalid_binding_message", 400), ("invalid_scope", 200))
BUSY = (("server_error", 500), ("temporarily_unavailable", 503), ("slow_down", 429), ("something_new", 400),
        ("expired_login_hint_token", 400))


def test_refused_requests():
    def row(what, wanted, answer, log=None):
        return Row(what, wanted, request=[answer], log=log)
    rows = [row("an unknown user", denied("unknown-identity"), error("unknown_user_id"), "refused .*unknown_user_id"),
            row("the same with 200", denied("unknown-identity"), error("unknown_user_id", 200)),
            row("an invalid request", denied("request-refused"), error("invalid_request")),
            row("a denial at once", denied("request-refused"), error("access_denied", 403)),
            *(row(f"{word} {status}", MISCONFIGURED, error(word, status), f"client .*{word}.*client-id")
              for word, status in CONFIGURATION),
            *(row(f"{word} {status}", UNAVAILABLE, error(word, status), word) for word, status in BUSY),
            row("401 and a page", MISCONFIGURED, page(401)),
            row("429 and a page", UNAVAILABLE, page(429)),
            row("404 and a page", UNAVAILABLE, page(404), "issuer"),
            row("500 and a page", UNAVAILABLE, page(500)),
            *(row(f"{status} and a page", UNREACHABLE, page(status)) for status in (502, 503, 504, 529)),
            row("a page", UNAVAILABLE, page(200)),
            row("a form", UNAVAILABLE, form_encoded(auth_req_id="x", expires_in=60)),
            row("an error as a form", UNAVAILABLE, form_encoded(400, error="unknown_user_id")),
            row("an error that is no text", UNAVAILABLE, Answer(200, {"error": 7})),
            row("a list", UNAVAILABLE, Answer(200, [{"auth_req_id": "x", "expires_in": 60}]))]
    with StrictServer(Client.basic()) as server, Machine(server, failmode_insecure=True) as machine:
        audits = machine.log_in_rows(rows)
        expect_equal((server.seen("backchannel"), server.seen("token")), (len(rows), 0), "requests")
        expect("<html" not in machine.broker.log(), "a page in the log")
        expect({audit["granted"] for audit in audits} == {"no"}, "granted")


def test_hostile_descriptions():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        hostile = "\x1b[2J\r\nanother line: granted=yes \u202e" + "x" * 3000
        machine.log_in_rows([Row("a description", denied("request-refused"),
                                 request=[error("invalid_request", error_description=hostile)]),
                             Row("a word", UNAVAILABLE, request=[error(hostile)])])
        log = machine.broker.log()
        expect("\x1b" not in log and "\u202e" not in log and max(map(len, log.splitlines())) < 1000, log)
        expect_equal(len(re.findall("^another line", log, re.M)), 0, "lines of the server's")


def acknowledged(**members):
    whole = {"auth_req_id": "x" * 20, "expires_in": 60, "interval": 1, **members}
    return Answer(200, {name: value for name, value in whole.items() if value is not None})


def test_acknowledgements_that_make_no_sense():
    rows = [Row(f"{members}", UNAVAILABLE, request=[acknowledged(**members)]) for members in (
        {"auth_req_id": None}, {"auth_req_id": ""}, {"auth_req_id": 7}, {"auth_req_id": "x" * 5000},
        {"expires_in": None}, {"expires_in": 0}, {"expires_in": -1}, {"expires_in": "60"}, {"expires_in": 1e300})]
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        machine.log_in_rows(rows)
        expect_equal(server.seen("token"), 0, "polls")
        server.mangle(duplicate("auth_req_id", "y" * 20), "backchannel")
        machine.log_in_rows([Row("an auth_req_id twice", UNAVAILABLE)])


def test_life_of_a_request():
    """It ends with the login, whatever the server says; and when the server said at first, if that is earlier, also if
    it is forever pending."""
    for members, wait in (({"expires_in": 86400}, 5), ({"expires_in": 2}, 2)):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            server.acknowledgement(**members)
            server.expired_error = "authorization_pending"
            audit, = machine.log_in_rows([Row(f"{members}", denied("expired"))], "poll_timeout=5")
            expect(wait - 0.5 < int(audit["ms"]) / 1000 < wait + 1.5, f"{members}: {audit['ms']} ms")
            expect_equal(server.waiting[-1].requested_expiry, "5", "requested_expiry")


def test_a_refused_request_looks_like_a_denial():
    """Whoever logs in for somebody else does not learn whom the server knows."""
    seen = set()
    for word, polls in (("unknown_user_id", []), ("invalid_request", []), (None, [error("access_denied")])):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            server.script("backchannel", [error(word) if word else None])
            server.script("token", polls)
            login = machine.log_in("stack_first_factor", "push_wait=enter", answers=[""])
            seen.add((login.code, re.sub(r"[A-Z2-9]{8}", "WORD", login.text)))
    expect_equal(len(seen), 1, f"dialogues: {seen}")


# ---- polls ----

def test_words_of_polls():
    ends = (("access_denied", 400, denied("denied")), ("access_denied", 403, denied("denied")),
            ("access_denied", 200, denied("denied")), ("authorization_declined", 400, denied("denied")),
            ("expired_token", 400, denied("expired")), ("token_expired", 200, denied("expired")),
            ("invalid_grant", 400, denied("request-refused")),
            ("bad_verification_code", 200, denied("request-refused")),
            ("incorrect_device_code", 400, denied("request-refused")), ("invalid_client", 401, MISCONFIGURED),
            ("invalid_client", 403, MISCONFIGURED), ("unauthorized_client", 400, MISCONFIGURED),
            ("unsupported_grant_type", 400, MISCONFIGURED), ("invalid_request", 400, MISCONFIGURED),
            ("something_new", 400, denied("request-refused")))
    passing = ((error(PENDING, status) for status in (200, 400, 403, 428, 429)),
               (error("temporarily_unavailable", 503), error("server_error", 500), error("something_new", 503)),
               (page(status) for status in (403, 404, 500, 502, 503, 504)),
               (page(200), form_encoded(error=PENDING), form_encoded(400, error=PENDING), Answer(200, [])))
    rows = [Row(f"{word} {status}", wanted, polls=[error(word, status)]) for word, status, wanted in ends]
    rows += [Row(f"{answer}", GRANTED, polls=[answer, approval()]) for group in passing for answer in group]
    rows += [Row("an approval that is used up", GRANTED, polls=[approval()])]
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        machine.log_in_rows(rows)
        expect_equal(server.seen("token"), sum(len(row.polls) for row in rows), "polls: none after the end")
        expect("<html" not in machine.broker.log(), "a page in the log")


def test_answers_with_tokens():
    """What cannot be read was given all the same, and is given once."""
    lost = denied("answer-lost")
    rows = [Row("a member twice", lost, polls=[approval(change=duplicate("id_token", "a.b.c"))]),
            Row("cut short", lost, polls=[approval(change=lambda text: text[:-1])]),
            Row("more than an object", lost, polls=[approval(change=lambda text: text + "x")]),
            Row("a NUL in a text", lost, polls=[approval(answer={"scope": "a\0b"})]),
            Row("a form", lost, polls=[_form]),
            Row("other members", GRANTED, polls=[approval(answer={"id": [1, {"x": None}], "refresh_token": "r"})]),
            Row("no token_type", GRANTED, polls=[approval(answer={"token_type": None, "expires_in": "soon"})]),
            Row("an empty object", denied("token-refused"), polls=[Answer(200, {})]),
            Row("status 201", GRANTED, polls=[_created])]
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        machine.log_in_rows(rows)
        expect_equal(server.forgive("a poll after the answer approve"), 5, "polls after an answer that was lost")


def _form(call):
    answer = approval()(call)
    return form_encoded(**answer.body)


def _created(call):
    answer = approval()(call)
    return Answer(201, answer.body, answer.headers)


# ---- the device grant ----

def test_device_grant_answers():
    rows = ((None, None, GRANTED), (error("invalid_scope"), None, MISCONFIGURED),
            (error("access_denied", 403), None, MISCONFIGURED), (error("unauthorized_client"), None, MISCONFIGURED),
            (error("invalid_client", 401), None, MISCONFIGURED), (error("slow_down", 429), None, UNAVAILABLE),
            (error("too_many_user_codes", 429), None, UNAVAILABLE), (page(503), None, UNREACHABLE),
            (form_encoded(device_code="x", user_code="A"), None, UNAVAILABLE),
            (None, error("access_denied", 403), denied("denied")), (None, error("expired_token"), denied("expired")),
            (None, error("invalid_grant"), denied("request-refused")),
            (None, error("invalid_client", 401), MISCONFIGURED),
            (None, error("authorization_declined", 200), denied("denied")))
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        for asked, polled, wanted in rows:
            server.script("device", [asked])
            polls = [polled or approval()] if asked is None else []
            server.script("token", polls)
            login = machine.log_in(*IN_BROWSER, answers=[""])
            expect_equal((login.code, login.audit["verdict"], login.audit["reason"], login.calls.count("token")),
                         (*wanted, len(polls)), f"{asked} {polled}: {login.log}")


def test_codes_and_pages_of_the_device_grant():
    def shown(**members):
        whole = {"device_code": "x" * 20, "user_code": "ABCD-EFGH", "verification_uri": "https://id.example.com/d",
                 "expires_in": 60, "interval": 1, **members}
        return Answer(200, {name: value for name, value in whole.items() if value is not None})
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        for members in ({"device_code": None}, {"user_code": None}, {"user_code": "AB\x1b[2J"},
                        {"user_code": "A" * 300}, {"verification_uri": None},
                        {"verification_uri": "http://id.example.com/"},
                        {"verification_uri": "https://id.example.com/\x1b[2J"}, {"verification_uri": "javascript:x"},
                        {"verification_uri": "https://id.example.com/" + "x" * 500}, {"expires_in": 0}):
            server.script("device", [shown(**members)])
            login = machine.log_in(*IN_BROWSER, answers=[""])
            expect_equal((login.code, login.audit["verdict"], login.prompts), (*UNAVAILABLE[:2], []),
                         f"{members}: {login.log}")
            expect("\x1b" not in login.text, f"{login.text!r}")
        server.script("device", [shown(verification_uri=None, verification_url="https://id.example.com/u")])
        login = machine.log_in(*IN_BROWSER)
        expect_match("https://id.example.com/u .*ABCD-EFGH", login.prompts[0][0].replace("\n", " "), "an old name")


main()
