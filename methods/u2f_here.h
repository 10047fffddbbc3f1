/* SPDX-License-Identifier: Apache-2.0 */
/* A security key plugged into this machine, asked through countersign-u2f-host. */
#ifndef CS_METHODS_U2F_HERE_H
#define CS_METHODS_U2F_HERE_H

#include "methods/method.h"

enum cs_u2f_found {
    CS_U2F_FOUND_NO_HELPER, /* no usable key here, or a login from elsewhere */
    CS_U2F_FOUND_NO_KEY,    /* none of this user's keys is in this machine */
    CS_U2F_FOUND_KEY_FAILS, /* not touched, or pulled out before it was */
    CS_U2F_FOUND_NO_TOUCH,
    CS_U2F_FOUND_KEY, /* the key was only looked for */
    CS_U2F_FOUND_PIN_NEEDED,
    CS_U2F_FOUND_PIN_WRONG,
    CS_U2F_FOUND_PIN_RESTS,     /* until the key was pulled out */
    CS_U2F_FOUND_PIN_BLOCKED,   /* for good */
    CS_U2F_FOUND_PIN_KEPT,      /* no PIN goes to it from here: the last tries are its owner's */
    CS_U2F_FOUND_PIN_STALE,     /* until it was changed */
    CS_U2F_FOUND_CANNOT_VERIFY, /* this login demands it */
    CS_U2F_FOUND_ANSWER,
};

/* A key's PIN, on its way from the user to the key. */
struct cs_u2f_pin {
    struct cs_secret text; /* empty: none */
    int tries_left;        /* after CS_U2F_FOUND_PIN_WRONG; -1: unknown */
};

/* Whether the login is at this machine and a helper is set up. */
bool cs_u2f_may_be_here(const struct cs_method_login *login);

/* Whether one of the keys named in the challenge's request (u2f/relay.h) may be plugged in: nobody
 * is told to touch a key that is not there. Errors end the login. */
enum cs_err cs_u2f_look_here(struct cs_method_login *login, const struct cs_challenge *challenge,
                             enum cs_u2f_found *ret_found, struct cs_error *error) CS_MUST_USE;

/* Has a key sign when the user touches it within `poll_timeout`; wipes the PIN. On
 * CS_U2F_FOUND_ANSWER, `ret_answer` holds its answer in the form in which a user would type it.
 * Errors end the login. */
enum cs_err cs_u2f_touch_here(struct cs_method_login *login, const struct cs_challenge *challenge,
                              struct cs_u2f_pin *pin, struct cs_secret *ret_answer,
                              enum cs_u2f_found *ret_found, struct cs_error *error) CS_MUST_USE;

#endif
