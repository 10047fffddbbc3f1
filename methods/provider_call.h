/* SPDX-License-Identifier: Apache-2.0 */
/* The optional slots of a provider, and what a missing one means. No other file looks at them.
 * Errors are those of providers/provider.h. */
#ifndef CS_METHODS_PROVIDER_CALL_H
#define CS_METHODS_PROVIDER_CALL_H

#include "methods/method.h"

enum {
    CS_CANCEL_MS = 5000, /* time limit for withdrawing a challenge */
    CS_POLL_MS = 10000   /* time limit for one poll of an approval, unless the challenge has one */
};

/* Whether the provider knows its users' languages; if not, nobody need be looked up for one. */
bool cs_call_knows_languages(const struct cs_provider *provider);

/* The user's preferred language; "" too if the provider knows none. */
enum cs_err cs_call_language(struct cs_provider *provider, const char *identity,
                             char ret_language[CS_PROVIDER_LANGUAGE_SIZE],
                             struct cs_error *error) CS_MUST_USE;

/* CS_ERR_UNAVAILABLE if the provider can start nothing. Clear `ret_challenge` after errors too. */
enum cs_err cs_call_begin(const struct cs_method_login *login,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge_request *request,
                          struct cs_challenge *ret_challenge, struct cs_error *error) CS_MUST_USE;

/* Asks once, or if `hold` waits until something changes. CS_ERR_UNAVAILABLE if the provider cannot
 * tell. CS_ERR_UNREACHABLE, after at most CS_POLL_MS or the challenge's own limit for one request:
 * the next poll may succeed. */
enum cs_err cs_call_poll(const struct cs_method_login *login, const struct cs_listed_factor *factor,
                         struct cs_challenge *challenge, struct cs_hold *hold,
                         struct cs_approval_state *ret_state, struct cs_error *error) CS_MUST_USE;

/* Withdraws the challenge, within CS_CANCEL_MS, whatever became of the login; does nothing if the
 * provider cannot. A failure is logged: the challenge then expires by itself. */
void cs_call_cancel(const struct cs_method_login *login, const struct cs_listed_factor *factor,
                    const struct cs_challenge *challenge);

/* Whether the provider has a say in who may log in at all; if not, nobody need be looked up. */
bool cs_call_knows_accounts(const struct cs_provider *provider);

/* Whether the user, who was found, may log in at all; a provider without a say abstains. After an
 * error `ret_standing` says no. */
enum cs_err cs_call_account(const struct cs_method_login *login, struct cs_standing *ret_standing,
                            struct cs_error *error) CS_MUST_USE;

#endif
