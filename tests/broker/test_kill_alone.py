# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before every system call of a stand-alone login."""
from countersign import *
from countersign.sweep import *


def test_prepare():
    prepare_sweep()
    prepare_checkpoint()


def sweep_standalone(task, snapshot):
    def one(person, code, number):
        restore(snapshot)
        fresh.remove(person)
        return login_killed(task, "alone", person, code, number)

    restore(snapshot)
    return Sweep(task, one, "alone")


def test_standalone():
    # 1 is the program that the module starts, 2 its child, which does the work.
    sweep_standalone(1, SNAPSHOT)
    sweep_standalone(2, SNAPSHOT).expect_around_the_commit()


def test_standalone_with_a_checkpoint():
    sweep_standalone(2, BEFORE_CHECKPOINT).expect_around_the_commit()


main()
