/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/announced.h"

#include <string.h>

#include "json/json.h"

static const struct {
    const char *name;
    enum cs_openid_authentication authentication;
} methods[] = {
    {"client_secret_basic", CS_OPENID_BASIC},
    {"client_secret_post", CS_OPENID_POST},
    {"private_key_jwt", CS_OPENID_PRIVATE_KEY},
    {"tls_client_auth", CS_OPENID_MUTUAL_TLS},
    {"none", CS_OPENID_NONE},
    /* The same from here: which certificate counts is the server's to decide (RFC 8705). */
    {"self_signed_tls_client_auth", CS_OPENID_MUTUAL_TLS},
};

const char *cs_openid_authentication_name(unsigned authentication)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(methods); i++) {
        if (methods[i].authentication == authentication)
            return methods[i].name;
    }
    return "";
}

void cs_openid_announced_clear(struct cs_openid_announced *announced)
{
    cs_strlist_free(&announced->levels);
    *announced = (struct cs_openid_announced){0};
}

static unsigned read_methods(const struct cs_json_value *list)
{
    unsigned set = 0;

    if (list == NULL)
        return 1U << CS_OPENID_BASIC;
    for (const struct cs_json_value *item = cs_json_first(list); item != NULL;
         item = cs_json_next(item)) {
        const char *text = cs_json_string(item, NULL);

        for (size_t i = 0; i < CS_ARRAY_SIZE(methods) && text != NULL; i++) {
            if (strcmp(methods[i].name, text) == 0)
                set |= 1U << methods[i].authentication;
        }
    }
    return set;
}

static enum cs_err read_texts(const struct cs_json_value *list, struct cs_strlist *texts)
{
    enum cs_err result = CS_OK;

    for (const struct cs_json_value *item = cs_json_first(list); item != NULL && result == CS_OK;
         item = cs_json_next(item)) {
        size_t length = 0;
        const char *text = cs_json_string(item, &length);

        if (text != NULL)
            result = cs_strlist_add(texts, text, length);
    }
    return result;
}

enum cs_err cs_openid_announced_read(const char *text, size_t length,
                                     struct cs_openid_announced *ret_announced,
                                     struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_openid_announced_clear) struct cs_openid_announced announced = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist grants = {0};
    enum cs_err result =
        cs_json_parse("the provider's metadata", text, length, CS_JSON_STRICT, &document, error);
    const struct cs_json_value *root, *list;

    if (result != CS_OK)
        return result;
    root = cs_json_root(document);
    list = cs_json_get(root, "token_endpoint_auth_methods_supported");
    announced.says_methods = list != NULL;
    announced.methods = read_methods(list);
    (void)cs_json_bool(cs_json_get(root, "backchannel_user_code_parameter_supported"),
                       &announced.user_code);
    result = read_texts(cs_json_get(root, "acr_values_supported"), &announced.levels);
    if (result == CS_OK)
        result = read_texts(cs_json_get(root, "grant_types_supported"), &grants);
    if (result != CS_OK)
        return cs_fail_nomem(error);
    announced.client_credentials = cs_strlist_contains(&grants, "client_credentials");
    *ret_announced = announced;
    announced = (struct cs_openid_announced){0};
    return CS_OK;
}
