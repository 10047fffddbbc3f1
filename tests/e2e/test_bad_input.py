# SPDX-License-Identifier: Apache-2.0
"""Configuration, store, socket and key file in every bad state: each login is refused with one line that
names file, place and remedy, `countersign check` says the same, and once it is mended the next login works
with the same broker."""
import contextlib
import shutil

from countersign import *

REFUSED = {"config": "PAM_SERVICE_ERR", "store": "PAM_AUTHINFO_UNAVAIL", "key": "PAM_AUTHINFO_UNAVAIL"}


def identity_of(path):
    """Everything about a file (or what replaces it) that a refused login must leave alone."""
    status = os.lstat(path)
    content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
    return status.st_ino, status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns, content


# ---- ways to break a file; each undoes itself ----

@contextlib.contextmanager
def moved_away(path):
    away = path.with_name(path.name + ".away")
    os.rename(path, away)
    try:
        yield away
    finally:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        os.rename(away, path)


@contextlib.contextmanager
def content(path, data):
    """The file replaced by another one with the same owner and mode."""
    status = os.stat(path)
    with moved_away(path):
        path.write_bytes(data)
        os.chown(path, status.st_uid, status.st_gid)
        os.chmod(path, status.st_mode & 0o7777)
        yield


@contextlib.contextmanager
def instead(path, make):
    with moved_away(path) as away:
        make(path, away)
        yield


@contextlib.contextmanager
def owned(path, user, group):
    status = os.stat(path)
    shutil.chown(path, user, group)
    try:
        yield
    finally:
        os.chown(path, status.st_uid, status.st_gid)


@contextlib.contextmanager
def mode(path, bits):
    before = os.stat(path).st_mode & 0o7777
    os.chmod(path, bits)
    try:
        yield
    finally:
        os.chmod(path, before)


@contextlib.contextmanager
def linked_folder(path):
    """Moves the folder and puts a link in its place."""
    folder = path.parent
    away = folder.with_name(folder.name + ".away")
    os.rename(folder, away)
    os.symlink(away, folder)
    try:
        yield
    finally:
        os.unlink(folder)
        os.rename(away, folder)


def fifo(path, away):
    os.mkfifo(path, os.stat(away).st_mode & 0o777)
    os.chown(path, os.stat(away).st_uid, os.stat(away).st_gid)


def folder(path, away):
    path.mkdir()


def link(path, away):
    path.symlink_to(away)


# ---- common to every file ----

def common(path, group, wide, owner="root"):
    """(name, context manager, pattern of the line); `wide` is a mode that is too open."""
    there = re.escape(str(path))
    return [
        ("missing", instead(path, lambda *_: None), rf"{there}: there is no .*(countersign init|mode 0640)"),
        ("unreadable", mode(path, 0o600) if owner == "root" else mode(path, 0), rf"{there}: (the account )?countersign (needs permission to read it; run chgrp|must own it, mode 0600; cannot open)"),
        ("owner", owned(path, "alice", group), rf"{there}: (belongs to uid \d+; chown it to \w+|the account countersign must own it)"),
        ("mode", mode(path, wide), rf"{there}: mode {wide:04o} is too open; run chmod 0\d\d\d on it"),
        ("link", instead(path, link), rf"{there}: is a link"),
        ("link in a parent folder", linked_folder(path), rf"{re.escape(str(path.parent))}: is a link or not a folder; name the real path"),
        ("folder", instead(path, folder), rf"{there}: (not a regular file|cannot open)"),
        ("FIFO", instead(path, fifo), rf"{there}: not a regular file"),
        ("folder that others can write", mode(path.parent, 0o777), rf"{re.escape(str(path.parent))}: the folder can be written by others .mode 0777.; run chmod go-w on it"),
        ("folder of another owner", owned(path.parent, "alice", None), rf"{re.escape(str(path.parent))}: the folder belongs to uid \d+; chown it to {owner}\b"),
    ]


def new_lines(broker, begin):
    """What the broker logged at level warning or worse after `begin`, and its audit lines."""
    text = broker.log()[begin:]
    return [line for line in text.splitlines() if re.match(r"<[0-4]>", line)], audits(text)


def check_lines():
    result = countersign("check", check=False)
    return result.returncode, [line for line in result.stdout.splitlines() if line.startswith("BAD")], result.stdout


def expect_refused(broker, name, pattern, code, arguments=()):
    stack(*arguments)
    begin = len(broker.log())
    result = pam_login("alice", ["123456"])
    expect_equal(result.code, code, f"{name}: result")
    wait_until(lambda: new_lines(broker, begin)[1], f"{name}: the audit line")
    lines, audit = new_lines(broker, begin)
    expect_equal(len(lines), 1, f"{name}: lines {lines}")
    expect_match(pattern, lines[0], f"{name}: line")
    expect_equal(audit[0]["verdict"], "misconfigured" if code == "PAM_SERVICE_ERR" else "unavailable", name)


def run_cases(what, path, cases, check_pattern=None):
    with Broker() as broker:
        factor = fresh("alice")
        stack()
        for name, broken, pattern in cases:
            before = store_rows("SELECT * FROM factor")
            with broken:
                place = identity_of(path) if os.path.lexists(path) else None
                expect_refused(broker, f"{what}, {name}", pattern, REFUSED[what])
                status, bad, everything = check_lines()
                expect_equal(status, 1, f"{what}, {name}: check's status: {everything}")
                expect(any(re.search(pattern, line) for line in bad), f"{what}, {name}: {pattern!r} in check: {everything}")
                expect_equal(identity_of(path) if os.path.lexists(path) else None, place, f"{what}, {name}: the file")
            expect_equal(store_rows("SELECT * FROM factor"), before, f"{what}, {name}: factors")
            expect(broker.running, f"{what}, {name}: the broker ended")
            countersign("unlock", "alice")
        status, _, everything = check_lines()
        expect_equal(status, 0, f"{what}: check afterwards: {everything}")
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", f"{what}: mended")


# ---- the files ----

def bad_configurations(path):
    """Contents that are refused, with the line that says where."""
    there = re.escape(str(path))
    return [
        ("empty", content(path, b""), rf"{there}:1:\d+: "),
        ("blank", content(path, b" \n\n"), rf"{there}:\d+:\d+: "),
        ("truncated", content(path, b'{"retry": 1,\n "debug": tr'), rf"{there}:2:\d+: "),
        ("not JSON", content(path, b"retry = 1\n"), rf"{there}:1:1: "),
        ("an array", content(path, b"[]"), rf"{there}:1:1: an object of options expected, found an array"),
        ("text behind it", content(path, b"{}\n{}"), rf"{there}:2:1: "),
        ("a NUL", content(path, b'{"otp_prompt": "a\\u0000b"}'), rf"{there}:1:\d+: "),
        ("bad UTF-8", content(path, b'{"otp_prompt": "\xff"}'), rf"{there}:1:\d+: "),
        ("unknown key", content(path, b'{\n  "retri": 1}'), rf"{there}:2:3: there is no option 'retri' for this file; see 'countersign options'"),
        ("a key of the PAM line", content(path, b'{"socket": "/x"}'), rf"{there}:1:2: there is no option 'socket'"),
        ("a key twice", content(path, b'{"retry": 1,\n "retry": 2}'), rf"{there}:2:2: "),
        ("text for a number", content(path, b'{"retry": "1"}'), rf"{there}:1:\d+: retry: a number expected, found a string"),
        ("a fraction", content(path, b'{"retry": 1.5}'), rf"{there}:1:\d+: retry: "),
        ("a negative number", content(path, b'{"retry": -1}'), rf"{there}:1:\d+: retry: '-1' is not a number from 0 to 10"),
        ("a number too large", content(path, b'{"retry": 11}'), rf"{there}:1:\d+: retry: '11' is not a number from 0 to 10"),
        ("a number for a flag", content(path, b'{"debug": 1}'), rf"{there}:1:\d+: debug: true or false expected, found a number"),
        ("null", content(path, b'{"debug": null}'), rf"{there}:1:\d+: debug: true or false expected, found null"),
        ("no choice", content(path, b'{"exempt_result": "allow"}'), rf"{there}:1:\d+: exempt_result: 'allow' is not one of: success, ignore"),
        ("a group that is a number", content(path, b'{"exempt_group": ["a", 1]}'), rf"{there}:1:\d+: exempt_group: "),
        ("an empty group", content(path, b'{"exempt_group": [""]}'), rf"{there}:1:\d+: exempt_group: "),
        ("a relative path", content(path, b'{"store": "store.db"}'), rf"{there}:1:\d+: store: an absolute path expected"),
        ("services that are a list", content(path, b'{"services": []}'), rf"{there}:1:\d+: services: an object of PAM service names expected, found an array"),
        ("a broker's key for a service", content(path, b'{"services": {"sshd": {"max_logins": 1}}}'), rf"{there}:1:\d+: 'max_logins' is not a setting of a login"),
        ("an empty prompt", content(path, b'{"otp_prompt": ""}'), rf"{there}:1:\d+: otp_prompt: the text is empty"),
        ("too deep", content(path, b'{"services":' * 40 + b"1" + b"}" * 40), rf"{there}:1:\d+: "),
        ("too large", content(path, b"{}" + b" " * 300000), rf"{there}: larger than \d+ bytes"),
    ]


def test_configuration():
    run_cases("config", CONFIG, common(CONFIG, USER, 0o644) + [
        ("group may write", mode(CONFIG, 0o660), r"mode 0660 is too open; run chmod 0640 on it")])


def test_content_of_the_configuration():
    run_cases("config", CONFIG, bad_configurations(CONFIG))


def test_configuration_named_on_the_pam_line():
    """The module opens it, so some lines are the module's and are in the syslog."""
    path = pathlib.Path("/etc/countersign/other.json")
    write_config({"retry": 0}, path)
    with Broker() as broker:
        factor = fresh("alice")
        for name, broken, pattern in common(path, USER, 0o644) + bad_configurations(path):
            if name == "unreadable":
                continue  # root can read it, and hands it over
            if name in ("missing",):
                pattern = rf"{path}: cannot open: No such file"
            with broken:
                stack(f"config={path}")
                begin, begin_syslog = len(broker.log()), len(syslog())
                result = pam_login("alice", ["123456"])
                expect_equal((result.code, result.prompts), ("PAM_SERVICE_ERR", []), name)
                wait_until(lambda: re.search(pattern, syslog()[begin_syslog:] + broker.log()[begin:]),
                           f"{name}: {pattern!r} in {broker.log()[begin:]!r} or {syslog()[begin_syslog:]!r}", 3)
                result = countersign("--config", path, "check", check=False)
                expect_equal(result.returncode, 1, f"{name}: check: {result.stdout}")
        stack(f"config={path}")
        result = pam_login("alice", [factor.wrong()])
        expect_equal((result.code, len(result.prompts)), ("PAM_MAXTRIES", 1), "its retry=0")
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "mended")


def test_a_broken_configuration_at_the_start():
    """The broker still starts, and serves once the file is corrected."""
    with content(CONFIG, b"{"):
        broker = Broker().start()
        expect_refused(broker, "config", rf"{CONFIG}:1:2: ", "PAM_SERVICE_ERR")
    factor = fresh("alice")
    expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "mended")
    broker.stop()


def test_stand_alone_says_the_same():
    pathlib.Path(SOCKET).unlink(missing_ok=True)
    stack()
    for path, broken, pattern, code in (
            (CONFIG, content(CONFIG, b"{"), rf"{CONFIG}:1:2: ", "PAM_SERVICE_ERR"),
            (STORE, instead(STORE, lambda *_: None), rf"{STORE}: there is no store", "PAM_AUTHINFO_UNAVAIL"),
            (KEY, content(KEY, b""), rf"{KEY}: empty", "PAM_AUTHINFO_UNAVAIL")):
        begin = len(syslog())
        with broken:
            expect_equal(pam_login("alice", ["123456"]).code, code, f"{path}: result")
            wait_until(lambda: re.search(pattern, syslog()[begin:]), f"{pattern!r} in {syslog()[begin:]!r}")
    expect_equal(pam_login("alice", [fresh("alice").code()]).code, "PAM_SUCCESS", "mended")


def test_key():
    """In its own folder, so that a fault there does not refuse the configuration first."""
    path = pathlib.Path("/etc/countersign-key/store.key")
    path.parent.mkdir(exist_ok=True)
    shutil.copy2(KEY, path)
    shutil.chown(path, "root", USER)
    write_config({"key_file": str(path)})
    there = re.escape(str(path))
    good = path.read_bytes()
    run_cases("key", path, common(path, USER, 0o644) + [
        ("empty", content(path, b""), rf"{there}: empty; restore it from its backup"),
        ("truncated", content(path, good[:20]), rf"{there}:1: not a key of 44 base64 characters; restore the file from its backup"),
        ("a second line", content(path, good + b"x\n"), rf"{there}:2: not a key of 44"),
        ("no base64", content(path, b"*" * 43 + b"=\n"), rf"{there}:1: not base64 of 32 bytes"),
        ("33 bytes", content(path, b"A" * 44 + b"\n"), rf"{there}:1: not base64 of 32 bytes"),
        ("too long", content(path, good * 9), rf"{there}: larger than \d+ bytes|{there}:5: not a key"),
    ])


def test_another_key():
    """A key that is well formed and not the store's. check must find it, too."""
    other = b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n"
    run_cases("key", KEY, [("another key", content(KEY, other), rf"{KEY}: does not contain the key that sealed the .*; restore the key file that belongs to {STORE}")])


def test_store():
    there = re.escape(str(STORE))
    countersign("list", "alice")
    good = STORE.read_bytes()
    run_cases("store", STORE, common(STORE, USER, 0o644, owner=USER) + [
        ("empty", content(STORE, b""), rf"{there}: not a countersign store; restore it from its backup"),
        ("text", content(STORE, b"no database at all\n" * 300), rf"{there}: .*restore it from its backup"),
        ("truncated", content(STORE, good[:100]), rf"{there}: .*restore it from its backup"),
    ])


def test_a_newer_schema_is_left_alone():
    with Broker() as broker:
        factor = fresh("alice")
        stack()
        expect_equal(pam_login("bob", [fresh("bob").code()]).code, "PAM_SUCCESS", "before")
        set_version = lambda number: run("sqlite3", STORE, f"PRAGMA user_version={number}")
        version = run("sqlite3", STORE, "PRAGMA user_version").stdout.strip()
        set_version(99)
        pattern = rf"{STORE}: made by a newer countersign \(schema 99, this program knows [0-9]+\); upgrade this program"
        before = store_dump()
        with Broker("--socket", "/run/second.sock") as second:
            stack("socket=/run/second.sock")
            begin = len(second.log())
            result = pam_login("alice", [factor.code()])
            expect_equal(result.code, "PAM_AUTHINFO_UNAVAIL", "a broker that opens it")
            expect_match(pattern, second.log()[begin:], "line")
        status, bad, everything = check_lines()
        expect_equal(status, 1, "check's status")
        expect(any(re.search(pattern, line) for line in bad), f"check: {everything}")
        for words in (["list", "alice"], ["enroll", "totp", "bob", "--no-confirm"], ["unlock", "alice"],
                      ["remove", "alice", "1"], ["recovery", "alice"], ["passwd", "alice", "--remove"], ["init"], ["rekey"]):
            result = countersign(*words, check=False)
            expect_equal(result.returncode, 1, f"{words}: {result.stdout}")
            expect_match(pattern, result.stderr, f"{words}")
        stack()
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_AUTHINFO_UNAVAIL",
                     "a broker that had it open before")
        expect_equal(store_dump(), before, "content")
        set_version(version)
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "afterwards")


def store_dump():
    return [store_rows(f"SELECT * FROM {table}") for table in ("meta", "factor", "recovery", "password", "throttle")]


def test_socket():
    """In the module's words; only a missing broker is replaced by stand-alone."""
    place = pathlib.Path(SOCKET)
    with Broker():
        stack("require_broker")
        factor = fresh("alice")
        cases = [
            ("missing", instead(place, lambda *_: None), "no broker is running and require_broker is set", 1),
            ("a file", instead(place, lambda path, _: path.write_text("")), "no broker is running", 1),
            ("a folder", instead(place, folder), "no broker is running", 1),
            ("a FIFO", instead(place, fifo), "no broker is running", 1),
            ("folder that others can write", mode(place.parent, 0o777), "the folder can be written by others .mode 0777.; run chmod go-w on it", 1),
            ("folder of another owner", owned(place.parent, "alice", None), r"the folder belongs to uid \d+; chown it to root", 1),
            ("link in a parent folder", linked_folder(place), "is a link or not a folder; name the real path", 1),
        ]
        for name, broken, pattern, status in cases:
            with broken:
                begin = len(syslog())
                result = pam_login("alice", ["123456"])
                expect_equal((result.code, result.prompts), ("PAM_AUTHINFO_UNAVAIL", []), name)
                wait_until(lambda: re.search(pattern, syslog()[begin:]), f"{name}: {syslog()[begin:]!r}", 3)
                expect_match(f"{place.parent}", syslog()[begin:], f"{name}: place")
                found, bad, everything = check_lines()
                expect_equal((found, len(bad)), (status, 1), f"{name}: check: {everything}")
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "mended")


def test_what_the_provider_cannot_have_is_not_missing():
    """The built-in provider knows no phones: a mistake of the settings lets nobody in as 'not enrolled'."""
    write_config({})
    countersign("passwd", "alice", "--stdin", input="correct horse battery\n")
    for method in ("device", "smsotp", "emailotp", "voiceotp", "transsmsotp", "transemailotp"):
        for plan, answers in ((method, []), ("password-then-" + method, ["correct horse battery"])):
            stack(f"auth_method={plan}", "accept_on_missing_auth_method", "stack_first_factor")
            with Broker() as broker:
                result = pam_login("alice", answers)
                expect_equal((result.code, wait_audit(broker)["verdict"]), ("PAM_SERVICE_ERR", "misconfigured"), plan)
                expect_match(f"provider 'local' has none of the factors that auth_method={plan} asks for", broker.log(), plan)


before_each.append(lambda: write_config({}))
main()
