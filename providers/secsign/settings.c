/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/secsign/settings.h"

#include <string.h>

#include "base/sanitise.h"
#include "net/url.h"
#include "providers/secsign/service.h"

enum { SECTION = CS_FROM_SECTION, TEXT_BYTES = 1024 };

#define AT(member) offsetof(struct cs_secsign_settings, member)

#define ROW(row, kind, member, about)                                                              \
    .name = row, .type = CS_SETTING_##kind, .where = SECTION, .offset = AT(member), .help = about
#define TEXT(row, member, about) ROW(row, STRING, member, about), .max = TEXT_BYTES

/* ---- single settings ---- */

static enum cs_err check_server(const struct cs_setting *row, const char *value,
                                struct cs_error *error)
{
    static const char expected[] = "the server's URL expected, as in https://secsign.example.com, "
                                   "without ? and #; http only for this machine";

    (void)row;
    if (value[0] == '\0' || strlen(value) > TEXT_BYTES || strchr(value, '?') != NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s", expected);
    return cs_url_check(value, expected, error);
}

static enum cs_err check_fallback(const struct cs_setting *row, const char *value,
                                  struct cs_error *error)
{
    return value[0] == '\0' ? CS_OK : check_server(row, value, error);
}

static enum cs_err check_service(const struct cs_setting *row, const char *value,
                                 struct cs_error *error)
{
    (void)row;
    return cs_secsign_service_check(value, error);
}

static enum cs_err check_email(const struct cs_setting *row, const char *value,
                               struct cs_error *error)
{
    (void)row;
    return cs_secsign_email_check(value, error);
}

const struct cs_setting cs_secsign_rows[] = {
    {ROW("api", CHOICE, api,
         "The server's interface: the one that SecSign's own PAM plugin used, or version 2 of the "
         "REST API, which needs a PIN account and knows codes too."),
     .fallback = "classic", .values = {"classic", "rest"}},
    {TEXT("server", server,
          "The server's URL. With api=classic by default SecSign's own, "
          "https://httpapi.secsign.com."),
     .check = check_server},
    {TEXT("fallback", fallback,
          "A server to ask if the first one cannot be reached. Empty: none; that is the default "
          "with a server of your own."),
     .empty = CS_EMPTY_KEPT, .check = check_fallback},
    {TEXT("user", user, "With api=rest: the name of the PIN account.")},
    {TEXT("password", password, "The password of the PIN account."), .secrecy = CS_SECRECY_ALWAYS},
    {ROW("password-file", PATH, password_file,
         "A file that holds the password on one line, instead of password; root:countersign "
         "0640."),
     .extra_file = CS_EXTRA_FILE_SECRET, .content = AT(password_of_file)},
    {.name = "the password in password-file",
     .type = CS_SETTING_STRING,
     .offset = AT(password_of_file),
     .max = 4096,
     .secrecy = CS_SECRECY_ALWAYS},
    {ROW("service-name", STRING, service_name,
         "What the phone shows, after the word to compare: %s is the PAM service, %a the account, "
         "%h this host, %r the client's address, %u the SecSign ID."),
     .max = CS_SECSIGN_SERVICE_MAX, .fallback = "%s: %a on %h from %r", .check = check_service},
    {ROW("service-address", STRING, service_address,
         "What the phone shows as the address of the service; the same substitutions."),
     .max = CS_SECSIGN_SERVICE_MAX, .fallback = "%h", .check = check_service},
    {ROW("word-length", NUMBER, word_length,
         "Letters and digits of the word that prompt and phone both show; 0: no word."),
     .max = CS_SECSIGN_WORD_MAX, .fallback = "4"},
    {ROW("poll-interval", NUMBER, poll_interval,
         "Seconds between two questions whether a request was approved."),
     .min = 1, .max = 30, .fallback = "3"},
    {ROW("totp", FLAG, totp, "With api=rest: users may type the code that their app shows."),
     .fallback = "yes"},
    {TEXT("email", email,
          "With api=rest: the address that codes are sent to, in which %u is the SecSign ID, as in "
          "%u@example.com. By default no codes are sent."),
     .check = check_email},
    CS_CONNECTION_ROWS(AT(connection), SECTION, SECTION, NULL),
    {0},
};

/* ---- settings together ---- */

static enum cs_err check_classic(const struct cs_secsign_settings *settings,
                                 struct cs_strlist *warnings, struct cs_error *error)
{
    static const char unused[] =
        "secsign: 'user', 'password' and 'email' are not used: they are for api=rest";
    bool any = settings->user != NULL || settings->password != NULL ||
               settings->password_file != NULL || settings->email != NULL;

    if (any && warnings != NULL && cs_strlist_add(warnings, unused, sizeof unused - 1) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}

static enum cs_err check_rest(const struct cs_secsign_settings *settings, struct cs_error *error)
{
    bool password = settings->password != NULL, file = settings->password_file != NULL;

    if (settings->server == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "server is missing: the URL of the server with the REST API, as in "
                       "https://secsign.example.com");
    if (settings->user == NULL || strchr(settings->user, ':') != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "user is missing: the name of the PIN account, without a colon");
    if (password && file)
        return cs_fail(error, CS_ERR_CONFIG,
                       "password and password-file are both given; give only one");
    if (!password && !file)
        return cs_fail(error, CS_ERR_CONFIG,
                       "password is missing; password-file may name a file that holds it");
    return CS_OK;
}

enum cs_err cs_secsign_check_settings(const void *given, struct cs_strlist *warnings,
                                      struct cs_error *error)
{
    const struct cs_secsign_settings *settings = given;

    return settings->api == CS_SECSIGN_REST ? check_rest(settings, error)
                                            : check_classic(settings, warnings, error);
}

const char *cs_secsign_primary(const struct cs_secsign_settings *settings)
{
    return settings->server != NULL ? settings->server : "https://httpapi.secsign.com";
}

const char *cs_secsign_fallback(const struct cs_secsign_settings *settings)
{
    if (settings->fallback != NULL)
        return settings->fallback[0] != '\0' ? settings->fallback : NULL;
    return settings->server == NULL ? "https://httpapi2.secsign.com" : NULL;
}
