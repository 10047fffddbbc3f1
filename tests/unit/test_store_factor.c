/* SPDX-License-Identifier: Apache-2.0 */
/* Factors in the store, by kind: a security key's own fields, and a store from before security
 * keys. */
#include "tests/unit/unit.h"

#include <sqlite3.h>

#include "store/key_tally.h"
#include "store/pending.h"
#include "tests/support/scratch_store.h"

static enum cs_err try_add(struct scratch_store *scratch, enum cs_stored_kind kind,
                           size_t secret_bytes, int64_t *ret_id)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {
        .kind = kind, .user = "alice", .label = "blue", .algorithm = "sha1", .last_step = -1};
    char secret[CS_FACTOR_SECRET_MAX + 1];
    enum cs_err result;

    if (kind == CS_STORED_U2F) {
        strcpy(factor.app_id, "pam://host.example");
        strcpy(factor.algorithm, "es256");
    } else {
        factor.period = kind == CS_STORED_HOTP ? 0 : 30;
        factor.digits = 6;
    }
    memset(secret, 'k', sizeof secret);
    assert_int_equal(cs_secret_set(&factor.secret, secret, secret_bytes), CS_OK);
    scratch_store_begin(scratch, &transaction);
    result = cs_factor_add(&transaction, &factor, NULL);
    *ret_id = factor.id;
    return result == CS_OK ? cs_store_commit(&transaction, NULL) : result;
}

static int64_t add(struct scratch_store *scratch, enum cs_stored_kind kind)
{
    int64_t id = 0;

    assert_int_equal(try_add(scratch, kind, 20, &id), CS_OK);
    return id;
}

static size_t count_of(struct scratch_store *scratch, enum cs_stored_kind kind)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_list(&transaction, "alice", kind, &factors, NULL), CS_OK);
    for (size_t i = 0; i < factors.count; i++)
        assert_true(kind == CS_STORED_ANY || factors.items[i].kind == kind ||
                    (kind == CS_STORED_CODES && factors.items[i].kind != CS_STORED_U2F));
    return factors.count;
}

/* The user's only key; release it. */
static void load_key(struct scratch_store *scratch, struct cs_factor *ret_key)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_factors factors = {0};

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_load(&transaction, "alice", CS_STORED_U2F, &factors, NULL), CS_OK);
    assert_int_equal(factors.count, 1);
    *ret_key = factors.items[0];
}

static void test_factor_kinds_are_apart(void **state)
{
    CS_AUTO(cs_factor_clear) struct cs_factor key = {0};

    add(*state, CS_STORED_TOTP);
    add(*state, CS_STORED_U2F);
    assert_int_equal(count_of(*state, CS_STORED_TOTP), 1);
    assert_int_equal(count_of(*state, CS_STORED_U2F), 1);
    assert_int_equal(count_of(*state, CS_STORED_ANY), 2);
    load_key(*state, &key);
    assert_string_equal(key.app_id, "pam://host.example");
    assert_string_equal(key.label, "blue");
    assert_int_equal(key.last_step, -1);
    assert_false(key.suspect);
    assert_holds(&key.secret, TEXT("kkkkkkkkkkkkkkkkkkkk"));
}

static void test_factor_codes_are_totp_and_hotp(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    unsigned count = 0;

    add(*state, CS_STORED_TOTP);
    add(*state, CS_STORED_HOTP);
    add(*state, CS_STORED_U2F);
    assert_int_equal(count_of(*state, CS_STORED_TOTP), 1);
    assert_int_equal(count_of(*state, CS_STORED_HOTP), 1);
    assert_int_equal(count_of(*state, CS_STORED_CODES), 2);
    assert_int_equal(count_of(*state, CS_STORED_ANY), 3);
    scratch_store_begin(*state, &transaction);
    assert_int_equal(cs_factor_count(&transaction, "alice", CS_STORED_HOTP, &count, NULL), CS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(cs_factor_count(&transaction, "alice", CS_STORED_CODES, &count, NULL), CS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(cs_factor_load(&transaction, "alice", CS_STORED_HOTP, &factors, NULL), CS_OK);
    assert_int_equal(factors.items[0].kind, CS_STORED_HOTP);
    assert_int_equal(factors.items[0].period, 0);
    assert_int_equal(factors.items[0].last_step, -1);
    assert_string_equal(cs_stored_kind_name(factors.items[0].kind), "hotp");
    assert_holds(&factors.items[0].secret, TEXT("kkkkkkkkkkkkkkkkkkkk"));
}

static void assert_full(struct scratch_store *scratch, enum cs_stored_kind kind, const char *text)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_factor factor = {.kind = kind, .user = "alice"};
    struct cs_error error = {0};

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_add(&transaction, &factor, &error), CS_ERR_LIMIT);
    assert_string_equal(error.text, text);
}

static void test_factor_eight_of_each_kind(void **state)
{
    for (int i = 0; i < CS_FACTORS_PER_KIND_MAX; i++) {
        add(*state, CS_STORED_TOTP);
        add(*state, CS_STORED_U2F);
    }
    assert_full(*state, CS_STORED_TOTP,
                "alice already has 8 TOTP and HOTP factors; remove one with 'countersign remove'");
    assert_full(*state, CS_STORED_U2F,
                "alice already has 8 security keys; remove one with 'countersign remove'");
    assert_int_equal(count_of(*state, CS_STORED_ANY), 16);
}

static void test_factor_eight_with_codes(void **state)
{
    for (int i = 0; i < CS_FACTORS_PER_KIND_MAX; i++)
        add(*state, i % 2 == 0 ? CS_STORED_TOTP : CS_STORED_HOTP);
    assert_full(*state, CS_STORED_HOTP,
                "alice already has 8 TOTP and HOTP factors; remove one with 'countersign remove'");
    assert_full(*state, CS_STORED_TOTP,
                "alice already has 8 TOTP and HOTP factors; remove one with 'countersign remove'");
}

static void test_factor_longest_secret_is_resealed(void **state)
{
    struct scratch_store *scratch = *state;
    CS_AUTO(cs_factor_clear) struct cs_factor key = {0};
    unsigned count = 0;
    int64_t id;

    assert_int_equal(try_add(scratch, CS_STORED_U2F, CS_FACTOR_SECRET_MAX + 1, &id), CS_ERR_LIMIT);
    assert_int_equal(try_add(scratch, CS_STORED_U2F, CS_FACTOR_SECRET_MAX, &id), CS_OK);
    assert_int_equal(cs_store_reseal(scratch->store, scratch_store_key(scratch), &count, NULL),
                     CS_OK);
    assert_int_equal(count, 1);
    load_key(scratch, &key);
    assert_int_equal(key.secret.length, CS_FACTOR_SECRET_MAX);
}

static void move_secret(struct scratch_store *scratch, int64_t from, int64_t to)
{
    sqlite3 *database = NULL;
    char sql[160];

    (void)snprintf(sql, sizeof sql,
                   "UPDATE factor SET secret = (SELECT secret FROM factor WHERE id = %lld) "
                   "WHERE id = %lld",
                   (long long)from, (long long)to);
    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static enum cs_err load_all(struct scratch_store *scratch, const char *user)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};

    scratch_store_begin(scratch, &transaction);
    return cs_factor_load(&transaction, user, CS_STORED_ANY, &factors, NULL);
}

/* Whoever can write the store could else give a user a secret that he knows: his own. */
static void test_factor_secret_of_another_user_or_row_refused(void **state)
{
    struct scratch_store *scratch = *state;
    int64_t first = add(scratch, CS_STORED_TOTP), second = add(scratch, CS_STORED_TOTP);
    sqlite3 *database = NULL;

    assert_int_equal(load_all(scratch, "alice"), CS_OK);
    move_secret(scratch, first, second);
    assert_int_equal(load_all(scratch, "alice"), CS_ERR_CRYPTO);
    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database,
                                  "DELETE FROM factor WHERE id = 2;"
                                  "UPDATE factor SET user = 'bob' WHERE id = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_int_equal(load_all(scratch, "bob"), CS_ERR_CRYPTO);
}

static void test_factor_suspect_is_for_good(void **state)
{
    struct scratch_store *scratch = *state;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factor_clear) struct cs_factor key = {0};
    int64_t id = add(scratch, CS_STORED_U2F);
    unsigned changed = 7;
    bool won = false, marked = false;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_spend(&transaction, id, UINT32_MAX, 0, &won, NULL), CS_OK);
    assert_true(won);
    assert_int_equal(cs_factor_suspect(&transaction, id, &marked, NULL), CS_OK);
    assert_true(marked);
    assert_int_equal(cs_factor_suspect(&transaction, id, &marked, NULL), CS_OK);
    assert_false(marked);
    /* The remedy for a clock that ran ahead leaves counters alone. */
    assert_int_equal(cs_factor_reset_future(&transaction, "alice", 30, &changed, NULL), CS_OK);
    assert_int_equal(changed, 0);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    load_key(scratch, &key);
    assert_true(key.suspect);
    assert_int_equal(key.last_step, UINT32_MAX);
}

static bool take(struct scratch_store *scratch, const char *user, int64_t now,
                 struct cs_pending *ret_pending)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    bool found = false;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_pending_take(&transaction, user, now, ret_pending, &found, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    return found;
}

static void put(struct scratch_store *scratch, const char *user, const char *label, int64_t now)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_pending pending = {.challenge = {1, 2, 3}, .origins = "a,b"};

    (void)snprintf(pending.user, sizeof pending.user, "%s", user);
    (void)snprintf(pending.label, sizeof pending.label, "%s", label);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_pending_put(&transaction, &pending, now, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static void test_pending_is_good_once_and_for_a_while(void **state)
{
    struct cs_pending found = {0};

    put(*state, "alice", "blue", 1000);
    assert_false(take(*state, "bob", 1000, &found));
    assert_false(take(*state, "alice", 1000 + CS_PENDING_SECONDS + 1, &found));
    put(*state, "alice", "blue", 1000);
    put(*state, "alice", "red", 1000); /* in place of the first */
    assert_true(take(*state, "alice", 1000 + CS_PENDING_SECONDS, &found));
    assert_string_equal(found.label, "red");
    assert_string_equal(found.origins, "a,b");
    assert_int_equal(found.challenge[2], 3);
    assert_false(take(*state, "alice", 1000, &found));
}

static size_t count_pending(const struct scratch_store *scratch)
{
    char *rows = scratch_store_rows(scratch, "pending");
    size_t count = 0;

    for (const char *at = rows; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    free(rows);
    return count;
}

static void test_pending_expired_ones_go_when_any_is_written_or_taken(void **state)
{
    const int64_t later = 1000 + CS_PENDING_SECONDS + 1;
    struct cs_pending found = {0};

    put(*state, "alice", "", 1000);
    put(*state, "bob", "", 1001);
    assert_int_equal(count_pending(*state), 2);
    put(*state, "carol", "", later);
    assert_int_equal(count_pending(*state), 2);
    assert_false(take(*state, "nobody", later + 1, &found));
    assert_int_equal(count_pending(*state), 1);
    assert_true(take(*state, "carol", later, &found));
}

static void test_pending_is_not_revived_by_a_clock_that_is_set_back(void **state)
{
    struct cs_pending found = {0};

    put(*state, "alice", "", 100000);
    assert_false(take(*state, "alice", 99999, &found)); /* before it was made */
    assert_int_equal(count_pending(*state), 0);
    put(*state, "alice", "", 100000);
    assert_false(take(*state, "bob", 100000 + CS_PENDING_SECONDS + 1, &found));
    assert_false(take(*state, "alice", 100000, &found)); /* it was seen to be too old */
    put(*state, "alice", "", 100000);
    put(*state, "bob", "", 50000);
    assert_int_equal(count_pending(*state), 1);
    assert_true(take(*state, "bob", 50000, &found));
}

static void reopen_as(struct scratch_store *scratch, const char *sql)
{
    sqlite3 *db = NULL;

    cs_store_close(&scratch->store);
    assert_int_equal(sqlite3_open(scratch->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &scratch->store, NULL),
                     CS_OK);
}

#define NO_MODELS                                                                                  \
    "ALTER TABLE factor DROP COLUMN key_flags; ALTER TABLE factor DROP COLUMN aaguid; "            \
    "ALTER TABLE factor DROP COLUMN last_used; DROP TABLE batch; DROP TABLE owner; DROP TABLE "    \
    "ticket; DROP TABLE former; "

static void test_factor_of_version_3_goes_on(void **state)
{
    struct scratch_store *scratch = *state;
    int64_t id;

    add(scratch, CS_STORED_TOTP);
    reopen_as(scratch,
              NO_MODELS "ALTER TABLE factor DROP COLUMN app_id;"
                        "ALTER TABLE factor DROP COLUMN suspect; DROP TABLE pending; DROP TABLE "
                        "place; DROP TABLE suspension;"
                        "DROP TABLE record; PRAGMA user_version = 3");
    assert_int_equal(count_of(scratch, CS_STORED_TOTP), 1);
    assert_int_equal(count_of(scratch, CS_STORED_U2F), 0);
    assert_int_equal(try_add(scratch, CS_STORED_U2F, 20, &id), CS_OK);
    assert_int_equal(count_of(scratch, CS_STORED_ANY), 2);
    assert_int_equal(cs_store_check(scratch->store, NULL), CS_OK);
}

/* Counters of version 4 had no networks: they start anew, and nothing else changes. */
static void test_factor_of_version_4_goes_on(void **state)
{
    struct scratch_store *scratch = *state;
    char *before, *after, *counters;

    add(scratch, CS_STORED_TOTP);
    add(scratch, CS_STORED_U2F);
    before = scratch_store_rows(scratch, "factor");
    reopen_as(scratch, NO_MODELS
              "ALTER TABLE pending DROP COLUMN verification; DROP TABLE place; DROP TABLE "
              "suspension; DROP TABLE throttle;"
              "CREATE TABLE throttle (scope INTEGER NOT NULL, subject TEXT NOT NULL,"
              " failures INTEGER NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY (scope, subject))"
              " STRICT, WITHOUT ROWID;"
              "CREATE INDEX throttle_updated ON throttle (updated);"
              "INSERT INTO throttle VALUES (1, 'alice', 7, 1700000000); DROP TABLE record; PRAGMA "
              "user_version = 4");
    after = scratch_store_rows(scratch, "factor");
    counters = scratch_store_rows(scratch, "throttle");
    assert_string_equal(after, before);
    assert_string_equal(counters, "");
    assert_int_equal(cs_store_check(scratch->store, NULL), CS_OK);
    free(before);
    free(after);
    free(counters);
}

static void add_key(struct scratch_store *scratch, const char *user, const char *algorithm,
                    unsigned flags, size_t secret_bytes)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {
        .kind = CS_STORED_U2F, .app_id = "pam://host", .last_step = -1, .key_flags = flags};
    char secret[CS_FACTOR_SECRET_MAX];

    memset(secret, 'k', sizeof secret);
    (void)snprintf(factor.user, sizeof factor.user, "%s", user);
    (void)snprintf(factor.algorithm, sizeof factor.algorithm, "%s", algorithm);
    assert_int_equal(cs_secret_set(&factor.secret, secret, secret_bytes), CS_OK);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_add(&transaction, &factor, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static void run_sql(const struct scratch_store *scratch, const char *text)
{
    sqlite3 *database = NULL;

    assert_int_equal(sqlite3_open(scratch->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

/* Whoever can write the store could else have a key accepted without its PIN. */
static void test_factor_what_a_key_must_do_is_sealed(void **state)
{
    static const struct {
        const char *algorithm;
        unsigned flags;
        const char *change, *back;
    } rows[] = {
        {"es256", CS_KEY_VERIFIES, "key_flags = 0", "key_flags = 1"},
        {"es256", CS_KEY_VERIFIES, "key_flags = 2", "key_flags = 1"},
        {"es256", 0, "key_flags = 1", "key_flags = 0"},
        {"eddsa", CS_KEY_VERIFIES, "key_flags = 0", "key_flags = 1"},
        {"eddsa", 0, "algorithm = 'es256'", "algorithm = 'eddsa'"},
    };
    struct scratch_store *scratch = *state;
    unsigned count = 0;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char sql[80];

        add_key(scratch, "alice", rows[i].algorithm, rows[i].flags, 100);
        assert_int_equal(load_all(scratch, "alice"), CS_OK);
        (void)snprintf(sql, sizeof sql, "UPDATE factor SET %s", rows[i].change);
        run_sql(scratch, sql);
        assert_int_equal(load_all(scratch, "alice"), CS_ERR_CRYPTO);
        (void)snprintf(sql, sizeof sql, "UPDATE factor SET %s", rows[i].back);
        run_sql(scratch, sql);
        /* Sealed anew, it still is. */
        if (i == 0)
            scratch_store_add_key(scratch);
        assert_int_equal(cs_store_reseal(scratch->store, scratch_store_key(scratch), &count, NULL),
                         CS_OK);
        assert_int_equal(count, 1);
        assert_int_equal(load_all(scratch, "alice"), CS_OK);
        run_sql(scratch, "DELETE FROM factor");
    }
}

/* A HOTP factor made of a TOTP one would accept codes that were shown long ago. */
static void test_factor_whose_codes_count_is_sealed(void **state)
{
    struct scratch_store *scratch = *state;
    unsigned count = 0;

    (void)add(scratch, CS_STORED_TOTP);
    (void)add(scratch, CS_STORED_HOTP);
    assert_int_equal(load_all(scratch, "alice"), CS_OK);
    run_sql(scratch, "UPDATE factor SET kind = 'hotp' WHERE id = 1");
    assert_int_equal(load_all(scratch, "alice"), CS_ERR_CRYPTO);
    run_sql(scratch, "UPDATE factor SET kind = 'totp'");
    assert_int_equal(load_all(scratch, "alice"), CS_ERR_CRYPTO);
    run_sql(scratch, "UPDATE factor SET kind = 'hotp' WHERE id = 2");
    scratch_store_add_key(scratch);
    assert_int_equal(cs_store_reseal(scratch->store, scratch_store_key(scratch), &count, NULL),
                     CS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(load_all(scratch, "alice"), CS_OK);
}

static void test_factor_keys_are_counted_by_sort(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct scratch_store *scratch = *state;
    struct cs_key_tallies tallies;

    (void)add(scratch, CS_STORED_TOTP);
    add_key(scratch, "alice", "es256", 0, 100);
    add_key(scratch, "alice", "es256", CS_KEY_VERIFIES, 100);
    add_key(scratch, "alice", "eddsa", 0, 100);
    add_key(scratch, "bob", "es256", 0, 101);
    add_key(scratch, "carol", "eddsa", CS_KEY_VERIFIES, 101);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_key_tally(&transaction, &(struct cs_key_bounds){100, 1000}, &tallies, NULL),
                     CS_OK);
    assert_int_equal(tallies.items[CS_KEYS_SUSPECT].keys, 0);
    assert_int_equal(tallies.items[CS_KEYS_UNVERIFIED].keys, 3);
    assert_int_equal(tallies.items[CS_KEYS_UNVERIFIED].users, 2);
    assert_int_equal(tallies.items[CS_KEYS_BEYOND_U2F].keys, 4);
    assert_int_equal(tallies.items[CS_KEYS_BEYOND_U2F].users, 3);
    assert_int_equal(cs_key_tally(&transaction, &(struct cs_key_bounds){101, 1000}, &tallies, NULL),
                     CS_OK);
    assert_int_equal(tallies.items[CS_KEYS_BEYOND_U2F].keys, 3);
}

/* "pam://host" and handles of 35 bytes (es256) and 68 (eddsa), with one more for each: 151. */
static void test_factor_users_with_more_keys_than_a_prompt_names(void **state)
{
    static const struct {
        size_t room;
        unsigned users;
    } rows[] = {{151, 0}, {150, 1}, {47, 1}, {46, 1}, {45, 2}};
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct scratch_store *scratch = *state;

    (void)add(scratch, CS_STORED_TOTP);
    add_key(scratch, "alice", "es256", 0, 100);
    add_key(scratch, "alice", "es256", CS_KEY_VERIFIES, 100);
    add_key(scratch, "alice", "eddsa", 0, 100);
    add_key(scratch, "bob", "es256", 0, 100);
    scratch_store_begin(scratch, &transaction);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_key_bounds bounds = {.secret_max = 100, .room = rows[i].room};
        struct cs_key_tallies tallies;

        assert_int_equal(cs_key_tally(&transaction, &bounds, &tallies, NULL), CS_OK);
        assert_int_equal(tallies.crowded, rows[i].users);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_factor_kinds_are_apart),
        IN_STORE(test_factor_codes_are_totp_and_hotp),
        IN_STORE(test_factor_eight_of_each_kind),
        IN_STORE(test_factor_eight_with_codes),
        IN_STORE(test_factor_longest_secret_is_resealed),
        IN_STORE(test_factor_secret_of_another_user_or_row_refused),
        IN_STORE(test_factor_suspect_is_for_good),
        IN_STORE(test_factor_what_a_key_must_do_is_sealed),
        IN_STORE(test_factor_whose_codes_count_is_sealed),
        IN_STORE(test_factor_keys_are_counted_by_sort),
        IN_STORE(test_factor_users_with_more_keys_than_a_prompt_names),
        IN_STORE(test_factor_of_version_3_goes_on),
        IN_STORE(test_factor_of_version_4_goes_on),
        IN_STORE(test_pending_is_good_once_and_for_a_while),
        IN_STORE(test_pending_expired_ones_go_when_any_is_written_or_taken),
        IN_STORE(test_pending_is_not_revived_by_a_clock_that_is_set_back),
    };

    return cmocka_run_group_tests_name("store_factor", tests, NULL, NULL);
}
