/* SPDX-License-Identifier: Apache-2.0 */
/* The claim that has the identity, wherever it stands. Private to id_token.c and userinfo.c. */
#ifndef CS_PROVIDERS_OPENID_CLAIM_H
#define CS_PROVIDERS_OPENID_CLAIM_H

#include "providers/openid/id_token.h"
#include "json/json.h"

enum cs_claim { CS_CLAIM_REFUSED, CS_CLAIM_RIGHT, CS_CLAIM_MISSING };

/*
 * Compares a claim with the identity, byte for byte: letters of another case, or a beginning, may
 * be somebody else's. "email" counts only if the server has verified it (OpenID Connect Core
 * section 5.7), as otherwise users write there what they like. A refusal is in `result`; that the
 * claim is missing is not.
 */
enum cs_claim cs_claim_judge(const struct cs_json_value *claims, const char *claim,
                             const char *identity, struct cs_id_token_result *result) CS_MUST_USE;

/* Refuses. Returns false, so that a rule reads `return cs_claim_refuse(...)`. */
bool cs_claim_refuse(struct cs_id_token_result *result, enum cs_reason reason, const char *format,
                     ...) CS_PRINTF(3, 4);

/* Parses what must be an object. False: it is refused, or memory ran out, see `ret_err`. */
bool cs_claim_parse(const char *what, const char *text, size_t length,
                    struct cs_json **ret_document, struct cs_id_token_result *result,
                    struct cs_error *error, enum cs_err *ret_err) CS_MUST_USE;

#endif
