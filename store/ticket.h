/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tickets: with one, a user without a factor may enrol at the next login. A user has one at most;
 * it is good once, for that user and until a time, and stored as a keyed hash like a recovery code
 * (recovery.h). All functions need an open transaction.
 */
#ifndef CS_STORE_TICKET_H
#define CS_STORE_TICKET_H

#include "store/store.h"

/* Gives the user a ticket, in place of an earlier one. `ticket` is normalised. */
enum cs_err cs_ticket_set(const struct cs_transaction *transaction, const char *user,
                          const struct cs_secret *ticket, int64_t expires,
                          struct cs_error *error) CS_MUST_USE;

/* Whether a ticket of the user's is waiting at the time `now`. */
enum cs_err cs_ticket_look(const struct cs_transaction *transaction, const char *user, int64_t now,
                           bool *ret_waiting, struct cs_error *error) CS_MUST_USE;

/* Whether this is the user's ticket, and good at the time `now`; spends nothing. */
enum cs_err cs_ticket_check(const struct cs_transaction *transaction, const char *user,
                            const struct cs_secret *ticket, int64_t now, bool *ret_right,
                            struct cs_error *error) CS_MUST_USE;

/* Takes the user's ticket away, whatever it is; *ret_removed says whether there was one. */
enum cs_err cs_ticket_remove(const struct cs_transaction *transaction, const char *user,
                             bool *ret_removed, struct cs_error *error) CS_MUST_USE;

/* The same for everybody: a restored backup does not know which were used since. */
enum cs_err cs_ticket_remove_all(const struct cs_transaction *transaction,
                                 struct cs_error *error) CS_MUST_USE;

#endif
