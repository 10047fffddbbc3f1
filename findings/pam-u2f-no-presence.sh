#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# pam_u2f 1.1.0 and a credential that pamu2fcfg made with --no-user-presence ("allow using the credential without
# ensuring the user's presence"), in a line that ends with "es256," instead of "es256,+presence".
#
# Predicted: a login with it asks the key for no touch: CTAP2's option "up" is false, as it is while the module looks
# for the key that has the credential.
# Seen: the login leaves the option out, and CTAP2 (2.1, section 6.2) takes that for true: a key waits for a touch, as
# with "+presence", where the option is true. What is different is only that the module would not mind if the key said
# that nobody touched it. Both --no-user-presence and the module's userpresence=0 are needed for a login without a
# touch.
#
# So a line without "+presence" does not say that its user logs in without a touch.
set -euo pipefail

version=1.1.0-1.1+deb12u1
pam=1.5.2-6+deb12u3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in libpam-u2f=$version libfido2-1=1.12.0-2+b1 libfido2-dev=1.12.0-2+b1 libcbor0.8=0.8.0-2+b1 \
    libpam0g=$pam libpam0g-dev=$pam; do
    apt-get -q download "$package" >/dev/null 2>&1
    dpkg-deb -x "${package%=*}"_*.deb root
done

# Preloaded: the one key that libfido2 finds. It knows every credential, and nobody ever touches it.
cat >key.c <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fido.h>
#include <stdio.h>
#include <string.h>

enum { REPORT = 64, INIT = 0x86, GET_INFO = 0x04 };

static unsigned char in[4096], out[REPORT], channel[4];
static size_t in_length, in_have;
static unsigned char command;

static void reply(const void *data, size_t length)
{
    memset(out, 0, sizeof out);
    memcpy(out, channel, 4);
    out[4] = command;
    out[6] = (unsigned char)length;
    memcpy(out + 7, data, length);
}

static const char *presence(void)
{
    if (memmem(in, in_length, "\x62" "up" "\xf4", 4) != NULL)
        return "false";
    return memmem(in, in_length, "\x62" "up" "\xf5", 4) != NULL ? "true" : "left out";
}

static void answer(void)
{
    static const char info[] = "\x00\xa2\x01\x81\x68" "FIDO_2_0" "\x03\x50" "AAGUIDAAGUIDAAGU";
    static const unsigned char denied = 0x27;
    /* authenticator data of 37 bytes, and a signature */
    unsigned char assertion[52] = "\x00\xa2\x02\x58\x25", data[17] = {0};

    if (command == INIT) {
        memcpy(data, in, 8);             /* nonce */
        memcpy(data + 8, "\1\2\3\4", 4); /* channel */
        data[12] = 2;
        data[16] = 0x0c; /* CTAP2, and no U2F */
        reply(data, sizeof data);
    } else if (in[0] == GET_INFO) {
        reply(info, sizeof info - 1);
    } else {
        printf(" %s", presence());
        memcpy(assertion + 42, "\x03\x48", 2);
        if (strcmp(presence(), "false") == 0)
            reply(assertion, sizeof assertion);
        else
            reply(&denied, 1);
    }
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

static const fido_dev_io_t io = {open_key, close_key, read_key, write_key};

int fido_dev_info_manifest(fido_dev_info_t *list, size_t room, size_t *ret_count)
{
    *ret_count = room > 0;
    return fido_dev_info_set(list, 0, "key", "maker", "product", &io, NULL);
}

int fido_dev_open(fido_dev_t *key, const char *path)
{
    int (*real)(fido_dev_t *, const char *) = dlsym(RTLD_NEXT, "fido_dev_open");
    int result = fido_dev_set_io_functions(key, &io);

    return result == FIDO_OK ? real(key, path) : result;
}
C
cat >ask.c <<'C'
#include <security/pam_appl.h>
#include <stdio.h>

static int converse(int count, const struct pam_message **message, struct pam_response **response, void *data)
{
    (void)count;
    (void)message;
    (void)response;
    (void)data;
    return PAM_CONV_ERR;
}

int main(int argc, char **argv)
{
    struct pam_conv conversation = {converse, NULL};
    pam_handle_t *handle = NULL;
    int result;

    if (argc != 4 || pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &handle) != PAM_SUCCESS)
        return 1;
    result = pam_authenticate(handle, 0);
    printf(", PAM %d\n", result);
    return pam_end(handle, result) != PAM_SUCCESS;
}
C
pam_library=$(dirname "$(find root -name libpam.so.0 | head -n 1)")
fido_library=$(dirname "$(find root -name libfido2.so.1 | head -n 1)")
module=$folder/$(find root -name pam_u2f.so)
cc -shared -fPIC -Iroot/usr/include -o key.so key.c -L"$fido_library" -l:libfido2.so.1 -Wl,--allow-shlib-undefined
cc -Iroot/usr/include -o ask ask.c -L"$pam_library" -l:libpam.so.0 -Wl,--allow-shlib-undefined

mkdir pam.d
status=0
expect() # OPTIONS OF THE CREDENTIAL, OF THE MODULE, OUTPUT
{
    local got user

    user=$(id -un)
    (umask 077 && echo "$user:AQIDBA==,$(head -c 64 /dev/zero | base64 -w 0),es256,$1" >keys)
    printf '%s required %s authfile=%s origin=pam://example %s\n' auth "$module" "$folder/keys" "$2" >pam.d/login
    got="up while it looks, up to log in:$(LD_LIBRARY_PATH=$folder/$pam_library:$folder/$fido_library \
        LD_PRELOAD=$folder/key.so ./ask "$folder/pam.d" login "$user")"
    echo "'$1' '$2': $got"
    [[ $got == "up while it looks, up to log in: $3" ]] || { echo "expected: $3" && status=1; }
}
echo "pam_u2f $version"
expect '+presence' '' 'false true, PAM 7'
expect '' '' 'false left out, PAM 7'
expect '' 'userpresence=0' 'false false, PAM 7'
expect '+presence' 'userpresence=0' 'false true, PAM 7'
exit "$status"
