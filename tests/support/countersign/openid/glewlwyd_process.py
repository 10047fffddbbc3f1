# SPDX-License-Identifier: Apache-2.0
"""The program glewlwyd with a database of its own, and calls of its interface for administrators and users."""
import contextlib
import http.client
import json
import pathlib
import shutil
import socket
import sqlite3
import urllib.parse

from ..harness import WORKDIR, Failure, Skip
from ..process import Server

SCHEMA = pathlib.Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
ADMINISTRATOR = ("admin", "password")  # as the schema makes it
PREFIX = "/api/oidc"  # of the plugin

CONFIGURATION = """\
port={port}
bind_address="127.0.0.1"
external_url="{url}/"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="DEBUG"
log_file="{folder}/glewlwyd.log"
cookie_secure=0
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
allow_multiple_user_per_session=true
login_api_enabled=true
max_post_size=1048576
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=false
secure_connection_key_file=""
secure_connection_pem_file=""
hash_algorithm="SHA512"
database = {{ type = "sqlite3"; path = "{folder}/database" }};
"""


def need_glewlwyd():
    if shutil.which("glewlwyd") is None or not SCHEMA.exists():
        raise Skip("glewlwyd is not installed (tests/README.md)")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class GlewlwydProcess(Server):
    """`url` is what its clients call it."""

    def __init__(self, url):
        need_glewlwyd()
        self.folder = WORKDIR / "keys" / "glewlwyd"  # its database has secrets: no place to search for them
        self.port = free_port()
        super().__init__("glewlwyd", ["setpriv", "--pdeathsig", "KILL", "glewlwyd", "--config-file",
                                      str(self.folder / "conf")])
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "conf").write_text(CONFIGURATION.format(port=self.port, url=url, folder=self.folder))
        with sqlite3.connect(self.folder / "database") as database:
            database.executescript(SCHEMA.read_text())
        database.close()

    def ready(self):
        try:
            return Session(self.port).call("GET", "/config")[0] == 200
        except OSError:
            return False

    def own_log(self):
        return (self.folder / "glewlwyd.log").read_text(errors="replace")

    def query(self, statement, *values):
        """One statement to its database; the rows."""
        with sqlite3.connect(self.folder / "database", timeout=10) as database:
            rows = database.execute(statement, values).fetchall()
        database.close()
        return rows


class Session:
    """Somebody's browser. `turn`: a lock, so that it asks for nothing while somebody else does."""

    def __init__(self, port, name=None, password=None, turn=None):
        self.port = port
        self.turn = turn or contextlib.nullcontext()
        self.cookies = {}
        if name:
            self.json("POST", "/api/auth", {"username": name, "password": password})

    def call(self, method, target, data=None, media="application/json"):
        """(status, headers, text)"""
        headers = {"Content-Type": media} if data is not None else {}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with self.turn, contextlib.closing(connection):
            connection.request(method, target, data, headers)
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = header.partition(";")[0].partition("=")
                self.cookies[name.strip()] = value.strip()
            return answer.status, answer.headers, answer.read().decode()

    def _expect(self, wanted, method, target, *body):
        status, headers, text = self.call(method, target, *body)
        if status != wanted:
            raise Failure(f"glewlwyd: {method} {target}: {status} {text[:500]}")
        return headers, text

    def json(self, method, target, body=None):
        """What an answer 200 says; a Failure if it is another."""
        _, text = self._expect(200, method, target, None if body is None else json.dumps(body))
        return json.loads(text) if text else None

    def form(self, path, **form):
        """The same for a form to the plugin."""
        _, text = self._expect(200, "POST", PREFIX + path, urllib.parse.urlencode(form),
                               "application/x-www-form-urlencoded")
        return json.loads(text)

    def redirected(self, target):
        """The parameters of the page that a GET leads to."""
        headers, _ = self._expect(302, "GET", target)
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["Location"]).query))
