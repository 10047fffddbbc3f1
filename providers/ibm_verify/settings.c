/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/ibm_verify/settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The members that are texts: released, copied and compared alike. */
static const size_t texts[] = {
    offsetof(struct cs_verify_settings, base_url),   offsetof(struct cs_verify_settings, client_id),
    offsetof(struct cs_verify_settings, token_path), offsetof(struct cs_verify_settings, proxy),
    offsetof(struct cs_verify_settings, ca_file),    offsetof(struct cs_verify_settings, ca_path),
    offsetof(struct cs_verify_settings, trace_file),
};

static const size_t secrets[] = {
    offsetof(struct cs_verify_settings, client_secret),
    offsetof(struct cs_verify_settings, access_token),
};

static char **text_at(const struct cs_verify_settings *settings, size_t i)
{
    return (char **)((char *)(uintptr_t)settings + texts[i]);
}

static struct cs_secret *secret_at(const struct cs_verify_settings *settings, size_t i)
{
    return (struct cs_secret *)((char *)(uintptr_t)settings + secrets[i]);
}

void cs_verify_settings_clear(struct cs_verify_settings *settings)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        char *text = *text_at(settings, i);

        if (text != NULL)
            cs_wipe(text, strlen(text)); /* a proxy's may hold a password */
        free(text);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(secrets); i++)
        cs_secret_free(secret_at(settings, i));
    *settings = (struct cs_verify_settings){0};
}

static bool copy_members(const struct cs_verify_settings *settings, struct cs_verify_settings *copy)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        const char *text = *text_at(settings, i);

        if (text != NULL && (*text_at(copy, i) = strdup(text)) == NULL)
            return false;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(secrets); i++) {
        const struct cs_secret *secret = secret_at(settings, i);

        if (secret->data != NULL &&
            cs_secret_set(secret_at(copy, i), secret->data, secret->length) != CS_OK)
            return false;
    }
    return true;
}

bool cs_verify_settings_copy(const struct cs_verify_settings *settings,
                             struct cs_verify_settings *ret_copy)
{
    *ret_copy = *settings;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++)
        *text_at(ret_copy, i) = NULL;
    for (size_t i = 0; i < CS_ARRAY_SIZE(secrets); i++)
        *secret_at(ret_copy, i) = (struct cs_secret){0};
    if (copy_members(settings, ret_copy))
        return true;
    cs_verify_settings_clear(ret_copy);
    return false;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_secret(const struct cs_secret *a, const struct cs_secret *b)
{
    return a->length == b->length && (a->data == NULL) == (b->data == NULL) &&
           (a->data == NULL || cs_equal_ct(a->data, b->data, a->length));
}

bool cs_verify_settings_equal(const struct cs_verify_settings *a,
                              const struct cs_verify_settings *b)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        if (!same_text(*text_at(a, i), *text_at(b, i)))
            return false;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(secrets); i++) {
        if (!same_secret(secret_at(a, i), secret_at(b, i)))
            return false;
    }
    return a->given == b->given && a->proxy_set == b->proxy_set &&
           a->proxy_tunnel == b->proxy_tunnel && a->max_handles == b->max_handles &&
           a->connect_timeout == b->connect_timeout && a->request_timeout == b->request_timeout &&
           a->trace_rollover == b->trace_rollover && a->trace_localtime == b->trace_localtime &&
           a->trace_prefix_all == b->trace_prefix_all;
}
