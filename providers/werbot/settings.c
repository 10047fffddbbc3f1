/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/werbot/settings.h"

#include <string.h>
#include <strings.h>

#include "base/sanitise.h"
#include "net/url.h"

enum { SECTION = CS_FROM_SECTION, LINE = CS_FROM_PAM | CS_FROM_FILE, TEXT_BYTES = 1024 };

#define AT(member) offsetof(struct cs_werbot_settings, member)

#define ROW(row, kind, member, about)                                                              \
    .name = row, .type = CS_SETTING_##kind, .where = SECTION, .offset = AT(member), .help = about
#define LINE_ROW(row, member, about)                                                               \
    .name = row, .type = CS_SETTING_STRING, .where = LINE, .offset = AT(member), .by_login = true, \
    .max = TEXT_BYTES, .help = about

/* The module that this replaces puts https:// before it. */
static enum cs_err check_server(const struct cs_setting *row, const char *value,
                                struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer whole = {0};
    static const char expected[] = "the server's name or address expected, with :PORT if it is not "
                                   "443, and without https://";
    size_t length = strlen(value);

    (void)row;
    cs_buffer_printf(&whole, "https://%s", value);
    if (whole.failed)
        return cs_fail_nomem(error);
    if (strpbrk(value, "/?#@") != NULL || (length > 0 && value[length - 1] == ':') ||
        length > TEXT_BYTES)
        return cs_fail(error, CS_ERR_CONFIG, "%s", expected);
    return cs_url_check(whole.text, expected, error);
}

static enum cs_err check_skip(const struct cs_setting *row, const char *value,
                              struct cs_error *error)
{
    (void)row;
    if (strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0 || strcasecmp(value, "no") == 0)
        return CS_OK;
    return cs_fail(error, CS_ERR_CONFIG,
                   "the server's certificate is always verified, or anybody on the way could say "
                   "who gets in; name the certificate of its authority in ca-path of the section "
                   "werbot");
}

static enum cs_err refuse_key(const struct cs_setting *row, const char *value,
                              struct cs_error *error)
{
    (void)row;
    (void)value;
    return cs_fail(error, CS_ERR_CONFIG,
                   "everybody can read a PAM file; write the key into the section werbot, as "
                   "service-key or in a file that service-key-file names");
}

const struct cs_setting cs_werbot_rows[] = {
    {ROW("server-url", STRING, server_url,
         "The name or address of the server, with :PORT if it is not 443, and without https://."),
     .check = check_server},
    {ROW("service-id", STRING, service_id, "The service that stands for this machine there."),
     .max = TEXT_BYTES},
    {ROW("service-key", STRING, service_key, "The key of that service."), .max = TEXT_BYTES,
     .secrecy = CS_SECRECY_ALWAYS},
    {ROW("service-key-file", PATH, key_file,
         "A file that holds the key on one line, instead of service-key; root:countersign 0640."),
     .extra_file = CS_EXTRA_FILE_SECRET, .content = AT(key_of_file)},
    {.name = "the key in service-key-file",
     .type = CS_SETTING_STRING,
     .offset = AT(key_of_file),
     .max = TEXT_BYTES,
     .secrecy = CS_SECRECY_ALWAYS},
    {ROW("approval-timeout", NUMBER, approval_timeout,
         "Seconds allowed for an approval; keep it below sshd's LoginGraceTime."),
     .min = 5, .max = 600, .fallback = "60"},
    CS_CONNECTION_ROWS(AT(connection), SECTION, SECTION, NULL),
    {LINE_ROW("server_url", line_server_url, "The same as server-url of the section werbot."),
     .check = check_server},
    {LINE_ROW("service_id", line_service_id, "The same as service-id of the section werbot.")},
    {LINE_ROW("service_key", line_service_key,
              "The same as service-key of the section werbot, where it belongs: everybody can read "
              "a PAM file."),
     .secrecy = CS_SECRECY_ALWAYS, .check_strictly = refuse_key},
    {.name = "insecure_skip_verify",
     .type = CS_SETTING_STRING,
     .where = LINE,
     .offset = CS_SETTING_NOT_STORED,
     .type_name = "flag",
     .check = check_skip,
     .help = "Only no is accepted: the server's certificate is always verified."},
    {0},
};

/* ---- settings together ---- */

struct cs_werbot_service cs_werbot_service_of(const struct cs_werbot_settings *opened,
                                              const struct cs_werbot_settings *login)
{
    const char *key = opened->service_key ? opened->service_key : opened->key_of_file;

    return (struct cs_werbot_service){
        .server = login->line_server_url ? login->line_server_url : opened->server_url,
        .id = login->line_service_id ? login->line_service_id : opened->service_id,
        .key = login->line_service_key ? login->line_service_key : key};
}

/* There are no defaults: a service that nobody named is nobody's. The section may leave to the line
 * what the line has; `warnings` come with the section alone. */
enum cs_err cs_werbot_check_settings(const void *given, struct cs_strlist *warnings,
                                     struct cs_error *error)
{
    const struct cs_werbot_settings *settings = given;
    const struct cs_werbot_service service = cs_werbot_service_of(settings, settings);

    if (settings->service_key != NULL && settings->key_file != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "service-key and service-key-file are both given; give only one");
    if (warnings != NULL)
        return CS_OK;
    if (service.server == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "server-url is missing: the name of Werbot's server, as in "
                       "api.werbot.com");
    if (service.id == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "service-id is missing: the service that stands for this machine there");
    if (service.key == NULL && settings->key_file == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "service-key is missing; service-key-file may name a file that holds it");
    return CS_OK;
}
