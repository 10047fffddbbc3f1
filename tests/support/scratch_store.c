/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/support/scratch_store.h"

#include <limits.h>
#include <sqlite3.h>

#include "base/attributes.h"
#include "store/key.h"
#include "tests/support/scratch_folder.h"

void scratch_store_make(struct scratch_store *scratch)
{
    struct cs_keys keys = {0};
    struct cs_error error = {0};

    scratch_folder_make(scratch->folder, sizeof scratch->folder);
    (void)snprintf(scratch->path, sizeof scratch->path, "%s/store.db", scratch->folder);
    (void)snprintf(scratch->key_path, sizeof scratch->key_path, "%s/key", scratch->folder);
    assert_int_equal(cs_keys_add(&keys, &error), CS_OK);
    assert_int_equal(cs_keys_save(scratch->key_path, &keys, UINT_MAX, &error), CS_OK);
    cs_keys_wipe(&keys);
    scratch->store = NULL;
    if (cs_store_open(scratch->path, scratch->key_path, true, &scratch->store, &error) != CS_OK)
        fail_msg("%s", error.text);
}

/* Removed name by name, because a store leaves nothing else behind. */
void scratch_store_remove(struct scratch_store *scratch)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", "store.lock",
                                        "key"};
    char path[96];

    cs_store_close(&scratch->store);
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", scratch->folder, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(scratch->folder), 0);
}

int scratch_store_setup(void **state)
{
    struct scratch_store *scratch = calloc(1, sizeof *scratch);

    assert_non_null(scratch);
    scratch_store_make(scratch);
    *state = scratch;
    return 0;
}

int scratch_store_teardown(void **state)
{
    scratch_store_remove(*state);
    free(*state);
    return 0;
}

void scratch_store_begin(struct scratch_store *scratch, struct cs_transaction *ret_transaction)
{
    assert_int_equal(cs_store_begin(scratch->store, ret_transaction, NULL), CS_OK);
}

uint32_t scratch_store_key(const struct scratch_store *scratch)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};

    assert_int_equal(cs_keys_load(scratch->key_path, &keys, NULL), CS_OK);
    return keys.items[0].id;
}

void scratch_store_add_key(struct scratch_store *scratch)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};

    assert_int_equal(cs_keys_load(scratch->key_path, &keys, NULL), CS_OK);
    assert_int_equal(cs_keys_add(&keys, NULL), CS_OK);
    assert_int_equal(cs_keys_save(scratch->key_path, &keys, UINT_MAX, NULL), CS_OK);
}

static void add_row(FILE *out, sqlite3_stmt *statement)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const unsigned char *bytes = sqlite3_column_blob(statement, i);

        for (int j = 0; j < sqlite3_column_bytes(statement, i); j++)
            (void)fprintf(out, "%02x", bytes[j]);
        (void)fputc(' ', out);
    }
    (void)fputc('\n', out);
}

char *scratch_store_rows(const struct scratch_store *scratch, const char *table)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *database = NULL;
    char sql[64], *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    (void)snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1, 2", table);
    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        add_row(out, statement);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    (void)sqlite3_close(database);
    assert_int_equal(fclose(out), 0);
    return text;
}
