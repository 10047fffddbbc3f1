/* SPDX-License-Identifier: Apache-2.0 */
/* How ssh's prompts are classified, and where the host comes from. */
#include "tests/unit/unit.h"

#include "touch/prompt.h"

#define REQUEST "U2F1.abcdefghijklmnopqrstuvwxyz"

static void check(const char *text, const char *hint, enum cs_touch_kind kind, const char *host)
{
    struct cs_touch_prompt prompt;

    cs_touch_read_prompt(text, hint, &prompt);
    if (prompt.kind != kind || strcmp(prompt.host, host) != 0)
        fail_msg("'%s': kind %d, host '%s'", text, (int)prompt.kind, prompt.host);
    assert_int_equal(prompt.request != NULL, kind == CS_TOUCH_RELAY);
}

static void requests_are_recognised(void **state)
{
    struct cs_touch_prompt prompt;

    (void)state;
    check("(alice@host) Touch: " REQUEST, NULL, CS_TOUCH_RELAY, "host");
    check("(alice@host) Touch:\n" REQUEST "\n: ", NULL, CS_TOUCH_RELAY, "host");
    check("(alice@host) " REQUEST, "", CS_TOUCH_RELAY, "host");
    check(REQUEST, NULL, CS_TOUCH_RELAY, "");
    check("(alice@host) XU2F1.abc", NULL, CS_TOUCH_SECRET, "");
    cs_touch_read_prompt("(alice@host) Touch: " REQUEST " : ", NULL, &prompt);
    assert_int_equal(prompt.request_length, strlen(REQUEST));
}

static void the_host_is_that_of_the_prefix(void **state)
{
    (void)state;
    check("(alice@host.example) " REQUEST " : ", NULL, CS_TOUCH_RELAY, "host.example");
    check("(a@b@host) " REQUEST, NULL, CS_TOUCH_RELAY, "host");
    check("(a@b)@host) " REQUEST, NULL, CS_TOUCH_RELAY, "host");
    check("(alice@host) alice@corp, touch (again): " REQUEST, NULL, CS_TOUCH_RELAY, "host");
    check("(alice@fe80::1%eth0) " REQUEST, NULL, CS_TOUCH_RELAY, "fe80::1%eth0");
    check("(alice@[::1]:22) " REQUEST, NULL, CS_TOUCH_RELAY, "[::1]:22");
}

static void nobody_is_asked_for_the_host_of_another_question(void **state)
{
    (void)state;
    check("(alice@host) Password: ", NULL, CS_TOUCH_SECRET, "");
    check("(alice@host) See a@mail.example) x", NULL, CS_TOUCH_SECRET, "");
}

static void assert_doubtful(const char *text)
{
    struct cs_touch_prompt prompt;

    check(text, NULL, CS_TOUCH_RELAY, "");
    cs_touch_read_prompt(text, NULL, &prompt);
    if (!prompt.doubtful)
        fail_msg("'%s' is not doubtful", text);
}

/* A link can bring a user name with ") " in it, a server can write a second prefix: neither the
 * first host nor the last is safe. */
static void a_user_name_does_not_choose_the_host(void **state)
{
    (void)state;
    assert_doubtful("(x@127.0.0.1) y@evil.example) Touch: " REQUEST);
    assert_doubtful("(x@bank.example) @evil.example) Touch: " REQUEST);
    assert_doubtful("(x@bank.example) y@evil.example) " REQUEST);
    assert_doubtful("(alice@host) (alice@other) Touch: " REQUEST);
    /* the request may also be in the user name */
    assert_doubtful("(x@bank.example) " REQUEST " y@evil.example) Touch: U2F1.other");
    assert_doubtful("(x@bank.example) " REQUEST " y@evil.example) Touch: ");
    /* ssh's host need not be one that could be signed */
    assert_doubtful("(x@bank.example) y@evil!) Touch: " REQUEST);
    assert_doubtful("(x@bank.example) y@evil)) Touch: " REQUEST);
    assert_doubtful("(x@bank.example) y@\xc3\xa4.example) Touch: " REQUEST);
}

/* ssh's own questions have no prefix, but the user name in front of them may look like one. */
static void a_question_of_ssh_itself_does_not_choose_the_host(void **state)
{
    (void)state;
    assert_doubtful("(x@bank.example) " REQUEST " z@evil.example's password: ");
    assert_doubtful("(x@bank.example) " REQUEST "@evil.example's password: ");
    assert_doubtful("(x@bank.example) " REQUEST ".evil.example's password: ");
}

/* Names in the DNS may hold any byte, and a wildcard answers for all. */
static void a_host_name_does_not_choose_the_host(void **state)
{
    (void)state;
    assert_doubtful("(alice@bank.example) x.evil.example) Touch: " REQUEST);
    assert_doubtful("(alice@bank.example) ) Touch: " REQUEST);
    assert_doubtful("(alice@bank.example) " REQUEST ".evil.example) Touch: U2F1.other");
    assert_doubtful("(alice@bank.example) " REQUEST ".evil.example) ");
}

static void what_is_no_prefix_gives_no_host(void **state)
{
    static const char *const texts[] = {"",
                                        "(",
                                        "() ",
                                        "(@host) ",
                                        " (alice@host) ",
                                        "(alice@host)\n",
                                        "(alice) ",
                                        "(alice@) ",
                                        "(a@b c) ",
                                        "(a@b/c) ",
                                        "alice@host ",
                                        "x (alice@host) ",
                                        "(a@b\tc) ",
                                        "(a@\xc3\xa4) ",
                                        "(a@b\n) ",
                                        "(a@host(x) "};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        char text[128];

        (void)snprintf(text, sizeof text, "%s " REQUEST, texts[i]);
        check(text, NULL, CS_TOUCH_RELAY, "");
    }
}

static void hosts_have_a_longest_length(void **state)
{
    char text[CS_TOUCH_HOST_MAX + 16];

    (void)state;
    memset(text, 'h', sizeof text);
    assert_true(cs_touch_is_host(text, CS_TOUCH_HOST_MAX));
    assert_false(cs_touch_is_host(text, CS_TOUCH_HOST_MAX + 1));
    assert_false(cs_touch_is_host(text, 0));
    assert_false(cs_touch_is_host("a\0b", 3));
}

static void hints_come_before_everything(void **state)
{
    (void)state;
    check("(alice@host) " REQUEST, "confirm", CS_TOUCH_CONFIRM, "");
    check("(alice@host) " REQUEST, "none", CS_TOUCH_NOTICE, "");
    check("Allow use of key? ", "confirm", CS_TOUCH_CONFIRM, "");
    check("Password: ", "other", CS_TOUCH_SECRET, "");
}

/* Only ssh's own words, never those of a server, have the answer shown. */
static void questions_about_host_keys_are_visible(void **state)
{
    (void)state;
    check("The authenticity of ...\nAre you sure you want to continue connecting (yes/no)? ", NULL,
          CS_TOUCH_VISIBLE, "");
    check("... continue connecting (yes/no/[fingerprint])? ", NULL, CS_TOUCH_VISIBLE, "");
    check("Please type 'yes', 'no' or the fingerprint: ", NULL, CS_TOUCH_VISIBLE, "");
    check("(alice@host) Password (yes/no)? ", NULL, CS_TOUCH_SECRET, "");
    check("alice@host's password: ", NULL, CS_TOUCH_SECRET, "");
    check("Enter passphrase for key '/k': ", NULL, CS_TOUCH_SECRET, "");
}

/* PuTTY names the host elsewhere, so what looks like a prefix is text; only the request's place
 * counts. */
static void a_bare_prompt_is_a_request_if_that_comes_last(void **state)
{
    static const struct {
        const char *text;
        bool request;
    } rows[] = {
        {REQUEST, true},
        {"Touch: " REQUEST " : ", true},
        {"(a@b) c@d) " REQUEST ":\r\n", true},
        {REQUEST " or a code: ", false},
        {REQUEST " " REQUEST, false},
        {"Touch:" REQUEST, false},
        {"Password: ", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_touch_prompt prompt;

        cs_touch_read_bare_prompt(rows[i].text, &prompt);
        assert_int_equal(prompt.kind, rows[i].request ? CS_TOUCH_RELAY : CS_TOUCH_SECRET);
        assert_int_equal(prompt.request != NULL, rows[i].request);
        assert_string_equal(prompt.host, "");
        if (rows[i].request)
            assert_memory_equal(prompt.request, REQUEST, prompt.request_length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_recognised),
        cmocka_unit_test(the_host_is_that_of_the_prefix),
        cmocka_unit_test(nobody_is_asked_for_the_host_of_another_question),
        cmocka_unit_test(a_user_name_does_not_choose_the_host),
        cmocka_unit_test(a_question_of_ssh_itself_does_not_choose_the_host),
        cmocka_unit_test(a_host_name_does_not_choose_the_host),
        cmocka_unit_test(what_is_no_prefix_gives_no_host),
        cmocka_unit_test(hosts_have_a_longest_length),
        cmocka_unit_test(hints_come_before_everything),
        cmocka_unit_test(questions_about_host_keys_are_visible),
        cmocka_unit_test(a_bare_prompt_is_a_request_if_that_comes_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
