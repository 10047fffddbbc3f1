/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolling at a login, in the store. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "providers/local/codes.h"
#include "providers/local/enrol.h"
#include "providers/local/local_priv.h"
#include "providers/local/shown_time.h"
#include "providers/local/tickets.h"
#include "store/former.h"
#include "store/ticket.h"

_Static_assert((int)CS_ENROLLING_CODES_MAX >= (int)CS_RECOVERY_CODES, "all are shown");

/* ---- who may ---- */

struct look {
    const char *user;
    bool own_name;            /* else nobody knows whose the factor would be */
    const struct cs_uid *uid; /* NULL: it does not count (uid_check) */
    struct cs_enrol_standing standing;
};

static struct look look_for(const struct cs_call *call, const struct cs_provider_user *user)
{
    return (struct look){.user = user->name,
                         .own_name = call->uid != NULL && call->uid->known,
                         .uid = cs_local_uid(call)};
}

/* Whoever had a factor begins anew by a ticket, which was made for that, and by nothing else. */
static struct cs_enrol_standing standing_of(enum cs_past past, bool own_name, bool elsewhere,
                                            bool ticket)
{
    bool bare = past == CS_PAST_NONE || (past == CS_PAST_FORMER && ticket);
    const char *because = cs_past_text(past);

    if (past == CS_PAST_NONE && !own_name)
        because = "has another name here than the account";
    else if (past == CS_PAST_NONE && elsewhere)
        because = "has or had a factor under another name of the account";
    return (struct cs_enrol_standing){
        .newcomer = bare && own_name,
        .untouched = (past == CS_PAST_NONE || past == CS_PAST_PENDING) && !elsewhere,
        .ticket = ticket,
        .because = because};
}

static enum cs_err look_in_store(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    struct look *look = context;
    bool elsewhere = false, ticket = false;
    enum cs_past past = CS_PAST_FACTOR;
    int64_t now = 0;
    enum cs_err result = cs_past_find(transaction, look->user, &past, error);

    if (result == CS_OK && look->uid != NULL)
        result = cs_past_elsewhere(transaction, look->user, look->uid->value, &elsewhere, error);
    if (result == CS_OK)
        result = cs_local_latest_time(transaction, &now, error);
    if (result == CS_OK)
        result = cs_ticket_look(transaction, look->user, now, &ticket, error);
    if (result != CS_OK)
        return result;
    look->standing = standing_of(past, look->own_name, elsewhere, ticket);
    return CS_OK;
}

static enum cs_err look(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_enrol_standing *ret_standing,
                        struct cs_error *error)
{
    struct look look = look_for(call, user);
    enum cs_err result =
        cs_local_in_store((struct cs_local *)provider, CS_STORE_READ, look_in_store, &look, error);

    *ret_standing = result == CS_OK ? look.standing : (struct cs_enrol_standing){0};
    return result;
}

/* ---- the ticket ---- */

struct ticket_trial {
    struct cs_try tried;
    const char *user;
    const struct cs_secret *ticket;
    struct cs_outcome outcome;
};

static enum cs_err check_ticket(const struct cs_transaction *transaction, const char *user,
                                const struct cs_secret *ticket, bool *ret_right,
                                struct cs_error *error)
{
    int64_t now = 0;
    enum cs_err result = cs_local_latest_time(transaction, &now, error);

    *ret_right = false;
    return result == CS_OK ? cs_ticket_check(transaction, user, ticket, now, ret_right, error)
                           : result;
}

/* Counted as a failure before it is judged, like a code. One that is right is not counted, but
 * forgives no failures either: it can be sent again until somebody has enrolled. */
static enum cs_err judge_in_store(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error)
{
    struct ticket_trial *trial = context;
    int64_t now = cs_clock_seconds();
    bool admitted = false, right = false;
    enum cs_err result = cs_throttle_begin(transaction, &trial->tried, now, &admitted, error);

    trial->outcome = (struct cs_outcome){.reason = CS_REASON_THROTTLED};
    if (result != CS_OK || !admitted)
        return result;
    trial->outcome.reason = CS_REASON_WRONG_TICKET;
    result = check_ticket(transaction, trial->user, trial->ticket, &right, error);
    if (result != CS_OK || !right)
        return result;
    trial->outcome.judgement = CS_JUDGED_RIGHT;
    trial->outcome.reason = CS_REASON_TICKET;
    return cs_throttle_undo(transaction, &trial->tried, now, error);
}

/* What is no ticket by its form is compared all the same: it counts as a try. */
static enum cs_err judge_ticket(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_attempt *attempt, struct cs_enrolling *enrolling,
                                struct cs_outcome *ret_outcome, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret ticket = {0};
    struct ticket_trial trial = {.tried = cs_tries_of(attempt, call->settings),
                                 .user = attempt->identity,
                                 .ticket = &ticket};
    enum cs_err result;

    if (!cs_ticket_parse(attempt->answer, &ticket) && cs_secret_set(&ticket, "", 0) != CS_OK)
        return cs_fail_nomem(error);
    result = cs_local_in_store((struct cs_local *)provider, CS_STORE_WRITE, judge_in_store, &trial,
                               error);
    if (result != CS_OK)
        return result;
    *ret_outcome = trial.outcome;
    if (trial.outcome.judgement == CS_JUDGED_RIGHT &&
        cs_secret_set(&enrolling->ticket, ticket.data, ticket.length) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}

/* ---- the key ---- */

static void free_enrolment(void *state)
{
    struct cs_enrolment *enrolment = state;

    cs_enrolment_clear(enrolment);
    free(enrolment);
}

static enum cs_err show_key(const struct cs_enrolment *enrolment, struct cs_secret *ret_key,
                            struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret plain = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer grouped = {0};
    enum cs_err result = cs_enrolment_secret(enrolment, &plain);

    if (result == CS_OK)
        cs_enrolment_add_key(&plain, &grouped);
    if (result == CS_OK && !grouped.failed)
        result = cs_secret_set(ret_key, grouped.text, grouped.length);
    return result == CS_OK && !grouped.failed ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const char *issuer, const char *label,
                         struct cs_enrolling *enrolling, struct cs_error *error)
{
    const struct cs_enrolment_choice choice = {.user = user->name, .account = *call->uid};
    struct cs_enrolment *enrolment = calloc(1, sizeof *enrolment);
    enum cs_err result;

    (void)provider;
    if (enrolment == NULL)
        return cs_fail_nomem(error);
    enrolling->state = enrolment;
    enrolling->free_state = free_enrolment;
    result = cs_enrolment_prepare(&choice, enrolment, error);
    if (result == CS_OK)
        result = show_key(enrolment, &enrolling->key, error);
    return result == CS_OK ? cs_enrolment_uri(enrolment, issuer, label, &enrolling->uri, error)
                           : result;
}

static enum cs_err confirm(struct cs_enrolling *enrolling, const struct cs_secret *code,
                           bool *ret_right, struct cs_error *error)
{
    return cs_enrolment_confirm(enrolling->state, code, ret_right, error);
}

/* ---- the factor ---- */

struct saving {
    struct look look;
    const struct cs_secret *ticket; /* empty: none was needed */
    struct cs_enrolment *enrolment;
    uint32_t *foreseen;
    struct cs_enrolled enrolled;
};

/* Looks again at what the first look found: somebody may have been faster, or an administrator may
 * have suspended the user or taken the ticket back. */
static enum cs_err may_still(const struct cs_transaction *transaction, struct saving *saving,
                             bool *ret_may, struct cs_error *error)
{
    struct cs_local_bar bar = {.reason = CS_REASON_SUSPENDED};
    bool right;
    enum cs_err result = look_in_store(transaction, &saving->look, error);

    *ret_may = false;
    right = saving->ticket->length == 0 && saving->look.standing.untouched &&
            !saving->look.standing.ticket;
    if (result == CS_OK)
        result = cs_local_find_bar(transaction, saving->look.user, saving->look.uid, &bar, error);
    if (result == CS_OK && !right)
        result = check_ticket(transaction, saving->look.user, saving->ticket, &right, error);
    *ret_may =
        result == CS_OK && right && saving->look.standing.newcomer && bar.reason == CS_REASON_NONE;
    return result;
}

static enum cs_err save_in_store(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    struct saving *saving = context;
    bool may = false, removed = false;
    enum cs_err result = may_still(transaction, saving, &may, error);

    saving->enrolled = (struct cs_enrolled){.reason = CS_REASON_ENROLLED_MEANWHILE};
    if (result != CS_OK || !may)
        return result;
    result = cs_ticket_remove(transaction, saving->look.user, &removed, error);
    if (result == CS_OK)
        result = cs_enrolment_save(transaction, saving->enrolment, error);
    if (result != CS_OK)
        return result;
    saving->enrolled = (struct cs_enrolled){true, CS_REASON_SELF_ENROLLED};
    if (saving->foreseen != NULL)
        *saving->foreseen = saving->enrolled.reason;
    return CS_OK;
}

enum cs_err cs_local_show_codes(const struct cs_enrolment *enrolment,
                                struct cs_enrolling *enrolling, struct cs_error *error)
{
    for (size_t i = 0; i < enrolment->codes_count; i++) {
        char shown[CS_RECOVERY_SHOWN_SIZE];
        enum cs_err result;

        cs_recovery_show(&enrolment->codes[i], shown);
        result = cs_secret_set(&enrolling->codes[i], shown, strlen(shown));
        cs_wipe(shown, sizeof shown);
        if (result != CS_OK)
            return cs_fail_nomem(error);
    }
    enrolling->codes_count = enrolment->codes_count;
    return CS_OK;
}

static enum cs_err save(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_enrolling *enrolling,
                        uint32_t *foreseen, struct cs_enrolled *ret_enrolled,
                        struct cs_error *error)
{
    struct saving saving = {.look = look_for(call, user),
                            .ticket = &enrolling->ticket,
                            .enrolment = enrolling->state,
                            .foreseen = foreseen};
    enum cs_err result = cs_local_in_store((struct cs_local *)provider, CS_STORE_WRITE,
                                           save_in_store, &saving, error);

    *ret_enrolled = (struct cs_enrolled){0};
    if (result != CS_OK)
        return result;
    *ret_enrolled = saving.enrolled;
    return saving.enrolled.done ? cs_local_show_codes(saving.enrolment, enrolling, error) : CS_OK;
}

const struct cs_enrolling_ops cs_local_enrolling = {
    .look = look,
    .judge_ticket = judge_ticket,
    .begin = begin,
    .confirm = confirm,
    .save = save,
};
