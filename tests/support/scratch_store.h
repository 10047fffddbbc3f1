/* SPDX-License-Identifier: Apache-2.0 */
/* An empty store with its key in its own folder, for unit tests. Every function fails the test if
 * it does not succeed. */
#ifndef CS_TESTS_SUPPORT_SCRATCH_STORE_H
#define CS_TESTS_SUPPORT_SCRATCH_STORE_H

#include "store/store.h"

struct scratch_store {
    char folder[64];
    char path[96], key_path[96];
    struct cs_store *store;
};

void scratch_store_make(struct scratch_store *scratch);
void scratch_store_remove(struct scratch_store *scratch);

/* Setup and teardown for cmocka: *state is a struct scratch_store. */
int scratch_store_setup(void **state);
int scratch_store_teardown(void **state);

#define IN_STORE(test)                                                                             \
    cmocka_unit_test_setup_teardown(test, scratch_store_setup, scratch_store_teardown)

void scratch_store_begin(struct scratch_store *scratch, struct cs_transaction *ret_transaction);

/* The id of the first key in the key file. */
uint32_t scratch_store_key(const struct scratch_store *scratch);

/* Puts a fresh key in front of those in the key file. */
void scratch_store_add_key(struct scratch_store *scratch);

/* All rows of a table as one text, for comparison; the caller frees it. */
char *scratch_store_rows(const struct scratch_store *scratch, const char *table);

#endif
