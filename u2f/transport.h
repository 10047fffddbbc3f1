/* SPDX-License-Identifier: Apache-2.0 */
/* A way to reach keys: the interface between what they are asked and the library that carries
 * it. */
#ifndef CS_U2F_TRANSPORT_H
#define CS_U2F_TRANSPORT_H

#include "u2f/message.h"

struct cs_u2f_transport; /* an open transport; each kind defines its own */

/* What a key can do. */
struct cs_u2f_traits {
    bool u2f;     /* takes APDUs */
    bool fido2;   /* takes questions */
    bool pin_set; /* verifies by its PIN */
    bool itself;  /* ... by itself: a fingerprint */
};

/* A request in CTAP 2, whose relying party is the application. Everything is borrowed. */
struct cs_u2f_question {
    const char *app_id;
    const unsigned char *client_hash;    /* CS_U2F_HASH_BYTES */
    const struct cs_u2f_handle *handles; /* to sign, one; to register, those that exclude the key */
    size_t handle_count;
    const char *pin;  /* NULL: none */
    bool itself;      /* the key verifies by itself */
    bool untouched;   /* only to learn whether the key knows the handle */
    const char *user; /* to register: a name that the key may show; "" for none */
    bool attestation; /* ... also yields the attestation of the key's maker */
    int64_t deadline; /* cs_clock_ms */
    int cancel_fd;    /* as in struct cs_u2f_touch */
};

enum cs_u2f_outcome {
    CS_U2F_DONE,
    CS_U2F_UNKNOWN_HANDLE,
    CS_U2F_EXCLUDED, /* the key knows one of the handles */
    CS_U2F_NOT_TOUCHED,
    CS_U2F_PIN_NEEDED,
    CS_U2F_PIN_REFUSED,
    CS_U2F_PIN_RESTS,      /* until the key was pulled out */
    CS_U2F_PIN_BLOCKED,    /* until it is reset */
    CS_U2F_PIN_MISSING,    /* none is set */
    CS_U2F_PIN_STALE,      /* another one must be set first */
    CS_U2F_NOT_RECOGNISED, /* it could not verify by itself */
    CS_U2F_ITSELF_BLOCKED, /* ... too often */
};

/* For keys with the trait `fido2`. An error concerns the key: CS_ERR_UNAVAILABLE, or
 * CS_ERR_CANCELLED. When a call ends before the key answered, the key is told and stops waiting. */
struct cs_u2f_fido2_ops {
    /* authenticatorGetAssertion; waits for the touch. The result is unverified. */
    enum cs_err (*sign)(struct cs_u2f_transport *transport, unsigned key,
                        const struct cs_u2f_question *question, enum cs_u2f_outcome *ret_outcome,
                        struct cs_u2f_assertion *ret_assertion, struct cs_error *error);
    /* authenticatorMakeCredential; waits for the touch. */
    enum cs_err (*make)(struct cs_u2f_transport *transport, unsigned key,
                        const struct cs_u2f_question *question, enum cs_u2f_outcome *ret_outcome,
                        struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error);
    /* Makes the key wait for a touch that means nothing but "this one". */
    enum cs_err (*begin_touch)(struct cs_u2f_transport *transport, unsigned key,
                               struct cs_error *error);
    /* Looks without waiting. CS_U2F_NOT_TOUCHED: the key gave up, begin again. */
    enum cs_err (*look_touched)(struct cs_u2f_transport *transport, unsigned key, bool *ret_touched,
                                enum cs_u2f_outcome *ret_outcome, struct cs_error *error);
    /* After begin_touch. */
    void (*end_touch)(struct cs_u2f_transport *transport, unsigned key);
    /* -1 if unknown */
    int (*tries_left)(struct cs_u2f_transport *transport, unsigned key);
    /* Whether a key whose PIN is set demands it to register, whatever the request says. */
    bool (*registers_with_pin)(struct cs_u2f_transport *transport, unsigned key);
};

/* Not thread-safe. Every call returns within seconds, except `sign` and `make`; to wait for a touch
 * in U2F, the caller asks again until its own deadline. */
struct cs_u2f_transport_ops {
    const char *name;
    /* CS_ERR_NOT_FOUND if there is no library or no USB. */
    enum cs_err (*open)(struct cs_u2f_transport **ret_transport, struct cs_error *error);
    /* Looks for keys again; they are numbered from 0 until the next call. Finding none is not an
     * error, unless there is one that may not be opened: CS_ERR_NOT_FOUND. */
    enum cs_err (*discover)(struct cs_u2f_transport *transport, unsigned *ret_keys,
                            struct cs_error *error);
    /* Sends one APDU and receives the whole reply with its status word. On entry `*ret_length` is
     * the size of the buffer (CS_U2F_REPLY_ROOM is enough). An error concerns this key only. */
    enum cs_err (*exchange)(struct cs_u2f_transport *transport, unsigned key,
                            const unsigned char *apdu, size_t length, unsigned char *ret_reply,
                            size_t *ret_length, struct cs_error *error);
    /* Releases what open returned; accepts NULL. */
    void (*close)(struct cs_u2f_transport *transport);
    /* NULL: every key is asked in U2F. */
    struct cs_u2f_traits (*traits)(const struct cs_u2f_transport *transport, unsigned key);
    const struct cs_u2f_fido2_ops *fido2; /* NULL if `traits` never says so */
};

#endif
