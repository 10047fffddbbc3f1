/* SPDX-License-Identifier: Apache-2.0 */
/* One key that speaks FIDO2, and its PIN. Nobody else sees the PIN: libfido2 encrypts it for the
 * key (CTAP 2.1, 6.5). */
#include <string.h>

#include "base/clock.h"
#include "u2f/touch_priv.h"

enum {
    PINS_MAX = 16,   /* most PINs asked for; a key takes 8 at most */
    FINGERS_MAX = 3, /* fingers that the key may fail to recognise */
    CHECK_MS = 4000,
    PAUSE_MS = 200, /* after a key that gave up waiting */
};

/* What is known of the key's person. */
struct person {
    struct cs_secret pin;
    bool itself;    /* let the key verify by itself */
    bool needs_pin; /* the PIN is demanded */
    bool insists;   /* ... by the key */
    unsigned asked; /* for a PIN */
    unsigned fingers;
    enum cs_u2f_pin_state state;
    int left;
    int before; /* tries before the PIN was sent; -1: unknown */
};

static void clear_person(struct person *person)
{
    cs_secret_free(&person->pin);
}

static const struct {
    enum cs_u2f_outcome outcome;
    enum cs_err result;
    const char *text;
} failures[] = {
    {CS_U2F_UNKNOWN_HANDLE, CS_ERR_INPUT, "the security key that is plugged in is not enrolled"},
    {CS_U2F_EXCLUDED, CS_ERR_INPUT, "the security key that is plugged in is enrolled already"},
    {CS_U2F_PIN_RESTS, CS_ERR_RESTING,
     "the security key takes no PIN until it is pulled out and plugged in again: too many were "
     "wrong"},
    {CS_U2F_PIN_BLOCKED, CS_ERR_LIMIT,
     "the security key is blocked: its PIN was wrong too often; only a reset, which erases it, "
     "makes it usable again"},
    {CS_U2F_PIN_MISSING, CS_ERR_CONFIG,
     "a PIN is demanded, and the security key has none: " CS_U2F_PIN_REMEDY ", then try again"},
    {CS_U2F_PIN_STALE, CS_ERR_STALE,
     "the security key wants its PIN changed first; change it with a browser or 'fido2-token -C'"},
    {CS_U2F_ITSELF_BLOCKED, CS_ERR_CONFIG,
     "the security key recognises no finger any more, because too many were wrong, and it has no "
     "PIN"},
    {CS_U2F_NOT_RECOGNISED, CS_ERR_TIMEOUT, "the security key did not recognise the finger"},
};

static enum cs_err explain(const struct cs_u2f_traits *traits, enum cs_u2f_outcome outcome,
                           struct cs_error *error)
{
    if (outcome == CS_U2F_PIN_NEEDED && !traits->pin_set)
        outcome = CS_U2F_PIN_MISSING;
    for (size_t i = 0; i < CS_ARRAY_SIZE(failures); i++) {
        if (failures[i].outcome == outcome)
            return cs_fail(error, failures[i].result, "%s", failures[i].text);
    }
    return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key refuses its PIN");
}

static struct person demand(const struct cs_u2f_work *work, unsigned key)
{
    const struct cs_u2f_candidate *candidate = &work->keys[key];
    bool wanted =
        candidate->uncertain || cs_u2f_demanded(work, candidate->handle) != CS_U2F_DISCOURAGED;
    struct person person = {.left = -1, .before = -1, .insists = candidate->uncertain};

    person.itself = wanted && candidate->traits.itself;
    person.needs_pin = wanted && !person.itself && candidate->traits.pin_set;
    return person;
}

bool cs_u2f_needs_pin(const struct cs_u2f_work *work, unsigned key)
{
    const struct cs_u2f_candidate *candidate = &work->keys[key];

    if (!candidate->fido2 || demand(work, key).needs_pin)
        return candidate->fido2;
    return work->purpose == CS_U2F_REGISTER && candidate->traits.pin_set &&
           !candidate->traits.itself &&
           work->touch->transport->fido2->registers_with_pin(work->transport, key);
}

/* ---- the PIN ---- */

static bool can_be_pin(const struct cs_secret *pin)
{
    return pin->length >= CS_U2F_PIN_MIN && pin->length <= CS_U2F_PIN_MAX &&
           memchr(pin->data, '\0', pin->length) == NULL;
}

static enum cs_err ask_person(struct cs_u2f_work *work, struct person *person,
                              struct cs_error *error)
{
    const struct cs_u2f_pin_asker *asker = work->touch->asker;
    int64_t begun = cs_clock_ms();
    enum cs_err result;

    cs_secret_free(&person->pin);
    if (asker == NULL)
        return cs_fail(error, CS_ERR_CANNOT_ASK,
                       "the security key demands its PIN, and nobody can be asked for it here");
    result = asker->ask(asker->context, person->state, person->left, &person->pin, error);
    work->deadline += cs_clock_ms() - begun;
    if (result == CS_OK && person->pin.length == 0)
        return cs_fail(error, CS_ERR_CANCELLED, "no PIN was given");
    return result;
}

enum cs_err cs_u2f_check_tries(const struct cs_u2f_work *work, unsigned key, int *ret_left,
                               struct cs_error *error)
{
    int kept = work->touch->tries_kept;

    *ret_left = -1;
    if (kept == 0)
        return CS_OK;
    *ret_left = work->touch->transport->fido2->tries_left(work->transport, key);
    if (*ret_left < 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "the security key does not say how many wrong PINs it still takes");
    if (*ret_left == 0)
        return explain(&work->keys[key].traits, CS_U2F_PIN_BLOCKED, error);
    return *ret_left > kept
               ? CS_OK
               : cs_fail(error, CS_ERR_SPARED,
                         "the security key takes %d more wrong PINs, and no PIN is sent to it here "
                         "any more: use the right one elsewhere, as in a browser, or with "
                         "fido2-token",
                         *ret_left);
}

/* A text that cannot be a PIN is wrong without asking the key, which would count it. */
static enum cs_err get_pin(struct cs_u2f_work *work, unsigned key, struct person *person,
                           struct cs_error *error)
{
    enum cs_err result = CS_OK;

    while (result == CS_OK && person->pin.data == NULL) {
        if (person->asked++ == PINS_MAX)
            return cs_fail(error, CS_ERR_CANCELLED, "too many wrong PINs");
        if (person->state == CS_U2F_PIN_ASK)
            result = cs_u2f_check_tries(work, key, &person->before, error);
        if (result == CS_OK)
            result = ask_person(work, person, error);
        if (result != CS_OK || can_be_pin(&person->pin))
            break;
        cs_secret_free(&person->pin);
        person->state = CS_U2F_PIN_WRONG;
        person->left = work->touch->transport->fido2->tries_left(work->transport, key);
    }
    if (result != CS_ERR_CANNOT_ASK || person->insists || person->state == CS_U2F_PIN_WRONG ||
        cs_u2f_demanded(work, work->keys[key].handle) == CS_U2F_REQUIRED)
        return result;
    /* It would only have been better. */
    person->needs_pin = false;
    return CS_OK;
}

/* ---- one request ---- */

/* With the PIN, finds the handle that such a key knows. */
static enum cs_err find_handle(struct cs_u2f_work *work, unsigned key, const struct person *person,
                               enum cs_u2f_outcome *ret_outcome, struct cs_error *error)
{
    struct cs_u2f_candidate *candidate = &work->keys[key];
    struct cs_u2f_assertion assertion;
    enum cs_err result = CS_OK;

    *ret_outcome = CS_U2F_UNKNOWN_HANDLE;
    for (size_t i = 0; i < work->touch->handle_count; i++) {
        struct cs_u2f_question question = cs_u2f_question_about(work, i);

        question.untouched = true;
        question.pin = person->pin.data;
        question.itself = person->itself;
        if (!person->itself)
            question.deadline = cs_clock_ms() + CHECK_MS;
        result = work->touch->transport->fido2->sign(work->transport, key, &question, ret_outcome,
                                                     &assertion, error);
        candidate->handle = i;
        if (result != CS_OK || *ret_outcome != CS_U2F_UNKNOWN_HANDLE)
            break;
    }
    if (result != CS_OK || (*ret_outcome != CS_U2F_DONE && *ret_outcome != CS_U2F_UNKNOWN_HANDLE))
        return result;
    candidate->uncertain = false;
    if (work->purpose == CS_U2F_REGISTER)
        *ret_outcome = *ret_outcome == CS_U2F_DONE ? CS_U2F_EXCLUDED : CS_U2F_DONE;
    return CS_OK;
}

static enum cs_err ask_once(struct cs_u2f_work *work, unsigned key, const struct person *person,
                            enum cs_u2f_outcome *ret_outcome, struct cs_error *error)
{
    const struct cs_u2f_fido2_ops *ops = work->touch->transport->fido2;
    struct cs_u2f_question question;

    if (work->keys[key].uncertain) {
        enum cs_err result = find_handle(work, key, person, ret_outcome, error);

        if (result != CS_OK || *ret_outcome != CS_U2F_DONE)
            return result;
    }
    work->handle = work->keys[key].handle;
    question = cs_u2f_question_about(work, work->handle);
    question.pin = person->pin.data;
    question.itself = person->itself;
    if (work->purpose == CS_U2F_AUTHENTICATE)
        return ops->sign(work->transport, key, &question, ret_outcome, &work->assertion, error);
    question.handles = work->touch->handles;
    question.handle_count = work->touch->handle_count;
    return ops->make(work->transport, key, &question, ret_outcome, &work->enrolled, error);
}

/* Of three wrong PINs in a row, the key says of the last only that it takes no more for now. */
static bool was_wrong(const struct cs_u2f_work *work, unsigned key, const struct person *person)
{
    int left =
        person->before < 0 ? -1 : work->touch->transport->fido2->tries_left(work->transport, key);

    return left >= 0 && left < person->before;
}

/* Prepares the next request after one that did not succeed; false if there is no use. */
static bool prepare_next(struct cs_u2f_work *work, unsigned key, struct person *person,
                         enum cs_u2f_outcome outcome)
{
    const struct cs_u2f_traits *traits = &work->keys[key].traits;

    switch (outcome) {
    case CS_U2F_NOT_TOUCHED: /* keys wait about 30 s */
        return true;
    case CS_U2F_PIN_NEEDED:
        if (person->pin.data != NULL || person->itself || (!traits->itself && !traits->pin_set))
            return false;
        person->insists = true;
        person->itself = traits->itself;
        person->needs_pin = !traits->itself;
        return true;
    case CS_U2F_PIN_RESTS:
        if (!was_wrong(work, key, person))
            return false;
        /* fall through */
    case CS_U2F_PIN_REFUSED:
        cs_secret_free(&person->pin);
        person->state = CS_U2F_PIN_WRONG;
        person->left = work->touch->transport->fido2->tries_left(work->transport, key);
        return true;
    case CS_U2F_NOT_RECOGNISED:
        return ++person->fingers < FINGERS_MAX;
    case CS_U2F_ITSELF_BLOCKED:
        person->itself = false;
        person->needs_pin = traits->pin_set;
        return traits->pin_set;
    default:
        return false;
    }
}

enum cs_err cs_u2f_ask_fido2(struct cs_u2f_work *work, unsigned key, struct cs_error *error)
{
    CS_AUTO(clear_person) struct person person = demand(work, key);

    for (;;) {
        enum cs_u2f_outcome outcome = CS_U2F_NOT_TOUCHED;
        enum cs_err result = person.needs_pin ? get_pin(work, key, &person, error) : CS_OK;

        work->pin_sent = work->pin_sent || person.pin.data != NULL;
        if (result == CS_OK)
            result = ask_once(work, key, &person, &outcome, error);
        if (result != CS_OK || outcome == CS_U2F_DONE)
            return result;
        if (!prepare_next(work, key, &person, outcome))
            return explain(&work->keys[key].traits, outcome, error);
        result = cs_u2f_cancelled(work->touch, outcome == CS_U2F_NOT_TOUCHED ? PAUSE_MS : 0, error);
        if (result != CS_OK)
            return result;
        if (cs_clock_left(work->deadline) == 0)
            return cs_fail(error, CS_ERR_TIMEOUT, "the security key was not touched in time");
    }
}
