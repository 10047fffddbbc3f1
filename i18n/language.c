/* SPDX-License-Identifier: Apache-2.0 */
#include "i18n/language.h"

#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return (char)(c | 0x20);
}

static char upper(char c)
{
    return (char)(c & ~0x20);
}

bool cs_language_parse(const char *tag, char ret_language[CS_LANGUAGE_SIZE])
{
    size_t length = tag ? strcspn(tag, ".@") : 0; /* a POSIX name's codeset and modifier */
    size_t letters = 0;

    ret_language[0] = '\0';
    while (letters < length && is_letter(tag[letters]))
        letters++;
    if (letters < 2 || letters > 3 || (length != letters && length != letters + 3))
        return false;
    if (length > letters && ((tag[letters] != '_' && tag[letters] != '-') ||
                             !is_letter(tag[letters + 1]) || !is_letter(tag[letters + 2])))
        return false;
    for (size_t i = 0; i < letters; i++)
        ret_language[i] = lower(tag[i]);
    ret_language[letters] = '\0';
    if (length > letters) {
        ret_language[letters] = '_';
        ret_language[letters + 1] = upper(tag[letters + 1]);
        ret_language[letters + 2] = upper(tag[letters + 2]);
        ret_language[letters + 3] = '\0';
    }
    return true;
}

bool cs_language_parent(const char *language, char ret_parent[CS_LANGUAGE_SIZE])
{
    size_t letters = strcspn(language, "_");

    if (language[letters] == '\0')
        return false;
    memcpy(ret_parent, language, letters);
    ret_parent[letters] = '\0';
    return true;
}

bool cs_language_nearest(const char *language, char ret_nearest[CS_LANGUAGE_SIZE])
{
    static const struct {
        const char *language, *nearest;
    } rows[] = {{"pt", "pt_BR"}, {"zh", "zh_CN"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].language, language) == 0) {
            memcpy(ret_nearest, rows[i].nearest, strlen(rows[i].nearest) + 1);
            return true;
        }
    }
    return false;
}

bool cs_language_is_rtl(const char *language)
{
    static const char *const languages[] = {"ar", "fa", "he", "ur", "yi"};

    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        if (strncmp(language, languages[i], 2) == 0 && (language[2] == '\0' || language[2] == '_'))
            return true;
    }
    return false;
}
