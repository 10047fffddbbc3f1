# SPDX-License-Identifier: Apache-2.0
"""What a tenant knows: users, identity sources, factors, devices. Tests make them and change their fields."""
import base64
import os
import random
import string
import time
import uuid

from .harness import secret
from .product import Totp
from .tenant_query import CORE, ENTERPRISE, IBM

CREATED = "2025-01-01T00:00:00.000Z"
OTP_TYPES = ("smsotp", "emailotp", "voiceotp")
PLATFORMS = {"IOS": "iPhone", "IPADOS": "iPad", "Android": "Pixel", "Other": "Thing"}


def stamp(when=None):
    """A time as the tenant writes it: ISO 8601, UTC, milliseconds."""
    when = time.time() if when is None else when
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when)) + f".{int(when * 1000) % 1000:03d}Z"


def new_uuid():
    return str(uuid.uuid4())


def new_user_id():
    return "".join(random.choices(string.ascii_uppercase + string.digits, k=10))


class IdentitySource:
    """An external directory that checks passwords. `users`: name to password."""

    def __init__(self, name, users, kind):
        self.id = new_uuid()
        self.name = name
        self.type = kind
        self.users = {user: secret(password, f"the password of {user} at {name}")
                      for user, password in users.items()}


class Factor:
    """An enrolment other than of a device."""

    def __init__(self, user, kind, attributes, enabled=True, validated=True):
        self.id = new_uuid()
        self.user = user
        self.type = kind
        self.attributes = attributes
        self.enabled = enabled
        self.validated = validated
        self.verifications = []

    @property
    def address(self):
        return self.attributes.get("emailAddress", self.attributes.get("phoneNumber"))

    def record(self):
        return {"id": self.id, "userId": self.user.id, "type": self.type, "enabled": self.enabled,
                "validated": self.validated, "created": CREATED, "updated": CREATED,
                "attributes": self.attributes}

    def records(self):
        return [self.record()]


class TotpFactor(Factor):
    """code() gives a code of the person's generator, wrong() one that is not."""

    def __init__(self, user, digits, algorithm, period, **state):
        super().__init__(user, "totp", {"accountName": user.name, "algorithm": algorithm, "digits": digits,
                                        "period": period}, **state)
        self.renew()

    def renew(self):
        """Another secret, and so codes that nobody has used: Countersign takes none twice."""
        key = base64.b32encode(os.urandom(20)).decode()
        self.secret = secret(key, f"the TOTP secret of {self.user.name}")
        self.generator = Totp(key, self.attributes["algorithm"].lower(), self.attributes["digits"],
                              self.attributes["period"])
        self.spent = set()

    def code(self, offset=0, when=None):
        """The code `offset` periods after now."""
        return secret(self.generator.code(offset, when), f"a code of {self.user.name}")

    def fresh(self):
        """A code that was never one before."""
        self.renew()
        return self.code()

    def wrong(self):
        return self.generator.wrong()

    def wait_left(self, seconds):
        """Waits until at least `seconds` of the current period are left."""
        self.generator.wait_left(seconds)

    def check(self, code, skew, one_time):
        """Spends the code if it is right."""
        now = int(time.time())
        for step in sorted(range(-skew, skew + 1), key=abs):
            counter = now // self.generator.period + step
            if self.generator.code(step, now) == code and not (one_time and counter in self.spent):
                self.spent.add(counter)
                return True
        return False


class Signature:
    """One of the ways in which a device signs."""

    def __init__(self, device, sub_type, enabled, validated):
        self.id = new_uuid()
        self.device = device
        self.sub_type = sub_type
        self.enabled = enabled
        self.validated = validated

    def factor_record(self):
        """As /v2.0/factors has it."""
        return {"id": self.id, "userId": self.device.owner, "type": "signature", "subType": self.sub_type,
                "enabled": self.enabled, "validated": self.validated, "created": CREATED, "updated": CREATED,
                "references": {"authenticatorId": self.device.id},
                "attributes": {"algorithm": "RSASHA256", "deviceSecurity": True, "additionalData": []}}

    def record(self, base, embedded):
        """As /v1.0/authnmethods/signatures has it."""
        record = {"id": self.id, "owner": self.device.owner, "enabled": self.enabled,
                  "validated": self.validated, "methodType": "signature", "subType": self.sub_type,
                  "enrollmentUri": f"{base}/v1.0/authnmethods/signatures/{self.id}", "creationTime": CREATED,
                  "attributes": {"algorithm": "RSASHA256", "deviceSecurity": True, "additionalData": [],
                                 "authenticatorId": self.device.id,
                                 "authenticatorUri": f"{base}/v1.0/authenticators/{self.device.id}"}}
        if embedded:
            record["_embedded"] = self.device.record()
        return record


class Device:
    """A phone with the app. `signatures` are its Signature objects, in their order."""

    def __init__(self, user, name, subtypes, state="ACTIVE", enabled=True, validated=True,
                 signature_enabled=True, platform="IOS", device_type=None, **attributes):
        self.id = new_uuid()
        self.user = user
        self.owner = user.id
        self.name = name
        self.state = state
        self.enabled = enabled
        self.signatures = [Signature(self, sub_type, signature_enabled, validated) for sub_type in subtypes]
        self.attributes = {
            "deviceName": name, "deviceType": device_type or PLATFORMS[platform], "platformType": platform,
            "osVersion": "18.1", "accountName": user.name, "applicationId": "com.ibm.security.verifyapp",
            "applicationVersion": "3.1.0", "verifySdkVersion": "3.0.0", "deviceId": new_uuid().upper(),
            "pushToken": new_uuid(), "fingerprintSupport": "fingerprint" in subtypes,
            "faceSupport": "face" in subtypes, "frontCameraSupport": True, **attributes}
        self.client_id = new_uuid()

    def signature(self, sub_type):
        return next(s for s in self.signatures if s.sub_type == sub_type)

    def record(self):
        return {"id": self.id, "owner": self.owner, "clientId": self.client_id, "creationTime": CREATED,
                "enabled": self.enabled, "state": self.state, "attributes": self.attributes}

    def records(self):
        return [signature.factor_record() for signature in self.signatures]


class User:
    """A user of the Cloud Directory. Fields may be changed at any time; `mail` is the address, email() enrols one;
    `scim_type` refuses every password with that reason."""

    def __init__(self, name, password=None, email=None, phones=(), active=True, custom=None, linked=None,
                 language=None, id=None, display=None):
        self.id = id or new_user_id()
        self.name = name
        self.password = None if password is None else secret(password, f"the password of {name}")
        self.mail = email
        self.phones = list(phones)
        self.active = active
        self.custom = dict(custom or {})
        self.linked = dict(linked or {})
        self.language = language
        self.display = display or name
        self.scim_type = None
        self.factors = []

    def _add(self, factor):
        self.factors.append(factor)
        return factor

    def totp(self, digits=6, algorithm="SHA1", period=30, **state):
        return self._add(TotpFactor(self, digits, algorithm, period, **state))

    def sms(self, number, **state):
        return self._add(Factor(self, "smsotp", {"phoneNumber": number}, **state))

    def voice(self, number, **state):
        return self._add(Factor(self, "voiceotp", {"phoneNumber": number}, **state))

    def email(self, address, **state):
        return self._add(Factor(self, "emailotp", {"emailAddress": address}, **state))

    def factor(self, kind, attributes=None, **state):
        """An enrolment of any type, also of one that nobody has heard of."""
        return self._add(Factor(self, kind, attributes or {}, **state))

    def device(self, name="Phone", subtypes=("fingerprint", "userPresence"), **fields):
        return self._add(Device(self, name, subtypes, **fields))

    @property
    def devices(self):
        return [factor for factor in self.factors if isinstance(factor, Device)]

    def record(self, base):
        """The SCIM record."""
        extension = {
            "userCategory": "regular", "realm": "cloudIdentityRealm", "unqualifiedUserName": self.name,
            "twoFactorAuthentication": bool(self.factors), "pwdReset": False,
            "customAttributes": [{"name": name, "values": value if isinstance(value, list) else [value]}
                                 for name, value in self.custom.items()],
            "linkedAccounts": [{"realm": realm, "externalId": external}
                               for realm, external in self.linked.items()]}
        record = {
            "schemas": [CORE, IBM, ENTERPRISE], "id": self.id, "userName": self.name, "active": self.active,
            "displayName": self.display,
            "name": {"formatted": self.display, "givenName": self.display, "familyName": self.display},
            "emails": [{"type": "work", "value": self.mail}] if self.mail is not None else [],
            "phoneNumbers": [{"type": kind, "value": number} for kind, number in self.phones],
            "addresses": [],
            "meta": {"resourceType": "User", "created": CREATED, "lastModified": CREATED,
                     "location": f"{base}/v2.0/Users/{self.id}"},
            IBM: extension, ENTERPRISE: {"department": "2A", "employeeNumber": "42"}}
        if self.language is not None:
            record["preferredLanguage"] = self.language
        return record
