/* SPDX-License-Identifier: Apache-2.0 */
/* Messages sent to a U2F key and read from it. */
#include "tests/unit/unit.h"

#include "tests/support/u2f_vectors.h"
#include "u2f/challenge.h"
#include "u2f/message.h"
#include "u2f/origins.h"

static const unsigned char zeros[CS_U2F_CHALLENGE_BYTES];

static void assert_bytes(const unsigned char *bytes, size_t length, const char *hex)
{
    unsigned char expected[2048];

    assert_int_equal(length, u2f_unhex(hex, expected));
    assert_memory_equal(bytes, expected, length);
}

/* libu2f-host 1.1.10 escapes as json-c does. */
static void test_client_data_as_libu2f_host_writes_it(void **state)
{
    static const struct {
        enum cs_u2f_purpose purpose;
        const char *origin, *expected;
    } rows[] = {
        {CS_U2F_AUTHENTICATE, "pam://localhost",
         "{ \"challenge\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\", \"origin\": "
         "\"pam:\\/\\/localhost\", \"typ\": \"navigator.id.getAssertion\" }"},
        {CS_U2F_REGISTER, "pam://localhost",
         "{ \"challenge\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\", \"origin\": "
         "\"pam:\\/\\/localhost\", \"typ\": \"navigator.id.finishEnrollment\" }"},
        {CS_U2F_AUTHENTICATE, "a\"b\\c/\xc3\xab",
         "{ \"challenge\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\", \"origin\": "
         "\"a\\\"b\\\\c\\/\xc3\xab\", \"typ\": \"navigator.id.getAssertion\" }"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        assert_int_equal(cs_u2f_client_data(rows[i].purpose, zeros, rows[i].origin, &text, NULL),
                         CS_OK);
        assert_string_equal(text.text, rows[i].expected);
    }
}

static void test_client_hash_is_of_the_text(void **state)
{
    unsigned char hash[CS_U2F_HASH_BYTES];

    (void)state;
    assert_int_equal(cs_u2f_client_hash(CS_U2F_AUTHENTICATE, zeros, "pam://localhost", hash, NULL),
                     CS_OK);
    assert_bytes(hash, sizeof hash,
                 "e02e3161d30001376c3d91cae676b6ebc593feafc2c620ef0a3831e17a5088a8");
}

static void test_app_hash_examples(void **state)
{
    unsigned char hash[CS_U2F_HASH_BYTES];

    (void)state;
    assert_int_equal(cs_u2f_app_hash("http://example.com", hash, NULL), CS_OK);
    assert_bytes(hash, sizeof hash, U2F_EXAMPLE_APP_HASH);
    assert_int_equal(cs_u2f_app_hash("https://gstatic.com/securitykey/a/example.com", hash, NULL),
                     CS_OK);
    assert_bytes(hash, sizeof hash, U2F_EXAMPLE_SIGN_APP_HASH);
}

static void test_texts_bounded_and_clean(void **state)
{
    unsigned char hash[CS_U2F_HASH_BYTES];
    struct cs_error error = {0};
    char longest[257];

    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[256] = '\0';
    const struct {
        const char *text;
        enum cs_err err;
    } rows[] = {{"", CS_ERR_INPUT},
                {"a\nb", CS_ERR_INPUT},
                {"a\xff", CS_ERR_INPUT},
                {longest, CS_ERR_INPUT},
                {longest + 1, CS_OK},
                {"a\x7f", CS_ERR_INPUT},
                {"\xe2\x80\xae", CS_ERR_INPUT}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        assert_int_equal(cs_u2f_app_hash(rows[i].text, hash, &error), rows[i].err);
        assert_int_equal(cs_u2f_client_hash(CS_U2F_REGISTER, zeros, rows[i].text, hash, &error),
                         rows[i].err);
    }
    assert_contains(error.text, "the U2F origin must be 1 to 255 bytes");
}

static void test_origins(void **state)
{
    static const char *const refused[] = {
        "", " ", "pam://a,", ",pam://a", "a,,b", "a\nb", "pam://a b", "1,2,3,4,5,6,7,8,9", "\xff"};
    char longest[CS_U2F_ORIGIN_MAX + 2];
    struct cs_u2f_origins origins;
    struct cs_error error;

    (void)state;
    assert_int_equal(cs_u2f_read_origins(" pam://a , b/c,d,4,5,6,7,8", &origins, &error), CS_OK);
    assert_int_equal(origins.count, CS_U2F_ORIGINS_MAX);
    assert_string_equal(origins.items[0], "pam://a");
    assert_string_equal(origins.items[1], "b/c");
    assert_string_equal(origins.items[7], "8");
    for (size_t i = 0; i < CS_ARRAY_SIZE(refused); i++)
        assert_int_equal(cs_u2f_read_origins(refused[i], &origins, &error), CS_ERR_INPUT);
    memset(longest, 'a', sizeof longest - 1);
    longest[CS_U2F_ORIGIN_MAX + 1] = '\0';
    assert_int_equal(cs_u2f_read_origins(longest, &origins, &error), CS_ERR_INPUT);
    longest[CS_U2F_ORIGIN_MAX] = '\0';
    assert_int_equal(cs_u2f_read_origins(longest, &origins, &error), CS_OK);
    assert_string_equal(origins.items[0], longest);
}

static void test_register_apdu(void **state)
{
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_apdu apdu;

    (void)state;
    (void)u2f_unhex(U2F_EXAMPLE_APP_HASH, app);
    (void)u2f_unhex(U2F_EXAMPLE_CLIENT_HASH, client);
    cs_u2f_apdu_register(client, app, &apdu);
    assert_bytes(apdu.bytes, apdu.length,
                 "00010300000040" U2F_EXAMPLE_CLIENT_HASH U2F_EXAMPLE_APP_HASH "0000");
}

static void test_authenticate_apdu(void **state)
{
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_handle handle = {.length = 0};
    struct cs_u2f_apdu apdu;
    struct cs_error error = {0};

    (void)state;
    (void)u2f_unhex(U2F_EXAMPLE_SIGN_APP_HASH, app);
    (void)u2f_unhex(U2F_EXAMPLE_SIGN_CLIENT_HASH, client);
    handle.length = u2f_unhex(U2F_EXAMPLE_HANDLE, handle.bytes);
    assert_int_equal(cs_u2f_apdu_authenticate(CS_U2F_SIGN, client, app, &handle, &apdu, &error),
                     CS_OK);
    assert_bytes(apdu.bytes, apdu.length,
                 "00020300000081" U2F_EXAMPLE_SIGN_CLIENT_HASH U2F_EXAMPLE_SIGN_APP_HASH
                 "40" U2F_EXAMPLE_HANDLE "0000");
    handle.length = CS_U2F_HANDLE_MAX;
    assert_int_equal(
        cs_u2f_apdu_authenticate(CS_U2F_CHECK_ONLY, client, app, &handle, &apdu, &error), CS_OK);
    assert_int_equal(apdu.length, CS_U2F_APDU_MAX);
    assert_bytes(apdu.bytes, 7, "00020700000140");
    assert_int_equal(apdu.bytes[7 + 64], CS_U2F_HANDLE_MAX);
    for (size_t length = 0; length <= 256; length += 256) {
        handle.length = length;
        assert_int_equal(cs_u2f_apdu_authenticate(CS_U2F_SIGN, client, app, &handle, &apdu, &error),
                         CS_ERR_INPUT);
        assert_contains(error.text, "must have 1 to 255");
    }
}

static void test_version_apdu_and_reply(void **state)
{
    struct cs_u2f_apdu apdu;

    (void)state;
    cs_u2f_apdu_version(&apdu);
    assert_bytes(apdu.bytes, apdu.length, "00030000000000");
    assert_int_equal(cs_u2f_read_version((const unsigned char *)"U2F_V2", 6, NULL), CS_OK);
    assert_int_equal(cs_u2f_read_version((const unsigned char *)"U2F_V3", 6, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_u2f_read_version((const unsigned char *)"U2F_V2", 5, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_u2f_read_version((const unsigned char *)"U2F_V2", 7, NULL), CS_ERR_INPUT);
}

static void test_reply_status_words(void **state)
{
    static const struct {
        const char *reply;
        enum cs_err err;
        enum cs_u2f_reply kind;
        size_t length;
        const char *text;
    } rows[] = {
        {"9000", CS_OK, CS_U2F_REPLY_DATA, 0, NULL},
        {"aabbcc9000", CS_OK, CS_U2F_REPLY_DATA, 3, NULL},
        {"6985", CS_OK, CS_U2F_REPLY_TOUCH, 0, NULL},
        {"aa6985", CS_OK, CS_U2F_REPLY_TOUCH, 0, NULL},
        {"6a80", CS_OK, CS_U2F_REPLY_UNKNOWN_HANDLE, 0, NULL},
        {"6700", CS_OK, CS_U2F_REPLY_UNKNOWN_HANDLE, 0, NULL},
        {"6d00", CS_ERR_UNAVAILABLE, 0, 0, "status 6d00: it does not know the instruction"},
        {"6e00", CS_ERR_UNAVAILABLE, 0, 0, "status 6e00: it does not know the class"},
        {"6f12", CS_ERR_UNAVAILABLE, 0, 0, "status 6f12"},
        {"0090", CS_ERR_UNAVAILABLE, 0, 0, "status 0090"},
        {"90", CS_ERR_INPUT, 0, 0, "no status word"},
        {"", CS_ERR_INPUT, 0, 0, "no status word"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        enum cs_u2f_reply kind = CS_U2F_REPLY_DATA;
        struct cs_error error = {0};
        unsigned char reply[16];
        size_t given = u2f_unhex(rows[i].reply, reply), length = 99;

        assert_int_equal(cs_u2f_read_reply(reply, given, &kind, &length, &error), rows[i].err);
        if (rows[i].err == CS_OK) {
            assert_int_equal(kind, rows[i].kind);
            assert_int_equal(length, rows[i].length);
        } else {
            assert_int_equal(length, 99);
            assert_contains(error.text, rows[i].text);
        }
    }
}

static void test_assertion_read_whole(void **state)
{
    struct cs_u2f_assertion assertion = {0};
    struct cs_error error = {0};
    unsigned char data[128] = {0xff, 0x80, 0, 0, 1, 0x30};
    static const size_t wrong[] = {0, 4, 5, 12, 78, 128};

    (void)state;
    assert_int_equal(cs_u2f_read_assertion(data, 77, &assertion, &error), CS_OK);
    assert_int_equal(assertion.flags, 0xff);
    assert_int_equal(assertion.counter, 0x80000001);
    assert_int_equal(assertion.signature_length, 72);
    assert_int_equal(assertion.signature[0], 0x30);
    assert_int_equal(cs_u2f_read_assertion(data, 13, &assertion, &error), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(wrong); i++) {
        assert_int_equal(cs_u2f_read_assertion(data, wrong[i], &assertion, &error), CS_ERR_INPUT);
        assert_contains(error.text, "must have 13 to 77");
    }
    assert_int_equal(assertion.signature_length, 8);
}

static void test_challenges_differ(void **state)
{
    unsigned char one[CS_U2F_CHALLENGE_BYTES] = {0}, two[CS_U2F_CHALLENGE_BYTES] = {0};

    (void)state;
    assert_int_equal(cs_u2f_new_challenge(one, NULL), CS_OK);
    assert_int_equal(cs_u2f_new_challenge(two, NULL), CS_OK);
    assert_memory_not_equal(one, two, sizeof one);
    assert_memory_not_equal(one, zeros, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_data_as_libu2f_host_writes_it),
        cmocka_unit_test(test_client_hash_is_of_the_text),
        cmocka_unit_test(test_app_hash_examples),
        cmocka_unit_test(test_texts_bounded_and_clean),
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_register_apdu),
        cmocka_unit_test(test_authenticate_apdu),
        cmocka_unit_test(test_version_apdu_and_reply),
        cmocka_unit_test(test_reply_status_words),
        cmocka_unit_test(test_assertion_read_whole),
        cmocka_unit_test(test_challenges_differ),
    };

    return cmocka_run_group_tests_name("u2f_message", tests, NULL, NULL);
}
