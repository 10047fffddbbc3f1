# SPDX-License-Identifier: Apache-2.0
"""Memory that runs out and system calls that fail, in programs that run."""
import mmap
import os
import struct
import subprocess

from .harness import WORKDIR, wait_until
from .kill import KILL_REPORT, KillReport, kill_command

FAIL_ALLOC = os.environ.get("CS_FAIL_ALLOC", "")


class FailingMemory:
    """What support/fail_alloc.c is told. `env` is for the program that has it preloaded."""

    NOW, IN_PAM = 1, 2

    def __init__(self):
        path = WORKDIR / "fail-control"
        path.write_bytes(bytes(mmap.PAGESIZE))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.env = {**os.environ, "LD_PRELOAD": FAIL_ALLOC, "CS_FAIL_CONTROL": str(path)}

    def during(self, at, on, work, when=NOW):
        """work() while the allocation number `at` fails, with `on` all that follow too. Returns what it returned, and
        whether that allocation came."""
        struct.pack_into("=QQQ", self.memory, 8, at, int(on), 0)
        struct.pack_into("=Q", self.memory, 0, when)
        try:
            result = work()
        finally:
            struct.pack_into("=Q", self.memory, 0, 0)
        return result, struct.unpack_from("=Q", self.memory, 24)[0] >= at


def failing_calls(pid, number, error, on, work):
    """work() while the system call `number` of a process, of those that get something, fails with `error`. Returns what
    it returned, and whether that call came."""
    kind = f"{'fail-on' if on else 'fail'}={error}"
    tracer = subprocess.Popen(kill_command("any", number, "--attach", pid, kind=kind), stdout=subprocess.PIPE)
    try:
        assert tracer.stdout.readline() == b"attached\n"
        result = work()
    finally:
        def gone():
            tracer.terminate()
            return tracer.poll() is not None

        wait_until(gone, "the end of kill-at")
        tracer.stdout.close()
    failed = "failed" in KILL_REPORT.read_text()
    KillReport()
    return result, failed
