# SPDX-License-Identifier: Apache-2.0
"""countersign host enroll and host check: from an OpenID server and a machine that know nothing of each other to a login,
and what is said if they do not fit together."""
import email.utils
import json
import shutil
import socket

from countersign import *
from countersign.certificates import authority_file
from countersign.openid import *
from countersign.openid.keys import Key

FOLDER = CONFIG.parent
SECRET, KEY_FILE, AUTHORITY = (FOLDER / name for name in ("openid-client.secret", "openid-client.key", "openid-ca.pem"))
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
INSTALLED = '/* What it is for. */\n{\n    // "exempt_group": "robots",\n}\n'


def clean(text=INSTALLED):
    """A machine that is nobody's client; `text` is its configuration, None: it has none."""
    for path in SECRET, KEY_FILE, CONFIG:
        path.unlink(missing_ok=True)
    shutil.copy(authority_file(), AUTHORITY)
    AUTHORITY.chmod(0o644)
    if text is not None:
        write_config(text)


def files():
    """Everything in the folder, as text."""
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.is_file()}


def enrol(issuer, *words, client="pam", input=None, check=True):
    return countersign("host", "enroll", "--issuer", issuer, "--client-id", client, "--ca-path", AUTHORITY, *words,
                       input=input, check=check)


def enrol_at(server, *words, **options):
    return enrol(server.issuer, *words, input=server.client.secret and server.client.secret + "\n", **options)


def refused(pattern, *arguments, **options):
    """Nothing is written, and the message says why."""
    before = files()
    result = enrol(*arguments, check=False, **options)
    expect_equal((result.returncode, result.stdout), (1, ""), f"{pattern}: {result.stderr}")
    expect_match(pattern, result.stderr, "the message")
    expect_equal(files(), before, f"{pattern}: the folder")
    return result


def expect_file(path, mode=0o640):
    status = path.stat()
    expect_equal((oct(status.st_mode & 0o7777), path.owner(), path.group()), (oct(mode), "root", USER), f"{path}")


def log_in(server):
    """A login of Alice with the configuration as it is."""
    stack()
    with Broker() as broker:
        session = PamSession("alice", env=PROVEN)
        session.prompt()
        server.approve(server.pending())
        session.answer("")
        expect_equal(session.result().code, "PAM_SUCCESS", f"the login: {broker.log()}")


def checked(*words):
    """What host check finds, and its exit status."""
    result = countersign("host", "check", "--json", *words, check=False)
    found = json.loads(result.stdout)
    expect_equal((result.returncode, result.stderr), (0 if found["ok"] else 1, ""), f"{found}")
    expect_equal(found["ok"], not found["problems"], f"{found}")
    return found


def expect_one(pattern, texts):
    expect_equal(len([text for text in texts if re.search(pattern, text)]), 1, f"{pattern!r} in {texts}")


def strict(client=None):
    server = StrictServer(client or Client.basic(punctuation=True))
    server.hintless = True
    return server


# ---- enrolling ----

def test_a_secret_then_a_login():
    clean()
    with OidcProvider(Client.basic(punctuation=True)) as server:
        result = enrol_at(server)
        expect_equal(result.stdout, f"{SECRET}: written\n{CONFIG}: section openid written\n"
                     "'countersign host check' shows whether it works.\n", "what it says")
        expect_equal(SECRET.read_text(), server.client.secret + "\n", "the secret")
        expect_file(SECRET)
        expect_file(CONFIG)
        expect(CONFIG.read_text().startswith(INSTALLED.rstrip("}\n") + "\n    \"provider\": \"openid\",\n"),
               f"what was there stays: {CONFIG.read_text()}")
        expect(server.client.secret not in CONFIG.read_text(), "the configuration holds the secret")
        log_in(server)


def test_no_configuration():
    clean(None)
    with strict(Client.post(punctuation=True)) as server:
        server.metadata(device_authorization_endpoint=None)
        enrol_at(server)
        written = json.loads(CONFIG.read_text())
        expect_equal(written, {"provider": "openid", "auth_method": "device", "openid": {
            "issuer": server.issuer, "client-id": "pam", "client-authentication": "client_secret_post",
            "client-secret-file": str(SECRET), "ca-path": str(AUTHORITY)}}, "what is written")
        expect_file(CONFIG)
        log_in(server)


def test_a_key_then_a_login():
    clean()
    words = ("host", "enroll", "--make-key", "--json")
    first = json.loads(countersign(*words).stdout)
    expect_file(KEY_FILE)
    expect_equal((first["credential_written"], first["config_written"], CONFIG.read_text()), (True, False, INSTALLED),
                 "the key alone")
    expect_equal(sorted(first["jwk"]), ["alg", "crv", "kid", "kty", "use", "x", "y"], "the public key")
    again = json.loads(countersign(*words).stdout)
    expect_equal((again["credential_written"], again["jwk"]), (False, first["jwk"]), "the same key")
    with strict(Client("pam", "private_key_jwt", key=Key.of(first["jwk"], "ES256"))) as server:
        result = enrol(server.issuer, "--make-key", "--json")
        expect_equal(json.loads(result.stdout)["jwk"], first["jwk"], "the key that is enrolled")
        found = checked()
        expect_equal((found["approval_client"], found["client_authentication"]), ("accepted", "private_key_jwt"), "the check")
        log_in(server)
        new = json.loads(enrol(server.issuer, "--make-key", "--replace", "--json").stdout)
        expect(new["credential_written"] and new["jwk"]["kid"] != first["jwk"]["kid"], "a new key")
        expect_one(r"refuses the client 'pam' \(status 401, invalid_client\); .*public key is registered", checked()["problems"])


def test_once_more():
    clean()
    with strict() as server:
        enrol_at(server)
        before = files()
        for _ in range(2):
            result = enrol_at(server)
            expect_match("already enrolled, nothing changed", result.stdout, "again")
            expect_equal(files(), before, "what is there")
        SECRET.chmod(0o600)
        enrol_at(server)
        expect_file(SECRET)
        SECRET.unlink()
        enrol_at(server)
        expect_equal(files(), before, "a secret that was lost")
        refused("openid-client.secret has another secret, and is kept; --replace", server.issuer, input="other\n")
        server.client.secret = secret("turned-around-42", "the next secret")
        enrol_at(server, "--replace")
        expect_equal({name: text for name, text in files().items() if name != SECRET.name},
                     {name: text for name, text in before.items() if name != SECRET.name}, "the rest")
        log_in(server)


def test_a_section_that_is_there_stays():
    with strict() as server:
        clean()
        enrol_at(server)
        secret_line = server.client.secret + "\n"
        for words, options, pattern in (
                (["https://other.example.com", "--offline"], {}, r"issuer is '.*', not 'https://other.example.com'"),
                ([server.issuer], {"client": "mine"}, "client-id is 'pam', not 'mine'"),
                ([server.issuer, "--replace"], {"client": "mine"}, "client-id is 'pam', not 'mine'")):
            refused(f"section openid already, and it stays as it is: {pattern}; change it by hand", *words,
                    input=secret_line, **options)
        refused("client-authentication is 'client_secret_basic', not 'private_key_jwt', client-key-file is missing",
                server.issuer, "--make-key")
        # Names with underscores, and what only the administrator knows.
        text = CONFIG.read_text().replace('"client-id"', '"acr-values": "high", // ours\n        "client_id"')
        write_config(text)
        expect_match("already enrolled", enrol_at(server).stdout, "written by hand")
        expect_equal(CONFIG.read_text(), text, "the file")
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            write_config(text.replace('"client_id"', f'"proxy": "http://127.0.0.1:{nobody.getsockname()[1]}", "client_id"'))
            refused("through http://127.0.0.1:.*cannot connect", server.issuer, input=secret_line)


def test_other_settings_stay():
    for text in ('{"auth_method": "totp"}', '{ "retry": 1, /* } */ }\n', '{"lang": "de" // "}"\n  }',
                 '{\n  "services": {"sudo": {"retry": 1}} // one\n  // two\n}\n'):
        clean(text)
        CONFIG.chmod(0o600)
        with strict() as server:
            result = enrol_at(server)
        expect_match("Logins still use the provider 'local': set provider to openid", result.stdout, "what is left to do")
        expect_equal(oct(CONFIG.stat().st_mode & 0o7777), oct(0o600), "the mode")
        written = CONFIG.read_text()
        expect('"openid": {\n        "issuer": ' in written and '"provider"' not in written, written)
        kept = re.sub(r',?\n    "openid": \{.*\n    \}\n', "", written, flags=re.S)
        expect_equal(re.sub(r"[\s,]", "", kept), re.sub(r"[\s,]", "", text), f"what was there: {written}")
        expect_equal(countersign("check", check=False).stdout.count("BAD  configuration:"), 0, "it can be read")


def test_what_cannot_be_enrolled():
    clean()
    with strict() as server:
        line = server.client.secret + "\n"
        refused("calls itself", server.issuer + "/", input=line)
        refused("status 404", server.base + "/elsewhere", input=line)
        server.forgive("no such path")
        refused("URL expected", "ftp://id.example.com", input=line)
        for text in "", "\n", "two\nlines\n", "bell\a\n":
            refused("standard input", server.issuer, input=text)
        server.stop()
        refused("127.0.0.1", server.issuer, input=line)
        server.start()
        given = WORKDIR / "keys" / "given"
        given.parent.mkdir(exist_ok=True, mode=0o700)
        given.write_text(line)
        given.chmod(0o640)
        refused("given", server.issuer, "--secret-file", given)
        given.chmod(0o600)
        enrol(server.issuer, "--secret-file", given)
        expect_equal(SECRET.read_text(), line, "the secret of the file")
    clean('{"openid": ')
    refused("countersign.json:1:", "https://id.example.com", "--offline", input=line)
    for words in ([], ["--issuer", "https://a.example"], ["--client-id", "a"], ["--make-key", "--issuer", "https://a.example"],
                  ["--make-key", "--offline"], ["--issuer", "https://a.example", "--client-id", "a", "--make-key", "--secret-file", "/x"]):
        expect_equal(countersign("host", "enroll", *words, check=False).returncode, 2, f"{words}")


def test_offline():
    clean()
    enrol("https://id.example.com/", "--offline", input=secret("rust-mill-12", "a secret") + "\n")
    expect_match('"issuer": "https://id.example.com/"', CONFIG.read_text(), "the issuer")
    clean()
    AUTHORITY.unlink()
    refused("openid-ca.pem", "https://id.example.com/", "--offline", input="word\n")


def test_a_file_of_the_gateway_is_in_force():
    clean()
    gateway = pathlib.Path("/etc/pam_ibm_auth.json")
    write_config({"ibm-auth-api": {}}, gateway)
    refused("move that file away", "https://id.example.com", "--offline", input="word\n")
    gateway.unlink()


def test_the_secret_is_seen_by_nobody():
    clean()
    seen = []
    with strict() as server:
        word = server.client.secret.encode()

        def look(call):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                for name in "cmdline", "environ":
                    try:
                        seen.append(word in (process / name).read_bytes())
                    except OSError:  # it ended
                        continue
        server.script("metadata", [look])
        result = enrol_at(server)
        expect(seen and not any(seen), "the secret stands in /proc while the server is asked")
        found = countersign("host", "check")
        for text in result.stdout, result.stderr, found.stdout, CONFIG.read_text():
            expect(server.client.secret not in text, f"the secret: {text}")


def test_interrupted():
    """Killed before each call that writes: the configuration is the old one, or the whole new one."""
    with strict() as server:
        line = server.client.secret + "\n"
        outcomes = set()
        for number in range(1, 200):
            clean()
            run(*kill_command(0, number, COUNTERSIGN, "host", "enroll", "--issuer", server.issuer, "--client-id", "pam",
                              "--ca-path", AUTHORITY, "--offline", kind="writes"), check=False, input=line)
            killed = KillReport().killed
            written = CONFIG.read_text() != INSTALLED
            outcomes.add((written, SECRET.exists()))
            if SECRET.exists():
                expect_equal(SECRET.read_text(), line, "a secret that is there is whole")
            if written:
                expect_equal(checked()["approval_client"], "accepted", "what is written works")
            expect_match("already enrolled" if written else "section openid written", enrol_at(server).stdout, "once more")
            expect_equal([path.name for path in FOLDER.glob("*.new")], [], "what is left behind")
            if not killed:
                break
        expect(not killed, "it never got to its end")
        expect_equal(outcomes, {(False, False), (False, True), (True, True)}, "outcomes")


# ---- checking ----

def test_a_good_server():
    clean()
    with OidcProvider(Client.basic(punctuation=True), client_credentials=True) as server:
        enrol_at(server)
        found = checked()
        expect_equal([found[name] for name in ("issuer", "client_id", "client_authentication", "token", "approval_client",
                                               "browser_client", "id_token_algorithms")],
                     [server.issuer, "pam", "client_secret_basic", "received", "accepted", "accepted",
                      "RS256,PS256"], f"{found}")
        expect(0 < found["token_expires_in"] <= 600 and abs(found["clock_offset"]) <= 2, f"{found}")
        expect_equal((found["keys_usable"], found["keys_skipped"]), (1, 0), "keys")
        expect_equal(found["token_endpoint"], server.issuer + "/token", "an endpoint")
        text = countersign("host", "check").stdout
        expect_match(r"^ok   configuration in force: /etc/countersign/countersign.json", text, "for people")
        expect_match(r"^ok   it expires in: \d+ s$", text, "for people")
        expect_equal([request for request in server.waiting if request.kind == "ciba"], [], "requests to users")


def test_glewlwyd():
    """It takes secrets both ways, but from each client only one."""
    clean()
    with Glewlwyd(Client.post()) as server:
        enrol_at(server)
        expect_one("refuses the client 'pam' .*client-authentication is how it is registered", checked()["problems"])
        write_config(CONFIG.read_text().replace("client_secret_basic", "client_secret_post"))
        expect_match("already enrolled", enrol_at(server).stdout, "what was changed by hand")
        found = checked()
        expect_equal((found["ok"], found.get("approval_client"), found.get("browser_client")), (True, "accepted", "accepted"),
                     f"{found}")
        enrol(server.issuer, "--replace", input="wrong-one\n")
        expect_one("refuses the client 'pam'", checked()["problems"])


def test_what_a_server_cannot_do():
    clean()
    with strict() as server:
        enrol_at(server)
        server.metadata(backchannel_authentication_endpoint=None, userinfo_endpoint=None,
                        token_endpoint_auth_methods_supported=["private_key_jwt"])
        expect_equal("Nobody can log in yet" in enrol_at(server).stdout, False, "there is the device grant")
        found = checked()
        for pattern in ("no approvals on a phone", "no userinfo", "no token without a user",
                        "client_secret_basic is not among token_endpoint_auth"):
            expect_one(pattern, found["limits"])
        expect_equal((found["ok"], found["browser_client"]), (True, "accepted"), f"{found}")
        server.metadata(backchannel_authentication_endpoint=server.base + "/bc-authorize",
                        backchannel_token_delivery_modes_supported=["ping"], device_authorization_endpoint=None)
        found = checked()
        expect_one("CIBA without poll mode", found["limits"])
        expect_one("no sign-ins with a browser", found["limits"])
        expect_one("nobody can log in", found["problems"])
        expect_match("^Nobody can log in yet", enrol_at(server).stdout, "enrolling says so too")
        server.metadata(backchannel_token_delivery_modes_supported=["poll"], acr_values_supported=["low", "middle"],
                        id_token_signing_alg_values_supported=["ES384"])
        write_config(CONFIG.read_text().replace('"client-id"', '"acr-values": "high middle", "biometric-acr-values": "eye", '
                                                '"user-code": true, "client-id"'))
        found = checked()
        expect_one("acr-values: 'high' is not among acr_values_supported", found["limits"])
        expect_one("none of id-token-algorithms", found["problems"])
        expect_one("^biometric-acr-values: the server announces none", found["problems"])
        expect_one("user-code is set", found["problems"])
        expect_equal(len(found["problems"]), 3, f"{found['problems']}")


def test_a_wrong_secret():
    clean()
    with strict() as server:
        enrol(server.issuer, input="wrong-one\n")
        pattern = (r"refuses the client 'pam' \(status 401, invalid_client\); check client-id, and that the secret is "
                   r"the one that the provider shows")
        for own in False, True:
            server.client_credentials = own
            found = checked()
            expect_equal(len(found["problems"]), 1, f"{found}")
            expect_one(pattern, found["problems"])
        result = countersign("host", "check", check=False)
        expect_equal(result.returncode, 1, "the exit status")
        expect_match(f"^BAD  problem: the provider {pattern}", result.stdout, "for people")
    clean()
    with OidcProvider(Client.basic()) as server:
        enrol(server.issuer, input="wrong-one\n")
        expect_one("refuses the client 'pam'", checked()["problems"])


def test_a_client_that_may_not():
    clean()
    with strict() as server:
        enrol_at(server)
        server.client_credentials = True
        server.script("token", [error("unauthorized_client"), None])
        server.script("backchannel", [error("unauthorized_client")])
        found = checked()
        expect_one(r"gives the client no token by client_credentials \(status 400, unauthorized_client\)", found["limits"])
        expect_one("refuses what the client 'pam' asks for .* may use urn:openid:params:grant-type:ciba there", found["problems"])
        expect_equal((found["approval_client"], found["browser_client"]), ("refused", "accepted"), f"{found}")
        server.script("token", [Answer(200, {"access_token": "x", "token_type": "Bearer"}), error("invalid_client", 401)])
        server.script("backchannel", [error("temporarily_unavailable", 503)])
        found = checked()
        expect_equal((found["approval_client"], found["token"], found["browser_client"]), ("not known", "received", "refused"),
                     f"{found}")
        expect_one("does not say when its tokens expire", found["limits"])
        expect_one("cannot say now", found["limits"])
        expect_equal(len(found["problems"]), 1, f"{found}")
        server.script("backchannel", [Answer(200, {"auth_req_id": "x", "expires_in": 10})])
        server.script("device", [error("invalid_scope")])
        found = checked()
        expect_one("approval that names nobody; do not use it", found["problems"])
        expect_one("check scope, that it may use urn:ietf", found["problems"])


def test_clocks():
    clean()
    with strict() as server:
        enrol_at(server)
        for offset, said in ((-300, "300 s ahead of"), (300, "300 s behind"), (30, None)):
            def dated(call, offset=offset):
                return Answer(200, server.metadata_now(), {"Date": email.utils.formatdate(time.time() + offset, usegmt=True)})
            server.script("metadata", [dated])
            found = checked()
            expect(abs(found["clock_offset"] + offset) <= 2, f"{offset}: {found}")
            expect_equal(len(found["problems"]), 1 if said else 0, f"{offset}: {found}")
            if said:
                expect_match(f"clock is (299|30[01]) {said[4:]}", found["problems"][0], "the problem")
        # A cache hands on the time at which it got the answer.
        server.script("metadata", [lambda call: Answer(200, server.metadata_now(), {
            "Date": email.utils.formatdate(time.time() - 900, usegmt=True), "Age": "900"})])
        found = checked()
        expect(found["ok"] and abs(found["clock_offset"]) <= 2, f"an answer of a cache: {found}")
        server.script("metadata", [lambda call: Answer(200, server.metadata_now(), {"Date": None})])
        found = checked()
        expect("clock_offset" not in found and found["ok"], f"{found}")
        expect_one("clocks cannot be compared", found["limits"])


def test_a_server_that_is_down_or_another():
    clean()
    with strict() as server:
        enrol_at(server)
        server.metadata(issuer="https://other.example.com")
        found = checked()
        expect_one("calls itself 'https://other.example.com'", found["problems"])
        expect("issuer" not in found, f"{found}")
        server.metadata(issuer=server.issuer)
        server.fault("jwks", "garbage")
        expect_equal(len(checked()["problems"]), 1, "keys that make no sense")
        server.stop()
        found = checked()
        expect_equal(("issuer" in found, len(found["problems"])), (False, 1), f"{found}")
        expect_match("127.0.0.1", found["problems"][0], "what is unreachable")
        SECRET.chmod(0o644)
        result = countersign("host", "check", check=False)
        expect_equal((result.returncode, result.stdout), (1, ""), "a secret that everybody can read")
        expect_match("openid-client.secret", result.stderr, "the message")


def test_another_provider():
    clean('{"auth_method": "totp"}')
    result = countersign("host", "check", check=False)
    expect_equal(result.returncode, 1, "the exit status")
    expect_match("the provider is 'local', and this is about 'openid'", result.stderr, "the message")
    with strict() as server:
        enrol_at(server)
        expect_equal(checked("--", "provider=openid", "auth_method=device")["ok"], True, "a PAM line that names it")


main()
