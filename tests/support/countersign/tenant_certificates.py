# SPDX-License-Identifier: Apache-2.0
"""Certificates for a tenant, made with the openssl command once per test run: good ones and bad ones."""
import ssl
import threading
import time

from .harness import WORKDIR
from .process import run

# In a folder that the search for secrets leaves out.
FOLDER = WORKDIR / "keys" / "tenant"
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
    path = WORKDIR / "tenant-ca.pem"
    with _lock:
        path.write_bytes(_authority("ca").read_bytes())
    path.chmod(0o644)
    return path


def _server(kind):
    """A server's certificate and key; their files."""
    authority, names, begin, end = _KINDS[kind]
    certificate, key = FOLDER / f"{kind}.pem", FOLDER / f"{kind}.key"
    if kind in _made:
        return certificate, key
    signer = _authority(authority)
    config, request = _config(kind, "localhost", names), FOLDER / f"{kind}.csr"
    _key(kind)
    run("openssl", "req", "-new", "-config", config, "-key", key, "-out", request)
    (FOLDER / "index").write_text("")
    run("openssl", "ca", "-batch", "-notext", "-config", config, "-name", "authority", "-extensions", "server",
        "-rand_serial", "-cert", signer, "-keyfile", signer.with_suffix(".key"), "-startdate", _stamp(begin),
        "-enddate", _stamp(end), "-in", request, "-out", certificate)
    _made.add(kind)
    return certificate, key


def server_context(kind="good"):
    """What a listener wraps its connections with."""
    with _lock:
        certificate, key = _server(kind)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate, key)
    return context
