# SPDX-License-Identifier: Apache-2.0
"""The IBM gateway's file, from the PAM line to the broker."""
import json
import socket
import threading

from countersign import *

IBM = pathlib.Path("/etc/pam_ibm_auth.json")
ELSEWHERE = pathlib.Path("/etc/countersign/ibm.json")
TENANT = {"client-id": "client", "client-secret": secret("kettle-drum-7", "the client secret"),
          "host": "tenant.example.com"}
LOCAL = "provider=local"  # the tenant is not tested here


def ibm_file(arguments, path=IBM, mode=0o600, **instances):
    """A file whose additional-args are these; 0600 root, so that only the module can open it."""
    pam = {"pam_ibm_auth": {"additional-args": arguments}}
    pam.update({name: {"additional-args": value} for name, value in instances.items()})
    write_config({"ibm-auth-api": TENANT, "pam": pam}, path, mode, group="root")


def prompts_of(*arguments, **options):
    """The PAM code of a login with wrong codes, and the last lines of its prompts, which show whose text is in force."""
    stack(*arguments, "require_broker", LOCAL)
    result = pam_login("alice", ["1"] * 9, **options)
    return result.code, [text.split("\n")[-1] for text, _ in result.prompts]


def test_named_on_the_line():
    ibm_file(["retry=0", "otp_prompt=From the file: "], ELSEWHERE)
    with Broker() as broker:
        fresh("alice")
        for name in ("ibm_auth_config", "ibm-auth-config"):
            expect_equal(prompts_of(f"{name}={ELSEWHERE}"), ("PAM_MAXTRIES", ["From the file: "]), name)
        expect_equal(prompts_of(f"ibm_auth_config={ELSEWHERE}", "retry=1")[1], ["From the file: "] * 2,
                     "the line stands over the file")
        expect("kettle" not in broker.log(), "a secret in the log")


def test_profile_of_the_product():
    ibm_file(["retry=0"])
    with Broker():
        fresh("alice")
        expect_equal(prompts_of(f"ibm_auth_config={IBM}")[1], ["Enter OTP - "], "IBM's own text")


# ---- which file is in force ----

OURS, THEIRS, DEFAULTS, REFUSED = "Ours: ", "Theirs: ", "Verification code: ", None
SAMPLE = "/* see the manual */\n{\n    // \"retry\": 1\n}\n"
OUR_TEXTS = {"absent": None, "empty": "", "comments": "// nothing\n/* yet */\n", "{}": "{}", "sample": SAMPLE,
             "settings": json.dumps({"otp_prompt": OURS}), "broken": '{"otp_prompt": ',
             "pair": json.dumps({"otp_prompt": OURS, "ibm_auth_config": str(IBM)})}
THEIR_TEXTS = {"absent": None, "empty": "", "{}": "/* */ {}",
               "settings": json.dumps({"ibm-auth-api": TENANT,
                                       "pam": {"pam_ibm_auth": {"additional-args": [f"otp_prompt={THEIRS}"]}}})}


def wanted_source(ours, theirs):
    """What a login reads whose line names no file; what says nothing never decides."""
    if ours == "pair":
        return OURS if theirs == "settings" else REFUSED
    if ours == "broken" or (ours, theirs) == ("settings", "settings"):
        return REFUSED
    if ours == "settings":
        return OURS
    if theirs != "absent":
        return THEIRS if theirs == "settings" else REFUSED
    return DEFAULTS if ours in ("{}", "sample") else REFUSED


def put(path, text, group):
    path.unlink(missing_ok=True)
    if text is not None:
        write_config(text, path, 0o640, group=group)


def source_of(*arguments, way="require_broker"):
    stack(*arguments, way, "retry=0", LOCAL)
    result = pam_login("alice", ["1"])
    expect_equal(result.code, "PAM_MAXTRIES" if result.prompts else "PAM_SERVICE_ERR", f"{arguments}: {result.text}")
    return result.prompts[0][0].split("\n")[-1] if result.prompts else REFUSED


def checked_source(*arguments):
    """The same as `countersign check` says it: the file and what is wrong."""
    rows = json.loads(countersign("check", "--json", "--", *arguments, LOCAL, check=False).stdout)
    problem = next(row["problem"] for row in rows if row["what"] == "configuration")
    return problem, next((row["source"] for row in rows if row["what"] == "configuration in force"), None)


def each_pair_of_files():
    for ours, our_text in OUR_TEXTS.items():
        for theirs, their_text in THEIR_TEXTS.items():
            put(CONFIG, our_text, USER)
            put(IBM, their_text, USER)
            yield ours, theirs, f"ours {ours}, theirs {theirs}"


def test_a_file_that_says_nothing_never_decides_which_is_in_force():
    fresh("alice")
    with Broker():
        for ours, theirs, scene in each_pair_of_files():
            for way in ("require_broker", "standalone"):
                expect_equal(source_of(way=way), wanted_source(ours, theirs), f"{scene}, {way}")


def test_a_file_that_the_line_names_is_in_force_whatever_stands_beside_it():
    fresh("alice")
    with Broker():
        for ours, theirs, scene in each_pair_of_files():
            own = wanted_source(ours, theirs if ours == "pair" else "absent")
            expect_equal(source_of(f"config={CONFIG}"), own, f"{scene}, config=")
            expect_equal(source_of(f"ibm_auth_config={IBM}"), THEIRS if theirs == "settings" else REFUSED,
                         f"{scene}, ibm_auth_config=")


def test_check_says_which_file_is_in_force():
    with Broker():
        for ours, theirs, scene in each_pair_of_files():
            problem, source = checked_source()
            wanted = wanted_source(ours, theirs)
            expect_equal(problem is None, wanted is not REFUSED, f"{scene}: {problem}")
            if wanted is not REFUSED:
                expect_equal((str(CONFIG) in source.split(";")[0], str(IBM) in source),
                             (wanted is not THEIRS, wanted is THEIRS or ours == "pair"), f"{scene}: {source}")
        put(CONFIG, OUR_TEXTS["settings"], USER)
        expect_equal(checked_source(f"ibm_auth_config={IBM}")[1].split(",")[0], str(IBM), "ibm_auth_config=")
        expect_equal(checked_source(f"config={CONFIG}")[1], str(CONFIG), "config=")


def test_two_files_with_settings_are_refused_by_name():
    put(CONFIG, OUR_TEXTS["settings"], USER)
    for mode in (0o640, 0o600):  # also where only the module could read it
        write_config(THEIR_TEXTS["settings"], IBM, mode, group=USER if mode == 0o640 else "root")
        both = rf"{CONFIG} and {IBM} both have settings.*write config={CONFIG} or ibm_auth_config={IBM} on the PAM line"
        with Broker() as broker:
            expect_equal(source_of(), REFUSED, "login")
            expect_match(both, broker.log(), "log")
            expect_match(both, checked_source()[0], "check")


def test_moving_after_a_normal_installation():
    """Their file is root's alone, ours as it is installed: nobody gets in unasked, and the tenant is who is asked."""
    put(CONFIG, SAMPLE, USER)
    write_config(THEIR_TEXTS["settings"], IBM, 0o600, group="root")
    with Broker("--config", CONFIG) as broker:
        expect("IBM" not in broker.log(), "a complaint about a good machine")
        stack("require_broker", "debug", "accept_on_missing_auth_method", "auth_method=choice-then-otp")
        expect_equal(pam_login("alice").code, "PAM_AUTHINFO_UNAVAIL", "the tenant cannot be reached here")
        expect_match(rf"the configuration is {IBM}, a file of IBM's gateway", broker.log(), "the debug log")
        expect_match("provider=verify", broker.log(), "provider")
        expect_equal(source_of(), THEIRS, "login")
    put(CONFIG, None, USER)
    problem = countersign("list", "alice", check=False).stderr
    expect_match(rf"logins whose PAM line names no file use {IBM}", problem, "what must not be replaced is named")


def test_a_broker_with_another_file_is_not_moved_by_theirs():
    other = CONFIG.with_name("other.json")
    put(CONFIG, SAMPLE, USER)
    put(IBM, THEIR_TEXTS["settings"], USER)
    with Broker("--config", other):
        put(other, OUR_TEXTS["settings"], USER)
        expect_equal(source_of(), REFUSED, "two with settings")
        put(other, OUR_TEXTS["pair"], USER)
        expect_equal(source_of(), OURS, "it names theirs")
        put(other, "{}", USER)
        expect_equal(source_of(), THEIRS, "it says nothing")
    other.unlink()


def test_both_files_named():
    ibm_file([])
    with Broker():
        stack(f"config={CONFIG}", f"ibm_auth_config={IBM}")
        result = pam_login("alice", ["1"])
        expect_equal((result.code, result.prompts), ("PAM_SERVICE_ERR", []), "result")
        wait_syslog("config= and ibm_auth_config= are both given")


def test_id_selects_the_arguments():
    ibm_file(["retry=0", "otp_prompt=Usual: "], **{"other-one": ["retry=1", "otp_prompt=Other: "]})
    with Broker():
        fresh("alice")
        for line, wanted in (((), ["Usual: "]), (("id=pam-ibm-auth",), ["Usual: "]),
                             (("id=other_one",), ["Other: "] * 2)):
            expect_equal(prompts_of(f"ibm_auth_config={IBM}", *line)[1], wanted, f"{line}")


def test_an_id_that_is_nowhere_in_the_file_is_refused_with_those_that_are():
    """A typing error must not drop what its additional-args ask for."""
    ibm_file(["retry=0"], pam_sshd=["auth_method=totp"])
    with Broker() as broker:
        fresh("alice")
        for arguments, pattern in (
                (["id=pam_ssdh"], rf"id: there is no 'pam_ssdh' in {IBM}, which has 'pam_ibm_auth', 'pam_sshd'; "
                                  r"'pam_sshd' was probably meant"),
                (["id=nothing-like-it", "retry=0"], rf"there is no 'nothing-like-it' in {IBM}, which has "
                                                    r"'pam_ibm_auth', 'pam_sshd'$"),
                (["id="], "id: ")):
            begin = len(broker.log())
            expect_equal(prompts_of(f"ibm_auth_config={IBM}", *arguments), ("PAM_SERVICE_ERR", []), f"{arguments}")
            expect_match(pattern, broker.log()[begin:], f"{arguments}")
            problem, _ = checked_source(f"ibm_auth_config={IBM}", *arguments)
            expect_match(pattern, problem or "", f"check, {arguments}")
        begin = len(broker.log())
        expect_equal(prompts_of(f"config={CONFIG}", "id=pam_sshd")[0], "PAM_SERVICE_ERR", "our own file")
        expect_match(rf"there is no 'pam_sshd' in {CONFIG}, which has no ids", broker.log()[begin:], "our own file")
        write_config({"ibm-auth-api": TENANT, "pam": {}}, ELSEWHERE, 0o640)
        expect_equal(prompts_of(f"ibm_auth_config={ELSEWHERE}", "retry=0")[1], ["Enter OTP - "], "none is written")
        expect_equal(prompts_of(f"ibm_auth_config={ELSEWHERE}", "id=pam_ibm_auth")[0], "PAM_SERVICE_ERR",
                     "the usual one, written")
        write_config({"ibm_auth_config": str(ELSEWHERE)})
        expect_equal(prompts_of("id=pam_sshd")[0], "PAM_SERVICE_ERR", "the pair of both")


def test_two_in_one_stack():
    """Each line has its own arguments, and one does not affect the other."""
    ibm_file([], first=["otp_prompt=First: "], second=["otp_prompt=Second: "])
    with Broker():
        codes = fresh("alice").recovery_codes
        line = f"auth required pam_countersign.so ibm_auth_config={IBM} {LOCAL} id="
        pam_service("test", [line + "first", line + "second", "account required pam_permit.so"])
        result = pam_login("alice", [codes[0], "", codes[1], ""])
        texts = [text for text, _ in result.prompts]
        expect_equal(result.code, "PAM_SUCCESS", f"{texts}")
        expect_equal((texts[0], "Second: " in texts[1:], texts.count("First: ")), ("First: ", True, 1), "prompts")
        result = pam_login("alice", [codes[2], "", codes[2], "x", "x", "x"])
        expect(result.code != "PAM_SUCCESS", "the code of the first line was good for the second")


def test_who_may_read_and_write_it():
    with Broker():
        for mode, code in ((0o600, "PAM_MAXTRIES"), (0o640, "PAM_MAXTRIES"), (0o644, "PAM_SERVICE_ERR"),
                           (0o620, "PAM_SERVICE_ERR"), (0o602, "PAM_SERVICE_ERR")):
            ibm_file(["retry=0"], mode=mode)
            expect_equal(prompts_of(f"ibm_auth_config={IBM}")[0], code, f"mode {mode:o}")
        IBM.unlink()
        IBM.symlink_to(ELSEWHERE)
        ibm_file(["retry=0"], ELSEWHERE)
        expect_equal(prompts_of(f"ibm_auth_config={IBM}")[0], "PAM_SERVICE_ERR", "a link")
        IBM.unlink()
        run("chown", "alice", ELSEWHERE)
        expect_equal(prompts_of(f"ibm_auth_config={ELSEWHERE}")[0], "PAM_SERVICE_ERR", "the user's own")
        expect_equal(prompts_of("ibm_auth_config=/etc/nowhere.json")[0], "PAM_SERVICE_ERR", "none")


def test_mistakes_name_their_place():
    with Broker() as broker:
        IBM.write_text('{"ibm-auth-api": {\n"client-id" = "x"}}')
        IBM.chmod(0o600)
        expect_equal(prompts_of(f"ibm_auth_config={IBM}")[0], "PAM_SERVICE_ERR", "an '='")
        expect_match(rf"{IBM}:2:13: .*expected ':' after the key", broker.log(), "log")
        ibm_file(["retry=0", "user_env=LD_PRELOAD"])
        expect_equal(prompts_of(f"ibm_auth_config={IBM}")[0], "PAM_SERVICE_ERR", "a variable from the file")
        expect_match(r"write user_env=LD_PRELOAD on the PAM line", broker.log(), "log")
        ibm_file(["retry=0", "débogage"])
        for _ in range(2):
            expect_equal(prompts_of(f"ibm_auth_config={IBM}")[0], "PAM_MAXTRIES", "an unknown argument")
        expect_equal(broker.log().count("it means 'debug'"), 1, "warnings for one reading")


def test_variable_from_our_own_file():
    for name, code in (("OTHER", "PAM_SERVICE_ERR"), ("COUNTERSIGN_RECORD", "PAM_MAXTRIES")):
        write_config({"throttle": False, "retry": 0, "user_env": name})
        with Broker():
            expect_equal(prompts_of()[0], code, name)
    write_config({"throttle": False, "retry": 0, "user_env": "OTHER"})
    with Broker():
        expect_equal(prompts_of("user_env=HERE")[0], "PAM_MAXTRIES", "the line's own stands over it")


def test_named_by_our_own_file():
    write_config({"ibm-auth-api": TENANT, "pam": {"pam_ibm_auth": {"additional-args": ["otp_prompt=Theirs: "]}}},
                 ELSEWHERE)
    write_config({"throttle": False, "retry": 0, "ibm_auth_config": str(ELSEWHERE)})
    with Broker():
        fresh("alice")
        expect_equal(prompts_of(), ("PAM_MAXTRIES", ["Theirs: "]), "both files")
        write_config({"throttle": False, "retry": 0, "otp_prompt": "Ours: ", "ibm_auth_config": str(ELSEWHERE)})
        expect_equal(prompts_of()[1], ["Ours: "], "ours stands over theirs")


# ---- what the module lets a broker set ----

STAND_IN = "/run/countersign/stand-in.sock"


def variables_set(*arguments, variables):
    """The PAM environment after our fake broker allowed a login and sent these variables."""
    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.recv(65536)
            connection.send(message(WELCOME, (1, uint(NEWEST))))
            connection.send(message(ACCEPTED, (1, uint(10000))))
            connection.send(message(VERDICT, (1, uint(0)), (2, b"allow"), *((3, v.encode()) for v in variables)))

    pathlib.Path(STAND_IN).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(STAND_IN)
        os.chmod(STAND_IN, 0o600)
        listener.listen()
        listener.settimeout(10)
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        stack(f"socket={STAND_IN}", "require_broker", *arguments)
        result = pam_login("alice")
        server.join()
    expect_equal(result.code, "PAM_SUCCESS", f"{arguments}: {result.text}")
    return result.env


def test_variables_of_its_own_line_alone():
    sent = ["COUNTERSIGN_A=1", "RECORD={}", "RECORDS=2", "LD_PRELOAD=/x", "PATH=/x"]
    for line, names in (((), {"COUNTERSIGN_A"}), (("user_env=RECORD",), {"COUNTERSIGN_A", "RECORD"}),
                        (("user-env=RECORD",), {"COUNTERSIGN_A", "RECORD"}),
                        (("user_env=NONE", "user_env=RECORDS"), {"COUNTERSIGN_A", "RECORDS"}),
                        (("user_env=",), {"COUNTERSIGN_A"}), (("user_env=REC",), {"COUNTERSIGN_A"})):
        expect_equal(set(variables_set(*line, variables=sent)), names, f"{line}")


def clean():
    write_config({"throttle": False})
    for path in (IBM, ELSEWHERE):
        path.unlink(missing_ok=True)


before_each.append(clean)
main()
