/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/letter.h"

#include <ctype.h>
#include <string.h>

#include "cli/html.h"
#include "conversation/qr_svg.h"
#include "providers/local/codes.h"

enum value {
    LANGUAGE,
    DIRECTION,
    USER,
    HOST,
    TITLE,
    INTRO,
    SCAN,
    QR,
    TYPE,
    SECRET,
    SETTINGS,
    LOGIN,
    CODES,
    UNTIL,
    KEEP,
    VALUES
};

static const char *const names[VALUES] = {
    [LANGUAGE] = "lang", [DIRECTION] = "dir", [USER] = "user",         [HOST] = "host",
    [TITLE] = "title",   [INTRO] = "intro",   [SCAN] = "scan",         [QR] = "qr",
    [TYPE] = "type",     [SECRET] = "secret", [SETTINGS] = "settings", [LOGIN] = "login",
    [CODES] = "codes",   [UNTIL] = "until",   [KEEP] = "keep"};

/* The texts among them. */
static const struct {
    enum value value;
    enum cs_text text;
} sayings[] = {{TITLE, CS_TEXT_LETTER_TITLE}, {INTRO, CS_TEXT_LETTER_INTRO},
               {SCAN, CS_TEXT_LETTER_SCAN},   {TYPE, CS_TEXT_LETTER_TYPE},
               {LOGIN, CS_TEXT_LETTER_LOGIN}, {KEEP, CS_TEXT_LETTER_KEEP}};

struct values {
    struct cs_buffer of[VALUES]; /* HTML */
};

static void clear_values(struct values *values)
{
    for (size_t i = 0; i < VALUES; i++)
        cs_buffer_free(&values->of[i]);
}

/* ---- the template ---- */

/* A {{name}} at `text`; NULL: what is there is none, or has no known name. */
static const char *read_name(const char *text, enum value *ret_value)
{
    for (size_t i = 0; i < VALUES; i++) {
        size_t length = strlen(names[i]);

        *ret_value = (enum value)i;
        if (strncmp(text + 2, names[i], length) == 0 && strncmp(text + 2 + length, "}}", 2) == 0)
            return text + length + 4;
    }
    return NULL;
}

static size_t line_of(const char *template, const char *place)
{
    size_t line = 1;

    for (const char *c = template; c < place; c++)
        line += *c == '\n';
    return line;
}

enum cs_err cs_letter_check(const char *template, const char *path, struct cs_error *error)
{
    const char *rest = template;
    bool has_secret = false;

    for (const char *name; (name = strstr(rest, "{{")) != NULL;) {
        enum value value = VALUES;

        rest = read_name(name, &value);
        if (rest == NULL)
            return cs_fail(error, CS_ERR_INPUT,
                           "%s:%zu: '%.*s' is nothing that a letter has; 'countersign enroll "
                           "--show-template' shows what there is",
                           path, line_of(template, name), (int)strcspn(name, "}\n \t"), name);
        has_secret = has_secret || value == SECRET;
    }
    return has_secret ? CS_OK
                      : cs_fail(error, CS_ERR_INPUT,
                                "%s: has no {{secret}}, without which nobody whose camera does not "
                                "work could use the letter",
                                path);
}

static void fill_in(const char *template, const struct values *values, struct cs_buffer *page)
{
    const char *rest = template;

    for (const char *name; (name = strstr(rest, "{{")) != NULL;) {
        enum value value = VALUES;

        cs_buffer_add(page, rest, (size_t)(name - rest));
        rest = read_name(name, &value);
        if (rest == NULL) { /* cs_letter_check knows better */
            page->failed = true;
            return;
        }
        cs_buffer_append(page, &values->of[value]);
    }
    cs_buffer_text(page, rest);
}

/* ---- values ---- */

/* Line breaks are for terminals; not every script has blanks between words. */
static void add_joined(const char *language, struct cs_buffer *text, struct cs_buffer *out)
{
    const char *blank =
        strncmp(language, "ja", 2) == 0 || strncmp(language, "zh", 2) == 0 ? "" : " ";
    char *rest = text->text, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        cs_html_escape(out, line);
        cs_buffer_text(out, rest != NULL ? blank : "");
    }
}

static void add_saying(const struct cs_phrasebook *book, enum cs_text key, const char *value,
                       struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct cs_values values = {0};

    cs_values_set(&values, 'N', value);
    cs_say(book, key, &values, &text);
    out->failed = out->failed || text.failed;
    add_joined(book->catalogue->translation, &text, out);
}

static void add_codes(const struct cs_letter *letter, struct cs_buffer *out)
{
    if (letter->enrolment->codes_count == 0)
        return;
    cs_buffer_text(out, "<p>");
    add_saying(letter->book, CS_TEXT_LETTER_CODES, NULL, out);
    cs_buffer_text(out, "</p>\n<ul dir=\"ltr\">\n");
    for (size_t i = 0; i < letter->enrolment->codes_count; i++) {
        char shown[CS_RECOVERY_SHOWN_SIZE];

        cs_recovery_show(&letter->enrolment->codes[i], shown);
        cs_buffer_printf(out, "<li>%s</li>\n", shown);
        cs_wipe(shown, sizeof shown);
    }
    cs_buffer_text(out, "</ul>\n");
}

static void add_settings(const struct cs_factor *factor, struct cs_buffer *out)
{
    bool hotp = factor->kind == CS_STORED_HOTP;

    cs_buffer_text(out, hotp ? "HOTP, " : "TOTP, ");
    for (const char *c = factor->algorithm; *c != '\0'; c++)
        cs_buffer_printf(out, "%c", toupper((unsigned char)*c));
    cs_buffer_printf(out, ", %u", factor->digits);
    if (hotp)
        cs_buffer_printf(out, ", %lld", (long long)(factor->last_step + 1));
    else
        cs_buffer_printf(out, ", %u s", factor->period);
}

static void add_language(const struct cs_catalogue *catalogue, struct cs_buffer *out)
{
    const char *language = catalogue->translation[0] ? catalogue->translation : "en";

    for (const char *c = language; *c != '\0'; c++)
        cs_buffer_add(out, *c == '_' ? "-" : c, 1); /* RFC 5646 */
}

static void say_all(const struct cs_letter *letter, struct values *values)
{
    const struct cs_phrasebook *book = letter->book;

    for (size_t i = 0; i < CS_ARRAY_SIZE(sayings); i++)
        add_saying(book, sayings[i].text, NULL, &values->of[sayings[i].value]);
    if (letter->until != NULL) {
        cs_buffer_text(&values->of[UNTIL], "<p><strong>");
        add_saying(book, CS_TEXT_LETTER_UNTIL, letter->until, &values->of[UNTIL]);
        cs_buffer_text(&values->of[UNTIL], "</strong></p>\n");
    }
    add_language(book->catalogue, &values->of[LANGUAGE]);
    cs_buffer_text(&values->of[DIRECTION], book->catalogue->rtl ? "rtl" : "ltr");
    cs_html_text(&values->of[USER], letter->enrolment->factor.user);
    cs_html_text(&values->of[HOST], letter->names->host.nodename);
    add_settings(&letter->enrolment->factor, &values->of[SETTINGS]);
    add_codes(letter, &values->of[CODES]);
}

enum cs_err cs_letter_render(const struct cs_letter *letter, struct cs_buffer *ret_page,
                             struct cs_buffer *ret_picture, struct cs_error *error)
{
    CS_AUTO(clear_values) struct values values = {0};
    CS_AUTO(cs_secret_free) struct cs_secret uri = {0};
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    enum cs_err result = cs_enrolment_texts(letter->names, letter->enrolment, &uri, &key, error);

    if (result != CS_OK)
        return result;
    if (!cs_qr_svg_add(&values.of[QR], uri.data))
        return cs_fail(error, CS_ERR_LIMIT,
                       "%s: issuer, label and secret are too long for a QR code",
                       letter->enrolment->factor.user);
    cs_buffer_append(ret_picture, &values.of[QR]);
    cs_enrolment_add_key(&key, &values.of[SECRET]);
    say_all(letter, &values);
    fill_in(letter->template, &values, ret_page);
    return ret_page->failed || ret_picture->failed ? cs_fail_nomem(error) : CS_OK;
}
