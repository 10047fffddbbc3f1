# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before every system call of a login: of the module, and of the broker in a login and at its start."""
from countersign import *
from countersign.sweep import *


def test_prepare():
    prepare_sweep()
    prepare_checkpoint()


def test_module():
    fresh.extend(enroll_people("many", 2000).values())
    with Broker():
        Sweep(0, lambda *login: login_killed(0, "test", *login)).expect_around_the_commit()
        expect_sound()


class Successors:
    """One broker after the other: each is killed during a login, and the next step uses a new one."""

    def __init__(self, task, snapshot):
        self.task = task
        self.snapshot = snapshot
        self.broker = None

    def killed(self, person, code, number):
        self.stop()
        restore(self.snapshot)
        fresh.remove(person)
        with Broker() as broker:
            tracer = attach_killer(broker, self.task, number)
            allowed = login(person, code, "test")
            wait_idle(broker)
            broker.kill()
            report = wait_killer(tracer)
        self.broker = Broker().start()
        expect_sound()
        return allowed, report

    def stop(self):
        if self.broker is not None:
            self.broker.stop()


def sweep_broker(task, snapshot=SNAPSHOT):
    restore(snapshot)
    successors = Successors(task, snapshot)
    sweep = Sweep(task, successors.killed, patience=60)
    successors.stop()
    return sweep


def test_broker_in_a_login():
    """Counts from the connection on; which waiting thread takes it is not known."""
    sweep_broker("any").expect_around_the_commit()


def test_broker_in_a_login_with_a_checkpoint():
    sweep_broker("any", BEFORE_CHECKPOINT).expect_around_the_commit()


class DyingBroker(Broker):
    """Kills the broker at a call of its start-up."""

    def __init__(self, number):
        super().__init__()
        self.command = kill_command(0, number, *self.command)


def test_broker_start():
    kills = 0
    for start, number in enumerate(range(1, 3000, KILL_STEP), 1):
        broker = DyingBroker(number)
        try:
            broker.start()
        except Failure:
            kills += KillReport().killed
        else:
            broker.kill()  # it listened before that call came
            break
        if start % 4 == 0:
            restore()
            with Broker():
                expect_served("test")
                expect_sound()
    print(f"  killed at {kills} calls")
    expect_equal(kills, start - 1, "kills")


main()
