# SPDX-License-Identifier: Apache-2.0
"""SecSign servers that tests run, and a machine whose logins go to them.

    with SecSign() as server, SecSignMachine(server) as machine:
        login = machine.log_in("ok-2")      # the SecSign ID says what happens to its requests
        machine.expect_end("allow", "approved", login)
"""
from .machine import *
from .server import *
