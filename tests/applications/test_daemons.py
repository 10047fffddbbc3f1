# SPDX-License-Identifier: Apache-2.0
"""Daemons that have one password and answer every prompt with it or with the name (docs/APPLICATIONS.md, "One
password for everything")."""
import pwd

from countersign import *
from countersign.application import *
from countersign.daemons import *

PASSWORD = "Correct-Horse-7"
DAEMONS = (Saslauthd, Dovecot, Proftpd, Vsftpd, Freeradius, Openvpn)


def each(auth, check, kinds=DAEMONS, settings=None):
    """Runs check(daemon, broker, factor) with that stack for every daemon that is installed. `settings` are a
    function of the daemon."""
    def check_one(kind):
        daemon = kind()
        write_config({"throttle": False, **(settings(daemon) if settings else {})})
        service(daemon.service, auth)
        countersign("passwd", "alice", "--stdin", input=secret(PASSWORD, "a password") + "\n")
        factor = fresh("alice")
        with Broker() as broker, daemon:
            check(daemon, broker, factor)

    each_installed(kinds, check_one)


def sends(daemon, broker, password, wanted):
    """One login; `wanted` are the verdict and the reason."""
    before = len(audits(broker.log()))
    let_in = daemon.log_in("alice", password)
    audit = wait_audit(broker, before + 1)
    expect_equal((let_in, audit["verdict"], audit["reason"]), (wanted[0] == "allow", *wanted), daemon.name)


def sends_codes(daemon, broker, factor):
    sends(daemon, broker, factor.wrong(), ("max-tries", "wrong-code"))
    code = factor.code()
    sends(daemon, broker, code, ("allow", "totp"))
    sends(daemon, broker, code, ("max-tries", "replayed"))
    sends(daemon, broker, factor.recovery_codes[0], ("allow", "recovery-code"))


def sends_lines(daemon, broker, factor):
    sends(daemon, broker, f"Wrong-Horse-7:{factor.code()}", ("deny", "wrong-password"))
    sends(daemon, broker, f"{PASSWORD}:{factor.wrong()}", ("deny", "wrong-code"))
    sends(daemon, broker, f"{PASSWORD}:{factor.code()}", ("allow", "totp"))


def test_a_code_as_the_password():
    each(ONE_CODE, sends_codes)


def test_code_and_password_in_one_line():
    each(ONE_LINE, sends_lines)


def test_a_plain_line_lets_nobody_in():
    """The prompt for a code is visible, so it gets the name, or no answer at all."""
    def check(daemon, broker, factor):
        expect(not daemon.log_in("alice", factor.code()), f"{daemon.name} works with the plain line: document it")
        expect_equal([a for a in audits(broker.log()) if a["verdict"] == "allow"], [], daemon.name)

    each(CODE, check)


# ---- daemons that are not root ----

NOT_ROOT = (Apache, FreeradiusAsDebianStartsIt)


def test_not_root_and_not_named():
    """They may ask for nobody else."""
    def check(daemon, broker, factor):
        expect(not daemon.log_in("alice", factor.code()), "a server that is not root asked for somebody else")
        wait_syslog(rf"pam_countersign\({daemon.service}:auth\): login of 'alice' refused: .*allow_service_accounts")
        expect_equal(audits(broker.log()), [], "what reached the broker")

    each(ONE_CODE, check, NOT_ROOT)


def named(**settings):
    """What the file says of the daemon: its account, and what its PAM line cannot say."""
    return lambda daemon: {"allow_service_accounts": [daemon.account],
                           "services": {daemon.service: {"one_answer": True, **settings}}}


def test_not_root_with_a_code():
    def check(daemon, broker, factor):
        sends_codes(daemon, broker, factor)
        expect_equal({a["peer_uid"] for a in audits(broker.log())}, {str(pwd.getpwnam(daemon.account).pw_uid)}, "peer")

    each(CODE, check, NOT_ROOT, named())


def test_not_root_with_code_and_password_in_one_line():
    each(CODE, sends_lines, NOT_ROOT, named(auth_method="password-and-totp", password_first=True))


def test_openvpn_with_a_password_and_a_static_challenge():
    """The plugin tells prompts apart by how they begin."""
    class Pairs(Openvpn):
        pairs = " login USERNAME password PASSWORD verification OTP"

    def check(daemon, broker, factor):
        set_password("alice", PASSWORD)
        answer = daemon.file("answer", f"alice\n{PASSWORD}\n")
        answer.chmod(0o600)
        command = [*daemon.client_command(answer), "--static-challenge", "Code from your app", "1"]
        for count, (code, wanted) in enumerate(((factor.wrong(), "no"), (factor.code(), "yes"))):
            seen = type_at(command, [("Code from your app", code)], user="root")
            audit = wait_audit(broker, count + 1)
            expect_equal((daemon.let_in(seen.screen), audit["granted"]), (wanted == "yes", wanted), seen.screen)

    each((PASSWORD_AND_CODE[0], PASSWORD_AND_CODE[1] + " retry=0"), check, (Pairs,))


main()
