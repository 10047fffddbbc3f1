/* SPDX-License-Identifier: Apache-2.0 */
/* What a tenant answers. Pure functions over text from outside: an answer that is not as expected
 * is refused as a whole with CS_ERR_UNAVAILABLE, and no error message quotes it. */
#ifndef CS_PROVIDERS_IBM_VERIFY_ANSWER_H
#define CS_PROVIDERS_IBM_VERIFY_ANSWER_H

#include "mapping/attribute.h"
#include "providers/ibm_verify/settings.h"
#include "providers/provider.h"
#include "json/json.h"

/* ---- answer_read.c: shared by the others ---- */

/* Whether a text may stand in a path and in a search: letters, digits, . _ ~ and -, not only dots,
 * shorter than CS_PROVIDER_ID_SIZE. Every id returned below is one. */
bool cs_verify_is_id(const char *text);

/* Parses an answer that must be an object. `what` names it in errors: "the user look-up". */
enum cs_err cs_verify_parse(const char *what, const char *text, size_t length,
                            struct cs_json **ret_document, struct cs_error *error) CS_MUST_USE;

/* Fails with CS_ERR_UNAVAILABLE: the answer makes no sense, because of `why`. */
enum cs_err cs_verify_nonsense(struct cs_error *error, const char *what, const char *why);

/* The member `key` as an id, or as a text that fits. False, with "" as the result, if it is not. */
bool cs_verify_get_id(const struct cs_json_value *object, const char *key,
                      char ret_id[CS_PROVIDER_ID_SIZE]);
bool cs_verify_get_text(const struct cs_json_value *object, const char *key, char *ret_text,
                        size_t size);

/* Whether the member is absent or equals `text`. */
bool cs_verify_is_or_absent(const struct cs_json_value *object, const char *key, const char *text);

/* ---- answer_error.c ---- */

enum { CS_VERIFY_WORD_SIZE = 48 };

/* Why a call was refused: one word each, of letters, digits and underscores; "": not said. */
struct cs_verify_refusal {
    char message_id[CS_VERIFY_WORD_SIZE]; /* "CSIBN0021E"; for SCIM errors, detail's first word */
    char scim_type[CS_VERIFY_WORD_SIZE];  /* "INVALID_CREDS" */
};

/* Never fails: anything not understood says nothing. */
void cs_verify_read_refusal(const char *text, size_t length, struct cs_verify_refusal *ret_refusal);

/* ---- answer_users.c ---- */

/* The answer of a look-up. Not found ("unknown-identity"), "ambiguous" and "inactive" are not
 * errors. `ret_user`, untouched on failure, gets id, name (userName) and record. */
enum cs_err cs_verify_read_users(const char *text, size_t length, struct cs_provider_user *ret_user,
                                 struct cs_error *error) CS_MUST_USE;

/* One user's whole record, which must be that of `id`. */
enum cs_err cs_verify_read_user(const char *text, size_t length, const char *id,
                                struct cs_json **ret_document, struct cs_error *error) CS_MUST_USE;

/* Where to send codes that need no enrolment: the first email address or mobile number. False: the
 * record has none that can be used. `kind` is one of the two transient ones. */
bool cs_verify_address(const struct cs_json_value *record, enum cs_factor_kind kind,
                       char ret_address[CS_PROVIDER_NAME_SIZE]);

/* ---- answer_link.c ---- */

/* The value of the attribute that the link names; false if the record has no such text. */
bool cs_verify_link(const struct cs_json_value *record, const struct cs_link *link,
                    char ret_name[CS_PROVIDER_NAME_SIZE]);

/* ---- answer_record.c ---- */

/* A value as compact JSON, which the caller wipes and frees. Numbers that are not exact integers
 * are left out. */
enum cs_err cs_verify_copy_record(const struct cs_json_value *value, char **ret_text,
                                  struct cs_error *error) CS_MUST_USE;

/* ---- answer_factors.c, answer_signatures.c ---- */

/* Whose factors are wanted, and which. */
struct cs_verify_wanted {
    const struct cs_listing *listing;
    const char *user_id;
    const struct cs_log *log; /* gets a line for each factor that does not count */
    enum cs_device_order order;
};

/* The type in paths and answers for an enrolled kind, or for the one whose path a transient kind
 * uses; else NULL. */
const char *cs_verify_type(enum cs_factor_kind kind);

/* Appends the factors that count, kind by kind (email, text message, TOTP, call), within a kind in
 * the server's order. `array` is the member that lists them. An answer with somebody else's factor,
 * or with only one of several pages, is refused as a whole. A user with more than 200 factors
 * cannot log in with them, and the log says so. */
enum cs_err cs_verify_read_factors(const char *text, size_t length, const char *array,
                                   const struct cs_verify_wanted *wanted,
                                   struct cs_listed_factors *factors,
                                   struct cs_error *error) CS_MUST_USE;

/* The same for devices: one way to sign for each, as the order says. */
enum cs_err cs_verify_read_signatures(const char *text, size_t length,
                                      const struct cs_verify_wanted *wanted,
                                      struct cs_listed_factors *factors,
                                      struct cs_error *error) CS_MUST_USE;

/* The list in an answer, checked to be complete; both functions above start with it. */
enum cs_err cs_verify_get_list(const struct cs_json_value *root, const char *what,
                               const char *array, const struct cs_json_value **ret_list,
                               struct cs_error *error) CS_MUST_USE;

/* ---- answer_challenge.c ---- */

/* A code on its way. `user_id` is NULL for an address without enrolment. */
enum cs_err cs_verify_read_delivery(const char *text, size_t length, const char *user_id,
                                    struct cs_challenge *ret_challenge,
                                    struct cs_error *error) CS_MUST_USE;

/* A request on a device: its id, and the number to choose if numbers are to be matched. */
enum cs_err cs_verify_read_question(const char *text, size_t length, const char *user_id,
                                    struct cs_challenge *ret_challenge,
                                    struct cs_error *error) CS_MUST_USE;

/* How that request stands. A state not known here is a refusal, and so is somebody else's. */
enum cs_err cs_verify_read_approval(const char *text, size_t length, const char *user_id,
                                    const char *challenge_id, struct cs_approval_state *ret_state,
                                    struct cs_error *error) CS_MUST_USE;

#endif
