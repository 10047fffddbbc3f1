/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with substitutions: the first line is the template, the rest a value. Rendering terminates,
 * a text that the checks accept is a prompt, and whatever a login shows is clean and within its
 * limits. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "base/strlist.h"
#include "conversation/phrasebook.h"

static void require_shown(const struct cs_buffer *shown)
{
    REQUIRE(!shown->failed && shown->length > 0 && strlen(shown->text) == shown->length);
    for (size_t i = 0; i < shown->length; i++)
        REQUIRE((unsigned char)shown->text[i] >= 0x20 || shown->text[i] == '\n' ||
                shown->text[i] == '\t');
}

static void check_book(char *own, const struct cs_values *values, const char *value, bool ascii)
{
    static const enum cs_text keys[] = {CS_TEXT_CODE_NOT_ACCEPTED, CS_TEXT_OTP_PROMPT};
    const struct cs_text_variant variant = {.text = own};
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer address = {0};
    struct cs_phrasebook book = {.values = *values, .ascii = ascii, .mask = true};
    struct cs_catalogue english;

    cs_catalogue_english(&english);
    book.catalogue = &english;
    book.own[CS_TEXT_OTP_PROMPT] = (struct cs_text_setting){&variant, 1};
    cs_say_prompt(&book, keys, 2, NULL, &prompt);
    require_shown(&prompt);
    REQUIRE(prompt.length <= CS_PROMPT_BYTES);
    for (size_t i = 0; ascii && i < prompt.length; i++)
        REQUIRE((unsigned char)prompt.text[i] < 0x80);
    cs_show_address(&book, value, &address);
    REQUIRE(!address.failed && cs_is_clean(address.text ? address.text : "", address.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_values values = {0};
    struct cs_error error = {0};
    char *value = text, *own = strsep(&value, "\n");

    for (char letter = 'A'; letter <= 'Z'; letter++)
        cs_values_set(&values, letter, value);
    cs_template_render(&out, own, "UHSRCLND", &values, true);
    REQUIRE(!out.failed && out.length <= strlen(own) * (4 * CS_VALUE_COLUMNS + 16));
    if (strpbrk(own, "%\\") == NULL)
        REQUIRE(strcmp(out.text ? out.text : "", own) == 0);
    if (cs_template_check_translation(CS_TEXT_OTP_PROMPT, own, &error) == CS_OK)
        REQUIRE(cs_template_check_letters(CS_TEXT_OTP_PROMPT, own, &error) == CS_OK);
    if (cs_template_check(CS_TEXT_OTP_PROMPT, own, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_CONFIG);
        return 0;
    }
    check_book(own, &values, value ? value : "", false);
    check_book(own, &values, value ? value : "", true);
    return 0;
}
