#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libfido2 1.12.0: what fido_dev_get_assert does with two allowed credentials and a key that takes one at a time.
#
# Predicted: a key says in getInfo how many credentials a list may have (maxCredentialCountInList, CTAP 2.1, 6.4).
# libfido2 reads it, and even has a function that tells it, so it asks such a key twice, with one credential each.
# Seen: it knows the number (1) and sends both in one request all the same. The key refuses that, and the call ends
# with FIDO_ERR_LIMIT_EXCEEDED (0x15), although the key may know one of the two. fido_dev_make_cred does likewise with
# the credentials to exclude, so that a second credential cannot be made.
#
# So whoever has several credentials of a user must ask for one at a time, or count for themselves.
set -euo pipefail

version=1.12.0-2+b1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in libfido2-1=$version libfido2-dev=$version libcbor0.8=0.8.0-2+b1; do
    apt-get -q download "$package" >/dev/null 2>&1
    dpkg-deb -x "${package%=*}"_*.deb root
done

# A key that has nothing but CTAP2: it answers INIT and getInfo, and refuses lists of more than one credential.
cat >ask.c <<'C'
#define _GNU_SOURCE
#include <fido.h>
#include <stdio.h>
#include <string.h>

enum { REPORT = 64, INIT = 0x86, CBOR = 0x90, GET_INFO = 0x04, MAKE = 0x01, GET_ASSERT = 0x02 };

static unsigned char in[4096], out[REPORT], channel[4];
static size_t in_length, in_have;
static unsigned char command;

static void reply(const unsigned char *data, size_t length)
{
    memset(out, 0, sizeof out);
    memcpy(out, channel, 4);
    out[4] = command;
    out[6] = (unsigned char)length;
    memcpy(out + 7, data, length);
}

static void answer(void)
{
    static const unsigned char info[] =
        "\x00\xa3\x01\x81\x68" "FIDO_2_0" "\x03\x50" "AAGUIDAAGUIDAAGU" "\x07\x01";
    size_t credentials = 0;
    unsigned char status;

    if (command == INIT) {
        unsigned char data[17] = {0};

        memcpy(data, in, 8); /* nonce */
        memcpy(data + 8, "\1\2\3\4", 4); /* channel */
        data[12] = 2;
        data[16] = 0x0c; /* CTAP2, and no U2F */
        reply(data, sizeof data);
        return;
    }
    if (in[0] == GET_INFO) {
        reply(info, sizeof info - 1);
        return;
    }
    for (unsigned char *c = in; (c = memmem(c, in_length - (size_t)(c - in), "public-key", 10)) != NULL; c++)
        credentials++;
    if (in[0] == MAKE)
        credentials--; /* that of pubKeyCredParams */
    printf(" %zu credentials in one request,", credentials);
    status = credentials > 1 ? 0x15 : 0x2e; /* limit exceeded; no credentials */
    reply(&status, 1);
}

static void *open_key(const char *path)
{
    (void)path;
    return in;
}

static void close_key(void *key)
{
    (void)key;
}

static int read_key(void *key, unsigned char *report, size_t length, int milliseconds)
{
    (void)key;
    (void)milliseconds;
    memcpy(report, out, length);
    return (int)length;
}

/* The report's number comes first. */
static int write_key(void *key, const unsigned char *report, size_t length)
{
    const unsigned char *packet = report + 1, *data = packet + 5;
    size_t room = REPORT - 5;

    (void)key;
    if ((packet[4] & 0x80) != 0) {
        memcpy(channel, packet, 4);
        command = packet[4];
        in_length = (size_t)packet[5] << 8 | packet[6];
        in_have = 0;
        data += 2;
        room -= 2;
    }
    if (room > in_length - in_have)
        room = in_length - in_have;
    memcpy(in + in_have, data, room);
    in_have += room;
    if (in_have == in_length)
        answer();
    return (int)length;
}

int main(void)
{
    static const fido_dev_io_t io = {open_key, close_key, read_key, write_key};
    static const unsigned char hash[32], handles[2][64] = {{1}, {2}};
    fido_cbor_info_t *info = fido_cbor_info_new();
    fido_assert_t *assertion = fido_assert_new();
    fido_cred_t *credential = fido_cred_new();
    fido_dev_t *key = fido_dev_new();
    int made, got;

    fido_init(0);
    if (fido_dev_set_io_functions(key, &io) != FIDO_OK || fido_dev_open(key, "key") != FIDO_OK ||
        fido_dev_get_cbor_info(key, info) != FIDO_OK)
        return 1;
    printf("a list may have %llu;", (unsigned long long)fido_cbor_info_maxcredcntlst(info));
    if (fido_assert_set_rp(assertion, "example") != FIDO_OK ||
        fido_assert_set_clientdata_hash(assertion, hash, sizeof hash) != FIDO_OK ||
        fido_cred_set_type(credential, COSE_ES256) != FIDO_OK ||
        fido_cred_set_rp(credential, "example", NULL) != FIDO_OK ||
        fido_cred_set_user(credential, hash, sizeof hash, "user", NULL, NULL) != FIDO_OK ||
        fido_cred_set_clientdata_hash(credential, hash, sizeof hash) != FIDO_OK)
        return 1;
    for (int i = 0; i < 2; i++) {
        if (fido_assert_allow_cred(assertion, handles[i], sizeof handles[i]) != FIDO_OK ||
            fido_cred_exclude(credential, handles[i], sizeof handles[i]) != FIDO_OK)
            return 1;
    }
    got = fido_dev_get_assert(key, assertion, NULL);
    printf(" get_assert 0x%02x;", (unsigned)got);
    made = fido_dev_make_cred(key, credential, NULL);
    printf(" make_cred 0x%02x\n", (unsigned)made);
    return 0;
}
C
library=$(dirname "$(find "$folder/root" -name 'libfido2.so.1' | head -n 1)")
cc -I"$folder/root/usr/include" -o ask ask.c -L"$library" -l:libfido2.so.1 -Wl,--allow-shlib-undefined

echo "libfido2 $version"
expected='a list may have 1; 2 credentials in one request, get_assert 0x15;'
expected+=' 2 credentials in one request, make_cred 0x15'
got=$(LD_LIBRARY_PATH=$library ./ask)
echo "$got"
[[ $got == "$expected" ]] || { echo "expected: $expected" && exit 1; }
