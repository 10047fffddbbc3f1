#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A tenant of countersign/tenant.py for unit tests in C (verify_tenant.c).

usage: verify_tenant.py WORKDIR

Every line of the input is Python with `tenant` in its scope; its value comes back as one line of JSON, or as
"failed: why". fresh() makes a new tenant. The end of the input ends it.
"""
import json
import os
import sys

os.environ["CS_WORKDIR"] = sys.argv[1]

from countersign import Tenant  # noqa: E402

SCOPE = {}


def fresh():
    close()
    SCOPE["tenant"] = Tenant(forgiving=True).__enter__()
    # The user that every test begins with.
    SCOPE["ann"] = SCOPE["tenant"].user("ann", password="right horse", email="ann@example.com",
                                        phones=[("work", "+15550101"), ("mobile", "+15550100")])


def close():
    if "tenant" in SCOPE:
        SCOPE["tenant"].kill()


def answer(line):
    try:
        value = eval(compile(line, "test", "eval"), SCOPE)
    except SyntaxError:
        value = exec(compile(line, "test", "exec"), SCOPE)
    return json.dumps(value, default=str)


SCOPE["fresh"] = fresh
for text in sys.stdin:
    try:
        print(answer(text.strip()), flush=True)
    except Exception as wrong:  # for the test to see
        print(f"failed: {type(wrong).__name__}: {wrong}".replace("\n", " "), flush=True)
close()
