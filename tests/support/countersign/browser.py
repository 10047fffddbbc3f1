# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, driven through its debugging pipe (DevTools protocol): no port, no library."""
import base64
import json
import os
import select
import shutil
import subprocess
import time

from .harness import PATIENCE, WORKDIR, Failure, Skip, running

PROGRAMS = ("chromium", "chromium-headless-shell")


class Browser:
    """One page. `events` has everything that the browser reported about it."""

    def __init__(self):
        program = next(filter(shutil.which, PROGRAMS), None)
        if program is None:
            raise Skip("chromium is not installed")
        # It reads from descriptor 3 and writes to 4; the shell moves ours there.
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        self.reader, self.writer = ours_in, ours_out
        self.profile = WORKDIR / "keys" / "chromium"
        self.profile.mkdir(parents=True, exist_ok=True)
        words = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"]
        with open(WORKDIR / "chromium.log", "ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *words],
                pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"HOME": str(self.profile), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, start_new_session=True)
        os.close(theirs_in)
        os.close(theirs_out)
        running.append(self)
        self.buffer, self.number, self.events, self.session = b"", 0, [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def _receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.reader], [], [], left)[0]:
                raise Failure("timed out: an answer of chromium")
            more = os.read(self.reader, 1 << 20)
            if not more:
                raise Failure("chromium ended; its log: chromium.log")
            self.buffer += more
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE * 3
        while True:
            answer = self._receive(deadline)
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise Failure(f"{method}: {answer['error']}")
            return answer["result"]

    def event(self, method):
        deadline = time.monotonic() + PATIENCE * 3
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._receive(deadline))

    def open(self, url, width, scheme="light", media=""):
        """Loads the page anew at that width in CSS pixels."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.ask("Page.navigate", url=url)
        self.event("Page.loadEventFired")

    def evaluate(self, expression):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise Failure(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def requests(self):
        return [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]

    def complaints(self):
        """What stands in its console, the policy's refusals among it."""
        return [event["params"] for event in self.events
                if event.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]

    def screenshot(self, path):
        data = self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def kill(self):
        if self in running:
            running.remove(self)
        self.process.kill()
        self.process.wait()
        os.close(self.reader)
        os.close(self.writer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
