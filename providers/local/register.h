/* SPDX-License-Identifier: Apache-2.0 */
/* Registering a security key: the request, and the factor that its answer makes. */
#ifndef CS_PROVIDERS_LOCAL_REGISTER_H
#define CS_PROVIDERS_LOCAL_REGISTER_H

#include "store/pending.h"
#include "u2f/relay.h"

/* What to register. CS_ERR_INPUT for a text that is too long or has control characters; NULL is "".
 * The challenge is fresh. */
enum cs_err cs_register_start(const char *user, const char *label, const char *app_id,
                              const char *origins, struct cs_pending *ret_pending,
                              struct cs_error *error) CS_MUST_USE;

/* How to register; zero: as FIDO2 credential if the key can, without attestation. */
struct cs_register_wishes {
    bool u2f_only; /* for keys, and programs beside them, that know no more */
    bool attestation;
};

/* The request for it, which names the user's keys for that application, so that none is registered
 * twice. CS_ERR_LIMIT if there is no room for another: better said before a touch. */
enum cs_err cs_register_request(const struct cs_transaction *transaction,
                                const struct cs_pending *pending,
                                const struct cs_register_wishes *wishes,
                                struct cs_u2f_request *ret_request,
                                struct cs_error *error) CS_MUST_USE;

/* Stores the factor if what the key yielded proves that it made this registration for one of the
 * origins; otherwise CS_ERR_INPUT. A key that verified its user for its proof must do so ever
 * after. *ret_attested: its maker's attestation came with it, and was verified. */
enum cs_err cs_register_finish(const struct cs_transaction *transaction,
                               const struct cs_pending *pending,
                               const struct cs_u2f_enrolled *enrolled, struct cs_factor *ret_factor,
                               bool *ret_attested, struct cs_error *error) CS_MUST_USE;

#endif
