# SPDX-License-Identifier: Apache-2.0
"""A directory: slapd, and what brings its accounts to the name services (nslcd, SSSD, extrausers)."""
import os
import pathlib
import shutil
import signal

from .harness import Skip
from .process import Server, run

BASE = "dc=example,dc=com"
LDAPI = "ldapi://%2frun%2fslapd%2fldapi"
LDAP = "ldap://127.0.0.1"  # of the sandbox; SSSD knows no other kind
NSSWITCH = pathlib.Path("/etc/nsswitch.conf")

SLAPD_CONF = f"""\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile /run/slapd/pid
access to * by * read
database mdb
suffix "{BASE}"
directory /run/slapd/db
"""

NSLCD_CONF = f"""\
uri {LDAPI}
base {BASE}
bind_timelimit 2
timelimit 2
reconnect_sleeptime 1
reconnect_retrytime 1
"""

SSSD_CONF = f"""\
[sssd]
services = nss
domains = example

[nss]
filter_users = root
entry_negative_timeout = 1

[domain/example]
id_provider = ldap
auth_provider = none
ldap_uri = {LDAP}
ldap_search_base = {BASE}
ldap_schema = rfc2307
ldap_id_use_start_tls = false
ldap_tls_reqcert = never
offline_timeout = 1
ldap_opt_timeout = 2
ldap_network_timeout = 2
enumerate = false
{{settings}}
"""


def need_packages(*programs):
    for program in programs:
        if not (shutil.which(program) or pathlib.Path(program).exists()):
            raise Skip(f"{program} is not installed")


def name_services(*sources):
    """Which sources accounts and groups come from, in this order."""
    lines = [line for line in NSSWITCH.read_text().splitlines()
             if not line.startswith(("passwd:", "group:", "initgroups:"))]
    order = " ".join(sources)
    NSSWITCH.write_text("\n".join([f"passwd: {order}", f"group: {order}", *lines]) + "\n")


def _account(name, uid):
    return (f"dn: uid={name},ou=people,{BASE}\nobjectClass: account\nobjectClass: posixAccount\n"
            f"uid: {name}\ncn: {name}\nuidNumber: {uid}\ngidNumber: 30000\nhomeDirectory: /nonexistent\n"
            f"gecos: {name}\n")


def _group(name, gid, members):
    return (f"dn: cn={name},ou=groups,{BASE}\nobjectClass: posixGroup\ncn: {name}\ngidNumber: {gid}\n"
            + "".join(f"memberUid: {member}\n" for member in members))


class Slapd(Server):
    """A directory with these accounts (name: uid) and groups (name: (gid, members))."""

    def __init__(self, accounts, groups):
        need_packages("slapd", "slapadd")
        super().__init__("slapd", ["slapd", "-d", "0", "-f", "/run/slapd/conf", "-h", f"{LDAPI} {LDAP}"])
        self.accounts = accounts
        self.groups = groups

    def start(self):
        folder = pathlib.Path("/run/slapd")
        if not folder.exists():
            (folder / "db").mkdir(parents=True)
            (folder / "conf").write_text(SLAPD_CONF)
            entries = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n",
                       *(f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n"
                         for unit in ("people", "groups")),
                       *(_account(*item) for item in self.accounts.items()),
                       *(_group(name, *item) for name, item in self.groups.items())]
            run("slapadd", "-f", folder / "conf", input="\n".join(entries))
        return super().start()

    def ready(self):
        return run("ldapsearch", "-x", "-H", LDAPI, "-b", BASE, "-s", "base", check=False).returncode == 0

    def hang(self):
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def stop(self, number=signal.SIGTERM):
        if self.running:
            self.go_on()
        status = super().stop(number)
        pathlib.Path("/run/slapd/ldapi").unlink(missing_ok=True)
        return status

    def forget(self):
        """The next start makes it anew."""
        shutil.rmtree("/run/slapd", ignore_errors=True)


class Nslcd(Server):
    """nslcd, and with it the source `ldap`. Further lines of its configuration as text."""

    def __init__(self, settings=""):
        need_packages("nslcd", "/lib/x86_64-linux-gnu/libnss_ldap.so.2")
        super().__init__("nslcd", ["nslcd", "-n"])
        self.settings = settings

    def start(self):
        path = pathlib.Path("/etc/nslcd.conf")
        path.write_text(NSLCD_CONF + self.settings)
        path.chmod(0o600)
        pathlib.Path("/run/nslcd").mkdir(mode=0o755, exist_ok=True)
        return super().start()

    def ready(self):
        return run("getent", "-s", "passwd:ldap", "passwd", "eve", check=False).returncode == 0


class Sssd(Server):
    """SSSD with an empty cache, and with it the source `sss`. Further lines for its domain as text."""

    def __init__(self, settings=""):
        need_packages("sssd", "/usr/lib/x86_64-linux-gnu/sssd/libsss_ldap.so")
        super().__init__("sssd", ["sssd", "-i"])
        self.settings = settings

    def start(self):
        path = pathlib.Path("/etc/sssd/sssd.conf")
        path.parent.mkdir(exist_ok=True)
        path.write_text(SSSD_CONF.format(settings=self.settings))
        path.chmod(0o600)
        for cache in pathlib.Path("/var/lib/sss/db").glob("*.ldb"):
            cache.unlink()
        for cache in pathlib.Path("/var/lib/sss/mc").glob("*"):
            cache.unlink()
        return super().start()

    def ready(self):
        return run("getent", "-s", "passwd:sss", "passwd", "eve", check=False).returncode == 0
