# SPDX-License-Identifier: Apache-2.0
"""countersign import otpauth: URIs as three libraries of npm write them, and the codes that the libraries make."""
import json
import os
import pathlib

from countersign import *

MODULES = pathlib.Path(os.environ["CS_OTP_MODULES"]) / "node_modules"
URIS = pathlib.Path("/root/uris")
SEED = "12345678901234567890"
BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

# Each prints a URI, a code for a period from now or a counter of 1, and one for the next.
SPEAKEASY = """
const speakeasy = require('speakeasy');
const common = {secret: SEED, encoding: 'ascii'};
show(speakeasy.otpauthURL({...common, label: 'alice', issuer: 'Acme Inc', algorithm: 'sha256', digits: 8, period: 60}),
     [1, 2].map(n => speakeasy.totp({...common, algorithm: 'sha256', digits: 8, step: 60, time: now + 60 * (n - 1)})));
show(speakeasy.otpauthURL({...common, label: 'bob', issuer: 'Acme Inc', type: 'hotp', counter: 0}),
     [0, 1].map(counter => speakeasy.hotp({...common, counter})));
"""
OTPLIB = """
const {authenticator} = require('otplib');
authenticator.options = {algorithm: 'sha512', epoch: now * 1000};
show(authenticator.keyuri('alice', 'Ac:me', BASE32), [authenticator.generate(BASE32)]);
"""
OTPAUTH = """
const {TOTP, HOTP, Secret} = require('otpauth');
const secret = Secret.fromBase32(BASE32);
const totp = new TOTP({issuer: 'Ac:me', label: 'alice', algorithm: 'SHA256', digits: 8, period: 60, secret});
show(totp.toString(), [1, 2].map(n => totp.generate({timestamp: 1000 * (now + 60 * (n - 1))})));
const hotp = new HOTP({issuer: 'Acme', label: 'carol', counter: 5, secret});
show(hotp.toString(), [5, 6].map(counter => hotp.generate({counter})));
"""


def test_prepare():
    secret(SEED, "the secret of the standards' examples")
    secret(BASE32, "the same in base32")
    stack("auth_method=totp", "retry=0", "require_broker")
    write_config({"throttle": False})


def wrote(program):
    """Pairs of a URI and codes."""
    if not MODULES.is_dir():
        raise Skip("npm's libraries are not installed")
    head = (f"const SEED = '{SEED}', BASE32 = '{BASE32}', now = Math.floor(Date.now() / 1000);\n"
            "const show = (uri, codes) => console.log(JSON.stringify([uri, codes]));\n")
    text = run("env", f"NODE_PATH={MODULES}", "node", "-e", head + program).stdout
    return [json.loads(line) for line in text.splitlines()]


def imported(program, *words):
    forget_factors("alice", "bob", "carol")
    pairs = wrote(program)
    URIS.write_text("".join(uri + "\n" for uri, _ in pairs))
    report = json.loads(countersign("import", "otpauth", URIS, "--json", *words).stdout)
    expect_equal((report["imported"], report["notes"]), (len(pairs), []), "imported")
    return [codes for _, codes in pairs]


def login(user, code):
    return pam_login(user, [code, ""]).code == "PAM_SUCCESS"


def test_speakeasy():
    by_time, by_counter = imported(SPEAKEASY)
    with Broker():
        expect(login("alice", by_time[1]), "a code by time")
        expect(login("bob", by_counter[0]), "the first code by counter")
        expect(not login("bob", by_counter[0]), "the same again")
        expect(login("bob", by_counter[1]), "the next")


def test_otplib_pads_keys():
    """Its codes for SHA-512 are not those of other programs for the same URI."""
    [code], = imported(OTPLIB)
    with Broker():
        expect(not login("alice", code), "without --otplib-padding")
    [code], = imported(OTPLIB, "--otplib-padding")
    with Broker():
        expect(login("alice", code), "with it")


def test_otpauth():
    by_time, by_counter = imported(OTPAUTH)
    with Broker():
        expect(login("alice", by_time[1]), "a code by time")
        expect(login("carol", by_counter[0]), "the code of the counter in the URI")
        expect(login("carol", by_counter[1]), "the next")


main()
