/* What ssh's prompts are taken for, and where the host comes from. */
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
    check("(alice@host) Touch:\n" REQUEST "\nAnswer: ", NULL, CS_TOUCH_RELAY, "host");
    check("(alice@host) " REQUEST, "", CS_TOUCH_RELAY, "host");
    check(REQUEST, NULL, CS_TOUCH_RELAY, "");
    check("(alice@host) XU2F1.abc", NULL, CS_TOUCH_SECRET, "host");
    cs_touch_read_prompt("(alice@host) Touch: " REQUEST " : ", NULL, &prompt);
    assert_int_equal(prompt.request_length, strlen(REQUEST));
}

static void the_host_is_that_of_the_prefix(void **state)
{
    (void)state;
    check("(alice@host.example) Password: ", NULL, CS_TOUCH_SECRET, "host.example");
    check("(a@b@host) x", NULL, CS_TOUCH_SECRET, "host");
    check("(a@b)@host) x", NULL, CS_TOUCH_SECRET, "host");
    check("(alice@host) See a@mail.example (new) x", NULL, CS_TOUCH_SECRET, "host");
    check("(alice@fe80::1%eth0) x", NULL, CS_TOUCH_SECRET, "fe80::1%eth0");
    check("(alice@[::1]:22) x", NULL, CS_TOUCH_SECRET, "[::1]:22");
}

/* A link can bring a user name with ") " in it, a server can write a second prefix: neither the
 * first host nor the last is safe. */
static void more_than_one_host_is_none(void **state)
{
    static const char *const texts[] = {
        "(x@127.0.0.1) y@evil.example) Touch: " REQUEST,
        "(x@bank.example) @evil.example) Touch: " REQUEST,
        "(x@bank.example) y@evil.example) " REQUEST,
        "(alice@host) (alice@other) Touch: " REQUEST,
        /* the request may be in the user name as well */
        "(x@bank.example) " REQUEST " y@evil.example) Touch: U2F1.other",
        /* the host of ssh need not be one that could be signed */
        "(x@bank.example) y@evil!) Touch: " REQUEST,
        "(x@bank.example) y@evil)) Touch: " REQUEST,
        "(x@bank.example) y@\xc3\xa4.example) Touch: " REQUEST,
    };
    struct cs_touch_prompt prompt;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        check(texts[i], NULL, CS_TOUCH_RELAY, "");
        cs_touch_read_prompt(texts[i], NULL, &prompt);
        assert_true(prompt.more_hosts);
    }
    cs_touch_read_prompt(REQUEST, NULL, &prompt);
    assert_false(prompt.more_hosts);
}

static void what_is_no_prefix_gives_no_host(void **state)
{
    static const char *const texts[] = {"",
                                        "(",
                                        "()",
                                        "(@host) x",
                                        " (alice@host) x",
                                        "(alice@host)",
                                        "(alice) x",
                                        "(alice@) x",
                                        "(a@b c) x",
                                        "(a@b/c) x",
                                        "alice@host x",
                                        "x (alice@host) x",
                                        "(a@b\tc) x",
                                        "(a@\xc3\xa4) x",
                                        "(a@b\n) x",
                                        "(a@host(x) x"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++)
        check(texts[i], NULL, CS_TOUCH_SECRET, "");
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
    check("(alice@host) " REQUEST, "confirm", CS_TOUCH_CONFIRM, "host");
    check("(alice@host) " REQUEST, "none", CS_TOUCH_NOTICE, "host");
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
    check("(alice@host) Password (yes/no)? ", NULL, CS_TOUCH_SECRET, "host");
    check("alice@host's password: ", NULL, CS_TOUCH_SECRET, "");
    check("Enter passphrase for key '/k': ", NULL, CS_TOUCH_SECRET, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_recognised),
        cmocka_unit_test(the_host_is_that_of_the_prefix),
        cmocka_unit_test(more_than_one_host_is_none),
        cmocka_unit_test(what_is_no_prefix_gives_no_host),
        cmocka_unit_test(hosts_have_a_longest_length),
        cmocka_unit_test(hints_come_before_everything),
        cmocka_unit_test(questions_about_host_keys_are_visible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
