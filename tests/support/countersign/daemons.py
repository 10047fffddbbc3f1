# SPDX-License-Identifier: Apache-2.0
"""Daemons that have a name and one password, and answer every prompt from these. Each has `service`, the PAM service
that it asks for, and `log_in(user, password)`, which says whether it lets in."""
import contextlib
import ftplib
import imaplib
import os
import pathlib
import shutil
import socket
import stat
import urllib.error
import urllib.request

from .harness import PATIENCE, Skip, need
from .process import Server, run

SECRET = "shared with the server"


class Daemon(Server):
    """A server on 127.0.0.1:`port`. Files that it needs go into `folder`, which is the sandbox's own."""
    service = None
    program = None
    port = None

    def __init__(self):
        need(self.program)
        self.folder = pathlib.Path("/run") / self.service
        self.folder.mkdir(mode=0o755, exist_ok=True)
        super().__init__(self.service, self.prepare(), {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})

    def prepare(self):
        """Writes the configuration; the command that runs the server in the foreground."""
        raise NotImplementedError

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Saslauthd(Daemon):
    service, program = "imap", "saslauthd"

    def prepare(self):
        return [self.program, "-a", "pam", "-d", "-n", "1", "-m", str(self.folder)]

    def ready(self):
        return (self.folder / "mux").exists()

    def log_in(self, user, password):
        result = run("testsaslauthd", "-u", user, "-p", password, "-s", self.service, "-f", self.folder / "mux",
                     check=False)
        return "OK" in result.stdout


class Dovecot(Daemon):
    service, program, port = "dovecot", "dovecot", 1143

    def prepare(self):
        return [self.program, "-F", "-c", str(self.file("dovecot.conf", f"""
            base_dir = {self.folder}/run
            log_path = /dev/stderr
            protocols = imap
            listen = 127.0.0.1
            ssl = no
            disable_plaintext_auth = no
            auth_mechanisms = plain
            auth_failure_delay = 0
            mail_location = maildir:~/Maildir
            passdb {{
              driver = pam
              args = max_requests=1 {self.service}
            }}
            userdb {{
              driver = passwd
            }}
            service imap-login {{
              inet_listener imap {{
                port = {self.port}
              }}
            }}
            """))]

    def log_in(self, user, password):
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=PATIENCE) as client:
            try:
                return client.login(user, password)[0] == "OK"
            except imaplib.IMAP4.error:
                return False


class FtpDaemon(Daemon):
    port = 2121

    def log_in(self, user, password):
        with ftplib.FTP(timeout=PATIENCE) as client:
            client.connect("127.0.0.1", self.port)
            try:
                return client.login(user, password).startswith("230")
            except ftplib.error_perm:
                return False


class Proftpd(FtpDaemon):
    service = program = "proftpd"

    def prepare(self):
        return [self.program, "--nodaemon", "--config", str(self.file("proftpd.conf", f"""
            ServerType standalone
            DefaultAddress 127.0.0.1
            SocketBindTight on
            Port {self.port}
            UseIPv6 off
            UseReverseDNS off
            User nobody
            Group nogroup
            WtmpLog off
            PidFile {self.folder}/pid
            ScoreboardFile {self.folder}/scoreboard
            AuthPAM on
            AuthPAMConfig {self.service}
            AuthOrder mod_auth_pam.c* mod_auth_unix.c
            RequireValidShell off
            """))]


class Vsftpd(FtpDaemon):
    service = program = "vsftpd"

    def prepare(self):
        (self.folder / "empty").mkdir(exist_ok=True)
        return [self.program, str(self.file("vsftpd.conf", "\n".join((
            "listen=YES", "listen_ipv6=NO", "listen_address=127.0.0.1", f"listen_port={self.port}", "background=NO",
            "anonymous_enable=NO", "local_enable=YES", f"pam_service_name={self.service}",
            f"secure_chroot_dir={self.folder}/empty", "delay_failed_login=0", "session_support=NO", ""))))]


class Freeradius(Daemon):
    service, program, port = "radiusd", "freeradius", 1812
    account = None  # root

    def prepare(self):
        drop = f"user = {self.account}\n                group = {self.account}" if self.account else ""
        self.file("radiusd.conf", f"""
            prefix = /usr
            libdir = /usr/lib/freeradius
            raddbdir = {self.folder}
            logdir = {self.folder}
            run_dir = {self.folder}
            pidfile = {self.folder}/pid
            security {{
                allow_vulnerable_openssl = yes
                {drop}
            }}
            client localhost {{
                ipaddr = 127.0.0.1
                secret = "{SECRET}"
            }}
            modules {{
                pam {{
                    pam_auth = {self.service}
                }}
            }}
            server default {{
                listen {{
                    type = auth
                    ipaddr = 127.0.0.1
                    port = {self.port}
                }}
                authorize {{
                    update control {{
                        &Auth-Type := PAM
                    }}
                }}
                authenticate {{
                    pam
                }}
            }}
            """)
        return [self.program, "-f", "-l", "stdout", "-d", str(self.folder)]

    def ready(self):
        return "Ready to process requests" in self.log()

    def log_in(self, user, password):
        result = run("radclient", "-r", "1", "-t", str(PATIENCE), f"127.0.0.1:{self.port}", "auth", SECRET,
                     input=f'User-Name="{user}",User-Password="{password}"\n', check=False)
        return "Access-Accept" in result.stdout


class FreeradiusAsDebianStartsIt(Freeradius):
    account = "freerad"

    def prepare(self):
        shutil.chown(self.folder, self.account, self.account)
        return super().prepare()


class Apache(Daemon):
    """The process that asks is www-data's."""
    service, program, port = "apache", "apache2", 8080
    account = "www-data"

    def prepare(self):
        modules = "/usr/lib/apache2/modules"
        (self.folder / "index.html").write_text("inside\n")
        return [self.program, "-DFOREGROUND", "-f", str(self.file("apache.conf", f"""
            ServerName localhost
            ServerRoot {self.folder}
            PidFile {self.folder}/pid
            Listen 127.0.0.1:{self.port}
            User www-data
            Group www-data
            ErrorLog /dev/stderr
            DocumentRoot {self.folder}
            LoadModule mpm_event_module {modules}/mod_mpm_event.so
            LoadModule authn_core_module {modules}/mod_authn_core.so
            LoadModule authz_core_module {modules}/mod_authz_core.so
            LoadModule authz_user_module {modules}/mod_authz_user.so
            LoadModule auth_basic_module {modules}/mod_auth_basic.so
            LoadModule authnz_pam_module {modules}/mod_authnz_pam.so
            <Location "/">
                AuthType Basic
                AuthName private
                AuthBasicProvider PAM
                AuthPAMService {self.service}
                Require valid-user
            </Location>
            """))]

    def log_in(self, user, password):
        manager = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        url = f"http://127.0.0.1:{self.port}/index.html"
        manager.add_password(None, url, user, password)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
        try:
            with opener.open(url, timeout=PATIENCE) as page:
                return page.status == 200
        except urllib.error.HTTPError:
            return False


class Openvpn(Daemon):
    """The plugin openvpn-plugin-auth-pam. Clients need no certificate, only name and password."""
    service, program, port = "openvpn", "openvpn", 1194
    pairs = ""  # of the plugin: beginnings of prompts, and what is answered
    plugin = "/usr/lib/openvpn/openvpn-plugin-auth-pam.so"

    def prepare(self):
        _make_tun()
        self._make_certificate()
        return [self.program, "--dev", "tun", "--server", "10.99.0.0", "255.255.255.0", "--local", "127.0.0.1",
                "--lport", str(self.port), "--dh", "none", "--ca", f"{self.folder}/crt", "--cert",
                f"{self.folder}/crt", "--key", f"{self.folder}/key", "--verify-client-cert", "none", "--verb", "3",
                "--plugin", self.plugin, f"{self.service}{self.pairs}"]

    def _make_certificate(self):
        if not (self.folder / "crt").exists():
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout",
                self.folder / "key", "-out", self.folder / "crt", "-subj", "/CN=server")

    def ready(self):
        return "Initialization Sequence Completed" in self.log()

    def client_command(self, answer):
        """A client that ends once it has been let in or refused."""
        return [self.program, "--client", "--dev", "tun", "--ifconfig-noexec", "--route-noexec", "--nobind",
                "--remote", "127.0.0.1", str(self.port), "--ca", str(self.folder / "crt"), "--auth-user-pass",
                str(answer), "--auth-retry", "none", "--script-security", "2", "--up", "/bin/false", "--verb", "3"]

    def log_in(self, user, password):
        answer = self.file("answer", f"{user}\n{password}\n")
        answer.chmod(0o600)
        return self.let_in(run(*self.client_command(answer), check=False).stdout)

    @staticmethod
    def let_in(log):
        """A client that was let in fails at its script, which is run then."""
        return "Peer Connection Initiated" in log and "AUTH_FAILED" not in log and "/bin/false" in log


def _make_tun():
    """The sandbox's /dev has only what every test needs."""
    path = pathlib.Path("/dev/net/tun")
    path.parent.mkdir(exist_ok=True)
    with contextlib.suppress(OSError):
        if not path.exists():
            os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(10, 200))
        path.open("r+b", buffering=0).close()
        return
    raise Skip("/dev/net/tun cannot be opened here")
