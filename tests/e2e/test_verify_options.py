# SPDX-License-Identifier: Apache-2.0
"""Every argument of IBM's module: each is seen to change a login, wherever and however it is written."""
from countersign import *

PROVEN = "stack_first_factor"
ONCE = "retry=0"
USERS, FACTORS, PASSWORD = "GET users", "GET factors", "POST password"
WORK_EMAIL = "emails.type%20eq%20%22work%22%20and%20emails.value"
NOBODY = [f"00000{number}" for number in range(9)]  # answers to prompts that are not looked at


class Seen:
    """What can be told from a login."""

    def __init__(self, login, tenant):
        self.login = login
        self.code = login.code
        self.prompts = [text for text, _ in login.prompts]
        self.first = self.prompts[0] if self.prompts else ""
        self.echoes = [echo for _, echo in login.prompts]
        self.calls = login.calls
        self.filter = next((r.query["filter"] for r in tenant.find(USERS)), None)
        self.push = tenant.pushes[-1] if "POST push" in login.calls else None
        self.password_name = next((r.body["userName"] for r in tenant.find(PASSWORD)), None)
        self.verdict = login.audit["verdict"]

    def __repr__(self):
        return f"{self.code} {self.prompts} {self.calls} {self.filter} {self.login.log}"


def scene(**changes):
    verify = Verify(**changes)
    alice = verify.alice
    verify.totp = alice.totp()
    alice.sms("+15550100")
    alice.email("alice@example.com")
    return verify


def see(verify, *arguments, answers=None, **options):
    return Seen(verify.log_in(*arguments, answers=NOBODY if answers is None else answers, **options), verify.tenant)


# ---- one row for each argument: it is seen, and not seen without it ----

CHOICE = "auth_method=choice-then-otp"
# (what else is on the line, the argument, what must hold with it and must not without it)
FLIPS = (
    ((), "auth_method=smsotp", lambda s: "POST smsotp/verifications" in s.calls),
    ((), "otp_prompt=Code %C for 100%%: ", lambda s: s.first == "Code  for 100%: "),
    (("auth_method=smsotp",), "otp_prompt=Code %C, please: ",
     lambda s: re.search(r"Code [0-9]+, please: $", s.first)),
    ((CHOICE,), r"prompt_choice_start=One of %T:\n", lambda s: s.first.startswith("One of 3: \n")),
    ((CHOICE,), "prompt_choice_end=Which of %T: ", lambda s: s.first.endswith("\nWhich of 3: ")),
    ((CHOICE,), r"prompt_totp=%I/%T generator\n", lambda s: "\n3/3 generator \n" in s.first),
    ((CHOICE,), r"prompt_sms=%I) to %N\n", lambda s: ") to +15550100 \n" in s.first),
    ((CHOICE,), r"prompt_email=%I) mail %N\n", lambda s: ") mail alice@example.com \n" in s.first),
    ((CHOICE, "voice_in_choice"), r"prompt_voice=%I) ring %N\n", lambda s: ") ring +15550177 \n" in s.first),
    ((CHOICE, "transients_in_choice"), r"prompt_trans_sms=%I) old %N\n", lambda s: ") old +15550199 \n" in s.first),
    ((CHOICE, "transients_in_choice"), r"prompt_trans_email=%I) post %N\n",
     lambda s: ") post other@example.com \n" in s.first),
    ((CHOICE, "add_devices_to_choice", "verify_method_order=userPresence"), r"prompt_device_presence=%I) tap %N\n",
     lambda s: ") tap Phone \n" in s.first),
    ((CHOICE, "add_devices_to_choice"), r"prompt_device_biomertic=%I) touch %N\n",
     lambda s: ") touch Phone \n" in s.first),
    ((CHOICE, "add_devices_to_choice"), r"prompt_device_biometric=%I) touch %N\n",
     lambda s: ") touch Phone \n" in s.first),
    ((CHOICE,), "add_devices_to_choice", lambda s: ") Phone \n" in s.first),
    ((CHOICE,), "no_devices_in_choice=false", lambda s: ") Phone \n" in s.first),
    ((CHOICE,), "transients_in_choice", lambda s: "other@example.com" in s.first and "+15550199" in s.first),
    ((CHOICE, "transients_in_choice"), "transient_choices=emails", lambda s: "+15550199" not in s.first),
    ((CHOICE, "transients_in_choice"), "transient_choices=phoneNumbers",
     lambda s: "other@example.com" not in s.first),
    ((CHOICE,), "voice_in_choice", lambda s: "+15550177" in s.first),
    ((CHOICE, "add_devices_to_choice", "voice_in_choice"), "no_enrollments_in_choice",
     lambda s: "TOTP" not in s.first and "+15550100" not in s.first and "Phone" in s.first),
    ((CHOICE,), "ignore_isvalidated", lambda s: "+15550188" in s.first),
    ((CHOICE,), "mask_addresses", lambda s: "+15550100" not in s.first and "alice@example.com" not in s.first),
    ((), "otp_echo", lambda s: s.echoes[0]),
    ((), "retry=1", lambda s: (s.code, len(s.prompts)) == ("PAM_MAXTRIES", 2)),
    ((CHOICE,), "retry=1", lambda s: (s.code, len(s.prompts)) == ("PAM_MAXTRIES", 2)),
    (("auth_method=password-then-totp",), "password_retry=2",
     lambda s: (s.code, len(s.prompts), s.calls.count(PASSWORD)) == ("PAM_MAXTRIES", 3, 3)),
    (("auth_method=password-and-totp",), "password_first", lambda s: "(password:code)" in s.first),
    (("auth_method=password-and-totp",), "password_separator=/", lambda s: "/" in s.first),
    (("auth_method=device", "poll_timeout=30"), "push_wait=enter", lambda s: "press Enter" in s.first),
    (("auth_method=device",), "device_prompt=See %D.", lambda s: s.first.startswith("See Phone. \n")),
    (("auth_method=device",), "poll_timeout=31", lambda s: s.push.request["expiresIn"] == 31),
    (("auth_method=device",), "verify_message=Is it you, %U?", lambda s: s.push.message == "Is it you, alice?"),
    (("auth_method=device",), "verify_method_order=userPresence,fingerprint",
     lambda s: s.push.signatures[0].sub_type == "userPresence"),
    (("auth_method=smsotp", "stack_first_factor=no"), "autopush=no", lambda s: s.first.startswith("Type s")),
    ((), "exempt_group=otp", lambda s: (s.code, s.verdict, s.calls) == ("PAM_SUCCESS", "exempt", [])),
    ((), "2fa_group=robots", lambda s: (s.code, s.verdict, s.calls) == ("PAM_SUCCESS", "exempt", [])),
    ((), "append=@www.ibm.com", lambda s: s.filter == 'userName eq "alice@www.ibm.com"'),
    ((), f"user_name_attr={WORK_EMAIL}", lambda s: s.filter == 'emails.type eq "work" and emails.value eq "alice"'),
    (("gecos_trusted",), "gecos_field=1", lambda s: s.filter == 'userName eq "Ann Lee"'),
    (("gecos_field=4",), "gecos_trusted", lambda s: s.filter == 'userName eq "ann@example.com"'),
    (("gecos_trusted", "gecos_field=1"), "gecos_separator=@",
     lambda s: s.filter == 'userName eq "Ann Lee,Bldg 4,,ann"'),
    (("gecos_trusted", "gecos_replace=$1@x"), "gecos_match=^([A-Za-z]+)",
     lambda s: s.filter == 'userName eq "Ann@x"'),
    (("gecos_trusted", "gecos_match=^([A-Za-z]+)"), "gecos_replace=$1@y",
     lambda s: s.filter == 'userName eq "Ann@y"'),
    (("auth_method=password",), f"id_link_attr={WORK_EMAIL}", lambda s: s.password_name == "other@example.com"),
    (("auth_method=password",), "identity_source=00000000-0000-4000-8000-000000000000",
     lambda s: "POST idsource" in s.calls),
    (("auth_method=voiceotp",), "lang=de", lambda s: "angerufen" in s.first),
)


def dress(verify):
    """Alice with something for every row."""
    verify.alice.mail, verify.alice.phones = "other@example.com", [("mobile", "+15550199")]
    verify.alice.voice("+15550177")
    verify.alice.sms("+15550188", validated=False)
    verify.alice.device("Phone")
    verify.tenant.push_after_polls = 0
    run("usermod", "-c", "Ann Lee,Bldg 4,,ann@example.com", "alice")
    add_to_group("alice", "otp")


def spellings(argument):
    """With underscores and with hyphens, the value as it is."""
    name, mark, value = argument.partition("=")
    return {argument, name.replace("_", "-") + mark + value}


def test_each_argument_on_the_line():
    with scene() as verify:
        dress(verify)
        for others, argument, holds in FLIPS:
            for spelling in spellings(argument):
                seen = see(verify, PROVEN, ONCE, *others, spelling)
                expect(holds(seen), f"{spelling} does nothing: {seen}")
            seen = see(verify, PROVEN, ONCE, *others)
            expect(not holds(seen), f"without {argument}: {seen}")


def object_form(arguments):
    """Names and values; of a name that stands there twice the last one."""
    pairs = (argument.partition("=") for argument in arguments)
    return {name: value.replace("\\n", "\n") if mark else True for name, mark, value in pairs}


def test_each_argument_in_the_file():
    """Both forms that IBM documents; a newline may be one, or a backslash and an n."""
    with scene() as verify:
        dress(verify)
        for others, argument, holds in FLIPS:
            for form in (list, object_form):
                verify.write_file(form([PROVEN, *others, argument]))
                seen = see(verify, *([] if "retry" in argument else [ONCE]))
                expect(holds(seen), f"{form.__name__}: {argument} does nothing: {seen}")


def test_the_line_stands_over_the_file():
    with scene(additional=["otp_prompt=File: ", "retry=0", "add_devices_to_choice"]) as verify:
        dress(verify)
        expect_equal(see(verify, PROVEN).prompts, ["File: "], "the file alone")
        expect_equal(see(verify, PROVEN, "otp_prompt=Line: ", "retry=1").prompts[0], "Line: ", "both")
        expect("Phone" not in see(verify, PROVEN, CHOICE, "no_devices_in_choice").first, "the inverse on the line")
        expect("Phone" in see(verify, PROVEN, CHOICE).first, "the file alone")


def test_values_of_flags_and_inverse_names():
    with Verify() as verify:
        for word, on in (("", True), ("=true", True), ("=yes", True), ("=y", True), ("=1", True), ("=on", True),
                         ("=false", False), ("=no", False), ("=n", False), ("=0", False), ("=off", False)):
            for name, inverse in (("accept_on_missing_auth_method", False), ("reject-on-missing-auth-method", True)):
                seen = see(verify, PROVEN, ONCE, f"{name}{word}")
                accepted = on != inverse
                expect_equal(seen.code == "PAM_SUCCESS", accepted, f"{name}{word}: {seen}")
        expect_equal(see(verify, PROVEN, "accept_on_missing_auth_method=perhaps").code, "PAM_SERVICE_ERR", "no word")


def test_names_of_methods():
    with scene() as verify:
        dress(verify)
        for value, call in (("password-and-device", "POST push"), ("password_then_device", "POST push"),
                            ("password_then_smsotp", "POST smsotp/verifications")):
            seen = see(verify, f"auth_method={value}", answers=[verify.alice.password, "1"])
            expect(call in seen.calls, f"{value}: {seen}")
        for value, meant in (("périphérique", "device"), ("mot de passe-puis-voiceotp", "password-then-voiceotp"),
                             ("mot-de-passe-et-totp-ou-dispositif", "password-and-totp-or-device")):
            seen = see(verify, f"auth_method={value}")
            expect_equal((seen.code, seen.calls, seen.prompts), ("PAM_SERVICE_ERR", [], []), value)
            expect_match(f"it means '{meant}'", seen.login.log, value)


def test_names_that_translation_mangled():
    rows = (("voix_primaire=x", "prompt_voice"), ("présence_du_dispositif_de_primaire=x", "prompt_device_presence"),
            ("nom_utilisateur_attr=x", "user_name_attr"), ("débogage", "debug"),
            ("ignore_isvalidé", "ignore_isvalidated"), ("add_device_to_choice", "add_devices_to_choice"), ("otp_promt=x", "otp_prompt"))
    with scene() as verify:
        for argument, meant in rows:
            seen = see(verify, PROVEN, argument, answers=[verify.totp.code()])
            verify.totp.renew()
            expect_equal(seen.code, "PAM_SUCCESS", f"{argument} locks out: {seen}")
            expect_match(f"unknown argument .* is ignored; it means '{meant}'", seen.login.log, argument)
            seen = see(verify, PROVEN, argument, "nowarn", answers=[verify.totp.code()])
            verify.totp.renew()
            expect("unknown argument" not in seen.login.log, f"nowarn: {seen.login.log}")


def test_debug_tells_steps_and_no_secret():
    with scene() as verify:
        expect("auth_method=totp" not in see(verify, PROVEN, "retry=0").login.log, "without it")
        code = verify.totp.code()
        log = see(verify, PROVEN, "debug", answers=[code]).login.log
        expect_match("^<7>.*auth_method=totp", log, "steps")
        expect(code not in log and verify.tenant.client_secret not in log, "a secret")


# ---- the account ----

def test_groups():
    """Compared by the account's own; exempt wins; a group that is none exempts nobody."""
    add_to_group("alice", "otp")
    with scene() as verify:
        for arguments, exempt in ((("exempt_group=otp", "2fa_group=otp"), True), (("exempt_group=robots,otp",), True),
                                  (("exempt_group=alice",), True), (("exempt_group=robots",), False),
                                  (("exempt_group=nogroup-here",), False), (("2fa_group=otp",), False),
                                  (("2fa_group=nogroup-here",), False), (("2fa_group=robots,otp",), False)):
            seen = see(verify, PROVEN, ONCE, *arguments)
            expect_equal((seen.verdict == "exempt", seen.code == "PAM_SUCCESS"), (exempt, exempt),
                         f"{arguments}: {seen}")
        seen = see(verify, "auth_method=password", "exempt_group=otp", answers=["wrong"])
        expect_equal(seen.code, "PAM_AUTH_ERR", "a password is no second factor")
        seen = see(verify, "exempt_group=otp", "exempt_result=ignore")
        expect(seen.verdict == "exempt" and seen.code != "PAM_SUCCESS", f"a stack that has nothing else: {seen}")


def test_password_of_an_earlier_module():
    """It is tried, and only with ask_password_on_mismatch asked for again."""
    asks = "auth optional pam_exec.so expose_authtok quiet /bin/true"
    with scene() as verify:
        right = verify.alice.password
        for first, arguments, answers, code, calls in (
                (right, "", [], "PAM_SUCCESS", 1), ("other", "", [right], "PAM_AUTH_ERR", 1),
                ("other", "ask_password_on_mismatch", [right], "PAM_SUCCESS", 2),
                ("other", "ask-password-on-mismatch", ["no", right], "PAM_AUTH_ERR", 2)):
            pam_service("test", [asks, f"auth required pam_countersign.so ibm_auth_config={IBM_FILE} require_broker "
                                       f"auth_method=password {arguments}", "account required pam_permit.so"])
            seen = see(verify, prepare=False, answers=[first, *answers])
            expect_equal((seen.code, seen.calls.count(PASSWORD)), (code, calls), f"{first} {arguments}: {seen}")


def test_order_and_separator_of_password_and_code():
    with scene() as verify:
        password = secret("pass:wo/rd-7", "alice's other password")
        verify.alice.password = password
        for arguments, line in (((), "{code}:{password}"), (("password_first",), "{password}:{code}"),
                                (("password_separator=/",), "{code}/{password}"),
                                (("password-first", "password-separator=/"), "{password}/{code}"),
                                (("password_separator=::",), "{code}::{password}")):
            for method in ("password-and-totp", "password-and-totp-or-device"):
                verify.totp.renew()
                seen = see(verify, f"auth_method={method}", *arguments,
                           answers=[line.format(code=verify.totp.code(), password=password)])
                expect_equal((seen.code, len(seen.prompts)), ("PAM_SUCCESS", 1), f"{method} {arguments}: {seen}")


# ---- mapping ----

def gecos(text):
    run("usermod", "-c", text, "alice")


def test_worked_examples():
    regex = ("gecos_match=^([^/]+)/([^/]+)/([^/]+)", "gecos_replace=$3/$1@MyRealm", "append=.au")
    with Verify() as verify:
        for text, arguments, wanted in (
                ("Ann Lee,Bldg 4,,ann@example.com", ("gecos_field=4",), 'userName eq "ann@example.com"'),
                ("a/b/c/d/e/ann@example.com", ("gecos_field=6", "gecos_separator=/", f"user_name_attr={WORK_EMAIL}"),
                 'emails.type eq "work" and emails.value eq "ann@example.com"'),
                ("Test User/+15551234567/ibm.com", regex, 'userName eq "ibm.com/Test User@MyRealm.au"'),
                ("anything", ("append=@www.ibm.com",), 'userName eq "alice@www.ibm.com"'),
                ('q"uo\\te%20', ("gecos_field=1",), 'userName eq "q\\"uo\\\\te%20"')):
            gecos(text)
            for spelled in (arguments, [a.replace("_", "-", 1) for a in arguments]):
                seen = see(verify, PROVEN, ONCE, "gecos_trusted", *spelled)
                expect_equal(seen.filter, wanted, f"{text} {spelled}: {seen.login.log}")
            verify.write_file(["gecos_trusted", *arguments])
            expect_equal(see(verify, PROVEN, ONCE).filter, wanted, f"{text} from the file")
            verify.write_file([])


def test_mapping_without_a_result_asks_nobody():
    """Never the UNIX name in its place, and nothing tells it from a wrong code."""
    with scene() as verify:
        for text, arguments in (("Ann Lee", ("gecos_field=4",)), ("a,,c", ("gecos_field=2",)),
                                ("Ann Lee", ("gecos_match=^x(.*)", "gecos_replace=$1"))):
            gecos(text)
            seen = see(verify, PROVEN, "gecos_trusted", "failmode_insecure", "accept_on_missing_auth_method",
                       *arguments, answers=[verify.totp.code()] * 4)
            expect_equal((USERS in seen.calls, seen.code == "PAM_SUCCESS"), (False, False),
                         f"{text} {arguments}: {seen}")
        for wrong in (("gecos_match=x",), ("gecos_replace=x",), ("gecos_match=(", "gecos_replace=x"),
                      ("gecos_field=1", "gecos_separator=ab"), ("gecos_field=33",), ("gecos_field=0",)):
            seen = see(verify, PROVEN, "gecos_trusted", *wrong)
            expect_equal((seen.code, seen.prompts), ("PAM_SERVICE_ERR", []), f"{wrong}: {seen.login.log}")
        gecos("alice")
        seen = see(verify, PROVEN, "gecos_field=1", answers=[verify.totp.code()] * 4)
        expect_equal((USERS in seen.calls, seen.code == "PAM_SUCCESS"), (False, False), "not trusted")
        expect_match("gecos_trusted", seen.login.log, "what to do")
        expect_match("CHFN_RESTRICT", seen.login.log, "why")


def test_lookup_attribute():
    with scene() as verify:
        verify.alice.name, verify.alice.custom = "someone", {"otherUserName": "alice"}
        verify.alice.mail = "alice@example.com"
        custom = "urn:ietf:params:scim:schemas:extension:ibm:2.0:User:customAttributes.otherUserName"
        for arguments in ((f"user_name_attr={custom}",), (f"user_name_attr={WORK_EMAIL}", "append=@example.com"),
                          ("user_name_attr=emails.value", "append=@example.com"),
                          ('user_name_attr=emails.type eq "work" and emails.value', "append=@example.com")):
            verify.totp.renew()
            seen = see(verify, PROVEN, *arguments, answers=[verify.totp.code()])
            expect_equal(seen.code, "PAM_SUCCESS", f"{arguments}: {seen}")


def test_linked_name_of_the_password():
    custom = "urn:ietf:params:scim:schemas:extension:ibm:2.0:user:customAttributes.myCustomAttribute"
    linked = "urn:ietf:params:scim:schemas:extension:ibm:2.0:user:linkedAccounts.myOnPremIdSource"
    with scene() as verify:
        verify.alice.custom, verify.alice.linked = {"myCustomAttribute": "alee"}, {"myOnPremIdSource": "alee@corp"}
        for argument, name in ((None, "alice"), ("userName", "alice"), (WORK_EMAIL, "alice@example.com"),
                               (custom, "alee"), (linked, "alee@corp"), (linked.replace("user", "User"), "alee@corp")):
            see(verify, "auth_method=password", *([f"id_link_attr={argument}"] if argument else []), answers=["x"])
            expect_equal([r.body["userName"] for r in verify.tenant.find(PASSWORD)], [name], f"{argument}")
        seen = see(verify, "auth_method=password", "id_link_attr=externalId", answers=[verify.alice.password])
        expect_equal((seen.code == "PAM_SUCCESS", PASSWORD in seen.calls), (False, False),
                     f"a name that is not there: {seen}")


def test_identity_source():
    with scene() as verify:
        source = verify.tenant.identity_source("myOnPremIdSource", {"alice": "Directory-Word-3",
                                                                    "alee": "Other-Word-4"})
        verify.alice.linked = {"myOnPremIdSource": "alee"}
        link = "id_link_attr=urn:ietf:params:scim:schemas:extension:ibm:2.0:user:linkedAccounts.myOnPremIdSource"
        for arguments, password, code in (((), "Directory-Word-3", "PAM_SUCCESS"),
                                          ((), verify.alice.password, "PAM_AUTH_ERR"),
                                          ((link,), "Other-Word-4", "PAM_SUCCESS"),
                                          ((link,), "Directory-Word-3", "PAM_AUTH_ERR")):
            seen = see(verify, "auth_method=password", f"identity_source={source.id}", *arguments, answers=[password])
            expect_equal((seen.code, seen.calls.count("POST idsource"), PASSWORD in seen.calls), (code, 1, False),
                         f"{arguments}: {seen}")
        for wrong in ("00000000-0000-4000-8000-000000000000", "../../v2.0/Users"):
            seen = see(verify, "auth_method=password", f"identity_source={wrong}", "failmode_insecure", answers=["x"])
            expect_equal(seen.code, "PAM_SERVICE_ERR", f"{wrong}: {seen}")


# ---- what later modules get ----

def test_user_env():
    with scene() as verify:
        for argument, variable in (("user_env=VERIFY_USER", "VERIFY_USER"), ("user-env=COUNTERSIGN_RECORD",
                                                                            "COUNTERSIGN_RECORD")):
            verify.totp.renew()
            seen = see(verify, PROVEN, argument, answers=[verify.totp.code()])
            record = json.loads(seen.login.env[variable])
            expect_equal((record["id"], record["userName"]), (verify.alice.id, "alice"), "the record")
            expect_equal(see(verify, PROVEN, argument, "retry=0").login.env.get(variable), None, "after a refusal")
        verify.totp.renew()
        expect(not any("userName" in value for value in
                       see(verify, PROVEN, answers=[verify.totp.code()]).login.env.values()), "nobody asked for it")
        verify.write_file(["user_env=COUNTERSIGN_RECORD"])
        verify.totp.renew()
        seen = see(verify, PROVEN, answers=[verify.totp.code()])
        expect("COUNTERSIGN_RECORD" in seen.login.env, f"from the file: {seen.login.env}")


main()
