/* SPDX-License-Identifier: Apache-2.0 */
/* What ssh wants from its askpass: pure functions over the prompt. */
#ifndef CS_TOUCH_PROMPT_H
#define CS_TOUCH_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "u2f/message.h"

enum { CS_TOUCH_HOST_MAX = CS_U2F_ORIGIN_MAX - (sizeof CS_U2F_SCHEME - 1) };

enum cs_touch_kind {
    CS_TOUCH_RELAY,   /* ours: a request to a security key */
    CS_TOUCH_SECRET,  /* an answer that must not be seen */
    CS_TOUCH_VISIBLE, /* an answer that may be seen: is this the right host key? */
    CS_TOUCH_CONFIRM, /* yes or no, told by the exit status */
    CS_TOUCH_NOTICE,  /* shown until ssh ends us */
};

struct cs_touch_prompt {
    enum cs_touch_kind kind;
    /* if it is ours: */
    const char *request; /* the request within the prompt */
    size_t request_length;
    char host[CS_TOUCH_HOST_MAX + 1]; /* from the prefix "(user@host) "; "" if there is none */
    bool doubtful;                    /* something else in the text could be the host; `host` is
                                       * "" */
};

/*
 * `text` is ssh's prompt; `hint` its SSH_ASKPASS_PROMPT or NULL. The host comes from the prefix
 * that ssh (8.5 and later) puts before the first byte that the server sent, and from nowhere else;
 * a text that could contain another host yields none (docs/U2F-RELAY.md).
 */
void cs_touch_read_prompt(const char *text, const char *hint, struct cs_touch_prompt *ret_prompt);

/* The same for a prompt without ssh's prefix, whose host is known elsewhere: CS_TOUCH_RELAY if its
 * first request is its last word, otherwise CS_TOUCH_SECRET. */
void cs_touch_read_bare_prompt(const char *text, struct cs_touch_prompt *ret_prompt);

/* Whether the text can be a host's name or address: letters, digits and .:_-%[] */
bool cs_touch_is_host(const char *text, size_t length);

#endif
