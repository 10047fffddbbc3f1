/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of answers. */
#include "providers/ibm_verify/answer.h"

#include <string.h>

bool cs_verify_is_id(const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-";
    size_t length = strlen(text);

    /* "." and ".." would name another place. */
    return length > 0 && length < CS_PROVIDER_ID_SIZE && strspn(text, plain) == length &&
           strspn(text, ".") < length;
}

enum cs_err cs_verify_nonsense(struct cs_error *error, const char *what, const char *why)
{
    return cs_fail(error, CS_ERR_UNAVAILABLE, "the answer to %s makes no sense: %s", what, why);
}

enum cs_err cs_verify_parse(const char *what, const char *text, size_t length,
                            struct cs_json **ret_document, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    struct cs_error why = {0};
    enum cs_err result = cs_json_parse(what, text, length, CS_JSON_STRICT, &document, &why);

    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    /* Do not use the parser's message: it may quote what it refuses. */
    if (result != CS_OK)
        return cs_verify_nonsense(error, what, "it is not JSON");
    if (cs_json_type(cs_json_root(document)) != CS_JSON_OBJECT)
        return cs_verify_nonsense(error, what, "it is not an object");
    *ret_document = document;
    document = NULL;
    return CS_OK;
}

bool cs_verify_get_text(const struct cs_json_value *object, const char *key, char *ret_text,
                        size_t size)
{
    size_t length = 0;
    const char *text = cs_json_string(cs_json_get(object, key), &length);

    ret_text[0] = '\0';
    if (text == NULL || length >= size)
        return false;
    memcpy(ret_text, text, length + 1);
    return true;
}

bool cs_verify_get_id(const struct cs_json_value *object, const char *key,
                      char ret_id[CS_PROVIDER_ID_SIZE])
{
    if (cs_verify_get_text(object, key, ret_id, CS_PROVIDER_ID_SIZE) && cs_verify_is_id(ret_id))
        return true;
    ret_id[0] = '\0';
    return false;
}

bool cs_verify_is_or_absent(const struct cs_json_value *object, const char *key, const char *text)
{
    const struct cs_json_value *value = cs_json_get(object, key);
    const char *found = cs_json_string(value, NULL);

    return cs_json_type(value) == CS_JSON_NONE || (found != NULL && strcmp(found, text) == 0);
}
