/* SPDX-License-Identifier: Apache-2.0 */
/* An answer to a menu: the first byte says how many entries there are and whether in pages; then a
 * device's name up to a newline; the rest is the answer. */
#include "tests/fuzz/fuzz.h"

#include "base/strlist.h"
#include "conversation/menu.h"

enum { ENTRIES = 6, PAGED = 0x80 };

static void check_pages(const struct cs_menu *menu)
{
    struct cs_catalogue english;
    struct cs_phrasebook book = {.catalogue = &english, .mask = true};
    size_t first = 0, pages = 0;

    cs_catalogue_english(&english);
    do {
        CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};

        cs_menu_render(&book, menu, first, 1, &page, &first);
        REQUIRE(!page.failed && page.length > 0 && page.length <= CS_PROMPT_BYTES);
        REQUIRE(++pages <= menu->count && first < menu->count);
        for (size_t i = 0; i < page.length; i++)
            REQUIRE((unsigned char)page.text[i] >= 0x20 || page.text[i] == '\n');
    } while (first != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *name = NULL;
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    const uint8_t *end = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    struct cs_catalogue english;
    const struct cs_phrasebook book = {.catalogue = &english};
    size_t index = ENTRIES;
    bool turn = false;
    enum cs_choice_kind kind;

    if (end == NULL)
        return 0;
    name = fuzz_text(data + 1, (size_t)(end - data - 1));
    REQUIRE(cs_secret_set(&answer, end + 1, size - (size_t)(end + 1 - data)) == CS_OK);
    const struct cs_menu_entry entries[ENTRIES] = {
        {CS_TEXT_DEVICE_PRESENCE, name, NULL, false, false},
        {CS_TEXT_TOTP, NULL, "totp", false, true},
        {CS_TEXT_SMS, "+15551234567", "sms", true, false},
        {CS_TEXT_EMAIL, name, "email", true, false},
        {CS_TEXT_TRANS_EMAIL, "alice@example.com", NULL, true, false},
        {CS_TEXT_DEVICE_BIOMETRIC, "Phone", NULL, false, false},
    };
    const struct cs_menu menu = {entries, 1 + data[0] % ENTRIES};

    cs_catalogue_english(&english);
    kind = cs_menu_parse(&book, &menu, &answer, (data[0] & PAGED) != 0, &index, &turn);
    REQUIRE(kind == CS_CHOICE_NONE || !turn);
    REQUIRE(!turn || (data[0] & PAGED) != 0);
    if (kind == CS_CHOICE_ENTRY || kind == CS_CHOICE_CODE)
        REQUIRE(index < menu.count);
    if (kind == CS_CHOICE_CODE)
        REQUIRE(entries[index].takes_code);
    check_pages(&menu);
    return 0;
}
