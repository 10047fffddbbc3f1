# SPDX-License-Identifier: Apache-2.0
"""In which language a login speaks, through a real sshd and without one."""
import json
import os

from countersign import *

FRENCH, GERMAN, ENGLISH = "Code de vérification\u00a0: ", "Bestätigungscode: ", "Verification code: "
KEY = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}


def prompt_of(user="alice", environ=None, **options):
    """The first prompt of a login that then gives up."""
    return pam_login(user, [], env=environ or {}, **options).prompts[0][0]


def before(**settings):
    write_config(settings)
    countersign("lang", "alice", "none")


def test_the_users_language():
    before()
    fresh("alice")
    stack()
    countersign("lang", "alice", "fr_CA")
    expect_equal(countersign("lang", "alice").stdout.strip(), "fr_CA", "what is stored")
    with Broker():
        expect_equal(prompt_of(environ=KEY), FRENCH, "with a key")
        expect_equal(prompt_of("bob", KEY), ENGLISH, "another user")
        countersign("lang", "alice", "none")
        expect_equal(prompt_of(environ=KEY), ENGLISH, "no language any more")


def test_a_stranger_hears_the_default():
    before(default_lang="de")
    fresh("alice")
    stack()
    countersign("lang", "alice", "fr")
    with Broker():
        expect_equal(prompt_of(), GERMAN, "nothing is proven")
        expect_equal(prompt_of(environ=KEY), FRENCH, "a key is")
        stack("stack_first_factor")
        expect_equal(prompt_of(), FRENCH, "the administrator says so")


def test_a_key_of_root_proves_nothing_before_an_answer():
    """With PermitRootLogin prohibit-password, sshd's default, root gets this far with a key and is refused all the same."""
    before()
    for user in "root", "alice":
        fresh(user)
        countersign("lang", user, "fr")
    stack()
    with Broker():
        expect_equal(prompt_of("alice", KEY), FRENCH, "alice's key")
        expect_equal(prompt_of("root", KEY), ENGLISH, "root's key")
        stack("stack_first_factor")
        expect_equal(prompt_of("root", KEY), FRENCH, "the administrator's word")
    forget_factors("root")
    countersign("lang", "root", "none")


def test_the_option_wins():
    before(default_lang="de")
    fresh("alice")
    countersign("lang", "alice", "fr")
    with Broker():
        stack("lang=ja")
        expect_equal(prompt_of(environ=KEY), "確認コード: ", "PAM line")
        stack("lang=../../etc")
        expect_equal(pam_login("alice", [], env=KEY).code, "PAM_SERVICE_ERR", "no language")


def test_texts_by_language_and_service():
    before(otp_prompt={"en": "Number: ", "fr": "Nombre\u00a0: "},
           services={"other": {"otp_prompt": "Only here: "}})
    fresh("alice")
    stack()
    stack(service="other")
    with Broker():
        expect_equal(prompt_of(environ=KEY), "Number: ", "English")
        expect_equal(prompt_of(environ=KEY, service="other"), "Only here: ", "its service")
        stack("lang=fr")
        expect_equal(prompt_of(environ=KEY), "Nombre\u00a0: ", "French")
        stack("lang=de")
        expect_equal(prompt_of(environ=KEY), GERMAN, "the catalogue's, where nothing is set")


def test_no_file_is_opened_twice():
    """The translations are moved away after the first login."""
    before()
    fresh("alice")
    stack("lang=ja")
    with Broker():
        expect_equal(prompt_of(), "確認コード: ", "first")
        os.rename("/usr/share/locale/ja/LC_MESSAGES/countersign.mo", "/usr/share/locale/ja.away")
        try:
            expect_equal(prompt_of(), "確認コード: ", "without the file")
        finally:
            os.rename("/usr/share/locale/ja.away", "/usr/share/locale/ja/LC_MESSAGES/countersign.mo")


def test_a_damaged_translation():
    before()
    fresh("alice")
    stack("lang=ja")
    path = "/usr/share/locale/ja/LC_MESSAGES/countersign.mo"
    whole = open(path, "rb").read()
    try:
        with open(path, "wb") as file:
            file.write(whole[:len(whole) // 2])
        with Broker() as broker:
            expect_equal(prompt_of(), ENGLISH, "English instead")
            broker.wait_log("countersign.mo")
    finally:
        with open(path, "wb") as file:
            file.write(whole)


def test_a_store_of_the_previous_version():
    """It had no table for languages, passwords and security keys; whoever opens it first brings it up to date, and nothing is lost."""
    before()
    factor = fresh("alice")
    stack()
    run("sqlite3", STORE, "ALTER TABLE factor DROP COLUMN app_id; ALTER TABLE factor DROP COLUMN suspect; "
        "ALTER TABLE factor DROP COLUMN key_flags; ALTER TABLE factor DROP COLUMN aaguid; ALTER TABLE factor DROP COLUMN last_used; "
        "DROP TABLE batch; DROP TABLE ticket; DROP TABLE former; DROP TABLE owner; DROP TABLE record; DROP TABLE suspension; DROP TABLE place; DROP TABLE pending; DROP TABLE password; DROP TABLE preference; PRAGMA user_version=1")
    with Broker():
        expect_equal(pam_login("alice", [factor.code()], env=KEY).code, "PAM_SUCCESS", "a login")
        countersign("lang", "alice", "fr")
        expect_equal(prompt_of(environ=KEY), FRENCH, "its new table")


def test_through_sshd():
    before()
    factor = fresh("alice")
    countersign("lang", "alice", "fr")
    with Broker(), Sshd() as sshd:
        result = sshd.paramiko("alice", [factor.code()])
        expect_equal((result.success, result.prompts[0][0]), (True, FRENCH), "paramiko")


def test_prompts_shows_every_language():
    write_config({})
    languages = (pathlib.Path(__file__).parents[2] / "i18n" / "LINGUAS").read_text().split()
    expect(len(languages) > 1, f"languages: {languages}")
    for language in languages:
        result = countersign("prompts", "--lang", language)
        expect_equal(result.stderr, "", language)
        expect("Verification code" not in result.stdout, f"{language}: English is left")
    for channel in "sshd-fold", "sshd-live", "terminal":
        expect(countersign("prompts", "--channel", channel).stdout, channel)
    expect_equal(countersign("prompts", "--channel", "radio", check=False).returncode, 2, "no such channel")


def shown(*arguments):
    """{title: what `countersign prompts` shows below it}, without ssh's prefix."""
    rounds = countersign("prompts", *arguments).stdout.split("--- ")[1:]
    pairs = (one.split("\n", 1) for one in rounds)
    return {title: text.removesuffix("\n").removeprefix("(alice@host.example.com) ") for title, text in pairs}


def test_prompts_shows_what_a_login_shows():
    """With two tries left after the first, as there."""
    plans = (("totp", "a code", "a code again"),
             ("password-then-totp", "a password", "a password again"),
             ("password-and-totp", "a code and a password", "a code and a password again"))
    before()
    fresh("alice")
    for language in "en", "de", "ja", "ar":
        preview = shown("--lang", language)
        for plan, *titles in plans:
            stack(f"auth_method={plan}", f"lang={language}", "retry=2", "password_retry=2")
            with Broker():
                prompts = [text for text, _ in pam_login("alice", ["1", "2"]).prompts]
            expect_equal(prompts[:2], [preview[title] for title in titles], f"{language}, {plan}")


def test_prompts_shows_what_waits_for_an_approval():
    preview = shown()
    waits = {"": "Approve the request on Phone. \n", " with a number": "Choose the number 42 on Phone. \n",
             " on the phone": "Approve the request on your phone. \n",
             " with a word": "Approve the request on your phone \nif it shows K7QX2MPA. \n"}
    for what, said in waits.items():
        title = f"waiting for an approval{what}"
        expect_equal(preview[title], f"{said}Then press Enter here: ", title)
        expect_equal(preview[f"{title}, again"],
                     f"The request has not been approved yet. \n{said}Then press Enter here: ", f"{title}, again")
        expect(said in shown("--channel", "terminal")[title] + " \n", f"{title}, where text is shown at once")
    browser = ("To sign in, open this page in a browser: \nhttps://id.example.com/device \n"
               "and enter the code WDJB-MJHT there. \nThen press Enter here: ")
    expect_equal(preview["waiting for a sign-in with a browser"], browser, "a browser")
    expect_equal(preview["a code by text message"], "A text message was sent to +15551234567. \n"
                 "Verification code (after 6439-): ", "a code of four digits and six")
    expect(preview["a menu of 3, page 1, again"].startswith("Type a number from 1 to 3. Tries left: 2 \nHow do you want"),
           f"the menu again: {preview}")
    for title in "a security key here", "a security key elsewhere, because none is here":
        expect("alice@" not in countersign("prompts").stdout.split(f"--- {title}\n")[1].split("---")[0],
               f"{title}: ssh's prefix, where there is no ssh")


def test_prompts_says_which_language_it_shows():
    for language, spoken in ("zh_TW", "zh_CN"), ("zh", "zh_CN"), ("pt_PT", "pt_BR"), ("pt", "pt_BR"), ("xx", "English"):
        result = countersign("prompts", "--lang", language)
        expect_match(f"there is no translation for {language}: {spoken} is used", result.stderr, language)
        if spoken != "English":
            expect_equal(result.stdout, countersign("prompts", "--lang", spoken).stdout, language)
    for language in "fr_CA", "en_GB", "en":
        expect_equal(countersign("prompts", "--lang", language).stderr, "", language)


def test_prompts_shows_every_text():
    names = [row["name"] for row in json.loads(countersign("options", "--json").stdout)]
    names = names[names.index("otp_prompt"):names.index("verify_message") + 1]
    # Long enough for a menu of two pages, except for the word, which must be one that can be typed.
    write_config({name: f"<{name}>{'.' * 40 * (name != 'consent_word')}" for name in names})
    shown = "".join(countersign("prompts", "--channel", channel).stdout for channel in ("sshd-fold", "terminal"))
    expect_equal([name for name in names if f"<{name}>" not in shown], [], "texts that are not shown")
    write_config({})
    shown = countersign("prompts").stdout
    expect_match(r"to this line: U2F1\.[A-Za-z0-9_-]{100,} : $", shown, "a request to a security key")
    expect_match(r"then touch your security key: U2F1\.[A-Za-z0-9_-]{100,} : $", shown, "a request behind the other text")


main()
