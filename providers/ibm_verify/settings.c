/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/ibm_verify/settings.h"

#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "paths.h"

enum {
    API = CS_FROM_SECTION | CS_FROM_IBM_API,
    TRACE = CS_FROM_SECTION | CS_FROM_IBM_PAM,
    TEXT_BYTES = CS_CONNECTION_TEXT_MAX,
};

#define AT(member) offsetof(struct cs_verify_settings, member)

/* Shared by all rows that say how to reach the tenant. */
#define ROW(row, kind, from, member, about)                                                        \
    .name = row, .type = CS_SETTING_##kind, .where = from, .offset = AT(member),                   \
    .empty = CS_EMPTY_UNSET, .help = about
#define TEXT(row, member, about) ROW(row, STRING, API, member, about), .max = TEXT_BYTES
#define SECRET(row, member, about) TEXT(row, member, about), .secrecy = CS_SECRECY_ALWAYS
#define LOGIN(row, kind, member, about)                                                            \
    .name = row, .type = CS_SETTING_##kind, .where = CS_FROM_PAM | CS_FROM_FILE,                   \
    .offset = AT(member), .by_login = true, .help = about
#define DAEMON(row)                                                                                \
    .name = row, .where = CS_FROM_IBM_API, .offset = CS_SETTING_NOT_STORED,                        \
    .no_effect = "IBM's daemon is not used"

static enum cs_err check_token_type(const struct cs_setting *row, const char *value,
                                    struct cs_error *error)
{
    (void)row;
    return strcasecmp(value, "Bearer") == 0
               ? CS_OK
               : cs_fail(error, CS_ERR_CONFIG, "only 'Bearer' is known");
}

const struct cs_setting cs_verify_rows[] = {
    {TEXT("host", host, "The name or address of the tenant, as in tenant.example.com.")},
    {ROW("port", NUMBER, API, port, "The port of the tenant."), .min = 1, .max = 65535,
     .fallback = "443"},
    {ROW("protocol", CHOICE, API, protocol,
         "The protocol to the tenant; http is only for this machine."),
     .values = {"https", "http"}, .fallback = "https"},
    {TEXT("client-id", client_id, "The API client created in the tenant.")},
    {SECRET("client-secret", client_secret, "The secret of that client.")},
    {ROW("client-secret-file", PATH, API, secret_file,
         "A file that holds the secret on one line, instead of client-secret; root:countersign "
         "0640."),
     .extra_file = CS_EXTRA_FILE_SECRET, .content = AT(secret_of_file)},
    {.name = "the secret in client-secret-file",
     .type = CS_SETTING_STRING,
     .offset = AT(secret_of_file),
     .max = TEXT_BYTES,
     .secrecy = CS_SECRECY_ALWAYS},
    {.name = "obf-client-secret",
     .alias = "ofb-client-secret",
     .type = CS_SETTING_STRING,
     .where = API,
     .offset = AT(obfuscated_secret),
     .max = TEXT_BYTES,
     .empty = CS_EMPTY_KEPT,
     .help = "A secret that only IBM's program can read; it is not used."},
    {SECRET("access-token", access_token,
            "A token that is used as it is, instead of client-id and client-secret.")},
    {.name = "token-type",
     .type = CS_SETTING_STRING,
     .where = API,
     .offset = CS_SETTING_NOT_STORED,
     .check = check_token_type,
     .help = "The type of that token; only Bearer is known."},
    {ROW("token-path", PATH, API, token_path,
         "The path at the tenant where tokens are requested. By default the usual one."),
     .max = TEXT_BYTES},
    CS_CONNECTION_ROWS(AT(connection), API, TRACE, CS_IBM_CA_FILE),
    {LOGIN("user_name_attr", STRING, user_name_attr,
           "The attribute by which the provider finds the user.")},
    {LOGIN("id_link_attr", STRING, id_link_attr,
           "The attribute of the user that holds the name for the password check.")},
    {LOGIN("identity_source", STRING, identity_source,
           "The identity source that checks the password.")},
    {LOGIN("verify_method_order", CHOICE, verify_method_order,
           "Which way of approving to ask a device for, if it has both."),
     .fallback = "fingerprint,userPresence",
     .values = {"fingerprint,userPresence", "userPresence,fingerprint", "fingerprint",
                "userPresence"}},
    {DAEMON("authd-port")},
    {DAEMON("authd-force")},
    {0},
};

/* ---- settings together ---- */

static bool is_host(const char *host)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    static const char address[] = "0123456789abcdefABCDEF:.";
    size_t length = strlen(host);

    if (length == 0 || length > 255)
        return false;
    if (host[0] == '[' && host[length - 1] == ']')
        return strspn(host + 1, address) == length - 2;
    return strspn(host, name) == length ||
           (strchr(host, ':') != strrchr(host, ':') && strspn(host, address) == length);
}

static enum cs_err check_host(const struct cs_verify_settings *settings, struct cs_error *error)
{
    if (settings->host == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "host is missing: the tenant's name, as in tenant.example.com");
    if (!is_host(settings->host))
        return cs_fail(error, CS_ERR_CONFIG, "host: only a name or address expected, found '%s'",
                       settings->host);
    if (settings->protocol == CS_VERIFY_HTTP && !cs_is_loopback(settings->host))
        return cs_fail(error, CS_ERR_CONFIG,
                       "protocol: 'http' would send the secrets in clear to '%s'; it is only for "
                       "this machine (localhost), use 'https'",
                       settings->host);
    return CS_OK;
}

static enum cs_err check_client(const struct cs_verify_settings *settings,
                                struct cs_strlist *warnings, struct cs_error *error)
{
    static const char unused[] = "'obf-client-secret' is not used: only IBM's program can read it";
    bool obfuscated = settings->obfuscated_secret != NULL;
    bool has_secret = settings->client_secret != NULL || settings->secret_file != NULL;

    if (settings->client_secret != NULL && settings->secret_file != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "client-secret and client-secret-file are both given; give only one");
    if (obfuscated && warnings != NULL && (has_secret || settings->access_token != NULL) &&
        cs_strlist_add(warnings, unused, sizeof unused - 1) != CS_OK)
        return cs_fail_nomem(error);
    if (settings->access_token != NULL)
        return CS_OK;
    if (settings->client_id == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "client-id is missing: the API client created in the tenant");
    if (obfuscated && !has_secret)
        return cs_fail(error, CS_ERR_CONFIG,
                       "only IBM's program can read obf-client-secret: write the secret in "
                       "clear as client-secret (and chmod this file 0600 or 0640, owner root), or "
                       "into a file named by client-secret-file");
    if (!has_secret)
        return cs_fail(error, CS_ERR_CONFIG,
                       "client-secret is missing; client-secret-file may name a file that holds "
                       "it");
    return CS_OK;
}

enum cs_err cs_verify_check_settings(const void *settings, struct cs_strlist *warnings,
                                     struct cs_error *error)
{
    enum cs_err result = check_client(settings, warnings, error);

    return result == CS_OK ? check_host(settings, error) : result;
}

void cs_verify_base_url(const struct cs_verify_settings *settings, struct cs_buffer *out)
{
    const char *host = settings->host;
    bool bare = host[0] != '[' && strchr(host, ':') != NULL;

    cs_buffer_printf(out, "%s://%s%s%s:%u", settings->protocol == CS_VERIFY_HTTP ? "http" : "https",
                     bare ? "[" : "", host, bare ? "]" : "", settings->port);
}
