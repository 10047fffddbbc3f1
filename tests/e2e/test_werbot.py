# SPDX-License-Identifier: Apache-2.0
"""Werbot: what is asked, what is understood, and what reaches a factor of this machine while the server is away."""
from countersign import *
from countersign.https_faults import make_fault
from countersign.werbot import MODES
from countersign.werbot_login import *

LETS_IN = {"ok", "passthru", "errnull"}
REASONS = {"deny": "denied", "policy-ip": "policy", "policy-none": "policy", "nouser": "unknown-identity",
           "disabled": "inactive", "nodevice": "not-enrolled", "unknown-reason": "wrong-code", "capital": "wrong-code"}


# ---- codes and approvals ----

def test_a_code():
    with Werbot() as werbot:
        alice = werbot.server.person()
        result = werbot.log_in([alice.code])
        werbot.expect(result, "PAM_SUCCESS", "allow", "totp")
        expect_equal(result.prompts, [(CODE, True)], "prompts")
        expect_equal(werbot.server.asked(), [{"user": "alice", "tfaMethod": "totp", "totpCode": alice.code,
                                              "userIP": "203.0.113.7", "wID": "alice"}], "what was asked")
        werbot.expect(werbot.log_in(["111111"]), "PAM_MAXTRIES", "max-tries", "wrong-code")
        werbot.expect(werbot.log_in(["111111"], user="bob"), "PAM_MAXTRIES", "max-tries", "unknown-identity")
        expect_equal(werbot.log_in([alice.code], rhost=None).code, "PAM_MAXTRIES", "a code is good once here")
        expect_equal(werbot.server.asked()[-1]["wID"], "bob", "a spent code is not asked about")


def test_what_cannot_be_a_code_is_asked_again_without_a_request():
    with Werbot(retry=3) as werbot:
        alice = werbot.server.person()
        result = werbot.log_in(["12345", "123456789", "pam_auth_err", alice.code], PROVEN)
        werbot.expect(result, "PAM_SUCCESS", "allow", "totp")
        expect_equal(len(werbot.server.asked()), 1, "requests")


def test_an_approval():
    with Werbot() as werbot:
        alice = werbot.server.person()
        for approves, wanted in ((True, ("PAM_SUCCESS", "allow", "approved")),
                                 (False, ("PAM_MAXTRIES", "max-tries", "denied"))):
            werbot.server.forget_requests()
            thread = deciding(werbot.server, alice, approves)
            result = werbot.log_in([""], PROVEN)
            thread.join()
            werbot.expect(result, *wanted)
            expect_equal(result.prompts, [(OR_APPROVE, True)], "prompts")
            expect_equal(werbot.server.asked(), [{"user": "alice", "tfaMethod": "U2F", "totpCode": "",
                                                  "userIP": "203.0.113.7", "wID": "alice"}], "what was asked")


def test_nothing_is_sent_without_a_first_factor():
    with Werbot() as werbot:
        werbot.server.person()
        result = werbot.log_in([""])
        werbot.expect(result, "PAM_MAXTRIES", "max-tries", "empty-answer")
        expect_equal((result.prompts, werbot.server.asked()), ([(CODE, True)], []), "prompts and requests")


def test_an_approval_has_a_time_of_its_own():
    with Werbot({"approval-timeout": 5, "request-timeout": 1}) as werbot:
        werbot.server.person()
        result = werbot.log_in([""], PROVEN, "failmode_insecure", "offline_users=alice")
        werbot.expect(result, "PAM_AUTH_ERR", "deny", "expired")
        expect_equal(len(result.prompts), 1, "nothing else is asked for")
        expect(int(result.audit["ms"]) >= 5000, f"waited {result.audit['ms']} ms")


# ---- answers ----

def test_every_answer():
    with Werbot() as werbot:
        write_config({"provider": "werbot", "retry": 0, "throttle": False, "ask_identity": True,
                      "werbot": werbot.server.section()})
        for number, mode in enumerate(MODES):
            result = werbot.log_in([mode, f"{700000 + number}"], PROVEN, "failmode_insecure", "offline_users=alice")
            allowed = mode in LETS_IN
            expect_equal(result.code == "PAM_SUCCESS", allowed, f"{mode}: {result.text}")
            reason = "totp" if allowed else REASONS.get(mode, "unavailable")
            expect_equal(result.audit["reason"], reason, f"{mode}: {werbot.broker.log()[-1500:]}")


# ---- the identity ----

def test_the_identity_is_asked_for():
    with Werbot(ask_identity=True) as werbot:
        person = werbot.server.person("alice@example.org", accounts=("alice",))
        result = werbot.log_in([" alice@example.org ", person.code], PROVEN)
        werbot.expect(result, "PAM_SUCCESS", "allow", "totp")
        expect_equal(([text for text, _ in result.prompts], result.audit["identity"]),
                     ([ID, OR_APPROVE], "alice@example.org"), "prompts and identity")
        expect_equal((werbot.server.asked()[-1]["user"], werbot.server.asked()[-1]["wID"]),
                     ("alice", "alice@example.org"), "what was asked")
        person.code = secret("111222", "a code at Werbot")
        # The server is told both, so another's ID is of no use.
        werbot.expect(werbot.log_in(["alice@example.org", person.code], PROVEN, user="bob"), "PAM_MAXTRIES",
                      "max-tries", "policy")
        werbot.server.person("alice", code="333444")
        werbot.expect(werbot.log_in(["", "333444"], PROVEN), "PAM_SUCCESS", "allow", "totp", "nothing typed")
        asked = len(werbot.server.asked())
        werbot.expect(werbot.log_in(["x" * 256, "333444"], PROVEN), "PAM_MAXTRIES", "max-tries", "wrong-form", "too long")
        werbot.expect(werbot.log_in(["alice", "333444"], PROVEN, user="nobody-here"), "PAM_MAXTRIES", "max-tries",
                      "unknown-user")
        expect_equal(len(werbot.server.asked()), asked, "requests for those")


def test_only_where_the_provider_binds_it():
    write_config({"provider": "local", "throttle": False})
    with Broker() as broker:
        stack("ask_identity")
        expect_equal(pam_login("alice", ["bob", "1"]).code, "PAM_SERVICE_ERR", broker.log())
        expect_match("ask_identity: provider 'local' cannot say whether", broker.log(), "the log")


# ---- the server is away ----

def silence(server):
    server.stall_handshake = True
    server.end_connections()


def break_all(server, how):
    for call in ("agent", "probe"):
        server.faults.append(make_fault(call, times=100, **{how: True}))


# What happens to the server, and whether a factor of this machine will do then.
DAMAGES = (("refused", lambda server: server.refuse(), True), ("silent", silence, True),
           ("reset", lambda server: break_all(server, "reset"), True),
           ("dropped", lambda server: break_all(server, "hangup"), True),
           ("untrusted", lambda server: server.certificate("untrusted"), False),
           ("another's certificate", lambda server: server.certificate("wrong-name"), False),
           ("expired certificate", lambda server: server.certificate("expired"), False))


def check_damage(what, damage, local, listed):
    factor = fresh("alice")
    with Werbot({"connect-timeout": 1, "request-timeout": 1}) as werbot:
        alice = werbot.server.person()
        damage(werbot.server)
        stack(f"[offline_users=bob, {'alice' if listed else 'carol'}]")
        result = pam_login("alice", [alice.code, factor.code()] if listed and local else [alice.code])
        wanted = (("PAM_SUCCESS", "offline_users") if listed and local else
                  ("PAM_AUTHINFO_UNAVAIL", "unreachable" if local else "unavailable"))
        expect_equal((result.code, wait_audit(werbot.broker)["reason"]), wanted, f"{what}: {werbot.broker.log()}")
        if listed and local:
            expect_equal([text for text, _ in result.prompts], [CODE, CODE], f"{what}: prompts")
            expect_match("offline_users: provider 'werbot' cannot be reached, so 'alice'", werbot.broker.log(), "the log")


def test_offline_users():
    for what, damage, local in DAMAGES:
        for listed in (True, False):
            check_damage(what, damage, local, listed)


def test_offline_users_still_need_a_factor():
    factor = fresh("alice")
    with Werbot({"connect-timeout": 1}, offline_users="alice") as werbot:
        alice = werbot.server.person()
        werbot.server.refuse()
        werbot.expect(werbot.log_in([alice.code, factor.wrong()]), "PAM_MAXTRIES", "max-tries", "wrong-code")
        werbot.expect(werbot.log_in([alice.code, factor.code()], user="bob"), "PAM_AUTHINFO_UNAVAIL", "unreachable",
                      "unreachable")


# ---- settings ----

def test_arguments_of_the_module_that_it_replaces():
    with Werbot() as werbot:
        alice = werbot.server.person()
        server = werbot.server
        write_config({"provider": "werbot", "retry": 0, "throttle": False, "werbot": {"ca-path": server.ca_file}})
        line = [f"server_url=127.0.0.1:{server.port}", f"service_id={server.service_id}",
                f"service_key={server.service_key}", "debug=yes", "insecure_skip_verify=false"]
        werbot.expect(werbot.log_in([alice.code], *line), "PAM_SUCCESS", "allow", "totp")
        expect_match("service_key: everybody can read a PAM file", werbot.broker.log(), "the log")
        for words, why in ((line[1:], "server-url is missing"), (line[:1] + line[2:], "service-id is missing"),
                           (line[:2], "service-key is missing"),
                           ([*line, "insecure_skip_verify=true"], "the server's certificate is always verified"),
                           (["server_url=https://127.0.0.1", *line[1:]], "server_url: the server's name")):
            expect_equal(werbot.log_in([alice.code], *words).code, "PAM_SERVICE_ERR", f"{words}")
            expect_match(why, werbot.broker.log(), "the log")


def test_a_wrong_key_is_our_fault():
    with Werbot() as werbot:
        alice = werbot.server.person()
        werbot.configure({"service-key": "another"})
        werbot.expect(werbot.log_in([alice.code]), "PAM_SERVICE_ERR", "misconfigured", "misconfigured")
        expect_match("check service-id and service-key", werbot.broker.log(), "the log")


def test_nothing_secret_is_logged():
    trace = "/var/lib/countersign/trace"
    with Werbot({"trace-file": trace}) as werbot:
        alice = werbot.server.person()
        werbot.log_in([alice.code], "debug")
        seen = werbot.broker.log() + pathlib.Path(trace).read_text()
        for hidden in (alice.code, werbot.server.service_key):
            expect(hidden not in seen, f"{hidden} is in the log or the trace")
        expect_match("auth/agent/nix", seen, "the trace")


main()
