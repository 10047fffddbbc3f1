# SPDX-License-Identifier: Apache-2.0
"""Delays after failed tries, and that nobody can lock out somebody else. The long delays are tested with a fake
clock in unit.throttle and unit.local."""
import itertools
import json
import time

from countersign import *

KEY = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
JUNK = "\b\n\r\x7fINCORRECT"
FREE, SHARE, OF_ADDRESS = 3, 5, 20  # failures without a delay; tries of a network that others cannot use up
FIRST_DELAY = 5

_numbers = itertools.count()


def person():
    """Somebody new."""
    name = f"person{next(_numbers)}"
    add_accounts([name], 20000 + next(_numbers))
    return enroll(name, digits=8)


def address():
    """A client address that nobody has used before."""
    number = next(_numbers)
    return f"198.51.{number // 256}.{number % 256}"


def services():
    for name, words in (("test", ""), ("stated", " stack_first_factor")):
        pam_service(name, f"auth required pam_countersign.so retry=0 require_broker{words}")


def test_prepare():
    services()
    write_config({})


def login(who, answer, env=None, rhost="192.0.2.1", service="test"):
    return pam_login(who.user, [answer, ""], service=service, env=env or {}, rhost=rhost)


def allowed(who, answer, **options):
    return login(who, answer, **options).code == "PAM_SUCCESS"


def fail(who, times=1, rhost="192.0.2.1", env=KEY, service="test"):
    """Enters wrong codes, one login each."""
    result = pam_login(who.user, [who.wrong()], service=service, env=env, rhost=rhost, repeat=max(times, 2))
    expect_equal([run[0] for run in result.runs], ["PAM_MAXTRIES"] * max(times, 2), "refusals")


def failures(who):
    return json.loads(countersign("list", who.user, "--json").stdout)["failed_tries"]


def test_user_after_a_key():
    with Broker() as broker:
        who = person()
        fail(who, FREE)
        expect(allowed(who, who.code(-1), env=KEY), "a delay after three failures")
        expect_equal(failures(who), 0, "failures after a success")
        fail(who, FREE + 1)
        begin = time.monotonic()
        code = who.code()
        result = login(who, code, env=KEY)
        expect_equal((result.code, len(result.prompts)), ("PAM_MAXTRIES", 1), "within the delay")
        expect_match(f'reason=throttled .*user="{who.user}"', broker.log(), "the log")
        fail(who, 5)
        expect_equal(failures(who), FREE + 1, "failures counted within the delay")
        wait_until(lambda: allowed(who, code, env=KEY), "the end of the delay", FIRST_DELAY + 3)
        waited = time.monotonic() - begin
        expect(FIRST_DELAY - 2 < waited < FIRST_DELAY + 2, f"the delay lasted {waited:.1f} s")
        expect_equal(failures(who), 0, "failures after a success")


def test_user_after_the_stack():
    with Broker():
        who = person()
        fail(who, FREE + 1, env={}, service="stated")
        expect_equal(failures(who), FREE + 1, "failures")
        expect(not allowed(who, who.code(), service="stated"), "no delay")


def test_unlock():
    with Broker():
        who = person()
        fail(who, FREE + 2)
        expect(not allowed(who, who.code(), env=KEY), "no delay")
        countersign("unlock", who.user)
        expect_equal(failures(who), 0, "failures after unlock")
        expect(allowed(who, who.code(), env=KEY), "a delay after unlock")


def test_nobody_locks_out_somebody_else():
    with Broker():
        who = person()
        for _ in range(4):
            fail(who, OF_ADDRESS, rhost=address(), env={})
        counted = store_rows(f"SELECT count(*) FROM throttle WHERE scope IN (1, 4) AND subject = '{who.user}'")
        expect_equal(counted, [(0,)], "counters of the user behind a proven factor")
        expect(allowed(who, who.code(), env=KEY, rhost=address()), "the user was locked out")


def wear_out(broker, who, rhost):
    """Wrong codes without a first factor until they are not looked at any more."""
    for _ in range(4 * SHARE):
        if not allowed(who, who.wrong(), rhost=rhost) and "reason=throttled" in last_audit(broker, who):
            return
    raise Failure(f"{rhost}: no delay")


def last_audit(broker, who):
    return [line for line in broker.log().splitlines() if f'user="{who.user}"' in line][-1]


def test_new_networks_while_three_guess():
    """She is looked at where she has not been before, whatever goes on elsewhere."""
    with Broker() as broker:
        who = person()
        for rhost in address(), address(), "2001:db8:7::1":
            wear_out(broker, who, rhost)
        expect(allowed(who, who.code(), rhost=address()), "kept out of a new network")


def test_a_known_network_while_others_guess_from_everywhere():
    with Broker() as broker:
        who, home = person(), address()
        expect(allowed(who, who.code(-1), rhost=home), "the right code was refused")
        for _ in range(70):
            login(who, who.wrong(), rhost=address())
        expect_match("reason=throttled", last_audit(broker, who), "the account is not used up")
        expect(not allowed(who, who.code(), rhost=address()), "no cap on unproven tries")
        expect(allowed(who, who.code(), rhost=home), "kept out of a known network")
        expect(allowed(who, who.code(1), env=KEY, rhost=address()), "the cap reached a login with a key")


def test_neighbours_of_a_guesser():
    """Others behind his address get in with their first right answer; he is slowed."""
    with Broker() as broker:
        victim, place = person(), address()
        wear_out(broker, victim, place)
        for number in range(OF_ADDRESS + 5):
            pam_login(f"nobody{number}", ["123456"], service="test", rhost=place)
            pam_login(f"nobody{number}", [""], service="test", rhost=place)
        for _ in range(10):
            who = person()
            expect(allowed(who, who.code(), rhost=place), f"{who.user} was kept out")


def expect_one_network(names, other):
    """Wrong codes from all of them are those of one client, and `other` is another."""
    with Broker() as broker:
        who = person()
        for name in names * (FREE + 1):
            login(who, who.wrong(), env=KEY, rhost=name)
        expect_match("reason=throttled", last_audit(broker, who), "the log")
        expect(not allowed(who, who.code(), env=KEY, rhost=names[0]), "no delay")
        expect(allowed(who, who.code(), env=KEY, rhost=other), f"a delay for {other}")


def test_address():
    expect_one_network(["203.0.113.3", "::ffff:203.0.113.3"], "203.0.113.4")


def test_address_ipv6_is_its_network():
    expect_one_network([f"2001:db8:0:1:{n:x}::{n:x}" for n in range(4)], "2001:db8:0:2::1")


def test_names_of_hosts_are_clients_of_their_own():
    expect_one_network(["Host1.example.com", "host1.Example.com"], "host2.example.com")


def test_a_spent_code_counts_once():
    with Broker():
        who = person()
        code = who.code()
        expect(allowed(who, code, env=KEY), "the right code was refused")
        for _ in range(6):
            expect(not allowed(who, code, env=KEY), "a code was good twice")
        expect_equal(failures(who), 1, "failures after six repetitions")
        expect(allowed(who, who.code(1), env=KEY), "a delay after repetitions")


def test_empty_and_junk_answers_change_no_user():
    with Broker() as broker:
        who = person()
        before = countersign("list", who.user, "--json").stdout
        for answer in "", JUNK[:6], JUNK[:8], JUNK, (JUNK * 3)[:20]:
            for env in {}, KEY:
                expect(not allowed(who, answer, env=env, rhost=address()), f"allowed with {answer!r}")
        expect_equal(countersign("list", who.user, "--json").stdout, before, "the user's state")
        expect_match("reason=refused-by-sshd", broker.log(), "the log")
        expect_match("reason=empty-answer", broker.log(), "the log")
        # Junk is counted where it came from, and keeps nobody out there.
        place = address()
        for _ in range(OF_ADDRESS + 1):
            expect(not allowed(who, JUNK, env=KEY, rhost=place), "allowed with junk")
        expect(allowed(who, who.code(), rhost=place), "junk keeps out somebody else")
        expect(allowed(who, who.code(1), rhost=address()), "junk was counted against the user")


def test_programs_answers_keep_nobody_out():
    """A program answers with the password it has: no code of anybody's, again and again, every minute."""
    pam_service("patient", "auth required pam_countersign.so retry=3 require_broker")
    with Broker() as broker:
        who = person()
        before = countersign("list", who.user, "--json").stdout
        for answer in "Summer2024!", "12345", "123456789", "correct horse battery", "--":
            for env in {}, KEY:
                begun = len(audits(broker.log()))
                result = pam_login(who.user, [answer] * 4, service="patient", env=env, rhost=address())
                expect_equal((result.code, len(result.prompts)), ("PAM_AUTH_ERR", 2), f"{answer}: ended by the second")
                audit = wait_audit(broker, begun + 1)
                expect_equal((audit["verdict"], audit["reason"], audit["last"]),
                             ("deny", "repeated-answer", "wrong-form"), answer)
        begun = len(audits(broker.log()))
        result = pam_login(who.user, ["Summer1", "Summer2", "Summer3", "Summer4"], service="patient", rhost=address())
        audit = wait_audit(broker, begun + 1)
        expect_equal((result.code, audit["reason"], audit["last"]), ("PAM_MAXTRIES", "wrong-form", "wrong-form"), "forms")
        expect_equal(countersign("list", who.user, "--json").stdout, before, "the user's state")
        # It is counted where it came from, as a guess at nobody.
        place = address()
        for number in range(OF_ADDRESS + 1):
            expect(not allowed(who, f"Summer{number}", rhost=place), "allowed")
        expect(allowed(who, who.code(), env=KEY, rhost=place), "the right code behind the program's address")
        expect(allowed(who, who.code(1), rhost=address()), "the right code from elsewhere")


def test_pasted_codes():
    with Broker():
        for paste in ("\t{}\r", "{}\u00a0", "\ufeff{}", "\u200e{}\u200f", "{}\u200b"):
            who = person()
            code = who.code()
            expect(allowed(who, paste.format(f"{code[:4]}\u2009{code[4:]}"), env=KEY), f"{paste!r}")
        who = person()
        expect(allowed(who, "".join(chr(0x660 + int(c)) for c in who.code()), env=KEY), "Arabic-Indic digits")


def test_switched_off():
    write_config({"throttle": False})
    with Broker():
        who = person()
        fail(who, FREE + 3)
        expect_equal(failures(who), FREE + 3, "failures counted all the same")
        expect(allowed(who, who.code(), env=KEY), "a delay although it is switched off")
    write_config({})


main()
