/* SPDX-License-Identifier: Apache-2.0 */
/* One field of a GECOS text. */
#include "tests/unit/unit.h"

#include "mapping/gecos.h"

static void test_gecos_field_counted_from_one(void **state)
{
    static const struct {
        const char *gecos, *separator;
        unsigned field;
        const char *expected;
    } rows[] = {
        {"Ann Lee,Bldg 4,,ann@example.com", ",", 1, "Ann Lee"},
        {"Ann Lee,Bldg 4,,ann@example.com", ",", 2, "Bldg 4"},
        {"Ann Lee,Bldg 4,,ann@example.com", ",", 4, "ann@example.com"},
        {"a/b/c/d/e/ann@example.com", "/", 6, "ann@example.com"},
        {"a,b/c,d", "/", 2, "c,d"},
        {"Ann Lee", ",", 1, "Ann Lee"},
        {" ann ,x", ",", 1, " ann "}, /* blanks are the administrator's to remove */
        {"a\xc2\xb7"
         "b\xc2\xb7"
         "c",
         "\xc2\xb7", 2, "b"},
        {"Zo\xeb,ann", ",", 2, "ann"}, /* another field may be in any encoding */
        {"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32",
         ",", 32, "32"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        assert_int_equal(
            cs_gecos_field(rows[i].gecos, rows[i].separator, rows[i].field, &out, NULL), CS_OK);
        assert_string_equal(out.text, rows[i].expected);
    }
}

static void test_gecos_field_missing_or_empty_refused(void **state)
{
    static const struct {
        const char *gecos;
        unsigned field;
        const char *part;
    } rows[] = {
        {"Ann Lee,Bldg 4", 3, "has only 2 fields, but gecos_field is 3"},
        {"", 2, "has only 1 fields, but gecos_field is 2"},
        {"", 1, "field 1 of the GECOS text is empty"},
        {"Ann Lee,,x", 2, "field 2 of the GECOS text is empty"},
        {"Ann Lee,  ,x", 2, "field 2 of the GECOS text is empty"},
        {"Ann Lee,", 2, "field 2 of the GECOS text is empty"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_gecos_field(rows[i].gecos, ",", rows[i].field, &out, &error),
                         CS_ERR_INPUT);
        assert_contains(error.text, rows[i].part);
        assert_int_equal(out.length, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gecos_field_counted_from_one),
        cmocka_unit_test(test_gecos_field_missing_or_empty_refused),
    };

    return cmocka_run_group_tests_name("gecos", tests, NULL, NULL);
}
