/* SPDX-License-Identifier: Apache-2.0 */
/*
 * otpauth:// URIs, one a line, as authenticator apps and libraries write them; a user's name may
 * stand before each. No standard says how: what is read here is what they print.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/imported.h"
#include "import/migration.h"
#include "providers/local/base32.h"

#define SCHEME "otpauth://"
#define MIGRATION "otpauth-migration://"
#define BLANKS " \t\r"

struct uri {
    const char *type, *label; /* decoded */
    const char *secret, *algorithm, *issuer, *counter, *digits, *period;
    const char *encoding; /* of the secret, for those who write another one */
};

/* NULL, or what is wrong. Other parameters are mostly for the app alone (image, color, lock), but
 * nobody can know of all. */
static const char *take_parameters(char *query, struct uri *uri, struct cs_imported *row)
{
    const struct {
        const char *name, **value;
    } known[] = {{"secret", &uri->secret},    {"algorithm", &uri->algorithm},
                 {"issuer", &uri->issuer},    {"counter", &uri->counter},
                 {"digits", &uri->digits},    {"period", &uri->period},
                 {"encoding", &uri->encoding}};
    char *value, *rest = query;

    while (rest != NULL && (value = strsep(&rest, "&")) != NULL) {
        const char *name = strsep(&value, "=");
        size_t i = 0;

        while (i < CS_ARRAY_SIZE(known) && !cs_import_same(name, known[i].name))
            i++;
        if (i == CS_ARRAY_SIZE(known)) {
            if (name[0] != '\0')
                cs_imported_lose(row, "the parameter '%.32s' is not taken over", name);
            continue;
        }
        if (value == NULL)
            continue;
        if (!cs_import_percent(value, true))
            return "a '%' in it is not followed by two hexadecimal digits";
        if (*known[i].value != NULL)
            return "it has a parameter twice";
        *known[i].value = value;
    }
    return NULL;
}

/* Cuts the URI up. NULL, or what is wrong. */
static const char *cut(char *text, struct uri *uri, struct cs_imported *row)
{
    char *query, *label;

    text += strlen(SCHEME);
    query = strchr(text, '?');
    if (query == NULL)
        return "the URI has no parameters";
    *query++ = '\0';
    query[strcspn(query, "#")] = '\0';
    label = strchr(text, '/');
    if (label != NULL) {
        *label++ = '\0';
        if (!cs_import_percent(label, false))
            return "a '%' in it is not followed by two hexadecimal digits";
    }
    uri->type = text;
    uri->label = label != NULL ? label : "";
    return take_parameters(query, uri, row);
}

/* The account's part of a label, "ISSUER:ACCOUNT". An issuer may have a colon of its own, so the
 * parameter counts. Without one the label says who the issuer is. */
static const char *account_of(const struct uri *uri)
{
    size_t issuer = uri->issuer != NULL ? strlen(uri->issuer) : 0;
    const char *account = uri->label, *colon;

    if (issuer > 0 && strncmp(account, uri->issuer, issuer) == 0 && account[issuer] == ':')
        account += issuer + 1;
    else if ((colon = strrchr(account, ':')) != NULL)
        account = colon + 1;
    return account + strspn(account, " ");
}

/* A number, or what stands for none; false: it is none. */
static bool take_unsigned(const char *text, unsigned most, unsigned *number)
{
    int64_t value;

    if (text == NULL || text[0] == '\0')
        return true;
    if (!cs_import_number(text, most, &value))
        return false;
    *number = (unsigned)value;
    return true;
}

static const char *take_kind(const struct uri *uri, struct cs_imported *row)
{
    struct cs_factor *factor = &row->factor;
    int64_t counter = 0;

    if (cs_import_same(uri->type, "totp")) {
        if (uri->counter != NULL)
            cs_imported_lose(row,
                             "'counter' is not taken over: it means nothing for codes by time");
        return NULL;
    }
    if (!cs_import_same(uri->type, "hotp"))
        return "its type is neither totp nor hotp";
    factor->kind = CS_STORED_HOTP;
    factor->period = 0;
    if (uri->period != NULL)
        cs_imported_lose(row, "'period' is not taken over: it means nothing for codes by counter");
    if (uri->counter != NULL && !cs_import_number(uri->counter, INT64_MAX, &counter))
        return "its counter is not a number";
    factor->last_step = counter - 1; /* some leave out a counter of 0 */
    return NULL;
}

static const char *take_secret(const struct cs_import_source *source, const struct uri *uri,
                               struct cs_factor *factor)
{
    const char *encoding = uri->encoding != NULL ? uri->encoding : "";
    bool hex = source->hex || cs_import_same(encoding, "hex");

    if (!hex && encoding[0] != '\0' && !cs_import_same(encoding, "base32"))
        return "its encoding is neither base32 nor hex";
    if (uri->secret == NULL || uri->secret[0] == '\0')
        return "it has no secret";
    if (hex)
        return cs_import_hex(uri->secret, &factor->secret) ? NULL : "its secret is not hexadecimal";
    if (cs_base32_decode(uri->secret, strlen(uri->secret), &factor->secret, NULL) != CS_OK)
        return "its secret is not base32, or is cut short (--hex reads hexadecimal ones)";
    return NULL;
}

/* NULL, or what is wrong. */
static const char *take_uri(const struct cs_import_source *source, const struct uri *uri,
                            struct cs_imported *row)
{
    struct cs_factor *factor = &row->factor;
    const char *wrong = take_kind(uri, row);

    if (wrong == NULL)
        wrong = take_secret(source, uri, factor);
    if (wrong != NULL)
        return wrong;
    if (uri->algorithm != NULL && uri->algorithm[0] != '\0') {
        const char *algorithm = cs_import_algorithm(uri->algorithm);

        if (algorithm == NULL)
            return "its algorithm is none of SHA1, SHA256, SHA512";
        memcpy(factor->algorithm, algorithm, strlen(algorithm) + 1);
    }
    if (!take_unsigned(uri->digits, 100, &factor->digits))
        return "its digits are not a number";
    if (factor->kind == CS_STORED_TOTP && !take_unsigned(uri->period, 1000000, &factor->period))
        return "its period is not a number";
    if (uri->issuer != NULL && cs_import_same(uri->issuer, "steam"))
        return "Steam's codes are letters";
    if (source->padded && cs_import_pad(factor) != CS_OK)
        row->failed = true;
    return NULL;
}

/* Whose it is: what stands before the URI, --user, or what the label says. */
static const char *take_names(const struct cs_import_source *source, const char *before,
                              const struct uri *uri, struct cs_imported *row)
{
    const char *account = account_of(uri), *colon;
    const char *user = before[0] != '\0' ? before : source->user;

    row->from_label = user == NULL;
    if (user == NULL)
        user = account;
    if (uri->issuer != NULL)
        cs_imported_label(row, uri->issuer, strlen(uri->issuer));
    else if ((colon = strrchr(uri->label, ':')) != NULL)
        cs_imported_label(row, uri->label, (size_t)(colon - uri->label));
    return cs_imported_user(row, user, strlen(user)) ? NULL : "the user's name is too long";
}

static enum cs_err read_uri(const struct cs_import_source *source, size_t line, const char *before,
                            char *text, struct cs_imports *imports, struct cs_error *error)
{
    CS_AUTO(cs_imported_free) struct cs_imported *row = cs_imported_new(source, line);
    struct uri uri = {0};
    const char *wrong;

    if (row == NULL)
        return cs_fail_nomem(error);
    wrong = cut(text, &uri, row);
    if (wrong == NULL)
        wrong = take_uri(source, &uri, row);
    if (wrong == NULL)
        wrong = take_names(source, before, &uri, row);
    if (wrong != NULL)
        return cs_imports_fault(imports, source, line, "%s", wrong) == CS_OK ? CS_OK
                                                                             : cs_fail_nomem(error);
    return cs_imports_add(imports, &row, error);
}

/* The place of `wanted`, in any case; NULL: it is not there. */
static char *find(char *text, const char *wanted)
{
    size_t length = strlen(wanted);

    for (; *text != '\0'; text++) {
        if (strncasecmp(text, wanted, length) == 0)
            return text;
    }
    return NULL;
}

static void trim(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && strchr(BLANKS "\",;", text[length - 1]) != NULL)
        text[--length] = '\0';
}

static enum cs_err read_line(const struct cs_import_source *source, size_t line, char *text,
                             struct cs_imports *imports, struct cs_error *error)
{
    char *uri, *migration, empty = '\0';

    text += strspn(text, BLANKS "\"");
    trim(text);
    if (text[0] == '\0' || text[0] == '#')
        return CS_OK;
    migration = find(text, MIGRATION);
    uri = migration != NULL ? migration : find(text, SCHEME);
    if (uri == NULL)
        return cs_imports_fault(imports, source, line, "there is no otpauth:// in it") == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    if (uri > text && strchr(BLANKS "\",;", uri[-1]) == NULL)
        return cs_imports_fault(imports, source, line,
                                "a blank must stand between the user's name and the URI") == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    *(uri > text ? uri - 1 : &empty) = '\0';
    if (uri == text)
        text = &empty;
    trim(text);
    return migration != NULL ? cs_import_migration(source, line, text, uri, imports, error)
                             : read_uri(source, line, text, uri, imports, error);
}

enum cs_err cs_import_otpauth(const struct cs_import_source *source, struct cs_imports *imports,
                              struct cs_error *error)
{
    return cs_import_lines(source, read_line, imports, error);
}
