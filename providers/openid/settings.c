/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/settings.h"

#include <string.h>

#include "base/sanitise.h"
#include "net/url.h"
#include "providers/openid/form.h"
#include "providers/openid/hint.h"
#include "providers/openid/jose.h"

enum { SECTION = CS_FROM_SECTION, TEXT_BYTES = 1024, NAME_BYTES_MAX = 16 };

#define AT(member) offsetof(struct cs_openid_settings, member)

#define ROW(row, kind, member, about)                                                              \
    .name = row, .type = CS_SETTING_##kind, .where = SECTION, .offset = AT(member), .help = about
#define TEXT(row, member, about) ROW(row, STRING, member, about), .max = TEXT_BYTES
#define SECRET(row, member, about) TEXT(row, member, about), .secrecy = CS_SECRECY_ALWAYS
#define LOGIN(row, kind, member, about)                                                            \
    .name = row, .type = CS_SETTING_##kind, .where = CS_FROM_PAM | CS_FROM_FILE,                   \
    .offset = AT(member), .by_login = true, .help = about
#define AUTHENTICATION                                                                             \
    .values = {"client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth",  \
               "none"}
/* What an extra file holds; nobody writes it. */
#define CONTENT(row, member, most)                                                                 \
    .name = row, .type = CS_SETTING_STRING, .offset = AT(member), .max = most,                     \
    .secrecy = CS_SECRECY_ALWAYS

/* ---- single settings ---- */

static enum cs_err check_text(const char *value, struct cs_error *error)
{
    size_t length = strlen(value);

    return length > 0 && length <= TEXT_BYTES && cs_is_clean(value, length)
               ? CS_OK
               : cs_fail(error, CS_ERR_CONFIG, "1 to %d bytes without control characters expected",
                         TEXT_BYTES);
}

static enum cs_err check_issuer(const struct cs_setting *row, const char *value,
                                struct cs_error *error)
{
    static const char expected[] = "the provider's URL expected, as in https://id.example.com, "
                                   "without ? and #; http only for this machine";

    (void)row;
    return strchr(value, '?') == NULL ? cs_url_check(value, expected, error)
                                      : cs_fail(error, CS_ERR_CONFIG, "%s", expected);
}

/* Scope names of RFC 6749 section 3.3. */
static enum cs_err check_scope(const struct cs_setting *row, const char *value,
                               struct cs_error *error)
{
    enum cs_err result = check_text(value, error);

    (void)row;
    for (const char *word = value; result == CS_OK && word != NULL; word = strchr(word, ' ')) {
        word += *word == ' ';
        if (strncmp(word, "openid", 6) == 0 && (word[6] == ' ' || word[6] == '\0'))
            return CS_OK;
    }
    return result != CS_OK ? result
                           : cs_fail(error, CS_ERR_CONFIG,
                                     "scopes with blanks between them expected, with 'openid' "
                                     "among them: without it "
                                     "there is no ID token");
}

static enum cs_err check_hint(const struct cs_setting *row, const char *value,
                              struct cs_error *error)
{
    enum cs_err result = check_text(value, error);

    (void)row;
    return result == CS_OK ? cs_openid_hint_check(value, error) : result;
}

static enum cs_err check_algorithms(const struct cs_setting *row, const char *value,
                                    struct cs_error *error)
{
    unsigned set;

    (void)row;
    return cs_openid_algorithms(value, &set, error);
}

static enum cs_err check_parameter(const struct cs_setting *row, const char *value,
                                   struct cs_error *error)
{
    enum cs_err result = check_text(value, error);

    (void)row;
    return result == CS_OK ? cs_openid_parameter_check(value, error) : result;
}

const struct cs_setting cs_openid_rows[] = {
    {TEXT("issuer", issuer, "The provider's issuer URL, exactly as it names itself."),
     .check = check_issuer},
    {TEXT("client-id", client_id, "The client that was registered for this machine.")},
    {SECRET("client-secret", client_secret, "The secret of that client.")},
    {ROW("client-secret-file", PATH, secret_file,
         "A file that holds the secret on one line, instead of client-secret; root:countersign "
         "0640."),
     .extra_file = CS_EXTRA_FILE_SECRET, .content = AT(secret_of_file)},
    {CONTENT("the secret in client-secret-file", secret_of_file, 4096)},
    {ROW("client-authentication", CHOICE, authentication,
         "How this machine proves that it is that client."),
     .fallback = "client_secret_basic", AUTHENTICATION},
    {ROW("client-key-file", PATH, key_file,
         "The private key in PEM for private_key_jwt (P-256 or RSA) or tls_client_auth; "
         "root:countersign 0640."),
     .extra_file = CS_EXTRA_FILE_PEM, .content = AT(key_of_file)},
    {CONTENT("the key in client-key-file", key_of_file, 65536)},
    {ROW("client-certificate-file", PATH, certificate_file,
         "The certificate in PEM for tls_client_auth, and those between it and the root."),
     .extra_file = CS_EXTRA_FILE_PEM, .content = AT(certificate_of_file)},
    {CONTENT("the certificate in client-certificate-file", certificate_of_file, 65536)},
    {ROW("assertion-audience", CHOICE, assertion_audience,
         "For whom private_key_jwt signs: the issuer, or the endpoint that is called."),
     .fallback = "issuer", .values = {"issuer", "endpoint"}},
    {TEXT("device-client-id", device_client_id,
          "A client of its own for sign-ins with a browser. By default client-id.")},
    {SECRET("device-client-secret", device_client_secret, "The secret of that client.")},
    {ROW("device-client-secret-file", PATH, device_secret_file,
         "A file that holds it on one line, instead of device-client-secret."),
     .extra_file = CS_EXTRA_FILE_SECRET, .content = AT(device_secret_of_file)},
    {CONTENT("the secret in device-client-secret-file", device_secret_of_file, 4096)},
    {ROW("device-client-authentication", CHOICE, device_authentication,
         "The same for device-client-id."),
     .fallback = "none", AUTHENTICATION},
    {TEXT("scope", scope, "What is asked for; openid must be among it."), .fallback = "openid",
     .check = check_scope},
    {TEXT("login-hint", login_hint,
          "How the provider is told whom to ask: %u is the identity, %a the name as typed, %i the "
          "issuer. In a text that begins with { they are written as JSON wants them."),
     .fallback = "%u", .check = check_hint},
    {TEXT("claim", claim,
          "The claim of the ID token that must equal the identity; if the token lacks it, userinfo "
          "is asked."),
     .fallback = "sub"},
    {TEXT("acr-values", acr_values,
          "Levels with blanks between them: one is asked for, and an approval that does not prove "
          "one of them is refused.")},
    {TEXT("biometric-acr-values", biometric_acr_values,
          "The same for logins with enforce_biometric.")},
    {ROW("id-token-algorithms", LIST, algorithms, "The signatures that count."),
     .fallback = "RS256,PS256,ES256,EdDSA", .check = check_algorithms},
    {TEXT("quiet-parameter", quiet_parameter,
          "What a request carries with suppress_notification, as in notification_mode=none. By "
          "default such logins sign in with a browser."),
     .check = check_parameter},
    {ROW("word-length", NUMBER, word_length,
         "Letters and digits of the word that prompt and phone both show (binding_message); 0: no "
         "word."),
     .max = 20, .fallback = "8"},
    {ROW("requested-expiry", FLAG, requested_expiry,
         "Tells the provider how long a request is good for."),
     .fallback = "yes"},
    {ROW("user-code", FLAG, user_code,
         "Users have a PIN of their own (user_code) without which no request is sent to them."),
     .fallback = "no"},
    CS_CONNECTION_ROWS(AT(connection), SECTION, SECTION, NULL),
    {LOGIN("enforce_biometric", FLAG, enforce_biometric,
           "Only an approval that proves one of biometric-acr-values counts."),
     .alias = "enforcebio", .fallback = "no"},
    {LOGIN("suppress_notification", FLAG, suppress_notification,
           "The phone is not notified: the user opens the app without being told to."),
     .alias = "suppressnotification", .fallback = "no"},
    {LOGIN("token_timeout", NUMBER, token_timeout,
           "Seconds allowed for one request to an OpenID provider; 0: request-timeout says."),
     .alias = "https_oauth_timeout", .max = 300, .fallback = "0"},
    {.name = "no_token_cache",
     .alias = "nooauthcach",
     .type = CS_SETTING_FLAG,
     .where = CS_FROM_PAM | CS_FROM_FILE,
     .offset = CS_SETTING_NOT_STORED,
     .fallback = "no",
     .no_effect = "tokens of an OpenID provider are never kept",
     .help = "Nothing: every login gets tokens of its own."},
    {0},
};

/* ---- settings together ---- */

/* One of the two clients. */
struct client {
    const char *id, *secret, *secret_name, *way_name;
    bool two_secrets;
    unsigned authentication;
};

static enum cs_err check_client(const struct cs_openid_settings *settings,
                                const struct client *client, struct cs_error *error)
{
    bool by_secret =
        client->authentication == CS_OPENID_BASIC || client->authentication == CS_OPENID_POST;
    bool by_key = client->authentication == CS_OPENID_PRIVATE_KEY ||
                  client->authentication == CS_OPENID_MUTUAL_TLS;

    if (client->two_secrets)
        return cs_fail(error, CS_ERR_CONFIG, "%s and %s-file are both given; give only one",
                       client->secret_name, client->secret_name);
    if (by_secret && client->secret == NULL)
        return cs_fail(
            error, CS_ERR_CONFIG,
            "%s is missing; %s-file may name a file that holds it, and %s may name a way "
            "without a secret",
            client->secret_name, client->secret_name, client->way_name);
    if (!by_secret && client->secret != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s is not used by the %s that is set; remove it, or set "
                       "client_secret_basic or client_secret_post",
                       client->secret_name, client->way_name);
    if (by_key && settings->key_file == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "client-key-file is missing: the file with the client's private key");
    if (client->authentication == CS_OPENID_MUTUAL_TLS && settings->certificate_file == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "client-certificate-file is missing: the file with the client's "
                       "certificate");
    return CS_OK;
}

static enum cs_err check_clients(const struct cs_openid_settings *settings, struct cs_error *error)
{
    const struct client client = {
        .id = settings->client_id,
        .secret = settings->client_secret ? settings->client_secret : settings->secret_file,
        .secret_name = "client-secret",
        .way_name = "client-authentication",
        .two_secrets = settings->client_secret != NULL && settings->secret_file != NULL,
        .authentication = settings->authentication};
    const struct client device = {.id = settings->device_client_id,
                                  .secret = settings->device_client_secret
                                                ? settings->device_client_secret
                                                : settings->device_secret_file,
                                  .secret_name = "device-client-secret",
                                  .way_name = "device-client-authentication",
                                  .two_secrets = settings->device_client_secret != NULL &&
                                                 settings->device_secret_file != NULL,
                                  .authentication = settings->device_authentication};
    enum cs_err result = CS_OK;

    if (client.id == NULL && device.id == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "client-id is missing: the client that was registered for this machine");
    if (client.id != NULL)
        result = check_client(settings, &client, error);
    if (result == CS_OK && device.id != NULL)
        result = check_client(settings, &device, error);
    if (result == CS_OK && device.id == NULL && device.secret != NULL)
        result =
            cs_fail(error, CS_ERR_CONFIG, "device-client-secret is given without device-client-id");
    return result;
}

enum cs_err cs_openid_check_settings(const void *given, struct cs_strlist *warnings,
                                     struct cs_error *error)
{
    const struct cs_openid_settings *settings = given;

    (void)warnings;
    if (settings->issuer == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "issuer is missing: the provider's URL, as in https://id.example.com");
    if (settings->enforce_biometric && settings->biometric_acr_values == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "enforce_biometric is set, but biometric-acr-values does not say which "
                       "levels prove it");
    return check_clients(settings, error);
}

bool cs_openid_uses(const struct cs_openid_settings *settings,
                    enum cs_openid_authentication authentication)
{
    return (settings->client_id != NULL && settings->authentication == authentication) ||
           (settings->device_client_id != NULL &&
            settings->device_authentication == authentication);
}

const char *cs_openid_levels(const struct cs_openid_settings *settings,
                             const struct cs_openid_settings *login)
{
    return login->enforce_biometric ? settings->biometric_acr_values : settings->acr_values;
}

enum cs_err cs_openid_algorithms(const char *list, unsigned *ret_set, struct cs_error *error)
{
    *ret_set = 0;
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        enum cs_jose_algorithm algorithm;
        char name[NAME_BYTES_MAX] = "";

        if (length < sizeof name)
            memcpy(name, list, length);
        if (!cs_jose_find(name, &algorithm))
            return cs_fail(error, CS_ERR_CONFIG,
                           "RS256, PS256, ES256 and EdDSA expected, with commas between them");
        *ret_set |= CS_JOSE_BIT(algorithm);
        list += length + (list[length] == ',');
    }
    return *ret_set != 0 ? CS_OK
                         : cs_fail(error, CS_ERR_CONFIG, "RS256, PS256, ES256 or EdDSA expected");
}
