/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/hint.h"

#include <string.h>

#include "json/write.h"

static const char *value_of(char letter, const struct cs_openid_hint *hint)
{
    switch (letter) {
    case 'u':
        return hint->identity;
    case 'a':
        return hint->account;
    case 'i':
        return hint->issuer;
    case '%':
        return "%";
    default:
        return NULL;
    }
}

enum cs_err cs_openid_hint_check(const char *text, struct cs_error *error)
{
    static const struct cs_openid_hint any = {"", "", ""};
    bool somebody = false;

    for (const char *at = strchr(text, '%'); at != NULL; at = strchr(at + 2, '%')) {
        if (value_of(at[1], &any) == NULL)
            return cs_fail(error, CS_ERR_CONFIG,
                           "only %%u, %%a, %%i and %%%% may follow each "
                           "other here; write %%%% for a percent sign");
        somebody = somebody || at[1] == 'u' || at[1] == 'a';
    }
    return somebody ? CS_OK
                    : cs_fail(error, CS_ERR_CONFIG,
                              "%%u (the identity) or %%a (the account's name) expected in it");
}

/* What stands between the quotes of a JSON string. */
static void add_escaped(const char *value, struct cs_buffer *out)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};

    cs_json_write_string(writer, NULL, value);
    if (cs_json_print(writer, CS_JSON_COMPACT, &text, NULL) != CS_OK || text.length < 2)
        out->failed = true;
    else
        cs_buffer_add(out, text.data + 1, text.length - 2);
}

void cs_openid_hint_write(const char *text, const struct cs_openid_hint *hint,
                          struct cs_buffer *out)
{
    bool json = text[0] == '{';

    while (*text != '\0') {
        size_t plain = strcspn(text, "%");
        const char *value;

        cs_buffer_add(out, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        value = value_of(text[1], hint);
        if (json && text[1] != '%')
            add_escaped(value, out);
        else
            cs_buffer_text(out, value);
        text += 2;
    }
}
