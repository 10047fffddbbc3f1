/* SPDX-License-Identifier: Apache-2.0 */
/* Codes that were sent, and requests on devices. */
#include "providers/ibm_verify/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char delivery[] = "the request for a code";
static const char question[] = "the request for an approval";

static bool is_alphanumeric(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    return strspn(text, plain) == strlen(text);
}

/* ---- codes ---- */

/* After this many wrong codes none is right any more, so the user must not be asked again. */
static void read_tries(const struct cs_json_value *root, struct cs_challenge *challenge)
{
    int64_t retries = 0, attempts = 0;

    if (!cs_json_integer(cs_json_get(root, "retries"), &retries) || retries < 0 || retries > 100)
        return;
    if (!cs_json_integer(cs_json_get(root, "attempts"), &attempts) || attempts < 0 ||
        attempts > retries)
        attempts = 0;
    challenge->tries = (unsigned)(retries + 1 - attempts);
}

enum cs_err cs_verify_read_delivery(const char *text, size_t length, const char *user_id,
                                    struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *root;
    struct cs_challenge challenge = {0};
    enum cs_err result = cs_verify_parse(delivery, text, length, &document, error);

    if (result != CS_OK)
        return result;
    root = cs_json_root(document);
    if (!cs_verify_get_id(root, "id", challenge.id))
        return cs_verify_nonsense(error, delivery, "it has no acceptable id");
    if (user_id != NULL && !cs_verify_is_or_absent(root, "userId", user_id))
        return cs_verify_nonsense(error, delivery, "it is another user's");
    if (!cs_verify_is_or_absent(root, "state", "PENDING"))
        return cs_verify_nonsense(error, delivery, "its state is not PENDING");
    /* It goes into a prompt: anything not as documented could be anything. */
    if (cs_json_type(cs_json_get(root, "correlation")) != CS_JSON_NONE &&
        (!cs_verify_get_text(root, "correlation", challenge.correlation,
                             sizeof challenge.correlation) ||
         !is_alphanumeric(challenge.correlation)))
        return cs_verify_nonsense(error, delivery, "its correlation is not letters and digits");
    read_tries(root, &challenge);
    *ret_challenge = challenge;
    return CS_OK;
}

/* ---- approvals ---- */

/* Sometimes a boolean, sometimes a string. */
static bool is_true(const struct cs_json_value *value, bool *ret_sensible)
{
    const char *text = cs_json_string(value, NULL);
    bool truth = false;

    *ret_sensible = cs_json_type(value) == CS_JSON_NONE || cs_json_bool(value, &truth) ||
                    (text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0));
    return truth || (text != NULL && strcmp(text, "true") == 0);
}

/* If the server does not give the number, both sides derive it from the first eight digits of the
 * id. */
static bool compute_number(struct cs_challenge *challenge)
{
    char digits[9] = {0};

    (void)snprintf(digits, sizeof digits, "%.8s", challenge->id);
    if (strspn(digits, "0123456789abcdefABCDEF") != 8)
        return false;
    (void)snprintf(challenge->correlation, sizeof challenge->correlation, "%02lu",
                   strtoul(digits, NULL, 16) % 100);
    return true;
}

static bool read_number(const struct cs_json_value *root, struct cs_challenge *challenge)
{
    const struct cs_json_value *value = cs_json_get(root, "correlationValue");
    bool sensible = false;
    int64_t number = 0;

    if (!is_true(cs_json_get(root, "correlationEnabled"), &sensible))
        return sensible;
    if (cs_json_type(value) == CS_JSON_NONE)
        return compute_number(challenge);
    if (cs_json_integer(value, &number) && number >= 0) {
        (void)snprintf(challenge->correlation, sizeof challenge->correlation, "%lld",
                       (long long)number);
        return true;
    }
    return cs_verify_get_text(root, "correlationValue", challenge->correlation,
                              sizeof challenge->correlation) &&
           challenge->correlation[0] != '\0' && is_alphanumeric(challenge->correlation);
}

enum cs_err cs_verify_read_question(const char *text, size_t length, const char *user_id,
                                    struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *root;
    struct cs_challenge challenge = {0};
    enum cs_err result = cs_verify_parse(question, text, length, &document, error);

    if (result != CS_OK)
        return result;
    root = cs_json_root(document);
    if (!cs_verify_get_id(root, "id", challenge.id))
        return cs_verify_nonsense(error, question, "it has no acceptable id");
    if (!cs_verify_is_or_absent(root, "owner", user_id))
        return cs_verify_nonsense(error, question, "it is another user's");
    if (!read_number(root, &challenge))
        return cs_verify_nonsense(error, question, "the number to choose is not one");
    *ret_challenge = challenge;
    return CS_OK;
}

static struct cs_approval_state state_of(const char *word)
{
    static const struct {
        const char *word;
        struct cs_approval_state state;
    } rows[] = {
        {"PENDING", {CS_APPROVAL_PENDING, CS_REASON_PENDING}},
        {"VERIFY_SUCCESS", {CS_APPROVAL_GIVEN, CS_REASON_APPROVED}},
        {"VERIFY_FAILED", {CS_APPROVAL_DENIED, CS_REASON_SIGNATURE_FAILED}},
        {"USER_DENIED", {CS_APPROVAL_DENIED, CS_REASON_DENIED}},
        {"USER_FRAUDULENT", {CS_APPROVAL_FRAUD, CS_REASON_REPORTED_AS_FRAUD}},
        {"BIOMETRY_FAILED", {CS_APPROVAL_DENIED, CS_REASON_BIOMETRY_FAILED}},
        {"CANCELED", {CS_APPROVAL_DENIED, CS_REASON_CANCELLED}},
        {"TIMEOUT", {CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED}},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].word, word) == 0)
            return rows[i].state;
    }
    return (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_UNKNOWN_STATE};
}

enum cs_err cs_verify_read_approval(const char *text, size_t length, const char *user_id,
                                    const char *challenge_id, struct cs_approval_state *ret_state,
                                    struct cs_error *error)
{
    static const char what[] = "the question how an approval stands";
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    char id[CS_PROVIDER_ID_SIZE], owner[CS_PROVIDER_ID_SIZE];
    const char *word;
    enum cs_err result = cs_verify_parse(what, text, length, &document, error);

    if (result != CS_OK)
        return result;
    if (!cs_verify_get_id(cs_json_root(document), "id", id) || strcmp(id, challenge_id) != 0)
        return cs_verify_nonsense(error, what, "it is about another one");
    word = cs_json_string(cs_json_get(cs_json_root(document), "state"), NULL);
    if (word == NULL)
        return cs_verify_nonsense(error, what, "it has no state");
    *ret_state = state_of(word);
    if (!cs_verify_get_id(cs_json_root(document), "owner", owner) || strcmp(owner, user_id) != 0)
        *ret_state = (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_WRONG_OWNER};
    return CS_OK;
}
