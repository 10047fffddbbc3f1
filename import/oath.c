/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_oath's file of users, one factor a line, separated by blanks:
 * TYPE USER PIN SECRET [COUNTER [LAST-CODE [LAST-TIME]]].
 */
#include <string.h>
#include <time.h>

#include "import/imported.h"
#include "providers/local/totp.h"

enum { TYPE, USER, PIN, SECRET, COUNTER, LAST_CODE, LAST_TIME, FIELDS };

enum { STEPS_AHEAD = 30 /* more than pam_oath's `window` usually is */ };

#define BLANKS " \t\r"

/* Returns how many there are; more than FIELDS: the line has a word too many. */
static size_t split(char *text, char *fields[FIELDS])
{
    char *word, *rest = text;
    size_t count = 0;

    while ((word = strsep(&rest, BLANKS)) != NULL) {
        if (word[0] == '\0')
            continue;
        if (count < FIELDS)
            fields[count] = word;
        count++;
    }
    return count;
}

/* HOTP, HOTP/E, HOTP/E/6, HOTP/T30, HOTP/T30/6, HOTP/T60, HOTP/T60/6; also 7 and 8. */
static bool take_type(const char *text, struct cs_factor *factor)
{
    static const struct {
        const char *name;
        enum cs_stored_kind kind;
        unsigned period;
    } types[] = {{"HOTP/T30", CS_STORED_TOTP, 30},
                 {"HOTP/T60", CS_STORED_TOTP, 60},
                 {"HOTP/E", CS_STORED_HOTP, 0},
                 {"HOTP", CS_STORED_HOTP, 0}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(types); i++) {
        size_t length = strlen(types[i].name);
        const char *digits = text + length;

        if (strncmp(text, types[i].name, length) != 0)
            continue;
        factor->kind = types[i].kind;
        factor->period = types[i].period;
        if (digits[0] == '\0')
            return true;
        if (digits[0] != '/' || strchr("678", digits[1]) == NULL || digits[1] == '\0' ||
            digits[2] != '\0' || strcmp(types[i].name, "HOTP") == 0)
            return false;
        factor->digits = (unsigned)(digits[1] - '0');
        return true;
    }
    return false;
}

/* Whether the last login may have used a code that is not old by itself. */
static bool may_be_ahead(const struct cs_factor *factor, const char *last_time, int64_t now)
{
    struct tm local = {.tm_isdst = -1};
    int64_t then;

    if (last_time == NULL || strptime(last_time, "%Y-%m-%dT%H:%M:%S", &local) == NULL)
        return true;
    then = mktime(&local);
    return then > now || now - then <= (int64_t)(STEPS_AHEAD + 1) * factor->period;
}

/* The file has the last code, not its step. Codes from before the current step are spent anyway. */
static enum cs_err spend_last_code(const struct cs_import_source *source, char *fields[FIELDS],
                                   struct cs_factor *factor, struct cs_error *error)
{
    int64_t step = cs_totp_step(source->now, factor->period);
    struct cs_totp_match match = {0};
    const char *text = fields[LAST_CODE];
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    enum cs_err result;

    if (text == NULL || strcmp(text, "-") == 0 ||
        !may_be_ahead(factor, fields[LAST_TIME], source->now))
        return CS_OK;
    if (cs_secret_set(&code, text, strlen(text)) != CS_OK)
        return cs_fail_nomem(error);
    result = cs_totp_search(factor, &code, step + STEPS_AHEAD / 2, STEPS_AHEAD / 2, &match, error);
    if (result == CS_OK && match.found)
        factor->last_step = match.step;
    return result;
}

/* The counter is that of the last code that was accepted, once there was one; in a line that
 * somebody wrote, it is the first one to accept. */
static bool take_counter(char *fields[FIELDS], struct cs_factor *factor)
{
    bool used = fields[LAST_CODE] != NULL && strcmp(fields[LAST_CODE], "-") != 0;
    int64_t counter = 0;

    if (fields[COUNTER] != NULL && strcmp(fields[COUNTER], "-") != 0 &&
        !cs_import_number(fields[COUNTER], INT64_MAX - 1, &counter))
        return false;
    factor->last_step = used ? counter : counter - 1;
    return true;
}

/* NULL, or what is wrong. */
static const char *take_fields(char *fields[FIELDS], struct cs_imported *row)
{
    struct cs_factor *factor = &row->factor;

    if (!take_type(fields[TYPE], factor))
        return "its type is none that pam_oath knows: HOTP, HOTP/E/6, HOTP/T30, HOTP/T60/8 and the "
               "like";
    if (!cs_imported_user(row, fields[USER], strlen(fields[USER])))
        return "the user's name is too long";
    if (strcmp(fields[PIN], "-") != 0 && strcmp(fields[PIN], "+") != 0)
        return "it has a PIN, which would not be asked for here: what protects this user would be "
               "less; put '-' in its place if that is wanted";
    if (!cs_import_hex(fields[SECRET], &factor->secret))
        return "its secret is not hexadecimal";
    if (factor->kind == CS_STORED_HOTP && !take_counter(fields, factor))
        return "its counter is not a number";
    if (strcmp(fields[PIN], "+") == 0)
        cs_imported_lose(row, "the password that '+' leaves to another module is not asked for by "
                              "this: the PAM stack or the plan must do so");
    return NULL;
}

static enum cs_err read_line(const struct cs_import_source *source, size_t line, char *text,
                             struct cs_imports *imports, struct cs_error *error)
{
    CS_AUTO(cs_imported_free) struct cs_imported *row = NULL;
    char *fields[FIELDS] = {0};
    const char *wrong;
    size_t count = text[0] == '#' ? 0 : split(text, fields);

    if (count == 0)
        return CS_OK;
    row = cs_imported_new(source, line);
    if (row == NULL)
        return cs_fail_nomem(error);
    wrong = count <= SECRET || count > FIELDS
                ? "it does not have 4 to 7 words: type, user, PIN, secret, counter, last code, time"
                : take_fields(fields, row);
    if (wrong != NULL)
        return cs_imports_fault(imports, source, line, "%s", wrong) == CS_OK ? CS_OK
                                                                             : cs_fail_nomem(error);
    if (row->factor.kind == CS_STORED_TOTP) {
        enum cs_err result = spend_last_code(source, fields, &row->factor, error);

        if (result != CS_OK)
            return result;
    }
    return cs_imports_add(imports, &row, error);
}

enum cs_err cs_import_oath(const struct cs_import_source *source, struct cs_imports *imports,
                           struct cs_error *error)
{
    return cs_import_lines(source, read_line, imports, error);
}
