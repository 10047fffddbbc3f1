/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of one login, shared by the PAM module and `countersign try`. */
#ifndef CS_WIRE_CLIENT_H
#define CS_WIRE_CLIENT_H

#include <stdbool.h>

#include "base/error.h"
#include "wire/messages.h"
#include "wire/round.h"

enum cs_client_mode {
    CS_CLIENT_AUTO,           /* the broker, or stand-alone if none is running */
    CS_CLIENT_REQUIRE_BROKER, /* never stand-alone */
    CS_CLIENT_STANDALONE,     /* always stand-alone */
};

struct cs_client {
    const char *socket_path;
    enum cs_client_mode mode;
    void *context; /* for the functions below */

    /* Shows the round and fills in one answer for each prompt. Any failure ends the login; the
     * broker is told of CS_ERR_CANNOT_ASK: the application refuses to show it. */
    enum cs_err (*exchange)(void *context, const struct cs_round *round,
                            struct cs_answers *ret_answers, struct cs_error *error);
    /* Gets the application's PAM_AUTHTOK; leaves `ret_authtok` empty if there is none. */
    enum cs_err (*authtok)(void *context, struct cs_secret *ret_authtok);
};

/*
 * Runs a login to its verdict. The caller keeps `request->config_fd`. Blocks for at most the time
 * that the broker grants plus a few seconds. CS_ERR_CANCELLED when `exchange` failed,
 * CS_ERR_UNAVAILABLE, CS_ERR_NOT_FOUND, CS_ERR_TIMEOUT, CS_ERR_HANGUP, CS_ERR_TRUST or
 * CS_ERR_PROTOCOL when the other end cannot be used.
 */
enum cs_err cs_client_login(const struct cs_client *client, struct cs_request *request,
                            struct cs_verdict_message *ret_verdict,
                            struct cs_error *error) CS_MUST_USE;

#endif
