/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libfido2 finds the keys; hid.c exchanges messages with them. libfido2's own requests hash the
 * relying party's name and take no APDU, and an application parameter cannot be turned back into a
 * name; nor can it send a raw message to an opened key. Keys over NFC or PC/SC, which libfido2
 * lists too, have no HID device and are skipped.
 */
#include <fcntl.h>
#include <fido.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "u2f/device.h"
#include "u2f/hid.h"
#include "u2f/refused.h"

enum { EXCHANGE_MS = 4000, INIT_MS = 1000 };

struct cs_u2f_transport {
    struct cs_u2f_hid keys[CS_U2F_KEYS_MAX];
    unsigned count;
};

static void close_all(struct cs_u2f_transport *transport)
{
    for (unsigned i = 0; i < transport->count; i++)
        cs_fd_close(&transport->keys[i].fd);
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
    CS_AUTO(cs_fd_close) int fd = -1;
    int64_t deadline = cs_clock_ms() + INIT_MS;

    if (path == NULL || strncmp(path, "/dev/", 5) != 0)
        return;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || cs_u2f_hid_init(&transport->keys[transport->count], fd, deadline, NULL) != CS_OK)
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
    return cs_u2f_hid_exchange(&transport->keys[key], apdu, length, ret_reply, ret_length,
                               cs_clock_ms() + EXCHANGE_MS, error);
}

const struct cs_u2f_transport_ops cs_u2f_device = {"libfido2", open_keys, discover, exchange,
                                                   close_keys};
