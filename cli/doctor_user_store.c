/* SPDX-License-Identifier: Apache-2.0 */
/* What the store of the local provider has of a user, as a login would take it. */
#include <string.h>

#include "base/clock.h"
#include "cli/child.h"
#include "cli/doctor_user.h"
#include "login/client.h"
#include "methods/plan.h"
#include "store/former.h"
#include "store/owner.h"
#include "store/password.h"
#include "store/recovery.h"
#include "store/suspension.h"
#include "store/throttle.h"
#include "store/throttle_rule.h"

static const struct cs_place nowhere;

/* Whom to look for, and what comes back from the child that reads. */
struct search {
    const struct cs_doctor_user *user;
    char network[CS_CLIENT_SIZE]; /* "": none was named */
    struct stored {
        unsigned codes, keys, suspect, recovery, failures;
        bool password, suspended, delayed;
        struct cs_uid owner;
        enum cs_past past;
    } stored;
};

static const struct cs_local_settings *settings_of(const struct cs_doctor_user *user)
{
    return cs_cli_local(user->options);
}

/* ---- reading ---- */

static enum cs_err read_factors(const struct cs_transaction *transaction, struct search *search,
                                struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct stored *stored = &search->stored;
    enum cs_err result =
        cs_factor_list(transaction, search->user->identity, CS_STORED_ANY, &factors, error);

    for (size_t i = 0; i < factors.count; i++) {
        const struct cs_factor *factor = &factors.items[i];

        stored->codes += factor->kind != CS_STORED_U2F;
        stored->suspect += factor->suspect;
        stored->keys += factor->kind == CS_STORED_U2F && !factor->suspect;
    }
    return result;
}

/* From the network that was named: whether an answer would be looked at now. Otherwise whether it
 * would not, had all failures come from one. */
static enum cs_err read_scope(const struct cs_transaction *transaction,
                              enum cs_throttle_scope scope, struct search *search,
                              struct cs_error *error)
{
    const struct cs_try attempt = {.scope = scope,
                                   .subject = search->user->identity,
                                   .network = search->network,
                                   .countable = true,
                                   .delays = settings_of(search->user)->throttle};
    int64_t now = cs_clock_seconds();
    unsigned failures = 0;
    bool admitted;
    enum cs_err result =
        cs_throttle_count(transaction, scope, attempt.subject, now, &failures, error);

    search->stored.failures += failures;
    admitted = !attempt.delays || cs_throttle_delay(failures, now, now) == 0;
    if (result == CS_OK && search->network[0] != '\0')
        result = cs_throttle_look(transaction, &attempt, now, &admitted, error);
    search->stored.delayed = search->stored.delayed || !admitted;
    return result;
}

static enum cs_err read_tries(const struct cs_transaction *transaction, struct search *search,
                              struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_THROTTLE_USER_SCOPES && result == CS_OK; i++)
        result = read_scope(transaction, cs_throttle_user_scopes[i], search, error);
    return result;
}

static enum cs_err read_all(const struct cs_transaction *transaction, void *context,
                            struct cs_error *error)
{
    struct search *search = context;
    const char *name = search->user->identity;
    struct stored *stored = &search->stored;
    int64_t when;
    enum cs_err result = read_factors(transaction, search, error);

    if (result == CS_OK)
        result = cs_recovery_count(transaction, name, &stored->recovery, error);
    if (result == CS_OK)
        result = cs_password_changed(transaction, name, &stored->password, &when, error);
    if (result == CS_OK)
        result = cs_suspension_read(transaction, name, &stored->suspended, &when, error);
    if (result == CS_OK)
        result = cs_owner_read(transaction, name, &stored->owner, error);
    if (result == CS_OK)
        result = cs_past_find(transaction, name, &stored->past, error);
    return result == CS_OK ? read_tries(transaction, search, error) : result;
}

static enum cs_err read_store(void *context, struct cs_error *error)
{
    struct search *search = context;
    const struct cs_local_settings *local = settings_of(search->user);
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_store_open(local->store, local->key_file, false, &store, error);

    return result == CS_OK ? cs_store_run(store, CS_STORE_READ, read_all, search, error) : result;
}

static void find_network(struct search *search)
{
    const struct cs_request request = {.rhost = (char *)(uintptr_t)search->user->doctor->from};
    char address[CS_CLIENT_SIZE];

    if (request.rhost != NULL)
        cs_client_find(&request, 0, address, search->network);
}

/* ---- judging ---- */

/* Only an account by that very name has a uid to compare, as in a login. */
static bool is_others(const struct cs_doctor_user *user, const struct stored *stored)
{
    return settings_of(user)->uid_check && strcmp(user->identity, user->account.name) == 0 &&
           stored->owner.known && stored->owner.value != user->account.uid;
}

static void judge_bars(const struct cs_doctor_user *user, const struct stored *stored)
{
    const char *name = user->doctor->user;

    if (stored->suspended)
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-suspended", nowhere,
                        "'countersign resume' ends it; if it is meant, there is nothing to do",
                        "%s is suspended: nothing that this user enters is accepted", name);
    if (is_others(user, stored))
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-other-uid", nowhere,
                        "'countersign forget' what the former account had, and enrol this one",
                        "what is stored under %s was given to an account with the uid %u, and this "
                        "one has %u: nothing of it is accepted",
                        name, (unsigned)stored->owner.value, (unsigned)user->account.uid);
    if (stored->delayed)
        cs_findings_add(user->all, CS_FINDING_RISKY, "user-delayed", nowhere,
                        "wait a minute, or 'countersign unlock' the user",
                        "after %u wrong answers %s's answers are not looked at for a while, %s",
                        stored->failures, name,
                        user->doctor->from != NULL ? "if they come from that address"
                                                   : "if they come from where the wrong ones did");
}

static void judge_password(const struct cs_doctor_user *user, const struct stored *stored)
{
    const struct cs_plan *plan = cs_plan_find(user->options->auth_method);

    if (plan != NULL && cs_plan_has_first(plan) && !stored->password)
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-no-password", nowhere,
                        "set one with 'countersign passwd'",
                        "%s has no password here, and the plan %s begins with one",
                        user->doctor->user, plan->name);
}

/* Of a user whom no option lets do without a factor, or enrol: why. */
static const char *hindrance(const struct stored *stored)
{
    return stored->past == CS_PAST_NONE || stored->past == CS_PAST_PENDING
               ? NULL
               : cs_past_text(stored->past);
}

static void judge_factors(const struct cs_doctor_user *user, const struct stored *stored)
{
    bool code = (user->kinds & CS_KIND(CS_FACTOR_TOTP)) != 0 && stored->codes > 0;
    bool key = (user->kinds & CS_KIND(CS_FACTOR_U2F)) != 0 && stored->keys > 0;

    if (user->kinds == 0)
        return;
    if (code || key)
        cs_findings_add(user->all, CS_FINDING_FINE, "user-factor", nowhere, NULL,
                        "%s has %u TOTP or HOTP factors, %u security keys and %u recovery codes",
                        user->doctor->user, stored->codes, stored->keys, stored->recovery);
    else if (stored->suspect > 0)
        cs_doctor_user_lacks(user, hindrance(stored), "but security keys that may have been copied",
                             "'countersign list' shows them; remove them and enrol others");
    else
        cs_doctor_user_lacks(user, hindrance(stored),
                             stored->codes + stored->keys > 0 ? "of a kind that the plan asks for"
                                                              : "in the store",
                             "enrol the user: 'countersign enroll'");
}

void cs_doctor_user_stored(const struct cs_doctor_user *user)
{
    struct search search = {.user = user};
    struct cs_error error = {0}; /* told by whoever looks at the store */

    find_network(&search);
    if (cs_cli_as_run_user(read_store, &search, &search.stored, sizeof search.stored, &error) !=
        CS_OK) {
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-not-told", nowhere,
                        "repair that and run doctor again",
                        "what %s has cannot be read: what is said of the key and the store says "
                        "why",
                        user->doctor->user);
        return;
    }
    judge_bars(user, &search.stored);
    judge_password(user, &search.stored);
    judge_factors(user, &search.stored);
}
