/* SPDX-License-Identifier: Apache-2.0 */
/* The menu: what it shows, what counts as a choice, how it ends. */
#include "tests/unit/unit.h"

#include "base/sanitise.h"
#include "conversation/menu.h"
#include "conversation/width.h"
#include "tests/support/channel_script.h"
#include "tests/unit/languages.h"

enum { MANY = 25, PAGES_MAX = 30 };

static const struct cs_menu_entry sample_entries[] = {
    {CS_TEXT_EMAIL, "user@us.ibm.com", "email", true, false},
    {CS_TEXT_SMS, "15551234567", "sms", true, false},
    {CS_TEXT_TOTP, "TOTP", "totp", false, true},
};
static const struct cs_menu sample = {sample_entries, CS_ARRAY_SIZE(sample_entries)};

struct scene {
    struct cs_catalogue catalogue;
    struct cs_phrasebook book;
    struct cs_script_channel script;
};

static void scene_open(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    cs_catalogue_english(&scene->catalogue);
    scene->book.catalogue = &scene->catalogue;
    cs_script_channel_init(&scene->script);
}

static void scene_close(struct scene *scene)
{
    cs_script_channel_clear(&scene->script);
}

static void own(struct scene *scene, enum cs_text key, const struct cs_text_variant *variant)
{
    scene->book.own[key] = (struct cs_text_setting){variant, 1};
}

static void test_render_documented_sample(void **state)
{
    const struct cs_text_variant start = {"", (char[]){"Choose one of:\\n"}},
                                 line = {"", (char[]){"%I) %N\\n"}},
                                 end = {"", (char[]){"Your choice (1->%T):"}};
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct scene scene;
    size_t next = 9;

    (void)state;
    scene_open(&scene);
    own(&scene, CS_TEXT_CHOICE_START, &start);
    own(&scene, CS_TEXT_EMAIL, &line);
    own(&scene, CS_TEXT_SMS, &line);
    own(&scene, CS_TEXT_TOTP, &line);
    own(&scene, CS_TEXT_CHOICE_END, &end);
    cs_menu_render(&scene.book, &sample, 0, 0, &out, &next);
    assert_string_equal(out.text, "Choose one of: \n"
                                  "1) user@us.ibm.com \n"
                                  "2) 15551234567 \n"
                                  "3) TOTP \n"
                                  "Your choice (1->3):");
    assert_int_equal(next, 0);
    scene_close(&scene);
}

static void test_render_built_in_texts_and_masks(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct scene scene;
    size_t next;

    (void)state;
    scene_open(&scene);
    scene.book.mask = true;
    cs_menu_render(&scene.book, &sample, 0, 2, &out, &next);
    assert_string_equal(out.text, "Type a number from 1 to 3. Tries left: 2 \n"
                                  "How do you want to confirm that it is you? \n"
                                  "1) Code by email to u•••@us.ibm.com \n"
                                  "2) Code by text message to 15551•••4567 \n"
                                  "3) Code from the authenticator app \n"
                                  "Your choice (1-3): ");
    scene_close(&scene);
}

static enum cs_choice_kind parse(const struct cs_menu *menu, const char *data, size_t length,
                                 bool pages, size_t *ret_index, bool *ret_turn)
{
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_catalogue english;
    const struct cs_phrasebook book = {.catalogue = &english};

    assert_int_equal(cs_secret_set(&answer, data, length), CS_OK);
    cs_catalogue_english(&english);
    return cs_menu_parse(&book, menu, &answer, pages, ret_index, ret_turn);
}

static void test_parse_answers(void **state)
{
    static const struct {
        const char *answer;
        size_t length;
        enum cs_choice_kind kind;
        size_t index;
    } rows[] = {
        {TEXT("1"), CS_CHOICE_ENTRY, 0},
        {TEXT("3"), CS_CHOICE_ENTRY, 2},
        {TEXT(" \t2\r"), CS_CHOICE_ENTRY, 1},
        {TEXT("02"), CS_CHOICE_ENTRY, 1},
        {TEXT("4"), CS_CHOICE_NONE, 0},
        {TEXT("0"), CS_CHOICE_NONE, 0},
        {TEXT("99"), CS_CHOICE_NONE, 0},
        {TEXT("-1"), CS_CHOICE_NONE, 0},
        {TEXT("1x"), CS_CHOICE_NONE, 0},
        {TEXT("18446744073709551617"), CS_CHOICE_NONE, 0},
        {TEXT("totp"), CS_CHOICE_ENTRY, 2},
        {TEXT("TOTP"), CS_CHOICE_ENTRY, 2},
        {TEXT("t"), CS_CHOICE_NONE, 0},
        {TEXT("T"), CS_CHOICE_NONE, 0},
        {TEXT("sms"), CS_CHOICE_ENTRY, 1},
        {TEXT("SM"), CS_CHOICE_NONE, 0},
        {TEXT("SMS"), CS_CHOICE_ENTRY, 1},
        {TEXT("user@us.ibm.com"), CS_CHOICE_ENTRY, 0},
        {TEXT("USER@us.ibm.com"), CS_CHOICE_ENTRY, 0},
        {TEXT("User@"), CS_CHOICE_NONE, 0},
        {TEXT("user"), CS_CHOICE_NONE, 0}, /* what programs answer everywhere */
        {TEXT("emails"), CS_CHOICE_NONE, 0},
        {TEXT("x"), CS_CHOICE_NONE, 0},
        {TEXT("15551234567"), CS_CHOICE_ENTRY, 1},
        {TEXT("1555"), CS_CHOICE_NONE, 0},
        {TEXT("123456"), CS_CHOICE_CODE, 2},
        {TEXT("12345678"), CS_CHOICE_CODE, 2},
        {TEXT("123456789"), CS_CHOICE_NONE, 0},
        {TEXT("12345"), CS_CHOICE_NONE, 0},
        {TEXT("155512"), CS_CHOICE_CODE, 2},
        {TEXT(""), CS_CHOICE_NONE, 0},
        {TEXT("   "), CS_CHOICE_NONE, 0},
        {TEXT("1\0"), CS_CHOICE_NONE, 0},
        {TEXT("\0"), CS_CHOICE_NONE, 0},
        {TEXT("t\0otp"), CS_CHOICE_NONE, 0},
        {TEXT("%n%s"), CS_CHOICE_NONE, 0},
        {TEXT("\b"), CS_CHOICE_JUNK, 0},
        {TEXT("\b\n\r\177INC"), CS_CHOICE_JUNK, 0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        size_t index = 0;
        bool turn = true;
        enum cs_choice_kind kind =
            parse(&sample, rows[i].answer, rows[i].length, false, &index, &turn);

        if (kind != rows[i].kind ||
            ((kind == CS_CHOICE_ENTRY || kind == CS_CHOICE_CODE) && index != rows[i].index))
            fail_msg("'%s': %d, entry %zu", rows[i].answer, (int)kind, index);
        assert_false(turn);
    }
}

static void test_parse_ambiguous_names_and_codes(void **state)
{
    static const struct cs_menu_entry entries[] = {
        {CS_TEXT_DEVICE_PRESENCE, "Phone", NULL, false, false},
        {CS_TEXT_DEVICE_PRESENCE, "Phone 2", NULL, false, false},
        {CS_TEXT_TOTP, NULL, "totp", false, true},
        {CS_TEXT_TOTP, NULL, "totp", false, true},
    };
    const struct cs_menu two_codes = {entries, 4}, no_code = {entries, 2}, one_code = {entries, 3};
    size_t index = 9;
    bool turn;

    (void)state;
    assert_int_equal(parse(&two_codes, TEXT("ph"), false, &index, &turn), CS_CHOICE_NONE);
    assert_int_equal(parse(&two_codes, TEXT("PHONE"), false, &index, &turn), CS_CHOICE_ENTRY);
    assert_int_equal(index, 0); /* a complete name that is also the start of another */
    assert_int_equal(parse(&two_codes, TEXT("phone "), false, &index, &turn), CS_CHOICE_ENTRY);
    assert_int_equal(parse(&two_codes, TEXT("phone 2"), false, &index, &turn), CS_CHOICE_ENTRY);
    assert_int_equal(index, 1);
    assert_int_equal(parse(&two_codes, TEXT("totp"), false, &index, &turn), CS_CHOICE_NONE);
    assert_int_equal(parse(&two_codes, TEXT("123456"), false, &index, &turn), CS_CHOICE_NONE);
    assert_int_equal(parse(&no_code, TEXT("123456"), false, &index, &turn), CS_CHOICE_NONE);
    assert_int_equal(parse(&one_code, TEXT("123456"), false, &index, &turn), CS_CHOICE_CODE);
    assert_int_equal(index, 2);
}

static void test_parse_page_turns(void **state)
{
    size_t index;
    bool turn;

    (void)state;
    assert_int_equal(parse(&sample, TEXT("0"), true, &index, &turn), CS_CHOICE_NONE);
    assert_true(turn);
    assert_int_equal(parse(&sample, TEXT(" "), true, &index, &turn), CS_CHOICE_NONE);
    assert_true(turn);
    assert_int_equal(parse(&sample, TEXT("０"), true, &index, &turn), CS_CHOICE_NONE);
    assert_true(turn);
    assert_int_equal(parse(&sample, TEXT("00"), true, &index, &turn), CS_CHOICE_NONE);
    assert_false(turn);
    assert_int_equal(parse(&sample, TEXT("2"), true, &index, &turn), CS_CHOICE_ENTRY);
    assert_false(turn);
    assert_int_equal(parse(&sample, TEXT("\b"), true, &index, &turn), CS_CHOICE_JUNK);
    assert_false(turn);
}

/* 25 entries of every kind with distinct names. */
static void fill_many(struct cs_menu_entry entries[MANY], char names[MANY][32])
{
    static const enum cs_text texts[] = {
        CS_TEXT_SMS,         CS_TEXT_EMAIL,           CS_TEXT_VOICE,           CS_TEXT_TRANS_SMS,
        CS_TEXT_TRANS_EMAIL, CS_TEXT_DEVICE_PRESENCE, CS_TEXT_DEVICE_BIOMETRIC};

    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i], 32, "name-%zu-alice@example.com", i);
        entries[i] =
            (struct cs_menu_entry){.text = texts[i % CS_ARRAY_SIZE(texts)], .name = names[i]};
    }
}

static void assert_page(const struct cs_buffer *page)
{
    assert_false(page->failed);
    if (page->length > CS_PROMPT_BYTES)
        fail_msg("%zu bytes: %s", page->length, page->text);
    assert_uint_in_range(cs_text_columns(page->text, page->length), 1, CS_PROMPT_COLUMNS);
    assert_string_equal(page->text + page->length - 2, ": ");
}

static void assert_each_entry_on_one_page(const struct cs_phrasebook *book, unsigned tries_left)
{
    struct cs_menu_entry entries[MANY];
    const struct cs_menu menu = {entries, MANY};
    char names[MANY][32];
    size_t seen[MANY] = {0}, first = 0, pages = 0;

    fill_many(entries, names);
    do {
        CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};

        cs_menu_render(book, &menu, first, tries_left, &page, &first);
        assert_page(&page);
        assert_uint_in_range(++pages, 1, PAGES_MAX);
        for (size_t i = 0; i < MANY; i++)
            seen[i] += strstr(page.text, names[i]) != NULL;
    } while (first != 0);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(seen[i], 1);
    assert_true(pages > 1);
}

static void test_render_pages_in_every_language(void **state)
{
    struct scene scene;

    (void)state;
    scene_open(&scene);
    assert_each_entry_on_one_page(&scene.book, 0);
    assert_each_entry_on_one_page(&scene.book, 10);
    for (size_t l = 0; l < languages_count; l++) {
        CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;

        speak(languages[l], &scene.catalogue, &mo);
        assert_each_entry_on_one_page(&scene.book, 0);
        assert_each_entry_on_one_page(&scene.book, 10);
    }
    scene_close(&scene);
}

static void test_render_hostile_names(void **state)
{
    static char huge[(1 << 20) + 1];
    const struct cs_menu_entry entries[] = {
        {CS_TEXT_DEVICE_PRESENCE, "a\x1b[2J\nb", NULL, false, false},
        {CS_TEXT_DEVICE_PRESENCE, "\u202egnihtyreve", NULL, false, false},
        {CS_TEXT_DEVICE_PRESENCE, "\xff\xfe", NULL, false, false},
        {CS_TEXT_DEVICE_PRESENCE, "%n%s%I\\n", NULL, false, false},
        {CS_TEXT_DEVICE_PRESENCE, huge, NULL, false, false},
        {CS_TEXT_SMS, huge, NULL, true, false},
        {CS_TEXT_DEVICE_PRESENCE, "", NULL, false, false},
        {CS_TEXT_DEVICE_PRESENCE, NULL, NULL, false, false},
    };
    const struct cs_menu menu = {entries, CS_ARRAY_SIZE(entries)};
    CS_AUTO(cs_buffer_free) struct cs_buffer all = {0};
    struct scene scene;
    size_t first = 0;

    (void)state;
    memset(huge, 'x', sizeof huge - 1);
    scene_open(&scene);
    do {
        CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};

        cs_menu_render(&scene.book, &menu, first, 3, &page, &first);
        assert_page(&page);
        for (char *line = page.text; *line != '\0'; line += strcspn(line, "\n") + 1) {
            assert_true(cs_is_clean(line, strcspn(line, "\n")));
            if (line[strcspn(line, "\n")] == '\0')
                break;
        }
        cs_buffer_text(&all, page.text);
    } while (first != 0);
    assert_contains(all.text, "1) Approve on a?[2J?b \n");
    assert_contains(all.text, "2) Approve on ?gnihtyreve \n");
    assert_contains(all.text, "4) Approve on %n%s%I\\n \n");
    assert_null(strchr(all.text, '\x1b'));
    assert_null(strstr(all.text, "\u202e"));
    assert_null(strchr(all.text, '\xff'));
    scene_close(&scene);
}

/* Whatever an administrator writes, a page is within the limit. */
static void test_render_longest_own_texts_within_the_limit(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};
    struct cs_text_variant variant = {0};
    struct scene scene;
    size_t next;

    (void)state;
    scene_open(&scene);
    for (int i = 0; i < 6; i++)
        cs_buffer_text(&text, "0123456789012345678901234567890123456789012345678901234567\\n");
    variant.text = text.text;
    assert_int_equal(cs_template_check(CS_TEXT_CHOICE_START, text.text, NULL), CS_OK);
    own(&scene, CS_TEXT_CHOICE_START, &variant);
    own(&scene, CS_TEXT_CHOICE_NOT_UNDERSTOOD, &variant);
    own(&scene, CS_TEXT_CHOICE_MORE, &variant);
    cs_menu_render(&scene.book, &sample, 0, 2, &page, &next);
    assert_uint_in_range(page.length, 1, CS_PROMPT_BYTES);
    assert_contains(page.text, "1) ");
    assert_contains(page.text, "Your choice (1-3): ");
    cs_buffer_free(&page);
    memset(scene.book.own, 0, sizeof scene.book.own); /* a line alone */
    cs_buffer_text(&text, "0123456789012345678901234567890123456789012345678901234567\\n");
    variant.text = text.text;
    own(&scene, CS_TEXT_SMS, &variant);
    cs_menu_render(&scene.book, &sample, 0, 2, &page, &next);
    assert_uint_in_range(page.length, 1, CS_PROMPT_BYTES);
    assert_contains(page.text, "15551234567");
    scene_close(&scene);
}

static void ask(struct scene *scene, const struct cs_menu *menu, unsigned tries,
                struct cs_choice *ret_choice, enum cs_err expected)
{
    CS_AUTO(cs_repeats_clear) struct cs_repeats odd = {0};
    struct cs_error error = {0};

    assert_int_equal(
        cs_menu_ask(&scene->script.channel, &scene->book, menu, tries, &odd, ret_choice, &error),
        expected);
}

static void test_ask_within_the_tries(void **state)
{
    struct cs_choice choice = {0};
    struct scene scene;

    (void)state;
    scene_open(&scene);
    cs_script_answer(&scene.script, "nonsense");
    cs_script_answer(&scene.script, "");
    cs_script_answer(&scene.script, "2");
    ask(&scene, &sample, 3, &choice, CS_OK);
    assert_int_equal(choice.kind, CS_CHOICE_ENTRY);
    assert_int_equal(choice.index, 1);
    assert_int_equal(choice.answers, 2);
    assert_int_equal(scene.script.rounds, 3);
    assert_contains(scene.script.shown.text, "Tries left: 2 \\n");
    assert_contains(scene.script.shown.text, "Tries left: 1 \\n");
    assert_null(strstr(scene.script.shown.text, "hide "));
    scene_close(&scene);
    scene_open(&scene);
    cs_script_answer(&scene.script, "nonsense");
    cs_script_answer(&scene.script, "more nonsense");
    cs_script_answer(&scene.script, "other nonsense");
    ask(&scene, &sample, 3, &choice, CS_OK);
    assert_int_equal(choice.kind, CS_CHOICE_NONE);
    assert_int_equal(scene.script.rounds, 3);
    scene_close(&scene);
}

/* A program gives the same answer to whatever it is asked; a person mistypes a number. */
static void test_the_same_nonsense_twice_ends_the_menu(void **state)
{
    static const struct {
        const char *answer;
        unsigned rounds;
        enum cs_choice_kind kind;
    } rows[] = {{"Summer2024!", 2, CS_CHOICE_REPEATED},
                {"0000000000", 2, CS_CHOICE_REPEATED},
                {"99", 3, CS_CHOICE_NONE},
                {"９９", 3, CS_CHOICE_NONE},
                {"٩", 3, CS_CHOICE_NONE},
                {" ", 2, CS_CHOICE_REPEATED},
                {"", 3, CS_CHOICE_NONE}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_choice choice = {0};
        struct scene scene;

        scene_open(&scene);
        for (int tries = 0; tries < 4; tries++)
            cs_script_answer(&scene.script, rows[i].answer);
        ask(&scene, &sample, 3, &choice, CS_OK);
        assert_int_equal(choice.kind, rows[i].kind);
        assert_int_equal(scene.script.rounds, rows[i].rounds);
        scene_close(&scene);
    }
}

/* Nor do a few answers in turn come from a person. */
static void test_nonsense_in_turn_ends_the_menu(void **state)
{
    struct cs_choice choice = {0};
    struct scene scene;

    (void)state;
    scene_open(&scene);
    cs_script_answer(&scene.script, "Summer2024!");
    cs_script_answer(&scene.script, "alice");
    cs_script_answer(&scene.script, " Summer2024!\n");
    cs_script_answer(&scene.script, "1");
    ask(&scene, &sample, 10, &choice, CS_OK);
    assert_int_equal(choice.kind, CS_CHOICE_REPEATED);
    assert_int_equal(scene.script.rounds, 3);
    scene_close(&scene);
}

/* A code typed into a menu of numbers must not choose the number that begins like it. */
static void test_code_is_no_prefix_of_a_number(void **state)
{
    static const struct cs_menu_entry entries[] = {
        {CS_TEXT_SMS, "5551234567", "smsotp", true, false},
        {CS_TEXT_EMAIL, "demo@example.com", "emailotp", true, false}};
    static const struct cs_menu numbers = {entries, CS_ARRAY_SIZE(entries)};
    bool page_turn = false;
    size_t index = 9;

    (void)state;
    assert_int_equal(parse(&numbers, TEXT("555123"), false, &index, &page_turn), CS_CHOICE_NONE);
    assert_int_equal(parse(&numbers, TEXT("5551234567"), false, &index, &page_turn),
                     CS_CHOICE_ENTRY);
    assert_int_equal(index, 0);
}

/* Otherwise an address could be read out one character after the other. */
static void test_what_is_masked_cannot_be_guessed(void **state)
{
    static const char *const hidden[] = {"user@us.ibm.com", "u", "15551234567", "15551"};
    struct scene scene;
    bool turn = false;
    size_t index = 9;

    (void)state;
    scene_open(&scene);
    scene.book.mask = true;
    for (size_t i = 0; i < CS_ARRAY_SIZE(hidden); i++) {
        const struct cs_secret answer = {(char *)(uintptr_t)hidden[i], strlen(hidden[i])};

        assert_int_equal(cs_menu_parse(&scene.book, &sample, &answer, false, &index, &turn),
                         CS_CHOICE_NONE);
    }
    scene.book.ascii = true;
    assert_int_equal(cs_menu_parse(&scene.book, &sample,
                                   &(const struct cs_secret){(char[]){"u***@US.ibm.com"}, 15},
                                   false, &index, &turn),
                     CS_CHOICE_ENTRY);
    assert_int_equal(index, 0);
    scene_close(&scene);
}

/* With or without its accents. */
static void test_name_as_plain_ascii_shows_it(void **state)
{
    static const struct cs_menu_entry entries[] = {
        {CS_TEXT_DEVICE_PRESENCE, "Andr\u00e9", NULL, false, false}};
    static const struct cs_menu one = {entries, 1};
    struct scene scene;
    bool turn = false;
    size_t index = 9;

    (void)state;
    scene_open(&scene);
    for (int ascii = 0; ascii < 2; ascii++) {
        scene.book.ascii = ascii != 0;
        assert_int_equal(cs_menu_parse(&scene.book, &one,
                                       &(const struct cs_secret){(char[]){"andr\u00e9"}, 6}, false,
                                       &index, &turn),
                         CS_CHOICE_ENTRY);
        assert_int_equal(cs_menu_parse(&scene.book, &one,
                                       &(const struct cs_secret){(char[]){"andre"}, 5}, false,
                                       &index, &turn),
                         ascii ? CS_CHOICE_ENTRY : CS_CHOICE_NONE);
    }
    scene_close(&scene);
}

static void test_ask_code_junk_and_hangup(void **state)
{
    struct cs_choice choice = {0};
    struct scene scene;

    (void)state;
    scene_open(&scene);
    cs_script_answer(&scene.script, "123456");
    ask(&scene, &sample, 3, &choice, CS_OK);
    assert_int_equal(choice.kind, CS_CHOICE_CODE);
    assert_int_equal(choice.index, 2);
    assert_holds(&choice.code, TEXT("123456"));
    cs_secret_free(&choice.code);
    scene_close(&scene);
    scene_open(&scene);
    cs_script_answer(&scene.script, "\b\n");
    ask(&scene, &sample, 3, &choice, CS_OK);
    assert_int_equal(choice.kind, CS_CHOICE_JUNK);
    assert_int_equal(scene.script.rounds, 1);
    scene_close(&scene);
    scene_open(&scene);
    ask(&scene, &sample, 3, &choice, CS_ERR_HANGUP);
    scene_close(&scene);
}

static void test_ask_turns_pages_and_not_for_ever(void **state)
{
    struct cs_menu_entry entries[MANY];
    const struct cs_menu menu = {entries, MANY};
    char names[MANY][32];
    struct cs_choice choice = {0};
    struct scene scene;

    (void)state;
    fill_many(entries, names);
    scene_open(&scene);
    cs_script_answer(&scene.script, "0");
    cs_script_answer(&scene.script, "");
    cs_script_answer(&scene.script, "25"); /* also from a page that does not show it */
    ask(&scene, &menu, 1, &choice, CS_OK);
    assert_int_equal(choice.kind, CS_CHOICE_ENTRY);
    assert_int_equal(choice.index, 24);
    assert_int_equal(choice.answers, 0);
    scene_close(&scene);
    scene_open(&scene);
    for (int i = 0; i < CS_SCRIPT_ANSWERS_MAX; i++)
        cs_script_answer(&scene.script, "0");
    ask(&scene, &menu, 3, &choice, CS_OK);
    assert_int_equal(choice.kind, CS_CHOICE_NONE);
    assert_uint_in_range(scene.script.rounds, 10, 60);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render_documented_sample),
        cmocka_unit_test(test_render_built_in_texts_and_masks),
        cmocka_unit_test(test_parse_answers),
        cmocka_unit_test(test_parse_ambiguous_names_and_codes),
        cmocka_unit_test(test_parse_page_turns),
        cmocka_unit_test(test_render_pages_in_every_language),
        cmocka_unit_test(test_render_hostile_names),
        cmocka_unit_test(test_render_longest_own_texts_within_the_limit),
        cmocka_unit_test(test_ask_within_the_tries),
        cmocka_unit_test(test_the_same_nonsense_twice_ends_the_menu),
        cmocka_unit_test(test_nonsense_in_turn_ends_the_menu),
        cmocka_unit_test(test_code_is_no_prefix_of_a_number),
        cmocka_unit_test(test_what_is_masked_cannot_be_guessed),
        cmocka_unit_test(test_name_as_plain_ascii_shows_it),
        cmocka_unit_test(test_ask_code_junk_and_hangup),
        cmocka_unit_test(test_ask_turns_pages_and_not_for_ever),
    };

    return cmocka_run_group_tests_name("menu", tests, NULL, NULL);
}
