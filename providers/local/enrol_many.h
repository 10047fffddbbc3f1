/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrolling many users in one transaction, or none of them. All logins wait for that transaction,
 * so what can be made before it is: recovery codes, their hashes, and an order in which the store
 * takes them at the least cost. A user costs some 600 bytes until the end.
 */
#ifndef CS_PROVIDERS_LOCAL_ENROL_MANY_H
#define CS_PROVIDERS_LOCAL_ENROL_MANY_H

#include "providers/local/enrol.h"

struct cs_enrolments {
    struct cs_enrolment_row **rows;   /* owned; in the order in which they came */
    struct cs_enrolment_row **sorted; /* the same in the order in which they are stored */
    size_t count, room;
    struct cs_recovery_hasher *hasher;
};

void cs_enrolments_clear(struct cs_enrolments *enrolments); /* wipes */

/* Appends a copy of what cs_enrolment_prepare made. */
enum cs_err cs_enrolments_add(struct cs_enrolments *enrolments,
                              const struct cs_enrolment *enrolment,
                              struct cs_error *error) CS_MUST_USE;

/* Makes the recovery codes. After the last cs_enrolments_add; opens its own transaction, a short
 * one. */
enum cs_err cs_enrolments_prepare(struct cs_enrolments *enrolments, struct cs_store *store,
                                  struct cs_error *error) CS_MUST_USE;

/* What cs_enrolment_save does, for all but those who have a TOTP factor before this, unless `add`;
 * then sets their languages. The store remembers who was saved (store/last_batch.h). The first
 * error ends it, and the caller's transaction has to be rolled back; it may then be called again.
 * CS_ERR_STORE if the store is not the one from before. */
enum cs_err cs_enrolments_save(struct cs_enrolments *enrolments, bool add,
                               const struct cs_transaction *transaction,
                               struct cs_error *error) CS_MUST_USE;

/* The user of one that was not saved for that reason, borrowed; NULL: it was. */
const char *cs_enrolments_superfluous(const struct cs_enrolments *enrolments, size_t index);

/* Its user, borrowed, and how many of the same user came before it; both after
 * cs_enrolments_prepare. */
const char *cs_enrolments_user(const struct cs_enrolments *enrolments, size_t index);
size_t cs_enrolments_turn(const struct cs_enrolments *enrolments, size_t index);

/* Whether one that was saved has recovery codes with it: its user had none. */
bool cs_enrolments_with_codes(const struct cs_enrolments *enrolments, size_t index);

/* One of them as cs_enrolment_save would have left it; the caller clears it. */
enum cs_err cs_enrolments_get(const struct cs_enrolments *enrolments, size_t index,
                              struct cs_enrolment *ret_enrolment,
                              struct cs_error *error) CS_MUST_USE;

#endif
