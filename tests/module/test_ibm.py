# SPDX-License-Identifier: Apache-2.0
"""The IBM gateway's file, from the PAM line to the broker."""
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


def test_default_path():
    ibm_file(["retry=0", "otp_prompt=From the file: "])
    with Broker():
        fresh("alice")
        expect("From the file" not in prompts_of("retry=0")[1][0], "our own file comes first")
        CONFIG.unlink()
        try:
            expect_equal(prompts_of()[1], ["From the file: "], "it is the only file there is")
            IBM.unlink()
            expect_equal(prompts_of()[0], "PAM_SERVICE_ERR", "there is none")
        finally:
            write_config({"throttle": False})


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
                             (("id=other_one",), ["Other: "] * 2), (("id=nobody", "retry=0"), ["Enter OTP - "])):
            expect_equal(prompts_of(f"ibm_auth_config={IBM}", *line)[1], wanted, f"{line}")


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
