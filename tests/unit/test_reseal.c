/* SPDX-License-Identifier: Apache-2.0 */
/* What `countersign rekey` does in the store: sealing again, and the look before a key is given up.
 */
#include "tests/unit/unit.h"

#include <sqlite3.h>
#include <stdio.h>

#include "store/factor.h"
#include "store/password.h"
#include "store/recovery.h"
#include "tests/support/scratch_store.h"

/* A factor, a password, and the key of the recovery codes that every store has. */
static void fill(struct scratch_store *scratch)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {.kind = CS_STORED_TOTP, .user = "alice", .algorithm = "sha1"};
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};

    assert_int_equal(cs_secret_set(&factor.secret, "12345678901234567890", 20), CS_OK);
    assert_int_equal(cs_secret_set(&hash, "$y$hash", 7), CS_OK);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_add(&transaction, &factor, NULL), CS_OK);
    assert_int_equal(cs_password_set(&transaction, "alice", &hash, 0, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

/* Whether everything opens with the first key alone. */
static enum cs_err look(struct scratch_store *scratch, struct cs_error *error)
{
    return cs_store_check_sealed(scratch->store, scratch_store_key(scratch), error);
}

static void sql(const struct scratch_store *scratch, const char *text)
{
    sqlite3 *database = NULL;

    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    if (sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(database));
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void test_look_finds_each_secret_that_needs_the_old_key(void **state)
{
    static const struct {
        const char *table, *column;
    } places[] = {{"factor", "secret"}, {"password", "hash"}, {"meta", "value"}};
    struct scratch_store *scratch = *state;
    unsigned count = 0;
    char text[160];

    fill(scratch);
    assert_int_equal(look(scratch, NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(places); i++) {
        struct cs_error error = {0};

        (void)snprintf(text, sizeof text,
                       "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT "
                       "%s AS old FROM %s",
                       places[i].column, places[i].table);
        sql(scratch, text);
        scratch_store_add_key(scratch);
        assert_int_equal(cs_store_reseal(scratch->store, scratch_store_key(scratch), &count, NULL),
                         CS_OK);
        assert_int_equal(count, 2);
        assert_int_equal(look(scratch, NULL), CS_OK);
        (void)snprintf(text, sizeof text, "UPDATE %s SET %s = (SELECT old FROM kept)",
                       places[i].table, places[i].column);
        sql(scratch, text);
        assert_int_equal(look(scratch, &error), CS_ERR_NOT_FOUND);
        assert_contains(error.text, "which is not in the key file");
        assert_int_equal(cs_store_reseal(scratch->store, scratch_store_key(scratch), &count, NULL),
                         CS_OK);
    }
}

static void test_reseal_takes_no_other_key_than_the_callers(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_error error = {0};
    char *before, *after;
    unsigned count = 0;
    uint32_t old;

    fill(scratch);
    old = scratch_store_key(scratch);
    before = scratch_store_rows(scratch, "factor");
    scratch_store_add_key(scratch);
    assert_int_equal(cs_store_reseal(scratch->store, old, &count, &error), CS_ERR_STORE);
    assert_contains(error.text, "somebody else changed it");
    assert_int_equal(cs_store_check_sealed(scratch->store, old, NULL), CS_ERR_STORE);
    after = scratch_store_rows(scratch, "factor");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_look_finds_each_secret_that_needs_the_old_key),
        IN_STORE(test_reseal_takes_no_other_key_than_the_callers),
    };

    return cmocka_run_group_tests_name("reseal", tests, NULL, NULL);
}
