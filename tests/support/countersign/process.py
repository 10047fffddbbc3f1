# SPDX-License-Identifier: Apache-2.0
"""Servers and commands."""
import re
import signal
import subprocess

from .harness import PATIENCE, WORKDIR, Failure, running, wait_until


class Server:
    """A process with its log in WORKDIR. It ends with its `with` block, or at the latest with its test."""

    def __init__(self, name, command, env=None):
        self.name = name
        self.command = command
        self.env = env
        self.process = None
        self.log_path = WORKDIR / f"{name}.log"
        self._log_start = 0

    def start(self):
        with open(self.log_path, "ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=self.env, start_new_session=True)
        running.append(self)
        try:
            wait_until(self._ready_or_dead, f"{self.name} does not listen; its log: {self.log_path}")
        except Failure:
            self.kill()
            raise
        return self

    def _ready_or_dead(self):
        status = self.process.poll()
        if status is not None:
            raise Failure(f"{self.name} ended with {status}:\n{self.log()}")
        return self.ready()

    def ready(self):
        raise NotImplementedError

    def log(self):
        """What it has written since this start."""
        with open(self.log_path, "rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def wait_log(self, pattern, timeout=None):
        return wait_until(lambda: re.search(pattern, self.log(), re.M), f"{pattern!r} in {self.log_path}",
                          timeout)

    @property
    def pid(self):
        return self.process.pid

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, number=signal.SIGTERM):
        """Ends it and returns its exit status (negative: the signal)."""
        if self in running:
            running.remove(self)
        if self.process is None:
            return None
        if self.running:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"{self.name} did not end on signal {number}") from None

    def kill(self):
        return self.stop(signal.SIGKILL)

    def __enter__(self):
        return self if self.running else self.start()

    def __exit__(self, *_):
        self.stop()


def run(*command, input=None, check=True, env=None, timeout=None):
    """Runs a command; its result has returncode, stdout and stderr as text."""
    result = subprocess.run([str(word) for word in command], input=input, text=True, errors="replace",
                            capture_output=True, env=env, timeout=timeout or PATIENCE * 3, check=False)
    if check and result.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))} ended with {result.returncode}: "
                      f"{result.stdout}{result.stderr}")
    return result


def descendants(pid):
    """Process numbers below `pid`, itself excluded."""
    found = []
    for child in run("ps", "-o", "pid=", "--ppid", pid, check=False).stdout.split():
        found += [int(child), *descendants(int(child))]
    return found
