/* SPDX-License-Identifier: Apache-2.0 */
/* The two messages between the broker and countersign-u2f-host: docs/PROTOCOL.md, "The helper for
 * security keys". */
#ifndef CS_U2F_HOST_MESSAGE_H
#define CS_U2F_HOST_MESSAGE_H

#include <stdbool.h>

#include "base/secret.h"
#include "u2f/pin.h"
#include "u2f/relay.h"

enum {
    CS_U2F_HOST_VERSION = 2,
    CS_U2F_HOST_REQUEST_MAX = 1 + 1 + 1 + 1 + 4 + (1 + CS_U2F_APP_ID_MAX) + CS_U2F_HASH_BYTES +
                              (1 + CS_U2F_USER_MAX) + (1 + CS_U2F_PIN_MAX) + 1 +
                              CS_U2F_RELAY_HANDLES * (2 + CS_U2F_HANDLE_MAX),
    CS_U2F_HOST_ANSWER_MAX = 3 + CS_U2F_REGISTRATION_MAX,
    CS_U2F_HOST_MS_MAX = 600000,
};

struct cs_u2f_host_request {
    enum cs_u2f_purpose purpose;
    bool wait_for_key;     /* wait for the right key to be plugged in */
    uint32_t milliseconds; /* time for the touch; 0 only looks for the key */
    enum cs_u2f_verification verification;
    bool fido2, attestation; /* to register, as in struct cs_u2f_touch */
    char app_id[CS_U2F_APP_ID_MAX + 1];
    char user[CS_U2F_USER_MAX + 1]; /* to register; may be "" */
    unsigned char client_hash[CS_U2F_HASH_BYTES];
    struct cs_secret pin; /* owned; empty: none. At most CS_U2F_PIN_MAX bytes */
    struct cs_u2f_handle handles[CS_U2F_RELAY_HANDLES]; /* as in struct cs_u2f_touch */
    size_t handle_count;
};

/* Wipes and releases the PIN. */
void cs_u2f_host_clear_request(struct cs_u2f_host_request *request);

/* `result` is CS_OK or an error of u2f/touch.h; most of the rest is valid only with CS_OK. */
struct cs_u2f_host_answer {
    enum cs_u2f_purpose purpose; /* of the request being answered */
    enum cs_err result;
    struct cs_u2f_answer answer;     /* to authenticate */
    struct cs_u2f_enrolled enrolled; /* to register */
    /* with CS_ERR_CANNOT_ASK: why the key's PIN must be asked for; the number is -1 if unknown */
    enum cs_u2f_pin_state pin;
    int tries_left;
};

/* Write packets; release them with cs_secret_free. CS_ERR_INPUT for values without a valid form. */
enum cs_err cs_u2f_host_write_request(const struct cs_u2f_host_request *request,
                                      struct cs_secret *ret_packet,
                                      struct cs_error *error) CS_MUST_USE;
enum cs_err cs_u2f_host_write_answer(const struct cs_u2f_host_answer *answer,
                                     struct cs_secret *ret_packet,
                                     struct cs_error *error) CS_MUST_USE;

/* CS_ERR_PROTOCOL for anything that the other end would not have written. Release the request with
 * cs_u2f_host_clear_request. */
enum cs_err cs_u2f_host_read_request(const struct cs_secret *packet,
                                     struct cs_u2f_host_request *ret_request,
                                     struct cs_error *error) CS_MUST_USE;

/* `purpose` and `handle_count` are those of the request. */
enum cs_err cs_u2f_host_read_answer(const struct cs_secret *packet, enum cs_u2f_purpose purpose,
                                    size_t handle_count, struct cs_u2f_host_answer *ret_answer,
                                    struct cs_error *error) CS_MUST_USE;

#endif
