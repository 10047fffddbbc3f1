/* SPDX-License-Identifier: Apache-2.0 */
/* FIDO2 keys at the local provider: registering one, user verification, and which keys one request
 * names. */
#include "tests/unit/unit.h"

#include "providers/local/register.h"
#include "tests/support/fido2_signer.h"
#include "tests/unit/local.h"
#include "u2f/challenge.h"

#define APP "pam://host.example"

enum { PRESENT = 0x01, VERIFIED = 0x05, CREATED = 0x40 };

static struct cs_local_settings login;
static struct u2f_signer es256, eddsa;

static int set_up(void **state)
{
    (void)state;
    login = (struct cs_local_settings){.u2f_app_id = APP, .u2f_origins = APP};
    local_open();
    u2f_signer_open(&es256, U2F_SELF_SIGNED);
    u2f_signer_open(&eddsa, U2F_EDDSA);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    u2f_signer_close(&es256);
    u2f_signer_close(&eddsa);
    local_close();
    return 0;
}

/* ---- registering ---- */

static void hash(enum cs_u2f_purpose purpose, const unsigned char *challenge,
                 unsigned char *ret_app, unsigned char *ret_client)
{
    assert_int_equal(cs_u2f_app_hash(APP, ret_app, NULL), CS_OK);
    assert_int_equal(cs_u2f_client_hash(purpose, challenge, APP, ret_client, NULL), CS_OK);
}

static enum cs_err finish(const struct cs_pending *pending, const struct cs_u2f_enrolled *enrolled,
                          struct cs_factor *ret_factor, struct cs_error *error)
{
    struct cs_transaction transaction;
    bool attested = false;
    enum cs_err err;

    scratch_store_begin(&scratch, &transaction);
    err = cs_register_finish(&transaction, pending, enrolled, ret_factor, &attested, error);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    return err;
}

/* A key for alice, and what is kept of it. */
static enum cs_err enrol_made(const struct u2f_signer *signer, const struct fido2_making *making,
                              enum cs_u2f_verification verification, struct cs_factor *ret_factor,
                              struct cs_error *error)
{
    struct cs_u2f_enrolled enrolled = {.form = CS_U2F_FORM_FIDO2};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_pending pending;

    assert_int_equal(cs_register_start("alice", "", APP, APP, &pending, NULL), CS_OK);
    pending.verification = verification;
    hash(CS_U2F_REGISTER, pending.challenge, app, client);
    enrolled.length = fido2_make(signer, app, client, making, enrolled.data);
    return finish(&pending, &enrolled, ret_factor, error);
}

/* ... with that many bytes of handle, which verifies its user in the proof as in the registration.
 */
static enum cs_err enrol(const struct u2f_signer *signer, unsigned char flags, size_t handle,
                         enum cs_u2f_verification verification, struct cs_factor *ret_factor,
                         struct cs_error *error)
{
    const struct fido2_making making = {
        .flags = flags, .proof_flags = flags & 0x04, .handle_length = handle};

    return enrol_made(signer, &making, verification, ret_factor, error);
}

static void must_enrol(const struct u2f_signer *signer, unsigned char flags, size_t handle)
{
    CS_AUTO(cs_factor_clear) struct cs_factor factor = {0};
    struct cs_error error = {0};

    if (enrol(signer, flags, handle, CS_U2F_DISCOURAGED, &factor, &error) != CS_OK)
        fail_msg("%s", error.text);
}

static void test_registration_is_kept(void **state)
{
    static const struct {
        bool eddsa;
        unsigned char flags;
        const char *algorithm;
        unsigned key_flags;
    } rows[] = {{false, CREATED | PRESENT, "es256", 0},
                {true, CREATED | PRESENT, "eddsa", 0},
                {false, CREATED | VERIFIED, "es256", CS_KEY_VERIFIES},
                {true, CREATED | VERIFIED, "eddsa", CS_KEY_VERIFIES}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_factor_clear) struct cs_factor factor = {0};
        const struct u2f_signer *signer = rows[i].eddsa ? &eddsa : &es256;

        assert_int_equal(enrol(signer, rows[i].flags, 100, CS_U2F_DISCOURAGED, &factor, NULL),
                         CS_OK);
        assert_string_equal(factor.algorithm, rows[i].algorithm);
        assert_int_equal(factor.key_flags, rows[i].key_flags);
        assert_string_equal(factor.aaguid, "101112131415161718191a1b1c1d1e1f");
        assert_int_equal(factor.secret.length, signer->public_key.length + 100);
        assert_memory_equal(factor.secret.data, signer->public_key.bytes,
                            signer->public_key.length);
    }
}

static void test_registration_without_verification_where_required(void **state)
{
    static const struct {
        unsigned char flags;
        enum cs_u2f_verification verification;
        enum cs_err err;
    } rows[] = {{CREATED | PRESENT, CS_U2F_PREFERRED, CS_OK},
                {CREATED | PRESENT, CS_U2F_REQUIRED, CS_ERR_INPUT},
                {CREATED | VERIFIED, CS_U2F_REQUIRED, CS_OK}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_factor_clear) struct cs_factor factor = {0};
        struct cs_error error = {0};

        assert_int_equal(enrol(&es256, rows[i].flags, 64, rows[i].verification, &factor, &error),
                         rows[i].err);
        if (rows[i].err != CS_OK)
            assert_contains(error.text, "did not make sure of who touched it");
    }
}

/* Without an attestation nobody signs the flags of the registration; the key signs those of its
 * proof. */
static void test_verification_counts_where_it_is_signed(void **state)
{
    static const struct {
        unsigned char flags, proof;
        enum cs_u2f_verification verification;
        const char *refusal; /* NULL: none */
        unsigned key_flags;
    } rows[] = {
        {CREATED | VERIFIED, 0x00, CS_U2F_DISCOURAGED, NULL, 0},
        {CREATED | VERIFIED, 0x04, CS_U2F_DISCOURAGED, NULL, CS_KEY_VERIFIES},
        {CREATED | PRESENT, 0x04, CS_U2F_DISCOURAGED, NULL, CS_KEY_VERIFIES},
        {CREATED | VERIFIED, 0x00, CS_U2F_PREFERRED, NULL, 0},
        {CREATED | VERIFIED, 0x00, CS_U2F_REQUIRED, "the key's own proof does not", 0},
        {CREATED | VERIFIED, 0x01, CS_U2F_REQUIRED, "the key's own proof does not", 0},
        {CREATED | PRESENT, 0x04, CS_U2F_REQUIRED, "did not make sure of who touched it", 0},
        {CREATED | VERIFIED, 0x04, CS_U2F_REQUIRED, NULL, CS_KEY_VERIFIES},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct fido2_making making = {
            .flags = rows[i].flags, .proof_flags = rows[i].proof, .handle_length = 64};
        CS_AUTO(cs_factor_clear) struct cs_factor factor = {0};
        struct cs_error error = {0};
        enum cs_err err = enrol_made(&es256, &making, rows[i].verification, &factor, &error);

        if (err != (rows[i].refusal ? CS_ERR_INPUT : CS_OK))
            fail_msg("row %zu: %s", i, error.text);
        if (rows[i].refusal != NULL)
            assert_contains(error.text, rows[i].refusal);
        assert_int_equal(factor.key_flags, rows[i].key_flags);
    }
}

/* U2F cannot verify anybody. */
static void test_u2f_registration_where_verification_is_required(void **state)
{
    const struct cs_u2f_handle handle = {.bytes = "h", .length = 1};

    (void)state;
    for (int verification = CS_U2F_DISCOURAGED; verification <= CS_U2F_REQUIRED; verification++) {
        CS_AUTO(cs_factor_clear) struct cs_factor factor = {0};
        struct cs_u2f_enrolled enrolled = {.form = CS_U2F_FORM_U2F};
        unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
        struct cs_pending pending;
        struct cs_error error = {0};

        assert_int_equal(cs_register_start("alice", "", APP, APP, &pending, NULL), CS_OK);
        pending.verification = (unsigned)verification;
        hash(CS_U2F_REGISTER, pending.challenge, app, client);
        enrolled.length = u2f_sign_registration(&es256, app, client, &handle, enrolled.data);
        assert_int_equal(finish(&pending, &enrolled, &factor, &error),
                         verification == CS_U2F_REQUIRED ? CS_ERR_INPUT : CS_OK);
        if (verification == CS_U2F_REQUIRED)
            assert_contains(error.text, "knows U2F only");
    }
}

static void test_registration_for_another_challenge_refused(void **state)
{
    CS_AUTO(cs_factor_clear) struct cs_factor factor = {0};
    const struct fido2_making making = {.flags = CREATED | PRESENT, .handle_length = 64};
    struct cs_u2f_enrolled enrolled = {.form = CS_U2F_FORM_FIDO2};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_pending pending;
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_register_start("alice", "", APP, APP, &pending, NULL), CS_OK);
    hash(CS_U2F_REGISTER, pending.challenge, app, client);
    client[0] ^= 1;
    enrolled.length = fido2_make(&es256, app, client, &making, enrolled.data);
    assert_int_equal(finish(&pending, &enrolled, &factor, &error), CS_ERR_INPUT);
    assert_contains(error.text, "did not sign this request for any of the origins");
}

/* What a program that asks for a key is given. */
static void test_request_to_register(void **state)
{
    static const struct {
        bool u2f_only, attestation;
        const char *prefix;
        size_t handles; /* those that must not be registered again */
    } rows[] = {{false, false, "U2F2-enrol.", 2},
                {false, true, "U2F2-enrol.", 2},
                {true, false, "U2F1-enrol.", 1}};

    (void)state;
    must_enrol(&es256, CREATED | PRESENT, 127);
    must_enrol(&es256, CREATED | VERIFIED, 128);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_register_wishes wishes = {rows[i].u2f_only, rows[i].attestation};
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        struct cs_transaction transaction;
        struct cs_u2f_request request;
        struct cs_pending pending;

        assert_int_equal(cs_register_start("alice", "", APP, APP, &pending, NULL), CS_OK);
        pending.verification = CS_U2F_PREFERRED;
        scratch_store_begin(&scratch, &transaction);
        assert_int_equal(cs_register_request(&transaction, &pending, &wishes, &request, NULL),
                         CS_OK);
        assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
        assert_int_equal(request.handle_count, rows[i].handles);
        assert_int_equal(request.attestation, rows[i].attestation);
        assert_int_equal(request.verification,
                         rows[i].u2f_only ? CS_U2F_DISCOURAGED : CS_U2F_PREFERRED);
        assert_string_equal(request.user, rows[i].u2f_only ? "" : "alice");
        assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_OK);
        assert_int_equal(strncmp(line.text, rows[i].prefix, strlen(rows[i].prefix)), 0);
    }
}

/* A key shows whole characters. */
static void test_long_name_in_a_request_to_register(void **state)
{
    static const struct cs_register_wishes wishes = {.u2f_only = false};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_transaction transaction;
    struct cs_u2f_request request;
    struct cs_pending pending;
    char name[80];

    (void)state;
    memset(name, 'a', 63);
    memcpy(name + 63, "\xc3\xa9zzz", 6);
    assert_int_equal(cs_register_start(name, "", APP, APP, &pending, NULL), CS_OK);
    scratch_store_begin(&scratch, &transaction);
    assert_int_equal(cs_register_request(&transaction, &pending, &wishes, &request, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_int_equal(strlen(request.user), 63);
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_OK);
}

/* ---- logging in ---- */

static const struct cs_call call = {.cancel_fd = -1, .settings = &login};

static void begin(const struct cs_challenge_request *wanted, struct cs_challenge *ret_challenge,
                  struct cs_u2f_request *ret_request)
{
    const struct cs_listed_factor factor = {.kind = CS_FACTOR_U2F};
    struct cs_challenge_request request = *wanted;
    struct cs_provider_user found = {0};

    request.seconds = 60;
    request.name = "alice";
    assert_int_equal(provider->ops->find_user(provider, &call, "alice", &found, NULL), CS_OK);
    assert_int_equal(
        provider->ops->begin(provider, &call, &found, &factor, &request, ret_challenge, NULL),
        CS_OK);
    assert_int_equal(cs_u2f_read_request(ret_challenge->request, strlen(ret_challenge->request),
                                         ret_request, NULL),
                     CS_OK);
}

static void assert_judged(const struct u2f_signer *signer, unsigned char flags, uint32_t counter,
                          const char *reason)
{
    static const struct cs_challenge_request wanted = {.room = 0};
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    struct cs_attempt attempt = {.identity = "alice",
                                 .kind = CS_FACTOR_U2F,
                                 .answer = &secret,
                                 .subject = "alice",
                                 .client = "192.0.2.1",
                                 .proven = true,
                                 .countable = true};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES], data[128];
    struct cs_u2f_answer answer = {.key = 0};
    struct cs_outcome outcome = {0};
    struct cs_u2f_request request;
    size_t length;

    begin(&wanted, &challenge, &request);
    hash(CS_U2F_AUTHENTICATE, request.challenge, app, client);
    length = u2f_sign_assertion(signer, app, client, flags, counter, data);
    assert_int_equal(cs_u2f_read_assertion(data, length, &answer.assertion, NULL), CS_OK);
    assert_int_equal(cs_u2f_write_answer(&answer, &line, NULL), CS_OK);
    assert_int_equal(cs_secret_set(&secret, line.text, line.length), CS_OK);
    attempt.challenge = &challenge;
    assert_int_equal(provider->ops->judge(provider, &call, &attempt, &outcome, NULL), CS_OK);
    assert_string_equal(cs_reason_name(outcome.reason), reason);
    assert_int_equal(outcome.judgement,
                     strcmp(reason, "u2f") == 0 ? CS_JUDGED_RIGHT : CS_JUDGED_WRONG);
}

static void test_verification(void **state)
{
    static const struct {
        unsigned char registered;
        enum cs_u2f_verification setting;
        unsigned char answered;
        const char *reason;
    } rows[] = {
        {CREATED | PRESENT, CS_U2F_DISCOURAGED, PRESENT, "u2f"},
        {CREATED | PRESENT, CS_U2F_DISCOURAGED, VERIFIED, "u2f"},
        {CREATED | PRESENT, CS_U2F_PREFERRED, PRESENT, "u2f"},
        {CREATED | PRESENT, CS_U2F_REQUIRED, PRESENT, "not-verified"},
        {CREATED | PRESENT, CS_U2F_REQUIRED, VERIFIED, "u2f"},
        {CREATED | VERIFIED, CS_U2F_DISCOURAGED, PRESENT, "not-verified"},
        {CREATED | VERIFIED, CS_U2F_PREFERRED, PRESENT, "not-verified"},
        {CREATED | VERIFIED, CS_U2F_DISCOURAGED, VERIFIED, "u2f"},
        {CREATED | VERIFIED, CS_U2F_DISCOURAGED, 0x04, "not-touched"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        for (int kind = 0; kind < 2; kind++) {
            const struct u2f_signer *signer = kind ? &eddsa : &es256;

            must_enrol(signer, rows[i].registered, 64);
            login.u2f_verification = rows[i].setting;
            assert_judged(signer, rows[i].answered, 1, rows[i].reason);
            assert_int_equal(tear_down(state), 0);
            assert_int_equal(set_up(state), 0);
        }
}

/* The log says which of the two went wrong. */
static void test_a_stranger_is_not_only_unverified(void **state)
{
    struct u2f_signer stranger;

    (void)state;
    u2f_signer_open(&stranger, U2F_SELF_SIGNED);
    must_enrol(&es256, CREATED | VERIFIED, 64);
    assert_judged(&stranger, PRESENT, 1, "wrong-signature");
    assert_judged(&stranger, VERIFIED, 1, "wrong-signature");
    u2f_signer_close(&stranger);
}

/* A key without a counter always says 0. One that has counted never may. */
static void test_a_key_without_a_counter(void **state)
{
    (void)state;
    must_enrol(&es256, CREATED | PRESENT, 64);
    assert_judged(&es256, PRESENT, 0, "u2f");
    assert_judged(&es256, PRESENT, 0, "u2f");
    assert_judged(&es256, PRESENT, 3, "u2f");
    assert_judged(&es256, PRESENT, 0, "counter-went-back");
}

static int64_t last_used(void)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_transaction transaction;

    scratch_store_begin(&scratch, &transaction);
    assert_int_equal(cs_factor_list(&transaction, "alice", CS_STORED_U2F, &factors, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_int_equal(factors.count, 1);
    return factors.items[0].last_used;
}

static void test_every_use_is_noted(void **state)
{
    static const struct {
        unsigned char flags;
        uint32_t counter;
        const char *reason;
        bool noted;
    } rows[] = {
        {PRESENT, 0, "u2f", true}, /* without a counter */
        {PRESENT, 0, "u2f", true},
        {PRESENT, 0, "u2f", true},
        {0x00, 0, "not-touched", false},
        {PRESENT, 3, "u2f", true},
        {PRESENT, 3, "counter-went-back", false},
    };
    int64_t noted = 0;

    (void)state;
    must_enrol(&es256, CREATED | PRESENT, 64);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        fake_clock_set(T0 + 10 * (int64_t)(i + 1));
        assert_judged(&es256, rows[i].flags, rows[i].counter, rows[i].reason);
        if (rows[i].noted)
            noted = T0 + 10 * (int64_t)(i + 1);
        assert_int_equal(last_used(), noted);
    }
}

/* ---- what a request names ---- */

static void test_request_says_what_is_demanded(void **state)
{
    static const struct {
        unsigned char registered;
        enum cs_u2f_verification setting;
        size_t handle;
        const char *prefix;
        bool must, verifies;
    } rows[] = {
        {CREATED | PRESENT, CS_U2F_DISCOURAGED, 127, "U2F1.", false, false},
        {CREATED | PRESENT, CS_U2F_DISCOURAGED, 128, "U2F2.", false, false},
        {CREATED | PRESENT, CS_U2F_PREFERRED, 64, "U2F2.", false, false},
        {CREATED | PRESENT, CS_U2F_REQUIRED, 64, "U2F2.", false, true},
        {CREATED | VERIFIED, CS_U2F_DISCOURAGED, 64, "U2F2.", true, true},
        {CREATED | VERIFIED, CS_U2F_PREFERRED, 64, "U2F2.", true, true},
        /* Where all keys must verify, none may look other than a decoy. */
        {CREATED | VERIFIED, CS_U2F_REQUIRED, 64, "U2F2.", false, true},
        {0, CS_U2F_REQUIRED, 0, "U2F2.", false, true},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        static const struct cs_challenge_request wanted = {.room = 0};
        CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
        struct cs_u2f_request request;

        if (rows[i].handle > 0)
            must_enrol(&es256, rows[i].registered, rows[i].handle);
        login.u2f_verification = rows[i].setting;
        begin(&wanted, &challenge, &request);
        assert_int_equal(strncmp(challenge.request, rows[i].prefix, 5), 0);
        assert_int_equal(request.verification, rows[i].setting);
        assert_int_equal(request.handles[0].must_verify, rows[i].must);
        assert_int_equal(challenge.verifies, rows[i].verifies);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

/* Eight keys, told apart by the length of their handles: 64 for the oldest, 71 for the newest. */
static void enrol_eight(void)
{
    for (size_t i = 0; i < 8; i++)
        must_enrol(&es256, CREATED | PRESENT, 64 + i);
}

static void test_rounds(void **state)
{
    static const struct {
        size_t room, more_room;
        unsigned skipped;
        size_t count;
        unsigned further;
        bool more;
    } rows[] = {
        {0, 0, 0, 8, 0, false},    {0, 50, 0, 8, 0, false},
        {900, 50, 0, 8, 0, false}, {430, 50, 0, 3, 3, true},
        {430, 50, 3, 3, 6, true},  {430, 50, 6, 2, 0, false},
        {460, 0, 0, 4, 0, false},  {1, 50, 0, 1, 1, true},
        {1, 50, 7, 1, 0, false},   {430, 50, 8, 1, 0, false} /* keys went: a decoy */,
    };

    (void)state;
    enrol_eight();
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_challenge_request wanted = {
            .room = rows[i].room, .more_room = rows[i].more_room, .skipped = rows[i].skipped};
        CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
        struct cs_u2f_request request;

        begin(&wanted, &challenge, &request);
        assert_int_equal(request.handle_count, rows[i].count);
        assert_int_equal(request.more, rows[i].more);
        /* With room for all, programs that know version 1 only can answer. */
        assert_int_equal(strncmp(challenge.request, rows[i].more ? "U2F2." : "U2F1.", 5), 0);
        assert_int_equal(challenge.further, rows[i].further);
        if (rows[i].skipped < 8)
            assert_int_equal(request.handles[0].length, 71 - rows[i].skipped);
        if (rows[i].room > 1)
            assert_true(strlen(challenge.request) + (rows[i].more ? rows[i].more_room : 0) <=
                        rows[i].room);
    }
}

static void test_the_key_used_last_comes_first(void **state)
{
    static const struct cs_challenge_request wanted = {.room = 1, .more_room = 1};
    CS_AUTO(cs_challenge_clear) struct cs_challenge before = {0};
    CS_AUTO(cs_challenge_clear) struct cs_challenge after = {0};
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_transaction transaction;
    struct cs_u2f_request request;
    bool won = false;

    (void)state;
    enrol_eight();
    begin(&wanted, &before, &request);
    assert_int_equal(request.handles[0].length, 71);
    fake_clock_set(T0 + 5);
    scratch_store_begin(&scratch, &transaction);
    assert_int_equal(cs_factor_list(&transaction, "alice", CS_STORED_U2F, &factors, NULL), CS_OK);
    assert_int_equal(cs_factor_spend(&transaction, factors.items[2].id, 9, 0, &won, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_true(won);
    begin(&wanted, &after, &request);
    assert_int_equal(request.handles[0].length, 66);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_registration_is_kept),
        TEST(test_registration_without_verification_where_required),
        TEST(test_verification_counts_where_it_is_signed),
        TEST(test_u2f_registration_where_verification_is_required),
        TEST(test_registration_for_another_challenge_refused),
        TEST(test_request_to_register),
        TEST(test_long_name_in_a_request_to_register),
        TEST(test_verification),
        TEST(test_a_stranger_is_not_only_unverified),
        TEST(test_a_key_without_a_counter),
        TEST(test_every_use_is_noted),
        TEST(test_request_says_what_is_demanded),
        TEST(test_rounds),
        TEST(test_the_key_used_last_comes_first),
    };

    return cmocka_run_group_tests_name("local_fido2", tests, NULL, NULL);
}
