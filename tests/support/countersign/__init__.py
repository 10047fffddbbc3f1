# SPDX-License-Identifier: Apache-2.0
"""Helpers for system tests. They run as root inside tests/support/sandbox, so they change /etc and start
servers freely. A test script is

    from countersign import *

    def test_something():
        with Broker(), Sshd(AuthenticationMethods="keyboard-interactive") as sshd:
            login = sshd.ssh("alice", ["123456"])
            expect(not login.success, "a wrong code was accepted")

    main()

main() runs the functions test_* in their order. Whatever is a secret is told to secret(); at the end main()
looks for it in every log that the tests left in WORKDIR.
"""
from .driver import *
from .fault import *
from .harness import *
from .kill import *
from .process import *
from .product import *
from .protocol import *
from .ssh import *
from .state import *
from .system import *
from .tenant import *
from .u2f import *
from .verify import *
