/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that puts a text together says so when memory runs out: it never has a part of it. */
#include "tests/unit/unit.h"

#include "base/percent.h"
#include "base/sanitise.h"
#include "conversation/menu.h"
#include "conversation/phrasebook.h"
#include "login/audit.h"
#include "mapping/attribute.h"
#include "tests/support/fail_alloc.h"

static const char long_name[] = "B\xc3\xa9n\xc3\xa9"
                                "dicte de la Rochefoucauld-Montbel et de la Tour d'Auvergne, "
                                "who has one name more than what a line of a menu has room for";

static char own_text[] = "%U at %H, please: ";
static const struct cs_text_variant variants[] = {{"en", own_text}};
static struct cs_catalogue english;

static struct cs_phrasebook make_book(bool ascii, bool mask, bool own)
{
    struct cs_phrasebook book = {.catalogue = &english, .ascii = ascii, .mask = mask};

    cs_values_set(&book.values, 'U', long_name);
    cs_values_set(&book.values, 'H', "host.example");
    if (own)
        book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){variants, 1};
    return book;
}

static void prompt(bool ascii, bool own, struct cs_buffer *out)
{
    static const enum cs_text keys[] = {CS_TEXT_CODE_NOT_ACCEPTED, CS_TEXT_OTP_PROMPT};
    struct cs_phrasebook book = make_book(ascii, false, own);
    struct cs_values values = {0};

    cs_values_set(&values, 'L', "2");
    cs_say_prompt(&book, keys, 2, &values, out);
}

static void build_prompt(struct cs_buffer *out)
{
    prompt(false, false, out);
}

static void build_own_prompt(struct cs_buffer *out)
{
    prompt(false, true, out);
}

static void build_ascii_prompt(struct cs_buffer *out)
{
    prompt(true, true, out);
}

static void build_consent(struct cs_buffer *out)
{
    struct cs_phrasebook book = make_book(false, false, false);
    struct cs_values values = {0};

    cs_values_set(&values, 'N', long_name);
    cs_say(&book, CS_TEXT_CONSENT_SMS, &values, out);
}

static void build_address(struct cs_buffer *out)
{
    struct cs_phrasebook book = make_book(false, true, false);

    cs_show_address(&book, "benedicte.de.la.rochefoucauld@mail.example.com", out);
    cs_show_address(&book, "+44 20 7946 0123", out);
}

static void build_menu(struct cs_buffer *out)
{
    static const struct cs_menu_entry entries[] = {
        {.text = CS_TEXT_TOTP, .name = long_name},
        {.text = CS_TEXT_SMS, .name = "+44 20 7946 0123", .is_address = true},
        {.text = CS_TEXT_DEVICE_PRESENCE, .name = "phone"}};
    const struct cs_menu menu = {.entries = entries, .count = CS_ARRAY_SIZE(entries)};
    struct cs_phrasebook book = make_book(false, true, false);
    size_t next;

    cs_menu_render(&book, &menu, 0, 2, out, &next);
}

static void build_clean(struct cs_buffer *out)
{
    cs_sanitise(out, long_name, strlen(long_name));
    cs_percent_encode(out, long_name, strlen(long_name), "");
}

static void build_filter(struct cs_buffer *out)
{
    if (cs_scim_filter("userName", long_name, out, NULL) != CS_OK)
        out->failed = true;
}

/* What was logged, as a text. */
static void write_log(void *context, int priority, const char *line)
{
    struct cs_buffer *out = context;

    (void)priority;
    if (strstr(line, "out of memory") != NULL)
        out->failed = true;
    else
        cs_buffer_text(out, line);
}

static void build_audit(struct cs_buffer *out)
{
    const struct cs_log log = {.write = write_log, .context = out};
    const struct cs_audit audit = {.verdict = "allow",
                                   .reason = CS_REASON_TOTP,
                                   .method = "totp",
                                   .user = long_name,
                                   .identity = "a\"b\\c",
                                   .address = "192.0.2.1"};

    cs_audit_write(&log, &audit);
}

typedef void build(struct cs_buffer *out);

static void sweep(size_t row, build *text, bool on)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer whole = {0};
    uint64_t at = 0;
    bool reached = true;

    text(&whole);
    assert_false(whole.failed);
    while (reached) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        fail_alloc->at = ++at;
        fail_alloc->on = on;
        fail_alloc->count = 0;
        fail_alloc->armed = 1;
        text(&out);
        fail_alloc->armed = 0;
        reached = fail_alloc->count >= at;
        if (!out.failed && (out.text == NULL || strcmp(out.text, whole.text) != 0))
            fail_msg("builder %zu, allocation %u%s: '%s' passes for '%s'", row, (unsigned)at,
                     on ? " and on" : "", out.text ? out.text : "", whole.text);
        if (reached && on)
            assert_true(out.failed);
    }
    assert_true(at > 1); /* something was allocated */
}

static void test_no_builder_passes_a_part_for_the_whole(void **state)
{
    static build *const builders[] = {build_prompt,  build_own_prompt, build_ascii_prompt,
                                      build_consent, build_address,    build_menu,
                                      build_clean,   build_filter,     build_audit};

    (void)state;
    cs_catalogue_english(&english);
    for (size_t i = 0; i < CS_ARRAY_SIZE(builders); i++) {
        sweep(i, builders[i], false);
        sweep(i, builders[i], true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_builder_passes_a_part_for_the_whole),
    };

    return cmocka_run_group_tests_name("no_memory", tests, NULL, NULL);
}
