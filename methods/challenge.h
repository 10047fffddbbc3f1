/* SPDX-License-Identifier: Apache-2.0 */
/* A challenge from start to finish. However the login ends, no challenge is left behind. */
#ifndef CS_METHODS_CHALLENGE_H
#define CS_METHODS_CHALLENGE_H

#include "methods/method.h"

/* Set `login` and `factor` first, and the user's own secret if there is one. CS_AUTO calls
 * cs_open_challenge_end. */
struct cs_open_challenge {
    struct cs_method_login *login;
    const struct cs_listed_factor *factor;
    struct cs_challenge challenge; /* while it is open */
    size_t room, more_room; /* for a security key's request; see struct cs_challenge_request */
    unsigned skipped;
    struct cs_secret user_code; /* that a request needs, if the challenge wanted it; owned */
    bool open;
    bool has_turn;
    bool fulfilled; /* approved or answered correctly: nothing to withdraw */
};

/* Begins a challenge for the factor, after ending one that is still open. If the provider holds one
 * request for each identity, this waits for that identity's other logins. On an error nothing is
 * open. */
enum cs_err cs_open_challenge_begin(struct cs_open_challenge *open,
                                    struct cs_error *error) CS_MUST_USE;

/* Withdraws the challenge at the provider unless it was fulfilled, gives the next login its turn,
 * and releases everything. Does nothing if no challenge is open. */
void cs_open_challenge_end(struct cs_open_challenge *open);

#endif
