# SPDX-License-Identifier: Apache-2.0
"""OpenID servers that tests run, and how our machine is registered there.

    with OidcProvider(Client.basic()) as peer:
        write_config({"openid": peer.settings("/etc/countersign"), …})
        …                                   # a login begins
        request = peer.pending()            # waits for it; login_hint, binding_message, …
        peer.approve(request)

peer.py says what all of them can do.
"""
from .client import *
from .glewlwyd import *
from .machine import *
from .oidc_provider import *
from .peer import *
from .strict import *
