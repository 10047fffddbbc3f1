# SPDX-License-Identifier: Apache-2.0
"""Every sealed value of the store, opened with the key file as it is: what is left of a store after a fault."""
import base64
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .harness import Failure
from .state import KEY, store_rows

# What is sealed, and to what it is bound (store/store_priv.h).
SEALED = (("SELECT secret, 'factor ' || id || CASE WHEN key_flags <> 0 OR algorithm = 'eddsa' THEN"
           " ' (' || algorithm || ', flags ' || key_flags || ')' WHEN kind = 'hotp' THEN ' (hotp)' ELSE '' END"
           " || ' of ' || user FROM factor"),
          ("SELECT hash, 'password of ' || user FROM password"),
          ("SELECT value, 'countersign recovery key' FROM meta WHERE name = 'recovery_key'"))


def read_keys():
    """The keys of the file by their id."""
    keys = [base64.b64decode(line, validate=True) for line in KEY.read_text().splitlines()]
    if not keys or any(len(key) != 32 for key in keys):
        raise Failure(f"{KEY}: not a key file")
    return {hashlib.sha256(key).digest()[:4]: key for key in keys}


def open_sealed(keys, value, context):
    """The plain bytes; a Failure names what cannot be opened."""
    key, nonce, body = value[:4], value[4:16], value[16:]
    if key not in keys:
        raise Failure(f"{context}: sealed with key {key.hex()}; the file has {[k.hex() for k in keys]}")
    try:
        return AESGCM(keys[key]).decrypt(nonce, body, context.encode())
    except InvalidTag:
        raise Failure(f"{context}: does not open") from None


def expect_opened(one_key=False):
    """All that the store holds opens with the key file, of which one key is enough where `one_key` says so.
    Returns how many keys the file has."""
    keys = read_keys()
    used = set()
    for sql in SEALED:
        rows = store_rows(sql)
        if "meta" in sql and len(rows) != 1:
            raise Failure(f"{len(rows)} recovery keys")
        for value, context in rows:
            open_sealed(keys, value, context)
            used.add(value[:4])
    if one_key and len(used) != 1:
        raise Failure(f"sealed with {len(used)} keys")
    return len(keys)
