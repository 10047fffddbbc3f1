"""What goes wrong with a security key, in whole logins: module, broker, helper, and libu2f-host over a key in
software."""
import re
import time

from countersign import *

ORIGIN = "pam://127.0.0.1"
OTHER = "pam://other.example"
LINE = re.compile(r"U2F1\.[A-Za-z0-9_-]+")
AWAY = {"rhost": "192.0.2.7"}


def before(*arguments):
    """One key, registered for alice, in the machine where the helper looks."""
    write_config({"u2f_origins": ORIGIN})
    stack("auth_method=u2f", "conversation=live", "retry=0", "poll_timeout=5", *arguments)
    for user in ("alice", "bob"):
        for factor in listing(user)["factors"]:
            countersign("remove", user, factor["id"])
        countersign("unlock", user)
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
    keys.plug(words="counter=0")
    expect_end(login(keys), "PAM_MAXTRIES", "counter-went-back", "a copy of the key")
    keys.plug(words="counter=1000")
    with Broker() as broker:
        result = pam_login("alice", ["123456"])
        expect(not LINE.search(result.text), f"a suspect key is asked for: {result.text}")
        expect_equal((result.code, wait_audit(broker)["reason"]), ("PAM_MAXTRIES", "not-enrolled"), "after that")


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
        for key in listing("alice")["factors"]:
            if key["kind"] == "u2f":
                countersign("remove", "alice", key["id"])
        result = pam_login("alice", [factor.code()], **AWAY)
        expect_equal(result.code, "PAM_SUCCESS", f"the code: {result.text}")
        expect(not re.search(r"(?i)security key|U2F", result.text), f"a key is offered: {result.text}")


def test_a_lost_key():
    """A recovery code is the way back in, once, and says how many are left."""
    keys = before()
    codes = countersign("recovery", "alice").stdout.split()
    code = next(word for word in codes if re.fullmatch(r"[A-Z0-9]{4}(-[A-Z0-9]{4})+", word))
    keys.pull(0)
    end = login(keys, [code, ""])
    expect_end(end, "PAM_SUCCESS", "recovery-code", "a recovery code")
    expect_match(r"\b9\b", end[0].prompts[-1][0], "how many are left")
    expect_end(login(keys, [code]), "PAM_MAXTRIES", "wrong-form", "the same again")


def test_no_helper():
    """No library, no USB, no unit: a sentence, and the key of another machine still does."""
    keys = before()
    result = countersign("enroll", "u2f", "bob", check=False)
    expect_equal(result.returncode, 1, "exit status")
    expect_match("countersign-u2f-host does not run; enable its socket", result.stderr, "why")
    with Broker():
        session = PamSession("alice")
        session.answer(signed(keys, LINE.search(session.prompt())[0]))
        expect_equal(session.result().code, "PAM_SUCCESS", "a login at this machine, by copy and paste")


main()
