/* SPDX-License-Identifier: Apache-2.0 */
/* No line from the server looks like one of countersign-touch's. */
#include "tests/unit/unit.h"

#include "touch/quote.h"

#define REQUEST "U2F1.abcdefghijklmnopqrstuvwxyz"
#define BUILT_IN "Paste what countersign-touch answers to this line: "

static void quote(const char *said, unsigned columns, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct cs_touch_prompt prompt;

    cs_buffer_printf(&text, "(alice@host) %s" REQUEST " : ", said);
    cs_touch_read_prompt(text.text, NULL, &prompt);
    assert_string_equal(prompt.host, "host");
    cs_touch_quote(text.text, &prompt, prompt.host, columns, out);
    cs_buffer_text(out, "");
}

static void check(const char *said, unsigned columns, const char *wanted)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    quote(said, columns, &out);
    assert_string_equal(out.text, wanted);
}

static void every_line_is_marked(void **state)
{
    (void)state;
    check("One.\nTwo. ", 80, "host says:\n> One.\n> Two.\n");
    check("One.\n\n \nTwo.\n" BUILT_IN, 80, "host says:\n> One.\n> Two.\n");
    check("a\rb\vc\fd\xe2\x80\xa8"
          "e\xc2\x85"
          "f\n",
          80, "host says:\n> a?b?c?d?e?f\n");
}

static void isolates_and_marks_are_not_seen(void **state)
{
    (void)state;
    check("\u2067\u05d0 \u2068alice\u2069\u2069 \n\u200f\u05d1. ", 80,
          "host says:\n> \u05d0 alice\n> \u05d1.\n");
    check("\u202eevil ", 80, "host says:\n> ?evil\n"); /* an override is */
}

static void the_built_in_text_is_left_out(void **state)
{
    (void)state;
    check("", 80, "");
    check("\n \n", 80, "");
    check(BUILT_IN, 80, "");
    check("Paste what countersign-touch\nanswers to this line:\n", 80, "");
    check("Touch your security key. ", 80, "host says:\n> Touch your security key.\n");
    check("countersign-touch: ", 80, "host says:\n> countersign-touch:\n");
}

static void no_terminal_breaks_a_line(void **state)
{
    (void)state;
    check("0123456789abcdef ", 12, "host says:\n> 0123456789\n> abcdef\n");
    check("0123456789 ", 12, "host says:\n> 0123456789\n");
    /* Wide characters, three bytes and two columns each; never split. */
    check("\xe4\xb8\x80\xe4\xb8\x81\xe4\xb8\x83\xe4\xb8\x88 ", 12,
          "host says:\n> \xe4\xb8\x80\xe4\xb8\x81\xe4\xb8\x83\n> \xe4\xb8\x88\n");
    check("\xff\xff\xff\xff\xff\xff\xff ", 0, "host says:\n> ??????\n> ?\n");
}

static void there_is_room_for_the_notice(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    unsigned lines = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        cs_buffer_text(&said, i % 3 ? "0123456789 0123456789 " : "x\n");
    cs_buffer_text(&said, "\n");
    quote(said.text, 20, &out);
    for (const char *at = out.text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 1 + CS_TOUCH_QUOTE_LINES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_marked),
        cmocka_unit_test(isolates_and_marks_are_not_seen),
        cmocka_unit_test(the_built_in_text_is_left_out),
        cmocka_unit_test(no_terminal_breaks_a_line),
        cmocka_unit_test(there_is_room_for_the_notice),
    };

    return cmocka_run_group_tests_name("touch_quote", tests, NULL, NULL);
}
