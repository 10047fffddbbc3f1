/* SPDX-License-Identifier: Apache-2.0 */
/* Mails as they are sent: dates, headers, encodings; and addresses, with what must not be in
 * them. */
#include "tests/unit/unit.h"

#include "net/mail_address.h"
#include "net/mail_message.h"

static struct cs_mail_message plain(void)
{
    return (struct cs_mail_message){.from = "countersign@host.example.com",
                                    .to = "alice@example.com",
                                    .subject = "A subject",
                                    .body = "A text.\n",
                                    .language = "",
                                    .id = "5f0c-17",
                                    .time = 1796072714};
}

static void compose(const struct cs_mail_message *message, struct cs_buffer *out)
{
    struct cs_error error = {0};

    assert_int_equal(cs_mail_compose(message, out, &error), CS_OK);
}

static void assert_subject(const char *subject, const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_mail_message message = plain();

    message.subject = subject;
    compose(&message, &out);
    assert_contains(out.text, expected);
}

static void assert_body(const char *body, const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_mail_message message = plain();
    const char *found;

    message.body = body;
    compose(&message, &out);
    found = strstr(out.text, "\r\n\r\n");
    assert_non_null(found);
    assert_string_equal(found + 4, expected);
}

static void test_whole_message(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_mail_message message = plain();

    (void)state;
    message.language = "pt_BR";
    compose(&message, &out);
    assert_string_equal(out.text, "Date: Mon, 30 Nov 2026 21:05:14 +0000\r\n"
                                  "From: countersign@host.example.com\r\n"
                                  "To: alice@example.com\r\n"
                                  "Message-ID: <5f0c-17@host.example.com>\r\n"
                                  "Subject: A subject\r\n"
                                  "Auto-Submitted: auto-generated\r\n"
                                  "MIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=UTF-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n"
                                  "Content-Language: pt-BR\r\n"
                                  "\r\n"
                                  "A text.\r\n");
}

static void test_dates(void **state)
{
    static const struct {
        int64_t seconds;
        const char *date;
    } rows[] = {
        {0, "Thu, 1 Jan 1970 00:00:00 +0000"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
        {1798761599, "Thu, 31 Dec 2026 23:59:59 +0000"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 +0000"},
        {253402300800, ""},
        {INT64_MAX, ""},
    };
    char date[CS_MAIL_DATE_SIZE];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        cs_mail_date(rows[i].seconds, date);
        assert_string_equal(date, rows[i].date);
    }
}

static void test_subjects(void **state)
{
    (void)state;
    assert_subject("Zweiter Faktor f\xc3\xbcr host", "Subject: =?UTF-8?B?"
                                                     "WndlaXRlciBGYWt0b3IgZsO8ciBob3N0?=\r\n");
    /* What looks like an encoded word is none. */
    assert_subject("a =?UTF-8?Q?b?= c", "Subject: =?UTF-8?B?YSA9P1VURi04P1E/Yj89IGM=?=\r\n");
    assert_subject("Your second factors on a-host-with-a-very-long-name.of-some-place.example.com "
                   "have changed",
                   "Subject: Your second factors on\r\n"
                   " a-host-with-a-very-long-name.of-some-place.example.com have changed\r\n");
    /* A line end cannot begin a header. */
    assert_subject("a\r\nBcc: bob@example.com", "Subject: =?UTF-8?B?YQ0KQmNjOiBib2JAZXhhbXBsZS5jb20"
                                                "=?=\r\n");
}

/* No word of a subject is longer than RFC 2047 allows, and each has whole characters. */
static void test_long_subject_in_every_split(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer subject = {0};

    (void)state;
    for (int length = 1; length < 60; length++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        struct cs_mail_message message = plain();

        cs_buffer_text(&subject, length % 3 == 0 ? "x" : "\xe8\xaa\x9e");
        message.subject = subject.text;
        compose(&message, &out);
        for (const char *line = strstr(out.text, "Subject: "); line != NULL;) {
            const char *end = strstr(line, "\r\n");

            assert_true(end - line <= 76);
            line = end[2] == ' ' ? end + 2 : NULL;
        }
    }
}

static void test_bodies(void **state)
{
    (void)state;
    assert_body("", "");
    assert_body("one\n\ntwo", "one\r\n\r\ntwo\r\n");
    assert_body("a=b \nc\t\n d", "a=3Db=20\r\nc=09\r\n d\r\n");
    assert_body("\xc3\xa9\n", "=C3=A9\r\n");
    assert_body(".\n.a\nFrom me\nFromage\n", "=2E\r\n=2Ea\r\n=46rom me\r\nFromage\r\n");
    assert_body("a\rb\x1b", "a=0Db=1B\r\n");
    assert_body("1234567890123456789012345678901234567890123456789012345678901234567890123456789\n",
                "1234567890123456789012345678901234567890123456789012345678901234567890123=\r\n"
                "456789\r\n");
}

static void test_what_is_refused(void **state)
{
    static const struct {
        const char *from, *to, *subject, *body, *id;
    } rows[] = {
        {"a@b", "c\r\nBcc: d@e", "s", "t", "1"}, {"a@b\r\n", "c@d", "s", "t", "1"},
        {"a@b", "c@d", "s\xff", "t", "1"},       {"a@b", "c@d", "s", "t\xc3", "1"},
        {"a@b", "c@d", "s", "t", "1>\r\nx: y"},  {"a@b", "c@d", "s", "t", ""},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
        const struct cs_mail_message message = {.from = rows[i].from,
                                                .to = rows[i].to,
                                                .subject = rows[i].subject,
                                                .body = rows[i].body,
                                                .language = "",
                                                .id = rows[i].id};

        assert_int_equal(cs_mail_compose(&message, &out, NULL), CS_ERR_INPUT);
        assert_int_equal(out.length, 0);
    }
}

static void test_language_that_is_none_is_left_out(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_mail_message message = plain();

    (void)state;
    message.language = "de\r\nBcc: bob@example.com";
    compose(&message, &out);
    assert_null(strstr(out.text, "Content-Language"));
    assert_null(strstr(out.text, "Bcc"));
}

/* ---- addresses ---- */

static void test_addresses(void **state)
{
    static const char *const good[] = {"alice@localhost",     "a.b-c_d+e=f@mail.example.com",
                                       "o'brien@example.com", "alice@[127.0.0.1]",
                                       "alice@[IPv6:::1]",    "a@b"};
    static const char *const bad[] = {"",
                                      "alice",
                                      "@example.com",
                                      "alice@",
                                      "alice@example.com@example.org",
                                      "alice%example.org@example.com",
                                      "example.org!alice@example.com",
                                      "@example.org:alice@example.com",
                                      "\"alice\"@example.com",
                                      "alice@example.com,bob@example.com",
                                      "alice@example.com bob@example.com",
                                      "alice@example.com>",
                                      "alice@example.com\r\nRCPT TO:<bob@example.com>",
                                      "alice\n@example.com",
                                      "al\xc3\xafs@example.com",
                                      "-oQ/tmp@example.com",
                                      ".alice@example.com",
                                      "alice.@example.com",
                                      "al..ice@example.com",
                                      "|program@example.com",
                                      "/var/mail/bob@example.com",
                                      "alice@-example.com",
                                      "alice@example-.com",
                                      "alice@example..com",
                                      "alice@example.com.",
                                      "alice@exam_ple.com",
                                      "alice@[127.0.0.1",
                                      "alice@[localhost]",
                                      "alice@[::1]",
                                      "alice@[]"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++) {
        if (!cs_mail_is_address(good[i]))
            fail_msg("'%s' is not taken for an address", good[i]);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++) {
        if (cs_mail_is_address(bad[i]))
            fail_msg("'%s' is taken for an address", bad[i]);
    }
}

static void test_templates(void **state)
{
    static const struct {
        const char *text, *account, *identity;
        const char *address; /* NULL: CS_ERR_INPUT */
    } rows[] = {
        {"%a", "alice", "", "alice@mail.example.com"},
        {"%a@%h", "alice", "", "alice@host.example.com"},
        {"%u", "alice", "alice.smith@example.org", "alice.smith@example.org"},
        {"%u", "alice", "asmith", "asmith@mail.example.com"},
        {"%u@example.net", "alice", "asmith", "asmith@example.net"},
        {"security+%a@example.net", "alice", "", "security+alice@example.net"},
        /* The name of an account may choose neither another domain nor another person. */
        {"%a", "alice@example.org", "", NULL},
        {"%a", "alice%example.org", "", NULL},
        {"%a", "example.org!alice", "", NULL},
        {"%a", "bob+alice", "", NULL},
        {"%a", "-f", "", NULL},
        {"%a", ".forward", "", NULL},
        {"%a", "EXAMPLE\\alice", "", NULL},
        {"%a", "alice\r\nRCPT TO:<bob", "", NULL},
        {"%a", "alice,bob", "", NULL},
        {"%a", "ali ce", "", NULL},
        {"%a", "al\xc3\xafs", "", NULL},
        {"%a", "", "", NULL},
        {"%u", "alice", "", NULL},
        {"%u@example.net", "alice", "asmith@example.org", NULL},
        {"%u", "alice", "a@b@c", NULL},
        {"%u", "alice", "a%b@c", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_mail_names names = {rows[i].account, rows[i].identity, "host.example.com",
                                            "mail.example.com"};
        CS_AUTO(cs_buffer_free) struct cs_buffer address = {0};
        enum cs_err result = cs_mail_address_write(rows[i].text, &names, &address, NULL);

        assert_int_equal(result, rows[i].address != NULL ? CS_OK : CS_ERR_INPUT);
        if (rows[i].address != NULL)
            assert_string_equal(address.text, rows[i].address);
    }
}

static void test_templates_in_settings(void **state)
{
    static const struct {
        const char *text;
        bool person, good;
    } rows[] = {
        {"%a", true, true},
        {"%u", true, true},
        {"%a@example.com", true, true},
        {"%a@%h", true, true},
        {"root@example.com", true, false}, /* the person would not be told */
        {"%x@example.com", true, false},
        {"%a@example.com%", true, false},
        {"%a@example.com\r\n", true, false},
        {"%a@%a@example.com", true, false},
        {"", true, false},
        {"countersign@%h", false, true},
        {"countersign@example.com", false, true},
        {"countersign", false, true}, /* the server's name follows */
        {"%a@example.com", false, false},
        {"Security <security@example.com>", false, false},
        {"", false, false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};
        enum cs_err result = cs_mail_address_check(rows[i].text, rows[i].person, &error);

        if ((result == CS_OK) != rows[i].good)
            fail_msg("'%s' is%s accepted", rows[i].text, rows[i].good ? " not" : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_message),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_long_subject_in_every_split),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_language_that_is_none_is_left_out),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_templates_in_settings),
    };

    return cmocka_run_group_tests_name("mail_message", tests, NULL, NULL);
}
