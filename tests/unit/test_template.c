/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "conversation/phrasebook.h"

/* A book of English with a login's values and, unless `own` is NULL, the administrator's prompt. */
struct english {
    struct cs_catalogue catalogue;
    struct cs_text_variant variant;
    struct cs_phrasebook book;
};

static void english(struct english *scene, const char *own)
{
    memset(scene, 0, sizeof *scene);
    cs_catalogue_english(&scene->catalogue);
    scene->book.catalogue = &scene->catalogue;
    cs_values_set(&scene->book.values, 'L', "3");
    cs_values_set(&scene->book.values, 'N', "3");
    if (own == NULL)
        return;
    scene->variant.text = (char *)(uintptr_t)own;
    scene->book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){&scene->variant, 1};
}

static void assert_said(enum cs_text key, const char *own, const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct english scene;

    english(&scene, own);
    cs_say(&scene.book, key, NULL, &out);
    assert_string_equal(out.text ? out.text : "", expected);
    assert_int_equal(out.length, strlen(expected)); /* no NUL crept in */
}

static void test_say_built_in_texts(void **state)
{
    (void)state;
    assert_said(CS_TEXT_OTP_PROMPT, NULL, "Verification code: ");
    assert_said(CS_TEXT_CODE_NOT_ACCEPTED, NULL, "That code was not accepted. Tries left: 3 \n");
    assert_said(CS_TEXT_RECOVERY_LEFT, NULL, "Recovery codes left: 3 \nPress Enter to continue: ");
}

static void test_say_and_render_own_text(void **state)
{
    static const char *const rows[][2] = {
        {"Code: ", "Code: "},
        {"", ""},
        {"100%%: ", "100%: "},
        {"%%%%", "%%"},
        {"%%L", "%L"},
        {"left %L: ", "left 3: "},
        {"[%C]", "[]"},
        {"a \\nb\\tc\\\\d", "a \nb\tc\\d"},
        {"a \nb\tc", "a \nb\tc"}, /* real ones are as good */
        {"\\\\n", "\\n"},
        {"%n%s%x", "%n%s%x"}, /* never a format */
        {"%5$s %*d", "%5$s %*d"},
        {"trailing %", "trailing %"},
        {"trailing \\", "trailing \\"},
        {"%", "%"},
        {"\\", "\\"},
        {"\\q%q", "\\q%q"},
        {"\\%L", "\\3"}, /* an unknown escape is a backslash and what follows */
        {"%\\t", "%\t"},
        {"%I%T", "%I%T"}, /* letters of other texts stay as they are */
        {"\xe6\x97\xa5%L\xc3\xb6", "\xe6\x97\xa5"
                                   "3\xc3\xb6"},
        {"%\xc3\xb6", "%\xc3\xb6"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct english scene;

        english(&scene, NULL);
        cs_template_render(&out, rows[i][0], cs_texts[CS_TEXT_OTP_PROMPT].substitutions,
                           &scene.book.values, false);
        assert_string_equal(out.text ? out.text : "", rows[i][1]);
        /* A prompt is never empty: the English text replaces it. */
        assert_said(CS_TEXT_OTP_PROMPT, rows[i][0],
                    rows[i][1][0] ? rows[i][1] : "Verification code: ");
    }
    assert_said(CS_TEXT_OTP_PROMPT, "%C", "Verification code: ");
}

static void test_render_values_cleaned_bounded_and_isolated(void **state)
{
    static const char hostile[] = "a\x1b[2J\u202e"
                                  "b\xff%L\\n\n";
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    CS_AUTO(cs_string_free) char *huge = malloc((1 << 20) + 1);
    struct cs_values values = {0};

    (void)state;
    cs_values_set(&values, 'U', hostile);
    cs_template_render(&out, "<%U>", "U", &values, false);
    assert_string_equal(out.text, "<a?[2J?b?%L\\n?>");
    cs_buffer_free(&out);
    memset(huge, 'x', 1 << 20);
    huge[1 << 20] = '\0';
    cs_values_set(&values, 'U', huge);
    cs_template_render(&out, "%U", "U", &values, true);
    assert_int_equal(out.length, 3 + CS_VALUE_COLUMNS + 3 + 3);
    assert_memory_equal(out.text, "\u2068xxx", 6);
    assert_string_equal(out.text + out.length - 7, "x...\u2069");
}

/* Whatever the administrator's prompt, a whole prompt has at most 500 bytes. */
static void test_say_prompt_own_text_never_beyond_the_limit(void **state)
{
    static const enum cs_text keys[] = {CS_TEXT_CODE_NOT_ACCEPTED, CS_TEXT_OTP_PROMPT};
    CS_AUTO(cs_buffer_free) struct cs_buffer own = {0};
    struct cs_error error = {0};
    bool fell_back = false;

    (void)state;
    do {
        CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
        struct english scene;

        cs_buffer_text(&own, own.length % 72 == 70 ? "\\n" : "x");
        english(&scene, own.text);
        cs_say_prompt(&scene.book, keys, 2, NULL, &prompt);
        assert_uint_in_range(prompt.length, 1, CS_PROMPT_BYTES);
        fell_back = fell_back || strncmp(prompt.text, "That code", 9) != 0;
    } while (cs_template_check(CS_TEXT_OTP_PROMPT, own.text, &error) == CS_OK);
    assert_true(own.length > CS_TEMPLATE_BYTES_MAX);
    assert_true(fell_back);
}

static void assert_checked(const char *own, const char *refusal)
{
    struct cs_error error = {0};
    enum cs_err result = cs_template_check(CS_TEXT_OTP_PROMPT, own, &error);

    if (result != (refusal ? CS_ERR_CONFIG : CS_OK))
        fail_msg("'%s': result %d: %s", own, (int)result, error.text);
    if (refusal != NULL)
        assert_contains(error.text, refusal);
}

static void test_check_column_limit_exact(void **state)
{
    char line[400];

    (void)state;
    memset(line, 'x', sizeof line);
    line[CS_PROMPT_COLUMNS] = '\0';
    assert_checked(line, NULL);
    memcpy(line + CS_PROMPT_COLUMNS, "\\nxxxx", 7);
    assert_checked(line, NULL);
    memcpy(line + CS_PROMPT_COLUMNS, "y", 2);
    assert_checked(line, "longer than 77 columns");
    memcpy(line, "ok\\n", 4); /* the second line is too long, not the first */
    memset(line + 4, 'x', 78);
    line[82] = '\0';
    assert_checked(line, "longer than 77 columns");
    for (size_t i = 0; i < CS_PROMPT_COLUMNS; i++) /* columns, not bytes */
        memcpy(line + 2 * i, "\xc3\xb6", 3);
    assert_checked(line, NULL);
}

static void test_check_bad_texts_refused(void **state)
{
    static const char *const rows[][2] = {
        {"", "the text is empty"},
        {"\x1b[1m", "control characters"},
        {"a\rb", "control characters"},
        {"\xff", "not UTF-8"},
        {"\xe2\x80\xae", "control characters"},
    };
    static char longest[CS_TEMPLATE_BYTES_MAX + 2];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_checked(rows[i][0], rows[i][1]);
    assert_checked("%n%s", NULL);
    assert_checked("\\n", NULL);
    assert_checked("\u200f(1)\u200e \u061c", NULL); /* marks have no reach */
    assert_checked("%", NULL);
    assert_checked("%C", NULL); /* empty only where there is no value: cs_say falls back */
    for (size_t i = 0; i + 2 < sizeof longest; i += 2)
        memcpy(longest + i, i % 70 ? "xx" : "\\n", 2);
    assert_checked(longest, NULL);
    longest[CS_TEMPLATE_BYTES_MAX] = 'x';
    assert_checked(longest, "at most 500");
}

static void test_check_letters(void **state)
{
    static const struct {
        enum cs_text key;
        const char *text, *refusal;
    } rows[] = {
        {CS_TEXT_OTP_PROMPT, "%U %H %S %R %C %L %N %D %%: ", NULL},
        {CS_TEXT_OTP_PROMPT, "%%n", NULL},
        {CS_TEXT_OTP_PROMPT, "", NULL},
        {CS_TEXT_OTP_PROMPT, "%n", "%n does not apply"},
        {CS_TEXT_OTP_PROMPT, "%%%s", "%s does not apply"},
        {CS_TEXT_OTP_PROMPT, "%I", "%I does not apply"},
        {CS_TEXT_OTP_PROMPT, "ok %%%", "single %"},
        {CS_TEXT_OTP_PROMPT, "%", "single %"},
        {CS_TEXT_CHOICE_END, "%T", NULL},
        {CS_TEXT_CHOICE_END, "%C", "%C does not apply"},
        {CS_TEXT_SMS, "%I%N%T", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};
        enum cs_err result = cs_template_check_letters(rows[i].key, rows[i].text, &error);

        if (result != (rows[i].refusal ? CS_ERR_CONFIG : CS_OK))
            fail_msg("'%s': result %d: %s", rows[i].text, (int)result, error.text);
        if (rows[i].refusal != NULL)
            assert_contains(error.text, rows[i].refusal);
    }
}

static void test_check_translation(void **state)
{
    static const struct {
        enum cs_text key;
        const char *text, *refusal;
    } rows[] = {
        {CS_TEXT_CODE_NOT_ACCEPTED, "Non. Essais : %L\n", NULL},
        {CS_TEXT_CODE_NOT_ACCEPTED, "Non. Essais : %L", "ending differs"},
        {CS_TEXT_CODE_NOT_ACCEPTED, "Non. Essais : %%L\n", "%L is missing"},
        {CS_TEXT_CODE_NOT_ACCEPTED, "Non. Essais : %L%N\n", "%N does not apply"},
        {CS_TEXT_OTP_PROMPT, "Code : ", NULL},
        {CS_TEXT_OTP_PROMPT, "Code :", "ending differs"},
        {CS_TEXT_OTP_PROMPT, "Code: \n", "ending differs"},
        {CS_TEXT_OTP_PROMPT, "\x1b]0;x\a: ", "control characters"},
        {CS_TEXT_OTP_PROMPT, "\u202e: ", "control characters"},
        {CS_TEXT_DEVICE_NUMBER, "%C %D", NULL},
        {CS_TEXT_DEVICE_NUMBER, "%D", "%C is missing"},
        {CS_TEXT_DEVICE_NUMBER, "%C %D: ", "ending differs"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};
        enum cs_err result = cs_template_check_translation(rows[i].key, rows[i].text, &error);

        if ((result == CS_OK) != (rows[i].refusal == NULL))
            fail_msg("'%s': result %d: %s", rows[i].text, (int)result, error.text);
        if (rows[i].refusal != NULL)
            assert_contains(error.text, rows[i].refusal);
    }
    for (size_t key = 0; key < CS_TEXTS; key++) /* English is a translation of itself */
        assert_int_equal(
            cs_template_check_translation((enum cs_text)key, cs_texts[key].english, NULL), CS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_say_built_in_texts),
        cmocka_unit_test(test_say_and_render_own_text),
        cmocka_unit_test(test_render_values_cleaned_bounded_and_isolated),
        cmocka_unit_test(test_say_prompt_own_text_never_beyond_the_limit),
        cmocka_unit_test(test_check_column_limit_exact),
        cmocka_unit_test(test_check_bad_texts_refused),
        cmocka_unit_test(test_check_letters),
        cmocka_unit_test(test_check_translation),
    };

    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
