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

/*
 * "(user@host) ": a user's name may have an @ or a parenthesis in it, a host's may not. ssh writes
 * both before anything that the server sent, so the first ") " behind a host ends the prefix.
 */
static void read_host(const char *text, char ret_host[CS_TOUCH_HOST_MAX + 1])
{
    const char *end, *at;
    size_t length;

    ret_host[0] = '\0';
    end = text[0] == '(' ? strstr(text, ") ") : NULL;
    at = end ? memrchr(text, '@', (size_t)(end - text)) : NULL;
    length = at ? (size_t)(end - at) - 1 : 0;
    if (at == NULL || at == text + 1 || !cs_touch_is_host(at + 1, length))
        return;
    memcpy(ret_host, at + 1, length);
    ret_host[length] = '\0';
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), part = strlen(end);

    return length >= part && strcmp(text + length - part, end) == 0;
}

/* ssh's own questions about host keys (sshconnect.c); the server has no part in their words. */
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
    if (ret_prompt->request != NULL)
        ret_prompt->kind = CS_TOUCH_RELAY;
    read_host(text, ret_prompt->host);
}
