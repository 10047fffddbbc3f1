/* SPDX-License-Identifier: Apache-2.0 */
/* What the last batch added, and how it is undone. */
#include "tests/unit/unit.h"

#include <string.h>

#include "store/former.h"
#include "store/last_batch.h"
#include "store/place.h"
#include "store/recovery.h"
#include "tests/support/scratch_store.h"

static const char codes[][16] = {"ABCDEFGHJK", "BCDEFGHJKM", "CDEFGHJKMN", "DEFGHJKMNP",
                                 "EFGHJKMNPQ", "FGHJKMNPQR", "GHJKMNPQRS", "HJKMNPQRST",
                                 "JKMNPQRSTV", "KMNPQRSTVW"};

static int64_t add_factor(const struct cs_transaction *transaction, const char *user)
{
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {
        .kind = CS_STORED_TOTP, .algorithm = "sha1", .last_step = -1, .created = 1700000000};

    memcpy(factor.user, user, strlen(user) + 1);
    assert_int_equal(cs_secret_set(&factor.secret, "12345678901234567890", 20), CS_OK);
    assert_int_equal(cs_factor_add(transaction, &factor, NULL), CS_OK);
    return factor.id;
}

static void give_codes(const struct cs_transaction *transaction, const char *user)
{
    struct cs_secret given[CS_RECOVERY_CODES] = {{0}};

    for (size_t i = 0; i < CS_RECOVERY_CODES; i++)
        assert_int_equal(cs_secret_set(&given[i], codes[i], strlen(codes[i])), CS_OK);
    assert_int_equal(cs_recovery_replace(transaction, user, given, CS_RECOVERY_CODES, NULL), CS_OK);
    for (size_t i = 0; i < CS_RECOVERY_CODES; i++)
        cs_secret_free(&given[i]);
}

/* As a batch does it. */
static int64_t enrol(const struct cs_transaction *transaction, const char *user, bool with_codes)
{
    int64_t id = add_factor(transaction, user);

    if (with_codes)
        give_codes(transaction, user);
    assert_int_equal(cs_last_batch_add(transaction, id, with_codes ? CS_RECOVERY_CODES : 0, NULL),
                     CS_OK);
    return id;
}

static unsigned codes_of(const struct cs_transaction *transaction, const char *user)
{
    unsigned left = 99;

    assert_int_equal(cs_recovery_count(transaction, user, &left, NULL), CS_OK);
    return left;
}

static unsigned factors_of(const struct cs_transaction *transaction, const char *user)
{
    unsigned count = 99;

    assert_int_equal(cs_factor_count(transaction, user, CS_STORED_ANY, &count, NULL), CS_OK);
    return count;
}

static bool find(const struct cs_transaction *transaction, int64_t after,
                 struct cs_batch_factor *factor)
{
    bool found = false;

    assert_int_equal(cs_last_batch_next(transaction, after, factor, &found, NULL), CS_OK);
    return found;
}

static void test_only_the_last_batch_is_remembered(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_batch_factor factor;
    int64_t alice, bob, carol;

    scratch_store_begin(*state, &transaction);
    assert_false(find(&transaction, 0, &factor));
    assert_int_equal(cs_last_batch_begin(&transaction, NULL), CS_OK);
    alice = enrol(&transaction, "alice", true);
    assert_int_equal(cs_last_batch_begin(&transaction, NULL), CS_OK);
    bob = enrol(&transaction, "bob", true);
    add_factor(&transaction, "dora");
    carol = enrol(&transaction, "carol", false);
    assert_true(find(&transaction, 0, &factor) && factor.id == bob && factor.id > alice);
    assert_string_equal(factor.user, "bob");
    assert_true(factor.codes && !factor.used && factor.created == 1700000000);
    assert_true(find(&transaction, bob, &factor) && factor.id == carol && !factor.codes);
    assert_false(find(&transaction, carol, &factor));
}

static void test_undo_takes_what_came_with_the_factor(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_batch_factor factor;

    scratch_store_begin(*state, &transaction);
    enrol(&transaction, "alice", true);
    add_factor(&transaction, "bob"); /* and codes with it */
    give_codes(&transaction, "bob");
    enrol(&transaction, "bob", false);
    add_factor(&transaction, "carol"); /* without codes */
    enrol(&transaction, "carol", true);
    while (find(&transaction, 0, &factor))
        assert_int_equal(cs_last_batch_undo(&transaction, &factor, NULL), CS_OK);
    assert_int_equal(factors_of(&transaction, "alice"), 0);
    assert_int_equal(codes_of(&transaction, "alice"), 0);
    assert_int_equal(factors_of(&transaction, "bob"), 1);
    assert_int_equal(codes_of(&transaction, "bob"), 10);
    assert_int_equal(factors_of(&transaction, "carol"), 1);
    assert_int_equal(codes_of(&transaction, "carol"), 0);
}

static void test_what_was_used_since_is_said(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    struct cs_batch_factor factor;
    int64_t alice, bob;
    unsigned left;
    bool won;

    scratch_store_begin(*state, &transaction);
    alice = enrol(&transaction, "alice", true);
    bob = enrol(&transaction, "bob", true);
    assert_int_equal(cs_factor_spend(&transaction, alice, 56666666, 0, &won, NULL), CS_OK);
    assert_true(find(&transaction, 0, &factor) && factor.used);
    assert_true(find(&transaction, alice, &factor) && !factor.used);
    assert_int_equal(cs_secret_set(&code, codes[3], strlen(codes[3])), CS_OK);
    assert_int_equal(cs_recovery_spend(&transaction, "bob", &code, &won, &left, NULL), CS_OK);
    assert_true(won && find(&transaction, alice, &factor) && factor.id == bob && factor.used);
}

static enum cs_past past_of(const struct cs_transaction *transaction, const char *user)
{
    enum cs_past past = CS_PASTS;

    assert_int_equal(cs_past_find(transaction, user, &past, NULL), CS_OK);
    return past;
}

/* A batch that was a mistake makes nobody somebody who had a factor; its use does. */
static void test_undo_leaves_a_note_only_of_who_got_in(void **state)
{
    const struct cs_place place = {CS_PLACE_CODE, "dora", "192.0.2.0/24"};
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_batch_factor factor;
    int64_t bob;
    bool won;

    scratch_store_begin(*state, &transaction);
    enrol(&transaction, "alice", true); /* with two devices */
    enrol(&transaction, "alice", false);
    bob = enrol(&transaction, "bob", true);
    give_codes(&transaction, "carol"); /* of which some may have been spent */
    enrol(&transaction, "carol", false);
    enrol(&transaction, "dora", true); /* codes made since, and one used */
    assert_int_equal(cs_last_batch_keep_codes(&transaction, "dora", NULL), CS_OK);
    assert_int_equal(cs_recovery_replace(&transaction, "dora", NULL, 0, NULL), CS_OK);
    assert_int_equal(cs_place_note(&transaction, &place, 1700000000, NULL), CS_OK);
    assert_int_equal(cs_former_note(&transaction, "erin", NULL), CS_OK); /* from before */
    enrol(&transaction, "erin", true);
    assert_int_equal(cs_factor_spend(&transaction, bob, 56666666, 0, &won, NULL), CS_OK);
    while (find(&transaction, 0, &factor))
        assert_int_equal(cs_last_batch_undo(&transaction, &factor, NULL), CS_OK);
    assert_int_equal(past_of(&transaction, "alice"), CS_PAST_NONE);
    assert_int_equal(past_of(&transaction, "bob"), CS_PAST_FORMER);
    assert_int_equal(past_of(&transaction, "carol"), CS_PAST_FORMER);
    assert_int_equal(past_of(&transaction, "dora"), CS_PAST_FORMER);
    assert_int_equal(past_of(&transaction, "erin"), CS_PAST_FORMER);
}

/* Codes that somebody made afterwards are not the batch's. */
static void test_codes_that_were_replaced_since_stay(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_batch_factor factor;

    scratch_store_begin(*state, &transaction);
    add_factor(&transaction, "carol");
    enrol(&transaction, "carol", true);
    give_codes(&transaction, "carol");
    assert_true(find(&transaction, 0, &factor) && !factor.codes && !factor.used);
    assert_int_equal(cs_last_batch_undo(&transaction, &factor, NULL), CS_OK);
    assert_int_equal(codes_of(&transaction, "carol"), 10);
}

static void test_a_factor_that_is_gone_is_left_out(void **state)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct cs_batch_factor factor;
    int64_t alice, bob;

    scratch_store_begin(*state, &transaction);
    alice = enrol(&transaction, "alice", true);
    bob = enrol(&transaction, "bob", true);
    assert_int_equal(cs_factor_remove(&transaction, "alice", alice, NULL), CS_OK);
    assert_true(find(&transaction, 0, &factor) && factor.id == bob);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_STORE(test_only_the_last_batch_is_remembered),
        IN_STORE(test_undo_takes_what_came_with_the_factor),
        IN_STORE(test_what_was_used_since_is_said),
        IN_STORE(test_undo_leaves_a_note_only_of_who_got_in),
        IN_STORE(test_codes_that_were_replaced_since_stay),
        IN_STORE(test_a_factor_that_is_gone_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
