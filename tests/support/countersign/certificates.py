# SPDX-License-Identifier: Apache-2.0
"""Certificates for servers that tests run, and for their clients: made with the openssl command once per test run,
good ones and bad ones."""
import ssl
import threading
import time

from .harness import WORKDIR
from .process import run

# In a folder that the search for secrets leaves out.
FOLDER = WORKDIR / "keys" / "servers"
NAMES = "IP:127.0.0.1,IP:::1,DNS:localhost"

_CONFIG = """[req]
distinguished_name = subject
prompt = no
[subject]
CN = {subject}
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {names}
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
[authority]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""

# kind: (which authority signs, subjectAltName, days from now that it begins and ends)
_KINDS = {
    "good": ("ca", NAMES, -1, 2),
    "wrong-name": ("ca", "DNS:elsewhere.example.com", -1, 2),
    "untrusted": ("other-ca", NAMES, -1, 2),
    "expired": ("ca", NAMES, -3, -2),
    "self-signed": (None, NAMES, -1, 2),
}
KINDS = tuple(_KINDS)
_lock = threading.Lock()
_made = set()  # in this run: what an earlier one left in WORKDIR may have expired


def _stamp(days):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))


def _config(name, subject, names=NAMES):
    path = FOLDER / f"{name}.cnf"
    path.write_text(_CONFIG.format(subject=subject, names=names, folder=FOLDER))
    return path


def _key(name):
    path = FOLDER / f"{name}.key"
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    path.chmod(0o600)
    return path


def _authority(name):
    """A certificate that signs; its file."""
    certificate = FOLDER / f"{name}.pem"
    if name not in _made:
        FOLDER.mkdir(parents=True, exist_ok=True)
        config = _config(name, f"Test authority {name}")
        run("openssl", "req", "-x509", "-new", "-config", config, "-extensions", "ca", "-days", "30",
            "-key", _key(name), "-out", certificate)
        _made.add(name)
    return certificate


def authority_file():
    """The certificate that a client must trust, outside of the folder of keys."""
    path = WORKDIR / "servers-ca.pem"
    with _lock:
        path.write_bytes(_authority("ca").read_bytes())
    path.chmod(0o644)
    return path


def _sign(name, authority, extensions, config, begin, end):
    """The certificate of a new key; their files."""
    certificate, key = FOLDER / f"{name}.pem", FOLDER / f"{name}.key"
    signer, request = _authority(authority), FOLDER / f"{name}.csr"
    _key(name)
    run("openssl", "req", "-new", "-config", config, "-key", key, "-out", request)
    (FOLDER / "index").write_text("")
    run("openssl", "ca", "-batch", "-notext", "-config", config, "-name", "authority", "-extensions", extensions,
        "-rand_serial", "-cert", signer, "-keyfile", signer.with_suffix(".key"), "-startdate", _stamp(begin),
        "-enddate", _stamp(end), "-in", request, "-out", certificate)
    return certificate, key


def server_files(kind="good"):
    """A server's certificate and key; their files."""
    authority, names, begin, end = _KINDS[kind]
    with _lock:
        if kind not in _made:
            FOLDER.mkdir(parents=True, exist_ok=True)
            config = _config(kind, "localhost", names)
            if authority:
                _sign(kind, authority, "server", config, begin, end)
            else:
                run("openssl", "req", "-x509", "-new", "-config", config, "-extensions", "server", "-days", end,
                    "-key", _key(kind), "-out", FOLDER / f"{kind}.pem")
            _made.add(kind)
    return FOLDER / f"{kind}.pem", FOLDER / f"{kind}.key"


def client_files(name, authority="ca"):
    """A client's certificate, whose subject is CN=name, and its key; their files. "other-ca" is one nobody trusts."""
    file = f"client-{name}-{authority}"
    with _lock:
        if file not in _made:
            FOLDER.mkdir(parents=True, exist_ok=True)
            _sign(file, authority, "client", _config(file, name), -1, 2)
            _made.add(file)
    return FOLDER / f"{file}.pem", FOLDER / f"{file}.key"


def server_context(kind="good", clients=False):
    """What a listener wraps its connections with. clients: it asks clients for certificates of "ca"."""
    certificate, key = server_files(kind)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate, key)
    if clients:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(authority_file())
    return context
