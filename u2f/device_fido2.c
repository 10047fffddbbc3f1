/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libfido2 finds the keys and speaks CTAP 2 with those that know it (device_fido2_key.h, over a
 * transport of ours). hid.c exchanges APDUs with the others: libfido2's own requests in U2F cannot
 * look for a handle and leave the rounds to us, nor can it send a raw message to an opened key.
 * Keys over NFC or PC/SC, which libfido2 lists too, have no HID device and are skipped.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "u2f/device.h"
#include "u2f/device_fido2_key.h"
#include "u2f/hid.h"
#include "u2f/refused.h"

enum { EXCHANGE_MS = 4000, INIT_MS = 1000 };

struct key {
    struct cs_u2f_hid hid;
    fido_dev_t *dev; /* NULL: speaks U2F only */
};

struct cs_u2f_transport {
    struct key keys[CS_U2F_KEYS_MAX];
    unsigned count;
};

static void close_all(struct cs_u2f_transport *transport)
{
    for (unsigned i = 0; i < transport->count; i++) {
        cs_fido2_close(&transport->keys[i].dev);
        cs_fd_close(&transport->keys[i].hid.fd);
    }
    transport->count = 0;
}

static void close_keys(struct cs_u2f_transport *transport)
{
    if (transport == NULL)
        return;
    close_all(transport);
    free(transport);
}

static enum cs_err open_keys(struct cs_u2f_transport **ret_transport, struct cs_error *error)
{
    *ret_transport = calloc(1, sizeof **ret_transport);
    if (*ret_transport == NULL)
        return cs_fail_nomem(error);
    fido_init(0);
    return CS_OK;
}

/* A key that does not answer does not count. */
static void add_key(struct cs_u2f_transport *transport, const char *path)
{
    struct key *key = &transport->keys[transport->count];
    CS_AUTO(cs_fd_close) int fd = -1;
    int64_t deadline = cs_clock_ms() + INIT_MS;

    if (path == NULL || strncmp(path, "/dev/", 5) != 0)
        return;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    *key = (struct key){0};
    if (fd < 0 || cs_u2f_hid_init(&key->hid, fd, deadline, NULL) != CS_OK)
        return;
    if ((key->hid.capabilities & CS_U2F_SPEAKS_FIDO2) != 0)
        key->dev = cs_fido2_open(fd);
    if (key->dev == NULL && (key->hid.capabilities & CS_U2F_TAKES_NO_APDU) != 0)
        return;
    transport->count++;
    fd = -1;
}

static enum cs_err discover(struct cs_u2f_transport *transport, unsigned *ret_keys,
                            struct cs_error *error)
{
    fido_dev_info_t *list = fido_dev_info_new(CS_U2F_KEYS_MAX);
    size_t found = 0;
    int result;

    if (list == NULL)
        return cs_fail_nomem(error);
    close_all(transport);
    result = fido_dev_info_manifest(list, CS_U2F_KEYS_MAX, &found);
    for (size_t i = 0; result == FIDO_OK && i < found; i++)
        add_key(transport, fido_dev_info_path(fido_dev_info_ptr(list, i)));
    fido_dev_info_free(&list, CS_U2F_KEYS_MAX);
    *ret_keys = transport->count;
    if (result != FIDO_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "libfido2: %s", fido_strerr(result));
    return transport->count > 0 ? CS_OK
                                : cs_u2f_check_refused(CS_U2F_HID_CLASS, CS_U2F_DEVICES, error);
}

static enum cs_err exchange(struct cs_u2f_transport *transport, unsigned key,
                            const unsigned char *apdu, size_t length, unsigned char *ret_reply,
                            size_t *ret_length, struct cs_error *error)
{
    if (key >= transport->count)
        return cs_fail(error, CS_ERR_INPUT, "no request to a key of this machine");
    return cs_u2f_hid_exchange(&transport->keys[key].hid, apdu, length, ret_reply, ret_length,
                               cs_clock_ms() + EXCHANGE_MS, error);
}

static struct cs_u2f_traits traits(const struct cs_u2f_transport *transport, unsigned key)
{
    const struct key *asked = &transport->keys[key];

    return (struct cs_u2f_traits){
        .u2f = (asked->hid.capabilities & CS_U2F_TAKES_NO_APDU) == 0,
        .fido2 = asked->dev != NULL,
        .pin_set = asked->dev != NULL && fido_dev_has_pin(asked->dev),
        .itself = asked->dev != NULL && fido_dev_has_uv(asked->dev),
    };
}

/* ---- keys that speak FIDO2; the caller has asked for their traits ---- */

static enum cs_err sign(struct cs_u2f_transport *transport, unsigned key,
                        const struct cs_u2f_question *question, enum cs_u2f_outcome *ret_outcome,
                        struct cs_u2f_assertion *ret_assertion, struct cs_error *error)
{
    return cs_fido2_sign(transport->keys[key].dev, question, ret_outcome, ret_assertion, error);
}

static enum cs_err make(struct cs_u2f_transport *transport, unsigned key,
                        const struct cs_u2f_question *question, enum cs_u2f_outcome *ret_outcome,
                        struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    return cs_fido2_make(transport->keys[key].dev, question, ret_outcome, ret_enrolled, error);
}

static enum cs_err begin_touch(struct cs_u2f_transport *transport, unsigned key,
                               struct cs_error *error)
{
    return cs_fido2_begin_touch(transport->keys[key].dev, error);
}

static enum cs_err look_touched(struct cs_u2f_transport *transport, unsigned key, bool *ret_touched,
                                enum cs_u2f_outcome *ret_outcome, struct cs_error *error)
{
    return cs_fido2_look_touched(transport->keys[key].dev, ret_touched, ret_outcome, error);
}

static void end_touch(struct cs_u2f_transport *transport, unsigned key)
{
    cs_fido2_end_touch(transport->keys[key].dev);
}

static int tries_left(struct cs_u2f_transport *transport, unsigned key)
{
    return cs_fido2_tries_left(transport->keys[key].dev);
}

static bool registers_with_pin(struct cs_u2f_transport *transport, unsigned key)
{
    return cs_fido2_registers_with_pin(transport->keys[key].dev);
}

static const struct cs_u2f_fido2_ops fido2 = {
    sign, make, begin_touch, look_touched, end_touch, tries_left, registers_with_pin};

const struct cs_u2f_transport_ops cs_u2f_device = {"libfido2", open_keys, discover, exchange,
                                                   close_keys, traits,    &fido2};
