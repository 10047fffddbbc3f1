/* SPDX-License-Identifier: Apache-2.0 */
#include "import/save.h"

#include <stdlib.h>
#include <string.h>

#include "providers/local/totp.h"
#include "store/factor_ahead.h"
#include "store/last_batch.h"

enum { ROWS_OF_USER_MAX = 64 };

/* What is made of a row ahead of the transaction. */
struct ahead {
    struct cs_imported *row;
    unsigned char *sealed; /* owned */
    unsigned char hashes[CS_RECOVERY_CODES][CS_RECOVERY_HASH_BYTES];
};

struct cs_import_plan {
    struct cs_imports *imports;
    struct ahead *items; /* in the order in which they are stored: by user */
    size_t count;
    int64_t next, now;
    struct cs_factor_sealer *sealer;
    struct cs_recovery_hasher *hasher;
};

void cs_import_plan_free(struct cs_import_plan **plan)
{
    struct cs_import_plan *own = *plan;

    if (own == NULL)
        return;
    for (size_t i = 0; i < own->count; i++)
        free(own->items[i].sealed);
    free(own->items);
    cs_factor_sealer_free(&own->sealer);
    cs_recovery_hasher_free(&own->hasher);
    free(own);
    *plan = NULL;
}

/* As the tables are, and a user's in the order in which they came. */
static int compare(const void *a, const void *b)
{
    const struct cs_imported *one = ((const struct ahead *)a)->row;
    const struct cs_imported *other = ((const struct ahead *)b)->row;
    int order = strcmp(one->factor.user, other->factor.user);

    if (order != 0)
        return order;
    if (one->source != other->source)
        return one->source < other->source ? -1 : 1;
    return one->line != other->line ? (one->line < other->line ? -1 : 1)
                                    : (one->number > other->number) - (one->number < other->number);
}

enum cs_err cs_import_plan_new(const struct cs_transaction *transaction, struct cs_imports *imports,
                               int64_t now, struct cs_import_plan **ret_plan,
                               struct cs_error *error)
{
    CS_AUTO(cs_import_plan_free) struct cs_import_plan *plan = calloc(1, sizeof *plan);
    enum cs_err result;

    if (plan == NULL)
        return cs_fail_nomem(error);
    plan->items = calloc(imports->count + 1, sizeof *plan->items);
    if (plan->items == NULL)
        return cs_fail_nomem(error);
    plan->imports = imports;
    plan->now = now;
    for (size_t i = 0; i < imports->count; i++) {
        imports->rows[i]->number = i;
        plan->items[plan->count++].row = imports->rows[i];
    }
    qsort(plan->items, plan->count, sizeof *plan->items, compare);
    result = cs_recovery_hasher_new(transaction, &plan->hasher, error);
    if (result == CS_OK)
        result = cs_factor_sealer_new(transaction, &plan->sealer, &plan->next, error);
    if (result != CS_OK)
        return result;
    *ret_plan = plan;
    plan = NULL;
    return CS_OK;
}

/* Two factors with the same codes would accept each of them twice. */
static bool same_codes(const struct cs_factor *one, const struct cs_factor *other)
{
    return one->kind == other->kind && one->secret.length == other->secret.length &&
           cs_equal_ct(one->secret.data, other->secret.data, one->secret.length) &&
           strcmp(one->algorithm, other->algorithm) == 0 && one->period == other->period;
}

/* Whether an earlier row of the same user is the same. */
static enum cs_err look_back(const struct cs_import_plan *plan, size_t index, bool *ret_twice,
                             struct cs_error *error)
{
    const struct cs_factor *factor = &plan->items[index].row->factor;

    *ret_twice = false;
    for (size_t back = 1; back <= index; back++) {
        const struct cs_factor *other = &plan->items[index - back].row->factor;

        if (strcmp(other->user, factor->user) != 0)
            return CS_OK;
        if (back > ROWS_OF_USER_MAX)
            return cs_fail(error, CS_ERR_LIMIT, "%s has more than %d factors there", factor->user,
                           ROWS_OF_USER_MAX);
        *ret_twice = *ret_twice || same_codes(other, factor);
    }
    return CS_OK;
}

static void spend_earlier(struct cs_factor *factor, int64_t now)
{
    int64_t before;

    if (factor->kind != CS_STORED_TOTP)
        return;
    before = cs_totp_step(now, factor->period) + factor->drift - 1;
    if (factor->last_step < before)
        factor->last_step = before;
}

static enum cs_err seal(struct cs_import_plan *plan, struct ahead *item, struct cs_error *error)
{
    struct cs_imported *row = item->row;
    enum cs_err result = CS_OK;

    row->factor.id = plan->next++;
    spend_earlier(&row->factor, plan->now);
    item->sealed = malloc(row->factor.secret.length + CS_SEAL_OVERHEAD);
    if (item->sealed == NULL)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < row->codes_count && result == CS_OK; i++)
        result = cs_recovery_hash(plan->hasher, row->factor.user, &row->codes[i], item->hashes[i],
                                  error);
    return result == CS_OK ? cs_factor_seal(plan->sealer, &row->factor, item->sealed, error)
                           : result;
}

enum cs_err cs_import_seal(struct cs_import_plan *plan, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < plan->count && result == CS_OK; i++) {
        struct ahead *item = &plan->items[i];
        bool twice;

        result = look_back(plan, i, &twice, error);
        item->row->outcome = twice ? CS_IMPORT_TWICE : CS_IMPORT_STORED;
        if (result == CS_OK && !twice)
            result = seal(plan, item, error);
    }
    return result;
}

/* Against what the user had before this. */
static enum cs_err look(const struct cs_transaction *transaction, struct cs_imported *row, bool add,
                        struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors known = {0};
    unsigned count = 0;
    enum cs_err result =
        cs_factor_count(transaction, row->factor.user, CS_STORED_CODES, &count, error);

    if (result != CS_OK || count == 0)
        return result;
    if (!add)
        row->outcome = CS_IMPORT_HAS_ONE;
    result = cs_factor_load(transaction, row->factor.user, CS_STORED_CODES, &known, error);
    for (size_t i = 0; i < known.count && result == CS_OK; i++) {
        if (same_codes(&known.items[i], &row->factor))
            row->outcome = CS_IMPORT_KNOWN;
    }
    return result;
}

static enum cs_err save(const struct cs_transaction *transaction, struct ahead *item,
                        struct cs_error *error)
{
    struct cs_imported *row = item->row;
    struct cs_error inner = {0};
    enum cs_err result = cs_factor_add_sealed(transaction, &row->factor, item->sealed, &inner);

    if (result == CS_OK && row->codes_count > 0)
        result = cs_recovery_add(transaction, row->factor.user, item->hashes[0], row->codes_count,
                                 &row->codes_added, &inner);
    if (result == CS_OK)
        result = cs_last_batch_add(transaction, row->factor.id,
                                   row->codes_added ? row->codes_count : 0, &inner);
    return result == CS_OK ? CS_OK : cs_fail(error, result, "%s: %s", row->factor.user, inner.text);
}

/* An import of which all is left out leaves the one before to be undone. */
static bool saves_any(const struct cs_import_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].row->outcome == CS_IMPORT_STORED)
            return true;
    }
    return false;
}

enum cs_err cs_import_save(struct cs_import_plan *plan, bool add,
                           const struct cs_transaction *transaction, struct cs_error *error)
{
    const struct cs_imported *last = NULL; /* that was stored */
    enum cs_err result = cs_recovery_hasher_check(transaction, plan->hasher, error);

    for (size_t i = 0; i < plan->count && result == CS_OK; i++) {
        if (plan->items[i].row->outcome == CS_IMPORT_STORED)
            result = look(transaction, plan->items[i].row, add, error);
    }
    if (result == CS_OK && saves_any(plan))
        result = cs_last_batch_begin(transaction, error);
    for (size_t i = 0; i < plan->count && result == CS_OK; i++) {
        struct cs_imported *row = plan->items[i].row;

        if (row->outcome != CS_IMPORT_STORED)
            continue;
        row->first_of_user = last == NULL || strcmp(last->factor.user, row->factor.user) != 0;
        last = row;
        result = save(transaction, &plan->items[i], error);
    }
    return result;
}
