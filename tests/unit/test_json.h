/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the tests of json/. Include it first. */
#ifndef CS_TESTS_UNIT_TEST_JSON_H
#define CS_TESTS_UNIT_TEST_JSON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "json/json.h"

/* Text with its length, so that it may hold a NUL. */
#define TEXT(literal) (literal), sizeof(literal) - 1

/* cmocka's string comparison needs a text; a missing string fails the test. */
static inline const char *text_of(const struct cs_json_value *value)
{
    const char *text = cs_json_string(value, NULL);

    assert_non_null(text);
    return text;
}

static inline struct cs_json *parse(const char *text, enum cs_json_mode mode)
{
    struct cs_json *document = NULL;
    struct cs_error error = {0};

    if (cs_json_parse("t.json", text, strlen(text), mode, &document, &error) != CS_OK)
        fail_msg("%s: refused: %s", text, error.text);
    assert_non_null(document);
    return document;
}

static inline void assert_refused(const char *text, size_t length, enum cs_json_mode mode,
                                  const char *expected)
{
    struct cs_json *document = NULL;
    struct cs_error error = {0};
    enum cs_err wanted = mode == CS_JSON_STRICT ? CS_ERR_INPUT : CS_ERR_CONFIG;
    enum cs_err result = cs_json_parse("t.json", text, length, mode, &document, &error);

    if (result == CS_OK)
        fail_msg("%s: accepted; expected %s", text, expected);
    assert_string_equal(error.text, expected);
    assert_int_equal(result, wanted);
    assert_int_equal(error.code, wanted);
    assert_null(document);
}

#endif
