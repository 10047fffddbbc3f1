#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""10,000 random keys, times, algorithms and digits: our codes are those of oathtool.

usage: test_oathtool.py TOTP-CODES   (the program made from totp_codes.c)
"""
import concurrent.futures
import random
import shutil
import subprocess
import sys

COUNT = 10_000


def oathtool(row):
    key, seconds, algorithm, digits = row
    return subprocess.run(
        ["oathtool", f"--totp={algorithm}", f"--digits={digits}", "-s", "30s", "-N", f"@{seconds}", key],
        check=True, capture_output=True, text=True).stdout.strip()


def main():
    if not shutil.which("oathtool"):
        print("oathtool is not installed")
        return 77
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    rows = [(dice.randbytes(dice.randint(16, 128)).hex(), dice.randrange(2 ** dice.choice((31, 33, 36))),
             dice.choice(("sha1", "sha256", "sha512")), dice.choice((6, 7, 8))) for _ in range(COUNT)]
    lines = "".join(" ".join(map(str, row)) + "\n" for row in rows)
    ours = subprocess.run([sys.argv[1]], input=lines, check=True, capture_output=True, text=True).stdout.split()
    assert len(ours) == COUNT
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        theirs = list(pool.map(oathtool, rows))
    wrong = [(row, a, b) for row, a, b in zip(rows, ours, theirs) if a != b]
    for entry in wrong[:10]:
        print(entry)
    print(f"{COUNT - len(wrong)} of {COUNT} agree")
    return 1 if wrong else 0


sys.exit(main())
