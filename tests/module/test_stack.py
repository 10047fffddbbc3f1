# SPDX-License-Identifier: Apache-2.0
"""What libpam makes of the lines around the module: when stack_first_factor is true, and when it is not."""
from countersign import *

PASSWORD, WRONG = "Correct-Horse-7", "Wrong-Horse-7"
# Debian's common-auth.
COMMON = ("auth [success=1 default=ignore] pam_unix.so nodelay", "auth requisite pam_deny.so",
          "auth required pam_permit.so")
CODE_PROMPT = "Verification code: "


def log_in(*lines, answers):
    """A login behind these lines; its code, and whether the module asked."""
    pam_service("common", COMMON)
    pam_service("test", [*lines, "auth requisite pam_countersign.so require_broker stack_first_factor",
                         "account required pam_permit.so"])
    result = pam_login("alice", answers)
    return result.code, any(text == CODE_PROMPT for text, _ in result.prompts)


def test_a_stack_that_ends_at_a_wrong_password_proves_the_first_factor():
    write_config({"throttle": False})
    set_password("alice", PASSWORD)
    with Broker():
        for lines in (("@include common",), ("auth include common",), ("auth requisite pam_unix.so nodelay",)):
            expect_equal(log_in(*lines, answers=[PASSWORD, fresh("alice").code()]), ("PAM_SUCCESS", True), f"{lines}")
            code, asked = log_in(*lines, answers=[WRONG, "000000"])
            expect(not asked and code != "PAM_SUCCESS", f"{lines}: after a wrong password: {code}, asked: {asked}")


def test_a_substack_does_not_end_at_a_wrong_password():
    """The manual says so: the module is asked, believes the statement, and the login is refused all the same."""
    write_config({"throttle": False})
    set_password("alice", PASSWORD)
    with Broker() as broker:
        for number, line in enumerate(("auth substack common", "auth required pam_unix.so nodelay")):
            code, asked = log_in(line, answers=[WRONG, fresh("alice").code()])
            expect(asked, f"{line}: the module was not reached")
            expect(code != "PAM_SUCCESS", f"{line}: a wrong password and a right code let in")
            audit = wait_audit(broker, number + 1)
            expect_equal((audit["verdict"], audit["granted"]), ("allow", "yes"), f"{line}: what the module answered")


def test_a_hash_ends_a_line_even_in_brackets():
    """libpam's doing; `countersign check` warns (docs/APPLICATIONS.md, "PAM lines")."""
    write_config({"throttle": False})
    with Broker():
        for text, shown in (("[otp_prompt=Code: ] retry=0", "Code: "), ("[otp_prompt=Code #1: ] retry=0", "Code ")):
            stack(text)
            prompts = pam_login("alice", ["000000"]).prompts
            expect_equal(prompts[0][0], shown, text)
            expect_equal(len(prompts), 1 if "#" not in text else 2, f"{text}: retry=0 was read")


def test_a_line_that_is_too_long_loses_its_end():
    """Where libpam takes 1,023 bytes; 1.7 takes more."""
    write_config({"throttle": False})
    with Broker():
        for length, tries in ((1020, 1), (1040, 2)):
            line = "auth required pam_countersign.so unknown="
            pam_service("test", [line + "x" * (length - len(line) - 8) + " retry=0", "account required pam_permit.so"])
            prompts = len(pam_login("alice", ["000000"]).prompts)
            if length > 1023 and prompts == 1:
                raise Skip("this libpam takes longer lines")
            expect_equal(prompts, tries, f"{length} bytes")


main()
