# SPDX-License-Identifier: Apache-2.0
"""What an approval proves: ID tokens, right ones and wrong ones in every way, and the keys that signed them."""
import json

from countersign import *
from countersign.openid import *

LOW, HIGH = "urn:example:acr:low", "urn:example:acr:high"
GRANTED = "PAM_SUCCESS", "allow", "approved"
SKEW, DAY = 60, 24 * 3600


def denied(reason):
    return "PAM_AUTH_ERR", "deny", reason


def now():
    return int(time.time())


def refused(what, log, reason="token-refused", **how):
    return Row(what, denied(reason), polls=[approval(**how)], log=f"does not count: {reason}: .*{log}")


def granted(what, **how):
    return Row(what, GRANTED, polls=[approval(**how)])


def test_claims():
    others = ["somebody-else", "pam"]
    rows = [
        granted("as it should be"),
        refused("another issuer", "iss is", iss="https://id.example.com"),
        refused("the issuer with a slash", "iss is", iss="https://127.0.0.1/"),
        refused("no issuer", "iss is", iss=None),
        refused("another audience", "aud", aud="somebody-else"),
        refused("no audience", "aud", aud=None),
        refused("an empty list", "aud", aud=[]),
        refused("a number in the list", "aud", aud=["pam", 7]),
        refused("two audiences and no azp", "azp", aud=others),
        refused("two audiences and another azp", "azp", aud=others, azp="somebody-else"),
        refused("another azp", "azp", azp="somebody-else"),
        granted("a list of one", aud=["pam"]),
        granted("two audiences with our azp", aud=others, azp="pam"),
        refused("expired", "exp was", "token-time", exp=now() - SKEW - 5),
        granted("expired within the skew", exp=now() - SKEW + 20),
        refused("no exp", "exp is missing", exp=None),
        refused("exp as a text", "exp is", exp=str(now() + 300)),
        refused("exp in milliseconds", "exp is", exp=now() * 1000),
        refused("not valid yet", "nbf is", "token-time", nbf=now() + 300),
        granted("not valid before now", nbf=now()),
        refused("issued in the future", "iat is", "token-time", iat=now() + 300),
        refused("issued long ago", "iat was", "token-time", iat=now() - 2 * DAY),
        granted("issued on a clock that is ahead", iat=now() + 40),
        refused("no iat", "iat is missing", iat=None),
        granted("a time with a fraction", exp=now() + 300.5),
        refused("no sub", "sub is not", sub=None),
        refused("another user", "sub is 'bob'", "other-user", sub="bob"),
        refused("no ID token", "there is no ID token", answer={"id_token": None}),
        refused("an ID token that is none", "", answer={"id_token": "a.b.c"}),
        refused("an ID token that is a number", "there is no ID token", answer={"id_token": 7}),
    ]
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        machine.log_in_rows(rows)
        expect_equal((server.seen("metadata"), server.seen("userinfo")), (1, 0), "documents")


def test_signatures():
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        rows = [
            refused("without a signature", "", signer="none"),
            refused("HMAC with the public key", "", signer="hmac"),
            refused("a stranger's signature under our key's name", "", signer="forged"),
            refused("another algorithm in the header", "", header={"alg": "RS256"}),
            refused("a critical extension", "", header={"crit": ["exp"], "exp": 1}),
            refused("a stranger's key in the header", "", signer="forged",
                    header={"jwk": server.tokens.strangers.jwk()}),
            granted("without a kid, and one key", header={"kid": None}),
            refused("a claim twice", "", write=lambda claims: duplicate("sub", claims["sub"])(json.dumps(claims))),
            refused("claims that are no object", "", write=lambda claims: json.dumps([claims])),
            refused("claims that are not JSON", "", write=lambda claims: json.dumps(claims)[:-1]),
        ]
        machine.log_in_rows(rows)
        expect_equal(server.seen("jwks"), 1, "none of that is a reason to fetch keys again")


def test_algorithms_that_count():
    useless = "PAM_SERVICE_ERR", "misconfigured", "misconfigured"
    member = "id_token_signing_alg_values_supported"
    for names, metadata, wanted, log in (
            ("RS256,EdDSA", {}, useless, f"id-token-algorithms; .*{member}"),
            ("RS256,EdDSA", {member: None}, denied("token-refused"), "alg 'ES256' is not accepted"),
            ("ES256", {member: None}, GRANTED, None),
            ("RS256,ES256", {member: ["HS256", "RS256"]}, GRANTED, None)):
        with StrictServer(Client.basic()) as server, Machine(server, {"id-token-algorithms": names}) as machine:
            server.metadata(**metadata)
            machine.log_in_rows([Row(f"{names} {metadata}", wanted, polls=[approval()], log=log)])
            expect_equal(server.seen("backchannel"), 0 if wanted == useless else 1, f"{names} {metadata}: requests")


# ---- keys ----

def test_rotated_keys():
    """A key that is not known has the keys fetched again: once, also if that does not help."""
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        machine.log_in_rows([granted("the first key")])
        for algorithm, keep in (("ES256", False), ("EdDSA", True)):
            server.rotate_keys(algorithm, keep)
            machine.log_in_rows([granted(f"{algorithm} for an old ES256 key")] * 3)
            expect_equal((server.seen("jwks"), server.seen("token")), (1, 3), "requests after a change of keys")
        machine.log_in_rows([refused("a key that nobody publishes", "", signer="unknown")])
        expect_equal(server.seen("jwks"), 1, "fetched again, once")
        machine.log_in_rows([granted("the newest key")])
        expect_equal(server.seen("jwks"), 0, "what was fetched is kept")


def test_keys_that_cannot_be_fetched():
    """Nobody is asked to approve anything until there are keys; when they are missing later, tokens are kept, and the
    server is not asked for them again."""
    with StrictServer(Client.basic()) as server, Machine(server) as machine:
        for fault in ({"status": 500}, {"kind": "html"}, {"kind": "mistype"}, {"kind": "empty"}, {"kind": "huge"},
                      {"kind": "drop"}, {"status": 404}):
            server.fault("jwks", times=9, **fault)
            login = machine.log_in("stack_first_factor", "push_wait=silent", "failmode_insecure")
            unreachable = fault.get("kind") in ("html", "drop")
            expect_equal(login.code == "PAM_SUCCESS", unreachable, f"{fault}: {login.log}")
            expect_equal(server.seen("backchannel"), 0, f"{fault}: requests")
            server.heal()
        machine.log_in_rows([granted("the first key")])
        server.rotate_keys()
        server.fault("jwks", status=503, times=2)
        machine.log_in_rows([granted("a new key that comes late")])
        expect_equal((server.seen("token"), server.seen("jwks")), (1, 3), "the tokens are asked for once")


# ---- levels ----

def test_levels():
    def with_level(what, reason, **how):
        return refused(what, "", reason, **{"acr": HIGH, **how})
    rows = [
        granted("the level", acr=HIGH),
        with_level("no level", "level-missing", acr=None),
        with_level("another level", "level-missing", acr=LOW),
        with_level("a part of its name", "level-missing", acr=HIGH[:-1]),
        with_level("a list of levels", "level-missing", acr=[HIGH]),
        with_level("no time", "old-sign-in", auth_time=None),
        with_level("an old session", "old-sign-in", auth_time=now() - SKEW - 60),
        with_level("a time as text", "old-sign-in", auth_time=str(now())),
        granted("a time within the skew", acr=HIGH, auth_time=now() - 20),
    ]
    for section, arguments in (({"biometric-acr-values": HIGH}, ["enforce_biometric"]),
                               ({"biometric-acr-values": HIGH}, ["enforcebio"]),
                               ({"acr-values": f"urn:example:acr:higher {HIGH}"}, [])):
        with StrictServer(Client.basic()) as server, Machine(server, section) as machine:
            machine.log_in_rows(rows, *arguments)
            asked = {request.acr_values for request in server.waiting}
            expect_equal(asked, {section.get("acr-values", HIGH)}, "levels that were asked for")
    with StrictServer(Client.basic()) as server, Machine(server, {"biometric-acr-values": HIGH}) as machine:
        machine.log_in_rows([granted("no level was asked for"), granted("another", acr=LOW, auth_time=1)])
        expect_equal({request.acr_values for request in server.waiting}, {None}, "levels")


# ---- clocks ----

def test_clocks_that_differ():
    for offset, wanted in ((300, denied("token-time")), (-400, denied("token-time"))):
        with StrictServer(Client.basic()) as server, Machine(server) as machine:
            server.clock_offset = offset
            machine.log_in_rows([Row(f"{offset} s", wanted, polls=[approval()])])


# ---- claims of userinfo ----

def test_other_claims():
    claim = "preferred_username"
    rows = [
        granted("in the token"),
        refused("somebody else", claim, "other-user", preferred_username="bob"),
        refused("another case", claim, "other-user", preferred_username="PERSON002"),
        refused("no text", claim, "claim-missing", preferred_username=7),
    ]
    with StrictServer(Client.basic()) as server, Machine(server, {"claim": claim}) as machine:
        machine.log_in_rows(rows)
        expect_equal(server.seen("userinfo"), 0, "what the token says counts")
        elsewhere = {"preferred_username": None}
        machine.log_in_rows([granted("in userinfo", **elsewhere),
                             refused("without access token", "", "claim-missing", answer={"access_token": None},
                                     **elsewhere)])
        expect_equal(server.seen("userinfo"), 1, "userinfo")
        rows = []
        for info, reason in ((_info(claim, sub="bob"), "other-user"), (_info(claim, sub=None), "token-refused"),
                             (_info(claim, value="bob"), "other-user"), (_info(claim, value=None), "claim-missing"),
                             (_info(claim, value=[claim]), "claim-missing"),
                             (form_encoded(sub="alice"), "token-refused")):
            rows.append(refused(f"userinfo {reason}", "", reason, **elsewhere))
            rows[-1].userinfo = [info]
        machine.log_in_rows(rows)
    with StrictServer(Client.basic()) as server, Machine(server, {"claim": claim}) as machine:
        server.metadata(userinfo_endpoint=None)
        machine.log_in_rows([refused("no userinfo", claim, "claim-missing", **elsewhere)])


def _info(claim, **changes):
    """Userinfo that would be right, with another `sub` or `value` of the claim; None removes it."""
    def give(call):
        name = call.server.tokens.access[call.request.token]
        said = {"sub": name, "value": name, **changes}
        members = {"sub": said["sub"], claim: said["value"]}
        return Answer(200, {member: value for member, value in members.items() if value is not None})
    return give


def test_email_must_be_verified():
    rows = [granted("verified", email_verified=True),
            refused("not verified", "email_verified", "claim-missing", email_verified=False),
            refused("verified as a text", "email_verified", "claim-missing", email_verified="true"),
            refused("nothing about it", "email_verified", "claim-missing")]
    with StrictServer(Client.basic()) as server:
        server.account_of = lambda hint: hint
        with Machine(server, {"claim": "email", "login-hint": "%a"}, append="@example.com") as machine:
            machine.log_in_rows(rows)


main()
