# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before every system call of a login in which a user enrols: of the module, of the broker, and of a
stand-alone session. There is no factor and the ticket is still good, or a whole one with its recovery codes."""
from countersign import *
from countersign.self_enroll import *
from countersign.sweep import SNAPSHOT, expect_sound

USER = "newcomer"
NOTHING, FACTOR = [0, 0, 1], [1, 1, 0]  # factors, rows of recovery codes, tickets
TICKET = []


def test_prepare():
    if SANITIZE:
        raise Skip("sanitizers change the system calls and cannot be traced")
    write_config({**FREELY, "self_enroll": "ticket"})
    stack("require_broker")
    stack("standalone", service="alone")
    add_accounts([USER])
    countersign("init")
    TICKET.append(ticket(USER))
    keep_state(SNAPSHOT)


def enrol(service="test", prefix=()):
    """As far as it goes: whether the user was let in, and the app, if its key was shown."""
    session = PamSession(USER, service=service, env=KEYED, prefix=prefix)
    app = None
    with contextlib.suppress(Failure, BrokenPipeError):
        session.prompt()
        session.answer(TICKET[0])
        app = app_of(session.prompt())
        session.answer(new_code(app))
        codes_of(session.prompt())
        session.answer("")
    return session.result().code == "PAM_SUCCESS", app


def judge(allowed, app):
    """What the kill left; True: a factor. Its owner, or who still has the ticket, gets in by the next login."""
    left = left_in_store(USER)
    expect(left in (NOTHING, FACTOR), f"half done: {left}")
    expect(left == FACTOR or not allowed, "let in without a factor")
    if left == FACTOR:
        login = pam_login(USER, [secret(app.code(1), "the next code")], env=KEYED)
        expect_equal(login.code, "PAM_SUCCESS", "with the new app")
    else:
        expect_equal(finish(*begin(USER, TICKET[0]))[0].code, "PAM_SUCCESS", "with the ticket")
    expect_sound()
    return left == FACTOR


def expect_both(kills, whole, what):
    print(f"  {what}: killed at {kills} calls; {whole} times there was a factor", flush=True)
    expect(0 < whole < kills, f"{what}: a factor after {whole} of {kills} kills")


def test_broker():
    def attempt(number):
        restore_state(SNAPSHOT)
        with Broker() as broker:
            tracer = attach_killer(broker, "any", number)
            allowed, app = enrol()
            wait_idle(broker)
            broker.kill()
            return wait_killer(tracer), allowed, (app, broker.log())

    def after(about, allowed):
        app, log = about
        with Broker() as broker:
            # Before anything else: the record of a login that was killed comes from the next broker.
            if left_in_store(USER) == FACTOR and "self-enrolled" not in log:
                wait_until(lambda: "self-enrolled" in broker.log(), "the record of the factor")
            return judge(allowed, app)

    expect_both(*kill_each_call(attempt, after, patience=60), "the broker")


def sweep_program(service, task):
    """The application with the module in it, or a process that it starts; (kills, kills that left a factor)."""
    def attempt(number):
        restore_state(SNAPSHOT)
        allowed, app = enrol(service, kill_command(task, number))
        return KillReport(), allowed, app

    def after(app, allowed):
        return judge(allowed, app)

    with Broker():
        return kill_each_call(attempt, after, patience=9)


def test_module():
    expect_both(*sweep_program("test", 0), "the module")


def test_stand_alone():
    # 1 is the program that the module starts, 2 its child, which does the work.
    expect_equal(sweep_program("alone", 1)[1], 0, "factors after kills of the first process")
    expect_both(*sweep_program("alone", 2), "the session")


main()
