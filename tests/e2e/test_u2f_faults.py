# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with a security key, in whole logins: module, broker, helper, and the real library over a key
in software."""
import base64
import re
import time

from countersign import *

ORIGIN = "pam://127.0.0.1"
OTHER = "pam://other.example"
LINE = re.compile(r"U2F1\.[A-Za-z0-9_-]+")
AWAY = {"rhost": "192.0.2.7"}


def before(*arguments):
    """One key, registered for alice, plugged in where the helper looks."""
    write_config({"u2f_origins": ORIGIN})
    stack("auth_method=u2f", "conversation=live", "retry=0", "poll_timeout=5", *arguments)
    forget_factors("alice", "bob")
    countersign("unlock", "alice")
    keys = Keys(HELPER_USER)
    keys.plug()
    enrol(keys)
    return keys


def enrol(keys, user="alice"):
    with HelperSocket(keys):
        countersign("enroll", "u2f", user)


def login(keys, answers=()):
    """One login at this machine; its result and what the audit line says."""
    with HelperSocket(keys), Broker() as broker:
        result = pam_login("alice", answers)
        return result, wait_audit(broker)["reason"]


def expect_end(end, code, reason, what):
    result, told = end
    expect_equal((result.code, told), (code, reason), f"{what}: {result.text}")


def signed(keys, line, host="127.0.0.1"):
    """What countersign-touch answers on the machine of the person."""
    return run(TOUCH, "--host", host, input=line + "\n", env=keys.environment()).stdout.strip()


def recovery_code(user="alice"):
    words = countersign("recovery", user).stdout.split()
    return next(word for word in words if re.fullmatch(r"[A-Z0-9]{4}(-[A-Z0-9]{4})+", word))


def decoded(line):
    """The bytes of a request (docs/U2F-RELAY.md), with the checksum."""
    text = line.partition(".")[2]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pasted(change):
    """A login from elsewhere; `change` gets the request's line and gives the answer."""
    with Broker() as broker:
        session = PamSession("alice", **AWAY)
        session.answer(change(LINE.search(session.prompt())[0]))
        return session.result(), wait_audit(broker)["reason"]


def test_a_touch_here():
    keys = before()
    end = login(keys)
    expect_end(end, "PAM_SUCCESS", "u2f", "a touch")
    expect_equal(end[0].prompts, [], "prompts")
    expect_match("Touch", "".join(end[0].infos), "what is said")


def test_a_wrong_key():
    keys = before()
    keys.pull(0)
    keys.plug(1)
    end = login(keys, ["nothing"])
    expect_end(end, "PAM_MAXTRIES", "wrong-form", "another key")
    expect_match(LINE.pattern, end[0].prompts[0][0], "another way to answer")
    expect_equal(keys.counter(1), "0\n", "touches of a key that is not hers")


def test_two_keys():
    keys = before()
    keys.plug(1)
    expect_end(login(keys), "PAM_SUCCESS", "u2f", "one of them enrolled")
    expect_equal(keys.counter(1), "0\n", "touches of the other")
    enrol(keys)
    expect_end(login(keys), "PAM_SUCCESS", "u2f", "both enrolled")
    keys.pull(0)
    expect_end(login(keys), "PAM_SUCCESS", "u2f", "the second alone")


def test_no_touch_until_the_deadline():
    keys = before()
    keys.plug(words="touch=never")
    begin = time.monotonic()
    end = login(keys)
    took = time.monotonic() - begin
    expect_end(end, "PAM_MAXTRIES", "not-touched", "no touch")
    expect(5 <= took < 5 + PATIENCE, f"took {took:.1f} s, poll_timeout=5")
    expect_match("not touched", "".join(end[0].infos), "what is said")


def test_pulled_out():
    keys = before()
    # Gone while it is asked, after it was found.
    keys.plug(words="pull=2")
    end = login(keys, ["nothing"])
    expect_end(end, "PAM_MAXTRIES", "wrong-form", "pulled out")
    expect_match(LINE.pattern, end[0].prompts[0][0], "another way to answer")


def test_the_counter_goes_back():
    keys = before()
    expect_end(login(keys), "PAM_SUCCESS", "u2f", "a touch")
    with Broker():
        request = LINE.search(pam_login("alice", ["123456"], **AWAY).text)[0]
    handle = decoded(request)[-68:-4]
    answer = signed(keys, request)  # of the form of one; what it was signed for is over
    keys.plug(words="counter=0")
    expect_end(login(keys), "PAM_MAXTRIES", "counter-went-back", "a copy of the key")
    keys.plug(words="counter=1000")
    with Broker() as broker:
        result = pam_login("alice", [answer], **AWAY)
        expect(handle not in decoded(LINE.search(result.text)[0]), f"a suspect key is asked for: {result.text}")
        expect_equal((result.code, wait_audit(broker)["reason"]), ("PAM_MAXTRIES", "no-usable-key"), "after that")


def test_answers_that_cross():
    """Two prompts at once, touched in one order and answered in the other: no copy had to be there."""
    keys = before()
    with Broker() as broker:
        sessions = [PamSession("alice", **AWAY) for _ in range(2)]
        answers = [signed(keys, LINE.search(session.prompt())[0]) for session in sessions]
        for number, code in ((1, "PAM_SUCCESS"), (0, "PAM_MAXTRIES")):
            sessions[number].answer(answers[number])
            expect_equal(sessions[number].result().code, code, f"login {number}")
        expect_match("reason=out-of-order", broker.log(), "log")
        expect("went back" not in broker.log(), f"an alert: {broker.log()}")
    expect_end(login(keys), "PAM_SUCCESS", "u2f", "the next touch")


def test_a_bad_signature():
    keys = before()
    keys.plug(words="bad-signature")
    expect_end(login(keys), "PAM_MAXTRIES", "wrong-signature", "a bad signature")
    keys.plug()
    expect_end(login(keys), "PAM_SUCCESS", "u2f", "the counter was not spent")


def test_a_replayed_answer():
    keys = before()
    answers = []

    def keep(line):
        answers.append(signed(keys, line))
        return answers[0]

    expect_end(pasted(keep), "PAM_SUCCESS", "u2f", "an answer")
    expect_end(pasted(lambda line: answers[0]), "PAM_MAXTRIES", "wrong-signature", "the same again")


def test_an_answer_for_another_user():
    keys = before()
    keys.plug(1)
    keys.pull(0)
    enrol(keys, "bob")
    keys.plug(0)
    with Broker():
        bob = PamSession("bob", **AWAY)
        line = LINE.search(bob.prompt())[0]
        answer = signed(keys, line)
        bob.kill()
    expect_end(pasted(lambda line: answer), "PAM_MAXTRIES", "wrong-signature", "bob's answer")


def test_another_origin():
    keys = before()
    expect_end(pasted(lambda line: signed(keys, line, "other.example")), "PAM_MAXTRIES", "wrong-signature",
               "signed for another host")
    write_config({"u2f_origins": [ORIGIN, OTHER]})
    expect_end(pasted(lambda line: signed(keys, line, "other.example")), "PAM_SUCCESS", "u2f",
               "a host in the list")


def test_an_expired_challenge():
    keys = before()

    def late(line):
        answer = signed(keys, line)
        time.sleep(5.1)  # poll_timeout: the time itself is what is awaited
        return answer

    expect_end(pasted(late), "PAM_MAXTRIES", "expired", "too late")


def test_a_menu_offers_no_key_to_those_without():
    keys = before()
    factor = fresh("alice")
    enrol(keys)
    stack("auth_method=choice-then-otp", "u2f_in_choice", "retry=0")
    with Broker():
        shown = pam_login("alice", ["nothing"], **AWAY).prompts[0][0]
        expect_match(r"(?i)security key", shown, "the menu of somebody with a key")
        for key in [row for row in listing("alice")["factors"] if row["kind"] == "u2f"]:
            countersign("remove", "alice", key["id"])
        result = pam_login("alice", [factor.code()], **AWAY)
        expect_equal(result.code, "PAM_SUCCESS", f"the code: {result.text}")
        expect(not re.search(r"(?i)security key|U2F", result.text), f"a key is offered: {result.text}")


def test_a_lost_key():
    """A recovery code is the way back in, once, and says how many are left."""
    keys = before()
    code = recovery_code()
    keys.pull(0)
    end = login(keys, [code, ""])
    expect_end(end, "PAM_SUCCESS", "recovery-code", "a recovery code")
    expect_match(r"\b9\b", end[0].prompts[-1][0], "how many are left")
    expect_end(login(keys, [code]), "PAM_MAXTRIES", "wrong-form", "the same again")


def test_a_key_that_may_not_be_used_is_not_missing():
    """accept_on_missing_auth_method is for users without a key: spoiling a key must not waive it."""
    for spoil in ("suspect", "another application"):
        keys = before("accept_on_missing_auth_method", "stack_first_factor")
        if spoil == "suspect":
            expect_end(login(keys), "PAM_SUCCESS", "u2f", "a touch")
            keys.plug(words="counter=0")
            login(keys)
        else:
            write_config({"u2f_origins": ORIGIN, "u2f_app_id": "pam://new.example"})
        for plan in ("u2f", "choice-then-otp"):
            stack(f"auth_method={plan}", "u2f_in_choice", "retry=0", "accept_on_missing_auth_method",
                  "stack_first_factor")
            with Broker() as broker:
                result = pam_login("alice", ["123456"], **AWAY)
                expect_equal(result.code, "PAM_MAXTRIES", f"{spoil}, {plan}: {result.text}")
                expect(wait_audit(broker)["reason"] != "accept_on_missing_auth_method", f"{spoil}, {plan}")
    for plan in ("u2f", "choice-then-otp"):
        stack(f"auth_method={plan}", "u2f_in_choice", "retry=0")
        with Broker():
            result = pam_login("alice", [recovery_code(), ""], **AWAY)
            expect_equal(result.code, "PAM_SUCCESS", f"the way back in, {plan}")


def asked(user):
    """What a login from elsewhere shows at its only prompt: the text, the size of the request and its last handle."""
    (prompt, _), = pam_login(user, ["123456"], **AWAY).prompts
    line = decoded(LINE.search(prompt)[0])
    return LINE.sub("LINE", prompt), len(line), line[-68:-4]


def test_everybody_is_asked_alike():
    """Who has a key does not show: without one there is a handle that nobody made, the same at each login, also
    when the store has another key."""
    users = "alice", "bob", "carol", "nobody-of-that-name"
    before()
    with Broker():
        shown = [asked(user) for user in users]
        expect_equal([asked(user) for user in users], shown, "the next logins")
        countersign("rekey")
        expect_equal([asked(user) for user in users], shown, "logins after rekey")
        expect_equal(len({(text, size) for text, size, _ in shown}), 1, f"what shows: {shown}")
        expect_equal(len({handle for *_, handle in shown}), len(users), "different handles")
        others = "ALICE", "bob@example.com", r"EXAMPLE\Carol", "Nobody-Of-That-Name"
        expect_equal([asked(user) for user in others], shown, "other ways to write the names")


def test_who_has_proven_a_key_is_told():
    """And an unknown name gets no further than one that has a key."""
    before("stack_first_factor")
    with Broker():
        expect_match("No second factor is set up", "".join(pam_login("bob", ["x"], **AWAY).infos), "bob")
        for user in ("alice", "nobody-of-that-name"):
            expect_match(LINE.pattern, pam_login(user, ["x"], **AWAY).prompts[0][0], user)


def test_codes_of_somebody_without_a_key():
    """The plan asks for a key: recovery codes are for those who have lost theirs."""
    before()
    fresh("bob")
    code = recovery_code("bob")
    with Broker():
        expect_equal(pam_login("bob", [code], **AWAY).code, "PAM_MAXTRIES", "bob, who has an app only")


def test_enter_comes_late():
    """The time of a challenge begins with the touch."""
    keys = before("conversation=fold")
    with HelperSocket(keys), Broker():
        session = PamSession("alice")
        session.prompt()
        time.sleep(5.1)  # poll_timeout: the time itself is what is awaited
        session.answer("")
        expect_equal(session.result().code, "PAM_SUCCESS", "a touch after a late Enter")


def test_a_name_of_a_machine_is_elsewhere():
    """PAM_RHOST may be a name. Nobody who sits there shall make the key in this machine blink."""
    keys = before()
    with HelperSocket(keys), Broker():
        result = pam_login("alice", ["nothing"], rhost="client.example.com")
        expect_match(LINE.pattern, result.prompts[0][0], "the prompt")
    expect_equal(keys.counter(), "0\n", "touches")


def test_a_touch_where_texts_wait():
    """Services outside sudo, su and login show text with the next prompt only: there has to be one."""
    keys = before("conversation=fold")
    end = login(keys, [""])
    expect_end(end, "PAM_SUCCESS", "u2f", "a touch")
    expect_equal(end[0].prompts, [("Press Enter, then touch your security key: ", True)], "prompts")


def test_a_silent_key_ends_with_the_login():
    # Less than either library waits for an answer.
    keys = before("login_timeout=3")
    keys.plug(words="silent")
    with HelperSocket(keys), Broker():
        begin = time.monotonic()
        result = pam_login("alice")
        took = time.monotonic() - begin
    expect(3 <= took < 6, f"the login took {took:.1f} s, login_timeout=3: {result.text}")


# What the helper answers to a look at a key that is there.
THERE = bytes([2, NOT_TOUCHED])


def failing(keys, replies, answer):
    """A login at this machine with a helper that fails: (result, reason, seconds to the prompt). It ends in the
    prompt that everybody gets elsewhere, and in one warning that says where to look."""
    with FalseHelper(*replies) as helper, Broker() as broker:
        begin = time.monotonic()
        session = PamSession("alice")
        prompt = session.prompt()
        took = time.monotonic() - begin
        session.answer(answer(LINE.search(prompt)[0]))
        result, reason = session.result(), wait_audit(broker)["reason"]
        expect_match(LINE.pattern, result.prompts[0][0], f"the prompt after {replies!r}")
        warnings = re.findall("u2f: countersign-u2f-host: .*journalctl", broker.log())
        expect_equal(len(warnings), 1, f"warnings after {replies!r}")
        expect_equal(helper.asked, len(replies), f"requests to the helper: {replies!r}")
    return result, reason, took


def test_a_helper_that_fails_is_none():
    """Its account is missing, systemd has too many of it, or a key took it over: nobody is told to touch anything, and
    an answer from elsewhere still lets in."""
    keys = before("conversation=fold")
    for reply in (b"", b"nonsense", bytes([2, 6]), bytes([2, PIN_NEEDED, 3, 1]), bytes([1, NO_KEY]), bytes([2, CANCELLED])):
        result, reason, took = failing(keys, [reply], lambda line: signed(keys, line))
        expect_equal((result.code, reason), ("PAM_SUCCESS", "u2f"), f"after {reply!r}: {result.text}")
        expect_equal(len(result.prompts), 1, f"prompts after {reply!r}")
        expect("Press Enter" not in result.text, f"a touch is asked for after {reply!r}: {result.text}")
        expect(took < PATIENCE / 2, f"the prompt came after {took:.1f} s")
    result, reason, _ = failing(keys, [bytes([2, CANCELLED])], lambda line: "nothing")
    expect_equal((result.code, reason), ("PAM_MAXTRIES", "wrong-form"), "after a wrong answer")


def test_a_helper_that_fails_at_the_touch():
    keys = before()
    short = bytes([2, OK, 0, 1]) + bytes(4) + bytes(7)
    for reply in (b"", b"nonsense", bytes([2, CANCELLED]), short):
        result, reason, took = failing(keys, [THERE, reply], lambda line: signed(keys, line))
        expect_equal((result.code, reason), ("PAM_SUCCESS", "u2f"), f"after {reply!r}: {result.text}")
        expect(took < PATIENCE / 2, f"the prompt came after {took:.1f} s")


def test_a_helper_that_hangs():
    keys = before("login_timeout=30")
    code = recovery_code()
    result, reason, took = failing(keys, [None], lambda line: f"{code}\n")  # and Enter at the next prompt
    expect_equal((result.code, reason), ("PAM_SUCCESS", "recovery-code"), f"a recovery code: {result.text}")
    expect(took < 15, f"the prompt came after {took:.1f} s")
    expect("Touch your security key.\n" not in result.text, f"a touch is asked for: {result.text}")


def test_no_helper():
    """No library, no USB, no unit: a sentence, and the key of another machine still does."""
    keys = before()
    result = countersign("enroll", "u2f", "bob", check=False)
    expect_equal(result.returncode, 1, "exit status")
    expect_match("countersign-u2f-host is not running; enable its socket", result.stderr, "why")
    with Broker():
        session = PamSession("alice")
        session.answer(signed(keys, LINE.search(session.prompt())[0]))
        expect_equal(session.result().code, "PAM_SUCCESS", "a login at this machine, by copy and paste")


main()
