/* SPDX-License-Identifier: Apache-2.0 */
/* A challenge from its beginning to its end: whatever ends it, it is not left behind. */
#ifndef CS_METHODS_CHALLENGE_H
#define CS_METHODS_CHALLENGE_H

#include "methods/method.h"

/* Starts with login and factor; ends by cs_open_challenge_end, which CS_AUTO calls. */
struct cs_open_challenge {
    struct cs_method_login *login;
    const struct cs_listed_factor *factor;
    struct cs_challenge challenge; /* while it is open */
    bool open;
    bool has_turn;
    bool fulfilled; /* it was approved or answered rightly: there is nothing to take back */
};

/*
 * Begins a challenge for the factor; one that is still open ends first. Where the provider holds
 * one request for each identity, this waits for other logins of it. On an error nothing is open.
 */
enum cs_err cs_open_challenge_begin(struct cs_open_challenge *open,
                                    struct cs_error *error) CS_MUST_USE;

/* Takes it back at the provider, unless it was fulfilled, lets the next login have its turn, and
 * releases it. Does nothing where none is open. */
void cs_open_challenge_end(struct cs_open_challenge *open);

#endif
