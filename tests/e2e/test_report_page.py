# SPDX-License-Identifier: Apache-2.0
"""`report --html` as a browser shows it: drawn as the numbers say, readable everywhere, and asking nobody for anything."""
import os
import re

from countersign import *
from countersign.browser import Browser

FOLDER = WORKDIR / "keys" / "pages"
PAGE = FOLDER / "report.html"
MARKUP = "<img/src=x>&\"'<script>x()</script>"
PLOTS = ["coverage", "factors", "last_use", "recovery_codes"]
SHAPES = """Object.fromEntries([...document.querySelectorAll('svg')].map(svg => [svg.id, {
    title: svg.querySelector('title').textContent,
    room: svg.querySelector('.room').getBoundingClientRect().width,
    bars: [...svg.querySelectorAll('.bar')].map(bar => [bar.getBoundingClientRect().width, bar.getBoundingClientRect().height]),
    numbers: [...svg.querySelectorAll('.number')].map(text => Number(text.textContent)),
    colours: [...new Set([...svg.querySelectorAll('.bar, .room, text')].map(part => getComputedStyle(part).fill))],
    rows: [...svg.parentElement.querySelectorAll('table tr td:nth-of-type(1)')].map(cell => Number(cell.textContent))}]))"""
# Whatever is wider than the page, unless it is in a part that scrolls by itself.
WIDE = """[...document.querySelectorAll('body *')].filter(part => !part.closest('.wide, .hidden') &&
    part.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(part => part.outerHTML.slice(0, 80))"""
# Texts of a plot that lie on one another, or reach beyond it.
CLASHES = """[...document.querySelectorAll('svg')].flatMap(svg => {
    const boxes = [...svg.querySelectorAll('text, .room')].map(part => part.getBoundingClientRect()), edge = svg.getBoundingClientRect();
    return boxes.flatMap((a, i) => [...boxes.slice(i + 1).filter(b => a.left < b.right - 1 && b.left < a.right - 1 &&
        a.top < b.bottom - 4 && b.top < a.bottom - 4), ...[a].filter(a => a.right > edge.right + 1 || a.bottom > edge.bottom + 1)])}).length"""


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    return sum(weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
               for weight, part in zip((0.2126, 0.7152, 0.0722), parts))


def contrast(one, other):
    """WCAG 2, between two colours."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def report(*words, check=True):
    return countersign("report", "--html", PAGE, "--group", "otp", *words, check=check)


def test_prepare():
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_config({})
    names = [f"person{number}" for number in range(40)]
    add_accounts(names)
    enroll_batch(["alice", "carol", *names])
    for user in ("odd", "w" * 90):
        countersign("--no-account", "enroll", "totp", user, "--no-confirm", "--json")
    for user in ("alice", "bob"):
        add_to_group(user, "otp")
    countersign("passwd", "bob", "--stdin", input="a long password\n")
    countersign("suspend", "carol")
    quoted = MARKUP.replace("'", "''")
    run("sqlite3", STORE, *(f"UPDATE {table} SET user = '{quoted}' WHERE user = 'odd'" for table in ("factor", "recovery")),
        "UPDATE factor SET last_used = unixepoch() - (id * id * 37000) WHERE id % 4 > 0",
        "UPDATE recovery SET hash = substr(hash, 1, 32 * (1 + length(user) % 9)) WHERE user LIKE 'person%'")


def test_the_file_is_roots_alone_and_replaced_at_once():
    os.umask(0)
    report()
    first = PAGE.stat()
    expect_equal((first.st_mode & 0o7777, first.st_uid), (0o600, 0), "mode and owner")
    report()
    expect(PAGE.stat().st_ino != first.st_ino, "written anew, not over itself")
    expect_equal(os.listdir(FOLDER), [PAGE.name], "what is left behind")
    run("bash", "-c", f"cd {FOLDER} && {COUNTERSIGN} report --html here.html")
    expect((FOLDER / "here.html").stat().st_size > 1000, "a name without a folder")
    os.unlink(FOLDER / "here.html")


def test_a_link_is_not_followed():
    target = FOLDER / "target"
    target.write_text("kept")
    for make in (lambda: os.symlink(target, PAGE), lambda: os.symlink(FOLDER / "none", PAGE), lambda: os.mkfifo(PAGE), lambda: os.mkdir(PAGE)):
        if PAGE.is_dir() and not PAGE.is_symlink():
            PAGE.rmdir()
        elif os.path.lexists(PAGE):
            PAGE.unlink()
        make()
        answer = report(check=False)
        expect_equal((answer.returncode, answer.stdout, target.read_text(), sorted(os.listdir(FOLDER))), (1, "", "kept", [PAGE.name, "target"]), "kept")
        expect_match(f"^countersign: {PAGE}: not a regular file", answer.stderr, "why")
    PAGE.rmdir()
    target.unlink()
    answer = countersign("report", "--html", FOLDER / "none" / "x", check=False)
    expect_equal(answer.returncode, 1, "no such folder")


def test_nothing_in_it_comes_from_elsewhere():
    report()
    text = PAGE.read_text()
    expect_equal(re.findall(r"<[^>]*\b(?:src|href|action|srcset|data|poster|on\w+)\s*=|@import|url\(|<script|<iframe|<link|javascript:|https?:", text), [], "loads")
    expect(MARKUP not in text and "&lt;script&gt;" in text, "a name with markup")
    expect_match("content=\"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'\"", text, "policy")


def test_a_browser_draws_what_the_numbers_say():
    report()
    wanted = json.loads(countersign("report", "--json", "--group", "otp").stdout)
    with Browser() as browser:
        for width in (1280, 400):
            for scheme in ("light", "dark"):
                browser.open(f"file://{PAGE}", width, scheme)
                browser.screenshot(WORKDIR / f"report-{width}-{scheme}.png")
                expect_equal(browser.requests(), [f"file://{PAGE}"], "requests")
                expect_equal(browser.complaints(), [], "the console")
                expect_drawn(browser, wanted)
                expect_equal(browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), True, f"{width}: as wide as the page")
                expect_equal(browser.evaluate(WIDE), [], f"{width}: what is wider")
                expect_equal(browser.evaluate(CLASHES), 0, f"{width}: texts that clash")
                expect_readable(browser, f"{width}, {scheme}")
        browser.open(f"file://{PAGE}", 800, "dark", media="print")
        expect_equal(browser.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)", "paper")
        expect_equal(browser.evaluate(WIDE), [], "paper: what is wider")
        browser.screenshot(WORKDIR / "report-print.png")


def expect_drawn(browser, wanted):
    shapes = browser.evaluate(SHAPES)
    expect_equal(list(shapes), PLOTS, "plots")
    for key, shape in shapes.items():
        numbers = list(wanted[key].values())
        expect_equal((shape["numbers"], shape["rows"]), (numbers, numbers), f"{key}: in the plot, and in the table")
        expect(shape["title"] and shape["room"] > 250, f"{key}: title and room: {shape}")
        for number, (width, height) in zip(numbers, shape["bars"], strict=True):
            expect(abs(width - shape["room"] * number / max(numbers)) < 1 and height == 11, f"{key}: {number} is {width} of {shape['room']}")
    expect_equal(browser.evaluate("document.querySelectorAll('#users tr').length - 1"), len(wanted["users"]), "users")
    expect_equal(browser.evaluate("[...document.querySelectorAll('#users th[scope=row]')].map(cell => cell.textContent)"),
                 [row["user"] for row in wanted["users"]], "names")
    expect_equal(browser.evaluate("document.querySelectorAll('img, script').length"), 0, "elements that a name made")


def expect_readable(browser, what):
    """Contrast as WCAG 2 AA has it: 4.5 for texts, 3 for bars."""
    back = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    for selector, style, least in (("body", "color", 4.5), (".quiet", "color", 4.5), (".warn", "color", 4.5), ("svg text", "fill", 4.5), ("svg .bar", "fill", 3)):
        colour = browser.evaluate(f"getComputedStyle(document.querySelector('{selector}')).{style}")
        expect(contrast(colour, back) >= least, f"{what}: {selector} is {colour} on {back}")


def test_many_users_are_cut_short():
    path = WORKDIR / "keys" / "many"
    path.write_text("".join(f"more{number}\n" for number in range(1000)))
    countersign("--no-account", "enroll", "totp", "--batch", path)
    report()
    text = PAGE.read_text()
    expect_equal(text.split('id="users"')[1].count("<tr>"), 1001, "rows, with the headings")
    expect(re.search("^<p class=\"quiet\">and [0-9]+ more: <code>countersign report --csv</code>", text, re.M), "the rest")
    expect(re.search("Without an account: 1002<.*\n<p>.* and 902 more</p>", text), "whom to look at")


main()
