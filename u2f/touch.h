/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a person to touch a key, over any transport: rounds with pauses in between. */
#ifndef CS_U2F_TOUCH_H
#define CS_U2F_TOUCH_H

#include <stdbool.h>

#include "u2f/message.h"
#include "u2f/transport.h"

/* The first look at the keys has this time from when they were found, whatever the deadline. */
enum { CS_U2F_LOOK_MS = 1000 };

struct cs_u2f_touch {
    const struct cs_u2f_transport_ops *transport;
    unsigned char app_hash[CS_U2F_HASH_BYTES];
    unsigned char client_hash[CS_U2F_HASH_BYTES];
    /* Those that may sign; to register, those whose key must not be registered again. Borrowed. */
    const struct cs_u2f_handle *handles;
    size_t handle_count;
    int64_t deadline;  /* cs_clock_ms; one that has passed only looks for the key */
    int cancel_fd;     /* readable or closed: nobody waits any more; -1 for none */
    bool wait_for_key; /* the right key may yet be plugged in */
};

/*
 * No wait is longer than what one key takes to answer one message or not (a few seconds): cancel
 * and deadline count before each message, but for that first look also a deadline that has passed
 * leaves a moment. Errors:
 *
 *   CS_ERR_NOT_FOUND    no key is plugged in, or none that may be opened, or no library or no USB
 *                       is here
 *   CS_ERR_INPUT        none of the keys knows a handle; to register, every key is enrolled already
 *   CS_ERR_TIMEOUT      the right key is there, but was not touched
 *   CS_ERR_UNAVAILABLE  the key was pulled out or fails, also after it was looked for once more, if
 *                       there was time to (a failure is forgotten once all keys answered again); or
 *                       the keys took so long to answer that not all could be looked at
 *   CS_ERR_CANCELLED    cancel_fd
 */

/* Has the key that knows a handle sign; *ret_handle says which. What it sends is a claim until
 * verify.h has seen it. */
enum cs_err cs_u2f_touch_authenticate(const struct cs_u2f_touch *touch, size_t *ret_handle,
                                      struct cs_u2f_assertion *ret_assertion,
                                      struct cs_error *error) CS_MUST_USE;

/* Has the key that is touched first register; `*ret_length` bytes of registration data. */
enum cs_err cs_u2f_touch_register(const struct cs_u2f_touch *touch,
                                  unsigned char ret_data[CS_U2F_REGISTRATION_MAX],
                                  size_t *ret_length, struct cs_error *error) CS_MUST_USE;

#endif
