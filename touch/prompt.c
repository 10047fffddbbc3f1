/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/prompt.h"

#include <string.h>

#include "base/attributes.h"
#include "u2f/relay.h"

bool cs_touch_is_host(const char *text, size_t length)
{
    static const char others[] = ".:_-%[]";

    if (length == 0 || length > CS_TOUCH_HOST_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];

        if (!(byte >= '0' && byte <= '9') && !(byte >= 'a' && byte <= 'z') &&
            !(byte >= 'A' && byte <= 'Z') && (byte == '\0' || strchr(others, byte) == NULL))
            return false;
    }
    return true;
}

/* Only what our prompt ends in: ssh has its own words after a user name and a host. */
static bool is_last(const struct cs_touch_prompt *prompt)
{
    const char *behind = prompt->request + prompt->request_length;

    return behind[strspn(behind, " \t\r\n:")] == '\0';
}

/*
 * "(user@host) ": ssh writes user and host before anything that the server sent. Both can come from
 * a link, and may then contain what looks like the end of a prefix and a whole request, whether the
 * question is the server's, "(user@host) ...", or ssh's own, "user@host's password: ". So no other
 * ") " may follow the first, and nothing may follow the request.
 */
static void read_host(const char *text, struct cs_touch_prompt *prompt)
{
    const char *end = text[0] == '(' ? strstr(text, ") ") : NULL;
    const char *at = end ? memrchr(text, '@', (size_t)(end - text)) : NULL;
    size_t length = at ? (size_t)(end - at) - 1 : 0;

    if (end == NULL)
        return;
    prompt->doubtful = strstr(end + 1, ") ") != NULL || !is_last(prompt);
    if (prompt->doubtful || at == NULL || at == text + 1 || !cs_touch_is_host(at + 1, length))
        return;
    memcpy(prompt->host, at + 1, length);
    prompt->host[length] = '\0';
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), part = strlen(end);

    return length >= part && strcmp(text + length - part, end) == 0;
}

/* ssh's own questions about host keys (sshconnect.c); the server cannot influence their wording. */
static bool is_host_key_question(const char *text)
{
    static const char *const ends[] = {
        "(yes/no)? ",
        "(yes/no/[fingerprint])? ",
        "Please type 'yes' or 'no': ",
        "Please type 'yes', 'no' or the fingerprint: ",
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(ends); i++) {
        if (text[0] != '(' && ends_with(text, ends[i]))
            return true;
    }
    return false;
}

void cs_touch_read_prompt(const char *text, const char *hint, struct cs_touch_prompt *ret_prompt)
{
    *ret_prompt = (struct cs_touch_prompt){.kind = CS_TOUCH_SECRET};
    if (hint != NULL && strcmp(hint, "confirm") == 0)
        ret_prompt->kind = CS_TOUCH_CONFIRM;
    else if (hint != NULL && strcmp(hint, "none") == 0)
        ret_prompt->kind = CS_TOUCH_NOTICE;
    else if (is_host_key_question(text))
        ret_prompt->kind = CS_TOUCH_VISIBLE;
    else
        ret_prompt->request = cs_u2f_find_request(text, &ret_prompt->request_length);
    if (ret_prompt->request == NULL)
        return;
    ret_prompt->kind = CS_TOUCH_RELAY;
    read_host(text, ret_prompt);
}

void cs_touch_read_bare_prompt(const char *text, struct cs_touch_prompt *ret_prompt)
{
    *ret_prompt = (struct cs_touch_prompt){.kind = CS_TOUCH_SECRET};
    ret_prompt->request = cs_u2f_find_request(text, &ret_prompt->request_length);
    if (ret_prompt->request == NULL)
        return;
    if (is_last(ret_prompt))
        ret_prompt->kind = CS_TOUCH_RELAY;
    else
        ret_prompt->request = NULL;
}
