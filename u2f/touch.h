/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a person to touch a key, over any transport, in rounds with pauses in between. */
#ifndef CS_U2F_TOUCH_H
#define CS_U2F_TOUCH_H

#include <stdbool.h>

#include "u2f/message.h"
#include "u2f/transport.h"

/* Time for the first look at the keys, from when they were found, whatever the deadline. */
enum { CS_U2F_LOOK_MS = 1000 };

struct cs_u2f_touch {
    const struct cs_u2f_transport_ops *transport;
    unsigned char app_hash[CS_U2F_HASH_BYTES];
    unsigned char client_hash[CS_U2F_HASH_BYTES];
    /* Handles that may sign; to register, handles whose key must not be registered again.
     * Borrowed. */
    const struct cs_u2f_handle *handles;
    size_t handle_count;
    int64_t deadline;  /* cs_clock_ms; if already past, only looks for the key */
    int cancel_fd;     /* readable or closed once nobody is waiting any more; -1 for none */
    bool wait_for_key; /* wait for the right key to be plugged in */
};

/*
 * No wait outlasts one message to one key, answered or not (a few seconds): cancel and deadline are
 * checked before each message, but the first look gets its time even if the deadline has passed.
 * Errors:
 *
 *   CS_ERR_NOT_FOUND    no key is plugged in, none may be opened, or there is no library or no USB
 *   CS_ERR_INPUT        no key knows any of the handles; to register, every key is enrolled already
 *   CS_ERR_TIMEOUT      the right key is there, but was not touched
 *   CS_ERR_UNAVAILABLE  the key was pulled out or fails, also after it was looked for once more, if
 *                       there was time to (a failure is forgotten once all keys answered again); or
 *                       the keys took so long to answer that not all could be examined
 *   CS_ERR_CANCELLED    cancel_fd
 */

/* Asks the key that recognises a handle to sign; *ret_handle is that handle's index. The result is
 * unverified; pass it to verify.h. */
enum cs_err cs_u2f_touch_authenticate(const struct cs_u2f_touch *touch, size_t *ret_handle,
                                      struct cs_u2f_assertion *ret_assertion,
                                      struct cs_error *error) CS_MUST_USE;

/* Asks the key that is touched first to register; yields `*ret_length` bytes of registration
 * data. */
enum cs_err cs_u2f_touch_register(const struct cs_u2f_touch *touch,
                                  unsigned char ret_data[CS_U2F_REGISTRATION_MAX],
                                  size_t *ret_length, struct cs_error *error) CS_MUST_USE;

#endif
