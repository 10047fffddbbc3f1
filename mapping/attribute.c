/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/attribute.h"

#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "base/sanitise.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NAME_CHARACTERS LETTERS "0123456789:._-"

/* ---- reading the setting ---- */

static bool is_in(char letter, const char *set)
{
    return letter != '\0' && strchr(set, letter) != NULL;
}

/* The value of one hexadecimal digit, or -1. */
static int hex_value(char digit)
{
    const char *upper = "0123456789ABCDEF", *lower = "0123456789abcdef";
    const char *found = digit ? strchr(upper, digit) : NULL;

    if (found != NULL)
        return (int)(found - upper);
    found = digit ? strchr(lower, digit) : NULL;
    return found ? (int)(found - lower) : -1;
}

/* Decodes one character and moves `at` past it; 0 for a character that is not allowed. */
static char next_character(const char **at)
{
    const char *text = *at;
    char letter = text[0];

    *at += 1;
    if (letter == '%') {
        int high = hex_value(text[1]), low = high < 0 ? -1 : hex_value(text[2]);

        if (low < 0)
            return '\0';
        *at += 2;
        letter = (char)(high * 16 + low);
    }
    return is_in(letter, NAME_CHARACTERS " \"()") ? letter : '\0';
}

static enum cs_err decode(const char *option, const char *text, char ret_text[CS_ATTRIBUTE_BYTES],
                          struct cs_error *error)
{
    size_t length = 0;

    for (const char *at = text; *at != '\0'; length++) {
        size_t place = (size_t)(at - text) + 1;

        if (length == CS_ATTRIBUTE_BYTES - 1)
            return cs_fail(error, CS_ERR_CONFIG, "%s is longer than %d bytes", option,
                           CS_ATTRIBUTE_BYTES - 1);
        ret_text[length] = next_character(&at);
        if (ret_text[length] == '\0')
            return cs_fail(error, CS_ERR_CONFIG,
                           "%s: byte %zu: only letters, digits, : . _ - ( ), blanks and quotes are "
                           "allowed, or %% and two hexadecimal digits for one of them",
                           option, place);
    }
    ret_text[length] = '\0';
    return CS_OK;
}

/* ---- the filter ---- */

/* Whether ` eq "value"` after the text compares with the value. After an open quote the value,
 * which people can choose, would become syntax. */
static bool takes_a_value(const char *text)
{
    size_t length = strlen(text), open = 0;
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && text[i] == '(')
            open++;
        else if (!quoted && text[i] == ')' && open-- == 0)
            return false;
    }
    return !quoted && open == 0 && length > 0 && is_in(text[length - 1], NAME_CHARACTERS);
}

static void add_string(struct cs_buffer *out, const char *value)
{
    cs_percent_encode(out, "\"", 1, "");
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            cs_percent_encode(out, "\\", 1, "");
        cs_percent_encode(out, at, 1, "");
    }
    cs_percent_encode(out, "\"", 1, "");
}

enum cs_err cs_scim_filter(const char *attribute, const char *value, struct cs_buffer *out,
                           struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer filter = {0};
    char decoded[CS_ATTRIBUTE_BYTES];
    enum cs_err err = decode("user_name_attr", attribute, decoded, error);

    if (err != CS_OK)
        return err;
    if (!takes_a_value(decoded))
        return cs_fail(error, CS_ERR_CONFIG,
                       "user_name_attr must end in the name of an attribute, with every quote and "
                       "parenthesis before it closed");
    if (*value == '\0' || !cs_is_clean(value, strlen(value)))
        return cs_fail(error, CS_ERR_INPUT,
                       "a name to look up is empty, or contains control characters or bytes that "
                       "are not UTF-8");
    cs_percent_encode(&filter, decoded, strlen(decoded), ":()");
    cs_percent_encode(&filter, " eq ", strlen(" eq "), "");
    add_string(&filter, value);
    if (filter.length > CS_SCIM_FILTER_BYTES)
        return cs_fail(error, CS_ERR_LIMIT,
                       "the filter that looks a user up is longer than %d characters; shorten "
                       "user_name_attr or the name",
                       CS_SCIM_FILTER_BYTES);
    cs_buffer_append(out, &filter);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

/* ---- the link ---- */

/* Past `word`, or NULL if the text does not start with it. */
static const char *after(const char *text, const char *word)
{
    size_t length = strlen(word);

    return text != NULL && strncasecmp(text, word, length) == 0 ? text + length : NULL;
}

/* Past one or more blanks, or NULL if there is none. */
static const char *after_blanks(const char *text)
{
    return text != NULL && *text == ' ' ? text + strspn(text, " ") : NULL;
}

static bool keep_name(const char *name, size_t length, struct cs_link *link)
{
    if (length == 0 || length >= sizeof link->name)
        return false;
    memcpy(link->name, name, length);
    link->name[length] = '\0';
    return true;
}

/* emails.type eq "TYPE" and emails.value */
static bool parse_email(const char *text, struct cs_link *link)
{
    const char *name = after(after_blanks(after(text, "emails.type")), "eq");
    const char *rest;
    size_t length;

    name = after(after_blanks(name), "\"");
    if (name == NULL)
        return false;
    length = strcspn(name, "\"");
    rest = after_blanks(after(name + length, "\""));
    rest = after(after_blanks(after(rest, "and")), "emails.value");
    link->kind = CS_LINK_EMAIL_TYPE;
    return rest != NULL && *rest == '\0' && keep_name(name, length, link);
}

/* An attribute of the vendor's extension. */
static bool parse_extension(const char *text, struct cs_link *link)
{
    static const struct {
        const char *prefix;
        enum cs_link_kind kind;
    } rows[] = {{"customAttributes.", CS_LINK_CUSTOM}, {"linkedAccounts.", CS_LINK_LINKED}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const char *name = after(text, rows[i].prefix);

        if (name == NULL)
            continue;
        link->kind = rows[i].kind;
        return strspn(name, NAME_CHARACTERS " ") == strlen(name) &&
               keep_name(name, strlen(name), link);
    }
    return false;
}

static bool parse_plain(const char *text, struct cs_link *link)
{
    size_t length = strlen(text);

    link->kind = strcasecmp(text, "userName") == 0 ? CS_LINK_USER_NAME : CS_LINK_PLAIN;
    if (link->kind == CS_LINK_USER_NAME)
        return true;
    return strspn(text, LETTERS "0123456789._-") == length && is_in(text[0], LETTERS) &&
           strstr(text, "..") == NULL && text[length - 1] != '.' && keep_name(text, length, link);
}

enum cs_err cs_link_parse(const char *text, struct cs_link *ret_link, struct cs_error *error)
{
    char decoded[CS_ATTRIBUTE_BYTES];
    struct cs_link link = {0};
    enum cs_err err = decode("id_link_attr", text, decoded, error);
    const char *member;
    bool known;

    if (err != CS_OK)
        return err;
    member = after(decoded, "urn:ietf:params:scim:schemas:extension:ibm:2.0:User:");
    if (member != NULL)
        known = parse_extension(member, &link);
    else
        known = parse_email(decoded, &link) || parse_plain(decoded, &link);
    if (!known)
        return cs_fail(error, CS_ERR_CONFIG,
                       "id_link_attr must be userName, another attribute's name, emails.type eq "
                       "\"TYPE\" and emails.value, or urn:ietf:params:scim:schemas:"
                       "extension:ibm:2.0:User: followed by customAttributes.NAME or "
                       "linkedAccounts.REALM");
    *ret_link = link;
    return CS_OK;
}
