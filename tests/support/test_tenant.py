#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The tenant that replaces IBM Verify: is it as strict as it claims, and does it fail as it is told to?"""
import concurrent.futures
import http.client
import json
import ssl
import time
import urllib.parse

from countersign import *
from countersign.harness import WORKDIR
from countersign.https_faults import HOSTILE
from countersign.tenant_query import Filter, QueryError, Search, decode

WORKDIR.mkdir(parents=True, exist_ok=True)
SCIM = "application/scim+json"
FORM = "application/x-www-form-urlencoded"


def quote(text):
    return urllib.parse.quote(text, safe="")


class Client:
    """What a correct client does; `call` lets a test do anything else."""

    def __init__(self, tenant, login=True):
        self.tenant = tenant
        self.context = ssl.create_default_context(cafile=tenant.ca_file)
        self.http = http.client.HTTPSConnection(tenant.host, tenant.port, context=self.context, timeout=10)
        self.headers = {"Authorization": "Bearer " + self.token()} if login else {}

    def call(self, method, target, body=None, headers=None, data=None):
        """(status, parsed body or text, headers)"""
        sent = {"Accept": "application/json", **getattr(self, "headers", {})}
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body), "application/json"
        sent.update(headers or {})
        self.http.request(method, target, data, {k: v for k, v in sent.items() if v is not None})
        answer = self.http.getresponse()
        text = answer.read().decode()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(text) if is_json else text, answer.headers

    def token(self, path="/v1.0/endpoint/default/token"):
        form = {"grant_type": "client_credentials", "client_id": self.tenant.client_id,
                "client_secret": self.tenant.client_secret}
        status, body, _ = self.call("POST", path, data=urllib.parse.urlencode(form),
                                    headers={"Content-Type": FORM, "Authorization": None})
        expect_equal(status, 200, "status of a token")
        return body["access_token"]

    def users(self, wanted):
        return self.call("GET", "/v2.0/Users?filter=" + quote(wanted), headers={"Accept": SCIM})

    def password(self, name, word, media=SCIM):
        body = {"schemas": ["urn:ietf:params:scim:schemas:ibm:core:2.0:AuthenticateUser"], "userName": name,
                "password": word}
        return self.call("POST", "/v2.0/Users/authentication", body, {"Accept": SCIM, "Content-Type": media})

    def search(self, path, key, value, more=""):
        return self.call("GET", f"{path}?search=" + quote(f'{key} = "{value}"') + more)

    def push(self, signature, **changes):
        body = {"transactionData": {"message": "Approve?", "originIpAddress": "192.0.2.7",
                                    "originUserAgent": "sshd", "additionalData": [{"name": "type", "value": "SSH"}]},
                "pushNotification": {"message": "Approve?", "title": "Sign in", "send": True, "sound": "default"},
                "authenticationMethods": [{"id": signature.id, "methodType": "signature"}],
                "logic": "AND", "expiresIn": 60, **changes}
        return self.call("POST", f"/v1.0/authenticators/{signature.device.id}/verifications", body)


def expect_violation(tenant, pattern, status, got):
    expect_equal(got, status, f"status where {pattern!r} is expected")
    expect_equal(tenant.forgive(pattern), 1, f"violations {pattern!r}")


def expect_raises(kinds, function, what):
    try:
        function()
    except kinds:
        return
    raise Failure(f"{what}: nothing was raised")


# Queries ----------------------------------------------------------------------------------------------------

def test_filters():
    with Tenant() as tenant:
        ann = tenant.user("ann", email="ann@example.com", phones=[("mobile", "+15550100")],
                          custom={"otherUserName": 'a "quoted" \\ name'}, linked={"corp": "alee@corp"})
        tenant.user("bob", email="team@example.com")
        tenant.user("carol", email="team@example.com")
        urn = "urn:ietf:params:scim:schemas:extension:ibm:2.0:user"
        for wanted, count in (
                ('userName eq "ann"', 1), ('userName eq "ANN"', 1), ('userName eq "an"', 0),
                ('emails.value eq "team@example.com"', 2),
                ('emails.type eq "work" and emails.value eq "ann@example.com"', 1),
                ('emails.type eq "home" and emails.value eq "ann@example.com"', 0),
                (urn + r':customAttributes.otherUserName eq "a \"quoted\" \\ name"', 1),
                (urn + ':linkedAccounts.corp eq "alee@corp"', 1), ('phoneNumbers.mobile eq "+15550100"', 1),
                ('not (userName eq "ann")', 2), ('userName sw "c" or userName co "n"', 2), ("title npr", 3)):
            found = [user for user in tenant.users if Filter(wanted).matches(user.record(tenant.base))]
            expect_equal(len(found), count, wanted)
        expect_equal(ann.record("")["id"], ann.id, "the id")
        for wrong in ("", "userName", "userName eq", "userName eq ann", 'userName eq "a" and', 'userName eq "a"b"',
                      'userName = "a"', 'userName eq "a") or (userName pr', "userName%20eq%20%22ann%22", "x" * 4097):
            expect_raises(QueryError, lambda: Filter(wrong), wrong)


def test_searches():
    terms = Search('userId = "X"&enabled=true & type!="signature"', ("userId", "enabled", "type"))
    expect(terms.matches({"userId": "X", "enabled": True, "type": "totp"}), "a match was not found")
    expect(not terms.matches({"userId": "X", "enabled": True, "type": "signature"}), "!= was not heeded")
    for wrong in ("", 'userId="X', "userId=X", 'other="X"', 'userId="X"&', 'userId="X" "Y"'):
        expect_raises(QueryError, lambda: Search(wrong, ("userId",)), wrong)
    expect_equal(decode("a=%20%22&b=1=2"), {"a": ' "', "b": "1=2"}, "a decoded query")
    for wrong in ("a=b c", "a=+", "a=%2", "a=%ff", "a", "a=1&a=2", 'a="'):
        expect_raises(QueryError, lambda: decode(wrong), wrong)


# Tokens and strictness --------------------------------------------------------------------------------------

def test_tokens():
    with Tenant() as tenant:
        tenant.user("ann")
        client = Client(tenant)
        expect(client.token("/oauth2/token") != client.token(), "two tokens are the same")
        basic = f"{tenant.client_id}:{tenant.client_secret}"
        result = run("curl", "-sS", "--cacert", tenant.ca_file, "-u", basic, "-d", "grant_type=client_credentials",
                     tenant.base + "/oauth2/token")
        expect(json.loads(result.stdout)["expires_in"] == 7199, "Basic credentials were not accepted")
        expect_equal(tenant.token_requests, 4, "token requests")
        form = f"grant_type=client_credentials&client_id={tenant.client_id}&client_secret="
        status, body, _ = client.call("POST", "/oauth2/token", data=form + "wrong",
                                      headers={"Content-Type": FORM, "Authorization": None})
        expect_equal((status, body["error"]), (401, "invalid_client"), "wrong credentials")
        expect_equal(client.users('userName eq "ann"')[0], 200, "status with a token")
        tenant.revoke_tokens()
        expect_equal(client.users('userName eq "ann"')[0], 401, "status with a revoked token")
        tenant.expires_in = 0
        client.headers = {"Authorization": "Bearer " + client.token()}
        expect_equal(client.users('userName eq "ann"')[0], 401, "status with an expired token")
        expect_equal(tenant.violations, [], "violations")
        status = client.users('userName eq "ann"')[0]
        expect_equal((status, tenant.violations), (401, []), "the same again without a new token")
        client.token()
        expect_violation(tenant, "token that was refused", 401, client.users('userName eq "ann"')[0])


def test_strictness():
    with Tenant() as tenant:
        ann = tenant.user("ann", password="correct horse")
        totp = ann.totp()
        client = Client(tenant)
        here = f"/v2.0/factors/totp/{totp.id}"
        code = {"otp": totp.wrong()}
        search = "/v2.0/factors?search=" + quote(f'userId = "{ann.id}"')
        for pattern, status, arguments in (
                ("no such path", 404, ("GET", "/v3.0/Users")),
                ("no such path", 404, ("GET", "/v2.0/Users/")),
                ("no such method", 405, ("PUT", here, code)),
                ("no such method", 405, ("DELETE", "/v2.0/factors")),
                ("not percent-encoded", 400, ("GET", '/v2.0/Users/"')),
                ("percent-encoded", 400, ("GET", '/v2.0/factors?search=userId="x"')),
                ("without search", 400, ("GET", "/v2.0/factors")),
                ("search: at character", 400, ("GET", search + "%2522")),
                ("does not name the userId", 400, ("GET", "/v2.0/factors?search=enabled%3Dtrue")),
                ("which is unknown here", 400, ("GET", search + "&enabled=true")),
                ("otp is missing; body.code is unknown", 400, ("POST", here, {"code": "123456"})),
                ("otp is int, not str", 400, ("POST", here, {"otp": 123456})),
                ("not an object", 400, ("POST", here, ["123456"])),
                ("Accept is", 406, ("POST", here, code, {"Accept": "text/html"})),
                ("body of type", 415, ("POST", here, code, {"Content-Type": FORM})),
                ("body is not", 400, ("POST", here, None, {"Content-Type": "application/json"}, '{"otp":"1",}')),
                ("body is not", 400, ("POST", here, None, {"Content-Type": "application/json"}, '{"otp":"1","otp":"2"}')),
                ("body where there is none", 400, ("GET", search, {})),
                ("no bearer token", 401, ("GET", search, None, {"Authorization": None})),
                ("never issued", 401, ("GET", search, None, {"Authorization": "Bearer made-up"})),
                ("Accept is", 406, ("GET", "/v2.0/Users?filter=userName%20pr")),
                ("without filter", 400, ("GET", "/v2.0/Users", None, {"Accept": SCIM})),
                ("filter: ", 400, ("GET", "/v2.0/Users?filter=ann", None, {"Accept": SCIM})),
                ("Host is", 400, ("GET", search, None, {"Host": "elsewhere"}))):
            expect_violation(tenant, pattern, status, client.call(*arguments)[0])
        expect_violation(tenant, "charset", 400, client.password("ann", "pässword")[0])
        expect_violation(tenant, "body of type", 415, client.password("ann", "p", "application/json")[0])
        expect_equal(client.call("GET", search)[1]["total"], 1, "factors after all this")
        expect_equal(tenant.calls()[-1], "GET factors", "the last call")


def test_violations_fail_the_test():
    def violate():
        with Tenant() as tenant:
            Client(tenant).call("GET", "/nowhere")
    expect_raises(Failure, violate, "a violation")

    def leak():
        with Tenant() as tenant:
            tenant.user("ann", password="correct horse")
            Client(tenant).users('userName eq "correct horse"')
    expect_raises(Failure, leak, "a password in a URL")
    with Tenant(forgiving=True) as tenant:
        Client(tenant).call("GET", "/nowhere")
    expect_equal(len(tenant.violations), 1, "violations that are kept")


# Users and passwords ----------------------------------------------------------------------------------------

def test_users():
    with Tenant() as tenant:
        ann = tenant.user("ann", email="ann@example.com", active=False, language="de", linked={"corp": "alee"})
        client = Client(tenant)
        status, body, headers = client.users('userName eq "ann"')
        expect_equal((status, headers["Content-Type"]), (200, SCIM), "a list of users")
        expect_equal(body["Resources"], [ann.record(tenant.base)], "what was found")
        expect_equal(client.users('userName eq "nobody"')[1]["Resources"], [], "what was not found")
        tenant.fault("GET users", ambiguous=True)
        expect_equal(client.users('userName eq "ann"')[1]["totalResults"], 2, "an ambiguous user")
        tenant.brief_search = True
        expect_equal(set(client.users('userName eq "ann"')[1]["Resources"][0]), {"schemas", "id", "userName"},
                     "a brief record")
        status, body, _ = client.call("GET", f"/v2.0/Users/{ann.id}", headers={"Accept": SCIM})
        expect_equal((status, body["preferredLanguage"], body["active"]), (200, "de", False), "one user")
        status, body, _ = client.call("GET", "/v2.0/Users/0000000000", headers={"Accept": SCIM})
        expect_equal((status, body["status"]), (404, "404"), "no user")
        expect(len(ann.id) == 10 and ann.id.isalnum() and ann.id.isupper() or ann.id.isdigit(), f"id {ann.id}")


def test_passwords():
    with Tenant() as tenant:
        ann = tenant.user("ann", password="correct hörse", linked={"corp": "alee"})
        corp = tenant.identity_source("corp", users={"alee": "correct corps"})
        client = Client(tenant)
        utf8 = SCIM + ";charset=utf-8"
        expect_equal(client.password("ann", "correct hörse", utf8)[1]["id"], ann.id, "who the password is of")
        for word, scim_type, active, why in (("wrong", None, True, "INVALID_CREDS"),
                                             ("correct hörse", "PWD_EXPIRED", True, "PWD_EXPIRED"),
                                             ("correct hörse", None, False, "USER_NOT_ACTIVE")):
            ann.scim_type, ann.active = scim_type, active
            status, body, _ = client.password("ann", word, utf8)
            expect_equal((status, body["scimType"]), (400, why), "a password that is refused")
        expect_equal(client.call("GET", "/v1.0/authnmethods/password")[1]["password"][0]["id"], corp.id, "sources")
        path = f"/v1.0/authnmethods/password/{corp.id}"
        status, body, _ = client.call("POST", path, {"username": "alee", "password": "correct corps"})
        expect_equal((status, body["id"]), (200, ann.id), "the linked user")
        status, body, _ = client.call("POST", path, {"username": "alee", "password": "wrong"})
        expect_equal((status, body["messageId"]), (400, "CSIBH0044E"), "a wrong password of a source")


# Factors ----------------------------------------------------------------------------------------------------

def test_lists():
    with Tenant() as tenant:
        ann = tenant.user("ann")
        ann.totp(digits=8, algorithm="SHA256", validated=False)
        ann.email("ann@example.com", enabled=False)
        ann.sms("+15550100")
        ann.voice("+15550101")
        ann.factor("quantum", {"entangled": True})
        phone = ann.device("A phone")
        client = Client(tenant)
        body = client.search("/v2.0/factors", "userId", ann.id)[1]
        expect_equal([f["type"] for f in body["factors"]],
                     ["totp", "emailotp", "smsotp", "voiceotp", "quantum", "signature", "signature"], "types")
        expect_equal((body["total"], body["limit"]), (7, 200), "the envelope")
        body = client.search("/v2.0/factors/totp", "userId", ann.id)[1]
        expect_equal(body["totp"][0]["attributes"]["digits"], 8, "digits")
        body = client.search("/v2.0/factors", "userId", ann.id, quote("&enabled=true&validated=true"))[1]
        expect_equal(body["total"], 5, "enabled and validated")
        body = client.search("/v2.0/factors", "userId", "0000000000")[1]
        expect_equal(body["factors"], [], "factors of nobody")
        body = client.search("/v1.0/authnmethods/signatures", "owner", ann.id,
                             "&_embedded=true&sort=-signatures/_embedded/id")[1]
        expect_equal([(s["subType"], s["_embedded"]["id"]) for s in body["signatures"]],
                     [("fingerprint", phone.id), ("userPresence", phone.id)], "signatures")
        expect_equal(client.search("/v1.0/authenticators", "owner", ann.id)[1]["authenticators"][0]["id"],
                     phone.id, "authenticators")


def test_totp():
    with Tenant() as tenant:
        for parameters in ({}, {"digits": 8, "algorithm": "SHA256"}, {"algorithm": "SHA512", "period": 60}):
            totp = tenant.user("ann").totp(**parameters)
            client = Client(tenant)
            path = f"/v2.0/factors/totp/{totp.id}"
            totp.wait_left(5)
            for code, status in ((totp.wrong(), 400), (totp.code(), 204), (totp.code(), 400), (totp.code(1), 204),
                                 (totp.code(2), 400), (totp.code(-1), 204), (totp.code(-2), 400)):
                expect_equal(client.call("POST", path, {"otp": code})[0], status, f"status with {parameters}")
            expect_equal(client.call("POST", path, {"otp": totp.code()})[1]["messageId"], "CSIBN0021E", "the id")
            tenant.one_time_use = False
            expect_equal(client.call("POST", path + "?returnJwt=true", {"otp": totp.code()})[0], 200, "with a JWT")
            tenant.one_time_use = True


def test_deliveries():
    with Tenant() as tenant:
        ann = tenant.user("ann")
        client = Client(tenant)
        made = {"smsotp": ann.sms("+15550100"), "emailotp": ann.email("ann@example.com"),
                "voiceotp": ann.voice("+15550101")}
        for kind, factor in made.items():
            path = f"/v2.0/factors/{kind}/{factor.id}/verifications"
            status, body, headers = client.call("POST", path, {"correlation": "4567"})
            expect_equal((status, body["correlation"], body["state"], body["retries"], body["userId"]),
                         (201, "4567", "PENDING", 4, ann.id), "a verification")
            delivery = tenant.wait_delivery(len(tenant.outbox))
            expect_equal(delivery[:4], (kind, factor.address, "4567", tenant.last_otp()), "the message")
            here = urllib.parse.urlsplit(headers["Location"]).path
            expect_equal(client.call("POST", here, {"otp": "wrong"})[1]["messageId"], "CSIBN0021E", "a wrong code")
            expect_equal(client.call("GET", here)[1]["attempts"], 1, "attempts")
            elsewhere = here.replace(factor.id, ann.id)
            expect_equal(client.call("POST", elsewhere, {"otp": delivery.otp})[0], 404, "of another enrolment")
            expect_equal(client.call("POST", here, {"otp": delivery.otp})[0], 204, "the right code")
            expect_equal(client.call("GET", here)[1]["state"], "SUCCESS", "the state")
            expect_equal(client.call("POST", here, {"otp": delivery.otp})[0], 404, "the right code again")
        status, body, _ = client.call("POST", path, {"correlation": "45-67"})
        expect_equal((status, body["messageId"]), (400, "CSIBN0018E"), "a hyphen")
        made["voiceotp"].enabled = False
        expect_violation(tenant, "disabled", 400, client.call("POST", path, {})[0])
        expect_equal(tenant.calls()[1:5], ["POST smsotp/verifications", "POST smsotp/check",
                                           "GET smsotp/verification", "POST smsotp/check"], "names of calls")


def test_transient_deliveries():
    with Tenant() as tenant:
        client = Client(tenant)
        tenant.otp_charset, tenant.otp_length = "ABCDEF", 8
        for kind, key, address in (("sms", "phoneNumber", "+15550100"), ("voice", "phoneNumber", "+15550100"),
                                   ("email", "emailAddress", "ann@example.com")):
            path = f"/v2.0/factors/{kind}otp/transient/verifications"
            status, body, _ = client.call("POST", path, {key: address})
            expect(status == 201 and body["correlation"].isdigit() and "userId" not in body, f"{status} {body}")
            expect_equal(tenant.outbox[-1].kind, f"transient-{kind}", "the kind")
            expect(tenant.last_otp().isalpha(), "a code of letters")
            check = f"{path}/{body['id']}"
            for number in range(5):
                expect_equal(client.call("POST", check, {"otp": "wrong"})[0], 400, f"wrong code {number}")
            expect_equal(tenant.verification_of(tenant.outbox[-1]).state, "FAILED", "after every retry")
            expect_equal(client.call("POST", check, {"otp": tenant.last_otp()})[0], 404, "afterwards")
        expect_violation(tenant, "needs emailAddress", 400, client.call("POST", path, {"phoneNumber": "+1555"})[0])
        body = client.call("POST", path, {"emailAddress": "ann@example.com"})[1]
        tenant.verification_of(tenant.outbox[-1]).expire()
        expect_equal(client.call("GET", f"{path}/{body['id']}")[1]["state"], "TIMEOUT", "after expiry")
        tenant.finished_status = 400
        expect_equal(client.call("POST", f"{path}/{body['id']}", {"otp": tenant.last_otp()})[1]["messageId"],
                     "CSIBN0025E", "an answer too late")
        expect_equal(tenant.count("POST transient-sms/check"), 6, "checks")


# The phone --------------------------------------------------------------------------------------------------

def test_push_states():
    with Tenant() as tenant:
        ann = tenant.user("ann")
        signature = ann.device().signature("userPresence")
        client = Client(tenant)
        for answer, state in (("approve", "VERIFY_SUCCESS"), ("fail", "VERIFY_FAILED"), ("deny", "USER_DENIED"),
                              ("fraud", "USER_FRAUDULENT"), ("biometry", "BIOMETRY_FAILED"), ("cancel", "CANCELED"),
                              ("expire", "TIMEOUT")):
            status, body, headers = client.push(signature)
            expect_equal((status, body["state"], body["owner"]), (202, "PENDING", ann.id), "a push")
            expect_equal(json.loads(body["transactionData"])["message"], "Approve?", "what the phone signs")
            here = urllib.parse.urlsplit(headers["Location"]).path
            transaction = tenant.wait_push()
            expect_equal((transaction.message, transaction.origin), ("Approve?", "192.0.2.7"), "what it says")
            expect_equal(client.call("GET", here)[1]["state"], "PENDING", "the state before the answer")
            getattr(transaction, answer)()
            transaction.set("PENDING_AGAIN")
            expect_equal(client.call("GET", here)[1]["state"], state, f"the state after {answer}")
            expect_equal(len(transaction.polls), 2, "polls")
        expect_equal(tenant.calls()[1:4], ["POST push", "GET push", "GET push"], "names of calls")
        expect_equal(client.call("GET", here[:-1] + "x")[0], 404, "a poll of nothing")
        expect_violation(tenant, "no such method", 405, client.call("DELETE", here)[0])
        expect_equal(tenant.calls()[-1], "DELETE push", "the name of what is not there")


def test_push_knobs():
    with Tenant() as tenant:
        phone = tenant.user("ann").device()
        signature = phone.signatures[0]
        client = Client(tenant)
        tenant.push_after_polls, tenant.push_state, tenant.number_matching = 2, "USER_DENIED", True
        body = client.push(signature)[1]
        here = f"/v1.0/authenticators/{phone.id}/verifications/{body['id']}"
        states = [client.call("GET", here)[1]["state"] for _ in range(4)]
        expect_equal(states, ["PENDING", "PENDING", "USER_DENIED", "USER_DENIED"], "states")
        expect_equal((body["correlationEnabled"], tenant.wait_push().number),
                     (True, f"{int(body['id'][:8], 16) % 100:02}"), "the number")
        tenant.number_matching, tenant.push_after_polls, tenant.push_expiry = "42", None, 0
        body = client.push(signature)[1]
        expect_equal((body["correlationValue"], body["state"]), ("42", "TIMEOUT"), "with a number and no time")
        tenant.push_expiry, tenant.push_delay, tenant.push_state = None, 0, "UNHEARD_OF"
        body = client.push(signature)[1]
        here = f"/v1.0/authenticators/{phone.id}/verifications/{body['id']}"
        expect_equal(client.call("GET", here)[1]["state"], "UNHEARD_OF", "a state of the future")
        for pattern, changes in (("not of this device", {"authenticationMethods": [
                {"id": "x", "methodType": "signature"}]}), ("expiresIn is 0", {"expiresIn": 0}),
                ("logic is", {"logic": "and"}), ("send is missing", {"pushNotification": {"message": "x"}}),
                ("not a list of at least", {"authenticationMethods": []})):
            expect_violation(tenant, pattern, 400, client.push(signature, **changes)[0])
        phone.state = "ENROLLING"
        expect_violation(tenant, "cannot answer", 400, client.push(signature)[0])


# What goes wrong --------------------------------------------------------------------------------------------

def test_faults_of_status():
    with Tenant() as tenant:
        totp = tenant.user("ann").totp()
        client = Client(tenant)
        path = f"/v2.0/factors/totp/{totp.id}"
        for status in (401, 403, 404, 429, 500, 502, 503, 504, 529):
            tenant.fault("POST totp", status=status, retry_after=3, message_id="CSIBN0081E")
            got, body, headers = client.call("POST", path, {"otp": totp.code()})
            expect_equal((got, body["messageId"], headers["Retry-After"]), (status, "CSIBN0081E", "3"), "a fault")
        tenant.fault("POST totp", status=404, html=True)
        got, body, headers = client.call("POST", path, {"otp": totp.code()})
        expect(got == 404 and "SRVE0295E" in body and "html" in headers["Content-Type"], f"{got} {body}")
        # None of those did the work; this one does, and hides it.
        fault = tenant.fault("POST totp", status=500, effect=True, after=1, times=1)
        totp.wait_left(3)
        client.call("POST", path, {"otp": totp.wrong()})
        expect_equal(client.call("POST", path, {"otp": totp.code()})[0], 500, "the answer that is lost")
        expect_equal(client.call("POST", path, {"otp": totp.code()})[0], 400, "the same code again")
        expect_equal(fault.hits, 1, "hits")
        tenant.fault("*", status=503, times=9)
        expect_equal(client.users('userName pr')[1]["status"], "503", "a fault of every call")
        tenant.heal()
        expect_equal(client.users('userName pr')[0], 200, "healed")
        expect_raises(ValueError, lambda: tenant.fault("POST top"), "a misspelt call")


def test_faults_of_transport():
    with Tenant() as tenant:
        client = Client(tenant)
        for kind, errors in (("reset", ConnectionResetError), ("hangup", http.client.RemoteDisconnected),
                             ("garbage", http.client.BadStatusLine), ("cut", http.client.IncompleteRead)):
            tenant.fault("GET users", **{kind: True})
            expect_raises(errors, lambda: client.users("userName pr"), kind)
            client.http.close()
            expect_equal(client.users("userName pr")[0], 200, f"after {kind}")
        expect_equal(tenant.connections, 5, "connections")
        expect_equal([r.status for r in tenant.find("GET users")][:6], [0, 200, 0, 200, 0, 200], "statuses")
        for kind in ("slow", "trickle"):
            tenant.fault("GET users", **{kind: 0.2})
            begin = time.monotonic()
            expect_equal(client.users("userName pr")[0], 200, kind)
            expect(time.monotonic() - begin >= 0.19, f"{kind} took {time.monotonic() - begin} s")
        expect(tenant.wait_calls("GET users", 10)[-1].served_seconds >= 0.19, "the time is not in the record")
        tenant.server_delay = 0.1
        begin = time.monotonic()
        client.users("userName pr")
        expect(time.monotonic() - begin >= 0.09, "the delay was not heeded")


def test_reset():
    """Python's ssl reads a reset as an end; curl tells them apart."""
    with Tenant() as tenant:
        form = f"grant_type=client_credentials&client_id={tenant.client_id}&client_secret=wrong"
        for kind, text in (("reset", "reset by peer"), ("hangup", "Empty reply|unexpected eof")):
            tenant.fault("POST token", **{kind: True})
            result = run("curl", "-sS", "--cacert", tenant.ca_file, "-d", form, tenant.base + "/oauth2/token",
                         check=False)
            expect_match(text, result.stderr, kind)


def test_faults_of_body():
    with Tenant() as tenant:
        ann = tenant.user("ann", display="Ann")
        phone = ann.device()
        client = Client(tenant)

        def raw():
            client.call("GET", "/v1.0/authnmethods/password")  # the connection is whole again
            client.http.request("GET", "/v2.0/Users?filter=userName%20pr", headers={**client.headers, "Accept": SCIM})
            return client.http.getresponse().read().decode()

        for fault, check in (
                ({"truncate": True}, lambda text: text.startswith('{"schemas"') and not text.endswith("}")),
                ({"huge": True}, lambda text: len(text) > 1024 * 1024),
                ({"deep": True}, lambda text: text.count("{") > 10_000),
                ({"body": "[1]"}, lambda text: text == "[1]"),
                ({"mistype": True}, lambda text: json.loads(text)["totalResults"] == "1"),
                ({"mistype": "userName"}, lambda text: json.loads(text)["Resources"][0]["userName"] == 7),
                ({"mistype": "Resources"}, lambda text: isinstance(json.loads(text)["Resources"], dict)),
                ({"hostile": True}, lambda text: json.loads(text)["Resources"][0]["displayName"] == HOSTILE),
                ({"replace": {"id": "OTHER00000"}}, lambda text: json.loads(text)["Resources"][0]["id"] == "OTHER00000"),
                ({"remove": ("id",)}, lambda text: "id" not in json.loads(text)["Resources"][0]),
                ({"extra": {"new": 1}}, lambda text: json.loads(text)["new"] == 1)):
            tenant.fault("GET users", **fault)
            expect(check(raw()), f"{fault} did not do what it says")
        tenant.fault("POST push", no_location=True, owner="OTHER00000")
        _, body, headers = client.push(phone.signatures[0])
        expect_equal((body["owner"], headers["Location"]), ("OTHER00000", None), "owner and Location")
        expect_equal(json.loads(raw())["Resources"][0]["userName"], "ann", "the body without faults")


def test_certificates():
    with Tenant() as tenant:
        for kind, error in (("wrong-name", "mismatch|not match|not valid for"), ("untrusted", "unable to get local issuer"),
                            ("expired", "expired")):
            tenant.certificate(kind)
            try:
                Client(tenant, login=False).call("GET", "/")
                raise Failure(f"a certificate that is {kind} was believed")
            except ssl.SSLCertVerificationError as wrong:
                expect_match(error, str(wrong), kind)
        tenant.wait(lambda: len(tenant.tls_errors) == 3, "three errors of TLS")
        tenant.certificate("good")
        for host in ("localhost", "127.0.0.1"):
            result = run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{http_version}", "--cacert",
                         tenant.ca_file, "-d", "", f"https://{host}:{tenant.port}/oauth2/token")
            expect_equal(result.stdout, "400 1.1", f"curl to {host}")
        expect_equal(tenant.forgive("grant_type is missing"), 2, "violations")


def test_refusing_and_ending_connections():
    with Tenant() as tenant:
        client, port = Client(tenant), tenant.port
        tenant.end_connections(only_idle=True)
        expect_raises((http.client.RemoteDisconnected, ConnectionError, ssl.SSLError),
                      lambda: client.users("userName pr"), "a connection that ended")
        tenant.refuse()
        client.http.close()
        expect_raises(ConnectionRefusedError, lambda: client.users("userName pr"), "a closed port")
        client.http.close()
        tenant.accept()
        expect_equal((client.users("userName pr")[0], tenant.port), (200, port), "after that")
        tenant.stall_handshake = True
        slow = Client(tenant, login=False)
        slow.http.timeout = 0.2
        expect_raises(TimeoutError, lambda: slow.call("GET", "/"), "a handshake that never ends")
        # A call that waits a long time holds up neither this nor the end of the block.
        tenant.stall_handshake = False
        tenant.fault("GET users", slow=60)
        slow = Client(tenant)
        slow.http.sock.settimeout(0.2)
        expect_raises(TimeoutError, lambda: slow.users("userName pr"), "an answer that never comes")


def test_file_for_gateways():
    with Tenant() as tenant:
        section = tenant.ibm_file(max_handles=2, ca_path=None)["ibm-auth-api"]
        expect_equal(section, {"client-id": tenant.client_id, "client-secret": tenant.client_secret,
                               "protocol": "https", "host": "127.0.0.1", "port": tenant.port, "max-handles": 2},
                     "the section")
        expect_equal(tenant.ibm_file(pam={"a": 1})["pam"], {"a": 1}, "the other section")
        path = tenant.install_ca(WORKDIR / "elsewhere" / "ca.pem")
        expect_equal(tenant.ibm_file()["ibm-auth-api"]["ca-path"], path, "where the authority is")
        Client(tenant)


def test_many_at_once():
    """A hundred logins at once, each on a connection of its own and of six calls."""
    with Tenant() as tenant:
        users = [tenant.user(f"user{number}", password="correct horse") for number in range(100)]
        factors = [user.totp() for user in users]

        def login(user, totp):
            client = Client(tenant)
            statuses = [client.users(f'userName eq "{user.name}"')[0], client.password(user.name, "correct horse")[0],
                        client.search("/v2.0/factors", "userId", user.id)[0],
                        client.call("POST", f"/v2.0/factors/totp/{totp.id}", {"otp": totp.wrong()})[0],
                        client.call("POST", f"/v2.0/factors/totp/{totp.id}", {"otp": totp.code()})[0]]
            client.http.close()
            return statuses

        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            results = list(pool.map(login, users, factors))
        expect_equal([r for r in results if r != [200, 200, 200, 400, 204]], [], "logins that went wrong")
        expect_equal((len(tenant.requests), tenant.connections), (600, 100), "requests and connections")
        tenant.wait_calls("POST totp", 200)
        served = sorted(request.served_seconds for request in tenant.requests)
        print(f"{time.monotonic() - begin:.2f} s; a request {served[300] * 1000:.2f} ms in the median")
        expect_equal(len({request.connection for request in tenant.requests}), 100, "connections in the record")


main()
