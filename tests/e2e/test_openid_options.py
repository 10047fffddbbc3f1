# SPDX-License-Identifier: Apache-2.0
"""What options change about a login with an OpenID server: what is sent, what is shown, and who may sign in with a
browser."""
from countersign import *
from countersign.openid import *

PROVEN = "stack_first_factor"
GRANTED = "PAM_SUCCESS", "allow", "approved"
BROWSER = "auth_method=browser"
CONSENT = "Type s to send an approval request to your phone: "
ON_PHONE = r"Approve the request on your phone \nif it shows ([A-Z2-9]{8})\. \nThen press Enter here: "
WITHOUT_WORD = "Approve the request on your phone. \nThen press Enter here: "
IN_BROWSER = (r"To sign in, open this page in a browser: \n(https://\S+) \nand enter the code ([A-Z-]{9}) there\. \n"
              r"Then press Enter here: ")


def outcome(login):
    return login.code, login.audit["verdict"], login.audit["reason"]


def sign_in(machine, *arguments, answers=("",), **options):
    """A login that the server approves at the first poll."""
    machine.peer.script("token", [approval()])
    login = machine.log_in(*arguments, answers=answers, **options)
    machine.peer.scripts.clear()
    return login


# ---- what is sent ----

def test_what_a_request_says():
    rows = (
        ((), {}, {"login_hint": "alice", "scope": "openid", "requested_expiry": "60", "acr_values": None,
                  "user_code": None}),
        (("poll_timeout=30",), {}, {"requested_expiry": "30"}),
        (("https_timeout=30",), {}, {"requested_expiry": "30"}),
        ((), {"requested-expiry": False}, {"requested_expiry": None}),
        ((), {"scope": "openid email"}, {"scope": "openid email"}),
        ((), {"acr-values": "urn:a urn:b"}, {"acr_values": "urn:a urn:b"}),
        ((), {"login-hint": '{"format":"iss_sub","iss":"%i","sub":"%u"}'},
         {"login_hint": '{"format":"iss_sub","iss":"ISSUER","sub":"alice"}'}),
        ((), {"word-length": 4}, {"binding_message": r"[A-Z2-9]{4}"}),
        ((), {"word-length": 0}, {"binding_message": None}))
    for arguments, section, wanted in rows:
        with StrictServer(Client.basic()) as server, Machine(server, section) as machine:
            server.script("backchannel", [error("access_denied")])
            login = machine.log_in(PROVEN, "push_wait=enter", *arguments, answers=[""])
            body = server.find("backchannel")[0].body
            for name, text in wanted.items():
                got, text = body.get(name), text and text.replace("ISSUER", server.issuer)
                expect(got == text or text and got and re.fullmatch(text, got), f"{section}: {name} is {got!r}")
            expect_equal(login.audit["reason"], "request-refused", login.log)


def test_authentication_to_the_letter():
    """The strict server accepts nothing that a standard does not allow."""
    for client, audience in ((Client.basic(punctuation=True), None), (Client.post(punctuation=True), None),
                             (Client.private_key("ES256"), "issuer"), (Client.private_key("RS256"), "endpoint"),
                             (Client.mutual_tls(), None)):
        with StrictServer(client) as server, \
                Machine(server, {"assertion-audience": audience} if audience else {}) as machine:
            server.only_audience = audience
            machine.log_in_rows([Row(client.authentication, GRANTED, polls=[approval()])] * 2)


def test_suppressed_notification():
    for name in ("suppress_notification", "suppressnotification"):
        with StrictServer(Client.basic()) as server, \
                Machine(server, {"quiet-parameter": "notification_mode=none & quiet"}) as machine:
            server.extra_parameters.add("notification_mode")
            login = sign_in(machine, PROVEN, "push_wait=enter", name)
            expect_equal(outcome(login), GRANTED, login.log)
            expect_match(ON_PHONE, login.prompts[0][0], "prompt")
            expect_equal(server.find("backchannel")[0].body["notification_mode"], "none & quiet", "parameter")
            login = sign_in(machine, PROVEN, "push_wait=enter")
            expect("notification_mode" not in server.find("backchannel")[0].body, "without the option")
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        login = sign_in(machine, PROVEN, "push_wait=enter", "suppress_notification")
        expect_equal((outcome(login), login.calls.count("backchannel")), (GRANTED, 0), login.log)
        expect_match(IN_BROWSER, login.prompts[0][0], "without such a parameter it is a browser")
        login = sign_in(machine, "suppress_notification", "retry=0", answers=["123456"])
        expect_equal((login.audit["granted"], login.calls.count("device")), ("no", 0), "no first factor")


# ---- what is shown ----

def test_hidden_instructions():
    for arguments in (("hide_instructions",), ("hideuserinstruction",), ("push_wait=silent",)):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            login = sign_in(machine, PROVEN, *arguments, "conversation=live", answers=())
            expect_equal((outcome(login), login.prompts, login.infos, login.errors), (GRANTED, [], [], []), login.log)
            expect_equal(server.waiting[-1].binding_message, None, "a word that nobody can compare")
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        login = sign_in(machine, PROVEN, BROWSER, "hide_instructions")
        expect_match(IN_BROWSER, login.prompts[0][0], "a page and a code must be seen")


def test_word():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        words = set()
        for _ in range(2):
            login = sign_in(machine, PROVEN, "push_wait=enter")
            match = re.fullmatch(ON_PHONE, login.prompts[0][0])
            expect(match, f"{login.prompts}")
            expect_equal(server.waiting[-1].binding_message, match[1], "the word on the phone")
            words.add(match[1])
        expect_equal(len(words), 2, "words differ")
        login = sign_in(machine, PROVEN, "push_wait=live", "conversation=live", answers=())
        word = server.waiting[-1].binding_message
        expect_equal((outcome(login), login.infos),
                     (GRANTED, [f"Approve the request on your phone \nif it shows {word}."]), "at once")
    with StrictServer(Client.basic()) as server, Machine(server, {"word-length": 0}) as machine:
        login = sign_in(machine, PROVEN, "push_wait=enter")
        expect_equal([text for text, _ in login.prompts], [WITHOUT_WORD], "without a word")


def test_code_in_a_browser():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        login = sign_in(machine, PROVEN, BROWSER)
        match = re.fullmatch(IN_BROWSER, login.prompts[0][0])
        expect(match, f"{login.prompts}")
        expect_equal((match[1], match[2]), (f"{server.base}/device", server.waiting[-1].user_code), "page and code")
        expect_equal((outcome(login), login.prompts[0][1]), (GRANTED, True), "result")


# ---- who may sign in ----

def test_phone_without_a_first_factor():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        login = sign_in(machine, "retry=0", answers=[""])
        expect_equal(([text for text, _ in login.prompts], "backchannel" in login.calls), ([CONSENT], False), "unasked")
        login = sign_in(machine, "push_wait=enter", answers=["s", ""])
        expect_equal((outcome(login), login.prompts[0]), (GRANTED, (CONSENT, True)), login.log)


def test_browser_without_a_first_factor():
    """Whoever begins such a login could talk the user into approving it: what is shown is a code that nothing fits."""
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        login = sign_in(machine, BROWSER, "retry=0", answers=["123456"])
        expect_equal((login.code, login.audit["reason"], login.audit["granted"]),
                     ("PAM_MAXTRIES", "no-first-factor", "no"), login.log)
        expect_equal(login.calls.count("device"), 0, "requests")
        login = sign_in(machine, BROWSER, "browser_without_first_factor")
        expect_equal(outcome(login), GRANTED, login.log)
        machine.configure(browser_without_first_factor=True)
        expect_equal(outcome(sign_in(machine, BROWSER)), GRANTED, "from the file")


def test_a_choice_of_both():
    with StrictServer(Client.basic()) as server, \
            Machine(server, auth_method="choice-then-otp", add_devices_to_choice=True,
                    browser_in_choice=True) as machine:
        for answer, kind in (("1", "backchannel"), ("2", "device")):
            login = sign_in(machine, PROVEN, "push_wait=enter", answers=[answer, ""])
            expect_equal((outcome(login), login.calls.count(kind)), (GRANTED, 1), f"{login.prompts} {login.log}")


main()
