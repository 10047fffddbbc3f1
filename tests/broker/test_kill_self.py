# SPDX-License-Identifier: Apache-2.0
"""SIGKILL of the broker before every system call of `countersign self replace` and `recovery`, and a user who hangs up at
each prompt. The old factor is there or the new one, never both and never none; the old recovery codes or the new ones;
and whatever changed has its record in the log, once the next broker has started."""
from countersign import *
from countersign.self_service import *
from countersign.sweep import SNAPSHOT, expect_sound

USER = "alice"
OLD = []


def test_prepare():
    if SANITIZE:
        raise Skip("sanitizers change the system calls and cannot be traced")
    write_config({"self_service": True, "throttle": False})
    stack("require_broker")
    countersign("init")
    OLD.append(fresh(USER))
    keep_state(SNAPSHOT)


def log_in(code):
    return pam_login(USER, [code, "", "", ""]).code == "PAM_SUCCESS"


def begin(*words):
    """Up to the code that confirms it."""
    session = AtShell(USER, *words)
    session.answer(OLD[0].code())
    return session


def replace():
    """(whether the user was told that it is done, the app if its key was shown)"""
    app, session = None, None
    with contextlib.suppress(Failure):
        session = begin("replace", OLD[0].id)
        app = session.app()
        session.type(secret(app.code(), "the first code of a new factor"))
    return session is not None and session.end() == 0, app


def renew():
    """(whether it is done as far as the user knows, the new codes)"""
    session = None
    with contextlib.suppress(Failure):
        session = begin("recovery")
    done = session is not None and session.end() == 0
    return done, session.codes() if session is not None and hasattr(session, "rest") else []


def sweep(act, verb, judge):
    """(kills, kills that left it done); `judge` says of what act() returned whether it was."""
    def attempt(number):
        restore_state(SNAPSHOT)
        with Broker() as broker:
            tracer = attach_killer(broker, "any", number)
            done, made = act()
            wait_idle(broker)
            broker.kill()
            return wait_killer(tracer), done, (made, broker.log())

    def after(about, done):
        made, log = about
        with Broker() as broker:
            changed = judge(made, done)
            records = len(re.findall(rf"act verb={verb} result=done", log + broker.log()))
            if changed and records == 0:
                broker.wait_log(f"act verb={verb} result=done")
            expect(changed or records == 0, f"a record of what did not happen: {log}")
            expect_sound()
        return changed

    return kill_each_call(attempt, after, patience=60)


def judge_replaced(app, done):
    ids = [int(row[0]) for row in store_rows(f"SELECT id FROM factor WHERE user = '{USER}'")]
    expect_equal(len(ids), 1, "factors")
    changed = ids[0] != OLD[0].id
    expect(changed or not done, "what the user was told")
    if changed:
        expect(log_in(secret(app.code(1), "the next code")), "the new app")
        expect(not log_in(OLD[0].code(1)), "the old one besides it")
    else:
        expect(log_in(OLD[0].code(1)), "the old app")
    return changed


def judge_renewed(codes, done):
    old = log_in(OLD[0].recovery_codes[0])
    left = listing(USER)["recovery_codes_left"]
    expect_equal(left, 9 if old else 10, "recovery codes")
    expect(not done or not old, "what the user was told")
    if codes:
        expect(not old and log_in(codes[0]), "the new codes that were shown")
    return not old


def expect_both(kills, changed, what):
    print(f"  {what}: killed at {kills} calls; {changed} times it was done", flush=True)
    expect(0 < changed < kills, f"{what}: done after {changed} of {kills} kills")


def test_replace():
    expect_both(*sweep(replace, "self-replace", judge_replaced), "replace")


def test_recovery():
    expect_both(*sweep(renew, "self-recovery", judge_renewed), "recovery")


def test_who_hangs_up():
    """At the first prompt, at that of the new app, and as soon as the last code is typed."""
    for stage in range(3):
        restore_state(SNAPSHOT)
        with Broker() as broker:
            session = AtShell(USER, "replace", OLD[0].id)
            session.prompt()
            app = None
            if stage > 0:
                session.type(OLD[0].code())
                app = session.app()
            if stage == 2:
                session.type(secret(app.code(), "the first code of a new factor"))
            session.hang_up()
            wait_idle(broker)
            changed = judge_replaced(app, False)
            expect(stage == 2 or not changed, f"stage {stage}")


main()
