/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/request.h"

#include <string.h>

#include "base/pasted_word.h"
#include "u2f/relay.h"

/* How all kinds of request start, and anything that may be mistaken for one. */
#define WORD_START CS_U2F_WORD_START

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_whole(const char *word, size_t length)
{
    struct cs_u2f_request request;

    return cs_u2f_read_request(word, length, &request, NULL) == CS_OK;
}

/*
 * Appends the word at the start of `text`. If PuTTY has broken it, its further pieces stand in the
 * framed lines behind it; they are added until the checksum says that this is all. Returns whether
 * a piece that is still missing could follow the end of `text`.
 */
static bool join(const char *text, struct cs_buffer *out)
{
    for (;;) {
        size_t length = cs_pasted_word_length(text);

        cs_buffer_add(out, text, length);
        text += length;
        text += strspn(text, " \t\r");
        if (length == 0 || out->failed || is_whole(out->text, out->length))
            return false;
        if (*text == '\0')
            return true;
        if (*text != '\n' || !cs_pasted_word_is_framed(text + 1))
            return false;
        text += 1 + CS_PASTED_WORD_FRAME;
    }
}

static bool goes_on(const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer word = {0};

    return join(text, &word);
}

/* Reads the word that `text` starts with. */
static enum cs_err take_word(const char *text, struct cs_buffer *out, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer joined = {0};
    struct cs_u2f_request request;
    size_t length = 0;
    enum cs_err result;

    if (cs_u2f_find_request(text, &length) != text)
        length = cs_pasted_word_length(text);
    result = cs_u2f_read_request(text, length, &request, error);
    if (result == CS_ERR_INPUT) {
        (void)join(text, &joined);
        if (joined.failed)
            return cs_fail_nomem(error);
        if (is_whole(joined.text, joined.length)) {
            cs_buffer_append(out, &joined);
            return out->failed ? cs_fail_nomem(error) : CS_OK;
        }
    }
    if (result == CS_OK) {
        cs_buffer_add(out, text, length);
        return out->failed ? cs_fail_nomem(error) : CS_OK;
    }
    if (result == CS_ERR_INPUT && cs_u2f_is_request(text))
        cs_pasted_word_advise(text, error);
    return result;
}

/* Says why `text` is not a request, in the library's words except for the prefix that they would
 * name. */
static enum cs_err fail_without(const char *text, enum cs_u2f_purpose purpose,
                                struct cs_error *error)
{
    struct cs_u2f_request request;
    enum cs_err result;

    if (purpose == CS_U2F_REGISTER && text[0] != '\0' && !starts_with(text, "U2F"))
        return cs_fail(error, CS_ERR_INPUT,
                       "the beginning of the request to enrol is missing: copy it whole, "
                       "from " CS_U2F_ENROL_PREFIX " or " CS_U2F_ENROL2_PREFIX " to its end");
    result = cs_u2f_read_request(text, strlen(text), &request, error);
    return result == CS_OK ? CS_ERR_INPUT : result;
}

enum cs_err cs_touch_find_request(const char *given, enum cs_u2f_purpose purpose,
                                  struct cs_buffer *out, struct cs_error *error)
{
    static const struct cs_pasted_word wanted = {
        .ask = "Paste the request: ",
        .again = "That line contains no request. Paste the request: ",
        .prefix = WORD_START,
        .goes_on = goes_on,
        .more = "The request is not complete. Paste the rest of it, or press Enter: ",
    };
    CS_AUTO(cs_buffer_free) struct cs_buffer pasted = {0};
    const char *found = given ? cs_pasted_word_find(given, WORD_START) : NULL;
    enum cs_err result = CS_OK;

    if (given == NULL) {
        result = cs_pasted_word_read(&wanted, &pasted, error);
        if (result != CS_OK && result != CS_ERR_NOT_FOUND)
            return result;
        found = result == CS_OK ? pasted.text : NULL;
        given = pasted.text;
    }
    return found ? take_word(found, out, error) : fail_without(given, purpose, error);
}
