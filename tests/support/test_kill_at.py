# SPDX-License-Identifier: Apache-2.0
"""Does a call that kill-at has fail leave its caller as the kernel would?"""
import errno
import platform
import signal
import subprocess
import sys

from countersign import *
from countersign.kill import KILL_REPORT, KillReport, kill_command

# Waits in a call that kill-at leaves alone, makes one more, and tells what it saw in its exit status.
PROGRAM = """
import ctypes, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
libc = ctypes.CDLL(None, use_errno=True)
libc.sbrk.restype = ctypes.c_long
os.write(1, b"ready")
signal.sigwait([signal.SIGUSR1])
%s
os._exit(ctypes.get_errno() if refused else 0)
"""


def expect_failure(call, given, seen):
    if platform.machine() != "x86_64":
        raise Skip("calls can be made to fail on x86-64 only")
    WORKDIR.mkdir(parents=True, exist_ok=True)
    program = subprocess.Popen([sys.executable, "-c", PROGRAM % call], stdout=subprocess.PIPE)
    expect_equal(program.stdout.read(5), b"ready", "the program's answer")
    tracer = subprocess.Popen(kill_command("any", 1, "--attach", program.pid, kind=f"fail={given}"),
                              stdout=subprocess.PIPE)
    expect_equal(tracer.stdout.readline(), b"attached\n", "kill-at's answer")
    program.send_signal(signal.SIGUSR1)
    expect_equal(program.wait(PATIENCE), seen, "what the program saw")
    tracer.wait(PATIENCE)
    program.stdout.close()
    tracer.stdout.close()
    expect("failed" in KILL_REPORT.read_text(), "no call was made to fail")
    KillReport()


def test_a_call_fails():
    expect_failure("refused = libc.dup(1) == -1", errno.EIO, errno.EIO)


def test_a_brk_that_fails_gives_no_memory():
    expect_failure("refused = libc.sbrk(1 << 20) == -1", errno.EIO, errno.ENOMEM)


main()
