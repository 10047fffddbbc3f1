/* SPDX-License-Identifier: Apache-2.0 */
/* All that the store has about a user: forgotten as a whole, and given to another name. */
#include "tests/unit/unit.h"

#include <sqlite3.h>
#include <stdio.h>

#include "store/factor.h"
#include "store/former.h"
#include "store/owner.h"
#include "store/password.h"
#include "store/pending.h"
#include "store/place.h"
#include "store/preference.h"
#include "store/recovery.h"
#include "store/suspension.h"
#include "store/throttle.h"
#include "store/ticket.h"
#include "store/user.h"
#include "tests/support/scratch_store.h"

enum { T0 = 1700000000, STEP = 56666666, TABLES_MAX = 32 };

static const char key[] = "12345678901234567890";

static void add_factor(const struct cs_transaction *transaction, const char *user,
                       enum cs_stored_kind kind)
{
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {.kind = kind, .digits = 6, .period = 30, .last_step = STEP};

    (void)snprintf(factor.user, sizeof factor.user, "%s", user);
    (void)snprintf(factor.algorithm, sizeof factor.algorithm, "%s",
                   kind == CS_STORED_U2F ? "eddsa" : "sha1");
    factor.key_flags = kind == CS_STORED_U2F ? CS_KEY_VERIFIES : 0;
    assert_int_equal(cs_secret_set(&factor.secret, key, sizeof key - 1), CS_OK);
    assert_int_equal(cs_factor_add(transaction, &factor, NULL), CS_OK);
}

static void add_tries(const struct cs_transaction *transaction, const char *user)
{
    struct cs_try attempt = {.scope = CS_THROTTLE_USER_PROVEN,
                             .subject = user,
                             .network = "192.0.2.1",
                             .countable = true};
    const struct cs_place place = {CS_PLACE_CODE, user, "192.0.2.1"};
    bool admitted = false;

    assert_int_equal(cs_throttle_begin(transaction, &attempt, T0, &admitted, NULL), CS_OK);
    assert_true(admitted);
    assert_int_equal(cs_place_note(transaction, &place, T0, NULL), CS_OK);
}

static void add_recovery(const struct cs_transaction *transaction, const char *user)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    assert_int_equal(cs_secret_set(&code, "abcdefghjkmnpqrs", 16), CS_OK);
    assert_int_equal(cs_recovery_replace(transaction, user, &code, 1, NULL), CS_OK);
}

/* Something in every table that says whose a row is. */
static void fill(struct scratch_store *scratch, const char *user)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};
    struct cs_pending pending = {.app_id = "ssh://host", .origins = "host"};
    bool changed;

    (void)snprintf(pending.user, sizeof pending.user, "%s", user);
    assert_int_equal(cs_secret_set(&hash, "$y$hash", 7), CS_OK);
    scratch_store_begin(scratch, &transaction);
    add_factor(&transaction, user, CS_STORED_TOTP);
    add_factor(&transaction, user, CS_STORED_HOTP);
    add_factor(&transaction, user, CS_STORED_U2F);
    add_tries(&transaction, user);
    add_recovery(&transaction, user);
    assert_int_equal(cs_password_set(&transaction, user, &hash, T0, NULL), CS_OK);
    assert_int_equal(cs_suspension_add(&transaction, user, T0, &changed, NULL), CS_OK);
    assert_int_equal(cs_preference_set_language(&transaction, user, "fr", NULL), CS_OK);
    assert_int_equal(cs_pending_put(&transaction, &pending, T0, NULL), CS_OK);
    assert_int_equal(cs_owner_set(&transaction, user, 1001, NULL), CS_OK);
    assert_int_equal(cs_former_note(&transaction, user, NULL), CS_OK);
    assert_int_equal(cs_ticket_set(&transaction, user, &hash, T0, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static int count(const struct scratch_store *scratch, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *database = NULL;
    int number;

    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(database));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    number = sqlite3_column_int(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return number;
}

/* Tables whose rows have a user, by whatever name the column goes; the schema says which. A new one
 * is in here by itself, and then fill() and cs_user_forget must know it. */
struct tables {
    struct {
        char name[64], column[64];
    } items[TABLES_MAX];
    size_t count;
};

static void find_tables(const struct scratch_store *scratch, struct tables *tables)
{
    static const char sql[] =
        "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name IN ('user', 'subject', 'identity', 'account')";
    sqlite3_stmt *statement = NULL;
    sqlite3 *database = NULL;

    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW && tables->count < TABLES_MAX) {
        (void)snprintf(tables->items[tables->count].name, 64, "%s",
                       (const char *)sqlite3_column_text(statement, 0));
        (void)snprintf(tables->items[tables->count++].column, 64, "%s",
                       (const char *)sqlite3_column_text(statement, 1));
    }
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_true(tables->count >= 8);
}

/* Whether each of them has rows of the user, or each has none. */
static void assert_in_all_tables(const struct scratch_store *scratch, const char *user, bool has)
{
    struct tables tables = {0};

    find_tables(scratch, &tables);
    for (size_t i = 0; i < tables.count; i++) {
        char sql[256];

        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s = '%s'",
                       tables.items[i].name, tables.items[i].column, user);
        if ((count(scratch, sql) > 0) != has)
            fail_msg("table %s has %s of %s", tables.items[i].name, has ? "nothing" : "something",
                     user);
    }
}

static void test_forget_leaves_no_row_of_the_user_in_any_table(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_user_tally removed = {0};
    struct cs_transaction transaction;

    fill(scratch, "alice");
    fill(scratch, "bob");
    assert_in_all_tables(scratch, "alice", true);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_user_forget(&transaction, "alice", &removed, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_in_all_tables(scratch, "alice", false);
    assert_in_all_tables(scratch, "bob", true);
    for (size_t i = 0; i < CS_USER_THINGS; i++)
        assert_true(removed.counts[i] > 0);
    assert_int_equal(removed.counts[CS_USER_TOTP], 1);
    assert_int_equal(removed.counts[CS_USER_RECOVERY], 1);

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_user_forget(&transaction, "alice", &removed, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_false(cs_user_tally_has(&removed, CS_USER_THINGS));
}

static void assert_opens(const struct cs_transaction *transaction, const char *user)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};

    assert_int_equal(cs_factor_load(transaction, user, CS_STORED_ANY, &factors, NULL), CS_OK);
    assert_int_equal(factors.count, 3);
    for (size_t i = 0; i < factors.count; i++) {
        assert_int_equal(factors.items[i].secret.length, sizeof key - 1);
        assert_memory_equal(factors.items[i].secret.data, key, sizeof key - 1);
        assert_true(factors.items[i].last_step == STEP); /* what was spent stays spent */
    }
    assert_int_equal(cs_password_load(transaction, user, &hash, NULL), CS_OK);
    assert_string_equal(hash.data, "$y$hash");
}

static void test_rename_takes_everything_but_recovery_codes_and_tickets_along(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_user_tally moved = {0}, now = {0};
    struct cs_transaction transaction;

    fill(scratch, "alice");
    fill(scratch, "bob");
    scratch_store_begin(scratch, &transaction);
    add_tries(&transaction, "carol"); /* somebody tried the new name before */
    assert_int_equal(cs_user_rename(&transaction, "alice", "carol", &moved, NULL), CS_OK);
    assert_int_equal(cs_user_count(&transaction, "carol", &now, NULL), CS_OK);
    assert_opens(&transaction, "carol");
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_in_all_tables(scratch, "alice", false);
    assert_in_all_tables(scratch, "bob", true);
    assert_int_equal(moved.counts[CS_USER_RECOVERY], 1);
    moved.counts[CS_USER_RECOVERY] = 0;
    assert_int_equal(moved.counts[CS_USER_TICKET], 1);
    moved.counts[CS_USER_TICKET] = 0;
    assert_memory_equal(&moved, &now, sizeof now);
    assert_int_equal(
        cs_store_check_sealed(scratch->store, scratch_store_key(scratch), &(struct cs_error){0}),
        CS_OK);
}

static void test_rename_refuses_what_it_would_have_to_put_together(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct scratch_store *scratch = *state;
    struct cs_user_tally moved;
    struct cs_error error = {0};

    fill(scratch, "alice");
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_user_rename(&transaction, "bob", "carol", &moved, &error),
                     CS_ERR_NOT_FOUND);
    assert_contains(error.text, "bob has nothing here");
    assert_int_equal(cs_user_rename(&transaction, "alice", "alice", &moved, &error), CS_ERR_INPUT);
    assert_int_equal(cs_preference_set_language(&transaction, "bob", "fr", NULL), CS_OK);
    assert_int_equal(cs_user_rename(&transaction, "alice", "bob", &moved, &error), CS_ERR_INPUT);
    assert_contains(error.text, "bob has something already");
    assert_contains(error.text, "'countersign forget bob'");
    assert_opens(&transaction, "alice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_forget_leaves_no_row_of_the_user_in_any_table),
        IN_STORE(test_rename_takes_everything_but_recovery_codes_and_tickets_along),
        IN_STORE(test_rename_refuses_what_it_would_have_to_put_together),
    };

    return cmocka_run_group_tests_name("store_user", tests, NULL, NULL);
}
