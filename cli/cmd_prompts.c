/* SPDX-License-Identifier: Apache-2.0 */
/* Shows each round as a user would see it, with sample values, so that translators and
 * administrators can check it without logging in. The code of a real login renders it. */
#include <string.h>

#include "cli/cli.h"
#include "cli/verb.h"
#include "conversation/lines.h"
#include "conversation/menu.h"
#include "conversation/waiting.h"
#include "paths.h"
#include "u2f/relay.h"

enum { LANGUAGE, SERVICE, CHANNEL };

const struct cs_verb_option cs_options_prompts[CS_VERB_OPTIONS_MAX] = {
    [LANGUAGE] = {"lang", "LANGUAGE", "The configured language is the default."},
    [SERVICE] = {"service", "NAME", "The PAM service; sshd by default."},
    [CHANNEL] = {"channel", "CHANNEL", "sshd-fold (the default), sshd-live or terminal."},
};

enum channel { SSHD_FOLD, SSHD_LIVE, TERMINAL, CHANNELS };

static const char *const channel_names[CHANNELS] = {"sshd-fold", "sshd-live", "terminal"};

static const struct cs_menu_entry entries[] = {
    {CS_TEXT_TOTP, NULL, "totp", false, true},
    {CS_TEXT_SMS, "+15551234567", "sms", true, false},
    {CS_TEXT_EMAIL, "alice@example.com", "email", true, false},
    {CS_TEXT_VOICE, "+15551234567", "voice", true, false},
    {CS_TEXT_TRANS_SMS, "+15557654321", NULL, true, false},
    {CS_TEXT_TRANS_EMAIL, "a.example@example.com", NULL, true, false},
    {CS_TEXT_DEVICE_PRESENCE, "Phone", NULL, false, false},
    {CS_TEXT_DEVICE_BIOMETRIC, "Phone", NULL, false, false},
    {CS_TEXT_DEVICE_PRESENCE, "Tablet", NULL, false, false},
    {CS_TEXT_DEVICE_BIOMETRIC, "Tablet", NULL, false, false},
    {CS_TEXT_DEVICE_PRESENCE, "Watch", NULL, false, false},
    {CS_TEXT_DEVICE_PRESENCE, "Spare phone", NULL, false, false},
    {CS_TEXT_U2F, "Blue key", "u2f", false, false},
    {CS_TEXT_PHONE, NULL, NULL, false, false},
    {CS_TEXT_BROWSER, NULL, NULL, false, false},
};

/* Rounds that are texts one after the other; the last is the prompt, unless it is a notice. */
static const struct {
    const char *title;
    enum cs_text texts[2];
    size_t count;
    const char *name; /* %N */
} rounds[] = {
    {"a code", {CS_TEXT_OTP_PROMPT}, 1, ""},
    {"a code, or an approval on the phone", {CS_TEXT_OTP_OR_APPROVE}, 1, ""},
    {"the identity at the provider", {CS_TEXT_IDENTITY_PROMPT}, 1, ""},
    {"a code again", {CS_TEXT_CODE_NOT_ACCEPTED, CS_TEXT_OTP_PROMPT}, 2, ""},
    {"a code by text message",
     {CS_TEXT_SENT_SMS, CS_TEXT_OTP_PROMPT_CORRELATION},
     2,
     "+15551234567"},
    {"a code by email",
     {CS_TEXT_SENT_EMAIL, CS_TEXT_OTP_PROMPT_CORRELATION},
     2,
     "alice@example.com"},
    {"a code by phone call",
     {CS_TEXT_SENT_VOICE, CS_TEXT_OTP_PROMPT_CORRELATION},
     2,
     "+15551234567"},
    {"after a recovery code", {CS_TEXT_RECOVERY_LEFT}, 1, "9"},
    {"a password", {CS_TEXT_PASSWORD_PROMPT}, 1, ""},
    {"a password again", {CS_TEXT_PASSWORD_NOT_ACCEPTED, CS_TEXT_PASSWORD_PROMPT}, 2, ""},
    {"a code and a password", {CS_TEXT_TOTP_AND_PASSWORD}, 1, ""},
    {"a password and a code", {CS_TEXT_PASSWORD_AND_TOTP}, 1, ""},
    {"a code and a password, or a device", {CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE}, 1, ""},
    {"a password and a code, or a device", {CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE}, 1, ""},
    {"a code and a password again", {CS_TEXT_NOT_ACCEPTED, CS_TEXT_TOTP_AND_PASSWORD}, 2, ""},
    {"nothing registered", {CS_TEXT_NOT_ENROLLED}, 1, ""},
    {"nothing registered yet", {CS_TEXT_ENROL_BY}, 1, "12"},
    {"a ticket, for who may enrol at a login", {CS_TEXT_SELF_ENROLL_TICKET}, 1, ""},
    {"a code to scan, below it", {CS_TEXT_SELF_ENROLL_SCAN}, 1, ""},
    {"a new key, and its first code", {CS_TEXT_SELF_ENROLL_KEY}, 1, ""},
    {"that again", {CS_TEXT_CODE_NOT_ACCEPTED, CS_TEXT_SELF_ENROLL_KEY}, 2, ""},
    {"recovery codes, which stand between the texts",
     {CS_TEXT_SELF_ENROLL_CODES, CS_TEXT_SELF_ENROLL_DONE},
     2,
     ""},
    {"before a text message", {CS_TEXT_CONSENT_SMS}, 1, "+15551234567"},
    {"before an email", {CS_TEXT_CONSENT_EMAIL}, 1, "alice@example.com"},
    {"before a phone call", {CS_TEXT_CONSENT_VOICE}, 1, "+15551234567"},
    {"before a request to a device", {CS_TEXT_CONSENT_DEVICE}, 1, "Phone"},
    {"before a request to the phone", {CS_TEXT_CONSENT_PHONE}, 1, ""},
    {"the word to type there, or its first letter", {CS_TEXT_CONSENT_WORD}, 1, ""},
    {"refused on the device", {CS_TEXT_WAIT_DENIED}, 1, "Phone"},
    {"not approved in time", {CS_TEXT_WAIT_EXPIRED}, 1, "Phone"},
    {"refused on the phone or in the browser", {CS_TEXT_SIGN_IN_DENIED}, 1, ""},
    {"not approved there in time", {CS_TEXT_SIGN_IN_EXPIRED}, 1, ""},
    {"the PIN without which no request is sent", {CS_TEXT_USER_CODE_PROMPT}, 1, ""},
    {"on the device itself", {CS_TEXT_VERIFY_MESSAGE}, 1, ""},
    {"self: not allowed", {CS_TEXT_SELF_OFF}, 1, ""},
    {"self: one is running", {CS_TEXT_SELF_BUSY}, 1, ""},
    {"self: before the factors", {CS_TEXT_SELF_FACTORS}, 1, ""},
    {"self: after them", {CS_TEXT_SELF_CODES_LEFT}, 1, "9"},
    {"self: before a factor is replaced", {CS_TEXT_SELF_REPLACE}, 1, ""},
    {"self: another one confirmed that", {CS_TEXT_SELF_OTHER_FACTOR}, 1, ""},
    {"self: no such factor", {CS_TEXT_SELF_NO_FACTOR}, 1, ""},
    {"self: no room for another", {CS_TEXT_SELF_FULL}, 1, ""},
    {"self: nothing happened", {CS_TEXT_SELF_UNCHANGED}, 1, ""},
    {"self: before new recovery codes", {CS_TEXT_SELF_CODES}, 1, ""},
    {"self: a factor was added", {CS_TEXT_SELF_ADDED}, 1, ""},
    {"self: a factor was replaced", {CS_TEXT_SELF_REPLACED}, 1, ""},
    {"self: a language was chosen", {CS_TEXT_SELF_LANGUAGE}, 1, ""},
    {"a letter: its title", {CS_TEXT_LETTER_TITLE}, 1, ""},
    {"a letter: what it is about", {CS_TEXT_LETTER_INTRO}, 1, ""},
    {"a letter: above the QR code", {CS_TEXT_LETTER_SCAN}, 1, ""},
    {"a letter: before the secret", {CS_TEXT_LETTER_TYPE}, 1, ""},
    {"a letter: logging in", {CS_TEXT_LETTER_LOGIN}, 1, ""},
    {"a letter: before the recovery codes", {CS_TEXT_LETTER_CODES}, 1, ""},
    {"a letter: the last day", {CS_TEXT_LETTER_UNTIL}, 1, "2027-01-31"},
    {"a letter: its end", {CS_TEXT_LETTER_KEEP}, 1, ""},
    {"a mail: its subject, and what happened",
     {CS_TEXT_MAIL_SUBJECT, CS_TEXT_MAIL_ENROLLED},
     2,
     ""},
    {"a mail: what else can happen", {CS_TEXT_MAIL_ADDED, CS_TEXT_MAIL_REPLACED}, 2, ""},
    {"a mail: more of that", {CS_TEXT_MAIL_REMOVED, CS_TEXT_MAIL_RECOVERY}, 2, ""},
    {"a mail: when, by what", {CS_TEXT_MAIL_TIME, CS_TEXT_MAIL_SERVICE}, 2, "2027-01-31 12:34"},
    {"a mail: from where, and its end", {CS_TEXT_MAIL_ADDRESS, CS_TEXT_MAIL_NOT_YOU}, 2, ""},
    {"a security key here", {CS_TEXT_U2F_ENTER}, 1, ""},
    {"a security key here, where text is shown at once", {CS_TEXT_U2F_TOUCH}, 1, ""},
    {"the PIN of a security key here", {CS_TEXT_U2F_PIN}, 1, ""},
    {"the PIN of a security key here again", {CS_TEXT_U2F_PIN_WRONG, CS_TEXT_U2F_PIN}, 2, ""},
};

/* Rounds in which a request to a security key follows the texts. */
static const struct {
    const char *title;
    enum cs_text texts[2];
    size_t count;
} requests[] = {
    {"a security key elsewhere", {CS_TEXT_U2F_PROMPT}, 1},
    {"a security key elsewhere again", {CS_TEXT_NOT_ACCEPTED, CS_TEXT_U2F_PROMPT}, 2},
    {"a security key elsewhere that needs its PIN", {CS_TEXT_U2F_VERIFY, CS_TEXT_U2F_PROMPT}, 2},
    {"the first of several rounds for security keys", {CS_TEXT_U2F_MORE, CS_TEXT_U2F_PROMPT}, 2},
    {"a security key elsewhere, because none is here", {CS_TEXT_U2F_NO_KEY, CS_TEXT_U2F_PROMPT}, 2},
    {"a security key elsewhere, because the one here is refused",
     {CS_TEXT_U2F_WITHHELD, CS_TEXT_U2F_PROMPT},
     2},
    {"a security key elsewhere, because the one here takes no PIN now",
     {CS_TEXT_U2F_PIN_RESTS, CS_TEXT_U2F_PROMPT},
     2},
    {"a security key elsewhere, because the one here is blocked",
     {CS_TEXT_U2F_PIN_BLOCKED, CS_TEXT_U2F_PROMPT},
     2},
    {"a security key elsewhere, because the one here has few tries left",
     {CS_TEXT_U2F_PIN_KEPT, CS_TEXT_U2F_PROMPT},
     2},
    {"a security key elsewhere, because the PIN of the one here must be changed",
     {CS_TEXT_U2F_PIN_STALE, CS_TEXT_U2F_PROMPT},
     2},
    {"a security key elsewhere, because the one here has no PIN",
     {CS_TEXT_U2F_CANNOT_VERIFY, CS_TEXT_U2F_PROMPT},
     2},
    {"a security key here or elsewhere, after a touch that did not come",
     {CS_TEXT_U2F_NO_TOUCH, CS_TEXT_U2F_ENTER},
     2},
};

/* What an approval is awaited with. */
static const struct {
    const char *title;
    enum cs_text text; /* where text is shown at once */
    struct cs_waiting waiting;
} waits[] = {
    {"waiting for an approval", CS_TEXT_DEVICE_PROMPT, {.device = "Phone"}},
    {"waiting for an approval with a number",
     CS_TEXT_DEVICE_NUMBER,
     {.device = "Phone", .correlation = "42"}},
    {"waiting for an approval on the phone", CS_TEXT_PHONE_PROMPT, {.place = CS_PLACE_PHONE}},
    {"waiting for an approval with a word",
     CS_TEXT_PHONE_WORD,
     {.place = CS_PLACE_PHONE, .correlation = "K7QX2MPA", .compares = true}},
    {"waiting for a sign-in with a browser",
     CS_TEXT_BROWSER_PROMPT,
     {.place = CS_PLACE_BROWSER,
      .correlation = "WDJB-MJHT",
      .url = "https://id.example.com/device"}},
};

struct preview {
    struct cs_phrasebook book;
    struct cs_values values;
    enum channel channel;
};

static void title(const char *text)
{
    (void)printf("--- %s\n", text);
}

/* Whether a round asks for a key at this machine, which no SSH connection sees. */
static bool is_here(const enum cs_text *texts, size_t count)
{
    static const enum cs_text here[] = {CS_TEXT_U2F_ENTER,       CS_TEXT_U2F_NO_KEY,
                                        CS_TEXT_U2F_WITHHELD,    CS_TEXT_U2F_PIN,
                                        CS_TEXT_U2F_PIN_WRONG,   CS_TEXT_U2F_PIN_RESTS,
                                        CS_TEXT_U2F_PIN_BLOCKED, CS_TEXT_U2F_PIN_KEPT,
                                        CS_TEXT_U2F_PIN_STALE,   CS_TEXT_U2F_CANNOT_VERIFY};

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < CS_ARRAY_SIZE(here); j++) {
            if (texts[i] == here[j])
                return true;
        }
    }
    return false;
}

/* What OpenSSH's client prints: its prefix once, before the first line of a prompt. */
static void show_prompt(const struct preview *preview, bool here, const char *text)
{
    if (preview->channel != TERMINAL && !here)
        (void)printf("(%s@%s) ", preview->book.values.of['U' - 'A'],
                     preview->book.values.of['H' - 'A']);
    (void)printf("%s\n", text);
}

/* As methods/u2f_prompt.c appends it to the prompt: as long as for one key, but no key can answer
 * it. */
static void add_request(struct cs_buffer *text, bool verified)
{
    const struct cs_u2f_request request = {.purpose = CS_U2F_AUTHENTICATE,
                                           .app_id = "pam://host.example.com",
                                           .handles = {{.length = 64}},
                                           .handle_count = 1,
                                           .verification =
                                               verified ? CS_U2F_REQUIRED : CS_U2F_DISCOURAGED};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    if (cs_u2f_write_request(&request, &line, NULL) != CS_OK || line.failed)
        return;
    if (text->length == 0 || strchr(" \n", text->text[text->length - 1]) == NULL)
        cs_buffer_text(text, " ");
    cs_buffer_printf(text, "%s : ", line.text);
}

static void show_round(const struct preview *preview, const char *name, const enum cs_text *texts,
                       size_t count, bool request)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    title(name);
    if (texts[0] == CS_TEXT_U2F_NO_TOUCH) { /* told before the prompt, and folded into it */
        cs_say(&preview->book, texts[0], &preview->values, &text);
        cs_end_line(&text);
        texts++;
        count--;
    }
    cs_say_prompt(&preview->book, texts, count, &preview->values, &text);
    if (request)
        add_request(&text, texts[0] == CS_TEXT_U2F_VERIFY);
    if (cs_texts[texts[count - 1]].use == CS_USE_PROMPT)
        show_prompt(preview, is_here(texts, count), text.text ? text.text : "");
    else
        (void)printf("%s%s", text.text ? text.text : "",
                     cs_texts[texts[count - 1]].use == CS_USE_LINES ? "" : "\n");
}

static void show_menu(const struct preview *preview, size_t count, unsigned tries_left)
{
    const struct cs_menu menu = {entries, count};
    size_t first = 0, page = 0;

    do {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        (void)printf("--- a menu of %zu, page %zu%s\n", count, ++page,
                     tries_left > 0 ? ", again" : "");
        cs_menu_render(&preview->book, &menu, first, tries_left, &text, &first);
        show_prompt(preview, false, text.text ? text.text : "");
    } while (first > 0);
}

static void show_enter(const struct preview *preview, size_t wait, bool again)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    (void)printf("--- %s%s\n", waits[wait].title, again ? ", again" : "");
    cs_waiting_prompt(&preview->book, &waits[wait].waiting, again, &text);
    show_prompt(preview, false, text.text ? text.text : "");
}

static void show_waits(struct preview *preview)
{
    static const enum cs_text countdown[] = {CS_TEXT_WAIT_COUNTDOWN};

    for (size_t i = 0; i < CS_ARRAY_SIZE(waits); i++) {
        if (preview->channel == SSHD_FOLD) {
            show_enter(preview, i, false);
            show_enter(preview, i, true);
            continue;
        }
        cs_values_set(&preview->values, 'C', waits[i].waiting.correlation);
        cs_values_set(&preview->values, 'W', waits[i].waiting.url);
        cs_values_set(&preview->values, 'N', "Phone");
        show_round(preview, waits[i].title, &waits[i].text, 1, false);
    }
    if (preview->channel == SSHD_FOLD)
        return;
    cs_values_set(&preview->values, 'N', "25");
    show_round(preview, "a while later", countdown, 1, false);
}

static int show_all(struct preview *preview)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(rounds); i++) {
        cs_values_set(&preview->values, 'N', rounds[i].name);
        show_round(preview, rounds[i].title, rounds[i].texts, rounds[i].count, false);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(requests); i++)
        show_round(preview, requests[i].title, requests[i].texts, requests[i].count, true);
    show_menu(preview, 3, 0);
    show_menu(preview, 3, 2);
    show_menu(preview, CS_ARRAY_SIZE(entries), 0);
    show_waits(preview);
    return CS_EXIT_OK;
}

static void fill(struct preview *preview, const struct cs_options *options, const char *service)
{
    memcpy(preview->book.own, options->texts, sizeof preview->book.own);
    preview->book.ascii = options->ascii_prompts;
    preview->book.mask = options->mask_addresses;
    cs_values_set(&preview->book.values, 'U', "alice");
    cs_values_set(&preview->book.values, 'H', "host.example.com");
    cs_values_set(&preview->book.values, 'S', service);
    cs_values_set(&preview->book.values, 'R', "192.0.2.7");
    cs_values_set(&preview->values, 'I', "1");
    cs_values_set(&preview->values, 'T', "3");
    cs_values_set(&preview->values, 'C', "6439");
    cs_values_set(&preview->values, 'L', "2");
    cs_values_set(&preview->values, 'D', "Phone");
    cs_values_set(&preview->values, 'E', "2027-01-31");
    preview->values.number = 12;
    cs_values_set(&preview->values, 'P', options->method.password_separator);
    cs_values_set(&preview->values, 'K', "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567");
}

static bool find_channel(const char *name, enum channel *ret_channel)
{
    for (size_t i = 0; i < CHANNELS; i++) {
        if (strcmp(channel_names[i], name) == 0) {
            *ret_channel = (enum channel)i;
            return true;
        }
    }
    return false;
}

static void write_stderr(void *context, int priority, const char *line)
{
    (void)context;
    (void)priority;
    (void)fprintf(stderr, "countersign: %s\n", line);
}

static int show(const struct cs_cli *cli, const char *language, const char *service,
                enum channel channel)
{
    const struct cs_log log = {.write = write_stderr};
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_catalogues_free)
    struct cs_catalogues *catalogues = cs_catalogues_new(CS_LOCALE_DIR, &log);
    struct preview preview = {.channel = channel};
    struct cs_error error = {0};
    struct cs_options options;

    if (catalogues == NULL)
        return cs_usage_error("out of memory");
    if (cs_cli_options(cli, &config, &options, &error) != CS_OK)
        return cs_complain(&error);
    cs_config_options(config, service, NULL, &options);
    if (language == NULL)
        language = options.lang ? options.lang : options.default_lang;
    preview.book.catalogue = cs_catalogues_get(catalogues, language ? language : "");
    fill(&preview, &options, service);
    return show_all(&preview);
}

int cs_cmd_prompts(struct cs_cli *cli, const struct cs_words *words)
{
    const char *language = words->options[LANGUAGE], *service = words->options[SERVICE];
    const char *name = words->options[CHANNEL];
    enum channel channel = SSHD_FOLD;
    char parsed[CS_LANGUAGE_SIZE];

    if (language != NULL && !cs_language_parse(language, parsed))
        return cs_usage_error("--lang '%s': a language such as fr or pt_BR expected", language);
    if (name != NULL && !find_channel(name, &channel))
        return cs_misuse(words->verb, "--channel '%s': there is no such channel", name);
    return show(cli, language, service ? service : "sshd", channel);
}
