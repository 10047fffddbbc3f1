/* SPDX-License-Identifier: Apache-2.0 */
/* One answer of a security key, judged by many threads at once and through two connections, as a
 * broker and a process of its own have them: it is right once. */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "providers/local/local.h"
#include "providers/registry.h"
#include "store/factor.h"
#include "tests/support/scratch_store.h"
#include "tests/support/u2f_signer.h"
#include "u2f/relay.h"

#define APP "pam://host.example"

enum { ROUNDS = 20, THREADS = 8, TOUCHED = 1 };

static const struct cs_local_settings login = {.u2f_app_id = APP, .u2f_origins = APP};
static const struct cs_call call = {.cancel_fd = -1, .settings = &login};
static struct scratch_store scratch;
static struct cs_provider *provider, *other;
static struct u2f_signer signer;

static int set_up(void **state)
{
    static struct cs_local_settings settings;

    (void)state;
    scratch_store_make(&scratch);
    settings = (struct cs_local_settings){.store = scratch.path, .key_file = scratch.key_path};
    u2f_signer_open(&signer, U2F_SELF_SIGNED);
    assert_int_equal(cs_local_kind.open(&settings, NULL, &provider, NULL), CS_OK);
    assert_int_equal(cs_local_kind.open(&settings, NULL, &other, NULL), CS_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cs_provider_close(&provider);
    cs_provider_close(&other);
    u2f_signer_close(&signer);
    scratch_store_remove(&scratch);
    return 0;
}

static void enrol(const char *user)
{
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {
        .kind = CS_STORED_U2F, .algorithm = "es256", .app_id = APP, .last_step = -1};
    char secret[CS_U2F_PUBLIC_KEY_BYTES + 64] = "";
    struct cs_transaction transaction;

    (void)snprintf(factor.user, sizeof factor.user, "%s", user);
    memcpy(secret, signer.public_key.bytes, signer.public_key.length);
    assert_int_equal(cs_secret_set(&factor.secret, secret, sizeof secret), CS_OK);
    scratch_store_begin(&scratch, &transaction);
    assert_int_equal(cs_factor_add(&transaction, &factor, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static void begin(const char *user, struct cs_challenge *ret_challenge)
{
    const struct cs_listed_factor factor = {.kind = CS_FACTOR_U2F};
    const struct cs_challenge_request request = {.seconds = 60, .name = user};
    struct cs_provider_user found = {0};

    assert_int_equal(provider->ops->find_user(provider, &call, user, &found, NULL), CS_OK);
    assert_int_equal(
        provider->ops->begin(provider, &call, &found, &factor, &request, ret_challenge, NULL),
        CS_OK);
}

static void sign(const struct cs_challenge *challenge, struct cs_buffer *ret_line)
{
    unsigned char app_hash[CS_U2F_HASH_BYTES], client_hash[CS_U2F_HASH_BYTES], data[128];
    struct cs_u2f_answer answer = {0};
    struct cs_u2f_request request;
    size_t length;

    assert_int_equal(
        cs_u2f_read_request(challenge->request, strlen(challenge->request), &request, NULL), CS_OK);
    assert_int_equal(cs_u2f_app_hash(APP, app_hash, NULL), CS_OK);
    assert_int_equal(
        cs_u2f_client_hash(CS_U2F_AUTHENTICATE, request.challenge, APP, client_hash, NULL), CS_OK);
    length = u2f_sign_assertion(&signer, app_hash, client_hash, TOUCHED, 1, data);
    assert_int_equal(cs_u2f_read_assertion(data, length, &answer.assertion, NULL), CS_OK);
    assert_int_equal(cs_u2f_write_answer(&answer, ret_line, NULL), CS_OK);
}

struct runner {
    pthread_t thread;
    pthread_barrier_t *start;
    struct cs_provider *provider;
    struct cs_attempt attempt;
    bool right;
};

/* Nothing of cmocka's: it belongs to the thread that runs the test. */
static void *judge(void *argument)
{
    struct runner *runner = argument;
    struct cs_outcome outcome = {0};

    (void)pthread_barrier_wait(runner->start);
    runner->right = runner->provider->ops->judge(runner->provider, &call, &runner->attempt,
                                                 &outcome, NULL) == CS_OK &&
                    outcome.judgement == CS_JUDGED_RIGHT;
    return NULL;
}

static void race(const struct cs_attempt *attempt)
{
    struct runner runners[THREADS];
    pthread_barrier_t start;
    size_t right = 0;

    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){
            .start = &start, .provider = i % 2 == 0 ? provider : other, .attempt = *attempt};
        assert_int_equal(pthread_create(&runners[i].thread, NULL, judge, &runners[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(runners[i].thread, NULL), 0);
        right += runners[i].right;
    }
    pthread_barrier_destroy(&start);
    assert_int_equal(right, 1);
}

static void test_one_answer_is_right_once(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
        char user[32];
        const struct cs_attempt attempt = {.identity = user,
                                           .kind = CS_FACTOR_U2F,
                                           .challenge = &challenge,
                                           .answer = &answer,
                                           .subject = user,
                                           .client = "192.0.2.1",
                                           .proven = true,
                                           .countable = true};

        (void)snprintf(user, sizeof user, "user%d", i);
        enrol(user);
        begin(user, &challenge);
        sign(&challenge, &line);
        assert_int_equal(cs_secret_set(&answer, line.text, line.length), CS_OK);
        race(&attempt);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_answer_is_right_once, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("local_u2f_race", tests, NULL, NULL);
}
