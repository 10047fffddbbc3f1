/* SPDX-License-Identifier: Apache-2.0 */
/* The engine itself, on a table of its own. */
#include "tests/unit/unit.h"

#include "settings/member.h"

enum { PAM = CS_FROM_PAM, SECTION = CS_FROM_SECTION };

struct sample {
    bool flag;
    unsigned number, choice;
    int64_t size;
    const char *name, *list, *path, *string, *kept, *secret, *checked;
    size_t stored; /* by the row itself: the length of the value */
};

static const char *name_at(size_t row)
{
    static const char *const names[] = {"one", "two"};

    return row < CS_ARRAY_SIZE(names) ? names[row] : NULL;
}

static const char *other_name(const char *value)
{
    return strcmp(value, "zwei") == 0 ? "two" : NULL;
}

static enum cs_err even_length(const struct cs_setting *row, const char *value,
                               struct cs_error *error)
{
    (void)row;
    return strlen(value) % 2 == 0 ? CS_OK : cs_fail(error, CS_ERR_INPUT, "'%s' is odd", value);
}

static void store_length(const struct cs_setting *row, const char *value, void *target)
{
    (void)row;
    ((struct sample *)target)->stored = strlen(value);
}

#define AT(member) offsetof(struct sample, member)

static const struct cs_setting_mistake mistakes[] = {{"eins", "one"}, {0}};

static const struct cs_setting rows[] = {
    {.name = "flag",
     .inverse = "no-flag",
     .type = CS_SETTING_FLAG,
     .where = PAM | SECTION,
     .offset = AT(flag),
     .fallback = "no"},
    {.name = "number",
     .alias = "count",
     .type = CS_SETTING_NUMBER,
     .where = PAM | SECTION,
     .offset = AT(number),
     .fallback = "3",
     .ibm = "4",
     .min = 2,
     .max = 5},
    {.name = "choice",
     .type = CS_SETTING_CHOICE,
     .where = SECTION,
     .offset = AT(choice),
     .fallback = "blue",
     .values = {"red", "blue"}},
    {.name = "size",
     .type = CS_SETTING_SIZE,
     .where = SECTION,
     .offset = AT(size),
     .by_login = true,
     .max = CS_SETTING_UNBOUNDED},
    {.name = "name",
     .type = CS_SETTING_NAME,
     .where = SECTION,
     .offset = AT(name),
     .name_of = name_at,
     .other_name = other_name,
     .mistakes = mistakes},
    {.name = "list", .type = CS_SETTING_LIST, .where = SECTION, .offset = AT(list)},
    {.name = "path",
     .type = CS_SETTING_PATH,
     .where = SECTION,
     .offset = AT(path),
     .empty = CS_EMPTY_UNSET},
    {.name = "string",
     .type = CS_SETTING_STRING,
     .where = SECTION,
     .offset = AT(string),
     .by_login = true,
     .max = 10},
    {.name = "kept",
     .type = CS_SETTING_STRING,
     .where = SECTION,
     .offset = AT(kept),
     .empty = CS_EMPTY_KEPT,
     .secrecy = CS_SECRECY_PASSWORD},
    {.name = "secret",
     .type = CS_SETTING_STRING,
     .where = SECTION,
     .offset = AT(secret),
     .secrecy = CS_SECRECY_ALWAYS},
    {.name = "checked",
     .type = CS_SETTING_STRING,
     .where = SECTION,
     .offset = AT(checked),
     .check = even_length},
    {.name = "stored",
     .type = CS_SETTING_STRING,
     .where = SECTION,
     .offset = AT(stored),
     .check = even_length,
     .store = store_length},
    {.name = "judged",
     .type = CS_SETTING_NUMBER,
     .where = SECTION,
     .offset = CS_SETTING_NOT_STORED,
     .max = 1},
    {0},
};

enum { ROWS = CS_ARRAY_SIZE(rows) - 1 };

static const struct cs_setting *row_of(const char *name)
{
    const struct cs_setting *row = cs_setting_find(rows, ~0U, name, strlen(name), NULL);

    assert_non_null(row);
    return row;
}

/* ---- words ---- */

static void test_find_by_every_name_where_it_may_stand(void **state)
{
    bool inverted = true;

    (void)state;
    assert_ptr_equal(cs_setting_find(rows, PAM, "count=1", 5, &inverted), &rows[1]);
    assert_false(inverted);
    assert_ptr_equal(cs_setting_find(rows, PAM, "no_flag", 7, &inverted), &rows[0]);
    assert_true(inverted);
    assert_null(cs_setting_find(rows, PAM, "choice", 6, NULL));
    assert_null(cs_setting_find(rows, SECTION, "Choice", 6, NULL));
    assert_null(cs_setting_find(rows, SECTION, "", 0, NULL));
}

static void test_defaults_by_profile(void **state)
{
    struct sample own = {0}, ibm = {0};

    (void)state;
    cs_settings_defaults(rows, CS_PROFILE_OWN, &own);
    cs_settings_defaults(rows, CS_PROFILE_IBM, &ibm);
    assert_int_equal(own.number, 3);
    assert_int_equal(ibm.number, 4);
    assert_int_equal(own.choice, 1);
    assert_int_equal(ibm.choice, 1);
    assert_null(own.string);
}

static void test_words_become_values(void **state)
{
    static const char *const words[][2] = {
        {"flag", ""},     {"number", "5"}, {"choice", "red"}, {"size", "9007199254740993"},
        {"name", "zwei"}, {"list", "a,b"}, {"path", "/p"},    {"string", "text"},
        {"kept", ""},     {"secret", "s"}, {"checked", "ab"}, {"stored", "abcd"},
        {"judged", "1"},
    };
    struct sample sample = {.choice = 1};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++)
        assert_int_equal(cs_setting_set(row_of(words[i][0]), words[i][1], &sample, NULL), CS_OK);
    assert_true(sample.flag);
    assert_int_equal(sample.number, 5);
    assert_int_equal(sample.choice, 0);
    assert_true(sample.size == 9007199254740993);
    assert_ptr_equal(sample.name, name_at(1)); /* the registry's own */
    assert_ptr_equal(sample.list, words[5][1]);
    assert_string_equal(sample.path, "/p");
    assert_string_equal(sample.string, "text");
    assert_string_equal(sample.kept, "");
    assert_string_equal(sample.checked, "ab");
    assert_int_equal(sample.stored, 4);
    cs_setting_invert(row_of("flag"), &sample);
    assert_false(sample.flag);
    assert_int_equal(cs_setting_set(row_of("path"), "", &sample, NULL), CS_OK);
    assert_null(sample.path);
}

static void test_bad_words_refused_and_nothing_is_set(void **state)
{
    static const struct {
        const char *row, *word, *error;
    } refused[] = {
        {"flag", "YES", "flag: 'YES' is neither yes nor no"},
        {"number", "6", "number: '6' is not a number from 2 to 5"},
        {"number", "", "number: '' is not a number from 2 to 5"},
        {"size", "-1", "size: '-1' is not a number from 0 on"},
        {"size", "9223372036854775808", "size: '9223372036854775808' is not a number from 0 on"},
        {"choice", "green", "choice: 'green' is not one of: red, blue"},
        {"choice", "bleu", "choice: 'bleu' is none of its values; it means 'blue'"},
        {"choice", "", "choice: '' is not one of: red, blue"},
        {"name", "Eins", "name: 'Eins' is none of its values; it means 'one'"},
        {"path", "x", "path: an absolute path expected"},
        {"path", "/\n", "path: at most 1000 bytes without control characters expected"},
        {"string", "", "string: is empty; 1 to 10 bytes expected, or leave it out"},
        {"string", "elevenbytes", "string: 1 to 10 bytes without control characters expected"},
        {"kept", "\n", "kept: at most 1000 bytes without control characters expected"},
        {"secret", "hush\n", "secret: 1 to 1000 bytes without control characters expected"},
        {"checked", "odd", "checked: 'odd' is odd"},
        {"stored", "odd", "stored: 'odd' is odd"},
        {"judged", "2", "judged: '2' is not a number from 0 to 1"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(refused); i++) {
        struct sample sample = {0};
        const struct sample untouched = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_setting_set(row_of(refused[i].row), refused[i].word, &sample, &error),
                         CS_ERR_CONFIG);
        assert_memory_equal(&sample, &untouched, sizeof sample);
        assert_string_equal(error.text, refused[i].error);
    }
}

static void test_secrets_are_told(void **state)
{
    (void)state;
    assert_true(cs_setting_hides(row_of("secret"), "x"));
    assert_true(cs_setting_hides(row_of("kept"), "http://user:word@proxy"));
    assert_false(cs_setting_hides(row_of("kept"), "http://proxy"));
    assert_false(cs_setting_hides(row_of("string"), "a@b"));
}

/* ---- JSON ---- */

static enum cs_err read_member(const char *text, enum cs_member_mode mode, struct cs_buffer *out,
                               struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *member;

    assert_int_equal(
        cs_json_parse("s.json", text, strlen(text), CS_JSON_TOLERANT, &document, error), CS_OK);
    member = cs_json_first(cs_json_root(document));
    return cs_setting_read(row_of(cs_json_key(member)), document, member, mode, out, error);
}

static void test_members_become_words(void **state)
{
    static const struct {
        const char *text, *strict, *tolerant; /* NULL: refused */
    } read[] = {
        {"{\"flag\": true}", "yes", "yes"},
        {"{\"flag\": \"TRUE\"}", NULL, "yes"},
        {"{\"flag\": \"n\"}", NULL, "no"},
        {"{\"flag\": \"\"}", NULL, "no"},
        {"{\"flag\": \"maybe\"}", NULL, NULL},
        {"{\"flag\": \"truetruetrue\"}", NULL, NULL},
        {"{\"flag\": 1}", NULL, NULL},
        {"{\"number\": 4}", "4", "4"},
        {"{\"count\": 4}", "4", "4"},
        {"{\"number\": \"4\"}", NULL, "4"},
        {"{\"number\": \"four\"}", NULL, NULL},
        {"{\"number\": 2.5}", NULL, NULL},
        {"{\"number\": 6}", NULL, NULL},
        {"{\"choice\": \"red\"}", "red", "red"},
        {"{\"choice\": 0}", NULL, NULL},
        {"{\"list\": \"a,b\"}", "a,b", "a,b"},
        {"{\"list\": [\"a\", \"b\"]}", "a,b", "a,b"},
        {"{\"list\": [\"a,b\"]}", NULL, NULL},
        {"{\"list\": [1]}", NULL, NULL},
        {"{\"list\": []}", NULL, NULL},
        {"{\"path\": \"\"}", "", ""},
        {"{\"path\": {}}", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(read); i++) {
        for (int tolerant = 0; tolerant < 2; tolerant++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
            const char *expected = tolerant ? read[i].tolerant : read[i].strict;
            struct cs_error error = {0};
            enum cs_err result = read_member(
                read[i].text, tolerant ? CS_MEMBER_TOLERANT : CS_MEMBER_STRICT, &out, &error);

            if (result != (expected ? CS_OK : CS_ERR_CONFIG))
                fail_msg("%s: %d %s", read[i].text, (int)result, error.text);
            if (expected != NULL)
                assert_string_equal(out.text, expected);
            else
                assert_memory_equal(error.text, "s.json:1:", 9);
        }
    }
}

/* A secret never stands in what is said of it, whatever is wrong. */
static void test_secrets_are_never_quoted(void **state)
{
    static const char *const texts[] = {"{\"secret\": \"hush\\nhush\"}",
                                        "{\"kept\": \"http://u:hush@\\u001b\"}",
                                        "{\"secret\": [\"hush\"]}"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        assert_int_equal(read_member(texts[i], CS_MEMBER_TOLERANT, &out, &error), CS_ERR_CONFIG);
        assert_null(strstr(error.text, "hush"));
    }
}

/* ---- structs ---- */

static const struct sample full = {.flag = true,
                                   .number = 5,
                                   .choice = 1,
                                   .size = 7,
                                   .name = "one",
                                   .list = "a,b",
                                   .path = "/p",
                                   .string = "text",
                                   .kept = "",
                                   .secret = "s",
                                   .checked = "ab"};

static void test_copy_owns_its_texts(void **state)
{
    struct sample copy, empty = {0};

    (void)state;
    assert_true(cs_settings_copy(rows, &full, &copy, sizeof copy));
    assert_true(cs_settings_equal(rows, &full, &copy));
    assert_ptr_not_equal(copy.path, full.path);
    assert_ptr_not_equal(copy.secret, full.secret);
    assert_int_equal(copy.number, 5);
    /* Each login has its own. */
    assert_null(copy.string);
    assert_int_equal(copy.size, 0);
    cs_settings_clear(rows, &copy, sizeof copy);
    assert_memory_equal(&copy, &empty, sizeof copy);
}

/* Each member makes a difference, except what each login has of its own. */
static void test_equal_looks_at_every_member(void **state)
{
    const struct sample different = {.number = 4,
                                     .size = 8,
                                     .name = "two",
                                     .list = "a,c",
                                     .path = "/q",
                                     .string = "tax",
                                     .kept = NULL,
                                     .secret = "t",
                                     .checked = "abc"};

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct sample changed = full;
        size_t size = sizeof(const char *);

        if (rows[i].offset == CS_SETTING_NOT_STORED || rows[i].store != NULL)
            continue;
        if (rows[i].type == CS_SETTING_FLAG)
            size = sizeof(bool);
        else if (rows[i].type == CS_SETTING_NUMBER || rows[i].type == CS_SETTING_CHOICE)
            size = sizeof(unsigned);
        memcpy((char *)&changed + rows[i].offset, (const char *)&different + rows[i].offset, size);
        if (cs_settings_equal(rows, &full, &changed) != rows[i].by_login)
            fail_msg("%s makes %s difference", rows[i].name, rows[i].by_login ? "a" : "no");
    }
    assert_true(cs_settings_equal(rows, &full, &full));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_by_every_name_where_it_may_stand),
        cmocka_unit_test(test_defaults_by_profile),
        cmocka_unit_test(test_words_become_values),
        cmocka_unit_test(test_bad_words_refused_and_nothing_is_set),
        cmocka_unit_test(test_secrets_are_told),
        cmocka_unit_test(test_members_become_words),
        cmocka_unit_test(test_secrets_are_never_quoted),
        cmocka_unit_test(test_copy_owns_its_texts),
        cmocka_unit_test(test_equal_looks_at_every_member),
    };

    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
