/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of single answers of a tenant; whole logins are in test_verify_users.c and
 * test_verify_factors.c. */
#include "tests/unit/unit.h"

#include "providers/ibm_verify/answer.h"

/* ---- ids ---- */

static void test_ids_that_may_stand_in_a_path(void **state)
{
    static const char *const good[] = {"640004T35T", "a-b_c.d~e", "..a", "x"};
    static const char *const bad[] = {"",    ".",   "..",       "a/b", "a%2fb",
                                      "a b", "a\"", "\xc3\xa9", "a?b", "a#b"};
    char text[CS_PROVIDER_ID_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++)
        assert_true(cs_verify_is_id(good[i]));
    for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++)
        assert_false(cs_verify_is_id(bad[i]));
    memset(text, 'a', sizeof text);
    text[CS_PROVIDER_ID_SIZE] = '\0';
    assert_false(cs_verify_is_id(text));
    text[CS_PROVIDER_ID_SIZE - 1] = '\0';
    assert_true(cs_verify_is_id(text));
}

/* ---- refusals ---- */

static void test_refusal_gives_words_only(void **state)
{
    static const struct {
        const char *text, *message_id, *scim_type;
    } rows[] = {
        {"{\"messageId\":\"CSIBN0021E\",\"messageDescription\":\"x\"}", "CSIBN0021E", ""},
        {"{\"scimType\":\"INVALID_CREDS\",\"detail\":\"CSIAI0160E Wrong.\"}", "CSIAI0160E",
         "INVALID_CREDS"},
        {"{\"detail\":\"The password secret is wrong\"}", "", ""},
        {"{\"detail\":\"CSIAI0160E\"}", "CSIAI0160E", ""},
        {"{\"messageId\":\"CSI\\n\",\"scimType\":\"a-b\"}", "", ""},
        {"{\"messageId\":7,\"scimType\":null}", "", ""},
        {"{\"messageId\":\"CSI99999999999999999999999999999999999999999999999\"}", "", ""},
        {"[\"messageId\"]", "", ""},
        {"<html>", "", ""},
        {"", "", ""},
    };
    struct cs_verify_refusal refusal;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        cs_verify_read_refusal(rows[i].text, strlen(rows[i].text), &refusal);
        assert_string_equal(refusal.message_id, rows[i].message_id);
        assert_string_equal(refusal.scim_type, rows[i].scim_type);
    }
}

/* ---- users ---- */

static void test_users_keep_the_record_as_it_is(void **state)
{
    static const char record[] = "{\"id\":\"A\",\"userName\":\"a\\u001b\",\"n\":[1,-7,true,null,{"
                                 "\"\":[]}],\"e\":\"\xc3\xa9\"}";
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user user = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    (void)state;
    cs_buffer_printf(&text, "{\"totalResults\":1,\"Resources\":[ %s ]}", record);
    assert_int_equal(cs_verify_read_users(text.text, text.length, &user, NULL), CS_OK);
    assert_string_equal(user.record, record);
}

static void test_users_leave_out_numbers_that_are_not_exact(void **state)
{
    static const char text[] =
        "{\"totalResults\":1,\"Resources\":[{\"id\":\"A\",\"userName\":\"a\","
        "\"x\":[1.5,2,1e300]}]}";
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user user = {0};

    (void)state;
    assert_int_equal(cs_verify_read_users(TEXT(text), &user, NULL), CS_OK);
    assert_contains(user.record, "\"x\":[2]");
}

static void test_users_that_contradict_themselves_are_refused(void **state)
{
    static const char *const texts[] = {
        "{\"totalResults\":1}",
        "{\"totalResults\":1,\"Resources\":[]}",
        "{\"totalResults\":0,\"Resources\":[{\"id\":\"A\",\"userName\":\"a\"}]}",
        "{\"totalResults\":-1,\"Resources\":[]}",
        "{\"totalResults\":1,\"Resources\":{\"x\":{\"id\":\"A\",\"userName\":\"a\"}}}",
        "{\"totalResults\":1,\"Resources\":[7]}",
        "{\"totalResults\":1,\"Resources\":[{\"id\":\"A\",\"userName\":\"\"}]}",
        "{\"totalResults\":1,\"totalResults\":1,\"Resources\":[{\"id\":\"A\",\"userName\":\"a\"}]}",
    };
    struct cs_provider_user user = {0};
    struct cs_error error = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        assert_int_equal(cs_verify_read_users(texts[i], strlen(texts[i]), &user, &error),
                         CS_ERR_UNAVAILABLE);
        assert_contains(error.text, "the user look-up");
        assert_false(user.found);
    }
}

static void test_address_is_the_first_that_can_be_used(void **state)
{
    static const struct {
        enum cs_factor_kind kind;
        const char *record, *address;
    } rows[] = {
        {CS_FACTOR_TRANS_EMAILOTP, "{\"emails\":[{\"value\":\"a@b\"},{\"value\":\"c@d\"}]}", "a@b"},
        {CS_FACTOR_TRANS_EMAILOTP, "{\"emails\":[{\"value\":\"a\\n@b\"}]}", NULL},
        {CS_FACTOR_TRANS_EMAILOTP, "{\"emails\":[{\"value\":\"\"}]}", NULL},
        {CS_FACTOR_TRANS_EMAILOTP, "{\"emails\":{\"x\":{\"value\":\"a@b\"}}}", NULL},
        {CS_FACTOR_TRANS_SMSOTP,
         "{\"phoneNumbers\":[{\"type\":\"work\",\"value\":\"+1\"},{\"type\":\"mobile\","
         "\"value\":\"+2\"}]}",
         "+2"},
        {CS_FACTOR_TRANS_SMSOTP, "{\"phoneNumbers\":[{\"type\":\"work\",\"value\":\"+1\"}]}", NULL},
        {CS_FACTOR_TRANS_SMSOTP, "{\"phoneNumbers\":[{\"type\":7,\"value\":\"+1\"}]}", NULL},
    };
    char address[CS_PROVIDER_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_free) struct cs_json *record = NULL;
        bool found;

        assert_int_equal(
            cs_verify_parse("it", rows[i].record, strlen(rows[i].record), &record, NULL), CS_OK);
        found = cs_verify_address(cs_json_root(record), rows[i].kind, address);
        assert_int_equal(found, rows[i].address != NULL);
        if (found)
            assert_string_equal(address, rows[i].address);
    }
}

/* ---- devices ---- */

static void test_device_names_are_decoded_where_they_are_encoded(void **state)
{
    static const struct {
        const char *attributes, *name;
    } rows[] = {
        {"{\"deviceName\":\"Ann%27s%20phone\"}", "Ann's phone"},
        {"{\"deviceName\":\"J%C3%BCrg\"}", "J\xc3\xbcrg"},
        {"{\"deviceName\":\"100%\"}", "100%"},
        {"{\"deviceName\":\"50%zz\"}", "50%zz"},
        {"{\"deviceName\":\"a%1Bb\"}", "a%1Bb"},
        {"{\"deviceName\":\"a%00b\"}", "a%00b"},
        {"{\"deviceName\":\"a+b\"}", "a+b"},
        {"{\"deviceName\":\"\",\"deviceType\":\"iPhone\"}", "iPhone"},
        {"{\"deviceType\":\"iPhone\"}", "iPhone"},
        {"{}", ""},
    };
    const struct cs_listing listing = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    const struct cs_verify_wanted wanted = {.listing = &listing, .user_id = "U", .log = &log};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_listed_factors_clear) struct cs_listed_factors factors = {0};
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        cs_buffer_printf(&text,
                         "{\"signatures\":[{\"id\":\"s\",\"owner\":\"U\",\"enabled\":true,"
                         "\"validated\":true,\"subType\":\"face\",\"_embedded\":{\"id\":\"d\","
                         "\"enabled\":true,\"state\":\"ACTIVE\",\"attributes\":%s}}]}",
                         rows[i].attributes);
        assert_int_equal(cs_verify_read_signatures(text.text, text.length, &wanted, &factors, NULL),
                         CS_OK);
        assert_int_equal(factors.count, 1);
        assert_string_equal(factors.items[0].name, rows[i].name);
    }
}

static void test_more_factors_than_a_menu_holds_are_refused(void **state)
{
    const struct cs_listing listing = {.kinds = CS_KIND(CS_FACTOR_TOTP)};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0}, lines = {0};
    CS_AUTO(cs_listed_factors_clear) struct cs_listed_factors factors = {0};
    const struct cs_log log = log_into(&lines);
    const struct cs_verify_wanted wanted = {.listing = &listing, .user_id = "U", .log = &log};

    (void)state;
    cs_buffer_text(&text, "{\"totp\":[");
    for (int i = 0; i <= CS_LISTED_FACTORS_MAX; i++)
        cs_buffer_printf(&text,
                         "%s{\"id\":\"f%d\",\"type\":\"totp\",\"enabled\":true,"
                         "\"validated\":true}",
                         i > 0 ? "," : "", i);
    cs_buffer_text(&text, "]}");
    assert_int_equal(
        cs_verify_read_factors(text.text, text.length, "totp", &wanted, &factors, NULL),
        CS_ERR_LIMIT);
}

/* ---- challenges ---- */

static void test_number_to_choose_is_computed_from_the_id(void **state)
{
    static const struct {
        const char *id, *number;
    } rows[] = {
        {"b1bd512f-x", "19"}, {"972937f3-x", "15"}, {"a5f562cb-x", "51"}, {"00000005", "05"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_challenge challenge = {0};
        char text[160];

        (void)snprintf(text, sizeof text,
                       "{\"id\":\"%s\",\"owner\":\"U\",\"correlationEnabled\":\"true\"}",
                       rows[i].id);
        assert_int_equal(cs_verify_read_question(text, strlen(text), "U", &challenge, NULL), CS_OK);
        assert_string_equal(challenge.correlation, rows[i].number);
    }
}

static void test_number_that_cannot_be_shown_is_refused(void **state)
{
    static const char *const texts[] = {
        "{\"id\":\"xyz\",\"correlationEnabled\":true}",
        "{\"id\":\"0000000\",\"correlationEnabled\":true}",
        "{\"id\":\"972937f3\",\"correlationEnabled\":1}",
        "{\"id\":\"972937f3\",\"correlationEnabled\":\"yes\"}",
        "{\"id\":\"972937f3\",\"correlationEnabled\":true,\"correlationValue\":-1}",
        "{\"id\":\"972937f3\",\"correlationEnabled\":true,\"correlationValue\":1.5}",
        "{\"id\":\"972937f3\",\"correlationEnabled\":true,\"correlationValue\":\"\"}",
        "{\"id\":\"972937f3\",\"correlationEnabled\":true,\"correlationValue\":\"\\u001b\"}",
    };
    struct cs_challenge challenge = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++)
        assert_int_equal(cs_verify_read_question(texts[i], strlen(texts[i]), "U", &challenge, NULL),
                         CS_ERR_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_that_may_stand_in_a_path),
        cmocka_unit_test(test_refusal_gives_words_only),
        cmocka_unit_test(test_users_keep_the_record_as_it_is),
        cmocka_unit_test(test_users_leave_out_numbers_that_are_not_exact),
        cmocka_unit_test(test_users_that_contradict_themselves_are_refused),
        cmocka_unit_test(test_address_is_the_first_that_can_be_used),
        cmocka_unit_test(test_device_names_are_decoded_where_they_are_encoded),
        cmocka_unit_test(test_more_factors_than_a_menu_holds_are_refused),
        cmocka_unit_test(test_number_to_choose_is_computed_from_the_id),
        cmocka_unit_test(test_number_that_cannot_be_shown_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
