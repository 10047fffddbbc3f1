/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a person to touch a key, over any transport, in rounds with pauses in between; a FIDO2 key
 * that is the only one to ask waits for the touch by itself. */
#ifndef CS_U2F_TOUCH_H
#define CS_U2F_TOUCH_H

#include <stdbool.h>

#include "u2f/message.h"
#include "u2f/pin.h"
#include "u2f/transport.h"

/* Time for the first look at the keys, from when they were found, whatever the deadline. */
enum { CS_U2F_LOOK_MS = 1000 };

struct cs_u2f_touch {
    const struct cs_u2f_transport_ops *transport;
    const char *app_id;                        /* the relying party of FIDO2; borrowed */
    unsigned char app_hash[CS_U2F_HASH_BYTES]; /* of `app_id` */
    unsigned char client_hash[CS_U2F_HASH_BYTES];
    /* Handles that may sign; to register, handles whose key must not be registered again.
     * Borrowed. */
    const struct cs_u2f_handle *handles;
    size_t handle_count;
    enum cs_u2f_verification verification; /* a handle may demand more */
    const struct cs_u2f_pin_asker *asker;  /* NULL: nobody can be asked for a PIN */
    int tries_kept; /* no PIN goes to a key that takes so many or fewer; 0: to any */
    /* to register: */
    const char *user;  /* a name that the key may show; NULL for none. Borrowed */
    bool fido2;        /* make a FIDO2 credential if the key can */
    bool attestation;  /* FIDO2: with the attestation of the key's maker; U2F always has it */
    int64_t deadline;  /* cs_clock_ms; if already past, only looks for the key */
    int cancel_fd;     /* readable or closed once nobody is waiting any more; -1 for none */
    bool wait_for_key; /* wait for the right key to be plugged in */
};

/*
 * Cancel and deadline are checked before each message, but the first look gets its time even if the
 * deadline has passed. No wait outlasts one message to one key (a few seconds), except for a FIDO2
 * key that waits for its touch, which ends at the cancel or the deadline. The time in which the
 * person is asked for a PIN does not count. Of several keys that could sign, the person chooses one
 * by a touch; if it speaks FIDO2, another touch makes it sign. Errors:
 *
 *   CS_ERR_NOT_FOUND    no key is plugged in, none may be opened, or there is no library or no USB
 *   CS_ERR_INPUT        no key knows any of the handles; to register, every key is enrolled already
 *   CS_ERR_TIMEOUT      the right key is there, but was not touched
 *   CS_ERR_UNAVAILABLE  the key was pulled out or fails, also after it was looked for once more, if
 *                       there was time to (a failure is forgotten once all keys answered again); or
 *                       the keys took so long to answer that not all could be examined; or a key
 *                       that got a PIN fails, and is not asked again
 *   CS_ERR_CANNOT_ASK   the key demands its PIN, and nobody can be asked; if only looking for the
 *                       key: the right one, or one that tells only with its PIN, will demand it
 *   CS_ERR_CONFIG       verification is required, and the key has no PIN, or speaks U2F only; or
 *                       it verifies by itself, no longer does, and has no PIN
 *   CS_ERR_UNSUPPORTED  to register, the key does not speak what is asked for
 *   CS_ERR_RESTING      the key takes no PIN until it is pulled out: too many were wrong
 *   CS_ERR_LIMIT        the key takes no PIN any more until it is reset
 *   CS_ERR_SPARED       no PIN was sent, because of `tries_kept`
 *   CS_ERR_STALE        the key takes its PIN only to have it changed
 *   CS_ERR_CANCELLED    cancel_fd, or the person gave no PIN
 */

/* Asks the key that recognises a handle to sign; *ret_handle is that handle's index. The result is
 * unverified; pass it to verify.h. */
enum cs_err cs_u2f_touch_authenticate(const struct cs_u2f_touch *touch, size_t *ret_handle,
                                      struct cs_u2f_assertion *ret_assertion,
                                      struct cs_error *error) CS_MUST_USE;

/* Asks the key that is touched first to register. */
enum cs_err cs_u2f_touch_register(const struct cs_u2f_touch *touch,
                                  struct cs_u2f_enrolled *ret_enrolled,
                                  struct cs_error *error) CS_MUST_USE;

#endif
