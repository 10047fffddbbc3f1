/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mail_message.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/sanitise.h"
#include "net/mail_address.h"

enum {
    COLUMNS_MAX = 76, /* RFC 2045 section 6.7 (5), and RFC 2047 section 2 for encoded words */
    WORD_BYTES = 39,  /* of an encoded word: the first shares its line with "Subject: " */
    WORD_CHARS = 60,  /* in base64, with room */
    SUBJECT_MAX = 900 /* bytes: a word longer than a line stays whole, and below 998 */
};

#define ALPHANUMERIC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char id_bytes[] = ALPHANUMERIC "-";
static const char language_bytes[] = ALPHANUMERIC "-_";

void cs_mail_date(int64_t seconds, char ret_date[CS_MAIL_DATE_SIZE])
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t time = (time_t)seconds;
    char rest[sizeof "9999 23:59:59 +0000"];
    struct tm parts;

    ret_date[0] = '\0';
    if (gmtime_r(&time, &parts) == NULL || parts.tm_year < 0 || parts.tm_year > 9999 - 1900)
        return;
    (void)strftime(rest, sizeof rest, "%Y %H:%M:%S +0000", &parts);
    (void)snprintf(ret_date, CS_MAIL_DATE_SIZE, "%s, %d %s %s", days[parts.tm_wday], parts.tm_mday,
                   months[parts.tm_mon], rest);
}

/* ---- the subject ---- */

/* Whether it may stand there as it is; what looks like an encoded word would be decoded. */
static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~')
            return false;
    }
    return strstr(text, "=?") == NULL;
}

/* Folded at blanks (RFC 5322 section 2.2.3). */
static void add_plain(struct cs_buffer *out, size_t column, const char *text)
{
    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        size_t length = blanks + strcspn(text + blanks, " ");

        if (column + length > COLUMNS_MAX && blanks > 0 && length > blanks) {
            cs_buffer_text(out, "\r\n");
            column = 0;
        }
        cs_buffer_add(out, text, length);
        column += length;
        text += length;
    }
}

/* RFC 2047 section 5 (3): no character is in two words. */
static void add_encoded(struct cs_buffer *out, const char *text)
{
    size_t left = strlen(text);

    for (bool first = true; left > 0; first = false) {
        unsigned char word[WORD_CHARS + 1];
        size_t length = 0;

        while (length < left) {
            unsigned long code;
            size_t size = cs_utf8_decode(text + length, left - length, &code);

            if (size == 0 || length + size > WORD_BYTES)
                break;
            length += size;
        }
        (void)EVP_EncodeBlock(word, (const unsigned char *)text, (int)length);
        cs_buffer_printf(out, "%s=?UTF-8?B?%s?=", first ? "" : "\r\n ", (const char *)word);
        if (length == 0) /* no UTF-8, which was checked */
            break;
        text += length;
        left -= length;
    }
}

static void add_subject(struct cs_buffer *out, const char *subject)
{
    cs_buffer_text(out, "Subject: ");
    if (is_plain(subject))
        add_plain(out, strlen("Subject: "), subject);
    else
        add_encoded(out, subject);
    cs_buffer_text(out, "\r\n");
}

/* ---- the text ---- */

/* "From " at the start of a line is something else in a mailbox; a server may use up a dot. */
static bool stands_as_it_is(const char *text, size_t left, bool first)
{
    char byte = *text;

    if (byte == ' ' || byte == '\t')
        return left > 1;
    if (first && (byte == '.' || (left >= 5 && strncmp(text, "From ", 5) == 0)))
        return false;
    return byte > ' ' && byte <= '~' && byte != '=';
}

/* Quoted-printable; a line that is too long goes on behind a soft break. */
static void add_line(struct cs_buffer *out, const char *line, size_t length)
{
    size_t column = 0;

    for (size_t i = 0; i < length; i++) {
        bool plain;
        size_t width;

        if (column + 3 > COLUMNS_MAX - 1) {
            cs_buffer_text(out, "=\r\n");
            column = 0;
        }
        plain = stands_as_it_is(line + i, length - i, column == 0);
        width = plain ? 1 : 3;
        if (plain)
            cs_buffer_add(out, line + i, 1);
        else
            cs_buffer_printf(out, "=%02X", (unsigned)(unsigned char)line[i]);
        column += width;
    }
    cs_buffer_text(out, "\r\n");
}

static void add_body(struct cs_buffer *out, const char *body)
{
    while (*body != '\0') {
        size_t length = strcspn(body, "\n");

        add_line(out, body, length);
        body += length + (body[length] == '\n');
    }
}

/* ---- the whole ---- */

static bool is_utf8(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0, size; i < length; i += size) {
        unsigned long code;

        size = cs_utf8_decode(text + i, length - i, &code);
        if (size == 0)
            return false;
    }
    return true;
}

static enum cs_err check(const struct cs_mail_message *message, struct cs_error *error)
{
    if (!cs_mail_is_address(message->from) || !cs_mail_is_address(message->to))
        return cs_fail(error, CS_ERR_INPUT, "'%s' or '%s' is no address of mail", message->from,
                       message->to);
    if (message->id[0] == '\0' || message->id[strspn(message->id, id_bytes)] != '\0')
        return cs_fail(error, CS_ERR_INPUT, "a mail's ID has other characters than it may");
    if (!is_utf8(message->subject) || !is_utf8(message->body) ||
        strlen(message->subject) > SUBJECT_MAX)
        return cs_fail(error, CS_ERR_INPUT, "a mail's text is no UTF-8, or its subject too long");
    return CS_OK;
}

/* RFC 3282; a language of a catalogue has an underscore where that has a dash. */
static void add_language(struct cs_buffer *out, const char *language)
{
    if (language[strspn(language, language_bytes)] != '\0')
        return;
    cs_buffer_text(out, "Content-Language: ");
    for (const char *at = language[0] != '\0' ? language : "en"; *at != '\0'; at++)
        cs_buffer_add(out, *at == '_' ? "-" : at, 1);
    cs_buffer_text(out, "\r\n");
}

enum cs_err cs_mail_compose(const struct cs_mail_message *message, struct cs_buffer *out,
                            struct cs_error *error)
{
    enum cs_err result = check(message, error);
    char date[CS_MAIL_DATE_SIZE];

    if (result != CS_OK)
        return result;
    cs_mail_date(message->time, date);
    cs_buffer_printf(out, "Date: %s\r\nFrom: %s\r\nTo: %s\r\n", date, message->from, message->to);
    cs_buffer_printf(out, "Message-ID: <%s%s>\r\n", message->id, strchr(message->from, '@'));
    add_subject(out, message->subject);
    /* RFC 3834 section 5: nobody's vacation answers it. */
    cs_buffer_text(out, "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=UTF-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n");
    add_language(out, message->language);
    cs_buffer_text(out, "\r\n");
    add_body(out, message->body);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}
