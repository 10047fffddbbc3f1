/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/shown.h"

#include "conversation/menu.h"
#include "conversation/waiting.h"
#include "tests/support/channel_script.h"
#include "tests/unit/languages.h"

static const struct cs_menu_entry entries[] = {
    {CS_TEXT_TOTP, NULL, "totp", false, true},
    {CS_TEXT_SMS, "+15551234567", "smsotp", true, false},
    {CS_TEXT_EMAIL, "alice@example.com", "emailotp", true, false},
    {CS_TEXT_VOICE, "+15551234567", "voiceotp", true, false},
    {CS_TEXT_TRANS_SMS, "+15557654321", NULL, true, false},
    {CS_TEXT_TRANS_EMAIL, "a.example@example.com", NULL, true, false},
    {CS_TEXT_DEVICE_PRESENCE, "Phone", NULL, false, false},
    {CS_TEXT_DEVICE_BIOMETRIC, "Phone", NULL, false, false},
    {CS_TEXT_DEVICE_PRESENCE, "Tablet", NULL, false, false},
    {CS_TEXT_DEVICE_BIOMETRIC, "Tablet", NULL, false, false},
    {CS_TEXT_U2F, NULL, "u2f", false, false},
    {CS_TEXT_PHONE, NULL, NULL, false, false},
    {CS_TEXT_BROWSER, NULL, NULL, false, false},
};

void fill_sample(struct cs_values *values, enum cs_text key)
{
    static const struct {
        enum cs_text key;
        char letter;
        const char *text;
    } others[] = {{CS_TEXT_SENT_EMAIL, 'N', "alice@example.com"},
                  {CS_TEXT_CONSENT_EMAIL, 'N', "alice@example.com"},
                  {CS_TEXT_EMAIL, 'N', "alice@example.com"},
                  {CS_TEXT_TRANS_EMAIL, 'N', "alice@example.com"},
                  {CS_TEXT_DEVICE_PRESENCE, 'N', "Phone"},
                  {CS_TEXT_DEVICE_BIOMETRIC, 'N', "Phone"},
                  {CS_TEXT_PHONE_WORD, 'C', "K7QX2M"},
                  {CS_TEXT_BROWSER_PROMPT, 'C', "WDJB-MJHT"},
                  {CS_TEXT_RECOVERY_LEFT, 'N', "9"},
                  {CS_TEXT_ENROL_BY, 'N', "9"},
                  {CS_TEXT_MAIL_TIME, 'N', "2027-01-31\u00a012:34:56\u00a0+0100"},
                  {CS_TEXT_WAIT_COUNTDOWN, 'N', "25"}};
    static const struct {
        char letter;
        const char *text;
    } samples[] = {{'U', "alice"},
                   {'H', "host.example.com"},
                   {'S', "sshd"},
                   {'R', "192.0.2.7"},
                   {'C', "6439"},
                   {'D', "Phone"},
                   {'I', "1"},
                   /* One word, to see it in its place; in truth it has blanks. */
                   {'K', "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4567"},
                   {'L', "2"},
                   {'T', "3"},
                   {'P', ":"},
                   {'N', "+15551234567"},
                   {'E', "2027-01-31"},
                   {'W', "https://sign-in.example.com/device"}};

    values->number = 9;
    for (size_t i = 0; i < CS_ARRAY_SIZE(samples); i++)
        cs_values_set(values, samples[i].letter, samples[i].text);
    for (size_t i = 0; i < CS_ARRAY_SIZE(others); i++) {
        if (others[i].key == key)
            cs_values_set(values, others[i].letter, others[i].text);
    }
}

static void show_waiting(const struct cs_phrasebook *book, const char *language, look_fn *look)
{
    static const char *const correlations[] = {NULL, "42"};

    for (size_t i = 0; i < 2 * CS_ARRAY_SIZE(correlations); i++) {
        const struct cs_waiting waiting = {.device = "Phone", .correlation = correlations[i / 2]};
        CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};

        cs_waiting_prompt(book, &waiting, i % 2 != 0, &prompt);
        assert_false(prompt.failed);
        look(language, prompt.text);
    }
}

static void show_menus(const struct cs_phrasebook *book, const char *language, look_fn *look)
{
    for (size_t count = 2; count <= CS_ARRAY_SIZE(entries); count++) {
        const struct cs_menu menu = {entries, count};
        size_t first = 0;

        do {
            CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};

            cs_menu_render(book, &menu, first, count % 2 != 0 ? 2 : 0, &page, &first);
            assert_false(page.failed);
            look(language, page.text);
        } while (first > 0);
    }
}

static void show_folded(const struct cs_phrasebook *book, const char *language, look_fn *look)
{
    CS_AUTO(cs_script_channel_clear) struct cs_script_channel script;
    CS_AUTO(cs_fold_channel_clear) struct cs_fold_channel fold;
    CS_AUTO(cs_buffer_free) struct cs_buffer notice = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer folded = {0};
    struct cs_values values = {0};

    cs_script_channel_init(&script);
    cs_fold_channel_init(&fold, &script.channel);
    fill_sample(&values, CS_TEXT_NOT_ENROLLED);
    cs_say(book, CS_TEXT_NOT_ENROLLED, &values, &notice);
    assert_int_equal(cs_tell(&fold.channel, notice.text, NULL), CS_OK);
    cs_say(book, CS_TEXT_OTP_PROMPT, &values, &prompt);
    cs_buffer_printf(&folded, "%s%s", fold.held, prompt.text);
    look(language, folded.text);
}

void each_shown(const char *language, look_fn *look)
{
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
    struct cs_catalogue catalogue;
    struct cs_phrasebook book = {.catalogue = &catalogue};

    if (language[0] != '\0')
        speak(language, &catalogue, &mo);
    else
        cs_catalogue_english(&catalogue);
    for (size_t key = 0; key < CS_TEXTS; key++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
        struct cs_values values = {0};

        fill_sample(&values, (enum cs_text)key);
        cs_say(&book, (enum cs_text)key, &values, &text);
        assert_false(text.failed);
        look(language, text.text);
    }
    show_waiting(&book, language, look);
    show_menus(&book, language, look);
    show_folded(&book, language, look);
}
