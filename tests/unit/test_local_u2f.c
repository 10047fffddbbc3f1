/* SPDX-License-Identifier: Apache-2.0 */
/* Security keys at the local provider: who is offered one, which answers are right, and what each
 * of them changes. The keys are OpenSSL's. */
#include "tests/unit/unit.h"

#include <sys/utsname.h>

#include "base/clock.h"
#include "providers/local/key_names.h"
#include "store/factor.h"
#include "tests/support/u2f_signer.h"
#include "tests/unit/local.h"
#include "u2f/relay.h"

#define APP "pam://host.example"

enum { SECONDS = 60, TOUCHED = 1 };

static struct cs_local_settings login; /* what the logins have; it was opened with others */
static struct u2f_signer first, second;

static void enrol(const char *user, const struct u2f_signer *signer, char handle,
                  const char *app_id)
{
    struct cs_factor factor = {
        .kind = CS_STORED_U2F, .algorithm = "es256", .last_step = -1, .created = T0};
    char secret[CS_U2F_PUBLIC_KEY_BYTES + 64];
    struct cs_transaction transaction;
    struct cs_error error = {0};

    (void)snprintf(factor.user, sizeof factor.user, "%s", user);
    (void)snprintf(factor.app_id, sizeof factor.app_id, "%s", app_id);
    (void)snprintf(factor.label, sizeof factor.label, "key %c", handle);
    memcpy(secret, signer->public_key.bytes, CS_U2F_PUBLIC_KEY_BYTES);
    memset(secret + CS_U2F_PUBLIC_KEY_BYTES, handle, 64);
    assert_int_equal(cs_secret_set(&factor.secret, secret, sizeof secret), CS_OK);
    assert_int_equal(cs_store_begin(scratch.store, &transaction, &error), CS_OK);
    assert_int_equal(cs_factor_add(&transaction, &factor, &error), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, &error), CS_OK);
    cs_factor_clear(&factor);
}

static int set_up(void **state)
{
    (void)state;
    login = (struct cs_local_settings){.u2f_app_id = APP, .u2f_origins = APP};
    local_open();
    u2f_signer_open(&first, U2F_SELF_SIGNED);
    u2f_signer_open(&second, U2F_SELF_SIGNED);
    enrol("alice", &first, 'a', APP);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    u2f_signer_close(&first);
    u2f_signer_close(&second);
    local_close();
    return 0;
}

/* ---- what the person's side does ---- */

static const struct cs_call call = {.cancel_fd = -1, .settings = &login};

/* `user` NULL: `name` is no account. */
static enum cs_err try_begin(const char *user, const char *name, const char *app_id,
                             struct cs_challenge *ret_challenge)
{
    struct cs_provider_user found = {0};
    const struct cs_listed_factor factor = {.kind = CS_FACTOR_U2F};
    const struct cs_challenge_request request = {.seconds = SECONDS, .name = name};

    login.u2f_app_id = app_id;
    if (user != NULL)
        assert_int_equal(provider->ops->find_user(provider, &call, user, &found, NULL), CS_OK);
    return provider->ops->begin(provider, &call, &found, &factor, &request, ret_challenge, NULL);
}

static struct cs_challenge begin(const char *user)
{
    struct cs_challenge challenge = {0};

    assert_int_equal(try_begin(user, user, APP, &challenge), CS_OK);
    return challenge;
}

static struct cs_u2f_request request_of(const struct cs_challenge *challenge)
{
    struct cs_u2f_request request;

    assert_int_equal(
        cs_u2f_read_request(challenge->request, strlen(challenge->request), &request, NULL), CS_OK);
    assert_int_equal(request.purpose, CS_U2F_AUTHENTICATE);
    return request;
}

/* How a key answers; zero: as it should. */
struct manner {
    size_t key;
    const char *origin;
    unsigned char untouched;
};

static void answer(const struct cs_challenge *challenge, const struct u2f_signer *signer,
                   uint32_t counter, struct manner manner, struct cs_buffer *ret_line)
{
    const struct cs_u2f_request request = request_of(challenge);
    unsigned char app_hash[CS_U2F_HASH_BYTES], client_hash[CS_U2F_HASH_BYTES], data[128];
    struct cs_u2f_answer reply = {.key = manner.key};
    size_t length;

    assert_int_equal(cs_u2f_app_hash(request.app_id, app_hash, NULL), CS_OK);
    assert_int_equal(cs_u2f_client_hash(CS_U2F_AUTHENTICATE, request.challenge,
                                        manner.origin ? manner.origin : APP, client_hash, NULL),
                     CS_OK);
    length = u2f_sign_assertion(signer, app_hash, client_hash, manner.untouched ? 0 : TOUCHED,
                                counter, data);
    assert_int_equal(cs_u2f_read_assertion(data, length, &reply.assertion, NULL), CS_OK);
    assert_int_equal(cs_u2f_write_answer(&reply, ret_line, NULL), CS_OK);
}

static struct cs_outcome judge(const char *user, const struct cs_challenge *challenge,
                               const char *line)
{
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    struct cs_attempt attempt = {.identity = user,
                                 .kind = CS_FACTOR_U2F,
                                 .challenge = challenge,
                                 .answer = &secret,
                                 .subject = user ? user : " 1",
                                 .client = "192.0.2.1",
                                 .proven = true,
                                 .countable = true};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_secret_set(&secret, line, strlen(line)), CS_OK);
    if (provider->ops->judge(provider, &call, &attempt, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    return outcome;
}

/* A whole round: challenge, answer, judgement. */
static struct cs_outcome round_with(const struct u2f_signer *signer, uint32_t counter,
                                    struct manner manner)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = begin("alice");
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    answer(&challenge, signer, counter, manner, &line);
    return judge("alice", &challenge, line.text);
}

static void assert_outcome(struct cs_outcome outcome, const char *reason)
{
    assert_string_equal(cs_reason_name(outcome.reason), reason);
    assert_int_equal(outcome.judgement,
                     strcmp(reason, "u2f") == 0 ? CS_JUDGED_RIGHT : CS_JUDGED_WRONG);
}

static void assert_listed(const char *user, const char *app_id, const char *name)
{
    const struct cs_listing listing = {.kinds = CS_KIND(CS_FACTOR_U2F)};
    struct cs_provider_user found = {0};
    struct cs_listed_factors factors = {0};

    login.u2f_app_id = app_id;
    assert_int_equal(provider->ops->find_user(provider, &call, user, &found, NULL), CS_OK);
    assert_int_equal(provider->ops->list_factors(provider, &call, &found, &listing, &factors, NULL),
                     CS_OK);
    assert_int_equal(factors.count, name != NULL);
    if (name != NULL)
        assert_string_equal(factors.items[0].name, name);
    cs_listed_factors_clear(&factors);
}

static unsigned failures(void)
{
    return failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0);
}

/* ---- what is offered ---- */

static void test_list_one_line_for_all_keys(void **state)
{
    (void)state;
    assert_listed("alice", APP, "key a");
    assert_listed("alice", "pam://other.example", NULL);
    assert_listed("bob", APP, NULL);
    enrol("alice", &second, 'b', APP);
    assert_listed("alice", APP, "");
    enrol("bob", &second, 'b', "pam://other.example");
    assert_listed("bob", APP, NULL);
}

static void test_begin_names_the_keys_newest_first(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    CS_AUTO(cs_challenge_clear) struct cs_challenge other = {0};
    struct cs_u2f_request request;

    (void)state;
    enrol("alice", &second, 'b', APP);
    enrol("alice", &second, 'c', "pam://other.example");
    challenge = begin("alice");
    request = request_of(&challenge);
    assert_string_equal(request.app_id, APP);
    assert_int_equal(request.handle_count, 2);
    assert_int_equal(request.handles[0].length, 64);
    assert_int_equal(request.handles[0].bytes[0], 'b');
    assert_int_equal(request.handles[1].bytes[63], 'a');
    other = begin("alice");
    assert_string_not_equal(challenge.id, other.id);
}

/* What a key of this machine signs as the place of the login. */
static void test_challenge_names_the_first_origin(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = begin("alice");
    CS_AUTO(cs_challenge_clear) struct cs_challenge other = {0};

    (void)state;
    assert_string_equal(challenge.origin, APP);
    login.u2f_origins = " pam://a.example , " APP;
    other = begin("alice");
    assert_string_equal(other.origin, "pam://a.example");
}

/* A login whose settings say nothing has keys that were registered for this host. */
static void test_without_settings_the_name_of_this_host(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    char name[CS_KEY_HOST_SIZE];
    struct utsname host;

    (void)state;
    assert_int_equal(uname(&host), 0);
    cs_key_host_name(host.nodename, name);
    enrol("carol", &second, 'c', name);
    login = (struct cs_local_settings){0};
    assert_listed("carol", NULL, "key c");
    assert_int_equal(try_begin("carol", "carol", NULL, &challenge), CS_OK);
    assert_string_equal(request_of(&challenge).app_id, name);
    assert_string_equal(challenge.origin, name);
}

/* The one handle in the request for somebody with one key or none. */
static struct cs_u2f_handle handle_for(const char *user, const char *name, const char *app_id)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    struct cs_u2f_request request;

    assert_int_equal(try_begin(user, name, app_id, &challenge), CS_OK);
    request = request_of(&challenge);
    assert_string_equal(request.app_id, app_id);
    assert_int_equal(request.handle_count, 1);
    assert_int_equal(request.handles[0].length, 64);
    return request.handles[0];
}

static void assert_same_handle(struct cs_u2f_handle one, struct cs_u2f_handle other, bool same)
{
    assert_int_equal(memcmp(one.bytes, other.bytes, one.length) == 0, same);
}

static void test_begin_without_a_key_has_a_decoy(void **state)
{
    struct cs_u2f_handle bobs = handle_for("bob", "bob", APP);
    char alices[64];

    (void)state;
    assert_same_handle(bobs, handle_for("carol", "carol", APP), false);
    assert_same_handle(bobs, handle_for(NULL, "dave", APP), false);
    assert_same_handle(bobs, handle_for("bob", "bob", APP), true);
    /* A key that may not be used is not shown. */
    memset(alices, 'a', sizeof alices);
    bobs = handle_for("alice", "alice", "pam://other.example");
    assert_memory_not_equal(bobs.bytes, alices, sizeof alices);
}

/* Whether the system takes them for one account or not: a difference would tell who has a key. */
static void test_all_ways_to_write_a_name_show_the_same(void **state)
{
    static const char *const names[] = {"ALICE", "alice@corp.example", "CORP\\Alice"};
    static const char *const others[] = {"BOB", "bob@corp.example", "CORP\\Bob"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        struct cs_u2f_handle with_key = handle_for("alice", "alice", APP);
        struct cs_u2f_handle without = handle_for("bob", "bob", APP);

        assert_same_handle(with_key, handle_for("alice", names[i], APP), true);
        assert_same_handle(with_key, handle_for(NULL, names[i], APP), true);
        assert_same_handle(without, handle_for("bob", others[i], APP), true);
        assert_same_handle(without, handle_for(NULL, others[i], APP), true);
    }
}

/* By a decoy nobody learns that two names belong together. */
static void test_a_decoy_does_not_show_the_identity(void **state)
{
    (void)state;
    assert_same_handle(handle_for("b.smith", "bob", APP), handle_for(NULL, "b.smith", APP), false);
}

static void test_a_name_that_is_no_account_gets_nowhere_with_a_key(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (void)state;
    assert_int_equal(try_begin(NULL, "ALICE", APP, &challenge), CS_OK);
    answer(&challenge, &first, 1, (struct manner){0}, &line);
    assert_outcome(judge(NULL, &challenge, line.text), "not-enrolled");
}

static void test_a_key_that_may_not_be_used_is_not_missing(void **state)
{
    static const char *const users[] = {"alice", "bob"};

    (void)state;
    login.u2f_app_id = "pam://other.example";
    for (size_t i = 0; i < CS_ARRAY_SIZE(users); i++) {
        const struct cs_listing listing = {.kinds = CS_KIND(CS_FACTOR_U2F)};
        struct cs_provider_user found = {0};
        struct cs_listed_factors factors = {0};

        assert_int_equal(provider->ops->find_user(provider, &call, users[i], &found, NULL), CS_OK);
        assert_int_equal(
            provider->ops->list_factors(provider, &call, &found, &listing, &factors, NULL), CS_OK);
        assert_int_equal(factors.count, 0);
        assert_int_equal(factors.withheld, i == 0);
    }
}

/* Keys that come while an answer is on its way do not change which one it is of. */
static void test_the_answer_belongs_to_the_keys_that_were_asked(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = begin("alice");
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (void)state;
    answer(&challenge, &first, 1, (struct manner){0}, &line);
    enrol("alice", &second, 'b', APP);
    assert_outcome(judge("alice", &challenge, line.text), "u2f");
}

/* ---- answers ---- */

static void test_right_answer_with_either_key(void **state)
{
    (void)state;
    assert_outcome(round_with(&first, 0, (struct manner){0}), "u2f");
    enrol("alice", &second, 'b', APP);
    assert_outcome(round_with(&second, 5, (struct manner){.key = 0}), "u2f");
    assert_outcome(round_with(&first, 1, (struct manner){.key = 1}), "u2f");
    /* The one key in the other's name. */
    assert_outcome(round_with(&first, 9, (struct manner){.key = 0}), "wrong-signature");
}

static void test_wrong_answers(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};

    (void)state;
    assert_outcome(round_with(&second, 1, (struct manner){0}), "wrong-signature");
    assert_outcome(round_with(&first, 1, (struct manner){.untouched = 1}), "not-touched");
    assert_outcome(round_with(&first, 1, (struct manner){.origin = "pam://evil.example"}),
                   "wrong-signature");
    assert_outcome(round_with(&first, 1, (struct manner){.key = 1}), "wrong-form");
    challenge = begin("alice");
    assert_outcome(judge("alice", &challenge, "123456"), "wrong-form");
    assert_int_equal(failures(), 5);
    /* None of them has touched the counter. */
    assert_outcome(round_with(&first, 1, (struct manner){0}), "u2f");
    assert_int_equal(failures(), 0);
}

static void test_any_origin_of_the_list(void **state)
{
    (void)state;
    login.u2f_origins = "pam://a.example,pam://b.example," APP;
    assert_outcome(round_with(&first, 1, (struct manner){0}), "u2f");
    assert_outcome(round_with(&first, 2, (struct manner){.origin = "pam://a.example"}), "u2f");
    assert_outcome(round_with(&first, 3, (struct manner){.origin = "pam://c.example"}),
                   "wrong-signature");
}

static void test_replayed_answer(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge one = begin("alice");
    CS_AUTO(cs_challenge_clear) struct cs_challenge two = begin("alice");
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (void)state;
    answer(&one, &first, 7, (struct manner){0}, &line);
    assert_outcome(judge("alice", &one, line.text), "u2f");
    assert_outcome(judge("alice", &two, line.text), "wrong-signature");
    assert_listed("alice", APP, "key a");
}

static void test_answer_for_another_user(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge for_bob = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (void)state;
    enrol("bob", &second, 'a', APP);
    for_bob = begin("bob");
    answer(&for_bob, &second, 1, (struct manner){0}, &line);
    assert_outcome(judge("alice", &for_bob, line.text), "wrong-signature");
    assert_outcome(judge(NULL, &for_bob, line.text), "not-enrolled");
    assert_outcome(judge("bob", &for_bob, line.text), "u2f");
}

static void test_expired_challenge(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = begin("alice");
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (void)state;
    answer(&challenge, &first, 1, (struct manner){0}, &line);
    challenge.expires = cs_clock_ms() - 1;
    assert_outcome(judge("alice", &challenge, line.text), "expired");
    challenge.expires = cs_clock_ms() + 1000;
    assert_outcome(judge("alice", &challenge, line.text), "u2f");
    assert_outcome(judge("alice", NULL, line.text), "no-challenge");
}

static void test_begin_sets_the_expiry(void **state)
{
    int64_t before = cs_clock_ms();
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = begin("alice");

    (void)state;
    assert_uint_in_range(challenge.expires, before + SECONDS * 1000,
                         cs_clock_ms() + SECONDS * 1000);
}

static void assert_counter_refused(uint32_t counter)
{
    struct cs_outcome outcome = round_with(&first, counter, (struct manner){0});

    assert_outcome(outcome, "counter-went-back");
    assert_non_null(strstr(outcome.alert, "'alice'"));
    assert_int_equal(failures(), 1);
    assert_listed("alice", APP, NULL);
}

static void test_counter_that_stands_makes_the_key_suspect(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (void)state;
    challenge = begin("alice");
    assert_outcome(round_with(&first, UINT32_MAX, (struct manner){0}), "u2f");
    answer(&challenge, &first, UINT32_MAX, (struct manner){0}, &line);
    assert_counter_refused(UINT32_MAX);
    /* Never again, whatever it says; other keys are not concerned. */
    assert_outcome(judge("alice", &challenge, line.text), "no-usable-key");
    enrol("alice", &second, 'b', APP);
    assert_listed("alice", APP, "key b");
    assert_outcome(round_with(&second, 1, (struct manner){0}), "u2f");
}

static void test_counter_that_goes_back_makes_the_key_suspect(void **state)
{
    (void)state;
    assert_outcome(round_with(&first, 10, (struct manner){0}), "u2f");
    assert_counter_refused(9);
}

/* Of two prompts that are open at once the second may be answered first. */
static void test_answers_out_of_order_are_no_copy(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge one = begin("alice");
    CS_AUTO(cs_challenge_clear) struct cs_challenge two = begin("alice");
    CS_AUTO(cs_buffer_free) struct cs_buffer earlier = {0}, later = {0};
    struct cs_outcome outcome;

    (void)state;
    answer(&one, &first, 7, (struct manner){0}, &earlier);
    answer(&two, &first, 8, (struct manner){0}, &later);
    assert_outcome(judge("alice", &two, later.text), "u2f");
    outcome = judge("alice", &one, earlier.text);
    assert_outcome(outcome, "out-of-order");
    assert_string_equal(outcome.alert, "");
    assert_int_equal(failures(), 1);
    assert_listed("alice", APP, "key a");
    assert_outcome(round_with(&first, 9, (struct manner){0}), "u2f");
}

/* One whose counter stood lower already when the prompt was shown. */
static void test_a_copy_at_an_old_prompt_makes_the_key_suspect(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge old = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    (void)state;
    assert_outcome(round_with(&first, 5, (struct manner){0}), "u2f");
    old = begin("alice");
    assert_outcome(round_with(&first, 6, (struct manner){0}), "u2f");
    answer(&old, &first, 5, (struct manner){0}, &line);
    assert_outcome(judge("alice", &old, line.text), "counter-went-back");
    assert_listed("alice", APP, NULL);
}

/* The way back in for somebody who has lost a key is no other way in for those who never had one.
 */
static void test_recovery_code_at_the_prompt_for_a_key_needs_a_key(void **state)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment app = {0};
    struct cs_outcome outcome;

    (void)state;
    enrol_app("carol", &app);
    assert_int_equal(app.codes_count, CS_RECOVERY_CODES);
    challenge = begin("carol");
    outcome = judge("carol", &challenge, app.codes[0].data);
    assert_int_equal(outcome.judgement, CS_JUDGED_WRONG);
    enrol("carol", &second, 'c', APP);
    cs_challenge_clear(&challenge);
    challenge = begin("carol");
    outcome = judge("carol", &challenge, app.codes[0].data);
    assert_int_equal(outcome.judgement, CS_JUDGED_RIGHT);
    assert_string_equal(cs_reason_name(outcome.reason), "recovery-code");
}

static void test_throttled_like_codes(void **state)
{
    (void)state;
    login.throttle = true;
    for (int i = 0; i < 20; i++)
        (void)round_with(&second, 1, (struct manner){0});
    assert_outcome(round_with(&first, 1, (struct manner){0}), "throttled");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_list_one_line_for_all_keys),
        TEST(test_begin_names_the_keys_newest_first),
        TEST(test_challenge_names_the_first_origin),
        TEST(test_without_settings_the_name_of_this_host),
        TEST(test_begin_without_a_key_has_a_decoy),
        TEST(test_all_ways_to_write_a_name_show_the_same),
        TEST(test_a_decoy_does_not_show_the_identity),
        TEST(test_a_name_that_is_no_account_gets_nowhere_with_a_key),
        TEST(test_a_key_that_may_not_be_used_is_not_missing),
        TEST(test_the_answer_belongs_to_the_keys_that_were_asked),
        TEST(test_right_answer_with_either_key),
        TEST(test_wrong_answers),
        TEST(test_any_origin_of_the_list),
        TEST(test_replayed_answer),
        TEST(test_answer_for_another_user),
        TEST(test_expired_challenge),
        TEST(test_begin_sets_the_expiry),
        TEST(test_counter_that_stands_makes_the_key_suspect),
        TEST(test_counter_that_goes_back_makes_the_key_suspect),
        TEST(test_answers_out_of_order_are_no_copy),
        TEST(test_a_copy_at_an_old_prompt_makes_the_key_suspect),
        TEST(test_recovery_code_at_the_prompt_for_a_key_needs_a_key),
        TEST(test_throttled_like_codes),
    };

    return cmocka_run_group_tests_name("local_u2f", tests, NULL, NULL);
}
