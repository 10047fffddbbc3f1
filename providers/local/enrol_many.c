/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/enrol_many.h"

#include <stdlib.h>
#include <string.h>

#include "providers/local/codes.h"
#include "store/factor_ahead.h"
#include "store/last_batch.h"

enum { ROOM_MIN = 64 };

/* struct cs_enrolment has room for the longest of everything: twice as much and ten allocations. */
struct cs_enrolment_row {
    size_t number, size, secret_length;
    size_t turn; /* how many of the same user came before */
    int64_t id, last_step, created;
    enum cs_stored_kind kind;
    unsigned digits, period;
    bool given, has_codes, superfluous;
    struct cs_uid account;
    char algorithm[sizeof((struct cs_factor *)NULL)->algorithm];
    char language[CS_PREFERENCE_LANGUAGE_SIZE];
    unsigned char hashes[CS_RECOVERY_CODES][CS_RECOVERY_HASH_BYTES];
    char codes[CS_RECOVERY_CODES][CS_RECOVERY_SYMBOLS];
    char text[]; /* user, NUL, label, NUL, secret, sealed secret */
};

static const char *label_of(const struct cs_enrolment_row *row)
{
    return row->text + strlen(row->text) + 1;
}

static const char *secret_of(const struct cs_enrolment_row *row)
{
    return label_of(row) + strlen(label_of(row)) + 1;
}

static unsigned char *sealed_of(struct cs_enrolment_row *row)
{
    return (unsigned char *)row + row->size - row->secret_length - CS_SEAL_OVERHEAD;
}

void cs_enrolments_clear(struct cs_enrolments *enrolments)
{
    for (size_t i = 0; i < enrolments->count; i++) {
        cs_wipe(enrolments->rows[i], enrolments->rows[i]->size);
        free(enrolments->rows[i]);
    }
    free(enrolments->rows);
    free(enrolments->sorted);
    cs_recovery_hasher_free(&enrolments->hasher);
    *enrolments = (struct cs_enrolments){0};
}

static enum cs_err make_room(struct cs_enrolments *enrolments, struct cs_error *error)
{
    size_t room = enrolments->room > 0 ? enrolments->room * 2 : ROOM_MIN;
    struct cs_enrolment_row **rows;

    if (enrolments->count < enrolments->room)
        return CS_OK;
    rows = reallocarray(enrolments->rows, room, sizeof *rows);
    if (rows == NULL)
        return cs_fail_nomem(error);
    enrolments->rows = rows;
    enrolments->room = room;
    return CS_OK;
}

enum cs_err cs_enrolments_add(struct cs_enrolments *enrolments,
                              const struct cs_enrolment *enrolment, struct cs_error *error)
{
    const struct cs_factor *factor = &enrolment->factor;
    size_t user = strlen(factor->user) + 1, label = strlen(factor->label) + 1;
    size_t size = sizeof(struct cs_enrolment_row) + user + label + 2 * factor->secret.length +
                  CS_SEAL_OVERHEAD;
    struct cs_enrolment_row *row;
    enum cs_err result = make_room(enrolments, error);

    if (result != CS_OK)
        return result;
    row = calloc(1, size);
    if (row == NULL)
        return cs_fail_nomem(error);
    row->number = enrolments->count;
    row->size = size;
    row->secret_length = factor->secret.length;
    row->kind = factor->kind;
    row->last_step = factor->last_step;
    row->created = factor->created;
    row->digits = factor->digits;
    row->period = factor->period;
    row->given = enrolment->given;
    row->account = factor->account;
    memcpy(row->algorithm, factor->algorithm, sizeof row->algorithm);
    memcpy(row->language, enrolment->language, sizeof row->language);
    memcpy(row->text, factor->user, user);
    memcpy(row->text + user, factor->label, label);
    memcpy(row->text + user + label, factor->secret.data, factor->secret.length);
    enrolments->rows[enrolments->count++] = row;
    return CS_OK;
}

/* By user, as the tables are, and several factors of one in the order in which they came. */
static int compare(const void *a, const void *b)
{
    const struct cs_enrolment_row *one = *(struct cs_enrolment_row *const *)a;
    const struct cs_enrolment_row *other = *(struct cs_enrolment_row *const *)b;
    int order = strcmp(one->text, other->text);

    if (order != 0)
        return order;
    return one->number < other->number ? -1 : one->number > other->number;
}

static enum cs_err make_codes(const struct cs_recovery_hasher *hasher, struct cs_enrolment_row *row,
                              struct cs_error *error)
{
    enum cs_err result = cs_recovery_symbols(row->codes[0], sizeof row->codes, error);

    for (size_t i = 0; i < CS_RECOVERY_CODES && result == CS_OK; i++) {
        const struct cs_secret code = {row->codes[i], CS_RECOVERY_SYMBOLS}; /* borrows */

        result = cs_recovery_hash(hasher, row->text, &code, row->hashes[i], error);
    }
    return result;
}

/* Without the codes. */
static enum cs_err restore(const struct cs_enrolment_row *row, struct cs_enrolment *enrolment,
                           struct cs_error *error)
{
    struct cs_factor *factor = &enrolment->factor;
    const char *label = label_of(row);

    factor->id = row->id;
    factor->kind = row->kind;
    factor->last_step = row->last_step;
    factor->created = row->created;
    factor->digits = row->digits;
    factor->period = row->period;
    factor->account = row->account;
    enrolment->given = row->given;
    memcpy(factor->algorithm, row->algorithm, sizeof factor->algorithm);
    memcpy(enrolment->language, row->language, sizeof enrolment->language);
    memcpy(factor->user, row->text, strlen(row->text) + 1);
    memcpy(factor->label, label, strlen(label) + 1);
    return cs_secret_set(&factor->secret, secret_of(row), row->secret_length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

static enum cs_err sort(struct cs_enrolments *enrolments, struct cs_error *error)
{
    size_t count = enrolments->count;

    if (count == 0)
        return CS_OK;
    enrolments->sorted = calloc(count, sizeof *enrolments->sorted);
    if (enrolments->sorted == NULL)
        return cs_fail_nomem(error);
    memcpy(enrolments->sorted, enrolments->rows, count * sizeof *enrolments->sorted);
    qsort(enrolments->sorted, count, sizeof *enrolments->sorted, compare);
    for (size_t i = 1; i < count; i++) {
        const struct cs_enrolment_row *before = enrolments->sorted[i - 1];

        if (strcmp(before->text, enrolments->sorted[i]->text) == 0)
            enrolments->sorted[i]->turn = before->turn + 1;
    }
    return CS_OK;
}

static enum cs_err seal_row(const struct cs_factor_sealer *sealer, struct cs_enrolment_row *row,
                            struct cs_error *error)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    enum cs_err result = restore(row, &enrolment, error);

    return result == CS_OK ? cs_factor_seal(sealer, &enrolment.factor, sealed_of(row), error)
                           : result;
}

enum cs_err cs_enrolments_prepare(struct cs_enrolments *enrolments, struct cs_store *store,
                                  struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factor_sealer_free) struct cs_factor_sealer *sealer = NULL;
    int64_t id = 0;
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = cs_recovery_hasher_new(&transaction, &enrolments->hasher, error);
    if (result == CS_OK)
        result = cs_factor_sealer_new(&transaction, &sealer, &id, error);
    cs_store_end(&transaction);
    if (result == CS_OK)
        result = sort(enrolments, error);
    for (size_t i = 0; i < enrolments->count && result == CS_OK; i++) {
        struct cs_enrolment_row *row = enrolments->sorted[i];

        row->id = id++;
        result = make_codes(enrolments->hasher, row, error);
        if (result == CS_OK)
            result = seal_row(sealer, row, error);
    }
    return result;
}

static enum cs_err save_row(const struct cs_transaction *transaction, struct cs_enrolment_row *row,
                            struct cs_error *error)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    enum cs_err result = restore(row, &enrolment, error);

    if (result == CS_OK)
        result = cs_enrolment_accept(transaction, &enrolment, error);
    if (result == CS_OK)
        result = cs_factor_add_sealed(transaction, &enrolment.factor, sealed_of(row), error);
    row->id = enrolment.factor.id;
    row->last_step = enrolment.factor.last_step;
    if (result == CS_OK)
        result = cs_recovery_add(transaction, row->text, row->hashes[0], CS_RECOVERY_CODES,
                                 &row->has_codes, error);
    if (result == CS_OK && row->language[0] != '\0')
        result = cs_preference_set_language(transaction, row->text, row->language, error);
    return result == CS_OK ? cs_last_batch_add(transaction, row->id,
                                               row->has_codes ? CS_RECOVERY_CODES : 0, error)
                           : result;
}

/* Before anything is stored: a user may be there twice, with two devices. */
static enum cs_err look(const struct cs_transaction *transaction, struct cs_enrolment_row *row,
                        struct cs_error *error)
{
    unsigned count = 0;
    enum cs_err result = cs_factor_count(transaction, row->text, CS_STORED_CODES, &count, error);

    row->superfluous = count > 0;
    return result;
}

/* A batch of which all are skipped leaves the one before to be undone. */
static bool saves_any(const struct cs_enrolments *enrolments)
{
    for (size_t i = 0; i < enrolments->count; i++) {
        if (!enrolments->rows[i]->superfluous)
            return true;
    }
    return false;
}

enum cs_err cs_enrolments_save(struct cs_enrolments *enrolments, bool add,
                               const struct cs_transaction *transaction, struct cs_error *error)
{
    enum cs_err result = cs_recovery_hasher_check(transaction, enrolments->hasher, error);

    for (size_t i = 0; i < enrolments->count && result == CS_OK && !add; i++)
        result = look(transaction, enrolments->sorted[i], error);
    if (result == CS_OK && saves_any(enrolments))
        result = cs_last_batch_begin(transaction, error);
    for (size_t i = 0; i < enrolments->count && result == CS_OK; i++) {
        if (!enrolments->sorted[i]->superfluous)
            result = save_row(transaction, enrolments->sorted[i], error);
    }
    return result;
}

const char *cs_enrolments_superfluous(const struct cs_enrolments *enrolments, size_t index)
{
    const struct cs_enrolment_row *row = enrolments->rows[index];

    return row->superfluous ? row->text : NULL;
}

const char *cs_enrolments_user(const struct cs_enrolments *enrolments, size_t index)
{
    return enrolments->rows[index]->text;
}

size_t cs_enrolments_turn(const struct cs_enrolments *enrolments, size_t index)
{
    return enrolments->rows[index]->turn;
}

bool cs_enrolments_with_codes(const struct cs_enrolments *enrolments, size_t index)
{
    return enrolments->rows[index]->has_codes;
}

enum cs_err cs_enrolments_get(const struct cs_enrolments *enrolments, size_t index,
                              struct cs_enrolment *ret_enrolment, struct cs_error *error)
{
    const struct cs_enrolment_row *row = enrolments->rows[index];
    enum cs_err result = restore(row, ret_enrolment, error);

    for (size_t i = 0; row->has_codes && i < CS_RECOVERY_CODES && result == CS_OK; i++) {
        if (cs_secret_set(&ret_enrolment->codes[i], row->codes[i], CS_RECOVERY_SYMBOLS) != CS_OK)
            return cs_fail_nomem(error);
        ret_enrolment->codes_count++;
    }
    return result;
}
