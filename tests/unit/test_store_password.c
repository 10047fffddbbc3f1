/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords in the store: sealed, bound to their user, resealed with the rest. */
#include "tests/unit/unit.h"

#include <limits.h>
#include <sqlite3.h>

#include "store/key.h"
#include "store/password.h"
#include "tests/support/scratch_store.h"

enum { T0 = 1700000000 };

static const char hash_a[] = "$y$j9T$aaaaaaaaaaaaaaaaaaaaaa$AAAA";
static const char hash_b[] = "$y$j9T$bbbbbbbbbbbbbbbbbbbbbb$BBBB";

static void set(struct scratch_store *scratch, const char *user, const char *hash, int64_t now)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};

    assert_int_equal(cs_secret_set(&secret, hash, strlen(hash)), CS_OK);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_password_set(&transaction, user, &secret, now, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

/* `hash` NULL: the user has none. */
static void assert_hash(struct scratch_store *scratch, const char *user, const char *hash,
                        int64_t changed)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret found = {0};
    int64_t when = -1;
    bool has = false;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_password_load(&transaction, user, &found, NULL), CS_OK);
    assert_int_equal(cs_password_changed(&transaction, user, &has, &when, NULL), CS_OK);
    assert_int_equal(has, hash != NULL);
    assert_int_equal(when, changed);
    if (hash != NULL)
        assert_holds(&found, hash, strlen(hash));
    else
        assert_int_equal(found.length, 0);
}

static enum cs_err remove_password(struct scratch_store *scratch, const char *user)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result;

    scratch_store_begin(scratch, &transaction);
    result = cs_password_remove(&transaction, user, NULL);
    return result == CS_OK ? cs_store_commit(&transaction, NULL) : result;
}

static void change_store(const struct scratch_store *scratch, const char *sql)
{
    sqlite3 *database = NULL;

    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(database);
}

static void reopen(struct scratch_store *scratch)
{
    struct cs_error error = {0};

    cs_store_close(&scratch->store);
    if (cs_store_open(scratch->path, scratch->key_path, false, &scratch->store, &error) != CS_OK)
        fail_msg("%s", error.text);
}

static void test_password_set_replace_remove(void **state)
{
    assert_hash(*state, "alice", NULL, 0);
    set(*state, "alice", hash_a, T0);
    assert_hash(*state, "alice", hash_a, T0);
    set(*state, "alice", hash_b, T0 + 5);
    assert_hash(*state, "alice", hash_b, T0 + 5);
    assert_hash(*state, "bob", NULL, 0);
    assert_hash(*state, "Alice", NULL, 0);
    assert_hash(*state, "", NULL, 0);
    assert_int_equal(remove_password(*state, "bob"), CS_ERR_NOT_FOUND);
    assert_int_equal(remove_password(*state, "alice"), CS_OK);
    assert_hash(*state, "alice", NULL, 0);
    assert_int_equal(remove_password(*state, "alice"), CS_ERR_NOT_FOUND);
}

static void test_password_too_long_a_hash_is_refused(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    char text[CS_PASSWORD_HASH_MAX + 2];
    struct cs_secret hash = {text, CS_PASSWORD_HASH_MAX + 1};

    memset(text, 'x', sizeof text);
    scratch_store_begin(*state, &transaction);
    assert_int_equal(cs_password_set(&transaction, "alice", &hash, T0, NULL), CS_ERR_LIMIT);
    hash.length--;
    assert_int_equal(cs_password_set(&transaction, "alice", &hash, T0, NULL), CS_OK);
}

/* The file holds neither the hash nor one that could be given to somebody else. */
static void test_password_sealed_for_its_user(void **state)
{
    struct scratch_store *scratch = *state;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret found = {0};
    char part[] = "616161616161"; /* "aaaaaa" as scratch_store_rows writes it */
    char *rows;

    set(scratch, "alice", hash_a, T0);
    rows = scratch_store_rows(scratch, "password");
    assert_null(strstr(rows, part));
    free(rows);
    change_store(scratch, "UPDATE password SET user = 'bob'");
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_password_load(&transaction, "bob", &found, NULL), CS_ERR_CRYPTO);
    assert_int_equal(found.length, 0);
}

static void test_password_resealed_with_a_new_key(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_keys keys = {0};
    unsigned count = 0;
    char *before, *after;

    set(scratch, "alice", hash_a, T0);
    set(scratch, "bob", hash_b, T0 + 1);
    before = scratch_store_rows(scratch, "password");
    assert_int_equal(cs_keys_load(scratch->key_path, &keys, NULL), CS_OK);
    assert_int_equal(cs_keys_add(&keys, NULL), CS_OK);
    assert_int_equal(cs_keys_save(scratch->key_path, &keys, UINT_MAX, NULL), CS_OK);
    assert_int_equal(cs_store_reseal(scratch->store, keys.items[0].id, &count, NULL), CS_OK);
    assert_int_equal(count, 2);
    keys.count = 1;
    assert_int_equal(cs_keys_save(scratch->key_path, &keys, UINT_MAX, NULL), CS_OK);
    cs_keys_wipe(&keys);
    reopen(scratch);
    after = scratch_store_rows(scratch, "password");
    assert_string_not_equal(before, after);
    free(before);
    free(after);
    assert_hash(scratch, "alice", hash_a, T0);
    assert_hash(scratch, "bob", hash_b, T0 + 1);
}

#define NO_KEYS                                                                                    \
    "ALTER TABLE factor DROP COLUMN key_flags; ALTER TABLE factor DROP COLUMN aaguid; "            \
    "ALTER TABLE factor DROP COLUMN last_used; DROP TABLE batch; DROP TABLE owner; "               \
    "ALTER TABLE factor DROP COLUMN app_id; ALTER TABLE factor DROP COLUMN suspect; DROP TABLE "   \
    "pending; DROP TABLE ticket; DROP TABLE former; "

/* A store of version 2 had no passwords; one of version 1 no languages either. */
static void test_password_older_store_is_brought_up_to_date(void **state)
{
    static const char *const older[] = {
        NO_KEYS "DROP TABLE suspension; DROP TABLE place; DROP TABLE password; DROP TABLE record; "
                "PRAGMA user_version = 2",
        NO_KEYS "DROP TABLE suspension; DROP TABLE place; DROP TABLE password; DROP TABLE "
                "preference; DROP TABLE record; PRAGMA user_version = 1",
    };
    struct scratch_store *scratch = *state;

    for (size_t i = 0; i < CS_ARRAY_SIZE(older); i++) {
        cs_store_close(&scratch->store);
        change_store(scratch, older[i]);
        reopen(scratch);
        set(scratch, "alice", hash_a, T0);
        assert_hash(scratch, "alice", hash_a, T0);
        assert_int_equal(cs_store_check(scratch->store, NULL), CS_OK);
        reopen(scratch);
        assert_hash(scratch, "alice", hash_a, T0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_password_set_replace_remove),
        IN_STORE(test_password_too_long_a_hash_is_refused),
        IN_STORE(test_password_sealed_for_its_user),
        IN_STORE(test_password_resealed_with_a_new_key),
        IN_STORE(test_password_older_store_is_brought_up_to_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
