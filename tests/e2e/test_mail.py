# SPDX-License-Identifier: Apache-2.0
"""Mail to those whose factors change at a login: through Debian's exim4 into a mailbox, and with servers that are down,
silent or without TLS, which no login may notice."""
import base64
import datetime
import email.utils
import json
import os
import re
import socket
import time

from countersign import *
from countersign import certificates
from countersign.mail import *
from countersign.self_enroll import *
from countersign.self_service import AtShell, run_self, set_up

USERS = ("alice", "bob", "dave", "erin", "first+last")
MAIL = {"mail_server": "smtp://localhost"}
LANGUAGES = {"de": "zweiten Faktoren", "fr": "seconds facteurs", "ru": "вторые факторы", "ja": "2 要素認証", "pl": "drugie składniki"}


def configure(**settings):
    """Nobody has anything then."""
    write_config({"throttle": False, **FREELY, **settings})
    for user in USERS:
        countersign("forget", user, check=False)
        empty_mailbox(user)


def enroll_at_login(user, **options):
    """(result, what must be in no mail)"""
    session, app = begin(user, env={**KEYED, "SSH_CONNECTION": "192.0.2.7 4711 192.0.2.2 22"}, **options)
    result, codes = finish(session, app)
    return result, [base64.b32encode(app.key).decode(), *codes]


def log_in_unhindered(user, what):
    started = time.monotonic()
    result, _ = enroll_at_login(user)
    expect_equal(result.code, "PAM_SUCCESS", what)
    return time.monotonic() - started


def test_prepare():
    stack()
    countersign("init")
    add_accounts(USERS[2:])


def test_nothing_unless_it_is_set():
    configure()
    with MailServer() as server, Broker() as broker:
        enroll_at_login("alice")
        wait_audit(broker)
    expect("<=" not in server.log() and "mail" not in broker.log(), f"{server.log()}{broker.log()}")


def test_whoever_enrols_is_told():
    configure(**MAIL)
    with MailServer(), Broker() as broker:
        result, secrets = enroll_at_login("alice", rhost="192.0.2.7")
        expect_equal(result.code, "PAM_SUCCESS", "the login")
        mail = wait_mail("alice")
        broker.wait_log(r"the mail to alice@localhost about the account 'alice' \(self-enrolled\) was handed to smtp://localhost$")
    host = os.uname().nodename
    expect_equal([mail["To"], mail["From"], mail["Subject"]],
                 ["alice@localhost", f"countersign@{host}", f"Your second factors on {host} have changed"], "headers")
    expect_equal([mail["Auto-Submitted"], mail["Content-Language"], mail.get_content_type(), mail.get_content_charset(),
                  mail["Return-Path"]],
                 ["auto-generated", "en", "text/plain", "utf-8", f"<countersign@{host}>"], "more of them")
    expect_match(rf"^<[0-9a-f-]+@{host}>$", mail["Message-ID"], "Message-ID")
    for header in ("Date", "From", "To", "Subject", "Message-ID"):
        expect_equal((len(mail.get_all(header)), mail[header].defects), (1, ()), header)
    expect_equal(mail.defects, [], "what a parser complains of")
    age = datetime.datetime.now(datetime.timezone.utc) - email.utils.parsedate_to_datetime(mail["Date"])
    expect(abs(age.total_seconds()) < 120, f"the date is {age} ago")
    text = mail.get_content()
    expect_match(rf"^An authenticator app was set up\nfor the account alice on {host}\.\n\n"
                 r"Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\nService: test\nFrom the address: 192\.0\.2\.7\n\n"
                 r"If this was you, there is nothing to do\.\nIf it was not you, contact your administrator at once:\n",
                 text, "the text")
    whole = re.sub(r"\W", "", mail.as_string())
    expect(not any(re.sub(r"\W", "", word) in whole for word in secrets), "a secret is in the mail")


def test_who_changes_their_own_is_told():
    configure(**MAIL, self_service=True, self_enroll="no")
    with MailServer(), Broker():
        factor = enroll("alice")
        session = AtShell("alice", "replace", factor.id)
        session.answer(factor.code())
        app = set_up(session)
        expect_equal(session.status, 0, f"replaced: {session.screen!r}")
        expect_match("second factor was replaced by another one\nfor the account alice", wait_mail("alice").get_content(),
                     "after self replace")
        later = run_self("alice", "recovery", answers=[secret(app.code(1), "the next code")])
        expect_equal(later.status, 0, f"recovery: {later.screen!r}")
        expect_match("New recovery codes", wait_mail("alice", 2).get_content(), "after self recovery")
        expect_match("Service: countersign-self", wait_mail("alice", 2).get_content(), "with what")


def test_in_the_language_of_the_user():
    with MailServer(), Broker():
        for language, words in LANGUAGES.items():
            configure(**MAIL, lang=language)
            enroll_at_login("alice")
            mail = wait_mail("alice")
            expect(words in mail["Subject"], f"{language}: {mail['Subject']}")
            expect_equal([mail["Content-Language"], mail.defects, mail["Subject"].defects], [language, [], ()], language)
            expect("alice" in mail.get_content() and "\ufffd" not in mail.get_content(), f"{language}: {mail.get_content()}")


def test_whoever_leaves_early_is_told_too():
    """As a thief would, at the recovery codes: there is a factor by then."""
    configure(**MAIL)
    with MailServer(), Broker():
        session, app = begin("alice")
        session.answer(new_code(app))
        codes_of(session.prompt())
        session.kill()
        wait_mail("alice")


def test_without_a_broker():
    configure(**MAIL)
    stack("standalone", service="alone")
    with MailServer():
        result, _ = enroll_at_login("alice", service="alone")
        expect_equal(result.code, "PAM_SUCCESS", "stand-alone")
        wait_mail("alice")


def test_addresses():
    """The machine's aliases, a name that is nobody's address, and a domain that the server does not take mail for."""
    with open("/etc/aliases", "a") as file:
        file.write("dave: erin\n")
    with MailServer(), Broker() as broker:
        configure(**MAIL)
        enroll_at_login("dave")
        expect_equal(wait_mail("erin")["To"], "dave@localhost", "an alias")
        enroll_at_login("first+last")
        broker.wait_log(r"'first\+last' gets no mail about a change of factors \(self-enrolled\): mail_to: the account's "
                        r"name 'first\+last' cannot be a part of an address")
        configure(**MAIL, mail_to="%u@mail.example.com")
        enroll_at_login("bob")
        expect_equal(wait_mail("bob")["To"], "bob@mail.example.com", "the identity")
        configure(**MAIL, mail_to="%a@example.org", mail_from="security@example.com")
        enroll_at_login("alice")
        broker.wait_log(r"the mail to alice@example\.org .* is given up after 1 tries, and not sent: .*550")


def test_tls():
    stranger = certificates.server_files("untrusted")
    trusted = certificates.server_files("good")
    authority = str(certificates.authority_file())
    secure = {**MAIL, "mail_starttls": True, "mail_ca_file": authority}
    with Broker() as broker:
        configure(**secure)
        with MailServer(certificate=trusted):
            log_in_unhindered("alice", "with TLS")
            expect_match(r"with esmtps", str(wait_mail("alice")["Received"]), "how it came")
        for what, certificate, problem in (("none", None, "offers no TLS, which mail_starttls demands"),
                                           ("a stranger's", stranger, "certificate is not trusted")):
            configure(**secure)
            with MailServer(certificate=certificate) as server:
                before = server.log().count("<=")
                log_in_unhindered("alice", f"TLS: {what}")
                broker.wait_log(f"given up after 1 tries, and not sent: smtp://localhost:25: .*{problem}")
                expect_equal(server.log().count("<="), before, f"sent all the same, {what}")


def test_a_server_that_is_down():
    configure(**MAIL)
    with Broker() as broker:
        log_in_unhindered("alice", "the server is down")
        broker.wait_log(r"the mail to alice@localhost .* is not sent yet, and is tried again in 10 s: "
                        r"smtp://localhost:25: cannot connect; check that the server runs")
        with MailServer():
            wait_mail("alice")


def test_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 2525)):
        configure(mail_server="smtp://localhost:2525")
        with Broker() as broker:
            took = [log_in_unhindered(user, "a silent server") for user in ("alice", "bob", "dave")]
            expect(max(took) < 10, f"logins took {took} s")
            started = time.monotonic()
        expect(time.monotonic() - started < 8, "the broker waits for mail before it ends")
        expect_equal(len(re.findall("given up after . tries, and not sent", broker.log())), 3, broker.log())


def test_what_the_administrator_sees():
    configure(**MAIL)
    with Broker():
        found = {item["id"]: item for item in json.loads(run("countersign", "--json", "doctor", check=False).stdout)}
        expect("mail-server" not in found, "asked without --online")
        found = {item["id"]: item for item in
                 json.loads(run("countersign", "--json", "doctor", "--online", check=False).stdout)}
        expect_equal(found["mail-server"]["severity"], "wrong", "down")
        expect_match("cannot connect", found["mail-server"]["reason"], "the reason")
        with MailServer():
            found = {item["id"]: item for item in
                     json.loads(run("countersign", "--json", "doctor", "--online", check=False).stdout)}
            expect_equal(found["mail-server"]["severity"], "fine", str(found["mail-server"]))
    expect_match(r"mail.*smtp://localhost, from countersign@%h, to %a$", countersign("check", check=False).stdout, "check")
    for setting, value, problem in (("mail_server", "localhost", "expected smtp://HOST"),
                                    ("mail_server", "smtp://alice:secret@localhost", "expected smtp://HOST"),
                                    ("mail_from", "Security <security@example.com>", "is no address such as"),
                                    ("mail_to", "root@localhost", "is no address with %a"),
                                    ("mail_to", "%x", "is no address with %a")):
        configure(**{**MAIL, setting: value})
        answer = countersign("check", check=False)
        expect_match(rf"countersign\.json:\d+:\d+: .*{setting}: .*{problem}", answer.stdout + answer.stderr, f"{setting}={value}")


main()
