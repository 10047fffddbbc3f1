/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doctor/sshd_text.h"

/* ---- words ---- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* Between the keyword and the first word one `=` may stand in place of a blank. */
static const char *skip(const char *text, bool after_keyword)
{
    while (is_blank(*text))
        text++;
    if (after_keyword && *text == '=') {
        text++;
        while (is_blank(*text))
            text++;
    }
    return text;
}

static const char *word_end(const char *text, bool keyword)
{
    while (*text != '\0' && !is_blank(*text) && !(keyword && *text == '='))
        text++;
    return text;
}

enum cs_err cs_sshd_words(const char *text, struct cs_strlist *ret_words)
{
    enum cs_err result = CS_OK;

    for (text = skip(text, false); *text != '\0' && *text != '#' && result == CS_OK;
         text = skip(text, ret_words->count == 1)) {
        bool quoted = *text == '"' && strchr(text + 1, '"') != NULL;
        const char *begin = text + quoted;
        const char *end = quoted ? strchr(begin, '"') : word_end(begin, ret_words->count == 0);

        result = cs_strlist_add(ret_words, begin, (size_t)(end - begin));
        text = end + quoted;
    }
    return result;
}

/* ---- patterns ---- */

/* Goes back to the last `*` only, so that the time is bounded by both lengths. */
static bool matches(const char *name, const char *pattern, size_t length)
{
    const char *end = pattern + length, *star = NULL, *retry = NULL;

    while (*name != '\0') {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (pattern < end && (*pattern == '?' || *pattern == *name)) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

int cs_sshd_match(const char *name, const char *patterns)
{
    int found = 0;

    while (*patterns != '\0') {
        size_t length = strcspn(patterns, ",");
        bool negated = *patterns == '!';

        if (matches(name, patterns + negated, length - negated)) {
            if (negated)
                return -1;
            found = 1;
        }
        patterns += length + (patterns[length] == ',');
    }
    return found;
}
