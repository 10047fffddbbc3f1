/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"
#include "providers/openid/jose.h"
#include "json/json.h"

static const char what[] = "the provider's metadata";

void cs_openid_metadata_clear(struct cs_openid_metadata *metadata)
{
    free(metadata->token_endpoint);
    free(metadata->jwks_uri);
    free(metadata->ciba_endpoint);
    free(metadata->device_endpoint);
    free(metadata->userinfo_endpoint);
    *metadata = (struct cs_openid_metadata){0};
}

static enum cs_err check_issuer(const struct cs_json_value *root, const char *issuer,
                                struct cs_error *error)
{
    const char *found = cs_json_string(cs_json_get(root, "issuer"), NULL);

    if (found == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s has no issuer; check that issuer names an OpenID provider", what);
    if (strstr(found, "{tenantid}") != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the provider is of all tenants ('common' or 'organizations'); set issuer "
                       "to the URL of your tenant");
    if (strcmp(found, issuer) != 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the provider calls itself '%.150s', not '%.150s'; set issuer to exactly "
                       "that, with the same / at the end, if it is the right one",
                       found, issuer);
    return CS_OK;
}

/* `aliases`: for clients with certificates; NULL: for all. */
static enum cs_err read_endpoint(const struct cs_json_value *root,
                                 const struct cs_json_value *aliases, const char *name, bool needed,
                                 char **ret_url, struct cs_error *error)
{
    const struct cs_json_value *alias = cs_json_get(aliases, name);
    const struct cs_json_value *value = alias != NULL ? alias : cs_json_get(root, name);
    const char *text = cs_json_string(value, NULL);
    CS_AUTO(cs_url_free) struct cs_url url = {0};
    struct cs_error why = {0};

    if (value == NULL && !needed)
        return CS_OK;
    if (text == NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s has no %s", what, name);
    if (cs_url_split(text, &url, &why) != CS_OK)
        return cs_fail(error, CS_ERR_CONFIG, "%s of %s: %s", name, what, why.text);
    *ret_url = strdup(text);
    return *ret_url != NULL ? CS_OK : cs_fail_nomem(error);
}

static bool has_word(const struct cs_json_value *list, const char *word)
{
    for (const struct cs_json_value *item = cs_json_first(list); item != NULL;
         item = cs_json_next(item)) {
        const char *text = cs_json_string(item, NULL);

        if (text != NULL && strcmp(text, word) == 0)
            return true;
    }
    return false;
}

static unsigned read_algorithms(const struct cs_json_value *list)
{
    unsigned set = 0;

    if (list == NULL)
        return CS_JOSE_ALL;
    for (const struct cs_json_value *item = cs_json_first(list); item != NULL;
         item = cs_json_next(item)) {
        enum cs_jose_algorithm algorithm;

        if (cs_jose_find(cs_json_string(item, NULL), &algorithm))
            set |= CS_JOSE_BIT(algorithm);
    }
    return set;
}

static enum cs_err read_all(const struct cs_json_value *root, bool mutual_tls,
                            struct cs_openid_metadata *metadata, struct cs_error *error)
{
    const struct cs_json_value *aliases =
        mutual_tls ? cs_json_get(root, "mtls_endpoint_aliases") : NULL;
    const struct {
        const char *name;
        bool needed;
        char **url;
    } endpoints[] = {
        {"token_endpoint", true, &metadata->token_endpoint},
        {"jwks_uri", true, &metadata->jwks_uri},
        {"backchannel_authentication_endpoint", false, &metadata->ciba_endpoint},
        {"device_authorization_endpoint", false, &metadata->device_endpoint},
        {"userinfo_endpoint", false, &metadata->userinfo_endpoint},
    };
    const struct cs_json_value *modes =
        cs_json_get(root, "backchannel_token_delivery_modes_supported");
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_ARRAY_SIZE(endpoints) && result == CS_OK; i++)
        result = read_endpoint(root, aliases, endpoints[i].name, endpoints[i].needed,
                               endpoints[i].url, error);
    metadata->polls = modes == NULL || has_word(modes, "poll");
    metadata->algorithms =
        read_algorithms(cs_json_get(root, "id_token_signing_alg_values_supported"));
    return result;
}

enum cs_err cs_openid_metadata_read(const char *text, size_t length, const char *issuer,
                                    bool mutual_tls, struct cs_openid_metadata *ret_metadata,
                                    struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};
    enum cs_err result = cs_json_parse(what, text, length, CS_JSON_STRICT, &document, NULL);

    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (result != CS_OK)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s is not JSON; check that issuer names an OpenID provider", what);
    result = check_issuer(cs_json_root(document), issuer, error);
    if (result == CS_OK)
        result = read_all(cs_json_root(document), mutual_tls, &metadata, error);
    if (result == CS_OK) {
        *ret_metadata = metadata;
        metadata = (struct cs_openid_metadata){0};
    }
    return result;
}
