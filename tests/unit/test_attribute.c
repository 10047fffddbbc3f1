/* SPDX-License-Identifier: Apache-2.0 */
/* user_name_attr and id_link_attr. */
#include "tests/unit/unit.h"

#include "mapping/attribute.h"

#define IBM "urn:ietf:params:scim:schemas:extension:ibm:2.0:User:"

static void test_scim_filter_encoded_once(void **state)
{
    static const struct {
        const char *attribute, *value, *expected;
    } rows[] = {
        {"userName", "ann", "userName%20eq%20%22ann%22"},
        {"userName", "ann@example.com", "userName%20eq%20%22ann%40example.com%22"},
        {"emails.type%20eq%20%22work%22%20and%20emails.value", "ann@example.com",
         "emails.type%20eq%20%22work%22%20and%20emails.value%20eq%20%22ann%40example.com%22"},
        {"emails.type eq \"work\" and emails.value", "ann",
         "emails.type%20eq%20%22work%22%20and%20emails.value%20eq%20%22ann%22"},
        {IBM "customAttributes.otherUserName", "x",
         IBM "customAttributes.otherUserName%20eq%20%22x%22"},
        {"(a eq %22%28%22 or b%2dc) and d", "x",
         "(a%20eq%20%22(%22%20or%20b-c)%20and%20d%20eq%20%22x%22"},
        /* Nothing that people write becomes syntax, of SCIM or of a URL. */
        {"a", "x\" or a pr or a eq \"y",
         "a%20eq%20%22x%5C%22%20or%20a%20pr%20or%20a%20eq%20%5C%22y%22"},
        {"a", "CORP\\ann", "a%20eq%20%22CORP%5C%5Cann%22"},
        {"a", "\\", "a%20eq%20%22%5C%5C%22"},
        {"a", "1+1=2&b#c?d/e%20;:'()*,[]~-._",
         "a%20eq%20%221%2B1%3D2%26b%23c%3Fd%2Fe%2520%3B%3A%27%28%29%2A%2C%5B%5D~-._%22"},
        {"a", "Zo\xc3\xab", "a%20eq%20%22Zo%C3%AB%22"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        cs_buffer_text(&out, "filter=");
        if (cs_scim_filter(rows[i].attribute, rows[i].value, &out, &error) != CS_OK)
            fail_msg("%s: %s", rows[i].attribute, error.text);
        assert_string_equal(out.text + strlen("filter="), rows[i].expected);
    }
}

static void test_scim_filter_wrong_texts_refused(void **state)
{
    static const struct {
        const char *attribute, *value;
        enum cs_err err;
        const char *part;
    } rows[] = {
        {"a&b", "x", CS_ERR_CONFIG, "user_name_attr: byte 2: only letters"},
        {"a#", "x", CS_ERR_CONFIG, "user_name_attr: byte 2: only letters"},
        {"a%26b", "x", CS_ERR_CONFIG, "user_name_attr: byte 2: only letters"},
        {"a%2520b", "x", CS_ERR_CONFIG, "user_name_attr: byte 2: only letters"},
        {"a%00b", "x", CS_ERR_CONFIG, "user_name_attr: byte 2: only letters"},
        {"ab%", "x", CS_ERR_CONFIG, "user_name_attr: byte 3: only letters"},
        {"ab%2", "x", CS_ERR_CONFIG, "user_name_attr: byte 3: only letters"},
        {"ab%2g", "x", CS_ERR_CONFIG, "user_name_attr: byte 3: only letters"},
        {"a\\b", "x", CS_ERR_CONFIG, "user_name_attr: byte 2: only letters"},
        {"a\nb", "x", CS_ERR_CONFIG, "user_name_attr: byte 2: only letters"},
        {"\xc3\xab", "x", CS_ERR_CONFIG, "user_name_attr: byte 1: only letters"},
        {"", "x", CS_ERR_CONFIG, "must end in the name of an attribute"},
        {"userName ", "x", CS_ERR_CONFIG, "must end in the name of an attribute"},
        {"a eq \"b", "x", CS_ERR_CONFIG, "every quote and parenthesis before it closed"},
        {"a eq \"b\"", "x", CS_ERR_CONFIG, "must end in the name of an attribute"},
        {"(a", "x", CS_ERR_CONFIG, "every quote and parenthesis before it closed"},
        {"a) and (b", "x", CS_ERR_CONFIG, "every quote and parenthesis before it closed"},
        {"a", "", CS_ERR_INPUT, "a name to look up is empty"},
        {"a", "x\ny", CS_ERR_INPUT, "control characters or bytes that are not UTF-8"},
        {"a", "x\xff", CS_ERR_INPUT, "control characters or bytes that are not UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_scim_filter(rows[i].attribute, rows[i].value, &out, &error),
                         rows[i].err);
        assert_contains(error.text, rows[i].part);
        assert_int_equal(out.length, 0);
    }
}

static void test_scim_filter_lengths_bounded(void **state)
{
    enum { AROUND = sizeof "a%20eq%20%22%22" - 1 };
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    char value[CS_SCIM_FILTER_BYTES], attribute[CS_ATTRIBUTE_BYTES + 1];
    struct cs_error error = {0};

    (void)state;
    memset(value, 'x', sizeof value);
    value[CS_SCIM_FILTER_BYTES - AROUND] = '\0';
    assert_int_equal(cs_scim_filter("a", value, &out, NULL), CS_OK);
    assert_int_equal(out.length, CS_SCIM_FILTER_BYTES);
    assert_int_equal(cs_scim_filter("ab", value, &out, &error), CS_ERR_LIMIT);
    assert_contains(error.text, "longer than 4096 characters");
    assert_int_equal(out.length, CS_SCIM_FILTER_BYTES);

    memset(attribute, 'a', sizeof attribute);
    attribute[CS_ATTRIBUTE_BYTES] = '\0';
    assert_int_equal(cs_scim_filter(attribute, "x", &out, &error), CS_ERR_CONFIG);
    assert_contains(error.text, "user_name_attr is longer than 1023 bytes");
    attribute[CS_ATTRIBUTE_BYTES - 1] = '\0';
    assert_int_equal(cs_scim_filter(attribute, "x", &out, NULL), CS_OK);
}

static void test_link_parse_each_kind(void **state)
{
    static const struct {
        const char *text;
        enum cs_link_kind kind;
        const char *name;
    } rows[] = {
        {"userName", CS_LINK_USER_NAME, ""},
        {"USERNAME", CS_LINK_USER_NAME, ""},
        {IBM "customAttributes.myCustomAttribute", CS_LINK_CUSTOM, "myCustomAttribute"},
        {"urn:ietf:params:scim:schemas:extension:ibm:2.0:user:linkedAccounts.myOnPremIdSource",
         CS_LINK_LINKED, "myOnPremIdSource"},
        {"URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:IBM:2.0:USER:LINKEDACCOUNTS.www.example.com",
         CS_LINK_LINKED, "www.example.com"},
        {"urn%3Aietf%3aparams%3Ascim%3Aschemas%3Aextension%3Aibm%3A2.0%3AUser%3AcustomAttributes.x",
         CS_LINK_CUSTOM, "x"},
        {"emails.type%20eq%20%22work%22%20and%20emails.value", CS_LINK_EMAIL_TYPE, "work"},
        {"emails.type eq \"Work\" and emails.value", CS_LINK_EMAIL_TYPE, "Work"},
        {"Emails.Type  EQ  \"work\"  AND  Emails.Value", CS_LINK_EMAIL_TYPE, "work"},
        {"externalId", CS_LINK_PLAIN, "externalId"},
        {"name.familyName", CS_LINK_PLAIN, "name.familyName"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_link link = {0};
        struct cs_error error = {0};

        if (cs_link_parse(rows[i].text, &link, &error) != CS_OK)
            fail_msg("%s: %s", rows[i].text, error.text);
        assert_int_equal(link.kind, rows[i].kind);
        assert_string_equal(link.name, rows[i].name);
    }
}

static void test_link_parse_anything_else_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        ".",
        "a.",
        "a..b",
        ".a",
        "7a",
        "user name",
        "urn:example:a",
        IBM,
        IBM "userCategory",
        IBM "customAttributes",
        IBM "customAttributes.",
        IBM "linkedAccounts.a\"b",
        "emails.type eq \"work\" and emails.valuex",
        "emails.type eq \"work\" and ",
        "emails.type eq \"work\"",
        "emails.type eq \"\" and emails.value",
        "emails.type eq work and emails.value",
        "emails.type eq \"work and emails.value",
        "emails.typeeq \"work\" and emails.value",
        "emails.type eq\"work\" and emails.value",
        "emails.type eq \"work\"and emails.value",
        "emails.type eq \"work\" andemails.value",
        "phoneNumbers.type eq \"work\" and phoneNumbers.value",
    };
    struct cs_error error = {0};
    struct cs_link link = {.kind = CS_LINK_PLAIN, .name = "before"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        assert_int_equal(cs_link_parse(texts[i], &link, &error), CS_ERR_CONFIG);
        assert_contains(error.text, "id_link_attr must be userName");
        assert_string_equal(link.name, "before");
    }
    assert_int_equal(cs_link_parse("a&b", &link, &error), CS_ERR_CONFIG);
    assert_contains(error.text, "id_link_attr: byte 2: only letters");
}

static void test_link_parse_long_names_refused(void **state)
{
    char text[sizeof IBM "customAttributes." + CS_LINK_NAME_SIZE];
    size_t before = (size_t)snprintf(text, sizeof text, IBM "customAttributes.");
    struct cs_link link = {0};

    (void)state;
    memset(text + before, 'x', CS_LINK_NAME_SIZE);
    text[before + CS_LINK_NAME_SIZE] = '\0';
    assert_int_equal(cs_link_parse(text, &link, NULL), CS_ERR_CONFIG);
    text[before + CS_LINK_NAME_SIZE - 1] = '\0';
    assert_int_equal(cs_link_parse(text, &link, NULL), CS_OK);
    assert_string_equal(link.name, text + before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scim_filter_encoded_once),
        cmocka_unit_test(test_scim_filter_wrong_texts_refused),
        cmocka_unit_test(test_scim_filter_lengths_bounded),
        cmocka_unit_test(test_link_parse_each_kind),
        cmocka_unit_test(test_link_parse_anything_else_refused),
        cmocka_unit_test(test_link_parse_long_names_refused),
    };

    return cmocka_run_group_tests_name("attribute", tests, NULL, NULL);
}
