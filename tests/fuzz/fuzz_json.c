/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader and writer. The first byte chooses the mode. Whatever is read is walked, written
 * and read again strictly; it must be the same document.
 */
#include "tests/fuzz/fuzz.h"
#include "json/json.h"
#include "json/write.h"

static struct cs_json *read_again(const char *text, size_t length, enum cs_json_mode mode)
{
    struct cs_json *document = NULL;
    struct cs_error error = {0};

    if (cs_json_parse("again", text, length, mode, &document, &error) != CS_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        abort();
    }
    return document;
}

/* Document order is text order: every value starts after those seen before. */
static void check_order(const struct cs_json *document, const struct cs_json_value *value,
                        unsigned *line, unsigned *column)
{
    unsigned places[2][2];

    cs_json_key_position(document, value, &places[0][0], &places[0][1]);
    cs_json_position(document, value, &places[1][0], &places[1][1]);
    for (size_t i = cs_json_key(value) != NULL ? 0 : 1; i < 2; i++) {
        REQUIRE(places[i][0] > *line || (places[i][0] == *line && places[i][1] > *column));
        *line = places[i][0];
        *column = places[i][1];
    }
}

static void copy(struct cs_json_writer *writer, const struct cs_json *document,
                 const struct cs_json_value *value, unsigned *line, unsigned *column)
{
    const char *key = cs_json_key(value);
    enum cs_json_type type = cs_json_type(value);
    size_t count = 0;
    size_t length = 0;
    int64_t number = 0;
    bool flag = false;

    check_order(document, value, line, column);
    switch (type) {
    case CS_JSON_NULL:
        cs_json_write_null(writer, key);
        break;
    case CS_JSON_BOOL:
        REQUIRE(cs_json_bool(value, &flag));
        cs_json_write_bool(writer, key, flag);
        break;
    case CS_JSON_NUMBER:
        (void)cs_json_integer(value, &number);
        cs_json_write_integer(writer, key, number);
        break;
    case CS_JSON_STRING:
        REQUIRE(cs_json_string(value, &length) != NULL);
        cs_json_write_bytes(writer, key, cs_json_string(value, NULL), length);
        break;
    case CS_JSON_ARRAY:
    case CS_JSON_OBJECT:
        if (type == CS_JSON_ARRAY)
            cs_json_write_array(writer, key);
        else
            cs_json_write_object(writer, key);
        for (const struct cs_json_value *child = cs_json_first(value); child != NULL;
             child = cs_json_next(child), count++) {
            REQUIRE((cs_json_key(child) != NULL) == (type == CS_JSON_OBJECT));
            REQUIRE(type == CS_JSON_ARRAY || cs_json_get(value, cs_json_key(child)) == child);
            copy(writer, document, child, line, column);
        }
        REQUIRE(count == cs_json_count(value));
        cs_json_write_end(writer);
        break;
    default:
        REQUIRE(type != CS_JSON_NONE);
    }
}

static void compare(const struct cs_json_value *a, const struct cs_json_value *b)
{
    bool flags[2] = {false, false};
    int64_t numbers[2] = {0, 0};

    REQUIRE(cs_json_type(a) == cs_json_type(b));
    REQUIRE(cs_json_count(a) == cs_json_count(b));
    REQUIRE((cs_json_key(a) == NULL) == (cs_json_key(b) == NULL));
    REQUIRE(cs_json_key(a) == NULL || strcmp(cs_json_key(a), cs_json_key(b)) == 0);
    if (cs_json_type(a) == CS_JSON_STRING)
        REQUIRE(strcmp(cs_json_string(a, NULL), cs_json_string(b, NULL)) == 0);
    REQUIRE(cs_json_bool(a, &flags[0]) == cs_json_bool(b, &flags[1]));
    REQUIRE(flags[0] == flags[1]);
    /* Numbers that are not integers were written as 0. */
    (void)cs_json_integer(a, &numbers[0]);
    REQUIRE(cs_json_integer(b, &numbers[1]) == (cs_json_type(b) == CS_JSON_NUMBER));
    REQUIRE(numbers[0] == numbers[1]);
    a = cs_json_first(a);
    b = cs_json_first(b);
    for (; a != NULL && b != NULL; a = cs_json_next(a), b = cs_json_next(b))
        compare(a, b);
    REQUIRE(a == NULL && b == NULL);
}

static void check_document(const struct cs_json *document)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    unsigned line = 0;
    unsigned column = 0;

    copy(writer, document, cs_json_root(document), &line, &column);
    for (int layout = CS_JSON_COMPACT; layout <= CS_JSON_FORMATTED; layout++) {
        CS_AUTO(cs_secret_free) struct cs_secret text = {0};
        CS_AUTO(cs_json_free) struct cs_json *again = NULL;
        struct cs_error error = {0};

        REQUIRE(cs_json_print(writer, (enum cs_json_layout)layout, &text, &error) == CS_OK);
        /* Escapes can make a text outgrow the limit of the reader; that is not the writer's fault.
         */
        if (text.length > CS_JSON_TEXT_MAX)
            continue;
        again = read_again(text.data, text.length, CS_JSON_STRICT);
        compare(cs_json_root(document), cs_json_root(again));
    }
}

/* One line that starts with NAME:LINE:COLUMN: and has no terminal control bytes. */
static void check_refusal(enum cs_err result, enum cs_json_mode mode, const struct cs_error *error)
{
    unsigned line = 0;
    unsigned column = 0;

    REQUIRE(result == (mode == CS_JSON_STRICT ? CS_ERR_INPUT : CS_ERR_CONFIG));
    REQUIRE(result == error->code);
    REQUIRE(sscanf(error->text, "fuzz:%u:%u: ", &line, &column) == 2);
    REQUIRE(line > 0 && column > 0);
    REQUIRE(strstr(error->text, "; expected ") != NULL);
    /* Compares the whole line, because a quoted key may contain the same words. */
    REQUIRE(strcmp(error->text, "fuzz:1:1: read in two ways; expected plain JSON") != 0);
    for (const char *byte = error->text; *byte != '\0'; byte++)
        REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    struct cs_error error = {0};
    enum cs_json_mode mode;
    const char *text;
    enum cs_err result;

    if (size == 0)
        return 0;
    mode = data[0] & 1 ? CS_JSON_TOLERANT : CS_JSON_STRICT;
    text = (const char *)data + 1;
    result = cs_json_parse("fuzz", text, size - 1, mode, &document, &error);
    if (result != CS_OK) {
        REQUIRE(document == NULL);
        check_refusal(result, mode, &error);
        return 0;
    }
    check_document(document);
    if (mode == CS_JSON_STRICT) {
        /* Tolerant reading only ever accepts more. */
        CS_AUTO(cs_json_free)
        struct cs_json *tolerant = read_again(text, size - 1, CS_JSON_TOLERANT);

        check_document(tolerant);
    }
    return 0;
}
