/* SPDX-License-Identifier: Apache-2.0 */
/* gecos_match and gecos_replace: two flavours that must agree, and bounds on both. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <pthread.h>

#include "mapping/pattern.h"
#include "mapping/pattern_priv.h"

static void test_replace_groups_written_in_place(void **state)
{
    static const struct {
        const char *pattern, *replacement, *text, *expected;
    } rows[] = {
        {"^([^/]+)/([^/]+)/([^/]+)", "$3/$1@MyRealm", "Test User/+15551234567/ibm.com",
         "ibm.com/Test User@MyRealm"},
        {"[a-z]+@[a-z.]+", "$0", "Ann <ann@example.com>", "ann@example.com"}, /* a search */
        {"^(a)(b)(c)(d)(e)(f)(g)(h)(i)$", "$9$8$7$6$5$4$3$2$1", "abcdefghi", "ihgfedcba"},
        {"(ann)", "$10", "ann", "ann0"}, /* one digit each */
        {"(ann)", "$$1-$$", "ann", "$1-$"},
        {"(ann)", "fixed", "ann", "fixed"},
        {"^(bob)?(ann)$", "<$1>$2", "ann", "<>ann"}, /* a group that took no part is empty */
        {"^x*(ann)", "$1", "ann", "ann"},
        {"^([^,]*),", "$1", "Zo\xc3\xab,x", "Zo\xc3\xab"},
        {"pcre:^(?<who>\\w+?)\\d", "$1", "ann7", "ann"},
        {"pcre:^(.{3})", "$1", "Zo\xc3\xab Lee", "Zo\xc3\xab"},  /* characters */
        {"posix:^(.{4})", "$1", "Zo\xc3\xab Lee", "Zo\xc3\xab"}, /* bytes */
        {"posix:(a|ab)(c|bcd)?", "$1,$2", "abcd", "a,bcd"},
        {"pcre:a|ab", "$0", "ab", "a"},
        {"posix:a|ab", "$0", "ab", "ab"}, /* the longest */
        {"posix:[[:alpha:]]+$", "$0", "7ann", "ann"},
        {"posix:^[]a]+[^]]$", "$0", "a]b", "a]b"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        if (cs_pattern_replace(rows[i].pattern, rows[i].replacement, rows[i].text, &out, &error) !=
            CS_OK)
            fail_msg("%s: %s", rows[i].pattern, error.text);
        assert_string_equal(out.text, rows[i].expected);
    }
}

/* Wrong for every text, so that the check finds it too. */
static void test_check_wrong_settings_refused(void **state)
{
    static const struct {
        const char *pattern, *replacement, *part;
    } rows[] = {
        {"", "x", "gecos_match is empty"},
        {"a", "", "gecos_replace is empty"},
        {"a\x1b", "x", "gecos_match is empty, is longer than 256 bytes, or contains control"},
        {"a\xff", "x", "gecos_match is empty, is longer than 256 bytes, or contains control"},
        {"a", "\xff", "gecos_replace is empty, is longer than 256 bytes, or contains control"},
        {"(a", "x", "not a regular expression (PCRE): missing closing parenthesis, at byte 3"},
        {"pcre:(a", "x", "not a regular expression (PCRE): missing closing parenthesis"},
        {"posix:(a", "x", "not a regular expression (POSIX): Unmatched ( or \\("},
        {"posix:", "x", "gecos_match has nothing after posix:"},
        {"pcre:", "x", "gecos_match has nothing after pcre:"},
        {"posix:b", "$1", "gecos_replace uses $1, but gecos_match has only 0 groups"},
        {"(?:a)", "x", "a valid regular expression for PCRE but not for POSIX (Invalid preceding"},
        {"a)", "x", "a valid regular expression for POSIX but not for PCRE (unmatched closing"},
        {"(?<x>a)", "x", "for PCRE but not for POSIX"},
        {"[(]\\(()", "$2", "gecos_replace uses $2, but gecos_match has only 1 groups"},
        {"[\\]()]", "x", "has 0 groups for PCRE and 1 for POSIX; put pcre: or posix:"},
        {"(a)", "$", "a $ must be followed by a digit"},
        {"(a)", "$a", "a $ must be followed by a digit"},
        {"(a)", "${1}", "a $ must be followed by a digit"},
        {"(a)", "$2", "gecos_replace uses $2, but gecos_match has only 1 groups"},
        {"pcre:\\C", "x", "using \\C is disabled"},
        {"pcre:()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()", "x",
         "more than 31 groups"},
        {"posix:()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()", "x",
         "more than 31 groups"},
        {"pcre:((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))", "x",
         "parentheses are too deeply nested"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_pattern_check(rows[i].pattern, rows[i].replacement, &error),
                         CS_ERR_CONFIG);
        assert_contains(error.text, rows[i].part);
        error.text[0] = '\0';
        assert_int_equal(
            cs_pattern_replace(rows[i].pattern, rows[i].replacement, "a", &out, &error),
            CS_ERR_CONFIG);
        assert_contains(error.text, rows[i].part);
    }
}

static void test_check_longest_texts_accepted(void **state)
{
    char longest[CS_PATTERN_BYTES + 2];

    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[CS_PATTERN_BYTES] = '\0';
    assert_int_equal(cs_pattern_check(longest, longest, NULL), CS_OK);
    longest[CS_PATTERN_BYTES] = 'a';
    longest[CS_PATTERN_BYTES + 1] = '\0';
    assert_int_equal(cs_pattern_check(longest, "x", NULL), CS_ERR_CONFIG);
    assert_int_equal(cs_pattern_check("x", longest, NULL), CS_ERR_CONFIG);
}

/* Valid in both flavours, but different for this text. */
static void test_replace_flavours_that_differ_refused(void **state)
{
    static const struct {
        const char *pattern, *text, *part;
    } rows[] = {
        {"\\d", "7", "matches this GECOS text for PCRE but not for POSIX; put pcre: or posix:"},
        {"\\d", "d", "matches this GECOS text for POSIX but not for PCRE; put pcre: or posix:"},
        {"a|ab", "ab", "differently for PCRE and for POSIX ($0); put pcre: or posix:"},
        {"^(a|ab)(c|bcd)", "abcd", NULL}, /* both must take the same branch */
        {"^(a|ab)(c|bcd)?", "abc", "differently for PCRE and for POSIX ($0)"},
        {"^a*?(a)a*$", "aaa", "differently for PCRE and for POSIX ($1)"}, /* the place counts */
        {"^(.)", "\xc3\xab", "differently for PCRE and for POSIX ($0)"},  /* character or byte */
        {"^.$", "\xc3\xab", "for PCRE but not for POSIX"},
        {"^(a*?)(a*)$", "aa", "differently for PCRE and for POSIX ($1)"},
        {".*", "\xc3\xab", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};
        enum cs_err err = cs_pattern_replace(rows[i].pattern, "x", rows[i].text, &out, &error);

        assert_int_equal(cs_pattern_check(rows[i].pattern, "x", NULL), CS_OK);
        assert_int_equal(err, rows[i].part ? CS_ERR_CONFIG : CS_OK);
        assert_contains(error.text, rows[i].part ? rows[i].part : "");
        assert_int_equal(out.length, rows[i].part ? 0 : 1);
    }
}

static void test_replace_without_match_refused(void **state)
{
    static const char *const patterns[] = {"^x", "pcre:^x", "posix:^x"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(patterns); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_pattern_replace(patterns[i], "x", "ann", &out, &error), CS_ERR_INPUT);
        assert_contains(error.text, "gecos_match does not match the GECOS text");
    }
}

static void test_replace_too_many_steps_refused(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_pattern_replace("pcre:^(a+)+$", "$0", "aaaaaaaaaaaaaaab", &out, &error),
                     CS_ERR_LIMIT);
    assert_contains(error.text, "gecos_match takes too many steps for this GECOS text");
}

static void test_posix_characters_do_not_follow_the_locale(void **state)
{
    locale_t utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0), before;
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    (void)state;
    if (utf8 == (locale_t)0)
        skip();
    before = uselocale(utf8);
    assert_int_equal(cs_pattern_replace("posix:^.{4}", "$0", "Zo\xc3\xab", &out, NULL), CS_OK);
    assert_ptr_equal(uselocale(before), utf8); /* and is left as it was */
    freelocale(utf8);
    assert_string_equal(out.text, "Zo\xc3\xab");
}

static void test_bounds_hostile_patterns_refused(void **state)
{
    static const struct {
        const char *pattern, *part;
    } rows[] = {
        {"a{256}", "numbers up to 255"},
        {"a{1,256}", "numbers up to 255"},
        {"a{256,}", "numbers up to 255"},
        {"a{2555}", "numbers up to 255"},
        {"a{4294967297}", "numbers up to 255"},
        {"a{,5}", "numbers up to 255"},
        {"a{", "numbers up to 255"},
        {"a{x}", "numbers up to 255"},
        {"a{1,2", "numbers up to 255"},
        {"(a{255}){255}", "written out"},
        {"((a{9}){9}){9}", "written out"},
        {"a{200}b{200}c{200}", "written out"},
        {"(a{200}|b{200}|c{200})", "written out"},
        {"[[:alpha:]]{255}[]x]{255}\\w{255}", "written out"},
        {"a{255}{255}", "written out"},
        {"(a+){255}", "written out"},
        {"((a?)?$){60}", "written out"},
        {"(a?\\b){40}", "written out"},
        {"(a?^|b?\\B){18}", "written out"},
        {"a????", "repetitions nested more than"},
        {"((a?)?){30,}", "of something that can be empty"},
        {"(a*)*", "of something that can be empty"},
        {"(a|b*)+", "of something that can be empty"},
        {"(|a)*", "of something that can be empty"},
        {"(a|)*", "of something that can be empty"},
        {"(a||b)*", "of something that can be empty"},
        {"(a*b?c{0,3}d{0})*", "of something that can be empty"},
        {"()*", "of something that can be empty"},
        {"(^)*", "of something that can be empty"},
        {"($)*", "of something that can be empty"},
        {"(\\b)*", "of something that can be empty"},
        {"(a*){0,3}{2,}", "of something that can be empty"},
        {"*a", "of something that can be empty"},
        {"((x(a?b)?y)?z)?", "repetitions nested more than"},
        {"(((((((((((((((((a)))))))))))))))))", "groups nested more than"},
        {"(a)\\1", "a back-reference"},
        {"a\\", "a backslash at the end"},
        {"[a", "a set without its ]"},
        {"[]", "a set without its ]"},
        {"[^]", "a set without its ]"},
        {"[[:alpha:]", "a set without its ]"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char posix[64];
        struct cs_error error = {0};

        assert_contains(cs_pattern_beyond_bounds(rows[i].pattern), rows[i].part);
        (void)snprintf(posix, sizeof posix, "posix:%s", rows[i].pattern);
        assert_int_equal(cs_pattern_check(posix, "x", &error), CS_ERR_CONFIG);
        assert_contains(error.text, rows[i].part);
        assert_int_equal(cs_pattern_check(rows[i].pattern, "x", NULL), CS_ERR_CONFIG);
    }
}

static void test_bounds_ordinary_patterns_accepted(void **state)
{
    static const char *const patterns[] = {
        "^([^/]+)/([^/]+)/([^/]+)",
        "a{255}",
        "a{0,255}",
        "a{255,}",
        "(([a-z]+\\.)+[a-z]+)?",
        "^(([^,]*,){3})([^,]+)$",
        "[]{9999}]",
        "[^]{9999}]",
        "[[:alpha:]{9999}]",
        "\\{9999}",
        "(a*b|[]]|\\.+)*",
        "(a?){9}",
        "(^|[ ,])x+([ ,]|$)",
        "(\\bx+\\b ?){3}",
        "^[^,]{1,200},[^,]{1,200}$",
        "(^a)*",
        "((a|)b)*",
        "((((((((((((((((a))))))))))))))))",
        "a|b|c",
        "\\.\\*",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(patterns); i++) {
        assert_null(cs_pattern_beyond_bounds(patterns[i]));
        assert_int_equal(cs_pattern_check(patterns[i], "x", NULL), CS_OK);
    }
}

/* The largest patterns within the bounds, over the longest text, on half the stack of a login. */
static void *run_largest(void *result)
{
    static const char *const patterns[] = {
        "posix:(a?){120}b",       "posix:((a?)?){60}b",   "posix:(()){100}",
        "posix:(a|){90}(b|){60}", "posix:(((a?)?)?){60}", "posix:((a+)+b?){60}",
        "posix:(a?\\b){12}b",
    };
    char text[1025];
    bool *good = result;

    *good = true;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < CS_ARRAY_SIZE(patterns); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        enum cs_err err = cs_pattern_replace(patterns[i], "$0", text, &out, NULL);

        *good = *good && (err == CS_OK || err == CS_ERR_INPUT || err == CS_ERR_CONFIG);
    }
    return NULL;
}

static void test_bounds_largest_patterns_fit_a_small_stack(void **state)
{
    pthread_attr_t attributes;
    pthread_t thread;
    bool good = false;

    (void)state;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, 128 * 1024), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run_largest, &good), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_attr_destroy(&attributes), 0);
    assert_true(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace_groups_written_in_place),
        cmocka_unit_test(test_check_wrong_settings_refused),
        cmocka_unit_test(test_check_longest_texts_accepted),
        cmocka_unit_test(test_replace_flavours_that_differ_refused),
        cmocka_unit_test(test_replace_without_match_refused),
        cmocka_unit_test(test_replace_too_many_steps_refused),
        cmocka_unit_test(test_posix_characters_do_not_follow_the_locale),
        cmocka_unit_test(test_bounds_hostile_patterns_refused),
        cmocka_unit_test(test_bounds_ordinary_patterns_accepted),
        cmocka_unit_test(test_bounds_largest_patterns_fit_a_small_stack),
    };

    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
