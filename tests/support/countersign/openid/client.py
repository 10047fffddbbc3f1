# SPDX-License-Identifier: Apache-2.0
"""How our machine is registered at an OpenID server, and the settings that follow from it."""
import dataclasses
import os
import pathlib
import secrets
import shutil
import typing

from ..certificates import authority_file, client_files
from ..harness import secret

__all__ = ["Client"]

# RFC 6749 section 2.3.1: each is encoded as in a form before it goes into a Basic header.
PUNCTUATION = "%41+:/?&= \"~"


def _secret(punctuation=False):
    text = secrets.token_urlsafe(24).replace("-", "x")
    return secret(text + (PUNCTUATION + text[:4] if punctuation else ""), "the secret of an OpenID client")


@dataclasses.dataclass
class Client:
    """`device` is another client for the device grant, if that has an id of its own."""
    client_id: str
    authentication: str
    secret: str | None = None
    key: typing.Any = None  # keys.Key
    certificate: tuple | None = None  # of files: certificate, key
    subject: str | None = None  # of the certificate
    device: "Client | None" = None

    @classmethod
    def basic(cls, client_id="pam", secret=None, punctuation=False, device=None):
        """punctuation: a made-up secret has characters that a Basic header must have encoded."""
        return cls(client_id, "client_secret_basic", secret or _secret(punctuation), device=device)

    @classmethod
    def post(cls, client_id="pam", secret=None, punctuation=False, device=None):
        return cls(client_id, "client_secret_post", secret or _secret(punctuation), device=device)

    @classmethod
    def private_key(cls, algorithm="ES256", client_id="pam", device=None):
        from .keys import Key  # needs python3-cryptography, which a demo does without
        return cls(client_id, "private_key_jwt", key=Key(algorithm), device=device)

    @classmethod
    def mutual_tls(cls, client_id="pam", authority="ca", device=None):
        """authority "other-ca": a certificate that no server accepts."""
        return cls(client_id, "tls_client_auth", certificate=client_files(client_id, authority),
                   subject=f"CN={client_id}", device=device)

    @classmethod
    def public(cls, client_id="pam", device=None):
        """Without authentication: RFC 8628 allows that, CIBA does not."""
        return cls(client_id, "none", device=device)

    @property
    def all(self):
        """This one, and the one for the device grant if there is another."""
        return [self] if self.device is None else [self, self.device]

    def settings(self, issuer, folder=None, mode=0o600, owner=None):
        """The section `openid` of our file. `folder` gets the files that it names, with that mode, owned by
        `owner` (user, group) or by whoever runs the test; without a folder it names them where they are."""
        folder = pathlib.Path(folder) if folder else None
        section = {"issuer": issuer, "client-id": self.client_id, "client-secret": self.secret,
                   "client-authentication": self.authentication}
        if self.key:
            section["client-key-file"] = self._key_file(folder, mode, owner)
        if self.certificate:
            section["client-certificate-file"], section["client-key-file"] = (
                _place(file, folder, f"openid-client{file.suffix}", mode, owner) for file in self.certificate)
        if self.device:
            section.update({"device-client-id": self.device.client_id, "device-client-secret": self.device.secret})
        section["ca-path"] = _place(authority_file(), folder, "openid-ca.pem", 0o644, None)
        return {name: value for name, value in section.items() if value is not None}

    def _key_file(self, folder, mode, owner):
        source = client_files("unused")[1].with_name(f"assertion-{self.key.kid}.key")
        source.write_bytes(self.key.pem)
        source.chmod(0o600)
        return _place(source, folder, "openid-client.key", mode, owner)


def _place(source, folder, name, mode, owner):
    """Copies a file to `folder`, if there is one; returns where it is."""
    if folder is None:
        return str(source)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        file.write(source.read_bytes())
    target.chmod(mode)
    if owner:
        shutil.chown(target, *owner)
    return str(target)
