/* SPDX-License-Identifier: Apache-2.0 */
/* The slots of a provider that it may leave out, and what it means that one is missing. Nobody else
 * looks at them. Errors are those of providers/provider.h. */
#ifndef CS_METHODS_PROVIDER_CALL_H
#define CS_METHODS_PROVIDER_CALL_H

#include "methods/method.h"

enum {
    CS_CANCEL_MS = 5000, /* that taking back a challenge may last */
    CS_POLL_MS = 10000   /* that asking once how an approval stands may last */
};

/* Whether the provider knows which languages its users prefer: else nobody need be looked up for
 * that. */
bool cs_call_knows_languages(const struct cs_provider *provider);

/* The language that the user prefers; "" as well where the provider knows none. */
enum cs_err cs_call_language(struct cs_provider *provider, const char *identity,
                             char ret_language[CS_PROVIDER_LANGUAGE_SIZE],
                             struct cs_error *error) CS_MUST_USE;

/* CS_ERR_UNAVAILABLE where the provider can start nothing. After an error `ret_challenge` is to be
 * cleared all the same. */
enum cs_err cs_call_begin(const struct cs_method_login *login,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge_request *request,
                          struct cs_challenge *ret_challenge, struct cs_error *error) CS_MUST_USE;

/* CS_ERR_UNAVAILABLE where the provider cannot tell. CS_ERR_UNREACHABLE, after CS_POLL_MS at the
 * latest: it may be able to the next time. */
enum cs_err cs_call_poll(const struct cs_method_login *login, const struct cs_listed_factor *factor,
                         struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                         struct cs_error *error) CS_MUST_USE;

/* Takes the challenge back, within CS_CANCEL_MS, whatever became of the login; nothing where the
 * provider cannot. A failure is logged: the challenge then runs out by itself. */
void cs_call_cancel(const struct cs_method_login *login, const struct cs_listed_factor *factor,
                    const struct cs_challenge *challenge);

/* Whether the user, who was found, may log in at all; where the provider has no say, yes. After an
 * error `ret_standing` says no. */
enum cs_err cs_call_account(const struct cs_method_login *login, struct cs_standing *ret_standing,
                            struct cs_error *error) CS_MUST_USE;

#endif
