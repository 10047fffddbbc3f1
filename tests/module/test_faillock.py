# SPDX-License-Identifier: Apache-2.0
"""pam_faillock around the module: what it counts with which controls (docs/APPLICATIONS.md, "faillock")."""
from countersign import *

FOLDER = pathlib.Path("/run/faillock-test")
WITH_CARE = "[success=1 authinfo_unavail=die conv_err=die default=bad]"


def stack_with(control):
    faillock = f"pam_faillock.so {{}} nodelay dir={FOLDER} deny=3 unlock_time=600 fail_interval=600"
    pam_service("test", [f"auth required {faillock.format('preauth')}",
                         f"auth {control} pam_countersign.so require_broker retry=1",
                         f"auth [default=die] {faillock.format('authfail')}",
                         f"auth sufficient {faillock.format('authsucc')}",
                         "account required pam_permit.so"])


def counted():
    return len(re.findall(r"(?m) V$", run("faillock", "--dir", FOLDER, "--user", "alice").stdout))


def before(control):
    need("faillock")
    write_config({"throttle": False})
    FOLDER.mkdir(exist_ok=True)
    run("faillock", "--dir", FOLDER, "--user", "alice", "--reset")
    stack_with(control)
    return fresh("alice")


def counts(control):
    """What is counted for wrong codes, somebody who leaves, and a broker that is not there."""
    seen = {}
    factor = before(control)
    with Broker():
        for name, answers in (("wrong codes", [factor.wrong(), factor.wrong()]), ("leaves", [])):
            expect(pam_login("alice", answers).code != "PAM_SUCCESS", name)
            seen[name] = counted()
            run("faillock", "--dir", FOLDER, "--user", "alice", "--reset")
    expect(pam_login("alice", ["000000"]).code != "PAM_SUCCESS", "no broker")
    seen["no broker"] = counted()
    return seen


def test_what_each_control_counts():
    for control, wanted in ((WITH_CARE, (1, 0, 0)), ("[success=1 default=bad]", (1, 1, 1)), ("requisite", (0, 0, 0))):
        expect_equal(tuple(counts(control).values()), wanted, control)


def test_locked_after_wrong_codes_only():
    """Wrong codes lock an account, so that the right one is refused; a broker that is not there does not."""
    factor = before(WITH_CARE)
    for _ in range(3):
        pam_login("alice", ["000000"])
    with Broker():
        expect_equal(pam_login("alice", [factor.code()]).code, "PAM_SUCCESS", "after three logins without a broker")
        expect_equal(counted(), 0, "after success")
        for _ in range(3):
            pam_login("alice", [factor.wrong()] * 2)
        countersign("unlock", "alice")
        expect(pam_login("alice", [factor.code(1)]).code != "PAM_SUCCESS", "locked by wrong codes")


main()
