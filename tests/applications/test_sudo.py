# SPDX-License-Identifier: Apache-2.0
"""sudo (docs/APPLICATIONS.md, "sudo"): what PAM_SILENT, which it always passes, leaves of an approval and of a touch;
its own tries, its own prompt, its other ways of asking."""
from countersign import *
from countersign.application import *

PASSWORD = "Correct-Horse-7"
ASKS_CODE, NOT_ACCEPTED = r"Verification code: $", r"Tries left: \d\s+Verification code: $"
ROOT = r"(?m)^root\r?$"
ONE_TRY = ("auth required pam_countersign.so retry=0",)


def sudoers(defaults=""):
    need("sudo")
    path = pathlib.Path("/etc/sudoers.d/alice")
    path.write_text(f"Defaults lecture=never{defaults}\nalice ALL=(ALL) ALL\n")


def before(auth, defaults=""):
    sudoers(defaults)
    IBM_FILE.unlink(missing_ok=True)
    write_config({"throttle": False})
    set_password("alice", PASSWORD)
    service("sudo", auth)
    return fresh("alice")


def sudo(*words, answers=(), env=None):
    return type_at(("sudo", "-k", *words, "id", "-un"), answers, env=env)


# ---- PAM_SILENT ----

def approve(push_wait, pattern):
    """An approval under sudo with number matching; the number must stand before the prompt."""
    sudoers()
    with Verify() as verify:
        verify.alice.device("Phone")
        verify.tenant.number_matching = True
        service("sudo", [f"auth required pam_countersign.so ibm_auth_config={IBM_FILE} auth_method=device "
                         f"stack_first_factor {push_wait}"])
        pushes = []

        def press_enter():
            pushes.append(verify.tenant.wait_push())
            pushes[0].approve()
            return ""

        typed = sudo(answers=[(pattern, press_enter)])
        expect(typed.shows(ROOT), f"{push_wait}: {typed}")
        expect(typed.shows(f"Choose the number {pushes[0].number} on Phone"), f"{push_wait}: {typed}")


def test_the_number_to_choose_stands_in_a_prompt():
    for push_wait in ("push_wait=auto", "push_wait=live", "push_wait=live conversation=live", "push_wait=silent"):
        approve(push_wait, r"Choose the number \d+ on Phone\.\s+Then press Enter here: $")


def test_a_request_without_a_number_stands_in_a_prompt():
    sudoers()
    with Verify() as verify:
        verify.alice.device("Phone")
        service("sudo", [f"auth required pam_countersign.so ibm_auth_config={IBM_FILE} auth_method=device "
                         "stack_first_factor [device_prompt=Look at %D.]"])

        def press_enter():
            verify.tenant.wait_push().approve()
            return ""

        typed = sudo(answers=[(r"Look at Phone\.\s+Then press Enter here: $", press_enter)])
        expect(typed.shows(ROOT), f"{typed}")


def test_a_touch_is_asked_for_in_a_prompt():
    if "CS_SOFTKEY_LIBRARY" not in os.environ:
        raise Skip("built with WITH_U2F=off")
    before(["auth required pam_countersign.so auth_method=u2f conversation=live"])
    write_config({"u2f_origins": "pam://127.0.0.1"})
    forget_factors("alice")
    keys = Keys(HELPER_USER)
    keys.plug()
    with HelperSocket(keys), Broker():
        countersign("enroll", "u2f", "alice")
        typed = sudo(answers=[(r"Press Enter, then touch your security key: $", "")])
        expect(typed.shows(ROOT), f"{typed}")


# ---- its own tries ----

def test_each_of_its_tries_has_all_of_the_modules():
    factor = before(CODE, ",passwd_tries=2")
    with Broker() as broker:
        typed = sudo(answers=[(ASKS_CODE, factor.wrong), *[(NOT_ACCEPTED, factor.wrong)] * 3,
                              (r"Sorry, try again\.\s+Verification code: $", factor.wrong),
                              *[(NOT_ACCEPTED, factor.wrong)] * 3])
        expect_match("2 incorrect password attempts", typed.screen, "the end")
        wait_audit(broker, 2)
        expect_equal([a["verdict"] for a in audits(broker.log())], ["max-tries"] * 2, "logins")


def test_one_try_of_the_module_for_each_of_its_own():
    factor = before(ONE_TRY)
    with Broker() as broker:
        typed = sudo(answers=[(ASKS_CODE, factor.wrong), (r"Sorry, try again\.\s+Verification code: $", factor.code)])
        expect(typed.shows(ROOT), f"{typed}")
        expect_equal([a["verdict"] for a in audits(broker.log())], ["max-tries", "allow"], "logins")


# ---- its own prompt ----

def test_the_prompt_of_its_option_replaces_every_prompt():
    factor = before(PASSWORD_AND_CODE)
    with Broker():
        typed = sudo("-p", "Mine: ", answers=[("Mine: $", PASSWORD), (r"^\s+Mine: $", factor.code)])
        expect(typed.shows(ROOT), f"{typed}")


def test_it_does_not_where_the_administrator_forbids_it():
    """SUDO_PROMPT replaces no more than "Password: " anyway."""
    for words, env, defaults in ((("-p", "Mine: "), None, ",!passprompt_override"),
                                 ((), {"SUDO_PROMPT": "Mine: "}, "")):
        factor = before(PASSWORD_AND_CODE, defaults)
        with Broker():
            typed = sudo(*words, env=env, answers=[("Mine: $", PASSWORD), (ASKS_CODE, factor.code)])
            expect(typed.shows(ROOT), f"{typed}")


# ---- its other ways of asking ----

def test_lines_of_standard_input():
    factor = before(PASSWORD_AND_CODE)
    with Broker():
        result = run("setpriv", "--reuid=alice", "--regid=alice", "--init-groups", "sudo", "-k", "-S", "id", "-un",
                     input=f"{PASSWORD}\n{factor.code()}\n", check=False)
        expect_equal(result.stdout, "root\n", result.stderr)


def test_askpass_gets_whole_prompts():
    factor = before(PASSWORD_AND_CODE)
    asked = WORKDIR / "asked"
    asked.unlink(missing_ok=True)
    answers = WORKDIR / "keys" / "answers"
    answers.parent.mkdir(mode=0o755, exist_ok=True)
    answers.write_text(f"{PASSWORD}\n{factor.wrong()}\n{factor.code()}\n")
    program = pathlib.Path("/usr/local/bin/askpass")
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$1" >>{asked}\nhead -n1 {answers}; sed -i 1d {answers}\n')
    program.chmod(0o755)
    asked.touch()
    for path in (asked, answers, answers.parent):
        os.chown(path, pwd.getpwnam("alice").pw_uid, -1)
    with Broker():
        typed = sudo("-A", env={"SUDO_ASKPASS": str(program)})
        expect(typed.shows(ROOT), f"{typed}")
    expect_equal(asked.read_text(), "[sudo] password for alice: |Verification code: |That code was not accepted. "
                                    "Tries left: 3 \nVerification code: |", "what it was asked")


main()
