/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the classic API. */
#include "providers/secsign/answer.h"

#include <string.h>

#include "base/sanitise.h"
#include "base/trim.h"
#include "providers/secsign/service.h"

enum { REQUEST_MIN = 16, REQUEST_MAX = 128, NUMBER_MAX = 9, STATE_MAX = 2, SESSION_DIGITS = 19 };

/* A value within the answer. */
struct span {
    const char *text;
    size_t length;
};

void cs_secsign_answer_clear(struct cs_secsign_answer *answer)
{
    cs_secret_free(&answer->request);
    *answer = (struct cs_secsign_answer){.state = CS_SECSIGN_NO_STATE};
}

/* ---- values ---- */

static bool consists_of(struct span value, const char *bytes, size_t least, size_t most)
{
    if (value.length < least || value.length > most)
        return false;
    for (size_t i = 0; i < value.length; i++) {
        if (value.text[i] == '\0' || strchr(bytes, value.text[i]) == NULL)
            return false;
    }
    return true;
}

static bool is_number(struct span value, size_t most)
{
    return consists_of(value, "0123456789", 1, most);
}

/* Of at most NUMBER_MAX digits. */
static unsigned number_of(struct span value)
{
    unsigned number = 0;

    for (size_t i = 0; i < value.length; i++)
        number = number * 10 + (unsigned)(value.text[i] - '0');
    return number;
}

/* Any value counts as one; only the number is left out if it is none. */
static enum cs_err take_error(struct span value, struct cs_secsign_answer *answer)
{
    answer->failed = true;
    answer->error = is_number(value, NUMBER_MAX) ? number_of(value) : 0;
    return CS_OK;
}

static enum cs_err take_errorcode(struct span value, struct cs_secsign_answer *answer)
{
    answer->errorcode = is_number(value, NUMBER_MAX) ? number_of(value) : 0;
    return CS_OK;
}

static enum cs_err take_message(struct span value, struct cs_secsign_answer *answer)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    size_t length =
        value.length < sizeof answer->message ? value.length : sizeof answer->message - 1;

    cs_sanitise(&clean, value.text, length);
    if (clean.failed)
        return CS_ERR_NOMEM;
    if (clean.length < sizeof answer->message && clean.length > 0)
        memcpy(answer->message, clean.text, clean.length + 1);
    return CS_OK;
}

static enum cs_err take_session(struct span value, struct cs_secsign_answer *answer)
{
    bool negative = value.length > 0 && value.text[0] == '-';
    struct span digits = {value.text + negative, value.length - negative};

    if (!is_number(digits, SESSION_DIGITS))
        return CS_ERR_UNAVAILABLE;
    memcpy(answer->session, value.text, value.length);
    answer->session[value.length] = '\0';
    return CS_OK;
}

static enum cs_err take_request(struct span value, struct cs_secsign_answer *answer)
{
    if (!consists_of(value, "0123456789abcdefABCDEF", REQUEST_MIN, REQUEST_MAX))
        return CS_ERR_UNAVAILABLE;
    return cs_secret_set(&answer->request, value.text, value.length);
}

static enum cs_err take_id(struct span value, struct cs_secsign_answer *answer)
{
    char id[CS_PROVIDER_NAME_SIZE] = "";

    if (value.length >= sizeof id || memchr(value.text, '\0', value.length) != NULL)
        return CS_ERR_UNAVAILABLE;
    memcpy(id, value.text, value.length);
    return cs_secsign_id(id, answer->id) ? CS_OK : CS_ERR_UNAVAILABLE;
}

static enum cs_err take_state(struct span value, struct cs_secsign_answer *answer)
{
    if (!is_number(value, STATE_MAX))
        return CS_ERR_UNAVAILABLE;
    answer->state = (int)number_of(value);
    return CS_OK;
}

/* ---- parts ---- */

/* The keys that count; all others are skipped, the icon among them. */
static const struct {
    const char *key;
    enum cs_err (*take)(struct span value, struct cs_secsign_answer *answer);
} keys[] = {
    {"error", take_error},
    {"errorcode", take_errorcode},
    {"errormsg", take_message},
    {"authsessionid", take_session},
    {"requestid", take_request},
    {"secsignid", take_id},
    {"authsessionstate", take_state},
};

static struct span trim(struct span value)
{
    cs_trim(&value.text, &value.length, " \t\r\n");
    return value;
}

static bool find_key(struct span key, size_t *ret_place)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(keys); i++) {
        if (strlen(keys[i].key) == key.length && strncmp(keys[i].key, key.text, key.length) == 0) {
            *ret_place = i;
            return true;
        }
    }
    return false;
}

/* One of a part's two halves may be empty. */
static enum cs_err take_part(const char *what, struct span part, unsigned *seen,
                             struct cs_secsign_answer *answer, struct cs_error *error)
{
    const char *equals = memchr(part.text, '=', part.length);
    struct span key, value;
    enum cs_err result;
    size_t place;

    if (equals == NULL)
        return CS_OK;
    key = trim((struct span){part.text, (size_t)(equals - part.text)});
    value = trim((struct span){equals + 1, (size_t)(part.text + part.length - equals - 1)});
    if (!find_key(key, &place))
        return CS_OK;
    if ((*seen & (1U << place)) != 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: the answer has '%s' twice", what,
                       keys[place].key);
    *seen |= 1U << place;
    result = keys[place].take(value, answer);
    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    return result == CS_OK
               ? CS_OK
               : cs_fail(error, CS_ERR_UNAVAILABLE, "%s: '%s' of the answer makes no sense", what,
                         keys[place].key);
}

static enum cs_err take_parts(const char *what, const char *text, size_t length, unsigned *seen,
                              struct cs_secsign_answer *answer, struct cs_error *error)
{
    const char *end = text + length;
    enum cs_err result = CS_OK;

    while (text < end && result == CS_OK) {
        const char *stop = memchr(text, '&', (size_t)(end - text));

        stop = stop != NULL ? stop : end;
        result = take_part(what, (struct span){text, (size_t)(stop - text)}, seen, answer, error);
        text = stop + 1;
    }
    return result;
}

enum cs_err cs_secsign_answer_read(const char *what, const char *text, size_t length,
                                   struct cs_secsign_answer *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_secsign_answer_clear)
    struct cs_secsign_answer answer = {.state = CS_SECSIGN_NO_STATE};
    unsigned seen = 0;
    enum cs_err result;

    if (length > CS_SECSIGN_BODY_MAX)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: the answer is larger than %d KiB", what,
                       CS_SECSIGN_BODY_MAX / 1024);
    result = take_parts(what, text, length, &seen, &answer, error);
    if (result == CS_OK && seen == 0)
        result = cs_fail(error, CS_ERR_UNAVAILABLE,
                         "%s: what came is no answer of SecSign's API; check that server is its "
                         "URL",
                         what);
    if (result != CS_OK)
        return result;
    *ret_answer = answer;
    answer = (struct cs_secsign_answer){0};
    return CS_OK;
}

/* ---- states ---- */

struct cs_approval_state cs_secsign_state(int state)
{
    static const struct cs_approval_state states[] = {
        [0] = {CS_APPROVAL_PENDING, CS_REASON_PENDING}, /* undefined: some servers begin so */
        [1] = {CS_APPROVAL_PENDING, CS_REASON_PENDING}, /* waiting for the user */
        [2] = {CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        [3] = {CS_APPROVAL_GIVEN, CS_REASON_APPROVED},
        [4] = {CS_APPROVAL_DENIED, CS_REASON_DENIED},
        [5] = {CS_APPROVAL_DENIED, CS_REASON_OVERTAKEN}, /* suspended by another request */
        [6] = {CS_APPROVAL_DENIED, CS_REASON_CANCELLED},
        [7] = {CS_APPROVAL_PENDING, CS_REASON_PENDING},  /* the phone has it */
        [8] = {CS_APPROVAL_DENIED, CS_REASON_CANCELLED}, /* became invalid */
    };

    if (state >= 0 && state < (int)CS_ARRAY_SIZE(states))
        return states[state];
    return (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_UNKNOWN_STATE};
}
