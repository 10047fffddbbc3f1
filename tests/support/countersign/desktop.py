# SPDX-License-Identifier: Apache-2.0
"""Programs of desktops and of whoever administers a machine from a browser: pkexec with its daemons, cups, cockpit."""
import base64
import http.client
import json
import os
import pathlib

from .daemons import Daemon
from .harness import PATIENCE, need
from .process import Server


class SystemBus(Server):
    """The bus that polkit's daemon is on, of the sandbox alone."""
    SOCKET = pathlib.Path("/run/dbus/system_bus_socket")

    def __init__(self):
        need("dbus-daemon")
        self.SOCKET.parent.mkdir(exist_ok=True)
        super().__init__("dbus", ["dbus-daemon", "--system", "--nofork", "--nopidfile"])

    def ready(self):
        return self.SOCKET.exists()


class Polkit(Server):
    """polkit's daemon. `service` is what its helper asks PAM for."""
    service = "polkit-1"

    def __init__(self):
        need("pkexec")
        super().__init__("polkit", ["/usr/lib/polkit-1/polkitd"])

    def ready(self):
        return "org.freedesktop.PolicyKit1" in self.log()


class Cups(Daemon):
    """A page of cups for which it wants a name and a password."""
    service, program, port = "cups", "cupsd", 6310

    def prepare(self):
        folders = {name: self.folder / name for name in ("RequestRoot", "CacheDir", "StateDir", "TempDir")}
        for path in folders.values():
            path.mkdir(exist_ok=True)
        files = self.file("cups-files.conf", "\n".join((
            *(f"{name} {path}" for name, path in folders.items()), f"ServerRoot {self.folder}", "AccessLog stderr", "ErrorLog stderr", "PageLog stderr", "")))
        configuration = self.file("cupsd.conf", f"""
            Listen 127.0.0.1:{self.port}
            Browsing Off
            <Location />
              Order allow,deny
              Allow all
            </Location>
            <Location /admin/conf>
              AuthType Basic
              Require valid-user
              Order allow,deny
              Allow all
            </Location>
            """)
        return [self.program, "-f", "-c", str(configuration), "-s", str(files)]

    def log_in(self, user, password):
        return fetch(self.port, "/admin/conf/cupsd.conf", basic(user, password)).status == 200


class Cockpit(Daemon):
    """cockpit-ws. Its first question is for name and password, further ones come one by one."""
    service, program, port = "cockpit", "/usr/lib/cockpit/cockpit-ws", 9191

    def prepare(self):
        return [self.program, "--no-tls", "--address=127.0.0.1", f"--port={self.port}"]

    def log_in(self, user, password, *answers):
        """(whether it lets in, the questions beyond the first: [(text, whether the answer is shown)])."""
        questions = []
        reply = fetch(self.port, "/cockpit/login", basic(user, password))
        for answer in answers:
            kind, _, rest = reply.getheader("WWW-Authenticate", "").partition(" ")
            if kind != "X-Conversation":
                break
            number, _, prompt = rest.partition(" ")
            questions.append((base64.b64decode(prompt).decode(), json.loads(reply.body)["echo"]))
            reply = fetch(self.port, "/cockpit/login", f"X-Conversation {number} {encoded(answer)}")
        return reply.status == 200, questions


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def basic(user, password):
    return f"Basic {encoded(f'{user}:{password}')}"


def fetch(port, path, authorization):
    """The answer to one request, with its `body`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Authorization": authorization})
        reply = connection.getresponse()
        reply.body = reply.read()
        return reply
    finally:
        connection.close()
