/* SPDX-License-Identifier: Apache-2.0 */
/* A security key that is plugged into this machine, asked through countersign-u2f-host. */
#ifndef CS_METHODS_U2F_HERE_H
#define CS_METHODS_U2F_HERE_H

#include "methods/method.h"

enum cs_u2f_found {
    CS_U2F_FOUND_NO_HELPER, /* that is of use, or a login from elsewhere */
    CS_U2F_FOUND_NO_KEY,    /* of this user's in this machine */
    CS_U2F_FOUND_KEY_FAILS, /* or was pulled out, before it was touched */
    CS_U2F_FOUND_NO_TOUCH,
    CS_U2F_FOUND_KEY, /* which was only looked for */
    CS_U2F_FOUND_ANSWER,
};

/* For a login at this machine, where a helper is set up. */
bool cs_u2f_may_be_here(const struct cs_method_login *login);

/* Whether one of the keys that the challenge's request (u2f/relay.h) names may be plugged in:
 * nobody is told to touch what is not there. Errors end the login. */
enum cs_err cs_u2f_look_here(struct cs_method_login *login, const struct cs_challenge *challenge,
                             enum cs_u2f_found *ret_found, struct cs_error *error) CS_MUST_USE;

/* Has one sign, who is touched within `poll_timeout`; with CS_U2F_FOUND_ANSWER its answer is in
 * `ret_answer`, as it would be typed. Errors end the login. */
enum cs_err cs_u2f_touch_here(struct cs_method_login *login, const struct cs_challenge *challenge,
                              struct cs_secret *ret_answer, enum cs_u2f_found *ret_found,
                              struct cs_error *error) CS_MUST_USE;

#endif
