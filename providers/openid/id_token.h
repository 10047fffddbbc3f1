/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who approved, when and how strongly: an ID token (OpenID Connect Core section 2), and claims that
 * stand only in the answer of the userinfo endpoint (section 5.3). Without the comparison with the
 * identity, anybody whom the server approves would be anybody here.
 */
#ifndef CS_PROVIDERS_OPENID_ID_TOKEN_H
#define CS_PROVIDERS_OPENID_ID_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reason.h"
#include "providers/openid/jwks.h"

enum {
    CS_ID_TOKEN_SKEW = 60,           /* seconds that two clocks may differ by, unless configured */
    CS_ID_TOKEN_AGE_MAX = 24 * 3600, /* seconds since `iat` */
    CS_ID_TOKEN_SUBJECT_SIZE = 256,  /* OpenID Connect Core section 2: at most 255 characters */
    CS_ID_TOKEN_DETAIL_SIZE = 128,
};

/* All texts are borrowed. */
struct cs_id_token_wanted {
    const char *issuer;
    const char *client_id;
    unsigned algorithms;     /* a set, see jose.h */
    const char *claim;       /* the one that has the identity; NULL: "sub" */
    const char *identity;    /* what the account was mapped to */
    bool claim_elsewhere_ok; /* a missing claim does not refuse but says "ask userinfo" */
    const char *levels;      /* separated by blanks; NULL: none was asked for. Without a word in it,
                              * nothing satisfies it */
    int64_t now;             /* seconds of the wall clock */
    int64_t not_before_auth; /* the earliest auth_time; 0: not checked */
    unsigned skew;           /* seconds: CS_ID_TOKEN_SKEW */
};

enum cs_id_token_state {
    CS_ID_TOKEN_REFUSED, /* the initial value */
    CS_ID_TOKEN_GOOD,
    CS_ID_TOKEN_KEY_UNKNOWN,     /* fetch the keys again, once; then it is refused */
    CS_ID_TOKEN_CLAIM_ELSEWHERE, /* all is right, but the claim is missing: ask userinfo */
};

struct cs_id_token_result {
    enum cs_id_token_state state;
    enum cs_reason reason;                  /* of a refusal, and of an unknown key */
    char detail[CS_ID_TOKEN_DETAIL_SIZE];   /* for the log; may quote claims: sanitise it */
    char subject[CS_ID_TOKEN_SUBJECT_SIZE]; /* `sub`, if good or elsewhere; otherwise "" */
};

/*
 * Judges a token; `jwks` may be NULL, which has no key. Every rule must hold (OpenID Connect Core
 * section 3.1.3.7, RFC 7519 section 4.1):
 *
 *   signature  by a key of the set, see cs_jws_verify
 *   iss        equals `issuer` byte for byte
 *   aud        is `client_id`, or a list of texts with it
 *   azp        equals `client_id`; may be missing if aud has one value
 *   exp        later than now - skew
 *   nbf        at most now + skew; may be missing
 *   iat        at most now + skew, at least now - skew - CS_ID_TOKEN_AGE_MAX: the token comes from
 *              the server, directly, so an older one is somebody's mistake or repeated
 *   auth_time  at least not_before_auth - skew, if that is set
 *   acr        one of `levels`, if any were asked for
 *   sub        1 to 255 bytes
 *   the claim  a text that equals `identity` byte for byte; for "email", email_verified is true
 *
 * Times are numbers, and may have a fraction. `ret_result` is overwritten; CS_OK means that it has
 * the outcome. Otherwise it is refused: CS_ERR_NOMEM, or CS_ERR_INPUT if `wanted`
 * lacks the issuer, client, identity or an algorithm.
 */
enum cs_err cs_id_token_check(const struct cs_jwks *jwks, const char *token, size_t length,
                              const struct cs_id_token_wanted *wanted,
                              struct cs_id_token_result *ret_result,
                              struct cs_error *error) CS_MUST_USE;

/*
 * Judges the JSON answer of the userinfo endpoint after CS_ID_TOKEN_CLAIM_ELSEWHERE: its `sub` must
 * be `subject`, the token's (section 5.3.2, or it may be somebody else's answer), and the claim is
 * judged as in a token. `ret_result` is overwritten: good or refused. CS_ERR_NOMEM, or CS_ERR_INPUT
 * if subject, claim or identity is missing.
 */
enum cs_err cs_id_token_userinfo_check(const char *text, size_t length, const char *subject,
                                       const char *claim, const char *identity,
                                       struct cs_id_token_result *ret_result,
                                       struct cs_error *error) CS_MUST_USE;

#endif
