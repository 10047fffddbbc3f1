# SPDX-License-Identifier: Apache-2.0
"""countersign import google-authenticator, oath, otpauth: files that the real programs wrote, then a login with the
old device's code. What was spent there is spent here."""
import base64
import json
import os
import pathlib
import pwd
import resource
import time
from urllib.parse import quote

from countersign import *

FOLDER = pathlib.Path("/root/old")
OATH = FOLDER / "users.oath"
URIS = FOLDER / "uris"
HEX = "3132333435363738393031323334353637383930"
BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PARTLY = 3
PLAIN = "--time-based", "--disallow-reuse", "--minimal-window", "--no-rate-limit"


def test_prepare():
    secret(BASE32, "the secret of the standards' examples")
    secret(HEX, "the same in hexadecimal")
    FOLDER.mkdir(mode=0o700)
    stack("auth_method=totp", "retry=0", "require_broker")
    write_config({"throttle": False})


def before(*users):
    for user in users or ("alice", "bob", "carol"):
        forget_factors(user)
        run("sqlite3", STORE, f"DELETE FROM recovery WHERE user = '{user}'")


def write(path, *lines):
    path.write_text("".join(line + "\n" for line in lines))
    return path


def imported(kind, *words, status=0):
    """The report, and what was said on standard error."""
    result = countersign("import", kind, *words, "--json", check=False)
    expect_equal(result.returncode, status, f"{words}: {result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def refused(kind, *words):
    before = user_state()
    result = countersign("import", kind, *words, check=False)
    expect_equal((result.returncode, result.stdout), (1, ""), f"{words}: {result.stderr}")
    expect_equal(user_state(), before, "the store")
    return result.stderr.splitlines()


def texts(remarks):
    return "\n".join(remark["text"] for remark in remarks)


def login(user, code, service="test"):
    return pam_login(user, [code, ""], service=service).code == "PAM_SUCCESS"


# ---- google-authenticator ----

def google(user, *options, path=None):
    """What google-authenticator writes for this user: the file, its secret and its emergency codes."""
    path = path or FOLDER / user
    path.unlink(missing_ok=True)
    run("google-authenticator", "--force", "--no-confirm", "--quiet", "--qr-mode=NONE", f"--secret={path}", *options)
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    lines = path.read_text().splitlines()
    codes = [line for line in lines if line.isdigit() and len(line) == 8]
    for text in lines[0], *codes:
        secret(text, f"what google-authenticator made for {user}")
    return path, lines[0], codes


def old_module(path):
    pam_service("old", [f"auth required pam_google_authenticator.so secret={path} user=root no_strict_owner",
                        "account required pam_permit.so"])


def test_google_authenticator_with_every_option():
    before()
    path, key, codes = google("alice", "--time-based", "--disallow-reuse", "--window-size=17", "--rate-limit=3",
                              "--rate-time=30", "--emergency-codes=10")
    old_module(path)
    device = Totp(key)
    device.wait_left(20)
    spent = device.code()
    expect(login("alice", spent, "old"), "the old module refused its own code")
    expect(login("alice", codes[0], "old"), "the old module refused its own emergency code")
    content, status = path.read_bytes(), path.stat()
    report = imported("google-authenticator", path)
    expect_equal((report["imported"], report["users"], report["recovery_codes"]), (1, 1, 9), "report")
    for option in "WINDOW_SIZE 17", "RATE_LIMIT":
        expect_match(option, texts(report["notes"]), "notes")
    expect_equal((path.read_bytes(), path.stat().st_mtime_ns), (content, status.st_mtime_ns), "the file")
    with Broker() as broker:
        expect(not login("alice", spent), "a code that the old module had used")
        expect_match("reason=replayed", broker.log(), "why")
        expect(login("alice", device.code(1)), "the next code")
        expect(not login("alice", codes[0]), "an emergency code that the old module had used")
        expect(login("alice", codes[1]), "an emergency code")
        expect(not login("alice", codes[1]), "the same again")


def test_google_step_size_and_skew():
    before()
    path, key, _ = google("alice", "--time-based", "--allow-reuse", "--step-size=45", "--minimal-window", "--no-rate-limit",
                          path=FOLDER / "what-alice-had")
    path.write_text(path.read_text() + '" TIME_SKEW -2\n')
    report = imported("google-authenticator", path)
    expect_equal(report["notes"], [], "notes")
    device = Totp(key, period=45)
    device.wait_left(20)
    with Broker():
        expect(not login("alice", device.code(-4)), "a code outside of the window")
        expect(login("alice", device.code(-1)), "a code of a device whose clock is behind")


def test_google_counter():
    before()
    path, key, _ = google("alice", "--counter-based", "--window-size=3", "--no-rate-limit")
    old_module(path)
    device = [run("oathtool", "--hotp", "--base32", f"--counter={counter}", key).stdout.strip() for counter in range(5)]
    expect(login("alice", device[1], "old"), "the old module refused its own code")
    expect_match("HOTP_COUNTER 2", path.read_text(), "the old module's counter")
    report = imported("google-authenticator", path)
    expect_equal(report["imported"], 1, "imported")
    expect_match(r"WINDOW_SIZE 3 .*here 10 codes.*\(hotp_window=10\)", texts(report["notes"]), "the window")
    factor, = listing("alice")["factors"]
    expect_equal(factor["kind"], "hotp", "kind")
    expect_equal(store_rows("SELECT last_step FROM factor WHERE user = 'alice'"), [(1,)], "the counter")
    with Broker():
        expect(not login("alice", device[1]), "a code that the old module had used")
        expect(login("alice", device[2]), "the next code")


def test_google_secrets_of_ten_bytes_get_a_warning():
    before()
    path = write(FOLDER / "alice", "GEZD GNBV-gy3t qo8q".replace("8", "j"), '" TOTP_AUTH')
    report = imported("google-authenticator", path)
    expect_match("only 80 bits", texts(report["notes"]), "notes")
    write(path, "GEZDGNBVGY3TQ", '" TOTP_AUTH')
    expect_match("less than 10 bytes", "\n".join(refused("google-authenticator", path)), "a shorter one")


def test_google_damaged_files():
    before()
    path = FOLDER / "alice"
    for lines, why in (((BASE32,), "neither TOTP_AUTH nor HOTP_COUNTER"),
                       ((BASE32, '" TOTP_AUTH', '" HOTP_COUNTER 1'), "both"),
                       (("not!base32", '" TOTP_AUTH'), ":1: error: it is no secret"),
                       ((BASE32, '" TOTP_AUTH', "1234567"), ":3: error: it is neither"),
                       ((BASE32, '" TOTP_AUTH', '" WINDOW_SIZE 0'), ":3: error: WINDOW_SIZE"),
                       ((BASE32, '" TOTP_AUTH', '" STEP_SIZE 61'), ":3: error: STEP_SIZE")):
        told = refused("google-authenticator", write(path, *lines))
        expect_match(why, "\n".join(told), f"{lines[1:]}")
        expect(BASE32 not in "".join(told), "a secret in the message")
    write(FOLDER / ".hidden", BASE32, '" TOTP_AUTH')
    expect_match("--user says it", "\n".join(refused("google-authenticator", FOLDER / ".hidden")), "nobody's")
    expect_equal(imported("google-authenticator", "--user", "bob", FOLDER / ".hidden")["imported"], 1, "with --user")


def test_home_folders():
    """A link is not followed, nor is a file of somebody else read."""
    before()
    homes = {user: pathlib.Path(pwd.getpwnam(user).pw_dir) for user in ("alice", "bob", "carol")}
    for user, home in homes.items():
        if not home.is_dir():
            home.mkdir(parents=True)
        os.chown(home, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        (home / ".google_authenticator").unlink(missing_ok=True)
    google("alice", *PLAIN, path=homes["alice"] / ".google_authenticator")
    _, key, _ = google("bob", *PLAIN, path=homes["bob"] / ".google_authenticator")
    (homes["carol"] / ".google_authenticator").symlink_to(homes["alice"] / ".google_authenticator")
    told = refused("google-authenticator", "--home-folders")
    expect_match("carol/.google_authenticator: error: it is a symbolic link", "\n".join(told), "the link")
    (homes["carol"] / ".google_authenticator").unlink()
    google("alice", *PLAIN, path=homes["carol"] / ".google_authenticator")
    expect_match("carol.*the account cannot open it", "\n".join(refused("google-authenticator", "--home-folders")), "a file of alice's")
    os.chmod(homes["carol"] / ".google_authenticator", 0o444)
    expect_match("carol.*belongs to somebody else", "\n".join(refused("google-authenticator", "--home-folders")), "one that all may read")
    report = imported("google-authenticator", "--home-folders", "--skip-bad", status=PARTLY)
    expect_equal((report["imported"], report["skipped_count"]), (2, 1), "imported")
    (homes["carol"] / ".google_authenticator").unlink()
    report = imported("google-authenticator", "--home-folders")
    expect_equal((report["imported"], report["known"]), (0, 2), "again")
    with Broker():
        expect(login("bob", Totp(key).code(1)), "a login")


# ---- pam_oath ----

def test_oath_after_logins():
    before()
    OATH.touch(mode=0o600)
    write(OATH, f"HOTP/T30/6 alice - {HEX}", f"HOTP bob - {HEX}", f"HOTP/T60/8\tcarol\t+\t{HEX.upper()}")
    pam_service("old", [f"auth required pam_oath.so usersfile={OATH} window=5 digits=6", "account required pam_permit.so"])
    device = Totp(BASE32)
    device.wait_left(20)
    spent = device.code(1)
    counters = [run("oathtool", "--hotp", f"--counter={counter}", HEX).stdout.strip() for counter in range(4)]
    expect(login("alice", spent, "old"), "pam_oath refused a code by time")
    expect(login("bob", counters[1], "old"), "pam_oath refused a code by counter")
    report = imported("oath", OATH)
    expect_equal((report["imported"], report["users"]), (3, 3), "imported")
    expect_match("carol: the password that '\\+' leaves", texts(report["notes"]), "notes")
    expect_equal(store_rows("SELECT user, last_step FROM factor WHERE user = 'bob'"), [("bob", 1)], "the counter")
    with Broker():
        expect(not login("alice", spent), "a code that pam_oath had used ahead of time")
        expect(login("carol", Totp(BASE32, digits=8, period=60).code(1)), "a code of 8 digits")
        expect(not login("bob", counters[1]), "a code by counter that pam_oath had used")
        expect(login("bob", counters[2]), "the next one")


def test_oath_bad_lines_are_named_and_nothing_is_done():
    before()
    write(OATH, "# users", f"HOTP/T30 alice - {HEX}", f"HOTP/T30 bob 1234 {HEX}", f"TOTP/T30 carol - {HEX}",
          f"HOTP/T30 mistyped - {HEX}", "HOTP/T30 carol - 123", f"HOTP/T30 carol - {HEX[:18]}", "HOTP/T30 carol", f"HOTP carol - {HEX} x")
    told = refused("oath", OATH)
    for number, why in enumerate(("has a PIN", "its type", "no account 'mistyped'", "not hexadecimal", "less than 10 bytes", "4 to 7 words",
                                  "its counter"), 3):
        expect_match(rf"^countersign: {OATH}:{number}: error: .*{why}", told[number - 3], f"line {number}")
    expect_match("nothing was imported, because of what is wrong above: 7", told[-1], "the end")
    expect_equal(len(told), 8, f"lines: {told}")
    report = imported("oath", "--skip-bad", OATH, status=PARTLY)
    expect_equal((report["imported"], report["skipped_count"], [row["line"] for row in report["skipped"]]),
                 (1, 7, list(range(3, 10))), "with --skip-bad")


def test_who_has_a_factor_is_skipped_unless_add():
    before()
    enroll("alice")
    write(OATH, f"HOTP/T30 alice - {HEX}", f"HOTP/T30 bob - {HEX}", f"HOTP/T30 bob - {HEX}")
    dry = imported("oath", "--dry-run", OATH, status=PARTLY)
    expect_equal((dry["imported"], dry["dry_run"], len(listing("bob")["factors"])), (1, True, 0), "a dry run")
    report = imported("oath", OATH, status=PARTLY)
    expect_equal([(row["line"], row["user"], row["reason"]) for row in report["left_out"]],
                 [(1, "alice", "has-factor"), (3, "bob", "twice")], "left out")
    report = imported("oath", "--add", OATH)
    expect_equal((report["imported"], report["known"]), (1, 2), "with --add")
    expect_equal(len(listing("alice")["factors"]), 2, "factors")
    expect_match("act verb=import-oath result=done .*user=\"bob\"", syslog(), "the record")


def test_undo_takes_the_last_import_back():
    before()
    path, key, codes = google("alice", *PLAIN, "--emergency-codes=3")
    write(OATH, f"HOTP/T30 bob - {HEX}", f"HOTP carol - {HEX}")
    imported("google-authenticator", path)
    imported("oath", OATH)
    with Broker():
        expect(login("bob", Totp(BASE32).code(1)), "a login of bob")
    told = countersign("enroll", "--undo", check=False)
    expect_equal(told.returncode, 1, "status if something was kept")
    expect_match("^The batch or import of 20.*: 1 factor removed, 1 kept", told.stdout, "said")
    expect_match("^countersign: bob has logged in", told.stderr, "who")
    expect_equal([len(listing(user)["factors"]) for user in ("alice", "bob", "carol")], [1, 1, 0], "alice came by the import before")
    before()
    imported("google-authenticator", path)
    imported("google-authenticator", path)  # all of it is there: nothing that could be undone
    expect_match(": 1 factor removed, 0 kept", countersign("enroll", "--undo").stdout, "three codes that nobody used")
    expect_equal((listing("alice")["factors"], listing("alice")["recovery_codes_left"]), ([], 0), "factors and codes")
    imported("google-authenticator", path)
    with Broker():
        expect(login("alice", codes[1]), "an emergency code")
    expect_match(": 0 factors removed, 1 kept", countersign("enroll", "--undo", check=False).stdout, "a code of the three was used")


# ---- URIs ----

def test_otpauth_forms():
    before()
    write(URIS, f"otpauth://totp/Acme%3A%20Inc:alice?secret={BASE32.lower()}&issuer=Acme%3A%20Inc&algorithm=SHA256&digits=8&period=60",
          f"bob otpauth://totp/My Co:somebody else?secret=GEZD-GNBV%20GY3T+QOJQGEZDGNBVGY3TQOJQ======&issuer=My%20Co",
          f'"otpauth://hotp/Ac:me:carol@host?secret={BASE32}&counter=7&issuer=Ac:me"')
    report = imported("otpauth", URIS)
    expect_equal(report["imported"], 3, "imported")
    expect_equal(store_rows("SELECT user, kind, label, algorithm, digits, period FROM factor WHERE user IN ('alice', 'bob', 'carol') ORDER BY user"),
                 [("alice", "totp", "Acme: Inc", "sha256", 8, 60), ("bob", "totp", "My Co", "sha1", 6, 30),
                  ("carol", "hotp", "Ac:me", "sha1", 6, 0)], "factors")
    expect_equal(store_rows("SELECT last_step FROM factor WHERE user = 'carol'"), [(6,)], "the counter")
    with Broker():
        expect(login("alice", Totp(BASE32, "sha256", 8, 60).code(1)), "SHA-256, 8 digits, 60 s")
        expect(not login("bob", Totp(BASE32).code(-1)), "a code of before the import, which the old server may have taken")
        expect(login("bob", Totp(BASE32).code(1)), "a secret with blanks and hyphens")


def test_otpauth_hex_and_padding():
    before()
    write(URIS, f"otpauth://totp/alice?secret={HEX}")
    expect_match("secret is not base32", "\n".join(refused("otpauth", URIS)), "hexadecimal as base32")
    expect_equal(imported("otpauth", "--hex", URIS)["imported"], 1, "hexadecimal")
    write(URIS, f"otpauth://totp/bob?secret={BASE32}&algorithm=SHA512")
    imported("otpauth", "--otplib-padding", URIS)
    key = (b"12345678901234567890" * 4)[:64]
    with Broker():
        expect(login("alice", Totp(BASE32).code(1)), "hexadecimal")
        expect(login("bob", Totp(base64.b32encode(key).decode().rstrip("="), "sha512").code(1)), "a key as otplib 12 pads it")


def field(number, value):
    def varint(n):
        out = b""
        while n > 127:
            out += bytes([n & 127 | 128])
            n >>= 7
        return out + bytes([n])
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def test_otpauth_migration():
    """What Google Authenticator shows as a QR code; made here, since no program of Debian's does."""
    before()
    key = base64.b32decode(BASE32)
    entries = (field(1, key) + field(2, b"Acme:alice") + field(3, b"Acme") + field(4, 2) + field(5, 2) + field(6, 2),
               field(1, key) + field(2, b"bob") + field(4, 1) + field(5, 1) + field(6, 1) + field(7, 5) + field(8, b"id"))
    payload = b"".join(field(1, entry) for entry in entries) + field(2, 1) + field(3, 2) + field(4, 0) + field(5, 77)
    write(URIS, "otpauth-migration://offline?data=" + quote(base64.b64encode(payload).decode(), safe=""))
    report = imported("otpauth", URIS)
    expect_equal(report["imported"], 2, "imported")
    expect_match("part 1 of an export of 2", texts(report["notes"]), "notes")
    expect_equal(store_rows("SELECT last_step FROM factor WHERE user = 'bob'"), [(4,)], "the counter")
    with Broker():
        expect(login("alice", Totp(BASE32, "sha256", 8).code(1)), "a login")


# ---- PSKC ----

def key_package(number, algorithm, data, user="<UserId>{}</UserId>", more=""):
    return (f'<KeyPackage><DeviceInfo><SerialNo>{number}</SerialNo></DeviceInfo>\n<Key Id="{number}" '
            f'Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:{algorithm}"><Issuer>Acme</Issuer><AlgorithmParameters>'
            f'<ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters><Data><Secret><PlainValue>'
            f'{base64.b64encode(base64.b32decode(BASE32)).decode()}</PlainValue></Secret>{data}</Data>{user}{more}</Key></KeyPackage>')


def container(*packages):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<KeyContainer Version="1.0" Id="c" '
            'xmlns="urn:ietf:params:xml:ns:keyprov:pskc">\n' + "\n".join(packages) + "\n</KeyContainer>\n")


def test_pskc_as_pskctool_writes_it():
    """pskctool reads the container, and writes it with a signature."""
    before()
    plain, signed, key, certificate = (FOLDER / name for name in ("plain.xml", "signed.xml", "key.pem", "crt.pem"))
    plain.write_text(container(
        key_package(1, "totp", "<Time><PlainValue>0</PlainValue></Time><TimeInterval><PlainValue>60</PlainValue></TimeInterval>",
                    "<UserId>alice</UserId>"),
        key_package(2, "hotp", "<Counter><PlainValue>7</PlainValue></Counter>", "<UserId>UID=bob, DC=example</UserId>")))
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-keyout", key, "-out", certificate)
    signed.write_text(run("pskctool", "--sign", f"--sign-key={key}", f"--sign-crt={certificate}", plain).stdout)
    expect_match("Signature", signed.read_text(), "what pskctool wrote")
    report = imported("pskc", signed)
    expect_equal((report["imported"], report["skipped"]), (2, []), "imported")
    device = [run("oathtool", "--hotp", "--digits=8", f"--counter={counter}", HEX).stdout.strip() for counter in range(6, 9)]
    with Broker():
        expect(login("alice", Totp(BASE32, digits=8, period=60).code(1)), "a code by time")
        expect(not login("bob", device[0]), "a code of a counter before that of the container")
        expect(login("bob", device[1]), "a code by counter")


def test_pskc_what_cannot_be_had_is_named():
    before()
    path, alice = FOLDER / "bad.xml", "<UserId>alice</UserId>"
    counter = "<Counter><PlainValue>{}</PlainValue></Counter>"
    path.write_text(container(key_package(1, "hotp", counter.format(0), alice), key_package(2, "hotp", counter.format("x"), alice),
                              key_package(3, "totp", "", "<UserId>nobody-here</UserId>"),
                              key_package(4, "ocra", "", alice),
                              key_package(5, "totp", "", alice, '<Policy><PINPolicy PINUsageMode="Append"/></Policy>')))
    told = refused("pskc", path)
    for number, (line, why) in enumerate(((6, "counter is not a number"), (8, "no account"), (10, "neither HOTP nor TOTP"), (12, "PIN"))):
        expect_match(rf"^countersign: {path}:{line}: error: .*{why}", told[number], f"fault {number}")
    for text, why in ((container(key_package(1, "totp", "", alice)).replace("PlainValue>", "EncryptedValue>"), "encrypted"),
                      ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + container().split("?>")[1], "document type"),
                      (container(key_package(1, "totp", "", alice))[:-20], "cannot be read"), ("hello\n", "cannot be read")):
        path.write_text(text)
        told = "\n".join(refused("pskc", path))
        expect_match(why, told, text[:40])
        expect("MTIz" not in told, "a secret in the message")


def pskc2pskc(*words):
    """As the manual says it. Debian's package has no command of that name."""
    return run("/usr/bin/python3", "-c", "from pskc.scripts.pskc2pskc import main; main()", *words)


def test_pskc_that_is_encrypted_is_decrypted_as_the_manual_says():
    """With a password (PBKDF2) and with a key; what the program writes then is what there was."""
    before()
    if run("/usr/bin/python3", "-c", "import pskc", check=False).returncode != 0:
        raise Skip("python3-pskc is not installed")
    plain, encrypted, again, password, key = (FOLDER / name for name in ("plain.xml", "encrypted.xml", "again.xml", "password", "key"))
    plain.write_text(container(key_package(1, "totp", "<TimeInterval><PlainValue>60</PlainValue></TimeInterval>", "<UserId>alice</UserId>")))
    password.write_text("correct horse\n")
    key.write_bytes(bytes(range(16)))
    for what, path in ("password", password), ("secret", key):
        pskc2pskc(f"--new-{what}", path, "-o", encrypted, plain)
        expect_match("EncryptedValue", encrypted.read_text(), "what the program wrote")
        told = refused("pskc", encrypted)
        expect_match("it is encrypted.*python3-pskc decrypts it: see countersign\\(8\\), 'import pskc'", told[0], "the refusal")
        expect_equal(len(told), 2, f"lines: {told}")
        pskc2pskc(f"--{what}", path, "-o", again, encrypted)
        before()
        expect_equal(imported("pskc", again)["imported"], 1, "imported")
        with Broker():
            expect(login("alice", Totp(BASE32, digits=8, period=60).code(1)), "a code")


# ---- many ----

def spent_by_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_many_in_time():
    """100,000 lines in ten seconds, of which the processor's are counted: others may be at work."""
    count = 100000
    with open("/etc/passwd", "a", encoding="ascii") as out:
        out.writelines(f"many{number}:x:{200000 + number}:65534::/nonexistent:/bin/false\n" for number in range(count))
    OATH.write_text("".join(f"HOTP/T30/6 many{number} - {number:040x}\n" for number in range(count)))
    begun, spent = time.monotonic(), spent_by_children()
    report = imported("oath", OATH)
    spent = spent_by_children() - spent
    print(f"{time.monotonic() - begun:.1f} s, {spent:.1f} s of the processor")
    expect_equal(report["imported"], count, "imported")
    expect(spent <= 10 or os.environ.get("CS_SANITIZE"), f"{spent:.1f} s of the processor")


main()
