/* SPDX-License-Identifier: Apache-2.0 */
/* clientPIN: section 6.5. The PIN is a word of the key's file; it cannot be set or changed. */
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/softkey/ctap2.h"

enum { IN_A_ROW = 3, PIN_HASH = 16, UV_TRIES = 3, STATE_MAX = 128 };

/* Parameters of a request, and of its answer. */
enum {
    PROTOCOL = 0x01,
    COMMAND = 0x02,
    AGREEMENT = 0x03,
    PIN_HASH_ENC = 0x06,
    PERMISSIONS = 0x09,
    RP = 0x0a
};
enum {
    KEY_AGREEMENT = 0x01,
    TOKEN = 0x02,
    TRIES_LEFT = 0x03,
    NEEDS_POWER_CYCLE = 0x04,
    UV_TRIES_LEFT = 0x05
};

/* ---- how many wrong PINs there were ---- */

/* In keyN.pin: in succession, and since it was plugged in, which is when it became that file. */
struct tries {
    unsigned wrong, in_a_row;
};

static int open_tries(const struct hid_device_ *key)
{
    char path[SOFTKEY_PATH_MAX + 16];
    int fd;

    (void)snprintf(path, sizeof path, "%s.pin", key->path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    softkey_must(fd >= 0);
    return fd;
}

static struct tries read_tries(const struct hid_device_ *key)
{
    struct tries tries = {0};
    char text[STATE_MAX] = "", *rest = text;
    int fd = open_tries(key);

    softkey_must(read(fd, text, sizeof text - 1) >= 0);
    close(fd);
    tries.wrong = (unsigned)strtoul(text, &rest, 10);
    tries.in_a_row = (unsigned)strtoul(rest, &rest, 10);
    if (strncmp(rest + strspn(rest, " "), key->plugged_in, strlen(key->plugged_in)) != 0)
        tries.in_a_row = 0;
    return tries;
}

static void write_tries(const struct hid_device_ *key, struct tries tries)
{
    char text[STATE_MAX];
    int length =
        snprintf(text, sizeof text, "%u %u %s\n", tries.wrong, tries.in_a_row, key->plugged_in);
    int fd = open_tries(key);

    softkey_must(pwrite(fd, text, (size_t)length, 0) == length);
    close(fd);
}

static unsigned tries_left(const struct hid_device_ *key, struct tries tries)
{
    return tries.wrong < key->wishes.pin_left ? key->wishes.pin_left - tries.wrong : 0;
}

/* Counts before it judges. */
static enum ctap2_status judge(struct hid_device_ *key, const unsigned char hash[PIN_HASH])
{
    unsigned char expected[SOFTKEY_HASH];
    struct tries tries = read_tries(key);

    if (tries_left(key, tries) == 0)
        return CTAP2_PIN_BLOCKED;
    if (tries.in_a_row >= IN_A_ROW)
        return CTAP2_PIN_AUTH_BLOCKED;
    softkey_must(EVP_Digest(key->wishes.pin, strlen(key->wishes.pin), expected, NULL, EVP_sha256(),
                            NULL) == 1);
    if (CRYPTO_memcmp(hash, expected, PIN_HASH) == 0) {
        write_tries(key, (struct tries){0});
        return CTAP2_DONE;
    }
    tries.wrong++;
    tries.in_a_row++;
    write_tries(key, tries);
    softkey_must(RAND_bytes(key->pin.agreement, SOFTKEY_SECRET) == 1);
    if (tries_left(key, tries) == 0)
        return CTAP2_PIN_BLOCKED;
    return tries.in_a_row >= IN_A_ROW ? CTAP2_PIN_AUTH_BLOCKED : CTAP2_PIN_INVALID;
}

/* ---- subcommands ---- */

struct request {
    int protocol, permissions;
    const cbor_item_t *map;
};

static enum ctap2_status get_tries(struct hid_device_ *key, const struct request *request,
                                   cbor_item_t **ret_answer)
{
    const struct tries tries = read_tries(key);

    (void)request;
    *ret_answer = cbor_new_definite_map(2);
    ctap2_put(*ret_answer, TRIES_LEFT, ctap2_new_number((int)tries_left(key, tries)));
    ctap2_put(*ret_answer, NEEDS_POWER_CYCLE, cbor_build_bool(tries.in_a_row >= IN_A_ROW));
    return CTAP2_DONE;
}

static enum ctap2_status get_uv_tries(struct hid_device_ *key, const struct request *request,
                                      cbor_item_t **ret_answer)
{
    (void)request;
    if (!key->wishes.uv)
        return CTAP2_INVALID_PARAMETER;
    *ret_answer = cbor_new_definite_map(1);
    ctap2_put(*ret_answer, UV_TRIES_LEFT, ctap2_new_number(UV_TRIES));
    return CTAP2_DONE;
}

static enum ctap2_status get_agreement(struct hid_device_ *key, const struct request *request,
                                       cbor_item_t **ret_answer)
{
    struct softkey_pair pair = softkey_make_point(key->pin.agreement);

    (void)request;
    EVP_PKEY_free(pair.key);
    *ret_answer = cbor_new_definite_map(1);
    ctap2_put(*ret_answer, KEY_AGREEMENT, ctap2_new_cose(COSE_ECDH, pair.public));
    return CTAP2_DONE;
}

static enum ctap2_status agree(const struct hid_device_ *key, const struct request *request,
                               struct ctap2_shared *ret_shared)
{
    const cbor_item_t *point = ctap2_get(request->map, AGREEMENT);
    struct ctap2_bytes x, y;

    if (point == NULL)
        return CTAP2_MISSING_PARAMETER;
    if (ctap2_bytes(ctap2_get(point, -2), &x) != CTAP2_DONE ||
        ctap2_bytes(ctap2_get(point, -3), &y) != CTAP2_DONE)
        return CTAP2_UNEXPECTED_TYPE;
    if (x.length != SOFTKEY_HASH || y.length != SOFTKEY_HASH ||
        !ctap2_agree(request->protocol, key->pin.agreement, x.data, y.data, ret_shared))
        return CTAP2_INVALID_PARAMETER;
    return CTAP2_DONE;
}

/* A new token; whom and what it is for was checked. */
static enum ctap2_status give_token(struct hid_device_ *key, const struct request *request,
                                    const struct ctap2_shared *shared, bool present,
                                    cbor_item_t **ret_answer)
{
    unsigned char encrypted[CTAP2_ENCRYPTED_MAX];
    struct softkey_pin_state *pin = &key->pin;
    struct ctap2_bytes rp;
    size_t length;

    if (ctap2_text(ctap2_get(request->map, RP), &rp) != CTAP2_DONE)
        return CTAP2_UNEXPECTED_TYPE;
    softkey_must(RAND_bytes(pin->token, SOFTKEY_SECRET) == 1);
    pin->permissions = (unsigned)request->permissions;
    pin->present = present;
    pin->bound = rp.data != NULL;
    if (pin->bound)
        softkey_must(EVP_Digest(rp.data, rp.length, pin->app, NULL, EVP_sha256(), NULL) == 1);
    length = ctap2_encrypt(shared, pin->token, SOFTKEY_SECRET, encrypted);
    *ret_answer = cbor_new_definite_map(1);
    ctap2_put(*ret_answer, TOKEN, cbor_build_bytestring(encrypted, length));
    return CTAP2_DONE;
}

static enum ctap2_status get_token_by_pin(struct hid_device_ *key, const struct request *request,
                                          cbor_item_t **ret_answer)
{
    unsigned char hash[PIN_HASH];
    struct ctap2_shared shared;
    struct ctap2_bytes encrypted;
    enum ctap2_status status;

    if (ctap2_bytes(ctap2_get(request->map, PIN_HASH_ENC), &encrypted) != CTAP2_DONE)
        return CTAP2_UNEXPECTED_TYPE;
    if (encrypted.data == NULL)
        return CTAP2_MISSING_PARAMETER;
    if (key->wishes.pin[0] == '\0')
        return CTAP2_PIN_NOT_SET;
    status = agree(key, request, &shared);
    if (status == CTAP2_DONE && !ctap2_decrypt(&shared, encrypted, hash))
        status = CTAP2_INVALID_PARAMETER;
    if (status == CTAP2_DONE)
        status = judge(key, hash);
    if (status == CTAP2_DONE && key->wishes.pin_status != 0)
        status = (enum ctap2_status)key->wishes.pin_status;
    return status == CTAP2_DONE ? give_token(key, request, &shared, false, ret_answer) : status;
}

static enum ctap2_status get_token_by_uv(struct hid_device_ *key, const struct request *request,
                                         cbor_item_t **ret_answer)
{
    struct ctap2_shared shared;
    enum ctap2_status status;

    if (!key->wishes.uv)
        return CTAP2_INVALID_PARAMETER;
    status = agree(key, request, &shared);
    if (status == CTAP2_DONE && !softkey_touched(key))
        status = CTAP2_WAIT;
    return status == CTAP2_DONE ? give_token(key, request, &shared, true, ret_answer) : status;
}

/* `permits`: the request says what the token is for. */
static const struct {
    int number;
    bool needs_protocol, permits;
    enum ctap2_status (*run)(struct hid_device_ *key, const struct request *request,
                             cbor_item_t **ret_answer);
} subcommands[] = {
    {1, false, false, get_tries},       {2, true, false, get_agreement},
    {5, true, false, get_token_by_pin}, {6, true, true, get_token_by_uv},
    {7, false, false, get_uv_tries},    {9, true, true, get_token_by_pin},
};

/* ---- the command ---- */

static void get_ready(struct softkey_pin_state *pin)
{
    if (!pin->ready)
        softkey_must(RAND_bytes(pin->agreement, SOFTKEY_SECRET) == 1 &&
                     RAND_bytes(pin->token, SOFTKEY_SECRET) == 1);
    pin->ready = true;
}

/* A request without permissions may do what CTAP 2.0 had. */
static enum ctap2_status read_permissions(const struct hid_device_ *key, bool permits,
                                          struct request *request)
{
    const cbor_item_t *item = ctap2_get(request->map, PERMISSIONS);

    request->permissions = CTAP2_MAY_MAKE | CTAP2_MAY_ASSERT;
    if (permits && key->wishes.old)
        return CTAP2_INVALID_PARAMETER;
    if (!permits)
        return item == NULL ? CTAP2_DONE : CTAP2_INVALID_PARAMETER;
    if (item == NULL || ctap2_get(request->map, RP) == NULL)
        return CTAP2_MISSING_PARAMETER;
    return ctap2_number(item, &request->permissions);
}

enum ctap2_status ctap2_pin(struct hid_device_ *key, const cbor_item_t *map,
                            cbor_item_t **ret_answer)
{
    struct request request = {.map = map};
    int number;
    enum ctap2_status status = ctap2_number(ctap2_get(map, COMMAND), &number);

    if (status == CTAP2_DONE)
        status = ctap2_number(ctap2_get(map, PROTOCOL), &request.protocol);
    if (status != CTAP2_DONE)
        return status;
    get_ready(&key->pin);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++) {
        if (subcommands[i].number != number)
            continue;
        if (subcommands[i].needs_protocol && !ctap2_speaks(key, request.protocol))
            return request.protocol == 0 ? CTAP2_MISSING_PARAMETER : CTAP2_INVALID_PARAMETER;
        status = read_permissions(key, subcommands[i].permits, &request);
        return status == CTAP2_DONE ? subcommands[i].run(key, &request, ret_answer) : status;
    }
    return CTAP2_INVALID_PARAMETER;
}
