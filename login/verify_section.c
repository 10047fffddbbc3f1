/* SPDX-License-Identifier: Apache-2.0 */
#include "login/verify_section.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/sanitise.h"

enum { TEXT_BYTES_MAX = 4096, HANDLES_DEFAULT = 16, HTTPS_PORT = 443 };
enum { CONNECT_SECONDS = 10, REQUEST_SECONDS = 30 };

enum kind {
    KIND_TEXT,   /* char *; "" is not set */
    KIND_PATH,   /* the same, absolute */
    KIND_SECRET, /* struct cs_secret */
    KIND_COUNT,  /* unsigned */
    KIND_SIZE,   /* int64_t */
    KIND_FLAG,   /* bool */
    KIND_PROXY,  /* char *; "" is set */
    KIND_TYPE,   /* nothing is kept: only one value will do */
    KIND_OBFUSCATED,
    KIND_NO_EFFECT,
};

#define AT(member) offsetof(struct cs_verify_section, member)
#define SETTING(member) offsetof(struct cs_verify_section, settings.member)

enum { API = CS_VERIFY_API | CS_VERIFY_OWN, TRACE = CS_VERIFY_PAM | CS_VERIFY_OWN };

static const struct row {
    const char *key;
    enum kind kind;
    unsigned where;
    size_t offset;
    int64_t min, max;
} rows[] = {
    {"client-id", KIND_TEXT, API, SETTING(client_id), 0, 0},
    {"client-secret", KIND_SECRET, API, SETTING(client_secret), 0, 0},
    {"client-secret-file", KIND_PATH, API, AT(secret_file), 0, 0},
    {"obf-client-secret", KIND_OBFUSCATED, API, AT(obfuscated), 0, 0},
    {"ofb-client-secret", KIND_OBFUSCATED, API, AT(obfuscated), 0, 0},
    {"protocol", KIND_TEXT, API, AT(protocol), 0, 0},
    {"host", KIND_TEXT, API, AT(host), 0, 0},
    {"port", KIND_SIZE, API, AT(port), 1, 65535},
    {"max-handles", KIND_COUNT, API, SETTING(max_handles), 1, 1024},
    {"proxy", KIND_PROXY, API, SETTING(proxy), 0, 0},
    {"proxytunnel", KIND_FLAG, API, SETTING(proxy_tunnel), 0, 0},
    {"token-type", KIND_TYPE, API, 0, 0, 0},
    {"access-token", KIND_SECRET, API, SETTING(access_token), 0, 0},
    {"ca-path", KIND_PATH, API, SETTING(ca_path), 0, 0},
    {"connect-timeout", KIND_COUNT, API, SETTING(connect_timeout), 1, 120},
    {"request-timeout", KIND_COUNT, API, SETTING(request_timeout), 1, 300},
    {"token-path", KIND_PATH, API, SETTING(token_path), 0, 0},
    {"authd-port", KIND_NO_EFFECT, CS_VERIFY_API, 0, 0, 0},
    {"authd-force", KIND_NO_EFFECT, CS_VERIFY_API, 0, 0, 0},
    {"trace-file", KIND_PATH, TRACE, SETTING(trace_file), 0, 0},
    {"trace-rollover", KIND_SIZE, TRACE, SETTING(trace_rollover), 0, INT64_MAX},
    {"trace-localtime", KIND_FLAG, TRACE, SETTING(trace_localtime), 0, 0},
    {"trace-prefix-all", KIND_FLAG, TRACE, SETTING(trace_prefix_all), 0, 0},
};

/* A member that is being read. */
struct reading {
    struct cs_verify_section *section;
    const struct cs_json *document;
    const struct cs_json_value *member;
    struct cs_strlist *warnings;
    struct cs_error *error;
};

static void *place(const struct reading *reading, const struct row *row)
{
    return (char *)reading->section + row->offset;
}

static enum cs_err refuse(const struct reading *reading, const struct row *row,
                          const char *expected)
{
    return cs_json_fail(reading->error, CS_ERR_CONFIG, reading->document, reading->member,
                        "%s: %s expected, found %s", row->key, expected,
                        cs_json_type_name(cs_json_type(reading->member)));
}

static enum cs_err read_text(const struct reading *reading, const struct row *row)
{
    size_t length = 0;
    const char *text = cs_json_string(reading->member, &length);
    char **place_of = place(reading, row);

    if (text == NULL)
        return refuse(reading, row, "a string");
    if (length > TEXT_BYTES_MAX || !cs_is_clean(text, length))
        return cs_json_fail(reading->error, CS_ERR_CONFIG, reading->document, reading->member,
                            "%s: at most %d bytes without control characters expected", row->key,
                            TEXT_BYTES_MAX);
    if (row->kind == KIND_PATH && length > 0 && text[0] != '/')
        return cs_json_fail(reading->error, CS_ERR_CONFIG, reading->document, reading->member,
                            "%s: an absolute path expected", row->key);
    if (length == 0 && row->kind != KIND_PROXY)
        return CS_OK;
    *place_of = strdup(text);
    if (row->kind == KIND_PROXY)
        reading->section->settings.proxy_set = true;
    return *place_of ? CS_OK : cs_fail_nomem(reading->error);
}

/* Never quoted in a message. */
static enum cs_err read_secret(const struct reading *reading, const struct row *row)
{
    size_t length = 0;
    const char *text = cs_json_string(reading->member, &length);

    if (text == NULL)
        return refuse(reading, row, "a string");
    if (length > TEXT_BYTES_MAX || !cs_is_clean(text, length))
        return cs_json_fail(reading->error, CS_ERR_CONFIG, reading->document, reading->member,
                            "%s: at most %d bytes without control characters expected", row->key,
                            TEXT_BYTES_MAX);
    if (length == 0)
        return CS_OK;
    return cs_secret_set(place(reading, row), text, length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(reading->error);
}

/* A number, or the digits of one in quotation marks. */
static bool take_number(const struct cs_json_value *value, int64_t *ret_number)
{
    const char *text = cs_json_string(value, NULL);
    int64_t number = 0;

    if (text == NULL)
        return cs_json_integer(value, ret_number);
    if (text[0] == '\0' || strlen(text) > 15 || text[strspn(text, "0123456789")] != '\0')
        return false;
    for (const char *digit = text; *digit != '\0'; digit++)
        number = number * 10 + (*digit - '0');
    *ret_number = number;
    return true;
}

static enum cs_err read_number(const struct reading *reading, const struct row *row)
{
    enum cs_json_type type = cs_json_type(reading->member);
    int64_t number = 0;

    if (type != CS_JSON_NUMBER && type != CS_JSON_STRING)
        return refuse(reading, row, "a number");
    if (!take_number(reading->member, &number) || number < row->min || number > row->max)
        return row->max == INT64_MAX
                   ? cs_json_fail(reading->error, CS_ERR_CONFIG, reading->document, reading->member,
                                  "%s: a whole number from 0 on expected", row->key)
                   : cs_json_fail(reading->error, CS_ERR_CONFIG, reading->document, reading->member,
                                  "%s: a whole number from %lld to %lld expected", row->key,
                                  (long long)row->min, (long long)row->max);
    if (row->kind == KIND_COUNT)
        *(unsigned *)place(reading, row) = (unsigned)number;
    else
        *(int64_t *)place(reading, row) = number;
    return CS_OK;
}

static bool take_flag(const struct cs_json_value *value, bool *ret_flag)
{
    static const struct {
        const char *word;
        bool flag;
    } words[] = {{"y", true},    {"yes", true}, {"true", true}, {"on", true},
                 {"1", true},    {"n", false},  {"no", false},  {"false", false},
                 {"off", false}, {"0", false},  {"", false}};
    const char *text = cs_json_string(value, NULL);

    if (text == NULL)
        return cs_json_bool(value, ret_flag);
    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strcasecmp(words[i].word, text) == 0) {
            *ret_flag = words[i].flag;
            return true;
        }
    }
    return false;
}

static enum cs_err read_flag(const struct reading *reading, const struct row *row)
{
    if (!take_flag(reading->member, place(reading, row)))
        return refuse(reading, row, "true or false");
    if (row->offset == SETTING(proxy_tunnel))
        reading->section->tunnel_set = true;
    return CS_OK;
}

static enum cs_err read_token_type(const struct reading *reading, const struct row *row)
{
    const char *text = cs_json_string(reading->member, NULL);

    if (text == NULL)
        return refuse(reading, row, "a string");
    return strcasecmp(text, "Bearer") == 0
               ? CS_OK
               : cs_json_fail(reading->error, CS_ERR_CONFIG, reading->document, reading->member,
                              "%s: only 'Bearer' is known", row->key);
}

static enum cs_err read_obfuscated(const struct reading *reading, const struct row *row)
{
    if (cs_json_type(reading->member) != CS_JSON_STRING)
        return refuse(reading, row, "a string");
    reading->section->obfuscated = true;
    return CS_OK;
}

static enum cs_err warn_no_effect(const struct reading *reading, const struct row *row)
{
    char text[128];
    int length =
        snprintf(text, sizeof text, "'%s' has no effect: IBM's daemon is not used", row->key);

    return cs_strlist_add(reading->warnings, text, (size_t)length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(reading->error);
}

enum cs_err cs_verify_read_member(struct cs_verify_section *section, const struct cs_json *document,
                                  const struct cs_json_value *member, enum cs_verify_where where,
                                  bool *ret_known, struct cs_strlist *warnings,
                                  struct cs_error *error)
{
    static enum cs_err (*const readers[])(const struct reading *, const struct row *) = {
        [KIND_TEXT] = read_text,
        [KIND_PATH] = read_text,
        [KIND_SECRET] = read_secret,
        [KIND_COUNT] = read_number,
        [KIND_SIZE] = read_number,
        [KIND_FLAG] = read_flag,
        [KIND_PROXY] = read_text,
        [KIND_TYPE] = read_token_type,
        [KIND_OBFUSCATED] = read_obfuscated,
        [KIND_NO_EFFECT] = warn_no_effect,
    };
    const struct reading reading = {section, document, member, warnings, error};

    *ret_known = false;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if ((rows[i].where & where) == 0 || strcmp(rows[i].key, cs_json_key(member)) != 0)
            continue;
        *ret_known = true;
        return readers[rows[i].kind](&reading, &rows[i]);
    }
    return CS_OK;
}

/* ---- what the members make together ---- */

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0');
}

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

static enum cs_err make_url(struct cs_verify_section *section, const struct cs_json *document,
                            const struct cs_json_value *at, struct cs_error *error)
{
    const char *protocol = section->protocol ? section->protocol : "https";
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};
    bool bare;

    if (strcmp(protocol, "https") != 0 && strcmp(protocol, "http") != 0)
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "protocol: 'https' expected, found '%s'", protocol);
    if (section->host == NULL)
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "host is missing: the tenant's name, as in tenant.example.com");
    if (!is_host(section->host))
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "host: a name or address alone expected, found '%s'", section->host);
    if (strcmp(protocol, "http") == 0 && !is_loopback(section->host))
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "protocol: 'http' would send the secrets in clear to '%s'; it is for "
                            "this machine (localhost) alone, use 'https'",
                            section->host);
    bare = section->host[0] != '[' && strchr(section->host, ':') != NULL;
    cs_buffer_printf(&url, "%s://%s%s%s:%lld", protocol, bare ? "[" : "", section->host,
                     bare ? "]" : "", (long long)(section->port ? section->port : HTTPS_PORT));
    section->settings.base_url = cs_buffer_take(&url);
    return section->settings.base_url ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err check_client(const struct cs_verify_section *section,
                                const struct cs_json *document, const struct cs_json_value *at,
                                struct cs_strlist *warnings, struct cs_error *error)
{
    static const char unused[] = "'obf-client-secret' is not used: only IBM's program can read it";
    const struct cs_verify_settings *settings = &section->settings;
    bool has_secret = settings->client_secret.data != NULL || section->secret_file != NULL;

    if (settings->client_secret.data != NULL && section->secret_file != NULL)
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "client-secret and client-secret-file are both there; one of them "
                            "expected");
    if (section->obfuscated && (has_secret || settings->access_token.data != NULL))
        return cs_strlist_add(warnings, unused, sizeof unused - 1) == CS_OK ? CS_OK
                                                                            : cs_fail_nomem(error);
    if (settings->access_token.data != NULL)
        return CS_OK;
    if (settings->client_id == NULL)
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "client-id is missing: the API client made in the tenant");
    if (section->obfuscated && !has_secret)
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "obf-client-secret can be read by IBM's program alone: write the "
                            "secret in clear as client-secret (and chmod this file 0600 or 0640, "
                            "owner root), or into a file named by client-secret-file");
    if (!has_secret)
        return cs_json_fail(error, CS_ERR_CONFIG, document, at,
                            "client-secret is missing; client-secret-file may name a file that "
                            "holds it");
    return CS_OK;
}

enum cs_err cs_verify_complete(struct cs_verify_section *section, const struct cs_json *document,
                               const struct cs_json_value *at, struct cs_strlist *warnings,
                               struct cs_error *error)
{
    struct cs_verify_settings *settings = &section->settings;
    enum cs_err result = check_client(section, document, at, warnings, error);

    if (result == CS_OK)
        result = make_url(section, document, at, error);
    if (result != CS_OK)
        return result;
    settings->given = true;
    settings->proxy_tunnel = section->tunnel_set ? settings->proxy_tunnel : settings->proxy_set;
    settings->max_handles = settings->max_handles ? settings->max_handles : HANDLES_DEFAULT;
    settings->connect_timeout =
        settings->connect_timeout ? settings->connect_timeout : CONNECT_SECONDS;
    settings->request_timeout =
        settings->request_timeout ? settings->request_timeout : REQUEST_SECONDS;
    return CS_OK;
}

void cs_verify_section_clear(struct cs_verify_section *section)
{
    cs_verify_settings_clear(&section->settings);
    free(section->protocol);
    free(section->host);
    free(section->secret_file);
    *section = (struct cs_verify_section){0};
}
