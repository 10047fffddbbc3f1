# SPDX-License-Identifier: Apache-2.0
"""`enroll --letters`: a page for each person, read back with somebody else's reader as a browser draws it; all or none."""
import base64
import html
import json
import os
import re
import shutil
import stat
import time
import urllib.parse

import pexpect
from countersign import *
from countersign.browser import Browser

FILE = WORKDIR / "keys" / "people.csv"
FOLDER = WORKDIR / "keys" / "letters"
PAGE = WORKDIR / "keys" / "codes.html"
PICTURE = WORKDIR / "keys" / "codes.png"
MANY = 500
LANGUAGES = ["", "de", "fr", "ar", "ja"]
# Where the first and the last digit of the day are.
ENDS = """(() => { const text = document.querySelector('strong').firstChild, at = text.data.indexOf('2027-01-31');
    return [at, at + 9].map(i => { const range = document.createRange(); range.setStart(text, i); range.setEnd(text, i + 1);
        return range.getBoundingClientRect().left; }) })()"""
PEOPLE = [f"person{number}" for number in range(MANY)]


def test_prepare():
    stack("auth_method=totp", "retry=0", "require_broker")
    write_config({"throttle": False})
    FILE.parent.mkdir(mode=0o700, exist_ok=True)
    os.chmod(FILE.parent, 0o700)
    add_accounts(PEOPLE)
    if shutil.which("zbarimg") is None:
        raise Skip("zbarimg is not installed")


def letters(people, *words, check=True, before=()):
    FILE.write_text("user,language\n" + "".join(f"{user},{language}\n" for user, language in people))
    return run(*before, COUNTERSIGN, "enroll", "--batch", FILE, "--letters", FOLDER, *words, check=check)


def start_anew():
    for path in FOLDER.iterdir() if FOLDER.exists() else ():
        path.unlink()
    if FOLDER.exists():
        FOLDER.rmdir()
    run("sqlite3", STORE, "DELETE FROM factor; DELETE FROM recovery; DELETE FROM owner; DELETE FROM preference")


def enrolled():
    return [row[0] for row in store_rows("SELECT user FROM factor ORDER BY user")]


def there():
    return sorted(path.name for path in FOLDER.iterdir()) if FOLDER.exists() else None


def secret_in(page):
    return re.search(r'class="secret">([A-Z2-7 ]+)<', page).group(1).replace(" ", "")


def svg_in(page):
    return re.search(r"<svg .*?</svg>\n", page, re.S).group(0)


def read_codes(*paths):
    """What zbarimg reads, each as {"user": ..., "secret": ...}."""
    for line in run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *paths).stdout.splitlines():
        uri = urllib.parse.urlsplit(line)
        expect_equal((uri.scheme, uri.netloc), ("otpauth", "totp"), line)
        query = urllib.parse.parse_qs(uri.query)
        yield {"user": urllib.parse.unquote(uri.path).split(":")[1].split("@")[0], "secret": query["secret"][0]}


def test_five_hundred_people_have_letters_within_twenty_seconds():
    begin = time.monotonic()
    answer = letters([(user, LANGUAGES[number % len(LANGUAGES)]) for number, user in enumerate(PEOPLE)], "--svg", "--until", "2027-01-31")
    took = time.monotonic() - begin
    expect(took <= 20, f"it took {took:.1f} s")
    expect_match(f"^{MANY} enrolled; their letters are in {FOLDER}", answer.stdout, "said")
    expect_equal((enrolled(), there()), (sorted(PEOPLE), sorted(f"{user}.{kind}" for user in PEOPLE for kind in ("html", "svg"))), "everybody")
    expect_equal((stat.S_IMODE(FOLDER.stat().st_mode), {stat.S_IMODE(path.stat().st_mode) for path in FOLDER.iterdir()}), (0o700, {0o600}), "modes")
    for user in PEOPLE:
        page = (FOLDER / f"{user}.html").read_text()
        expect(secret(secret_in(page), user) not in answer.stdout + answer.stderr, "a secret that was shown")
        expect_equal(svg_in(page), (FOLDER / f"{user}.svg").read_text(), f"{user}: the code alone")
        expect_equal(len(re.findall(r"<li>[0-9A-Z]{4}-", page)), 10, f"{user}: recovery codes")


def test_every_code_is_read_back_as_a_browser_draws_it():
    found = []
    with Browser() as browser:
        for first in range(0, MANY, 20):
            codes = "".join(f'<div>{(FOLDER / f"{user}.svg").read_text()}</div>' for user in PEOPLE[first:first + 20])
            PAGE.write_text("<!DOCTYPE html><style>body{margin:0;background:#fff;display:grid;grid-template-columns:repeat(5,260px)}"
                            "svg{width:240px;display:block}</style>" + codes)
            browser.open(f"file://{PAGE}", 1300)
            browser.screenshot(PICTURE)
            found += read_codes(PICTURE)
    wanted = [{"user": user, "secret": secret_in((FOLDER / f"{user}.html").read_text())} for user in PEOPLE]
    key = lambda row: row["user"]
    expect_equal(sorted(found, key=key), sorted(wanted, key=key), "codes")


def test_what_is_in_a_letter_lets_its_person_in():
    page = (FOLDER / f"{PEOPLE[1]}.html").read_text()
    codes = re.findall(r"<li>([0-9A-Z-]+)</li>", page)
    for code in codes:
        secret(code, "a recovery code")
    with Broker():
        expect_equal(pam_login(PEOPLE[1], [Totp(secret_in(page)).code()]).code, "PAM_SUCCESS", "a code from the secret")
        expect_equal(pam_login(PEOPLE[1], [codes[4], ""]).code, "PAM_SUCCESS", "a recovery code")


def test_a_letter_is_one_sheet_in_its_language():
    host = run("uname", "-n").stdout.strip()
    words = {"": f"Your second factor for {host}", "de": f"Ihr zweiter Faktor für {host}", "fr": f"Votre second facteur pour {host}",
             "ar": host, "ja": f"{host} の 2 要素認証のご案内"}
    with Browser() as browser:
        for number, language in enumerate(LANGUAGES):
            path = FOLDER / f"{PEOPLE[number]}.html"
            for width in (1280, 400):
                browser.open(f"file://{path}", width)
                expect_equal((browser.requests(), browser.complaints()), ([f"file://{path}"], []), "requests, console")
                expect_equal(browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), True,
                             f"{language} at {width}: as wide as the page")
                browser.screenshot(PICTURE)
                shutil.copy(PICTURE, WORKDIR / "keys" / f"letter-{language or 'en'}-{width}.png")
                expect_equal([row["user"] for row in read_codes(PICTURE)], [PEOPLE[number]], f"{language} at {width}: read back")
            expect(words[language] in browser.evaluate("document.querySelector('h1').textContent"), f"{language}: title")
            expect_equal(browser.evaluate("[document.documentElement.lang, document.documentElement.dir]"),
                         [language or "en", "rtl" if language == "ar" else "ltr"], "language and direction")
            expect("2027-01-31" in browser.evaluate("document.querySelector('strong').textContent"), f"{language}: the day")
            left, right = browser.evaluate(ENDS)
            expect(left < right, f"{language}: the year stands left of the day")
            for paper in ((8.27, 11.69), (8.5, 11)):
                pdf = base64.b64decode(browser.ask("Page.printToPDF", paperWidth=paper[0], paperHeight=paper[1])["data"])
                expect_equal(len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)), 1, f"{language}: sheets of {paper}")


def test_json_names_letters_and_shows_no_secret():
    start_anew()
    rows = [json.loads(line) for line in letters([("person1", ""), ("person2", ""), ("person1", "")], "--json").stdout.splitlines()]
    expect_equal([(row["user"], row["letter"]) for row in rows],
                 [("person1", "person1.html"), ("person2", "person2.html"), ("person1", "person1+2.html")], "rows")
    expect_equal([sorted(row) for row in rows], [["id", "label", "letter", "user"]] * 3, "keys")
    expect_equal("<ul" in (FOLDER / "person1.html").read_text(), True, "codes in the first one")
    expect_equal("<ul" in (FOLDER / "person1+2.html").read_text(), False, "codes in the second one")


def test_who_has_a_factor_gets_no_letter():
    start_anew()
    enroll("person1")
    answer = letters([("person1", ""), ("person2", "")])
    expect_match("person1 has a TOTP or HOTP factor already and is skipped", answer.stderr, "named")
    expect_equal(there(), ["person2.html"], "letters")


def test_names_are_escaped_in_pages_and_in_the_names_of_files():
    start_anew()
    name = "EXAMPLE\\.a@b c<&'>"
    FILE.write_text(f'user,label\n"{name}",x\n')
    countersign("--no-account", "enroll", "--batch", FILE, "--letters", FOLDER)
    [path] = FOLDER.iterdir()
    expect_equal(urllib.parse.unquote(path.name), f"{name}.html", "file")
    page = path.read_text()
    expect(html.escape(name, quote=False).replace("'", "&#39;") in page and name not in page, "escaped")
    name = "EXAMPLE\\.a@b c"
    FILE.write_text(f'user,label\n"{name}",x\n')
    countersign("--no-account", "enroll", "--batch", FILE, "--letters", FOLDER)
    expect("EXAMPLE%5C.a@b%20c.html" in there(), f"{there()}")


# ---- all or none ----

def expect_refused(why, *words, people=("person1", "person2")):
    before, files = enrolled(), there()
    answer = letters([(user, "") for user in people], *words, check=False)
    expect_equal((answer.returncode, answer.stdout), (1, ""), f"{why}: {answer.stderr}")
    expect_match(why, answer.stderr, why)
    expect_equal((enrolled(), there()), (before, files), f"{why}: nobody, and nothing")


def test_a_folder_that_others_reach_is_refused():
    start_anew()
    FOLDER.mkdir(mode=0o700)
    os.chmod(FOLDER, 0o750)
    expect_refused("mode 0700")
    os.chmod(FOLDER, 0o700)
    os.chown(FOLDER, 1, 0)
    expect_refused("belongs to uid 1")
    FOLDER.rmdir()
    real = FOLDER.with_name("real")
    real.mkdir(mode=0o700)
    FOLDER.symlink_to(real)
    expect_refused("is a link or not a folder")
    expect_equal(list(real.iterdir()), [], "behind the link")
    FOLDER.unlink()
    real.rmdir()
    FOLDER.write_text("")
    answer = letters([("person1", "")], check=False)
    expect_equal((answer.returncode, FOLDER.read_text()), (1, ""), "a file")
    FOLDER.unlink()


def test_nothing_is_overwritten():
    start_anew()
    FOLDER.mkdir(mode=0o700)
    for make in (lambda path: path.write_text("kept"), lambda path: path.symlink_to("/nonexistent")):
        make(FOLDER / "person2.html")
        expect_refused("person2.html: already exists")
        expect_equal(there(), ["person2.html"], "the letter of person1 is gone")
        (FOLDER / "person2.html").unlink()


def test_a_template_of_the_administrators():
    start_anew()
    template = WORKDIR / "keys" / "own.html"
    template.write_text("<p lang='{{lang}}'>{{user}} at {{host}}: {{secret}}|{{until}}|{{ not ours }}</p>\n{{qr}}{{secretly}}")
    expect_refused(r"own.html:1: '{{' is nothing that a letter has", "--template", template)
    template.write_text("<p>{{user}}</p>\n\n{{secretly}}")
    expect_refused(r"own.html:3: '{{secretly' is nothing that a letter has", "--template", template)
    template.write_text("<p>{{user}}</p>")
    expect_refused("own.html: has no {{secret}}", "--template", template)
    template.write_text("<b>{{user}}</b>{{secret}}|{{until}}|{{title}}")
    os.chmod(template, 0o666)
    expect_refused("mode 0666 is too open", "--template", template)
    os.chmod(template, 0o644)
    write_config({"throttle": False, "letter_title": {"": "For <%U>", "de": "Für %U & alle"}})
    letters([("person1", ""), ("person2", "de")], "--template", template)
    expect_match(r"^<b>person1</b>[A-Z2-7 ]+\|\|For &lt;person1&gt;$", (FOLDER / "person1.html").read_text(), "the page")
    expect_match(r"^<b>person2</b>[A-Z2-7 ]+\|\|Für person2 &amp; alle$", (FOLDER / "person2.html").read_text(), "in German")
    write_config({"throttle": False})
    shown = countersign("enroll", "--show-template").stdout
    template.write_text(shown)
    start_anew()
    letters([("person1", "")], "--template", template)
    expect("{{" in shown and "{{" not in (FOLDER / "person1.html").read_text(), "the built-in one as a template")


def test_the_day_of_enrol_by_is_named_to_whom_it_lets_in():
    template, day, past = WORKDIR / "keys" / "own.html", "2999-12-31", "2020-01-31"
    template.write_text("{{secret}}|{{until}}|")
    os.chmod(template, 0o644)
    run("groupadd", "--force", "late")
    run("usermod", "--append", "--groups", "late", "alice")
    for settings, words, alice, bob in (({"enrol_by": day}, (), day, day), ({"enrol_by": past}, (), "", ""),
                                        ({"enrol_by": day}, ("--until", "2027-01-31"), "2027-01-31", "2027-01-31"),
                                        ({"enrol_by": day, "enrol_by_group": "late"}, (), day, ""), ({}, (), "", "")):
        start_anew()
        write_config({"throttle": False, **settings})
        letters([("alice", ""), ("bob", "")], "--template", template, *words)
        for user, wanted in ("alice", alice), ("bob", bob):
            until = (FOLDER / f"{user}.html").read_text().split("|")[1]
            expect(wanted in until and (wanted or until == ""), f"{settings} {words} {user}: '{until}'")
    write_config({"throttle": False})


def test_killed_anywhere_it_leaves_all_or_nothing():
    """Before the commit nothing is left; afterwards the users are enrolled, with letters or without."""
    people = [(user, "") for user in PEOPLE[:20]]
    seen = set()
    for call, when in [("sendto", 1), *(("write", number) for number in (1, 9, 30, 41, 42, 43, 44)), *(("pwrite64", number) for number in (1, 5, 20)),
                       *(("fdatasync", number) for number in (1, 2, 3))]:
        start_anew()
        letters(people, check=False, before=["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}"])
        wait_until(lambda: not (FOLDER / ".letter.new").exists(), "the writer to end")
        wait_until(lambda: there() in (None, [f"{user}.html" for user in sorted(PEOPLE[:20])]), f"{call} {when}: all or nothing: {there()}")
        state = (len(enrolled()), len(there() or []))
        expect(state in ((0, 0), (20, 20), (20, 0)), f"{call} {when}: {state}")
        expect_equal(store_rows("PRAGMA integrity_check"), [("ok",)], "the store")
        seen.add(state)
    expect({(0, 0)} < seen, f"kills that came early and late: {seen}")


def test_a_store_that_refuses_leaves_no_letter():
    start_anew()
    answer = letters([("person1", ""), ("person2", "")], check=False,
                     before=["strace", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=1+"])
    expect_equal((answer.returncode, enrolled(), there()), (1, [], None), f"{answer.stderr}")


# ---- on a terminal ----

def screen_of(columns, *words, **environment):
    """What `enroll totp` writes until it asks, on a terminal of that width."""
    child = pexpect.spawn(str(COUNTERSIGN), ["enroll", "totp", "person9", *words], dimensions=(60, columns), encoding="utf-8",
                          env={"PATH": os.environ["PATH"], **environment}, timeout=PATIENCE)
    child.expect(r"or type the secret: ([A-Z2-7 ]+)\r\n")
    shown, key = child.before, child.match[1].replace(" ", "")
    child.close(force=True)
    return shown, secret(key, "a secret on a terminal")


def draw(rows, dark):
    """A picture of rows of booleans, in PGM, with a margin as light as paper."""
    size, scale = max(map(len, rows)), 4
    with open(PICTURE.with_suffix(".pgm"), "wb") as out:
        out.write(b"P5 %d %d 255\n" % ((size + 8) * scale, (len(rows) + 8) * scale))
        blank = [not dark] * size
        for row in [blank] * 4 + rows + [blank] * 4:
            row = row + [not dark] * (size - len(row))
            line = bytes(0 if ink == dark else 255 for ink in [not dark] * 4 + row + [not dark] * 4 for _ in range(scale))
            out.write(line * scale)
    return PICTURE.with_suffix(".pgm")


def half_blocks(shown):
    rows = []
    for line in shown.splitlines():
        if set(line) <= set("\u2580\u2584\u2588 ") and len(line) > 20:
            rows += [[sign in "\u2580\u2588" for sign in line], [sign in "\u2584\u2588" for sign in line]]
    return rows


def expect_read(rows, key, what, dark=True):
    expect_equal([row["secret"] for row in read_codes(draw(rows, dark))], [key], what)


def test_a_terminal_shows_the_code_as_it_can():
    start_anew()
    shown, key = screen_of(100, TERM="xterm", LANG="C.UTF-8")
    expect(shown.count("\x1b[30;107m") > 20, "colours")
    expect_read(half_blocks(re.sub(r"\x1b\[[0-9;]*m", "", shown)), key, "colours, UTF-8")
    shown, key = screen_of(100, TERM="vt100", LANG="C.UTF-8")
    expect("\x1b" not in shown, "no colours")
    expect_read(half_blocks(shown), key, "dark ink")
    shown, key = screen_of(100, TERM="xterm", NO_COLOR="1", LANG="C.UTF-8")
    expect("\x1b" not in shown, "NO_COLOR")
    shown, key = screen_of(100, "--light", TERM="dumb", LANG="C.UTF-8")
    rows = half_blocks(shown)
    expect(all(rows[0]), "the quiet zone is of ink")
    expect_read([[not ink for ink in row] for row in rows], key, "light ink")
    shown, key = screen_of(200, TERM="vt100", LANG="C")
    rows = [[sign == "#" for sign in line[::2]] for line in shown.splitlines() if set(line) <= set("# ") and len(line) > 60]
    expect_read(rows, key, "ASCII")
    shown, key = screen_of(200, TERM="xterm", LANG="C")
    expect(all(ord(sign) < 128 for sign in shown), "ASCII alone")
    rows = []
    for line in shown.splitlines():
        dark, row = False, []
        for part in re.findall(r"\x1b\[[0-9;]*m| ", line):
            dark = part == "\x1b[40m" if part != " " else dark
            row += [dark] if part == " " else []
        rows += [row[::2]] if len(row) > 60 else []
    expect_read(rows, key, "colours without UTF-8")


def test_a_terminal_that_is_too_narrow_says_so():
    for columns, language, words in ((30, "C.UTF-8", r"The QR code takes [0-9]+ columns, and this terminal has 30: make it wider\."),
                                     (80, "C", r"this terminal has 80: make it wider, or set LANG to C\.UTF-8")):
        shown, key = screen_of(columns, TERM="xterm", LANG=language)
        expect_match(words, shown.replace("\r\n", " "), "said")
        expect(len(key) == 32 and "\u2588" not in shown and "##" not in shown, "the secret all the same, and no broken code")


main()
