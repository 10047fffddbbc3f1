/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the throttle, of a bounded number: one for a user and scope; one for a pair of user
 * and network, of the newest networks; and a fixed number for networks. All need an open
 * transaction.
 */
#ifndef CS_STORE_THROTTLE_ROW_H
#define CS_STORE_THROTTLE_ROW_H

#include "store/place.h"
#include "store/throttle.h"

enum { CS_THROTTLE_SLOT_SIZE = 16 };

struct cs_throttle_row {
    int64_t failures, failed;
    int64_t full; /* when its bucket is full again */
};

/* Where a row stands. Borrowed texts. */
struct cs_throttle_key {
    enum cs_throttle_scope scope;
    const char *subject, *network; /* network: "" but for a pair */
};

/* The row of a network: there is no end of addresses, but of rows. Those that fall together are one
 * to the throttle. */
void cs_throttle_slot(const char *network, char ret_slot[CS_THROTTLE_SLOT_SIZE]);

/* A row that does not exist is all zero; ret_exists may be NULL. */
enum cs_err cs_throttle_load_row(const struct cs_transaction *transaction,
                                 const struct cs_throttle_key *key, struct cs_throttle_row *ret_row,
                                 bool *ret_exists, struct cs_error *error) CS_MUST_USE;

enum cs_err cs_throttle_save_row(const struct cs_transaction *transaction,
                                 const struct cs_throttle_key *key,
                                 const struct cs_throttle_row *row,
                                 struct cs_error *error) CS_MUST_USE;

/* Before a row for a new pair: whoever comes from ever new networks leaves no more than the newest.
 * Those of known networks stay, because their shares are counted on top of the account's tries. */
enum cs_err cs_throttle_make_room(const struct cs_transaction *transaction,
                                  const struct cs_throttle_key *pair, enum cs_place_kind kind,
                                  struct cs_error *error) CS_MUST_USE;

#endif
